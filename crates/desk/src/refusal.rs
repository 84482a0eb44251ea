//! What a person is told when something is not done.

use std::error::Error;
use std::fmt;

use hopluu_mailbox::MailboxError;
use hopluu_model::{Fault, Faults, chain};
use hopluu_office::OfficeError;

/// Of what sort a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What was asked for cannot be understood.
    Usage,
    /// It was understood and is not valid, or not possible now.
    Refused,
    /// Whoever asked may not do it.
    Forbidden,
    /// Nothing of that name is known.
    NotFound,
    /// Not now; the same may work later.
    Busy,
    /// Something of ours failed.
    Failed,
}

/// A refusal with a stable code and one sentence in each language that ends with what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Of what sort it is.
    pub why: Why,
    /// A stable word for programs and the telephone.
    pub code: &'static str,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// The chain of causes, for whoever helps.
    pub cause: Option<String>,
    /// What is wrong with a form, field by field; empty for everything else.
    pub faults: Vec<Fault>,
}

impl Refusal {
    /// Says what is wrong and what to do.
    #[must_use]
    pub fn new(why: Why, code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { why, code, vi: vi.into(), en: en.into(), cause: None, faults: Vec::new() }
    }

    /// Adds the error behind it, with everything below.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        self.cause = Some(chain(error));
        self
    }

    /// A failure that has no better words.
    #[must_use]
    pub fn failed(what: &'static str, error: &dyn Error) -> Self {
        Self::new(
            Why::Failed,
            what,
            "Thao tác không thành công. Xem nguyên nhân bên dưới; nếu không rõ, hãy gửi dòng này cho người hỗ trợ.",
            "The operation failed. See the cause below; if it is not clear, send this line to support.",
        )
        .because(error)
    }

    /// A form that is not valid.
    #[must_use]
    pub fn invalid(faults: &Faults) -> Self {
        let vi: Vec<String> = faults.0.iter().map(Fault::vi).collect();
        let text = format!("Chưa hợp lệ: {}", vi.join("; "));
        let refusal = Self::new(Why::Refused, "invalid", text, format!("Not valid: {faults}"));
        Self { faults: faults.0.clone(), ..refusal }
    }

    /// A record that was named and is not there, or not the only one.
    #[must_use]
    pub fn not_found(what_vi: &str, what_en: &str, typed: &str) -> Self {
        let typed: String = typed.chars().take(80).collect();
        Self::new(
            Why::NotFound,
            "not-found",
            format!("Không tìm thấy {what_vi} \"{typed}\", hoặc có nhiều hơn một. Dùng mã đầy đủ."),
            format!("No {what_en} {typed:?} was found, or more than one. Use its full id."),
        )
    }

    /// Somebody whose part does not allow it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(
            Why::Forbidden,
            "forbidden",
            "Tài khoản này không có quyền làm việc này. Hãy nhờ người có thẩm quyền của cơ quan.",
            "This account may not do that. Ask whoever in the office may.",
        )
    }

    /// Something that only the province desk does.
    #[must_use]
    pub fn not_desk() -> Self {
        Self::new(
            Why::Refused,
            "not-desk",
            "Chỉ bàn tỉnh làm được việc này. Hãy làm ở bàn tỉnh.",
            "Only the province desk may do this. Do it there.",
        )
    }

    /// A date that is none.
    #[must_use]
    pub fn bad_date(error: &hopluu_model::time::BadDate) -> Self {
        Self::new(
            Why::Refused,
            "bad-date",
            "Ngày không đúng. Viết 01/07/2025 hoặc 2025-07-01.",
            "Not a date. Write 01/07/2025 or 2025-07-01.",
        )
        .because(error)
    }

    /// The disk did not take what was typed.
    #[must_use]
    pub fn not_saved(error: &OfficeError) -> Self {
        Self::new(
            Why::Failed,
            "not-saved",
            "Chưa lưu được: đĩa của máy này không ghi được. Nội dung đã lưu trước đó vẫn còn. Kiểm tra chỗ trống rồi nhập lại.",
            "Not saved: this machine's disk cannot be written. What was saved before is kept. Check the free space, then \
             enter it again.",
        )
        .because(error)
    }

    /// The machine does not answer now.
    #[must_use]
    pub fn busy() -> Self {
        Self::new(
            Why::Busy,
            "office-busy",
            "Văn phòng đang mở lại dữ liệu sau lỗi đĩa. Hãy thử lại sau ít phút; xem `hopluu status`.",
            "The office is opening its data again after a disk error. Try again in some minutes; see `hopluu status`.",
        )
    }

    /// What the office said no to.
    pub(crate) fn of_office(error: &OfficeError) -> Self {
        let refused = |code, vi: &str, en: &str| Self::new(Why::Refused, code, vi, en);
        match error {
            OfficeError::NotOurs(_) => refused(
                "not-ours",
                "Văn phòng này không được ghi hồ sơ đó. Hãy ghi ở văn phòng của xã, phường liên quan.",
                "This office may not write that document. Write it at the office of the commune concerned.",
            ),
            OfficeError::YearNotOpen(year) => refused(
                "year-not-open",
                &format!("Tỉnh chưa mở sổ năm {year}. Kiểm tra ngày giờ của máy, rồi báo bàn tỉnh."),
                &format!(
                    "The province has not opened {year}. Check this machine's clock, then tell the province desk."
                ),
            ),
            OfficeError::NoDevice(_) => refused(
                "no-device",
                "Không có thiết bị này trong danh bạ. `hopluu devices` in danh sách.",
                "The roster names no such device. `hopluu devices` lists them.",
            ),
            OfficeError::Mailbox(MailboxError::NotDesk) => Self::not_desk(),
            OfficeError::Mailbox(MailboxError::InDoubt) => refused(
                "roster-in-doubt",
                "Sổ của máy này từng bị hỏng một phần; cần đối chiếu danh bạ với trạm trước. Chờ có đường truyền rồi thử lại.",
                "This machine's journal was damaged; its roster is compared with the relay's first. Try again once the line \
                 is up.",
            ),
            other => Self::failed("refused", other),
        }
    }
}

impl From<hopluu_view::Error> for Refusal {
    fn from(error: hopluu_view::Error) -> Self {
        Self::failed("view", &error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.en)
    }
}

impl Error for Refusal {}
