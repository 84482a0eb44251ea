//! Opening a journal: what a power cut, a worn card or a careless copy may have left, and what is done about it.
//!
//! - Reserved zeros behind the last frame: normal.
//! - A half-written frame, or frames behind a missing number that was never promised: the rest of a commit that never
//!   ended. Cut, and said.
//! - A frame that does not verify although its number was promised: damage. Its number is named, everything else stays
//!   readable; its bytes are left where they are, unless nothing follows in that lane.
//!   Where only the index's mark tells that it was promised, a note is committed behind it, so that it is still known
//!   when the index is gone.
//! - Promised numbers missing at the very end (known from the index's mark): lost, named; the numbers are given again.
//! - Frames that were written but perhaps never synced: kept, written again and synced before anything builds on them,
//!   since a failed sync may have left them in memory only.
//! - A segment without any frame: a commit that died while beginning it. Removed.

use std::collections::BTreeSet;

use crate::error::StoreError;
use crate::files::Files;
use crate::journal::{End, Journal, Placed};
use crate::lane::{AHEAD, Current, Lane, Place};
use crate::segment::{Chain, Found, Frames, HEADER, Header, JournalId, LaneName, read_header, write_header};

/// A stretch of journal numbers, both ends included.
pub type Stretch = (u64, u64);

/// Bytes that were cut from the end of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTail {
    /// The segment file.
    pub file: String,
    /// Where the cut was made, in bytes.
    pub offset: u64,
    /// The whole records that were in it (never promised); none when only a torn one was.
    pub records: u64,
}

/// What opening a journal found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) is_new: bool,
    pub(crate) cut: Vec<CutTail>,
    pub(crate) damaged: Vec<Stretch>,
    pub(crate) lost: Option<Stretch>,
    pub(crate) read_only: bool,
    /// No frame that stays tells that what stands behind the damage was promised.
    pub(crate) rests_on_index: bool,
}

/// One lane as it was found.
struct Survey {
    lane: LaneName,
    segments: Vec<Seen>,
    /// Valid numbers, as stretches of this lane.
    valid: Vec<Stretch>,
    /// The frames not yet promised by a later one, after one that was.
    recent: Vec<(u64, Found)>,
    promised: u64,
    /// Which frame said how far the promises went, each time this grew.
    raises: Vec<Stretch>,
}

struct Seen {
    first: u64,
    end: usize,
    size: usize,
    frames: u64,
    dirty: bool,
    header: Header,
}

/// Opens the journal in `files`. `witness` is what somebody else knows to have been promised: a journal and a number.
pub(crate) fn open(
    files: Box<dyn Files>,
    segment_bytes: u64,
    new_id: JournalId,
    witness: Option<(JournalId, u64)>,
) -> Result<(Journal, Findings), StoreError> {
    let mut surveys = survey(files.as_ref())?;
    let agreed = agreed_id(&surveys)?;
    // Without any header that tells, the index's word is the only one; a journal that holds nothing begins a new name.
    let witness = witness.filter(|witness| agreed.is_none_or(|id| id == witness.0));
    let has_frames = surveys.iter().any(|survey| !survey.valid.is_empty());
    let id = agreed.or(witness.filter(|_| has_frames).map(|witness| witness.0)).unwrap_or(new_id);
    let by_frames = surveys.iter().map(|survey| survey.promised).max().unwrap_or(0);
    let promised = witness.map_or(by_frames, |witness| by_frames.max(witness.1));
    let (end, damaged) = judge(&surveys, promised);
    // Frames behind the end are cut, and what only they knew goes with them.
    let staying = surveys.iter().flat_map(|survey| &survey.raises).filter(|(number, _)| *number <= end);
    let by_staying = staying.map(|(_, promised)| *promised).max().unwrap_or(0);
    let rests_on_index = judge(&surveys, by_staying).0 < end;
    let lost = (promised > end).then_some((end + 1, promised));
    let is_new = surveys.iter().all(|survey| survey.segments.is_empty());
    let chain = chain_at_end(&surveys, end);
    let mut findings = Findings { is_new, damaged, lost, rests_on_index, ..Findings::default() };
    match mend(files.as_ref(), &mut surveys, &id, (promised, end)) {
        Ok(cut) => findings.cut = cut,
        Err(error) if error.only_stops_writing() => findings.read_only = true,
        Err(error) => return Err(error),
    }
    let [main, personal] = &surveys;
    let lanes = [current(files.as_ref(), main)?, current(files.as_ref(), personal)?];
    let end = End { number: end, chain };
    let poisoned = findings.read_only;
    Ok((Journal { files, id, lanes, end, staged: end, segment_bytes, poisoned }, findings))
}

impl Journal {
    /// Hands over all readable records from `from` to the end in the order of their numbers, with their places.
    pub(crate) fn replay(
        &self,
        from: u64,
        visit: &mut dyn FnMut(Placed, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut walks = Vec::new();
        for lane in LaneName::ALL {
            walks.push(Walk::new(self.files.as_ref(), lane, from, self.end.number)?);
        }
        loop {
            let [main, personal] = [walks[0].number(), walks[1].number()];
            let next = match (main, personal) {
                (None, None) => return Ok(()),
                (Some(main), Some(personal)) if personal < main => 1,
                (None, Some(_)) => 1,
                _ => 0,
            };
            if let Some((placed, payload)) = walks[next].take(self.files.as_ref())? {
                visit(placed, payload)?;
            }
        }
    }
}

/// Goes through one lane, a segment at a time.
struct Walk {
    lane: LaneName,
    /// Segments to come, last first.
    segments: Vec<u64>,
    segment: u64,
    bytes: Vec<u8>,
    /// Frames to come, last first.
    frames: Vec<Found>,
    range: Stretch,
}

impl Walk {
    fn new(files: &dyn Files, lane: LaneName, from: u64, to: u64) -> Result<Self, StoreError> {
        let mut segments = segments_of(files, lane)?;
        let skip = segments.partition_point(|first| *first <= from).saturating_sub(1);
        segments.drain(..skip);
        segments.reverse();
        let mut walk = Self { lane, segments, segment: 0, bytes: Vec::new(), frames: Vec::new(), range: (from, to) };
        walk.fill(files)?;
        Ok(walk)
    }

    fn number(&self) -> Option<u64> {
        self.frames.last().map(|found| found.number)
    }

    fn fill(&mut self, files: &dyn Files) -> Result<(), StoreError> {
        while self.frames.is_empty() {
            let Some(first) = self.segments.pop() else { return Ok(()) };
            self.bytes = read_whole(files, &self.lane.file(first))?;
            self.segment = first;
            let (from, to) = self.range;
            self.frames = Frames::new(&self.bytes, first.saturating_sub(1))
                .filter(|found| (from..=to).contains(&found.number))
                .collect();
            self.frames.reverse();
        }
        Ok(())
    }

    fn take(&mut self, files: &dyn Files) -> Result<Option<(Placed, Vec<u8>)>, StoreError> {
        let Some(found) = self.frames.pop() else { return Ok(None) };
        let payload = found.payload(&self.bytes).to_vec();
        let place = Place {
            lane: self.lane,
            segment: self.segment,
            offset: found.offset as u64,
            len: u32::try_from(found.len).unwrap_or(u32::MAX),
        };
        self.fill(files)?;
        Ok(Some((Placed { number: found.number, chain: found.chain, place }, payload)))
    }
}

fn segments_of(files: &dyn Files, lane: LaneName) -> Result<Vec<u64>, StoreError> {
    let names = files.names().map_err(|e| StoreError::io("list", ".", e))?;
    let ours = names.iter().filter_map(|name| LaneName::parse(name)).filter(|(of, _)| *of == lane);
    let mut firsts: Vec<u64> = ours.map(|(_, first)| first).collect();
    firsts.sort_unstable();
    Ok(firsts)
}

fn read_whole(files: &dyn Files, name: &str) -> Result<Vec<u8>, StoreError> {
    let read = || {
        let file = files.open(name)?;
        let mut bytes = vec![0; usize::try_from(file.len()?).unwrap_or(0)];
        file.read_at(0, &mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|e| StoreError::io("read", name, e))
}

fn survey(files: &dyn Files) -> Result<[Survey; 2], StoreError> {
    let mut surveys = LaneName::ALL.map(|lane| Survey {
        lane,
        segments: Vec::new(),
        valid: Vec::new(),
        recent: Vec::new(),
        promised: 0,
        raises: Vec::new(),
    });
    for survey in &mut surveys {
        for first in segments_of(files, survey.lane)? {
            let name = survey.lane.file(first);
            let bytes = read_whole(files, &name)?;
            let header = read_header(&bytes);
            if let Header::Newer(version) = header {
                return Err(StoreError::NewerLayout { name, version });
            }
            survey.add(first, &bytes, header);
        }
    }
    Ok(surveys)
}

impl Survey {
    fn add(&mut self, first: u64, bytes: &[u8], header: Header) {
        let before = self.valid.last().map_or(0, |stretch| stretch.1).max(first.saturating_sub(1));
        let mut seen = Seen { first, end: HEADER, size: bytes.len(), frames: 0, dirty: false, header };
        for found in Frames::new(bytes, before) {
            seen.end = found.end();
            seen.frames += 1;
            self.note(first, found);
        }
        seen.dirty = Frames::is_dirty(bytes, seen.end);
        self.segments.push(seen);
    }

    fn note(&mut self, segment: u64, found: Found) {
        match self.valid.last_mut() {
            Some(stretch) if stretch.1 + 1 == found.number => stretch.1 = found.number,
            _ => self.valid.push((found.number, found.number)),
        }
        if found.promised > self.promised {
            self.promised = found.promised;
            self.raises.push((found.number, found.promised));
            let settled = self.recent.iter().take_while(|(_, old)| old.number <= found.promised).count();
            self.recent.drain(..settled.saturating_sub(1));
        }
        self.recent.push((segment, found));
    }
}

fn agreed_id(surveys: &[Survey; 2]) -> Result<Option<JournalId>, StoreError> {
    let mut agreed = None;
    for survey in surveys {
        for seen in &survey.segments {
            let Header::Good(id) = seen.header else { continue };
            if *agreed.get_or_insert(id) != id {
                return Err(StoreError::ForeignSegment { name: survey.lane.file(seen.first) });
            }
        }
    }
    Ok(agreed)
}

/// The last number that stays, and the numbers missing before it.
fn judge(surveys: &[Survey; 2], promised: u64) -> (u64, Vec<Stretch>) {
    let mut valid: Vec<Stretch> = surveys.iter().flat_map(|survey| survey.valid.iter().copied()).collect();
    valid.sort_unstable();
    let mut end = 0;
    let mut missing = Vec::new();
    for (first, last) in valid {
        if first > end + 1 {
            if first - 1 > promised {
                break;
            }
            missing.push((end + 1, first - 1));
        }
        end = end.max(last);
    }
    (end, missing)
}

fn chain_at_end(surveys: &[Survey; 2], end: u64) -> Chain {
    let recent = surveys.iter().flat_map(|survey| &survey.recent);
    recent.filter(|(_, found)| found.number == end).map(|(_, found)| found.chain).next().unwrap_or_default()
}

/// Cuts what was never promised behind `end`, and makes durable what stays.
fn mend(
    files: &dyn Files,
    surveys: &mut [Survey; 2],
    id: &JournalId,
    (promised, end): Stretch,
) -> Result<Vec<CutTail>, StoreError> {
    let mut cut = Vec::new();
    let mut removed = false;
    for survey in surveys {
        let kept = survey.recent.iter().rfind(|(_, found)| found.number <= end).map(|(of, found)| (*of, found.end()));
        survey.recent.retain(|(_, found)| found.number > promised);
        let beyond: Vec<_> = survey.recent.extract_if(.., |(_, found)| found.number > end).collect();
        while let Some(seen) = survey.segments.pop_if(|seen| seen.frames == 0 || seen.first > end) {
            let name = survey.lane.file(seen.first);
            files.remove(&name).map_err(|e| StoreError::io("remove", &name, e))?;
            removed = true;
            if seen.frames > 0 || seen.dirty {
                cut.push(CutTail { file: name, offset: 0, records: seen.frames });
            }
        }
        for seen in survey.segments.iter().filter(|seen| seen.header == Header::Broken) {
            rewrite_header(files, survey.lane, seen.first, id)?;
        }
        if let Some(seen) = survey.segments.last_mut() {
            // What is torn before the first frame that goes must go with it: behind the last frame that stays.
            let stays = kept.filter(|(segment, _)| *segment == seen.first).map_or(HEADER, |(_, end)| end);
            let goes = beyond.iter().any(|(segment, _)| *segment == seen.first);
            cut.extend(cut_tail(files, survey.lane, seen, goes.then_some(stays))?);
        }
        resync(files, survey)?;
    }
    if removed {
        files.sync_dir().map_err(|e| StoreError::io("sync", ".", e))?;
    }
    Ok(cut)
}

fn rewrite_header(files: &dyn Files, lane: LaneName, first: u64, id: &JournalId) -> Result<(), StoreError> {
    let name = lane.file(first);
    let write = || {
        let file = files.open(&name)?;
        file.write_at(0, &write_header(id, lane, first))?;
        file.sync_data()
    };
    write().map_err(|e| StoreError::io("write", &name, e))
}

fn cut_tail(
    files: &dyn Files,
    lane: LaneName,
    seen: &mut Seen,
    first_cut: Option<usize>,
) -> Result<Option<CutTail>, StoreError> {
    if first_cut.is_none() && !seen.dirty {
        return Ok(None);
    }
    let name = lane.file(seen.first);
    let offset = first_cut.unwrap_or(seen.end);
    let bytes = read_whole(files, &name)?;
    let records = Frames::new(&bytes, seen.first.saturating_sub(1)).filter(|found| found.offset >= offset).count();
    let cut = || {
        let file = files.open(&name)?;
        file.set_len(offset as u64)?;
        file.set_len(seen.size as u64)?;
        file.sync_data()
    };
    cut().map_err(|e| StoreError::io("cut", &name, e))?;
    seen.end = offset;
    Ok(Some(CutTail { file: name, offset: offset as u64, records: records as u64 }))
}

/// Writes the frames that stay without having been promised once more, and syncs them.
fn resync(files: &dyn Files, survey: &Survey) -> Result<(), StoreError> {
    let touched: BTreeSet<u64> = survey.recent.iter().map(|(segment, _)| *segment).collect();
    for segment in touched {
        let name = survey.lane.file(segment);
        let frames = survey.recent.iter().filter(|(of, _)| *of == segment).map(|(_, found)| found);
        let (from, to) = frames.fold((usize::MAX, 0), |(from, to), f| (from.min(f.offset), to.max(f.end())));
        let again = || {
            let file = files.open(&name)?;
            let mut bytes = vec![0; to.saturating_sub(from)];
            file.read_at(from as u64, &mut bytes)?;
            file.write_at(from as u64, &bytes)?;
            file.sync_data()
        };
        again().map_err(|e| StoreError::io("write", &name, e))?;
    }
    if !survey.recent.is_empty() {
        files.sync_dir().map_err(|e| StoreError::io("sync", ".", e))?;
    }
    Ok(())
}

fn current(files: &dyn Files, survey: &Survey) -> Result<Lane, StoreError> {
    let Some(seen) = survey.segments.last() else { return Ok(Lane::new(survey.lane, None)) };
    let name = survey.lane.file(seen.first);
    let file = files.open(&name).map_err(|e| StoreError::io("open", &name, e))?;
    let (end, size) = (seen.end as u64, seen.size as u64);
    // What was cut, or set aside by an earlier run, is zero: only the speed of the next writes depends on this guess.
    let ahead = end.div_ceil(AHEAD) * AHEAD;
    Ok(Lane::new(survey.lane, Some(Current { first: seen.first, file, end, size, ahead })))
}
