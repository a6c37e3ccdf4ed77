"""The comparison that the readers of sources are measured with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.local.postgres import Postgres
from app.provisioning.oracles.chosen import explanation
from app.provisioning.schema.difference import Difference, Score
from app.provisioning.schema.model import Check, Column, PrimaryKey, Schema, Table
from tests.provisioning.fidelity import compare, compare_in

OURS = Schema(
    (
        Table(
            "users",
            (Column("id", "uuid", default="gen_random_uuid()"), Column("age", "integer", default="1+1")),
            PrimaryKey("users_pkey", ("id",)),
            checks=(Check("users_age_check", "age>0 and age<200"),),
        ),
    )
)
THEIRS = """
CREATE TABLE "users" (
    "id" uuid NOT NULL DEFAULT {key},
    "age" int4 NOT NULL DEFAULT (1 + 1),
    CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "users_age_check" CHECK (age > 0 AND (age < 200))
);
"""


async def test_two_spellings_of_one_thing_are_equal(app_server: Postgres) -> None:
    fidelity = await compare(app_server.url(), OURS, THEIRS.format(key="gen_random_uuid()"))

    assert fidelity.differences == []
    assert fidelity.share == 1


async def test_what_is_not_equal_is_told(app_database: asyncpg.Connection) -> None:
    fidelity = await compare_in(app_database, OURS, THEIRS.format(key="uuid_generate_v4()"))

    assert fidelity.differences == [
        Difference("default", "users", "id", "gen_random_uuid()", "public.uuid_generate_v4()")
    ]
    assert (fidelity.score["default"], fidelity.score["check"]) == (Score(1, 2), Score(1, 1))
    assert "default          1 of     2" in str(fidelity)


async def test_a_statement_that_fails_is_named_and_leaves_nothing(app_database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.PostgresError) as failure:
        await compare_in(app_database, OURS, "create table a (); create table a ()")

    assert "create table a (); create table a ()" in failure.value.__notes__[0]
    assert (await compare_in(app_database, Schema(), "-- Nothing to do.")).share == 1


@pytest.mark.parametrize(("age", "is_explained"), [(timedelta(), True), (timedelta(days=9), False)])
def test_the_moment_of_the_start_is_no_default_and_another_one_is(age: timedelta, is_explained: bool) -> None:
    moment = f"'{datetime.now(UTC) - age:%Y-%m-%d %H:%M:%S}.25+00'::timestamp with time zone"
    difference = Difference("default", "users", "made_at", None, moment)

    assert (explanation(difference) is not None) is is_explained
