//! What must be listed as a clash, worked out once more from what people typed.
//!
//! Nothing of the product's documents, folds and views is asked: an edit is remembered when it is typed, what it rests
//! on is read from the bytes of its change, and what excludes what is written down here once more, plainly. A document
//! that holds a change nobody remembers (one that an office wrote again after a revocation or a loss) is left out, and
//! so is an issue with a settlement; [`Compared`] counts what was not.

mod changes;
mod claims;
mod ends;
mod paper;
mod persons;
mod shown;
mod staff;
mod states;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use hopluu_model::{CollectionId, Date, DocId, DocKind, Kind, RecordId};
use hopluu_office::Office;
use hopluu_view::Reader;
use hopluu_view::query::{ClashDetail, ClashRow};

pub(crate) use self::changes::Memory;
use self::paper::Paper;

const SAME_FIELD: &str = "same_field:";
/// Records that were called a mistake by somebody who had not seen all that was written of them.
const OF_MISTAKES: &str = "same_field:void";
const OF_ISSUES: &str = "issue_";
/// What is to be settled within one merger.
const WITHIN: [&str; 4] = ["merger_outcome", "merger_consent", "merger_terms", "merger_sources"];
const POST_HOLDERS: &str = "post_holders";
const PERSON_TWICE: &str = "person_twice";
/// What is to be settled among people and holds or not with what was decided about units.
const OF_PEOPLE: [&str; 4] = [POST_HOLDERS, PERSON_TWICE, staff::LEAVER_TWICE, staff::LEAVER_HOLDS];

/// How much of what is shown was held against what was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Documents.
    pub documents: usize,
    /// Documents that could not be: somebody wrote in them again what he had written before.
    pub left_out: usize,
    /// States of issues.
    pub issues: usize,
    /// States of directives.
    pub directives: usize,
    /// Issues with a settlement, whose states and clashes were passed over.
    pub settled: usize,
    /// Units: names, households, what became of them.
    pub units: usize,
    /// Communes whose people were: who left, who holds what on which days.
    pub staffs: usize,
    /// Clashes by kind, as they were expected and found.
    pub clashes: BTreeMap<String, usize>,
}

/// A clash: its kind, its record where that is no matter of choice, and between what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    kind: String,
    record: Option<RecordId>,
    options: BTreeSet<String>,
}

impl Compared {
    /// Adds what was compared in another world.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.left_out += other.left_out;
        self.issues += other.issues;
        self.directives += other.directives;
        self.settled += other.settled;
        self.units += other.units;
        self.staffs += other.staffs;
        for (kind, count) in &other.clashes {
            *self.clashes.entry(kind.clone()).or_default() += count;
        }
    }
}

/// Holds what an office shows of a collection against what was typed.
///
/// # Errors
/// The first difference.
pub(crate) fn compare(
    office: &Office,
    collection: CollectionId,
    memory: &Memory,
    compared: &mut Compared,
) -> Result<(), String> {
    let store = office.mailbox().store();
    let mut changes = BTreeMap::new();
    for doc in store.docs_of(&collection).map_err(|error| error.to_string())? {
        changes.insert(doc, changes::typed_in(store, doc, memory)?);
    }
    let papers = changes.iter().map(|(doc, changes)| (*doc, changes.as_deref().and_then(Paper::of))).collect();
    let reader = office.view().reader().map_err(|error| error.to_string())?;
    let (expected, settled) = (BTreeSet::new(), BTreeSet::new());
    let mut comparison = Comparison { collection, reader, papers, expected, settled, is_unsure: false };
    comparison.documents(compared)?;
    comparison.commune(compared)?;
    comparison.lists(compared)
}

/// What is held against what.
struct Comparison<'a> {
    collection: CollectionId,
    reader: Reader,
    /// `None` for documents that cannot be compared.
    papers: BTreeMap<DocId, Option<Paper<'a>>>,
    expected: BTreeSet<(DocId, Listed)>,
    /// Issues, and mergers as such, that are passed over.
    settled: BTreeSet<RecordId>,
    /// Whether something was settled about units on which people rest.
    is_unsure: bool,
}

impl<'a> Comparison<'a> {
    fn of(&self, kind: DocKind) -> (DocId, Option<&Paper<'a>>) {
        let doc = DocId::new(self.collection, kind);
        (doc, self.papers.get(&doc).and_then(Option::as_ref))
    }

    /// What follows from each document by itself.
    fn documents(&mut self, compared: &mut Compared) -> Result<(), String> {
        for (doc, paper) in &self.papers {
            let Some(paper) = paper else {
                compared.left_out += 1;
                continue;
            };
            compared.documents += 1;
            self.expected.extend(paper.same_fields().map(|listed| (*doc, listed)));
            compared.directives += check_tasks(&self.reader, doc.collection, paper)?;
            for record in paper.of_kind(Kind::ISSUE) {
                let Some(issue) = states::issue(paper, record) else {
                    compared.settled += 1;
                    self.settled.insert(record);
                    continue;
                };
                compared.issues += 1;
                check_issue(&self.reader, record, &issue)?;
                self.expected.extend(issue.clashes.into_iter().map(|listed| (*doc, listed)));
            }
        }
        Ok(())
    }

    /// What follows from register and people together.
    fn commune(&mut self, compared: &mut Compared) -> Result<(), String> {
        let ((register, units), (people, holdings)) = (self.of(DocKind::Register), self.of(DocKind::People));
        let Some(units) = units else { return Ok(()) };
        let (mut clashing, settled) = claims::within(units);
        clashing.extend(claims::mergers(units));
        compared.units += shown::check_units(&self.reader, self.collection, units, &clashing)?;
        let mut expected: Vec<_> = clashing.iter().cloned().map(|listed| (register, listed)).collect();
        expected.extend(claims::sites(units).into_iter().map(|listed| (register, listed)));
        // What became of mergers in which something was settled is not worked out here, nor what follows from it.
        let is_unsure = !settled.is_empty();
        if !is_unsure {
            shown::check_fates(&self.reader, self.collection, units, &clashing)?;
        }
        if let Some(holdings) = holdings.filter(|_| !is_unsure) {
            let same = persons::same(holdings);
            expected.extend(same.listed.iter().map(|listed| (people, listed.clone())));
            let last = Date::new(9999, 12, 31).ok_or("the last day of the calendar")?;
            let ends = ends::fates(units, &clashing, last).ends;
            let staff = staff::staff(units, holdings, &same, &ends);
            compared.staffs += shown::check_staff(&self.reader, self.collection, &staff)?;
            expected.extend(staff.listed.into_iter().map(|listed| (people, listed)));
        }
        self.expected.extend(expected);
        self.settled.extend(settled);
        self.is_unsure = is_unsure;
        Ok(())
    }

    /// All that is expected is listed, and nothing else.
    fn lists(self, compared: &mut Compared) -> Result<(), String> {
        let mut shown = BTreeSet::new();
        let mut mistakes = BTreeSet::new();
        for row in self.reader.clashes(Some(self.collection)).map_err(|error| error.to_string())? {
            let found = self.reader.clash(&row.key).map_err(|error| error.to_string())?;
            let found = found.ok_or_else(|| format!("{} is listed under {}, and not found", row.kind, row.key))?;
            let (doc, listed) = as_listed(&row, &found)?;
            mistakes.extend(listed.record.filter(|_| listed.kind == OF_MISTAKES));
            let is_settled = listed.record.is_some_and(|record| self.settled.contains(&record));
            let of_people = OF_PEOPLE.contains(&listed.kind.as_str());
            let without_posts = of_people && (self.is_unsure || self.of(DocKind::Register).1.is_none());
            let within = WITHIN.contains(&listed.kind.as_str());
            let is_passed_over = within && self.settled.iter().any(|id| listed.options.contains(&id.to_string()));
            let is_left_out = self.papers.get(&doc).is_some_and(Option::is_none) || listed.kind == OF_MISTAKES;
            if !(is_left_out || is_passed_over || without_posts || (is_settled && listed.kind.starts_with(OF_ISSUES))) {
                shown.insert((doc, listed));
            }
        }
        let mut since = self.papers.values().flatten().flat_map(Paper::written_since);
        if let Some(record) = since.find(|record| !mistakes.contains(record)) {
            return Err(format!("{record} was called a mistake and written of by others, and is not listed"));
        }
        if let Some((doc, listed)) = self.expected.difference(&shown).next() {
            return Err(format!("{doc} does not list {listed:?}"));
        }
        if let Some((doc, listed)) = shown.difference(&self.expected).next() {
            return Err(format!("{doc} lists what is no clash: {listed:?}"));
        }
        for (_, listed) in self.expected {
            *compared.clashes.entry(listed.kind).or_default() += 1;
        }
        Ok(())
    }
}

/// The state of an issue, and what comes next must follow, are those of the table.
fn check_issue(reader: &Reader, record: RecordId, issue: &states::Issue) -> Result<(), String> {
    let shown = reader.issue(&record.to_string()).map_err(|error| error.to_string())?;
    let shown = shown.ok_or_else(|| format!("issue {record} is not shown"))?;
    let frontier: BTreeSet<_> = shown.frontier.iter().copied().collect();
    if (shown.issue.state, &frontier) != (issue.state, &issue.frontier) {
        let (state, is) = (shown.issue.state, (issue.state, &issue.frontier));
        return Err(format!("issue {record} is shown as {:?}, and is {is:?}", (state, frontier)));
    }
    Ok(())
}

/// The directives of a document are shown in the states of the table, and none that the province never gave.
fn check_tasks(reader: &Reader, collection: CollectionId, paper: &Paper<'_>) -> Result<usize, String> {
    let shown = reader.directives(Some(collection)).map_err(|error| error.to_string())?;
    let mut count = 0;
    for record in paper.of_kind(Kind::DIRECTIVE) {
        let row = shown.iter().find(|row| row.id == record);
        let row = row.map(|row| (row.state, row.frontier.iter().copied().collect()));
        let is = states::task(paper, record);
        if row != is {
            return Err(format!("directive {record} is shown as {row:?}, and is {is:?}"));
        }
        count += usize::from(is.is_some());
    }
    Ok(count)
}

/// A listed clash, as it is expected: options by value, event or record.
fn as_listed(row: &ClashRow, found: &ClashDetail) -> Result<(DocId, Listed), String> {
    let clash = &found.clash;
    let by_field = row.kind.starts_with(SAME_FIELD);
    let of_issue = row.kind.starts_with(OF_ISSUES);
    let options: BTreeSet<String> = clash
        .options
        .iter()
        .map(|option| match option.event {
            _ if by_field => format!("{:?}", option.value),
            Some(event) if of_issue => event.to_string(),
            _ => option.record.to_string(),
        })
        .collect();
    let listed: Vec<&str> = row.options.iter().map(|option| option.record.as_str()).collect();
    let records: Vec<String> = clash.options.iter().map(|option| option.record.to_string()).collect();
    if listed != records || row.record != clash.record || row.kind != clash.kind.slug() {
        return Err(format!("{} {} is listed as {row:?}, and is {clash:?}", row.kind, row.key));
    }
    let record = (by_field || of_issue).then_some(clash.record);
    Ok((clash.doc, Listed { kind: row.kind.clone(), record, options }))
}

/// Joins sets that share members until none do.
fn joined<T: Ord + Copy>(sets: Vec<BTreeSet<T>>) -> Vec<BTreeSet<T>> {
    let mut groups: Vec<BTreeSet<T>> = Vec::new();
    for mut set in sets {
        groups.retain(|group| {
            let apart = group.is_disjoint(&set);
            if !apart {
                set.extend(group.iter().copied());
            }
            apart
        });
        groups.push(set);
    }
    groups
}
