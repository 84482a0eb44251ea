//! The machines of the roster: last heard, what waits there, version; revoking asks once more and wants a reason.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hopluu_desk::{DeviceState, Power, Refusal, Why};

use crate::failure::{self, status_of};
use crate::overview::Fresh;
use crate::page::{Page, show as render, show_as};
use crate::posted::Posted;
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "devices/list.html")]
struct DevicesPage {
    page: Page,
    devices: Vec<DeviceState>,
    fresh: Fresh,
}

impl DevicesPage {
    fn revoked(&self) -> usize {
        self.devices.iter().filter(|device| device.revoked).count()
    }
}

#[derive(Template)]
#[template(path = "devices/revoke.html")]
struct RevokePage {
    page: Page,
    device: DeviceState,
    reason: String,
    refused: Option<Refusal>,
}

pub(super) async fn show(State(site): State<Arc<Site>>, wish: Wish, signed: Signed) -> Response {
    match all(&site, &signed).await {
        Ok(devices) => {
            let page = wish.page(&site, &signed, "devices").await;
            let fresh = Fresh::of(&page, site.desk.wall());
            render(&DevicesPage { page, devices, fresh })
        }
        Err(refusal) => failure::refused(&site, wish, &signed, refusal).await,
    }
}

/// Those that are in use first, by place.
async fn all(site: &Site, signed: &Signed) -> Result<Vec<DeviceState>, Refusal> {
    site.desk.allow(&signed.who, Power::Machines)?;
    let mut devices = site.desk.devices().await?;
    devices.sort_by(|one, other| {
        (one.revoked, &one.label, &one.letter).cmp(&(other.revoked, &other.label, &other.letter))
    });
    Ok(devices)
}

pub(super) async fn ask(
    State(site): State<Arc<Site>>,
    Path(key): Path<String>,
    wish: Wish,
    signed: Signed,
) -> Response {
    one(&site, wish, &signed, (&key, String::new()), None).await
}

async fn one(
    site: &Site,
    wish: Wish,
    signed: &Signed,
    (key, reason): (&str, String),
    refused: Option<Refusal>,
) -> Response {
    let found = all(site, signed).await.and_then(|devices| {
        let found = devices.into_iter().find(|device| device.device == key && !device.revoked && !device.this);
        found.ok_or_else(|| Refusal::not_found("thiết bị", "device", key))
    });
    match found {
        Ok(device) => {
            let page = wish.page(site, signed, "devices").await;
            let status = refused.as_ref().map_or(StatusCode::OK, |refusal| status_of(refusal.why));
            show_as(status, &RevokePage { page, device, reason, refused })
        }
        Err(refusal) => failure::refused(site, wish, signed, refusal).await,
    }
}

pub(super) async fn revoke(
    State(site): State<Arc<Site>>,
    Path(key): Path<String>,
    wish: Wish,
    posted: Posted,
) -> Response {
    let Posted { signed, fields } = posted;
    // The box says: yes, this one. Without it nothing happens, whatever was sent.
    let sure = fields.ticked("sure");
    let reason = fields.text("reason").to_owned();
    let done = if sure {
        site.desk.revoke(&signed.who, &key, &reason).await.map(drop)
    } else {
        Err(Refusal::new(Why::Usage, "not-sure", "Đánh dấu xác nhận trước khi thu hồi.", "Tick that you are sure."))
    };
    match done {
        Ok(()) => Redirect::to("/devices?done=machine_revoked").into_response(),
        Err(refusal) if matches!(refusal.why, Why::NotFound | Why::Forbidden) => {
            failure::refused(&site, wish, &signed, refusal).await
        }
        Err(refusal) => one(&site, wish, &signed, (&key, reason), Some(refusal)).await,
    }
}
