//! Pages over TLS: a certificate, and a door that hands over connections once they are encrypted.
//!
//! The pages of a province are reached from outside its desk's own network. Where the province's IT gives no certificate of
//! its own, one is made that names itself; browsers ask once, and its fingerprint can be compared with the one the
//! program prints.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::tls::provider;

/// Whoever does not finish a handshake in this time is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that wait to be taken; behind them newcomers wait with the system.
const WAITING: usize = 64;

/// Why there is no door.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file holds no certificate or no key.
    #[error("the certificate or its key cannot be read")]
    Unreadable(#[from] rustls::pki_types::pem::Error),
    /// The key is not that of the certificate, or of a sort we do not know.
    #[error("the certificate does not fit its key")]
    Unfit(#[from] rustls::Error),
    /// No certificate could be made.
    #[error("no certificate could be made")]
    NotMade(#[from] rcgen::Error),
}

/// A certificate with its key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// Reads PEM texts: the certificate, with those it rests on behind it, and its key.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn read(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>()?;
        Ok(Self { chain, key: PrivateKeyDer::from_pem_slice(key.as_bytes())? })
    }

    /// Makes one that names itself, for these names and addresses: the PEM texts of certificate and key.
    ///
    /// # Errors
    /// When a name is none.
    pub fn make(names: Vec<String>) -> Result<(String, String), CertificateError> {
        let made = rcgen::generate_simple_self_signed(names)?;
        Ok((made.cert.pem(), made.signing_key.serialize_pem()))
    }

    /// The SHA-256 of the certificate as browsers show it: `AB:CD:...`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, self.chain.first().map_or(&[][..], |first| first));
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }
}

/// An encrypted connection.
pub type TlsConnection = TlsStream<TcpStream>;

/// A listening door whose connections are encrypted.
pub struct TlsDoor {
    ready: mpsc::Receiver<(TlsConnection, SocketAddr)>,
    at: SocketAddr,
}

impl TlsDoor {
    /// Opens it on a bound socket, within a runtime. Handshakes go on side by side, so that a slow one keeps nobody
    /// waiting.
    ///
    /// # Errors
    /// When certificate and key do not fit each other.
    pub fn open(listener: TcpListener, certificate: Certificate) -> Result<Self, CertificateError> {
        let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let config = config.with_no_client_auth().with_single_cert(certificate.chain, certificate.key)?;
        let at = listener.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        let (sender, ready) = mpsc::channel(WAITING);
        tokio::spawn(greet(listener, TlsAcceptor::from(Arc::new(config)), sender));
        Ok(Self { ready, at })
    }

    /// The next connection, encrypted.
    ///
    /// # Errors
    /// When the socket is gone.
    pub async fn accept(&mut self) -> io::Result<(TlsConnection, SocketAddr)> {
        self.ready.recv().await.ok_or_else(|| io::Error::other("the socket is gone"))
    }

    /// Where it is.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.at
    }
}

async fn greet(listener: TcpListener, acceptor: TlsAcceptor, ready: mpsc::Sender<(TlsConnection, SocketAddr)>) {
    while !ready.is_closed() {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, say: trying at once would only burn the processor.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                // Nobody takes it any more when the program ends.
                Ok(Ok(stream)) => drop(ready.send((stream, from)).await),
                Ok(Err(error)) => tracing::debug!(%from, %error, "no TLS"),
                Err(_) => tracing::debug!(%from, "a handshake took too long"),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_was_made_can_be_read() {
        let (certificate, key) = Certificate::make(vec!["tinh.local".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let read = Certificate::read(&certificate, &key).unwrap();
        assert_eq!(read.fingerprint().len(), 32 * 3 - 1);
        assert!(Certificate::read(&key, &certificate).is_err());
    }
}
