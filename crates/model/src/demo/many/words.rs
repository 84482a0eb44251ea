//! What offices write about their difficulties: subjects by category, and what is said on the way.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::demo::DemoDice;

/// Slug, how often it comes up of a hundred, subjects. `{n}` is a small number, `{p}` a place.
pub(super) struct Topic {
    pub(super) category: &'static str,
    pub(super) weight: u64,
    subjects: &'static [&'static str],
}

const fn topic(category: &'static str, weight: u64, subjects: &'static [&'static str]) -> Topic {
    Topic { category, weight, subjects }
}

pub(super) const TOPICS: [Topic; 13] = [
    topic(
        "tru_so",
        12,
        &[
            "Trụ sở {p} xuống cấp, trần thấm dột, phòng tiếp dân phải che bạt khi mưa",
            "Thiếu phòng làm việc cho {n} công chức mới điều động về {p}",
            "Trụ sở dôi dư tại {p} chưa có phương án bàn giao, vẫn phải cử người trực bảo vệ",
            "Hai điểm làm việc cách nhau {n} km, văn bản giấy chuyển qua lại mất cả buổi",
            "Biển tên, con dấu tại {p} chưa thay theo tên đơn vị hành chính mới",
        ],
    ),
    topic(
        "ha_tang_ky_thuat",
        14,
        &[
            "Đường truyền tại TTPVHCC chập chờn giờ cao điểm, mỗi tuần mất mạng khoảng {n} lần",
            "Chưa hòa mạng số liệu chuyên dùng tại {p}",
            "Màn hình xếp hàng, máy lấy số tại bộ phận một cửa {p} hỏng",
            "Mạng nội bộ giữa {n} điểm làm việc chưa thông, phải chép tệp bằng USB",
            "Khi mưa bão {p} mất điện, mất mạng, chưa có máy phát và lưu điện dự phòng",
        ],
    ),
    topic(
        "thiet_bi",
        12,
        &[
            "Thiếu {n} máy quét, máy tính đã quá 7 năm sử dụng, cài phần mềm ký số không được",
            "Máy in tại {p} hỏng, sửa {n} lần chưa xong, phải in nhờ nơi khác",
            "Chưa có máy tính dùng riêng cho hồ sơ mật theo quy định",
            "Bàn ghế, tủ hồ sơ chuyển từ xã cũ về không đủ cho {n} phòng",
        ],
    ),
    topic(
        "phan_mem",
        14,
        &[
            "Phần mềm một cửa chưa cập nhật tên đơn vị hành chính mới, giấy hẹn in sai tên xã",
            "Hồ sơ liên thông chuyển đi {n} ngày không thấy trạng thái, gọi hỏi mới biết bị trả",
            "Tài khoản của {n} công chức vẫn gắn với đơn vị cũ, không ký được văn bản",
            "Phần mềm hộ tịch báo lỗi khi nhập dữ liệu của {p}",
            "Báo cáo trên hai hệ thống lệch nhau {n} hồ sơ, chưa rõ nguyên nhân",
        ],
    ),
    topic(
        "chu_ky_so",
        9,
        &[
            "Công chức mới điều động chưa được cấp chữ ký số cá nhân, {n} hồ sơ chờ ký",
            "Chữ ký số của lãnh đạo còn chức danh cũ, văn bản phát hành bị trả lại",
            "USB ký số hết hạn, đã gửi hồ sơ gia hạn {n} ngày chưa có kết quả",
        ],
    ),
    topic(
        "nhan_luc",
        9,
        &[
            "Chưa có công chức phụ trách địa chính, xây dựng, {n} hồ sơ đất đai quá hẹn",
            "Thiếu {n} biên chế so với định biên, một người kiêm ba việc",
            "CBCC chưa quen việc cấp huyện chuyển về, đề nghị tập huấn tại {p}",
            "Công chức tư pháp nghỉ thai sản, chưa có người thay",
        ],
    ),
    topic(
        "to_chuc_chi_dao",
        5,
        &[
            "Nhiều nơi cùng giao một việc với thời hạn khác nhau, xã không rõ làm theo văn bản nào",
            "Lịch họp trực tuyến trùng giờ tiếp công dân, tuần qua trùng {n} buổi",
        ],
    ),
    topic(
        "tham_quyen",
        6,
        &[
            "Chưa rõ thẩm quyền cấp xã hay cấp tỉnh đối với {n} TTHC lĩnh vực xây dựng",
            "Văn bản ủy quyền ký chứng thực tại {p} hết hiệu lực, chưa có văn bản thay thế",
            "Việc xử phạt trật tự đô thị tại {p} chưa có hướng dẫn phân cấp",
        ],
    ),
    topic(
        "che_do_chinh_sach",
        7,
        &[
            "Hồ sơ chế độ của {n} người hoạt động KCT chưa chi trả xong",
            "Người nghỉ theo nghị định hỏi cách tính thời gian công tác, xã chưa có căn cứ trả lời",
            "Phụ cấp của trưởng thôn {p} chậm {n} tháng",
        ],
    ),
    topic(
        "giay_to",
        5,
        &[
            "Người dân đề nghị đính chính địa chỉ trên giấy tờ sau sáp nhập, mỗi ngày khoảng {n} lượt",
            "Giấy chứng nhận ghi tên TDP cũ, ngân hàng không nhận, {n} hộ tại {p} phản ánh",
        ],
    ),
    topic("dai_hoi", 2, &["Văn kiện, nhân sự đại hội của {n} chi bộ tại {p} chờ hướng dẫn sau sáp nhập"]),
    topic("khieu_nai_to_cao", 2, &[]),
    topic(
        "khac",
        3,
        &[
            "Rác thải tồn đọng tại {p} do chưa ký lại hợp đồng thu gom, đã {n} ngày",
            "Đường liên thôn {p} sạt lở {n} m, xe đưa thư không vào được",
        ],
    ),
];

const PLACES: [&str; 10] = [
    "xã cũ",
    "phường cũ",
    "điểm làm việc số 2",
    "nhà văn hóa TDP 3",
    "trung tâm hành chính công",
    "khu Phố Cò",
    "xóm Tân Tiến",
    "thôn Hoà Bình",
    "tổ dân phố 12",
    "trạm y tế cũ",
];

const SINCE: [&str; 6] = [
    "",
    ", kéo dài từ tháng trước",
    ", đã báo qua điện thoại nhưng chưa xử lý",
    ", ảnh hưởng việc giải quyết hồ sơ đúng hạn",
    ", người dân phải đi lại nhiều lần",
    ", nhất là các ngày đầu tuần và cuối tháng",
];

const MORE: [&str; 6] = [
    "",
    ". Xã đã chủ động khắc phục tạm thời nhưng không bền",
    ". Đề nghị các sở, ngành sớm có ý kiến để xã thực hiện",
    ". UBND xã đã có văn bản báo cáo, gửi kèm hồ sơ giấy theo đường bưu điện",
    ". Nếu không giải quyết trong tháng sẽ ảnh hưởng chỉ tiêu CCHC của đơn vị",
    ". Việc này đã nêu tại giao ban nhưng chưa rõ đơn vị chủ trì",
];

pub(super) const PROPOSALS: [&str; 6] = [
    "Đề nghị bố trí kinh phí trong quý",
    "Đề nghị cử cán bộ xuống hỗ trợ trực tiếp",
    "Đề nghị có văn bản hướng dẫn thống nhất",
    "Đề nghị cấp bổ sung trong tuần",
    "Đề nghị cập nhật danh mục trên phần mềm",
    "Đề nghị cho phép xã chủ động thuê ngoài",
];

pub(super) const ASKS: [&str; 5] = [
    "Đề nghị xã gửi số lượng cụ thể và hình ảnh hiện trạng.",
    "Đề nghị bổ sung danh sách người cần cấp, kèm chức vụ mới.",
    "Đề nghị cho biết đã làm việc với nhà mạng nào, thời điểm mất kết nối.",
    "Đề nghị nêu rõ vướng ở quy định nào, văn bản số mấy.",
    "Đề nghị xã xác nhận phạm vi, số hộ bị ảnh hưởng.",
];

pub(super) const REPLIES: [&str; 4] = [
    "Xã đã rà soát, số liệu như trong phiếu, hồ sơ giấy gửi theo đường bưu điện.",
    "Đã bổ sung danh sách, đề nghị xem xét.",
    "Mất kết nối chủ yếu từ 8 giờ đến 10 giờ các ngày làm việc.",
    "Xã xác nhận nội dung, chưa có vướng mắc mới.",
];

pub(super) const ANSWERS: [&str; 5] = [
    "Đã giao đơn vị cung cấp khắc phục, đề nghị xã theo dõi và xác nhận.",
    "Thực hiện theo văn bản hướng dẫn số 00/HD-SNV (mẫu), phần II mục 3.",
    "Đã cấp bổ sung, nhận tại Văn phòng trong giờ hành chính.",
    "Việc này thuộc thẩm quyền của xã theo quy định về phân cấp, đề nghị chủ động thực hiện.",
    "Đã tổng hợp vào dự toán điều chỉnh, dự kiến phân bổ trong tháng sau.",
];

pub(super) const COMMENTS: [&str; 4] = [
    "Đã gọi điện trao đổi với cán bộ phụ trách của xã.",
    "Các xã lân cận cũng phản ánh tương tự.",
    "Đơn vị phối hợp thống nhất phương án của đơn vị chủ trì.",
    "Đề nghị ưu tiên vì đang vào đợt cao điểm hồ sơ.",
];

pub(super) fn pick(dice: &mut DemoDice, from: &[&'static str]) -> &'static str {
    let place = usize::try_from(dice.below(from.len() as u64)).unwrap_or(0);
    from[place]
}

/// What is difficult, in 20 to 300 characters as people type it: one in eight without accents, one in twelve in NFD.
pub(super) fn subject(dice: &mut DemoDice, topic: &Topic) -> String {
    if topic.subjects.is_empty() {
        let mut count = || 1 + dice.below(40);
        return format!("{:02} / 2026: {}; {}; {}; {:03}", count() % 12 + 1, count(), count(), count(), count());
    }
    let number = (2 + dice.below(28)).to_string();
    let place = pick(dice, &PLACES);
    let said = pick(dice, topic.subjects).replace("{n}", &number).replace("{p}", place);
    let text = format!("{said}{}{}", pick(dice, &SINCE), pick(dice, &MORE));
    match dice.below(24) {
        0..=2 => without_accents(&text),
        3..=4 => text.nfd().collect(),
        _ => text,
    }
}

fn without_accents(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c));
    plain
        .map(|c| {
            if c == 'đ' {
                'd'
            } else if c == 'Đ' {
                'D'
            } else {
                c
            }
        })
        .collect()
}
