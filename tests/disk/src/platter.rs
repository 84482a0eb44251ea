//! What a power cut may leave of a trace of operations: what was synced for certain, of the rest anything.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::trace::{Image, Op, write};

/// How much of what was not synced reached the disk, and in what shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nothing of it.
    Dropped,
    /// All of it, as when only the process ends.
    Kept,
    /// Each piece of so many bytes by itself.
    Torn(usize),
    /// Each operation by itself, whatever came before or behind it.
    Reordered,
    /// The first few operations, the last of them torn at 512 bytes.
    Prefix,
}

impl Cut {
    /// All shapes.
    pub const ALL: [Self; 6] =
        [Self::Dropped, Self::Kept, Self::Torn(512), Self::Torn(4096), Self::Reordered, Self::Prefix];
}

/// A disk between two operations: durable content, and what waits for a sync.
#[derive(Debug, Clone, Default)]
pub struct Platter {
    files: Vec<Content>,
    durable: BTreeMap<String, usize>,
    now: BTreeMap<String, usize>,
    /// Names whose entry changed since the directory was synced, with what they meant before and mean after.
    renamed: Vec<(String, Option<usize>)>,
}

#[derive(Debug, Clone, Default)]
struct Content {
    durable: Vec<u8>,
    waiting: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

impl Platter {
    /// A disk that holds these files durably.
    #[must_use]
    pub fn over(files: &Image) -> Self {
        let mut platter = Self::default();
        for (name, bytes) in files {
            platter.now.insert(name.clone(), platter.files.len());
            platter.files.push(Content { durable: bytes.clone(), waiting: Vec::new() });
        }
        platter.durable = platter.now.clone();
        platter
    }

    /// Goes on by one operation.
    pub fn step(&mut self, op: &Op) {
        match op {
            Op::Create(name, reserve) => {
                let new = self.files.len();
                let waiting = vec![Change::SetLen(*reserve)];
                self.files.push(Content { durable: Vec::new(), waiting });
                self.now.insert(name.clone(), new);
                self.renamed.push((name.clone(), Some(new)));
            }
            Op::Remove(name) => {
                self.now.remove(name);
                self.renamed.push((name.clone(), None));
            }
            Op::Rename(from, to) => {
                if let Some(at) = self.now.remove(from) {
                    self.now.insert(to.clone(), at);
                    self.renamed.push((to.clone(), Some(at)));
                    self.renamed.push((from.clone(), None));
                }
            }
            Op::SyncDir => {
                self.renamed.clear();
                self.durable = self.now.clone();
            }
            Op::Write(name, offset, bytes) => self.wait(name, Change::Write(*offset, bytes.clone())),
            Op::SetLen(name, len) => self.wait(name, Change::SetLen(*len)),
            Op::Sync(name) => {
                if let Some(content) = self.now.get(name).and_then(|at| self.files.get_mut(*at)) {
                    for change in std::mem::take(&mut content.waiting) {
                        change.apply(&mut content.durable);
                    }
                }
            }
        }
    }

    /// Whether anything waits for a sync.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.renamed.is_empty() || self.now.values().any(|at| !self.files[*at].waiting.is_empty())
    }

    /// What is left after a power cut here.
    #[must_use]
    pub fn cut(&self, cut: Cut, dice: &mut Dice) -> Image {
        let mut entries = self.durable.clone();
        let share = [15, 50, 85][dice.below(3)];
        for (name, meaning) in &self.renamed {
            let arrives = match cut {
                Cut::Dropped => false,
                Cut::Kept => true,
                Cut::Torn(_) | Cut::Reordered | Cut::Prefix => dice.percent(share),
            };
            match meaning {
                _ if !arrives => {}
                Some(at) => {
                    entries.insert(name.clone(), *at);
                }
                None => {
                    entries.remove(name);
                }
            }
        }
        entries.into_iter().map(|(name, at)| (name, self.files[at].cut(cut, share, dice))).collect()
    }

    fn wait(&mut self, name: &str, change: Change) {
        if let Some(content) = self.now.get(name).and_then(|at| self.files.get_mut(*at)) {
            content.waiting.push(change);
        }
    }
}

impl Content {
    fn cut(&self, cut: Cut, share: usize, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let first = match cut {
            Cut::Prefix => dice.below(self.waiting.len() + 1),
            _ => self.waiting.len(),
        };
        for (nth, change) in self.waiting.iter().enumerate() {
            match cut {
                Cut::Dropped => {}
                Cut::Kept => change.apply(&mut bytes),
                Cut::Torn(sector) => change.tear(&mut bytes, sector, &mut |_| dice.percent(share)),
                Cut::Reordered if dice.percent(share) => change.apply(&mut bytes),
                Cut::Prefix if nth < first => change.apply(&mut bytes),
                Cut::Prefix if nth == first => {
                    let sectors = dice.below(change.len().div_ceil(512) + 1);
                    change.tear(&mut bytes, 512, &mut |sector| sector < sectors);
                }
                Cut::Reordered | Cut::Prefix => {}
            }
        }
        bytes
    }
}

impl Change {
    fn len(&self) -> usize {
        match self {
            Self::Write(_, bytes) => bytes.len(),
            Self::SetLen(_) => 0,
        }
    }

    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => write(file, *offset, bytes),
            Self::SetLen(len) => file.resize(*len, 0),
        }
    }

    /// Lets pieces through that begin at multiples of `size` in the file; they are numbered from the first one touched.
    fn tear(&self, file: &mut Vec<u8>, size: usize, arrives: &mut dyn FnMut(usize) -> bool) {
        match self {
            Self::Write(offset, bytes) => {
                let end = offset + bytes.len();
                let mut at = *offset;
                let mut piece = 0;
                while at < end {
                    let next = ((at / size + 1) * size).min(end);
                    if arrives(piece) {
                        write(file, at, &bytes[at - offset..next - offset]);
                    }
                    (at, piece) = (next, piece + 1);
                }
            }
            Self::SetLen(_) if arrives(0) => self.apply(file),
            Self::SetLen(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace() -> [Op; 5] {
        let name = || "a".to_owned();
        [
            Op::Create(name(), 2048),
            Op::SyncDir,
            Op::Write(name(), 0, vec![1; 1024]),
            Op::Sync(name()),
            Op::Write(name(), 512, vec![2; 1024]),
        ]
    }

    fn platter(steps: usize) -> Platter {
        let mut platter = Platter::default();
        trace().iter().take(steps).for_each(|op| platter.step(op));
        platter
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_may_go() {
        let mut dice = Dice::new(1, 1);
        assert!(platter(1).cut(Cut::Dropped, &mut dice).is_empty());
        assert_eq!(platter(2).cut(Cut::Dropped, &mut dice)["a"].len(), 0);
        let synced = &platter(5).cut(Cut::Dropped, &mut dice)["a"];
        assert_eq!((synced[0], synced[1023], synced[1024], synced.len()), (1, 1, 0, 2048));
        let kept = &platter(5).cut(Cut::Kept, &mut dice)["a"];
        assert_eq!((kept[511], kept[512], kept[1535]), (1, 2, 2));
        assert!(platter(5).is_waiting() && !platter(4).is_waiting());
    }

    #[test]
    fn pieces_arrive_by_themselves() {
        let mut dice = Dice::new(1, 2);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..40 {
            let torn = &platter(5).cut(Cut::Torn(512), &mut dice)["a"];
            seen.insert((torn[512], torn[1024]));
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(1, 0), (1, 2), (2, 0), (2, 2)]);
    }
}
