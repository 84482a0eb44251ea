//! Secrets as text that people scan, paste or, if need be, type.
//!
//! A kind and version (`HL1` invitation, `HLR1` relay ticket), then groups of five characters of Crockford's
//! base32: bytes with a checksum of four. Read without regard to case, spaces, line breaks and dashes, and to
//! the characters people mix up (O and 0, I, L and 1, U and V). All characters fit a QR code's short alphabet.

use data_encoding::{Encoding, Specification};
use serde::{Serialize, de::DeserializeOwned};

use crate::key::{sha256, statement};
use crate::notice::Notice;

/// Longest text that is looked at.
pub const MAX_CHARACTERS: usize = 4096;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It does not begin like any text of ours.
    #[error("this text is neither an invitation nor a relay ticket")]
    Unknown,
    /// It is the other kind: a relay ticket where an invitation belongs, or the reverse.
    #[error("this text is of the other kind")]
    OtherKind,
    /// It was made by a newer program.
    #[error("this text has another version")]
    WrongVersion,
    /// It was mistyped or cut off: the checksum does not fit.
    #[error("the checksum of this text does not fit")]
    Typo,
    /// It was not made by this province's desk.
    #[error("this text is not signed by the province desk")]
    BadSignature,
    /// Its time is over, by the relay's clock.
    #[error("this text has expired")]
    Expired,
}

impl TextError {
    /// What to tell the person who typed it.
    #[must_use]
    pub const fn notice(self) -> Notice {
        match self {
            Self::Unknown => Notice::new(
                30,
                "text-unknown",
                "Đây không phải mã mời của Hợp Lưu. Mã mời bắt đầu bằng HL1; hãy dán lại toàn bộ.",
                "This is no Hợp Lưu invitation. It begins with HL1; paste all of it.",
            ),
            Self::OtherKind => Notice::new(
                31,
                "text-other-kind",
                "Nhầm loại mã: mã mời (HL1) dùng cho máy, mã trạm (HLR1) dùng khi bàn tỉnh nhận trạm chuyển tiếp.",
                "Wrong kind of text: HL1 enrols a machine, HLR1 is for the province desk to claim a relay.",
            ),
            Self::WrongVersion => Notice::new(
                32,
                "text-version",
                "Mã này do phiên bản khác tạo ra. Hãy cập nhật chương trình rồi nhập lại.",
                "Another version of the program made this text. Update the program and enter it again.",
            ),
            Self::Typo => Notice::new(
                33,
                "text-typo",
                "Mã bị nhập sai hoặc thiếu ký tự. Hãy so lại từng nhóm rồi nhập lại.",
                "The text has a wrong or missing character. Compare it group by group and enter it again.",
            ),
            Self::BadSignature => Notice::new(
                34,
                "text-signature",
                "Mã mời không phải do bàn tỉnh này cấp. Đừng dùng; hãy gọi bàn tỉnh để hỏi.",
                "This province desk did not make the invitation. Do not use it; call the province desk.",
            ),
            Self::Expired => Notice::new(
                35,
                "text-expired",
                "Mã mời đã hết hạn. Hãy xin bàn tỉnh cấp mã mới.",
                "The invitation has expired. Ask the province desk for a new one.",
            ),
        }
    }
}

/// Which kind of text; each has its own beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invitation,
    RelayTicket,
}

impl Kind {
    const fn beginning(self) -> &'static str {
        match self {
            Self::Invitation => "HL",
            Self::RelayTicket => "HLR",
        }
    }
}

/// Writes a value as text: beginning, version, then groups of five.
pub(crate) fn write(kind: Kind, value: &impl Serialize) -> String {
    let mut bytes =
        postcard::to_extend(value, vec![PAYLOAD_VERSION]).expect("texts hold nothing postcard cannot write");
    bytes.extend_from_slice(&checksum(kind, &bytes));
    let mut text = format!("{}{TEXT_VERSION}", kind.beginning());
    for (place, character) in base32().encode(&bytes).chars().enumerate() {
        if place % GROUP == 0 {
            text.push('-');
        }
        text.push(character);
    }
    text
}

/// Reads what [`write`] wrote and people have handled since.
pub(crate) fn read<T: DeserializeOwned>(kind: Kind, text: &str) -> Result<T, TextError> {
    if text.len() > MAX_CHARACTERS {
        return Err(TextError::Unknown);
    }
    let canonical: String = text.chars().filter(|character| !is_separator(*character)).map(canonical).collect();
    // `HL` has become `H1`: the beginning is as tolerant as the rest.
    let rest = canonical.strip_prefix("H1").ok_or(TextError::Unknown)?;
    let (found, rest) = match rest.strip_prefix('R') {
        Some(rest) => (Kind::RelayTicket, rest),
        None => (Kind::Invitation, rest),
    };
    match rest.chars().next() {
        Some(version) if version.is_ascii_digit() && found != kind => return Err(TextError::OtherKind),
        Some(TEXT_VERSION) => {}
        Some(version) if version.is_ascii_digit() => return Err(TextError::WrongVersion),
        Some(_) | None => return Err(TextError::Unknown),
    }
    let bytes = base32().decode(&rest.as_bytes()[1..]).map_err(|_| TextError::Typo)?;
    let (bytes, sum) = bytes.split_last_chunk::<4>().ok_or(TextError::Typo)?;
    if checksum(kind, bytes) != *sum {
        return Err(TextError::Typo);
    }
    let (&[PAYLOAD_VERSION], payload) = bytes.split_first_chunk::<1>().ok_or(TextError::Typo)? else {
        return Err(TextError::WrongVersion);
    };
    // A good checksum over something else: a newer program wrote more than this one can read.
    let Ok((value, [])) = postcard::take_from_bytes(payload) else { return Err(TextError::WrongVersion) };
    Ok(value)
}

const TEXT_VERSION: char = '1';
const PAYLOAD_VERSION: u8 = 1;
const GROUP: usize = 5;

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '.' | '_' | '\u{200b}' | '\u{feff}')
}

fn canonical(character: char) -> char {
    match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        'U' => 'V',
        other => other,
    }
}

fn base32() -> Encoding {
    let mut crockford = Specification::new();
    crockford.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    crockford.encoding().expect("thirty-two different symbols make a base32")
}

fn checksum(kind: Kind, bytes: &[u8]) -> [u8; 4] {
    let sum = sha256(&statement("text", &[kind.beginning().as_bytes(), b"\0", bytes]));
    let mut short = [0; 4];
    short.copy_from_slice(&sum[..4]);
    short
}
