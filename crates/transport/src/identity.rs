//! The device key as TLS wants it.

use std::fmt;

use hopluu_model::DeviceId;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};

/// What stands before the 32 bytes of an Ed25519 seed in a PKCS#8 (RFC 8410) document.
const PKCS8_PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
/// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const SPKI_PREFIX: [u8; 12] = *b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// A device's Ed25519 key, by which it proves itself on every line.
///
/// `Debug` shows the public key only.
#[derive(Clone)]
pub struct Identity {
    seed: [u8; 32],
    device: DeviceId,
}

impl Identity {
    /// Derives the key pair from its 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are always an Ed25519 seed");
        let device = DeviceId(pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes"));
        Self { seed: *seed, device }
    }

    /// The public key, which is the device's name.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The private key as a PKCS#8 document.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        [PKCS8_PREFIX.as_slice(), &self.seed].concat()
    }

    /// The public key as a SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Vec<u8> {
        [SPKI_PREFIX.as_slice(), self.device.as_bytes()].concat()
    }

    /// A secret for one purpose only, the same after every restart.
    pub(crate) fn secret_for(&self, purpose: &str) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.seed), purpose.as_bytes());
        tag.as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("device", &self.device).finish_non_exhaustive()
    }
}

/// Reads the device out of a SubjectPublicKeyInfo; `None` unless it is exactly an Ed25519 key.
pub(crate) fn device_of_spki(spki: &[u8]) -> Option<DeviceId> {
    Some(DeviceId(spki.strip_prefix(&SPKI_PREFIX)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_key_of_rfc_8032() {
        // First vector of RFC 8032, section 7.1.
        let seed = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49,
            0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ];
        let identity = Identity::from_seed(&seed);
        assert_eq!(identity.device().as_bytes()[..4], [0xd7, 0x5a, 0x98, 0x01]);
        assert_eq!(device_of_spki(&identity.spki()), Some(identity.device()));
        assert!(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&identity.pkcs8()).is_ok());
        assert!(!format!("{identity:?}").contains("157"), "the seed never shows");
    }

    #[test]
    fn other_keys_are_no_devices() {
        let mut spki = Identity::from_seed(&[1; 32]).spki();
        assert_eq!(device_of_spki(&spki[..43]), None);
        spki[8] = 0x71; // Ed448
        assert_eq!(device_of_spki(&spki), None);
    }
}
