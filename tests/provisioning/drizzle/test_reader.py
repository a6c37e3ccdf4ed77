"""What the reader makes of tables of other databases, and of what cannot be known or is wrong."""

from __future__ import annotations

import asyncpg
import pytest

from app.provisioning.extraction.drizzle.reader import read
from app.provisioning.extraction.result import Extraction
from app.provisioning.schema.ddl import statements
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied
from tests.versions import NEWEST

SQLITE = """
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
export const users = sqliteTable("users", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text("name", { length: 50 }).notNull(),
  admin: integer("admin", { mode: "boolean" }).notNull().default(false),
  at: integer("at", { mode: "timestamp" }).notNull().default(sql`(unixepoch())`),
  seconds: integer("seconds").default(sql`(strftime('%s', 'now'))`),
  data: text("data", { mode: "json" }).default([]),
  odd: text("odd").default(sql`(lower(hex(randomblob(16))))`),
  size: real("size"), file: blob("file"),
}, (t) => [index("by_name").on(t.name)]);
export const posts = sqliteTable("posts", { userId: integer("user_id").references(() => users.id), n: integer("n") },
  (t) => ({ pk: primaryKey({ columns: [t.userId, t.n] }) }));
"""
MYSQL = """
import { bigint, boolean, datetime, int, json, mysqlEnum, mysqlTable, serial, tinyint,
  varchar } from "drizzle-orm/mysql-core";
import { sql } from "drizzle-orm";
export const users = mysqlTable("users", {
  id: int("id").autoincrement().primaryKey(), other: serial("other"),
  role: mysqlEnum("role", ["a", "b"]).notNull().default("a"),
  big: bigint("big", { mode: "number", unsigned: true }), tiny: tinyint("tiny"),
  active: boolean("active").default(true), data: json("data").default({ a: 1 }),
  at: datetime("at").default(sql`CURRENT_TIMESTAMP`).$onUpdate(() => new Date()), name: varchar("name", { length: 9 }),
});
"""


def extraction(source: str) -> Extraction:
    found = read(SourceTree({"schema.ts": source}))
    assert found is not None
    return found


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("source", [SQLITE, MYSQL], ids=["sqlite", "mysql"])
async def test_tables_of_other_databases_become_postgresqls(app_database: asyncpg.Connection, source: str) -> None:
    found = extraction(source)

    made = await applied(app_database, [each.sql for each in statements(found.schema)])
    users = made.table("users")
    assert users is not None
    assert {column.name: (column.type, column.default, column.numbering) for column in users.columns}["id"][
        2
    ] == "serial"
    assert found.errors == ()


def test_a_default_that_only_the_other_database_knows_is_told_and_left_out() -> None:
    found = extraction(SQLITE)

    table = found.schema.table("users")
    assert table is not None
    assert {column.name: column.default for column in table.columns} == {
        "id": None,
        "name": None,
        "admin": "false",
        "at": "now()",
        "seconds": "(extract(epoch from now()))::bigint",
        "data": "'[]'::jsonb",
        "odd": None,
        "size": None,
        "file": None,
    }
    assert [each.rule for each in found.findings] == ["drizzle.default"]


def test_a_second_statement_in_an_expression_is_left_out() -> None:
    found = extraction(
        'import { pgTable, text, check } from "drizzle-orm/pg-core"; import { sql } from "drizzle-orm";'
        "export const a = pgTable('a', { x: text('x').default(sql`1); drop table b; --`) },"
        " (t) => [check('c', sql`true); drop table b; --`)]);"
    )

    assert [each.rule for each in found.findings] == ["drizzle.expression", "drizzle.expression"]
    assert found.schema.tables[0].columns[0].default is None
    assert found.schema.tables[0].checks == ()


def test_what_only_running_tells_is_told() -> None:
    found = extraction(
        'import { pgTable, text, serial } from "drizzle-orm/pg-core"; import { shared, id } from "elsewhere";'
        "export const a = pgTable('a', { id: id(), ...shared, x: text('x').references(() => missing.id) });"
        "export const b = pgTable(process.env.NAME, { id: serial('id') });"
        "const loop = () => loop(); export const c = pgTable('c', { id: loop(), x: text() });"
    )

    assert {each.rule for each in found.findings} == {"drizzle.columns", "drizzle.foreign-key", "drizzle.table"}
    assert [table.name for table in found.schema.tables][::2] == ["a", "c"]


def test_an_app_without_tables_is_none() -> None:
    assert read(SourceTree({"a.ts": 'import { sql } from "drizzle-orm"; export const x = sql`1`;'})) is None
    assert read(SourceTree({})) is None
