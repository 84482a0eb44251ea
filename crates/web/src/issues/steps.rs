//! What is done with one issue: every form of its page comes here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{Desk, Placed, Refusal, Remark, Step, Who, Why};

use super::show::{Refused, page};
use crate::failure;
use crate::posted::{Fields, Posted};
use crate::signed::Wish;
use crate::site::Site;

pub(crate) async fn take(
    State(site): State<Arc<Site>>,
    Path(code): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    match done(&site.desk, &signed.who, &code, &fields).await {
        Ok(()) => Redirect::to(&format!("/issues/{code}?done=saved")).into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => page(&site, wish, &signed, &code, Some(Refused { typed: fields, refusal })).await,
    }
}

async fn done(desk: &Desk, who: &Who, code: &str, fields: &Fields) -> Result<(), Refusal> {
    let code = code.to_owned();
    match fields.text("event") {
        "comment" => desk.comment(who, Remark { code, text: fields.text("text").to_owned() }).await.map(drop),
        "place" => desk.move_place(who, Placed { code, place: fields.text("place").to_owned() }).await,
        "confirm" => desk.confirm(who, &code).await.map(drop),
        "common" => desk.link_common(who, &code, fields.text("common")).await.map(drop),
        "uncommon" => desk.unlink_common(who, &code).await.map(drop),
        event => {
            let step = Step {
                event: event.to_owned(),
                code,
                text: fields.maybe("text"),
                reason: fields.maybe("reason"),
                lead: fields.maybe("lead"),
                helpers: fields.all("helpers").filter(|slug| !slug.is_empty()).map(str::to_owned).collect(),
                category: fields.maybe("category"),
                other: fields.maybe("other"),
            };
            desk.move_issue(who, step).await.map(drop)
        }
    }
}
