#!/usr/bin/env python3
"""Starting, stopping and restarting a broker, and what it says when it cannot.

start_stop.py [--io auto|uring|portable] [refused] [restart] [machine]
"""

import argparse
import sys

import machine_limits
import start_refused
import stop_restart
from checks import Suite


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--io", default="auto")
    parser.add_argument("parts", nargs="*", default=["refused", "restart", "machine"])
    options = parser.parse_args()
    suite = Suite(f"start_stop {options.io}")
    if "refused" in options.parts:
        start_refused.add(suite)
    if "restart" in options.parts:
        stop_restart.add(suite, options.io)
    if "machine" in options.parts:
        machine_limits.add(suite, options.io)
    return suite.tally()


if __name__ == "__main__":
    sys.exit(main())
