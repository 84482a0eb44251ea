//! The targets: each reads bytes as one kind of thing and says what must hold of them.

mod changes;
mod frames;
mod journal;
mod office;
mod packs;
mod relay;
mod roster;
mod saved;
mod texts;

/// One kind of bytes that may be hostile.
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it reads, in one line.
    pub what: &'static str,
    /// Tries an input; a panic is a finding.
    pub run: fn(&[u8]),
    /// Inputs to begin with, made of real values.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Longest input worth trying, in bytes.
    pub longest: usize,
    /// Mutations that a short check tries.
    pub smoke: usize,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "frames",
        what: "messages: read, written and read again alike; nothing grows",
        run: frames::run,
        seeds: frames::seeds,
        longest: 8 * 1024,
        smoke: 20_000,
    },
    Target {
        name: "packs",
        what: "packs: rebuilt, hashed, capped, packed again alike",
        run: packs::run,
        seeds: packs::seeds,
        longest: 16 * 1024,
        smoke: 10_000,
    },
    Target {
        name: "texts",
        what: "invitations, tickets, recovery words, joins, claims, heads",
        run: texts::run,
        seeds: texts::seeds,
        longest: 4 * 1024,
        smoke: 10_000,
    },
    Target {
        name: "roster",
        what: "roster entries and heads, also by a desk that has gone mad: versions never go back",
        run: roster::run,
        seeds: roster::seeds,
        longest: 8 * 1024,
        smoke: 400,
    },
    Target {
        name: "journal",
        what: "segments of a journal: it opens, invents nothing, opens again alike and goes on",
        run: journal::run,
        seeds: journal::seeds,
        longest: 24 * 1024,
        smoke: 300,
    },
    Target {
        name: "saved",
        what: "saved documents: what loads is read, saved, loaded again alike and written to",
        run: saved::run,
        seeds: saved::seeds,
        longest: 8 * 1024,
        smoke: 800,
    },
    Target {
        name: "changes",
        what: "changes under right sums: honest records stay, and every machine shows the same",
        run: changes::run,
        seeds: changes::seeds,
        longest: 12 * 1024,
        smoke: 300,
    },
    Target {
        name: "relay",
        what: "stories at a relay: lines, messages, power cuts; what is held stays, honest offices are served",
        run: relay::run,
        seeds: relay::seeds,
        longest: 2 * 1024,
        smoke: 60,
    },
    Target {
        name: "office",
        what: "stories at an office whose relay was hijacked: what it wrote stays, and arrives in the end",
        run: office::run,
        seeds: office::seeds,
        longest: 2 * 1024,
        smoke: 60,
    },
];

/// The target of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
