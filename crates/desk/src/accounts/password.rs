//! Passwords: which are taken, how they are kept, and the ones that are drawn.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use hopluu_model::text::search_key;

use super::words;
use crate::Refusal;

/// Fewer characters can be tried out.
const SHORTEST: usize = 10;
/// More only make work for the machine.
const LONGEST: usize = 128;
/// Memory of one hash in KiB: two at once still fit a weak box.
const MEMORY_KIB: u32 = 19 * 1_024;
/// Rounds over that memory.
const ROUNDS: u32 = 2;
/// Bytes of salt.
pub(crate) const SALT_LEN: usize = 16;
/// Letters and digits that nobody mistakes for another, on paper or on the telephone.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// The first that anybody tries, as they are compared: lower case, without accents and signs.
const WORN_OUT: [&str; 14] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "0987654321",
    "1234512345",
    "1122334455",
    "qwertyuiop",
    "password12",
    "password123",
    "matkhau123",
    "matkhau1234",
    "admin12345",
    "vietnam123",
    "hopluu1234",
];

/// Brings a typed password into one form, whichever way the keyboard writes accents.
pub(crate) fn normalise(typed: &str) -> String {
    let typed: String = typed.chars().take(4 * LONGEST).collect();
    hopluu_model::text::normalise(&typed)
}

/// Whether people may choose it.
pub(crate) fn check(password: &str, name: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    let (plain, name) = (search_key(password).replace(' ', ""), search_key(name).replace(' ', ""));
    let first = password.chars().next();
    let one_sign = password.chars().all(|c| Some(c) == first);
    let named = name.chars().count() > 2 && plain.contains(&name);
    let worn_out = WORN_OUT.contains(&plain.as_str());
    if !(SHORTEST..=LONGEST).contains(&length) || one_sign || named || worn_out {
        return Err(words::bad_password());
    }
    Ok(())
}

/// The form in which a password is kept: argon2id, with its parameters and its salt.
pub(crate) fn hash(password: &str, salt: &[u8; SALT_LEN]) -> Option<String> {
    let params = Params::new(MEMORY_KIB, ROUNDS, 1, None).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hashed: PasswordHash = argon.hash_password_with_salt(password.as_bytes(), salt).ok()?;
    Some(hashed.to_string())
}

/// Whether a password is the one that is kept; the parameters are those of its own time.
pub(crate) fn is_right(password: &str, kept: &str) -> bool {
    let kept = PasswordHash::new(kept);
    kept.is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
}

/// Draws so many letters, in groups of four: `K7RM-P2XD`.
pub(crate) fn draw(letters: usize, mut random: impl FnMut() -> [u8; 32]) -> String {
    let fair = u8::try_from(256 / LETTERS.len() * LETTERS.len()).unwrap_or(u8::MAX);
    let mut drawn = String::new();
    let mut left = letters;
    while left > 0 {
        for byte in random().into_iter().filter(|byte| *byte < fair).take(left) {
            if left < letters && left.is_multiple_of(4) {
                drawn.push('-');
            }
            drawn.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            left -= 1;
        }
    }
    drawn
}

/// What is compared of a drawn text: people type it in small letters, and with other signs between.
pub(crate) fn letters(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_with_its_parameters_and_found_again_however_it_is_typed() {
        let kept = hash(&normalise("hoa sữa nở sớm"), &[3; SALT_LEN]).expect("sound parameters");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let decomposed = "hoa su\u{31b}\u{303}a nơ\u{309} sơ\u{301}m";
        assert!(is_right(&normalise(decomposed), &kept) && !is_right("hoa sua no som", &kept));
        assert!(!is_right("hoa sữa nở sớm", "no hash"), "a damaged record signs nobody in");
    }

    #[test]
    fn what_is_tried_first_is_not_taken() {
        for bad in ["", "ngắn quá", "1234567890", "Mật khẩu 123", "aaaaaaaaaaaa", "Lan Anh 2026!!", &"a1".repeat(65)]
        {
            assert!(check(bad, "lan anh").is_err(), "{bad}");
        }
        assert_eq!(check("trời hôm nay nhiều mây", "lan anh"), Ok(()));
    }

    #[test]
    fn drawn_texts_have_no_look_alikes_and_are_compared_as_people_type_them() {
        let mut byte = 0u8;
        let mut random = || {
            std::array::from_fn(|_| {
                byte = byte.wrapping_add(37);
                byte
            })
        };
        let drawn = draw(8, &mut random);
        assert_eq!((drawn.len(), drawn.as_bytes()[4]), (9, b'-'));
        assert_eq!(draw(12, &mut random).split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
        assert!(!drawn.contains(['0', 'O', '1', 'I', 'L']));
        assert_eq!(letters(&format!(" {} ", drawn.to_lowercase().replace('-', " "))), drawn.replace('-', ""));
    }
}
