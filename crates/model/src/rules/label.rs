//! What fields are called on the pages.

use crate::record::{EventKind, Field, Kind};

/// The Vietnamese name of a field, as forms and lists of clashes show it; `?` for one of a newer version.
#[must_use]
pub fn label(field: Field) -> &'static str {
    LABELS.iter().find(|(known, _)| *known == field).map_or("?", |(_, label)| label)
}

/// The English name of a field: its slug in words.
#[must_use]
pub fn label_en(field: Field) -> String {
    field.slug().unwrap_or("?").replace('_', " ")
}

/// What happened, in Vietnamese, as a history shows it; `?` for an event of a newer version.
#[must_use]
pub fn event_label(kind: EventKind) -> &'static str {
    EVENTS.iter().find(|(known, _)| *known == kind).map_or("?", |(_, label)| label)
}

/// What a record is, in Vietnamese; `?` for one of a newer version.
#[must_use]
pub fn kind_label(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("?", |(_, label)| label)
}

const EVENTS: &[(EventKind, &str)] = &[
    (EventKind::REOPEN, "Chưa xong, đề nghị xem lại"),
    (EventKind::SOLVED, "Xác nhận đã xong"),
    (EventKind::WITHDRAW, "Rút phiếu"),
    (EventKind::ASK, "Đề nghị bổ sung"),
    (EventKind::REPLY, "Đã bổ sung"),
    (EventKind::ANSWER, "Trả lời"),
    (EventKind::START, "Bắt đầu xử lý"),
    (EventKind::FORWARD, "Chuyển đơn vị chủ trì"),
    (EventKind::RECEIVE, "Tiếp nhận"),
    (EventKind::DUPLICATE, "Trùng với phiếu khác"),
    (EventKind::REFUSE, "Không thuộc thẩm quyền"),
    (EventKind::CLOSE, "Đóng phiếu"),
    (EventKind::REPORT, "Báo khó khăn, vướng mắc"),
    (EventKind::SUBMIT, "Trình lãnh đạo duyệt"),
    (EventKind::MERGER_ANNUL, "Bãi bỏ"),
    (EventKind::MERGER_PASS, "Thông qua"),
    (EventKind::MERGER_WITHDRAW, "Dừng"),
    (EventKind::MERGER_FAIL, "Không đạt đồng thuận"),
    (EventKind::MERGER_AGREE, "Đạt đồng thuận"),
    (EventKind::MERGER_CONSULT, "Lấy ý kiến"),
    (EventKind::MERGER_DRAFT, "Dự thảo"),
    (EventKind::COMMENT, "Ý kiến"),
    (EventKind::SETTLE, "Đã thống nhất"),
    (EventKind::ARRIVED, "Đã đến nơi nhận"),
    (EventKind::CONFIRM, "Xác nhận nội dung báo thay"),
    (EventKind::COMMON, "Đưa vào vấn đề chung"),
    (EventKind::UNCOMMON, "Đưa ra khỏi vấn đề chung"),
    (EventKind::TASK_GIVEN, "Giao chỉ đạo"),
    (EventKind::TASK_RECEIVED, "Đã nhận chỉ đạo"),
    (EventKind::TASK_WORKING, "Đang thực hiện"),
    (EventKind::TASK_DONE, "Đã thực hiện xong"),
    (EventKind::TASK_RECALL, "Thu hồi chỉ đạo"),
];

const KINDS: &[(Kind, &str)] = &[
    (Kind::COMMUNE, "Xã, phường, đặc khu"),
    (Kind::UNIT, "Thôn, tổ dân phố"),
    (Kind::MERGER, "Phương án sáp nhập"),
    (Kind::PERSON, "Cán bộ"),
    (Kind::POST, "Chức danh"),
    (Kind::HOLDING, "Bố trí chức danh"),
    (Kind::SITE, "Trụ sở"),
    (Kind::ISSUE, "Phiếu khó khăn, vướng mắc"),
    (Kind::CATEGORY, "Lĩnh vực"),
    (Kind::DEPARTMENT, "Sở, ngành"),
    (Kind::UNIT_KIND, "Loại đơn vị"),
    (Kind::LEAVER, "Người nghỉ"),
    (Kind::NOTICE, "Thông báo"),
    (Kind::TEMPLATE, "Biểu mẫu"),
    (Kind::LESSON, "Bài học, kinh nghiệm"),
    (Kind::DAY, "Ngày nghỉ, ngày làm bù"),
    (Kind::COMMON, "Vấn đề chung"),
    (Kind::SETTING, "Quy định của tỉnh"),
    (Kind::DIRECTIVE, "Chỉ đạo"),
    (Kind::EQUIPMENT, "Trang thiết bị"),
    (Kind::INDICATOR, "Số liệu báo cáo"),
    (Kind::BOARD, "Ban"),
    (Kind::MEMBER, "Thành viên ban"),
    (Kind::QUOTA, "Định biên"),
    (Kind::TRANSFER, "Điều động"),
    (Kind::REGIME, "Mô hình chính quyền"),
];

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
    (Field::HELPERS, "Đơn vị phối hợp"),
    (Field::PICTURE, "Ảnh"),
    (Field::PICTURE_SIZE, "Dung lượng ảnh (byte)"),
    (Field::COUNT, "Số lượng"),
    (Field::ANSWER, "Trả lời chung"),
    (Field::APPROVAL, "Lãnh đạo duyệt trước khi gửi"),
    (Field::PHONE, "Điện thoại"),
    (Field::ACTION, "Hình thức"),
    (Field::PARTS, "Các đơn vị mới"),
    (Field::FROM_NAMES, "Tên khi thông qua"),
    (Field::COUNCIL, "Có Hội đồng nhân dân"),
    (Field::SITE, "Trụ sở"),
    (Field::EQUIPMENT_KIND, "Loại thiết bị"),
    (Field::WEAK, "Trong đó cấu hình yếu"),
    (Field::PERIOD, "Kỳ số liệu"),
    (Field::AMOUNT, "Giá trị"),
    (Field::MEASURE, "Đơn vị tính"),
    (Field::BOUND, "Mức độ chính xác"),
    (Field::SOURCE, "Nguồn"),
    (Field::DISTANCE, "Cách trụ sở chính (m)"),
    (Field::CAPACITY, "Sức chứa (người)"),
    (Field::PAID, "Có phụ cấp"),
    (Field::BENEFIT, "Chế độ"),
    (Field::THANKED_ON, "Ngày gặp mặt, cảm ơn"),
    (Field::GIFT, "Quà tặng"),
    (Field::BOARD_KIND, "Loại ban"),
    (Field::BOARD, "Ban"),
    (Field::DUTY, "Nhiệm vụ trong ban"),
    (Field::TO_COMMUNE, "Đến xã, phường (mã)"),
    (Field::CAME_FROM, "Hồ sơ ở nơi đi"),
    (Field::VOID, "Nhập nhầm"),
    (Field::FROM_HOUSEHOLDS, "Số hộ khi thông qua"),
    (Field::VOID_SEEN, "Nội dung khi bỏ"),
];
