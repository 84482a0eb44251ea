//! The settings of the office program.

use std::net::SocketAddr;
use std::path::Path;

use hopluu_driver::settings::{Setting, Settings, SettingsError};
use hopluu_driver::{Complaint, Exit, logs};

/// Every setting; nothing else is read.
const TABLE: &[Setting] = &[
    Setting {
        key: "log.level",
        default: "info",
        vi: "mức nhật ký: error, warn, info, debug, trace",
        en: "log level: error, warn, info, debug, trace",
        check: logs::check_level,
    },
    Setting {
        key: "cache.documents_mib",
        default: "32",
        vi: "bộ nhớ cho hồ sơ đang mở, MiB (bàn tỉnh: 256)",
        en: "memory for open documents, MiB (province desk: 256)",
        check: number,
    },
    Setting {
        key: "cache.view_kib",
        default: "2048",
        vi: "bộ nhớ đệm của khung nhìn, KiB",
        en: "page cache of the view, KiB",
        check: number,
    },
    Setting {
        key: "cache.index_mib",
        default: "8",
        vi: "bộ nhớ đệm của chỉ mục, MiB",
        en: "page cache of the index, MiB",
        check: number,
    },
    Setting {
        key: "pictures.quota_mib",
        default: "2048",
        vi: "dung lượng đĩa dành cho ảnh, MiB",
        en: "disk for pictures, MiB",
        check: number,
    },
    Setting {
        key: "line.mtu_probe",
        default: "on",
        vi: "dò cỡ gói tin: on, off (off khi trả tiền theo dung lượng)",
        en: "probe the packet size: on, off (off on metered lines)",
        check: on_off,
    },
    Setting {
        key: "line.idle_s",
        default: "40",
        vi: "sau bao nhiêu giây im lặng thì coi như mất kết nối",
        en: "seconds of silence after which a line counts as lost",
        check: number,
    },
    Setting {
        key: "web.listen",
        default: "127.0.0.1:8620",
        vi: "địa chỉ của các trang: 0.0.0.0:8620 cho cả mạng nội bộ, off để tắt",
        en: "address of the pages: 0.0.0.0:8620 for the whole LAN, off for none",
        check: address,
    },
    Setting {
        key: "web.hosts",
        default: "",
        vi: "các tên máy chủ được phép, ngoài địa chỉ IP và localhost, cách nhau bằng dấu phẩy",
        en: "names under which the pages are reached besides IP addresses and localhost, by commas",
        check: any,
    },
    Setting {
        key: "web.tls",
        default: "auto",
        vi: "mã hóa các trang: on, off, auto (bàn tỉnh mở ra ngoài máy thì on)",
        en: "pages over TLS: on, off, auto (on for a province desk that listens beyond this machine)",
        check: on_off_auto,
    },
    Setting {
        key: "web.tls_files",
        default: "",
        vi: "chứng thư và khóa riêng của tỉnh (PEM), cách nhau bằng dấu phẩy; để trống thì tự tạo",
        en: "the province's certificate and key (PEM files), by a comma; one is made when empty",
        check: any,
    },
    Setting {
        key: "web.demo",
        default: "",
        vi: "địa chỉ trang chạy thử, chỉ trong bản chạy thử",
        en: "address of the demo's start page, in a demo only",
        check: any,
    },
    Setting {
        key: "clock.offset_ms",
        default: "0",
        vi: "lệch đồng hồ, chỉ để kiểm thử",
        en: "offset of the wall clock, for tests only",
        check: signed,
    },
];

/// Reads all settings of the office in a data directory.
pub(crate) fn read(dir: &Path) -> Result<Settings, Complaint> {
    let file = dir.join("config.toml");
    Settings::read(TABLE, &[], Some(&file)).map_err(|error| complaint(&error))
}

fn complaint(error: &SettingsError) -> Complaint {
    Complaint::new(
        Exit::BadSettings,
        "bad-settings",
        "Thiết lập không hợp lệ. Sửa chỗ nêu dưới đây; `hopluu config show` in các khóa được biết.",
        "A setting is not valid. Mend what is named below; `hopluu config show` prints the known keys.",
    )
    .because(error)
}

fn number(text: &str) -> Result<(), String> {
    text.parse::<u32>().map(|_| ()).map_err(|_| "a whole number".to_owned())
}

fn signed(text: &str) -> Result<(), String> {
    text.parse::<i64>().map(|_| ()).map_err(|_| "a whole number".to_owned())
}

fn address(text: &str) -> Result<(), String> {
    let given = text == "off" || text.parse::<SocketAddr>().is_ok();
    if given { Ok(()) } else { Err("address:port | off".to_owned()) }
}

#[expect(clippy::unnecessary_wraps, reason = "a check of settings says what is wrong, and here nothing can be")]
fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn on_off_auto(text: &str) -> Result<(), String> {
    if matches!(text, "on" | "off" | "auto") { Ok(()) } else { Err("on | off | auto".to_owned()) }
}

fn on_off(text: &str) -> Result<(), String> {
    if matches!(text, "on" | "off") { Ok(()) } else { Err("on | off".to_owned()) }
}
