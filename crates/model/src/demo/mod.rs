//! Made-up data that rings true, the same from the same seed. Every record says that it is made up.
//!
//! Nobody named anywhere is in it: persons are "Nguyễn Văn Mẫu 014", documents "00/QĐ-UBND (mẫu)". Communes are
//! those of the [`catalogue`]: their old units give the areas in which the numbers of units start again.

mod bulletin;
mod commune;
mod issues;
mod many;
mod notices;

pub use bulletin::bulletin;
pub use commune::{COMMUNES, commune};
pub use issues::{DemoIssue, ISSUES};
pub use many::{DemoOffice, MadeIssue, MadeStep, many_issues};

#[cfg(doc)]
use crate::catalogue;
use crate::id::{CollectionId, DocId, DocKind, EventId, RecordId};
use crate::record::{By, Role, Side, Stamp};
use crate::time::Timestamp;

/// Ids and sizes from a seed: the same row of numbers on every machine.
#[derive(Debug, Clone)]
pub struct DemoDice(u64);

impl DemoDice {
    /// Begins a row; the topic (a commune's code, say) keeps rows of one seed apart.
    #[must_use]
    pub fn new(seed: u64, topic: &str) -> Self {
        let hash = crate::digest::fnv128([&seed.to_be_bytes()[..], topic.as_bytes()]).to_be_bytes();
        let (_, low) = hash.split_at(8);
        Self(u64::from_be_bytes(low.try_into().expect("half of sixteen bytes is eight")))
    }

    /// The next 64 bits (splitmix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, a bound; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll().checked_rem(bound).unwrap_or(0)
    }

    /// Whether a chance of so many in a hundred came up.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A record id.
    pub fn record(&mut self) -> RecordId {
        RecordId(self.sixteen())
    }

    /// An event id.
    pub fn event(&mut self) -> EventId {
        EventId(self.sixteen())
    }

    fn sixteen(&mut self) -> [u8; 16] {
        ((u128::from(self.roll()) << 64) | u128::from(self.roll())).to_be_bytes()
    }
}

/// The desk at which the program types demonstration data.
fn desk(collection: CollectionId, kind: DocKind, side: Side, at: Timestamp) -> crate::edit::Desk {
    let by = By { name: "Dữ liệu minh họa".to_owned(), role: Role::Program };
    crate::edit::Desk { doc: DocId::new(collection, kind), stamp: Stamp { at, by }, side, made_up: true }
}
