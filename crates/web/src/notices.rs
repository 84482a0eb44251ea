//! What the province tells all: notices, texts to copy, lessons.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use hopluu_desk::Refusal;
use hopluu_view::query::{Notice, Text};

use crate::failure;
use crate::names::Names;
use crate::page::{Page, show as render};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    page: Page,
    names: Names,
    notices: Vec<Notice>,
    templates: Vec<Text>,
    lessons: Vec<Text>,
}

pub(crate) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    let lang = wish.lang;
    let ask = || {
        let reader = site.desk.reader();
        let (mut notices, mut templates, mut lessons) = (reader.notices()?, reader.templates()?, reader.lessons()?);
        notices.retain(|notice| !notice.retired);
        templates.retain(|text| !text.retired);
        lessons.retain(|text| !text.retired);
        Ok::<_, Refusal>((notices, templates, lessons, Names::load(&site.desk, lang)?))
    };
    match ask() {
        Ok((notices, templates, lessons, names)) => {
            let page = wish.page(&site, &signed, "notices").await;
            render(&NoticesPage { page, names, notices, templates, lessons })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}
