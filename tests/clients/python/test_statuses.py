"""Status codes and messages of refused calls, with pyzeebe's own stub: what clients branch on."""

import grpc
import pytest
from conftest import process_file
from pyzeebe.proto import gateway_pb2 as p

ABSENT = (1 << 51) + (1 << 40)
DEPLOY = "DeployResource"
CREATE = "CreateProcessInstance"
ACTIVATE = "ActivateJobs"


def resource(name, source="straight"):
    return p.Resource(name=name, content=process_file(source).read_bytes())


def activation(**changes):
    fields = {
        "type": "status-test",
        "worker": "w",
        "timeout": 1000,
        "maxJobsToActivate": 1,
        "requestTimeout": -1,
    }
    return p.ActivateJobsRequest(**{**fields, **changes})


def creation(**fields):
    return p.CreateProcessInstanceRequest(**fields)


ROOT_OBJECT = "Property 'variables' is invalid: Expected document to be a root level object, but was"
NO_JOB = f"with key '{ABSENT}', but no such job was found"
CASES = [
    (
        DEPLOY,
        p.DeployResourceRequest(),
        "INVALID_ARGUMENT",
        "Command 'CREATE' rejected with code 'INVALID_ARGUMENT': "
        "Expected to deploy at least one resource, but none given",
    ),
    (
        DEPLOY,
        p.DeployResourceRequest(resources=[p.Resource(name="p.bpmn", content=b"<definitions")]),
        "INVALID_ARGUMENT",
        "'p.bpmn'",
    ),
    (
        DEPLOY,
        p.DeployResourceRequest(resources=[resource("x.txt")]),
        "INVALID_ARGUMENT",
        "'x.txt': unknown resource type",
    ),
    (
        DEPLOY,
        p.DeployResourceRequest(resources=[resource("")]),
        "INVALID_ARGUMENT",
        "'': unknown resource type",
    ),
    (
        DEPLOY,
        p.DeployResourceRequest(resources=[resource("a.bpmn")], tenantId="abc"),
        "INVALID_ARGUMENT",
        "Expected to handle gRPC request DeployResource with tenant identifier 'abc', "
        "but multi-tenancy is disabled",
    ),
    (
        DEPLOY,
        p.DeployResourceRequest(resources=[resource("a.bpmn"), resource("b.bpmn")]),
        "INVALID_ARGUMENT",
        "Duplicated process id in resources 'a.bpmn' and 'b.bpmn'",
    ),
    (
        CREATE,
        creation(bpmnProcessId="nope", version=-1),
        "NOT_FOUND",
        "Command 'CREATE' rejected with code 'NOT_FOUND': "
        "Expected to find process definition with process ID 'nope', but none found",
    ),
    (
        CREATE,
        creation(bpmnProcessId="straight", version=9999),
        "NOT_FOUND",
        "Expected to find process definition with process ID 'straight' and version '9999', but none found",
    ),
    (CREATE, creation(bpmnProcessId="straight"), "NOT_FOUND", "and version '0', but none found"),
    (
        CREATE,
        creation(processDefinitionKey=123),
        "NOT_FOUND",
        "Expected to find process definition with key '123', but none found",
    ),
    (CREATE, creation(), "NOT_FOUND", "Expected to find process definition with key '0', but none found"),
    (
        CREATE,
        creation(bpmnProcessId="straight", version=-1, variables="[1]"),
        "INVALID_ARGUMENT",
        f"{ROOT_OBJECT} 'ARRAY'",
    ),
    (
        CREATE,
        creation(bpmnProcessId="straight", version=-1, variables="{bad"),
        "INVALID_ARGUMENT",
        "Invalid JSON value: {bad",
    ),
    (
        CREATE,
        creation(bpmnProcessId="straight", version=-1, tenantId="abc"),
        "INVALID_ARGUMENT",
        "with tenant identifier 'abc', but multi-tenancy is disabled",
    ),
    (
        CREATE,
        creation(
            bpmnProcessId="straight",
            version=-1,
            startInstructions=[p.ProcessInstanceCreationStartInstruction(elementId="zz")],
        ),
        "INVALID_ARGUMENT",
        "Expected to create instance of process with start instructions but no element found with "
        "id 'zz'.",
    ),
    (
        ACTIVATE,
        activation(type=""),
        "INVALID_ARGUMENT",
        "Command 'ACTIVATE' rejected with code 'INVALID_ARGUMENT': "
        "Expected to activate job batch with type to be present, but it was blank",
    ),
    (
        ACTIVATE,
        activation(timeout=0),
        "INVALID_ARGUMENT",
        "Expected to activate job batch with timeout to be greater than zero, but it was '0'",
    ),
    (ACTIVATE, activation(tenantIds=["abc"]), "INVALID_ARGUMENT", "but multi-tenancy is disabled"),
    (
        "StreamActivatedJobs",
        p.StreamActivatedJobsRequest(worker="w", timeout=1000),
        "INVALID_ARGUMENT",
        "Expected to stream activated jobs with type to be present, but it was blank",
    ),
    (
        "StreamActivatedJobs",
        p.StreamActivatedJobsRequest(type="t", worker="w"),
        "INVALID_ARGUMENT",
        "Expected to stream activated jobs with timeout to be greater than zero, but it was 0",
    ),
    (
        "CompleteJob",
        p.CompleteJobRequest(jobKey=ABSENT),
        "NOT_FOUND",
        f"Command 'COMPLETE' rejected with code 'NOT_FOUND': Expected to complete job {NO_JOB}",
    ),
    (
        "CompleteJob",
        p.CompleteJobRequest(jobKey=123),
        "UNAVAILABLE",
        "Expected to execute command on partition 0, but either it does not exist, "
        "or the gateway is not yet aware of it",
    ),
    (
        "CompleteJob",
        p.CompleteJobRequest(jobKey=(900 << 51) + 1),
        "UNAVAILABLE",
        "Expected to execute command on partition 900,",
    ),
    (
        "CompleteJob",
        p.CompleteJobRequest(jobKey=ABSENT, variables="[1]"),
        "INVALID_ARGUMENT",
        f"{ROOT_OBJECT} 'ARRAY'",
    ),
    ("FailJob", p.FailJobRequest(jobKey=ABSENT, retries=1), "NOT_FOUND", f"Expected to fail job {NO_JOB}"),
    (
        "ThrowError",
        p.ThrowErrorRequest(jobKey=ABSENT, errorCode="x"),
        "NOT_FOUND",
        f"Expected to throw an error for job {NO_JOB}",
    ),
    (
        "UpdateJobRetries",
        p.UpdateJobRetriesRequest(jobKey=ABSENT, retries=1),
        "NOT_FOUND",
        f"Expected to update job {NO_JOB}",
    ),
    (
        "UpdateJobTimeout",
        p.UpdateJobTimeoutRequest(jobKey=ABSENT, timeout=1000),
        "NOT_FOUND",
        f"Expected to update job {NO_JOB}",
    ),
    (
        "ResolveIncident",
        p.ResolveIncidentRequest(incidentKey=ABSENT),
        "NOT_FOUND",
        f"Expected to resolve incident with key '{ABSENT}', but no such incident was found",
    ),
    (
        "CancelProcessInstance",
        p.CancelProcessInstanceRequest(processInstanceKey=ABSENT),
        "NOT_FOUND",
        f"Expected to cancel a process instance with key '{ABSENT}', but no such process was found",
    ),
    (
        "SetVariables",
        p.SetVariablesRequest(elementInstanceKey=ABSENT, variables="{}"),
        "NOT_FOUND",
        f"Expected to update variables for element with key '{ABSENT}', but no such element was found",
    ),
    (
        "SetVariables",
        p.SetVariablesRequest(elementInstanceKey=ABSENT, variables="3"),
        "INVALID_ARGUMENT",
        f"{ROOT_OBJECT} 'INTEGER'",
    ),
]


@pytest.mark.parametrize(
    "call, request_message, code, text",
    CASES,
    ids=[f"{i:02}-{case[0]}-{case[2]}" for i, case in enumerate(CASES)],
)
def test_refused(run, call, request_message, code, text):
    async def case(session):
        await session.deploy("straight")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            answer = getattr(session.stub, call)(request_message, timeout=20)
            if hasattr(answer, "__aiter__"):
                async for _ in answer:
                    pass
            else:
                await answer
        assert (refused.value.code().name, text in refused.value.details()) == (
            code,
            True,
        ), refused.value.details()

    run(case)


def test_accepted_although_odd(run):
    """8.6.0 takes an empty worker, no jobs to activate, an empty message name, an empty correlation key."""

    async def case(session):
        for changes in ({"worker": ""}, {"maxJobsToActivate": 0}):
            async for message in session.stub.ActivateJobs(activation(**changes), timeout=20):
                assert not message.jobs
        for fields in ({"name": "", "correlationKey": "c"}, {"name": "n", "correlationKey": ""}):
            assert (await session.stub.PublishMessage(p.PublishMessageRequest(**fields))).key > 0

    run(case)


@pytest.mark.parametrize("retries, code", [(0, "INVALID_ARGUMENT"), (-1, "INVALID_ARGUMENT"), (2, None)])
def test_update_retries(run, retries, code):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task")
        job = await session.job()
        request = p.UpdateJobRetriesRequest(jobKey=job.key, retries=retries)
        if code is None:
            await session.stub.UpdateJobRetries(request)
            return
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await session.stub.UpdateJobRetries(request)
        assert refused.value.code().name == code
        assert (
            f"with a positive amount of retries, but the amount given was '{retries}'"
            in refused.value.details()
        )

    run(case)


@pytest.mark.parametrize(
    "call, request_type, fields, verb",
    [
        ("CompleteJob", p.CompleteJobRequest, {}, "complete job"),
        ("FailJob", p.FailJobRequest, {"retries": 1}, "fail job"),
        ("ThrowError", p.ThrowErrorRequest, {"errorCode": "x"}, "throw an error for job"),
    ],
)
def test_failed_job_is_a_failed_precondition(run, call, request_type, fields, verb):
    async def case(session):
        await session.deploy("one_task")
        instance = await session.start("one_task")
        job = await session.job()
        await session.adapter.fail_job(job.key, 0, "no more", 0, {})
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await getattr(session.stub, call)(request_type(jobKey=job.key, **fields))
        assert refused.value.code().name == "FAILED_PRECONDITION"
        assert (
            f"Expected to {verb} with key '{job.key}', but it is in state 'FAILED'" in refused.value.details()
        )
        await session.client.cancel_process_instance(instance.process_instance_key)

    run(case)
