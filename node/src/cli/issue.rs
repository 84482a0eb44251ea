//! The command line of issues.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Issue {
    /// Báo khó khăn, vướng mắc · Report an issue
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu issue report --category ha_tang_ky_thuat --urgent \"Mất mạng từ sáng\"\n  hopluu issue report --category tru_so --picture anh.jpg \"Mái nhà dột\"\n  hopluu issue report --commune 05518 --category thiet_bi \"Xã báo qua điện thoại: hỏng máy quét\""
    )]
    Report(Box<Report>),
    /// Danh sách · List
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu issue list --search \"chu ky so\"\n  hopluu issue list --pile overdue --department so_khcn --sort due"
    )]
    List(Box<List>),
    /// Chi tiết một phiếu · One issue
    Show {
        /// Mã phiếu, như 05518-B-0142 · Its code
        code: String,
    },
    /// Ghi thêm ý kiến · Comment
    Comment {
        /// Mã phiếu · Its code
        code: String,
        /// Nội dung · What is said
        text: String,
    },
    /// Chuyển trạng thái · Move on
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu issue move 05518-B-0142 receive\n  hopluu issue move 05518-B-0142 forward --lead so_noi_vu --helper so_tai_chinh\n  hopluu issue move 05518-B-0142 answer --text \"Đã cấp\"\n\nxã: solved reopen withdraw reply report (lãnh đạo duyệt) · tỉnh: receive forward start ask answer duplicate refuse close"
    )]
    Move(Box<Move>),
    /// Xã xác nhận phiếu do tỉnh nhập thay · Confirm what the province entered on the commune's behalf
    Confirm {
        /// Mã phiếu · Its code
        code: String,
    },
    /// Gắn với vấn đề chung; không ghi vấn đề thì bỏ gắn · Link to a common problem, or unlink
    Common {
        /// Mã phiếu · Its code
        code: String,
        /// Mã vấn đề chung · Id of the problem
        problem: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Loại (mã) · Category (slug)
    #[arg(long)]
    category: String,
    /// Nguyên nhân: khach_quan, chu_quan, chua_ro · Cause
    #[arg(long, default_value = "chua_ro")]
    cause: String,
    /// Đề xuất, kiến nghị · What would help
    #[arg(long)]
    proposal: Option<String>,
    /// Thôn, tổ, trụ sở hoặc thiết bị liên quan · Unit, building or equipment concerned
    #[arg(long)]
    place: Option<String>,
    /// Việc khẩn · Cannot wait
    #[arg(long)]
    urgent: bool,
    /// Mã xã khi tỉnh nhập thay · Commune code, when the province enters it on its behalf
    #[arg(long)]
    commune: Option<String>,
    /// Một ảnh JPEG, PNG hoặc WebP · One picture
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Nội dung · What is difficult
    text: String,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Tìm, có dấu hoặc không dấu · Search, with or without accents
    #[arg(long, default_value = "")]
    search: String,
    /// Chồng việc: new unassigned doing overdue due_soon waiting_commune reply_late answered unconfirmed to_approve urgent mine · Pile
    #[arg(long)]
    pile: Option<String>,
    /// Trạng thái (mã) · State (slug)
    #[arg(long)]
    state: Option<String>,
    /// Loại (mã) · Category (slug)
    #[arg(long)]
    category: Option<String>,
    /// Nguyên nhân (mã) · Cause (slug)
    #[arg(long)]
    cause: Option<String>,
    /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
    #[arg(long)]
    commune: Option<String>,
    /// Đơn vị chủ trì (mã), none là chưa có · Lead department (slug), none for nobody
    #[arg(long)]
    lead: Option<String>,
    /// Đơn vị chủ trì hoặc phối hợp (mã) · Department that leads or helps (slug)
    #[arg(long)]
    department: Option<String>,
    /// Khẩn: yes, no · Urgent
    #[arg(long)]
    urgent: Option<String>,
    /// Đã báo ít nhất bao nhiêu ngày · Reported at least so many days ago
    #[arg(long)]
    older_than: Option<u32>,
    /// Của xã chưa cập nhật quá bao nhiêu ngày · Of communes silent for more than so many days
    #[arg(long)]
    silent: Option<u32>,
    /// Từ ngày · From
    #[arg(long)]
    from: Option<String>,
    /// Đến ngày · To
    #[arg(long)]
    to: Option<String>,
    /// Thứ tự: urgency newest oldest due · Order
    #[arg(long)]
    sort: Option<String>,
    /// Số dòng · Rows
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Bỏ qua bao nhiêu dòng đầu · Rows to pass over
    #[arg(long, default_value_t = 0)]
    offset: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// Mã phiếu · Its code
    code: String,
    /// Việc · What happens
    event: String,
    /// Nội dung · What is said
    #[arg(long)]
    text: Option<String>,
    /// Lý do · Reason
    #[arg(long)]
    reason: Option<String>,
    /// Đơn vị chủ trì (mã) · Lead department (slug)
    #[arg(long)]
    lead: Option<String>,
    /// Đơn vị phối hợp (mã), có thể nhiều · Helping department (slug), several allowed
    #[arg(long = "helper")]
    helpers: Vec<String>,
    /// Loại (mã) · Category (slug)
    #[arg(long)]
    category: Option<String>,
    /// Trùng với phiếu · Duplicate of
    #[arg(long)]
    other: Option<String>,
}

impl Issue {
    /// The file of the picture, when one goes with it.
    pub(crate) fn picture(&self) -> Option<&PathBuf> {
        if let Self::Report(report) = self { report.picture.as_ref() } else { None }
    }

    /// What the running office is asked; the picture goes along as base64.
    pub(crate) fn request(&self, picture: Option<&str>) -> (&'static str, Value) {
        match self {
            Self::Report(it) => (
                "issue.report",
                json!({ "category": it.category, "cause": it.cause, "proposal": it.proposal, "place": it.place,
                    "urgent": it.urgent, "commune": it.commune, "text": it.text, "picture": picture }),
            ),
            Self::List(it) => (
                "issue.list",
                json!({ "search": it.search, "pile": it.pile, "state": it.state, "category": it.category,
                    "cause": it.cause, "commune": it.commune, "lead": it.lead, "department": it.department,
                    "urgent": it.urgent, "older_than": it.older_than.map(|days| days.to_string()),
                    "silent": it.silent.map(|days| days.to_string()), "from": it.from, "to": it.to, "sort": it.sort,
                    "limit": it.limit, "offset": it.offset }),
            ),
            Self::Show { code } => ("issue.show", json!({ "code": code })),
            Self::Comment { code, text } => ("issue.comment", json!({ "code": code, "text": text })),
            Self::Move(it) => (
                "issue.move",
                json!({ "code": it.code, "event": it.event, "text": it.text, "reason": it.reason, "lead": it.lead,
                    "helpers": it.helpers, "category": it.category, "other": it.other }),
            ),
            Self::Confirm { code } => ("issue.confirm", json!({ "code": code })),
            Self::Common { code, problem } => ("issue.common", json!({ "code": code, "problem": problem })),
        }
    }
}
