"""Stopping in order while clients are at it, and what is there after a restart."""

import json
import pathlib
import signal
import subprocess
import threading
import time

import crash
from bad_clients import poll, stream
from calls import Client, protocol
from checks import Refused, eventually, expect
from common import TIDEMILL, Broker

READY_SECONDS_MAX = 1.0
IDLE_BYTES_MAX = 50 << 20
# What a client may hear when the broker goes down under it.
ENDINGS = {"OK", "UNAVAILABLE", "CANCELLED", "ABORTED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}


def figures(io):
    """Best of three: what other work on the machine adds is not the broker's."""
    with Broker(io=io) as broker:
        seconds = []
        for _ in range(3):
            broker.stop()
            seconds.append(broker.start())
        time.sleep(1)
        resident = broker.resident_bytes()
        expect(resident < IDLE_BYTES_MAX, f"{resident / 1e6:.1f} MB resident when idle")
        expect(min(seconds) < READY_SECONDS_MAX, f"ready after {min(seconds):.2f} s at best")
        ready = f"ready after {min(seconds):.3f} s (worst {max(seconds):.3f} s)"
        return f"{ready}, {resident / 1e6:.1f} MB resident when idle"


def stop_under_load(io, number_of_signals=1):
    with Broker(io=io) as broker:
        ledger = pathlib.Path(broker.folder.name) / "ledger"
        load = subprocess.Popen(
            [
                str(TIDEMILL),
                "load",
                "--address",
                broker.grpc,
                "--create-only",
                "--mode",
                "open",
                "--rate",
                "1000",
                "--warmup",
                "0",
                "--duration",
                "4",
                "--concurrency",
                "64",
                "--request-timeout",
                "2",
                "--job-timeout",
                "2",
                "--ledger",
                str(ledger),
                "--json",
                "--quiet",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(1)
        began = time.monotonic()
        code = broker.stop()
        seconds = time.monotonic() - began
        expect(code == 0, f"exit code {code} after SIGTERM:\n{broker.log()}")
        broker.start()
        load.communicate(timeout=60)
        instances, jobs = set(), set()
        crash.read_ledger(ledger, instances, jobs)
        expect(instances, "the load got nothing acknowledged")
        deadline = time.monotonic() + 30
        while True:
            broker.run(
                "load",
                "--address",
                broker.grpc,
                "--create-only",
                "--warmup",
                "0",
                "--duration",
                "1",
                "--concurrency",
                "1",
                "--quiet",
                "--json",
                check=False,
            )
            problems, _ = crash.check(broker, instances, jobs)
            if not problems or time.monotonic() > deadline:
                break
        expect(not problems, "; ".join(problems))
        return f"stopped in {seconds:.2f} s; {len(instances)} instances and {len(jobs)} completions are there"


def ending(call):
    """How a call ends, as the name of its status."""
    try:
        list(call)
        return "OK"
    except Exception as error:  # grpc raises its own call as the error
        return error.code().name


def stop_with_open_calls(io):
    with Broker(io=io) as broker, Client(broker.grpc) as client:
        client.deploy("one_task")
        eventually(
            "a deployment known to all partitions",
            lambda: all(attempts(client, "one_task") for _ in range(6)),
        )
        calls = [client.stub.ActivateJobs(poll("nobody")) for _ in range(200)]
        calls += [client.stub.StreamActivatedJobs(stream("nobody")) for _ in range(200)]
        request = protocol.CreateProcessInstanceRequest(
            bpmnProcessId="one_task", version=-1, variables='{"type":"n"}'
        )
        with_result = protocol.CreateProcessInstanceWithResultRequest(request=request, requestTimeout=60_000)
        results = [client.stub.CreateProcessInstanceWithResult.future(with_result) for _ in range(20)]
        endings = []
        threads = [threading.Thread(target=lambda call=call: endings.append(ending(call))) for call in calls]
        reader = threading.Thread(
            target=lambda: quietly(broker.get, "/records?from=999999999&wait_ms=30000", 40)
        )
        for thread in [*threads, reader]:
            thread.start()
        time.sleep(1)
        began = time.monotonic()
        code = broker.stop()
        seconds = time.monotonic() - began
        expect(code == 0, f"exit code {code} after SIGTERM:\n{broker.log()}")
        for thread in threads:
            thread.join(timeout=10)
        expect(len(endings) == len(calls), f"{len(calls) - len(endings)} calls hang")
        expect(set(endings) <= ENDINGS, f"calls ended with {set(endings)}")
        for result in results:
            quietly(result.result, 10)
            expect(result.code().name in ENDINGS, f"a wait for a result ended with {result.code().name}")
        return f"stopped in {seconds:.2f} s; calls ended with {sorted(set(endings))}"


def quietly(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:  # the connection goes away with the broker
        return error


def attempts(client, process, **variables):
    try:
        return client.create(process, **variables)
    except Refused:
        return None


def stop_twice(io):
    """A second signal does not wait any longer."""
    with Broker(io=io) as broker:
        broker.process.send_signal(signal.SIGTERM)
        broker.process.send_signal(signal.SIGTERM)
        code = broker.process.wait(timeout=5)
        expect(code in (0, 130), f"exit code {code}")


class Kept:
    """Timers, messages, jobs and incidents that have to outlive a restart."""

    def __init__(self, broker, client):
        self.broker, self.client = broker, client
        client.deploy("one_task", "message_wait", "timer_wait")
        eventually(
            "a deployment known to all partitions",
            lambda: all(attempts(client, "timer_wait", duration="PT0S") for _ in range(6)),
        )
        self.timers = [client.create("timer_wait", duration="PT4S") for _ in range(6)]
        self.waiting = {
            f"kept-{number}": client.create("message_wait", order=f"kept-{number}") for number in range(6)
        }
        client.publish("payment", "later", ttl_ms=600_000, paid=42)
        client.publish("payment", "too-late", ttl_ms=500)
        self.jobs = {client.create("one_task", type="kept", number=number) for number in range(6)}
        self.locked = client.create("one_task", type="locked")
        (self.locked_job,) = client.activate("locked", timeout_ms=600_000)
        self.timing_out = client.create("one_task", type="timing-out")
        client.activate("timing-out", timeout_ms=4_000)
        self.failing = client.create("one_task", type="failing")
        (job,) = client.activate("failing")
        client.call("FailJob", protocol.FailJobRequest(jobKey=job.key, retries=0, errorMessage="no more"))
        self.failed_job = job.key
        # The type of its job is the value of a variable that is not there.
        self.without_type = client.create("one_task")
        eventually("two incidents", lambda: len(self.incidents()) == 2, seconds=10)

    def incidents(self):
        return json.loads(self.broker.run("incidents", "--json").stdout)

    def completed(self):
        return {
            record["key"]
            for record in self.broker.records()
            if record["valueType"] == "PROCESS_INSTANCE"
            and record["intent"] == "ELEMENT_COMPLETED"
            and record["value"]["bpmnElementType"] == "PROCESS"
        }

    def check(self):
        client = self.client
        time.sleep(0.6)
        late = client.create("message_wait", order="later")
        too_late = client.create("message_wait", order="too-late")
        jobs = {job.processInstanceKey: job for job in client.activate("kept", wait_ms=5_000)}
        jobs.update({job.processInstanceKey: job for job in client.activate("kept")})
        expect(set(jobs) == self.jobs, f"{len(jobs)} of {len(self.jobs)} jobs came")
        expect(
            {json.loads(job.variables)["number"] for job in jobs.values()} == set(range(6)),
            "variables are gone",
        )
        expect(not client.activate("locked"), "a job was given out again before its time")
        for job in [*jobs.values(), self.locked_job]:
            client.complete(job)
        (timed_out,) = eventually(
            "a job whose time is over", lambda: client.activate("timing-out"), seconds=15
        )
        client.complete(timed_out)
        self.resolve()
        for correlation_key in self.waiting:
            client.publish("payment", correlation_key, ttl_ms=60_000)
        wanted = {
            *self.timers,
            *self.waiting.values(),
            *self.jobs,
            self.locked,
            self.timing_out,
            self.failing,
            self.without_type,
            late,
        }
        eventually("the end of all instances", lambda: wanted <= self.completed(), seconds=20, pause=0.5)
        expect(too_late not in self.completed(), "a message outlived its time")

    def resolve(self):
        client, incidents = self.client, self.incidents()
        expect(len(incidents) == 2, f"{len(incidents)} incidents instead of 2")
        client.call("UpdateJobRetries", protocol.UpdateJobRetriesRequest(jobKey=self.failed_job, retries=1))
        client.call(
            "SetVariables",
            protocol.SetVariablesRequest(
                elementInstanceKey=self.without_type, variables='{"type":"resolved"}'
            ),
        )
        for incident in incidents:
            key = int(incident.get("key") or incident["incidentKey"])
            client.call("ResolveIncident", protocol.ResolveIncidentRequest(incidentKey=key))
        for job_type in ("failing", "resolved"):
            (job,) = eventually(f"a job of type {job_type}", lambda name=job_type: client.activate(name))
            client.complete(job)


def restart_keeps(io, how):
    with Broker(io=io) as broker:
        with Client(broker.grpc) as client:
            kept = Kept(broker, client)
        digests = [broker.get(f"/query/digest?partition={partition}") for partition in (1, 2)]
        if how == "kill":
            broker.kill()
        else:
            expect(broker.stop() == 0, "exit code after SIGTERM")
        broker.start()
        with Client(broker.grpc) as kept.client:
            kept.check()
        return f"digests before: {digests}" if any(status != 200 for status, _ in digests) else None


def digest_is_kept(io):
    """Replay builds the state that was there; nothing may become due in between."""
    with Broker(io=io) as broker, Client(broker.grpc) as client:
        client.deploy("one_task", "message_wait")
        eventually(
            "a deployment known to all partitions",
            lambda: all(attempts(client, "one_task", type="d") for _ in range(6)),
        )
        for number in range(20):
            client.create("message_wait", order=f"digest-{number}")
            client.create("one_task", type="digest", text="x" * number)
        for job in client.activate("digest", most=10, timeout_ms=600_000)[:5]:
            client.complete(job)
        client.publish("payment", "digest-3", ttl_ms=600_000)
        time.sleep(0.5)
        before = [broker.get(f"/query/digest?partition={partition}") for partition in (1, 2)]
        expect(all(status == 200 for status, _ in before), f"no digest: {before}")
        broker.stop()
        broker.start()
        after = [broker.get(f"/query/digest?partition={partition}") for partition in (1, 2)]
        expect(before == after, f"{before} became {after}")


def add(suite, io):
    suite.one("time to serve and idle memory", figures, io)
    suite.one("SIGTERM under load", stop_under_load, io)
    suite.one("SIGTERM with open long polls, streams and readers", stop_with_open_calls, io)
    suite.one("SIGTERM twice", stop_twice, io)
    suite.one("a restart keeps timers, messages, jobs, incidents", restart_keeps, io, "stop")
    suite.one("kill -9 keeps timers, messages, jobs, incidents", restart_keeps, io, "kill")
    suite.one("a restart gives the same state", digest_is_kept, io)
