//! From one commune to another: the old commune asks, the province does it in both, or refuses with a reason.

use hopluu_model::edit::{AddLeaver, AddRecord, SetField};
use hopluu_model::{Desk as EditDesk, Edit, Field, Form, Kind, RecordId, Value, catalogue};
use hopluu_view::query::TransferRow;
use serde::Deserialize;
use utoipa::ToSchema;

use super::leaving::has_left;
use super::{Done, must_day, people_of, person, some};
use crate::{Desk, Power, Refusal, Who, Why};

/// Why somebody leaves the old commune.
const TRANSFERRED: &str = "dieu_dong";

/// A transfer to ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct AskTransfer {
    /// Who, by name or id.
    pub person: String,
    /// Official code of the commune they go to.
    pub to: String,
    /// The first day there.
    pub on: String,
    /// The document that says so.
    pub decision: Option<String>,
}

/// The province's word on a transfer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default)]
pub struct DecideTransfer {
    /// The transfer, by id.
    pub id: String,
    /// Whether it is done; else it is refused.
    pub approve: bool,
    /// Why it is refused.
    pub reason: Option<String>,
}

impl Desk {
    /// Asks the province to let somebody go to another commune; returns the id of the transfer.
    ///
    /// # Errors
    /// When the person is not known, has left or has asked already, or there is no such commune.
    pub async fn ask_transfer(&self, who: &Who, ask: AskTransfer) -> Result<Done, Refusal> {
        let at = self.at_people(who)?;
        let on = must_day(&ask.on)?;
        let to = ask.to.trim().to_owned();
        if catalogue::commune(&to).is_none() {
            return Err(Refusal::not_found("xã, phường mã", "commune", &to));
        }
        let staff = self.own_staff(None)?;
        let row = person(&staff, &ask.person)?;
        if let Some(left) = row.left {
            return Err(has_left(&row.name, &left.vi(), &left.to_string()));
        }
        let open = self.reader().transfers(Some(self.about().collection))?;
        if open.iter().any(|known| known.is_open() && known.person == Some(row.id)) {
            return Err(Refusal::new(
                Why::Refused,
                "asked-already",
                format!("Đã có đề nghị điều động {}. Chờ tỉnh trả lời.", row.name),
                format!("A transfer of {} was asked for already. Wait for the province.", row.name),
            ));
        }
        let fields = vec![
            (Field::PERSON, Value::Id(row.id)),
            (Field::TO_COMMUNE, Value::Text(to)),
            (Field::ON, Value::Date(on)),
            (Field::DECISION, Value::Text(some(ask.decision).unwrap_or_default())),
            (Field::STATE, Value::Text("requested".to_owned())),
        ];
        self.write(at, move |office| {
            let record = office.new_record();
            let form = AddRecord { record, kind: Kind::TRANSFER, fields };
            Ok((form, Done { id: record.to_string(), warnings: Vec::new() }))
        })
        .await
    }

    /// Does a transfer in both communes, or refuses it; returns the id of the person in the new commune, or of the
    /// transfer. Done twice it adds nothing.
    ///
    /// # Errors
    /// When this is not the province, whoever asks may not, there is no such transfer or it was decided, the person has
    /// left meanwhile, nothing of the new commune is known here, or a refusal has no reason.
    pub async fn decide_transfer(&self, who: &Who, decide: DecideTransfer) -> Result<Done, Refusal> {
        self.allow(who, Power::Triage)?;
        if !self.is_province() {
            return Err(Refusal::not_desk());
        }
        let wanted: Option<RecordId> = decide.id.trim().parse().ok();
        let row = self.reader().transfers(None)?.into_iter().find(|row| Some(row.id) == wanted);
        let row = row.ok_or_else(|| Refusal::not_found("đề nghị điều động", "transfer", &decide.id))?;
        if !row.is_open() {
            return Err(Refusal::new(
                Why::Refused,
                "decided-already",
                "Đề nghị này đã được trả lời. Xem lại danh sách.",
                "This transfer was decided already. Look at the list again.",
            ));
        }
        let edits = if decide.approve { self.done(who, &row)? } else { self.refused(who, &row, decide.reason)? };
        let id = if decide.approve { row.id.derived("person") } else { row.id };
        self.with(move |office, _, _| {
            for edit in &edits {
                office.submit(edit)?;
            }
            Ok(Done { id: id.to_string(), warnings: Vec::new() })
        })
        .await
    }

    fn refused(&self, who: &Who, row: &TransferRow, reason: Option<String>) -> Result<Vec<Edit>, Refusal> {
        let reason = some(reason).ok_or_else(|| {
            Refusal::new(
                Why::Refused,
                "no-reason",
                "Chưa ghi lý do không đồng ý. Đề nghị bổ sung để xã, phường biết.",
                "A refusal needs a reason that the commune can read. Add it.",
            )
        })?;
        let at = self.at(who, people_of(row.collection))?;
        let why = set(row.id, Field::REASON, &reason, &at)?;
        Ok(vec![why, set(row.id, Field::STATE, "refused", &at)?])
    }

    /// The leaving in the old commune, the person in the new one, and that it is done; ids follow from the transfer's.
    fn done(&self, who: &Who, row: &TransferRow) -> Result<Vec<Edit>, Refusal> {
        let gone = || Refusal::not_found("người được điều động", "person of the transfer", &row.id.to_string());
        let (person, on) = (row.person.ok_or_else(gone)?, row.on.ok_or_else(gone)?);
        let detail = self.reader().person(person, None)?.ok_or_else(gone)?;
        let leaver = row.id.derived("leaver");
        if let Some(left) = detail.leaving.as_ref().filter(|leaving| leaving.id != leaver) {
            return Err(has_left(&row.name, &left.on.vi(), &left.on.to_string()));
        }
        let there = self.collection_of(Some(&row.to_code))?.ok_or_else(gone)?;
        let (old, new) = (self.at(who, people_of(row.collection))?, self.at(who, people_of(there))?);
        let decision = Some(row.decision.clone()).filter(|decision| !decision.is_empty());
        let leaving = AddLeaver { record: leaver, person, reason: TRANSFERRED.to_owned(), on, benefit: None, decision };
        let fields = vec![
            (Field::NAME, Value::Text(row.name.clone())),
            (Field::STAFF_CATEGORY, Value::Text(row.category.clone())),
            (Field::VALID_FROM, Value::Date(on)),
            (Field::CAME_FROM, Value::Id(person)),
        ];
        let arrival = AddRecord { record: row.id.derived("person"), kind: Kind::PERSON, fields };
        let invalid = |faults: hopluu_model::Faults| Refusal::invalid(&faults);
        let leaving = leaving.edit(&old).map_err(invalid)?;
        Ok(vec![leaving, arrival.edit(&new).map_err(invalid)?, set(row.id, Field::STATE, "done", &old)?])
    }
}

fn set(record: RecordId, field: Field, text: &str, at: &EditDesk) -> Result<Edit, Refusal> {
    let form = SetField { record, kind: Kind::TRANSFER, field, value: Value::Text(text.to_owned()) };
    form.edit(at).map_err(|faults| Refusal::invalid(&faults))
}
