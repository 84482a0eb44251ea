//! Small harm done to bytes: what worn cards, cut lines and clever people do.

use crate::noise::Noise;

/// Values that lengths, numbers and kinds like least.
const SHARP: [u8; 12] = [0, 1, 2, 3, 0x10, 0x1f, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x28];

/// Changes bytes in one to four places; `other` is another input of the same kind, to take pieces from.
pub fn mutate(noise: &mut Noise, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=noise.below(4) {
        once(noise, bytes, other);
    }
}

fn once(noise: &mut Noise, bytes: &mut Vec<u8>, other: &[u8]) {
    if bytes.is_empty() {
        bytes.extend_from_slice(piece(noise, other));
        return;
    }
    let at = noise.below(bytes.len());
    match noise.below(14) {
        0..=2 => bytes[at] ^= 1 << noise.below(8),
        3 => bytes[at] = SHARP[noise.below(SHARP.len())],
        4 => bytes[at] = noise.byte(),
        // A length a little longer or shorter than what it names.
        5 => bytes[at] = bytes[at].wrapping_add(1),
        6 => bytes[at] = bytes[at].wrapping_sub(1),
        7 => bytes.truncate(at),
        8 => drop(bytes.drain(at..(at + 1 + noise.below(16)).min(bytes.len()))),
        9 => {
            let mut junk = vec![noise.byte(); 1 + noise.below(12)];
            junk.iter_mut().skip(1).for_each(|byte| *byte = noise.byte());
            bytes.splice(at..at, junk);
        }
        10 => {
            let end = at + noise.below(bytes.len() - at + 1).min(200);
            let twice = bytes[at..end].to_vec();
            bytes.splice(at..at, twice);
        }
        11 => {
            let piece = piece(noise, other).to_vec();
            bytes.splice(at..at, piece);
        }
        12 => {
            let piece = piece(noise, other);
            let end = (at + piece.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&piece[..end - at]);
        }
        // Numbers at their upper end, little endian and as postcard writes them.
        _ => {
            let end = (at + [2, 4, 8, 9][noise.below(4)]).min(bytes.len());
            bytes[at..end].fill(0xff);
        }
    }
}

fn piece<'a>(noise: &mut Noise, other: &'a [u8]) -> &'a [u8] {
    let at = noise.below(other.len());
    let end = at + noise.below((other.len() - at).min(300) + 1);
    &other[at..end]
}
