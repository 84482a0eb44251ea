//! The catalogue of places, which needs no office.

use hopluu_desk::{PlaceLink, PlaceLinks, PlaceOn, place_changes, place_on};
use hopluu_driver::{Complaint, Exit};
use hopluu_model::Date;
use hopluu_model::catalogue;
use serde_json::json;

use crate::answer::complain;
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
        let place = place_on(code, day).map_err(|refusal| complain(&refusal))?;
        let (then_vi, then_en) = links(&place);
        vi.push(format!("{code}  {}: {then_vi}", place.name));
        en.push(format!("{code}  {}: {then_en}", place.name));
        data.push(json!(place));
    }
    Ok(Answer::new(json!(data), vi.join("\n"), en.join("\n")))
}

/// What became of the communes of a province as it was until 2025-06-30.
pub(crate) fn changes(province: &str) -> Result<Answer, Complaint> {
    let changes = place_changes(province).map_err(|refusal| complain(&refusal))?;
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for place in &changes.new {
        let (then_vi, then_en) = links(place);
        vi.push(format!("{}  {}: {then_vi}", place.code, place.name));
        en.push(format!("{}  {}: {then_en}", place.code, place.name));
    }
    let (name, before, after) = (changes.province, changes.before, changes.after);
    vi.push(format!("{name}: {before} xã, phường, thị trấn trước 01/7/2025; {after} xã, phường từ ngày đó."));
    en.push(format!("{name}: {before} communes before 2025-07-01, {after} since."));
    Ok(Answer::new(json!(changes), vi.join("\n"), en.join("\n")))
}

/// What a unit was formed from, or what became of it.
pub(crate) fn links(place: &PlaceOn) -> (String, String) {
    let PlaceLinks { became, formed_from, district, province } = &place.links;
    match (district, province) {
        (Some(district), Some(province)) => {
            let into = became.iter().map(|link| link.name.as_str()).collect::<Vec<_>>().join(", ");
            (format!("{district}, {province}; nay thuộc {into}"), format!("{district}, {province}; now in {into}"))
        }
        _ => {
            let from = |share: fn(&PlaceLink) -> &'static str| {
                let each = formed_from.iter().map(|link| format!("{} ({})", link.name, share(link)));
                each.collect::<Vec<_>>().join(", ")
            };
            (
                format!("hình thành từ {}", from(|link| link.share)),
                format!("formed from {}", from(|link| link.share_en)),
            )
        }
    }
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
