"""The short form of `python -m tests.isolation.fuzz`, and that it sees what it looks for."""

from __future__ import annotations

from dataclasses import replace

from tests.isolation.fuzz.abuse import INTRUDER, Abuse, judge
from tests.isolation.fuzz.door import opened
from tests.isolation.fuzz.leaks import LEAKING, SEEN
from tests.isolation.fuzz.people import CALLERS, personal, prepare
from tests.isolation.fuzz.rows import rows_besides
from tests.isolation.fuzz.search import Effort
from tests.isolation.fuzz.wire import Answer
from tests.isolation.marked import marker
from tests.world import Database

MEMBER = next(caller for caller in CALLERS if caller.person == "ben")
VIEWER = next(caller for caller in CALLERS if caller.person == "finn")
SOME = ("ben", "finn")
"""Somebody who may ask, and somebody of another tenant who may not."""

COVERAGE = Effort(phases=("examples", "coverage"))
A_FEW = Effort(examples=2, phases=("examples", "fuzzing"))
"""For nobody, whatever it says; what went well for others is sent without a token as well."""


async def test_nothing_strays_and_nothing_breaks(database: Database) -> None:
    async with opened(database) as door:
        found = [await door.search(caller, COVERAGE) for caller in CALLERS if caller.person in SOME]
        found += [await door.search(caller, A_FEW) for caller in CALLERS if caller.person == "nobody"]
        found.append(await door.abuse(MEMBER, VIEWER))
    assert "\n".join(str(fault) for one in found for fault in one.faults) == ""


async def test_a_worker_that_leaks_is_found_out(database: Database) -> None:
    text = f"Outliers in the survey {marker('globex')}"
    async with opened(database, ("tests.isolation.fuzz.leaks", text)) as door:
        leaking = {path: item for path, item in door.description["paths"].items() if path in LEAKING}
        found = await replace(door, description={**door.description, "paths": leaking}).search(MEMBER, COVERAGE)
    assert {(fault.kind, fault.where) for fault in found.faults} == SEEN


def test_what_comes_of_abuse_is_judged() -> None:
    abuse = Abuse("a try", (b"",), (200,), ids=("first",))
    named = ("x-request-id", "first")
    line = '{"event": "request", "level": "info", "request_id": "first", "status": 200}'
    assert judge(abuse, MEMBER, [Answer(200, [named])], [line]) == []
    for answers, lines in (
        ([], [line]),
        ([Answer(500, [named])], [line]),
        ([Answer(400, [named], b"Bad request")], [line]),
        ([Answer(200)], [line]),
        ([Answer(200, [named, ("location", f"http://{INTRUDER}.test")])], [line]),
        ([Answer(200, [named], personal("ada").encode())], [line]),
        ([Answer(200, [named]), Answer(200, [named])], [line, line]),
        ([Answer(200, [named])], []),
        ([Answer(200, [named])], [line, line]),
        ([Answer(200, [named])], [line, INTRUDER]),
        ([Answer(200, [named])], [line.replace("info", INTRUDER)]),
    ):
        assert judge(abuse, MEMBER, answers, lines), (answers, lines)


async def test_a_row_that_changes_is_seen_unless_it_may(database: Database) -> None:
    change = (
        "update public.conversations as c set metadata = c.metadata || '{\"seen\": true}'"
        " from public.users as u where u.id = c.user_id and u.email like $1 || '@%'"
    )
    async with database.connected() as owner:
        await prepare(owner)
        for caller, person, seen in (
            (MEMBER, "ben", False),
            (MEMBER, "ada", True),
            (MEMBER, "chloe", True),
            (VIEWER, "finn", True),
        ):
            before = await rows_besides(owner, caller)
            await owner.execute(change, person)
            assert (await rows_besides(owner, caller) != before) is seen, (caller.name, person)
