"""Processes worked with pyzeebe: deploy, create, jobs by polling and streaming, messages, timers, results."""

import asyncio
import json
import time
import uuid

import grpc
import pytest
from pyzeebe import ZeebeWorker, errors
from pyzeebe.proto import gateway_pb2 as protocol


def test_topology_and_health(run):
    async def case(session):
        topology = await session.client.topology()
        assert topology.partitions_count >= 1 and topology.replication_factor >= 1
        assert topology.gateway_version.startswith("8.6.")
        assert len(topology.brokers) == topology.cluster_size
        partitions = {p.partition_id for broker in topology.brokers for p in broker.partitions}
        assert partitions == set(range(1, topology.partitions_count + 1))
        assert (await session.client.healthcheck()).status == 1

    run(case)


def test_deploy_answers_with_metadata_and_keeps_versions(run):
    async def case(session):
        first = await session.deploy("straight")
        (process,) = first.deployments
        assert process.bpmn_process_id == "straight" and process.version >= 1
        assert process.resource_name == "straight.bpmn" and process.tenant_id == "<default>"
        again = await session.deploy("straight")
        assert again.key != first.key
        assert again.deployments[0].process_definition_key == process.process_definition_key
        assert again.deployments[0].version == process.version

    run(case)


def test_deploy_two_resources_at_once(run):
    async def case(session):
        answer = await session.deploy("straight", "one_task")
        assert [d.bpmn_process_id for d in answer.deployments] == ["straight", "one_task"]

    run(case)


def test_deploy_broken_resource_is_refused(run, tmp_path):
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<definitions")

    async def case(session):
        with pytest.raises(errors.ProcessInvalidError):
            await session.client.deploy_resource(broken)

    run(case)


def test_job_has_all_fields_and_completes(run):
    async def case(session):
        deployment = await session.deploy("one_task")
        before_ms = time.time() * 1000
        instance = await session.start("one_task", text='ä"\n', number=1.5, nested={"a": [1, None, True]})
        job = await session.job(timeout_ms=30000)
        assert job.process_instance_key == instance.process_instance_key
        assert job.process_definition_key == deployment.deployments[0].process_definition_key
        assert (job.bpmn_process_id, job.element_id, job.worker, job.retries) == (
            "one_task",
            "task",
            "python",
            3,
        )
        assert dict(job.custom_headers) == {"colour": "red", "size": "10"}
        assert dict(job.variables) == {
            "type": session.type,
            "text": 'ä"\n',
            "number": 1.5,
            "nested": {"a": [1, None, True]},
        }
        assert before_ms + 20000 < job.deadline < before_ms + 60000
        await session.adapter.complete_job(job.key, {"done": True})
        with pytest.raises(errors.JobNotFoundError):
            await session.adapter.complete_job(job.key, {})

    run(case)


def test_fetch_variables_limits_what_a_job_carries(run):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task", a=1, b=2)
        job = await session.job(fetch=["b", "absent"])
        assert dict(job.variables) == {"b": 2}

    run(case)


def test_several_jobs_in_one_batch(run):
    async def case(session):
        await session.deploy("one_task")
        for number in range(5):
            await session.start("one_task", number=number)
        jobs = await session.jobs(5)
        assert sorted(job.variables["number"] for job in jobs) == [0, 1, 2, 3, 4]
        assert len({job.key for job in jobs}) == 5

    run(case)


def test_poll_without_jobs_ends_empty_after_its_timeout(run):
    async def case(session):
        started = time.monotonic()
        assert await session.jobs(wait_ms=1000) == []
        assert 0.5 < time.monotonic() - started < 15

    run(case)


def test_waiting_poll_gets_a_job_made_later(run):
    async def case(session):
        await session.deploy("one_task")
        waiting = asyncio.create_task(session.job(wait_ms=20000))
        await asyncio.sleep(0.5)
        await session.start("one_task")
        assert (await waiting).element_id == "task"

    run(case)


@pytest.mark.parametrize("stream", [False, True], ids=["poll", "stream"])
def test_worker_completes_two_tasks(run, stream):
    async def case(session):
        await session.deploy("two_tasks")
        worker = ZeebeWorker(session.channel, name="python", request_timeout=1000, stream_enabled=stream)
        seen = []

        @worker.task(task_type=session.type)
        async def work(count: int = 0) -> dict:
            seen.append(count)
            return {"count": count + 1}

        working = asyncio.create_task(worker.work())
        await asyncio.sleep(1)
        result = await session.client.run_process_with_result(
            "two_tasks", {"type": session.type}, timeout=30000
        )
        assert result.variables == {"type": session.type, "count": 2}
        assert seen == [0, 1]
        await worker.stop()
        await asyncio.wait_for(working, 20)

    run(case)


def test_pushed_job_needs_no_poll(run):
    async def case(session):
        await session.deploy("one_task")
        stream = session.adapter.stream_activate_jobs(session.type, "python", 60000, [], 30)
        first = asyncio.create_task(stream.__anext__())
        await asyncio.sleep(1)
        instance = await session.start("one_task")
        job = await asyncio.wait_for(first, 15)
        assert job.process_instance_key == instance.process_instance_key and job.worker == "python"
        await session.adapter.complete_job(job.key, {})
        await stream.aclose()

    run(case)


def test_fail_with_retries_then_complete(run):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task")
        job = await session.job()
        await session.adapter.fail_job(job.key, 2, "not yet", 0, {"tried": 1})
        again = await session.job()
        assert again.key == job.key and again.retries == 2 and again.variables["tried"] == 1
        await session.adapter.complete_job(again.key, {})

    run(case)


def test_fail_with_backoff_holds_the_job_back(run):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task")
        job = await session.job()
        failed_at = time.monotonic()
        await session.adapter.fail_job(job.key, 2, "later", 2000, {})
        again = await session.job(wait_ms=15000)
        assert again.key == job.key and time.monotonic() - failed_at > 1.8

    run(case)


def test_no_retries_left_raises_an_incident_that_can_be_resolved(run):
    async def case(session):
        await session.deploy("one_task")
        instance = await session.start("one_task")
        job = await session.job()
        mark = await set_variables(session, instance.process_instance_key)
        await session.adapter.fail_job(job.key, 0, "no more", 0, {})
        with pytest.raises(errors.JobAlreadyDeactivatedError):
            await session.adapter.complete_job(job.key, {})
        assert await session.jobs(wait_ms=-1) == []
        await session.stub.UpdateJobRetries(protocol.UpdateJobRetriesRequest(jobKey=job.key, retries=1))
        await resolve_next_incident(session, mark)
        again = await session.job()
        assert again.key == job.key and again.retries == 1
        await session.adapter.complete_job(again.key, {})

    run(case)


def test_condition_without_a_value_raises_an_incident(run):
    async def case(session):
        await session.deploy("condition_missing")
        instance = await session.client.run_process("condition_missing", {"level": 7})
        await set_variables(session, instance.process_instance_key, level=20)
        await resolve_next_incident(session, instance.process_instance_key)
        # The instance goes on to its end, and what has ended cannot be cancelled.
        with pytest.raises(errors.ProcessInstanceNotFoundError):
            await session.client.cancel_process_instance(instance.process_instance_key)

    run(case)


def test_job_times_out_and_is_offered_again(run):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task")
        job = await session.job(timeout_ms=1000)
        again = await session.job(wait_ms=20000)
        assert again.key == job.key and again.retries == 3
        await session.adapter.complete_job(again.key, {})

    run(case)


def test_job_timeout_can_be_prolonged_and_shortened(run):
    async def case(session):
        await session.deploy("one_task")
        await session.start("one_task")
        job = await session.job(timeout_ms=600000)
        await session.adapter.update_job_timeout(job.key, 500)
        again = await session.job(wait_ms=20000)
        assert again.key == job.key

    run(case)


def test_error_is_caught_at_the_boundary(run):
    async def case(session):
        await session.deploy("error_boundary")
        waiting = asyncio.create_task(
            session.client.run_process_with_result("error_boundary", {"type": session.type}, timeout=30000)
        )
        job = await session.job()
        await session.adapter.throw_error(job.key, "none left", {"why": "sold"}, "NO_STOCK")
        variables = (await waiting).variables
        assert variables["refused"] is True

    run(case)


def test_error_that_nobody_catches_stops_the_job(run):
    async def case(session):
        await session.deploy("error_boundary")
        await session.start("error_boundary")
        job = await session.job()
        await session.adapter.throw_error(job.key, "strange", {}, "UNKNOWN_CODE")
        with pytest.raises(errors.JobAlreadyDeactivatedError):
            await session.adapter.complete_job(job.key, {})

    run(case)


def test_result_with_chosen_variables(run):
    async def case(session):
        await session.deploy("straight")
        result = await session.client.run_process_with_result(
            "straight", {"a": 1, "b": {"c": "d"}}, timeout=20000, variables_to_fetch=["b"]
        )
        assert result.variables == {"b": {"c": "d"}}

    run(case)


def test_result_that_takes_too_long_is_a_timeout(run):
    async def case(session):
        await session.deploy("one_task")
        with pytest.raises(errors.ProcessTimeoutError):
            await session.client.run_process_with_result("one_task", {"type": session.type}, timeout=1000)
        job = await session.job()
        await session.adapter.complete_job(job.key, {})

    run(case)


def test_message_published_after_the_instance_waits(run):
    async def case(session):
        await session.deploy("message_wait")
        order = str(uuid.uuid4())
        waiting = asyncio.create_task(
            session.client.run_process_with_result("message_wait", {"order": order}, timeout=30000)
        )
        await asyncio.sleep(1)
        await session.client.publish_message("payment", order, {"amount": 3}, time_to_live_in_milliseconds=0)
        assert (await waiting).variables == {"order": order, "amount": 3}

    run(case)


def test_message_published_before_waits_for_the_instance(run):
    async def case(session):
        await session.deploy("message_wait")
        order = str(uuid.uuid4())
        answer = await session.client.publish_message(
            "payment", order, {"amount": 4}, 60000, message_id=order
        )
        assert answer.key > 0
        with pytest.raises(errors.MessageAlreadyExistsError):
            await session.client.publish_message("payment", order, {"amount": 5}, 60000, message_id=order)
        result = await session.client.run_process_with_result("message_wait", {"order": order}, timeout=30000)
        assert result.variables["amount"] == 4

    run(case)


def test_timer_lets_the_process_wait(run):
    async def case(session):
        await session.deploy("timer_wait")
        started = time.monotonic()
        await session.client.run_process_with_result("timer_wait", {"duration": "PT1S"}, timeout=30000)
        assert time.monotonic() - started > 0.9

    run(case)


def test_timer_boundary_interrupts_the_task(run):
    async def case(session):
        await session.deploy("timer_boundary")
        result = await session.client.run_process_with_result(
            "timer_boundary", {"type": session.type}, timeout=30000
        )
        assert result.variables["late"] is True
        assert await session.jobs(wait_ms=-1) == []

    run(case)


def test_gateways_fork_and_join(run):
    async def case(session):
        await session.deploy("gateways")
        small = await session.client.run_process_with_result("gateways", {"amount": 5}, timeout=20000)
        assert small.variables == {"amount": 5}
        waiting = asyncio.create_task(
            session.client.run_process_with_result(
                "gateways", {"amount": 500, "type": session.type}, timeout=30000
            )
        )
        jobs = await session.jobs(2)
        assert {job.element_id for job in jobs} == {"left", "right"}
        for job in jobs:
            await session.adapter.complete_job(job.key, {job.element_id: True})
        assert (await waiting).variables == {"amount": 500, "type": session.type, "left": True, "right": True}

    run(case)


def test_sub_process_with_mappings(run):
    async def case(session):
        await session.deploy("sub_process")
        waiting = asyncio.create_task(
            session.client.run_process_with_result(
                "sub_process", {"type": session.type, "item": {"price": 2.5, "count": 4}}, timeout=30000
            )
        )
        job = await session.job()
        assert job.variables["total"] == 10
        await session.adapter.complete_job(job.key, {})
        assert (await waiting).variables["paid"] == 10

    run(case)


def test_cancel_ends_the_instance_and_its_job(run):
    async def case(session):
        await session.deploy("one_task")
        instance = await session.start("one_task")
        job = await session.job()
        await session.client.cancel_process_instance(instance.process_instance_key)
        with pytest.raises(errors.JobNotFoundError):
            await session.adapter.complete_job(job.key, {})
        with pytest.raises(errors.ProcessInstanceNotFoundError):
            await session.client.cancel_process_instance(instance.process_instance_key)

    run(case)


def test_unknown_process_is_refused(run):
    async def case(session):
        with pytest.raises(errors.ProcessDefinitionNotFoundError):
            await session.client.run_process("no_such_process")

    run(case)


async def set_variables(session, instance_key, **variables):
    """Sets variables; the answer's key tells how far keys have been given out."""
    answer = await session.stub.SetVariables(
        protocol.SetVariablesRequest(
            elementInstanceKey=instance_key, variables=json.dumps({"mark": 1, **variables})
        )
    )
    return answer.key


async def resolve_next_incident(session, after_key, reach=60):
    """Resolves the first incident above `after_key`: clients are not told its key, but keys are dense."""
    for key in range(after_key + 1, after_key + reach):
        try:
            await session.stub.ResolveIncident(protocol.ResolveIncidentRequest(incidentKey=key))
            return key
        except grpc.aio.AioRpcError as error:
            assert error.code() == grpc.StatusCode.NOT_FOUND, error
    raise AssertionError(f"no incident within {reach} keys after {after_key}")
