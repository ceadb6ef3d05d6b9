"""Starts that cannot be: the exit code of their kind (core/src/exit.rs) and one line that says what to do."""

import os
import pathlib
import re
import subprocess
import tempfile

from checks import Skipped, expect
from common import TIDEMILL, Broker, free_port

USAGE, CONFIGURATION, DATA_DIRECTORY, PORT, MACHINE = 2, 10, 11, 12, 13
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\dT")


def refused(code, words, *arguments, environment=None, seconds=20, **popen):
    """Starts with these arguments: it has to end with the code and one line with all the words."""
    done = subprocess.run(
        [str(TIDEMILL), "start", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        timeout=seconds,
        **popen,
    )
    lines = [line for line in done.stderr.splitlines() if not LOG_LINE.match(line)]
    expect(done.returncode == code, f"exit code {done.returncode} instead of {code}: {done.stderr[-400:]}")
    expect(not done.stdout, f"on stdout: {done.stdout[:200]}")
    if code != USAGE:  # the command line's parser adds how to call it
        expect(len(lines) == 1, f"{len(lines)} lines instead of one: {' | '.join(lines)[:400]}")
        expect(lines[0].startswith("tidemill: "), f"who says so? {lines[0][:200]}")
    for word in words:
        expect(word in lines[0], f"'{word}' is not in: {lines[0][:400]}")


def addresses():
    return ["--grpc-addr", f"127.0.0.1:{free_port()}", "--http-addr", f"127.0.0.1:{free_port()}"]


def fresh(folder, name):
    return ["--data-dir", pathlib.Path(folder) / name, *addresses()]


def taken(broker):
    refused(
        DATA_DIRECTORY,
        [str(broker.data_dir), "in use", "--data-dir"],
        "--data-dir",
        broker.data_dir,
        *addresses(),
    )


def ports(broker, folder):
    for flag, address in (("--grpc-addr", broker.grpc), ("--http-addr", broker.http)):
        other = "--http-addr" if flag == "--grpc-addr" else "--grpc-addr"
        refused(
            PORT,
            [address, flag, "in use"],
            "--data-dir",
            folder / "port",
            flag,
            address,
            other,
            f"127.0.0.1:{free_port()}",
        )
    refused(
        PORT,
        ["192.0.2.1", "--grpc-addr"],
        "--data-dir",
        folder / "port",
        "--grpc-addr",
        "192.0.2.1:26500",
        "--http-addr",
        f"127.0.0.1:{free_port()}",
    )


def no_trace(broker, folder):
    """A start that failed for its port has not fixed the partition count of a new directory."""
    path = folder / "untouched"
    refused(PORT, [broker.grpc], "--data-dir", path, "--partitions", 3, "--grpc-addr", broker.grpc)
    expect(not (path / "tidemill.toml").exists(), f"{path.name}/tidemill.toml was written")


def other_partitions(folder):
    with Broker(folder / "count", partitions=2) as broker:
        data_dir = broker.data_dir
    for count in (1, 3):
        refused(
            DATA_DIRECTORY,
            ["2 partitions", f"--partitions says {count}", "--partitions 2"],
            "--data-dir",
            data_dir,
            "--partitions",
            count,
            *addresses(),
        )


def damaged_notes(folder):
    for number, text in enumerate(
        (
            b"",
            b"\0" * 64,
            b"format = 9\ncluster-id = 1\npartitions = 1\n",
            b"format = 1\n",
            b"format = 1\ncluster-id = 1\npartitions = 0\n",
            b"\xff\xfe{}",
        )
    ):
        path = folder / f"damaged-{number}"
        path.mkdir()
        (path / "tidemill.toml").write_bytes(text)
        refused(DATA_DIRECTORY, ["tidemill.toml", "--data-dir"], "--data-dir", path, *addresses())


def read_only(folder):
    path = folder / "read-only"
    path.mkdir()
    if os.geteuid() != 0:
        path.chmod(0o555)
        return refused(DATA_DIRECTORY, [str(path), "--data-dir"], "--data-dir", path, *addresses())
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(path)], capture_output=True, text=True
    )
    if made.returncode:
        raise Skipped(f"a read-only mount is not possible: {made.stderr.strip()}")
    try:
        refused(DATA_DIRECTORY, [str(path), "--data-dir"], "--data-dir", path, *addresses())
        refused(DATA_DIRECTORY, [str(path / "in"), "--data-dir"], "--data-dir", path / "in", *addresses())
    finally:
        subprocess.run(["umount", str(path)], check=True)


def not_a_directory(folder):
    (folder / "file").write_text("hello")
    refused(DATA_DIRECTORY, ["file", "--data-dir"], *fresh(folder, "file"))


def configuration(folder):
    def config(text):
        (folder / "config.toml").write_text(text)
        return ["--config", folder / "config.toml"]

    refused(CONFIGURATION, ["config.toml", "partitoins"], *config("partitoins = 1\n"))
    refused(CONFIGURATION, ["config.toml"], *config("partitions = [\n"))
    refused(CONFIGURATION, ["config.toml", "two"], *config("partitions = 'two'\n"))
    refused(CONFIGURATION, ["nowhere.toml"], "--config", folder / "nowhere.toml")
    for flag, value in (("partitions", 0), ("partitions", 5000), ("shards", 0), ("gateway-threads", 1000)):
        refused(CONFIGURATION, [flag, str(value), "between"], f"--{flag}", value)
        refused(CONFIGURATION, [flag, str(value), "between"], *config(f"{flag} = {value}\n"))
    refused(CONFIGURATION, ["--log"], "--log", "a=b=c", *fresh(folder, "log"))


def command_line():
    refused(USAGE, ["--bogus"], "--bogus")
    refused(USAGE, ["--io", "fast"], "--io", "fast")
    refused(USAGE, ["--partitions", "two"], "--partitions", "two")
    refused(USAGE, ["--grpc-addr", "nowhere"], "--grpc-addr", "nowhere")
    refused(USAGE, ["--partitions", "two"], environment={"TIDEMILL_PARTITIONS": "two"})


def add(suite):
    with tempfile.TemporaryDirectory(prefix="tidemill-refused-") as name, Broker() as broker:
        folder = pathlib.Path(name)
        suite.one("a data directory in use", taken, broker)
        suite.one("a port in use", ports, broker, folder)
        suite.one("a start refused for its port leaves no trace", no_trace, broker, folder)
        suite.one("another partition count", other_partitions, folder)
        suite.one("a damaged tidemill.toml", damaged_notes, folder)
        suite.one("a read-only directory", read_only, folder)
        suite.one("a file instead of a directory", not_a_directory, folder)
        suite.one("unusable configuration", configuration, folder)
        suite.one("unusable command lines", command_line)
        suite.one(
            "the first broker still runs", lambda: expect(broker.stop() == 0, "it did not stop in order")
        )
