//! Every ordered pair of concurrent state events, against the tables of DOMAIN.md section 9 written down once more.
//!
//! `golden/pairs.txt` is what the rules below say; the folds must show the same. A line tells what is shown when both
//! events come from the side that may raise them, when only the first, only the second, or neither does.

use std::collections::BTreeMap;

use hopluu_model::fold::{self, Clash, IssueState, MergerState, TaskState};
use hopluu_model::{
    ActorId, By, CollectionId, DocId, DocKind, Event, EventId, EventKind, Field, Held, Kind, RecordId, Role, Side,
    Snapshot, Stamp, Timestamp, Value,
};

/// Rank, event, who may raise it, state shown.
const ISSUE: &str = "\
1 | reopen | commune province | Đang xử lý (mở lại)
2 | solved | commune | Đã giải quyết
3 | withdraw | commune | Đã rút
4 | ask | province | Chờ xã bổ sung
5 | reply | commune | Đang xử lý
6 | answer | province | Đã trả lời
7 | start | province | Đang xử lý
8 | forward | province | Đã chuyển đơn vị
9 | receive | province | Đã tiếp nhận
10 | duplicate | province | Trùng
11 | refuse | province | Không thuộc thẩm quyền
12 | close | province | Đã đóng
13 | report | commune province | Mới
14 | submit | commune | Chờ lãnh đạo duyệt";

const TASK: &str = "\
1 | task_recall | province | Đã thu hồi
2 | task_done | commune | Đã thực hiện xong
3 | task_working | commune | Đang thực hiện
4 | task_received | commune | Đã nhận
5 | task_given | province | Mới giao";

const MERGER: &str = "\
1 | merger_annul | commune | Bãi bỏ
2 | merger_pass | commune | Đã thông qua
3 | merger_withdraw | commune | Dừng
4 | merger_fail | commune | Không đạt
5 | merger_agree | commune | Đạt đồng thuận
6 | merger_consult | commune | Đang lấy ý kiến
7 | merger_draft | commune | Dự thảo";

/// What cannot stand beside what, how that is called, and who settles it. Two forwardings name two leads here, two
/// passings two decisions.
const CLASHES: [(&str, &str, &str); 9] = [
    ("reopen", "solved withdraw", "issue_reopened, commune leader"),
    ("duplicate", "ask answer start forward", "issue_refused, province triage"),
    ("refuse", "ask answer start forward", "issue_refused, province triage"),
    ("forward", "forward", "issue_lead, province triage"),
    ("merger_pass", "merger_withdraw", "merger_outcome, commune leader"),
    ("merger_pass", "merger_fail", "merger_outcome, commune leader"),
    ("merger_pass", "merger_annul", "merger_outcome, commune leader"),
    ("merger_agree", "merger_fail", "merger_consent, commune leader"),
    ("merger_pass", "merger_pass", "merger_terms, commune leader"),
];

/// A row of a table.
struct Row {
    rank: usize,
    event: &'static str,
    sides: &'static str,
    state: &'static str,
}

fn rows(table: &'static str) -> Vec<Row> {
    let read = |line: &'static str| {
        let mut cells = line.split(" | ");
        let mut next = || cells.next().expect("a row has four cells");
        Row { rank: next().parse().expect("a rank is a number"), event: next(), sides: next(), state: next() }
    };
    table.lines().map(read).collect()
}

impl Row {
    fn kind(&self) -> EventKind {
        EventKind::from_slug(self.event).expect("the event is known")
    }

    /// The first side that may raise it, or the other one.
    fn side(&self, rightful: bool) -> Side {
        if self.sides.starts_with("commune") == rightful { Side::Commune } else { Side::Province }
    }

    fn counts(&self, side: Side) -> bool {
        self.sides.contains(if side == Side::Commune { "commune" } else { "province" })
    }

    fn shown(&self) -> String {
        format!("{} {}", self.rank, self.state)
    }
}

/// Which of the two come from the side that may raise them.
const SIDES: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];

/// What the tables say of two concurrent events that follow the first event of a record.
fn ruled(one: &Row, other: &Row, before: &Row, (left, right): (bool, bool)) -> String {
    let counted = [(one, left), (other, right)].map(|(row, rightful)| row.counts(row.side(rightful)).then_some(row));
    let lowest = counted.iter().flatten().min_by_key(|row| row.rank);
    let state = lowest.map_or_else(|| before.shown(), |row| row.shown());
    let [Some(one), Some(other)] = counted else { return state };
    let beside = |these: &str, those: &str| {
        (these == one.event && those.split(' ').any(|event| event == other.event))
            || (these == other.event && those.split(' ').any(|event| event == one.event))
    };
    match CLASHES.iter().find(|(these, those, _)| beside(these, those)) {
        Some((.., clash)) => format!("{state} [{clash}]"),
        None => state,
    }
}

fn event(n: u8, kind: EventKind, side: Side, after: &[u8]) -> Event {
    let after = after.iter().map(|n| EventId([*n; 16])).collect();
    // Two leads, two decisions: what differs when two say it.
    let fields = match kind {
        EventKind::FORWARD => vec![(Field::LEAD, format!("so_{n}"))],
        EventKind::MERGER_PASS => vec![(Field::DECISION, format!("{n}/NQ (mẫu)"))],
        _ => Vec::new(),
    };
    let fields = fields.into_iter().map(|(field, text)| (field, Value::Text(text))).collect();
    let stamp = Stamp { at: Timestamp(n.into()), by: By { name: "mẫu".into(), role: Role::Program } };
    Event { id: EventId([n; 16]), record: RecordId([1; 16]), kind, after, fields, stamp, actor: ActorId([n; 16]), side }
}

fn doc(kind: DocKind) -> DocId {
    DocId::new(CollectionId([5; 16]), kind)
}

/// What a fold shows: state, clashes, how many events have no effect, which are last.
struct Shown {
    state: String,
    clashes: Vec<Clash>,
    void: usize,
    frontier: Vec<EventId>,
}

fn shown(state: &'static str, rank: Option<usize>, rest: (Vec<Clash>, &[EventId], Vec<EventId>)) -> Shown {
    let (clashes, void, frontier) = rest;
    Shown { state: format!("{} {state}", rank.expect("a state has a rank") + 1), clashes, void: void.len(), frontier }
}

fn issue(events: &[Event]) -> Shown {
    let fold = fold::issue(doc(DocKind::Issues(2026)), events);
    let rank = IssueState::ALL.iter().position(|state| *state == fold.state);
    shown(fold.state.vi(), rank, (fold.clashes, &fold.void, fold.frontier))
}

fn task(events: &[Event]) -> Shown {
    let fold = fold::task(events);
    let rank = TaskState::ALL.iter().position(|state| *state == fold.state);
    shown(fold.state.vi(), rank, (Vec::new(), &fold.void, fold.frontier))
}

fn merger(events: &[Event]) -> Shown {
    let stamp = events[0].stamp.clone();
    let from = Value::Ids(vec![RecordId([7; 16]), RecordId([8; 16])]);
    let held = Held { value: from, stamp: stamp.clone(), actor: ActorId([9; 16]), rivals: Vec::new() };
    let fields = BTreeMap::from([(Field::FROM, held)]);
    let (id, actor) = (RecordId([1; 16]), ActorId([9; 16]));
    let merger = Snapshot { doc: doc(DocKind::Register), id, kind: Kind::MERGER, stamp, actor, fields };
    let fold = fold::merger(&merger, events);
    let rank = MergerState::ALL.iter().position(|state| *state == fold.state);
    shown(fold.state.vi(), rank, (fold.clashes, &fold.void, fold.frontier))
}

/// What the fold shows of two concurrent events that follow the first event of a record, in both orders of arrival.
fn folded(one: &Row, other: &Row, before: &Row, sides: (bool, bool), fold: fn(&[Event]) -> Shown) -> String {
    let first = event(1, before.kind(), before.side(true), &[]);
    let left = event(2, one.kind(), one.side(sides.0), &[1]);
    let right = event(3, other.kind(), other.side(sides.1), &[1]);
    let counted = [(one, &left), (other, &right)].map(|(row, event)| row.counts(event.side).then_some(event.id));
    let void = counted.iter().filter(|id| id.is_none()).count();
    let frontier: Vec<EventId> = counted.into_iter().flatten().collect();
    let found = fold(&[first.clone(), left.clone(), right.clone()]);
    let again = fold(&[right, left, first.clone()]);
    assert_eq!((&found.state, &found.clashes), (&again.state, &again.clashes));
    assert_eq!(found.void, void, "{} {}", one.event, other.event);
    assert_eq!(found.frontier, if void == 2 { vec![first.id] } else { frontier });
    assert!(found.clashes.len() < 2);
    let Some(clash) = found.clashes.first() else { return found.state };
    let side = if clash.settles.side == Side::Commune { "commune" } else { "province" };
    let role = if clash.settles.role == Role::Leader { "leader" } else { "triage" };
    assert_eq!(clash.options.iter().filter_map(|option| option.event).collect::<Vec<_>>(), found.frontier);
    format!("{} [{}, {side} {role}]", found.state, clash.kind.slug())
}

fn table(title: &str, rows: &[Row], first: &str, cell: impl Fn(&Row, &Row, &Row, (bool, bool)) -> String) -> String {
    let before = rows.iter().find(|row| row.event == first).expect("the first event is in the table");
    let mut text = format!("# {title}, after {first}: both rightful | second wrong | first wrong | both wrong\n");
    for one in rows {
        for other in rows {
            let cells = SIDES.map(|sides| cell(one, other, before, sides));
            text.push_str(&format!("{} + {}: {}\n", one.event, other.event, cells.join(" | ")));
        }
    }
    text
}

#[test]
fn every_ordered_pair_shows_what_the_tables_say() {
    let (issues, tasks, mergers) = (rows(ISSUE), rows(TASK), rows(MERGER));
    let all =
        [("issues", &issues, "report"), ("directives", &tasks, "task_given"), ("mergers", &mergers, "merger_draft")];
    let said: String = all.map(|(title, rows, first)| table(title, rows, first, ruled)).concat();
    let folds: [fn(&[Event]) -> Shown; 3] = [issue, task, merger];
    let shown = all.iter().zip(folds).map(|((title, rows, first), fold)| {
        table(title, rows, first, |one, other, before, sides| folded(one, other, before, sides, fold))
    });
    let shown: String = shown.collect();
    println!("{shown}");
    for (line, (said, shown)) in said.lines().zip(shown.lines()).enumerate() {
        assert_eq!(shown, said, "line {}", line + 1);
    }
    assert!(said == include_str!("golden/pairs.txt"), "the rules now say:\n{said}");
}

#[test]
fn differing_categories_and_equal_words() {
    let forward = EventKind::FORWARD;
    let pairs = [(EventKind::RECEIVE, EventKind::RECEIVE), (EventKind::RECEIVE, forward), (forward, forward)];
    for (one, other) in pairs {
        let said = |n: u8, kind, category: &str| {
            let mut event = event(n, kind, Side::Province, &[1]);
            event.fields.insert(Field::CATEGORY, Value::Text(category.into()));
            if kind == forward {
                event.fields.insert(Field::LEAD, Value::Text("so_noi_vu".into()));
            }
            event
        };
        let first = event(1, EventKind::REPORT, Side::Commune, &[]);
        let found = issue(&[first.clone(), said(2, one, "tru_so"), said(3, other, "khac")]);
        let clashes: Vec<_> = found.clashes.iter().map(|clash| (clash.kind.slug(), clash.settles.side)).collect();
        assert_eq!(clashes, [("issue_category".to_owned(), Side::Province)], "{one} {other}");
        let found = issue(&[first, said(2, one, "tru_so"), said(3, other, "tru_so")]);
        assert!(found.clashes.is_empty(), "{one} {other}");
    }
}
