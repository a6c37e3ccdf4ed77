"""The ledger: what a turn cost, bills that come out the same again, and a proof that tells what does not agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sql.working import Worker, findings, nothing_used_yet, working
from tests.world import Actor, Database

BILL = "select * from private.bill('2000-01-01', '2100-01-01') order by model nulls first, provider"


@pytest.fixture(autouse=True)
async def _nothing_used_yet(database: Database) -> None:
    await nothing_used_yet(database)


async def price(
    database: Database,
    model: str,
    amounts: tuple[object, object, object],
    since: str = "-1 day",
    provider: str = "openai",
) -> object:
    """A price of input, cached input and output, which holds from so long from now on; its id."""
    return await database.value(
        "insert into private.model_prices (provider, model, valid_from, input_price, cached_input_price, output_price)"
        " values ($1, $2, now() + $3::text::interval, $4::text::numeric, $5::text::numeric, $6::text::numeric)"
        " returning id",
        provider,
        model,
        since,
        *(None if amount is None else str(amount) for amount in amounts),
    )


async def cost(worker: Worker, database: Database, asker: Actor, **given: Any) -> tuple[object, object]:
    """What a turn of a million prompt and half a million completion tokens costs, and by which price."""
    begun = await worker.begin(asker)
    await worker.finish(begun, **{"prompt_tokens": 1_000_000, "completion_tokens": 500_000} | given)
    sql = "select cost, price_id from public.usage_ledger where id = $1"
    (row,) = await database.fetch(sql, begun["turn_id"])
    return row["cost"], row["price_id"]


async def test_a_turn_costs_what_its_model_cost_when_it_began(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    asked = {"model": "m", "asked_model": "m"}
    assert await cost(worker, database, acme_member, **asked) == (0, None)
    await price(database, "m", (1, None, 2), "-3 days")
    held = await price(database, "m", (3, "0.5", 8), "-1 day")
    await price(database, "m", (100, 100, 100), "1 day")
    await price(database, "m", (100, 100, 100), provider="other")
    assert await cost(worker, database, acme_member, **asked) == (7, held)
    assert await cost(worker, database, acme_member, cached_tokens=400_000, **asked) == (Decimal("6.0"), held)
    # A price that comes while the answer is given is the next one's.
    begun = await worker.begin(acme_member)
    later = await price(database, "m", (5, None, 0), "0 seconds")
    await worker.finish(begun, **asked)
    sql = "select price_id from public.usage_ledger where id = $1"
    assert await database.value(sql, begun["turn_id"]) == held
    assert await cost(worker, database, acme_member, cached_tokens=400_000, **asked) == (5, later)
    assert await findings(database) == []


async def test_the_answering_models_price_goes_before_the_asked_ones(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    asked = await price(database, "m", (1, None, 0))
    names = {"model": "m-2026", "asked_model": "m"}
    assert await cost(worker, database, acme_member, **names) == (1, asked)
    answering = await price(database, "m-2026", (2, None, 0), "-2 days")
    assert await cost(worker, database, acme_member, **names) == (2, answering)
    # The name is not known when nothing was answered.
    assert await cost(worker, database, acme_member, model=None, asked_model="m", status="failed") == (1, asked)
    assert await cost(worker, database, acme_member, model=None, asked_model=None, status="failed") == (0, None)


async def test_the_smallest_amounts_are_exact(worker: Worker, database: Database, acme_member: Actor) -> None:
    await price(database, "m", ("0.15", "0.075", "0.6"))
    paid, _ = await cost(
        worker, database, acme_member, model="m", prompt_tokens=3, cached_tokens=1, completion_tokens=1
    )
    assert paid == Decimal("0.000000975")
    assert await acme_member.value("select estimated_cost from public.current_day_usage") == paid


async def test_prices_are_added_and_not_changed(service: Actor, acme_admin: Actor) -> None:
    sql = "insert into private.model_prices (provider, model, input_price, output_price) values ('p', 'm', $1, 1)"
    assert await service.execute(sql, Decimal(1)) == "INSERT 0 1"
    for amount in (Decimal(-1), Decimal("NaN"), Decimal("Infinity")):
        assert await service.denied(sql, amount) == "23514"
    assert await service.denied("update private.model_prices set input_price = 2 where true") == "42501"
    assert await service.denied("delete from private.model_prices where true") == "42501"
    assert await acme_admin.denied("select * from private.model_prices") == "42501"
    assert await service.denied("update public.usage_ledger set cost = 0 where true") == "42501"
    assert await service.denied("delete from public.usage_ledger where true") == "42501"


async def test_bills_are_derived_again(
    worker: Worker, database: Database, acme_member: Actor, globex_member: Actor, service: Actor
) -> None:
    await price(database, "m", (1, "0.1", 2))
    await cost(worker, database, acme_member, model="m", cached_tokens=500_000, reasoning_tokens=100_000)
    await cost(worker, database, acme_member, model="m", tokens_estimated=True)
    await cost(worker, database, acme_member, model="free")
    await cost(worker, database, globex_member, model="m")
    await service.execute(
        "select * from public.increment_usage_metrics($1, $2, 30, 20, 0.5, 3)",
        acme_member.tenant_id,
        acme_member.user_id,
    )
    # A new price changes no bill of the past.
    await price(database, "m", (9, 9, 9), "-1 hour")
    bill = [row for row in await service.fetch(BILL) if row["tenant_id"] == acme_member.tenant_id]
    names = ["model", "requests", "prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"]
    names += ["estimated_tokens", "cost", "cost_of_estimated", "derived_cost"]
    assert [tuple(row[name] for name in names) for row in bill] == [
        (None, 3, 30, 20, 0, 0, 0, Decimal("0.5"), 0, Decimal("0.5")),
        ("free", 1, 1_000_000, 500_000, 0, 0, 0, 0, 0, 0),
        ("m", 2, 2_000_000, 1_000_000, 500_000, 100_000, 1_500_000, Decimal("3.55"), 2, Decimal("3.55")),
    ]
    assert await acme_member.value("select estimated_cost from public.current_day_usage") == Decimal("4.05")
    assert await findings(database) == []


async def test_who_sees_what_was_used(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor, anon: Actor
) -> None:
    for person in (acme_member, acme_admin):
        await worker.finish(await worker.begin(person))
    count = "select count(*) from public.usage_ledger"
    assert [await person.value(count) for person in (acme_member, acme_admin, globex_admin, outsider)] == [1, 2, 0, 0]
    assert await anon.denied(count) == "42501"
    for call in ("private.bill('2026-01-01', '2026-01-02')", "private.ledger_findings('2026-01-01', '2026-01-02')"):
        for person in (acme_admin, anon):
            assert await person.denied(f"select * from {call}") == "42501"


async def test_the_ledger_outlives_whoever_used_it(worker: Worker, database: Database, acme_member: Actor) -> None:
    await worker.finish(await worker.begin(acme_member))
    await database.fetch("delete from public.users where id = $1", acme_member.user_id)
    (entry,) = await database.fetch("select user_id, prompt_tokens from public.usage_ledger")
    assert tuple(entry) == (None, 11)
    assert await findings(database) == []


TODAYS = "update public.usage_metrics set {} where day = (now() at time zone 'utc')::date"
BROKEN = {
    TODAYS.format(
        "prompt_tokens = prompt_tokens + 1, total_tokens = total_tokens + 1"
    ): "counters differ from the ledger",
    TODAYS.format("request_count = 2"): "counters differ from the ledger",
    TODAYS.format("estimated_cost = 1"): "counters differ from the ledger",
    "delete from public.usage_metrics": "counters differ from the ledger",
    "update public.messages set token_count = 8 where id = $1": "a message differs from the ledger",
    "update public.messages set token_count = null where id = $1": "a message differs from the ledger",
    "delete from public.usage_ledger where id = $1": "a finished turn is not in the ledger",
    "update public.turns set status = 'running', finished_at = null where id = $1": "a running turn is in the ledger",
    "update public.usage_ledger set cost = cost + 0.01 where id = $1": "the cost is not that of the price",
    "update private.allowances set used_tokens = used_tokens - 1": "the daily limit counts something else",
    "update private.allowances set reserved_tokens = reserved_tokens + 1": "reservations differ from the open turns",
    "delete from private.open_turns": "a running turn is held by nobody",
    "update public.turns set status = 'failed', finished_at = now() where finished_at is null": (
        "a turn that is over is held"
    ),
}


@pytest.mark.parametrize("change", BROKEN)
async def test_the_proof_tells_of_what_does_not_agree(
    worker: Worker, database: Database, acme_member: Actor, change: str
) -> None:
    await price(database, "gpt-5-mini", (1, None, 2))
    begun = await worker.begin(acme_member)
    await worker.finish(begun, prompt_tokens=1_000_000)
    await worker.begin(acme_member)
    assert await findings(database) == []
    await database.fetch(change.replace("$1", f"'{begun['turn_id']}'"))
    told = [finding for finding, _ in await findings(database)]
    assert BROKEN[change] in told
    await database.fetch("select private.run_job('check_ledger')")
    check = "select findings from private.ledger_checks order by checked_at desc limit 1"
    assert await database.value(check) == len(told)
    async with working(database) as each:
        (row,) = await each.call("ledger_check")
        assert row["findings"] == len(told)


async def test_the_checks_are_kept_for_ninety_days(worker: Worker, database: Database, acme_member: Actor) -> None:
    await worker.finish(await worker.begin(acme_member))
    await database.fetch("insert into private.ledger_checks values (now() - interval '91 days', 5)")
    run = await database.fetch("select * from private.run_job('check_ledger')")
    assert [(row["outcome"], row["error"]) for row in run] == [("succeeded", None)]
    assert [row["findings"] for row in await database.fetch("select findings from private.ledger_checks")] == [0]


async def test_the_proof_is_of_the_days_that_are_asked(worker: Worker, database: Database, acme_member: Actor) -> None:
    await worker.finish(await worker.begin(acme_member))
    await database.fetch("update public.usage_metrics set request_count = 7")
    sql = "select count(*) from private.ledger_findings(current_date - 9 + $1::integer, current_date - 5 + $1::integer)"
    assert [await database.value(sql, shift) for shift in (0, 6, 20)] == [0, 1, 0]
