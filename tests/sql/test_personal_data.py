"""The rules of export and erasure against the catalog: what no rule speaks for, table or column of text, is a fault."""

from __future__ import annotations

from tests.world import Database

TABLES = """
    select c.relnamespace::regnamespace || '.' || c.relname as name
    from pg_class as c
    where c.relkind in ('r', 'p', 'm', 'f') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
"""
COLUMNS = """
    select c.relnamespace::regnamespace || '.' || c.relname as table_name, a.attname::text as name
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    inner join pg_type as t on a.atttypid = t.oid
    where c.relkind in ('r', 'p', 'm', 'f') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
"""
# Numbers, times, truths and ids aside, whatever a type is called.
WORDS = COLUMNS + " and t.typcategory not in ('N', 'D', 'T', 'B') and t.typname <> 'uuid'"
PEOPLE = """
    select c.relnamespace::regnamespace || '.' || c.relname as table_name, a.attname::text as name
    from pg_constraint as k
    inner join pg_class as c on k.conrelid = c.oid
    inner join pg_attribute as a on k.conrelid = a.attrelid and a.attnum = any(k.conkey) and a.attname <> 'tenant_id'
    where k.contype = 'f' and k.confrelid = 'public.users'::regclass
"""
RULES = "select * from private.personal_data order by place, table_name"


async def names(database: Database, sql: str) -> set[tuple[str, ...]]:
    return {tuple(row)[:2] for row in await database.fetch(sql)}


async def test_every_table_has_a_rule_and_every_rule_a_table(database: Database) -> None:
    tables = {name for (name,) in await database.fetch(TABLES)}
    ruled = {row["table_name"] for row in await database.fetch(RULES)}
    assert tables - ruled == set(), "say in private.personal_data what becomes of it"
    assert {name for name in ruled - tables if not name.startswith("auth.")} == set()


async def test_every_column_of_text_is_exported_or_kept_back_for_a_reason(database: Database) -> None:
    said = {
        (row["table_name"], column)
        for row in await database.fetch(RULES)
        for column in (row["exported"] or []) + row["kept_back"]
    }
    assert await names(database, WORDS) - said == set(), "say in private.personal_data what becomes of it"
    ours = {column for column in said if not column[0].startswith("auth.")}
    assert ours - await names(database, COLUMNS) == set(), "there is no such column"


async def test_every_reference_to_a_person_is_one_by_which_rows_belong_to_them(database: Database) -> None:
    rules = await database.fetch(RULES)
    for table, column in await database.fetch(PEOPLE):
        # That of an erasure itself is made null with the person's row.
        if (table, column) != ("private.erasures", "user_id"):
            assert [row for row in rules if row["table_name"] == table and column in (row["belongs"] or "")], (
                table,
                column,
            )


async def test_what_belongs_to_a_person_is_of_one_tenant(database: Database) -> None:
    for row in await database.fetch(RULES):
        if row["belongs"] and row["erasure"] != "account":
            assert row["belongs"].startswith(("t.tenant_id = :tenant and ", "(t.tenant_id, t.turn_id) in (")), row
        assert row["reason"].endswith("."), row


async def test_people_may_read_themselves_what_is_exported(database: Database) -> None:
    unreadable = """
        select r.table_name, e.name
        from private.personal_data as r
        cross join unnest(r.exported) as e (name)
        where r.table_name like 'public.%' and not has_column_privilege('authenticated', r.table_name, e.name, 'select')
    """
    assert await database.fetch(unreadable) == []
