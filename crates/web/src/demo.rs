//! The start page of a demonstration: the desks with their sign-ins, the line, what was typed last and how far it is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::page::{Page, show as render};
use crate::signed::Wish;
use crate::{Pages, assets, guard, status};

/// Whoever runs the demonstration.
pub trait Stage: Send + Sync + 'static {
    /// How it stands. May take a while: every desk is asked.
    fn scene(&self) -> Scene;
    /// Cuts the line.
    fn cut(&self);
    /// Mends it.
    fn heal(&self);
}

/// How a demonstration stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Scene {
    /// Whether the line is cut just now.
    pub cut: bool,
    /// The desks, the province's first.
    pub desks: Vec<DemoDesk>,
}

/// One desk of a demonstration.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DemoDesk {
    /// What people call it.
    pub name: String,
    /// Where its pages are.
    pub address: String,
    /// Whether the line that can be cut is its line.
    pub on_the_line: bool,
    /// Its line, as `hopluu status` names it.
    pub line: String,
    /// How many of its edits wait.
    pub backlog: u64,
    /// How many clashes it lists.
    pub clashes: u64,
    /// Sign-ins: name, password, slug of the part.
    pub accounts: Vec<(String, String, String)>,
    /// What was reported last, as this desk shows it: code, text, sentence in Vietnamese and English.
    pub latest: Vec<(String, String, crate::Words)>,
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    page: Page,
    scene: Scene,
}

impl DemoPage {
    /// Everybody has the same password here.
    fn account(&self) -> Option<&(String, String, String)> {
        self.scene.desks.first()?.accounts.first()
    }

    fn clashes(&self) -> u64 {
        self.scene.desks.first().map_or(0, |desk| desk.clashes)
    }

    fn said(&self, words: &crate::Words) -> String {
        self.page.pick(&words.vi, &words.en).clone()
    }

    /// The colours of a line.
    fn mark(&self, desk: &DemoDesk) -> &'static str {
        match desk.line.as_str() {
            "settled" => "b-done",
            "broken" => "b-bad",
            "catching_up" => "b-open",
            _ => "b-wait",
        }
    }
}

/// The start page of a demonstration.
pub fn demo_router(stage: Arc<dyn Stage>) -> Router {
    let pages = Arc::new(Pages::default());
    Router::new()
        .route("/", get(show))
        .route("/scene.json", get(scene))
        .route("/cut", post(cut))
        .route("/heal", post(heal))
        .route("/wish", post(status::wish_anywhere))
        .route("/assets/{name}", get(assets::serve))
        .layer(from_fn_with_state(pages, guard::check))
        .layer(from_fn(guard::headers))
        .with_state(stage)
}

async fn ask(stage: Arc<dyn Stage>) -> Scene {
    spawn_blocking(move || stage.scene()).await.unwrap_or_default()
}

async fn show(State(stage): State<Arc<dyn Stage>>, wish: Wish) -> Response {
    render(&DemoPage { scene: ask(stage).await, page: wish.bare(&Pages::default()) })
}

async fn scene(State(stage): State<Arc<dyn Stage>>) -> Json<Scene> {
    Json(ask(stage).await)
}

async fn cut(State(stage): State<Arc<dyn Stage>>) -> Response {
    stage.cut();
    Redirect::to("/").into_response()
}

async fn heal(State(stage): State<Arc<dyn Stage>>) -> Response {
    stage.heal();
    Redirect::to("/").into_response()
}
