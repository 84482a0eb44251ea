//! How the line stands, for the head of every page.

use crate::Words;

/// What decides how the line is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// No connection.
    Offline,
    /// Connected, and still fetching or comparing.
    CatchingUp,
    /// Connected, and known to hold the same as the relay.
    Settled,
    /// This machine's disk has failed; only reading works.
    Broken,
}

/// The line and what waits to be sent. Working without a line is normal, and said so.
#[must_use]
pub fn line(line: Line, backlog: u64) -> Words {
    match (line, backlog) {
        (Line::Settled | Line::CatchingUp, 1..) => Words::new(
            format!("Đã kết nối, còn {backlog} nội dung chờ gửi"),
            format!("Connected, {backlog} edits wait to be sent"),
        ),
        (Line::Settled, 0) => Words::new("Đã kết nối, đã đồng bộ.", "Connected, in step."),
        (Line::CatchingUp, 0) => Words::new("Đã kết nối, đang đồng bộ.", "Connected, catching up."),
        (Line::Broken, _) => Words::new(
            "Đĩa của máy này gặp lỗi; chỉ xem được, chưa nhập được.",
            "This machine's disk has failed: reading works, entering does not yet.",
        ),
        (Line::Offline, 0) => Words::new("Mất kết nối. Vẫn làm việc bình thường.", "No connection. Work goes on."),
        (Line::Offline, 1..) => Words::new(
            format!("Mất kết nối. Vẫn làm việc bình thường. Còn {backlog} nội dung chờ gửi."),
            format!("No connection. Work goes on. {backlog} edits wait to be sent."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offline_is_normal_and_never_hides_what_waits() {
        assert_eq!(line(Line::Offline, 0).vi, "Mất kết nối. Vẫn làm việc bình thường.");
        assert!(line(Line::Offline, 3).vi.contains("Còn 3 nội dung chờ gửi"));
        assert!(line(Line::Settled, 3).vi.contains("còn 3 nội dung chờ gửi"));
    }
}
