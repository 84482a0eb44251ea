//! An office in memory with a desk on it; its clocks are turned by hand.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use hopluu_desk::{
    About, Answer, Desk, Door, NewAccount, Part, Refusal, SetUp, Shared, SignIn, SignedIn, Trouble, Who, Work,
};
use hopluu_identity::{Anchor, DeviceKey, RelayAt};
use hopluu_mailbox::{Role, Setup as MailboxSetup};
use hopluu_model::{CollectionId, Side, Tick, Timestamp};
use hopluu_office::{Office, Setup};
use hopluu_store::{MemoryFiles, MemoryIndex, Operation, Options, Store};
use hopluu_view::View;
use tokio::sync::broadcast;

pub(crate) const NOON: i64 = 1_795_331_100_000;
pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const HOUR: u64 = 3_600_000;
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
pub(crate) const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 8));
pub(crate) const PASSWORD: &str = "trời hôm nay nhiều mây";

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future; passwords are hashed on threads of their own.
pub(crate) fn wait<R>(future: impl Future<Output = R>) -> R {
    let waker: Waker = Arc::new(Unpark(std::thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(ready) => return ready,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[derive(Default)]
struct Clocks {
    tick: AtomicU64,
    wall: AtomicI64,
    drawn: AtomicU64,
}

struct MemoryDoor {
    office: Arc<Mutex<Office>>,
    clocks: Arc<Clocks>,
}

impl MemoryDoor {
    fn work_now(&self, work: Work) -> Result<Answer, Refusal> {
        let mut office = self.office.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, wall) = (self.now(), self.wall());
        let answer = work(&mut office, now, wall).map_err(|trouble| match trouble {
            Trouble::Refused(refusal) => refusal,
            Trouble::Office(error) => Refusal::not_saved(&error),
        });
        // Another's work in the same commit may have been good.
        let committed = office.commit(now, wall).map_err(|error| Refusal::not_saved(&error));
        committed.and(answer)
    }
}

impl Door for MemoryDoor {
    fn work(&self, work: Work) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + '_>> {
        Box::pin(std::future::ready(self.work_now(work)))
    }

    fn wall(&self) -> Timestamp {
        Timestamp(self.clocks.wall.load(Ordering::Relaxed))
    }

    fn now(&self) -> Tick {
        Tick(self.clocks.tick.load(Ordering::Relaxed))
    }

    fn random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let drawn = self.clocks.drawn.fetch_add(1, Ordering::Relaxed);
            *byte = drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
    }
}

/// A desk and what it stands on.
pub(crate) struct Room {
    pub(crate) desk: Desk,
    clocks: Arc<Clocks>,
    office: Arc<Mutex<Office>>,
    pub(crate) files: MemoryFiles,
    side: Side,
}

impl Room {
    pub(crate) fn at(side: Side) -> Self {
        let clocks = Arc::new(Clocks::default());
        clocks.wall.store(NOON, Ordering::Relaxed);
        Self::on(MemoryFiles::new(), clocks, side)
    }

    fn on(files: MemoryFiles, clocks: Arc<Clocks>, side: Side) -> Self {
        let office = Arc::new(Mutex::new(office(&files)));
        let door = MemoryDoor { office: Arc::clone(&office), clocks: Arc::clone(&clocks) };
        let reader = office.lock().expect("unpoisoned").view().reader().expect("memory");
        let about = About {
            collection: CollectionId([1; 16]),
            province: CollectionId([9; 16]),
            side,
            letter: "B".into(),
            label: "Nhà A".into(),
            relay: RelayAt { key: DeviceKey::from_seed([200; 32]).id(), addresses: Vec::new() },
            invited_until: Timestamp(NOON),
            program: "thử",
            dir: "/".into(),
        };
        let (news, _) = broadcast::channel(4);
        let desk = Desk::new(Box::new(door), vec![reader], about, (Shared::default(), news));
        Self { desk, clocks, office, files, side }
    }

    /// The power goes and the program starts again.
    pub(crate) fn again(self) -> Self {
        let Self { desk, clocks, office, files, side } = self;
        drop((desk, office));
        files.crash();
        clocks.tick.store(0, Ordering::Relaxed);
        let room = Self::on(files, clocks, side);
        wait(room.desk.open_people()).expect("a sound journal");
        room
    }

    /// The store is opened again after a failure, below the desk, as the program does; what was not synced is gone.
    pub(crate) fn reopen(&self) {
        let mut held = self.office.lock().unwrap_or_else(PoisonError::into_inner);
        self.files.crash();
        *held = office(&self.files);
    }

    pub(crate) fn fail_next_sync(&self) {
        self.files.fail(Operation::Sync, 1, std::io::ErrorKind::Other);
    }

    pub(crate) fn pass(&self, ticks: u64) {
        self.clocks.tick.fetch_add(ticks, Ordering::Relaxed);
        self.clocks.wall.fetch_add(i64::try_from(ticks).expect("not that long"), Ordering::Relaxed);
    }

    pub(crate) fn set_wall(&self, wall: i64) {
        self.clocks.wall.store(wall, Ordering::Relaxed);
    }

    /// Records in the journal.
    pub(crate) fn end(&self) -> u64 {
        self.office.lock().expect("unpoisoned").mailbox().store().end().number
    }

    /// All bytes that were ever remembered under keys that begin so.
    pub(crate) fn facts(&self, prefix: &str) -> String {
        let facts = self.office.lock().expect("unpoisoned").facts(prefix).expect("a sound index");
        facts.into_iter().map(|(key, value)| format!("{key}={}\n", String::from_utf8_lossy(&value))).collect()
    }

    /// The first account, made with the code on the console.
    pub(crate) fn founded(side: Side) -> (Self, SignedIn) {
        let room = Self::at(side);
        let code = wait(room.desk.open_people()).expect("a sound office").expect("no account yet");
        let part = if side == Side::Province { "admin" } else { "leader" };
        let typed = SetUp {
            code,
            name: "truong".into(),
            shown: "Trần Thị Trưởng".into(),
            part: part.into(),
            password: PASSWORD.into(),
        };
        let signed_in = wait(room.desk.set_up(typed, HERE, "thử")).expect("the first account");
        (room, signed_in)
    }

    /// Adds an account with the usual password.
    pub(crate) fn add(&self, name: &str, part: &str) -> hopluu_desk::AccountId {
        let department = (part == "handler").then(|| "so_noi_vu".to_owned());
        let new = NewAccount {
            name: name.into(),
            part: part.into(),
            department,
            password: Some(PASSWORD.into()),
            ..NewAccount::default()
        };
        wait(self.desk.add_account(&self.keeper(), new)).expect("a good account").id
    }

    /// Whoever types at the machine itself.
    pub(crate) fn keeper(&self) -> Who {
        Who::new("dòng lệnh", if self.side == Side::Province { Part::Admin } else { Part::Leader })
    }

    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Result<SignedIn, Refusal> {
        self.sign_in_with(name, password, "", HERE)
    }

    pub(crate) fn sign_in_with(
        &self,
        name: &str,
        password: &str,
        code: &str,
        from: IpAddr,
    ) -> Result<SignedIn, Refusal> {
        let typed = SignIn {
            name: name.into(),
            password: password.into(),
            code: code.into(),
            from,
            agent: "Mozilla/5.0 (thử)".into(),
        };
        wait(self.desk.sign_in(typed))
    }
}

fn office(files: &MemoryFiles) -> Office {
    let opened = Store::open(Box::new(files.clone()), Box::new(MemoryIndex::new()), Options::new([4; 16]));
    let (store, _) = opened.expect("a sound journal");
    let mailbox = MailboxSetup {
        key: DeviceKey::from_seed([11; 32]),
        role: Role::Office { relay: DeviceKey::from_seed([200; 32]).id(), claim: None },
        anchor: Anchor([0; 32]),
        enrolment: None,
        program: "thử".into(),
        seed: 1,
    };
    let mut drawn = 0u8;
    let dice = Box::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            drawn = drawn.wrapping_add(97);
            *byte = drawn;
        }
    });
    let view = View::memory().expect("memory");
    Office::open(store, view, Setup { mailbox, cache_bytes: 1 << 20, dice }, Timestamp(NOON)).expect("an office")
}

/// The code of a refusal.
pub(crate) fn code<T>(done: Result<T, Refusal>) -> &'static str {
    done.err().map_or("done", |refusal| refusal.code)
}
