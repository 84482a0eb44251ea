//! A province of issues, folded into a view as documents would hand them over.

use std::collections::BTreeMap;
use std::path::Path;

use hopluu_model::demo::{self, DemoDice, ISSUES};
use hopluu_model::edit::Write;
use hopluu_model::{
    ActorId, By, ChangeHash, CollectionId, Date, DocId, DocKind, Event, EventId, EventKind, Field, Held, Kind,
    RecordId, Role, Side, Snapshot, Stamp, Timestamp, Value,
};
use hopluu_view::{Batch, DocUpdate, Marks, Settings, Touch, View};

use crate::Outcome;

/// The day as of which everything is shown.
pub(super) const TODAY: &str = "2026-11-26";
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Issues are spread over so many days, today last.
const DAYS: u64 = 700;
/// Folded in one transaction, so many documents.
const AT_ONCE: usize = 12;
const UNITS: u64 = 30;
const COMMONS: u64 = 20;
pub(super) const DESK: ActorId = ActorId([9; 16]);
const HANDLERS: u64 = 40;

/// What makes texts differ; each word list is as rare as its place in the sentence.
const WHERE: [&str; 12] = [
    "tại Trung tâm phục vụ hành chính công",
    "tại bộ phận một cửa",
    "tại nhà văn hóa xóm",
    "tại trụ sở cũ",
    "ở các tổ dân phố vùng cao",
    "trên Cổng dịch vụ công",
    "của Phòng Kinh tế",
    "của Phòng Văn hóa - Xã hội",
    "của Văn phòng HĐND và UBND",
    "khi tiếp công dân",
    "trong kỳ họp đầu tiên",
    "sau khi sáp nhập",
];
const EFFECT: [&str; 10] = [
    "hồ sơ trễ hẹn với người dân",
    "cán bộ phải đi lại nhiều lần",
    "người dân phải chờ lâu",
    "việc tiếp nhận bị gián đoạn",
    "số liệu báo cáo không khớp",
    "không ký được văn bản điện tử",
    "thiếu chỗ làm việc cho công chức",
    "phải làm thủ công từng hồ sơ",
    "ảnh hưởng tiến độ đại hội Đảng bộ",
    "chưa có hướng dẫn thống nhất",
];
/// Words that few issues hold.
pub(super) const RARE: [&str; 4] = ["máy phát điện", "sạt lở taluy", "cột phát sóng", "trạm bơm"];

/// How many issues of how many communes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) communes: u64,
    pub(super) issues: u64,
}

/// The collection of a commune.
pub(super) fn collection(commune: u64) -> CollectionId {
    let mut dice = DemoDice::new(commune, "collection");
    CollectionId(dice.record().0)
}

/// The official code of a commune.
pub(super) fn code(commune: u64) -> String {
    format!("{:05}", 5_000 + commune)
}

/// The collection of the province.
fn province() -> CollectionId {
    collection(u64::MAX)
}

/// A common problem.
pub(super) fn common(number: u64) -> RecordId {
    DemoDice::new(number, "common").record()
}

/// Fills a new view.
pub(super) fn fill(path: &Path, size: Size) -> Outcome<()> {
    let (mut view, _) = View::open(path, Settings::default())?;
    view.mark(&Marks { today: Some(TODAY.parse()?), ..Marks::default() })?;
    view.fold(&Batch { docs: vec![bulletin()] })?;
    let mut docs = Vec::new();
    for commune in 0..size.communes {
        let of_this = size.issues / size.communes + u64::from(commune < size.issues % size.communes);
        docs.push(register(commune, UNITS));
        docs.extend(issues(commune, of_this)?);
        if docs.len() >= AT_ONCE {
            view.fold(&Batch { docs: std::mem::take(&mut docs) })?;
        }
    }
    view.fold(&Batch { docs })?;
    view.checkpoint()?;
    Ok(())
}

pub(super) fn stamp(at: i64, name: String, role: Role) -> Stamp {
    Stamp { at: Timestamp(at), by: By { name, role } }
}

pub(super) fn snapshot(
    doc: DocId,
    id: RecordId,
    kind: Kind,
    (stamp, actor): (&Stamp, ActorId),
    fields: Vec<(Field, Value)>,
) -> Snapshot {
    let held = |value| Held { value, stamp: stamp.clone(), actor, rivals: Vec::new() };
    let fields = fields.into_iter().map(|(field, value)| (field, held(value))).collect();
    Snapshot { doc, id, kind, stamp: stamp.clone(), actor, fields }
}

pub(super) fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn bulletin() -> DocUpdate {
    let doc = DocId::new(province(), DocKind::Bulletin);
    let mut update = DocUpdate::new(doc, vec![ChangeHash([1; 32])]);
    let stamp = stamp(0, "Dữ liệu minh họa".to_owned(), Role::Program);
    for edit in demo::bulletin(province(), 7, Timestamp(0)) {
        for write in edit.writes() {
            if let Write::Create { record, kind, fields } = write {
                update.records.push(snapshot(doc, *record, *kind, (&stamp, DESK), fields.clone()));
            }
        }
    }
    for number in 0..COMMONS {
        let fields =
            vec![(Field::NAME, text(&format!("Vấn đề chung {number}"))), (Field::TEXT, text("Nhiều xã cùng gặp"))];
        update.records.push(snapshot(doc, common(number), Kind::COMMON, (&stamp, DESK), fields));
    }
    update
}

/// The register of a commune with so many units.
pub(super) fn register(commune: u64, units: u64) -> DocUpdate {
    let doc = DocId::new(collection(commune), DocKind::Register);
    let mut update = DocUpdate::new(doc, vec![ChangeHash([2; 32])]);
    let mut dice = DemoDice::new(commune, "register");
    let stamp = stamp(0, "Dữ liệu minh họa".to_owned(), Role::Program);
    let fields = vec![(Field::NAME, text(&format!("Xã Mẫu {commune}"))), (Field::COMMUNE_CODE, text(&code(commune)))];
    update.records.push(snapshot(doc, dice.record(), Kind::COMMUNE, (&stamp, DESK), fields));
    for number in 0..units {
        let fields = vec![
            (Field::NAME, text(&format!("Tổ dân phố {number}"))),
            (Field::UNIT_KIND, text("to_dan_pho")),
            (Field::HOUSEHOLDS, Value::Int(120)),
        ];
        update.records.push(snapshot(doc, unit(commune, number), Kind::UNIT, (&stamp, DESK), fields));
    }
    update
}

pub(super) fn unit(commune: u64, number: u64) -> RecordId {
    DemoDice::new(number, &format!("unit {commune}")).record()
}

/// The documents of issues of a commune: one for each year.
fn issues(commune: u64, count: u64) -> Outcome<Vec<DocUpdate>> {
    let mut dice = DemoDice::new(commune, "issues");
    let today: Date = TODAY.parse()?;
    let mut years: BTreeMap<u16, DocUpdate> = BTreeMap::new();
    let received = Timestamp((today.days() - i64::try_from(commune % 6)?) * DAY_MS);
    for number in 0..count {
        // In the order in which they were written, as changes arrive.
        let age = DAYS - 1 - number * DAYS / count.max(1);
        let at = (today.days() - i64::try_from(age)?) * DAY_MS
            + i64::try_from(dice.below(8))? * HOUR_MS
            + i64::try_from(number % 60_000)?;
        let year = u16::try_from(Timestamp(at).date().year())?;
        let doc = DocId::new(collection(commune), DocKind::Issues(year));
        let update = years.entry(year).or_insert_with(|| DocUpdate::new(doc, vec![ChangeHash([3; 32])]));
        update.received_at = Some(received);
        Story { commune, number, at, age, doc }.tell(&mut dice, update);
    }
    Ok(years.into_values().collect())
}

/// One issue and what happened to it.
struct Story {
    commune: u64,
    number: u64,
    at: i64,
    age: u64,
    doc: DocId,
}

impl Story {
    fn tell(&self, dice: &mut DemoDice, update: &mut DocUpdate) {
        let actor = ActorId(collection(self.commune).0);
        let clerk = stamp(self.at, format!("Nguyễn Văn Mẫu {:03}", self.commune * 3 + dice.below(3)), Role::Clerk);
        let record = dice.record();
        let mut kinds = vec![(EventKind::REPORT, Side::Commune), (EventKind::ARRIVED, Side::Province)];
        kinds.extend(self.course(dice));
        let department = ["so_khcn", "so_noi_vu", "so_tai_chinh", "cong_an", "so_tu_phap"]
            [usize::try_from(dice.below(5)).unwrap_or(0)];
        update.records.push(snapshot(self.doc, record, Kind::ISSUE, (&clerk, actor), self.fields(dice)));
        let (mut at, mut last) = (self.at, None);
        for (kind, side) in &kinds {
            at += i64::try_from(dice.below(30)).unwrap_or(0) * HOUR_MS;
            let is_province = *side == Side::Province;
            let handler = stamp(at, format!("Chuyên viên {:02}", dice.below(HANDLERS)), Role::Triage);
            let mut fields = BTreeMap::new();
            if *kind == EventKind::FORWARD {
                fields.insert(Field::LEAD, text(department));
                if dice.chance(20) {
                    fields.insert(Field::HELPERS, text("so_xay_dung,van_phong_ubnd"));
                }
            }
            if *kind == EventKind::COMMON {
                fields.insert(Field::OTHER, Value::Id(common(dice.below(COMMONS))));
            }
            let id: EventId = dice.event();
            update.events.push(Event {
                id,
                record,
                kind: *kind,
                after: if kind.is_state() { last.into_iter().collect() } else { Vec::new() },
                fields,
                stamp: if is_province { handler } else { Stamp { at: Timestamp(at), ..clerk.clone() } },
                actor: if is_province { DESK } else { actor },
                side: *side,
            });
            last = if kind.is_state() { Some(id) } else { last };
        }
        for (actor, side) in [(actor, Side::Commune), (DESK, Side::Province)] {
            update.touches.push(Touch { record, actor, seq: self.number + 1, side });
        }
    }

    /// What happens after it arrived: the older, the more likely all of it.
    fn course(&self, dice: &mut DemoDice) -> Vec<(EventKind, Side)> {
        let all = [
            (EventKind::RECEIVE, Side::Province),
            (EventKind::FORWARD, Side::Province),
            (EventKind::START, Side::Province),
            (EventKind::ASK, Side::Province),
            (EventKind::REPLY, Side::Commune),
            (EventKind::ANSWER, Side::Province),
            (EventKind::SOLVED, Side::Commune),
        ];
        let stopped = if self.age > 45 { dice.chance(10) } else { dice.chance(70) };
        let mut course = match (stopped, dice.below(100)) {
            (true, _) => all[..usize::try_from(dice.below(7)).unwrap_or(0)].to_vec(),
            (false, 0..4) => vec![all[0], (EventKind::REFUSE, Side::Province)],
            (false, 4..30) => [&all[..3], &[all[5], (EventKind::CLOSE, Side::Province)]].concat(),
            (false, 30..60) => all.to_vec(),
            (false, _) => [&all[..3], &all[5..]].concat(),
        };
        if dice.chance(2) {
            course.push((EventKind::COMMON, Side::Province));
        }
        course
    }

    fn fields(&self, dice: &mut DemoDice) -> Vec<(Field, Value)> {
        let mut pick = |count: usize| usize::try_from(dice.below(count as u64)).unwrap_or(0);
        let (issue, place, effect) =
            (&ISSUES[pick(ISSUES.len())], WHERE[pick(WHERE.len())], EFFECT[pick(EFFECT.len())]);
        let rare = if pick(2_000) == 0 { RARE[pick(RARE.len())] } else { "" };
        let words = format!("{} {place}, {effect} {rare}, số {} ngày {}", issue.text, self.number, self.age);
        let urgent = pick(25) == 0;
        let mut fields = vec![
            (Field::CODE, text(&format!("{}-A-{:04}", code(self.commune), self.number + 1))),
            (Field::LETTER, text("A")),
            (Field::CATEGORY, text(issue.category)),
            (Field::CAUSE, text(issue.cause)),
            (Field::TEXT, text(&words)),
            (Field::PROPOSAL, text(issue.proposal)),
            (Field::URGENT, Value::Bool(urgent)),
        ];
        if pick(2) == 0 {
            fields.push((Field::PLACE, Value::Id(unit(self.commune, pick(UNITS as usize) as u64))));
        }
        fields
    }
}
