//! One commune in words.

use std::fmt::Write as _;

use hopluu_desk::{CommuneDetail, Desk, Refusal};
use hopluu_model::{Field, vocabulary};
use hopluu_view::query::SiteRow;
use hopluu_web::Words;
use serde::Deserialize;
use serde_json::Value;

use super::{as_json, read};
use crate::client::Answer;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Which {
    commune: Option<String>,
}

/// A commune: its record, where it comes from, its regime, its buildings, its figures.
pub(super) fn show(desk: &Desk, args: Value) -> Result<Answer, Refusal> {
    let detail = desk.commune(read::<Which>(args)?.commune.as_deref())?;
    let mut text = head(&detail);
    origin(&detail, &mut text);
    let regime = match detail.picture.council {
        Some(true) => ["có Hội đồng nhân dân", "with a people's council"],
        Some(false) => ["không tổ chức Hội đồng nhân dân", "without a people's council"],
        None => ["chưa ghi", "not stated"],
    };
    let _ = writeln!(text.vi, "Mô hình chính quyền: {}", regime[0]);
    let _ = writeln!(text.en, "Regime: {}", regime[1]);
    let sites = &detail.picture.sites;
    let _ = writeln!(text.vi, "Trụ sở: {} nơi làm việc, {} dôi dư", sites.buildings, sites.surplus);
    let _ = writeln!(text.en, "Buildings: {} in use, {} surplus", sites.buildings, sites.surplus);
    for site in &sites.sites {
        site_line(site, &mut text);
    }
    for clash in sites.functions.iter().filter_map(|row| row.clash.as_ref().map(|key| (row, key))) {
        let (row, key) = clash;
        let [vi, en] = word("hq_function", &row.function);
        let _ = writeln!(text.vi, "  ⇄ {vi}: khai ở hai trụ sở. Chọn: hopluu settle show {key}");
        let _ = writeln!(text.en, "  ⇄ {en}: claimed by two buildings. Choose: hopluu settle show {key}");
    }
    for figure in &detail.figures {
        let _ = writeln!(text.vi, "{} ({}): {}; nguồn: {}", figure.name, figure.period, figure.vi, figure.source);
        let _ = writeln!(text.en, "{} ({}): {}; source: {}", figure.name, figure.period, figure.en, figure.source);
    }
    Ok(Answer::new(as_json(&detail), text.vi.trim_end(), text.en.trim_end()))
}

fn head(detail: &CommuneDetail) -> Words {
    let Some(record) = &detail.picture.record else {
        return Words::new(
            "Chưa nhận được thông tin chung về xã, phường; sẽ đến khi nối được với tỉnh lần đầu.\n",
            "What is known of the commune comes with the first connection to the province.\n",
        );
    };
    let fields = [Field::COMMUNE_CODE, Field::STAGE, Field::VALID_FROM, Field::AREA_HA, Field::POPULATION];
    let mut text = Words::new(format!("{}\n", record.title), format!("{}\n", record.title));
    for field in fields {
        let said = record.said(field);
        if !said.vi.is_empty() {
            let _ = writeln!(text.vi, "{}: {}", hopluu_model::rules::label(field), said.vi);
            let _ = writeln!(text.en, "{}: {}", hopluu_model::rules::label_en(field), said.en);
        }
    }
    text
}

fn origin(detail: &CommuneDetail, text: &mut Words) {
    if let Some(now) = &detail.now {
        let (vi, en) = crate::places::links(now);
        let _ = writeln!(text.vi, "{}: {vi}", now.name);
        let _ = writeln!(text.en, "{}: {en}", now.name);
    }
    if let Some(before) = &detail.before {
        let _ = writeln!(text.vi, "Trước 01/07/2025 mã {} là của {}", before.code, before.name);
        let _ = writeln!(text.en, "Before 2025-07-01 code {} named {}", before.code, before.name);
    }
}

fn site_line(site: &SiteRow, text: &mut Words) {
    let functions = site.functions.iter().map(|slug| word("hq_function", slug));
    let equipment = site.equipment.iter().map(|row| {
        let [vi, en] = word("equipment_kind", &row.kind);
        [format!("{} {vi} ({} yếu)", row.count, row.weak), format!("{} {en} ({} weak)", row.count, row.weak)]
    });
    let issues = site.issues.iter().map(|issue| [issue.code.clone(), issue.code.clone()]);
    let state = word("site_state", &site.state);
    let parts: Vec<[String; 2]> = functions.chain(equipment).chain(issues).collect();
    for (lang, line) in [&mut text.vi, &mut text.en].into_iter().enumerate() {
        let parts: Vec<&str> = parts.iter().map(|part| part[lang].as_str()).collect();
        let _ = writeln!(line, "  {}  [{}]  {}", site.name, state[lang], parts.join(", "));
    }
}

fn word(list: &str, slug: &str) -> [String; 2] {
    let known = vocabulary::word(list, slug);
    [known.map_or(slug, |word| word.vi), known.map_or(slug, |word| word.en)].map(str::to_owned)
}
