//! Sets up a new relay.

use std::net::{Ipv6Addr, SocketAddr};
use std::path::Path;

use hopluu_driver::{Complaint, Dice, settings};
use hopluu_identity::{DeviceKey, RelayAt, RelayTicket};
use serde_json::json;

use crate::Console;
use crate::complaints;
use crate::home::Home;
use crate::settings::TABLE;

/// Draws key and token, writes everything down, prints the ticket.
pub(crate) fn init(
    dir: &Path,
    addresses: &[String],
    bind: Option<SocketAddr>,
    console: Console,
) -> Result<(), Complaint> {
    let dice = Dice::new();
    let seed: [u8; 32] = dice.bytes();
    let device = DeviceKey::from_seed(seed).id();
    let relay = RelayAt { key: device, addresses: addresses.to_vec() };
    let ticket = RelayTicket { relay, token: dice.bytes() };
    let bind = bind.unwrap_or_else(|| SocketAddr::from((Ipv6Addr::UNSPECIFIED, port_of(addresses))));
    let config = settings::template(TABLE).replace("# bind = \"[::]:4747\"", &format!("bind = \"{bind}\""));
    Home::at(dir).create(&seed, &ticket, &config).map_err(|error| complaints::of_home(&error, dir))?;
    let text = ticket.to_text();
    let value = json!({ "device": device.to_string(), "ticket": text, "dir": dir, "bind": bind.to_string() });
    let (at, dir) = (addresses.join(", "), dir.display());
    console.print(&value, |lang| {
        let next = lang.pick(
            format!(
                "Việc tiếp theo:\n  1. Chạy trạm:  hopluu-relay serve --dir {dir}\n  2. Mở cổng UDP {} trên tường lửa; \
                 các văn phòng gọi tới {at}.\n  3. Tại bàn tỉnh, nhập mã trên khi lập tỉnh. Ai có mã trước thì trạm \
                 thuộc về người đó: hãy giữ kín.\n  4. Sao lưu thư mục {dir}/identity; mã trạm cũng nằm ở đó.",
                bind.port()
            ),
            format!(
                "Next:\n  1. Run the relay:  hopluu-relay serve --dir {dir}\n  2. Open UDP port {} in the firewall; \
                 offices call {at}.\n  3. At the province desk, enter the ticket when the province is set up. Whoever \
                 has it first owns the relay: keep it secret.\n  4. Back up the directory {dir}/identity; the ticket lies there too.",
                bind.port()
            ),
        );
        let (made, label) = (lang.pick("Đã cài đặt trạm", "Set up relay"), lang.pick("Mã trạm", "Ticket"));
        format!("{made} {device}\n\n{label}:\n  {text}\n\n{next}")
    });
    Ok(())
}

/// The port offices call; checked when the command line was read.
fn port_of(addresses: &[String]) -> u16 {
    let port = addresses.first().and_then(|address| address.rsplit_once(':')?.1.parse().ok());
    port.unwrap_or(4747)
}
