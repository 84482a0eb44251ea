//! A province in memory with its desk, its pages and somebody signed in.

use std::future::{Future, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use hopluu_desk::{
    About, Answer, Desk, Door, Invite, NewAccount, Part, Refusal, Report, SetUp, Shared, SignIn, Trouble, Who, Work,
};
use hopluu_identity::{Anchor, DeviceKey, Enrolment, Founding, Invitation, RelayAt, RootKey, root_hash};
use hopluu_mailbox::{Role, Setup as MailboxSetup};
use hopluu_model::edit::AddCommune;
use hopluu_model::{By, CollectionId, RecordId, Role as Playing, Side, Stamp, Tick, Timestamp, demo};
use hopluu_office::{Invitee, Office, Setup};
use hopluu_store::{MemoryFiles, MemoryIndex, Options, Store};
use hopluu_view::View;
use hopluu_web::{Pages, router};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tower::ServiceExt;

pub(crate) const NOON: Timestamp = Timestamp(1_795_331_100_000);
const PROVINCE: CollectionId = CollectionId([9; 16]);
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
/// Phường Sông Công.
pub(crate) const SONG_CONG: &str = "05518";
/// A text that would be run, closed or followed wherever it is not taken for text.
pub(crate) const HARM: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}";

struct MemoryDoor {
    office: Arc<Mutex<Office>>,
    drawn: AtomicU64,
}

impl MemoryDoor {
    fn work_now(&self, work: Work) -> Result<Answer, Refusal> {
        let mut office = self.office.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = work(&mut office, Tick(0), NOON).map_err(|trouble| match trouble {
            Trouble::Refused(refusal) => refusal,
            Trouble::Office(error) => Refusal::not_saved(&error),
        });
        let committed = office.commit(Tick(0), NOON).map_err(|error| Refusal::not_saved(&error));
        committed.and(answer)
    }
}

impl Door for MemoryDoor {
    fn work(&self, work: Work) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + '_>> {
        Box::pin(ready(self.work_now(work)))
    }

    fn wall(&self) -> Timestamp {
        NOON
    }

    fn now(&self) -> Tick {
        Tick(0)
    }

    fn random(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            *byte = drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
    }
}

/// What came back.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A province's desk with its pages and its admin signed in.
pub(crate) struct Rig {
    pub(crate) desk: Arc<Desk>,
    router: Router,
    pub(crate) token: String,
    pub(crate) csrf: String,
    office: Arc<Mutex<Office>>,
    /// Code and collection of the communes.
    communes: Vec<(&'static str, CollectionId)>,
    _dir: tempfile::TempDir,
}

impl Rig {
    /// Founded, with the first bulletin and two communes.
    pub(crate) async fn province() -> Self {
        let mut rig = Self::open(founded(&relay()), (PROVINCE, Side::Province), "admin").await;
        for code in [SONG_CONG, "05443"] {
            let invite = Invite { commune: Some(code.into()), label: HARM.into(), ..Invite::default() };
            let invited = rig.desk.invite(&rig.admin(), invite).await.expect("a sound rig");
            rig.communes.push((code, invited.collection.parse().expect("a collection")));
        }
        rig
    }

    /// An office of Phường Sông Công with a machine of its own, which was invited and never had a line; its leader is
    /// signed in. What it writes counts as the commune's.
    pub(crate) async fn alone() -> Self {
        let (office, collection) = invited();
        Self::open(office, (collection, Side::Commune), "leader").await
    }

    async fn open(office: Office, (collection, side): (CollectionId, Side), part: &str) -> Self {
        let dir = tempfile::tempdir().expect("a sound rig");
        let reader = office.view().reader().expect("a sound rig");
        let office = Arc::new(Mutex::new(office));
        let door = MemoryDoor { office: Arc::clone(&office), drawn: AtomicU64::new(0) };
        let label = if side == Side::Province { "Tỉnh Thái Nguyên" } else { "Nhà A, Sông Công" };
        let about = About {
            collection,
            province: PROVINCE,
            side,
            letter: "A".into(),
            label: label.into(),
            relay: relay(),
            invited_until: NOON,
            program: "thử",
            dir: dir.path().to_owned(),
        };
        let (news, _) = broadcast::channel(4);
        let desk = Arc::new(Desk::new(Box::new(door), vec![reader], about, (Shared::default(), news)));
        let code = desk.open_people().await.expect("a sound rig").expect("a sound rig");
        let typed = SetUp {
            code,
            name: "quan_tri".into(),
            shown: "Trần Thị Quản".into(),
            part: part.into(),
            password: "trời hôm nay nhiều mây".into(),
        };
        let signed = desk.set_up(typed, HERE, "thử").await.expect("a sound rig");
        let csrf = desk.session(&signed.token).expect("a sound rig").csrf;
        let router = router(Arc::clone(&desk), Pages::default());
        Self { desk, router, token: signed.token, csrf, office, communes: Vec::new(), _dir: dir }
    }

    /// A desk of a commune with its leader signed in, over the same machine: what is written at one is seen at the other.
    pub(crate) async fn commune(&self, code: &str) -> Self {
        let dir = tempfile::tempdir().expect("a sound rig");
        let (_, collection) = self.communes.iter().find(|(known, _)| *known == code).expect("an invited commune");
        let office = Arc::clone(&self.office);
        let reader = office.lock().expect("a sound rig").view().reader().expect("a sound rig");
        // Other ids than the province's desk draws.
        let door =
            MemoryDoor { office: Arc::clone(&office), drawn: AtomicU64::new(1 << 32 | u64::from(collection.0[0])) };
        let about = About {
            collection: *collection,
            side: Side::Commune,
            label: "Nhà A".into(),
            dir: dir.path().to_owned(),
            ..self.desk.about().clone()
        };
        let (news, _) = broadcast::channel(4);
        let desk = Arc::new(Desk::new(Box::new(door), vec![reader], about, (Shared::default(), news)));
        desk.open_people().await.expect("a sound rig");
        let router = router(Arc::clone(&desk), Pages::default());
        let (token, csrf) = (String::new(), String::new());
        let mut rig = Self { desk, router, token, csrf, office, communes: self.communes.clone(), _dir: dir };
        rig.sign_in_as(&Who::new("Trần Thị Trưởng", Part::Leader), &format!("leader-{code}"), "leader").await;
        rig
    }

    /// The same pages for somebody with another part, who signs in.
    pub(crate) async fn signed_in_as(&mut self, part: &str) {
        self.sign_in_as(&self.admin(), part, part).await;
    }

    async fn sign_in_as(&mut self, keeper: &Who, name: &str, part: &str) {
        let password = "trời hôm nay nhiều mây";
        let new = NewAccount {
            name: name.into(),
            part: part.into(),
            password: Some(password.into()),
            ..NewAccount::default()
        };
        self.desk.add_account(keeper, new).await.expect("a good account");
        let typed = SignIn {
            name: name.into(),
            password: password.into(),
            code: String::new(),
            from: HERE,
            agent: "thử".into(),
        };
        self.token = self.desk.sign_in(typed).await.expect("the right password").token;
        self.csrf = self.desk.session(&self.token).expect("a session").csrf;
    }

    pub(crate) fn admin(&self) -> Who {
        Who::new("Trần Thị Quản", Part::Admin)
    }

    /// Enters an issue on a commune's behalf; returns its code.
    pub(crate) async fn report(&self, commune: &str, text: &str) -> String {
        let report = Report {
            category: "tru_so".into(),
            text: text.into(),
            proposal: Some(HARM.into()),
            commune: Some(commune.into()),
            ..Report::default()
        };
        self.desk.report(&self.admin(), report).await.expect("a sound rig").code
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Seen {
        let response = self.router.clone().oneshot(request).await.expect("a sound rig");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 64 << 20).await.expect("a sound rig").to_vec();
        Seen { status, headers, bytes }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookie = format!("hopluu={}", self.token);
        Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080").header("cookie", cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.ask(self.request("GET", path).body(Body::empty()).expect("a sound rig")).await
    }

    /// Sends a form of this session.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        let request = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form.finish())).expect("a sound rig")).await
    }

    /// Asks the API for something with a body.
    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value) -> Seen {
        let request = self.request(method, path).header("content-type", "application/json");
        let request = request.header("x-csrf", self.csrf.as_str());
        self.ask(request.body(Body::from(body.to_string())).expect("a sound request")).await
    }

    /// Adds a record; returns its id.
    pub(crate) async fn enter(&self, kind: &str, fields: Value) -> String {
        let seen = self.json("POST", &format!("/api/v1/records/{kind}"), &json!({ "fields": fields })).await;
        assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text());
        seen.json()["id"].as_str().expect("an id").to_owned()
    }

    /// What the API says of a book or a record.
    pub(crate) async fn records(&self, path: &str) -> Value {
        let seen = self.get(&format!("/api/v1/records/{path}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text());
        seen.json()
    }
}

fn relay() -> RelayAt {
    RelayAt { key: DeviceKey::from_seed([200; 32]).id(), addresses: vec!["tram.example:4433".into()] }
}

/// An office whose only paper is the province's invitation.
fn invited() -> (Office, CollectionId) {
    let mut province = founded(&relay());
    let commune = AddCommune {
        record: RecordId([77; 16]),
        code: SONG_CONG.into(),
        name: "Sông Công".into(),
        kind: "phuong".into(),
        province: "19".into(),
        valid_from: None,
        stage: None,
        area_ha: None,
        population: None,
    };
    let stamp = Stamp { at: NOON, by: By { name: "Bàn tỉnh".into(), role: Playing::Admin } };
    let (code, name) = (SONG_CONG.to_owned(), "Sông Công".to_owned());
    let expires = Timestamp(NOON.0 + 86_400_000);
    let invitee = Invitee { commune, code, name, label: "Nhà A".into(), expires, relay: relay() };
    let issued = province.invite(Tick(0), invitee, stamp).expect("a sound rig");
    let invitation = Invitation::from_text(&issued.text).expect("what was written can be read");
    let key = DeviceKey::from_seed([12; 32]);
    let join = invitation.join(key.id(), NOON);
    let mailbox = MailboxSetup {
        role: Role::Office { relay: invitation.relay().key, claim: None },
        anchor: invitation.anchor(),
        enrolment: Some(Enrolment::begin(join)),
        key,
        program: "thử".into(),
        seed: 2,
    };
    (opened(mailbox, [14; 16]), issued.collection)
}

fn opened(mailbox: MailboxSetup, life: [u8; 16]) -> Office {
    let store = Store::open(Box::new(MemoryFiles::new()), Box::new(MemoryIndex::new()), Options::new(life));
    let mut drawn = 0_u64;
    let dice = Box::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            drawn += 1;
            *byte = drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[1];
        }
    });
    let setup = Setup { mailbox, cache_bytes: 1 << 20, dice };
    Office::open(store.expect("a sound rig").0, View::memory().expect("a sound rig"), setup, NOON).expect("a sound rig")
}

fn founded(relay: &RelayAt) -> Office {
    let (root, next) = (RootKey::from_entropy([5; 32]), root_hash(&RootKey::from_entropy([6; 32]).id()));
    let key = DeviceKey::from_seed([11; 32]);
    let founding = Founding {
        province_code: "19".into(),
        name: "Thái Nguyên".into(),
        collection: PROVINCE,
        root: root.id(),
        next_root: next,
        desk: key.id(),
        relays: vec![relay.clone()],
    };
    let mailbox = MailboxSetup {
        key,
        role: Role::Office { relay: relay.key, claim: None },
        anchor: Anchor::of(&root.id(), &next),
        enrolment: None,
        program: "thử".into(),
        seed: 1,
    };
    let mut office = opened(mailbox, [4; 16]);
    office.found(Tick(0), founding, &root, NOON).expect("a sound rig");
    for edit in demo::bulletin(PROVINCE, 1, NOON) {
        office.submit(&edit).expect("a sound rig");
    }
    office.commit(Tick(0), NOON).expect("a sound rig");
    office
}
