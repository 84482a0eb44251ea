//! The pages of the running office: where they are, and serving them.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use hopluu_desk::Desk;
use hopluu_driver::settings::Settings;
use hopluu_driver::{Complaint, Exit};
use hopluu_model::{Side, chain};
use hopluu_transport::{Certificate, TlsConnection, TlsDoor};
use hopluu_web::{Accept, Pages};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::home::{Home, write_synced};

/// Where the pages will be.
pub(crate) struct Site {
    door: Door,
    at: SocketAddr,
    /// The fingerprint of the certificate, where there is one.
    pub(crate) fingerprint: Option<String>,
    pages: Pages,
}

enum Door {
    Plain(TcpListener),
    Tls(Behind),
}

/// A door behind TLS as the pages want it.
struct Behind(TlsDoor);

impl Accept for Behind {
    type Io = TlsConnection;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.0.accept().await {
            Ok(accepted) => accepted,
            // The socket is gone, and with it everybody who could come.
            Err(_) => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.0.local_addr())
    }
}

impl Site {
    /// Takes the address of the pages; nothing when they are turned off.
    pub(crate) async fn bind(home: &Home, settings: &Settings, side: Side) -> Result<Option<Self>, Complaint> {
        let listen = settings.get("web.listen");
        if listen == "off" {
            return Ok(None);
        }
        let taken = |error: &std::io::Error| {
            Complaint::new(
                Exit::Address,
                "web-address",
                format!(
                    "Không mở được địa chỉ {listen} cho các trang. Đổi web.listen, hoặc dừng chương trình đang dùng nó."
                ),
                format!("The pages' address {listen} cannot be had. Change web.listen, or stop whatever uses it."),
            )
            .because(error)
        };
        let listener = TcpListener::bind(listen).await.map_err(|error| taken(&error))?;
        let at = listener.local_addr().map_err(|error| taken(&error))?;
        let names =
            |key| settings.get(key).split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let hosts: Vec<String> = names("web.hosts").collect();
        let tls = match settings.get("web.tls") {
            "on" => true,
            "off" => false,
            _ => side == Side::Province && !at.ip().is_loopback(),
        };
        let demo = Some(settings.get("web.demo")).filter(|address| !address.is_empty()).map(str::to_owned);
        let pages = Pages { hosts: hosts.clone(), tls, demo };
        if !tls {
            return Ok(Some(Self { door: Door::Plain(listener), at, fingerprint: None, pages }));
        }
        let files: Vec<String> = names("web.tls_files").collect();
        let certificate = certificate(home, &files, hosts, at)?;
        let fingerprint = Some(certificate.fingerprint());
        let door = TlsDoor::open(listener, certificate).map_err(|error| unusable(&error))?;
        Ok(Some(Self { door: Door::Tls(Behind(door)), at, fingerprint, pages }))
    }

    /// The address to type on this machine; elsewhere its own takes the place of `localhost`.
    pub(crate) fn address(&self) -> String {
        let scheme = if self.pages.tls { "https" } else { "http" };
        let at =
            if self.at.ip().is_unspecified() { format!("localhost:{}", self.at.port()) } else { self.at.to_string() };
        format!("{scheme}://{at}/")
    }

    /// Serves them until the task is dropped.
    pub(crate) fn serve(self, desk: Arc<Desk>) -> JoinHandle<()> {
        tokio::spawn(async move {
            let router = hopluu_web::router(desk, self.pages);
            let ended = match self.door {
                Door::Plain(listener) => hopluu_web::serve(listener, router).await,
                Door::Tls(door) => hopluu_web::serve(door, router).await,
            };
            if let Err(error) = ended {
                tracing::error!(error = chain(&error), "the pages ended by themselves");
            }
        })
    }
}

/// The province's own certificate, or one that is made at the first start and kept beside the device's key.
fn certificate(home: &Home, files: &[String], hosts: Vec<String>, at: SocketAddr) -> Result<Certificate, Complaint> {
    let read = |path: &str| fs::read_to_string(path).map_err(|error| unusable(&error));
    if let [certificate, key] = files {
        return Certificate::read(&read(certificate)?, &read(key)?).map_err(|error| unusable(&error));
    }
    let (certificate, key) = home.certificate();
    if !certificate.exists() || !key.exists() {
        let names = hosts.into_iter().chain([at.ip().to_string(), "localhost".to_owned()]).collect();
        let (made, made_key) = Certificate::make(names).map_err(|error| unusable(&error))?;
        write_synced(&key, made_key.as_bytes()).map_err(|error| home.unusable(&error))?;
        write_synced(&certificate, made.as_bytes()).map_err(|error| home.unusable(&error))?;
    }
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    Certificate::read(&read(&certificate)?, &read(&key)?).map_err(|error| unusable(&error))
}

fn unusable(error: &dyn std::error::Error) -> Complaint {
    Complaint::new(
        Exit::BadSettings,
        "web-certificate",
        "Không dùng được chứng thư của các trang. Kiểm tra web.tls_files: chứng thư, khóa (PEM), cách nhau bằng dấu phẩy.",
        "The pages' certificate cannot be used. Check web.tls_files: certificate and key (PEM), by a comma.",
    )
    .because(error)
}
