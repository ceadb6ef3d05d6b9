"""Where record streams are read from: a growing file, a URL or a command, each giving lines of JSON."""

import json
import subprocess
import threading
import time
import urllib.request


class Source:
    """Collects the records that a background thread finds; records are known by (partition, position)."""

    def __init__(self):
        self.records = []
        self.failure = None
        self._seen = set()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._guarded_read, daemon=True)
        self._thread.start()

    def _guarded_read(self):
        try:
            self.read()
        except Exception as error:
            with self._changed:
                self.failure = error
                self._changed.notify_all()

    def read(self):
        """Runs on the background thread; calls `take` for every line until closed."""
        raise NotImplementedError

    def take(self, line):
        start = line.find("{")
        if start < 0 or '"valueType"' not in line:
            return
        try:
            record = json.loads(line[start:])
        except json.JSONDecodeError:
            return
        identity = (record.get("partitionId"), record.get("position"))
        with self._changed:
            if identity not in self._seen:
                self._seen.add(identity)
                self.records.append(record)
                self._changed.notify_all()

    def count(self):
        with self._changed:
            return len(self.records)

    def since(self, start):
        with self._changed:
            return list(self.records[start:])

    def wait_quiet(self, quiet_seconds, limit_seconds=30):
        """Returns once no record came for `quiet_seconds`."""
        deadline = time.monotonic() + limit_seconds
        with self._changed:
            while time.monotonic() < deadline:
                self._raise_failure()
                if not self._changed.wait(quiet_seconds):
                    return
        raise TimeoutError(f"the record stream did not get quiet within {limit_seconds} s")

    def wait_for(self, start, matches, limit_seconds):
        """Returns the records since `start` once `matches(records)` holds."""
        deadline = time.monotonic() + limit_seconds
        with self._changed:
            while not matches(self.records[start:]):
                self._raise_failure()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"awaited records did not come within {limit_seconds} s")
                self._changed.wait(left)
            return list(self.records[start:])

    def _raise_failure(self):
        if self.failure is not None:
            raise RuntimeError(f"reading the record stream failed: {self.failure}")

    def close(self):
        self._closing = True


class FileSource(Source):
    def __init__(self, path):
        self._path = path
        super().__init__()

    def read(self):
        rest = ""
        with open(self._path, encoding="utf-8", errors="replace") as file:
            while not self._closing:
                chunk = file.read(1 << 20)
                if not chunk:
                    time.sleep(0.01)
                    continue
                *lines, rest = (rest + chunk).split("\n")
                for line in lines:
                    self.take(line)


class UrlSource(Source):
    """A URL with "{from}" in it is asked for the positions that are still wanted, for example
    http://127.0.0.1:9600/records?partition=1&from={from}&wait_ms=500"""

    def __init__(self, url):
        self._url = url
        super().__init__()

    def read(self):
        while not self._closing:
            wanted = max((record["position"] for record in self.records), default=0) + 1
            with urllib.request.urlopen(self._url.replace("{from}", str(wanted))) as answer:
                for line in answer:
                    self.take(line.decode("utf-8"))
                    if self._closing:
                        return
            time.sleep(0.05)


class CommandSource(Source):
    def __init__(self, command):
        self._process = subprocess.Popen(
            command, shell=True, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        super().__init__()

    def read(self):
        for line in self._process.stdout:
            self.take(line)
        if not self._closing:
            raise RuntimeError(f"the command ended with code {self._process.wait()}")

    def close(self):
        super().close()
        self._process.terminate()
        self._process.wait()


def open_source(text):
    """`file:PATH`, `cmd:COMMAND` or a URL; waits for what is already there to be read."""
    if text.startswith("file:"):
        source = FileSource(text[len("file:") :])
    elif text.startswith("cmd:"):
        source = CommandSource(text[len("cmd:") :])
    elif text.startswith(("http://", "https://")):
        source = UrlSource(text)
    else:
        raise SystemExit(f"--records: expected file:PATH, cmd:COMMAND or a URL, not '{text}'")
    source.wait_quiet(0.5)
    return source
