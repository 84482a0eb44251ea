//! TLS 1.3 with raw public keys on both sides.

use std::sync::Arc;

use hopluu_model::DeviceId;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption, TicketRequest};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, SignatureScheme, version,
};

use crate::identity::{Identity, device_of_spki};
use crate::tickets::{PER_PEER, Tickets};

/// The one protocol both ends must name.
pub(crate) const ALPN: &[u8] = b"hopluu/1";

/// What a dialler needs: the store of tickets and the settings that ask for just as many new ones as are missing.
pub(crate) struct DialTls {
    tickets: Arc<Tickets>,
    by_missing: Vec<Arc<QuicClientConfig>>,
}

impl DialTls {
    /// Prepares dials that prove `identity` and remember tickets of at most `max_peers` peers.
    pub(crate) fn new(identity: &Identity, max_peers: usize) -> Result<Self, Error> {
        let tickets = Arc::new(Tickets::new(max_peers));
        let base = client_config(identity, tickets.clone())?;
        let by_missing = (0..=PER_PEER)
            .map(|missing| {
                let mut config = base.clone();
                // One more than is missing: the dial itself uses one up.
                let wanted = (missing + 1).min(PER_PEER) as u8;
                config.send_ticket_request =
                    Some(TicketRequest { new_session_count: PER_PEER as u8, resumption_count: wanted });
                Ok(Arc::new(QuicClientConfig::try_from(config).map_err(|e| Error::General(e.to_string()))?))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { tickets, by_missing })
    }

    /// The settings for the next dial to `peer`.
    pub(crate) fn for_dial(&self, peer: DeviceId) -> Arc<QuicClientConfig> {
        let left = ServerName::try_from(name_of(peer)).map_or(0, |name| self.tickets.left(&name));
        self.by_missing[PER_PEER - left.min(PER_PEER)].clone()
    }
}

/// The name under which a peer is dialled. It never leaves this machine; it carries the pinned key to the verifier and
/// keeps the tickets of different peers apart.
pub(crate) fn name_of(peer: DeviceId) -> String {
    peer.to_string().to_ascii_lowercase()
}

/// Settings of a listener that remembers `sessions` handshakes for 0-RTT.
pub(crate) fn listen_tls(identity: &Identity, sessions: usize) -> Result<Arc<QuicServerConfig>, Error> {
    let provider = provider();
    let verifier = Arc::new(AnyDevice(provider.signature_verification_algorithms));
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(certified(identity)?)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Early data needs sessions kept here and taken once; stateless tickets would allow any number of replays.
    config.session_storage = ServerSessionMemoryCache::new(sessions);
    // QUIC knows only this value or none; how much may come is bounded by the stream windows.
    config.max_early_data_size = u32::MAX;
    config.send_tls13_tickets = PER_PEER;
    config.max_tls13_tickets = PER_PEER;
    Ok(Arc::new(QuicServerConfig::try_from(config).map_err(|e| Error::General(e.to_string()))?))
}

/// The device whose key the peer has proved, in this handshake or in the session it resumes.
pub(crate) fn peer_of(connection: &quinn::Connection) -> Option<DeviceId> {
    let keys = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    device_of_spki(keys.first()?)
}

/// Settings of a dialler that keeps its tickets in `tickets`.
pub(crate) fn client_config(identity: &Identity, tickets: Arc<Tickets>) -> Result<rustls::ClientConfig, Error> {
    let provider = provider();
    let verifier = Arc::new(PinnedDevice(provider.signature_verification_algorithms));
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(certified(identity)?)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::store(tickets);
    config.enable_early_data = true;
    config.enable_sni = false;
    Ok(config)
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, Error> {
    let key = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(identity.pkcs8()))?;
    Ok(Arc::new(CertifiedKey::new(vec![CertificateDer::from(identity.spki())], key)))
}

/// Accepts the one device whose name was dialled.
#[derive(Debug)]
struct PinnedDevice(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for PinnedDevice {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let device = well_formed(end_entity, intermediates)?;
        if server_name.to_str() != name_of(device) {
            return Err(CertificateError::NotValidForName.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature_with_raw_key(message, &SubjectPublicKeyInfoDer::from(cert.as_ref()), dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Accepts every device that proves its key; whether it is welcome is decided by whoever reads the events.
#[derive(Debug)]
struct AnyDevice(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyDevice {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        well_formed(end_entity, intermediates)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature_with_raw_key(message, &SubjectPublicKeyInfoDer::from(cert.as_ref()), dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

fn well_formed(key: &CertificateDer<'_>, more: &[CertificateDer<'_>]) -> Result<DeviceId, Error> {
    match device_of_spki(key) {
        Some(device) if more.is_empty() => Ok(device),
        _ => Err(CertificateError::BadEncoding.into()),
    }
}
