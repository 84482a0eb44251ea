//! The province of the demo: relay, desk, four offices, and the lines between them.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hopluu_driver::Complaint;
use hopluu_transport::line::{BadLine, Way, Weather};
use serde_json::{Value, json};

use super::peer::{Peer, below};
use super::story::Tell;
use crate::client::Answer;

/// Starting and enrolling on a weak machine.
const START: Duration = Duration::from_secs(30);

/// Everything that runs.
pub(super) struct World {
    pub(super) relay: Peer,
    pub(super) desk: Peer,
    /// Sông Công, the former Thành ủy.
    pub(super) house_a: Peer,
    /// Sông Công, the former phường Thắng Lợi: the public service centre.
    pub(super) house_b: Peer,
    pub(super) phan_dinh_phung: Peer,
    pub(super) trai_cau: Peer,
    /// Between everybody and the relay: at one address, since an office tries every address the roster names and so
    /// would find its way around a line that is cut. Its weather is that of both houses of Sông Công, also when they
    /// come back from another port; everybody else has better weather of their own.
    line: BadLine,
    /// Whether it is cut just now.
    cut: AtomicBool,
}

/// What the houses of Sông Công have on a good day.
const HOUSES: Weather = weather(40, 20);
/// What everybody else has.
const PLAIN: Weather = weather(10, 0);

const fn weather(delay_ms: u64, loss_per_mille: u16) -> Weather {
    let way = Way { delay: Duration::from_millis(delay_ms), loss_per_mille, ..Way::CLEAR };
    Weather { up: way, down: way }
}

/// An office of the story.
struct Place {
    name: &'static str,
    folder: &'static str,
    code: &'static str,
    label: &'static str,
}

const PLACES: [Place; 4] = [
    Place { name: "Sông Công, Nhà A", folder: "song-cong-a", code: "05518", label: "Nhà A (Thành ủy cũ)" },
    Place {
        name: "Sông Công, Nhà B",
        folder: "song-cong-b",
        code: "05518",
        label: "Nhà B (Trung tâm phục vụ hành chính công)",
    },
    Place { name: "Phan Đình Phùng", folder: "phan-dinh-phung", code: "05443", label: "Trụ sở" },
    Place { name: "Trại Cau", folder: "trai-cau", code: "05662", label: "Trụ sở" },
];

impl World {
    /// Sets everything up, enrols everybody and waits until all are in step.
    ///
    /// `start` is the address of the start page, when people are going to look at pages.
    pub(super) async fn raise(dir: &Path, tell: &Tell, start: Option<&str>) -> Result<Self, Complaint> {
        let relay_at = free_port()?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let line = BadLine::start(listen, relay_at, HOUSES, 1).map_err(|error| crate::failed("demo-line", &error))?;
        tell.step("Trạm chuyển tiếp và bàn tỉnh Thái Nguyên khởi động.", "Relay and desk of Thái Nguyên start.");
        let (relay, desk) = Self::province(dir, relay_at, &line, start).await?;
        let mut offices = Vec::new();
        for place in &PLACES {
            let pages = pages(start, offices.len() + 2)?;
            let office = enrol(dir, (&desk, place), &line, pages)?;
            let weather = if place.code == "05518" { None } else { Some(PLAIN) };
            let number = offices.len() + 1;
            newcomer(&office, &line, number, weather).await?;
            offices.push(office);
        }
        for office in &offices {
            office
                .wait(("status", json!({})), START, |said| {
                    said["confirmed"] == json!(true) && said["line"] == json!("settled")
                })
                .await?;
            tell.step(
                &format!("{} đã ghi danh bằng mã mời và đồng bộ.", office.name),
                &format!("{} enrolled by invitation and is in step.", office.name),
            );
        }
        let mut offices = offices.into_iter();
        let mut next = || offices.next().ok_or_else(|| super::peer::broken("an office is missing"));
        let (house_a, house_b, phan_dinh_phung, trai_cau) = (next()?, next()?, next()?, next()?);
        let cut = AtomicBool::new(false);
        Ok(Self { relay, desk, house_a, house_b, phan_dinh_phung, trai_cau, line, cut })
    }

    async fn province(
        dir: &Path,
        relay_at: SocketAddr,
        line: &BadLine,
        start: Option<&str>,
    ) -> Result<(Peer, Peer), Complaint> {
        let (tram, tinh) = (below(dir, "tram"), below(dir, "tinh"));
        let (tram_text, tinh_text) = (tram.display().to_string(), tinh.display().to_string());
        let (bind, address) = (relay_at.to_string(), line.addr().to_string());
        let made =
            Peer::run(&[super::RELAY_ARGUMENT, "init", "--dir", &tram_text, "--address", &address, "--bind", &bind])?;
        let ticket = made["ticket"].as_str().unwrap_or_default().to_owned();
        let mut relay = Peer::relay("Trạm chuyển tiếp", tram);
        relay.start()?;
        Peer::run(&["province", "init", "--dir", &tinh_text, "--province", "19", "--relay", &ticket])?;
        let mut desk = Peer::office("Bàn tỉnh", tinh).with_pages(pages(start, 1)?);
        desk.start()?;
        newcomer(&desk, line, 0, Some(PLAIN)).await?;
        desk.wait(("status", json!({})), START, |said| said["line"] == json!("settled")).await?;
        Ok((relay, desk))
    }

    /// The four offices and the desk.
    pub(super) fn offices(&self) -> [&Peer; 5] {
        [&self.desk, &self.house_a, &self.house_b, &self.phan_dinh_phung, &self.trai_cau]
    }

    /// Cuts both houses of Sông Công off from everything.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        self.line.set_weather(Weather::both(Way { cut: true, ..Way::CLEAR }));
    }

    /// Mends the line.
    pub(super) fn heal(&self) {
        self.cut.store(false, Ordering::Relaxed);
        self.line.set_weather(HOUSES);
    }

    /// Whether the line is cut just now.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    /// UDP bytes towards the relay and back.
    pub(super) fn bytes(&self) -> (u64, u64) {
        (self.line.up().bytes, self.line.down().bytes)
    }

    /// What to type to talk to each office.
    pub(super) fn how_to_talk(&self, start: &str) -> Answer {
        let mut vi = format!("Mở trang này trong trình duyệt: {start}\n\n");
        let mut en = format!("Open this page in a browser: {start}\n\n");
        for office in self.offices() {
            let dir = office.home.dir().display();
            vi.push_str(&format!("{}:\n  hopluu status --dir {dir}\n", office.name));
            en.push_str(&format!("{}:\n  hopluu status --dir {dir}\n", office.name));
        }
        vi.push_str("Cắt đường truyền Sông Công: hopluu demo cut · nối lại: hopluu demo heal · dừng: Ctrl-C");
        en.push_str("Cut the line of Sông Công: hopluu demo cut · mend it: hopluu demo heal · stop: Ctrl-C");
        let dirs: Vec<Value> = self
            .offices()
            .iter()
            .map(|office| json!({ "name": office.name, "dir": office.home.dir().display().to_string() }))
            .collect();
        Answer::new(json!({ "offices": dirs, "start": start }), vi, en)
    }
}

/// Invites an office at the desk, joins it and starts it.
fn enrol(
    dir: &Path,
    (desk, place): (&Peer, &Place),
    line: &BadLine,
    pages: Option<(SocketAddr, String)>,
) -> Result<Peer, Complaint> {
    let invited = desk.ask(
        "invite",
        json!({ "commune": place.code, "label": place.label, "days": 1, "address": line.addr().to_string() }),
    )?;
    let (code, home) = (invited["invitation"].as_str().unwrap_or_default(), below(dir, place.folder));
    Peer::run(&["join", "--dir", &home.display().to_string(), code])?;
    let mut office = Peer::office(place.name, home).with_pages(pages);
    office.start()?;
    Ok(office)
}

/// Waits until the line has heard its client `number`, who is this office, and gives it its weather. The line knows its
/// clients by port alone: they are started one after another.
async fn newcomer(office: &Peer, line: &BadLine, number: usize, weather: Option<Weather>) -> Result<(), Complaint> {
    office.wait(("status", json!({})), START, |_| line.clients().len() > number).await?;
    let client = line.clients()[number];
    line.set_weather_of(client, weather);
    Ok(())
}

/// Where the pages of a desk are: each at a loopback address of its own, since browsers keep sign-ins by address and not
/// by port.
fn pages(start: Option<&str>, number: usize) -> Result<Option<(SocketAddr, String)>, Complaint> {
    let Some(start) = start else { return Ok(None) };
    let host = Ipv4Addr::new(127, 0, 0, u8::try_from(number).unwrap_or(u8::MAX));
    let free = TcpListener::bind((host, 0)).and_then(|socket| socket.local_addr());
    Ok(Some((free.map_err(|error| crate::failed("demo-port", &error))?, start.to_owned())))
}

/// A port nobody has now; the relay binds it at once.
fn free_port() -> Result<SocketAddr, Complaint> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    socket.map_err(|error| crate::failed("demo-port", &error))
}
