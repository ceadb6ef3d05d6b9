#!/usr/bin/env python3
"""Measures Tidemill and the real Zeebe side by side: same machine, same hour, same load tool, rounds in turn.

    tests/side_by_side.py --tidemill target/release/tidemill [--rounds 3] [--out results.jsonl] [point ...]

Zeebe is started by start-zeebe.sh from --peers (default ../shared/peers beside this repository) or is given
with --zeebe HOST:PORT; where there is neither, only Tidemill is measured and no ratio is printed. Points:
straight, one_task, ten_tasks (at --concurrency in flight), one_at_a_time (one_task, one in flight) and open
(one_task at --rate). In each round every point runs against both brokers, and which one comes first changes
from round to round. The broker that is not measured is stopped with SIGSTOP meanwhile, so that it takes no
processor time. Printed are medians with the range over the rounds, and ratios; what is better than 1 is
better for Tidemill.
"""

import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
START_LIMIT_SECONDS = 180
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'targetNamespace="http://bpmn.io/schema/bpmn">\n'
)


def chain_of_tasks(count):
    """A process of `count` service tasks of type "bench" in a row."""
    ids = ["start", *[f"task_{n}" for n in range(count)], "end"]
    kinds = ["startEvent", *["serviceTask"] * count, "endEvent"]
    work = '<bpmn:extensionElements><zeebe:taskDefinition type="bench" /></bpmn:extensionElements>'
    body = ""
    for index, (kind, element) in enumerate(zip(kinds, ids)):
        inner = work if kind == "serviceTask" else ""
        inner += f"<bpmn:incoming>flow_{index - 1}</bpmn:incoming>" if index > 0 else ""
        inner += f"<bpmn:outgoing>flow_{index}</bpmn:outgoing>" if index + 1 < len(ids) else ""
        body += f'<bpmn:{kind} id="{element}">{inner}</bpmn:{kind}>\n'
    for index, (source, target) in enumerate(zip(ids, ids[1:])):
        body += f'<bpmn:sequenceFlow id="flow_{index}" sourceRef="{source}" targetRef="{target}" />\n'
    process = f'<bpmn:process id="tasks_{count}" isExecutable="true">\n{body}</bpmn:process>\n'
    return f"{HEAD}{process}</bpmn:definitions>\n"


class Broker:
    """A running broker: its name, gateway address and process id (None where somebody else started it)."""

    def __init__(self, name, address, pid, stop):
        self.name, self.address, self.pid, self.stop = name, address, pid, stop

    def signal(self, number):
        if self.pid is not None:
            os.kill(self.pid, number)

    def memory_mb(self):
        if self.pid is None:
            return None
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return round(int(line.split()[1]) / 1024, 1)
        return None

    def cpu_seconds(self):
        if self.pid is None:
            return None
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def await_port(address, process=None):
    host, port = address.rsplit(":", 1)
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise SystemExit(f"the broker at {address} ended with code {process.returncode}")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {address} after {START_LIMIT_SECONDS} s")


def start_tidemill(arguments, folder):
    address = f"127.0.0.1:{arguments.port}"
    command = [arguments.tidemill, "start", "--data-dir", str(folder / "tidemill"), "--grpc-addr", address]
    command += ["--http-addr", f"127.0.0.1:{arguments.port + 1}", "--partitions", str(arguments.partitions)]
    log = open(folder / "tidemill.log", "wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    await_port(address, process)

    def stop():
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(timeout=60)

    return Broker("tidemill", address, process.pid, stop)


def start_zeebe(arguments, folder):
    """The real broker, or None where it cannot be had."""
    if arguments.zeebe:
        return Broker("zeebe", arguments.zeebe, None, lambda: None)
    script = pathlib.Path(arguments.peers) / "start-zeebe.sh"
    if not script.exists():
        print(f"skipped: Zeebe ({script.name} is absent in the folder given with --peers)")
        return None
    port, data = arguments.port + 100, folder / "zeebe"
    command = ["bash", str(script), "--port", str(port), "--data", str(data), "--fresh"]
    subprocess.run(
        [*command, "--partitions", str(arguments.partitions)], check=True, stdout=subprocess.DEVNULL
    )
    pid = int((data / "node-0" / "zeebe.pid").read_text())

    def stop():
        os.kill(pid, signal.SIGCONT)
        subprocess.run(["bash", str(script.with_name("stop-zeebe.sh")), "--data", str(data)], check=True)

    return Broker("zeebe", f"127.0.0.1:{port}", pid, stop)


def point_flags(point, arguments, folder):
    """Flags of the load tool for one load point."""
    tasks = {"straight": 0, "ten_tasks": 10}.get(point, 1)
    file = folder / f"tasks_{tasks}.bpmn"
    file.write_text(chain_of_tasks(tasks), encoding="utf-8")
    flags = ["--bpmn", str(file), "--worker-mode", "none" if tasks == 0 else arguments.worker_mode]
    if arguments.variables:
        flags += ["--variables", arguments.variables]
    if point == "open":
        return flags + ["--mode", "open", "--rate", str(arguments.rate)]
    in_flight = 1 if point == "one_at_a_time" else arguments.concurrency
    return flags + ["--mode", "closed", "--concurrency", str(in_flight)]


def measure(broker, flags, seconds, arguments):
    command = [arguments.tidemill, "load", "--address", broker.address, "--json", "--quiet"]
    command += ["--duration", str(seconds), "--warmup", str(arguments.warmup), *flags]
    before = broker.cpu_seconds()
    run = subprocess.run(command, capture_output=True, text=True)
    if not run.stdout.strip():
        raise SystemExit(f"the load tool failed against {broker.name}: {run.stderr[-800:]}")
    result = json.loads(run.stdout.strip().splitlines()[-1])
    result["load_exit_code"] = run.returncode
    result["broker_cpu_s"] = None if before is None else broker.cpu_seconds() - before
    result["broker_memory_mb"] = broker.memory_mb()
    if run.returncode != 0:
        print(f"caution: load against {broker.name} ended with {run.returncode}: {run.stderr.strip()[-300:]}")
    return result


def with_others_stopped(broker, brokers, action):
    for other in brokers:
        if other is not broker:
            other.signal(signal.SIGSTOP)
    try:
        return action()
    finally:
        for other in brokers:
            if other is not broker:
                other.signal(signal.SIGCONT)


def spread(values):
    if any(value is None for value in values):
        return "-"
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g})"


FIGURES = [
    ("instances/s", lambda r: r["completed_per_s"], True),
    ("p50 ms", lambda r: r["latency_ms"].get("p50"), False),
    ("p99 ms", lambda r: r["latency_ms"].get("p99"), False),
    ("broker CPU us/instance", lambda r: cpu_per_instance(r), False),
    ("memory MB", lambda r: r["broker_memory_mb"], False),
]


def cpu_per_instance(result):
    """Over warm-up and measurement alike, so a little too high for both."""
    if result["broker_cpu_s"] is None or not result["completed"]:
        return None
    return result["broker_cpu_s"] * 1e6 / result["completed"]


def print_table(results, points, names):
    print(f"| point | figure | {' | '.join(names)} | ratio |\n|---|---|{'---|' * len(names)}---|")
    for point in points:
        for figure, read, more_is_better in FIGURES:
            columns = [
                [read(r) for r in results if (r["point"], r["broker"]) == (point, name)] for name in names
            ]
            ratio = "-"
            if len(columns) == 2 and all(c and None not in c and statistics.median(c) for c in columns):
                ours, theirs = (statistics.median(c) for c in columns)
                ratio = f"{ours / theirs if more_is_better else theirs / ours:.2f}"
            print(f"| {point} | {figure} | {' | '.join(spread(c) for c in columns)} | {ratio} |")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tidemill", default=str(ROOT / "target/release/tidemill"), help="the binary")
    parser.add_argument("--zeebe", help="HOST:PORT of a Zeebe that runs already")
    parser.add_argument(
        "--peers", default=str(ROOT.parent / "shared" / "peers"), help="folder of start-zeebe.sh"
    )
    parser.add_argument("--port", type=int, default=28500, help="first port to use, default 28500")
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--duration", type=float, default=10, help="seconds per measurement")
    parser.add_argument("--warmup", type=float, default=3, help="seconds of load before each measurement")
    parser.add_argument(
        "--first-warmup", type=float, default=20, help="seconds of one_task before the first round"
    )
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--worker-mode", default="stream", choices=["stream", "poll"])
    parser.add_argument("--variables", help="JSON file with the variables of each instance")
    parser.add_argument("--out", help="append each result here as a line of JSON")
    parser.add_argument(
        "points", nargs="*", default=["straight", "one_task", "ten_tasks", "one_at_a_time", "open"]
    )
    return parser.parse_args()


def run_rounds(brokers, arguments, folder):
    results = []
    for broker in brokers:
        flags = point_flags("one_task", arguments, folder)
        with_others_stopped(
            broker, brokers, lambda: measure(broker, flags, arguments.first_warmup, arguments)
        )
    for round_number in range(arguments.rounds):
        for point in arguments.points:
            flags = point_flags(point, arguments, folder)
            order = brokers if round_number % 2 == 0 else brokers[::-1]
            for broker in order:
                result = with_others_stopped(
                    broker, brokers, lambda: measure(broker, flags, arguments.duration, arguments)
                )
                result.update(point=point, broker=broker.name, round=round_number)
                results.append(result)
                print(
                    f"round {round_number} {point} {broker.name}: {result['completed_per_s']:.1f}/s",
                    file=sys.stderr,
                )
                if arguments.out:
                    with open(arguments.out, "a", encoding="utf-8") as out:
                        out.write(json.dumps(result) + "\n")
    return results


def main():
    arguments = parse_arguments()
    if not pathlib.Path(arguments.tidemill).exists():
        raise SystemExit(
            f"no binary at {arguments.tidemill}: build it (cargo build --release) or give --tidemill"
        )
    unknown = set(arguments.points) - {"straight", "one_task", "ten_tasks", "one_at_a_time", "open"}
    if unknown:
        raise SystemExit(f"unknown points: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as name:
        folder, brokers = pathlib.Path(name), []
        try:
            brokers.append(start_tidemill(arguments, folder))
            zeebe = start_zeebe(arguments, folder)
            brokers += [zeebe] if zeebe else []
            results = run_rounds(brokers, arguments, folder)
        finally:
            for broker in brokers:
                broker.stop()
    print_table(results, arguments.points, [b.name for b in brokers])
    return 0


if __name__ == "__main__":
    sys.exit(main())
