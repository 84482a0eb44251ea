//! The province of a round: relay, desk and both houses of a commune, all behind one line that can be made bad for
//! each of them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;

use hopluu_transport::line::{BadLine, Weather};
use tokio::runtime::Runtime;

use super::kinds::{Kind, Phase};
use crate::process::{Place, until};
use crate::province::{Province, SONG_CONG, settled};

/// Who types, by number.
pub(super) const NAMES: [&str; 3] = ["desk", "a", "b"];

/// Everything that runs. Dropped, everything ends.
pub(super) struct World {
    /// Relay and desk.
    pub(super) province: Province,
    houses: [Place; 2],
    line: BadLine,
    /// As the line sees them, by number.
    clients: Vec<SocketAddr>,
    runtime: Runtime,
}

impl World {
    /// Founds a province whose programs all reach the relay through one line, which is clear for now.
    ///
    /// # Errors
    /// When loopback gives no sockets.
    pub(super) fn raise(seed: u64, idle_s: u64) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let relay_at = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let line = {
            let _inside = runtime.enter();
            BadLine::start((Ipv4Addr::LOCALHOST, 0).into(), relay_at, Weather::CLEAR, seed)?
        };
        let mut province = Province::prepare_behind(&relay_at.to_string(), &line.addr().to_string());
        let idle = idle_s.to_string();
        province.relay.serve();
        province.desk.set("HOPLUU_LINE__IDLE_S", &idle);
        province.desk.serve();
        // The line knows its callers by port alone; one after another tells who is who.
        let heard = |number: usize| until("a new caller", || (line.clients().len() == number).then_some(()));
        heard(1);
        settled(&province.desk);
        let house = |name: &str, number| {
            let mut house = province.joined(name, &province.invite(SONG_CONG, name));
            house.set("HOPLUU_LINE__IDLE_S", &idle);
            house.serve();
            heard(number);
            house
        };
        let houses = [house("a", 2), house("b", 3)];
        for house in &houses {
            until("the house is confirmed", || (house.ok(&["status"])["confirmed"] == true).then_some(()));
            settled(house);
        }
        let clients = line.clients();
        Ok(Self { province, houses, line, clients, runtime })
    }

    /// Who types, by number: the desk, then both houses.
    #[must_use]
    pub(super) fn offices(&self) -> [&Place; 3] {
        let [a, b] = &self.houses;
        [&self.province.desk, a, b]
    }

    /// Lets a phase begin, and waits until it is over.
    pub(super) fn live(&self, phase: &Phase) {
        let whose = |number: usize| phase.whose.is_none_or(|whose| whose == number);
        for (number, client) in self.clients.iter().enumerate() {
            if whose(number) {
                self.line.set_weather_of(*client, Some(phase.weather));
                if phase.new_address {
                    self.line.forget_port_of(*client);
                }
            }
        }
        self.pass(phase.lasts);
    }

    /// Makes all lines clear.
    pub(super) fn clear(&self) {
        for client in &self.clients {
            self.line.set_weather_of(*client, None);
        }
    }

    /// Lets time pass while others work.
    pub(super) fn pass(&self, time: std::time::Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    /// Says whether every program that was started is still there.
    #[must_use]
    pub(super) fn all_up(&mut self) -> bool {
        let [a, b] = &mut self.houses;
        [&mut self.province.relay, &mut self.province.desk, a, b].into_iter().all(Place::is_up)
    }

    /// What the line did to datagrams.
    pub(super) fn traffic(&self) -> String {
        let (up, down) = (self.line.up(), self.line.down());
        format!(
            "{} of {} datagrams passed, {} were too long, {} held back, {} ports",
            up.delivered + down.delivered,
            up.datagrams + down.datagrams,
            up.too_long + down.too_long,
            up.held_back + down.held_back,
            self.line.ports()
        )
    }

    /// Whether the line ever did what a kind of weather promises: a test of a clear sky proves nothing.
    pub(super) fn came(&self, kind: Kind) -> bool {
        let (up, down) = (self.line.up(), self.line.down());
        // A relay that hears nobody has nothing to say that could get lost.
        let lost = up.delivered < up.datagrams || down.delivered < down.datagrams;
        match kind {
            Kind::Loss30 | Kind::Loss60 | Kind::Blackout | Kind::OneWay | Kind::Flapping => lost,
            Kind::Twisted => up.delivered > up.datagrams && down.delivered > down.datagrams,
            Kind::NewAddress => self.line.ports() > 3,
            Kind::MtuHole => up.too_long + down.too_long > 0,
            Kind::Stalls => up.held_back > 0 && down.held_back > 0,
            // Slow is all it must be.
            Kind::Thin => true,
            Kind::Walk => lost || self.line.ports() > 3,
        }
    }

    /// Keeps data directories and logs when everything ends; says where.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.province.keep()
    }
}
