//! Where the stories play: a province whose houses can be cut off, people with accounts, and browsers.

use std::cell::RefCell;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use hopluu_tests::process::{Place, until};
use hopluu_tests::province::{Province, SONG_CONG, TRAI_CAU, settled};
use hopluu_transport::line::{BadLine, Way, Weather};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::browser::Browser;
use crate::driver::Driver;

/// What everybody types.
const PASSWORD: &str = "trời hôm nay nhiều mây";

/// Who sits where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seat {
    /// The province's desk.
    Province,
    /// The first house of Sông Công.
    HouseA,
    /// The second.
    HouseB,
    /// Trại Cau, where nobody has an account yet.
    Newcomer,
    /// The province's spare machine, which stands in the second house and is cut off with it.
    Spare,
}

/// Everything that runs. Dropped, everything ends.
pub(crate) struct Stage {
    driver: Rc<Driver>,
    province: Province,
    house_a: Place,
    house_b: Place,
    newcomer: Place,
    spare: Place,
    line: BadLine,
    /// Browsers of the story that plays.
    open: RefCell<Vec<Rc<Browser>>>,
    /// axe-core as one script.
    pub(crate) axe: String,
    // Last: the line runs in it.
    _runtime: Runtime,
}

impl Stage {
    /// Sets everything up and waits until all are in step.
    pub(crate) fn raise(axe: String) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("loopback can be used");
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
        let relay_at = port.expect("loopback has ports");
        let line = {
            let _inside = runtime.enter();
            BadLine::start((Ipv4Addr::LOCALHOST, 0).into(), relay_at, Weather::CLEAR, 1).expect("loopback has ports")
        };
        // The line knows its callers by port alone: one after another tells who is who. Whoever has no weather of its
        // own is a house of Sông Công, also when it comes back from another port.
        let heard = |number: usize, is_house: bool| {
            until("a new caller", || (line.clients().len() > number).then_some(()));
            if !is_house {
                line.set_weather_of(line.clients()[number], Some(Weather::CLEAR));
            }
        };
        let mut province = Province::prepare_behind(&relay_at.to_string(), &line.addr().to_string());
        province.relay.serve();
        province.desk.set("HOPLUU_WEB__LISTEN", "127.0.0.1:0");
        province.desk.serve();
        heard(0, false);
        settled(&province.desk);
        let join = |name: &str, commune: &str, label: &str| {
            let mut place = province.joined(name, &province.invite(commune, label));
            place.set("HOPLUU_WEB__LISTEN", "127.0.0.1:0");
            place.serve();
            place
        };
        let newcomer = join("moi", TRAI_CAU, "Trụ sở");
        heard(1, false);
        let house_a = join("a", SONG_CONG, "Nhà A (Thành ủy cũ)");
        heard(2, true);
        let house_b = join("b", SONG_CONG, "Nhà B (Trung tâm phục vụ hành chính công)");
        heard(3, true);
        let spare = province.desk.ok(&["invite", "--spare", "--label", "Máy dự phòng"]);
        let mut spare = province.joined("du-phong", spare["invitation"].as_str().expect("an invitation"));
        spare.serve();
        heard(4, true);
        for place in [&newcomer, &house_a, &house_b, &spare] {
            until("an office is confirmed", || (place.ok(&["status"])["confirmed"] == true).then_some(()));
            settled(place);
        }
        let driver = Rc::new(Driver::start());
        let open = RefCell::default();
        let stage = Self { driver, province, house_a, house_b, newcomer, spare, line, open, axe, _runtime: runtime };
        stage.people();
        stage
    }

    fn people(&self) {
        let accounts = [
            (Seat::HouseA, "lan", "Nguyễn Thị Lan", "clerk"),
            (Seat::HouseA, "truong", "Trần Văn Trường", "leader"),
            (Seat::HouseB, "binh", "Lê Thanh Bình", "leader"),
            (Seat::Province, "hanh", "Phạm Thị Hạnh", "triage"),
            (Seat::Province, "quantri", "Hoàng Minh", "admin"),
        ];
        for (seat, name, shown, part) in accounts {
            let account = json!({ "name": name, "shown": shown, "part": part, "password": PASSWORD });
            self.ask(seat, "account.add", account, None);
        }
    }

    /// The office of a seat.
    pub(crate) fn place(&self, seat: Seat) -> &Place {
        match seat {
            Seat::Province => &self.province.desk,
            Seat::HouseA => &self.house_a,
            Seat::HouseB => &self.house_b,
            Seat::Newcomer => &self.newcomer,
            Seat::Spare => &self.spare,
        }
    }

    /// Asks an office through its control socket.
    pub(crate) fn ask(&self, seat: Seat, what: &str, args: Value, role: Option<&str>) -> Value {
        self.place(seat).ask(what, args, role).unwrap_or_else(|refused| panic!("{seat:?}: {what}: {refused}"))
    }

    /// The same in the name of somebody with a role.
    pub(crate) fn ask_as(&self, seat: Seat, (name, role): (&str, &str), what: &str, args: Value) -> Value {
        let said = self.place(seat).ask_as(what, args, (name, Some(role)));
        said.unwrap_or_else(|refused| panic!("{seat:?}: {what}: {refused}"))
    }

    /// The address of a page.
    pub(crate) fn at(&self, seat: Seat, path: &str) -> String {
        format!("{}{path}", self.place(seat).pages.trim_end_matches('/'))
    }

    /// A fresh browser, in which nobody is signed in.
    pub(crate) fn browser(&self, name: &str, javascript: bool) -> Rc<Browser> {
        let browser = Rc::new(Browser::open(&self.driver, name, javascript));
        self.open.borrow_mut().push(Rc::clone(&browser));
        browser
    }

    /// A fresh browser in which somebody has signed in.
    pub(crate) fn signed_in(&self, seat: Seat, account: &str) -> Rc<Browser> {
        let browser = self.browser(account, true);
        self.sign_in(&browser, seat, account);
        browser
    }

    /// Signs in at the sign-in page.
    pub(crate) fn sign_in(&self, browser: &Browser, seat: Seat, account: &str) {
        browser.goto(&self.at(seat, "/login"));
        browser.fill("#name", account);
        browser.fill("#password", PASSWORD);
        browser.click("main button.main");
        browser.sees(".me", "·");
    }

    /// What everybody types to sign in.
    pub(crate) fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Cuts both houses off, with what stands in them, and waits until they have noticed.
    pub(crate) fn cut(&self) {
        self.line.set_weather(Weather::both(Way { cut: true, ..Way::CLEAR }));
        for seat in [Seat::HouseA, Seat::HouseB, Seat::Spare] {
            until("a house notices the cut", || {
                (self.ask(seat, "status", json!({}), None)["line"] != "settled").then_some(())
            });
        }
    }

    /// Mends the line of the houses.
    pub(crate) fn heal(&self) {
        self.line.set_weather(Weather::CLEAR);
    }

    /// Makes the houses' line this long, each way.
    pub(crate) fn delay(&self, way: Duration) {
        self.line.set_weather(Weather::both(Way { delay: way, ..Way::CLEAR }));
    }

    /// Waits until both houses and the spare machine hold what the province holds.
    pub(crate) fn in_step(&self) {
        for seat in [Seat::HouseA, Seat::HouseB, Seat::Spare, Seat::Province] {
            settled(self.place(seat));
        }
    }

    /// Ends a story: its browsers close. After a failure it keeps what they showed, and says where.
    pub(crate) fn close(&self, failed: Option<(&Path, &str)>) -> Vec<PathBuf> {
        let browsers = self.open.take();
        let Some((folder, story)) = failed else { return Vec::new() };
        let keep = |browser: &Rc<Browser>| {
            let at = folder.join(format!("{story}-{}.png", browser.name));
            browser.shoot(&at);
            let source = at.with_extension("html");
            std::fs::write(&source, format!("<!-- {} -->\n{}", browser.address(), browser.source()))
                .expect("target/ can be written");
            [at, source]
        };
        browsers.iter().flat_map(keep).collect()
    }
}
