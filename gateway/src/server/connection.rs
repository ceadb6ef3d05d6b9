//! Connections of clients: accepted up to a bound, served until they end or the gateway goes down.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tidemill_core::limits::CLIENT_CONNECTION_COUNT_MAX;
use tidemill_core::metrics::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::service::Services;

/// Requests under way on one connection.
const CALLS_PER_CONNECTION_MAX: u32 = 8_192;
/// Calls that a client may cancel before they were looked at; more look like an attack (CVE-2023-44487).
const CANCELLED_CALLS_MAX: usize = 1024;
/// Unread bytes of all calls of a connection. The library allows so many bytes of framing overhead for small frames
/// that nobody has read yet as half of this; with its default a few hundred calls at once end the connection.
const CONNECTION_WINDOW_BYTES: u32 = 8 * 1024 * 1024;
/// Unread bytes of one call.
const CALL_WINDOW_BYTES: u32 = 1024 * 1024;
/// Headers of one call.
const HEADER_BYTES_MAX: u32 = 16 * 1024;
/// Unsent bytes of one call, so that a slow client stops its job stream early.
const SEND_BUFFER_BYTES: usize = 64 * 1024;
/// How often a silent client is asked whether it is there, and how long it may take to answer. Clients may
/// ask as often as they like.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Pause after a failed accept: no descriptors left does not get better at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Told once, when the gateway goes down.
pub(crate) type Shutdown = watch::Receiver<bool>;

/// Counts a connection while it lives.
pub(crate) struct Counted(Rc<Gauge>);

impl Counted {
    pub(crate) fn new(gauge: &Rc<Gauge>) -> Self {
        gauge.add(1);
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

/// Waits until the gateway goes down.
pub(crate) async fn told(shutdown: &mut Shutdown) {
    // An error means that the handle is gone, which is the same.
    let _ = shutdown.wait_for(|down| *down).await;
}

/// Runs `work` until it is over, calling `close` on it once when the gateway goes down.
pub(crate) async fn close_or<F: Future>(
    work: F,
    mut shutdown: Shutdown,
    close: impl Fn(std::pin::Pin<&mut F>),
) {
    let mut work = pin!(work);
    tokio::select! {
        _ = work.as_mut() => return,
        () = told(&mut shutdown) => {}
    }
    close(work.as_mut());
    work.await;
}

/// Accepts clients until the gateway goes down, and hands each to `serve`.
pub(crate) async fn accept(
    listener: TcpListener,
    connections: Gauge,
    mut shutdown: Shutdown,
    serve: impl Fn(TcpStream, Counted),
) {
    let connections = Rc::new(connections);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told(&mut shutdown) => return,
        };
        match accepted {
            Ok(_) if connections.get() >= CLIENT_CONNECTION_COUNT_MAX as i64 => {
                tracing::warn!("too many connections of clients: one is closed at once");
            }
            Ok((stream, _)) => {
                // Small frames must not wait for acknowledgements; a socket that is gone shows later.
                let _ = stream.set_nodelay(true);
                serve(stream, Counted::new(&connections));
            }
            Err(error) => {
                tracing::warn!(%error, "a client cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves gRPC on one connection.
pub(crate) async fn serve(stream: TcpStream, services: Services, shutdown: Shutdown) {
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .initial_stream_window_size(CALL_WINDOW_BYTES)
        .max_concurrent_streams(CALLS_PER_CONNECTION_MAX)
        .max_pending_accept_reset_streams(CANCELLED_CALLS_MAX)
        .max_header_list_size(HEADER_BYTES_MAX)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .serve_connection(TokioIo::new(stream), services);
    close_or(connection, shutdown, |connection| connection.graceful_shutdown()).await;
}
