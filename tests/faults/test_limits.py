"""Limits hold under any concurrency, tell what is left, and say which of them was reached."""

from __future__ import annotations

import asyncio
import re

import httpx2
import pytest

from tests.faults.client import Reading, asking
from tests.faults.truth import wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker
from tests.world import Actor, Database

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
LIMITS = (
    "update public.tenants set rate_limit_per_minute = $1, daily_token_limit = $2, user_rate_limit_per_minute = $3,"
    " user_daily_token_limit = $4, max_tokens = 100 where slug = 'globex'"
)
PROMPT, ANSWER = 20, 60
"""Tokens, as the model server reports them."""


async def ask(client: httpx2.AsyncClient, worker: RunningWorker, who: Actor, message: str) -> Reading:
    async with asking(client, worker.base_url, who, message) as reading:
        if reading.response.status_code == 200:
            await reading.to_end()
        else:
            await reading.response.aread()
    return reading


def items(reading: Reading, name: str) -> dict[str, dict[str, int]]:
    """A RateLimit field: a list of quoted names with integer parameters (RFC 9651)."""
    found = {}
    for item in reading.response.headers[name].split(", "):
        policy, *parameters = item.split(";")
        assert re.fullmatch('"[a-z-]+"', policy)
        found[policy.strip('"')] = {key: int(value) for key, _, value in (each.partition("=") for each in parameters)}
    return found


async def test_what_is_left_is_told(
    workers: tuple[RunningWorker, RunningWorker], client: httpx2.AsyncClient, database: Database, globex_member: Actor
) -> None:
    await database.fetch(LIMITS, 10, 10_000, 5, 5_000)
    first = await ask(client, workers[0], globex_member, "One")
    second = await ask(client, workers[1], globex_member, "Two")
    policy = {
        "minute": {"q": 10, "w": 60},
        "day": {"q": 10_000, "w": 86_400},
        "user-minute": {"q": 5, "w": 60},
        "user-day": {"q": 5_000, "w": 86_400},
    }
    assert items(first, "RateLimit-Policy") == items(second, "RateLimit-Policy") == policy
    left = [items(reading, "RateLimit") for reading in (first, second)]
    assert [(each["minute"]["r"], each["user-minute"]["r"]) for each in left] == [(9, 4), (8, 3)]
    # What the first reserved and did not use was let go of when it ended.
    assert left[0]["day"]["r"] - left[1]["day"]["r"] == 18
    assert all(0 < each[name]["t"] <= policy[name]["w"] for each in left for name in policy)


@pytest.mark.parametrize("whose", ["minute", "user-minute"])
async def test_requests_a_minute(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    globex_member: Actor,
    whose: str,
) -> None:
    await database.fetch(LIMITS, *((7, None, None, None) if whose == "minute" else (1000, None, 7, None)))
    readings = await asyncio.gather(*(ask(client, workers[n % 2], globex_member, f"Q{n}") for n in range(24)))
    assert sorted(reading.response.status_code for reading in readings) == [200] * 7 + [429] * 17
    refused = next(reading for reading in readings if reading.response.status_code == 429)
    problem = refused.response.json()
    assert (problem["type"], problem["code"], problem["retryable"]) == (QUOTA_EXCEEDED, "RATE_LIMIT", True)
    assert problem["violated-policies"] == [whose]
    assert items(refused, "RateLimit-Policy") == {whose: {"q": 7, "w": 60}}
    told = items(refused, "RateLimit")[whose]
    assert told["r"] == 0
    assert 0 < told["t"] <= int(refused.response.headers["retry-after"]) <= 10
    assert await wrong(database) == []


async def used_today(database: Database, who: Actor, whose: str) -> int:
    """Tokens of the day, of the person's tenant or their own; the demo data has some."""
    return int(
        await database.value(
            "select coalesce(sum(l.prompt_tokens + l.completion_tokens), 0) from public.usage_ledger as l"
            " where l.tenant_id = $1 and ($3 or l.user_id = $2) and l.day = current_date",
            who.tenant_id,
            who.user_id,
            whose == "day",
        )
    )


@pytest.mark.parametrize("whose", ["day", "user-day"])
async def test_tokens_a_day(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    globex_member: Actor,
    model_server: ModelServer,
    whose: str,
) -> None:
    used_before = await used_today(database, globex_member, whose)
    limit = used_before + 2_000
    await database.fetch(LIMITS, *((1000, limit, None, None) if whose == "day" else (1000, None, None, limit)))
    usage = {"prompt_tokens": PROMPT, "completion_tokens": ANSWER, "total_tokens": PROMPT + ANSWER}
    model_server.script(Script(usage=usage, seconds_per_frame=0.01))
    for round_ in range(20):
        readings = await asyncio.gather(
            *(ask(client, workers[n % 2], globex_member, f"Q{round_}.{n}") for n in range(12))
        )
        refused = [reading for reading in readings if reading.response.status_code == 429]
        if len(refused) == len(readings):
            break
    else:
        raise AssertionError("the limit was never reached")
    used = await used_today(database, globex_member, whose) - used_before
    print(f"{whose}: {used} of 2000 tokens used in {round_ + 1} rounds of 12 at once")
    assert 1_600 < used <= 2_000
    problem = refused[0].response.json()
    assert (problem["type"], problem["violated-policies"]) == (QUOTA_EXCEEDED, [whose])
    assert items(refused[0], "RateLimit-Policy") == {whose: {"q": limit, "w": 86_400}}
    assert await wrong(database) == []
