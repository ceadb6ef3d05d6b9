#!/usr/bin/env python3
"""An instance that goes round and round on a partition: the others hardly notice, and it can be cancelled.

  fairness.py [--io auto|uring|portable] [--rate 100] [--seconds 5]

Loops that deployment accepts, each on a broker of one partition: exclusive gateways only, and a timer that
is due at once. Prints the p99 of other instances without and with the loop, and their ratio; no figure
fails the run, because other work on the machine has its share in it. What fails it: instances of others
that do not complete, a loop that does not run or cannot be cancelled, a broker that goes on working
afterwards.
"""

import argparse
import json
import os
import pathlib
import sys
import time

from calls import Client
from checks import Suite, eventually, expect
from common import Broker
from probe import Probe

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    id="definitions-loop" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="loop" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>in</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="in" sourceRef="start" targetRef="first" />
    <bpmn:exclusiveGateway id="first"><bpmn:incoming>in</bpmn:incoming><bpmn:incoming>back</bpmn:incoming>
      <bpmn:outgoing>on</bpmn:outgoing></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="on" sourceRef="first" targetRef="second" />
    <bpmn:sequenceFlow id="back" sourceRef="second" targetRef="first" />
"""
TAIL = """  </bpmn:process>
</bpmn:definitions>
"""
LOOPS = {
    "gateways only": """<bpmn:exclusiveGateway id="second"><bpmn:incoming>on</bpmn:incoming>
      <bpmn:outgoing>back</bpmn:outgoing></bpmn:exclusiveGateway>""",
    "a timer due at once": """<bpmn:intermediateCatchEvent id="second"><bpmn:incoming>on</bpmn:incoming>
      <bpmn:outgoing>back</bpmn:outgoing><bpmn:timerEventDefinition id="now">
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT0S</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
      </bpmn:intermediateCatchEvent>""",
}


def cpu_seconds(broker):
    fields = pathlib.Path(f"/proc/{broker.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_share(broker, seconds=1.0):
    """Processor time that the broker takes while nobody asks for anything, per second."""
    before = cpu_seconds(broker)
    time.sleep(seconds)
    return (cpu_seconds(broker) - before) / seconds


def measure(broker, options):
    done = broker.run(
        "load",
        "--address",
        broker.grpc,
        "--mode",
        "open",
        "--rate",
        str(options.rate),
        "--duration",
        str(options.seconds),
        "--warmup",
        "1",
        "--json",
        "--quiet",
    )
    report = json.loads(done.stdout)
    ledger = report["ledger"]
    expect(
        ledger["exactly_once"] and not ledger["incomplete"] and not ledger["errors"],
        f"others suffer: {ledger}",
    )
    return report["latency_ms"]["p99"]


def is_terminated(broker, instance):
    status, text = broker.get(f"/query/instance/{instance}")
    return status == 404 or "TERMINATED" in text or '"state":"ended"' in text


def loop(io, body, options):
    with Broker(partitions=1, io=io) as broker, Client(broker.grpc) as client:
        probe = Probe(broker)
        alone = measure(broker, options)
        client.deploy_text("loop.bpmn", HEAD + body + TAIL)
        instance = client.create("loop")
        share = busy_share(broker)
        expect(share > 0.05, f"the loop does not run: it takes {share:.0%} of a core")
        with_loop = measure(broker, options)
        began = time.monotonic()
        client.cancel(instance)
        seconds = time.monotonic() - began
        eventually("the end of the loop", lambda: is_terminated(broker, instance), seconds=10)
        quiet = min(busy_share(broker) for _ in range(3))
        expect(
            quiet < max(0.2, share / 2),
            f"after the cancel the broker still takes {quiet:.0%} of a core, before {share:.0%}",
        )
        probe.check()
        return (
            f"p99 {alone:.2f} ms alone, {with_loop:.2f} ms beside the loop: ratio {with_loop / alone:.2f}; "
            f"loop takes {share:.0%} of a core; cancelled in {seconds * 1000:.1f} ms"
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--io", default="auto")
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    suite = Suite(f"fairness {options.io}")
    for title, body in LOOPS.items():
        suite.one(title, loop, options.io, body, options)
    return suite.tally()


if __name__ == "__main__":
    sys.exit(main())
