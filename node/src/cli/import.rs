//! The command line of what comes from files: spreadsheets to look at, load and take back; facts of public texts.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hopluu_driver::control::MAX_LINE;
use hopluu_driver::{Complaint, Exit};
use hopluu_model::vocabulary;
use serde_json::{Value, json};

use crate::client::Answer;

/// Looks at a spreadsheet, or loads it, when no subcommand is given.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Ví dụ · Examples:
  hopluu import template unit mau.xlsx
  hopluu import --dir xa unit to-dan-pho.xlsx             xem trước · only looks
  hopluu import --dir xa unit to-dan-pho.xlsx --apply     nạp các dòng đúng · loads the good rows
  hopluu import list --dir xa
  hopluu import undo --dir xa 3

Danh sách · Kinds: unit person post holding leaver site equipment indicator board member quota"
)]
pub(crate) struct Import {
    /// Danh sách · Kind
    #[arg(required = true)]
    kind: Option<String>,
    /// Bảng tính (.xlsx, .csv) · Spreadsheet
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Nạp các dòng đúng; không có thì chỉ xem trước · Load the good rows; without it only look
    #[arg(long)]
    apply: bool,
    #[command(subcommand)]
    command: Option<ImportCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Số liệu của các bài viết công khai, để xem lại trong tổng hợp · Facts of public texts, to see in the totals
    #[command(
        after_help = "Ví dụ · Examples:\n  hopluu import facts --dir xa --role leader tests/facts/seed_facts.json\n  hopluu import facts --dir xa --role leader tests/facts/seed_facts.json --place 01270\n  hopluu totals --dir xa --from 2018-04-13 --to 2018-06-01\n\nNạp lại không thêm gì · Loading it again adds nothing"
    )]
    Facts {
        /// Tệp · File
        file: PathBuf,
        /// Nơi trong tệp, theo mã lúc đó; không ghi thì xã này · Place of the file, by its code then; this commune when absent
        #[arg(long)]
        place: Option<String>,
    },
    /// Các lần nạp gần đây · Last loads
    List,
    /// Hoàn tác một lần nạp · Take a load back
    Undo {
        /// Số của lần nạp · Number of the load
        id: u64,
    },
    /// Ghi tệp mẫu; đuôi .csv thì dạng CSV · Write a template; as CSV when its name ends so
    Template {
        /// Danh sách · Kind
        kind: String,
        /// Tệp sẽ ghi · File to write
        file: PathBuf,
    },
}

impl Import {
    /// What the running office is asked.
    pub(crate) fn request(&self) -> Result<(&'static str, Value), Complaint> {
        match &self.command {
            Some(ImportCommand::Facts { file, place }) => {
                let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
                Ok(("facts", json!({ "file": text, "place": place })))
            }
            Some(ImportCommand::Undo { id }) => Ok(("import.undo", json!({ "id": id }))),
            // A template is written without the office.
            Some(ImportCommand::List | ImportCommand::Template { .. }) => Ok(("import.list", json!({}))),
            None => self.cells(),
        }
    }

    /// A file is read here, since the office may not see it; requests are short, so that its cells travel.
    fn cells(&self) -> Result<(&'static str, Value), Complaint> {
        let file = self.file.clone().unwrap_or_default();
        let size = std::fs::metadata(&file).map_err(|error| unreadable(&file, &error))?.len();
        if size > hopluu_web::import::MAX_FILE as u64 {
            return Err(too_long());
        }
        let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, &error))?;
        let sheet = hopluu_web::import::sheet(&bytes).map_err(|refusal| crate::answer::complain(&refusal))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let args = json!({ "kind": self.kind, "file": name, "sheet": sheet });
        // The frame around it is small.
        if args.to_string().len() > MAX_LINE - 4_096 {
            return Err(too_long());
        }
        Ok((if self.apply { "import.load" } else { "import.look" }, args))
    }

    /// Writes a template, when that is asked for; it needs no office.
    pub(crate) fn template(&self) -> Option<Result<Answer, Complaint>> {
        let Some(ImportCommand::Template { kind, file }) = &self.command else { return None };
        let made = hopluu_desk::import::kind_of(kind).and_then(|kind| {
            let kinds: Vec<_> =
                vocabulary::list("unit_kind").map(|word| (word.slug.to_owned(), word.vi.to_owned())).collect();
            let is_csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            hopluu_web::import::template(kind, &kinds, !is_csv)
        });
        let written = made.map_err(|refusal| crate::answer::complain(&refusal)).and_then(|bytes| {
            std::fs::write(file, bytes).map_err(|error| crate::failed("file", &error))?;
            let shown = file.display();
            let (vi, en) = (format!("Đã ghi tệp mẫu {shown}."), format!("The template is in {shown}."));
            Ok(Answer::new(json!({ "file": shown.to_string() }), vi, en))
        });
        Some(written)
    }
}

fn too_long() -> Complaint {
    Complaint::new(
        Exit::Refused,
        "sheet-too-large",
        "Tệp quá dài cho dòng lệnh. Chia thành nhiều tệp, hoặc nạp ở trang Nạp từ bảng tính.",
        "The file is too long for the command line. Split it, or load it on the page of spreadsheets.",
    )
}

fn unreadable(file: &Path, error: &std::io::Error) -> Complaint {
    let file = file.display();
    Complaint::new(
        Exit::Usage,
        "file-unreadable",
        format!("Không đọc được tệp {file}. Kiểm tra tên tệp rồi làm lại."),
        format!("The file {file} cannot be read. Check its name and try again."),
    )
    .because(error)
}
