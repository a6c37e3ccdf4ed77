"""DDL of schemas that are written down here; schemas made at random are in test_round_trip."""

from __future__ import annotations

import dataclasses

import pglast
import pytest

from app.provisioning.schema.ddl import (
    Statement,
    alter_type,
    create_index,
    create_table,
    drop_generated,
    statements,
)
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Evidence,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.script import script
from app.provisioning.schema.validation import SchemaError, faults

ID = Column("id", "integer", numbering="serial", evidence=Evidence("schema.prisma", 4, "prisma.field"))
KEY = PrimaryKey("users_pkey", ("id",))
USERS = Table("users", (ID, Column("email", "text")), KEY, evidence=Evidence("schema.prisma", 3, "prisma.model", 0.8))
POSTS = Table(
    "posts",
    (ID, Column("author_id", "integer"), Column("state", TypeName("State"), default="'draft'")),
    PrimaryKey("posts_pkey", ("id",)),
    foreign_keys=(ForeignKey("posts_author_id_fkey", ("author_id",), "users", ("id",), on_delete="CASCADE"),),
)
STATE = Enum("State", ("draft", "it's out"))
BLOG = Schema((POSTS, USERS), (STATE,))


def test_kinds_stand_in_the_order_in_which_they_apply() -> None:
    author = dataclasses.replace(USERS, indexes=(Index("users_email_idx", (IndexPart("email"),)),), comment="People")
    schema = Schema((POSTS, author), (STATE,), ("crm",), ("vector",))

    kinds = [statement.kind for statement in statements(schema)]

    assert kinds == ["schema", "extension", "enum", "table", "table", "index", "foreign key", "comment"]


def test_the_text_of_a_schema() -> None:
    assert script(BLOG, explain=True) == (
        """\
create type "public"."State" as enum ('draft', 'it''s out');

-- posts: no evidence
--   id: schema.prisma:4 (prisma.field)
create table "public"."posts" (
    "id" serial not null,
    "author_id" integer not null,
    "state" "public"."State" default 'draft' not null,
    constraint "posts_pkey" primary key ("id")
);

-- users: schema.prisma:3 (prisma.model, 80% sure)
--   id: schema.prisma:4 (prisma.field)
create table "public"."users" (
    "id" serial not null,
    "email" text not null,
    constraint "users_pkey" primary key ("id")
);

alter table "public"."posts" add constraint "posts_author_id_fkey" foreign key ("author_id")"""
        """ references "public"."users" ("id") on delete cascade;
"""
    )


EMAIL = Index("i", (IndexPart("email"),))


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        (create_index(USERS, EMAIL), 'create index "i" on "public"."users" ("email")'),
        (
            create_index(USERS, dataclasses.replace(EMAIL, unique=True, nulls_not_distinct=True, where="id > 0")),
            'create unique index "i" on "public"."users" ("email") nulls not distinct where (id > 0)',
        ),
        (
            create_index(USERS, dataclasses.replace(EMAIL, method="hash", include=("id",))),
            'create index "i" on "public"."users" using hash ("email") include ("id")',
        ),
        (alter_type(USERS, USERS.columns[1]), 'alter table "public"."users" alter column "email" type text'),
        (
            alter_type(USERS, USERS.columns[1], using="email::text"),
            'alter table "public"."users" alter column "email" type text using (email::text)',
        ),
        (drop_generated(USERS, "email"), 'alter table "public"."users" alter column "email" drop expression'),
        (create_table(Table("empty", ())), 'create table "public"."empty" ()'),
    ],
)
def test_the_text_of_a_statement(statement: Statement, written: str) -> None:
    assert statement.sql == written


def test_a_serial_column_may_be_null() -> None:
    table = Table("t", (dataclasses.replace(ID, nullable=True),))

    assert [each.sql for each in statements(Schema((table,)))][1:] == [
        'alter table "public"."t" alter column "id" drop not null'
    ]


def test_what_a_source_says_of_itself_cannot_leave_a_comment() -> None:
    evidence = Evidence("a\nb; drop table users;\N{RIGHT-TO-LEFT OVERRIDE}", 1, "x\r")
    schema = Schema((Table("users\n;\u2028", (), evidence=evidence),))

    (statement,) = pglast.parse_sql(script(schema, explain=True))

    assert type(statement.stmt).__name__ == "CreateStmt"


FAULTY = {
    "Column users.state is of type 'Gone', which is not there.": {"columns": (Column("state", TypeName("Gone")),)},
    "Table 'users' has two columns 'id'.": {"columns": (ID, ID)},
    "Table 'users' has 1,601 columns, more than 1,600.": {
        "columns": tuple(Column(f"c{n}", "text") for n in range(1601))
    },
    "'users_pkey' of table 'users' is on column 'gone', which is not there.": {
        "primary_key": PrimaryKey("users_pkey", ("gone",))
    },
    "'users_pkey' of table 'users' has column 'id' twice.": {"primary_key": PrimaryKey("users_pkey", ("id", "id"))},
    "'users_pkey' of table 'users' has 0 columns; it may have from 1 to 32.": {
        "primary_key": PrimaryKey("users_pkey", ())
    },
    "Table 'users' has two constraints 'x'.": {"checks": (Check("x", "true"), Check("x", "true"))},
    "Two tables, keys or indexes have the name 'users_pkey'.": {
        "indexes": (Index("users_pkey", (IndexPart("email"),)),)
    },
    "In check 'x' of table 'users': 'true; drop table users' holds ';' outside of quotes.": {
        "checks": (Check("x", "true; drop table users"),)
    },
    "Index 'i' of table 'users' is on column 'gone', which is not there.": {
        "indexes": (Index("i", (IndexPart("gone"),)),)
    },
    "Foreign key 'f' of table 'users' refers to table 'gone', which is not there.": {
        "foreign_keys": (ForeignKey("f", ("id",), "gone", ("id",)),)
    },
    "Foreign key 'f' of table 'users' refers to 'users' (email), which no key and no unique index holds unique.": {
        "foreign_keys": (ForeignKey("f", ("id",), "users", ("email",)),)
    },
    "Foreign key 'f' of table 'users' refers to 'users' (id), which no key and no unique index holds unique.": {
        "primary_key": PrimaryKey("users_pkey", ("id",), deferrable=True),
        "indexes": (Index("i", (IndexPart("id"),), unique=True, where="id > 0"),),
        "foreign_keys": (ForeignKey("f", ("id",), "users", ("id",)),),
    },
    "Foreign key 'f' of table 'users' has 2 columns for 1.": {
        "foreign_keys": (ForeignKey("f", ("id", "email"), "users", ("id",)),)
    },
    "'u' of table 'users' is on column 'gone', which is not there.": {"uniques": (Unique("u", ("gone",)),)},
    "Column users.xmin has the name of a column that every table has.": {
        "columns": (*USERS.columns, Column("xmin", "integer"))
    },
    "Column users.n cannot number itself: its type is not smallint, integer, bigint.": {
        "columns": (*USERS.columns, Column("n", "text", numbering="serial"))
    },
    "Column users.n has more than one of a default, numbers of its own and a generated value.": {
        "columns": (*USERS.columns, Column("n", "text", default="1", generated="2"))
    },
    "In column users.n: 'integer not null' is not the name of a type.": {
        "columns": (*USERS.columns, Column("n", "integer not null"))
    },
}


@pytest.mark.parametrize("sentence", FAULTY)
def test_a_fault_of_a_table_is_one_sentence(sentence: str) -> None:
    schema = Schema((dataclasses.replace(USERS, **FAULTY[sentence]),))  # type: ignore[arg-type]

    assert sentence in faults(schema)
    with pytest.raises(SchemaError):
        statements(schema)


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        (Schema((Table("users", ()), Table("users", ()))), "Two tables, keys or indexes have the name 'users'."),
        (Schema(enums=(Enum("E", ()),)), "Enum 'E' has no labels."),
        (Schema(enums=(Enum("E", ("a", "a")),)), "Enum 'E' has label 'a' twice."),
        (Schema(enums=(Enum("E", ("x" * 64,)),)), f"Label {'x' * 64!r} of enum 'E' has 64 bytes, more than 63."),
        (Schema((USERS,), (Enum("users", ("a",)),)), "Two types have the name 'users'; a table is one, too."),
        (Schema((Table("", ()),)), "The name of table '' is empty."),
        (Schema((Table("a\0", ()),)), "The name of table 'a\\x00' holds a NUL character."),
        (Schema((Table("x" * 64, ()),)), f"The name of table {'x' * 64!r} has 64 bytes, more than 63."),
        (Schema((Table("a", (), schema="crm"),)), "'a' is in schema 'crm', which is not there."),
        (Schema(schemas=("pg_mine",)), "The name of schema 'pg_mine' is PostgreSQL's own."),
    ],
)
def test_a_fault_of_a_schema_is_one_sentence(schema: Schema, sentence: str) -> None:
    assert faults(schema) == [sentence]


def test_a_foreign_key_may_refer_to_a_unique_index() -> None:
    index = Index("i", (IndexPart("email"),), unique=True)
    key = ForeignKey("f", ("email",), "users", ("email",))

    assert faults(Schema((dataclasses.replace(USERS, indexes=(index,), foreign_keys=(key,)),))) == []


def test_a_schema_without_fault_has_none() -> None:
    assert faults(BLOG) == []
    assert faults(Schema((Table("empty", ()),))) == []
