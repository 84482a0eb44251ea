//! The command line of what the province gives: directives, and the entries of its bulletin.

use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Directive {
    /// Giao chỉ đạo cho các xã, phường · Give a directive (province)
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu directive give --dir tinh --due 15/12/2026 \"Rà soát trụ sở\" \"Báo cáo các trụ sở dôi dư\"\n  hopluu directive give --dir tinh --commune 05518 --commune 05443 \"Kiểm tra\" \"...\""
    )]
    Give {
        /// Tiêu đề · Title
        name: String,
        /// Nội dung · What is to be done
        text: String,
        /// Hạn · By when
        #[arg(long)]
        due: Option<String>,
        /// Việc khẩn · Cannot wait
        #[arg(long)]
        urgent: bool,
        /// Mã xã, có thể nhiều; không ghi thì tất cả · Commune codes; all when absent
        #[arg(long = "commune")]
        communes: Vec<String>,
    },
    /// Danh sách · List
    List {
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long)]
        commune: Option<String>,
    },
    /// Chuyển trạng thái: task_received, task_working, task_done; tỉnh: task_recall · Move on
    Move {
        /// Mã · Id
        id: String,
        /// Việc · What happens
        event: String,
        /// Nội dung · What is said
        #[arg(long)]
        text: Option<String>,
        /// Lý do · Reason
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bulletin {
    /// Danh sách một loại: category department unit_kind day setting notice template lesson common · List one kind
    List {
        /// Loại · Kind
        kind: String,
    },
    /// Thêm một mục · Add an entry (province)
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu bulletin add --dir tinh notice name=\"Họp giao ban\" text=\"8 giờ thứ Hai\"\n  hopluu bulletin add --dir tinh day on=31/12/2026 state=holiday name=\"Nghỉ bù\""
    )]
    Add {
        /// Loại · Kind
        kind: String,
        /// Các trường: tên=giá trị · Fields: name=value
        #[arg(required = true)]
        fields: Vec<String>,
    },
    /// Sửa một trường của một mục; để trống thì xóa giá trị · Change a field of an entry
    Set {
        /// Mã · Id
        id: String,
        /// Trường · Field
        field: String,
        /// Giá trị mới · New value
        #[arg(default_value = "")]
        value: String,
    },
}

impl Directive {
    /// What the running office is asked.
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::Give { name, text, due, urgent, communes } => (
                "directive.give",
                json!({ "name": name, "text": text, "due": due, "urgent": urgent, "communes": communes }),
            ),
            Self::List { commune } => ("directive.list", json!({ "commune": commune })),
            Self::Move { id, event, text, reason } => {
                ("directive.move", json!({ "id": id, "event": event, "text": text, "reason": reason }))
            }
        }
    }
}

impl Bulletin {
    /// What the running office is asked.
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::List { kind } => ("bulletin.list", json!({ "kind": kind })),
            Self::Add { kind, fields } => {
                ("record.add", json!({ "kind": kind, "fields": super::record::pairs(fields) }))
            }
            Self::Set { id, field, value } => ("bulletin.set", json!({ "id": id, "field": field, "value": value })),
        }
    }
}
