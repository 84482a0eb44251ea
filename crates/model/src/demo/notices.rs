//! What else the first bulletin says: the calendar, rules of the province, notices, templates, lessons.

use super::DemoDice;
use crate::calendar::first_days;
use crate::edit::{AddDay, AddLesson, AddNotice, AddSetting, AddTemplate, Form};
use crate::time::Date;

/// Rules with a number, in working days but for `silent_days`, which are days of the calendar; for the province to
/// set.
const SETTINGS: [(&str, i64); 4] = [("close_days", 5), ("reply_days", 3), ("silent_days", 2), ("settle_days", 5)];

const HOTLINE: &str = "số trực của Văn phòng UBND tỉnh (mẫu)";

const NOTICES: [(&str, &str); 3] = [
    (
        "Hướng dẫn báo khó khăn, vướng mắc (mẫu)",
        "Đề nghị các xã, phường, đặc khu báo ngay khi phát sinh, mỗi phiếu một việc, ghi rõ nguyên nhân và đề xuất. \
         Khi mất kết nối vẫn ghi bình thường, máy tự gửi khi có đường truyền. Không nhập bí mật nhà nước, nội dung đơn \
         tố cáo, thông tin người tố cáo.",
    ),
    (
        "Phân công trực hỗ trợ (mẫu)",
        "Tổ hỗ trợ của tỉnh trực trong giờ hành chính các ngày làm việc. Việc khẩn chưa gửi được thì gọi số trực và đọc \
         mã phiếu; cán bộ trực ghi thay, xã xác nhận lại khi có kết nối.",
    ),
    (
        "Rà soát số hộ của thôn, tổ dân phố (mẫu)",
        "Đề nghị các xã, phường rà soát, cập nhật số hộ của từng thôn, tổ dân phố trước kỳ giao ban tháng.",
    ),
];

/// Title, text, category.
type Row = (&'static str, &'static str, &'static str);

const TEMPLATES: [Row; 2] = [
    (
        "Biên bản họp dân (mẫu)",
        "BIÊN BẢN\nHọp dân về việc: ...\nThời gian: ... giờ ... ngày .../.../...\nĐịa điểm: ...\nThành phần: ... hộ có \
         người dự họp trên tổng số ... hộ.\nNội dung: ...\nKết quả: số hộ đồng ý ..., không đồng ý ..., không có ý kiến \
         ...\nBiên bản lập xong lúc ... giờ cùng ngày.",
        "to_chuc_chi_dao",
    ),
    (
        "Tờ trình sửa chữa trụ sở (mẫu)",
        "Kính gửi: ...\nHiện trạng: ...\nNội dung cần sửa chữa: ...\nKinh phí dự kiến: ... triệu đồng.\nĐề nghị ... xem \
         xét, bố trí.",
        "tru_so",
    ),
];

const LESSONS: [Row; 2] = [
    (
        "Làm thủ tục chữ ký số trước khi điều động (mẫu)",
        "Nơi nào lập danh sách, gửi hồ sơ cấp chữ ký số trước ngày điều động thì ngày đầu nhận việc đã ký được văn bản; \
         nơi làm sau phải chờ từ ba đến năm ngày.",
        "chu_ky_so",
    ),
    (
        "Đính chính giấy tờ lưu động (mẫu)",
        "Tổ chức tiếp nhận tại nhà văn hóa tổ dân phố vào ngày nghỉ, gom hồ sơ theo tổ, người dân không phải đi lại nhiều \
         lần.",
        "giay_to",
    ),
];

/// All of it, in the order in which it is written.
pub(super) fn forms(dice: &mut DemoDice) -> Vec<Box<dyn Form>> {
    let mut forms: Vec<Box<dyn Form>> = Vec::new();
    for (on, kind, name) in first_days() {
        forms.push(Box::new(AddDay { record: dice.record(), on, kind: kind.into(), name: Some(name.into()) }));
    }
    let hotline = ("hotline", None, Some(HOTLINE.to_owned()));
    for (slug, count, text) in SETTINGS.map(|(slug, count)| (slug, Some(count), None)).into_iter().chain([hotline]) {
        forms.push(Box::new(AddSetting { record: dice.record(), slug: slug.into(), count, text }));
    }
    for (index, (name, text)) in NOTICES.iter().enumerate() {
        let valid_to = Date::new(2027, 12, 31).filter(|_| index == NOTICES.len() - 1);
        let (record, name, text) = (dice.record(), (*name).into(), (*text).into());
        forms.push(Box::new(AddNotice { record, name, text, on: None, valid_to }));
    }
    for (name, text, category) in TEMPLATES {
        let (record, name, text, category) = (dice.record(), name.into(), text.into(), Some(category.into()));
        forms.push(Box::new(AddTemplate { record, name, text, category }));
    }
    for (name, text, category) in LESSONS {
        let (record, name, text, category) = (dice.record(), name.into(), text.into(), Some(category.into()));
        forms.push(Box::new(AddLesson { record, name, text, category }));
    }
    forms
}
