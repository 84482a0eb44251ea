//! A province in the simulator's weather whose desk answers through the API.

use std::future::{Future, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use hopluu_desk::{About, Answer, Desk, Door, FactPlace, Facts, Refusal, SetUp, Shared, Trouble, Work, Writing};
use hopluu_identity::{DeviceKey, RelayAt};
use hopluu_model::{By, CollectionId, DocKind, Edit, Role, Side, Stamp, Tick, Timestamp};
use hopluu_sim::{PeerId, Place, World};
use hopluu_web::{Pages, router};
use serde_json::Value;
use tokio::sync::broadcast;
use tower::ServiceExt;

/// The file that the values come from.
pub(crate) const FILE: &str = include_str!("../../../../tests/facts/seed_facts.json");
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));

/// Days on which everything is well, and days on which lines break, plugs are pulled and offices wait for hours.
pub(crate) const WEATHERS: [(u64, bool); 3] = [(1, false), (2, true), (3, true)];

/// The facts of the file.
pub(crate) fn facts() -> Facts {
    Facts::parse(FILE).expect("the file of this repository")
}

/// The value the file expects under a name.
pub(crate) fn expected(id: &str) -> Value {
    let facts = facts();
    let one = facts.expected().iter().find(|one| one.id == id);
    one.map(|one| one.value.clone()).unwrap_or_else(|| panic!("{id} is not in the file"))
}

/// A province of one text with two houses in each of its places.
pub(crate) struct Province {
    world: Arc<Mutex<World>>,
    desk: PeerId,
    houses: Vec<(FactPlace, [PeerId; 2])>,
    text: &'static str,
    stormy: bool,
}

impl Province {
    /// Founds it, with the places of a text.
    pub(crate) fn of(text: &'static str, (code, name): (&str, &str), (seed, stormy): (u64, bool)) -> Self {
        let mut world = World::new(seed);
        let (_, desk) = world.found_as(code, name);
        let communes = facts().places().into_iter().filter(|place| place.text == text && place.code.len() == 5);
        let houses = communes.map(|place| {
            let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
            let at = Place { code: leak(&place.code), name: leak(&place.name), kind: leak(&place.kind) };
            let house = |world: &mut World, label: &str| world.open_office(&format!("{}, {label}", place.name), at);
            let pair = [house(&mut world, "Nhà A"), house(&mut world, "Nhà B")];
            (place, pair)
        });
        let houses = houses.collect();
        let mut province = Self { world: Arc::new(Mutex::new(world)), desk, houses, text, stormy };
        province.settle();
        province
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Types what a file says: one house writes one half, the other the other, without waiting for each other.
    pub(crate) fn load(&mut self, facts: &Facts) {
        for (place, houses) in self.houses.clone() {
            self.begin_weather(houses);
            let collection = self.world().own(houses[0], DocKind::Register).collection;
            for (number, edit) in self.edits(facts, &place, collection, Role::Leader).iter().enumerate() {
                self.type_at(houses[number % 2], edit);
            }
        }
        let province = facts.places().into_iter().find(|place| place.text == self.text && place.code.len() == 2);
        if let Some(place) = province {
            let collection = self.world().own(self.desk, DocKind::Bulletin).collection;
            for edit in self.edits(facts, &place, collection, Role::Admin) {
                self.type_at(self.desk, &edit);
            }
        }
        for (_, houses) in self.houses.clone() {
            for house in houses {
                let mut world = self.world();
                world.heal(house);
                world.set_loss(house, 0);
            }
        }
        self.settle();
    }

    fn edits(&self, facts: &Facts, place: &FactPlace, collection: CollectionId, role: Role) -> Vec<Edit> {
        let world = self.world();
        let by = By { name: "Nguyễn Văn Mẫu 014".to_owned(), role };
        let DocKind::Issues(year) = world.issues_of(self.desk).kind else { panic!("issues live by years") };
        let writing = Writing { collection, stamp: Stamp { at: world.wall(self.desk), by }, year };
        facts.edits(place, &writing).expect("facts fit their forms")
    }

    fn begin_weather(&self, [a, b]: [PeerId; 2]) {
        if !self.stormy {
            return;
        }
        let mut world = self.world();
        let (cut, loss, late) = (world.dice().chance(60), world.dice().within(0, 40), world.dice().within(50, 2_500));
        if cut {
            world.cut(a);
        }
        world.flap(b);
        world.set_loss(a, loss);
        world.set_latency(b, late);
    }

    /// Types an edit; in a storm a plug is pulled now and then once it is saved.
    fn type_at(&self, peer: PeerId, edit: &Edit) {
        let mut world = self.world();
        match world.submit(peer, edit) {
            Err(error) if error.is_repetition() => return,
            done => done.expect("a running office takes what is valid"),
        };
        world.run_for(500);
        if self.stormy && peer != self.desk && world.dice().chance(20) {
            world.crash(peer, true);
            world.start(peer).expect("what was saved can be opened");
        }
    }

    /// Waits until every office and the desk hold everything.
    fn settle(&mut self) {
        let all: Vec<PeerId> = self.houses.iter().flat_map(|(_, houses)| *houses).chain([self.desk]).collect();
        let mut world = self.world();
        // Each looks at the relay once more: what came there meanwhile moves those that were settled before.
        for _ in 0..3 {
            assert!(
                world.run_until_met(90_000, |world| all.iter().all(|peer| world.is_settled(*peer))),
                "{}",
                world.log().last(40)
            );
            world.run_for(60_000);
        }
    }

    /// Signs in at the province's desk.
    pub(crate) async fn signed_in(&self) -> Seat {
        let (reader, about) = {
            let world = self.world();
            let office = world.office(self.desk);
            let collection = world.own(self.desk, DocKind::Bulletin).collection;
            let relay =
                RelayAt { key: DeviceKey::from_seed([200; 32]).id(), addresses: vec!["tram.example:4433".into()] };
            let about = About {
                collection,
                province: collection,
                side: Side::Province,
                letter: "A".into(),
                label: "Bàn tỉnh".into(),
                relay,
                invited_until: world.wall(self.desk),
                program: "thử",
                dir: std::env::temp_dir(),
            };
            (office.view().reader().expect("a view in memory"), about)
        };
        let door = WorldDoor { world: Arc::clone(&self.world), desk: self.desk, drawn: AtomicU64::new(0) };
        let (news, _) = broadcast::channel(4);
        let desk = Arc::new(Desk::new(Box::new(door), vec![reader], about, (Shared::default(), news)));
        let code = desk.open_people().await.expect("a running desk").expect("a desk without accounts");
        let typed = SetUp {
            code,
            name: "quan_tri".into(),
            shown: "Trần Thị Quản".into(),
            part: "admin".into(),
            password: "trời hôm nay nhiều mây".into(),
        };
        let token = desk.set_up(typed, HERE, "thử").await.expect("the code just printed").token;
        Seat { router: router(desk, Pages::default()), token }
    }
}

/// Somebody signed in at the province's desk.
pub(crate) struct Seat {
    router: Router,
    token: String,
}

impl Seat {
    /// What the API answers to an address below `/api/v1`.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = Request::builder()
            .uri(format!("/api/v1/{path}"))
            .header("host", "127.0.0.1:8080")
            .header("cookie", format!("hopluu={}", self.token))
            .body(Body::empty())
            .expect("a good request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.expect("an answer's body");
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).expect("JSON")
    }
}

/// The desk's office inside the world.
struct WorldDoor {
    world: Arc<Mutex<World>>,
    desk: PeerId,
    drawn: AtomicU64,
}

impl WorldDoor {
    fn work_now(&self, work: Work) -> Result<Answer, Refusal> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let done = world.at_desk(self.desk, |office, now, wall| Ok(work(office, now, wall)));
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
        self.world().wall(self.desk)
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
