"""Whether a broker still serves after something was done to it, and whether anything was lost."""

import collections
import itertools

from calls import Client, partition_of
from checks import eventually, expect

# Words that a healthy log does not have.
BAD_WORDS = ("panic", "fatal", "assertion")


class Probe:
    """Some instances that wait all the time, and new ones run through whenever asked."""

    STANDING = 8

    def __init__(self, broker):
        self.broker = broker
        self.numbers = itertools.count()
        self.finished = set()
        with Client(broker.grpc) as client:
            client.deploy("one_task", "message_wait", "timer_wait")
            eventually("a deployment known to all partitions", lambda: self.partitions_seen(client))
            self.waiting = {
                f"standing-{number}": client.create("message_wait", order=f"standing-{number}")
                for number in range(self.STANDING)
            }

    def partitions_seen(self, client):
        """Creates until each partition has answered once; those instances are cancelled."""
        seen = set()
        for _ in range(3 * self.broker.partitions):
            instance = client.create("message_wait", order="nobody")
            seen.add(partition_of(instance))
            client.cancel(instance)
        return len(seen) == self.broker.partitions

    def check(self):
        """Runs one instance through on each partition, over a new connection."""
        process = self.broker.process
        expect(process.poll() is None, f"the broker ended with {process.returncode}:\n{self.broker.log()}")
        job_type = f"probe-{next(self.numbers)}"
        with Client(self.broker.grpc) as client:
            instances = {client.create("one_task", type=job_type) for _ in range(2 * self.broker.partitions)}
            expect(
                len({partition_of(it) for it in instances}) == self.broker.partitions,
                "a partition is left out",
            )
            todo = set(instances)
            while todo:
                jobs = client.activate(job_type, wait_ms=10_000)
                expect(jobs, f"no job for {sorted(todo)}")
                for job in jobs:
                    expect(job.processInstanceKey in todo, f"a job of {job.processInstanceKey} came twice")
                    client.complete(job)
                    todo.discard(job.processInstanceKey)
        self.finished |= instances
        self.check_log()

    def check_log(self):
        lines = self.broker.log_path.read_text(errors="replace").splitlines()
        bad = [line for line in lines if any(word in line.lower() for word in BAD_WORDS)]
        expect(not bad, f"the log says: {bad[0] if bad else ''}")

    def check_nothing_lost(self):
        """Lets the waiting instances go, then holds the records against everything that was started."""
        with Client(self.broker.grpc) as client:
            for correlation_key in self.waiting:
                client.publish("payment", correlation_key, ttl_ms=60_000)
        wanted = self.finished | set(self.waiting.values())
        eventually("the end of all instances", lambda: wanted <= set(self.completed()), seconds=20, pause=0.5)
        twice = [key for key, count in self.completed().items() if count > 1]
        expect(not twice, f"completed twice: {twice[:3]}")

    def completed(self):
        counts = collections.Counter()
        for record in self.broker.records():
            value = record["value"]
            if record["valueType"] == "PROCESS_INSTANCE" and value["bpmnElementType"] == "PROCESS":
                counts[record["key"]] += (
                    record["recordType"] == "EVENT" and record["intent"] == "ELEMENT_COMPLETED"
                )
        return +counts
