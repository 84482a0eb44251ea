//! Why the roster does not take something.

use crate::entry::SignedHead;
use crate::notice::Notice;

/// Why entries were not taken. The roster is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// The desk vouched for two different histories. Nothing changes until people have looked.
    #[error("two histories at version {version}: somebody else holds the desk's key, or the desk was restored")]
    Alarm {
        /// The first version that differs, as far as can be told from what was sent.
        version: u64,
        /// The hash held here.
        ours: [u8; 32],
        /// The other hash.
        theirs: [u8; 32],
        /// The other head, as evidence.
        head: Box<SignedHead>,
    },
    /// The chain begins under another root.
    #[error("this roster belongs to another province")]
    Foreign,
    /// Entries between ours and theirs are missing; ask again from here.
    #[error("roster entries after version {have} are missing")]
    Gap {
        /// The version held.
        have: u64,
    },
    /// An entry cannot be read.
    #[error("roster entry {version} cannot be read")]
    Unreadable {
        /// Its expected number.
        version: u64,
    },
    /// The entries do not hold together, or the head is not theirs.
    #[error("roster entry {version} does not follow the one before")]
    Broken {
        /// Where it breaks.
        version: u64,
    },
    /// The head is not signed by the desk in force.
    #[error("the head of version {version} is not signed by the province desk")]
    HeadSignature {
        /// The head's version.
        version: u64,
    },
    /// A founding, desk or root entry lacks the root's signature.
    #[error("roster entry {version} is not signed by the root")]
    RootSignature {
        /// The entry's number.
        version: u64,
    },
    /// More entries than anybody sends at once.
    #[error("too many roster entries at once")]
    TooMany,
    /// The signer is not the desk (or root) in force.
    #[error("this key may not write the roster")]
    NotTheSigner,
    /// The desk was about to write an entry without the meant effect.
    #[error("the roster entry would not do what is meant")]
    Fault(#[source] Fault),
}

impl RosterError {
    /// Whether asking again (from [`crate::Roster::version`]) may help without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Gap { .. } | Self::Unreadable { .. } | Self::Broken { .. } => true,
            Self::Alarm { .. }
            | Self::Foreign
            | Self::HeadSignature { .. }
            | Self::RootSignature { .. }
            | Self::TooMany
            | Self::NotTheSigner
            | Self::Fault(_) => false,
        }
    }

    /// What to tell the person; `None` for what the machines settle among themselves.
    #[must_use]
    pub const fn notice(&self) -> Option<Notice> {
        match self {
            Self::Alarm { .. } => Some(Notice::new(
                70,
                "roster-alarm",
                "CẢNH BÁO: có hai danh bạ khác nhau cùng mang chữ ký bàn tỉnh. Chưa thay đổi gì; hãy gọi ngay bàn tỉnh.",
                "ALARM: two different rosters carry the province desk's signature. Nothing was changed; call the desk now.",
            )),
            Self::Foreign => Some(Notice::new(
                71,
                "roster-foreign",
                "Trạm này thuộc tỉnh khác. Hãy kiểm tra địa chỉ trạm hoặc hỏi bàn tỉnh.",
                "This relay belongs to another province. Check its address or ask the province desk.",
            )),
            Self::HeadSignature { .. } | Self::RootSignature { .. } => Some(Notice::new(
                72,
                "roster-signature",
                "Danh bạ nhận được không có chữ ký đúng của tỉnh nên không được dùng. Hãy báo bàn tỉnh.",
                "The roster that came is not signed by the province and is not used. Tell the province desk.",
            )),
            Self::NotTheSigner => Some(Notice::new(
                73,
                "roster-signer",
                "Máy này không được ghi vào danh bạ. Hãy làm việc này trên máy bàn tỉnh đang hoạt động.",
                "This machine may not write the roster. Do this on the province desk in charge.",
            )),
            Self::Fault(fault) => Some(fault.notice()),
            Self::Gap { .. } | Self::Unreadable { .. } | Self::Broken { .. } | Self::TooMany => None,
        }
    }
}

/// Why the desk may not append an entry: it would have no effect, or another one than meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A text or list exceeds the limits of an entry.
    #[error("a text or a list is too long for one entry")]
    TooLong,
    /// Only a founding may begin a roster, and only once.
    #[error("a province is founded by its first entry and never again")]
    Founding,
    /// This root was never promised.
    #[error("this is not the root that was promised")]
    NotPromised,
    /// The collection is not in the roster.
    #[error("the collection is not in the roster")]
    UnknownCollection,
    /// The device, or one with the same actor prefix, is already there.
    #[error("the device is already in the roster")]
    DeviceThere,
    /// The letter was given before in this collection.
    #[error("the office letter was given before")]
    LetterTaken,
    /// The invitation is already there.
    #[error("the invitation is already in the roster")]
    InvitationThere,
    /// The invitation is unknown, withdrawn, used, or for another collection or side.
    #[error("the invitation does not allow this")]
    InvitationUnfit,
    /// A commune device belongs to a commune's collection, a province device to the province's.
    #[error("side and collection do not go together")]
    WrongSide,
    /// The new cut lies below the one in force, or names another change at its height.
    #[error("a cut may only be raised")]
    CutLowered,
    /// The device belongs to the desk in force.
    #[error("the desk in force cannot be revoked")]
    DeskRevoked,
    /// The fork was decided before.
    #[error("the fork was decided before")]
    Decided,
}

impl Fault {
    /// What to tell the person at the desk.
    #[must_use]
    pub const fn notice(self) -> Notice {
        match self {
            Self::TooLong => TOO_LONG,
            Self::Founding => FOUNDING,
            Self::NotPromised => NOT_PROMISED,
            Self::UnknownCollection => UNKNOWN_COLLECTION,
            Self::DeviceThere => DEVICE_THERE,
            Self::LetterTaken => LETTER_TAKEN,
            Self::InvitationThere => INVITATION_THERE,
            Self::InvitationUnfit => INVITATION_UNFIT,
            Self::WrongSide => WRONG_SIDE,
            Self::CutLowered => CUT_LOWERED,
            Self::DeskRevoked => DESK_REVOKED,
            Self::Decided => DECIDED,
        }
    }
}

const TOO_LONG: Notice = Notice::new(
    80,
    "entry-too-long",
    "Nội dung quá dài. Hãy rút ngắn rồi thử lại.",
    "The text is too long. Shorten it and try again.",
);
const FOUNDING: Notice = Notice::new(
    81,
    "entry-founding",
    "Tỉnh đã được lập rồi, không thể lập lại.",
    "The province exists already and cannot be founded again. Go on with it as it is.",
);
const NOT_PROMISED: Notice = Notice::new(
    82,
    "entry-root",
    "Đây không phải khóa gốc kế tiếp đã cam kết. Hãy dùng đúng tờ từ khôi phục thứ hai.",
    "This is not the promised next root. Use the words of the second sheet.",
);
const UNKNOWN_COLLECTION: Notice = Notice::new(
    83,
    "entry-collection",
    "Xã này chưa có trong danh bạ. Hãy thêm xã trước.",
    "This commune is not in the roster. Add it first.",
);
const DEVICE_THERE: Notice = Notice::new(
    84,
    "entry-device",
    "Máy này đã có trong danh bạ. Hãy cài lại với khóa mới nếu chuyển xã.",
    "This machine is in the roster already. To move it, install it anew with a new key.",
);
const LETTER_TAKEN: Notice = Notice::new(
    85,
    "entry-letter",
    "Chữ cái này đã cấp cho một trụ sở khác. Hãy chọn chữ cái mới.",
    "This office letter was given before. Take a new one.",
);
const INVITATION_THERE: Notice = Notice::new(
    86,
    "entry-invitation",
    "Mã mời này đã có. Hãy tạo mã mới.",
    "This invitation exists already. Make a new one.",
);
const INVITATION_UNFIT: Notice = Notice::new(
    87,
    "entry-invitation-unfit",
    "Mã mời không dùng được: đã dùng, đã hủy hoặc không đúng xã. Hãy tạo mã mới.",
    "The invitation was used or withdrawn, or is for another commune. Make a new one.",
);
const WRONG_SIDE: Notice = Notice::new(
    88,
    "entry-side",
    "Máy của xã phải thuộc hồ sơ xã, máy của tỉnh thuộc hồ sơ tỉnh. Hãy chọn lại.",
    "A commune's machine belongs to its commune, the province's to the province. Choose again.",
);
const CUT_LOWERED: Notice = Notice::new(
    89,
    "entry-cut",
    "Mốc thu hồi chỉ được nâng lên. Hãy chọn mốc muộn hơn.",
    "A revocation's cut may only be raised. Choose a later one.",
);
const DESK_REVOKED: Notice = Notice::new(
    90,
    "entry-desk",
    "Không thể thu hồi bàn tỉnh đang hoạt động. Hãy lập bàn tỉnh mới trước.",
    "The desk in charge cannot be revoked. Set up a new desk first.",
);
const DECIDED: Notice = Notice::new(
    91,
    "entry-decided",
    "Trường hợp này đã được quyết định trước đó. Hãy xem lại quyết định trong danh bạ.",
    "This was decided before. See the ruling in the roster.",
);
