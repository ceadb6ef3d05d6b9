"""Named checks with one line each, and a tally as the last line: what `run` adds up.

    suite = Suite("start_stop")

    @suite.check("a port in use is named")
    def port_in_use(): ...

    sys.exit(suite.main())

A check passes when it returns, is skipped when it raises Skipped, and fails otherwise. With CI=true what is
skipped counts as failed.
"""

import os
import sys
import time
import traceback


class Skipped(Exception):
    """Why a check cannot run on this machine."""


class Refused(Exception):
    """A call that ended with another status than OK."""

    def __init__(self, error):
        self.code, self.message = error.code().name, error.details() or ""
        super().__init__(f"{self.code}: {self.message}")


class Suite:
    def __init__(self, name):
        self.name = name
        self.checks = []
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def check(self, title):
        def keep(function):
            self.checks.append((title, function))
            return function

        return keep

    def one(self, title, function, *arguments):
        """Runs one check now; gives whether it held."""
        began = time.monotonic()
        try:
            note = function(*arguments)
            result = "PASS"
        except Skipped as reason:
            result, note = ("FAIL" if os.environ.get("CI") == "true" else "SKIP"), f"skipped: {reason}"
        except Exception as error:  # one check that fails must not hide the others
            result, note = "FAIL", str(error) or type(error).__name__
            if not isinstance(error, (AssertionError, Refused)) or os.environ.get("TRACE"):
                note += "\n" + traceback.format_exc()
        self.counts[result] += 1
        seconds = time.monotonic() - began
        print(f"{result} {self.name}: {title} ({seconds:.1f} s)" + (f": {note}" if note else ""), flush=True)
        return result == "PASS"

    def tally(self):
        counts = self.counts
        print(
            f"{self.name}: {counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped",
            flush=True,
        )
        return 1 if counts["FAIL"] else 0

    def main(self, only=None):
        """Runs all checks, or those whose title holds one of the words of the command line."""
        words = sys.argv[1:] if only is None else only
        for title, function in self.checks:
            if not words or any(word in title for word in words):
                self.one(title, function)
        return self.tally()


def expect(condition, message):
    """Like assert, but there with `python -O` as well."""
    if not condition:
        raise AssertionError(message)


def eventually(what, function, seconds=10.0, pause=0.05):
    """The first true result of the function, asked again and again."""
    deadline = time.monotonic() + seconds
    while True:
        found = function()
        if found:
            return found
        expect(time.monotonic() < deadline, f"{what} did not happen in {seconds} s")
        time.sleep(pause)
