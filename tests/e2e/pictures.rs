//! Pictures over a real line: relay and offices in this process, on real disks, QUIC and bad weather between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hopluu_driver::{Clock, Handle, Machine, start};
use hopluu_identity::{Anchor, Body, DeviceKey, Enrolled, Founding, RelayAt, RelayTicket, RootKey, Roster, root_hash};
use hopluu_mailbox::{Input, Mailbox, Output, Role, Setup};
use hopluu_model::edit::Comment;
use hopluu_model::{
    By, CollectionId, Desk, DeviceId, DocId, DocKind, EventId, Form, PictureId, PictureKey, RecordId, Side, Stamp,
    Tick, Timestamp,
};
use hopluu_office::{Office, OfficeError};
use hopluu_store::picture_contract::picture;
use hopluu_store::{PictureHeld, Store};
use hopluu_store_sled::{Settings, open_store};
use hopluu_transport::line::{BadLine, Way, Weather};
use hopluu_transport::{Config, Identity};
use hopluu_view::View;
use tempfile::TempDir;
use tokio::sync::oneshot;

const NOON: Timestamp = Timestamp(1_795_331_100_000);
const HOME: CollectionId = CollectionId([1; 16]);
/// Seeds of keys.
const DESK: u8 = 1;
const RELAY: u8 = 2;
const A: u8 = 3;
const B: u8 = 4;
/// The number of frames that carry pieces.
const PIECE: u8 = 26;
const LARGE: usize = 512 * 1024;

fn key(seed: u8) -> DeviceKey {
    DeviceKey::from_seed([seed; 32])
}

/// A commune with two offices.
fn roster() -> Roster {
    let (root, next) = (RootKey::from_entropy([1; 32]), RootKey::from_entropy([2; 32]));
    let founding = Founding {
        province_code: "19".into(),
        name: "Thái Nguyên".into(),
        collection: CollectionId([9; 16]),
        root: root.id(),
        next_root: root_hash(&next.id()),
        desk: key(DESK).id(),
        relays: Vec::new(),
    };
    let mut roster = Roster::found(founding, NOON, root.key(), &key(DESK)).expect("a sound founding");
    let commune = Body::Collection { id: HOME, commune_code: "05518".into(), name: "Phường Sông Công".into() };
    let mut bodies = vec![commune, Body::OpenYear { year: 2026 }];
    for (seed, letter) in [(A, "A"), (B, "B")] {
        let (key, letter) = (key(seed).id(), letter.parse().expect("a letter"));
        let label = "trụ sở".to_owned();
        bodies.push(Body::Device(Enrolled {
            key,
            collection: HOME,
            side: Side::Commune,
            letter,
            label,
            invitation: None,
        }));
    }
    for body in bodies {
        roster.append(&body, NOON, &key(DESK)).expect("a sound entry");
    }
    roster
}

enum Inner {
    Relay(Box<Mailbox>),
    Office(Box<Office>),
}

impl Inner {
    fn mailbox(&self) -> &Mailbox {
        match self {
            Self::Relay(mailbox) => mailbox,
            Self::Office(office) => office.mailbox(),
        }
    }

    fn office(&mut self) -> &mut Office {
        match self {
            Self::Office(office) => office,
            Self::Relay(_) => panic!("an office is asked"),
        }
    }

    fn pieces(&self, key: &PictureKey) -> u32 {
        match self.mailbox().store().pictures().map(|pictures| pictures.held(key)) {
            Some(PictureHeld::Whole { size }) => hopluu_model::id::pieces_of(size),
            Some(PictureHeld::Part { pieces, .. }) => pieces,
            _ => 0,
        }
    }
}

type Work = Box<dyn FnOnce(&mut Inner) + Send>;

/// Counts the pieces it sends.
struct Counting {
    inner: Inner,
    addresses: Vec<String>,
    sent: Arc<AtomicU32>,
}

impl Machine for Counting {
    type Command = Work;
    type Error = OfficeError;

    fn handle(&mut self, now: Tick, wall: Timestamp, input: Input) -> Result<(), OfficeError> {
        match &mut self.inner {
            Inner::Relay(mailbox) => Ok(mailbox.handle(now, wall, input)?),
            Inner::Office(office) => office.handle(now, wall, input),
        }
    }

    fn command(&mut self, _: Tick, _: Timestamp, work: Work) -> Result<(), OfficeError> {
        work(&mut self.inner);
        Ok(())
    }

    fn commit(&mut self, now: Tick, wall: Timestamp) -> Result<(), OfficeError> {
        match &mut self.inner {
            Inner::Relay(mailbox) => Ok(mailbox.commit(now)?),
            Inner::Office(office) => office.commit(now, wall),
        }
    }

    fn poll(&mut self) -> Option<Output> {
        let output = match &mut self.inner {
            Inner::Relay(mailbox) => mailbox.poll()?,
            Inner::Office(office) => loop {
                if let hopluu_office::Output::Line(output) = office.poll()? {
                    break output;
                }
            },
        };
        if let Output::Send { bytes, .. } = &output
            && bytes.get(1) == Some(&PIECE)
        {
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
        Some(output)
    }

    fn output(&mut self, _: Tick, _: Timestamp, _: Output) -> Result<(), OfficeError> {
        Ok(())
    }

    fn next_wake(&self) -> Option<Tick> {
        match &self.inner {
            Inner::Relay(mailbox) => mailbox.next_wake(),
            Inner::Office(office) => office.next_wake(),
        }
    }

    fn addresses(&self, _: &DeviceId) -> Vec<String> {
        self.addresses.clone()
    }

    fn recover(&mut self, _: Tick, _: Timestamp) -> Result<(), OfficeError> {
        Err(hopluu_store::StoreError::Poisoned.into())
    }
}

/// One machine that runs.
struct Running {
    handle: Handle<Work>,
    sent: Arc<AtomicU32>,
}

impl Running {
    async fn ask<T: Send + 'static>(&self, act: impl FnOnce(&mut Inner) -> T + Send + 'static) -> T {
        let asked = self.handle.ask(|answer: oneshot::Sender<T>| -> Work {
            // Whoever asked waits for it.
            Box::new(move |inner| drop(answer.send(act(inner))))
        });
        asked.await.expect("the machine runs")
    }

    /// Waits until something holds.
    async fn until(&self, what: &str, holds: impl Fn(&mut Inner) -> bool + Copy + Send + 'static) {
        let wait = async {
            while !self.ask(holds).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), wait).await.unwrap_or_else(|_| panic!("{what} in time"));
    }
}

/// A relay and the disks of everybody.
struct Commune {
    root: TempDir,
    anchor: Anchor,
    relay: Running,
}

impl Commune {
    fn found() -> Self {
        let root = tempfile::Builder::new().prefix("hl").tempdir().expect("a temporary directory");
        let anchor = roster().anchor();
        let relay_at = RelayAt { key: key(RELAY).id(), addresses: Vec::new() };
        let ticket = RelayTicket { relay: relay_at, token: [7; 16] };
        let role = Role::Relay { ticket, owner: Some(anchor) };
        let store = store(&root, RELAY);
        let mut relay = Mailbox::open(store, setup(RELAY, role, anchor)).expect("a new store");
        relay.found(roster()).expect("a sound roster");
        let config = Config::relay(([127, 0, 0, 1], 0).into());
        let relay = run(Inner::Relay(Box::new(relay)), RELAY, config, Vec::new());
        Self { root, anchor, relay }
    }

    fn line(&self, weather: Weather) -> BadLine {
        let address = self.relay.handle.local_addr().expect("a socket");
        BadLine::start(([127, 0, 0, 1], 0).into(), address, weather, 5).expect("loopback")
    }

    /// Starts an office behind a line, with what lies on its disk.
    fn office(&self, seed: u8, line: &BadLine) -> Running {
        let role = Role::Office { relay: key(RELAY).id(), claim: None };
        let mut number = u64::from(seed);
        let dice = Box::new(move |bytes: &mut [u8]| {
            for byte in bytes {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = number.to_be_bytes()[0];
            }
        });
        let mailbox = setup(seed, role, self.anchor);
        let setup = hopluu_office::Setup { mailbox, cache_bytes: 1 << 20, dice };
        let view = View::memory().expect("memory");
        let office = Office::open(store(&self.root, seed), view, setup, NOON).expect("a sound store");
        let config =
            Config { bind: ([127, 0, 0, 1], 0).into(), idle_timeout: Duration::from_secs(2), ..Config::office() };
        let config = Config { keep_alive: Duration::from_millis(700), ..config };
        run(Inner::Office(Box::new(office)), seed, config, vec![line.addr().to_string()])
    }
}

fn store(root: &TempDir, seed: u8) -> Store {
    open_store(&root.path().join(seed.to_string()), Settings::new([seed; 16])).expect("a directory").store
}

fn setup(seed: u8, role: Role, anchor: Anchor) -> Setup {
    Setup { key: key(seed), role, anchor, enrolment: None, program: "thử".into(), seed: seed.into() }
}

fn run(inner: Inner, seed: u8, config: Config, addresses: Vec<String>) -> Running {
    let sent = Arc::new(AtomicU32::new(0));
    let machine = Counting { inner, addresses, sent: sent.clone() };
    let handle = start(machine, &Identity::from_seed(key(seed).seed()), config, Clock::start()).expect("it starts");
    Running { handle, sent }
}

fn thin(bytes_per_second: u64) -> Weather {
    let way =
        Way { bytes_per_second: Some(bytes_per_second), queue: 16_000, delay: Duration::from_millis(20), ..Way::CLEAR };
    Weather::both(way)
}

async fn keep(office: &Running, bytes: Vec<u8>) -> PictureKey {
    let kept = office.ask(move |inner| inner.office().keep_picture(HOME, &bytes)).await;
    PictureKey { collection: HOME, id: kept.expect("there is room") }
}

async fn comment(office: &Running) -> (DocId, hopluu_model::ActorId) {
    let doc = DocId::new(HOME, DocKind::Issues(2026));
    let form = Comment {
        issue: RecordId([5; 16]),
        event: EventId([6; 16]),
        text: "Cần trả lời ngay".to_owned(),
        numbers_only: false,
        urgent: true,
    };
    let by = By { name: "Nguyễn Văn A".to_owned(), role: hopluu_model::Role::Leader };
    let desk = Desk { doc, stamp: Stamp { at: NOON, by }, side: Side::Commune, made_up: false };
    let edit = form.edit(&desk).expect("a sound form");
    let written = office.ask(move |inner| inner.office().submit(&edit).expect("it can be written")).await;
    (doc, written.actor)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_on_after_a_cut_and_after_a_restart() {
    let commune = Commune::found();
    let (line, clear) = (commune.line(thin(100_000)), commune.line(Weather::CLEAR));
    let (a, b) = (commune.office(A, &line), commune.office(B, &clear));
    let bytes = picture(1, LARGE);
    let key = keep(&a, bytes.clone()).await;
    let size = u32::try_from(LARGE).expect("small");
    b.ask(move |inner| inner.office().want_picture(HOME, key.id, size)).await;

    commune.relay.until("a part", move |inner| inner.pieces(&key) >= 9).await;
    line.cut();
    a.until("a dead line", |inner| inner.mailbox().standing().peers.is_empty()).await;
    let held = commune.relay.ask(move |inner| inner.pieces(&key)).await;
    assert!((9..32).contains(&held), "{held} pieces");
    line.heal();
    commune.relay.until("more", move |inner| inner.pieces(&key) >= held + 4).await;
    let before = a.sent.load(Ordering::SeqCst);
    // The office is killed: nothing of it but its disk is left.
    a.handle.shutdown().await;
    drop(a);
    let a = commune.office(A, &line);
    b.until("the whole picture", move |inner| inner.office().picture(key.id).is_some()).await;
    let came = b.ask(move |inner| inner.office().picture(key.id)).await;
    assert_eq!(came, Some(bytes));
    a.until("the relay's word", move |inner| inner.office().picture_progress(key.id).at_relay).await;
    let sent = before + a.sent.load(Ordering::SeqCst);
    assert!(sent <= 32 + 2 * 5, "{sent} pieces sent for 32");
    assert_eq!(commune.relay.sent.load(Ordering::SeqCst), 32, "down the good line once each");
    let unknown = b.ask(|inner| inner.office().picture_progress(PictureId([0; 32]))).await;
    assert_eq!((unknown.have, unknown.of), (0, 0));
    for running in [a, b, commune.relay] {
        running.handle.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_urgent_edit_overtakes_a_picture_on_a_thin_line() {
    let commune = Commune::found();
    let line = commune.line(thin(24_000));
    let a = commune.office(A, &line);
    let key = keep(&a, picture(2, LARGE)).await;
    commune.relay.until("a part", move |inner| inner.pieces(&key) >= 3).await;
    let before = commune.relay.ask(move |inner| inner.pieces(&key)).await;
    let (doc, actor) = comment(&a).await;
    commune
        .relay
        .until("the edit", move |inner| inner.mailbox().store().tip(&doc, &actor).is_ok_and(|tip| tip.is_some()))
        .await;
    let after = commune.relay.ask(move |inner| inner.pieces(&key)).await;
    assert!(after < 32 && after - before <= 4, "{} pieces came before the edit, {after} in all", after - before);
    for running in [a, commune.relay] {
        running.handle.shutdown().await;
    }
}
