"""Answers of an auth server that are no key set."""

from __future__ import annotations

import asyncio
import gzip
import json

from app.jwks import MAX_BYTES, MAX_KEYS
from tests.isolation.tokens.jwks_server import KEYS, Behaviour, JwksServer, says
from tests.isolation.tokens.minting import MARK, STRANGERS, jwk
from tests.isolation.tokens.outage import FRESH, RETRY, SET, Begin


def lies(elsewhere: str) -> dict[str, Behaviour]:
    """Answers that are none, some of them with an attacker's key in it."""
    theirs = json.dumps({"keys": [jwk(STRANGERS["ES256"], kid=MARK)]})
    moved = ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")
    redirects = {f"a redirect, {one}": says(theirs, f"Location: {elsewhere}{KEYS}", status=one) for one in moved}
    refusals = ("201 Created", "203 Non-Authoritative Information", "401 Unauthorized", "404 Not Found", "500 No")
    return {
        **redirects,
        **{f"keys under status {one}": says(theirs, status=one) for one in refusals},
        "no content": says("", status="204 No Content"),
        "HTML": says("<html>Please sign in to this network</html>", "Content-Type: text/html"),
        "nothing": says(""),
        "a list": says(f"[{theirs}]"),
        "an object": says("{}"),
        "keys that are an object": says('{"keys": {}}'),
        "keys that are null": says('{"keys": null}'),
        "a text": says(json.dumps(theirs)),
        "JSON that is cut": says(theirs[:-1]),
        "JSON and more": says(theirs + theirs),
        "UTF-16": says(theirs.encode("utf-16")),
        "nesting": says("[" * 100_000),
        "too many keys": says(json.dumps({"keys": [jwk(STRANGERS["ES256"], kid=str(n)) for n in range(MAX_KEYS + 1)]})),
        "too many bytes": says(b'{"keys": [' + b" " * MAX_BYTES + b"]}"),
        "packed": says(gzip.compress(theirs.encode()), "Content-Encoding: gzip"),
        "a length that is too long": says(theirs, length=len(theirs) + 1),
        "a length that is too short": says(theirs, length=len(theirs) - 1),
        "a length that is none": says(theirs, "Content-Length: x"),
        "no HTTP": _babbles,
    }


async def _babbles(server: JwksServer, writer: asyncio.StreamWriter) -> None:
    await server.send(writer, b"220 mail.example ESMTP\r\n")


async def lying(begin: Begin) -> None:
    """What is no key set is as good as no answer, and no other server is asked in its stead."""
    async with JwksServer() as elsewhere, begin("auth server lies") as it:
        elsewhere.publish(jwk(STRANGERS["ES256"], kid=MARK))
        forged = it.token(STRANGERS["ES256"], MARK)
        answers = lies(elsewhere.url)
        for count, (what, answer) in enumerate(answers.items(), 1):
            it.project.behaviour = answer
            it.now += RETRY
            await it.unavailable(f"from the start: {what}", it.token(), forged)
            it.fetched(count, f"from the start: {what}")
        it.project.publish(*SET)
        it.now += RETRY
        await it.probe.accepted("the truth", it.token())
        it.project.asked.clear()
        it.now += FRESH
        for count, (what, answer) in enumerate(answers.items(), 1):
            it.project.behaviour = answer
            it.now += RETRY
            await it.unavailable(f"later: {what}", forged)
            await it.probe.accepted(f"later: {what}", it.token())
            it.fetched(count, f"later: {what}")
        # What sort of text it calls itself says nothing of what it is.
        it.project.behaviour = says(json.dumps({"keys": SET}), "Content-Type: text/html")
        it.now += RETRY
        await it.probe.refused("the truth under a wrong name", forged)
        await it.probe.accepted("the truth under a wrong name", it.token())
        it.probe.hold(not elsewhere.asked, "another server was asked for keys")
