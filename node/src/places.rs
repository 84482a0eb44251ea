//! The catalogue of places, which needs no office.

use hopluu_driver::{Complaint, Exit};
use hopluu_model::Date;
use hopluu_model::catalogue::{self, Meaning};
use serde_json::json;

use crate::client::Answer;

/// The communes of a province today.
pub(crate) fn list(code: &str) -> Result<Answer, Complaint> {
    let province = catalogue::province(code).ok_or_else(|| unknown(code))?;
    let communes: Vec<_> = catalogue::communes_of(code).collect();
    let rows: Vec<String> = communes.iter().map(|it| format!("{}  {}", it.code, it.full_name())).collect();
    let data: Vec<_> = communes.iter().map(|it| json!({ "code": it.code, "name": it.full_name() })).collect();
    let head = format!("{} ({}): {}", province.full_name(), code, communes.len());
    let text = format!("{head}\n{}", rows.join("\n"));
    Ok(Answer::new(json!({ "province": province.full_name(), "communes": data }), text.clone(), text))
}

/// What codes mean on a day: since 2025-07-01 nearly all name something else.
pub(crate) fn at(date: &str, codes: &[String]) -> Result<Answer, Complaint> {
    let day: Date = date.parse().map_err(|error: hopluu_model::time::BadDate| {
        Complaint::new(
            Exit::Usage,
            "bad-date",
            "Ngày không đúng. Viết 2025-07-01 hoặc 01/07/2025.",
            "Not a date. Write 2025-07-01 or 01/07/2025.",
        )
        .because(&error)
    })?;
    let (mut vi, mut en, mut data) = (Vec::new(), Vec::new(), Vec::new());
    for code in codes {
        let meaning = catalogue::at(code, day).ok_or_else(|| unknown(code))?;
        let name = meaning.full_name(day);
        let (from_vi, from_en, links) = match &meaning {
            Meaning::Old(unit) => {
                let heirs = catalogue::successors(code);
                let into: Vec<_> = heirs.iter().map(|heir| heir.commune.full_name()).collect();
                let links: Vec<_> = heirs
                    .iter()
                    .map(|heir| json!({ "code": heir.commune.code, "name": heir.commune.full_name(), "share": heir.share.vi() }))
                    .collect();
                let into = into.join(", ");
                (
                    format!("{}, {}; nay thuộc {into}", unit.district, unit.province),
                    format!("{}, {}; now in {into}", unit.district, unit.province),
                    json!({ "became": links, "district": unit.district, "province": unit.province }),
                )
            }
            Meaning::Commune(commune) => {
                let heirs = catalogue::ancestry(commune.code);
                let from: Vec<_> =
                    heirs.iter().map(|heir| format!("{} ({})", heir.old.full_name(), heir.share.vi())).collect();
                let links: Vec<_> = heirs
                    .iter()
                    .map(
                        |heir| json!({ "code": heir.old.code, "name": heir.old.full_name(), "share": heir.share.vi() }),
                    )
                    .collect();
                let from = from.join(", ");
                (format!("hình thành từ {from}"), format!("formed from {from}"), json!({ "formed_from": links }))
            }
        };
        vi.push(format!("{code}  {name}: {from_vi}"));
        en.push(format!("{code}  {name}: {from_en}"));
        data.push(json!({ "code": code, "date": day.to_string(), "name": name, "links": links }));
    }
    Ok(Answer::new(json!(data), vi.join("\n"), en.join("\n")))
}

/// Finds communes by name within a province.
pub(crate) fn find(province: &str, name: &str) -> Result<Answer, Complaint> {
    catalogue::province(province).ok_or_else(|| unknown(province))?;
    let found: Vec<_> = catalogue::search(province, name).into_iter().collect();
    let rows: Vec<String> = found.iter().map(|it| format!("{}  {}", it.code, it.full_name())).collect();
    let data: Vec<_> = found.iter().map(|it| json!({ "code": it.code, "name": it.full_name() })).collect();
    let text = if rows.is_empty() {
        ("Không tìm thấy.".to_owned(), "Nothing found.".to_owned())
    } else {
        (rows.join("\n"), rows.join("\n"))
    };
    Ok(Answer::new(json!(data), text.0, text.1))
}

fn unknown(code: &str) -> Complaint {
    let code: String = code.chars().take(16).collect();
    Complaint::new(
        Exit::Refused,
        "no-place",
        format!("Không có mã {code} trong danh mục vào ngày đó. Tìm bằng: hopluu places find 19 \"tên\""),
        format!("The catalogue has no {code} on that day. Find it with: hopluu places find 19 \"name\""),
    )
}
