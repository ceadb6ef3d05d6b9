//! One gateway thread: a runtime of its own with everything that runs on it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tidemill_core::metrics::Gauge;
use tidemill_core::ring::{Consumer, Producer};
use tidemill_core::time::Clock;
use tidemill_core::wake::Sleeper;
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};

use super::connection::{Shutdown, accept, serve, told};
use super::front::Front;
use super::health::HealthFront;
use super::pump::pump;
use super::service::Services;
use crate::desk::{Desk, DeskConfig};
use crate::here;
use crate::http::{HttpDoor, serve_http};
use crate::metrics::GatewayMetrics;
use crate::topology::TopologySource;

/// Blocking reads of records under way.
const HELPER_COUNT_MAX: usize = 4;
/// How long held requests have, after the gateway was told to go down.
const DRAIN: Duration = Duration::from_millis(3000);
/// How often it is looked whether they are answered.
const DRAIN_STEP: Duration = Duration::from_millis(20);
/// What clients have before that, to hear of it, and after it, to get what was answered.
const GRACE: Duration = Duration::from_millis(200);

/// What a thread is started with.
pub(crate) struct ThreadPlan {
    pub(crate) config: DeskConfig,
    pub(crate) listener: TcpListener,
    pub(crate) http: Option<(TcpListener, HttpDoor)>,
    pub(crate) sleeper: Sleeper,
    pub(crate) links: Vec<(Producer, Vec<u32>)>,
    pub(crate) rings: Vec<Consumer>,
    pub(crate) topology: Arc<dyn TopologySource>,
    pub(crate) metrics: GatewayMetrics,
    pub(crate) clock: Clock,
    pub(crate) shutdown: Shutdown,
}

/// Runs a gateway thread until it is told to go down and what it holds is answered.
///
/// # Errors
/// What the system refuses at the start.
pub(crate) fn run(plan: ThreadPlan) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(HELPER_COUNT_MAX)
        .build()?;
    let served = LocalSet::new().block_on(&runtime, serve_all(plan));
    // A reader that blocks on a helper thread must not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(200));
    served
}

async fn serve_all(plan: ThreadPlan) -> std::io::Result<()> {
    let rearm = Arc::new(Notify::new());
    let connections: Gauge = plan.metrics.connections.clone();
    here::install(Desk::new(plan.config, plan.links, rearm.clone(), plan.metrics), plan.clock);
    let health = HealthFront { topology: plan.topology.clone() };
    let services = Services::new(Front { topology: plan.topology }, health);
    let listener = tokio::net::TcpListener::from_std(plan.listener)?;
    let mut pump = tokio::task::spawn_local(pump(plan.sleeper, plan.rings, rearm));

    let mut shutdown = plan.shutdown.clone();
    let work = async {
        let clients = serve_clients(listener, connections, services, plan.shutdown.clone());
        match plan.http {
            None => clients.await,
            Some((listener, door)) => {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let http = serve_http(listener, door, plan.shutdown.clone());
                tokio::join!(clients, http).0
            }
        }
    };
    let end = async {
        told(&mut shutdown).await;
        here::with(|desk| desk.drain());
        drained().await
    };
    tokio::select! {
        done = work => done,
        open_count = end => {
            if open_count > 0 {
                tracing::warn!(open_count, "some requests were still open when the gateway went down");
            }
            Ok(())
        }
        broken = &mut pump => broken.map_err(std::io::Error::other)?,
    }
}

/// Until everything held is answered, or time is up; gives how many requests are left. Clients that stay connected
/// without a request are not waited for.
async fn drained() -> usize {
    tokio::time::sleep(GRACE).await;
    let until = tokio::time::Instant::now() + DRAIN;
    loop {
        let open_count = here::with(|desk| desk.open_count());
        if open_count == 0 || tokio::time::Instant::now() >= until {
            tokio::time::sleep(GRACE).await;
            return open_count;
        }
        tokio::time::sleep(DRAIN_STEP).await;
    }
}

/// Until no client is left after the gateway was told to go down.
async fn serve_clients(
    listener: tokio::net::TcpListener,
    connections: Gauge,
    services: Services,
    shutdown: Shutdown,
) -> std::io::Result<()> {
    let open = std::cell::RefCell::new(JoinSet::new());
    accept(listener, connections, shutdown.clone(), |stream, counted| {
        let (services, shutdown) = (services.clone(), shutdown.clone());
        let mut open = open.borrow_mut();
        while open.try_join_next().is_some() {}
        open.spawn_local(async move {
            serve(stream, services, shutdown).await;
            drop(counted);
        });
    })
    .await;
    let mut open = open.into_inner();
    while open.join_next().await.is_some() {}
    Ok(())
}
