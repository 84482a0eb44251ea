//! How the line stands, for the head of every page.

use hopluu_desk::{Enrolling, LineState, Standing};

use crate::Words;

/// How the office's line stands and what waits to be sent; first of all, why there is none that will come back by itself.
#[must_use]
pub fn line(standing: &Standing) -> Words {
    if let Some(Enrolling::Refused { vi, en, .. }) = &standing.enrolment {
        return Words::new(format!("Không được ghi danh: {vi}"), format!("Not enrolled: {en}"));
    }
    match &standing.turned_away {
        Some((code, said)) => turned_away(*code, said),
        None => words(standing.line, standing.backlog),
    }
}

/// The line and what waits to be sent. Working without a line is normal, and said so.
fn words(line: LineState, backlog: u64) -> Words {
    match (line, backlog) {
        (LineState::Settled | LineState::CatchingUp, 1..) => Words::new(
            format!("Đã kết nối, còn {backlog} nội dung chờ gửi"),
            format!("Connected, {backlog} edits wait to be sent"),
        ),
        (LineState::Settled, 0) => Words::new("Đã kết nối, đã đồng bộ.", "Connected, in step."),
        (LineState::CatchingUp, 0) => Words::new("Đã kết nối, đang đồng bộ.", "Connected, catching up."),
        (LineState::Broken, _) => Words::new(
            "Đĩa của máy này gặp lỗi; chỉ xem được, chưa nhập được.",
            "This machine's disk has failed: reading works, entering does not yet.",
        ),
        (LineState::Offline | LineState::Dialling, 0) => {
            Words::new("Mất kết nối. Vẫn làm việc bình thường.", "No connection. Work goes on.")
        }
        (LineState::Offline | LineState::Dialling, 1..) => Words::new(
            format!("Mất kết nối. Vẫn làm việc bình thường. Còn {backlog} nội dung chờ gửi."),
            format!("No connection. Work goes on. {backlog} edits wait to be sent."),
        ),
    }
}

/// Why a relay does not speak with this machine, by the code of its goodbye; what it said itself for codes of a
/// newer program.
fn turned_away(code: u8, said: &str) -> Words {
    match code {
        1 => Words::new(
            "Chương trình của máy này và của trạm khác phiên bản. Hãy cập nhật.",
            "This program and the relay's are of different versions. Update.",
        ),
        4 => Words::new(
            "Trạm không biết máy này. Hãy ghi danh bằng mã mời của tỉnh.",
            "The relay does not know this machine. Enrol with an invitation of the province.",
        ),
        5 => Words::new(
            "Trạm chưa thuộc tỉnh nào. Hãy báo bộ phận kỹ thuật của tỉnh.",
            "The relay belongs to no province yet. Tell the province's IT.",
        ),
        6 => Words::new(
            "Máy này đã bị thu hồi: nội dung nhập từ nay không được tính. Hãy liên hệ tỉnh.",
            "This machine was revoked: what is entered from now on does not count. Ask the province.",
        ),
        _ => Words::new(format!("Trạm từ chối: {said}"), format!("The relay declines: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offline_is_normal_and_never_hides_what_waits() {
        assert_eq!(words(LineState::Offline, 0).vi, "Mất kết nối. Vẫn làm việc bình thường.");
        assert!(words(LineState::Offline, 3).vi.contains("Còn 3 nội dung chờ gửi"));
        assert!(words(LineState::Settled, 3).vi.contains("còn 3 nội dung chờ gửi"));
    }
}
