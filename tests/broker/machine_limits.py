"""What the machine denies: io_uring by a seccomp filter, and room on the disk."""

import ctypes
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import time

from calls import Client
from checks import Refused, Skipped, eventually, expect
from common import Broker
from start_refused import MACHINE, addresses, refused

IO_URING_CALLS = (425, 426, 427)  # the same on all architectures: setup, enter, register
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
RETURN_ALLOW, RETURN_ERRNO = 0x7FFF0000, 0x00050000
EPERM, ENOSYS = 1, 38
LOAD_NUMBER, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
DISK_BYTES = 256 << 20


def deny_io_uring(errno):
    """For preexec_fn: the three calls of io_uring fail from now on, as in containers."""
    program = struct.pack("HBBI", LOAD_NUMBER, 0, 0, 0)
    for number, call in enumerate(IO_URING_CALLS):
        program += struct.pack("HBBI", JUMP_EQUAL, len(IO_URING_CALLS) - number, 0, call)
    program += struct.pack("HBBI", RETURN, 0, 0, RETURN_ALLOW)
    program += struct.pack("HBBI", RETURN, 0, 0, RETURN_ERRNO | errno)
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    def apply():
        libc = ctypes.CDLL(None, use_errno=True)
        argument = Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
            PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(argument)
        ):
            raise OSError(ctypes.get_errno(), "the seccomp filter is refused")

    return apply


def without_io_uring(errno):
    broker = Broker()
    broker.popen = {"preexec_fn": deny_io_uring(errno)}
    with broker, Client(broker.grpc) as client:
        lines = [line for line in broker.log().splitlines() if "WARN" in line or "ERROR" in line]
        expect(any("io_uring" in line for line in lines), f"no loud line about io_uring: {broker.log()}")
        status, text = broker.get("/health")
        health = json.loads(text)
        expect(status == 200 and health["io"] == "portable", f"/health says {text}")
        client.deploy("straight")
        code = broker.stop()
        expect(code == 0, f"exit code {code}")
        return next(line for line in lines if "io_uring" in line).split("WARN")[-1].strip()


def demanded_io_uring():
    with tempfile.TemporaryDirectory(prefix="tidemill-uring-") as folder:
        refused(
            MACHINE,
            ["io_uring"],
            "--data-dir",
            pathlib.Path(folder) / "data",
            "--io",
            "uring",
            *addresses(),
            preexec_fn=deny_io_uring(EPERM),
        )


def free_bytes(path):
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


class SmallDisk:
    """An ext4 of its own in a file; needs root and loop devices."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tidemill-disk-")
        base = pathlib.Path(self.folder.name)
        self.path = base / "mount"
        self.path.mkdir()
        if os.geteuid() != 0:
            raise Skipped("a disk of its own needs root")
        with open(base / "image", "wb") as image:
            image.truncate(DISK_BYTES)
        for command in (
            ["mkfs.ext4", "-q", "-F", "-m", "0", str(base / "image")],
            ["mount", "-o", "loop", str(base / "image"), str(self.path)],
        ):
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except FileNotFoundError:
                raise Skipped(f"{command[0]} is missing") from None
            if done.returncode:
                raise Skipped(f"{command[0]} is not possible: {done.stderr.strip()}")
        return self

    def __exit__(self, *_):
        # The system lets go of the files of a killed process' io_uring a little later than of the process.
        eventually("the end of the mount", self.unmount)
        self.folder.cleanup()

    def unmount(self):
        return subprocess.run(["umount", str(self.path)], capture_output=True).returncode == 0

    def free_bytes(self):
        return free_bytes(self.path)

    def ballast(self, leave_bytes):
        """Fills the disk up to so many bytes."""
        with open(self.path / "ballast", "ab") as file:
            while (rest := self.free_bytes() - leave_bytes) > 0:
                file.write(b"b" * min(rest, 1 << 20))
                file.flush()
            os.fsync(file.fileno())


def create_until_refused(client, broker, seconds=120):
    """Makes instances with much in them; gives the first refusal and all instances that were acknowledged."""
    instances, deadline = set(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            instances.add(client.create("one_task", type="full", text="y" * 400_000))
        except Refused as refusal:
            time.sleep(
                0.5 if refusal.code != "RESOURCE_EXHAUSTED" else 0
            )  # for the system to know the end of the process
            expect(
                broker.process.poll() is None,
                f"{len(instances)} instances were taken, {free_bytes(broker.data_dir)} bytes free, then "
                f"the broker ended with {broker.process.returncode}: {broker.log().splitlines()[-1]}",
            )
            expect("disk" in refusal.message, f"refused without naming the disk: {refusal}")
            expect(refusal.code == "RESOURCE_EXHAUSTED", f"refused with {refusal}")
            return refusal, instances
    raise AssertionError(f"nothing was refused in {seconds} s; {len(instances)} instances")


def can_activate(client, job_type):
    try:
        return client.activate(job_type)
    except Refused as refusal:
        expect(refusal.code == "RESOURCE_EXHAUSTED", f"refused with {refusal}")
        return None


def can_create(client):
    try:
        return client.create("one_task", type="after")
    except Refused as refusal:
        expect(refusal.code == "RESOURCE_EXHAUSTED", f"refused with {refusal}")
        return None


def full_disk(io, fill):
    """Whoever fills it: refused before it is full, endings are taken, all is well when there is room."""
    with SmallDisk() as disk, Broker(disk.path, partitions=1, io=io) as broker, Client(broker.grpc) as client:
        client.deploy("one_task")
        first = client.create("one_task", type="before")
        (job,) = client.activate("before", wait_ms=5_000)
        # The broker alone: two thirds are left to it. Others: they take all but a little in one go.
        disk.ballast(leave_bytes=DISK_BYTES * 2 // 3 if fill == "broker" else 1 << 20)
        if fill != "broker":
            time.sleep(2.5)
        refusal, instances = create_until_refused(client, broker)
        left = disk.free_bytes()
        client.complete(job)
        for _ in range(20):
            expect(can_create(client) is None or disk.free_bytes() > 0, "taken with no room at all")
        expect(
            broker.process.poll() is None,
            f"the broker ended with {broker.process.returncode}:\n{broker.log()}",
        )
        (disk.path / "ballast").unlink()
        instances.add(
            eventually("a new instance once there is room", lambda: can_create(client), seconds=20, pause=0.2)
        )
        expect(broker.stop() == 0, f"exit code after SIGTERM:\n{broker.log()}")
        broker.start()
        records = list(broker.records())
        started = {
            record["key"]
            for record in records
            if record["intent"] == "ELEMENT_ACTIVATED"
            and record["valueType"] == "PROCESS_INSTANCE"
            and record["value"]["bpmnElementType"] == "PROCESS"
        }
        ended = {record["key"] for record in records if record["intent"] == "ELEMENT_COMPLETED"}
        expect(
            instances <= started,
            f"{len(instances - started)} of {len(instances)} acknowledged instances are gone",
        )
        expect(first in ended, "the job that was completed on a full disk is gone")
        return f"{len(instances)} instances, refused with {left >> 20} MiB left: {refusal.message}"


def restart_on_full_disk(io):
    """A start with hardly any room left: it serves and refuses, or says why it cannot start."""
    with SmallDisk() as disk:
        broker = Broker(disk.path, partitions=1, io=io)
        with broker, Client(broker.grpc) as client:
            client.deploy("one_task")
            instance = client.create("one_task", type="before")
            broker.stop()
            disk.ballast(leave_bytes=0)
            try:
                broker.start()
                note = "it serves"
            except AssertionError:
                expect(
                    broker.process.poll() in (11, 22), f"exit code {broker.process.poll()}:\n{broker.log()}"
                )
                note = f"exit code {broker.process.returncode}: {broker.log().splitlines()[-1]}"
            (disk.path / "ballast").unlink()
            if broker.process.poll() is not None:
                broker.start()
            with Client(broker.grpc) as again:
                (job,) = eventually("the job from before", lambda: can_activate(again, "before"))
                expect(job.processInstanceKey == instance, "another instance's job")
                again.complete(job)
                eventually("a new instance", lambda: can_create(again), seconds=20, pause=0.2)
        return note


def add(suite, io):
    if io != "portable":
        suite.one("io_uring forbidden (EPERM)", without_io_uring, EPERM)
        suite.one("io_uring unknown (ENOSYS)", without_io_uring, ENOSYS)
        suite.one("io_uring demanded and forbidden", demanded_io_uring)
    suite.one("a disk that the broker fills", full_disk, io, "broker")
    suite.one("a disk that others fill", full_disk, io, "others")
    suite.one("a start on a full disk", restart_on_full_disk, io)
