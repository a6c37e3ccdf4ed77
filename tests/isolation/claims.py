"""Whose claims a call runs with: those that it was given, and nobody's once it is over.

Seen from outside a transaction, so it cannot be a cell of the matrix.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final
from unittest import mock
from uuid import UUID, uuid4

import asyncpg

from app.caller import Caller
from app.chat import turns
from app.chat.turn import Turn
from tests.isolation.mutants import Mutant
from tests.isolation.world import ACCOUNTS, IDS
from tests.running import running
from tests.world import Database, token

BEN: Final = json.dumps({"sub": ACCOUNTS["member"]})
ADA: Final = json.dumps({"sub": ACCOUNTS["admin"]})
ASKED: Final = json.dumps({"dialect": "plain", "messages": [{"role": "user", "content": "Hi"}]})
BEGIN: Final = (
    f"select conversation_id, turn_id from private.begin_turn($1::jsonb, gen_random_uuid(), '{ASKED}'::jsonb)"
)
FIND: Final = "select turn_id from private.find_turn($1::jsonb, $2)"
STOP: Final = "select * from private.stop_turn($1::jsonb, $2)"
OWNER: Final = "select user_id::text from public.conversations where id = $1"


async def faults(database: Database) -> list[str]:
    """What goes wrong between the worker's calls, on a connection that others used before."""
    found = []
    async with database.connected("palaver_worker") as link:
        for before in ("", ADA):
            # A connection on which somebody has left claims in both forms that PostgREST has used.
            left = json.loads(before)["sub"] if before else ""
            settings = (
                "select set_config('request.jwt.claims', $1, false), set_config('request.jwt.claim.sub', $2, false)"
            )
            await link.execute(settings, before, left)
            found += [f"{fault}, after {before or 'nothing'}" for fault in await _calls(database, link)]
            if await link.fetchval("select current_setting('request.jwt.claim.sub')") != left:
                found.append("a call's older claim outlives it")
            if await link.fetchval("select current_setting('request.jwt.claims')") != before:
                found.append("a call's claims outlive it")
    return found


async def _calls(database: Database, link: asyncpg.Connection) -> list[str]:
    found = []
    try:
        ((conversation_id, turn_id),) = await link.fetch(BEGIN, BEN)
    except asyncpg.PostgresError as error:
        return [f"a turn is not begun: {error}"]
    if await database.value(OWNER, conversation_id) != IDS["ben"]:
        found.append("a turn is begun for somebody else")
    for claims in ("{}", '{"sub": null}', "null"):
        if await _refused(link, BEGIN, claims) != "PA403":
            found.append(f"a turn is begun with the claims {claims}")
        for done, sql in (("found", FIND), ("stopped", STOP)):
            if await _refused(link, sql, claims, turn_id) != "PA403":
                found.append(f"a turn is {done} with the claims {claims}")
    for done, sql in (("found", FIND), ("stopped", STOP)):
        if await _refused(link, sql, ADA, turn_id) != "PA404":
            found.append(f"a turn is {done} by somebody else")
        if await _refused(link, sql, BEN, turn_id):
            found.append(f"a turn is not {done} by whoever began it")
    return found


async def _refused(link: asyncpg.Connection, sql: str, *arguments: Any) -> str:
    try:
        await link.fetch(sql, *arguments)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    return ""


def mutants() -> list[Mutant]:
    """Ways to hand on claims that are nearly right."""
    claims, older = "'request.jwt.claims', p_claims::text", "'request.jwt.claim.sub', coalesce(p_claims ->> 'sub', '')"
    right = {"claims": f"set_config({claims}, true)", "older": f"set_config({older}, true)"}
    wrong = {
        "claims for the session": {"claims": f"set_config({claims}, false)"},
        "older claim for the session": {"older": f"set_config({older}, false)"},
        "claims not set": {"claims": "null"},
        "older claim not set": {"older": "null"},
        "claims only where there is a subject": {
            "claims": f"case when p_claims ->> 'sub' is not null then set_config({claims}, true) end",
            "older": f"case when p_claims ->> 'sub' is not null then set_config({older}, true) end",
        },
    }
    return [
        Mutant("claims", "private.become", words, _become({**right, **change}["claims"], {**right, **change}["older"]))
        for words, change in wrong.items()
    ]


def _become(claims: str, older: str) -> str:
    return (
        "create or replace function private.become(p_claims jsonb) returns void language sql volatile"
        f" set search_path = '' as $$ select {claims}, {older} $$"
    )


async def worker_faults(database: Database) -> list[str]:
    """What goes wrong when two people ask one worker at once: each question and answer belongs to its asker."""
    people = {name: UUID(ACCOUNTS[account]) for name, account in (("ben", "member"), ("ada", "admin"))}
    found = []
    async with running(database) as worker:
        asked = [(name, f"{name} asks {uuid4()}") for _ in range(4) for name in people]
        streams = await asyncio.gather(*(worker.ask(people[name], question) for name, question in asked))
        again = await asyncio.gather(
            *(
                worker.client.get(
                    f"/api/ai/chat/{stream.end.data['turnId']}/stream",
                    headers={"Authorization": f"Bearer {token(people[name])}"},
                )
                for (name, _), stream in zip(asked, streams, strict=True)
                if stream.end.name == "done"
            )
        )
    found += [f"an answer cannot be read again: {response.text}" for response in again if response.status_code != 200]
    for (name, question), stream in zip(asked, streams, strict=True):
        rows = await database.fetch(
            "select m.user_id::text from public.messages as m where m.conversation_id = ("
            " select q.conversation_id from public.messages as q where q.content = $1)",
            question,
        )
        if [row[0] for row in rows] != [IDS[name]] * 2 or stream.end.name != "done":
            found.append(f"of {name}'s question and answer there is {[row[0] for row in rows]}")
    return found


def _sticky(method: str) -> Callable[[], AbstractContextManager[Any]]:
    """A method of Turns that keeps to the first caller whom it sees."""
    original = getattr(turns.Turns, method)

    def patch() -> AbstractContextManager[Any]:
        first: list[Caller] = []

        async def sticky(self: turns.Turns, caller: Caller, what: Any) -> Turn:
            first.append(caller)
            turn: Turn = await original(self, first[0], what)
            return turn

        return mock.patch.object(turns.Turns, method, sticky)

    return patch


WORKER_MUTANTS: Final[dict[str, Callable[[], AbstractContextManager[Any]]]] = {
    "begins with the first caller's claims": _sticky("_begin"),
    "finds with the first caller's claims": _sticky("find"),
}
