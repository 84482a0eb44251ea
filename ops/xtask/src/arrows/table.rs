//! The house as data: who stands where, and who may name what. Change it together with crates/README.md.

/// One package of ours.
pub(super) struct Room {
    pub(super) package: &'static str,
    /// Nothing for what stands beside the house and may look at every floor.
    pub(super) floor: Option<u8>,
    /// Our packages it may be built on.
    pub(super) imports: &'static [&'static str],
}

/// A library that only some of our packages may name.
pub(super) struct Library {
    pub(super) name: &'static str,
    pub(super) only: &'static [&'static str],
    pub(super) why: &'static str,
}

/// What must not even be reached through others.
pub(super) struct Wall {
    pub(super) from: &'static [&'static str],
    pub(super) never: &'static [&'static str],
    pub(super) why: &'static str,
}

/// A library of which a package may use some features only.
pub(super) struct Features {
    pub(super) package: &'static str,
    pub(super) of: &'static str,
    pub(super) only: &'static [&'static str],
}

/// The table to check by; tests bring their own.
pub(super) struct Table {
    pub(super) rooms: &'static [Room],
    pub(super) beside_each_other: &'static [(&'static str, &'static str)],
    pub(super) libraries: &'static [Library],
    pub(super) walls: &'static [Wall],
    pub(super) features: &'static [Features],
    /// The simulator, which tests of every floor may use.
    pub(super) sim: &'static str,
}

const MODEL: &str = "hopluu-model";
const DOCUMENT: &str = "hopluu-document";
const WIRE: &str = "hopluu-wire";
const IDENTITY: &str = "hopluu-identity";
const STORE: &str = "hopluu-store";
const VIEW: &str = "hopluu-view";
const SYNC: &str = "hopluu-sync";
const TRANSPORT: &str = "hopluu-transport";
const STORE_SLED: &str = "hopluu-store-sled";
const MAILBOX: &str = "hopluu-mailbox";
const OFFICE: &str = "hopluu-office";
const DESK: &str = "hopluu-desk";
const WEB: &str = "hopluu-web";
const DRIVER: &str = "hopluu-driver";
const SIM: &str = "hopluu-sim";
const RELAY: &str = "hopluu-relay";
const NODE: &str = "hopluu";
const TESTS: &str = "hopluu-tests";
const BENCH: &str = "hopluu-bench";
const BROWSER: &str = "hopluu-browser";
const FUZZ: &str = "hopluu-fuzz";
const DISK: &str = "hopluu-disk";
const XTASK: &str = "hopluu-xtask";

pub(super) const HOUSE: Table = Table {
    rooms: ROOMS,
    // The demo runs a relay beside its offices; nothing of it may flow the other way.
    beside_each_other: &[(NODE, RELAY)],
    libraries: LIBRARIES,
    walls: WALLS,
    features: &[
        Features { package: OFFICE, of: "tokio", only: &["sync"] },
        Features { package: DESK, of: "tokio", only: &["sync"] },
    ],
    sim: SIM,
};

const ROOMS: &[Room] = &[
    room(MODEL, 0, &[]),
    room(DOCUMENT, 1, &[MODEL]),
    room(WIRE, 1, &[MODEL]),
    room(IDENTITY, 1, &[MODEL]),
    room(STORE, 1, &[MODEL]),
    room(VIEW, 1, &[MODEL]),
    room(SYNC, 2, &[MODEL, WIRE, IDENTITY]),
    room(TRANSPORT, 2, &[MODEL]),
    room(STORE_SLED, 2, &[MODEL, STORE]),
    room(MAILBOX, 3, &[MODEL, WIRE, IDENTITY, STORE, SYNC]),
    room(OFFICE, 4, &[MODEL, DOCUMENT, WIRE, IDENTITY, STORE, VIEW, SYNC, MAILBOX]),
    room(DRIVER, 5, &[MODEL, SYNC, TRANSPORT, MAILBOX]),
    room(DESK, 5, &[MODEL, WIRE, IDENTITY, STORE, VIEW, SYNC, MAILBOX, OFFICE]),
    room(WEB, 6, &[MODEL, VIEW, DESK]),
    room(RELAY, 7, &[MODEL, WIRE, IDENTITY, STORE, SYNC, TRANSPORT, STORE_SLED, MAILBOX, DRIVER]),
    room(
        NODE,
        7,
        &[
            MODEL, DOCUMENT, WIRE, IDENTITY, STORE, VIEW, SYNC, TRANSPORT, STORE_SLED, MAILBOX, OFFICE, DRIVER, DESK,
            WEB, RELAY,
        ],
    ),
    beside(SIM, &[MODEL, DOCUMENT, WIRE, IDENTITY, STORE, VIEW, SYNC, MAILBOX, OFFICE]),
    beside(TESTS, EVERYONE),
    beside(BENCH, EVERYONE),
    beside(BROWSER, &[MODEL, TRANSPORT, WEB, TESTS]),
    beside(FUZZ, EVERYONE),
    beside(DISK, &[MODEL, STORE, STORE_SLED, DRIVER]),
    beside(XTASK, EVERYONE),
];

const EVERYONE: &[&str] = &[
    MODEL, DOCUMENT, WIRE, IDENTITY, STORE, VIEW, SYNC, TRANSPORT, STORE_SLED, MAILBOX, OFFICE, DRIVER, DESK, WEB,
    RELAY, NODE, SIM,
];

const LIBRARIES: &[Library] = &[
    Library {
        name: "automerge",
        // The benchmarks compare with automerge's own sync protocol.
        only: &[DOCUMENT, BENCH],
        why: "one room holds the fence around automerge",
    },
    Library { name: "sled", only: &[STORE_SLED], why: "sled is an index that can be replaced" },
    Library { name: "rusqlite", only: &[VIEW], why: "the view's tables are its own business" },
    Library { name: "quinn", only: &[TRANSPORT], why: "lines are opaque to everybody else" },
    Library { name: "quinn-proto", only: &[TRANSPORT], why: "lines are opaque to everybody else" },
    Library { name: "rustls", only: &[TRANSPORT], why: "lines are opaque to everybody else" },
    Library { name: "tokio-rustls", only: &[TRANSPORT], why: "lines are opaque to everybody else" },
    Library { name: "rcgen", only: &[TRANSPORT], why: "lines are opaque to everybody else" },
    Library { name: "image", only: &[DESK], why: "pictures from outside are opened in one place, within limits" },
    Library { name: "axum", only: &[WEB, RELAY], why: "pages live in web and on the relay's status page" },
    Library { name: "askama", only: &[WEB, RELAY], why: "pages live in web and on the relay's status page" },
    Library { name: "plotters", only: &[WEB], why: "charts are drawn where pages are made" },
    Library { name: "rust_xlsxwriter", only: &[WEB], why: "files of lists are made where pages are made" },
    Library { name: "csv", only: &[WEB], why: "files of lists are made where pages are made" },
    Library { name: "calamine", only: &[WEB], why: "files of lists are read where they are made" },
    Library { name: "zip", only: &[WEB], why: "files of lists are read where they are made" },
    Library { name: "utoipa", only: &[WEB, DESK], why: "what the API is like is said by its inputs and its routes" },
    Library { name: "utoipa-axum", only: &[WEB], why: "the API lives in web" },
    Library { name: "anyhow", only: &[NODE, RELAY, XTASK], why: "libraries name their errors" },
    Library {
        name: "tokio",
        only: &[TRANSPORT, OFFICE, DRIVER, DESK, WEB, NODE, RELAY, TESTS, BENCH, BROWSER],
        why: "machines run on a virtual clock, without a runtime",
    },
];

const WALLS: &[Wall] = &[
    Wall {
        from: &[RELAY, MAILBOX],
        never: &[DOCUMENT, VIEW, OFFICE, DESK, WEB, NODE, "automerge", "rusqlite"],
        why: "who forwards holds no code that could open a document",
    },
    Wall {
        from: &[MODEL, DOCUMENT, WIRE, IDENTITY, STORE, VIEW, SYNC, STORE_SLED, MAILBOX],
        never: &["tokio"],
        why: "machines run on a virtual clock, without a runtime",
    },
    Wall { from: &[WEB], never: &[TRANSPORT, STORE_SLED], why: "pages speak to an office in domain words" },
];

const fn room(package: &'static str, floor: u8, imports: &'static [&'static str]) -> Room {
    Room { package, floor: Some(floor), imports }
}

const fn beside(package: &'static str, imports: &'static [&'static str]) -> Room {
    Room { package, floor: None, imports }
}
