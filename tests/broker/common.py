"""Starting and stopping a broker for tests: free ports, a data directory of its own, its log kept."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDEMILL = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "tidemill"


def free_port():
    """A port below those that the system gives to outgoing connections: a client that tries again while
    the broker is down would else take the broker's port, or even be connected to itself."""
    while True:
        port = random.randint(12_000, 31_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Broker:
    """One broker process; start it again on the same directory as often as wanted."""

    def __init__(self, data_dir=None, partitions=2, io="auto", flags=()):
        self.folder = tempfile.TemporaryDirectory(prefix="tidemill-test-")
        self.data_dir = pathlib.Path(data_dir or self.folder.name) / "data"
        self.log_path = pathlib.Path(self.folder.name) / "broker.log"
        self.grpc, self.http = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.partitions, self.io, self.flags = partitions, io, list(flags)
        self.process = None
        # More arguments for subprocess.Popen, such as preexec_fn.
        self.popen = {}

    def environment(self):
        return dict(os.environ, TIDEMILL_ADDRESS=self.grpc, TIDEMILL_HTTP_ADDRESS=self.http,
                    TIDEMILL_GATEWAY=self.grpc)

    def command(self):
        return [str(TIDEMILL), "start", "--data-dir", str(self.data_dir), "--grpc-addr", self.grpc,
                "--http-addr", self.http, "--partitions", str(self.partitions), "--io", self.io, *self.flags]

    def start(self, wait=30.0):
        """Starts it and gives the seconds until the first healthy Topology answer."""
        began = time.monotonic()
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                        **self.popen)
        while time.monotonic() - began < wait:
            if self.process.poll() is not None:
                raise AssertionError(f"the broker ended with {self.process.returncode}:\n{self.log()}")
            done = self.run("status", "--json", check=False)
            partitions = json.loads(done.stdout)["partitions"] if done.returncode == 0 else []
            if partitions and all(partition["health"] == "HEALTHY" for partition in partitions):
                return time.monotonic() - began
            time.sleep(0.01)
        raise AssertionError(f"the broker was not ready in {wait} s:\n{self.log()}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, within=5.0):
        """SIGTERM; gives the exit code, which has to come in time."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        seconds = time.monotonic() - began
        assert seconds < within, f"stopping took {seconds:.1f} s"
        return code

    def get(self, path, timeout=10):
        """Status and text of an HTTP answer."""
        try:
            with urllib.request.urlopen(f"http://{self.http}{path}", timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def run(self, *arguments, check=True, **more):
        command = [str(TIDEMILL), *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, **more)
        if check and done.returncode:
            raise AssertionError(f"tidemill {' '.join(arguments)} failed: {done.stderr}\n{self.log()}")
        return done

    def resident_bytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in text.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def log(self):
        return self.log_path.read_text(errors="replace")[-4000:] if self.log_path.exists() else ""

    def records(self):
        """All committed records of all partitions."""
        for partition in range(1, self.partitions + 1):
            done = self.run("records", "--partition", str(partition))
            yield from (json.loads(line) for line in done.stdout.splitlines())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
