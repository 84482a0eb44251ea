//! Every sort of clash: two places that are cut off from each other write what cannot both hold; one decision each, on
//! the page that shows both, ends it everywhere and stays in the history.

mod commune;
mod issues;
mod mergers;
mod people;

use hopluu_model::fold::ClashKind;
use hopluu_model::{Field, Timestamp};
use hopluu_tests::process::until;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

/// Somebody at a desk who writes with a role.
type Author = (Seat, &'static str, &'static str);

const LAN: Author = (Seat::HouseA, "Nguyễn Thị Lan", "leader");
const BINH: Author = (Seat::HouseB, "Lê Thanh Bình", "leader");
const HANH: Author = (Seat::Province, "Phạm Thị Hạnh", "triage");
const MINH: Author = (Seat::Spare, "Hoàng Minh", "triage");

/// One clash, from what all know before to what holds after it was settled.
struct Case {
    /// What all know before the cut; gives what the others are told: an id or a code.
    before: fn(&Stage) -> String,
    /// What either side writes meanwhile.
    apart: [fn(&Stage, &str); 2],
    /// What one of the options says: by this the clash is known among others of its sort.
    says: &'static str,
    /// What the option says that is chosen.
    choose: &'static str,
    /// A page, `{}` being what `before` gave, a part of it, and what is read there in the end.
    then: [&'static str; 3],
}

/// How each sort comes about. A sort that is not here does not compile.
fn cases(kind: ClashKind) -> &'static [Case] {
    match kind {
        ClashKind::IssueReopened => issues::REOPENED,
        ClashKind::IssueRefused => issues::REFUSED,
        ClashKind::IssueLead => issues::LEAD,
        ClashKind::IssueCategory => issues::CATEGORY,
        ClashKind::MergerOutcome => mergers::OUTCOME,
        ClashKind::MergerConsent => mergers::CONSENT,
        ClashKind::MergerTerms => mergers::TERMS,
        ClashKind::MergerSources => mergers::SOURCES,
        ClashKind::UnitTwice => mergers::UNIT_TWICE,
        ClashKind::MergerRing => mergers::RING,
        ClashKind::PostHolders => people::POST_HOLDERS,
        ClashKind::LeaverHolds => people::LEAVER_HOLDS,
        ClashKind::LeaverTwice => people::LEAVER_TWICE,
        ClashKind::PersonTwice => people::PERSON_TWICE,
        ClashKind::SiteFunction => commune::SITE_FUNCTION,
        ClashKind::SameField(Field::STAGE) => commune::STAGE,
        ClashKind::SameField(Field::COMMUNE_TYPE) => commune::TYPE,
        ClashKind::SameField(Field::NAME) => commune::UNIT_NAME,
        ClashKind::SameField(Field::VOID) => commune::MISTAKE,
        ClashKind::SameField(_) => &[],
    }
}

pub(crate) fn play(stage: &Stage) {
    let fields = [Field::STAGE, Field::COMMUNE_TYPE, Field::NAME, Field::VOID].map(ClashKind::SameField);
    let all: Vec<(ClashKind, &Case)> =
        ClashKind::sorts().chain(fields).flat_map(|kind| cases(kind).iter().map(move |case| (kind, case))).collect();
    let known: Vec<String> = all.iter().map(|(_, case)| (case.before)(stage)).collect();
    let gone = people::before_its_unit_goes(stage);
    stage.in_step();
    stage.cut();
    for ((_, case), about) in all.iter().zip(&known) {
        case.apart.iter().for_each(|write| write(stage, about));
    }
    people::while_its_unit_goes(stage);
    stage.heal();

    let leader = stage.signed_in(Seat::HouseA, "truong");
    let triage = stage.signed_in(Seat::Province, "hanh");
    for ((kind, case), about) in all.iter().zip(&known) {
        let (seat, browser) = match kind {
            ClashKind::IssueRefused | ClashKind::IssueLead | ClashKind::IssueCategory => (Seat::Province, &triage),
            _ => (Seat::HouseA, &leader),
        };
        let row = until(&format!("{kind:?} is listed"), || find(stage, seat, *kind, case));
        settles(stage, (seat, browser), (*kind, case), &row);
        let [path, part, text] = case.then;
        browser.reloads(&stage.at(seat, &path.replace("{}", about)), text, |page| page.read(part).contains(text));
    }
    people::after_its_unit_went(stage, &leader, &gone);
    for seat in [Seat::HouseA, Seat::HouseB, Seat::Province, Seat::Spare] {
        until("nothing is left to settle", || (find_any(stage, seat) == 0).then_some(()));
    }
    leader.goto(&stage.at(Seat::HouseA, "/settle"));
    leader.sees("#clashes", "Không có việc nào cần thống nhất");
    commune::as_it_was(stage);
    let settled = stage.ask(Seat::HouseB, "settle.settled", json!({}), None);
    assert!(settled.as_array().is_some_and(|rows| rows.len() >= all.len()), "{settled}");
}

fn find_any(stage: &Stage, seat: Seat) -> usize {
    stage.ask(seat, "settle.list", json!({}), None).as_array().map_or(0, Vec::len)
}

/// The clash of a case, as a house lists it.
fn find(stage: &Stage, seat: Seat, kind: ClashKind, case: &Case) -> Option<Value> {
    let listed = stage.ask(seat, "settle.list", json!({}), None);
    let rows = listed.as_array().cloned().unwrap_or_default();
    rows.into_iter().find(|row| row["kind"] == kind.slug() && row["options"].to_string().contains(case.says))
}

/// Looks at both sides on the page, chooses one, and finds the decision among those that were made.
fn settles(stage: &Stage, (seat, browser): (Seat, &Browser), (kind, case): (ClashKind, &Case), row: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&row["name"]).to_lowercase();
    assert!(!name.contains("nguy"), "{kind:?}: lists that are for all name nobody: {name}");
    browser.goto(&stage.at(seat, &format!("/settle/{}", text(&row["key"]))));
    browser.sees(".note-warn", &kind.text().vi);
    browser.sees("main", &kind.consequence().vi);
    let options = row["options"].as_array().cloned().unwrap_or_default();
    if kind == ClashKind::SiteFunction {
        browser.sees(".note-warn", "Trung tâm phục vụ hành chính công");
    }
    let mut authors: Vec<String> = options.iter().map(|option| text(&option["by"])).collect();
    for (place, option) in (1..).zip(&options) {
        let shown = browser.read(&format!(".choice:nth-of-type({place})"));
        let at = Timestamp(option["at"].as_i64().unwrap_or_default()).to_string();
        let wanted = [text(&option["text"]), text(&option["by"]), at];
        assert!(wanted.iter().all(|part| shown.contains(part)), "{kind:?}: {wanted:?} is not in {shown:?}");
        if matches!(kind, ClashKind::UnitTwice | ClashKind::MergerRing) {
            assert!(shown.contains(" → "), "{kind:?}: which units, {shown:?} does not say");
        }
    }
    authors.sort();
    authors.dedup();
    // One list is confirmed by whoever settles; everything else was written by two who did not know of each other.
    assert_eq!(authors.len(), if kind == ClashKind::MergerSources { 1 } else { 2 }, "{kind:?}: {authors:?}");
    let chosen = options.iter().position(|option| text(&option["text"]).contains(case.choose));
    let chosen = chosen.unwrap_or_else(|| panic!("{kind:?}: {:?} is none of {options:?}", case.choose));
    browser.click(&format!(".choice:nth-of-type({}) button", chosen + 1));
    browser.sees(".note-ok", "Đã thống nhất");
    browser.sees("#settled li:first-child", case.choose);
    browser.sees("#settled li:first-child", "đã thống nhất lúc");
    if seat == Seat::HouseA {
        browser.goto(&stage.at(seat, &format!("/audit/records?record={}", text(&options[chosen]["record"]))));
        browser.sees("main tbody", "Đã thống nhất");
    }
}
