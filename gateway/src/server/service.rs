//! One HTTP/2 request: which gRPC service it is for.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use http::{HeaderValue, Request, Response, Uri};
use hyper::body::Incoming;
use tidemill_core::limits::MESSAGE_BYTES_MAX;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tower_service::Service;

use super::front::Front;
use super::health::HealthFront;
use crate::proto::{GatewayServer, HealthServer};
use crate::status;

const GRPC_STATUS: &str = "grpc-status";
const GRPC_MESSAGE: &str = "grpc-message";
/// The library's code for what it does not know.
const UNIMPLEMENTED: &[u8] = b"12";
/// The library's code for messages over the limit ...
const OUT_OF_RANGE: &[u8] = b"11";
/// ... and what clients of Zeebe get.
const RESOURCE_EXHAUSTED: HeaderValue = HeaderValue::from_static("8");

/// Calls open on one gateway thread, polls and streams included; each may cost some kilobytes.
const OPEN_CALL_COUNT_MAX: usize = 16_384;

/// The services of one gateway thread.
#[derive(Clone)]
pub(crate) struct Services {
    open: Arc<AtomicUsize>,
    gateway: GatewayServer<Front>,
    health: HealthServer<HealthFront>,
}

impl Services {
    pub(crate) fn new(front: Front, health: HealthFront) -> Self {
        let gateway = GatewayServer::new(front).max_decoding_message_size(MESSAGE_BYTES_MAX);
        Self { open: Arc::default(), gateway, health: HealthServer::new(health) }
    }
}

impl hyper::service::Service<Request<Incoming>> for Services {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Call;

    fn call(&self, request: Request<Incoming>) -> Call {
        let uri = request.uri().clone();
        let open = Open::new(&self.open);
        if self.open.load(Ordering::Relaxed) > OPEN_CALL_COUNT_MAX {
            let refused = status::exhausted("Too many calls are open on this gateway thread").into_http();
            return Call { inner: Box::pin(std::future::ready(Ok(refused))), uri, _open: open };
        }
        let inner = if request.uri().path().starts_with("/grpc.health.v1.Health/") {
            self.health.clone().call(request)
        } else {
            self.gateway.clone().call(request)
        };
        Call { inner, uri, _open: open }
    }
}

/// A call under way.
pub(crate) struct Call {
    inner: BoxFuture<Response<Body>, Infallible>,
    uri: Uri,
    _open: Open,
}

/// Counts a call until its answer begins.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the generated services answer to a path that is none of theirs, made to name it.
fn name_unknown(uri: &Uri, response: &mut Response<Body>) {
    let headers = response.headers_mut();
    if headers.get(GRPC_STATUS).is_some_and(|code| code.as_bytes() == UNIMPLEMENTED)
        && !headers.contains_key(GRPC_MESSAGE)
    {
        // A path has no characters that a header could not carry.
        let text = format!("there is no RPC {}", uri.path());
        if let Ok(text) = HeaderValue::from_str(&text) {
            headers.insert(GRPC_MESSAGE, text);
        }
    }
}

impl Future for Call {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = ready!(self.inner.as_mut().poll(context))?;
        if let Some(code) = response.headers_mut().get_mut(GRPC_STATUS)
            && code.as_bytes() == OUT_OF_RANGE
        {
            *code = RESOURCE_EXHAUSTED;
        }
        name_unknown(&self.uri, &mut response);
        Poll::Ready(Ok(response))
    }
}
