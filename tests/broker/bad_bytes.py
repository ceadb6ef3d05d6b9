"""Bytes that no client sends: at the gRPC port as messages, as frames and as noise, and at the HTTP port."""

import contextlib
import os
import random
import socket
import struct
import time

from calls import Client, is_refused
from checks import expect

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
# The most that a hostile connection may make the broker grow by: 16,384 open calls take some 4 KiB each.
GROWTH_BYTES_MAX = 128 << 20
# Frames that say that something is wrong: an answer with a status, the end of the call or of the connection.
REACTIONS = {1, 3, 7}


def address(text):
    host, port = text.split(":")
    return host, int(port)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header(name, value):
    """A literal header that is not indexed (RFC 7541, 6.2.2), lengths below 127."""
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def call_headers(path="/gateway_protocol.Gateway/CreateProcessInstance"):
    names = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "a",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    return b"".join(header(name, value) for name, value in names.items())


def open_call(stream=1, **more):
    return frame(HEADERS, END_HEADERS, stream, call_headers(**more))


def message(body, length=None, compressed=0):
    return bytes([compressed]) + struct.pack(">I", len(body) if length is None else length) + body


def exchange(where, data, seconds=2.0, shut=False):
    """Sends bytes and gives what comes back until the peer closes or is silent."""
    with socket.create_connection(address(where), timeout=5) as connection:
        got = b""
        try:
            connection.sendall(data)
            if shut:
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(seconds)
            while len(got) < 1 << 20:
                part = connection.recv(65536)
                if not part:
                    break
                got += part
        except (TimeoutError, ConnectionError):
            pass
        return got


def statuses(got):
    """Kinds of the HTTP/2 frames that came."""
    kinds, at = [], 0
    while at + 9 <= len(got):
        length = int.from_bytes(got[at : at + 3], "big")
        kinds.append(got[at + 3])
        at += 9 + length
    return kinds


def messages(suite, client):
    for name, stream in (
        ("CreateProcessInstance", False),
        ("DeployResource", False),
        ("ActivateJobs", True),
        ("StreamActivatedJobs", True),
        ("PublishMessage", False),
    ):
        for title, body in (
            ("invalid UTF-8", b"\x12\x02\xff\xfe" if "Create" in name else b"\x0a\x02\xff\xfe"),
            ("an endless number", b"\xff" * 20),
            ("a length beyond the end", b"\x0a\xff\xff\xff\x7f"),
            ("a group that never ends", b"\x0b" * 200),
        ):
            suite.one(
                f"{name} with {title}",
                is_refused,
                ["INTERNAL", "INVALID_ARGUMENT"],
                [],
                lambda name=name, body=body, stream=stream: client.raw(name, body, stream=stream),
            )
    suite.one("an unknown RPC is named", is_refused, "UNIMPLEMENTED", "Nope", client.raw, "Nope", b"")
    suite.one(
        "an unknown service is named",
        is_refused,
        "UNIMPLEMENTED",
        "no.Such",
        client.raw,
        "/no.Such/Call",
        b"",
    )
    for name in (
        "ModifyProcessInstance",
        "MigrateProcessInstance",
        "EvaluateDecision",
        "BroadcastSignal",
        "DeleteResource",
    ):
        suite.one(f"{name} is there or says that it is not", refused_or_answered, client, name)


def refused_or_answered(client, name):
    """Empty requests of RPCs that come with time: any clear refusal, but no silence."""
    codes = ["UNIMPLEMENTED", "INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE"]
    try:
        is_refused(codes, [], client.raw, name, b"", 5)
    except AssertionError as error:
        if "but got an answer" not in str(error):
            raise


def frames():
    """Bytes after preface and settings, and what is acceptable: a kind of frame, or that the peer closes."""
    call = open_call()
    yield (
        "a message cut by the end of its call",
        call + frame(DATA, END_STREAM, 1, message(b"abc", length=100)),
    )
    yield (
        "a message that says it has 4 GiB",
        call + frame(DATA, END_STREAM, 1, message(b"abc", length=(1 << 32) - 1)),
    )
    yield "a message said to be compressed", call + frame(DATA, END_STREAM, 1, message(b"abc", compressed=1))
    yield (
        "a message with a bad compression flag",
        call + frame(DATA, END_STREAM, 1, message(b"abc", compressed=77)),
    )
    yield "a call without a message", call + frame(DATA, END_STREAM, 1)
    yield "two messages where one is due", call + frame(DATA, END_STREAM, 1, message(b"") + message(b""))
    yield "bytes after the message", call + frame(DATA, END_STREAM, 1, message(b"") + b"abc")
    yield "data for a call that is not open", frame(DATA, 0, 5, b"abc")
    yield "an even number of a call", open_call(stream=2)
    yield "headers that are no HPACK", frame(HEADERS, END_HEADERS, 1, b"\xff" * 50)
    yield (
        "a frame larger than allowed",
        struct.pack(">I", 1 << 23)[1:] + bytes([DATA, 0]) + b"\0\0\0\1" + b"x" * 70_000,
    )
    yield "a frame of unknown kind, then silence", frame(99, 255, 1, b"abc")
    yield "settings of the wrong size", frame(SETTINGS, 0, 0, b"abc")
    yield "a window that overflows", frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", (1 << 31) - 1)) * 2
    yield "a ping of the wrong size", frame(PING, 0, 0, b"abc")
    yield "a path that is garbage", open_call(path="/\x01\x02//..%00")


def floods():
    half = frame(HEADERS, 0, 1, call_headers())
    yield (
        "headers that go on without end",
        half + frame(CONTINUATION, 0, 1, header("x", "y" * 100) * 150) * 400,
    )
    yield "a flood of settings", frame(SETTINGS, 0, 0) * 100_000
    yield "a flood of pings", frame(PING, 0, 0, b"12345678") * 100_000
    yield (
        "calls opened and reset at once",
        b"".join(
            open_call(stream=2 * number + 1) + frame(RST_STREAM, 0, 2 * number + 1, struct.pack(">I", 8))
            for number in range(20_000)
        ),
    )
    yield "calls opened and left", b"".join(open_call(stream=2 * number + 1) for number in range(20_000))
    yield "empty data without end", open_call() + frame(DATA, 0, 1) * 100_000


def noise(broker, count, where):
    """Random bytes, some behind a right beginning; the seed is in the message of what fails."""
    seed = int.from_bytes(os.urandom(4), "big")
    chance = random.Random(seed)
    beginnings = [b"", PREFACE, PREFACE + frame(SETTINGS, 0, 0), b"GET / HTTP/1.1\r\n"]
    for _ in range(count):
        exchange(where, chance.choice(beginnings) + chance.randbytes(chance.randint(0, 5000)), seconds=0.05)
    expect(broker.process.poll() is None, f"the broker ended; seed {seed}")
    return f"seed {seed}"


def bounded(broker, data, where, seconds):
    before = broker.resident_bytes()
    got = exchange(where, data, seconds)
    grown = broker.resident_bytes() - before
    expect(grown < GROWTH_BYTES_MAX, f"the broker grew by {grown >> 20} MiB")
    return f"{len(got)} bytes back, grown by {max(grown, 0) >> 20} MiB"


def left_open(broker):
    """What one connection may hold is bounded; what all of them hold has to be as well."""
    before = broker.resident_bytes()
    calls = b"".join(open_call(stream=2 * number + 1) for number in range(16_000))
    connections = [socket.create_connection(address(broker.grpc), timeout=5) for _ in range(8)]
    try:
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + calls)
        time.sleep(2)
        grown = broker.resident_bytes() - before
    finally:
        for connection in connections:
            connection.close()
    expect(grown < 2 * GROWTH_BYTES_MAX, f"the broker grew by {grown >> 20} MiB")
    return f"grown by {max(grown, 0) >> 20} MiB"


def framed(broker, title, data):
    kinds = statuses(exchange(broker.grpc, PREFACE + frame(SETTINGS, 0, 0) + data, seconds=0.5))
    expect(SETTINGS in kinds, f"no settings came back, only {kinds}")
    expect(
        "unknown kind" in title or REACTIONS & set(kinds), f"no answer, reset or end came back, only {kinds}"
    )


def http_requests():
    """First line, expected status, word of the body."""
    yield "GET /nowhere", 404, "nothing here"
    yield "GET /../../etc/passwd", 404, "nothing here"
    yield "DELETE /records", 404, ""
    yield "GET /records?partition=one", 400, "'partition'"
    yield "GET /records?partition=99", 400, "99"
    yield "GET /records?partition=0", 400, "0"
    yield "GET /records?from=-99999999999999999999", 400, "'from'"
    yield "GET /records?from=" + "9" * 18, 200, ""
    yield "GET /records?wait_ms=-1", 400, "'wait_ms'"
    yield "GET /query/instance/x", 400, "'key'"
    yield "GET /query/instance/123", (404, 503), ""
    yield "GET /query/instance/-1", (404, 503), ""
    yield "GET /query/digest?partition=99", (400, 404, 503), ""
    yield "POST /records", 404, ""


def http_answer(broker, line, codes, word):
    got = exchange(
        broker.http, f"{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode(), seconds=5
    )
    expect(got.startswith(b"HTTP/1.1 "), f"no HTTP answer: {got[:80]}")
    status = int(got[9:12])
    expect(
        status in (codes if isinstance(codes, tuple) else (codes,)), f"status {status}: {got[-200:].decode()}"
    )
    expect(word in got.decode(errors="replace"), f"'{word}' is not in the answer: {got[-200:].decode()}")


def add(suite, broker, probe):
    with Client(broker.grpc) as client:
        messages(suite, client)
    for title, data in frames():
        suite.one(f"frames: {title}", framed, broker, title, data)
    for title, data in floods():
        suite.one(
            f"frames: {title}", bounded, broker, PREFACE + frame(SETTINGS, 0, 0) + data, broker.grpc, 1.0
        )
    suite.one("frames: calls opened and left on many connections", left_open, broker)
    suite.one("the broker serves after broken frames", probe.check)
    suite.one("noise at the gRPC port", noise, broker, 300, broker.grpc)
    suite.one("noise at the HTTP port", noise, broker, 300, broker.http)
    for line, codes, word in http_requests():
        suite.one(f"HTTP: {line[:60]}", http_answer, broker, line, codes, word)
    suite.one(
        "HTTP: headers without end",
        bounded,
        broker,
        b"GET / HTTP/1.1\r\n" + b"a: " + b"b" * (8 << 20),
        broker.http,
        2.0,
    )
    body = b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n" + b"x" * (32 << 20)
    suite.one("HTTP: a body of 32 MiB", bounded, broker, body, broker.http, 2.0)
    suite.one("the broker serves after noise", probe.check)
