//! Peers that do not keep the rules, against lines that do.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Connection, ConnectionError, Endpoint, TokioRuntime};
use tokio::sync::mpsc;

use crate::tickets::Tickets;
use crate::tls::{client_config, name_of};
use crate::{Config, Event, Identity, Lines, closing};

/// A relay, and a client of which `change` makes a stranger.
struct Scene {
    relay: Lines,
    events: mpsc::Receiver<Event>,
    endpoint: Endpoint,
    client: ClientConfig,
}

impl Scene {
    fn new(change: impl FnOnce(&mut rustls::ClientConfig)) -> Self {
        let (sender, events) = mpsc::channel(16);
        let config = Config::relay((Ipv4Addr::LOCALHOST, 0).into());
        let relay = Lines::open(&Identity::from_seed(&[2; 32]), config, sender).unwrap();
        let mut tls = client_config(&Identity::from_seed(&[1; 32]), Arc::new(Tickets::new(1))).unwrap();
        change(&mut tls);
        let client = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).unwrap()));
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let endpoint = Endpoint::new(quinn::EndpointConfig::default(), None, socket, Arc::new(TokioRuntime)).unwrap();
        Self { relay, events, endpoint, client }
    }

    async fn connect(&self) -> Result<Connection, ConnectionError> {
        let name = name_of(Identity::from_seed(&[2; 32]).device());
        self.endpoint.connect_with(self.client.clone(), self.relay.local_addr().unwrap(), &name).unwrap().await
    }

    async fn next(&mut self) -> Event {
        tokio::time::timeout(Duration::from_secs(10), self.events.recv()).await.unwrap().unwrap()
    }

    /// Writes each text on a stream of its own, and expects to be shown the door with `code`.
    async fn is_shown_the_door(&mut self, streams: &[&[u8]], code: u64) {
        let connection = self.connect().await.unwrap();
        let mut open = Vec::new();
        for text in streams {
            let mut stream = connection.open_uni().await.unwrap();
            stream.write_all(text).await.unwrap();
            open.push(stream);
        }
        let ConnectionError::ApplicationClosed(close) = connection.closed().await else { panic!("closed otherwise") };
        assert_eq!(close.error_code.into_inner(), code);
        loop {
            if let Event::Down { reason, .. } = self.next().await {
                break assert_eq!(reason.code, Some(code));
            }
        }
    }
}

#[tokio::test]
async fn another_protocol_is_refused() {
    let scene = Scene::new(|tls| tls.alpn_protocols = vec![b"h3".to_vec()]);
    let Err(ConnectionError::ConnectionClosed(close)) = scene.connect().await else { panic!("refused") };
    // no_application_protocol, RFC 7301
    assert_eq!(u64::from(close.error_code), 0x100 + 120);
}

#[tokio::test]
async fn who_names_no_protocol_or_proves_no_key_is_never_heard_of() {
    let mut scene = Scene::new(|tls| {
        tls.client_auth_cert_resolver = Arc::new(rustls::client::AlwaysResolvesClientRawPublicKeys::new(Arc::new(
            rustls::sign::CertifiedKey::new(vec![], tls_key()),
        )));
    });
    // In TLS 1.3 the client learns of it one flight later.
    if let Ok(connection) = scene.connect().await {
        assert!(matches!(connection.closed().await, ConnectionError::ConnectionClosed(_)));
    }
    let silent = Scene::new(|tls| tls.alpn_protocols.clear());
    assert!(silent.connect().await.is_err());
    assert!(scene.events.try_recv().is_err());
    scene.relay.shutdown();
}

#[tokio::test]
async fn broken_streams_close_the_line() {
    let mut scene = Scene::new(|_| {});
    scene.is_shown_the_door(&[&[4]], closing::BAD_STREAM).await;
    scene.is_shown_the_door(&[&[1], &[1]], closing::BAD_STREAM).await;
    scene.is_shown_the_door(&[&[0, 0]], closing::BAD_FRAME).await;
    scene.is_shown_the_door(&[&[0, 1, 7], &[3, 0xff, 0xff, 0x7f]], closing::BAD_FRAME).await;
}

fn tls_key() -> Arc<dyn rustls::sign::SigningKey> {
    let key = Identity::from_seed(&[1; 32]).pkcs8();
    rustls::crypto::ring::sign::any_eddsa_type(&rustls::pki_types::PrivatePkcs8KeyDer::from(key)).unwrap()
}
