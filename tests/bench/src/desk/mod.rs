//! What the pages of the desks ask of a view of 200,000 issues.

mod fill;
mod register;

use std::path::Path;
use std::process::Command;

use hopluu_model::demo::DemoDice;
use hopluu_model::fold::IssueState;
use hopluu_model::{CollectionId, Side};
use hopluu_view::Reader;
use hopluu_view::query::{AuditFilter, IssueFilter, Linked, Pile, Sort};

use crate::Outcome;
use crate::figure::{Report, quantile};
use crate::programs::own_resident_kib;
use crate::stopwatch::{ms, now};
use fill::Size;

const PROVINCE: Size = Size { communes: 92, issues: 200_000 };
const COMMUNE: Size = Size { communes: 1, issues: 10_000 };
/// The page cache of a reader.
const CACHE_KIB: u32 = 4_096;
const GOAL_MS: f64 = 100.0;
/// So often is everything asked for every run.
const ROUNDS: usize = 40;

const AT_PROVINCE: &str = "a view of 200,000 issues in 92 communes, 4 MiB of page cache";
const AT_COMMUNE: &str = "a view of one commune with 10,000 issues, 4 MiB of page cache";

/// Fills a view in a process of its own, so that the memory measured is that of a reader.
pub(crate) fn fill_view(path: &Path, at_commune: bool) -> Outcome<()> {
    fill::fill(path, if at_commune { COMMUNE } else { PROVINCE })
}

/// Measures registers and totals.
pub(crate) fn measure_registers(report: &mut Report, runs: usize) -> Outcome<()> {
    register::measure(report, runs)
}

pub(crate) fn measure(report: &mut Report, runs: usize) -> Outcome<()> {
    for (table, size, name) in [(AT_PROVINCE, PROVINCE, "desk-fill"), (AT_COMMUNE, COMMUNE, "desk-fill-commune")] {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("view.sqlite");
        let begun = now();
        let filled = Command::new(std::env::current_exe()?).arg(name).arg("--view").arg(&path).status()?;
        if !filled.success() {
            return Err("the view was not filled".into());
        }
        let asked = Asked { table, size, rounds: ROUNDS * runs };
        report.plain(table, "to fold all of it", (ms(begun, now()) / 1_000.0, "s"));
        report.plain(table, "the file", (std::fs::metadata(&path)?.len() as f64 / 1_048_576.0, "MiB"));
        asked.measure(report, &path)?;
    }
    Ok(())
}

/// Asks a view, so many times each question.
struct Asked {
    table: &'static str,
    size: Size,
    rounds: usize,
}

/// Asks once, with dice for whom and what; says how much there was.
type Asking = Box<dyn Fn(&Reader, &mut DemoDice) -> Outcome<u64>>;
type Question<'a> = (&'a str, Asking);

impl Asked {
    fn measure(&self, report: &mut Report, path: &Path) -> Outcome<()> {
        let before = own_resident_kib()?;
        let begun = now();
        let reader = Reader::open(path, CACHE_KIB)?;
        reader.issues(&IssueFilter::default())?;
        report.plain(self.table, "first page after opening", (ms(begun, now()), "ms"));
        for (name, question) in lists(self.size).into_iter().chain(others(self.size)) {
            let mut dice = DemoDice::new(1, name);
            let mut times = Vec::with_capacity(self.rounds);
            let mut found = 0;
            for _ in 0..self.rounds {
                let begun = now();
                found = question(&reader, &mut dice)?;
                times.push(ms(begun, now()));
            }
            report.plain(self.table, format!("{name} ({found}): p50"), (quantile(&times, 0.5), "ms"));
            report.goal(self.table, format!("{name}: p99"), (quantile(&times, 0.99), "ms"), GOAL_MS);
        }
        report.plain(self.table, "resident memory of one reader", ((own_resident_kib()? - before) / 1_024.0, "MiB"));
        Ok(())
    }
}

fn any(size: Size, dice: &mut DemoDice) -> CollectionId {
    fill::collection(dice.below(size.communes))
}

fn list(filter: impl Fn(&mut DemoDice) -> IssueFilter + 'static) -> Asking {
    Box::new(move |reader, dice| Ok(reader.issues(&filter(dice))?.total))
}

fn lists(size: Size) -> Vec<Question<'static>> {
    let all = IssueFilter::default;
    let search = |words: &str| IssueFilter { search: words.to_owned(), ..IssueFilter::default() };
    let slug = |slug: &str| Some(slug.to_owned());
    let deep = u32::try_from(size.issues).unwrap_or(0);
    vec![
        ("all, first page", list(move |_| all())),
        ("all, newest", list(move |_| IssueFilter { sort: Sort::Newest, ..all() })),
        ("all, oldest", list(move |_| IssueFilter { sort: Sort::Oldest, ..all() })),
        ("all, by due day", list(move |_| IssueFilter { sort: Sort::Due, ..all() })),
        ("all, a page in the middle", list(move |_| IssueFilter { offset: deep / 2, ..all() })),
        ("all, the last page", list(move |_| IssueFilter { offset: deep - 50, ..all() })),
        ("of one commune", list(move |dice| IssueFilter { collections: vec![any(size, dice)], ..all() })),
        (
            "of ten communes",
            list(move |dice| IssueFilter { collections: (0..10).map(|_| any(size, dice)).collect(), ..all() }),
        ),
        ("in one state", list(move |_| IssueFilter { states: vec![IssueState::Asked], ..all() })),
        (
            "of a category and cause",
            list(move |_| IssueFilter { category: slug("nhan_luc"), cause: slug("chu_quan"), ..all() }),
        ),
        ("led or helped by a department", list(move |_| IssueFilter { department: slug("so_xay_dung"), ..all() })),
        ("urgent and open", list(move |_| IssueFilter { urgent: Some(true), open: Some(true), ..all() })),
        ("overdue", list(move |_| IssueFilter { pile: Some(Pile::Overdue), sort: Sort::Due, ..all() })),
        ("due within five working days", list(move |_| IssueFilter { due_within: Some(5), ..all() })),
        ("open for ninety days", list(move |_| IssueFilter { older_than: Some(90), open: Some(true), ..all() })),
        ("of silent communes", list(move |_| IssueFilter { silent: Some(2), ..all() })),
        (
            "of a common problem",
            list(move |dice| IssueFilter { common: Some(Linked::To(fill::common(dice.below(20)))), ..all() }),
        ),
        (
            "of a commune, category, department, urgent",
            list(move |dice| IssueFilter {
                collections: vec![any(size, dice)],
                category: slug("chu_ky_so"),
                department: slug("so_khcn"),
                urgent: Some(true),
                ..all()
            }),
        ),
        ("search, rare word", list(move |dice| search(fill::RARE[usize::try_from(dice.below(4)).unwrap_or(0)]))),
        ("search, common word", list(move |_| search("nguoi"))),
        ("search, two common words", list(move |_| search("hồ sơ trễ"))),
        ("search, half a word", list(move |_| search("h"))),
        (
            "search, common word in one commune",
            list(move |dice| IssueFilter { collections: vec![any(size, dice)], ..search("nguoi dan") }),
        ),
        (
            "search, common word, page in the middle",
            list(move |_| IssueFilter { offset: 10_000, ..search("nguoi dan") }),
        ),
        ("search, nothing", list(move |_| search("khongcotunay"))),
    ]
}

fn others(size: Size) -> Vec<Question<'static>> {
    let at_commune = move |dice: &mut DemoDice| IssueFilter {
        desk: Side::Commune,
        collections: vec![any(size, dice)],
        ..IssueFilter::default()
    };
    vec![
        ("piles", Box::new(|reader, _| Ok(reader.pile_counts(&IssueFilter::default())?.of(Pile::Overdue)))),
        (
            "piles of one commune",
            Box::new(move |reader, dice| Ok(reader.pile_counts(&at_commune(dice))?.of(Pile::Overdue))),
        ),
        ("overview", Box::new(|reader, _| Ok(reader.overview(&IssueFilter::default())?.all.issues.into()))),
        (
            "overview of one commune",
            Box::new(move |reader, dice| Ok(reader.overview(&at_commune(dice))?.all.issues.into())),
        ),
        ("totals", Box::new(|reader, _| Ok(reader.totals(&[])?.issues.into()))),
        ("communes", Box::new(|reader, _| Ok(reader.communes()?.len() as u64))),
        (
            "one issue by code",
            Box::new(move |reader, dice| {
                let (commune, number) = (dice.below(size.communes), 1 + dice.below(size.issues / size.communes));
                let found = reader.issue(&format!("{}-A-{number:04}", fill::code(commune)))?;
                Ok(found.ok_or("no such issue")?.events.len() as u64)
            }),
        ),
        (
            "similar issues",
            Box::new(move |reader, dice| {
                let (commune, number) = (dice.below(size.communes), 1 + dice.below(size.issues / size.communes));
                let found = reader.issue(&format!("{}-A-{number:04}", fill::code(commune)))?.ok_or("no such issue")?;
                Ok(reader.similar(found.issue.id, 10)?.len() as u64)
            }),
        ),
        ("common problems", Box::new(|reader, _| Ok(reader.common_problems()?.len() as u64))),
        ("audit, newest", Box::new(|reader, _| Ok(reader.audit(&AuditFilter::default())?.rows.len() as u64))),
        (
            "audit of one commune",
            Box::new(move |reader, dice| {
                let filter = AuditFilter { collection: Some(any(size, dice)), ..AuditFilter::default() };
                Ok(reader.audit(&filter)?.rows.len() as u64)
            }),
        ),
        (
            "audit of one account",
            Box::new(|reader, _| {
                let filter =
                    AuditFilter { account: Some("Nguyễn Văn Mẫu 001".to_owned()), ..AuditFilter::default() };
                Ok(reader.audit(&filter)?.rows.len() as u64)
            }),
        ),
    ]
}
