#!/usr/bin/env python3
"""kill -9 under load, again and again: every acknowledged create and complete has to be there, exactly once.

  crash.py [--rounds 20] [--io auto|uring|portable] [--forget] [--flush-off] [--seed N]

--forget puts the data directory on a filesystem that loses what was not flushed at each kill (needs FUSE and root);
--flush-off lets the broker acknowledge before it flushes: with --forget that has to be found out, and the run says so.
Prints the time back to serving of each round and what was checked. Exit code 0 only when all is as it has to be.
"""
import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from common import ROOT, TIDEMILL, Broker


class ForgetfulDisk:
    """A mount that forgets on demand."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tidemill-forgetful-")
        program = TIDEMILL.parent / "forgetful"
        self.process = subprocess.Popen([str(program), self.folder.name, "4096"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        answer = self.process.stdout.readline().strip()
        if answer != "mounted":
            raise SystemExit(f"crash: the forgetful filesystem does not mount: {answer}")

    def forget(self):
        self.process.stdin.write("forget\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.flush()
        self.process.wait(timeout=30)


def read_ledger(path, instances, jobs):
    """Adds what a load run saw acknowledged."""
    for line in path.read_text().splitlines() if path.exists() else []:
        kind, key = line.split()
        (instances if kind == "instance" else jobs).add(int(key))


def check(broker, instances, jobs):
    """Holds the committed stream against what clients were told."""
    activated, completed, jobs_completed, created = (collections.Counter() for _ in range(4))
    for record in broker.records():
        if record["recordType"] != "EVENT":
            continue
        kind, intent, value = record["valueType"], record["intent"], record["value"]
        if kind == "PROCESS_INSTANCE" and value["bpmnElementType"] == "PROCESS":
            activated[record["key"]] += intent == "ELEMENT_ACTIVATED"
            completed[record["key"]] += intent == "ELEMENT_COMPLETED"
        elif kind == "JOB":
            created[record["key"]] += intent == "CREATED"
            jobs_completed[record["key"]] += intent == "COMPLETED"
    problems = []

    def expect(what, keys):
        if keys:
            problems.append(f"{len(keys)} {what}, such as {sorted(keys)[:3]}")
    expect("acknowledged instances are gone", {key for key in instances if not activated[key]})
    expect("acknowledged instances did not complete", {key for key in instances if not completed[key]})
    expect("acknowledged job completions are gone", {key for key in jobs if not jobs_completed[key]})
    for what, counts in (("instances started", activated), ("instances completed", completed),
                         ("jobs created", created), ("jobs completed", jobs_completed)):
        expect(f"{what} twice", {key for key, count in counts.items() if count > 1})
    return problems, sum(completed.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--io", default="auto")
    parser.add_argument("--forget", action="store_true")
    parser.add_argument("--flush-off", action="store_true")
    parser.add_argument("--rate", type=float, default=1000, help="instances per second")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    chance = random.Random(options.seed)
    disk = ForgetfulDisk() if options.forget else None
    flags = ["--flush-may-lose-ms", "600000"] if options.flush_off else []
    broker = Broker(disk.folder.name if disk else None, io=options.io, flags=flags)
    instances, jobs, back = set(), set(), []
    print(f"crash: {options.rounds} rounds, seed {options.seed}, io {options.io}, "
          f"{'forgetful disk, ' if disk else ''}{'flushing OFF' if flags else 'every batch flushed'}", flush=True)
    try:
        broker.start()
        for number in range(options.rounds):
            ledger = pathlib.Path(broker.folder.name) / "ledger"
            ledger.unlink(missing_ok=True)
            load = subprocess.Popen(
                [str(TIDEMILL), "load", "--address", broker.grpc, "--create-only", "--warmup", "0", "--duration", "3",
                 "--mode", "open", "--rate", str(options.rate), "--concurrency", "256", "--request-timeout", "2", "--job-timeout", "2", "--ledger", str(ledger),
                 "--json", "--quiet"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(chance.uniform(0.4, 2.4))
            broker.kill()
            forgot = disk.forget() if disk else "page cache survives"
            seconds = broker.start()
            back.append(seconds)
            load.communicate(timeout=120)
            before = len(instances), len(jobs)
            read_ledger(ledger, instances, jobs)
            print(f"crash: round {number + 1}: back after {seconds:.3f} s ({forgot}); "
                  f"{len(instances) - before[0]} instances, {len(jobs) - before[1]} completions acknowledged", flush=True)
        # What was given out before the last kill comes back when its time-out ends; a quiet run works it off.
        deadline = time.monotonic() + 60
        while True:
            broker.run("load", "--address", broker.grpc, "--create-only", "--warmup", "0", "--duration", "1", "--concurrency", "1",
                       "--quiet", "--json", check=False)
            problems, completed = check(broker, instances, jobs)
            if not any("did not complete" in problem for problem in problems) or time.monotonic() > deadline:
                break
        code = broker.stop()
        if code:
            problems.append(f"exit code {code} after SIGTERM")
    finally:
        if broker.process and broker.process.poll() is None:
            broker.kill()
        if disk:
            disk.close()
    back.sort()
    print(f"crash: {len(instances)} acknowledged instances and {len(jobs)} acknowledged completions checked, "
          f"{completed} instances completed; back to serving: median {back[len(back) // 2]:.3f} s, worst {back[-1]:.3f} s")
    for problem in problems:
        print(f"crash: {problem}")
    if options.flush_off and options.forget:
        print("crash: lost data was found out, as it has to be" if problems else "crash: nothing was lost?")
        return 0 if problems else 1
    print("crash: exactly once" if not problems else "crash: FAILED")
    return 1 if problems else 0


if __name__ == "__main__":
    assert ROOT.exists()
    sys.exit(main())
