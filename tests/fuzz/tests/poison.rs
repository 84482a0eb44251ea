//! A change that no document can take, signed by an enrolled office, at a real office on a real journal.

use hopluu_document::Document;
use hopluu_fuzz::chain::{Chain, chunk, edits, open_chunk};
use hopluu_fuzz::noise::Noise;
use hopluu_fuzz::province::{A, B, NOON, RELAY, TAN_LAP, actor, anchor, issues, key, relay_at};
use hopluu_fuzz::samples::whole_roster;
use hopluu_identity::change_statement;
use hopluu_mailbox::{Input, QUARANTINED, Role, Setup as MailboxSetup};
use hopluu_model::{ChangeHash, RecordId, Tick};
use hopluu_office::{Office, Setup};
use hopluu_store::{MemoryFiles, MemoryIndex, Options, Refused, Store};
use hopluu_sync::ConnId;
use hopluu_view::View;
use hopluu_wire::{Frame, Pack, Run};

const LINE: ConnId = ConnId(1);

struct Machine {
    files: MemoryFiles,
    index: MemoryIndex,
    office: Office,
}

impl Machine {
    fn on(files: MemoryFiles, index: MemoryIndex) -> Self {
        let opened = Store::open(Box::new(files.clone()), Box::new(index.clone()), Options::new([4; 16]));
        let (store, recovery) = opened.expect("a sound journal");
        assert!(recovery.is_whole());
        let mailbox = MailboxSetup {
            key: key(B).clone(),
            role: Role::Office { relay: relay_at().key, claim: None },
            anchor: anchor(),
            enrolment: None,
            program: "thử".into(),
            seed: 1,
        };
        let mut noise = Noise::new(7);
        let dice = Box::new(move |bytes: &mut [u8]| bytes.iter_mut().for_each(|byte| *byte = noise.byte()));
        let setup = Setup { mailbox, cache_bytes: 1 << 20, dice };
        let view = View::memory().expect("memory");
        Self { files, index, office: Office::open(store, view, setup, NOON).expect("a sound journal starts") }
    }

    /// The power goes; the office starts again, with its index or without, and a view made anew.
    fn again(self, keeps_index: bool) -> Self {
        let Self { files, index, office } = self;
        drop(office);
        files.crash();
        Self::on(files, if keeps_index { index } else { MemoryIndex::new() })
    }

    fn feed(&mut self, input: Input) {
        self.office.handle(Tick(10), NOON, input).expect("a sound store");
    }

    fn hear(&mut self, frame: &Frame) {
        self.feed(Input::Frame { conn: LINE, bytes: frame.encode(), early: false });
        self.office.commit(Tick(10), NOON).expect("a sound disk");
        while self.office.poll().is_some() {}
    }

    fn refusals(&self) -> Vec<Refused> {
        self.office.mailbox().store().refusals(None).expect("a sound index")
    }

    fn shows(&self, issue: u8) -> bool {
        let reader = self.office.view().reader().expect("memory");
        reader.issue(&RecordId([issue; 16]).to_string()).expect("memory").is_some()
    }

    fn end(&self) -> u64 {
        self.office.mailbox().store().end().number
    }
}

/// The first change of an author, its inside bent under right sums, and signed by the office it is from.
fn poison(number: u8, noise: &mut Noise) -> (Pack, ChangeHash) {
    let doc = issues(TAN_LAP);
    let author = actor(A, number);
    let honest = Chain { actor: author, ..Chain::begin(A, number, doc) };
    let honest = honest.write(A, &mut Document::begin(doc), &edits(doc, 150, 1));
    let (_, body) = open_chunk(&honest.runs[0].raw).expect("a chunk");
    let mut body = body.to_vec();
    // Behind its head everything may be anything.
    let from = body.len() / 3;
    for _ in 0..=noise.below(6) {
        let place = from + noise.below(body.len() - from);
        body[place] ^= 1 << noise.below(8);
    }
    let (raw, hash) = chunk(1, &body);
    let signature = Some(key(A).sign(&change_statement(&doc, &author, 1, &hash)));
    let pack = Pack::cut(doc, author, 1, None, &[Run { raw, hash, signature, urgent: false }]);
    (pack.expect("a chunk can be packed").expect("it is signed"), hash)
}

#[test]
fn poison_is_quarantined_under_its_authors_name_and_everything_else_goes_on() {
    let mut machine = Machine::on(MemoryFiles::new(), MemoryIndex::new());
    machine.feed(Input::Up { conn: LINE, peer: key(RELAY).id() });
    machine.feed(Input::Confirmed { conn: LINE });
    machine.hear(&whole_roster());
    let doc = issues(TAN_LAP);
    let sound = Chain::begin(A, 3, doc).write(A, &mut Document::begin(doc), &edits(doc, 31, 12));
    machine.hear(&Frame::Pack(Box::new(sound.pack(1, 2))));
    let mut noise = Noise::new(11);
    let sent: Vec<ChangeHash> = (20..120)
        .map(|number| {
            let (pack, hash) = poison(number, &mut noise);
            machine.hear(&Frame::Pack(Box::new(pack)));
            hash
        })
        .collect();
    let refused = machine.refusals();
    assert!(refused.len() > 20, "only {} of them no document can take", refused.len());
    for refusal in &refused {
        assert_eq!((refusal.author, refusal.reason), (key(A).id(), QUARANTINED));
        assert!(sent.contains(&refusal.hash), "nobody else is blamed");
    }
    // What the same office wrote soundly before and after, and what people type here.
    machine.hear(&Frame::Pack(Box::new(sound.pack(3, 12))));
    let typed = edits(doc, 180, 1);
    machine.office.submit(&typed[0]).expect("a sound edit");
    machine.office.commit(Tick(20), NOON).expect("a sound disk");
    assert_eq!(machine.refusals(), refused);
    let wanted: Vec<u8> = vec![31, 33, 34, 40, 42, 180];
    assert!(wanted.iter().all(|issue| machine.shows(*issue)), "honest records are shown");
    let end = machine.end();
    for keeps_index in [true, false, true] {
        machine = machine.again(keeps_index);
        assert_eq!((machine.refusals(), machine.end()), (refused.clone(), end), "a restart finds nothing new");
        assert!(wanted.iter().all(|issue| machine.shows(*issue)), "and shows the same");
    }
}
