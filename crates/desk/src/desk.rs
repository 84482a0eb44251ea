//! The running office as verbs and pages see it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use hopluu_identity::RelayAt;
use hopluu_model::edit::{Desk as EditDesk, Form};
use hopluu_model::{CollectionId, DocId, DocKind, RecordId, Side, Stamp, Tick, Timestamp};
use hopluu_office::Office;
use hopluu_view::Reader;
use tokio::sync::broadcast;

use crate::accounts::People;
use crate::door::{Answer, Door, Trouble, Work};
use crate::live::{Live, Shared};
use crate::{Power, Refusal, Who, Why};

/// Records that look different now, or have travelled further.
pub type News = Arc<[RecordId]>;

/// What an office is.
#[derive(Debug, Clone)]
pub struct About {
    /// The collection it writes.
    pub collection: CollectionId,
    /// The province's own collection.
    pub province: CollectionId,
    /// Commune or province.
    pub side: Side,
    /// Its office letter.
    pub letter: String,
    /// Where it stands.
    pub label: String,
    /// The relay it calls.
    pub relay: RelayAt,
    /// Last moment of the invitation it came with: all that a machine without a clock knows of the time.
    pub invited_until: Timestamp,
    /// The version of the program.
    pub program: &'static str,
    /// Its data directory.
    pub dir: PathBuf,
}

/// Everything a verb needs.
pub struct Desk {
    door: Box<dyn Door>,
    readers: Vec<Reader>,
    next: AtomicUsize,
    about: About,
    live: Shared,
    news: broadcast::Sender<News>,
    pub(crate) people: Arc<People>,
}

impl Desk {
    /// Begins on a running office; the readers answer questions side by side, and there must be one.
    #[must_use]
    pub fn new(
        door: Box<dyn Door>,
        readers: Vec<Reader>,
        about: About,
        (live, news): (Shared, broadcast::Sender<News>),
    ) -> Self {
        assert!(!readers.is_empty(), "a desk reads the view through connections of its own");
        Self { door, readers, next: AtomicUsize::new(0), about, live, news, people: Arc::new(People::new()) }
    }

    /// What this office is.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Whether this is a desk of the province.
    #[must_use]
    pub fn is_province(&self) -> bool {
        self.about.side == Side::Province
    }

    /// What this machine believes the time to be.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.door.wall()
    }

    /// Milliseconds since the program's start.
    #[must_use]
    pub fn now(&self) -> Tick {
        self.door.now()
    }

    /// Draws random bytes good enough for keys.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.door.random(&mut bytes);
        bytes
    }

    /// A connection to the view; several questions take turns over several.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        &self.readers[place % self.readers.len()]
    }

    /// What is known beside the documents, as of now.
    #[must_use]
    pub fn live(&self) -> Live {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells from now on which records moved. Whoever reads too slowly is told that something was missed.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Does something with the office and answers after the commit.
    ///
    /// # Errors
    /// What the work refused, or that the office cannot answer or save now.
    pub async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Office, Tick, Timestamp) -> Result<R, Trouble> + Send + 'static,
    ) -> Result<R, Refusal> {
        let work: Work = Box::new(move |office, now, wall| Ok(Box::new(work(office, now, wall)?) as Answer));
        let answer = self.door.work(work).await?;
        Ok(*answer.downcast::<R>().expect("a door answers with what the work made"))
    }

    /// Does slow work beside the runtime and the machine.
    ///
    /// # Errors
    /// When too much of it waits.
    pub(crate) async fn aside<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Refusal> {
        self.people.hashing.run(work).await
    }

    /// Writes a form, drawing its ids inside the office.
    ///
    /// # Errors
    /// What is wrong with the form, and what [`Desk::with`] says.
    pub async fn write<F: Form, R: Send + 'static>(
        &self,
        at: EditDesk,
        form: impl FnOnce(&mut Office) -> Result<(F, R), Trouble> + Send + 'static,
    ) -> Result<R, Refusal> {
        self.with(move |office, _, _| {
            let (form, answer) = form(office)?;
            let edit = form.edit(&at).map_err(|faults| Refusal::invalid(&faults))?;
            office.submit(&edit)?;
            Ok(answer)
        })
        .await
    }

    /// Where, when and by whom something is typed.
    ///
    /// # Errors
    /// When whoever asks may write nothing.
    pub fn at(&self, who: &Who, doc: DocId) -> Result<EditDesk, Refusal> {
        let by = who.by().ok_or_else(Refusal::forbidden)?;
        let stamp = Stamp { at: self.wall(), by };
        Ok(EditDesk { doc, stamp, side: self.about.side, made_up: who.made_up })
    }

    /// Lets only those pass whose part allows something.
    ///
    /// # Errors
    /// When it does not.
    pub fn allow(&self, who: &Who, power: Power) -> Result<(), Refusal> {
        if who.part.may(power) { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    pub(crate) fn register(&self) -> DocId {
        DocId::new(self.about.collection, DocKind::Register)
    }

    /// The collection of a commune named by its code; this office's own when none is named, and none at the province.
    ///
    /// # Errors
    /// When the commune is not known here.
    pub fn collection_of(&self, code: Option<&str>) -> Result<Option<CollectionId>, Refusal> {
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            return Ok((!self.is_province()).then_some(self.about.collection));
        };
        let found = self.reader().communes()?.into_iter().find(|commune| commune.code == code);
        found.map(|commune| Some(commune.collection)).ok_or_else(|| {
            Refusal::new(
                Why::NotFound,
                "no-commune",
                format!("Chưa có dữ liệu của xã, phường mã {code}."),
                format!("Nothing is known of commune {code} yet."),
            )
        })
    }

    /// The collection a question is about, which at the province must be named.
    ///
    /// # Errors
    /// When none is named at the province, or it is not known here.
    pub fn one_commune(&self, code: Option<&str>) -> Result<CollectionId, Refusal> {
        self.collection_of(code)?.ok_or_else(|| {
            Refusal::new(
                Why::Usage,
                "which-commune",
                "Bàn tỉnh: chọn xã, phường (mã xã).",
                "At the province desk name a commune by its code.",
            )
        })
    }
}
