//! What somebody says who has a key of the province and a program of their own.

use std::sync::OnceLock;

use hopluu_identity::{Body, Roster, revocations};
use hopluu_model::id::PIECE;
use hopluu_model::{ActorId, ChangeHash, DocId, DocKind, PictureKey, Tip};
use hopluu_wire::Frame;
use hopluu_wire::frame::{ClockOf, Cursor, RefusalNotice};

use crate::chain::Chain;
use crate::province::{A, B, BINH_AN, DESK, OTHER, STRANGER, TAN_LAP, actor, decree, issues, key, register, roster};
use crate::samples::{frames, hello, history, pictures, receipt};
use crate::script::Script;

/// The bytes of one message, mostly a real one bent somewhere.
pub(crate) fn say(script: &mut Script<'_>, here: &Cursor) -> Vec<u8> {
    match script.byte() % 16 {
        0..=2 => template(script).clone(),
        3 | 4 => {
            let mut bytes = template(script).clone();
            for _ in 0..=script.byte() % 4 {
                let (at, value) = (usize::from(script.short()), script.byte());
                let len = bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at % len) {
                    *byte = value;
                }
            }
            bytes
        }
        5 => script.part().to_vec(),
        6 => [&[1, script.byte() % 32][..], script.part()].concat(),
        7..=9 => pack(script).encode(),
        10 => ask(script).encode(),
        11 => clocks(script).encode(),
        12 => greet(script, here).encode(),
        13 => places(script, here).encode(),
        14 => news(usize::from(script.byte())).encode(),
        _ => words(script).encode(),
    }
}

/// What the hijacked office writes a second time, otherwise.
fn fork() -> &'static [Chain; 2] {
    static FORK: OnceLock<[Chain; 2]> = OnceLock::new();
    FORK.get_or_init(|| {
        let mut fork = Chain::made_up(A, 1, issues(TAN_LAP), 8);
        fork.edits.clear();
        [fork, Chain::made_up(A, 5, register(TAN_LAP), 9)]
    })
}

fn template<'a>(script: &mut Script<'_>) -> &'a Vec<u8> {
    static TEMPLATES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let templates = TEMPLATES.get_or_init(|| frames().iter().map(Frame::encode).collect());
    script.pick(templates).expect("there are templates")
}

fn chain(script: &mut Script<'_>) -> &'static Chain {
    let mut chains = history().chains();
    chains.extend(fork());
    script.pick(&chains).expect("there are chains")
}

fn pack(script: &mut Script<'_>) -> Frame {
    let chain = chain(script);
    let len = chain.runs.len();
    let first = 1 + usize::from(script.byte()) % len;
    let last = first + usize::from(script.byte()) % (len + 1 - first);
    let mut pack = chain.pack(first, last);
    match script.byte() {
        250 => pack.first = script.number(),
        251 => pack.count = script.short(),
        252 => pack.actor = author(script),
        253 => pack.doc = doc(script),
        254 => pack.signature.0[0] ^= 1,
        255 => pack.urgent = true,
        _ => {}
    }
    Frame::Pack(Box::new(pack))
}

fn ask(script: &mut Script<'_>) -> Frame {
    let (doc, actor, number) = (doc(script), author(script), script.number());
    match script.byte() % 4 {
        0 => Frame::From { doc, actor, next: number },
        1 => Frame::RosterAsk { after: number },
        _ => Frame::Want { doc, actor, from: number },
    }
}

fn clocks(script: &mut Script<'_>) -> Frame {
    let doc = doc(script);
    let mut entries = Vec::new();
    for _ in 0..script.byte() % 12 {
        let chain = chain(script);
        let seq = script.number();
        let known = usize::try_from(seq).ok().and_then(|seq| chain.runs.get(seq.checked_sub(1)?));
        let hash = known.map_or(ChangeHash([9; 32]), |run| run.hash);
        entries.push((if script.byte() > 200 { author(script) } else { chain.actor }, seq, hash));
    }
    let answer = script.flag();
    if script.flag() { Frame::Held { doc, entries } } else { Frame::ClockOf(ClockOf { doc, entries, answer }) }
}

fn greet(script: &mut Script<'_>, here: &Cursor) -> Frame {
    let mut hello = hello(script.number(), (script.flag()).then(|| cursor(script, here)));
    hello.protocol = if script.byte() > 240 { (script.byte(), script.byte()) } else { (1, 1) };
    if script.byte() > 240 {
        hello.program = "x".repeat(usize::from(script.short()));
    }
    Frame::Hello(hello)
}

fn places(script: &mut Script<'_>, here: &Cursor) -> Frame {
    let cursor = cursor(script, here);
    match script.byte() % 4 {
        0 => Frame::Mark(cursor),
        1 => Frame::Equal(cursor),
        2 => Frame::Compare { digest: [script.byte(); 16] },
        _ => {
            let count = script.byte() % 8;
            let docs = (0..count).map(|_| (doc(script), [script.byte(); 8])).collect();
            Frame::Digests { docs, last: script.flag() }
        }
    }
}

fn cursor(script: &mut Script<'_>, here: &Cursor) -> Cursor {
    match script.byte() % 4 {
        0 => *here,
        1 => Cursor { number: script.number(), ..*here },
        2 => Cursor { chain: [script.byte(); 8], ..*here },
        _ => Cursor { journal: [script.byte(); 16], scope: [0; 8], number: script.number(), chain: [0; 8] },
    }
}

/// The roster as it goes on: the same for all, as far as one gets.
fn news(entries: usize) -> Frame {
    static NEWS: OnceLock<Vec<Roster>> = OnceLock::new();
    let all = NEWS.get_or_init(|| {
        let mut bodies = vec![Body::OpenYear { year: 2027 }, Body::OpenYear { year: 2028 }];
        let chain = &history().issues[1];
        let tip = Tip { seq: 3, hash: chain.runs[2].hash };
        let cut = hopluu_identity::CutAt { doc: chain.doc, actor: chain.actor, tip };
        bodies.extend(revocations(key(A).id(), &[cut], "bị chiếm"));
        let mut next = roster().clone();
        let step = |body: &Body| {
            decree(&mut next, body);
            next.clone()
        };
        bodies.iter().map(step).collect()
    });
    let roster = &all[entries % all.len()];
    let after = roster.version().min((entries / all.len()) as u64);
    let entries = roster.entries_after(after).map(<[u8]>::to_vec).collect();
    Frame::Roster { entries, head: roster.head().expect("a founded province").to_bytes() }
}

fn words(script: &mut Script<'_>) -> Frame {
    let chain = chain(script);
    let seq = 1 + usize::from(script.byte()) % chain.runs.len();
    match script.byte() % 6 {
        3..=5 => of_pictures(script),
        0 => Frame::Shown(receipt(chain, seq, [DESK, DESK, A, STRANGER][usize::from(script.byte()) % 4])),
        1 => {
            let hash = chain.runs[seq - 1].hash;
            let text = "x".repeat(usize::from(script.byte()));
            let (seq, reason) = (script.number(), script.byte());
            Frame::Refused(RefusalNotice { doc: chain.doc, actor: chain.actor, seq, hash, reason, text })
        }
        _ => Frame::Unknown(29 + script.byte() % 200),
    }
}

/// What is said of pictures, in any order, with the right bytes as a rule.
fn of_pictures(script: &mut Script<'_>) -> Frame {
    let (key, bytes) = script.pick(pictures()).expect("there are pictures");
    let picture = match script.byte() {
        255 => PictureKey { collection: BINH_AN, ..*key },
        _ => *key,
    };
    let number = u32::try_from(script.number()).unwrap_or(u32::MAX);
    match script.byte() % 8 {
        0 => Frame::Pictures { folder: [script.byte() % 2; 16], intact: script.flag() },
        1 => Frame::Offer { picture, size: if script.byte() > 240 { number } else { bytes.len() as u32 } },
        2 => Frame::Need { picture, from: number },
        3 => Frame::Have { picture },
        4 => Frame::Absent { picture, retry_after_ms: number },
        _ => {
            let index = number % 8;
            let mut bytes = bytes.chunks(PIECE).nth(index as usize).unwrap_or_default().to_vec();
            if script.byte() > 240 {
                bytes.truncate(usize::from(script.short()));
            }
            Frame::Piece { picture, index, bytes }
        }
    }
}

fn doc(script: &mut Script<'_>) -> DocId {
    let docs = [issues(TAN_LAP), register(TAN_LAP), issues(BINH_AN), register(BINH_AN)];
    match script.byte() {
        255 => DocId::new(TAN_LAP, DocKind::Issues(script.short())),
        254 => DocId::new(hopluu_model::CollectionId([script.byte(); 16]), DocKind::Bulletin),
        253 => DocId::new(TAN_LAP, DocKind::People),
        place => docs[usize::from(place) % docs.len()],
    }
}

fn author(script: &mut Script<'_>) -> ActorId {
    let device = [A, A, B, OTHER, DESK, STRANGER][usize::from(script.byte()) % 6];
    actor(device, script.byte() % 10)
}
