//! Difficulties as communes report them.

use crate::edit::ReportIssue;
use crate::id::{EventId, RecordId};
use crate::text::IssueCode;

/// A difficulty to fill lists with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoIssue {
    /// Slug of its category.
    pub category: &'static str,
    /// Slug of its cause.
    pub cause: &'static str,
    /// What is difficult.
    pub text: &'static str,
    /// What would help.
    pub proposal: &'static str,
}

impl DemoIssue {
    /// The form as an office would fill it in.
    #[must_use]
    pub fn report(&self, record: RecordId, event: EventId, code: IssueCode) -> ReportIssue {
        ReportIssue {
            record,
            event,
            code,
            category: self.category.to_owned(),
            cause: self.cause.to_owned(),
            text: self.text.to_owned(),
            proposal: Some(self.proposal.to_owned()),
            place: None,
            urgent: false,
            submit: false,
            picture: None,
        }
    }
}

const fn issue(category: &'static str, cause: &'static str, text: &'static str, proposal: &'static str) -> DemoIssue {
    DemoIssue { category, cause, text, proposal }
}

/// Eight difficulties; the proposals are ours.
pub const ISSUES: [DemoIssue; 8] = [
    issue(
        "tru_so",
        "khach_quan",
        "Trụ sở cũ xuống cấp, thiếu phòng làm việc cho các phòng chuyên môn",
        "Đề nghị bố trí kinh phí sửa chữa, sắp xếp lại phòng làm việc",
    ),
    issue(
        "chu_ky_so",
        "khach_quan",
        "Công chức mới điều động chưa được cấp chữ ký số cá nhân",
        "Đề nghị cấp chữ ký số trong tuần",
    ),
    issue(
        "giay_to",
        "khach_quan",
        "Người dân đề nghị đính chính địa chỉ trên giấy tờ sau sáp nhập",
        "Đề nghị hướng dẫn thống nhất, tổ chức làm lưu động tại tổ dân phố",
    ),
    issue(
        "ha_tang_ky_thuat",
        "khach_quan",
        "Đường truyền internet tại Trung tâm phục vụ hành chính công chập chờn vào giờ cao điểm",
        "Đề nghị nâng băng thông, bổ sung đường truyền dự phòng",
    ),
    issue(
        "phan_mem",
        "khach_quan",
        "Phần mềm một cửa chưa cập nhật tên đơn vị hành chính mới",
        "Đề nghị cập nhật danh mục trên phần mềm",
    ),
    issue(
        "che_do_chinh_sach",
        "khach_quan",
        "Hồ sơ chế độ của người hoạt động không chuyên trách chưa chi trả xong",
        "Đề nghị cấp kinh phí và hướng dẫn chi trả",
    ),
    issue(
        "thiet_bi",
        "khach_quan",
        "Thiếu máy quét, máy tính đã quá 7 năm sử dụng",
        "Đề nghị cấp 02 máy quét, 05 máy tính",
    ),
    issue(
        "nhan_luc",
        "chu_quan",
        "Chưa có công chức phụ trách địa chính, xây dựng",
        "Đề nghị điều động hoặc biệt phái 01 công chức",
    ),
];
