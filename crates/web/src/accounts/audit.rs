//! Who did what: at this machine, and in records.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use hopluu_desk::{AuditQuery, Deed, Refusal, Trace, TrailPage, TrailQuery};
use hopluu_model::{Role, rules};
use hopluu_view::query::{AuditPage, AuditRow, CommuneRow, Deed as RecordDeed};
use serde::Deserialize;

use crate::failure;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// Lines of one page.
const LINES: u32 = 100;
/// What one cell shows of a long text.
const CELL: usize = 300;

#[derive(Template)]
#[template(path = "account/trail.html")]
struct TrailView {
    page: Page,
    asked: Asked,
    deeds: &'static [Deed],
    trail: TrailPage,
}

/// What was asked of the trail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    deed: String,
    search: String,
    before: String,
}

impl Asked {
    pub(crate) fn query(&self) -> TrailQuery {
        TrailQuery {
            deed: Some(self.deed.clone()),
            search: self.search.clone(),
            before: self.before.parse().ok(),
            limit: LINES,
        }
    }
}

impl TrailView {
    /// Where the same lines are as a file.
    fn file(&self, ending: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("deed", &self.asked.deed).append_pair("search", &self.asked.search);
        format!("/export/trail.{ending}?{}", query.finish())
    }

    /// Where the next page is.
    fn later(&self, next: &u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("deed", &self.asked.deed).append_pair("search", &self.asked.search);
        format!("/audit?{}", query.append_pair("before", &next.to_string()).finish())
    }

    /// What else a line says; parts stand there by their slugs.
    fn more(&self, line: &Trace) -> String {
        match line.deed {
            Deed::SetUp | Deed::AccountMade | Deed::AccountChanged | Deed::TotpRule => {
                let words = line.text.split(' ').map(|word| self.page.x("part", word));
                words.collect::<Vec<_>>().join(if line.deed == Deed::TotpRule { ", " } else { " " })
            }
            _ => line.text.clone(),
        }
    }

    fn deed(&self, deed: &Deed) -> &'static str {
        let (vi, en) = deed.words();
        self.page.pick(vi, en)
    }
}

pub(crate) async fn trail(
    State(site): State<Arc<Site>>,
    Query(asked): Query<Asked>,
    wish: Wish,
    signed: Signed,
) -> Response {
    match site.desk.trail(&signed.who, asked.query()).await {
        Ok(trail) => {
            let page = wish.page(&site, &signed, "audit").await;
            render(&TrailView { page, asked, deeds: &Deed::ALL, trail })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

#[derive(Template)]
#[template(path = "account/records.html")]
struct RecordsView {
    page: Page,
    asked: AskedRecords,
    communes: Vec<CommuneRow>,
    audit: AuditPage,
}

/// What was asked of the records' changes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskedRecords {
    commune: String,
    account: String,
    device: String,
    record: String,
    from: String,
    to: String,
    offset: String,
}

impl AskedRecords {
    pub(crate) fn query(&self) -> AuditQuery {
        AuditQuery {
            commune: self.commune.clone(),
            account: self.account.clone(),
            device: self.device.clone(),
            record: self.record.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            limit: LINES,
            offset: self.offset.parse().unwrap_or(0),
        }
    }
}

impl RecordsView {
    /// Where another page is.
    fn at(&self, offset: u32) -> String {
        let asked = &self.asked;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("commune", &asked.commune),
            ("account", &asked.account),
            ("device", &asked.device),
            ("record", &asked.record),
            ("from", &asked.from),
            ("to", &asked.to),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/audit/records?{}", query.append_pair("offset", &offset.to_string()).finish())
    }

    /// Where the same changes are as a file.
    fn file(&self, ending: &str) -> String {
        self.at(0).replacen("/audit/records", &format!("/export/records.{ending}"), 1)
    }

    fn offset(&self) -> u32 {
        self.asked.offset.parse().unwrap_or(0)
    }

    fn earlier(&self) -> String {
        self.at(self.offset().saturating_sub(LINES))
    }

    fn later(&self) -> String {
        self.at(self.offset().saturating_add(LINES))
    }

    fn role(&self, row: &AuditRow) -> String {
        role(&self.page, row.by.role)
    }

    fn what(&self, row: &AuditRow) -> String {
        what(&self.page, row)
    }

    fn before(&self, row: &AuditRow) -> String {
        cut(&before(row))
    }

    fn after(&self, row: &AuditRow) -> String {
        cut(&after(row))
    }
}

/// The role of whoever did it.
pub(crate) fn role(page: &Page, role: Role) -> String {
    let slug = match role {
        Role::Clerk => "clerk",
        Role::Leader => "leader",
        Role::Triage => "triage",
        Role::Handler => "handler",
        Role::Admin => "admin",
        Role::Program => "program",
    };
    page.x("role", slug)
}

/// What was done: begun, a field, or what happened.
pub(crate) fn what(page: &Page, row: &AuditRow) -> String {
    match &row.deed {
        RecordDeed::Created => page.t("audit.created").to_owned(),
        RecordDeed::Field { field, .. } => page.label(field).to_owned(),
        RecordDeed::Event { kind, .. } => page.pick(rules::event_label(*kind).to_owned(), kind.to_string()),
    }
}

/// What a field was before.
pub(crate) fn before(row: &AuditRow) -> String {
    match &row.deed {
        RecordDeed::Field { before: Some(before), .. } => before.to_string(),
        RecordDeed::Field { .. } | RecordDeed::Created | RecordDeed::Event { .. } => String::new(),
    }
}

/// What was written.
pub(crate) fn after(row: &AuditRow) -> String {
    match &row.deed {
        RecordDeed::Created => String::new(),
        RecordDeed::Field { after, .. } => after.to_string(),
        RecordDeed::Event { fields, .. } => {
            let said = fields.values().map(ToString::to_string).filter(|text| !text.is_empty());
            said.collect::<Vec<_>>().join(" · ")
        }
    }
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(CELL).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(crate) async fn records(
    State(site): State<Arc<Site>>,
    Query(asked): Query<AskedRecords>,
    wish: Wish,
    signed: Signed,
) -> Response {
    let ask = || {
        let audit = site.desk.audit(&signed.who, &asked.query())?;
        let communes = if site.desk.is_province() { site.desk.reader().communes()? } else { Vec::new() };
        Ok::<_, Refusal>((audit, communes))
    };
    let answered = match ask() {
        // Changes of people's records show personal fields.
        Ok(answer) => site.desk.saw_person(&signed.who, "/audit/records").await.map(|()| answer),
        Err(refusal) => Err(refusal),
    };
    match answered {
        Ok((audit, communes)) => {
            let page = wish.page(&site, &signed, "audit").await;
            render(&RecordsView { page, asked, communes, audit })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
