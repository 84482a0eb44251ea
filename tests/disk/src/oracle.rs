//! What must hold of a store that was opened over anything at all.

use hopluu_model::id::{CollectionId, DocId, DocKind};
use hopluu_store::{End, IndexFate, Record, Recovery, Store, StoreError};

use crate::book::Book;
use crate::trace::Image;
use crate::world::Promise;
use crate::{Broken, ensure};

/// Length of a segment's header, which is written again where it is broken.
const HEADER: usize = 48;

/// After a power cut: nothing promised is missing, nothing is there that was not written, every answer is right.
///
/// # Errors
/// The promise that was broken.
pub fn whole(store: &Store, recovery: &Recovery, promise: Promise<'_>) -> Result<(), Broken> {
    ensure(recovery.is_whole() && !recovery.read_only, || format!("something is said to be missing: {recovery:?}"))?;
    let end = count(store.end());
    ensure((promise.promised..=promise.records.len()).contains(&end), || {
        format!("{end} records, {} were promised and {} written", promise.promised, promise.records.len())
    })?;
    ensure(recovery.end == store.end(), || "another end is told than held".into())?;
    let held = &promise.records[..end];
    for (number, record) in (1..).zip(held) {
        ensure(store.read(number)?.as_ref() == Some(record), || format!("record {number} is another one"))?;
        ensure(store.chain_at(number)?.is_some(), || format!("no running hash at {number}"))?;
    }
    ensure(store.chain_at(store.end().number)? == Some(store.end().chain), || {
        "another running hash at the end".into()
    })?;
    Book::of(held).agree(store)
}

/// After damage at rest, or with an index from another time: whatever is missing is named, whatever is answered is
/// right, no clock stands on what is missing. Returns how many promised records are gone.
///
/// # Errors
/// The promise that was broken.
pub fn named(store: &Store, recovery: &Recovery, promise: Promise<'_>) -> Result<u64, Broken> {
    let end = store.end().number;
    let is_named = |number: u64| {
        recovery.damaged.iter().chain(&recovery.lost).any(|(first, last)| (*first..=*last).contains(&number))
    };
    let mut gone = 0;
    for (number, record) in (1..).zip(promise.records) {
        let read = match store.read(number) {
            Ok(read) => read,
            Err(StoreError::Damaged { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let is_given_again = recovery.lost.is_some_and(|(first, last)| (first..=last).contains(&number));
        match read {
            Some(Record::Repair { .. }) if is_given_again => gone += u64::from(number as usize <= promise.promised),
            Some(read) => ensure(read == *record, || format!("record {number} is another one"))?,
            None if number as usize > promise.promised => {}
            None => {
                gone += 1;
                ensure(is_named(number), || format!("record {number} is gone without a word: {recovery:?}"))?;
            }
        }
    }
    for number in promise.records.len() as u64 + 1..=end {
        // The opening itself may note what it found.
        let note = store.read(number)?;
        ensure(matches!(note, Some(Record::Repair { .. })), || format!("record {number} was never written"))?;
    }
    for number in end + 1..end + 5 {
        ensure(store.read(number)?.is_none(), || format!("record {number} lies behind the end"))?;
    }
    chains(store)?;
    if gone == 0 && recovery.is_whole() {
        Book::of(&promise.records[..count(store.end())]).agree(store)?;
    }
    Ok(gone)
}

/// Every clock stands on runs that attach to each other and can be read.
fn chains(store: &Store) -> Result<(), Broken> {
    for doc in store.docs()? {
        for (actor, tip) in store.clock(&doc)?.0 {
            let mut held = 0;
            for run in store.runs(&doc, &actor, 1, usize::MAX)? {
                ensure(run.first <= held + 1, || format!("a clock of {doc} stands on a gap behind {held}"))?;
                let told = match store.read(run.number)? {
                    Some(Record::Local { seq, hash, .. }) => (seq, seq, hash),
                    Some(Record::Pack { first, last, head, .. }) => (first, last, head),
                    other => return Err(Broken(format!("a clock of {doc} stands on {other:?}"))),
                };
                ensure(told == (run.first, run.last, run.head), || format!("a run of {doc} is told wrongly"))?;
                held = run.last;
            }
            ensure(held == tip.seq, || format!("a clock of {doc} stands at {} on runs up to {held}", tip.seq))?;
        }
    }
    Ok(())
}

/// The other answers of a store whose records were compared before.
///
/// # Errors
/// What differs.
pub fn agrees(store: &Store, promise: Promise<'_>) -> Result<(), Broken> {
    Book::of(&promise.records[..count(store.end()).min(promise.records.len())]).agree(store)
}

/// What an opening took away it must have said, and where nothing was taken away nothing may be said.
///
/// # Errors
/// The file that was cut without a word.
pub fn said(before: &Image, after: &Image, recovery: &Recovery) -> Result<(), Broken> {
    for (name, old) in before {
        let new = after.get(name).map(Vec::as_slice).unwrap_or_default();
        let taken = (HEADER..old.len()).find(|at| old[*at] != 0 && new.get(*at) != Some(&old[*at]));
        let said = recovery.cut.iter().any(|cut| cut.file == *name && taken.is_none_or(|at| cut.offset <= at as u64));
        ensure(taken.is_none() || said, || format!("{name} was cut at {taken:?} without a word"))?;
        ensure(
            taken.is_some() || !said || !recovery.cut.iter().any(|cut| cut.file == *name && cut.records > 0),
            || format!("{name} is said to be cut and was not"),
        )?;
    }
    Ok(())
}

/// A second opening of the same directory finds nothing new and the same end.
///
/// # Errors
/// What was new.
pub fn quiet(recovery: &Recovery, first: &Recovery) -> Result<(), Broken> {
    ensure(recovery.cut.is_empty() && recovery.lost.is_none(), || {
        format!("a second opening cuts again: {recovery:?}")
    })?;
    ensure(recovery.damaged == first.damaged, || format!("other damage: {recovery:?} after {first:?}"))?;
    ensure(recovery.end == first.end, || format!("another end: {recovery:?} after {first:?}"))?;
    ensure(!matches!(recovery.index, IndexFate::Rebuilt { .. }), || format!("built anew again: {recovery:?}"))
}

/// Appends a few records, in both lanes, and says what they are.
///
/// # Errors
/// When the store does not take them.
pub fn append(store: &mut Store) -> Result<Vec<(u64, Record)>, Broken> {
    let mut appended = Vec::new();
    for (nth, kind) in (1..=3).zip([DocKind::Register, DocKind::People, DocKind::Register]) {
        let record = hopluu_store::contract::local(DocId::new(CollectionId([77; 16]), kind), nth, 1);
        appended.push((store.append(&record)?, record));
    }
    let to = store.commit()?.to;
    ensure(Some(to) == appended.last().map(|(number, _)| *number), || "numbers are not in a row".into())?;
    Ok(appended)
}

/// What was appended after the opening is there after another one.
///
/// # Errors
/// What is missing.
pub fn appended(store: &Store, recovery: &Recovery, appended: &[(u64, Record)]) -> Result<(), Broken> {
    ensure(recovery.cut.is_empty() && recovery.lost.is_none(), || format!("new records are cut: {recovery:?}"))?;
    for (number, record) in appended {
        ensure(store.read(*number)?.as_ref() == Some(record), || format!("new record {number} is another one"))?;
    }
    let last = appended.last().map(|(number, _)| *number);
    ensure(last == Some(store.end().number), || "the end is not behind the new records".into())
}

fn count(end: End) -> usize {
    usize::try_from(end.number).unwrap_or(usize::MAX)
}
