//! Admission: whether a change counts. A function of the roster and the change, never of arrival.
//!
//! The caller has checked the signature and that the change attaches to its author's chain, and sees to it
//! that all parents are admitted.

use hopluu_model::{ActorId, CollectionId, DeviceId, DocId, DocKind, Side, Tip};
use serde::{Deserialize, Serialize};

use crate::entry::Enrolled;
use crate::key::{actor_prefix, prefix_of};
use crate::notice::Notice;
use crate::provisional::Provisional;
use crate::roster::Roster;

/// Whose change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// The device that must have signed it.
    pub device: DeviceId,
    /// Its side, which folds go by.
    pub side: Side,
    /// Whether the roster has confirmed the device.
    pub confirmed: bool,
}

/// Why a change does not count. Lasting until the roster changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum Refused {
    /// No device in the roster has this author.
    #[error("the author is not in the roster")]
    UnknownAuthor,
    /// A commune's device wrote another commune's collection.
    #[error("the device may not write this collection")]
    OutOfScope,
    /// A commune's device wrote the province's collection.
    #[error("only the province may write its collection")]
    ProvinceOnly,
    /// The collection is not in the roster.
    #[error("the collection is not in the roster")]
    UnknownCollection,
    /// Such a document does not exist in such a collection.
    #[error("there is no such document in this collection")]
    NoSuchDocument,
    /// Issues of this year are not open.
    #[error("the year is not open")]
    YearNotOpen,
    /// The device is revoked, and this lies behind the cut.
    #[error("the device was revoked before this change")]
    AfterCut,
    /// The device is revoked, and the cut names another change at this place.
    #[error("the revocation names another change at this place")]
    OffCut,
    /// A ruling decided this fork for the other change.
    #[error("a ruling decided for another change")]
    Overruled,
}

impl Refused {
    /// All reasons, by code.
    pub const ALL: [Self; 9] = [
        Self::UnknownAuthor,
        Self::OutOfScope,
        Self::ProvinceOnly,
        Self::UnknownCollection,
        Self::NoSuchDocument,
        Self::YearNotOpen,
        Self::AfterCut,
        Self::OffCut,
        Self::Overruled,
    ];

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.notice().code == code)
    }

    /// What to tell the person whose edit it is.
    #[must_use]
    pub const fn notice(self) -> Notice {
        match self {
            Self::UnknownAuthor => Notice::new(
                1,
                "author-unknown",
                "Máy này chưa có trong danh bạ của tỉnh. Hãy đăng ký máy bằng mã mời.",
                "This machine is not in the province's roster. Enrol it with an invitation.",
            ),
            Self::OutOfScope => Notice::new(
                2,
                "out-of-scope",
                "Máy này không được ghi vào hồ sơ của xã khác. Hãy gửi nội dung cho xã phụ trách.",
                "This machine may not write another commune's records. Send it to the commune in charge.",
            ),
            Self::ProvinceOnly => Notice::new(
                3,
                "province-only",
                "Chỉ bàn tỉnh được ghi vào hồ sơ này. Hãy gửi kiến nghị lên tỉnh.",
                "Only the province desk writes here. Raise it with the province as an issue.",
            ),
            Self::UnknownCollection => Notice::new(
                4,
                "collection-unknown",
                "Bộ hồ sơ này chưa có trong danh bạ. Hãy báo bàn tỉnh bổ sung.",
                "This collection is not in the roster. Ask the province desk to add it.",
            ),
            Self::NoSuchDocument => Notice::new(
                5,
                "document-unknown",
                "Bộ hồ sơ này không có loại hồ sơ đó. Hãy cập nhật chương trình rồi thử lại.",
                "This collection has no such document. Update the program and try again.",
            ),
            Self::YearNotOpen => Notice::new(
                6,
                "year-not-open",
                "Năm này chưa được mở. Hãy kiểm tra ngày của máy hoặc đề nghị bàn tỉnh mở năm.",
                "This year is not open. Check the machine's date or ask the province desk to open the year.",
            ),
            Self::AfterCut => Notice::new(
                7,
                "device-revoked",
                "Máy đã bị thu hồi quyền trước khi ghi nội dung này. Hãy đăng ký lại và nhập lại nội dung.",
                "The machine was revoked before this was written. Enrol again and enter it anew.",
            ),
            Self::OffCut => Notice::new(
                8,
                "off-the-cut",
                "Nội dung này khác với bản mà tỉnh đã xác nhận khi thu hồi máy. Hãy nhập lại từ máy khác.",
                "This differs from what the province kept when the machine was revoked. Enter it anew elsewhere.",
            ),
            Self::Overruled => Notice::new(
                9,
                "overruled",
                "Hai bản ghi trùng số; tỉnh đã giữ bản kia. Nội dung này được tự động ghi lại dưới số mới.",
                "Two changes had one number and the province kept the other. This one is written again by itself.",
            ),
        }
    }
}

/// Decides whether a change counts, and whose it is.
///
/// # Errors
/// The first reason that speaks against it, in the order of [`Refused::ALL`].
pub fn admit(
    roster: &Roster,
    provisional: &Provisional,
    doc: &DocId,
    actor: &ActorId,
    tip: &Tip,
) -> Result<Admitted, Refused> {
    let (device, confirmed) = author(roster, provisional, actor).ok_or(Refused::UnknownAuthor)?;
    in_scope(roster, device, doc)?;
    within_cut(roster, &device.key, (doc, actor), tip)?;
    match roster.ruling(doc, actor, tip.seq) {
        Some(keep) if keep != tip.hash => Err(Refused::Overruled),
        Some(_) | None => Ok(Admitted { device: device.key, side: device.side, confirmed }),
    }
}

/// The device, confirmed or waiting, that an actor belongs to, and whether it is confirmed.
#[must_use]
pub fn author<'a>(roster: &'a Roster, provisional: &'a Provisional, actor: &ActorId) -> Option<(&'a Enrolled, bool)> {
    by_prefix(roster, provisional, &prefix_of(actor))
}

/// The standing of a device: what it may write, and whether it is confirmed. Revoked devices have none.
#[must_use]
pub fn standing<'a>(
    roster: &'a Roster,
    provisional: &'a Provisional,
    device: &DeviceId,
) -> Option<(&'a Enrolled, bool)> {
    let found = by_prefix(roster, provisional, &actor_prefix(device))?;
    (found.0.key == *device && !roster.is_revoked(device)).then_some(found)
}

/// How much of a collection a device may subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Nothing,
    /// The bulletin only: a commune in the province's collection.
    Bulletin,
    /// Every document.
    Everything,
}

/// Tells how much of a collection a device may read; revoked and unknown devices read nothing.
#[must_use]
pub fn may_read(roster: &Roster, provisional: &Provisional, device: &DeviceId, collection: &CollectionId) -> Access {
    let Some((device, _)) = standing(roster, provisional, device) else { return Access::Nothing };
    match device.side {
        Side::Province => Access::Everything,
        Side::Commune if device.collection == *collection => Access::Everything,
        Side::Commune if is_province(roster, collection) => Access::Bulletin,
        Side::Commune => Access::Nothing,
    }
}

/// Tells whether a device may read one document.
#[must_use]
pub fn may_read_doc(roster: &Roster, provisional: &Provisional, device: &DeviceId, doc: &DocId) -> bool {
    match may_read(roster, provisional, device, &doc.collection) {
        Access::Nothing => false,
        Access::Bulletin => doc.kind == DocKind::Bulletin,
        Access::Everything => true,
    }
}

fn by_prefix<'a>(roster: &'a Roster, provisional: &'a Provisional, prefix: &[u8; 8]) -> Option<(&'a Enrolled, bool)> {
    match roster.device_by_prefix(prefix) {
        Some(device) => Some((device, true)),
        None => provisional.by_prefix(roster, prefix).map(|device| (&device.enrolled, false)),
    }
}

fn is_province(roster: &Roster, collection: &CollectionId) -> bool {
    roster.province().is_some_and(|province| province.collection == *collection)
}

fn in_scope(roster: &Roster, device: &Enrolled, doc: &DocId) -> Result<(), Refused> {
    let of_province = is_province(roster, &doc.collection);
    match device.side {
        Side::Commune if of_province => return Err(Refused::ProvinceOnly),
        Side::Commune if doc.collection != device.collection => return Err(Refused::OutOfScope),
        Side::Commune | Side::Province => {}
    }
    if !of_province && roster.collection(&doc.collection).is_none() {
        return Err(Refused::UnknownCollection);
    }
    match doc.kind {
        DocKind::Register | DocKind::People if of_province => Err(Refused::NoSuchDocument),
        DocKind::Register | DocKind::People => Ok(()),
        DocKind::Bulletin => of_province.then_some(()).ok_or(Refused::NoSuchDocument),
        DocKind::Issues(year) => roster.is_open(year).then_some(()).ok_or(Refused::YearNotOpen),
    }
}

fn within_cut(roster: &Roster, device: &DeviceId, chain: (&DocId, &ActorId), tip: &Tip) -> Result<(), Refused> {
    if !roster.is_revoked(device) {
        return Ok(());
    }
    match roster.cut(device, chain.0, chain.1) {
        Some(cut) if tip.seq < cut.seq || cut == *tip => Ok(()),
        Some(cut) if tip.seq == cut.seq => Err(Refused::OffCut),
        Some(_) | None => Err(Refused::AfterCut),
    }
}
