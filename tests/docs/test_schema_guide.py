"""sql/schema_guide.md says what the catalog and sql/access.txt say; what it says in words is tried."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from tests.docs.access_tables import written
from tests.docs.markdown import Page, code, qualified
from tests.isolation.intent import NONE, intent
from tests.sql.working import working
from tests.world import Actor, Database

SIGNED_IN = "Signed-in people (authenticated)"
RELATIONS = """
select n.nspname || '.' || c.relname as name, c.relkind::text as kind
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
"""
COLUMNS = """
select a.attrelid::regclass::text as relation, array_agg(a.attname::text) as columns
from pg_catalog.pg_attribute as a
where a.attnum > 0 and not a.attisdropped
group by a.attrelid
"""
FOREIGN_KEYS = """
select
    replace(replace(replace(k.confrelid::regclass::text, 'auth.', 'auth_'), 'private.', ''), 'public.', '') as parent,
    replace(replace(k.conrelid::regclass::text, 'private.', ''), 'public.', '') as child,
    (
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where a.attrelid = k.conrelid and a.attnum = k.conkey[least(cardinality(k.conkey), 2)]
    ) as by_column
from pg_catalog.pg_constraint as k
join pg_catalog.pg_namespace as n on n.oid = k.connamespace
where k.contype = 'f' and n.nspname in ('public', 'private')
"""


@pytest.fixture(scope="module")
def guide(project: Path) -> Page:
    return Page(project / "sql" / "schema_guide.md")


async def test_the_diagram_shows_every_table_and_every_foreign_key(guide: Page, database: Database) -> None:
    (block,) = guide.blocks("mermaid")
    entities = set(re.findall(r"^ +(\w+) \{$", block.text, re.MULTILINE))
    tables = {row["name"].split(".")[1] for row in await database.fetch(RELATIONS) if row["kind"] in "rp"}
    assert entities == tables | {"auth_users"}

    drawn = set(re.findall(r'^ +(\w+) \S+ (\w+) : "(\w+)"$', block.text, re.MULTILINE))
    there = {(row["parent"], row["child"], row["by_column"]) for row in await database.fetch(FOREIGN_KEYS)}
    assert drawn == there


async def test_the_diagrams_columns_exist(guide: Page, database: Database) -> None:
    (block,) = guide.blocks("mermaid")
    rows = await database.fetch(
        """
        select c.relname, a.attname, format_type(a.atttypid, null) as type
        from pg_catalog.pg_attribute as a join pg_catalog.pg_class as c on c.oid = a.attrelid
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and a.attnum > 0
        """
    )
    there = {(row["relname"], row["attname"], row["type"]) for row in rows} | {("auth_users", "id", "uuid")}
    for entity, body in re.findall(r"^ +(\w+) \{\n(.*?)^ +\}$", block.text, re.MULTILINE | re.DOTALL):
        for line in body.splitlines():
            kind, name, *_key = line.split()
            assert (entity, name, kind) in there


async def test_every_relation_is_explained(guide: Page, database: Database) -> None:
    stated = [qualified(code(row["relation"])) for row in guide.table("Tables and views")]
    assert sorted(stated) == sorted(row["name"] for row in await database.fetch(RELATIONS))


async def test_named_columns_exist(guide: Page, database: Database) -> None:
    rows = await database.fetch(
        "select attrelid::regclass::text as relation, attname from pg_catalog.pg_attribute where attnum > 0"
    )
    there = {(qualified(row["relation"]), row["attname"]) for row in rows}
    for row in guide.table("Tables and views"):
        relation = qualified(code(row["relation"]))
        for names in re.findall(r"((?:`\w+`, )*`\w+`):", row["columns to know"]):
            for name in re.findall(r"\w+", names):
                assert (relation, name) in there, f"{relation}.{name}"


def test_the_tables_of_who_may_do_what_are_those_of_the_declared_access(guide: Page) -> None:
    assert written(guide.text) == guide.text, "run python -m tests.docs.access_tables"


def test_every_function_is_explained(guide: Page) -> None:
    assert [row["function"] for row in guide.table("Functions") if not row["what it does"]] == []


def test_anon_may_do_nothing_but_open_links() -> None:
    meant = intent()
    assert not any("anon" in line.cells for relation in meant.relations.values() for line in relation.lines)
    assert not any("anon" in schema.audiences for schema in meant.schemas)
    may = {name for name, routine in meant.functions.items() if "anon" in routine.audiences}
    assert may == {"public.read_share(text, text)", "private.open_share(text, text)"}


def test_the_worker_without_claims_sees_nothing_but_jobs() -> None:
    lines = [(name, line) for name, relation in intent().relations.items() for line in relation.lines]
    seen = {name for name, line in lines if "worker" in line.cells and line.cells["worker"].reach != NONE}
    assert seen == {"private.jobs", "private.job_runs", "private.ledger_checks"}


async def test_all_columns_are_the_tables_columns(guide: Page, database: Database) -> None:
    """Of what the Data API shows: stock clients ask for all of them."""
    columns = {qualified(row["relation"]): row["columns"] for row in await database.fetch(COLUMNS)}
    for name, relation in intent().relations.items():
        for line in relation.lines:
            if name.startswith("public.") and "viewer" in line.cells and line.verbs == ("select",) and line.columns:
                assert sorted(line.columns) == sorted(columns[name]), name
    shown = [row for row in guide.table(SIGNED_IN) if row["verb"] == "select" and "private." not in row["object"]]
    assert {row["columns"] for row in shown} == {"all"}


async def test_the_owner_holds_everything(database: Database) -> None:
    rows = await database.fetch(
        f"select r.name, v.verb from ({RELATIONS}) as r"
        " cross join unnest(array['select', 'insert', 'update', 'delete']) as v (verb)"
        " where not has_table_privilege('postgres', r.name, v.verb)"
    )
    assert rows == []


async def test_every_index_is_listed(guide: Page, database: Database) -> None:
    rows = await database.fetch(
        "select indexrelid::regclass::text as name from pg_catalog.pg_index join pg_class as c on c.oid = indrelid"
        " where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
    )
    listed = [code(row["index"]) for row in guide.table("Indexes, and the query that each serves")]
    assert sorted(listed) == sorted(row["name"].split(".")[-1] for row in rows)


def with_email(actor: Actor, email: str) -> Actor:
    """The same person, with the e-mail address that Supabase Auth puts into a token."""
    return replace(actor, claims=json.dumps({**json.loads(actor.claims_text), "email": email}))


async def test_who_has_no_place_sees_the_invitation_and_takes_it(
    database: Database, data_api: asyncpg.Connection
) -> None:
    await database.fetch(
        "insert into public.users (tenant_id, email) select id, 'new@' || slug || '.test' from public.tenants"
    )
    umbrella = await database.value(
        "insert into public.tenants (name, slug) values ('Umbrella', 'umbrella') returning id"
    )
    auth_id = await database.value(
        "insert into auth.users (id, email) values (gen_random_uuid(), 'new@acme.test') returning id"
    )
    guest = with_email(Actor(data_api, auth_id=auth_id), "New@acme.test")
    assert await guest.value("select count(*) from public.tenants") == 0
    (invitation,) = await guest.fetch("select tenant_id, tenant_name from public.my_invitations")
    assert invitation["tenant_name"] == "Acme"
    accept = "select email from public.accept_invitation($1)"
    assert await guest.denied(accept, umbrella) == "PA404"
    assert await guest.value(accept, invitation["tenant_id"]) == "new@acme.test"
    assert await guest.value("select name from public.tenants") == "Acme"
    assert await guest.denied(accept, invitation["tenant_id"]) == "PA422"


async def test_a_summary_counts_a_correction_of_a_closed_day_at_once(database: Database) -> None:
    total = "select sum(total_tokens) from public.monthly_usage_summary"
    noted = "select count(distinct tenant_id) from private.usage_changes"
    await database.fetch("select private.run_job('refresh_summaries')")
    before, closed = await database.value(total), await database.fetch("table private.monthly_usage_closed")
    assert await database.value(noted) == 0
    await database.fetch("select public.increment_usage_metrics(tenant_id, id, 7, 0) from public.users")
    people = await database.value("select count(*) from public.users")
    assert await database.value(total) == before + 7 * people
    assert await database.value(noted) == 0

    corrected = await database.fetch(
        "update public.usage_metrics set total_tokens = total_tokens + 5, prompt_tokens = prompt_tokens + 5"
        " where day = (now() at time zone 'utc')::date - 3 returning tenant_id"
    )
    expected = before + 7 * people + 5 * len(corrected)
    assert corrected
    assert await database.value(total) == expected
    assert await database.value(noted) == len({row["tenant_id"] for row in corrected})
    assert await database.fetch("table private.monthly_usage_closed") == closed

    await database.fetch("select private.run_job('refresh_summaries')")
    assert await database.value(total) == expected
    assert await database.value(noted) == 0


async def test_counters_called_in_from_count_once_and_as_columns_more_often(database: Database) -> None:
    call = (
        "public.increment_usage_metrics('00000000-0000-7000-8000-0000000000b0',"
        " '00000000-0000-7000-8000-0000000000b1', 1, 0)"
    )
    requests = (
        "select request_count from public.current_day_usage where user_id = '00000000-0000-7000-8000-0000000000b1'"
    )
    await database.fetch(f"select * from {call}")
    before = await database.value(requests)
    await database.fetch(f"select * from {call}")
    assert await database.value(requests) == before + 1
    (row,) = await database.fetch(f"select ({call}).*")
    assert await database.value(requests) == before + 1 + len(row)


async def test_the_allowance_is_a_bucket_that_refills_evenly(database: Database, acme_member: Actor) -> None:
    # Time passes by moving the timestamp; a request comes free every 20 s, longer than this takes.
    await database.fetch("update public.tenants set rate_limit_per_minute = 3 where slug = 'acme'")
    for seconds_passed, granted in ((0, 3), (20, 1), (40, 2), (600, 3)):
        await database.fetch(
            "update private.allowances set next_at = next_at - make_interval(secs => $1)", seconds_passed
        )
        async with working(database) as worker:
            for _ in range(granted):
                await worker.begin(acme_member)
            with pytest.raises(asyncpg.PostgresError) as refused:
                await worker.begin(acme_member)
        assert refused.value.sqlstate == "PA429"
        assert 0 < json.loads(refused.value.as_dict()["detail"])["retry_after_seconds"] <= 60 / 3


async def test_an_upsert_that_sends_tenant_and_person_is_refused(acme_member: Actor) -> None:
    message = await acme_member.value("select id from public.messages limit 1")
    upsert = (
        "insert into public.feedback (message_id, rating{columns}) values ($1, 1{values})"
        " on conflict (tenant_id, message_id, user_id)"
        " do update set message_id = excluded.message_id, rating = excluded.rating{updates}"
    )
    assert await acme_member.execute(upsert.format(columns="", values="", updates=""), message) == "INSERT 0 1"
    sent = upsert.format(
        columns=", tenant_id, user_id",
        values=", $2, $3",
        updates=", tenant_id = excluded.tenant_id, user_id = excluded.user_id",
    )
    assert await acme_member.denied(sent, message, acme_member.tenant_id, acme_member.user_id) == "42501"


async def test_links_lead_somewhere(project: Path) -> None:
    for page in map(Page, [*(project / "sql").glob("*.md"), *(project / "docs").glob("*.md")]):
        for link in page.links():
            name, _, anchor = link.partition("#")
            target = page.path if not name else page.path.parent / name
            assert name.startswith("http") or target.exists(), f"{page.path.name}: {link}"
            if anchor:
                assert anchor in Page(target).anchors(), f"{page.path.name}: {link}"
