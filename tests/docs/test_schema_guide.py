"""sql/schema_guide.md says what the catalog says, and who sees which rows is tried."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from tests.docs.markdown import Page, code, qualified
from tests.world import Actor, Database

VERBS = ("select", "insert", "update", "delete")
SIGNED_IN = "Signed-in people (authenticated)"
OTHERS = "The worker, servers, and the functions' owner"
RELATIONS = """
select n.nspname || '.' || c.relname as name, c.relkind::text as kind
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
"""
FUNCTIONS = """
select
    n.nspname || '.' || p.proname || '(' || array_to_string(array(
        select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, n) order by n
    ), ',') || ')' as signature,
    p.oid,
    case when p.prosecdef then pg_get_userbyid(p.proowner)::text else 'caller' end as runs_as
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
"""
FOREIGN_KEYS = """
select
    replace(replace(replace(k.confrelid::regclass::text, 'auth.', 'auth_'), 'private.', ''), 'public.', '') as parent,
    replace(replace(k.conrelid::regclass::text, 'private.', ''), 'public.', '') as child,
    (
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = k.conrelid
            and a.attnum = any (k.conkey)
            and (array_length(k.conkey, 1) = 1 or (a.attname <> 'tenant_id' and a.attnum <> coalesce(o.attnum, 0)))
    ) as by_column
from pg_catalog.pg_constraint as k
join pg_catalog.pg_namespace as n on n.oid = k.connamespace
left join pg_catalog.pg_attribute as o
    on o.attrelid = k.conrelid and o.attname = 'user_id' and array_length(k.conkey, 1) = 3
where k.contype = 'f' and n.nspname in ('public', 'private')
"""
COLUMN_GRANTS = """
select
    v.verb,
    has_table_privilege($1, c.oid, v.verb) as whole,
    case when v.verb = 'delete' then '{}'::text[] else array(
        select a.attname::text
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = c.oid
            and a.attnum > 0
            and not a.attisdropped
            and has_column_privilege($1, c.oid, a.attnum, v.verb)
    ) end as columns
from pg_catalog.pg_class as c
cross join unnest(array['select', 'insert', 'update', 'delete']) as v (verb)
where c.oid = $2::regclass
"""

Rights = dict[str, set[str] | None]
"""By verb: the columns, or None for all of them. A verb that is not there is not granted."""


@pytest.fixture(scope="module")
def guide(project: Path) -> Page:
    return Page(project / "sql" / "schema_guide.md")


async def _granted(database: Database, role: str, relation: str) -> Rights:
    """What a role holds, by inheritance too."""
    rows = await database.fetch(COLUMN_GRANTS, role, relation)
    return {
        row["verb"]: None if row["whole"] else set(row["columns"]) for row in rows if row["whole"] or row["columns"]
    }


def _together(one: Rights, other: Rights) -> Rights:
    return {
        verb: None
        if None in (one.get(verb, set()), other.get(verb, set()))
        else {*(one.get(verb) or ()), *(other.get(verb) or ())}
        for verb in {*one, *other}
    }


def _columns(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}


def _signed_in(guide: Page) -> dict[str, Rights]:
    """The rights of authenticated, by relation, as the page states them."""
    rights: dict[str, Rights] = {}
    for row in guide.table(SIGNED_IN):
        whole = row["columns"] in ("all", "")
        rights.setdefault(qualified(code(row["object"])), {})[row["verb"]] = None if whole else _columns(row["columns"])
    return rights


def _stated(cell: str) -> Rights:
    """A cell such as `select; update (a, b)`."""
    rights: Rights = {}
    for part in [] if cell == "–" else cell.split(";"):
        match = re.fullmatch(r"(\w+)(?: \((.+)\))?", part.strip())
        assert match and match[1] in VERBS, f"cannot be read: {cell!r}"
        rights[match[1]] = _columns(match[2]) if match[2] else None
    return rights


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


async def test_signed_in_people_hold_exactly_the_stated_grants(guide: Page, database: Database) -> None:
    stated = _signed_in(guide)
    for row in await database.fetch(RELATIONS):
        assert await _granted(database, "authenticated", row["name"]) == stated.get(row["name"], {}), row["name"]


@pytest.mark.parametrize("role", ["palaver_worker", "service_role", "palaver_definer"])
async def test_other_roles_hold_exactly_the_stated_grants(guide: Page, database: Database, role: str) -> None:
    people = _signed_in(guide)
    table = guide.table(OTHERS)
    column = next(name for name in table[0] if role in name)
    stated = {qualified(code(row["object"])): row[column] for row in table}
    relations = {row["name"] for row in await database.fetch(RELATIONS)}
    assert set(stated) == relations
    for name in sorted(relations):
        granted = await _granted(database, role, name)
        if stated[name] == "owner":
            owner = await database.value(
                "select pg_get_userbyid(relowner) from pg_class where oid = $1::regclass", name
            )
            assert owner == role
            continue
        expected = _stated(stated[name])
        if role == "palaver_worker":
            expected = _together(people.get(name, {}), expected)
        assert granted == expected, name


async def test_anon_holds_nothing(database: Database) -> None:
    for row in await database.fetch(RELATIONS):
        assert await _granted(database, "anon", row["name"]) == {}, row["name"]
    for row in await database.fetch(FUNCTIONS):
        assert not await database.value("select has_function_privilege('anon', $1::oid, 'execute')", row["oid"])
    assert not await database.value("select has_schema_privilege('anon', 'private', 'usage')")


async def test_the_owner_holds_everything(database: Database) -> None:
    for row in await database.fetch(RELATIONS):
        assert await _granted(database, "postgres", row["name"]) == dict.fromkeys(VERBS), row["name"]


async def test_every_function_is_listed_with_its_grants(guide: Page, database: Database) -> None:
    stated = {code(row["function"]): row for row in guide.table("Functions")}
    there = {row["signature"]: row for row in await database.fetch(FUNCTIONS)}
    assert sorted(stated) == sorted(there)
    for signature, row in there.items():
        for role in ("authenticated", "palaver_worker", "service_role"):
            may = await database.value("select has_function_privilege($1, $2::oid, 'execute')", role, row["oid"])
            assert stated[signature][role] == ("x" if may else "–"), f"{signature} {role}"
        assert stated[signature]["runs as"] == row["runs_as"], signature


async def test_functions_search_where_the_page_says(database: Database) -> None:
    rows = await database.fetch(
        "select p.oid::regprocedure::text as name, p.prosecdef, array_to_string(p.proconfig, ';') as config"
        " from pg_catalog.pg_proc as p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)"
    )
    for row in rows:
        expected = "search_path=pg_catalog, pg_temp" if row["prosecdef"] else 'search_path=""'
        assert row["config"] == expected, row["name"]


async def test_every_index_is_listed(guide: Page, database: Database) -> None:
    rows = await database.fetch(
        "select indexrelid::regclass::text as name from pg_catalog.pg_index join pg_class as c on c.oid = indrelid"
        " where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
    )
    listed = [code(row["index"]) for row in guide.table("Indexes, and the query that each serves")]
    assert sorted(listed) == sorted(row["name"].split(".")[-1] for row in rows)


OWN = {"users": "id"}
WHOSE = {"tenants": "id"}


async def _expected(database: Database, actor: Actor, relation: str, audience: str) -> int:
    """How many rows the owner counts for what the page says about an audience."""
    name = relation.removeprefix("public.")
    if audience == "–":
        return 0
    if name == "my_invitations":
        email = json.loads(actor.claims_text)["email"]
        return int(
            await database.value("select count(*) from public.users where joined_at is null and email = $1", email)
        )
    if name == "message_feedback_summary":
        rule = "" if audience == "tenant" else " and user_id = $2"
        return int(
            await database.value(
                f"select count(distinct message_id) from public.feedback where tenant_id = $1{rule}",
                actor.tenant_id,
                *([] if audience == "tenant" else [actor.user_id]),
            )
        )
    if audience == "tenant":
        column = WHOSE.get(name, "tenant_id")
        return int(await database.value(f"select count(*) from {relation} where {column} = $1", actor.tenant_id))
    column = OWN.get(name, "user_id")
    return int(await database.value(f"select count(*) from {relation} where {column} = $1", actor.user_id))


async def _affected(actor: Actor, verb: str, relation: str, columns: str) -> int:
    """How many rows an actor selects, updates to what they are, or deletes; nothing is kept."""
    transaction = None
    async with actor.acting() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            if verb == "select":
                return int(await connection.fetchval(f"select count(*) from {relation}"))
            if verb == "update":
                column = columns.split(",", maxsplit=1)[0].strip()
                tag = await connection.execute(f"update {relation} set {column} = {column}")
            else:
                tag = await connection.execute(f"delete from {relation}")
            return int(tag.split()[-1])
        except asyncpg.InsufficientPrivilegeError:
            return 0
        finally:
            await transaction.rollback()


def with_email(actor: Actor, email: str) -> Actor:
    """The same person, with the e-mail address that Supabase Auth puts into a token."""
    return replace(actor, claims=json.dumps({**json.loads(actor.claims_text), "email": email}))


@pytest.fixture
async def busy(database: Database) -> Database:
    """The demo data, a turn for each conversation, invitations, and a viewer who once took part."""
    await database.fetch(
        "insert into public.turns (tenant_id, user_id, conversation_id)"
        " select tenant_id, user_id, id from public.conversations"
    )
    await database.fetch(
        "insert into public.users (tenant_id, email) select id, 'new@' || slug || '.test' from public.tenants"
    )
    await database.fetch(
        """
        with t as (insert into public.tenants (name, slug) values ('Umbrella', 'umbrella') returning id)
        insert into public.users (tenant_id, email) select t.id, 'also.' || u.email from t cross join public.users as u
        """
    )
    await database.fetch(
        """
        with c as (
            insert into public.conversations (tenant_id, user_id, title)
            select tenant_id, id, 'From before' from public.users where role = 'viewer'
            returning tenant_id, id, user_id
        ), m as (
            insert into public.messages (tenant_id, conversation_id, user_id, content)
            select tenant_id, id, user_id, 'Hello' from c
            returning tenant_id, id, user_id
        ), t as (
            insert into public.turns (tenant_id, user_id, conversation_id) select tenant_id, user_id, id from c
        )
        insert into public.feedback (tenant_id, message_id, user_id, rating)
        select tenant_id, id, user_id, 1 from m
        """
    )
    await database.fetch("select public.increment_usage_metrics(tenant_id, id, 10, 10) from public.users")
    return database


async def test_people_reach_exactly_the_stated_rows(
    guide: Page, busy: Database, acme_member: Actor, initech_viewer: Actor, acme_admin: Actor, outsider: Actor
) -> None:
    people = {
        "member": with_email(acme_member, "also.ben@acme.test"),
        "viewer": with_email(initech_viewer, "also.finn@initech.test"),
        "tenant admin": with_email(acme_admin, "also.ada@acme.test"),
    }
    tried = 0
    for row in guide.table(SIGNED_IN):
        if row["verb"] == "insert":
            continue
        relation = qualified(code(row["object"]))
        for audience, actor in people.items():
            stated = row[audience].split()[0]
            expected = await _expected(busy, actor, relation, stated)
            if "(b)" in row[audience]:
                expected = 1
            assert expected > 0 or stated == "–", f"{relation}: nothing to see for {audience}"
            found = await _affected(actor, row["verb"], relation, row["columns"])
            assert found == expected, f"{row['verb']} {relation} as {audience}"
            tried += 1
        assert await _affected(outsider, row["verb"], relation, row["columns"]) == 0
    assert tried > 40


INSERTS = {
    "public.users": "insert into public.users (email) values ('another@example.test')",
    "public.conversations": "insert into public.conversations (title) values ('New')",
    "public.messages": "insert into public.messages (conversation_id, content)"
    " select id, 'Hello' from public.conversations where not is_archived limit 1 returning id",
    "public.feedback": "insert into public.feedback (message_id, rating) select m.id, 1 from public.messages as m"
    " where not exists (select from public.feedback as f where f.message_id = m.id) limit 1 returning id",
}


async def test_people_insert_exactly_where_stated(
    guide: Page, busy: Database, acme_member: Actor, initech_viewer: Actor, acme_admin: Actor, outsider: Actor
) -> None:
    await busy.fetch("delete from public.feedback")
    people = {"member": acme_member, "viewer": initech_viewer, "tenant admin": acme_admin}
    rows = [row for row in guide.table(SIGNED_IN) if row["verb"] == "insert"]
    assert {qualified(code(row["object"])) for row in rows} == set(INSERTS)
    for row in rows:
        statement = INSERTS[qualified(code(row["object"]))]
        for audience, actor in people.items():
            if row[audience] == "–":
                assert await actor.denied(statement) == "42501", f"{row['object']} {audience}"
            else:
                tag = await actor.execute(statement)
                assert tag == "INSERT 0 1", f"{row['object']} {audience}"
        if "messages" not in statement:
            assert await outsider.denied(statement) in ("42501", "23502")


async def test_the_worker_without_claims_sees_nothing_but_jobs(database: Database) -> None:
    for row in await database.fetch(RELATIONS):
        if await database.value("select has_table_privilege('palaver_worker', $1, 'select')", row["name"]):
            seen = await database.value(f"select count(*) from {row['name']}", role="palaver_worker")
            assert (seen > 0) == (row["name"] == "private.jobs") or row["name"] == "private.job_runs", row["name"]


async def test_who_has_no_place_sees_the_invitation_and_takes_it(busy: Database, data_api: asyncpg.Connection) -> None:
    auth_id = await busy.value(
        "insert into auth.users (id, email) values (gen_random_uuid(), 'new@acme.test') returning id"
    )
    guest = with_email(Actor(data_api, auth_id=auth_id), "New@acme.test")
    assert await guest.value("select count(*) from public.tenants") == 0
    (invitation,) = await guest.fetch("select tenant_id, tenant_name from public.my_invitations")
    assert invitation["tenant_name"] == "Acme"
    accept = "select email from public.accept_invitation($1)"
    umbrella = await busy.value("select id from public.tenants where slug = 'umbrella'")
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
    take = "select private.take_request($1, 3)"
    for seconds_passed, granted in ((0, 3), (20, 1), (40, 2), (600, 3)):
        await database.fetch(
            "update private.rate_limits set next_at = next_at - make_interval(secs => $1)", seconds_passed
        )
        for _ in range(granted):
            await database.fetch(take, acme_member.tenant_id)
        with pytest.raises(asyncpg.PostgresError) as refused:
            await database.fetch(take, acme_member.tenant_id)
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
    pages = {path.name: Page(path) for path in (project / "sql").glob("*.md")}
    for page in pages.values():
        for link in page.links():
            name, _, anchor = link.partition("#")
            target = page.path if not name else page.path.parent / name
            assert name.startswith("http") or target.exists(), f"{page.path.name}: {link}"
            if anchor:
                assert anchor in Page(target).anchors(), f"{page.path.name}: {link}"
