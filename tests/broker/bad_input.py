#!/usr/bin/env python3
"""Bad requests, bad bytes, bad clients: each is answered as by Zeebe, and the broker goes on.

  bad_input.py [--io auto|uring|portable] [requests] [bytes] [clients]

Starts a broker of two partitions. Some instances wait through it all, new ones are run through in between; in
the end each of them has completed exactly once, also after a restart.
"""

import argparse
import sys

import bad_bytes
import bad_clients
import bad_requests
from calls import Client
from checks import Suite, expect
from common import Broker
from probe import Probe


def restart(broker):
    code = broker.stop()
    expect(code == 0, f"exit code {code} after SIGTERM")
    broker.start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--io", default="auto")
    parser.add_argument("parts", nargs="*", default=["requests", "bytes", "clients"])
    options = parser.parse_args()
    suite = Suite(f"bad_input {options.io}")
    with Broker(io=options.io) as broker:
        probe = Probe(broker)
        if "requests" in options.parts:
            with Client(broker.grpc) as client:
                bad_requests.add(suite, client)
            suite.one("the broker serves after bad requests", probe.check)
        if "bytes" in options.parts:
            bad_bytes.add(suite, broker, probe)
        if "clients" in options.parts:
            bad_clients.add(suite, broker, probe)
        suite.one("a restart after all of it", restart, broker)
        suite.one("the broker serves after the restart", probe.check)
        suite.one("nothing is lost and nothing happened twice", probe.check_nothing_lost)
    return suite.tally()


if __name__ == "__main__":
    sys.exit(main())
