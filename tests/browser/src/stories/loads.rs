//! Spreadsheets with wrong rows: looked at, loaded, mended, loaded again, taken back.

use std::fs;
use std::path::{Path, PathBuf};

use hopluu_tests::process::until;
use serde_json::json;

use crate::browser::Browser;
use crate::stage::{Seat, Stage};

/// "Tổng cộng" is nothing the program knows: whoever loads it says that it means households.
const UNITS: &str = "STT;Tên;Loại;Tổng cộng;Ghi chú\n\
    1;Xóm Nạp Một;xóm;61;\n\
    2;Xóm Nạp Hai;xom;1.204;\n\
    3;Xóm Nạp Ba;xóm;mười;\n\
    4;Xóm Nạp Bốn;làng lạ;58;\n";
/// What is wrong in the file of errors, and what it is mended to.
const UNITS_MENDED: &[(&str, &str)] = &[("mười", "110"), ("làng lạ", "xóm"), ("Tổng cộng", "Số hộ")];
const PEOPLE: &str = "Họ và tên,Nhóm cán bộ\n\
    Nguyễn Văn Mẫu 961,Người hoạt động không chuyên trách\n\
    Nguyễn Thị Mẫu 962,nhóm lạ\n";
const PEOPLE_MENDED: &[(&str, &str)] = &[("nhóm lạ", "Người hoạt động không chuyên trách")];

/// Somebody at a desk with files on their machine.
struct Clerk<'a> {
    stage: &'a Stage,
    browser: &'a Browser,
    files: PathBuf,
}

pub(crate) fn play(stage: &Stage) {
    let browser = stage.signed_in(Seat::HouseA, "lan");
    let files = stage.place(Seat::HouseA).dir.with_extension("files");
    fs::create_dir_all(&files).expect("the stage can be written");
    browser.downloads(&files);
    let clerk = Clerk { stage, browser: &browser, files };
    clerk.units();
    clerk.people();
}

impl Clerk<'_> {
    fn units(&self) {
        let page = self.browser;
        self.choose("unit", "thon.csv", UNITS);
        page.sees("#plan", "Tổng cộng");
        assert_eq!((page.value("#c1"), page.value("#c2"), page.value("#c3")), cells("name", "unit_kind", ""));
        page.click("#c3 option[value=households]");
        page.click("button[value=look]");
        page.sees("#plan .meta", "2 dòng mới");
        page.sees("#plan .meta", "2 dòng lỗi");
        page.sees("#new", "Xóm Nạp Hai");
        page.sees("#wrong tbody tr:nth-of-type(1)", "Dòng 4, cột D");
        page.sees("#wrong tbody tr:nth-of-type(2)", "làng lạ");
        let mended = self.mended("unit", UNITS_MENDED);
        self.loads("unit", "Nạp 2 dòng đúng");
        self.lists("/units?q=xom+nap", "#units", (&["Xóm Nạp Một", "1.204"], &["Xóm Nạp Ba", "Xóm Nạp Bốn"]));

        self.choose("unit", "thon-da-sua.csv", &mended);
        page.sees("#plan .meta", "0 dòng lỗi");
        self.loads("unit", "Nạp 2 dòng đúng");
        self.lists("/units?q=xom+nap", "#units", (&["Xóm Nạp Một", "Xóm Nạp Ba", "110", "Xóm Nạp Bốn"], &[]));

        self.choose("unit", "thon-da-sua.csv", &mended);
        page.sees("#plan", "Tất cả các dòng đã có, không cần nạp");
        assert!(!page.has("button[value=load]"), "the same file again adds nothing");

        self.undoes("thon-da-sua.csv");
        self.lists("/units?q=xom+nap", "#units", (&["Xóm Nạp Một"], &["Xóm Nạp Ba", "Xóm Nạp Bốn"]));
        self.undoes("thon.csv");
        self.lists("/units?q=xom+nap", "main", (&[], &["Xóm Nạp Một", "Xóm Nạp Hai"]));
    }

    fn people(&self) {
        let page = self.browser;
        self.choose("person", "can-bo.csv", PEOPLE);
        page.sees("#plan .meta", "1 dòng mới");
        page.sees("#wrong", "nhóm lạ");
        let mended = self.mended("person", PEOPLE_MENDED);
        self.loads("person", "Nạp 1 dòng đúng");
        self.choose("person", "can-bo-da-sua.csv", &mended);
        self.loads("person", "Nạp 1 dòng đúng");
        self.lists("/people?search=mau+96", "#people", (&["Mẫu 961", "Mẫu 962"], &[]));
        self.undoes("can-bo-da-sua.csv");
        self.lists("/people?search=mau+96", "#people", (&["Mẫu 961"], &["Mẫu 962"]));
        self.undoes("can-bo.csv");
        self.lists("/people?search=mau+96", "main", (&[], &["Mẫu 961", "Mẫu 962"]));
    }

    /// Writes a file on the machine, chooses it and looks at what it would do.
    fn choose(&self, kind: &str, name: &str, text: &str) {
        let at = self.files.join(name);
        fs::write(&at, text).expect("the stage can be written");
        self.browser.goto(&self.stage.at(Seat::HouseA, "/import"));
        self.browser.click(&format!("a[href='/import/{kind}']"));
        self.browser.attach("#file", &at);
        self.browser.click("form:has(#file) button");
        self.browser.sees("#plan h2", name);
    }

    /// Takes the wrong rows of the page, and mends them as somebody does in a spreadsheet.
    fn mended(&self, kind: &str, mends: &[(&str, &str)]) -> String {
        self.browser.click("button[value=errors]");
        let bytes = downloaded(&self.files.join(format!("loi-{kind}.xlsx")));
        let sheet = hopluu_web::import::sheet(&bytes).expect("a file of ours");
        let mut text = String::new();
        for line in &sheet.lines {
            let cell = |cell: &String| {
                let found = mends.iter().find(|(wrong, _)| wrong == cell);
                format!("\"{}\"", found.map_or(cell.as_str(), |(_, right)| right).replace('"', "\"\""))
            };
            text.push_str(&line.cells.iter().map(cell).collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        assert!(text.contains("Lỗi") && text.contains("Dòng"), "what is wrong stands beside each row: {text}");
        text
    }

    fn loads(&self, kind: &str, button: &str) {
        self.browser.sees("button[value=load]", button);
        self.browser.click("button[value=load]");
        self.browser.sees(".note-ok", "Đã nạp");
        assert!(self.browser.has(&format!("a[href='/import/{kind}']")), "more can be loaded");
    }

    /// What a list shows and does not show.
    fn lists(&self, path: &str, part: &str, (shown, hidden): (&[&str], &[&str])) {
        self.browser.goto(&self.stage.at(Seat::HouseA, path));
        for text in shown {
            self.browser.sees(part, text);
        }
        let said = self.browser.read(part);
        assert!(hidden.iter().all(|text| !said.contains(text)), "{path} still shows one of {hidden:?}: {said}");
    }

    /// Takes back the load of a file.
    fn undoes(&self, file: &str) {
        self.browser.goto(&self.stage.at(Seat::HouseA, "/import"));
        let of =
            "return [...document.querySelectorAll('#loads tr')].find(row => row.cells[2].innerText === arguments[0])
                      ?.querySelector('button[name=undo]').value ?? ''";
        let number = self.browser.run(of, &json!(file));
        let number = number.as_str().unwrap_or_default();
        self.browser.click(&format!("button[name=undo][value='{number}']"));
        self.browser.sees(".note-ok", "Đã hoàn tác");
    }
}

fn cells(one: &str, two: &str, three: &str) -> (String, String, String) {
    (one.to_owned(), two.to_owned(), three.to_owned())
}

/// A file that the browser is taking, as soon as it is whole: until then it has another name, and an empty one keeps its
/// place.
fn downloaded(file: &Path) -> Vec<u8> {
    until("the file of errors", || fs::read(file).ok().filter(|bytes| !bytes.is_empty()))
}
