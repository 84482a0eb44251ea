//! The command line.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use hopluu_driver::{Exit, Lang};

/// Trạm chuyển tiếp của Hợp Lưu: kiểm tra, lưu giữ và chuyển tiếp thay đổi giữa các văn phòng trong tỉnh.
///
/// The relay of Hợp Lưu: checks, stores and forwards changes between the offices of a province.
#[derive(Debug, Parser)]
#[command(name = "hopluu-relay", version)]
pub(crate) struct Arguments {
    /// Thư mục dữ liệu (data directory)
    #[arg(long, global = true, value_name = "DIR", default_value = "/var/lib/hopluu-relay")]
    pub(crate) dir: PathBuf,
    /// In kết quả dạng JSON (print results as JSON)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Ngôn ngữ (language): vi, en
    #[arg(long, global = true, value_name = "LANG", default_value = "vi")]
    pub(crate) lang: Lang,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Cài đặt trạm mới và in mã trạm (set up a new relay and print its ticket)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay init --dir /srv/relay --address relay.langson.example:4747
  hopluu-relay init --dir /srv/relay --address 203.0.113.7:4747 --bind 0.0.0.0:4747")]
    Init {
        /// Địa chỉ mà các văn phòng gọi tới (where offices reach it), host:port; lặp lại được (repeatable)
        #[arg(long, required = true, value_name = "HOST:PORT", value_parser = address)]
        address: Vec<String>,
        /// Địa chỉ lắng nghe (where it listens); mặc định (default) [::]:port
        #[arg(long, value_name = "IP:PORT")]
        bind: Option<SocketAddr>,
    },
    /// Chạy trạm (run the relay)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay serve --dir /srv/relay
  hopluu-relay serve --dir /srv/relay --bind 0.0.0.0:4747 --json")]
    Serve {
        /// Địa chỉ lắng nghe (where it listens), thay cho config.toml (overrides config.toml)
        #[arg(long, value_name = "IP:PORT")]
        bind: Option<SocketAddr>,
    },
    /// Tình trạng của trạm đang chạy (state of the running relay)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay status --dir /srv/relay
  hopluu-relay status --dir /srv/relay --json")]
    Status,
    /// Các máy trong danh bạ tỉnh (devices of the province's roster)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay devices --dir /srv/relay
  hopluu-relay devices --dir /srv/relay --json --lang en")]
    Devices,
    /// Thiết lập (settings)
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// In các thiết lập và nguồn của chúng (print settings and where each came from)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay config show --dir /srv/relay
  HOPLUU_LOG__LEVEL=debug hopluu-relay config show --dir /srv/relay --json")]
    Show,
    /// Kiểm tra các thiết lập (check the settings)
    #[command(after_help = "Ví dụ (examples):
  hopluu-relay config check --dir /srv/relay")]
    Check,
}

/// The command line with the list of exit codes.
pub(crate) fn command() -> clap::Command {
    let mut help = "Mã kết thúc (exit codes):".to_owned();
    for exit in Exit::ALL {
        let (vi, en) = exit.meaning();
        // Writing into a string cannot fail.
        let _ = write!(help, "\n  {:>2}  {vi} ({en})", exit.code());
    }
    Arguments::command().after_help(help)
}

fn address(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').ok_or("host:port")?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let port: u16 = port.parse().map_err(|_| "host:port")?;
    let fits = !bare.is_empty() && host.len() <= 200 && port > 0 && (is_bracketed || !bare.contains(':'));
    if fits { Ok(text.to_owned()) } else { Err("host:port".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn addresses_are_a_host_and_a_port() {
        for good in ["relay.example:4747", "203.0.113.7:1", "[2001:db8::1]:4747"] {
            assert_eq!(address(good).as_deref(), Ok(good));
        }
        for bad in ["relay.example", ":4747", "relay:0", "relay:x", "2001:db8::1:4747", "relay:70000"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
