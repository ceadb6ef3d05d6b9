"""Clients that go away, come in thousands or do not read: what they held is given back at once."""

import asyncio
import json
import resource
import socket
import time

import grpc
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from bad_bytes import DATA, PREFACE, SETTINGS, address, frame, message, open_call
from calls import Client, protocol
from checks import eventually, expect

CROWD = 3000
CROWD_CHANNELS = 8


def poll(job_type, wait_ms=60_000):
    return protocol.ActivateJobsRequest(
        type=job_type, worker="w", timeout=60_000, maxJobsToActivate=1, requestTimeout=wait_ms
    )


def stream(job_type, timeout_ms=60_000):
    return protocol.StreamActivatedJobsRequest(type=job_type, worker="w", timeout=timeout_ms)


async def crowd(broker, name, make):
    """Opens thousands of calls on a few connections, cancels half and drops the connections of the rest."""
    channels = [
        grpc.aio.insecure_channel(broker.grpc, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(CROWD_CHANNELS)
    ]
    calls = [
        getattr(GatewayStub(channels[number % CROWD_CHANNELS]), name)(make(number)) for number in range(CROWD)
    ]
    readers = [asyncio.ensure_future(call.read()) for call in calls]
    await asyncio.sleep(2)
    early = [reader for reader in readers if reader.done()]
    for call in calls[::2]:
        call.cancel()
    for channel in channels:
        await channel.close()
    await asyncio.gather(*readers, return_exceptions=True)
    failed = [str(reader.exception()) for reader in early if not reader.cancelled() and reader.exception()]
    expect(not failed, f"{len(failed)} of {CROWD} calls ended early: {failed[0][:200] if failed else ''}")


def crowd_of(broker, name, make):
    asyncio.run(crowd(broker, name, make))
    return f"{CROWD} calls; resident {broker.resident_bytes() >> 20} MiB"


def no_job_is_caught(broker, job_type):
    """After the crowd went away its streams and polls are gone: a job goes to one who lives."""
    with Client(broker.grpc) as client:
        instances = {client.create("one_task", type=job_type) for _ in range(4)}
        for _ in range(10):
            for job in client.activate(job_type, wait_ms=2_000):
                instances.discard(job.processInstanceKey)
                client.complete(job)
            if not instances:
                return
        raise AssertionError(f"{len(instances)} jobs went to clients that are gone")


def waiting_connections(broker):
    """Connections that say nothing, and ones that stop in the preface."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(2000, hard // 2 - 100)
    open_ones = []
    for number in range(count):
        connection = socket.create_connection(address(broker.grpc if number % 2 else broker.http), timeout=5)
        if number % 3 == 0:
            connection.sendall(PREFACE[: number % len(PREFACE)])
        open_ones.append(connection)
    try:
        with Client(broker.grpc) as client:
            client.call("Topology", protocol.TopologyRequest(), timeout=5)
    finally:
        for connection in open_ones:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return f"{count} connections"


def cut_upload(broker):
    """Connections that end in the middle of a large request."""
    body = message(b"x" * 60_000, length=3 << 20)
    for size in range(16, len(body), 4000):
        with socket.create_connection(address(broker.grpc), timeout=5) as connection:
            data = (
                PREFACE + frame(SETTINGS, 0, 0) + open_call() + frame(DATA, 0, 1, body[: min(size, 16_000)])
            )
            connection.sendall(data)
            if size % 8000 < 4000:  # reset instead of a proper end
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def cut_stream(broker):
    """Job streams and polls of connections that are cut while jobs are made; every job is worked."""
    job_type, instances = "cut", set()
    with Client(broker.grpc) as client:
        for number in range(20):
            gone = Client(broker.grpc, [("grpc.use_local_subchannel_pool", 1)])
            call = gone.stub.StreamActivatedJobs(stream(job_type, timeout_ms=1500))
            waiting = gone.stub.ActivateJobs(poll(job_type))
            time.sleep(0.02)
            instances |= {client.create("one_task", type=job_type, number=number) for _ in range(5)}
            gone.channel.close()
            call.cancel()
            waiting.cancel()
        worked_off(client, job_type, instances)


def worked_off(client, job_type, instances, seconds=60):
    """Works jobs until every one of these instances had one; none of them may come again after that."""
    began, todo = time.monotonic(), set(instances)
    while todo:
        expect(time.monotonic() - began < seconds, f"{len(todo)} of {len(instances)} jobs did not come")
        for job in client.activate(job_type, wait_ms=1_000):
            expect(job.processInstanceKey in todo, f"job {job.key} came again after it was completed")
            client.complete(job)
            todo.discard(job.processInstanceKey)


def slow_reader(broker):
    """A job stream that nobody reads: what does not fit goes to others, what it got comes back."""
    job_type = "slow"
    with Client(broker.grpc) as client, Client(broker.grpc, [("grpc.use_local_subchannel_pool", 1)]) as lazy:
        call = lazy.stub.StreamActivatedJobs(stream(job_type, timeout_ms=4_000))
        time.sleep(0.5)
        before = broker.resident_bytes()
        instances = {client.create("one_task", type=job_type, text="y" * 20_000) for _ in range(400)}
        grown = broker.resident_bytes() - before
        jobs = eventually(
            "a job for somebody else", lambda: client.activate(job_type, most=400, timeout_ms=60_000)
        )
        for job in jobs:
            client.complete(job)
        worked_off(client, job_type, instances - {job.processInstanceKey for job in jobs})
        call.cancel()
        return f"{len(jobs)} of {len(instances)} went to others at once; grown by {max(grown, 0) >> 20} MiB"


def slow_answer(broker):
    """A client that asks for large answers and does not read them, over many calls."""
    job_type = "unread"
    with Client(broker.grpc) as client:
        instances = {client.create("one_task", type=job_type, text="y" * 500_000) for _ in range(30)}
        before = broker.resident_bytes()
        request = protocol.ActivateJobsRequest(
            type=job_type, worker="w", timeout=3_000, maxJobsToActivate=100, requestTimeout=-1
        ).SerializeToString()
        path = "/gateway_protocol.Gateway/ActivateJobs"
        with socket.create_connection(address(broker.grpc), timeout=5) as connection:
            calls = b"".join(
                open_call(stream=2 * number + 1, path=path) + frame(DATA, 1, 2 * number + 1, message(request))
                for number in range(50)
            )
            connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + calls)
            time.sleep(2)
            grown = broker.resident_bytes() - before
        worked_off(client, job_type, instances)
        expect(grown < 256 << 20, f"the broker grew by {grown >> 20} MiB for one who does not read")
        return f"grown by {max(grown, 0) >> 20} MiB"


def results_of_the_gone(broker):
    """Calls that wait for a result and go away: the instance goes on."""
    with Client(broker.grpc) as client:
        calls = []
        for number in range(50):
            request = protocol.CreateProcessInstanceRequest(
                bpmnProcessId="one_task", version=-1, variables=json.dumps({"type": "gone", "number": number})
            )
            calls.append(
                client.stub.CreateProcessInstanceWithResult.future(
                    protocol.CreateProcessInstanceWithResultRequest(request=request, requestTimeout=60_000)
                )
            )
        jobs = []
        eventually("all jobs", lambda: len(jobs) >= 50 or jobs.extend(client.activate("gone")), seconds=20)
        for call in calls[:25]:
            call.cancel()
        for job in jobs:
            client.complete(job, done=True)
        for call in calls[25:]:
            expect(json.loads(call.result(timeout=20).variables)["done"], "a result without its variable")


def add(suite, broker, probe):
    suite.one(
        "thousands of long polls",
        crowd_of,
        broker,
        "ActivateJobs",
        lambda number: poll(f"crowd-{number % 50}"),
    )
    suite.one("no job goes to polls that are gone", no_job_is_caught, broker, "crowd-7")
    suite.one("the broker serves after the polls", probe.check)
    suite.one(
        "thousands of job streams",
        crowd_of,
        broker,
        "StreamActivatedJobs",
        lambda number: stream(f"crowd-{number % 50}"),
    )
    suite.one("no job goes to streams that are gone", no_job_is_caught, broker, "crowd-8")
    suite.one("the broker serves after the streams", probe.check)
    for title, function in (
        ("thousands of silent connections", waiting_connections),
        ("uploads cut in the middle", cut_upload),
        ("job streams and polls cut while jobs come", cut_stream),
        ("a job stream that nobody reads", slow_reader),
        ("large answers that nobody reads", slow_answer),
        ("results for clients that are gone", results_of_the_gone),
    ):
        suite.one(title, function, broker)
        suite.one(f"the broker serves after: {title}", probe.check)
