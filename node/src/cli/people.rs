//! The command line of accounts, sessions and the trail.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu account setup-code\n  hopluu account add \"lan\" --shown \"Nguyễn Thị Lan\" --part clerk\n  hopluu account add \"lan\" --part clerk --password < mat-khau.txt\n  hopluu account part \"lan\" leader\n  hopluu account password \"lan\"\n  hopluu account totp begin \"lan\"\n\nMật khẩu đọc từ bàn phím hoặc tệp, không ghi trên dòng lệnh. · Passwords are read from standard input, never from arguments."
)]
pub(crate) enum Account {
    /// Thêm tài khoản; không có --password thì máy cấp mật khẩu dùng lần đầu · Add an account
    Add {
        /// Tên đăng nhập · Name to sign in with
        account: String,
        /// Tên hiển thị, ký vào hồ sơ · Name shown, which signs records
        #[arg(long, default_value = "")]
        shown: String,
        /// Vai trò · Part: clerk leader it_contact read_only · triage handler auditor ops admin
        #[arg(long)]
        part: String,
        /// Đơn vị của chuyên viên (mã) · Department of a handler (slug)
        #[arg(long)]
        department: Option<String>,
        /// Đọc mật khẩu từ bàn phím hoặc tệp · Read a password from standard input
        #[arg(long)]
        password: bool,
    },
    /// Danh sách · List
    List,
    /// Đổi vai trò; mọi phiên đăng nhập kết thúc · Change the part; all its sessions end
    Part {
        /// Tên đăng nhập · Account
        account: String,
        /// Vai trò · Part
        part: String,
        /// Đơn vị của chuyên viên (mã) · Department of a handler (slug)
        #[arg(long)]
        department: Option<String>,
    },
    /// Đổi tên · Rename
    Rename {
        /// Tên đăng nhập · Account
        account: String,
        // Named apart from the name of whoever types, which every command has.
        /// Tên đăng nhập mới · New name to sign in with
        #[arg(long = "name", value_name = "NAME")]
        new_name: Option<String>,
        /// Tên hiển thị mới · New name shown
        #[arg(long)]
        shown: Option<String>,
    },
    /// Cấp lại mật khẩu; mọi phiên đăng nhập kết thúc · Give another password; all its sessions end
    Password {
        /// Tên đăng nhập · Account
        account: String,
        /// Đọc mật khẩu từ bàn phím hoặc tệp, thay vì cấp mật khẩu dùng lần đầu · Read it from standard input
        #[arg(long)]
        set: bool,
    },
    /// Khóa · Disable
    Disable {
        /// Tên đăng nhập · Account
        account: String,
    },
    /// Mở lại · Enable
    Enable {
        /// Tên đăng nhập · Account
        account: String,
    },
    /// Mã cài đặt, khi chưa có tài khoản nào · The set-up code, while no account exists
    SetupCode,
    /// Mã xác thực từ điện thoại (bàn tỉnh) · Codes of a telephone (province)
    Totp {
        #[command(subcommand)]
        command: Totp,
    },
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu account totp begin \"lan\"\n  hopluu account totp confirm \"lan\" 123456\n  hopluu account totp require admin triage"
)]
pub(crate) enum Totp {
    /// Lập mã · Begin
    Begin {
        /// Tên đăng nhập · Account
        account: String,
    },
    /// Xác nhận bằng một mã · Confirm with a code
    Confirm {
        /// Tên đăng nhập · Account
        account: String,
        /// Sáu chữ số · Six digits
        code: String,
    },
    /// Bỏ mã, khi mất điện thoại · Take them away, when the telephone is lost
    Remove {
        /// Tên đăng nhập · Account
        account: String,
    },
    /// Những vai trò bắt buộc dùng mã; không ghi là không vai trò nào · Parts that must use codes; none when empty
    Require {
        /// Vai trò · Parts
        parts: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu session list\n  hopluu session list \"lan\"\n  hopluu session revoke 0123456789abcdef"
)]
pub(crate) enum Session {
    /// Danh sách · List
    List {
        /// Tên đăng nhập; không ghi là mọi người · Account; everybody when absent
        account: Option<String>,
    },
    /// Thu hồi · Revoke
    Revoke {
        /// Mã phiên · Its id
        id: String,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu audit\n  hopluu audit --deed missed --limit 20\n  hopluu audit --search \"nguyen thi lan\" --json\n  hopluu audit records --account \"Nguyễn Thị Lan\" --from 01/07/2026"
)]
pub(crate) struct Audit {
    #[command(subcommand)]
    records: Option<AuditOf>,
    /// Loại việc (mã) · What was done (slug): signed_in missed saw_person exported account_made ...
    #[arg(long)]
    deed: Option<String>,
    /// Tìm, có dấu hoặc không dấu · Search, with or without accents
    #[arg(long, default_value = "")]
    search: String,
    /// Những dòng trước số này · Lines before this number
    #[arg(long)]
    before: Option<u64>,
    /// Số dòng · Lines
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditOf {
    /// Ai đã sửa gì trong hồ sơ, từ máy nào · Who changed what in records, from which device
    Records {
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long, default_value = "")]
        commune: String,
        /// Tên người ký · Name that signed
        #[arg(long, default_value = "")]
        account: String,
        /// Phần đầu mã máy · Beginning of the device
        #[arg(long, default_value = "")]
        device: String,
        /// Mã hồ sơ · Id of a record
        #[arg(long, default_value = "")]
        record: String,
        /// Từ ngày · From this day
        #[arg(long, default_value = "")]
        from: String,
        /// Đến ngày · Up to this day
        #[arg(long, default_value = "")]
        to: String,
        /// Số dòng · Lines
        #[arg(long, default_value_t = 50)]
        rows: u32,
        /// Bỏ qua số dòng đầu · Lines to pass over
        #[arg(long, default_value_t = 0)]
        offset: u32,
    },
}

impl Account {
    /// Whether a password is to be read first.
    pub(crate) fn reads_password(&self) -> bool {
        matches!(self, Self::Add { password: true, .. } | Self::Password { set: true, .. })
    }

    /// The verb and its input; `password` was read from standard input.
    pub(crate) fn request(&self, password: Option<&str>) -> (&'static str, Value) {
        match self {
            Self::Add { account, shown, part, department, .. } => (
                "account.add",
                json!({ "name": account, "shown": shown, "part": part, "department": department, "password": password }),
            ),
            Self::List => ("account.list", json!({})),
            Self::Part { account, part, department } => {
                ("account.change", json!({ "account": account, "part": part, "department": department }))
            }
            Self::Rename { account, new_name, shown } => {
                ("account.change", json!({ "account": account, "name": new_name, "shown": shown }))
            }
            Self::Password { account, .. } => ("account.password", json!({ "account": account, "password": password })),
            Self::Disable { account } => ("account.disable", json!({ "account": account })),
            Self::Enable { account } => ("account.enable", json!({ "account": account })),
            Self::SetupCode => ("account.setup_code", json!({})),
            Self::Totp { command } => match command {
                Totp::Begin { account } => ("account.totp_begin", json!({ "account": account })),
                Totp::Confirm { account, code } => {
                    ("account.totp_confirm", json!({ "account": account, "code": code }))
                }
                Totp::Remove { account } => ("account.totp_remove", json!({ "account": account })),
                Totp::Require { parts } => ("account.totp_require", json!({ "parts": parts })),
            },
        }
    }
}

impl Session {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::List { account } => ("session.list", json!({ "account": account })),
            Self::Revoke { id } => ("session.revoke", json!({ "id": id })),
        }
    }
}

impl Audit {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        if let Some(AuditOf::Records { commune, account, device, record, from, to, rows, offset }) = &self.records {
            let args = json!({ "commune": commune, "account": account, "device": device, "record": record,
                "from": from, "to": to, "limit": rows, "offset": offset });
            return ("audit.records", args);
        }
        let Self { deed, search, before, limit, .. } = self;
        ("audit", json!({ "deed": deed, "search": search, "before": before, "limit": limit }))
    }
}
