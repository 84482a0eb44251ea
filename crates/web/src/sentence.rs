//! The four true sentences.

use hopluu_view::query::Sentence;

use crate::Words;
use crate::page::Page;

/// How far a record has travelled, as every list and page says it.
#[must_use]
pub fn sentence(sentence: &Sentence) -> Words {
    match sentence {
        Sentence::Saved => Words::new("Đã lưu tại máy này", "saved here"),
        Sentence::AtRelay => Words::new("Đã gửi đi, chờ tỉnh nhận", "at the relay"),
        Sentence::AtProvince => Words::new("Tỉnh đã nhận", "at the province"),
        Sentence::Seen => Words::new("Tỉnh đã xem", "seen"),
        Sentence::Refused { text, .. } => {
            Words::new(format!("Không được chấp nhận: {text}"), format!("refused: {text}"))
        }
    }
}

/// The sentence in the language of a page.
pub(crate) fn said(page: &Page, of: &Sentence) -> String {
    let words = sentence(of);
    page.pick(words.vi, words.en)
}

/// How many of the four steps are done.
pub(crate) fn steps(of: &Sentence) -> u8 {
    match of {
        Sentence::Refused { .. } => 0,
        Sentence::Saved => 1,
        Sentence::AtRelay => 2,
        Sentence::AtProvince => 3,
        Sentence::Seen => 4,
    }
}

/// Whether it was not accepted.
pub(crate) fn refused(of: &Sentence) -> bool {
    matches!(of, Sentence::Refused { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why() {
        let refused = Sentence::Refused { code: "8".into(), text: "thiết bị đã bị thu hồi".into() };
        assert_eq!(sentence(&refused).vi, "Không được chấp nhận: thiết bị đã bị thu hồi");
        assert_eq!(sentence(&Sentence::Saved).vi, "Đã lưu tại máy này");
    }
}
