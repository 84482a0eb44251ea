//! The edits of one place as they grow.

use hopluu_model::edit::{AddRecord, DecideUnits, Deed, MergeInto, Passing, ReportIssue, pack};
use hopluu_model::text::IssueCode;
use hopluu_model::{
    Date, Desk, DocId, DocKind, Edit, Fault, Faults, Field, Form, Kind, RecordId, Side, Value, demo::DemoDice,
};

use super::Writing;

/// A document whose number no text gives.
pub(super) const SAMPLE: &str = "00/NQ (mẫu)";

/// Everything that is written of one place.
pub(super) struct Book<'a> {
    place: &'a str,
    writing: &'a Writing,
    edits: Vec<Edit>,
    faults: Vec<Fault>,
    issues: u32,
}

impl<'a> Book<'a> {
    pub(super) fn new(place: &'a str, writing: &'a Writing) -> Self {
        Self { place, writing, edits: Vec::new(), faults: Vec::new(), issues: 0 }
    }

    fn dice(&self, what: &str) -> DemoDice {
        DemoDice::new(0, &format!("facts {} {what}", self.place))
    }

    /// The id of what the file calls so.
    pub(super) fn id(&self, what: &str) -> RecordId {
        self.dice(what).record()
    }

    fn add(&mut self, form: &impl Form, kind: DocKind, made_up: bool) {
        let side = if self.place.len() == 2 { Side::Province } else { Side::Commune };
        let doc = DocId::new(self.writing.collection, kind);
        match form.edit(&Desk { doc, stamp: self.writing.stamp.clone(), side, made_up }) {
            Ok(edit) => self.edits.push(edit),
            Err(Faults(faults)) => {
                for fault in faults {
                    if !self.faults.contains(&fault) {
                        self.faults.push(fault);
                    }
                }
            }
        }
    }

    /// Begins a record of the register, or of the people.
    pub(super) fn record(&mut self, what: &str, kind: Kind, fields: Vec<(Field, Value)>) -> RecordId {
        let record = self.id(what);
        let home = match kind {
            Kind::PERSON | Kind::HOLDING | Kind::LEAVER | Kind::MEMBER => DocKind::People,
            _ if self.place.len() == 2 => DocKind::Bulletin,
            _ => DocKind::Register,
        };
        // A figure that a text reports is none of ours to make up.
        self.add(&AddRecord { record, kind, fields }, home, kind != Kind::INDICATOR);
        record
    }

    /// A residential unit.
    pub(super) fn unit(&mut self, what: &str, name: &str, kind: &str, households: Option<i64>) -> RecordId {
        let households = households.map_or(Value::Empty, Value::Int);
        let fields = vec![(Field::NAME, text(name)), (Field::UNIT_KIND, text(kind)), (Field::HOUSEHOLDS, households)];
        self.record(what, Kind::UNIT, fields)
    }

    /// A decision about units that is passed; returns the unit a merger makes.
    pub(super) fn decide(&mut self, what: &str, from: Vec<RecordId>, (name, kind): (&str, &str), on: Date) -> RecordId {
        let made = self.id(&format!("{what} unit"));
        let deed = match from.as_slice() {
            [_] => Deed::Rename { name: name.to_owned() },
            _ => Deed::Merge { into: MergeInto::New { record: made, name: name.to_owned() }, kind: kind.to_owned() },
        };
        let passing = Passing {
            decision: SAMPLE.to_owned(),
            body: "Ủy ban nhân dân".to_owned(),
            effective_on: Some(on),
            ..Passing::default()
        };
        let mut dice = self.dice(what);
        let form = DecideUnits { merger: dice.record(), event: dice.event(), from, deed, passing: Some(passing) };
        self.add(&form, DocKind::Register, true);
        made
    }

    /// A post: of the commune, or one in every unit.
    pub(super) fn post(&mut self, slug: &str, name: &str, of_units: bool, most: Option<i64>) -> RecordId {
        let fields = vec![
            (Field::SLUG, text(slug)),
            (Field::NAME, text(name)),
            (Field::SYSTEM, text("chinh_quyen")),
            (Field::SCOPE, text(if of_units { "unit" } else { "commune" })),
            (Field::MAX_HOLDERS, most.map_or(Value::Empty, Value::Int)),
        ];
        self.record(&format!("post {slug}"), Kind::POST, fields)
    }

    /// A person in office, made up.
    pub(super) fn person(&mut self, what: &str, name: &str, category: &str) -> RecordId {
        self.record(what, Kind::PERSON, vec![(Field::NAME, text(name)), (Field::STAFF_CATEGORY, text(category))])
    }

    /// A person holds a post, in a unit where it is one of units, from a day on or as long as anybody knows.
    pub(super) fn hold(&mut self, person: RecordId, post: RecordId, unit: Option<RecordId>, from: Option<Date>) {
        let tenure = if from.is_none() { "main" } else { "concurrent" };
        let fields = vec![
            (Field::PERSON, Value::Id(person)),
            (Field::POST, Value::Id(post)),
            (Field::UNIT, unit.map_or(Value::Empty, Value::Id)),
            (Field::TENURE, text(tenure)),
            (Field::VALID_FROM, from.map_or(Value::Empty, Value::Date)),
        ];
        let unit = unit.map_or_else(String::new, |unit| unit.to_string());
        self.record(&format!("holding {person} {post} {unit}"), Kind::HOLDING, fields);
    }

    /// A person is out of service from a day on.
    pub(super) fn leave(&mut self, person: RecordId, reason: &str, on: Date) {
        let fields =
            vec![(Field::PERSON, Value::Id(person)), (Field::REASON, text(reason)), (Field::ON, Value::Date(on))];
        self.record(&format!("leaver {person}"), Kind::LEAVER, fields);
    }

    /// An issue, with a running number of its own letters.
    pub(super) fn issue(&mut self, what: &str, (category, cause): (&str, &str), said: &str) {
        self.issues += 1;
        let Ok(code) = IssueCode::new(self.place, "MAU", self.issues) else { return };
        let mut dice = self.dice(what);
        let form = ReportIssue {
            record: dice.record(),
            event: dice.event(),
            code,
            category: category.to_owned(),
            cause: cause.to_owned(),
            text: said.to_owned(),
            proposal: None,
            place: None,
            urgent: false,
            submit: false,
            picture: None,
        };
        self.add(&form, DocKind::Issues(self.writing.year), false);
    }

    /// The edits, as few as possible; those of one document keep their order.
    pub(super) fn done(mut self) -> Result<Vec<Edit>, Faults> {
        if !self.faults.is_empty() {
            return Err(Faults(self.faults));
        }
        self.edits.sort_by_key(Edit::doc);
        Ok(pack(self.edits))
    }
}

/// Text as a value.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
