//! Changes that wait for their parents, and what is checked when these have come.

use std::collections::{BTreeSet, HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash as AmHash, ReadDoc, legacy};
use hopluu_model::ChangeHash;

use crate::blob;
use crate::guard::{Checked, Containers, Unfit};

/// Object and key of a write.
type Place = (legacy::ObjectId, legacy::Key);

/// Changes that came before their parents.
#[derive(Default)]
pub(crate) struct Parked(Vec<Checked>);

/// What changes write to.
#[derive(Default)]
pub(crate) struct Touched {
    /// Records that begin.
    pub(crate) records: BTreeSet<[u8; 16]>,
    /// Events that begin.
    pub(crate) events: BTreeSet<[u8; 16]>,
    /// Objects from before, which are records.
    pub(crate) objects: HashSet<legacy::OpId>,
}

/// What comes with one call, in an order automerge can take.
struct Coming<'a> {
    containers: &'a Containers,
    ready: Vec<Change>,
    /// Last operation of each change.
    last: HashMap<AmHash, u64>,
    places: HashMap<legacy::OpId, Place>,
    touched: Touched,
}

impl Parked {
    pub(crate) fn put(&mut self, checked: Checked) {
        self.0.push(checked);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes those whose parents are here or among those taken before them. One that does not go on where its parents
    /// end is named in `unfit`: automerge believes any operation number and any replaced operation, and then neither
    /// saves what it can load nor tells operations apart. Also gives what they write to.
    pub(crate) fn take_ready(
        &mut self,
        (am, containers): (&Automerge, &Containers),
        unfit: &mut Vec<(ChangeHash, String)>,
    ) -> (Vec<Change>, Touched) {
        let (last, places, touched) = (HashMap::new(), HashMap::new(), Touched::default());
        let mut coming = Coming { containers, ready: Vec::new(), last, places, touched };
        loop {
            let before = coming.ready.len();
            let mut waiting = Vec::new();
            for checked in std::mem::take(&mut self.0) {
                match coming.attaches(am, &checked) {
                    None => waiting.push(checked),
                    Some(Ok(())) => coming.take(checked),
                    Some(Err(why)) => unfit.push((ChangeHash(checked.change.hash().0), why.to_string())),
                }
            }
            self.0 = waiting;
            if coming.ready.len() == before {
                return (coming.ready, coming.touched);
            }
        }
    }
}

impl Coming<'_> {
    /// Whether a change goes on where its parents end; `None` while one of them is missing.
    fn attaches(&self, am: &Automerge, checked: &Checked) -> Option<Result<(), Unfit>> {
        let last_op = |dep: &AmHash| {
            let coming = self.last.get(dep).copied();
            coming.or_else(|| am.get_change_meta_by_hash(dep).map(|meta| meta.max_op))
        };
        let parents: Vec<u64> = checked.change.deps().iter().map(last_op).collect::<Option<_>>()?;
        // Every document begins with its genesis, so an honest change has parents.
        let numbered_on = parents.iter().max().is_some_and(|last| checked.change.start_op().get() == last + 1);
        if !numbered_on {
            return Some(Err(Unfit::Numbers));
        }
        let replaces = |op: &legacy::Op| {
            let place = (op.obj.clone(), op.key.clone());
            op.pred.iter().all(|old| self.place_of(am, old).is_some_and(|known| known == place))
        };
        Some(if checked.writes.iter().all(replaces) { Ok(()) } else { Err(Unfit::Replaced) })
    }

    /// Where an operation wrote.
    fn place_of(&self, am: &Automerge, id: &legacy::OpId) -> Option<Place> {
        if let Some(place) = self.places.get(id) {
            return Some(place.clone());
        }
        let exid = am.import_obj(&format!("{}@{}", id.0, id.1.to_hex_string())).ok()?;
        let expanded = am.get_change_by_hash(&am.hash_for_opid(&exid)?)?.decode();
        let place = usize::try_from(id.0.checked_sub(expanded.start_op.get())?).ok()?;
        let op = expanded.operations.get(place)?;
        Some((op.obj.clone(), op.key.clone()))
    }

    fn take(&mut self, checked: Checked) {
        let Checked { change, writes } = checked;
        if self.last.insert(change.hash(), change.max_op()).is_some() {
            return;
        }
        for (number, op) in (change.start_op().get()..).zip(writes) {
            self.note(&op);
            self.places.insert(legacy::OpId(number, change.actor_id().clone()), (op.obj, op.key));
        }
        self.ready.push(change);
    }

    fn note(&mut self, op: &legacy::Op) {
        let legacy::ObjectId::Id(object) = &op.obj else { return };
        let key = if let legacy::Key::Map(key) = &op.key { blob::read_key(key) } else { None };
        if self.containers.is_records(object) {
            self.touched.records.extend(key);
        } else if self.containers.is_events(object) {
            self.touched.events.extend(key);
        } else if !self.places.contains_key(object) {
            self.touched.objects.insert(object.clone());
        }
    }
}
