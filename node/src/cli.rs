//! The command line.

mod bulletin;
mod import;
mod issue;
mod people;
mod record;
mod staff;
mod unit;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hopluu_driver::Lang;

pub(crate) use bulletin::{Bulletin, Directive};
pub(crate) use import::Import;
pub(crate) use issue::Issue;
pub(crate) use people::{Account, Audit, Session};
pub(crate) use record::Record;
pub(crate) use staff::{Board, Holding, Person, Post, Transfer};
pub(crate) use unit::{Merger, Unit};

/// Hợp Lưu: hồ sơ của xã, phường, làm việc cả khi mất mạng.
/// Records of communes that work without a line and flow together with the province.
#[derive(Debug, Parser)]
#[command(name = "hopluu", version, propagate_version = true, max_term_width = 110, after_help = AFTER)]
pub(crate) struct Cli {
    /// Thư mục dữ liệu của văn phòng · Data directory of the office
    #[arg(long, global = true, default_value = "hopluu-data")]
    pub(crate) dir: PathBuf,
    /// In kết quả dạng JSON · Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Ngôn ngữ · Language
    #[arg(long, global = true, value_enum, default_value_t = Language::Vi)]
    pub(crate) lang: Language,
    /// Người nhập · Who types this
    #[arg(long = "as", global = true, value_name = "NAME", default_value = "dòng lệnh")]
    pub(crate) name: String,
    /// Vai trò của người nhập; mặc định theo văn phòng · Role of who types; by default that of the office
    #[arg(long, global = true, value_enum)]
    pub(crate) role: Option<RoleArg>,
    /// Dữ liệu minh họa · Mark new records as demonstration data
    #[arg(long, global = true, hide = true)]
    pub(crate) made_up: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Ví dụ · Examples:
  hopluu demo                                     chạy thử cả một tỉnh nhỏ · a whole small province
  hopluu join --dir xa HL1-...                    ghi danh máy này · enrol this machine
  hopluu serve --dir xa                           chạy văn phòng · run the office
  hopluu issue report --dir xa --category chu_ky_so \"Chưa được cấp chữ ký số\"
  hopluu status --dir xa --json

Mã kết thúc · Exit codes: 0 xong · 1 không thành công · 2 dòng lệnh sai · 3 chưa chạy · 4 thiết lập sai ·
5 thư mục đang dùng · 6 đã có · 7 chưa cài đặt · 8 bị từ chối · 9 địa chỉ · 10 bản mới hơn · 11 quá giờ ·
12 kiểm tra thấy lỗi";

/// The two languages of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Tiếng Việt
    Vi,
    /// English
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Vi => Self::Vi,
            Language::En => Self::En,
        }
    }
}

/// The parts people play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Cán bộ xã · clerk of a commune
    Clerk,
    /// Lãnh đạo xã · leader of a commune
    Leader,
    /// Tiếp nhận của tỉnh · triage at the province
    Triage,
    /// Đơn vị chủ trì · handler in a department
    Handler,
    /// Quản trị tỉnh · admin of the province
    Admin,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Chạy thử cả một tỉnh nhỏ trên máy này · Run a whole small province on this machine
    Demo(Demo),
    /// Lập bàn tỉnh · Found a province desk
    Province {
        #[command(subcommand)]
        command: Province,
    },
    /// Mời một văn phòng xã · Invite an office of a commune (province desk)
    Invite(Invite),
    /// Ghi danh máy này bằng mã mời · Enrol this machine with an invitation
    Join(Join),
    /// Chạy văn phòng · Run the office
    Serve,
    /// Tình trạng văn phòng · How the office stands
    Status,
    /// Khó khăn, vướng mắc · Issues
    Issue {
        #[command(subcommand)]
        command: Issue,
    },
    /// Chỉ đạo của tỉnh · Directives
    Directive {
        #[command(subcommand)]
        command: Directive,
    },
    /// Danh mục, quy định, thông báo của tỉnh · The province's lists, rules and notices
    Bulletin {
        #[command(subcommand)]
        command: Bulletin,
    },
    /// Các sổ: thêm, sửa, tìm, đánh dấu nhập nhầm · Books: any record that only has fields
    Record {
        #[command(subcommand)]
        command: Record,
    },
    /// Thôn, tổ dân phố · Residential units
    Unit {
        #[command(subcommand)]
        command: Unit,
    },
    /// Cán bộ · People in office
    Person {
        #[command(subcommand)]
        command: Person,
    },
    /// Chức danh, chỗ trống, biên chế · Posts, vacancies, quotas
    Post {
        #[command(subcommand)]
        command: Post,
    },
    /// Bố trí chức danh · Who holds which post
    Holding {
        #[command(subcommand)]
        command: Holding,
    },
    /// Điều động giữa các xã, phường · Transfers between communes
    Transfer {
        #[command(subcommand)]
        command: Transfer,
    },
    /// Các ban · Boards
    Board {
        #[command(subcommand)]
        command: Board,
    },
    /// Sáp nhập, chia tách, đổi tên, giải thể, chuyển loại thôn, tổ · Decisions about units
    Merger {
        #[command(subcommand)]
        command: Merger,
    },
    /// Việc cần thống nhất · What is to be settled
    Settle {
        #[command(subcommand)]
        command: Settle,
    },
    /// Xã, phường: nguồn gốc, mô hình, trụ sở, thiết bị, số liệu · A commune: origin, regime, buildings, equipment, figures
    #[command(after_help = "Ví dụ · Examples:\n  hopluu commune --dir xa\n  hopluu commune 05518 --dir tinh --json")]
    Commune {
        /// Mã xã, phường; ở bàn tỉnh phải nêu · Code of the commune; must be named at the province
        commune: Option<String>,
    },
    /// Tổng hợp: trước, sau, tăng giảm · Totals: before, after, change
    Totals(Totals),
    /// Nạp từ tệp · Load from files
    Import(Import),
    /// Danh mục đơn vị hành chính · Catalogue of places
    Places {
        #[command(subcommand)]
        command: Places,
    },
    /// Tài khoản của văn phòng này · Accounts of this office
    Account {
        #[command(subcommand)]
        command: Account,
    },
    /// Phiên đăng nhập · Who is signed in
    Session {
        #[command(subcommand)]
        command: Session,
    },
    /// Nhật ký: ai đã làm gì ở máy này · Who did what at this machine
    Audit(Audit),
    /// Thiết bị đã ghi danh · Enrolled devices
    Devices,
    /// Thu hồi một thiết bị · Revoke a device (province desk)
    Revoke(Revoke),
    /// Kiểm tra máy này · Check this machine
    Doctor,
    /// Thiết lập · Settings
    Config {
        #[command(subcommand)]
        command: Config,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu demo --once\n  hopluu demo --once --json\n  hopluu demo cut --dir D\n  hopluu demo heal --dir D"
)]
pub(crate) struct Demo {
    /// Chạy hết kịch bản rồi dừng · End after the story
    #[arg(long)]
    pub(crate) once: bool,
    #[command(subcommand)]
    pub(crate) command: Option<DemoCommand>,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum DemoCommand {
    /// Cắt đường truyền của hai nhà Sông Công · Cut the line of both houses of Sông Công
    Cut,
    /// Nối lại đường truyền · Mend the line
    Heal,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu totals --dir tinh --from 30/06/2025 --to 01/07/2025\n  hopluu totals --dir tinh --commune 05518 --json"
)]
pub(crate) struct Totals {
    /// So với ngày; không ghi thì hôm nay · The earlier day; today when absent
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Đến ngày; không ghi thì hôm nay · The later day; today when absent
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Mã xã, có thể nhiều; không ghi thì tất cả · Commune codes; all when absent
    #[arg(long = "commune")]
    pub(crate) communes: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Province {
    /// Lập tỉnh: khóa gốc, bàn tỉnh, danh bạ · Make root key, desk and roster
    #[command(after_help = "Ví dụ · Example:\n  hopluu province init --dir tinh --province 19 --relay HLR1-...")]
    Init {
        /// Mã tỉnh, hai chữ số · Province code, two digits
        #[arg(long)]
        province: String,
        /// Mã trạm do `hopluu-relay init` in ra · The ticket printed by `hopluu-relay init`
        #[arg(long)]
        relay: String,
    },
    /// Máy dự phòng của tỉnh thay bàn tỉnh đã hỏng · Let this spare machine of the province be the desk
    #[command(
        after_help = "Ví dụ · Example:\n  hopluu province take-over --dir du-phong < tu-khoi-phuc.txt\n\nMáy dự phòng được mời trước bằng: hopluu invite --spare · The spare was invited before by: hopluu invite --spare"
    )]
    TakeOver {
        /// 24 từ khôi phục; không ghi thì đọc từ bàn phím · The 24 recovery words; read from standard input when absent
        words: Vec<String>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Ví dụ · Example:\n  hopluu invite --dir tinh --commune 05518 --label \"Nhà A\"")]
pub(crate) struct Invite {
    /// Mã xã, phường, đặc khu · Commune code
    #[arg(long, required_unless_present = "spare")]
    pub(crate) commune: Option<String>,
    /// Mời máy dự phòng của tỉnh · Invite a spare machine of the province
    #[arg(long, conflicts_with = "commune")]
    pub(crate) spare: bool,
    /// Nơi đặt máy · Where the office stands
    #[arg(long)]
    pub(crate) label: String,
    /// Có hiệu lực trong bao nhiêu ngày · Valid for so many days
    #[arg(long, default_value_t = 14)]
    pub(crate) days: u32,
    /// Địa chỉ trạm ghi vào mã mời, thay cho địa chỉ đã biết · Relay address to write into the invitation
    #[arg(long)]
    pub(crate) relay_address: Option<String>,
    /// In mã QR · Print a QR code
    #[arg(long)]
    pub(crate) qr: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Ví dụ · Example:\n  hopluu join --dir xa HL1-ABCDE-...")]
pub(crate) struct Join {
    /// Mã mời; xuống dòng, khoảng trắng không sao · The invitation; spaces and line breaks do not matter
    #[arg(required = true, num_args = 1..)]
    pub(crate) invitation: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Settle {
    /// Danh sách · List
    List {
        /// Những việc đã thống nhất, mới nhất trước · What was settled, the newest first
        #[arg(long)]
        settled: bool,
        /// Bỏ qua chừng này việc đã thống nhất · Pass over so many of them
        #[arg(long, default_value_t = 0, requires = "settled")]
        offset: u32,
    },
    /// Chi tiết · Show one
    Show {
        /// Mã, ít nhất bốn ký tự · Key, at least four characters
        key: String,
    },
    /// Chọn · Choose
    Choose {
        /// Mã · Key
        key: String,
        /// Lựa chọn, đếm từ 1 · Which option, counted from 1
        option: usize,
        /// Lý do · Reason
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Places {
    /// Các xã, phường của một tỉnh · Communes of a province
    List {
        /// Mã tỉnh · Province code
        province: String,
    },
    /// Một mã nghĩa là gì vào một ngày · What a code means on a day
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu places at 2025-06-30 05518\n  hopluu places at 2025-07-01 05518"
    )]
    At {
        /// Ngày · Day
        date: String,
        /// Các mã · Codes
        #[arg(required = true)]
        codes: Vec<String>,
    },
    /// Xã, phường của một tỉnh cũ nay ra sao · What became of the communes of a province as it was
    #[command(after_help = "Ví dụ · Example:\n  hopluu places changes \"Tỉnh Thái Nguyên\"")]
    Changes {
        /// Tên tỉnh trước 01/7/2025 · Name of the province before 2025-07-01
        province: String,
    },
    /// Tìm theo tên · Find by name
    Find {
        /// Mã tỉnh · Province code
        province: String,
        /// Tên, có dấu hoặc không dấu · Name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Thiết bị: mã hoặc phần đầu của mã · Device: its id or the beginning of it
    pub(crate) device: String,
    /// Lý do · Reason
    #[arg(long)]
    pub(crate) reason: String,
    /// Không hỏi lại · Do not ask again
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Config {
    /// In mọi thiết lập và nguồn của chúng · Print all settings and where they come from
    Show,
    /// Kiểm tra · Check
    Check,
}
