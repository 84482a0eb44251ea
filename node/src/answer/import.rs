//! Spreadsheets, in words.

use std::fmt::Write as _;

use hopluu_desk::import::{Planned, RowState};
use hopluu_desk::{Desk, Refusal, Who};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{as_json, read, unknown};
use crate::client::Answer;

/// Rows that are told one by one.
const TOLD: usize = 50;

#[derive(Deserialize)]
struct Which {
    id: u64,
}

pub(super) async fn answer(desk: &Desk, who: &Who, what: &str, args: Value) -> Result<Answer, Refusal> {
    match what {
        "import.look" => Ok(looked(&desk.plan_import(who, &read(args)?)?)),
        "import.load" => {
            let load = desk.load_import(who, &read(args)?).await?;
            let (id, created, changed) = (load.id, load.created, load.changed);
            let vi = format!(
                "Đã nạp: {created} mục mới, {changed} chỗ thay đổi. Số lần nạp: {id}. Hoàn tác: hopluu import undo {id}"
            );
            let en =
                format!("Loaded: {created} new, {changed} fields changed. Load {id}; undo: hopluu import undo {id}");
            Ok(Answer::new(as_json(&load), vi, en))
        }
        "import.list" => {
            let loads = desk.imports_done(who).await?;
            let (mut vi, mut en) = (String::new(), String::new());
            for load in &loads {
                let head = format!("{:>4}  {}  {}  {}", load.id, load.at, load.kind, load.file);
                let undone = load.undone.is_some();
                let _ = write!(vi, "{head}  +{} ~{}  {}", load.created, load.changed, load.by);
                let _ = write!(en, "{head}  +{} ~{}  {}", load.created, load.changed, load.by);
                vi.push_str(if undone { "  đã hoàn tác\n" } else { "\n" });
                en.push_str(if undone { "  undone\n" } else { "\n" });
            }
            if loads.is_empty() {
                vi = "Chưa nạp tệp nào. Xem: hopluu import --help".into();
                en = "Nothing was loaded yet. See: hopluu import --help".into();
            }
            Ok(Answer::new(as_json(&loads), vi.trim_end(), en.trim_end()))
        }
        "import.undo" => {
            let undone = desk.undo_import(who, read::<Which>(args)?.id).await?;
            let (voided, restored) = (undone.voided, undone.restored);
            let mut vi = format!("Đã hoàn tác: {voided} mục ghi là nhập nhầm, {restored} chỗ trở lại như trước.");
            let mut en = format!("Undone: {voided} marked as entered by mistake, {restored} fields as before.");
            for (record, field, value) in &undone.kept {
                let _ = write!(vi, "\nGiữ nguyên vì đã có người sửa: {record}, {field} = {value}");
                let _ = write!(en, "\nKept, changed by somebody since: {record}, {field} = {value}");
            }
            Ok(Answer::new(as_json(&undone), vi, en))
        }
        other => Err(unknown(other)),
    }
}

fn looked(planned: &Planned) -> Answer {
    let [new, changed, same, wrong] =
        [RowState::New, RowState::Changed, RowState::Same, RowState::Wrong].map(|state| planned.count(state));
    let mut vi = format!("{new} dòng mới, {changed} dòng thay đổi, {same} dòng đã có, {wrong} dòng lỗi.");
    let mut en = format!("{new} new, {changed} changed, {same} known, {wrong} wrong.");
    if let Some(blocked) = &planned.blocked {
        (vi, en) = (blocked.vi.clone(), blocked.en.clone());
    }
    let ignored: Vec<&str> = planned.ignored().collect();
    if !ignored.is_empty() {
        let _ = write!(vi, "\nCột không nạp: {}", ignored.join(", "));
        let _ = write!(en, "\nColumns not loaded: {}", ignored.join(", "));
    }
    let faults = planned.rows.iter().flat_map(|row| &row.wrong);
    for fault in faults.take(TOLD) {
        let _ = write!(vi, "\n{}", fault.vi);
        let _ = write!(en, "\n{}", fault.en);
    }
    let changes = planned.rows.iter().flat_map(|row| row.changes.iter().map(move |change| (row.line, change)));
    for (line, change) in changes.take(TOLD) {
        let (field, before, after) = (hopluu_model::rules::label(change.field), &change.before, &change.after);
        let _ = write!(vi, "\nDòng {line}: {field}: {before} → {after}");
        let _ = write!(en, "\nLine {line}: {}: {before} → {after}", change.field);
    }
    if new + changed > 0 {
        vi.push_str("\nChưa nạp gì. Thêm --apply để nạp các dòng đúng.");
        en.push_str("\nNothing was loaded. Add --apply to load the good rows.");
    }
    let counts = json!({ "new": new, "changed": changed, "same": same, "wrong": wrong });
    Answer::new(json!({ "counts": counts, "plan": as_json(planned) }), vi, en)
}
