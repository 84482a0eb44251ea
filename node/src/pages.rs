//! The pages of the running office: where they are, and serving them.

use std::net::SocketAddr;
use std::sync::Arc;

use hopluu_desk::Desk;
use hopluu_driver::settings::Settings;
use hopluu_driver::{Complaint, Exit};
use hopluu_model::chain;
use hopluu_web::Pages;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Where the pages will be; nothing when they are turned off.
pub(crate) struct Site {
    listener: TcpListener,
    pages: Pages,
}

impl Site {
    /// Takes the address of the pages.
    pub(crate) async fn bind(settings: &Settings) -> Result<Option<Self>, Complaint> {
        let listen = settings.get("web.listen");
        if listen == "off" {
            return Ok(None);
        }
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            Complaint::new(
                Exit::Address,
                "web-address",
                format!(
                    "Không mở được địa chỉ {listen} cho các trang. Đổi web.listen, hoặc dừng chương trình đang dùng nó."
                ),
                format!("The pages' address {listen} cannot be had. Change web.listen, or stop whatever uses it."),
            )
            .because(&error)
        })?;
        let said = |key| Some(settings.get(key)).filter(|text| !text.is_empty());
        let hosts = said("web.hosts").unwrap_or_default().split(',').map(|name| name.trim().to_owned());
        let hosts = hosts.filter(|name| !name.is_empty()).collect();
        let pages = Pages { hosts, tls: false, demo: said("web.demo").map(str::to_owned) };
        Ok(Some(Self { listener, pages }))
    }

    /// The address people type.
    pub(crate) fn address(&self) -> String {
        let at = self.listener.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        format!("http://{at}/")
    }

    /// Serves them until the task is dropped.
    pub(crate) fn serve(self, desk: Arc<Desk>) -> JoinHandle<()> {
        tokio::spawn(async move {
            let router = hopluu_web::router(desk, self.pages);
            if let Err(error) = hopluu_web::serve(self.listener, router).await {
                tracing::error!(error = chain(&error), "the pages ended by themselves");
            }
        })
    }
}
