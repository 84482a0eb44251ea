//! The command line of people in office: persons, posts, holdings, leavers, transfers, boards.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Whose, and as of which day.
#[derive(Debug, Clone, Args)]
pub(crate) struct When {
    /// Tính đến ngày · As of a day
    #[arg(long, default_value = "")]
    at: String,
    /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
    #[arg(long, default_value = "")]
    commune: String,
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu person add \"Nguyễn Văn Mẫu 014\" --category khong_chuyen_trach\n  hopluu person list --show concurrent --at 30/06/2025\n  hopluu person leave \"Nguyễn Văn Mẫu 014\" --reason nghi_che_do --on 01/07/2025\n  hopluu person thank \"Nguyễn Văn Mẫu 014\" \"Nguyễn Văn Mẫu 015\" --on 05/07/2025 --gift \"Quà kỷ niệm\"\n  hopluu person transfer \"Nguyễn Văn Mẫu 016\" --to 05443 --on 01/07/2025"
)]
pub(crate) enum Person {
    /// Danh sách và số liệu · List and figures
    List {
        #[command(flatten)]
        when: When,
        /// Tìm theo tên, có dấu hoặc không dấu · By name, with or without accents
        #[arg(long, default_value = "")]
        search: String,
        /// Nhóm (mã): can_bo cong_chuc vien_chuc khong_chuyen_trach ... · Category (slug)
        #[arg(long, default_value = "")]
        category: String,
        /// serving concurrent over idle left clash
        #[arg(long, default_value = "")]
        show: String,
    },
    /// Một người · One person
    Show {
        /// Tên hoặc mã · Name or id
        person: String,
        /// Tính đến ngày · As of a day
        #[arg(long, default_value = "")]
        at: String,
    },
    /// Thêm người · Add
    Add {
        /// Họ tên, không ghi số căn cước · Name, no citizen number
        name: String,
        /// Nhóm (mã) · Category (slug)
        #[arg(long)]
        category: String,
        /// Công tác từ ngày · In service since
        #[arg(long)]
        since: Option<String>,
    },
    /// Ghi nghỉ; các chức danh tự kết thúc · Enter a leaving; posts end by themselves
    Leave {
        /// Tên hoặc mã · Name or id
        person: String,
        /// Lý do (mã): nghi_huu nghi_che_do thoi_viec thoi_do_sap_nhap ... · Reason (slug)
        #[arg(long)]
        reason: String,
        /// Ngày đầu tiên không còn công tác · First day out of service
        #[arg(long)]
        on: String,
        /// Chế độ: registered decided paid · Benefit
        #[arg(long)]
        benefit: Option<String>,
        /// Số văn bản · Document
        #[arg(long)]
        decision: Option<String>,
    },
    /// Ghi cảm ơn, quà, chế độ cho một hoặc nhiều người · Thank, give, pay one or many
    Thank {
        /// Tên hoặc mã · Names or ids
        #[arg(required = true)]
        people: Vec<String>,
        /// Ngày cảm ơn · Thanked on
        #[arg(long)]
        on: Option<String>,
        /// Quà · Gift
        #[arg(long)]
        gift: Option<String>,
        /// Chế độ: registered decided paid · Benefit
        #[arg(long)]
        benefit: Option<String>,
    },
    /// Những người nghỉ · Leavers
    Leavers {
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long, default_value = "")]
        commune: String,
        /// Lý do (mã) · Reason (slug)
        #[arg(long, default_value = "")]
        reason: String,
        /// Chế độ: registered decided paid none · Benefit
        #[arg(long, default_value = "")]
        benefit: String,
        /// Đã cảm ơn: yes no · Thanked
        #[arg(long, default_value = "")]
        thanked: String,
        /// Từ ngày · From this day
        #[arg(long, default_value = "")]
        from: String,
        /// Đến ngày · Up to this day
        #[arg(long, default_value = "")]
        to: String,
    },
    /// Đề nghị điều động sang xã, phường khác · Ask for a transfer to another commune
    Transfer {
        /// Tên hoặc mã · Name or id
        person: String,
        /// Mã xã, phường nơi đến · Code of the commune they go to
        #[arg(long)]
        to: String,
        /// Ngày nhận việc · First day there
        #[arg(long)]
        on: String,
        /// Số văn bản · Document
        #[arg(long)]
        decision: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu post list\n  hopluu post list --vacant --at 01/07/2025\n  hopluu post list --commune 05518 --json"
)]
pub(crate) enum Post {
    /// Chức danh, người giữ, chỗ trống, biên chế · Posts, holders, vacancies, quotas
    List {
        #[command(flatten)]
        when: When,
        /// Chỉ chỗ trống · Vacant seats only
        #[arg(long)]
        vacant: bool,
    },
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu holding begin \"Nguyễn Văn Mẫu 014\" to_truong --unit \"Tổ dân phố 1\" --from 01/07/2025\n  hopluu holding end 0123abcd --on 30/06/2025 --reason thoi_do_kiem_nhiem"
)]
pub(crate) enum Holding {
    /// Bố trí chức danh · Give a post
    Begin {
        /// Tên hoặc mã · Name or id of the person
        person: String,
        /// Tên, mã chức danh · Title, slug or id of the post
        post: String,
        /// Thôn, tổ (tên hoặc mã) · Unit, for posts of units
        #[arg(long)]
        unit: Option<String>,
        /// main hoặc concurrent; tự chọn nếu không ghi · Chosen by itself when absent
        #[arg(long)]
        tenure: Option<String>,
        /// Từ ngày · First day
        #[arg(long)]
        from: String,
        /// Đến ngày · Last day
        #[arg(long)]
        to: Option<String>,
    },
    /// Thôi giữ chức danh · End a holding
    End {
        /// Mã bố trí, xem `hopluu person show` · Id of the holding
        holding: String,
        /// Ngày cuối cùng · Last day
        #[arg(long)]
        on: String,
        /// Lý do (mã) · Reason (slug)
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu transfer list --dir tinh\n  hopluu transfer approve --dir tinh 0123456789abcdef0123456789abcdef\n  hopluu transfer refuse --dir tinh 0123456789abcdef0123456789abcdef --reason \"Nơi đến đủ biên chế\""
)]
pub(crate) enum Transfer {
    /// Danh sách · List
    List {
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long, default_value = "")]
        commune: String,
    },
    /// Đồng ý, ghi ở cả hai nơi (bàn tỉnh) · Approve, and write it in both communes (province)
    Approve {
        /// Mã · Id
        id: String,
    },
    /// Không đồng ý (bàn tỉnh) · Refuse (province)
    Refuse {
        /// Mã · Id
        id: String,
        /// Lý do · Reason
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
#[command(after_help = "Ví dụ · Examples:\n  hopluu board list\n  hopluu board list --commune 05518 --at 01/07/2025")]
pub(crate) enum Board {
    /// Các ban và thành viên · Boards and their members
    List {
        #[command(flatten)]
        when: When,
    },
}

impl Person {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::List { when: When { at, commune }, search, category, show } => (
                "person.list",
                json!({ "at": at, "commune": commune, "search": search, "category": category, "show": show }),
            ),
            Self::Show { person, at } => ("person.show", json!({ "person": person, "at": at })),
            Self::Add { name, category, since } => {
                ("person.add", json!({ "name": name, "category": category, "since": since }))
            }
            Self::Leave { person, reason, on, benefit, decision } => (
                "person.leave",
                json!({ "person": person, "reason": reason, "on": on, "benefit": benefit, "decision": decision }),
            ),
            Self::Thank { people, on, gift, benefit } => {
                ("person.thank", json!({ "leavers": people, "thanked_on": on, "gift": gift, "benefit": benefit }))
            }
            Self::Leavers { commune, reason, benefit, thanked, from, to } => (
                "person.leavers",
                json!({ "commune": commune, "reason": reason, "benefit": benefit, "thanked": thanked, "from": from,
                    "to": to }),
            ),
            Self::Transfer { person, to, on, decision } => {
                ("person.transfer", json!({ "person": person, "to": to, "on": on, "decision": decision }))
            }
        }
    }
}

impl Post {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        let Self::List { when: When { at, commune }, vacant } = self;
        let show = if *vacant { "vacant" } else { "" };
        ("post.list", json!({ "at": at, "commune": commune, "show": show }))
    }
}

impl Holding {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::Begin { person, post, unit, tenure, from, to } => (
                "holding.begin",
                json!({ "person": person, "post": post, "unit": unit, "tenure": tenure, "from": from, "to": to }),
            ),
            Self::End { holding, on, reason } => {
                ("holding.end", json!({ "holding": holding, "on": on, "reason": reason }))
            }
        }
    }
}

impl Transfer {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::List { commune } => ("transfer.list", json!({ "commune": commune })),
            Self::Approve { id } => ("transfer.decide", json!({ "id": id, "approve": true })),
            Self::Refuse { id, reason } => ("transfer.decide", json!({ "id": id, "approve": false, "reason": reason })),
        }
    }
}

impl Board {
    pub(crate) fn request(&self) -> (&'static str, Value) {
        let Self::List { when: When { at, commune } } = self;
        ("board.list", json!({ "at": at, "commune": commune }))
    }
}
