//! The first edit after a break, and a line that comes back without news, behind 300 ms one way.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::time::Duration;

use hopluu_identity::DeviceKey;
use hopluu_model::edit::{Desk, Form, ReportIssue};
use hopluu_model::text::IssueCode;
use hopluu_model::{By, DocId, Role, Side, Stamp};
use hopluu_office::Office;
use hopluu_sync::LineState;
use hopluu_transport::Config;
use hopluu_transport::line::{BadLine, Way, Weather};
use hopluu_view::View;
use tempfile::TempDir;

use crate::Outcome;
use crate::figure::{Report, median};
use crate::machine::{Inner, Running, run};
use crate::stage::{Cast, WALL, hand_in, store};
use crate::stopwatch::ms;
use crate::writing::Writer;

const TABLE: &str = "behind 300 ms one way (RTT 600 ms)";
const ONE_WAY: Duration = Duration::from_millis(300);
const RTT_MS: f64 = 600.0;
const BOUND: Duration = Duration::from_secs(60);
/// Silence after which both ends count a line as lost.
const IDLE: Duration = Duration::from_secs(2);
/// What may still be said after both have agreed.
const AFTERWARDS: Duration = Duration::from_secs(6);

pub(crate) async fn measure(report: &mut Report, runs: usize) -> Outcome<()> {
    let world = World::raise(1, Side::Commune).await?;
    let (mut on_disk, mut acknowledged) = (Vec::new(), Vec::new());
    for number in 0..runs {
        let (disk, ack) = world.edit(u32::try_from(number)? + 1).await?;
        on_disk.push(disk);
        acknowledged.push(ack);
    }
    report.goal(TABLE, "first edit on the relay's disk", (median(&on_disk), "ms"), RTT_MS / 2.0 + 50.0);
    report.goal(TABLE, "first edit acknowledged", (median(&acknowledged), "ms"), RTT_MS + 50.0);
    world.quiet(report, "1 document", runs).await?;
    world.end().await;
    let world = World::raise(170, Side::Province).await?;
    world.quiet(report, "170 documents", runs).await?;
    world.end().await;
    Ok(())
}

/// One relay, one office, one bad line.
struct World {
    relay: Running,
    office: Running,
    line: BadLine,
    doc: DocId,
    code: String,
    _dirs: [TempDir; 2],
}

impl World {
    /// Fills the relay with documents of three changes each, and waits until the office holds them all.
    async fn raise(docs: usize, side: Side) -> Outcome<Self> {
        let dirs = [tempfile::tempdir()?, tempfile::tempdir()?];
        let cast = Cast::with_relay("127.0.0.1:1".to_owned(), docs)?;
        let mut mailbox = cast.relay_on(store(dirs[0].path())?)?;
        for commune in &cast.communes {
            let mut writer = Writer::new(&commune.key, &commune.code, commune.issues(), 5);
            writer.write_issues(3)?;
            hand_in(&mut mailbox, commune, writer.packs(0, 50)?)?;
        }
        let relay = run_relay(mailbox, &cast.relay)?;
        let far = Weather::both(Way { delay: ONE_WAY, ..Way::CLEAR });
        let line = BadLine::start((Ipv4Addr::LOCALHOST, 0).into(), relay.handle.local_addr()?, far, 1)?;
        let key = if side == Side::Province { &cast.desk } else { &cast.communes[0].key };
        let (view, _) = View::open(&dirs[1].path().join("view.sqlite"), hopluu_view::Settings::default())?;
        let office = cast.office_on(key, store(dirs[1].path())?, view, 32)?;
        let office = run_office(office, key, line.addr().to_string())?;
        office.marks.wait("settled", BOUND).await?;
        let (doc, code) = (cast.communes[0].issues(), cast.communes[0].code.clone());
        // Tickets for the next call come once the handshake is over, and the last receipts are on their way.
        tokio::time::sleep(AFTERWARDS).await;
        Ok(Self { relay, office, line, doc, code, _dirs: dirs })
    }

    async fn cut(&self) -> Outcome<()> {
        self.line.cut();
        self.office.marks.clear();
        self.office.marks.wait("offline", BOUND).await?;
        Ok(())
    }

    /// Types an edit while the line is cut, heals it, and waits from the dial on.
    async fn edit(&self, number: u32) -> Outcome<(f64, f64)> {
        self.cut().await?;
        let (doc, code) = (self.doc, IssueCode::new(&self.code, "C", number)?);
        self.office.handle.send(Box::new(move |inner| {
            if let Inner::Office(office) = inner {
                type_edit(office, doc, code);
            }
        }))?;
        self.relay.marks.clear();
        self.office.marks.clear();
        self.line.heal();
        let dialled = self.office.marks.wait("dialled", BOUND).await?;
        let on_disk = self.relay.marks.wait("grew", BOUND).await?;
        let acknowledged = self.office.marks.wait("acknowledged", BOUND).await?;
        self.office.marks.wait("settled", BOUND).await?;
        tokio::time::sleep(AFTERWARDS).await;
        Ok((ms(dialled, on_disk), ms(dialled, acknowledged)))
    }

    /// Cuts and heals a line while nothing changes.
    async fn quiet(&self, report: &mut Report, what: &str, runs: usize) -> Outcome<()> {
        let (mut trips, mut up, mut down) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..runs {
            self.cut().await?;
            self.office.marks.clear();
            self.line.heal();
            let dialled = self.office.marks.wait("dialled", BOUND).await?;
            let settled = self.office.marks.wait("settled", BOUND).await?;
            trips.push(ms(dialled, settled) / RTT_MS);
            tokio::time::sleep(AFTERWARDS).await;
            up.push(self.office.counted.sent.load(Ordering::SeqCst) as f64);
            down.push(self.office.counted.received.load(Ordering::SeqCst) as f64);
        }
        let goal = (RTT_MS + 50.0) / RTT_MS;
        report.goal(TABLE, format!("nothing changed, {what}: until settled"), (median(&trips), "RTT"), goal);
        report.goal(TABLE, format!("nothing changed, {what}: payload up"), (median(&up), "B"), 300.0);
        report.goal(TABLE, format!("nothing changed, {what}: payload down"), (median(&down), "B"), 300.0);
        Ok(())
    }

    async fn end(&self) {
        self.office.handle.shutdown().await;
        self.relay.handle.shutdown().await;
    }
}

fn run_relay(mailbox: hopluu_mailbox::Mailbox, key: &DeviceKey) -> Outcome<Running> {
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = Config { idle_timeout: IDLE, ..Config::relay(bind) };
    let mut before = held(&mailbox);
    let look = move |inner: &Inner, _: &crate::machine::Counted, marks: &crate::stopwatch::Marks| {
        let now = held(inner.mailbox());
        if now > before {
            marks.note("grew");
        }
        before = now;
    };
    run(Inner::Relay(Box::new(mailbox)), key, config, Vec::new(), Box::new(look))
}

fn run_office(office: Office, key: &DeviceKey, address: String) -> Outcome<Running> {
    let config = Config { idle_timeout: IDLE, keep_alive: IDLE / 4, ..Config::office() };
    let look = |inner: &Inner, _: &crate::machine::Counted, marks: &crate::stopwatch::Marks| {
        let line = inner.mailbox().standing().line;
        match line {
            Some(LineState::Settled) => marks.note("settled"),
            Some(LineState::Offline { .. }) => marks.note("offline"),
            Some(LineState::CatchingUp | LineState::Dialling) | None => {}
        }
        let is_talking = matches!(line, Some(LineState::CatchingUp | LineState::Settled));
        if is_talking && inner.mailbox().backlog() == 0 {
            marks.note("acknowledged");
        }
    };
    run(Inner::Office(Box::new(office)), key, config, vec![address], Box::new(look))
}

/// How many changes are held.
pub(crate) fn held(mailbox: &hopluu_mailbox::Mailbox) -> u64 {
    let docs = mailbox.store().docs().unwrap_or_default();
    docs.iter().filter_map(|doc| mailbox.store().clock(doc).ok()).map(|clock| clock.len()).sum()
}

fn type_edit(office: &mut Office, doc: DocId, code: IssueCode) {
    let form = ReportIssue {
        record: office.new_record(),
        event: office.new_event(),
        code,
        category: "chu_ky_so".to_owned(),
        cause: "khach_quan".to_owned(),
        text: "Công chức mới điều động chưa được cấp chữ ký số".to_owned(),
        proposal: None,
        place: None,
        urgent: false,
        submit: false,
        picture: None,
    };
    let stamp = Stamp { at: WALL, by: By { name: "Nguyễn Văn Mẫu 014".to_owned(), role: Role::Clerk } };
    let desk = Desk { doc, stamp, side: Side::Commune, made_up: false };
    let edit = form.edit(&desk).expect("the form is filled in rightly");
    office.submit(&edit).expect("the office may write its own document");
}
