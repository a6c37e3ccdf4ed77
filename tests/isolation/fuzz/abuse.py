"""What must come of something that no well-behaved client sends, and what is wrong with what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.isolation.fuzz.faults import Fault
from tests.isolation.fuzz.people import Caller
from tests.isolation.fuzz.process import Process, event, is_request
from tests.isolation.fuzz.wire import Answer, exchange

INTRUDER: Final = "intruder"
"""Stands in whatever an attacker would have repeated, and is never repeated."""

REFUSALS: Final = frozenset({"Invalid HTTP request received.", "Too long a request head received."})
"""What the log says of something that is no request."""


@dataclass(frozen=True)
class Abuse:
    """Something sent over one connection, and what must come of it."""

    name: str
    pieces: tuple[bytes, ...]
    statuses: tuple[int, ...]
    """Of the answers, in order."""
    lines: int | None = None
    """Lines in the log about requests; as many as there are answers unless given."""
    ids: tuple[str, ...] = ()
    """X-Request-Id of the answers, in order."""
    leave: bool = False
    """The sender goes away after the last piece."""
    may_be_lost: bool = False
    """The refusal comes while more is on its way, so that a reset may swallow it."""


async def attempt(worker: Process, caller: Caller, abuse: Abuse) -> list[Fault]:
    """Send it, and say what is wrong with what came of it."""
    begin = len(worker.lines)
    try:
        answers = await exchange(worker.base_url, abuse.pieces, leave=abuse.leave)
    except TimeoutError:
        return [_fault(abuse, caller, "no answer within the time")]
    await asyncio.to_thread(worker.settle)
    return [_fault(abuse, caller, what) for what in judge(abuse, caller, answers, worker.lines[begin:])]


def judge(abuse: Abuse, caller: Caller, answers: Sequence[Answer], lines: Sequence[str]) -> list[str]:
    """What is wrong with the answers and the lines in the log."""
    return [*_wrong_answers(abuse, caller, answers), *_wrong_lines(abuse, lines)]


def _wrong_answers(abuse: Abuse, caller: Caller, answers: Sequence[Answer]) -> list[str]:
    statuses = tuple(answer.status for answer in answers)
    wrong = []
    if statuses != abuse.statuses and not (abuse.may_be_lost and not answers):
        wrong.append(f"answered {statuses}, not {abuse.statuses}")
    if any(status >= 500 for status in statuses):
        wrong.append(f"answered {statuses}")
    if abuse.ids and tuple(answer.header("x-request-id") for answer in answers) != abuse.ids:
        wrong.append("answers in another order")
    for answer in answers:
        problem = answer.header("content-type") == "application/problem+json"
        if answer.status >= 400 and (not problem or json.loads(answer.body)["status"] != answer.status):
            wrong.append(f"{answer.status} without a problem")
        if found := caller.strays(answer.text):
            wrong.append(f"foreign text in an answer: {found}")
        if INTRUDER in answer.text.lower():
            wrong.append(f"repeated in an answer: {answer.text}")
    return wrong


def _wrong_lines(abuse: Abuse, lines: Sequence[str]) -> list[str]:
    told = [event(line) for line in lines]
    wrong = [
        f"a line of the log that is no event: {line}" for line, one in zip(lines, told, strict=True) if one is None
    ]
    wrong += [f"repeated in the log: {line}" for line in lines if INTRUDER in line.lower()]
    requests = [one for one in told if one is not None and (one["event"] in REFUSALS or is_request(one))]
    expected = len(abuse.statuses) if abuse.lines is None else abuse.lines
    if len(requests) != expected:
        wrong.append(f"{len(requests)} lines in the log, not {expected}: {requests}")
    return wrong


def _fault(abuse: Abuse, caller: Caller, what: str) -> Fault:
    sent = b" / ".join(abuse.pieces)
    shown = repr(sent) if len(sent) < 2000 else f"{sent[:1000]!r}… ({len(sent)} bytes)"
    return Fault("protocol abuse", caller.name, abuse.name, what, f"sent: {shown}")
