//! What a form brought, read and checked once for all forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::failure;
use crate::signed::{Signed, Wish};
use crate::site::Site;

/// The largest form without a file, in bytes: two long texts and their names.
const MAX_FORM: usize = 64 << 10;

/// The fields of a form in their order; a name may come several times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    /// The one file of the form.
    pub(crate) file: Option<Bytes>,
    /// Its name.
    pub(crate) file_name: String,
}

impl Fields {
    /// The text of a field; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The text of a field, when something was typed.
    pub(crate) fn maybe(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// All values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Everything that was typed, without what belongs to the session.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| *name != "csrf")
    }

    /// Fields that were kept earlier.
    pub(crate) fn kept(fields: BTreeMap<String, String>) -> Self {
        Self { pairs: fields.into_iter().collect(), file: None, file_name: String::new() }
    }

    /// Fields as an address or the program fills them in.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, file: None, file_name: String::new() }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self { pairs: pairs.collect(), file: None, file_name: String::new() }
    }
}

/// A form of somebody signed in, which has brought back the session's token.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) signed: Signed,
    pub(crate) fields: Fields,
}

impl FromRequest<Arc<Site>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let wish = Wish::from_request_parts(&mut parts, site).await.unwrap_or_default();
        if parts.method != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED.into_response());
        }
        let signed = Signed::from_request_parts(&mut parts, site).await?;
        let fields = read(Request::from_parts(parts, body))
            .await
            .map_err(|key| failure::too_large(&site.pages, wish.clone(), key))?;
        if !signed.session.csrf_is(fields.text("csrf")) {
            return Err(failure::stale(&site.pages, wish));
        }
        Ok(Self { signed, fields })
    }
}

/// A form of somebody who is not signed in yet: sign-in and set-up.
#[derive(Debug, Clone)]
pub(crate) struct Unsigned(pub(crate) Fields);

impl FromRequest<Arc<Site>> for Unsigned {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Response> {
        let fields = read(request).await.map_err(|key| failure::too_large(&site.pages, Wish::default(), key))?;
        Ok(Self(fields))
    }
}

/// Reads a form of either encoding; the error is the key of what to tell.
async fn read(request: Request) -> Result<Fields, &'static str> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, &()).await.map_err(|_| "form-unreadable")?;
        return parts(form).await.map_err(|error| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "form-too-large" } else { "form-unreadable" }
        });
    }
    let bytes = axum::body::to_bytes(request.into_body(), MAX_FORM).await.map_err(|_| "form-too-large")?;
    Ok(Fields::parse(&bytes))
}

async fn parts(mut form: Multipart) -> Result<Fields, MultipartError> {
    let mut fields = Fields::default();
    while let Some(part) = form.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(file_name) = part.file_name().map(str::to_owned) {
            let bytes = part.bytes().await?;
            // A browser sends an empty part for a file that was not chosen.
            if !bytes.is_empty() {
                (fields.file, fields.file_name) = (Some(bytes), file_name);
            }
        } else {
            fields.pairs.push((name, part.text().await?));
        }
    }
    Ok(fields)
}
