"""Every schema becomes DDL that PostgreSQL's parser reads and its server applies, and the catalog gives it back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import asyncpg
import pglast
import pytest
from hypothesis import HealthCheck, given, settings

from app.provisioning.schema.ddl import statements
from app.provisioning.schema.model import Column, Numbering, Schema, Table
from app.provisioning.schema.script import script
from app.provisioning.schema.validation import faults
from tests.provisioning.fidelity import applied
from tests.provisioning.schema.schemas import schemas

SQL = ("default", "generated", "expression", "definition", "where")


async def apply(connection: asyncpg.Connection, schema: Schema) -> Schema:
    """What the catalog says of a schema that was applied in one transaction, which is undone."""
    return await applied(connection, [statement.sql for statement in statements(schema)])


def comparable(schema: Schema) -> Schema:
    """A schema in the catalog's order, without the text of its expressions."""

    def plain(value: Any) -> Any:
        kept = {name: "..." for name in SQL if getattr(value, name, None) is not None}
        if getattr(value, "is_expression", False):
            kept["of"] = "..."
        return dataclasses.replace(value, **kept) if kept else value

    def ordered(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted((plain(value) for value in values), key=lambda value: value.name.encode()))

    def table(each: Table) -> Table:
        return dataclasses.replace(
            each,
            columns=tuple(map(plain, each.columns)),
            uniques=ordered(each.uniques),
            checks=ordered(each.checks),
            exclusions=ordered(each.exclusions),
            foreign_keys=ordered(each.foreign_keys),
            indexes=ordered(dataclasses.replace(index, parts=tuple(map(plain, index.parts))) for index in each.indexes),
        )

    def place(value: Any) -> tuple[bytes, bytes]:
        return value.schema.encode(), value.name.encode()

    return Schema(
        tuple(sorted(map(table, schema.tables), key=place)),
        tuple(sorted(schema.enums, key=place)),
        tuple(sorted(schema.schemas, key=str.encode)),
        schema.extensions,
    )


@given(schemas())
@settings(max_examples=50, derandomize=True, deadline=None)
def test_every_statement_is_one_to_postgres_own_parser(schema: Schema) -> None:
    assert faults(schema) == []
    written = statements(schema)

    assert all(len(pglast.parse_sql(statement.sql)) == 1 for statement in written)
    assert len(pglast.parse_sql(script(schema, explain=True))) == len(written)
    assert written == statements(schema)


@given(schema=schemas())
@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_catalog_gives_back_what_was_applied(app_database: asyncpg.Connection, schema: Schema) -> None:
    read = await apply(app_database, schema)

    assert comparable(read) == comparable(schema)
    assert await apply(app_database, read) == read


@pytest.mark.parametrize("numbering", ["serial", "identity by default"])
async def test_long_names_that_begin_alike_have_a_sequence_each(
    app_database: asyncpg.Connection, numbering: Numbering
) -> None:
    columns = tuple(Column(f"{'Ü' * 28}{end}", "integer", numbering=numbering) for end in "abc")
    schema = Schema((Table("User", columns),))

    assert comparable(await apply(app_database, schema)) == comparable(schema)
