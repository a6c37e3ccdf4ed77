"""Twin worlds in short: nothing that Acme can see tells what its neighbours have. The long run has a command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.isolation.marked import marker
from tests.isolation.twins.__main__ import DOORS
from tests.isolation.twins.catalog import Catalog, catalog
from tests.isolation.twins.neighbours import Act, Neighbours, act
from tests.isolation.twins.observe import Difference, Normal, compare
from tests.isolation.twins.over_http import Request
from tests.isolation.twins.run import STEPS, Run, Step, Tally, drawn
from tests.isolation.twins.statements import Statement
from tests.isolation.twins.worlds import Stage, stage

SEED = 20260101
SHORT = {"sql": 180, "worker": 120, "data_api": 120}
"""Operations of the short run by door."""

SPARE = 5
"""So many times as many are drawn, for leaks to be looked for among those that touch them."""

AIMED = 80
"""So many more are drawn of what has a leak's word in its name."""

TOUCH = "private.touch_conversations()"
SUMMARY = "private.feedback_summary(uuid,uuid)"
BEGIN_TURN = "private.begin_turn(jsonb,uuid,jsonb,integer,integer)"
FIND_TURN = "private.find_turn(jsonb,uuid,text)"
READ_PIECES = "private.read_pieces(jsonb)"
DOCUMENTATION_HITS = "private.documentation_hits(text,integer)"
FINISH_TURNS = "private.finish_turns(uuid,jsonb)"


def rewritten(function: str, text: str, other: str) -> str:
    """SQL that replaces a part of a function's text, and fails where that part is not."""
    return f"""
        do $do$
        declare
            v_text constant text := pg_get_functiondef('{function}'::regprocedure);
        begin
            assert position($text${text}$text$ in v_text) > 0;
            execute replace(v_text, $text${text}$text$, $text${other}$text$);
        end
        $do$;
    """


def opened(policy: str, table: str) -> str:
    """SQL that lets a policy pass everything."""
    return f'alter policy "{policy}" on {table} using (true);'


FEEDBACK_OPENED = opened("People see their own feedback, tenant admins their tenant's", "public.feedback")
SUGGESTIONS_OPENED = opened("People see the suggestions for their projects", "public.configuration_suggestions")
DOCUMENTATION_MIXED = rewritten(DOCUMENTATION_HITS, "v_tenant && v_words", "v_words") + rewritten(
    DOCUMENTATION_HITS, "h.tenant_id = v_tenant_id and ", ""
)
OWNERS_VIEW = "alter view public.current_day_usage set (security_invoker = off)"
LEAKS = {
    "sql: a policy": ("feedback", FEEDBACK_OPENED),
    "sql: row level security": ("public.turns", "alter table public.turns disable row level security"),
    "sql: an owner's view": ("current_day_usage", OWNERS_VIEW),
    "sql: a unique key": (
        "email",
        "drop index public.users_tenant_email_key;"
        " create unique index users_email_key on public.users (lower(email))"
        " where lower(email) in ('new@acme.test', 'kim@partner.test', 'lee@partner.test')",
    ),
    "sql: a foreign key": (
        "into public.turns",
        # Ids that two tenants share must go first.
        "delete from public.conversations where title like 'Double%';"
        " alter table public.conversations add unique (id);"
        " alter table public.turns drop constraint turns_conversation_id_fkey,"
        " add foreign key (conversation_id) references public.conversations (id) on delete cascade",
    ),
    "sql: a definer function": (
        "feedback_summary",
        rewritten(SUMMARY, "and not private.caller_bypasses_rls()", "and false"),
    ),
    "sql: a trigger": ("Act.TALK", rewritten(TOUCH, "c.tenant_id = n.tenant_id and c.id = n.", "c.id = n.")),
    "sql: the ledger": (
        "usage_ledger",
        opened("People see what they used, tenant admins their tenant's", "public.usage_ledger"),
    ),
    "sql: a turn that is found": (
        "find_turn",
        "alter table public.turns disable row level security;"
        + opened("People see their own conversations", "public.conversations")
        + rewritten(FIND_TURN, "t.tenant_id = v_tenant_id\n        and t.user_id = v_user_id", "true"),
    ),
    "sql: what a turn has said": (
        "read_pieces",
        rewritten(READ_PIECES, "o.tenant_id = r.tenant_id and o.turn_id", "o.turn_id"),
    ),
    "sql: a settlement": (
        "finish_turns",
        rewritten(
            FINISH_TURNS,
            "where o.tenant_id = g.tenant_id and o.turn_id = g.turn_id and o.worker_id = p_worker_id",
            "where o.turn_id = g.turn_id",
        ),
    ),
    "sql: an idempotency key": (
        "idempotency_key",
        opened("The worker finds keys of the person it acts for", "private.idempotency_keys")
        + rewritten(
            BEGIN_TURN, "k.tenant_id = v_tenant.id\n            and k.user_id = v_person.id\n            and ", ""
        ),
    ),
    "sql: a suggestion": ("configuration_suggestions", SUGGESTIONS_OPENED),
    "sql: documentation": ("documentation_hits", DOCUMENTATION_MIXED),
    "worker: history": (
        "message",
        opened("People see the messages of their own conversations", "public.messages")
        + rewritten(
            BEGIN_TURN,
            "m.tenant_id = v_tenant.id and m.id = b.parent_id and m.user_id = v_person.id",
            "m.id = b.parent_id",
        ),
    ),
    "worker: somebody else's conversation": (
        "chloes_talk",
        opened("People see their own conversations", "public.conversations")
        + opened("People rename and archive their own conversations", "public.conversations")
        + rewritten(BEGIN_TURN, "c.tenant_id = v_tenant.id and c.user_id = v_person.id and c.id", "c.id"),
    ),
    "data_api: a policy": ("/feedback?", FEEDBACK_OPENED),
    "data_api: a suggestion": ("configuration_suggestions", SUGGESTIONS_OPENED),
    "data_api: documentation": ("search_documentation", DOCUMENTATION_MIXED),
    "data_api: an owner's view": ("current_day_usage", OWNERS_VIEW),
}
"""What breaks the isolation, and a word that stands in the steps by which it can be seen."""

BY_HAND: dict[str, list[Step]] = {
    "data_api: documentation": [
        (
            Request(
                "ada",
                "POST",
                "/rest/v1/rpc/search_documentation",
                '{"p_query": "review"}',
                (("Content-Type", "application/json"),),
            ),
            None,
        )
    ],
    "sql: a definer function": [
        (Statement("ben", "select * from private.feedback_summary('$globex', '$chloes_answer')"), None),
    ],
    "sql: documentation": [
        (Statement("ben", "select * from private.documentation_hits('review', 50) order by 1"), None),
    ],
    "sql: a foreign key": [
        (
            Statement(
                "ada",
                "insert into public.turns (tenant_id, user_id, conversation_id)"
                " values ('$acme', '$ada', '$chloes_talk')",
                login="palaver_worker",
            ),
            None,
        )
    ],
    "sql: a unique key": [
        (Statement("ada", f"insert into public.users (email) values ('{address}@partner.test') returning email"), None)
        for address in ("kim", "lee")
    ],
}
"""Steps that see a leak and are seldom drawn; what Hypothesis draws depends on which modules are loaded."""

NEW_TABLE = """
    create table public.notices as select id as tenant_id, private.uuid_v7() as id, slug as body from public.tenants;
    grant select on public.notices to authenticated;
"""


@pytest.fixture(scope="module")
async def worlds() -> AsyncIterator[Stage]:
    async with stage() as made:
        yield made


@pytest.fixture(scope="module")
async def there(worlds: Stage) -> Catalog:
    async with worlds.pair(Neighbours.NOBODY) as pair:
        return await catalog(pair.left.owner)


@pytest.fixture(scope="module")
def steps(there: Catalog) -> dict[str, list[Step]]:
    return {name: drawn(door.operations(there), SPARE * SHORT[name], SEED) for name, door in DOORS.items()}


@pytest.mark.parametrize("name", DOORS)
async def test_acme_cannot_tell_the_worlds_apart(worlds: Stage, steps: dict[str, list[Step]], name: str) -> None:
    tally = await Run(worlds, DOORS[name]).operate(steps[name][: SHORT[name]])
    assert "\n".join(map(str, tally.found)) == ""
    assert tally.operations == SHORT[name]
    assert tally.observables > 10 * tally.operations


async def first_difference(run: Run, steps: list[Step]) -> tuple[Neighbours, list[Step]]:
    """The neighbours and the steps up to the first difference."""
    for begin in range(0, len(steps), STEPS):
        for neighbours in Neighbours:
            part = steps[begin : begin + STEPS]
            difference, taken = await run.replay(neighbours, part, Tally())
            if difference is not None:
                return neighbours, part[:taken]
    raise AssertionError("no difference")


@pytest.mark.parametrize("leak", LEAKS)
async def test_a_leak_is_seen(worlds: Stage, there: Catalog, steps: dict[str, list[Step]], leak: str) -> None:
    name = leak.partition(":")[0]
    word, sql = LEAKS[leak]
    about = there.about(word)
    aimed = drawn(DOORS[name].operations(about), AIMED, SEED) if about != there else []
    touching = [step for step in (*BY_HAND.get(leak, ()), *aimed, *steps[name]) if word in repr(step)]
    _, seen = await first_difference(Run(worlds, DOORS[name], sql), touching)
    assert any(word in repr(step) for step in seen)


async def test_a_new_table_is_tried_unasked_and_what_led_to_a_difference_is_cut_down(worlds: Stage) -> None:
    run = Run(worlds, DOORS["sql"], NEW_TABLE)
    for seed in range(SEED, SEED + 4):
        # What is drawn depends on which modules are loaded: some few that touch it, of which not each one tells.
        every = await run.drawn(SPARE * SHORT["sql"], seed)
        touching = [step for step in every if "public.notices" in repr(step)]
        with suppress(AssertionError):
            neighbours, steps = await first_difference(run, [*every[:9], *touching])
            break
    else:
        raise AssertionError("no difference")
    reduced = await run.reduced(neighbours, steps)
    assert len(reduced) == 1
    assert "public.notices" in repr(reduced[0])


async def test_the_neighbours_do_something(worlds: Stage) -> None:
    async with worlds.pair(Neighbours.CROWD) as pair:
        for what in Act:
            tag = await act(pair.acting, what)
            assert tag == "VACUUM" or int(tag.rsplit(maxsplit=1)[-1]) > 0, what
        # The last of them leaves a transaction open.
        with pytest.raises(asyncpg.LockNotAvailableError):
            await pair.right.owner.execute(
                "set lock_timeout = '50ms'; update public.users set name = 'N' where email like 'walt%'"
            )
    async with worlds.pair(Neighbours.NOBODY) as pair:
        assert await pair.right.owner.fetchval("select count(*) from public.tenants") == 1


async def test_the_worlds_hold_the_same_acme(worlds: Stage) -> None:
    async with worlds.pair(Neighbours.CROWD) as pair:
        assert await pair.left.fill("$ada $messages_0") == await pair.right.fill("$ada $messages_0")
        counts = [
            await world.owner.fetchval("select count(*) from public.messages") for world in (pair.left, pair.right)
        ]
        assert counts[0] * 50 < counts[1]


def seven(moment: datetime) -> UUID:
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | 5)


def test_only_what_was_made_in_the_run_is_normalised() -> None:
    begun = datetime.now(UTC)
    later, earlier = begun + timedelta(seconds=9), begun - timedelta(seconds=9)
    normal = Normal(begun, frozenset({"latency_ms"}))
    made, old, random_id = seven(later), seven(earlier), uuid4()
    told = {
        "ids": [made, old, random_id, f"Key (id)=({made})", f"in.%28{made}%2C"],
        "times": [later, earlier, f"{later} {earlier}", begun + timedelta(days=2)],
        "latency_ms": 17,
        "tokens": 17,
        "detail": ['{"retry_after_seconds": 3599.123}', '{"retry_after_seconds": 59.123}'],
        "none": None,
    }
    assert normal.observed(told) == {
        "ids.length": "5",
        "ids.0": "<id 1>",
        "ids.1": str(old),
        "ids.2": str(random_id),
        "ids.3": "Key (id)=(<id 1>)",
        "ids.4": "in.%28<id 1>%2C",
        "times.length": "4",
        "times.0": "<time>",
        "times.1": repr(earlier),
        "times.2": f"<time> {earlier}",
        "times.3": repr(begun + timedelta(days=2)),
        "latency_ms": "<measured>",
        "tokens": "17",
        "detail.length": "2",
        "detail.0": '{"retry_after_seconds": <wait>}',
        "detail.1": '{"retry_after_seconds": 59.123}',
        "none": "None",
    }


def test_a_value_too_many_or_a_foreign_marker_is_a_difference() -> None:
    assert compare({"a": "1", "b": "2"}, {"a": "1", "b": "2"}) == 2
    for left, right in (({"a": "1"}, {"a": "2"}), ({"a": "1"}, {}), ({}, {"a": "1"})):
        with pytest.raises(Difference):
            compare(left, right)
    leaked = {"a": f"x {marker('globex')} y"}
    with pytest.raises(Difference):
        compare(leaked, leaked)
