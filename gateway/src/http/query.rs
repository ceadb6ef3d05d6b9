//! Questions about the state of partitions.

use tonic::Status;

use super::HttpAnswer;
use super::answer::of_status;
use crate::desk::Failure;
use crate::here;
use crate::route::partition_of;
use crate::rpc::{QueryReply, Reply};
use crate::server::PendingReply;
use crate::status::unreadable;

/// Asks the partition of an instance.
pub(super) async fn instance(key: i64) -> HttpAnswer {
    match ask("instance", key, partition_of(key)).await {
        Ok(reply) if reply.found => HttpAnswer::json(reply.json),
        Ok(_) => HttpAnswer::error(404, format_args!("no process instance has the key {key}")),
        Err(status) => of_status(&status),
    }
}

/// Asks one partition for the digest of its state.
pub(super) async fn digest(partition_id: u32) -> HttpAnswer {
    match ask("digest", -1, i64::from(partition_id)).await {
        Ok(reply) => HttpAnswer::json(reply.json),
        Err(status) => of_status(&status),
    }
}

/// Asks all partitions for their incidents, one after the other.
pub(super) async fn incidents() -> HttpAnswer {
    let partitions: Vec<u32> = here::with(|desk| desk.partitions().to_vec());
    let mut all = String::from("[");
    for partition_id in partitions {
        match ask("incidents", -1, i64::from(partition_id)).await {
            Ok(reply) => append(&mut all, &reply),
            Err(status) => return of_status(&status),
        }
    }
    all.push(']');
    HttpAnswer::json(all)
}

fn append(all: &mut String, reply: &QueryReply) {
    let json = reply.json.trim();
    let items = json.strip_prefix('[').and_then(|json| json.strip_suffix(']')).unwrap_or(json).trim();
    if all.len() > 1 && !items.is_empty() {
        all.push(',');
    }
    all.push_str(items);
}

async fn ask(question: &str, key: i64, partition_id: i64) -> Result<QueryReply, Status> {
    let id = here::with_time(|desk, now_ms| desk.query(question, key, partition_id, now_ms))?;
    match PendingReply::new(id).await {
        Ok(Reply::Query(reply)) => Ok(reply),
        Ok(_) => Err(unreadable("it answers another request")),
        Err(Failure::Refused(status) | Failure::Failed(status)) => Err(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_partitions_become_one() {
        let check = |lists: &[&str], expected: &str| {
            let mut all = String::from("[");
            for json in lists {
                append(&mut all, &QueryReply { found: true, json: (*json).to_owned() });
            }
            all.push(']');
            assert_eq!(all, expected);
        };
        check(&[], "[]");
        check(&["[]", "[{\"a\":1}]", "[]", "[2,3]"], "[{\"a\":1},2,3]");
        check(&["{\"a\":1}", ""], "[{\"a\":1}]");
    }
}
