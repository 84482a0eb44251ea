//! The relay's settings.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use hopluu_driver::settings::{Setting, Settings, reads_as};
use hopluu_driver::{Complaint, logs};
use serde_json::{Value, json};

use crate::Console;
use crate::complaints;
use crate::home::Home;

/// Every setting a relay knows.
pub(crate) const TABLE: &[Setting] = &[
    Setting {
        key: "relay.bind",
        default: "[::]:4747",
        vi: "Địa chỉ UDP mà trạm lắng nghe",
        en: "UDP address the relay listens at",
        check: |value| reads_as::<SocketAddr>(value, "ip:port, such as [::]:4747"),
    },
    Setting {
        key: "relay.max_connections",
        default: "8192",
        vi: "Số kết nối nhiều nhất cùng một lúc",
        en: "Most connections at one time",
        check: |value| reads_as::<std::num::NonZeroU16>(value, "a number from 1 to 65535"),
    },
    Setting {
        key: "store.cache_mib",
        default: "8",
        vi: "Bộ nhớ dành cho chỉ mục, tính bằng MiB",
        en: "Memory for the index, in MiB",
        check: |value| reads_as::<std::num::NonZeroU16>(value, "a number from 1 to 65535"),
    },
    Setting {
        key: "pictures.quota_mib",
        default: "20480",
        vi: "Dung lượng đĩa dành cho ảnh, tính bằng MiB; mỗi xã, mỗi thiết bị được một phần mười",
        en: "Disk for pictures, in MiB; a tenth of it for each commune and for each device",
        check: |value| reads_as::<u32>(value, "a whole number"),
    },
    Setting {
        key: "log.level",
        default: "info",
        vi: "Mức nhật ký: error, warn, info, debug, trace",
        en: "Log level: error, warn, info, debug, trace; or target=level,...",
        check: logs::check_level,
    },
    Setting {
        key: "log.shape",
        default: "lines",
        vi: "Dạng nhật ký: lines, json",
        en: "Shape of the log: lines, json",
        check: |value| reads_as::<logs::Shape>(value, "lines | json"),
    },
    Setting {
        key: "clock.offset_ms",
        default: "0",
        vi: "Chỉ để thử nghiệm: làm lệch đồng hồ, tính bằng mili giây",
        en: "For trials only: shifts the wall clock, in milliseconds",
        check: |value| reads_as::<i64>(value, "a number of milliseconds"),
    },
];

/// Reads the settings of a data directory under those of the command line.
pub(crate) fn read(home: &Home, bind: Option<SocketAddr>) -> Result<Settings, Complaint> {
    let flags: Vec<(&str, String)> = bind.iter().map(|bind| ("relay.bind", bind.to_string())).collect();
    Settings::read(TABLE, &flags, Some(&home.config())).map_err(|error| complaints::of_settings(&error))
}

pub(crate) fn show(dir: &Path, console: Console) -> Result<(), Complaint> {
    let settings = read(&Home::at(dir), None)?;
    let shown: Vec<Value> = settings
        .show()
        .map(|shown| {
            let (vi, en) = (shown.setting.vi, shown.setting.en);
            let origin = shown.origin.to_string();
            json!({ "key": shown.setting.key, "value": shown.value, "origin": origin, "vi": vi, "en": en })
        })
        .collect();
    console.print(&Value::Array(shown), |lang| {
        let mut lines = String::new();
        for shown in settings.show() {
            let about = lang.pick(shown.setting.vi, shown.setting.en);
            // Writing into a string cannot fail.
            let _ = writeln!(lines, "{} = {:?}  [{}]\n    {about}", shown.setting.key, shown.value, shown.origin);
        }
        lines.trim_end().to_owned()
    });
    Ok(())
}

pub(crate) fn check(dir: &Path, console: Console) -> Result<(), Complaint> {
    read(&Home::at(dir), None)?;
    console.print(&json!({ "ok": true }), |lang| {
        lang.pick("Các thiết lập đều hợp lệ.", "All settings are valid.").to_owned()
    });
    Ok(())
}
