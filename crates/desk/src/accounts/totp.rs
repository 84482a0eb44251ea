//! The second factor of the province's accounts: six digits of a telephone, new every half minute (RFC 6238).

use data_encoding::BASE32_NOPAD;
use hopluu_model::Timestamp;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};

/// Bytes of a secret, as RFC 4226 recommends.
pub(crate) const SECRET_LEN: usize = 20;
/// Accepted are three steps; one more is remembered than can be accepted twice.
const REMEMBERED: usize = 4;

/// What the telephone and this machine share. It has no `Debug`, so that it gets into no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret {
    base32: String,
    /// Steps whose code was used: a code that was seen over a shoulder works no more. Told apart one by one and not by
    /// order, so that a clock that jumped ahead and back locks nobody out.
    #[serde(default)]
    used: Vec<u64>,
}

impl Secret {
    pub(crate) fn new(bytes: [u8; SECRET_LEN]) -> Self {
        Self { base32: BASE32_NOPAD.encode(&bytes), used: Vec::new() }
    }

    /// For typing into a telephone.
    pub(crate) fn text(&self) -> &str {
        &self.base32
    }

    fn totp(&self) -> Option<Totp> {
        let bytes = BASE32_NOPAD.decode(self.base32.as_bytes()).ok()?;
        Builder::new().with_secret(bytes).build().ok()
    }

    /// Whether a typed code is right now; every code is right once.
    pub(crate) fn take(&mut self, typed: &str, wall: Timestamp) -> bool {
        let digits: String = typed.chars().filter(char::is_ascii_digit).take(7).collect();
        let seconds = u64::try_from(wall.0.div_euclid(1_000)).unwrap_or(0);
        let step = self.totp().and_then(|totp| totp.check(&digits, seconds));
        let Some(step) = step.filter(|step| !self.used.contains(step)) else { return false };
        if self.used.len() >= REMEMBERED {
            self.used.remove(0);
        }
        self.used.push(step);
        true
    }

    /// The code of a moment.
    #[cfg(test)]
    fn code(&self, wall: Timestamp) -> String {
        let seconds = u64::try_from(wall.0 / 1_000).expect("after 1970");
        self.totp().expect("a sound secret").generate(seconds).to_string()
    }

    /// What a telephone reads from the square.
    pub(crate) fn url(&self, office: &str, name: &str) -> String {
        let (office, name) = (escape(office), escape(name));
        format!("otpauth://totp/{office}:{name}?secret={}&issuer={office}", self.base32)
    }
}

/// Percent-encodes all but what every reader takes as it is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        let mut secret = Secret::new(*b"12345678901234567890");
        // RFC 6238, appendix B: the last six of eight digits.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code(Timestamp(seconds * 1_000)), code);
            assert!(secret.take(code, Timestamp(seconds * 1_000)));
        }
    }

    #[test]
    fn a_code_works_once_around_its_time_and_a_clock_that_jumps_locks_nobody_out() {
        let mut secret = Secret::new([7; SECRET_LEN]);
        let noon = Timestamp(1_795_331_100_000);
        let code = secret.code(noon);
        let late = Timestamp(noon.0 + 95_000);
        assert!(!secret.take(&code, late), "an old code");
        assert!(secret.take(&format!("{} {}", &code[..3], &code[3..]), noon) && !secret.take(&code, noon));
        let ahead = Timestamp(noon.0 + 10 * 365 * 86_400_000);
        let (far, next) = (secret.code(ahead), Timestamp(noon.0 + 30_000));
        assert!(secret.take(&far, ahead));
        let code = secret.code(next);
        assert!(secret.take(&code, next), "the clock was set right again");
        assert!(!secret.take("", noon) && !secret.take("ba con số", noon));
    }

    #[test]
    fn hostile_names_cannot_leave_their_place_in_the_address() {
        let url = Secret::new([0; SECRET_LEN]).url("Hợp Lưu 19", "a&secret=b:c");
        assert!(url.starts_with("otpauth://totp/H%E1%BB%A3p%20L%C6%B0u%2019:a%26secret%3Db%3Ac?secret=AAAA"), "{url}");
    }
}
