//! The desk without sockets, threads or clocks.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tidemill_core::ring::{Consumer, ring};
use tidemill_core::wake::waker;
use tidemill_record::frame::{AnswerFrame, CommandFrame, FrameKind, PushFrame, RefusalFrame, encoded};
use tidemill_record::value::{JobBatchValue, JobValue, Value};
use tidemill_record::{JobBatchIntent, ListBuffer, ValueType, compose_key};
use tokio::sync::Notify;
use tonic::Code;

use super::*;
use crate::metrics::GatewayMetrics;
use crate::proto::gateway::{
    ActivateJobsRequest, CompleteJobRequest, CreateProcessInstanceRequest, StreamActivatedJobsRequest,
};
use crate::rpc::{CompleteJob, CreateProcessInstance};

/// A desk with one shard for each list of partitions, and the shards' ends of the rings.
fn desk(shards: &[&[u32]]) -> (Desk, Vec<Consumer>) {
    let mut links = Vec::new();
    let mut ends = Vec::new();
    for partitions in shards {
        let (_, shard_waker) = waker().unwrap();
        let (producer, consumer) = ring(64 * 1024, 1 << 20, shard_waker, None);
        links.push((producer, partitions.to_vec()));
        ends.push(consumer);
    }
    let config = DeskConfig {
        thread: 2,
        partition_count: 3,
        open_request_count_max: 100,
        request_timeout_ms: 1000,
        long_poll_ms: 10_000,
        address: "broker:1".to_owned(),
    };
    (Desk::new(config, links, Arc::new(Notify::new()), GatewayMetrics::default()), ends)
}

fn outcome(desk: &mut Desk, id: i64) -> Option<Outcome> {
    match desk.poll_outcome(id, &mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

fn complete(desk: &mut Desk, now_ms: u64) -> i64 {
    let request = CompleteJobRequest { job_key: compose_key(1, 5), ..Default::default() };
    desk.call::<CompleteJob>(&request, &mut Attempt::default(), now_ms).unwrap()
}

/// What lies in a ring: kinds, and for commands intent and key.
fn sent(end: &mut Consumer) -> Vec<(FrameKind, i32, i64)> {
    let mut all = Vec::new();
    while let Some(frame) = end.read() {
        let kind = FrameKind::from_tag(frame.kind()).unwrap();
        let command =
            if kind == FrameKind::Command { CommandFrame::take(&frame).unwrap() } else { Default::default() };
        all.push((kind, command.intent, command.key));
    }
    all
}

fn batch(keys: &[i64]) -> Vec<u8> {
    let (mut key_list, mut jobs) = (ListBuffer::default(), ListBuffer::default());
    for key in keys {
        key_list.push(key);
        jobs.push(&JobValue::default());
    }
    encoded(&JobBatchValue { job_keys: key_list.as_list(), jobs: jobs.as_list(), ..Default::default() })
}

fn answer_batch(desk: &mut Desk, request_id: i64, keys: &[i64]) {
    let value = batch(keys);
    let answer = AnswerFrame {
        request_id,
        value_type: ValueType::JobBatch,
        intent: JobBatchIntent::Activated as i32,
        value: &value,
        ..Default::default()
    };
    desk.receive(0, FrameKind::Answer as u32, &encoded(&answer), 0);
}

const YIELD: i32 = tidemill_record::JobIntent::Yield as i32;

#[test]
fn an_answer_finds_its_request_once() {
    let (mut desk, mut ends) = desk(&[&[1]]);
    let id = complete(&mut desk, 0);
    assert_eq!(id >> 48, 2, "ids name the gateway thread");
    assert_eq!(sent(&mut ends[0]).len(), 1);
    assert!(outcome(&mut desk, id).is_none());
    let answer = encoded(&AnswerFrame { request_id: id, ..Default::default() });
    desk.receive(0, FrameKind::Answer as u32, &answer, 0);
    desk.receive(0, FrameKind::Answer as u32, &answer, 0);
    assert!(matches!(outcome(&mut desk, id), Some(Ok(Reply::Complete(_)))));
    assert_eq!(desk.metrics.unclaimed.get(), 1);
}

#[test]
fn time_ends_a_request_and_its_late_answer_is_dropped() {
    let (mut desk, _ends) = desk(&[&[1]]);
    let id = complete(&mut desk, 50);
    assert_eq!(desk.earliest_ms(), 1050);
    desk.expire(1049);
    assert!(outcome(&mut desk, id).is_none());
    desk.expire(1050);
    let Some(Err(Failure::Failed(status))) = outcome(&mut desk, id) else { panic!("no time-out") };
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().ends_with("command-api-1 to broker:1 timed out in PT1S"), "{status:?}");
    desk.receive(
        0,
        FrameKind::Answer as u32,
        &encoded(&AnswerFrame { request_id: id, ..Default::default() }),
        0,
    );
    assert_eq!(desk.earliest_ms(), u64::MAX);
}

#[test]
fn bytes_that_are_no_frame_do_no_harm() {
    let (mut desk, _ends) = desk(&[&[1]]);
    let id = complete(&mut desk, 0);
    for kind in 0..80 {
        for bytes in [&[][..], &[0xff; 40], &[1, 2, 3]] {
            desk.receive(0, kind, bytes, 0);
        }
    }
    assert!(outcome(&mut desk, id).is_none());
}

#[test]
fn only_what_was_refused_goes_to_the_next_partition() {
    let check = |code: Code, expected_tries: usize, expected: Code| {
        let (mut desk, mut ends) = desk(&[&[1, 2], &[3]]);
        let request = CreateProcessInstanceRequest::default();
        let mut attempt = Attempt::default();
        let mut tries = 0;
        let status = loop {
            let id = match desk.call::<CreateProcessInstance>(&request, &mut attempt, 0) {
                Ok(id) => id,
                Err(status) => break status,
            };
            tries += 1;
            let refusal = RefusalFrame { request_id: id, code: code as i32, message: "no" };
            desk.receive(0, FrameKind::Refusal as u32, &encoded(&refusal), 0);
            match outcome(&mut desk, id) {
                Some(Err(Failure::Refused(refusal))) => match attempt.refused(refusal) {
                    Ok(()) => {}
                    Err(status) => break status,
                },
                Some(Err(Failure::Failed(status))) => break status,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((tries, status.code()), (expected_tries, expected));
        let received: usize = ends.iter_mut().map(|end| sent(end).len()).sum();
        assert_eq!(received, expected_tries);
    };
    check(Code::ResourceExhausted, 3, Code::ResourceExhausted);
    check(Code::Unavailable, 3, Code::ResourceExhausted);
    check(Code::InvalidArgument, 1, Code::InvalidArgument);
}

#[test]
fn jobs_of_a_client_that_is_gone_are_yielded() {
    let key = compose_key(1, 9);
    let request =
        ActivateJobsRequest { r#type: "t".to_owned(), max_jobs_to_activate: 1, ..Default::default() };
    // Gone before the answer came.
    let (mut desk, mut ends) = desk(&[&[1]]);
    let id = desk.ask_for_jobs(&request, 1, 0).unwrap();
    desk.abandon(id);
    sent(&mut ends[0]);
    answer_batch(&mut desk, id, &[key]);
    assert_eq!(sent(&mut ends[0]), [(FrameKind::Command, YIELD, key)]);
    // Gone before it was looked at.
    let id = desk.ask_for_jobs(&request, 1, 0).unwrap();
    answer_batch(&mut desk, id, &[key]);
    sent(&mut ends[0]);
    desk.abandon(id);
    assert_eq!(sent(&mut ends[0]), [(FrameKind::Command, YIELD, key)]);
}

#[test]
fn a_poll_tells_all_shards_and_asks_again_before_it_parks() {
    let (mut desk, mut ends) = desk(&[&[1], &[2]]);
    let request =
        ActivateJobsRequest { r#type: "t".to_owned(), max_jobs_to_activate: 1, ..Default::default() };
    let mut poll = LongPoll::new(request, &mut desk, 0);
    let mut asked = 0;
    let parked = loop {
        match poll.step(&mut desk, 0) {
            Step::Ask(id) => {
                asked += 1;
                answer_batch(&mut desk, id, &[]);
                let outcome = outcome(&mut desk, id).unwrap();
                assert!(poll.take_outcome(outcome).unwrap().is_none());
            }
            Step::Park(id) => break id,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(asked, 4, "each partition before and after its shard was told");
    for end in &mut ends {
        let kinds: Vec<FrameKind> = sent(end).into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, [FrameKind::Command, FrameKind::JobInterest, FrameKind::Command]);
    }
    assert_eq!(desk.earliest_ms(), 1000, "the asks' own deadlines were first");
    desk.expire(9_999);
    assert!(desk.poll_parked(parked, &Context::from_waker(Waker::noop())).is_pending());
    desk.expire(10_000);
    assert!(desk.poll_parked(parked, &Context::from_waker(Waker::noop())).is_ready());
    poll.woken(&mut desk, parked);
    poll.close(&mut desk, None);
}

#[test]
fn jobs_that_a_stalled_client_does_not_take_are_yielded() {
    let (mut desk, mut ends) = desk(&[&[1]]);
    let request = StreamActivatedJobsRequest { r#type: "t".to_owned(), timeout: 5, ..Default::default() };
    let stream_id = desk.open_stream(&request).unwrap();
    let job = encoded(&JobValue::default());
    let push = |counter| {
        let job_key = compose_key(1, counter);
        encoded(&PushFrame { stream_id, job_key, job: &job, ..Default::default() })
    };
    desk.receive(0, FrameKind::Push as u32, &push(1), 100);
    desk.receive(0, FrameKind::Push as u32, &push(2), 600);
    assert_eq!(sent(&mut ends[0]), [(FrameKind::StreamOpen, 0, -1)]);
    let context = Context::from_waker(Waker::noop());
    let taken = desk.poll_stream(stream_id, &context, 700);
    assert!(matches!(taken, Poll::Ready(Some(job)) if job.key == compose_key(1, 1)));
    desk.expire(1699);
    assert!(sent(&mut ends[0]).is_empty());
    desk.expire(1700);
    assert_eq!(sent(&mut ends[0]), [(FrameKind::Command, YIELD, compose_key(1, 2))]);
    desk.receive(0, FrameKind::Push as u32, &push(3), 2000);
    desk.close_stream(stream_id);
    let expected = [(FrameKind::StreamClose, 0, -1), (FrameKind::Command, YIELD, compose_key(1, 3))];
    assert_eq!(sent(&mut ends[0]), expected);
}
