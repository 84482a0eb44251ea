//! The command line of what comes from files.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
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
}
