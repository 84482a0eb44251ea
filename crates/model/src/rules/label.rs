//! What fields are called on the pages.

use crate::record::Field;

/// The Vietnamese name of a field, as forms and lists of clashes show it; `?` for one of a newer version.
#[must_use]
pub fn label(field: Field) -> &'static str {
    LABELS.iter().find(|(known, _)| *known == field).map_or("?", |(_, label)| label)
}

const LABELS: &[(Field, &str)] = &[
    (Field::NAME, "Tên"),
    (Field::UNIT_KIND, "Loại đơn vị"),
    (Field::HOUSEHOLDS, "Số hộ"),
    (Field::POPULATION, "Số nhân khẩu"),
    (Field::AREA, "Địa bàn cũ"),
    (Field::VALID_FROM, "Từ ngày"),
    (Field::VALID_TO, "Đến ngày"),
    (Field::FROM, "Các đơn vị sáp nhập"),
    (Field::INTO, "Nhập vào"),
    (Field::INTO_NAME, "Tên đơn vị mới"),
    (Field::DECISION, "Số văn bản"),
    (Field::BODY, "Cơ quan thông qua"),
    (Field::EFFECTIVE_ON, "Ngày có hiệu lực"),
    (Field::SOURCES_HASH, "Mã danh sách đơn vị"),
    (Field::TEXT, "Nội dung"),
    (Field::CATEGORY, "Lĩnh vực"),
    (Field::CAUSE, "Nguyên nhân"),
    (Field::PROPOSAL, "Đề xuất, kiến nghị"),
    (Field::PLACE, "Nơi xảy ra"),
    (Field::URGENT, "Việc khẩn"),
    (Field::CODE, "Mã phiếu"),
    (Field::REASON, "Lý do"),
    (Field::LEAD, "Đơn vị chủ trì"),
    (Field::OTHER, "Phiếu liên quan"),
    (Field::CHOSEN, "Nội dung được chọn"),
    (Field::FIELD, "Mục đã thống nhất"),
    (Field::COMMUNE_CODE, "Mã xã, phường"),
    (Field::COMMUNE_TYPE, "Loại xã, phường"),
    (Field::PROVINCE_CODE, "Mã tỉnh"),
    (Field::STAGE, "Giai đoạn"),
    (Field::STAFF_CATEGORY, "Nhóm cán bộ"),
    (Field::SLUG, "Mã"),
    (Field::SYSTEM, "Khối"),
    (Field::SCOPE, "Phạm vi"),
    (Field::MAX_HOLDERS, "Số người được bố trí"),
    (Field::PERSON, "Người"),
    (Field::POST, "Chức danh"),
    (Field::UNIT, "Đơn vị"),
    (Field::TENURE, "Chính hoặc kiêm nhiệm"),
    (Field::FUNCTIONS, "Chức năng"),
    (Field::STATE, "Tình trạng"),
    (Field::FORMERLY, "Trước đây là"),
    (Field::DEADLINE_DAYS, "Hạn xử lý (ngày làm việc)"),
    (Field::MADE_UP, "Dữ liệu minh họa"),
    (Field::AREA_HA, "Diện tích (ha)"),
    (Field::WEIGHED, "Các nội dung đã xem xét"),
    (Field::NAME_EN, "Tên tiếng Anh"),
    (Field::LETTER, "Chữ cái của văn phòng"),
    (Field::ON, "Ngày"),
];
