#!/usr/bin/env python3
"""Prints a normalised stream compactly: one line a record, then one line an answer.

    show.py golden/one_task.jsonl ...

A record's line: position, record type (E event, C command, R rejection), value type, intent, key, position of
its source, and what tells it apart (element, variable, error, job).
"""

import json
import sys

SHORT_TYPE = {"EVENT": "E", "COMMAND": "C", "COMMAND_REJECTION": "R"}
TELLING = (
    "elementId",
    "bpmnElementType",
    "name",
    "value",
    "scopeKey",
    "type",
    "retries",
    "worker",
    "deadline",
    "errorType",
    "errorMessage",
    "errorCode",
    "jobKey",
    "dueDate",
    "repetitions",
    "targetElementId",
    "correlationKey",
    "messageName",
    "messageKey",
    "timeToLive",
    "variables",
    "recurringTime",
    "updateSemantics",
    "duplicate",
    "version",
    "jobs",
    "jobKeys",
)


def describe(line):
    value = line["value"]
    parts = [
        f"{name}={json.dumps(value[name], ensure_ascii=False)}"
        for name in TELLING
        if value.get(name) not in (None, "", -1, [], {})
    ]
    if line["recordType"] == "COMMAND_REJECTION":
        parts.insert(0, f"{line['rejectionType']}: {line['rejectionReason']}")
    return " ".join(parts)


def main():
    for path in sys.argv[1:]:
        print(f"== {path}")
        for text in open(path, encoding="utf-8"):
            line = json.loads(text)
            if line["kind"] == "answer":
                shown = json.dumps(line.get("answer", line.get("message")), ensure_ascii=False)
                print(f"   step {line['step']} {line['call']}: {line.get('code', 'pushed')} {shown}")
                continue
            kind = f"{SHORT_TYPE[line['recordType']]} {line['valueType']} {line['intent']} {line['key']}"
            print(f"{line['position']:>3} {kind} <-{line['sourceRecordPosition']} {describe(line)}"[:400])


if __name__ == "__main__":
    main()
