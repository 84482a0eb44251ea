//! The journal: the machine's durable, numbered record of everything that must not be lost.
//!
//! Files: `main-<first number>.seg` and `personal-<first number>.seg` (see `segment.rs`), each reserved at its full
//! size when it is begun, never reused, never rewritten but for the tail cut at opening. One numbering from 1 runs
//! over both lanes; a record lies in exactly one of them.
//!
//! A commit is atomic enough for promises, not for readers: frames are written to each lane touched, then each lane
//! is synced once, and only then is anything promised. Every frame says up to which number everything had been
//! promised when it was written; so the next opening knows which missing numbers are damage (promised before) and
//! which are the torn rest of a commit that never ended (`recovery.rs`).

use ring::digest::{Context, SHA256};

use crate::error::StoreError;
use crate::files::Files;
use crate::lane::{Lane, Place};
use crate::segment::{Chain, JournalId, LaneName, MAX_PAYLOAD, write_frame};

/// Where a staged record will lie, and what it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) number: u64,
    pub(crate) chain: Chain,
    pub(crate) place: Place,
}

/// A number and the running hash there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct End {
    /// The number of the last record; 0 when there is none.
    pub number: u64,
    /// The running hash at that record.
    pub chain: Chain,
}

/// The journal of one machine. After a failed commit it takes nothing more: open it again, which verifies what is
/// really on the disk. Reading what was promised earlier goes on.
pub(crate) struct Journal {
    pub(crate) files: Box<dyn Files>,
    pub(crate) id: JournalId,
    pub(crate) lanes: [Lane; 2],
    pub(crate) end: End,
    pub(crate) staged: End,
    pub(crate) segment_bytes: u64,
    pub(crate) poisoned: bool,
}

impl Journal {
    /// Stages a payload: gives it its number and place, promises nothing.
    pub(crate) fn append(&mut self, lane: LaneName, payload: &[u8]) -> Result<Placed, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        if payload.is_empty() || payload.len() > MAX_PAYLOAD {
            return Err(StoreError::TooLarge { bytes: payload.len(), limit: MAX_PAYLOAD });
        }
        let number = self.staged.number + 1;
        let chain = chain_after(&self.staged.chain, number, payload);
        let mut frame = Vec::with_capacity(payload.len() + crate::segment::FRAME);
        write_frame(&mut frame, number, self.end.number, &chain, payload);
        let place = self.lanes[lane as usize].stage(&self.id, number, &frame, self.segment_bytes);
        self.staged = End { number, chain };
        Ok(Placed { number, chain, place })
    }

    /// Writes and syncs everything staged. On an error the journal is poisoned.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        let done = self.write_and_sync();
        match &done {
            Ok(()) => self.end = self.staged,
            Err(_) => self.poison(),
        }
        done
    }

    fn write_and_sync(&mut self) -> Result<(), StoreError> {
        let touched = [self.lanes[0].is_staged(), self.lanes[1].is_staged()];
        for lane in &mut self.lanes {
            lane.write(self.files.as_ref())?;
        }
        for (lane, touched) in self.lanes.iter().zip(touched) {
            if touched {
                lane.sync()?;
            }
        }
        Ok(())
    }

    /// Takes nothing more; what was staged is forgotten.
    pub(crate) fn poison(&mut self) {
        self.poisoned = true;
        self.forget();
    }

    /// Forgets what was staged.
    pub(crate) fn forget(&mut self) {
        self.staged = self.end;
        for lane in &mut self.lanes {
            lane.forget();
        }
    }

    /// Reads a payload and its running hash; [`StoreError::Damaged`] when the bytes are not those written.
    pub(crate) fn read(&self, number: u64, place: &Place) -> Result<(Chain, Vec<u8>), StoreError> {
        let read = self.lanes[place.lane as usize].read(self.files.as_ref(), place, number)?;
        let (found, payload) = read.ok_or(StoreError::Damaged { number })?;
        Ok((found.chain, payload))
    }
}

/// The running hash: first 8 bytes of SHA-256 over the one before, the number (little endian) and the payload.
pub(crate) fn chain_after(before: &Chain, number: u64, payload: &[u8]) -> Chain {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&number.to_le_bytes());
    context.update(payload);
    let mut chain = Chain::default();
    chain.copy_from_slice(&context.finish().as_ref()[..8]);
    chain
}
