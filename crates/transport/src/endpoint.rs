//! The socket and the QUIC settings of both directions.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use quinn::{EndpointConfig, IdleTimeout, MtuDiscoveryConfig, ServerConfig, TransportConfig, VarInt};
use quinn_proto::HashedConnectionIdGenerator;
use ring::hmac;
use socket2::{Domain, Protocol, Socket, Type};

use crate::config::Config;
use crate::identity::Identity;
use crate::{CLASSES, tickets, tls};

/// Handshakes that may wait to be looked at; they are looked at without delay.
const WAITING: usize = 4096;
/// Bytes that may wait with each of them, and with all: what arrives ahead of its handshake is sent again anyway.
const WAITING_BYTES: u64 = 16 * 1024;
const WAITING_BYTES_ALL: u64 = 8 * 1024 * 1024;

/// Opens the socket: dual-stack where `[::]` is asked for and possible, with large kernel buffers where allowed.
pub(crate) fn open_socket(bind: SocketAddr, buffer: usize) -> io::Result<UdpSocket> {
    let socket = match bound(bind) {
        Err(_) if bind.is_ipv6() && bind.ip().is_unspecified() => bound((Ipv4Addr::UNSPECIFIED, bind.port()).into())?,
        other => other?,
    };
    for (direction, result) in
        [("receive", socket.set_recv_buffer_size(buffer)), ("send", socket.set_send_buffer_size(buffer))]
    {
        if let Err(error) = result {
            tracing::debug!(direction, %error, "the kernel keeps its own buffer size");
        }
    }
    Ok(socket.into())
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Settings of the endpoint. Its secrets come from the identity, so that after a restart the peers of old connections
/// are told at once that those are gone, instead of waiting out the idle timeout.
pub(crate) fn endpoint_config(identity: &Identity) -> EndpointConfig {
    let reset = hmac::Key::new(hmac::HMAC_SHA256, &identity.secret_for("hopluu quic reset"));
    let mut config = EndpointConfig::new(Arc::new(reset));
    let secret = identity.secret_for("hopluu quic connection ids");
    let (first, _) = secret.split_first_chunk().expect("32 bytes hold 8");
    let key = u64::from_le_bytes(*first);
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(key)));
    config
}

/// Settings of accepted connections.
pub(crate) fn server_config(identity: &Identity, config: &Config) -> Result<ServerConfig, rustls::Error> {
    let mut server = ServerConfig::with_crypto(tls::listen_tls(identity, config.sessions.max(tickets::PER_PEER))?);
    server
        .transport_config(Arc::new(transport_config(config)))
        .max_incoming(WAITING)
        .incoming_buffer_size(WAITING_BYTES)
        .incoming_buffer_size_total(WAITING_BYTES_ALL);
    Ok(server)
}

/// Settings of dialled connections, which alone keep the line alive.
pub(crate) fn dial_config(config: &Config) -> Arc<TransportConfig> {
    let mut transport = transport_config(config);
    transport.keep_alive_interval(Some(config.keep_alive));
    Arc::new(transport)
}

fn transport_config(config: &Config) -> TransportConfig {
    let mut transport = TransportConfig::default();
    let classes = u32::from(CLASSES);
    let idle = u32::try_from(config.idle_timeout.as_millis()).unwrap_or(u32::MAX);
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(0))
        .max_concurrent_uni_streams(VarInt::from_u32(classes))
        .stream_receive_window(VarInt::from_u32(config.stream_window))
        // Every class must be able to fill its window without shutting out another.
        .receive_window(VarInt::from_u32(config.stream_window.saturating_mul(classes)))
        .send_window(config.send_window.into())
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(idle))))
        .keep_alive_interval(None)
        .initial_rtt(config.initial_rtt)
        .datagram_receive_buffer_size(None)
        .mtu_discovery_config(config.mtu_probe.map(|upper| {
            let mut discovery = MtuDiscoveryConfig::default();
            discovery.upper_bound(upper);
            discovery
        }));
    transport
}
