//! How a program ends.

use std::process::ExitCode;

/// The exit codes of both programs; scripts rely on them, so none ever changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// Failed for a reason that has no code of its own; the message says which.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// The program that should answer is not running.
    NotRunning = 3,
    /// A setting is unknown or has no valid value.
    BadSettings = 4,
    /// Another process has the data directory.
    InUse = 5,
    /// What was to be made is there already.
    Exists = 6,
    /// The data directory was never set up, or lacks its identity.
    NotSetUp = 7,
    /// The machine said no: not allowed, not valid, or not possible now.
    Refused = 8,
    /// An address or port could not be had.
    Address = 9,
    /// A newer program wrote the data directory.
    Newer = 10,
    /// Waited for something that did not come in time.
    TimedOut = 11,
    /// A check found something wrong.
    CheckFailed = 12,
}

impl Exit {
    /// Every code, ascending.
    pub const ALL: [Self; 13] = [
        Self::Ok,
        Self::Failed,
        Self::Usage,
        Self::NotRunning,
        Self::BadSettings,
        Self::InUse,
        Self::Exists,
        Self::NotSetUp,
        Self::Refused,
        Self::Address,
        Self::Newer,
        Self::TimedOut,
        Self::CheckFailed,
    ];

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// A few words, for the list in `--help`.
    #[must_use]
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Ok => ("xong", "done"),
            Self::Failed => ("không thành công", "failed"),
            Self::Usage => ("dòng lệnh không đúng", "wrong command line"),
            Self::NotRunning => ("chương trình chưa chạy", "the program is not running"),
            Self::BadSettings => ("thiết lập không hợp lệ", "invalid settings"),
            Self::InUse => ("thư mục dữ liệu đang được dùng", "the data directory is in use"),
            Self::Exists => ("đã có sẵn", "exists already"),
            Self::NotSetUp => ("chưa cài đặt", "not set up"),
            Self::Refused => ("bị từ chối", "refused"),
            Self::Address => ("địa chỉ hoặc cổng không dùng được", "the address or port cannot be used"),
            Self::Newer => ("dữ liệu của phiên bản mới hơn", "data of a newer version"),
            Self::TimedOut => ("quá thời gian chờ", "timed out"),
            Self::CheckFailed => ("kiểm tra thấy lỗi", "a check found faults"),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_up_without_gaps() {
        for (place, exit) in Exit::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(exit.code()), place);
        }
    }
}
