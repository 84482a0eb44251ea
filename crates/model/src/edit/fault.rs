//! What can be wrong with what was typed, in words for the program and for people.

use crate::record::Field;
use crate::rules;

/// One thing wrong with what was typed. What concerns the whole form stands at `state`, the account at `person`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", rules::label_en(*field))]
pub struct Fault {
    /// The field that must be mended.
    pub field: Field,
    /// What is wrong with it.
    pub what: FaultKind,
}

impl Fault {
    /// What is wrong and how to mend it, in Vietnamese.
    #[must_use]
    pub fn vi(&self) -> String {
        format!("{}: {}", rules::label(self.field), self.what.vi())
    }
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Nothing was typed.
    #[error("must not be empty")]
    Missing,
    /// Too many characters.
    #[error("longer than {0} characters")]
    TooLong(usize),
    /// Not one of the values allowed.
    #[error("not one of the values allowed")]
    Unknown,
    /// A name that several records bear.
    #[error("names more than one record")]
    Several,
    /// A number out of its bounds.
    #[error("must lie between {0} and {1}")]
    OutOfRange(i64, i64),
    /// Names the record itself, or the same one twice.
    #[error("names the same record twice")]
    Repeated,
    /// Too few were named.
    #[error("names fewer than {0}")]
    TooFew(usize),
    /// Too many were named.
    #[error("names more than {0}")]
    TooMany(usize),
    /// A character that no form produces.
    #[error("contains control characters")]
    Control,
    /// Another shape than the field has.
    #[error("does not have the shape of this field")]
    Malformed,
    /// Records or events of this kind have no such field.
    #[error("is no field of such a record")]
    NoSuchField,
    /// It was written once and never changes.
    #[error("cannot be changed any more")]
    Fixed,
    /// This kind of record or event belongs to another document.
    #[error("belongs to another document")]
    OtherDocument,
    /// Only the other side (commune or province) may do this.
    #[error("is for the other side")]
    OtherSide,
    /// Somebody with another role must do this.
    #[error("is for another role")]
    OtherRole,
    /// Holds letters where only numbers may stand.
    #[error("may hold numbers only")]
    NumbersOnly,
    /// Holds a citizen number, which is never stored.
    #[error("holds a citizen number")]
    CitizenNumber,
    /// All that was typed together is too much for one edit.
    #[error("is too much for one edit; split it")]
    TooMuch,
}

impl FaultKind {
    /// What is wrong and how to mend it, in Vietnamese.
    #[must_use]
    pub fn vi(self) -> String {
        let fixed = match self {
            Self::TooLong(most) => return format!("dài quá {most} ký tự, đề nghị viết ngắn hơn."),
            Self::OutOfRange(low, high) => return format!("đề nghị nhập số từ {low} đến {high}."),
            Self::TooFew(least) => return format!("đề nghị chọn ít nhất {least} mục."),
            Self::TooMany(most) => return format!("đề nghị chỉ chọn {most} mục."),
            Self::Missing => "chưa nhập, đề nghị bổ sung.",
            Self::Unknown => "không có trong danh mục, đề nghị chọn lại.",
            Self::Several => "có nhiều mục cùng tên, đề nghị ghi mã của mục.",
            Self::Repeated => "bị trùng, đề nghị chọn mỗi mục một lần.",
            Self::Control => "có ký tự lạ, đề nghị gõ lại.",
            Self::Malformed => "chưa đúng định dạng, đề nghị nhập lại.",
            Self::NoSuchField => "không có ở loại hồ sơ này.",
            Self::Fixed => "đã ghi thì không sửa được.",
            Self::OtherDocument => "thuộc hồ sơ khác.",
            Self::OtherSide => "thuộc thẩm quyền của cấp khác.",
            Self::OtherRole => "cần người có thẩm quyền thực hiện.",
            Self::NumbersOnly => "chỉ nhập số liệu, không nhập nội dung đơn thư.",
            Self::CitizenNumber => "có số định danh cá nhân, đề nghị xóa số này.",
            Self::TooMuch => "nội dung quá dài cho một lần ghi, đề nghị chia nhỏ.",
        };
        fixed.to_owned()
    }
}

/// All that is wrong with what was typed, in the order of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// What is wrong with one field, to be shown beside it.
    #[must_use]
    pub fn of(&self, field: Field) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.field == field)
    }
}
