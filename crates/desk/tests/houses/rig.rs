//! Two houses of one commune in the simulator, with a desk over each.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use hopluu_desk::import::{Import, Line, LoadRow, RowState, Sheet};
use hopluu_desk::{About, Answer, Desk, Door, Part, Refusal, Shared, Trouble, Who, Work};
use hopluu_identity::{DeviceKey, RelayAt};
use hopluu_model::{CollectionId, DocKind, Field, Kind, Side, Tick, Timestamp, rules};
use hopluu_sim::{PeerId, SONG_CONG, World};
use hopluu_view::query::BookRow;
use tokio::sync::broadcast;

/// The doors here never make anybody wait.
pub(crate) fn now<R>(future: impl Future<Output = R>) -> R {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ready) => ready,
        Poll::Pending => panic!("a desk waits for something that is not there"),
    }
}

/// A house with its desk.
pub(crate) struct House {
    pub(crate) peer: PeerId,
    pub(crate) desk: Desk,
}

/// Two houses, and the world in which they are.
pub(crate) struct Houses {
    world: Arc<Mutex<World>>,
    pub(crate) a: House,
    pub(crate) b: House,
    pub(crate) collection: CollectionId,
}

pub(crate) fn leader() -> Who {
    Who::new("Trần Thị Trưởng", Part::Leader)
}

impl Houses {
    pub(crate) fn open(seed: u64) -> Self {
        let mut world = World::new(seed);
        world.found();
        let peers = ["Nhà A", "Nhà B"].map(|house| world.open_office(&format!("Sông Công, {house}"), SONG_CONG));
        assert!(world.run_until_met(200, |world| world.check().is_ok()), "{:?}", world.check());
        let collection = world.collection(SONG_CONG).expect("an invited commune");
        let world = Arc::new(Mutex::new(world));
        let [a, b] = peers.map(|peer| House { peer, desk: desk(&world, peer, collection) });
        Self { world, a, b, collection }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn apart(&self) {
        let mut world = self.world();
        for house in [&self.a, &self.b] {
            world.cut(house.peer);
        }
    }

    /// Both have a line again, and everybody has everything and shows the same.
    pub(crate) fn together(&self) {
        let mut world = self.world();
        for house in [&self.a, &self.b] {
            world.heal(house.peer);
        }
        assert!(world.run_until_met(600, |world| world.check().is_ok()), "{:?}", world.check());
    }

    /// What is to be settled.
    pub(crate) fn listed(&self) -> Vec<String> {
        let rows = self.a.desk.reader().clashes(Some(self.collection)).expect("a view in memory");
        rows.into_iter().map(|row| row.kind).collect()
    }
}

impl House {
    /// Loads a list that has these fields as columns.
    pub(crate) fn load(&self, list: &List) -> LoadRow {
        now(self.desk.load_import(&leader(), &list.import())).expect("a good list")
    }

    /// How many rows of a list are in a state.
    pub(crate) fn rows(&self, list: &List, state: RowState) -> usize {
        self.desk.plan_import(&leader(), &list.import()).expect("a good list").count(state)
    }

    /// The records of a kind that are no mistakes, by name.
    pub(crate) fn book(&self, kind: Kind) -> Vec<BookRow> {
        let rows = self.desk.reader().book(kind, self.desk.about().collection).expect("a view in memory");
        rows.into_iter().filter(|row| !row.void).collect()
    }

    pub(crate) fn set(&self, row: &BookRow, field: Field, typed: &str) {
        let typed = BTreeMap::from([(field, typed.to_owned())]);
        now(self.desk.change(&leader(), row.record.id, &typed)).expect("a good value");
    }
}

/// A spreadsheet: its columns, and its rows below.
pub(crate) struct List {
    pub(crate) kind: Kind,
    pub(crate) columns: &'static [Field],
    pub(crate) rows: &'static [&'static [&'static str]],
}

impl List {
    fn import(&self) -> Import {
        let heads = self.columns.iter().map(|field| rules::label(*field).to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect());
        let lines = (1..).zip(std::iter::once(heads).chain(rows));
        let lines = lines.map(|(number, cells)| Line { number, cells }).collect();
        Import {
            kind: self.kind.to_string(),
            file: "danh-sach.xlsx".to_owned(),
            sheet: Sheet { lines },
            chosen: BTreeMap::new(),
        }
    }
}

fn desk(world: &Arc<Mutex<World>>, peer: PeerId, collection: CollectionId) -> Desk {
    let (reader, about) = {
        let world = world.lock().unwrap_or_else(PoisonError::into_inner);
        let relay = RelayAt { key: DeviceKey::from_seed([200; 32]).id(), addresses: vec!["tram.example:4433".into()] };
        let about = About {
            collection,
            province: world.own(peer, DocKind::Register).collection,
            side: Side::Commune,
            letter: "A".into(),
            label: world.name(peer).to_owned(),
            relay,
            invited_until: world.wall(peer),
            program: "thử",
            dir: std::env::temp_dir(),
        };
        (world.office(peer).view().reader().expect("a view in memory"), about)
    };
    let door = WorldDoor { world: Arc::clone(world), peer, drawn: AtomicU64::new(0) };
    let (news, _) = broadcast::channel(4);
    Desk::new(Box::new(door), vec![reader], about, (Shared::default(), news))
}

/// An office inside the world.
struct WorldDoor {
    world: Arc<Mutex<World>>,
    peer: PeerId,
    drawn: AtomicU64,
}

impl WorldDoor {
    fn work_now(&self, work: Work) -> Result<Answer, Refusal> {
        let mut world = self.world();
        let done = world.at_desk(self.peer, |office, now, wall| Ok(work(office, now, wall)));
        world.run_for(100);
        match done.map_err(|error| Refusal::not_saved(&error))? {
            Ok(answer) => Ok(answer),
            Err(Trouble::Refused(refusal)) => Err(refusal),
            Err(Trouble::Office(error)) => Err(Refusal::not_saved(&error)),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door for WorldDoor {
    fn work(&self, work: Work) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + '_>> {
        Box::pin(ready(self.work_now(work)))
    }

    fn wall(&self) -> Timestamp {
        self.world().wall(self.peer)
    }

    fn now(&self) -> Tick {
        self.world().now()
    }

    fn random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            *byte = drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
    }
}
