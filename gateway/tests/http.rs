//! The HTTP door.

mod common;

use common::{Setup, World};
use tidemill_record::compose_key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn ask(world: &World, method: &str, target: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(world.gateway.http_address().unwrap()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

#[tokio::test]
async fn each_route_answers() {
    let world = World::start(Setup { shards: vec![vec![1], vec![2]], ..Default::default() });
    let check = async |method: &str, target: &str, body: &str, status: u16, expected: &str| {
        assert_eq!(ask(&world, method, target, body).await, (status, expected.to_owned()), "{target}");
    };
    check("GET", "/health", "", 200, "{\"status\":\"UP\"}").await;
    check("GET", "/records?partition=1&from=7&wait_ms=5", "", 200, "{\"position\":7}\n{\"position\":8}\n")
        .await;
    check("GET", "/records?partition=3", "", 400, "there is no partition 3\n").await;
    check("GET", "/records?from=x", "", 400, "'from' should be a number, but was 'x'\n").await;
    check("GET", "/query/incidents", "", 200, "[{\"incidents\":1},{\"incidents\":2}]").await;
    check("GET", "/query/digest?partition=2", "", 200, "[{\"digest\":2}]").await;
    let (known, unknown) = (compose_key(2, 1), compose_key(2, 2));
    check("GET", &format!("/query/instance/{known}"), "", 200, "[{\"instance\":2}]").await;
    let missing = format!("no process instance has the key {unknown}\n");
    check("GET", &format!("/query/instance/{unknown}"), "", 404, &missing).await;
    assert_eq!(ask(&world, "GET", "/query/instance/5", "").await.0, 503);
    check("POST", "/test/echo", "{}", 200, "POST {}").await;
    assert_eq!(ask(&world, "GET", "/nothing", "").await.0, 404);
    let (status, text) = ask(&world, "GET", "/metrics", "").await;
    assert!(status == 200 && text.contains("tidemill_gateway_requests_total{thread=\"0\"}"), "{text}");
}
