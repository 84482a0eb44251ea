//! What lists and pages say about each sort of clash.

use super::clash::{ClashKind, Said};
use crate::record::Field;
use crate::rules;

/// Slug, what is wrong and what to do (Vietnamese, English), what follows from the choice (Vietnamese, English).
type Row = (&'static str, [&'static str; 2], [&'static str; 2]);

impl ClashKind {
    /// The name by which it is read; `same_field:households` for a field.
    #[must_use]
    pub fn slug(self) -> String {
        match self {
            Self::SameField(field) => format!("same_field:{field}"),
            kind => kind.row().0.to_owned(),
        }
    }

    /// Finds a sort by its name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        match slug.strip_prefix("same_field:") {
            Some(field) => Field::from_slug(field).map(Self::SameField),
            None => ROWS.iter().find(|(_, row)| row.0 == slug).map(|(kind, _)| *kind),
        }
    }

    /// All sorts that are not about one field.
    pub fn sorts() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|(kind, _)| *kind)
    }

    /// What the list of clashes says.
    #[must_use]
    pub fn text(self) -> Said {
        let [vi, en] = self.row().1;
        match self {
            Self::SameField(field) => {
                Said::new(format!("{}: {vi}", rules::label(field)), format!("{}: {en}", rules::label_en(field)))
            }
            _ => Said::new(vi, en),
        }
    }

    /// What follows from choosing one option.
    #[must_use]
    pub fn consequence(self) -> Said {
        let [vi, en] = self.row().2;
        Said::new(vi, en)
    }

    fn row(self) -> Row {
        match self {
            Self::SameField(Field::VOID) => MISTAKE,
            _ => ROWS.iter().find(|(kind, _)| *kind == self).map_or(SAME_FIELD, |(_, row)| *row),
        }
    }
}

/// The sorts that are not about one field.
const ROWS: &[(ClashKind, Row)] = &[
    (
        ClashKind::IssueReopened,
        (
            "issue_reopened",
            [
                "Phiếu vừa được mở lại, vừa được kết thúc. Đề nghị chọn một.",
                "The issue was reopened and ended at once. Choose one.",
            ],
            ["Phiếu ở trạng thái được chọn.", "The issue is in the state that is chosen."],
        ),
    ),
    (
        ClashKind::IssueRefused,
        (
            "issue_refused",
            [
                "Phiếu vừa bị trả lại hoặc coi là trùng, vừa đang được xử lý. Đề nghị chọn một.",
                "The issue was refused or called a double while others work on it. Choose one.",
            ],
            ["Phiếu ở trạng thái được chọn.", "The issue is in the state that is chosen."],
        ),
    ),
    (
        ClashKind::IssueLead,
        (
            "issue_lead",
            [
                "Phiếu được chuyển cho hai đơn vị chủ trì. Đề nghị chọn một đơn vị.",
                "The issue was given to two departments. Choose one.",
            ],
            [
                "Đơn vị được chọn chủ trì; đơn vị kia không còn phải trả lời.",
                "The chosen department leads; the other no longer has to answer.",
            ],
        ),
    ),
    (
        ClashKind::IssueCategory,
        (
            "issue_category",
            [
                "Phiếu được xếp vào hai lĩnh vực. Đề nghị chọn một lĩnh vực.",
                "The issue was put into two categories. Choose one.",
            ],
            [
                "Hạn xử lý tính theo lĩnh vực được chọn.",
                "The deadline is that of the category chosen; until then the stricter one holds.",
            ],
        ),
    ),
    (
        ClashKind::MergerOutcome,
        (
            "merger_outcome",
            [
                "Phương án sáp nhập vừa được thông qua, vừa bị dừng. Đề nghị chọn một.",
                "The merger was passed and stopped at once. Choose one.",
            ],
            [
                "Chọn thông qua: phương án có hiệu lực từ ngày đã định. Chọn dừng: các đơn vị giữ nguyên.",
                "Passed: it takes effect on its day. Stopped: the units stay as they are.",
            ],
        ),
    ),
    (
        ClashKind::MergerConsent,
        (
            "merger_consent",
            [
                "Kết quả lấy ý kiến vừa ghi đạt, vừa ghi không đạt. Đề nghị chọn một.",
                "The households' opinion was recorded as a majority and as none. Choose one.",
            ],
            [
                "Chọn đạt: có thể thông qua. Chọn không đạt: phương án dừng ở đây.",
                "A majority: it can be passed. None: it ends here.",
            ],
        ),
    ),
    (
        ClashKind::MergerTerms,
        (
            "merger_terms",
            [
                "Phương án được thông qua hai lần với nội dung khác nhau. Đề nghị chọn một.",
                "The merger was passed twice on different terms. Choose one.",
            ],
            ["Số văn bản và ngày hiệu lực được chọn sẽ áp dụng.", "The document and the day that are chosen hold."],
        ),
    ),
    (
        ClashKind::MergerSources,
        (
            "merger_sources",
            [
                "Danh sách đơn vị đã thay đổi sau khi lấy ý kiến hoặc thông qua. Đề nghị xác nhận.",
                "The list of units changed after households were asked or it was passed. Confirm it.",
            ],
            [
                "Phương án áp dụng cho danh sách hiện nay. Nếu không đúng, sửa lại danh sách trước khi xác nhận.",
                "It holds for the list as it is now. If that is wrong, mend the list before confirming.",
            ],
        ),
    ),
    (
        ClashKind::UnitTwice,
        (
            "unit_twice",
            [
                "Một đơn vị nằm trong hai phương án đã thông qua. Đề nghị chọn một phương án.",
                "One unit stands in two decisions that were passed. Choose one.",
            ],
            [
                "Phương án được chọn có hiệu lực; phương án kia không áp dụng, các đơn vị khác trong đó giữ nguyên.",
                "The chosen one takes effect; the other does not, and its other units stay as they are.",
            ],
        ),
    ),
    (
        ClashKind::MergerRing,
        (
            "merger_ring",
            [
                "Các phương án nhập vòng vào nhau. Đề nghị chọn một phương án.",
                "Mergers lead round in a ring. Choose one.",
            ],
            [
                "Phương án được chọn có hiệu lực; các phương án kia không áp dụng.",
                "The chosen one takes effect; the others do not.",
            ],
        ),
    ),
    (
        ClashKind::PostHolders,
        (
            "post_holders",
            [
                "Chức danh có nhiều người giữ hơn quy định. Đề nghị chọn người giữ chức danh.",
                "More people hold a post than may. Choose who holds it.",
            ],
            [
                "Người được chọn giữ chức danh; bố trí của người kia không được tính.",
                "The chosen one holds the post; the other's holding does not count.",
            ],
        ),
    ),
    (
        ClashKind::LeaverHolds,
        (
            "leaver_holds",
            [
                "Người đã nghỉ vẫn được bố trí chức danh. Đề nghị chọn nội dung đúng.",
                "Somebody who left holds a post later. Choose what is right.",
            ],
            [
                "Chọn nghỉ: bố trí chức danh không được tính. Chọn bố trí: việc nghỉ không được tính.",
                "Left: the holding does not count. Holds: the leaving does not count.",
            ],
        ),
    ),
    (
        ClashKind::LeaverTwice,
        (
            "leaver_twice",
            [
                "Một người có hai hồ sơ nghỉ khác ngày hoặc khác lý do. Đề nghị chọn hồ sơ đúng.",
                "One person left twice, on other days or for other reasons. Choose what is right.",
            ],
            [
                "Ngày nghỉ và lý do được chọn sẽ tính; cho đến lúc đó tính theo ngày sớm hơn.",
                "The day and the reason that are chosen hold; until then the earlier day does.",
            ],
        ),
    ),
    (
        ClashKind::PersonTwice,
        (
            "person_twice",
            [
                "Hai hồ sơ cùng tên, cùng nhóm. Đề nghị xác định là một người hay hai người.",
                "Two records have one name and one category. Say whether they are one person or two.",
            ],
            [
                "Một người: chức danh và hồ sơ nghỉ của bản trùng tính cho hồ sơ được giữ. Hai người: mỗi hồ sơ tính riêng.",
                "One person: what the double holds, and its leaving, count for the record kept. Two: each counts by itself.",
            ],
        ),
    ),
    (
        ClashKind::SiteFunction,
        (
            "site_function",
            [
                "Một chức năng được bố trí ở hai trụ sở. Đề nghị chọn một trụ sở.",
                "One function is in two buildings. Choose one.",
            ],
            ["Chức năng đặt tại trụ sở được chọn.", "The function is in the building that is chosen."],
        ),
    ),
];

const SAME_FIELD: Row = (
    "same_field",
    ["Hai nơi ghi khác nhau. Chọn nội dung đúng.", "Two offices wrote it differently. Choose what is right."],
    [
        "Nội dung được chọn là nội dung đúng; nội dung kia vẫn còn trong lịch sử.",
        "What is chosen holds; the other stays in the history.",
    ],
);

const MISTAKE: Row = (
    "same_field",
    [
        "Một nơi bỏ mục này vì nhập nhầm, nơi khác vẫn ghi vào hoặc dùng đến. Chọn bỏ hay giữ.",
        "One office called this a mistake while another wrote of it or used it. Choose whether it goes or stays.",
    ],
    [
        "Chọn bỏ: mục không còn trong danh sách và tổng hợp. Chọn giữ: mục vẫn như cũ. Lịch sử giữ cả hai.",
        "If it goes, no list and no sum has it; if it stays, it is as it was. The history keeps both.",
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Does not compile when there is a new sort: it needs a row above, and one more here.
    fn how_many(kind: ClashKind) -> usize {
        match kind {
            ClashKind::IssueReopened
            | ClashKind::IssueRefused
            | ClashKind::IssueLead
            | ClashKind::IssueCategory
            | ClashKind::MergerOutcome
            | ClashKind::MergerConsent
            | ClashKind::MergerTerms
            | ClashKind::MergerSources
            | ClashKind::UnitTwice
            | ClashKind::MergerRing
            | ClashKind::PostHolders
            | ClashKind::LeaverHolds
            | ClashKind::LeaverTwice
            | ClashKind::PersonTwice
            | ClashKind::SiteFunction
            | ClashKind::SameField(_) => 15,
        }
    }

    #[test]
    fn every_sort_is_found_by_its_name() {
        assert_eq!(ClashKind::sorts().count(), how_many(ClashKind::UnitTwice));
        for kind in ClashKind::sorts().chain([ClashKind::SameField(Field::STAGE)]) {
            assert_eq!(ClashKind::from_slug(&kind.slug()), Some(kind));
        }
        assert_eq!(
            ClashKind::SameField(Field::STAGE).text().vi,
            "Giai đoạn: Hai nơi ghi khác nhau. Chọn nội dung đúng."
        );
        assert_eq!(ClashKind::from_slug("same_field"), None);
    }
}
