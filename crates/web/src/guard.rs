//! What is looked at before any page: under which name it is asked for, and from where a form was sent.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::signed::Wish;
use crate::{Pages, failure};

/// Pages take nothing from elsewhere, run no script of their own text, and stand in nobody's frame.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Pages about people, and invitations, which admit whoever has them; by the beginning of their path.
const PERSONAL: [&str; 6] = ["/people", "/account", "/audit", "/export", "/import", "/invitations"];

/// Refuses foreign names (a name of somebody else's that points here would make their page one of ours) and forms that
/// another site sent.
pub(crate) async fn check(State(pages): State<Arc<Pages>>, request: Request, next: Next) -> Response {
    let host = host(&request).unwrap_or_default().to_owned();
    if !is_ours(&host, &pages.hosts) {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "Địa chỉ này không phải của văn phòng. · Not an address of this office.\n",
        )
            .into_response();
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !sent_from_here(request.headers(), &host) {
        return failure::foreign(&pages, Wish::default());
    }
    next.run(request).await
}

/// Adds what every answer says to the browser.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let personal = PERSONAL.iter().any(|path| request.uri().path().starts_with(path));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page that may be kept comes back with what was typed into it; what names people must not stay in a shared browser.
    let kept = if personal { "no-store" } else { "private, no-cache" };
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(kept));
    response
}

fn host(request: &Request) -> Option<&str> {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| request.uri().authority().map(|authority| authority.as_str()))
}

/// The name without the port.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// Addresses cannot be anybody else's name.
fn is_ours(host: &str, named: &[String]) -> bool {
    let name = name_of(host);
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || named.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Browsers say from which page a form was sent; whoever says nothing is no browser, and holds no session's token.
fn sent_from_here(headers: &HeaderMap, host: &str) -> bool {
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    origin.is_none_or(|origin| origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_known_names_are_ours() {
        let named = ["so-song-cong.local".to_owned()];
        for host in ["127.0.0.1:8080", "[::1]:8080", "192.168.1.7", "localhost:1", "SO-SONG-CONG.local:8080"] {
            assert!(is_ours(host, &named), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:8080", "", "localhost.evil.example"] {
            assert!(!is_ours(host, &named), "{host}");
        }
    }

    #[test]
    fn a_form_of_another_site_is_told_apart() {
        let of = |origin: &'static str| HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
        assert!(sent_from_here(&of("http://10.0.0.2:80"), "10.0.0.2:80"));
        assert!(sent_from_here(&HeaderMap::new(), "10.0.0.2:80"));
        for origin in ["http://10.0.0.3:80", "null", "http://10.0.0.2:81"] {
            assert!(!sent_from_here(&of(origin), "10.0.0.2:80"), "{origin}");
        }
    }
}
