//! Style sheet, script and icon, compiled in and cached for good under a name that changes with them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const ASSETS: [Asset; 3] = [
    Asset { name: "app.css", kind: "text/css; charset=utf-8", text: include_str!("../assets/app.css") },
    Asset { name: "app.js", kind: "text/javascript; charset=utf-8", text: include_str!("../assets/app.js") },
    Asset { name: "icon.svg", kind: "image/svg+xml", text: include_str!("../assets/icon.svg") },
];

/// A few letters that change whenever any of them does.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        for asset in &ASSETS {
            asset.text.hash(&mut hasher);
        }
        format!("{:08x}", hasher.finish() & 0xffff_ffff)
    })
}

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}-{name}", version())
}

pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let wanted = name.split_once('-').map_or(name.as_str(), |(_, name)| name);
    match ASSETS.iter().find(|asset| asset.name == wanted) {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
