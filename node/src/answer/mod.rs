//! Answering commands and, one day, pages: the running office's side of the socket.

mod clash;
mod invite;
mod issue;
mod office;
mod province;
mod typed;
mod unit;

use std::sync::atomic::{AtomicUsize, Ordering};

use hopluu_driver::{Clock, Complaint, Exit, Handle};
use hopluu_model::edit::{Desk as EditDesk, Form};
use hopluu_model::{By, CollectionId, DocId, DocKind, Faults, Role, Side, Stamp};
use hopluu_office::Office;
use hopluu_view::Reader;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::home::Profile;
use crate::machine::{Ask, Shared, Trouble};

pub(crate) use typed::Typed;

/// Everything an answer needs.
pub(crate) struct Desk {
    handle: Handle<Ask>,
    readers: Vec<Reader>,
    next: AtomicUsize,
    pub(crate) profile: Profile,
    pub(crate) live: Shared,
    clock: Clock,
}

impl Desk {
    pub(crate) fn new(handle: Handle<Ask>, readers: Vec<Reader>, profile: Profile, live: Shared, clock: Clock) -> Self {
        Self { handle, readers, next: AtomicUsize::new(0), profile, live, clock }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: Value) -> Value {
        match self.dispatch(&Typed::new(&request)).await {
            Ok(answer) => answer.to_json(),
            Err(complaint) => complaint.to_json(),
        }
    }

    async fn dispatch(&self, typed: &Typed<'_>) -> Result<Answer, Complaint> {
        match typed.what() {
            "status" => self.status().await,
            "devices" => self.devices().await,
            "invite" => self.invite(typed).await,
            "take_over" => self.take_over(typed).await,
            "revoke" => self.revoke(typed).await,
            "doctor" => self.doctor().await,
            "commune" => self.seed_commune(typed).await,
            "digest" => self.digest().await,
            "issue.report" => self.report(typed).await,
            "issue.list" => self.issues(typed),
            "issue.show" => self.issue(typed),
            "issue.comment" => self.comment(typed).await,
            "issue.move" => self.move_issue(typed).await,
            "unit.add" => self.add_unit(typed).await,
            "unit.list" => self.units(typed).await,
            "unit.rename" => self.rename_unit(typed).await,
            "unit.households" => self.households(typed).await,
            "unit.merge" => self.merge_units(typed).await,
            "settle.list" => self.clashes(),
            "settle.show" => self.clash(typed),
            "settle.choose" => self.settle(typed).await,
            other => Err(Complaint::new(
                Exit::Refused,
                "unknown-request",
                format!("Văn phòng này không hiểu yêu cầu {other:?}. Hai chương trình có thể khác phiên bản."),
                format!("This office does not know {other:?}. The two programs may be of different versions."),
            )),
        }
    }

    /// A connection to the view; several questions take turns over several.
    fn reader(&self) -> &Reader {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        &self.readers[place % self.readers.len()]
    }

    /// Does something with the office and answers after the commit.
    async fn with(
        &self,
        work: impl FnOnce(&mut Office, hopluu_model::Tick, hopluu_model::Timestamp) -> Result<Value, Trouble>
        + Send
        + 'static,
    ) -> Result<Value, Complaint> {
        let answered = self.handle.ask(|answer| Ask { work: Box::new(work), answer }).await;
        answered.unwrap_or_else(|_| {
            Err(Complaint::new(
                Exit::Failed,
                "office-busy",
                "Văn phòng đang mở lại dữ liệu sau lỗi đĩa. Hãy thử lại sau ít phút; xem `hopluu status`.",
                "The office is opening its data again after a disk error. Try again in some minutes; see `hopluu status`.",
            ))
        })
    }

    /// Writes a form, drawing its ids inside the office.
    async fn write<F: Form>(
        &self,
        desk: EditDesk,
        form: impl FnOnce(&mut Office) -> Result<(F, Value), Trouble> + Send + 'static,
    ) -> Result<Value, Complaint> {
        self.with(move |office, _, _| {
            let (form, value) = form(office)?;
            let edit = form.edit(&desk).map_err(|faults| Trouble::Refused(faulty(&faults)))?;
            office.submit(&edit)?;
            Ok(value)
        })
        .await
    }

    /// Where, when and by whom something is typed.
    fn desk(&self, typed: &Typed<'_>, doc: DocId) -> EditDesk {
        let role = match typed.role() {
            Some("leader") => Role::Leader,
            Some("triage") => Role::Triage,
            Some("handler") => Role::Handler,
            Some("admin") => Role::Admin,
            Some("clerk") => Role::Clerk,
            _ if self.profile.side == Side::Province => Role::Triage,
            _ => Role::Clerk,
        };
        let stamp = Stamp { at: self.clock.wall(), by: By { name: typed.name().to_owned(), role } };
        EditDesk { doc, stamp, side: self.profile.side, made_up: typed.made_up() }
    }

    fn register(&self) -> DocId {
        DocId::new(self.profile.collection, DocKind::Register)
    }

    /// The collection of a commune named by its code; this office's own when none is named.
    fn collection_of(&self, code: Option<&str>) -> Result<Option<CollectionId>, Complaint> {
        let Some(code) = code else {
            return Ok((self.profile.side == Side::Commune).then_some(self.profile.collection));
        };
        let communes = self.reader().communes().map_err(|error| crate::failed("view", &error))?;
        let found = communes.into_iter().find(|commune| commune.code == code);
        found.map(|commune| Some(commune.collection)).ok_or_else(|| {
            Complaint::new(
                Exit::Refused,
                "no-commune",
                format!("Chưa có dữ liệu của xã, phường mã {code}."),
                format!("Nothing is known of commune {code} yet."),
            )
        })
    }
}

/// What is wrong with a form, in both languages.
pub(crate) fn faulty(faults: &Faults) -> Complaint {
    let vi: Vec<String> = faults.0.iter().map(hopluu_model::Fault::vi).collect();
    Complaint::new(Exit::Refused, "invalid", format!("Chưa hợp lệ: {}", vi.join("; ")), format!("Not valid: {faults}"))
}

/// A record that was named and is not there, or not the only one.
pub(crate) fn not_found(what_vi: &str, what_en: &str, typed: &str) -> Complaint {
    let typed: String = typed.chars().take(80).collect();
    Complaint::new(
        Exit::Refused,
        "not-found",
        format!("Không tìm thấy {what_vi} \"{typed}\", hoặc có nhiều hơn một. Dùng mã đầy đủ."),
        format!("No {what_en} {typed:?} was found, or more than one. Use its full id."),
    )
}

/// Turns an error of the view into an answer.
pub(crate) fn view_failed(error: &hopluu_view::Error) -> Complaint {
    crate::failed("view", error)
}

/// A value of the library as JSON for programs.
pub(crate) fn as_json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| json!({ "unprintable": error.to_string() }))
}
