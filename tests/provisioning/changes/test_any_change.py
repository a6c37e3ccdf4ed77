"""Whatever changes: what was planned is what comes, nothing is lost unasked, and the way back leads back."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.provisioning.changes import dependents
from app.provisioning.changes.apply import BlockedError, RefusedError, apply
from app.provisioning.changes.items import Key, items_of
from app.provisioning.changes.merge import unnamed
from app.provisioning.changes.plan import Plan, planned
from app.provisioning.changes.rehearsal import canonical
from app.provisioning.changes.undo import statements_back
from app.provisioning.schema import catalog
from app.provisioning.schema.model import Column, Schema
from tests.provisioning.changes.evolving import evolved, made_by_hand, whole
from tests.provisioning.changes.trying import EXAMPLES, Tried

SOME = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
DATA_ERRORS = ("22", "23")


@st.composite
def changes(draw: st.DrawFn) -> tuple[Schema, Schema]:
    old = draw(whole())
    return old, draw(evolved(old))


async def confirmed(tried: Tried, plan: Plan) -> bool:
    """Whether the plan was carried out with everything confirmed; what only data can refuse, it may."""
    refusal = None
    try:
        await apply(tried.live, plan, range(len(plan.steps)))
    except RefusedError as error:
        refusal = error
    if refusal is None:
        return True
    assert refusal.sqlstate.startswith(DATA_ERRORS), (refusal.sqlstate, str(refusal))
    assert any(step.asks for step in plan.steps), str(refusal)
    event("refused by data")
    return False


@given(changes())
@SOME
async def test_a_change_makes_the_new_schema_of_the_old_one_and_its_undo_the_old_one_again(
    tried: Tried, change: tuple[Schema, Schema]
) -> None:
    old, new = change
    before = await tried.holds(old, rows=2)
    rows = await tried.rows(before)
    plan = await tried.plan(old, new)
    if not await confirmed(tried, plan):
        assert items_of(await catalog.read(tried.live)) == items_of(before)
        assert await tried.rows(before) == rows
        return
    after = await catalog.read(tried.live)
    assert not plan.drift
    assert items_of(after) == items_of(await canonical(tried.scratch, new))
    back = statements_back(plan, range(len(plan.steps)))
    event(f"undone: {back is not None}")
    if back is not None:
        for sql in back:
            await tried.live.execute(sql)
        assert items_of(await catalog.read(tried.live)) == items_of(before)
        assert await tried.rows(before) == rows


@given(changes())
@SOME
async def test_what_needs_nobody_loses_and_changes_no_row(tried: Tried, change: tuple[Schema, Schema]) -> None:
    old, new = change
    before = await tried.holds(old, rows=2)
    rows = await tried.rows(before)
    plan = await tried.plan(old, new)
    await apply(tried.live, plan)
    after = await catalog.read(tried.live)
    there = items_of(before)
    kept = {key for key, thing in items_of(after).items() if isinstance(thing, Column) and key in there}
    assert not any(step.asks for _, step in plan.chosen())
    assert _of(rows, kept) == _of(await tried.rows(before), kept)
    again = await tried.plan(old, new)
    assert not again.chosen(), [step.sql for _, step in again.chosen()]
    assert {step.subject for step in again.steps} <= {step.subject for step in plan.steps}


def _of(rows: dict[Key, list[str]], kept: set[Key]) -> dict[Key, list[dict[str, Any]]]:
    names = {owner: {key.name for key in kept if key.owner == owner} for owner in rows}
    return {
        owner: sorted(
            ({name: value for name, value in json.loads(row).items() if name in names[owner]} for row in each), key=str
        )
        for owner, each in rows.items()
    }


STANDING = """
select
    (select count(*) from pg_class where relkind in ('v', 'm') and relnamespace <> all(own))
    + (select count(*) from pg_proc where pronamespace <> all(own)) + (select count(*) from pg_policy)
    + (select count(*) from pg_trigger where not tgisinternal) + (select count(*) from pg_inherits)
    + (select count(*) from pg_type where typtype = 'd' and typnamespace <> all(own))
from (select array['pg_catalog', 'information_schema']::regnamespace[]::oid[] as own)
"""


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[Schema, Schema, Schema, list[str]]:
    old = draw(whole())
    hands = draw(evolved(old, 3))
    return old, draw(evolved(old, 4)), hands, draw(made_by_hand(hands)) if hands.tables else []


@given(three_sides())
@SOME
async def test_what_hands_did_in_the_database_stays_beside_what_the_source_wants(
    tried: Tried, sides: tuple[Schema, Schema, Schema, list[str]]
) -> None:
    old, new, hands, others = sides
    await tried.holds(hands)
    for sql in others:
        with contextlib.suppress(asyncpg.PostgresError):
            await tried.live.execute(sql)
    count = await tried.live.fetchval(STANDING)
    live, standing = await catalog.read(tried.live), await dependents.read(tried.live)
    plan = await tried.plan(old, new)
    before, wanted = [await canonical(tried.scratch, side) for side in (old, new)]
    assert plan == planned(before, wanted, live, dependents=standing)
    if any(step.blocked for step in plan.steps):
        await around(tried, plan)
        return
    if not await confirmed(tried, plan):
        return
    assert await tried.live.fetchval(STANDING) == count or any("with it." in step.explanation for step in plan.steps)
    after = items_of(await catalog.read(tried.live))
    drift = {note.subject for note in plan.drift}
    owners = {key for key in drift if key.kind == "table"}
    aim = items_of(wanted)
    # What is told to be there under another name is missing under its own, and must be the same.
    elsewhere = [(note.subject.owner, unnamed(after[note.subject])) for note in plan.drift if note.kind == "renamed"]
    told = {
        key
        for key in after.keys() ^ aim.keys()
        if key not in drift
        and (not key.table or key.owner not in owners)
        and (key not in aim or (key.owner, unnamed(aim[key])) not in elsewhere)
    }
    event(f"drift: {bool(drift)}")
    assert not told, (told, plan.drift)


async def around(tried: Tried, plan: Plan) -> None:
    """What is in the way refuses a plan before anything is done, and the rest of it can be done beside it."""
    event("blocked")
    live = items_of(await catalog.read(tried.live))
    with pytest.raises(BlockedError):
        await apply(tried.live, plan, range(len(plan.steps)))
    assert items_of(await catalog.read(tried.live)) == live
    free = [number for number, step in enumerate(plan.steps) if not step.blocked]
    try:
        await apply(tried.live, plan, free)
    except RefusedError as error:
        refusal = error.sqlstate
    else:
        return
    assert refusal.startswith(DATA_ERRORS), refusal


@given(whole())
@SOME
async def test_nothing_changes_where_nothing_changed(tried: Tried, schema: Schema) -> None:
    live = await tried.holds(schema, rows=1)
    plan = await tried.plan(schema, schema)
    assert (plan.steps, plan.drift) == ((), ())
    first = await tried.plan(Schema(), schema)
    assert (first.steps, first.drift) == ((), ())
    assert items_of(live) == first.target
