//! What fields are called on the pages.

use crate::record::{EventKind, Field, Kind};

/// The Vietnamese name of a field, as forms and lists of clashes show it; `?` for one of a newer version.
#[must_use]
pub fn label(field: Field) -> &'static str {
    LABELS.iter().find(|(known, ..)| *known == field).map_or("?", |(_, vi, _)| vi)
}

/// The English name of a field; `?` for one of a newer version.
#[must_use]
pub fn label_en(field: Field) -> &'static str {
    LABELS.iter().find(|(known, ..)| *known == field).map_or("?", |(.., en)| en)
}

/// What happened, in Vietnamese, as a history shows it; `?` for an event of a newer version.
#[must_use]
pub fn event_label(kind: EventKind) -> &'static str {
    EVENTS.iter().find(|(known, _)| *known == kind).map_or("?", |(_, label)| label)
}

/// What a record is, in Vietnamese; `?` for one of a newer version.
#[must_use]
pub fn kind_label(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("?", |(_, vi, _)| vi)
}

/// What a record is, in English; `?` for one of a newer version.
#[must_use]
pub fn kind_label_en(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("?", |(.., en)| en)
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

const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::COMMUNE, "Xã, phường, đặc khu", "Commune"),
    (Kind::UNIT, "Thôn, tổ dân phố", "Unit"),
    (Kind::MERGER, "Phương án sáp nhập", "Decision about units"),
    (Kind::PERSON, "Cán bộ", "Person"),
    (Kind::POST, "Chức danh", "Post"),
    (Kind::HOLDING, "Bố trí chức danh", "Holding of a post"),
    (Kind::SITE, "Trụ sở", "Building"),
    (Kind::ISSUE, "Phiếu khó khăn, vướng mắc", "Issue"),
    (Kind::CATEGORY, "Lĩnh vực", "Category"),
    (Kind::DEPARTMENT, "Sở, ngành", "Department"),
    (Kind::UNIT_KIND, "Loại đơn vị", "Kind of unit"),
    (Kind::LEAVER, "Người nghỉ", "Leaver"),
    (Kind::NOTICE, "Thông báo", "Notice"),
    (Kind::TEMPLATE, "Biểu mẫu", "Template"),
    (Kind::LESSON, "Bài học, kinh nghiệm", "Lesson"),
    (Kind::DAY, "Ngày nghỉ, ngày làm bù", "Holiday or working day"),
    (Kind::COMMON, "Vấn đề chung", "Common problem"),
    (Kind::SETTING, "Quy định của tỉnh", "Rule of the province"),
    (Kind::DIRECTIVE, "Chỉ đạo", "Directive"),
    (Kind::EQUIPMENT, "Trang thiết bị", "Equipment"),
    (Kind::INDICATOR, "Số liệu báo cáo", "Reported figure"),
    (Kind::BOARD, "Ban", "Board"),
    (Kind::MEMBER, "Thành viên ban", "Member of a board"),
    (Kind::QUOTA, "Định biên", "Quota"),
    (Kind::TRANSFER, "Điều động", "Transfer"),
    (Kind::REGIME, "Mô hình chính quyền", "Regime"),
];

const LABELS: &[(Field, &str, &str)] = &[
    (Field::NAME, "Tên", "Name"),
    (Field::UNIT_KIND, "Loại đơn vị", "Kind of unit"),
    (Field::HOUSEHOLDS, "Số hộ", "Households"),
    (Field::POPULATION, "Số nhân khẩu", "Population"),
    (Field::AREA, "Địa bàn cũ", "Former area"),
    (Field::VALID_FROM, "Từ ngày", "From"),
    (Field::VALID_TO, "Đến ngày", "To"),
    (Field::FROM, "Các đơn vị sáp nhập", "Units that are merged"),
    (Field::INTO, "Nhập vào", "Merged into"),
    (Field::INTO_NAME, "Tên đơn vị mới", "Name of the new unit"),
    (Field::DECISION, "Số văn bản", "Document"),
    (Field::BODY, "Cơ quan thông qua", "Passed by"),
    (Field::EFFECTIVE_ON, "Ngày có hiệu lực", "Effective on"),
    (Field::SOURCES_HASH, "Mã danh sách đơn vị", "Hash of the list of units"),
    (Field::TEXT, "Nội dung", "Text"),
    (Field::CATEGORY, "Lĩnh vực", "Category"),
    (Field::CAUSE, "Nguyên nhân", "Cause"),
    (Field::PROPOSAL, "Đề xuất, kiến nghị", "What would help"),
    (Field::PLACE, "Nơi xảy ra", "Place"),
    (Field::URGENT, "Việc khẩn", "Urgent"),
    (Field::CODE, "Mã phiếu", "Code of the issue"),
    (Field::REASON, "Lý do", "Reason"),
    (Field::LEAD, "Đơn vị chủ trì", "Lead"),
    (Field::OTHER, "Phiếu liên quan", "Related issue"),
    (Field::CHOSEN, "Nội dung được chọn", "Chosen"),
    (Field::FIELD, "Mục đã thống nhất", "Field that was settled"),
    (Field::COMMUNE_CODE, "Mã xã, phường", "Code of the commune"),
    (Field::COMMUNE_TYPE, "Loại xã, phường", "Type of the commune"),
    (Field::PROVINCE_CODE, "Mã tỉnh", "Code of the province"),
    (Field::STAGE, "Giai đoạn", "Stage"),
    (Field::STAFF_CATEGORY, "Nhóm cán bộ", "Group of staff"),
    (Field::SLUG, "Mã", "Slug"),
    (Field::SYSTEM, "Khối", "System"),
    (Field::SCOPE, "Phạm vi", "Scope"),
    (Field::MAX_HOLDERS, "Số người được bố trí", "Most holders"),
    (Field::PERSON, "Người", "Person"),
    (Field::POST, "Chức danh", "Post"),
    (Field::UNIT, "Đơn vị", "Unit"),
    (Field::TENURE, "Chính hoặc kiêm nhiệm", "Main or concurrent"),
    (Field::FUNCTIONS, "Chức năng", "Functions"),
    (Field::STATE, "Tình trạng", "State"),
    (Field::FORMERLY, "Trước đây là", "Formerly"),
    (Field::DEADLINE_DAYS, "Hạn xử lý (ngày làm việc)", "Deadline (working days)"),
    (Field::MADE_UP, "Dữ liệu minh họa", "Demonstration data"),
    (Field::AREA_HA, "Diện tích (ha)", "Area (ha)"),
    (Field::WEIGHED, "Các nội dung đã xem xét", "Weighed"),
    (Field::NAME_EN, "Tên tiếng Anh", "English name"),
    (Field::LETTER, "Chữ cái của văn phòng", "Letter of the office"),
    (Field::ON, "Ngày", "Day"),
    (Field::HELPERS, "Đơn vị phối hợp", "Helpers"),
    (Field::PICTURE, "Ảnh", "Picture"),
    (Field::PICTURE_SIZE, "Dung lượng ảnh (byte)", "Size of the picture (bytes)"),
    (Field::COUNT, "Số lượng", "Number"),
    (Field::ANSWER, "Trả lời chung", "Common answer"),
    (Field::APPROVAL, "Lãnh đạo duyệt trước khi gửi", "The leader approves before it is sent"),
    (Field::PHONE, "Điện thoại", "Telephone"),
    (Field::ACTION, "Hình thức", "What is done"),
    (Field::PARTS, "Các đơn vị mới", "New units"),
    (Field::FROM_NAMES, "Tên khi thông qua", "Names when it was passed"),
    (Field::COUNCIL, "Có Hội đồng nhân dân", "Has a people's council"),
    (Field::SITE, "Trụ sở", "Building"),
    (Field::EQUIPMENT_KIND, "Loại thiết bị", "Kind of equipment"),
    (Field::WEAK, "Trong đó cấu hình yếu", "Of these weak"),
    (Field::PERIOD, "Kỳ số liệu", "Period"),
    (Field::AMOUNT, "Giá trị", "Value"),
    (Field::MEASURE, "Đơn vị tính", "Unit of measure"),
    (Field::BOUND, "Mức độ chính xác", "How exact"),
    (Field::SOURCE, "Nguồn", "Source"),
    (Field::DISTANCE, "Cách trụ sở chính (m)", "Metres to the main building"),
    (Field::CAPACITY, "Sức chứa (người)", "Room for (people)"),
    (Field::PAID, "Có phụ cấp", "Paid"),
    (Field::BENEFIT, "Chế độ", "Benefit"),
    (Field::THANKED_ON, "Ngày gặp mặt, cảm ơn", "Thanked on"),
    (Field::GIFT, "Quà tặng", "Gift"),
    (Field::BOARD_KIND, "Loại ban", "Kind of board"),
    (Field::BOARD, "Ban", "Board"),
    (Field::DUTY, "Nhiệm vụ trong ban", "Duty on the board"),
    (Field::TO_COMMUNE, "Đến xã, phường (mã)", "To commune (code)"),
    (Field::CAME_FROM, "Hồ sơ ở nơi đi", "Record where they came from"),
    (Field::VOID, "Nhập nhầm", "Entered by mistake"),
    (Field::FROM_HOUSEHOLDS, "Số hộ khi thông qua", "Households when it was passed"),
    (Field::VOID_SEEN, "Nội dung khi bỏ", "What it said when it was taken out"),
];
