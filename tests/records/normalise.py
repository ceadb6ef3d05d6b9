"""Makes record streams comparable: keys and positions relative to the scenario, points in time as offsets.

- A key (an integer or digits in a text with a partition number in its upper bits) becomes "K<n>", n counted
  from the lowest key that the scenario used, its first deployment's; on partition p > 1 it is "K<n>@p".
- Positions count from the scenario's first record.
- Points in time become "T+<ms>", counted from the timestamp of the record that names them first and rounded
  to half seconds.
- The content of a deployed resource becomes its SHA-256.
- The answers of the gateway follow the records, with the step that got them.
"""

import hashlib
import json
import re

PARTITION_SHIFT = 51
# The key that scenarios use for "there is no such thing" on partition 1.
UNKNOWN_KEY = (1 << PARTITION_SHIFT) + (1 << 40)
KEY_TEXT = re.compile(r"\b(\d{16,19})\b")
TIME_FIELDS = {"deadline", "dueDate", "timestamp", "recurringTime", "timestampMs"}
DROPPED = {"timestamp", "brokerVersion"}
TIME_GRAIN_MS = 500


def partition_of(number):
    return number >> PARTITION_SHIFT


def is_key(number):
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= partition_of(number) <= 1000


class Normaliser:
    def __init__(self, records, absolute):
        self.absolute = absolute
        self.times, self.due_dates = {}, {}
        self.position_base = {}
        for record in records:
            self.position_base.setdefault(record["partitionId"], record["position"])
        counters = [
            record["key"] & ((1 << PARTITION_SHIFT) - 1) for record in records if is_key(record["key"])
        ]
        self.key_base = min(counters, default=0)

    def key(self, number):
        if number == UNKNOWN_KEY:
            return "K-unknown"
        if self.absolute:
            return f"K{number}"
        relative = (number & ((1 << PARTITION_SHIFT) - 1)) - self.key_base
        partition = partition_of(number)
        return f"K{relative}" if partition == 1 else f"K{relative}@{partition}"

    def text(self, text):
        def replaced(match):
            number = int(match.group(1))
            return self.key(number) if is_key(number) else match.group(1)

        return KEY_TEXT.sub(replaced, text)

    def value(self, name, value, now):
        if isinstance(value, dict) and value.get("dueDate", 0) > 0 and "targetElementId" in value:
            named = {k: self.value(k, v, now) for k, v in value.items() if k != "dueDate"}
            return {**named, "dueDate": self.due_date(value, now)}
        if isinstance(value, dict):
            return {k: self.value(k, v, now) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(name, v, now) for v in value]
        if name in TIME_FIELDS and isinstance(value, int) and value > 10**11:
            return self.time(value, now)
        if name == "resource" and isinstance(value, str):
            return "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:16]
        if is_key(value):
            return self.key(value)
        if isinstance(value, str):
            return self.text(value)
        return value

    def due_date(self, timer, now):
        """A timer that repeats is due relative to its previous due date, however late that came."""
        place, due = (timer["elementInstanceKey"], timer["targetElementId"]), timer["dueDate"]
        previous = self.due_dates.get(place)
        if previous is not None and due > previous:
            self.times.setdefault(due, f"{self.times[previous]}{due - previous:+d}")
        self.due_dates[place] = due
        return self.time(due, now)

    def time(self, value, now):
        offset = round((value - now) / TIME_GRAIN_MS) * TIME_GRAIN_MS
        return self.times.setdefault(value, f"T{offset:+d}")

    def position(self, record, position):
        if position < 0:
            return position
        return position if self.absolute else position - self.position_base[record["partitionId"]]

    def record(self, record):
        now = record["timestamp"]
        line = {"kind": "record"}
        for name, value in record.items():
            if name in DROPPED:
                continue
            if name in ("position", "sourceRecordPosition"):
                line[name] = self.position(record, value)
            else:
                line[name] = self.value(name, value, now)
        return line

    def answer(self, answer):
        line = {"kind": "answer", "step": answer["step"], "call": answer["call"]}
        for name in ("code", "message", "answer"):
            if name in answer:
                line[name] = self.value(name, answer[name], answer["time"])
        return line


def normalise(records, answers, absolute=False):
    """The lines of a golden file: all records in order, then all answers in the order of their steps."""
    if not records:
        raise ValueError("the scenario caused no record")
    normaliser = Normaliser(records, absolute)
    lines = [normaliser.record(record) for record in records]
    lines += [normaliser.answer(a) for a in sorted(answers, key=lambda a: (a["step"], a["order"]))]
    json.dumps(lines)
    return lines
