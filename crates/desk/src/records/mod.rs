//! The books: every kind of record that only has fields is entered, corrected, listed and withdrawn by the same verbs,
//! which read the tables of [`rules`]. Issues, directives, decisions about units and transfers have verbs of their own.

mod typist;

use std::collections::BTreeMap;

use hopluu_model::edit::{AddRecord, SetField, VoidRecord, pack};
use hopluu_model::rules::{self, Home, KindRule, compared};
use hopluu_model::{CollectionId, Desk as EditDesk, DocId, DocKind, Faults, Field, Form, Kind, RecordId, Value, fold};
use hopluu_view::query::{BookRow, History, holds};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

pub(crate) use self::typist::{Typist, pick};
use crate::{Desk, Power, Refusal, Who, Why};

/// Which records of a kind. Every field may be left out or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct BookQuery {
    /// Code of the commune; must be named at the province for what a commune keeps.
    pub commune: String,
    /// With these words in any field, with or without accents.
    pub search: String,
}

impl Desk {
    /// The kinds that are kept in books, in the order of their numbers.
    pub fn book_kinds() -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().map(|(kind, _)| *kind).filter(|kind| !rules::key(*kind).is_empty())
    }

    /// A kind that is kept in a book, by its slug.
    ///
    /// # Errors
    /// When there is none of that slug.
    pub fn book_kind(slug: &str) -> Result<Kind, Refusal> {
        let found = Kind::from_slug(slug).filter(|kind| !rules::key(*kind).is_empty());
        found.ok_or_else(|| {
            let known = Self::book_kinds().map(|kind| kind.to_string()).collect::<Vec<_>>().join(" ");
            let slug: String = slug.chars().take(40).collect();
            Refusal::new(
                Why::NotFound,
                "unknown-kind",
                format!("Không có loại sổ {slug}. Các loại: {known}."),
                format!("There is no kind of record {slug}. Kinds: {known}."),
            )
        })
    }

    /// Adds a record: its kind and fields by their slugs, as typed. Returns its id.
    ///
    /// # Errors
    /// When whoever asks may not, or what is wrong with the fields, all at once.
    pub async fn add(&self, who: &Who, kind: &str, typed: &BTreeMap<String, String>) -> Result<RecordId, Refusal> {
        let kind = Self::book_kind(kind)?;
        let at = self.at_book(who, kind)?;
        let rule = rules::kind(kind).ok_or_else(Refusal::forbidden)?;
        if let Some(other) = typed.keys().find(|slug| column(rule, slug).is_none()) {
            return Err(no_field(rule, other));
        }
        let mut typist = Typist::new(self.reader(), at.doc.collection);
        let (mut fields, mut faults) = (Vec::new(), Vec::new());
        for column in rule.columns {
            let text = typed.get(&column.field.to_string()).map_or("", String::as_str);
            match typist.read(kind, column.field, text)? {
                Ok(value) => fields.push((column.field, value)),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(&Faults(faults)));
        }
        self.is_new(kind, at.doc.collection, &fields)?;
        self.write(at, move |office| {
            let record = office.new_record();
            Ok((AddRecord { record, kind, fields }, record))
        })
        .await
    }

    /// Refuses a second record of what there is only one of; a name that units or people share is a warning elsewhere.
    fn is_new(&self, kind: Kind, collection: CollectionId, fields: &[(Field, Value)]) -> Result<(), Refusal> {
        if rules::may_repeat(kind) {
            return Ok(());
        }
        let typed = |field: &Field| fields.iter().find(|(known, _)| known == field).map(|(_, value)| value);
        let is_same = |row: &BookRow| {
            // Its code is not the clerk's to choose.
            kind == Kind::COMMUNE
                || rules::key(kind).iter().all(|field| compared(row.record.fields.get(field)) == compared(typed(field)))
        };
        match self.reader().book(kind, collection)?.into_iter().find(|row| !row.void && is_same(row)) {
            None => Ok(()),
            Some(known) => Err(Refusal::new(
                Why::Refused,
                "repeated",
                format!("Đã có \"{}\" ({}). Hãy sửa mục đó thay vì thêm mới.", known.title, known.record.id),
                format!(
                    "{:?} is there already ({}). Correct it instead of adding another.",
                    known.title, known.record.id
                ),
            )),
        }
    }

    /// Gives fields of a record what was typed, in one change; all are looked at before any is written, what stays the
    /// same is not. Nothing empties a field that may be empty.
    ///
    /// # Errors
    /// When there is no such record, whoever asks may not, or what is wrong with the values, all at once.
    pub async fn change(&self, who: &Who, record: RecordId, typed: &BTreeMap<Field, String>) -> Result<(), Refusal> {
        let (known, at) = self.kept(who, record)?;
        let mut typist = Typist::new(self.reader(), known.record.collection);
        let (mut forms, mut faults) = (Vec::new(), Vec::new());
        for (field, text) in typed {
            match typist.read(known.record.kind, *field, text)? {
                Ok(value) if known.record.fields.get(field).unwrap_or(&Value::Empty) == &value => {}
                Ok(value) => forms.push(SetField { record, kind: known.record.kind, field: *field, value }),
                Err(fault) => faults.push(fault),
            }
        }
        if known.record.kind == Kind::UNIT && !forms.is_empty() {
            let unit = self.unit(&record.to_string())?;
            self.may_correct(&unit, forms.iter().map(|form| form.field))?;
        }
        let mut edits = Vec::new();
        for form in forms {
            match form.edit(&at) {
                Ok(edit) => edits.push(edit),
                Err(Faults(more)) => faults.extend(more),
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(&Faults(faults)));
        }
        self.with(move |office, _, _| {
            for edit in pack(edits) {
                office.submit(&edit)?;
            }
            Ok(())
        })
        .await
    }

    /// Gives one field of a record what was typed.
    ///
    /// # Errors
    /// As [`Desk::change`].
    pub async fn set(&self, who: &Who, record: RecordId, field: Field, typed: &str) -> Result<(), Refusal> {
        self.change(who, record, &BTreeMap::from([(field, typed.to_owned())])).await
    }

    /// The same with fields by their slugs.
    ///
    /// # Errors
    /// As [`Desk::change`]; and when records of that kind have no such field.
    pub async fn change_typed(
        &self,
        who: &Who,
        record: RecordId,
        typed: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let (known, _) = self.kept(who, record)?;
        let rule = rules::kind(known.record.kind).ok_or_else(Refusal::forbidden)?;
        let fields = typed
            .iter()
            .map(|(slug, text)| Ok((column(rule, slug).ok_or_else(|| no_field(rule, slug))?, text.clone())));
        self.change(who, record, &fields.collect::<Result<_, Refusal>>()?).await
    }

    /// Says of a record that it was entered by mistake, or takes that back; the reason stays with it.
    ///
    /// # Errors
    /// When there is no such record, other records name it, no reason is given, or whoever asks may not.
    pub async fn void(&self, who: &Who, record: RecordId, void: bool, reason: &str) -> Result<(), Refusal> {
        let (known, at) = self.kept(who, record)?;
        if known.void == void {
            return Ok(());
        }
        let (kind, reason) = (known.record.kind, reason.to_owned());
        let gone = || Refusal::not_found("mục", "record", &record.to_string());
        let (snapshot, named_by) = self.reader().seen_of(record)?.ok_or_else(gone)?;
        if let (true, Some(first)) = (void, named_by.first()) {
            let title = self.reader().book_row(*first)?.map(|row| row.title).unwrap_or_default();
            return Err(still_named(named_by.len(), &title));
        }
        let seen = fold::seen(&snapshot, &named_by);
        self.write(at, move |office| {
            let event = office.new_event();
            Ok((VoidRecord { record, kind, event, void, seen, reason }, ()))
        })
        .await
    }

    /// The records of a kind, by name, with those entered by mistake last.
    ///
    /// # Errors
    /// When the kind is none, no commune is named at the province, whoever asks may not read them, or the look cannot be
    /// written down.
    pub async fn book(&self, who: &Who, kind: &str, query: &BookQuery) -> Result<Vec<BookRow>, Refusal> {
        let kind = Self::book_kind(kind)?;
        let collection = self.book_of(kind, Some(&query.commune))?;
        self.looks_into(who, kind, &collection.to_string()).await?;
        let mut rows = self.reader().book(kind, collection)?;
        rows.retain(|row| holds(row, &query.search));
        Ok(rows)
    }

    /// One record by its id, the beginning of that, or at the office that keeps it by its name, with what happened to it.
    ///
    /// # Errors
    /// As [`Desk::book`]; and when there is none or several.
    pub async fn book_record(&self, who: &Who, kind: &str, typed: &str) -> Result<(BookRow, History), Refusal> {
        let kind = Self::book_kind(kind)?;
        let none = || Refusal::not_found("mục", "record", typed);
        let id = self.book_id(kind, typed)?;
        self.looks_into(who, kind, &id.to_string()).await?;
        let row = self.reader().book_row(id)?.filter(|row| row.record.kind == kind).ok_or_else(none)?;
        let history = self.reader().history(id)?.ok_or_else(none)?;
        Ok((row, history))
    }

    /// The id of a record of a kind, as typed.
    ///
    /// # Errors
    /// When there is none or several.
    pub fn book_id(&self, kind: Kind, typed: &str) -> Result<RecordId, Refusal> {
        let none = || Refusal::not_found("mục", "record", typed);
        let typed = typed.trim();
        if let Ok(id) = typed.parse() {
            return Ok(id);
        }
        let begins: Vec<_> =
            self.reader().records_by_prefix(typed)?.into_iter().filter(|row| row.kind == kind).collect();
        if let [only] = begins.as_slice() {
            return Ok(only.id);
        }
        let collection = self.book_of(kind, None)?;
        let known = self.reader().named(&[kind], collection)?;
        pick(&known, typed).map(|named| named.id).map_err(|_| none())
    }

    /// Whether whoever asks keeps this kind of record at this office.
    #[must_use]
    pub fn may_keep(&self, who: &Who, kind: Kind) -> bool {
        self.at_book(who, kind).is_ok()
    }

    /// Whether whoever asks may read this kind of record.
    #[must_use]
    pub fn may_read(&self, who: &Who, kind: Kind) -> bool {
        home(kind) != Some(Home::People) || who.part.may(Power::Personal)
    }

    /// The collection whose records of a kind are asked about.
    ///
    /// # Errors
    /// When a commune must be named and is not, or it is not known here.
    pub fn book_of(&self, kind: Kind, commune: Option<&str>) -> Result<CollectionId, Refusal> {
        match home(kind) {
            Some(Home::Bulletin) => Ok(self.about().province),
            Some(Home::Reported) => Ok(self.collection_of(commune)?.unwrap_or(self.about().province)),
            _ => self.one_commune(commune),
        }
    }

    /// Where this office writes records of a kind, for whoever keeps them.
    pub(crate) fn at_book(&self, who: &Who, kind: Kind) -> Result<EditDesk, Refusal> {
        let own = self.about().collection;
        let doc = match home(kind) {
            Some(Home::Bulletin) => {
                self.keeps_bulletin(who, kind)?;
                DocId::new(self.about().province, DocKind::Bulletin)
            }
            Some(Home::Reported) if self.is_province() => {
                self.keeps_bulletin(who, kind)?;
                DocId::new(self.about().province, DocKind::Bulletin)
            }
            Some(Home::Register | Home::Reported) => {
                self.only_commune(who)?;
                DocId::new(own, DocKind::Register)
            }
            Some(Home::People) => {
                self.only_commune(who)?;
                self.allow(who, Power::Personal)?;
                DocId::new(own, DocKind::People)
            }
            Some(Home::Issues) | None => return Err(Refusal::forbidden()),
        };
        self.at(who, doc)
    }

    /// A record that whoever asks may change, and where.
    fn kept(&self, who: &Who, record: RecordId) -> Result<(BookRow, EditDesk), Refusal> {
        let found = self.reader().book_row(record)?;
        let row = found.ok_or_else(|| Refusal::not_found("mục", "record", &record.to_string()))?;
        let mut at = self.at_book(who, row.record.kind)?;
        // The office itself refuses what is another's.
        at.doc = row.record.doc;
        Ok((row, at))
    }

    fn only_commune(&self, who: &Who) -> Result<(), Refusal> {
        if self.is_province() {
            return Err(Refusal::new(
                Why::Refused,
                "commune-only",
                "Sổ này do xã, phường nhập. Hãy làm ở văn phòng của xã, phường.",
                "Communes keep this book themselves. Do it at the commune's office.",
            ));
        }
        self.allow(who, Power::Write)
    }

    /// Personal records are for those who may read them, and every look is written down.
    async fn looks_into(&self, who: &Who, kind: Kind, about: &str) -> Result<(), Refusal> {
        if home(kind) == Some(Home::People) { self.saw_person(who, about).await } else { Ok(()) }
    }
}

fn home(kind: Kind) -> Option<Home> {
    rules::kind(kind).map(|rule| rule.home)
}

fn column(rule: &KindRule, slug: &str) -> Option<Field> {
    Field::from_slug(slug).filter(|field| rule.columns.iter().any(|column| column.field == *field))
}

fn still_named(count: usize, first: &str) -> Refusal {
    Refusal::new(
        Why::Refused,
        "still-named",
        format!("Còn {count} mục ghi theo mục này, như \"{first}\". Hãy sửa hoặc bỏ các mục đó trước."),
        format!("{count} records still name this one, as {first:?}. Correct or withdraw them first."),
    )
}

fn no_field(rule: &KindRule, slug: &str) -> Refusal {
    let known = rule.columns.iter().map(|column| column.field.to_string()).collect::<Vec<_>>().join(" ");
    let slug: String = slug.chars().take(40).collect();
    Refusal::new(
        Why::Usage,
        "unknown-field",
        format!("Loại này không có trường {slug}. Các trường: {known}."),
        format!("Records of this kind have no field {slug}. Fields: {known}."),
    )
}
