"""Shared pieces of the pyzeebe suite: the gateway's address, the test processes, one event loop per test."""

import asyncio
import os
import pathlib
import uuid

import pytest
from pyzeebe import ZeebeClient, create_insecure_channel
from pyzeebe.grpc_internals.zeebe_adapter import ZeebeAdapter
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

GATEWAY = os.environ.get("TIDEMILL_GATEWAY", "127.0.0.1:26500")
PROCESSES = pathlib.Path(__file__).resolve().parents[2] / "processes"
LIMIT_SECONDS = 60


def process_file(name):
    return PROCESSES / f"{name}.bpmn"


class Session:
    """A client, its adapter for single job calls, and the raw stub (unmodified pyzeebe) on one channel."""

    def __init__(self, channel):
        self.client = ZeebeClient(channel)
        self.adapter = ZeebeAdapter(channel)
        self.stub = GatewayStub(channel)
        self.channel = channel
        self.type = f"python-{uuid.uuid4()}"

    async def deploy(self, *names):
        return await self.client.deploy_resource(*[process_file(name) for name in names])

    async def start(self, process, **variables):
        return await self.client.run_process(process, {"type": self.type, **variables})

    async def jobs(self, count=1, timeout_ms=60000, wait_ms=10000, fetch=()):
        """Polls until `count` jobs of this test's type came."""
        found = []
        while len(found) < count:
            batch = [
                job
                async for job in self.adapter.activate_jobs(
                    self.type, "python", timeout_ms, count - len(found), list(fetch), wait_ms
                )
            ]
            found += batch
            if not batch:
                break
        return found

    async def job(self, **options):
        jobs = await self.jobs(1, **options)
        assert len(jobs) == 1, f"no job of type {self.type} came"
        return jobs[0]


@pytest.fixture
def run():
    """Runs `async def case(session)` in a loop of its own."""

    def runner(case):
        async def guarded():
            channel = create_insecure_channel(GATEWAY)
            try:
                await asyncio.wait_for(case(Session(channel)), LIMIT_SECONDS)
            finally:
                await channel.close()

        asyncio.run(guarded())

    return runner
