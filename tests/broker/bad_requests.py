"""Well-formed gRPC calls with content that cannot be taken: the status that Zeebe 8.6.0 gives, and a message
that names what and where. The broker has two partitions."""

import json

from calls import PARTITION_KEYS, PROCESSES, is_refused, protocol

MIB = 1 << 20
UNKNOWN = PARTITION_KEYS + 10**12
KEYED = {
    "CompleteJob": lambda key: protocol.CompleteJobRequest(jobKey=key),
    "FailJob": lambda key: protocol.FailJobRequest(jobKey=key, retries=1),
    "ThrowError": lambda key: protocol.ThrowErrorRequest(jobKey=key, errorCode="e"),
    "CancelProcessInstance": lambda key: protocol.CancelProcessInstanceRequest(processInstanceKey=key),
    "ResolveIncident": lambda key: protocol.ResolveIncidentRequest(incidentKey=key),
    "SetVariables": lambda key: protocol.SetVariablesRequest(elementInstanceKey=key, variables="{}"),
    "UpdateJobRetries": lambda key: protocol.UpdateJobRetriesRequest(jobKey=key, retries=1),
    "UpdateJobTimeout": lambda key: protocol.UpdateJobTimeoutRequest(jobKey=key, timeout=1000),
}


def create(variables="", process="one_task", version=-1, **more):
    return protocol.CreateProcessInstanceRequest(
        bpmnProcessId=process, version=version, variables=variables, **more
    )


def deployment(*resources):
    resources = [protocol.Resource(name=name, content=content) for name, content in resources]
    return protocol.DeployResourceRequest(resources=resources)


def activation(job_type="t", timeout=1000, most=1, **more):
    return protocol.ActivateJobsRequest(
        type=job_type, worker="w", timeout=timeout, maxJobsToActivate=most, requestTimeout=-1, **more
    )


def nested_json(depth):
    return '{"a":' + "[" * depth + "]" * depth + "}"


def nested_xml(depth):
    inner = "".join(f'<bpmn:subProcess id="s{number}">' for number in range(depth))
    return (
        (PROCESSES / "straight.bpmn")
        .read_bytes()
        .replace(b"</bpmn:process>", inner.encode() + b"</bpmn:subProcess>" * depth + b"</bpmn:process>")
    )


def entity_bomb():
    entities = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    return f'<!DOCTYPE d [<!ENTITY l0 "ha">{entities}]><d>&l9;</d>'.encode()


def deployments():
    task = (PROCESSES / "one_task.bpmn").read_bytes()
    other = task.replace(b"one task", b"one task more")
    yield "broken XML", [("p.bpmn", b"<a><b>")], ["'p.bpmn'", "Line=1"]
    yield "no XML at all", [("p.bpmn", b"")], ["'p.bpmn'"]
    yield "garbage as XML", [("p.bpmn", bytes(range(256)) * 16)], ["'p.bpmn'"]
    yield "XML that is no BPMN", [("p.bpmn", b"<html><body/></html>")], ["'p.bpmn'"]
    yield "XML cut in the middle", [("p.bpmn", task[: len(task) // 2])], ["'p.bpmn'", "Line="]
    yield "XML with an entity bomb", [("p.bpmn", entity_bomb())], ["'p.bpmn'"]
    yield "deeply nested XML", [("p.bpmn", nested_xml(5000))], ["'p.bpmn'"]
    yield (
        "an element that BPMN does not know",
        [("p.bpmn", task.replace(b"serviceTask", b"weirdTask"))],
        ["'p.bpmn'", "weirdTask", "Line="],
    )
    yield (
        "a reference to nowhere",
        [("p.bpmn", task.replace(b'targetRef="end"', b'targetRef="nowhere"'))],
        ["'p.bpmn'"],
    )
    yield (
        "a broken expression",
        [("p.bpmn", task.replace(b'type="=type"', b'type="=1 +"'))],
        ["'p.bpmn'", "task"],
    )
    yield "a resource of unknown type", [("x.txt", b"hello")], ["'x.txt': unknown resource type"]
    yield "a resource without name", [("", task)], ["'': unknown resource type"]
    yield (
        "the same process twice",
        [("a.bpmn", task), ("b.bpmn", other)],
        ["Duplicated process id in resources 'a.bpmn' and 'b.bpmn'"],
    )
    yield "one good and one bad resource", [("a.bpmn", task), ("b.bpmn", b"<a>")], ["'b.bpmn'"]
    yield "no resources", [], ["Expected to deploy at least one resource, but none given"]


def documents():
    for text, kind in (("[1]", "ARRAY"), ('"x"', "STRING"), ("1", "INTEGER")):
        yield f"variables {text}", text, f"Expected document to be a root level object, but was '{kind}'"
    garbage = [
        "{bad",
        "{}x",
        '{"a":}',
        '{"a":1',
        '{"a":NaN}',
        "\x00",
        '{"a":"\\ud800"}',
        '{"a":1,}',
        "{'a':1}",
    ]
    for text in garbage:
        yield f"variables {text!r}", text, "Invalid JSON value"
    yield "variables nested 1,000 deep", nested_json(1000), ["Invalid JSON value", "column"]
    yield "variables nested 100,000 deep", nested_json(100_000), ["Invalid JSON value", "column"]
    yield "variables that are objects 100,000 deep", '{"a":' * 100_000, ["Invalid JSON value", "column"]


def requests():
    """Title, expected status, words of the message, name of the call, request."""
    for what, resources, words in deployments():
        yield f"deploy {what}", "INVALID_ARGUMENT", words, "DeployResource", deployment(*resources)
    for what, text, words in documents():
        yield f"create with {what}", "INVALID_ARGUMENT", words, "CreateProcessInstance", create(text)
    for name, request in (
        ("CompleteJob", protocol.CompleteJobRequest(jobKey=UNKNOWN, variables="[1]")),
        ("FailJob", protocol.FailJobRequest(jobKey=UNKNOWN, retries=1, variables="{bad")),
        ("ThrowError", protocol.ThrowErrorRequest(jobKey=UNKNOWN, errorCode="e", variables="{bad")),
        ("PublishMessage", protocol.PublishMessageRequest(name="n", variables="[1]")),
        ("SetVariables", protocol.SetVariablesRequest(elementInstanceKey=UNKNOWN, variables="[1]")),
    ):
        yield f"{name} with bad variables", "INVALID_ARGUMENT", [], name, request
    for name, make in KEYED.items():
        yield f"{name} of an unknown key", "NOT_FOUND", [str(UNKNOWN)], name, make(UNKNOWN)
        for key, partition in (
            (0, 0),
            (123, 0),
            (9 * PARTITION_KEYS + 7, 9),
            (-1, -1),
            (-(1 << 63), -4096),
            ((1 << 63) - 1, 4095),
        ):
            yield f"{name} with key {key}", "UNAVAILABLE", f"partition {partition}, but", name, make(key)
    for title, request, words in (
        ("an unknown process", create(process="nope"), "process ID 'nope'"),
        ("an unknown version", create(version=99), ["'one_task'", "version '99'"]),
        ("version 0", create(version=0), "version '0'"),
        ("nothing named", protocol.CreateProcessInstanceRequest(), "key '0'"),
        ("an unknown key", protocol.CreateProcessInstanceRequest(processDefinitionKey=123), "key '123'"),
        ("a negative key", protocol.CreateProcessInstanceRequest(processDefinitionKey=-7), "key '-7'"),
    ):
        yield f"create of {title}", "NOT_FOUND", words, "CreateProcessInstance", request
    nowhere = [protocol.ProcessInstanceCreationStartInstruction(elementId="zz")]
    yield (
        "create at an unknown element",
        "INVALID_ARGUMENT",
        "'zz'",
        "CreateProcessInstance",
        create(startInstructions=nowhere),
    )
    for name, request in (
        ("ActivateJobs", activation(tenantIds=["abc"])),
        ("CreateProcessInstance", create(tenantId="abc")),
    ):
        yield (
            f"{name} with a tenant",
            "INVALID_ARGUMENT",
            ["'abc'", "multi-tenancy is disabled"],
            name,
            request,
        )
    yield "activate a blank type", "INVALID_ARGUMENT", "type to be present", "ActivateJobs", activation("")
    yield "activate with timeout 0", "INVALID_ARGUMENT", "'0'", "ActivateJobs", activation(timeout=0)
    yield "activate with timeout -1", "INVALID_ARGUMENT", "'-1'", "ActivateJobs", activation(timeout=-1)
    for job_type, timeout in (("", 1000), ("t", 0), ("t", -5)):
        yield (
            f"stream of type '{job_type}' with timeout {timeout}",
            "INVALID_ARGUMENT",
            [],
            "StreamActivatedJobs",
            protocol.StreamActivatedJobsRequest(type=job_type, worker="w", timeout=timeout),
        )
    for retries in (0, -3):
        yield f"{retries} retries", "INVALID_ARGUMENT", f"'{retries}'", "UpdateJobRetries", "a job", retries
    # Larger than the gateway takes at all, and larger than variables may be.
    letters = json.dumps({"type": "t", "text": "y" * (5 * MIB)})
    yield "a request of 5 MiB", "RESOURCE_EXHAUSTED", "4194304", "CreateProcessInstance", create(letters)
    yield (
        "variables of almost 4 MiB",
        "RESOURCE_EXHAUSTED",
        "variables",
        "CreateProcessInstance",
        create(json.dumps({"type": "t", "text": "y" * (4 * MIB - 200)})),
    )
    yield (
        "a resource of 5 MiB",
        "RESOURCE_EXHAUSTED",
        "4194304",
        "DeployResource",
        deployment(("big.bpmn", b"<a>" + b" " * (5 * MIB) + b"</a>")),
    )
    name_too_long = "n" * (1 << 20)
    yield (
        "a message name of 1 MiB",
        "INVALID_ARGUMENT",
        "'name'",
        "PublishMessage",
        protocol.PublishMessageRequest(name=name_too_long),
    )
    yield (
        "a correlation key of 1 MiB",
        "INVALID_ARGUMENT",
        "'correlationKey'",
        "PublishMessage",
        protocol.PublishMessageRequest(name="n", correlationKey=name_too_long),
    )
    yield "a job type of 1 MiB", "INVALID_ARGUMENT", "type", "ActivateJobs", activation(name_too_long)


def is_refused_row(client, code, words, name, request, *more):
    if request == "a job":
        client.create("one_task", type="refused")
        (job, *_) = client.activate("refused")
        request = protocol.UpdateJobRetriesRequest(jobKey=job.key, retries=more[0])
    is_refused(code, words, client.call, name, request)


def add(suite, client):
    for title, code, words, name, request, *more in requests():
        suite.one(title, is_refused_row, client, code, words, name, request, *more)
    suite.one("variables of 1 MiB come back whole", large_variables, client)
    suite.one("several large jobs come in parts", large_batch, client)
    suite.one("a blank message name is taken, as by Zeebe", lambda: client.publish("", "") and None)
    suite.one("odd numbers are taken", odd_numbers, client)


def large_variables(client):
    text = "ä" * (MIB // 2)
    client.create("one_task", type="large", text=text)
    (job,) = client.activate("large", wait_ms=10_000)
    got = json.loads(job.variables)["text"]
    assert got == text, f"{len(got)} letters came back"
    client.complete(job)


def large_batch(client):
    """Ten jobs of 1 MiB do not fit into one answer; all of them have to come nonetheless."""
    wanted = {client.create("one_task", type="batch", text="y" * MIB) for _ in range(10)}
    asked = 0
    while wanted and asked < 20:
        asked += 1
        for job in client.activate("batch", wait_ms=2_000):
            wanted.discard(job.processInstanceKey)
            client.complete(job)
    assert not wanted, f"{len(wanted)} jobs did not come"


def odd_numbers(client):
    text = (
        '{"type":"odd","a":1e308,"b":-0.0,"c":18446744073709551615,"d":-9223372036854775808,"e":1.50,"f":0.1}'
    )
    client.call("CreateProcessInstance", create(text))
    (job,) = client.activate("odd", wait_ms=10_000)
    got = json.loads(job.variables)
    client.complete(job)
    expected = dict(json.loads(text))
    assert got == expected, f"{got} came back"
