//! Bytes per edit: our packs, raw automerge changes, automerge's own sync.

use automerge::sync::{State, SyncDoc};
use automerge::{Automerge, Change};
use hopluu_identity::DeviceKey;
use hopluu_model::{CollectionId, DocId, DocKind, Edit};

use crate::Outcome;
use crate::figure::Report;
use crate::stage::YEAR;
use crate::writing::Writer;

const TABLE: &str = "bytes per edit";
const EDITS: usize = 50;
const PACKS: [usize; 3] = [1, 5, 50];

pub(crate) fn measure(report: &mut Report) -> Outcome<()> {
    let key = DeviceKey::from_seed([7; 32]);
    let doc = |kind| DocId::new(CollectionId([1; 16]), kind);
    let mut moves = Writer::new(&key, "05518", doc(DocKind::Issues(YEAR)), 1);
    for _ in 0..EDITS {
        let edit = moves.report()?;
        moves.write(&edit)?;
    }
    let mut households = Writer::new(&key, "05518", doc(DocKind::Register), 2);
    for _ in 0..EDITS {
        let edit = households.unit()?;
        households.write(&edit)?;
    }
    let mut reports = Writer::new(&key, "05518", doc(DocKind::Issues(YEAR)), 3);
    for _ in 0..EDITS {
        let edit = reports.report()?;
        reports.write(&edit)?;
    }
    one(report, "status moved", &mut moves, Writer::solve)?;
    one(report, "households corrected", &mut households, Writer::households)?;
    one(report, "report of 200 characters", &mut reports, |writer, _| writer.report())
}

/// Writes the edits of one kind onto what stands, and sends them in three ways.
fn one(
    report: &mut Report,
    what: &str,
    writer: &mut Writer,
    edit: impl Fn(&mut Writer, usize) -> Outcome<Edit>,
) -> Outcome<()> {
    let before = Automerge::load(&writer.document.save())?;
    let base = writer.runs.len();
    for place in 0..EDITS {
        let edit = edit(writer, place)?;
        writer.write(&edit)?;
    }
    let raw: Vec<&[u8]> = writer.runs[base..].iter().map(|run| run.raw.as_slice()).collect();
    let per_edit = |bytes: usize| (bytes as f64 / EDITS as f64, "B");
    report.plain(TABLE, format!("{what}: raw automerge changes"), per_edit(raw.iter().map(|raw| raw.len()).sum()));
    for size in PACKS {
        let frames = writer.packs(base, size)?;
        let ours = frames.iter().map(|frame| frame.encode().len()).sum();
        report.plain(TABLE, format!("{what}: our packs of {size}, signed"), per_edit(ours));
        let (up, down) = automerge_sync(&before, &raw, size)?;
        let unit = per_edit(up + down);
        report.plain(TABLE, format!("{what}: automerge sync, {size} at once, unsigned, up + down"), unit);
    }
    Ok(())
}

/// Sends changes by automerge's own protocol between two that hold the same and know it.
fn automerge_sync(before: &Automerge, raw: &[&[u8]], at_once: usize) -> Outcome<(usize, usize)> {
    let (mut here, mut there) = (before.clone(), before.clone());
    let (mut ours, mut theirs) = (State::new(), State::new());
    exchange(&mut here, &mut there, (&mut ours, &mut theirs))?;
    let (mut up, mut down) = (0, 0);
    for part in raw.chunks(at_once) {
        let changes = part.iter().map(|raw| Change::from_bytes(raw.to_vec())).collect::<Result<Vec<_>, _>>()?;
        here.apply_changes(changes)?;
        let (more_up, more_down) = exchange(&mut here, &mut there, (&mut ours, &mut theirs))?;
        up += more_up;
        down += more_down;
    }
    if here.get_heads() == there.get_heads() { Ok((up, down)) } else { Err("automerge's sync did not converge".into()) }
}

/// Lets both speak in turn until neither has anything to say.
fn exchange(
    here: &mut Automerge,
    there: &mut Automerge,
    (ours, theirs): (&mut State, &mut State),
) -> Outcome<(usize, usize)> {
    let (mut up, mut down) = (0, 0);
    loop {
        let mut quiet = true;
        if let Some(message) = here.generate_sync_message(ours) {
            quiet = false;
            up += message.clone().encode().len();
            there.receive_sync_message(theirs, message)?;
        }
        if let Some(message) = there.generate_sync_message(theirs) {
            quiet = false;
            down += message.clone().encode().len();
            here.receive_sync_message(ours, message)?;
        }
        if quiet {
            return Ok((up, down));
        }
    }
}
