"""Each change of one thing makes of one schema exactly the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from app.provisioning.schema import catalog, ddl
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from tests.provisioning.fidelity import applied

ID = Column("id", "integer")
TITLE = Column('a "title"; --\'\\', "character varying(40)", nullable=True)
STATE = Column("state", TypeName("State"), default="'draft'")
TOTAL = Column("total", "integer", nullable=True, generated="id * 2")
KEY = PrimaryKey("posts_pkey", ("id",))
UNIQUE = Unique("posts_title_key", (TITLE.name,), nulls_not_distinct=True)
CHECK = Check("posts_check", "id > 0 or id < -5")
SELF = ForeignKey("posts_id_fkey", ("id",), "posts", ("id",), on_delete="CASCADE", deferrable=True, deferred=True)
EXCLUSION = Exclusion("posts_excl", "using btree (id with =)")
INDEX = Index("posts_idx", (IndexPart("id", descending=True, nulls_first=False),), where="id > 0")
POSTS = Table("posts", (ID, TITLE, STATE, TOTAL), KEY, comment="Posts")
ENUM = Enum("State", ("draft", "it's \\ out"))
SCHEMA = Schema((POSTS,), (ENUM,))


def _with(**changes: object) -> Schema:
    return replace(SCHEMA, tables=(replace(POSTS, **changes),))  # type: ignore[arg-type]


def _column(column: Column) -> Schema:
    """The schema with a column in the place of the one of that name."""
    return _with(columns=tuple(column if each.name == column.name else each for each in POSTS.columns))


def _enum(*labels: str) -> Schema:
    return replace(SCHEMA, enums=(Enum("State", labels),))


ADDED = Column("a,b", "text[]", default="ARRAY['x']::text[]", collation="C")
NUMBER = replace(ID, numbering="serial")
IDENTITY = replace(ID, numbering="identity always")
TAGS = Table("tags", (ID,), schema="crm")

CHANGES: dict[str, tuple[Schema, Schema, list[ddl.Statement]]] = {
    "schema": (SCHEMA, replace(SCHEMA, schemas=("crm",)), [ddl.create_schema("crm")]),
    "no schema": (replace(SCHEMA, schemas=("crm",)), SCHEMA, [ddl.drop_schema("crm")]),
    "extension": (SCHEMA, replace(SCHEMA, extensions=("vector",)), [ddl.create_extension("vector")]),
    "enum": (SCHEMA, replace(SCHEMA, enums=(ENUM, Enum("E", ("a",)))), [ddl.create_enum(Enum("E", ("a",)))]),
    "no enum": (replace(SCHEMA, enums=(ENUM, Enum("E", ("a",)))), SCHEMA, [ddl.drop_enum(Enum("E", ("a",)))]),
    "enum's name": (
        replace(SCHEMA, enums=(ENUM, Enum("E", ("a",)))),
        replace(SCHEMA, enums=(ENUM, Enum('F"', ("a",)))),
        [ddl.rename_enum(Enum("E", ("a",)), 'F"')],
    ),
    "label at the end": (SCHEMA, _enum(*ENUM.labels, "gone'"), [ddl.add_enum_label(ENUM, "gone'")]),
    "label between": (
        SCHEMA,
        _enum("draft", "new", "it's \\ out"),
        [ddl.add_enum_label(ENUM, "new", before="it's \\ out")],
    ),
    "label's name": (SCHEMA, _enum("draft", "out"), [ddl.rename_enum_label(ENUM, "it's \\ out", "out")]),
    "table": (
        replace(SCHEMA, schemas=("crm",)),
        replace(SCHEMA, schemas=("crm",), tables=(POSTS, TAGS)),
        [ddl.create_table(TAGS)],
    ),
    "no table": (
        replace(SCHEMA, schemas=("crm",), tables=(POSTS, TAGS)),
        replace(SCHEMA, schemas=("crm",)),
        [ddl.drop_table(TAGS)],
    ),
    "table's name": (SCHEMA, _with(name="art'icles\""), [ddl.rename_table(POSTS, "art'icles\"")]),
    "column": (SCHEMA, _with(columns=(*POSTS.columns, ADDED)), [ddl.add_column(POSTS, ADDED)]),
    "no column": (SCHEMA, _with(columns=(ID, STATE, TOTAL)), [ddl.drop_column(POSTS, TITLE.name)]),
    "column's name": (
        SCHEMA,
        _with(columns=(ID, replace(TITLE, name="name"), STATE, TOTAL)),
        [ddl.rename_column(POSTS, TITLE.name, "name")],
    ),
    "type": (
        SCHEMA,
        _column(replace(TITLE, type="integer[]")),
        [ddl.alter_type(POSTS, replace(TITLE, type="integer[]"), using="string_to_array('1, 2', ', ')::integer[]")],
    ),
    "collation": (
        SCHEMA,
        _column(replace(TITLE, collation="C")),
        [ddl.alter_type(POSTS, replace(TITLE, collation="C"))],
    ),
    "not null": (SCHEMA, _column(replace(TITLE, nullable=False)), [ddl.set_not_null(POSTS, TITLE.name)]),
    "null": (SCHEMA, _column(replace(STATE, nullable=True)), [ddl.drop_not_null(POSTS, "state")]),
    "default": (
        SCHEMA,
        _column(replace(TITLE, default="'a' || 'b'")),
        [ddl.set_default(POSTS, TITLE.name, "'a' || 'b'")],
    ),
    "no default": (SCHEMA, _column(replace(STATE, default=None)), [ddl.drop_default(POSTS, "state")]),
    "not generated": (SCHEMA, _column(replace(TOTAL, generated=None)), [ddl.drop_generated(POSTS, "total")]),
    "identity": (SCHEMA, _column(IDENTITY), [ddl.add_identity(POSTS, IDENTITY)]),
    "no identity": (_column(IDENTITY), SCHEMA, [ddl.drop_identity(POSTS, "id")]),
    "serial": (SCHEMA, _column(NUMBER), ddl.add_serial(POSTS, NUMBER)),
    "no serial": (_column(NUMBER), SCHEMA, [ddl.drop_default(POSTS, "id")]),
    "serial again": (_column(NUMBER), _column(NUMBER), [ddl.drop_default(POSTS, "id"), *ddl.add_serial(POSTS, NUMBER)]),
    "table's comment": (SCHEMA, _with(comment="It's"), [ddl.comment_on_table(replace(POSTS, comment="It's"))]),
    "no comment": (SCHEMA, _with(comment=None), [ddl.comment_on_table(replace(POSTS, comment=None))]),
    "column's comment": (
        SCHEMA,
        _column(replace(ID, comment="\\'")),
        [ddl.comment_on_column(POSTS, replace(ID, comment="\\'"))],
    ),
    "index": (SCHEMA, _with(indexes=(INDEX,)), [ddl.create_index(POSTS, INDEX)]),
    "no index": (_with(indexes=(INDEX,)), SCHEMA, [ddl.drop_index(POSTS, INDEX)]),
    "index's name": (
        _with(indexes=(INDEX,)),
        _with(indexes=(replace(INDEX, name='i"'),)),
        [ddl.rename_index(POSTS, INDEX, 'i"')],
    ),
}
CONSTRAINTS: dict[str, Unique | Check | Exclusion | ForeignKey] = {
    "uniques": UNIQUE,
    "checks": CHECK,
    "exclusions": EXCLUSION,
    "foreign_keys": SELF,
}
for field, constraint in CONSTRAINTS.items():
    there, renamed = _with(**{field: (constraint,)}), _with(**{field: (replace(constraint, name='n"'),)})
    CHANGES |= {
        f"{field}: one more": (SCHEMA, there, [ddl.add_constraint(POSTS, constraint)]),
        f"{field}: one less": (there, SCHEMA, [ddl.drop_constraint(POSTS, constraint)]),
        f"{field}: a name": (there, renamed, [ddl.rename_constraint(POSTS, constraint, 'n"')]),
    }
for field in ("checks", "foreign_keys"):
    late = CONSTRAINTS[field]
    CHANGES[f"{field}: in two steps"] = (
        SCHEMA,
        _with(**{field: (late,)}),
        [ddl.add_constraint(POSTS, late, valid=False), ddl.validate_constraint(POSTS, late)],
    )


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_makes_of_one_schema_the_other(app_database: asyncpg.Connection, name: str) -> None:
    before, after, change = CHANGES[name]
    made = [statement.sql for statement in ddl.statements(before)]

    changed = await applied(app_database, [*made, *(statement.sql for statement in change)])

    assert changed == await applied(app_database, [statement.sql for statement in ddl.statements(after)])


@pytest.fixture
async def posts(app_database: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The connection in a transaction that has the schema, with a row or two, and is undone."""
    transaction = app_database.transaction()
    await transaction.start()
    for statement in ddl.statements(SCHEMA):
        await app_database.execute(statement.sql)
    await app_database.execute("insert into posts (id) values (41), (-3)")
    yield app_database
    await transaction.rollback()


async def test_a_serial_column_goes_on_behind_the_highest_number_of_its_rows(posts: asyncpg.Connection) -> None:
    for statement in ddl.add_serial(POSTS, NUMBER):
        await posts.execute(statement.sql)

    assert await posts.fetchval("insert into posts default values returning id") == 42


async def test_a_serial_column_of_negative_numbers_begins_at_one(posts: asyncpg.Connection) -> None:
    await posts.execute("delete from posts where id > 0")
    for statement in ddl.add_serial(POSTS, NUMBER):
        await posts.execute(statement.sql)

    assert await posts.fetchval("insert into posts default values returning id") == 1


async def test_a_constraint_that_is_not_valid_yet_lets_rows_be(posts: asyncpg.Connection) -> None:
    await posts.execute(ddl.add_constraint(POSTS, CHECK, valid=False).sql)

    with pytest.raises(asyncpg.CheckViolationError):
        await posts.execute(ddl.validate_constraint(POSTS, CHECK).sql)


async def test_a_label_is_the_same_text_under_the_old_meaning_of_backslashes(posts: asyncpg.Connection) -> None:
    await posts.execute("set local standard_conforming_strings = off")
    await posts.execute(ddl.rename_enum_label(ENUM, "it's \\ out", "\\' || '").sql)
    await posts.execute("set local standard_conforming_strings = on")

    (enum,) = (await catalog.read(posts)).enums
    assert enum.labels == ("draft", "\\' || '")
