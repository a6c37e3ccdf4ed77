"""Ids: time-ordered UUIDs on every version, PostgreSQL's own where it has them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from uuid import RFC_4122, UUID

import asyncpg
import pytest

from app.local.postgres import Postgres
from app.migrations import PROJECT
from tests.versions import NEWEST, OLDEST, SERVERS, throwaway
from tests.world import PASSWORDS, Actor, Database, server_directory

FOUNDATION = PROJECT / "supabase" / "migrations" / "20261122000100_foundation.sql"
PLAIN = PROJECT / "sql" / "plain_postgres.sql"
MANY = 100_000


@pytest.fixture(scope="module")
def old_server() -> Iterator[Postgres]:
    """The oldest PostgreSQL that there is here, which has no uuidv7() of its own."""
    with (
        server_directory() as directory,
        throwaway(directory, PASSWORDS["supabase_admin"], OLDEST) as server,
    ):
        yield server


@pytest.fixture(params=SERVERS)
async def connection(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database with Palaver's foundation on each version."""
    if request.param == NEWEST:
        async with database.connected() as there:
            yield there
        return
    there = await asyncpg.connect(request.getfixturevalue("old_server").url(), ssl=False)
    try:
        if await there.fetchval("select to_regnamespace('private') is null"):
            for script in (PLAIN, FOUNDATION):
                await there.execute(script.read_text("utf-8"))
        yield there
    finally:
        await there.close(timeout=10)


async def make(connection: asyncpg.Connection, count: int) -> list[UUID]:
    rows = await connection.fetch("select private.uuid_v7() as id from generate_series(1, $1)", count)
    return [UUID(int=row["id"].int) for row in rows]


def milliseconds(made: UUID) -> int:
    return made.int >> 80


async def test_the_layout_is_version_7(connection: asyncpg.Connection) -> None:
    for made in await make(connection, 1000):
        assert made.version == 7
        assert made.variant == RFC_4122


async def test_they_carry_the_time(connection: asyncpg.Connection) -> None:
    before = datetime.now(UTC).timestamp() * 1000
    (made,) = await make(connection, 1)
    after = datetime.now(UTC).timestamp() * 1000
    assert before - 2 <= milliseconds(made) <= after + 2


async def test_they_are_unique_and_in_order_of_time(connection: asyncpg.Connection) -> None:
    made = await make(connection, MANY)
    assert len(set(made)) == MANY
    times = [milliseconds(one) for one in made]
    assert times == sorted(times)
    assert len({one.int % 2**62 for one in made}) == MANY
    # Within a millisecond too, but for two that were made in the same microsecond.
    swapped = sum(one > other for one, other in pairwise(made))
    assert swapped <= MANY // 1000


async def test_the_sessions_time_zone_does_not_matter(connection: asyncpg.Connection) -> None:
    await connection.execute("set timezone = 'Pacific/Kiritimati'")
    (made,) = await make(connection, 1)
    assert abs(milliseconds(made) / 1000 - datetime.now(UTC).timestamp()) < 2


async def test_each_version_uses_what_it_has(connection: asyncpg.Connection) -> None:
    source = await connection.fetchval("select prosrc from pg_proc where oid = 'private.uuid_v7()'::regprocedure")
    native = connection.get_server_version().major >= 18
    assert ("uuidv7()" in source) is native


async def test_every_table_makes_such_ids(database: Database, acme_member: Actor) -> None:
    defaults = await database.fetch(
        "select c.relname, pg_get_expr(d.adbin, d.adrelid) as value from pg_attribute as a"
        " join pg_class as c on c.oid = a.attrelid"
        " left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'id'"
    )
    assert len(defaults) >= 6
    assert {row["value"] for row in defaults} == {"private.uuid_v7()"}
    made = await acme_member.value("insert into public.conversations default values returning id")
    assert made.version == 7
