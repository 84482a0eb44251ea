//! The pages of an office: what they share, where they are, and serving them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::extract::connect_info::Connected;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::serve::{IncomingStream, Listener};
use axum::{Router, serve as serve_on};
use hopluu_desk::Desk;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower_http::compression::CompressionLayer;

use crate::{
    accounts, api, assets, books, bulletin, commune, directives, export, failure, guard, home, import, issues, live,
    login, machines, mergers, notices, overview, people, problems, settle, status, totals, units,
};

/// The largest request, in bytes: a form with one photograph as telephones take them.
const MAX_REQUEST: usize = 16 << 20;

/// How pages are served.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Names under which the pages are reached, besides addresses and `localhost`. A page asked for under another name is
    /// refused, so that a foreign name that points here cannot read along.
    pub hosts: Vec<String>,
    /// Whether they are served over TLS: cookies are then for TLS only.
    pub tls: bool,
    /// Where the start page of the demonstration is, in a demonstration.
    pub demo: Option<String>,
}

/// What handlers share.
pub(crate) struct Site {
    pub(crate) desk: Arc<Desk>,
    pub(crate) pages: Pages,
}

/// The pages of an office.
pub fn router(desk: Arc<Desk>, pages: Pages) -> Router {
    let guarded = Arc::new(pages.clone());
    let site = Arc::new(Site { desk, pages });
    Router::new()
        .merge(login::routes())
        .merge(accounts::routes())
        .merge(issues::routes())
        .merge(machines::routes())
        .merge(books::routes())
        .merge(bulletin::routes())
        .merge(problems::routes())
        .merge(people::routes())
        .merge(import::routes())
        .merge(units::routes())
        .merge(mergers::routes())
        .merge(api::routes())
        .route("/", get(home::show))
        .route("/settle", get(settle::list))
        .route("/settle/{key}", get(settle::show).post(settle::choose))
        .route("/directives", get(directives::show).post(directives::change))
        .route("/notices", get(notices::show))
        .route("/commune", get(commune::show))
        .route("/overview", get(overview::show))
        .route("/totals", get(totals::show))
        .route("/export/{file}", get(export::send))
        .route("/status", get(status::show))
        .route("/news", get(live::stream))
        .route("/wish", post(status::wish))
        .route("/assets/{name}", get(assets::serve))
        .fallback(failure::no_page)
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .layer(from_fn_with_state(guarded, guard::check))
        .layer(from_fn(guard::headers))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(site)
}

/// Serves pages on a socket until the task is dropped.
///
/// # Errors
/// When the socket fails.
pub async fn serve(listener: impl Accept, router: Router) -> std::io::Result<()> {
    serve_on(Entrance(listener), router.into_make_service_with_connect_info::<Peer>()).await
}

/// The address a request came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where browsers come in: a plain socket, or one behind TLS.
pub trait Accept: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection, and from where it comes. Failures that concern one connection alone are passed over.
    fn accept(&mut self) -> impl Future<Output = (Self::Io, SocketAddr)> + Send;

    /// Where it is.
    ///
    /// # Errors
    /// When the system has lost the socket.
    fn local_addr(&self) -> std::io::Result<SocketAddr>;
}

impl Accept for TcpListener {
    type Io = TcpStream;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        Listener::accept(self).await
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        TcpListener::local_addr(self)
    }
}

/// One of them as axum wants it.
struct Entrance<L>(L);

impl<L: Accept> Listener for Entrance<L> {
    type Io = L::Io;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (L::Io, SocketAddr) {
        self.0.accept().await
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl<L: Accept> Connected<IncomingStream<'_, Entrance<L>>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Entrance<L>>) -> Self {
        Self(*stream.remote_addr())
    }
}
