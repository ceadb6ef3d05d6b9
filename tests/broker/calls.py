"""gRPC calls as tests want them: stubs of pyzeebe, statuses as values, bytes that no client would send."""

import json

import grpc
from pyzeebe.proto import gateway_pb2 as protocol
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from checks import Refused
from common import ROOT

SERVICE = "/gateway_protocol.Gateway/"
UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
PROCESSES = ROOT / "tests" / "processes"
# Keys of partition N begin here.
PARTITION_KEYS = 1 << 51


class Client:
    def __init__(self, address, options=()):
        self.channel = grpc.insecure_channel(address, options=[*UNLIMITED, *options])
        self.stub = GatewayStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def call(self, name, request, timeout=15):
        """The answer, a list for streams; raises Refused."""
        try:
            answer = getattr(self.stub, name)(request, timeout=timeout)
            return list(answer) if hasattr(answer, "__iter__") else answer
        except grpc.RpcError as error:
            raise Refused(error) from None

    def raw(self, name, body, timeout=15, metadata=(), stream=False):
        """Sends these bytes as the one message of a call; gives the answer's bytes or raises Refused."""
        path = name if name.startswith("/") else SERVICE + name
        make = self.channel.unary_stream if stream else self.channel.unary_unary
        try:
            answer = make(path)(body, timeout=timeout, metadata=metadata)
            return list(answer) if stream else answer
        except grpc.RpcError as error:
            raise Refused(error) from None

    def deploy(self, *names):
        resources = [
            protocol.Resource(name=f"{name}.bpmn", content=(PROCESSES / f"{name}.bpmn").read_bytes())
            for name in names
        ]
        return self.call("DeployResource", protocol.DeployResourceRequest(resources=resources))

    def deploy_text(self, name, text):
        resource = protocol.Resource(name=name, content=text if isinstance(text, bytes) else text.encode())
        return self.call("DeployResource", protocol.DeployResourceRequest(resources=[resource]))

    def create(self, process, **variables):
        request = protocol.CreateProcessInstanceRequest(
            bpmnProcessId=process, version=-1, variables=json.dumps(variables)
        )
        return self.call("CreateProcessInstance", request).processInstanceKey

    def activate(self, job_type, most=100, wait_ms=-1, timeout_ms=60_000):
        request = protocol.ActivateJobsRequest(
            type=job_type, worker="test", timeout=timeout_ms, maxJobsToActivate=most, requestTimeout=wait_ms
        )
        return [job for part in self.call("ActivateJobs", request, timeout=60) for job in part.jobs]

    def complete(self, job, **variables):
        self.call("CompleteJob", protocol.CompleteJobRequest(jobKey=job.key, variables=json.dumps(variables)))

    def publish(self, name, correlation_key, ttl_ms=0, **variables):
        return self.call(
            "PublishMessage",
            protocol.PublishMessageRequest(
                name=name, correlationKey=correlation_key, timeToLive=ttl_ms, variables=json.dumps(variables)
            ),
        ).key

    def cancel(self, instance):
        self.call("CancelProcessInstance", protocol.CancelProcessInstanceRequest(processInstanceKey=instance))


def is_refused(code, words, function, *arguments):
    """Holds when the call is refused with this status (or one of these) and a message with all the words."""
    codes = [code] if isinstance(code, str) else code
    try:
        answer = function(*arguments)
    except Refused as refused:
        if refused.code not in codes:
            raise AssertionError(f"expected {code}, but got {refused}"[:600]) from None
        for word in [words] if isinstance(words, str) else words:
            if word not in refused.message:
                raise AssertionError(f"'{word}' is not in the message of {refused}"[:600]) from None
        if not refused.message.strip():
            raise AssertionError(f"{refused.code} without any message") from None
        return None
    raise AssertionError(f"expected {code}, but got an answer: {str(answer)[:200]}")


def partition_of(key):
    return key // PARTITION_KEYS
