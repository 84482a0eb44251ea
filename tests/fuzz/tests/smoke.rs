//! Every target for a moment: its seeds and the same mutations of them every time.

use hopluu_fuzz::trial::row;
use hopluu_fuzz::{TARGETS, find};

fn smoke(name: &str) {
    let target = find(name).expect("a target of the table");
    if let Err(finding) = row(target, 1, target.smoke) {
        let hex: String = finding.input.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{name}, input {}: {}\n{hex}", finding.place, finding.words);
    }
}

macro_rules! smokes {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            smoke(stringify!($name));
        })*

        #[test]
        fn none_is_left_out() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

smokes! { frames packs texts roster journal saved changes relay office }
