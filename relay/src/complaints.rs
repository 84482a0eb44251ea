//! What a person is told when the relay cannot do something.

use std::path::Path;

use hopluu_driver::control::ControlError;
use hopluu_driver::settings::SettingsError;
use hopluu_driver::{Complaint, Exit, StartError};
use hopluu_mailbox::MailboxError;
use hopluu_store_sled::OpenError;
use hopluu_transport::TransportError;

use crate::home::HomeError;
use crate::machine::RelayError;

pub(crate) fn of_settings(error: &SettingsError) -> Complaint {
    Complaint::new(
        Exit::BadSettings,
        "bad-settings",
        "Thiết lập không hợp lệ. Hãy sửa theo nguyên nhân dưới đây rồi chạy: hopluu-relay config check",
        "The settings are not valid. Mend what the cause names, then run: hopluu-relay config check",
    )
    .because(error)
}

pub(crate) fn of_home(error: &HomeError, dir: &Path) -> Complaint {
    let dir = dir.display();
    let complaint = match error {
        HomeError::Exists => Complaint::new(
            Exit::Exists,
            "dir-exists",
            format!(
                "Thư mục {dir} đã có dữ liệu. Hãy chọn thư mục khác, hoặc chạy trạm: hopluu-relay serve --dir {dir}"
            ),
            format!("The directory {dir} is in use already. Choose another, or run it: hopluu-relay serve --dir {dir}"),
        ),
        HomeError::NotSetUp => Complaint::new(
            Exit::NotSetUp,
            "not-set-up",
            format!("Thư mục {dir} chưa được cài đặt. Hãy chạy: hopluu-relay init --dir {dir} --address host:port"),
            format!("There is no relay in {dir} yet. Run: hopluu-relay init --dir {dir} --address host:port"),
        ),
        HomeError::Spoilt { name } => Complaint::new(
            Exit::NotSetUp,
            "identity-spoilt",
            format!("Tệp identity/{name} trong {dir} bị hỏng. Hãy phục hồi thư mục identity từ bản sao lưu."),
            format!("The file identity/{name} in {dir} is spoilt. Restore the directory identity from a backup."),
        ),
        HomeError::Io { .. } => Complaint::new(
            Exit::Failed,
            "dir-io",
            format!("Không đọc hoặc ghi được thư mục {dir}. Hãy kiểm tra ổ đĩa và quyền truy cập."),
            format!("The directory {dir} cannot be read or written. Check the disk and the permissions."),
        ),
    };
    complaint.because(error)
}

pub(crate) fn of_store(error: &OpenError, dir: &Path) -> Complaint {
    let dir = dir.display();
    let complaint = match error {
        OpenError::Locked { .. } => Complaint::new(
            Exit::InUse,
            "data-dir-in-use",
            format!("Thư mục {dir} đang được một tiến trình khác dùng. Hãy xem: hopluu-relay status --dir {dir}"),
            format!("Another process uses {dir}. See: hopluu-relay status --dir {dir}"),
        ),
        OpenError::NewerLayout { .. } => Complaint::new(
            Exit::Newer,
            "data-newer",
            format!("Dữ liệu trong {dir} do phiên bản mới hơn ghi. Hãy cài phiên bản mới của hopluu-relay."),
            format!("A newer version wrote the data in {dir}. Install the newer hopluu-relay."),
        ),
        _ => Complaint::new(
            Exit::Failed,
            "store-failed",
            format!("Không mở được kho dữ liệu trong {dir}. Hãy kiểm tra ổ đĩa còn chỗ và còn ghi được."),
            format!("The store in {dir} cannot be opened. Check that the disk has room and takes writes."),
        ),
    };
    complaint.because(error)
}

pub(crate) fn of_start(error: &StartError) -> Complaint {
    match error {
        StartError::Lines(TransportError::Bind { address, .. }) => Complaint::new(
            Exit::Address,
            "address-not-free",
            format!("Không lắng nghe được tại {address}. Cổng có thể đang bận; hãy chọn cổng khác bằng --bind."),
            format!("Cannot listen at {address}. The port may be taken; choose another with --bind."),
        ),
        StartError::Lines(_) | StartError::Thread(_) => failed(),
    }
    .because(error)
}

pub(crate) fn of_control(error: &ControlError, dir: &Path) -> Complaint {
    let dir = dir.display();
    let complaint = match error {
        ControlError::NotRunning { .. } => Complaint::new(
            Exit::NotRunning,
            "not-running",
            format!("Trạm trong {dir} chưa chạy. Hãy chạy: hopluu-relay serve --dir {dir}"),
            format!("The relay in {dir} is not running. Start it with: hopluu-relay serve --dir {dir}"),
        ),
        ControlError::InUse { .. } => Complaint::new(
            Exit::InUse,
            "socket-in-use",
            format!("Một trạm khác đang chạy trong {dir}. Hãy xem: hopluu-relay status --dir {dir}"),
            format!("Another relay is running in {dir}. See: hopluu-relay status --dir {dir}"),
        ),
        ControlError::TooLongPath { .. } => Complaint::new(
            Exit::Failed,
            "path-too-long",
            format!("Đường dẫn {dir} quá dài. Hãy dùng thư mục có đường dẫn ngắn hơn 90 ký tự."),
            format!("The path {dir} is too long. Use a directory with a path below 90 characters."),
        ),
        ControlError::TimedOut { .. } => Complaint::new(
            Exit::TimedOut,
            "no-answer",
            "Trạm chưa trả lời. Hãy thử lại sau ít phút, rồi xem nhật ký của trạm.",
            "The relay does not answer. Try again in some minutes, then look into its log.",
        ),
        ControlError::BadAnswer { .. } | ControlError::Io { .. } => Complaint::new(
            Exit::Failed,
            "socket-failed",
            format!("Không nói chuyện được với trạm trong {dir}. Hãy kiểm tra quyền truy cập và phiên bản."),
            format!("Cannot speak with the relay in {dir}. Check the permissions and the version."),
        ),
    };
    complaint.because(error)
}

pub(crate) fn of_relay(error: &RelayError, dir: &Path) -> Complaint {
    let dir = dir.display();
    let complaint = match error {
        RelayError::Mailbox(MailboxError::Roster(_)) => Complaint::new(
            Exit::NotSetUp,
            "identity-mismatch",
            format!(
                "Danh bạ trong {dir}/journal không thuộc về chủ ghi trong identity/owner. Hãy phục hồi thư mục identity \
                 từ bản sao lưu mới nhất, hoặc chuyển journal và index đi nơi khác; các văn phòng sẽ gửi lại dữ liệu."
            ),
            format!(
                "The roster in {dir}/journal is not that of the owner in identity/owner. Restore the directory identity \
                 from the newest backup, or move journal and index away; the offices will send everything again."
            ),
        ),
        _ => failed(),
    };
    complaint.because(error)
}

/// What has no better name.
pub(crate) fn failed() -> Complaint {
    Complaint::new(
        Exit::Failed,
        "failed",
        "Trạm không chạy được. Hãy gửi nguyên nhân dưới đây cho người hỗ trợ.",
        "The relay cannot run. Send the cause below to whoever helps you.",
    )
}
