//! The command line of the books.

use clap::Subcommand;
use serde_json::{Map, Value, json};

#[derive(Debug, Subcommand)]
#[command(after_help = "Ví dụ · Examples:
  hopluu record kinds --dir xa
  hopluu record add --dir xa site name=\"Nhà A\" state=in_use functions=\"Ủy ban nhân dân\"
  hopluu record add --dir xa equipment equipment_kind=\"Máy tính\" site=\"Nhà A\" count=12 weak=5
  hopluu record set --dir xa site \"Nhà A\" capacity=40 distance=
  hopluu record list --dir xa equipment --search may tinh
  hopluu record void --dir xa equipment 3f2a --reason \"nhập hai lần\"")]
pub(crate) enum Record {
    /// Có những sổ nào, mỗi sổ có trường gì · Which kinds there are and what they say
    Kinds,
    /// Thêm · Add
    #[command(
        after_help = "Mục liên quan ghi tên hoặc mã · References by name or id:\n  hopluu record add --dir xa holding person=\"Nguyễn Văn Mẫu 014\" post=truong_thon unit=\"Thôn 3\" tenure=main valid_from=01/07/2025"
    )]
    Add {
        /// Loại sổ · Kind
        kind: String,
        /// Các trường: tên=giá trị · Fields: name=value
        #[arg(required = true)]
        fields: Vec<String>,
    },
    /// Sửa; để trống thì xóa giá trị · Change fields; nothing empties one
    #[command(after_help = "Ví dụ · Example:\n  hopluu record set --dir xa unit \"Thôn 3\" households=120 area=")]
    Set {
        /// Loại sổ · Kind
        kind: String,
        /// Mã, phần đầu của mã, hoặc tên · Id, its beginning, or the name
        record: String,
        /// Các trường: tên=giá trị · Fields: name=value
        #[arg(required = true)]
        fields: Vec<String>,
    },
    /// Danh sách một sổ · List one kind
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu record list --dir xa site\n  hopluu record list --dir tinh indicator --commune 05518 --json"
    )]
    List {
        /// Loại sổ · Kind
        kind: String,
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long, default_value = "")]
        commune: String,
        /// Tìm, có dấu hoặc không dấu · With these words
        #[arg(long, num_args = 1.., default_value = "")]
        search: Vec<String>,
    },
    /// Một mục và lịch sử của nó · One record with its history
    #[command(after_help = "Ví dụ · Example:\n  hopluu record show --dir xa site \"Nhà A\" --json")]
    Show {
        /// Loại sổ · Kind
        kind: String,
        /// Mã, phần đầu của mã, hoặc tên · Id, its beginning, or the name
        record: String,
    },
    /// Đánh dấu nhập nhầm: giữ trong lịch sử, không hiện, không tính · Entered by mistake: kept, not shown, not counted
    #[command(after_help = "Ví dụ · Example:\n  hopluu record void --dir xa site \"Nhà B\" --reason \"nhập hai lần\"")]
    Void {
        /// Loại sổ · Kind
        kind: String,
        /// Mã, phần đầu của mã, hoặc tên · Id, its beginning, or the name
        record: String,
        /// Lý do · Reason
        #[arg(long)]
        reason: String,
    },
    /// Bỏ đánh dấu nhập nhầm · Take that back
    #[command(
        after_help = "Ví dụ · Example:\n  hopluu record unvoid --dir xa site 3f2a --reason \"không phải nhập nhầm\""
    )]
    Unvoid {
        /// Loại sổ · Kind
        kind: String,
        /// Mã hoặc phần đầu của mã · Id or its beginning
        record: String,
        /// Lý do · Reason
        #[arg(long)]
        reason: String,
    },
}

impl Record {
    /// What the running office is asked.
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::Kinds => ("record.kinds", json!({})),
            Self::Add { kind, fields } => ("record.add", json!({ "kind": kind, "fields": pairs(fields) })),
            Self::Set { kind, record, fields } => {
                ("record.set", json!({ "kind": kind, "record": record, "fields": pairs(fields) }))
            }
            Self::List { kind, commune, search } => {
                ("record.list", json!({ "kind": kind, "commune": commune, "search": search.join(" ") }))
            }
            Self::Show { kind, record } => ("record.show", json!({ "kind": kind, "record": record })),
            Self::Void { kind, record, reason } => {
                ("record.void", json!({ "kind": kind, "record": record, "reason": reason, "void": true }))
            }
            Self::Unvoid { kind, record, reason } => {
                ("record.void", json!({ "kind": kind, "record": record, "reason": reason, "void": false }))
            }
        }
    }
}

/// `name=value` as fields.
pub(super) fn pairs(fields: &[String]) -> Map<String, Value> {
    let pairs = fields.iter().map(|field| field.split_once('=').unwrap_or((field, "")));
    pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect()
}
