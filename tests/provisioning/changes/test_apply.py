"""Plans carried out on a real server: all or nothing, and on the database that they were made for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from app.local.postgres import Postgres
from app.provisioning.changes.apply import Mark, OutcomeError, RefusedError, StaleError, apply, mark_of
from app.provisioning.changes.items import items_of
from app.provisioning.changes.plan import Choices
from app.provisioning.changes.rehearsal import canonical, run
from app.provisioning.changes.undo import statements_back, undoing
from app.provisioning.schema import catalog
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Index,
    IndexPart,
    Numbering,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
)
from tests.provisioning.changes.test_plan import OLD, POSTS, USERS, users, with_role
from tests.provisioning.changes.trying import Tried

WIDE = (Column("id", "bigint", numbering="serial"), *USERS.columns[1:])


async def fill(tried: Tried) -> None:
    await tried.live.execute("insert into users (name, email, age) values ('Ada', 'a@x', 36), ('Ben', 'b@x', 40)")
    await tried.live.execute("insert into posts (user_id, title) select id, 'Hello' from users")


async def test_a_rename_keeps_the_rows_and_its_undo_brings_the_name_back(tried: Tried) -> None:
    before = await tried.holds(OLD)
    await fill(tried)
    new = users(USERS.columns[0], Column("full_name", "text"), *USERS.columns[2:])
    plan = await tried.plan(OLD, new)
    assert await apply(tried.live, plan) == []
    await apply(tried.live, plan, [0])
    assert await tried.live.fetchval("select string_agg(full_name, ' ' order by id) from users") == "Ada Ben"
    live = await catalog.read(tried.live)
    old, wanted = [await canonical(tried.scratch, side) for side in (OLD, new)]
    back = undoing(plan, old, wanted, live, occupied=[("public", "users")])
    assert [(step.kind, step.asks) for step in back.steps] == [("rename", False)]
    await apply(tried.live, back)
    assert items_of(await catalog.read(tried.live)) == items_of(before)


async def test_a_key_is_widened_with_its_references_rows_and_sequence(tried: Tried) -> None:
    before = await tried.holds(OLD)
    await fill(tried)
    posts = replace(POSTS, columns=(POSTS.columns[0], Column("user_id", "bigint"), POSTS.columns[2]))
    plan = await tried.plan(OLD, Schema((replace(USERS, columns=WIDE), posts)))
    await apply(tried.live, plan, range(len(plan.steps)))
    kind = "select data_type::text from pg_sequences where sequencename = 'users_id_seq'"
    assert await tried.live.fetchval(kind) == "bigint"
    assert await tried.live.fetchval("insert into users (name, email, age) values ('C', 'c', 1) returning id") == 3
    for sql in statements_back(plan, range(len(plan.steps))) or ():
        await tried.live.execute(sql)
    assert items_of(await catalog.read(tried.live)) == items_of(before)


async def test_a_value_that_is_filled_in_lets_a_column_demand_one(tried: Tried) -> None:
    await tried.holds(OLD)
    await fill(tried)
    new = users(*USERS.columns, Column("country", "text"))
    plan = await tried.plan(OLD, new)
    with pytest.raises(RefusedError) as caught:
        await apply(tried.live, plan, [1])
    assert (caught.value.sqlstate, caught.value.subject) == ("23502", "users.country")
    assert (
        await tried.live.fetchval("select count(*) from information_schema.columns where column_name = 'country'") == 0
    )
    plan = await tried.plan(OLD, new, Choices(fills={"users.country": "upper(name)"}))
    await apply(tried.live, plan)
    assert await tried.live.fetchval("select string_agg(country, ' ' order by id) from users") == "ADA BEN"


async def test_labels_that_are_used_at_once_and_labels_that_go(tried: Tried) -> None:
    old = with_role("admin", "member")
    await tried.holds(old)
    await tried.live.execute("insert into users (name, email, age, role) values ('Ada', 'a', 1, 'admin')")
    new = with_role("guest", "admin", "member", default="'guest'")
    plan = await tried.plan(old, new)
    await apply(tried.live, plan, range(len(plan.steps)))
    added = "insert into users (name, email, age) values ('Ben', 'b', 1) returning role::text"
    assert await tried.live.fetchval(added) == "guest"
    plan = await tried.plan(new, with_role("admin", "member"))
    with pytest.raises(RefusedError, match="guest"):
        await apply(tried.live, plan, range(len(plan.steps)))
    await tried.live.execute("update users set role = 'member' where role = 'guest'")
    await apply(tried.live, plan, range(len(plan.steps)))
    assert (await catalog.read(tried.live)).enums == (Enum("role", ("admin", "member")),)


@pytest.mark.parametrize(
    ("names", "renames"),
    [
        (("email", "name"), {"users.name": "users.email", "users.email": "users.name"}),
        (("former", "name"), {"users.name": "users.former", "users.email": "users.name"}),
    ],
)
async def test_columns_take_each_others_names_and_give_them_back(
    tried: Tried, names: tuple[str, str], renames: dict[str, str | None]
) -> None:
    before = await tried.holds(OLD)
    await fill(tried)
    new = users(USERS.columns[0], *(Column(name, "text") for name in names), USERS.columns[3], indexes=())
    plan = await tried.plan(replace(OLD, tables=(replace(USERS, indexes=()), POSTS)), new, Choices(renames))
    assert {step.kind for step in plan.steps} == {"rename"}
    assert not plan.waiting()
    await apply(tried.live, plan)
    assert await tried.live.fetchval(f"select string_agg({names[0]} || {names[1]}, ' ' order by id) from users") == (
        "Adaa@x Benb@x"
    )
    live = await catalog.read(tried.live)
    former, wanted = [await canonical(tried.scratch, side) for side in (OLD, new)]
    back = undoing(plan, former, wanted, live, occupied=[("public", "users")])
    await apply(tried.live, back)
    assert items_of(await catalog.read(tried.live)) == items_of(before)
    assert await tried.live.fetchval("select string_agg(name || email, ' ' order by id) from users") == "Adaa@x Benb@x"


async def test_a_label_keeps_its_rows_under_its_new_name_and_gets_its_old_one_back(tried: Tried) -> None:
    old, new = (with_role("admin", each, default=f"'{each}'") for each in ("member", "team member"))
    listing = Column("roles", TypeName("role", array=True), default="'{member}'")
    old = replace(old, tables=(replace(old.tables[0], columns=(*old.tables[0].columns, listing)), POSTS))
    listing = replace(listing, default="""'{admin,"team member"}'""")
    new = replace(new, tables=(replace(new.tables[0], columns=(*new.tables[0].columns, listing)), POSTS))
    before = await tried.holds(old)
    await fill(tried)
    plan = await tried.plan(old, new)
    assert [(step.kind, step.subject) for step in plan.steps] == [
        ("rename", "role.team member"),
        ("safe", "users.roles"),
    ]
    await apply(tried.live, plan, [0])
    assert await tried.live.fetchval("select string_agg(role::text || roles::text, ' ') from users") == (
        'team member{"team member"} team member{"team member"}'
    )
    live = await catalog.read(tried.live)
    former, wanted = [await canonical(tried.scratch, side) for side in (old, new)]
    back = undoing(plan, former, wanted, live, occupied=[("public", "users")])
    assert [(step.kind, step.asks) for step in back.steps] == [("rename", False), ("safe", False)]
    await apply(tried.live, back)
    assert items_of(await catalog.read(tried.live)) == items_of(before)


def speaking(*labels: str) -> Schema:
    """Expressions of all kinds that speak of an enum, and names that its making anew might want."""
    said = "'a'::public.mood::text"
    columns = (Column("mood", TypeName("mood")), Column("moods", TypeName("mood", array=True), default="'{a,b}'"))
    table = Table(
        "t",
        (*columns, Column("said", "text", default=said)),
        indexes=(Index("i", (IndexPart("said"),), where="said <> 'q' or 'a'::public.mood > 'b'"),),
    )
    other = Table("mood_old", (Column("x", "text"),), checks=(Check("c", f"x <> {said}"),))
    return Schema((table, other), (Enum("mood", labels),))


def numbered(type_: str, numbering: Numbering | None) -> Schema:
    return Schema((Table("t", (Column("id", type_, numbering=numbering),), PrimaryKey("t_pkey", ("id",))),))


def named(first: str, second: str) -> Schema:
    """Two tables of which one has two indexes, all of them by these names."""
    indexes = (Index(f"{first}_i", (IndexPart("x"),)), Index(f"{second}_i", (IndexPart("id"),)))
    columns = (Column("id", "integer"), Column("x", "integer"))
    key = [PrimaryKey(f"{name}_pkey", ("id",)) for name in (first, second)]
    return Schema((Table(first, columns, key[0], indexes=indexes), Table(second, columns[:1], key[1])))


def single(name: str, key: str, *indexes: str) -> Schema:
    """A table of this name, with a key and indexes of these."""
    parts = tuple(Index(index, (IndexPart("x"),)) for index in indexes)
    columns = (Column("id", "integer"), Column("x", "integer"))
    return Schema((Table(name, columns, PrimaryKey(key, ("id",)), indexes=parts),))


@pytest.mark.parametrize(
    ("old", "new", "renames", "row"),
    [
        (speaking("a", "b", "c"), speaking("b", "a"), {}, "t (mood) values ('b')"),
        (numbered("bigint", "identity always"), numbered("text", None), {}, "t default values"),
        (numbered("bigint", "serial"), numbered("text", None), {}, "t default values"),
        (named("a", "b"), named("b", "a"), {"a": "b", "b": "a"}, "a values (1, 2)"),
        (single("a", "k", "b"), single("b", "k"), {"a": "b"}, "a values (1, 2)"),
        (single("a", "k", "b"), single("b", "k", "a"), {"a": "b"}, "a values (1, 2)"),
        (single("a", "b"), single("b", "a"), {"a": "b"}, "a values (1, 2)"),
    ],
)
async def test_what_is_in_each_others_way_goes_in_an_order_in_which_it_can(
    tried: Tried, old: Schema, new: Schema, renames: dict[str, str | None], row: str
) -> None:
    before = await tried.holds(old)
    await tried.live.execute(f"insert into {row}")
    rows = await tried.rows(before)
    plan = await tried.plan(old, new, Choices(renames))
    await apply(tried.live, plan, range(len(plan.steps)))
    assert items_of(await catalog.read(tried.live)) == items_of(await canonical(tried.scratch, new))
    for sql in statements_back(plan, range(len(plan.steps))) or ():
        await tried.live.execute(sql)
    assert items_of(await catalog.read(tried.live)) == items_of(before) or plan.steps[-1].kind == "destructive"
    assert await tried.rows(before) == rows


async def test_a_database_that_changed_since_makes_a_plan_stale(tried: Tried) -> None:
    await tried.holds(OLD)
    plan = await tried.plan(OLD, users(*USERS.columns, Column("bio", "text", nullable=True)))
    await tried.live.execute("create table hand (id integer)")
    with pytest.raises(StaleError):
        await apply(tried.live, plan)


async def test_a_table_that_got_rows_since_makes_a_plan_stale(tried: Tried) -> None:
    await tried.holds(OLD)
    plan = await tried.plan(OLD, users(*USERS.columns[:3], replace(USERS.columns[3], type="smallint")))
    assert not plan.waiting()
    await fill(tried)
    with pytest.raises(StaleError):
        await apply(tried.live, plan)


async def test_rows_that_somebody_is_adding_are_waited_for_and_make_a_plan_stale(
    tried: Tried, apps_server: Postgres
) -> None:
    await tried.holds(OLD)
    plan = await tried.plan(OLD, users(*USERS.columns[:3], replace(USERS.columns[3], type="smallint")))
    hand = await asyncpg.connect(apps_server.url(database="changes_live"))
    adding = hand.transaction()
    await adding.start()
    await hand.execute("insert into users (name, email, age) values ('Ada', 'a@x', 36)")
    applying = asyncio.create_task(apply(tried.live, plan))
    waits = "select cardinality(pg_blocking_pids($1)) > 0"
    while not applying.done() and not await tried.scratch.fetchval(waits, tried.live.get_server_pid()):
        pass
    await adding.commit()
    await hand.close()
    with pytest.raises(StaleError):
        await applying
    assert await tried.live.fetchval("select pg_typeof(age)::text from users") == "integer"


async def test_whoever_is_in_the_way_too_long_stops_a_change(
    tried: Tried, apps_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.provisioning.changes.apply.LOCK_TIMEOUT", "20ms")
    await tried.holds(OLD)
    plan = await tried.plan(OLD, users(*USERS.columns, Column("bio", "text", nullable=True)))
    hand = await asyncpg.connect(apps_server.url(database="changes_live"))
    async with hand.transaction():
        await hand.fetch("select from users")
        with pytest.raises(RefusedError) as caught:
            await asyncio.wait_for(apply(tried.live, plan), 5)
    await hand.close()
    assert (caught.value.subject, caught.value.sqlstate) == ("tables", "55P03")


async def test_a_change_that_would_come_out_otherwise_than_planned_changes_nothing(tried: Tried) -> None:
    before = await tried.holds(OLD)
    plan = await tried.plan(OLD, users(*USERS.columns, Column("bio", "text", nullable=True)))
    (step,) = plan.steps
    otherwise = (*step.sql, 'create table "left over" (id integer)')
    with pytest.raises(OutcomeError, match=r"unexpected: .*left over"):
        await apply(tried.live, replace(plan, steps=(replace(step, sql=otherwise),)))
    assert items_of(await catalog.read(tried.live)) == items_of(before)


async def test_whoever_comes_after_a_crash_sees_what_was_done(tried: Tried) -> None:
    await tried.holds(OLD)
    assert await mark_of(tried.live) is None
    plan = await tried.plan(OLD, users(*USERS.columns, Column("bio", "text", nullable=True)))
    mark = Mark(uuid4(), uuid4())
    await apply(tried.live, plan, mark=mark)
    assert await mark_of(tried.live) == mark


async def test_killed_while_it_is_applied_it_did_all_or_nothing(tried: Tried, apps_server: Postgres) -> None:
    before = await tried.holds(OLD)
    await fill(tried)
    new = Schema(
        (*users(*USERS.columns, Column("bio", "text", nullable=True)).tables, Table("tags", (Column("id", "integer"),)))
    )
    plan = await tried.plan(OLD, new)
    url = apps_server.url(database="changes_live")
    done = 0
    for delay in range(12):
        hand = await asyncpg.connect(url)
        pid = hand.get_server_pid()
        applying = asyncio.create_task(apply(hand, plan))
        for _ in range(delay * 3):
            await asyncio.sleep(0)
        await tried.scratch.fetchval("select pg_terminate_backend($1, 5000)", pid)
        await asyncio.wait([applying])
        hand.terminate()
        live = items_of(await catalog.read(tried.live))
        assert live in (items_of(before), plan.target)
        if live == plan.target:
            done += 1
            break
    if not done:
        await apply(tried.live, plan)
    assert items_of(await catalog.read(tried.live)) == plan.target
    assert await tried.live.fetchval("select count(*) from users") == 2


async def test_what_hands_made_of_other_kinds_stops_a_drop_and_nothing_is_lost(tried: Tried) -> None:
    await tried.holds(OLD)
    await fill(tried)
    await tried.live.execute("create view grown as select name, age from users where age > 17")
    plan = await tried.plan(OLD, users(*USERS.columns[:3]))
    with pytest.raises(RefusedError) as caught:
        await apply(tried.live, plan, [0])
    assert caught.value.sqlstate == "2BP01"
    assert await tried.live.fetchval("select count(*) from grown") == 2


async def test_what_postgres_refuses_of_a_source_leaves_the_scratch_database_empty(tried: Tried) -> None:
    await tried.holds(OLD)
    new = users(*USERS.columns, Column("a", "text", default="nosuch()"))
    with pytest.raises(RefusedError) as caught:
        await tried.plan(OLD, new)
    assert (caught.value.subject, caught.value.sqlstate) == ("users", "42883")
    assert (await catalog.read(tried.scratch)) == Schema()


async def test_one_statement_cannot_be_two(tried: Tried) -> None:
    await tried.holds(OLD)
    with pytest.raises(RefusedError) as caught:
        await run(tried.live, "select 1; drop table users cascade", "users")
    assert caught.value.sqlstate == "42601"
