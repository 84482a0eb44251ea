//! Short fingerprints of what somebody holds.

use hopluu_model::{Clock, DocId};
use ring::digest::{Context, SHA256};

/// The first 16 bytes of a SHA-256.
pub type Digest = [u8; 16];

fn finish(context: Context) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&context.finish().as_ref()[..16]);
    digest
}

/// The fingerprint of a held clock: every author, sequence number and full hash.
#[must_use]
pub fn digest_of_clock(clock: &Clock) -> Digest {
    let mut context = Context::new(&SHA256);
    for (actor, tip) in &clock.0 {
        context.update(&actor.0);
        context.update(&tip.seq.to_be_bytes());
        context.update(&tip.hash.0);
    }
    finish(context)
}

/// The fingerprint of a scope: its documents in order, with the digests of their clocks. Documents of
/// which nothing is held must be left out by the caller.
#[must_use]
pub fn digest_of_scope<'a>(documents: impl Iterator<Item = (&'a DocId, &'a Digest)>) -> Digest {
    let mut context = Context::new(&SHA256);
    for (doc, digest) in documents {
        context.update(&doc.to_bytes());
        context.update(digest);
    }
    finish(context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hopluu_model::{ActorId, ChangeHash, Tip};

    #[test]
    fn every_part_of_a_clock_counts() {
        let clock =
            |actor, seq, hash| Clock::from_iter([(ActorId([actor; 16]), Tip { seq, hash: ChangeHash([hash; 32]) })]);
        let base = digest_of_clock(&clock(1, 1, 1));
        for other in [clock(2, 1, 1), clock(1, 2, 1), clock(1, 1, 2), Clock::default()] {
            assert_ne!(digest_of_clock(&other), base);
        }
    }
}
