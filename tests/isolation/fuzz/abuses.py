"""What no well-behaved client sends: heads without end, bodies cut short, forged lines, requests within requests."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from app.protocol import MAX_HEAD_BYTES
from tests.isolation.fuzz.abuse import INTRUDER, Abuse
from tests.isolation.fuzz.people import Caller, Conversation


def abuses(caller: Caller, other: Caller, conversations: Sequence[Conversation], max_body_bytes: int) -> list[Abuse]:
    """Everything, as somebody who may ask and somebody of another tenant who may not."""
    return [
        *_heads(),
        *_addresses(),
        *_not_http(),
        *_framing(caller, other),
        *_forged_ids(),
        *_bodies(caller, conversations, max_body_bytes),
    ]


def _head(method: str, path: str | bytes, *fields: str | bytes, version: str = "HTTP/1.1", close: bool = True) -> bytes:
    lines = [b" ".join([method.encode(), _bytes(path), version.encode()])]
    lines += map(_bytes, [f"Host: {INTRUDER}.test", *(["Connection: close"] if close else []), *fields])
    return b"\r\n".join([*lines, b"", b""])


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _get(path: str | bytes, *fields: str | bytes, close: bool = True) -> bytes:
    return _head("GET", path, *fields, close=close)


def _ask(caller: Caller, *fields: str, body: bytes = b'{"message": "Hello"}', close: bool = True) -> bytes:
    """A question; its fields are those given, else what it needs."""
    needed = fields or ("Content-Type: application/json", f"Content-Length: {len(body)}")
    signed = [f"Authorization: Bearer {caller.token}"] if caller.token else []
    return _head("POST", "/api/ai/chat", *signed, *needed, close=close) + body


def _heads() -> list[Abuse]:
    endless = b"GET /livez HTTP/1.1\r\nX-A: " + b"a" * MAX_HEAD_BYTES
    return [
        Abuse("a thousand headers", (_get("/livez", *[f"X-{n}: {INTRUDER}" for n in range(1000)]),), (200,)),
        Abuse("a header that does not end", (endless,), (431,)),
        Abuse("a header of two megabytes", (_get("/livez", "X-A: " + "a" * 2_000_000),), (431,), may_be_lost=True),
        Abuse("an address of 20 kB", (_get("/" + INTRUDER * 2500),), (404,)),
        Abuse("a query of 20 kB", (_get("/livez?" + INTRUDER * 2500),), (200,)),
        Abuse("an address of two megabytes", (_get("/" + "a" * 2_000_000),), (431,), may_be_lost=True),
    ]


def _addresses() -> list[Abuse]:
    missing = [
        "/console/../../etc/passwd",
        "/console/..%2f..%2f..%2fetc%2fpasswd",
        "/console/%2e%2e/%2e%2e/app/settings.py",
        "/console/..%5c..%5capp%5csettings.py",
        "/console/%c0%ae%c0%ae%c0%afapp",
        "/console/%252e%252e%252fapp",
        "/console/..",
        "/console/.",
        "/console//console.js",
        "/console/console.js/",
        "/console/console.js%00.css",
        "/console/%00",
        "/console/%ff%fe",
        "/%",
        "/%zz",
        "/livez/",
        "/livez%20",
        "/LIVEZ",
        "/.env",
        f"/%0d%0aSet-Cookie:%20{INTRUDER}=1",
        f"/livez/%0d%0aLocation:%20http://{INTRUDER}.test",
    ]
    return [
        *(Abuse(f"the address {path}", (_get(path),), (404,)) for path in missing),
        Abuse("NUL in an address", (_get(b"/console/\0"),), (400,)),
        Abuse("an address that is not ASCII", (_get("/caf\N{LATIN SMALL LETTER E WITH ACUTE}"),), (400,)),
        Abuse("an address of somewhere else", (_get(f"http://{INTRUDER}.test/livez"),), (200,)),
        Abuse("an unknown method", (_head("INTRUDE", "/livez"),), (400,)),
        Abuse("a lower-case method", (_head("get", "/livez"),), (400,)),
        Abuse("TRACE", (_head("TRACE", "/livez", f"Cookie: {INTRUDER}"),), (405,)),
        Abuse("OPTIONS of everything", (_head("OPTIONS", "*"),), (404,)),
        Abuse("CONNECT", (_head("CONNECT", f"{INTRUDER}.test:443"),), (400,)),
    ]


def _not_http() -> list[Abuse]:
    return [
        Abuse("HTTP/1.0", (b"GET /livez HTTP/1.0\r\n\r\n",), (200,)),
        Abuse("HTTP/9.9", (_head("GET", "/livez", version="HTTP/9.9"),), (400,)),
        Abuse("HTTP/2 at once", (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",), (400,)),
        Abuse("TLS", (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 50,), (400,)),
        Abuse("nothing", (b"",), (), leave=True),
        Abuse("one byte", (b"G",), (), leave=True),
        Abuse("half a head", (_get("/livez")[:-2],), (), leave=True),
        Abuse("a space before the colon", (_get("/livez", "X-A : b"),), (400,)),
        Abuse("a header without colon", (_get("/livez", INTRUDER),), (400,)),
    ]


def _framing(caller: Caller, other: Caller) -> list[Abuse]:
    json_type = "Content-Type: application/json"
    chunked = "Transfer-Encoding: chunked"
    upgrade = ("Connection: Upgrade", "Upgrade: h2c")
    names = tuple(f"pipelined-{number}" for number in range(20))
    pipelined = [_get("/livez", f"X-Request-Id: {name}", close=name == names[-1]) for name in names]
    mixed = [_ask(caller, close=False), _ask(other, close=False), _get("/api/ai/chat", close=False), _ask(caller)]
    hidden = _get("/livez")
    smuggling = _ask(caller, json_type, f"Content-Length: {len(hidden)}", *upgrade, body=b"", close=False)
    return [
        Abuse("twenty requests at once", (b"".join(pipelined),), (200,) * 20, ids=names),
        Abuse("requests of several people at once", (b"".join(mixed),), (200, 403, 405, 200)),
        Abuse("a body behind an upgrade", (smuggling, hidden), (400,)),
        Abuse("an upgrade to WebSocket", (_get("/livez", "Upgrade: websocket", "Connection: Upgrade"),), (200,)),
        Abuse("a body cut short", (_ask(caller, json_type, "Content-Length: 99"),), (), lines=1, leave=True),
        Abuse("a chunk cut short", (_ask(caller, json_type, chunked, body=b"5\r\nab"),), (), lines=1, leave=True),
        # The request and what makes it none are told of separately.
        Abuse("a chunk of no size", (_ask(caller, json_type, chunked, body=b"zz\r\nab"),), (400,), lines=2),
        Abuse("a chunk too long", (_ask(caller, json_type, chunked, body=b"F" * 20 + b"\r\nab"),), (400,), lines=2),
        Abuse("a body longer than said", (_ask(caller, json_type, "Content-Length: 5", close=False),), (400,), lines=2),
        Abuse("two lengths", (_ask(caller, json_type, "Content-Length: 20", "Content-Length: 5"),), (400,)),
        Abuse("a length and chunks", (_ask(caller, json_type, "Content-Length: 20", chunked),), (400,)),
        Abuse("two encodings", (_ask(caller, json_type, chunked, "Transfer-Encoding: identity"),), (400,)),
        Abuse("a negative length", (_ask(caller, json_type, "Content-Length: -1"),), (400,)),
        Abuse("a length past counting", (_ask(caller, json_type, "Content-Length: " + "9" * 30),), (400,)),
        Abuse("a length of ten gigabytes", (_ask(caller, json_type, "Content-Length: 9999999999"),), (413,)),
        Abuse(
            "a body that is waited for",
            (_ask(caller, json_type, "Content-Length: 9", "Expect: 100-continue", body=b""),),
            (),
            lines=1,
            leave=True,
        ),
        Abuse("an expectation of nonsense", (_get("/livez", f"Expect: {INTRUDER}"),), (200,)),
        Abuse("tokens of two people", (_ask(caller, f"Authorization: Bearer {other.token}"),), (401,)),
    ]


def _forged_ids() -> list[Abuse]:
    kept: list[str | bytes] = [
        f"a%0d%0aX-{INTRUDER}: 1",
        f'a", "level": "error", "event": "{INTRUDER}',
        f"a\N{LINE SEPARATOR}{INTRUDER}",
        f"a\x85{INTRUDER}".encode("latin-1"),
        f"a\t{INTRUDER}",
        INTRUDER * 20,
    ]
    refused = ["a\n{}", "a\r{}", "a\x0b{}", "a\x00{}", "a\x1b[2K{}", "a\r\n {}"]
    return [
        *(Abuse(f"the request id {one!r}", (_get("/livez", b"X-Request-Id: " + _bytes(one)),), (200,)) for one in kept),
        *(
            Abuse(f"the request id {one!r}", (_get("/livez", "X-Request-Id: " + one.format(INTRUDER)),), (400,))
            for one in refused
        ),
    ]


def _bodies(caller: Caller, conversations: Sequence[Conversation], max_body_bytes: int) -> list[Abuse]:
    own, foreign = (
        next(one.id for one in conversations if one.seen_by(caller) == whose) for whose in ("own", "stranger's")
    )
    deep = max_body_bytes // 2 - 20
    bodies: dict[str, tuple[bytes, int]] = {
        "nested without end": (b'{"x": ' + b"[" * deep + b"]" * deep + b', "message": "a"}', 400),
        "not closed": (b"[" * max_body_bytes, 422),
        "too long": (b'{"message": "' + b"a" * max_body_bytes + b'"}', 413),
        "with a byte order mark": (b'\xef\xbb\xbf{"message": "a"}', 400),
        "in UTF-16": ('{"message": "a"}'.encode("utf-16"), 400),
        "that is packed": (gzip.compress(b'{"message": "a"}'), 400),
        "with half a character": (b'{"message": "\\ud800"}', 400),
        "with NUL": (b'{"message": "a\\u0000b"}', 422),
        "with an endless number": (b'{"message": ' + b"9" * 5000 + b"}", 422),
        "of somebody else's conversation": (_question(foreign), 404),
        "of somebody else's, in capitals": (_question(foreign.upper()), 404),
        "of somebody else's, without dashes": (_question(foreign.replace("-", "")), 404),
        "of somebody else's, as URN": (_question(f"urn:uuid:{foreign}"), 422),
        "of somebody else's after one's own": (_question(own, foreign), 404),
        "of one's own after somebody else's": (_question(foreign, own), 200),
    }
    return [Abuse(f"a body {name}", (_ask(caller, body=body),), (status,)) for name, (body, status) in bodies.items()]


def _question(*conversations: str) -> bytes:
    return ('{"message": "Hello"' + "".join(f', "conversationId": "{one}"' for one in conversations) + "}").encode()
