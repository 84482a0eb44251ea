//! What went wrong, as a page with the next step.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use hopluu_desk::{Refusal, Why};

use crate::Pages;
use crate::page::{Page, show_as};
use crate::signed::{Signed, Wish};
use crate::site::Site;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Page,
    heading: String,
    text: String,
    /// The stable word and the cause, for whoever helps.
    code: String,
    cause: Option<String>,
}

/// The status of a refusal.
pub(crate) fn status_of(why: Why) -> StatusCode {
    match why {
        Why::Usage => StatusCode::BAD_REQUEST,
        Why::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        Why::Forbidden => StatusCode::FORBIDDEN,
        Why::NotFound => StatusCode::NOT_FOUND,
        Why::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Why::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A refusal as a page of its own, where there is no form to show it at.
pub(crate) async fn refused(site: &Site, wish: Wish, signed: &Signed, refusal: Refusal) -> Response {
    if matches!(refusal.why, Why::Failed | Why::Busy) {
        tracing::warn!(code = refusal.code, cause = refusal.cause, "{}", refusal.en);
    }
    let page = wish.page(site, signed, "").await;
    page_of(page, refusal)
}

fn page_of(page: Page, refusal: Refusal) -> Response {
    let heading = match refusal.why {
        Why::NotFound => page.t("failure.not_found"),
        Why::Forbidden => page.t("failure.forbidden"),
        Why::Busy => page.t("failure.busy"),
        Why::Usage | Why::Refused | Why::Failed => page.t("failure.refused"),
    };
    let (heading, text) = (heading.to_owned(), page.pick(refusal.vi, refusal.en));
    let status = status_of(refusal.why);
    show_as(status, &FailurePage { page, heading, text, code: refusal.code.to_owned(), cause: refusal.cause })
}

/// A form whose session has ended or changed since the page was opened.
pub(crate) fn stale(pages: &Pages, wish: Wish) -> Response {
    let refusal = Refusal::new(
        Why::Forbidden,
        "stale-form",
        "Trang này đã mở từ phiên trước. Quay lại, tải lại trang rồi gửi lần nữa; nội dung đã gõ vẫn còn ở trang trước.",
        "This page was opened in an earlier session. Go back, reload and send again; what you typed is still there.",
    );
    page_of(wish.bare(pages), refusal)
}

/// A form that another site sent.
pub(crate) fn foreign(pages: &Pages, wish: Wish) -> Response {
    let refusal = Refusal::new(
        Why::Forbidden,
        "foreign-form",
        "Yêu cầu này được gửi từ một trang khác nên không được thực hiện.",
        "This request was sent from another site and was not done.",
    );
    page_of(wish.bare(pages), refusal)
}

/// A form that is larger than any form of ours, or that cannot be read.
pub(crate) fn too_large(pages: &Pages, wish: Wish, code: &'static str) -> Response {
    let refusal = Refusal::new(
        Why::Usage,
        code,
        "Nội dung gửi lên quá lớn hoặc không đọc được. Quay lại và chọn ảnh nhỏ hơn 15 MB, hoặc viết ngắn hơn.",
        "What was sent is too large or cannot be read. Go back and choose a picture below 15 MB, or write less.",
    );
    page_of(wish.bare(pages), refusal)
}

/// An address under which there is nothing.
pub(crate) async fn no_page(State(site): State<Arc<Site>>, wish: Wish) -> Response {
    let refusal = Refusal::new(
        Why::NotFound,
        "no-page",
        "Không có trang này. Kiểm tra địa chỉ, hoặc về trang chủ.",
        "There is no such page. Check the address, or go to the start page.",
    );
    page_of(wish.bare(&site.pages), refusal)
}
