//! The command line of units and of decisions about them.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu unit add \"Tổ dân phố 2 (Phố Cò)\" --households 118 --area \"Phố Cò\"\n  hopluu unit list --at 2025-06-30\n  hopluu unit show \"Tổ dân phố 2 (Phố Cò)\"\n  hopluu unit set \"Tổ dân phố 2 (Phố Cò)\" households=120 population=431\n\nSáp nhập, chia tách, đổi tên theo quyết định: hopluu merger --help"
)]
pub(crate) enum Unit {
    /// Thêm · Add
    Add {
        /// Tên · Name
        name: String,
        /// Loại (mã): to_dan_pho, thon, xom, ap... · Kind (slug)
        #[arg(long, default_value = "to_dan_pho")]
        kind: String,
        /// Số hộ · Households
        #[arg(long)]
        households: Option<i64>,
        /// Số dân · People
        #[arg(long)]
        population: Option<i64>,
        /// Địa bàn cũ · Area of the old commune
        #[arg(long)]
        area: Option<String>,
        /// Hoạt động từ ngày · First day
        #[arg(long)]
        from: Option<String>,
    },
    /// Danh sách · List
    List {
        /// Tính đến ngày · As of a day
        #[arg(long)]
        at: Option<String>,
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long)]
        commune: Option<String>,
    },
    /// Một thôn, tổ: tên cũ, tiền thân, nay thuộc đâu, chức danh, phiếu · One unit with all that is known of it
    Show {
        /// Tên hoặc mã; ở bàn tỉnh là mã · Name or id; at the province the id
        unit: String,
        /// Tính đến ngày · As of a day
        #[arg(long)]
        at: Option<String>,
    },
    /// Sửa các mục: mục=giá trị · Correct fields: field=value
    Set {
        /// Tên hoặc mã · Name or id
        unit: String,
        /// name, unit_kind, households, population, area, valid_from, valid_to, decision
        #[arg(required = true, num_args = 1..)]
        fields: Vec<String>,
    },
    /// Sửa tên gõ sai; đổi tên theo quyết định: hopluu merger new rename · Correct a name
    Rename {
        /// Tên hoặc mã · Name or id
        unit: String,
        /// Tên đúng · The right name
        name: String,
    },
    /// Sửa số hộ · Correct the households
    Households {
        /// Tên hoặc mã · Name or id
        unit: String,
        /// Số hộ · Households
        households: i64,
    },
    /// Nhập các thôn, tổ theo quyết định · Merge units by a decision (leader)
    #[command(
        after_help = "Ví dụ · Example:\n  hopluu unit merge --role leader \"Tổ dân phố 3 (Cải Đan)\" \"Tổ dân phố 4 (Cải Đan)\" \\\n      --into \"Tổ dân phố 3\" --decision 00/NQ-HĐND --effective 2026-12-01"
    )]
    Merge {
        /// Các thôn, tổ được nhập (tên hoặc mã) · Units to merge
        #[arg(required = true, num_args = 2..)]
        from: Vec<String>,
        /// Tên mới, hoặc tên/mã đơn vị có sẵn với --existing · New name, or an existing unit with --existing
        #[arg(long)]
        into: String,
        /// Nhập vào đơn vị có sẵn · The target exists already
        #[arg(long)]
        existing: bool,
        /// Số văn bản · Number of the decision
        #[arg(long)]
        decision: String,
        /// Cơ quan thông qua; không ghi thì theo mô hình của xã · Body that passed it; else by the commune's regime
        #[arg(long)]
        body: Option<String>,
        /// Ngày có hiệu lực · Effective on
        #[arg(long)]
        effective: String,
    },
}

impl Unit {
    /// The request for the running office.
    pub(crate) fn request(&self) -> (&'static str, Value) {
        match self {
            Self::Add { name, kind, households, population, area, from } => (
                "unit.add",
                json!({ "name": name, "kind": kind, "households": households, "population": population, "area": area,
                    "valid_from": from }),
            ),
            Self::List { at, commune } => ("unit.list", json!({ "at": at, "commune": commune })),
            Self::Show { unit, at } => ("unit.show", json!({ "unit": unit, "at": at })),
            Self::Set { unit, fields } => ("unit.set", json!({ "unit": unit, "fields": fields })),
            Self::Rename { unit, name } => ("unit.set", json!({ "unit": unit, "fields": [format!("name={name}")] })),
            Self::Households { unit, households } => {
                ("unit.households", json!({ "unit": unit, "households": households }))
            }
            Self::Merge { from, into, existing, decision, body, effective } => (
                "unit.merge",
                json!({ "from": from, "into": into, "existing": existing, "decision": decision, "body": body,
                    "effective": effective }),
            ),
        }
    }
}

/// What a decision does.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Action {
    /// Sáp nhập
    Merge,
    /// Chia tách
    Split,
    /// Đổi tên
    Rename,
    /// Giải thể
    Dissolve,
    /// Chuyển loại
    Convert,
}

#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// Việc · What it does
    action: Action,
    /// Các thôn, tổ (tên hoặc mã) · The units, by name or id
    #[arg(required = true, num_args = 1..)]
    from: Vec<String>,
    /// Nhập vào đơn vị có sẵn (tên hoặc mã) · The unit that exists and takes them in
    #[arg(long)]
    into: Option<String>,
    /// Tên mới, hoặc "tên=số hộ" khi chia tách; ghi nhiều lần được · New name, or "name=households" of a part
    #[arg(long = "becomes", value_name = "TÊN[=HỘ]")]
    becomes: Vec<String>,
    /// Loại (mã) của đơn vị mới · Kind (slug) of what it makes
    #[arg(long)]
    kind: Option<String>,
    /// Thông qua ngay (lãnh đạo); không có thì là dự thảo · Pass it at once (leader); else it is a draft
    #[arg(long)]
    pass: bool,
    /// Số văn bản · Number of the document
    #[arg(long, default_value = "")]
    decision: String,
    /// Cơ quan thông qua; không ghi thì theo mô hình của xã · Body that passes it; else by the commune's regime
    #[arg(long, default_value = "")]
    body: String,
    /// Ngày có hiệu lực · Effective on
    #[arg(long, default_value = "")]
    effective: String,
}

impl Decision {
    fn json(&self) -> Value {
        let action = self.action.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let named = |typed: &String| match typed.rsplit_once('=').map(|(name, count)| (name, count.trim().parse())) {
            Some((name, Ok::<i64, _>(households))) => json!({ "name": name, "households": households }),
            _ => json!({ "name": typed }),
        };
        let names: Vec<Value> = self.becomes.iter().map(named).collect();
        json!({ "action": action, "from": self.from, "into": self.into, "names": names, "kind": self.kind,
            "pass": self.pass, "decision": self.decision, "body": self.body, "effective": self.effective })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// Mã phương án · Id of the merger
    id: String,
    /// Số văn bản · Number of the document
    #[arg(long)]
    decision: Option<String>,
    /// Cơ quan thông qua · Body that passes it
    #[arg(long)]
    body: Option<String>,
    /// Ngày có hiệu lực · Effective on
    #[arg(long)]
    effective: Option<String>,
    /// Lý do · Reason
    #[arg(long)]
    reason: Option<String>,
    /// Nội dung khác · What else is said
    #[arg(long)]
    text: Option<String>,
}

#[derive(Debug, Subcommand)]
#[command(
    after_help = "Ví dụ · Examples:\n  hopluu merger preview merge \"Tổ dân phố 3\" \"Tổ dân phố 4\" --becomes \"Tổ dân phố 3\" --effective 2026-12-01\n  hopluu merger new merge \"Tổ dân phố 3\" \"Tổ dân phố 4\" --becomes \"Tổ dân phố 3\"\n  hopluu merger new split \"Xóm Đồng\" --becomes \"Xóm Đồng 1=80\" --becomes \"Xóm Đồng 2=65\" --pass --role leader \\\n      --decision 00/NQ-HĐND --effective 2026-12-01\n  hopluu merger new convert \"Thôn 1\" \"Thôn 2\" --kind to_dan_pho\n  hopluu merger consult 4f2a01c3\n  hopluu merger pass 4f2a01c3 --role leader --decision 00/NQ-HĐND --effective 2026-12-01"
)]
pub(crate) enum Merger {
    /// Lập dự thảo, hoặc thông qua ngay · Draft a decision, or pass it at once
    New(Decision),
    /// Xem trước những gì bị ảnh hưởng · What a decision would do
    Preview(Decision),
    /// Danh sách · List
    List {
        /// Mã xã (ở bàn tỉnh) · Commune code (at the province)
        #[arg(long)]
        commune: Option<String>,
    },
    /// Một phương án · One of them
    Show {
        /// Mã · Id
        id: String,
    },
    /// Sửa danh sách đơn vị của dự thảo · Another list of units
    Units {
        /// Mã · Id
        id: String,
        /// Các thôn, tổ · The units
        #[arg(required = true, num_args = 1..)]
        from: Vec<String>,
    },
    /// Lấy ý kiến · Ask the households
    Consult(Move),
    /// Đạt đồng thuận · Agreed (leader)
    Agree(Move),
    /// Không đạt · No majority (leader)
    Fail(Move),
    /// Thông qua · Pass (leader)
    Pass(Move),
    /// Dừng · Withdraw (leader)
    Withdraw(Move),
    /// Bãi bỏ phương án chưa có hiệu lực · Annul what is passed and not in force yet (leader)
    Annul(Move),
    /// Lập lại dự thảo · Draft again
    Draft(Move),
}

impl Merger {
    /// The request for the running office.
    pub(crate) fn request(&self) -> (&'static str, Value) {
        let (event, step) = match self {
            Self::New(decision) => return ("merger.new", decision.json()),
            Self::Preview(decision) => return ("merger.preview", decision.json()),
            Self::List { commune } => return ("merger.list", json!({ "commune": commune })),
            Self::Show { id } => return ("merger.show", json!({ "id": id })),
            Self::Units { id, from } => return ("merger.units", json!({ "id": id, "from": from })),
            Self::Consult(step) => ("consult", step),
            Self::Agree(step) => ("agree", step),
            Self::Fail(step) => ("fail", step),
            Self::Pass(step) => ("pass", step),
            Self::Withdraw(step) => ("withdraw", step),
            Self::Annul(step) => ("annul", step),
            Self::Draft(step) => ("draft", step),
        };
        let Move { id, decision, body, effective, reason, text } = step;
        (
            "merger.move",
            json!({ "id": id, "event": event, "decision": decision, "body": body, "effective": effective,
                "reason": reason, "text": text }),
        )
    }
}
