#!/usr/bin/env python3
"""Compares normalised record streams with the golden ones and prints the first difference of each readably.

    compare.py [--golden FOLDER] FOLDER [scenario ...]

Compared are, in order: record type, value type, intent, key, position of the source, rejection, and the
value as JSON; then the answers of the gateway. `--ignore FIELD` leaves out fields of records or values (may
be repeated), `--records-only` leaves out the answers. `--unsupported FILE` names scenarios that cannot agree
yet, one a line with the reason behind a colon: these are skipped by name, but one that agrees nonetheless is
an error, because its line has to go. The exit code is 1 when anything differs or is absent.
"""

import argparse
import contextlib
import io
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
CONTEXT = 3
# Compared in this order, so that the first difference named is the most telling one.
FIELDS = (
    "recordType",
    "valueType",
    "intent",
    "key",
    "sourceRecordPosition",
    "rejectionType",
    "rejectionReason",
)


# Some answers name the broker's address, which is another one in each run.
ADDRESS = re.compile(r"127\.0\.0\.1:\d+")


def load(path):
    text = ADDRESS.sub("ADDRESS", path.read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in text.splitlines()]
    return [x for x in lines if x["kind"] == "record"], [x for x in lines if x["kind"] == "answer"]


def differences(expected, actual, ignored, path=""):
    """Paths at which two JSON values differ, with both sides."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted(expected.keys() | actual.keys()):
            if name not in ignored:
                yield from differences(
                    expected.get(name, "(absent)"),
                    actual.get(name, "(absent)"),
                    ignored,
                    f"{path}.{name}" if path else name,
                )
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (left, right) in enumerate(zip(expected, actual)):
            yield from differences(left, right, ignored, f"{path}[{index}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield path, expected, actual


def summary(record):
    value = record["value"]
    named = value.get("elementId") or value.get("name") or value.get("messageName") or value.get("type") or ""
    kind = f"{record['recordType']} {record['valueType']} {record['intent']}"
    return f"{record['position']:>4} {kind} {record['key']} <-{record['sourceRecordPosition']} {named}"


def record_difference(expected, actual, ignored):
    ordered = [f for f in FIELDS if f not in ignored]
    found = [(f, expected.get(f), actual.get(f)) for f in ordered if expected.get(f) != actual.get(f)]
    return found or list(differences(expected, actual, ignored))


def first_record_difference(expected, actual, ignored):
    for index in range(max(len(expected), len(actual))):
        if index >= len(actual):
            return index, [("record", summary(expected[index]), "(stream ends)")]
        if index >= len(expected):
            return index, [("record", "(stream ends)", summary(actual[index]))]
        found = record_difference(expected[index], actual[index], ignored)
        if found:
            return index, found
    return None


def show(name, expected, actual, index, found):
    print(f"{name}: record {index} differs")
    for line in range(max(0, index - CONTEXT), index):
        print(f"    same      {summary(expected[line])}")
    for side, records in (("expected", expected), ("actual", actual)):
        for line in range(index, min(len(records), index + CONTEXT)):
            print(f"    {side:<9} {summary(records[line])}")
    for path, left, right in found[:8]:
        print(
            f"  {path}:\n    expected  {json.dumps(left, ensure_ascii=False)}\n"
            f"    actual    {json.dumps(right, ensure_ascii=False)}"
        )


def compare(name, golden, folder, arguments):
    """True when the two files agree."""
    actual_path = folder / f"{name}.jsonl"
    if not actual_path.exists():
        print(f"{name}: absent in {folder}")
        return False
    ignored = set(arguments.ignore)
    (expected, expected_answers), (actual, actual_answers) = load(golden), load(actual_path)
    difference = first_record_difference(expected, actual, ignored)
    if difference:
        show(name, expected, actual, *difference)
        return False
    if not arguments.records_only:
        found = list(differences(expected_answers, actual_answers, ignored))
        if found:
            path, left, right = found[0]
            print(
                f"{name}: answers differ at {path}:\n    expected  {json.dumps(left, ensure_ascii=False)}\n"
                f"    actual    {json.dumps(right, ensure_ascii=False)}"
            )
            return False
    return True


def read_unsupported(path, known):
    """Reasons by scenario. Lines that begin with # are remarks."""
    reasons = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(":")
            if name.strip() not in known or not reason.strip():
                raise SystemExit(f"{path.name}: not 'scenario: reason' with a known scenario: {line}")
            reasons[name.strip()] = reason.strip()
    return reasons


def agrees_quietly(name, golden, folder, arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return compare(name, golden, folder, arguments)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--golden", default=str(HERE / "golden"))
    parser.add_argument("--ignore", action="append", default=[], metavar="FIELD")
    parser.add_argument("--records-only", action="store_true")
    parser.add_argument("--unsupported", type=pathlib.Path, metavar="FILE")
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*", metavar="scenario")
    arguments = parser.parse_args()
    golden, folder = pathlib.Path(arguments.golden), pathlib.Path(arguments.folder)
    names = arguments.names or sorted(
        p.stem for p in golden.glob("*.jsonl") if not p.stem.endswith(".absolute")
    )
    if not names:
        raise SystemExit(f"no golden stream in {golden}")
    known = {path.stem for path in golden.glob("*.jsonl")}
    reasons = read_unsupported(arguments.unsupported, known) if arguments.unsupported else {}
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name in names:
        if name not in reasons:
            counts["passed" if compare(name, golden / f"{name}.jsonl", folder, arguments) else "failed"] += 1
        elif agrees_quietly(name, golden / f"{name}.jsonl", folder, arguments):
            listed = f"{arguments.unsupported.name} says: {reasons[name]}"
            print(f"{name}: agrees, although {listed}; remove that line")
            counts["failed"] += 1
        else:
            print(f"{name}: skipped: {reasons[name]}")
            counts["skipped"] += 1
    print("records: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
