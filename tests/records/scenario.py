"""One scenario: reads its steps from JSON, calls the gateway, waits for the records.

Each step is an object with one operation and its options, see the methods `op_*`. After each step the
driver waits until the record stream is quiet, so that streams are the same in each run. Jobs are named by
the order in which the scenario got them, instances by the order of creation, incidents by the order in the
record stream.
"""

import json
import threading
import time

import grpc
from google.protobuf.json_format import MessageToDict
from normalise import UNKNOWN_KEY
from pyzeebe.proto import gateway_pb2 as protocol
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

ALL_COMMAND_TIMEOUT_SECONDS = 60


class Scenario:
    def __init__(self, path, gateway, source, quiet_seconds):
        self.path = path
        self.name = path.stem
        self.steps = json.loads(path.read_text(encoding="utf-8"))["steps"]
        self.source = source
        self.quiet_seconds = quiet_seconds
        self.channel = grpc.insecure_channel(gateway)
        self.stub = GatewayStub(self.channel)
        self.jobs, self.instances, self.answers, self.background = [], [], [], []
        self.streams = []
        self.start = 0
        self.lock = threading.Lock()

    def run(self):
        grpc.channel_ready_future(self.channel).result(timeout=30)
        self.source.wait_quiet(self.quiet_seconds)
        self.start = self.source.count()
        for index, step in enumerate(self.steps):
            (operation,) = [name for name in step if hasattr(self, f"op_{name}")]
            getattr(self, f"op_{operation}")(index, step[operation], step)
            if not step.get("at_once"):
                self.source.wait_quiet(self.quiet_seconds)
        for thread in self.background:
            thread.join(ALL_COMMAND_TIMEOUT_SECONDS)
            if thread.is_alive():
                raise TimeoutError("a call in the background did not end")
        self.source.wait_quiet(self.quiet_seconds)
        return self.source.since(self.start), self.answers

    def clean_up(self):
        """Ends what the scenario left, so that nothing of it shows up in the next one."""
        for call in self.streams:
            call.cancel()
        for instance in self.instances:
            try:
                self.stub.CancelProcessInstance(
                    protocol.CancelProcessInstanceRequest(processInstanceKey=instance)
                )
            except grpc.RpcError:
                pass  # already over
        self.source.wait_quiet(self.quiet_seconds)
        self.channel.close()

    # ---- calls

    def call(self, index, name, request, timeout=ALL_COMMAND_TIMEOUT_SECONDS):
        """Sends one request and keeps the answer or the status."""
        answer = {"step": index, "call": name, "order": len(self.answers)}
        result = None
        try:
            result = getattr(self.stub, name)(request, timeout=timeout)
            if hasattr(result, "__iter__"):
                result = list(result)
                answer["answer"] = [as_json(message) for message in result]
            else:
                answer["answer"] = as_json(result)
            answer["code"] = "OK"
        except grpc.RpcError as error:
            result = None
            answer["code"] = error.code().name
            answer["message"] = error.details()
        answer["time"] = int(time.time() * 1000)
        with self.lock:
            self.answers.append(answer)
        return result

    def in_background(self, function):
        thread = threading.Thread(target=function, daemon=True)
        self.background.append(thread)
        thread.start()

    def records(self, value_type, intent, **fields):
        return [r for r in self.source.since(self.start) if is_match(r, value_type, intent, fields)]

    def variables(self, step):
        value = step.get("variables", "")
        return value if isinstance(value, str) else json.dumps(value)

    def job(self, number):
        return UNKNOWN_KEY if number == "unknown" else self.jobs[number]

    def scope(self, step):
        if "element" in step:
            found = self.records("PROCESS_INSTANCE", "ELEMENT_ACTIVATED", elementId=step["element"])
            return found[-1]["key"]
        number = step.get("instance", 0)
        return UNKNOWN_KEY if number == "unknown" else self.instances[number]

    # ---- operations

    def op_deploy(self, index, names, step):
        """Deploys files beside the scenario, all in one call; "as" gives them other resource names."""
        shown = step.get("as", names)
        resources = [
            protocol.Resource(name=as_name, content=(self.path.parent / name).read_bytes())
            for name, as_name in zip(names, shown)
        ]
        self.call(index, "DeployResource", protocol.DeployResourceRequest(resources=resources))

    def op_deploy_process(self, index, names, step):
        objects = [
            protocol.ProcessRequestObject(name=name, definition=(self.path.parent / name).read_bytes())
            for name in names
        ]
        self.call(index, "DeployProcess", protocol.DeployProcessRequest(processes=objects))

    def creation(self, process, step):
        start = [
            protocol.ProcessInstanceCreationStartInstruction(elementId=e) for e in step.get("start_at", [])
        ]
        return protocol.CreateProcessInstanceRequest(
            bpmnProcessId=process or "",
            version=step.get("version", -1),
            variables=self.variables(step),
            processDefinitionKey=UNKNOWN_KEY if step.get("key") == "unknown" else 0,
            startInstructions=start,
        )

    def op_create(self, index, process, step):
        answer = self.call(index, "CreateProcessInstance", self.creation(process, step))
        if answer:
            self.instances.append(answer.processInstanceKey)

    def op_create_with_result(self, index, process, step):
        """Waits for the result in the background."""
        request = protocol.CreateProcessInstanceWithResultRequest(
            request=self.creation(process, step),
            requestTimeout=step.get("timeout_ms", 30000),
            fetchVariables=step.get("fetch", []),
        )
        self.in_background(lambda: self.call(index, "CreateProcessInstanceWithResult", request))

    def op_activate(self, index, job_type, step):
        request = protocol.ActivateJobsRequest(
            type=job_type,
            worker=step.get("worker", "driver"),
            timeout=step.get("timeout_ms", 600000),
            maxJobsToActivate=step.get("max", 1),
            fetchVariable=step.get("fetch", []),
            requestTimeout=step.get("wait_ms", -1),
        )
        for message in self.call(index, "ActivateJobs", request) or []:
            self.jobs.extend(job.key for job in message.jobs)

    def op_activate_waiting(self, index, job_type, step):
        """A long poll in the background; its jobs count from the moment they arrive."""

        def poll():
            self.op_activate(index, job_type, step)

        self.in_background(poll)

    def op_stream(self, index, job_type, step):
        """Opens a job stream that stays open; each pushed job is an answer of this step."""
        request = protocol.StreamActivatedJobsRequest(
            type=job_type,
            worker=step.get("worker", "driver"),
            timeout=step.get("timeout_ms", 600000),
            fetchVariable=step.get("fetch", []),
        )
        call = self.stub.StreamActivatedJobs(request)
        self.streams.append(call)

        def listen():
            try:
                for job in call:
                    with self.lock:
                        self.jobs.append(job.key)
                        self.answers.append(
                            {
                                "step": index,
                                "call": "StreamActivatedJobs",
                                "answer": as_json(job),
                                "order": len(self.answers),
                                "time": int(time.time() * 1000),
                            }
                        )
            except grpc.RpcError:
                pass  # closed by clean_up

        threading.Thread(target=listen, daemon=True).start()
        time.sleep(step.get("settle_ms", 1500) / 1000)  # the gateway makes the stream known to the broker

    def op_complete(self, index, number, step):
        request = protocol.CompleteJobRequest(jobKey=self.job(number), variables=self.variables(step))
        self.call(index, "CompleteJob", request)

    def op_fail(self, index, number, step):
        request = protocol.FailJobRequest(
            jobKey=self.job(number),
            retries=step["retries"],
            errorMessage=step.get("message", ""),
            retryBackOff=step.get("backoff_ms", 0),
            variables=self.variables(step),
        )
        self.call(index, "FailJob", request)

    def op_throw_error(self, index, number, step):
        request = protocol.ThrowErrorRequest(
            jobKey=self.job(number),
            errorCode=step["code"],
            errorMessage=step.get("message", ""),
            variables=self.variables(step),
        )
        self.call(index, "ThrowError", request)

    def op_publish(self, index, name, step):
        request = protocol.PublishMessageRequest(
            name=name,
            correlationKey=step.get("correlation_key", ""),
            timeToLive=step.get("ttl_ms", 0),
            messageId=step.get("id", ""),
            variables=self.variables(step),
        )
        self.call(index, "PublishMessage", request)

    def evaluation(self, step, **decision):
        return protocol.EvaluateDecisionRequest(variables=self.variables(step), **decision)

    def op_evaluate(self, index, decision, step):
        self.call(index, "EvaluateDecision", self.evaluation(step, decisionId=decision))

    def op_evaluate_key(self, index, decision, step):
        """The decision's latest version by its key."""
        found = self.records("DECISION", "CREATED", decisionId=decision)
        key = UNKNOWN_KEY if decision == "unknown" else found[-1]["value"]["decisionKey"]
        self.call(index, "EvaluateDecision", self.evaluation(step, decisionKey=key))

    def op_set_variables(self, index, variables, step):
        request = protocol.SetVariablesRequest(
            elementInstanceKey=self.scope(step),
            local=step.get("local", False),
            variables=json.dumps(variables),
        )
        self.call(index, "SetVariables", request)

    def op_resolve(self, index, number, step):
        key = UNKNOWN_KEY if number == "unknown" else self.records("INCIDENT", "CREATED")[number]["key"]
        self.call(index, "ResolveIncident", protocol.ResolveIncidentRequest(incidentKey=key))

    def op_cancel(self, index, number, step):
        key = UNKNOWN_KEY if number == "unknown" else self.instances[number]
        self.call(
            index, "CancelProcessInstance", protocol.CancelProcessInstanceRequest(processInstanceKey=key)
        )

    def op_update_retries(self, index, number, step):
        request = protocol.UpdateJobRetriesRequest(jobKey=self.job(number), retries=step["retries"])
        self.call(index, "UpdateJobRetries", request)

    def op_update_timeout(self, index, number, step):
        request = protocol.UpdateJobTimeoutRequest(jobKey=self.job(number), timeout=step["timeout_ms"])
        self.call(index, "UpdateJobTimeout", request)

    def op_wait(self, index, text, step):
        """Waits for "VALUE_TYPE INTENT", `count` times; the next step starts when all is quiet again."""
        value_type, intent = text.split()
        fields = {"elementId": step["element"]} if "element" in step else {}

        def enough(records):
            return sum(is_match(r, value_type, intent, fields) for r in records) >= step.get("count", 1)

        self.source.wait_for(self.start, enough, step.get("limit_seconds", 20))

    def op_sleep_ms(self, index, duration, step):
        time.sleep(duration / 1000)


def is_match(record, value_type, intent, fields):
    return (
        record["valueType"] == value_type
        and record["intent"] == intent
        and all(record["value"].get(name) == value for name, value in fields.items())
    )


def as_json(message):
    """Every field, with numbers as numbers (the JSON mapping would make texts of 64-bit integers)."""
    plain = MessageToDict(message, preserving_proto_field_name=True)
    return numbers(plain, message.DESCRIPTOR)


def numbers(plain, descriptor):
    for field in descriptor.fields:
        if field.name not in plain:
            continue
        value = plain[field.name]
        if field.message_type is not None:
            for part in value if isinstance(value, list) else [value]:
                numbers(part, field.message_type)
        elif field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64):
            plain[field.name] = int(value)
    return plain
