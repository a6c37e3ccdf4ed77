"""The rows of apps, whoever writes them: what each check refuses and what it still takes, and what goes with what."""

from __future__ import annotations

import json
from typing import Final

import asyncpg
import pytest

from tests.world import Actor, Database

APP: Final = "0192a000-0000-7000-8000-00000000000"
ROWS: Final = f"""
    insert into public.generated_apps (tenant_id, id, owner_id, name) values ($1, '{APP}1', $2, 'Shop');
    insert into public.generated_app_files (tenant_id, app_id, path, content) values ($1, '{APP}1', 'a.ts', '');
    insert into public.app_revisions (tenant_id, id, app_id, number, schema, source_digest, created_by)
    select $1, id::uuid, '{APP}1', number, '{{}}', repeat(number::text, 64), $2
    from (values ('{APP}3', 2), ('{APP}2', 1)) as r (id, number);
    insert into public.app_databases (tenant_id, id, app_id, environment, state, revision_id)
    values ($1, '{APP}4', '{APP}1', 'staging', 'removed', '{APP}2');
    insert into private.app_credentials (tenant_id, database_id) values ($1, '{APP}4');
    insert into public.app_operations (tenant_id, id, app_id, database_id, kind, requested_by)
    values ($1, '{APP}5', '{APP}1', '{APP}4', 'change', $2);
    insert into public.app_backups (tenant_id, id, app_id, database_id, kind, file, revision_id)
    values ($1, '{APP}6', '{APP}1', '{APP}4', 'manual', 'a.dump', '{APP}2');
    insert into public.app_changes (
        tenant_id, id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, state, digest, catalog_digest,
        steps, backup_id, requested_by, confirmed_by
    )
    select
        $1, id::uuid, '{APP}1', '{APP}4', from_id::uuid, '{APP}3', undoes_id::uuid, 'discarded', repeat('a', 64),
        repeat('a', 64), '[1]', '{APP}6', $2, $2
    from (values ('{APP}7', null, null), ('{APP}8', '{APP}2', '{APP}7')) as c (id, from_id, undoes_id);
"""


LARGE: Final = 16_777_216


def text(column: str, most: int, least: int = 0) -> dict[str, tuple[list[str], list[str]]]:
    """The check of a text by its length in characters: the shortest and the longest, and one less, one more."""
    taken, refused = (
        [f"{column} = repeat('ü', {length})" for length in lengths] for lengths in ((least, most), (most + 1,))
    )
    return {column: (taken, [*refused, *([f"{column} = ''"] if least else [])])}


def number(column: str, least: int, most: int | None = None) -> dict[str, tuple[list[str], list[str]]]:
    """The check of a number: the least and the most that it takes, and one less, one more."""
    taken, refused = [f"{column} = {least}"], [f"{column} = {least - 1}"]
    if most is not None:
        taken, refused = [*taken, f"{column} = {most}"], [*refused, f"{column} = {most + 1}"]
    return {column: (taken, refused)}


def document(column: str, most: int, kind: str = "object") -> dict[str, tuple[list[str], list[str]]]:
    """The check of a document: of which kind, and how large as text; the largest are not tried, for that takes long."""
    made, other = {"object": ("jsonb_build_object('a', {})", "[]"), "array": ("jsonb_build_array({})", "{}")}.get(
        kind, ("to_jsonb({})", "")
    )
    fills = most - len({"object": '{"a": ""}', "array": '[""]'}.get(kind, '""'))
    filled = [f"{column} = " + made.format(f"repeat('x', {length})") for length in (fills, fills + 1)]
    taken, refused = ([], []) if most == LARGE else (filled[:1], filled[1:])
    return {column: (taken, [*refused, *([f"{column} = '{other}'"] if other else [])])}


def words(column: str, *taken: str) -> dict[str, tuple[list[str], list[str]]]:
    """The check of one of several words."""
    return {column: ([f"{column} = '{word}'" for word in taken], [f"{column} = 'nothing'", f"{column} = ''"])}


def digest(column: str) -> dict[str, tuple[list[str], list[str]]]:
    """The check of SHA-256 in hexadecimal digits."""
    wrong = ("repeat('A', 64)", "repeat('a', 63)", "repeat('a', 65)", "repeat('g', 64)")
    return {column: ([f"{column} = repeat('0f', 32)"], [f"{column} = {value}" for value in wrong])}


def sealed(column: str) -> dict[str, tuple[list[str], list[str]]]:
    """The check of something encrypted: not shorter than what encryption adds, nor endless."""
    taken, refused = (
        [f"{column} = decode(repeat('00', {length}), 'hex')" for length in lengths]
        for lengths in ((28, 1000), (27, 1001))
    )
    return {column: (taken, refused)}


ERRORS: Final = {**text("error_code", 100), **text("error_detail", 2000)}
RUNNING: Final = "state = 'running', lease_until = now()"
VERIFIED: Final = {"verified_at": "now()", "bytes": "1", "sha256": "repeat('0', 64)", "tables": "'{}'"}
CONFIRMED: Final = ", confirmed_at = now()"


def verified(*without: str) -> str:
    """A backup that was seen to work, as it says."""
    return ", ".join(
        ["state = 'verified'", *(f"{key} = {value}" for key, value in VERIFIED.items() if key not in without)]
    )


CHECKS: Final[dict[str, dict[str, tuple[list[str], list[str]]]]] = {
    "public.app_plans": {
        "name": (
            ["name = 'a' || repeat('9', 48) || '_'"],
            ["name = ''", "name = 'A'", "name = '9'", "name = repeat('a', 51)"],
        ),
        **number("max_databases", 0),
        **number("max_bytes", 1),
        **number("max_connections", 1),
        **number("max_apps", 0),
    },
    "public.generated_apps": {
        "name": (
            ["name = 'ü'", "name = repeat('ü', 200)"],
            ["name = ''", "name = ' '", "name = E'a\\n'", "name = repeat('ü', 201)"],
        ),
        **text("description", 2000, 1),
        **number("file_count", 0, 10_000),
        **number("byte_count", 0, 52_428_800),
    },
    "public.generated_app_files": {
        "path": (["path = repeat('ü', 500)"], ["path = repeat('ü', 500) || 'x'"]),
        "content": (
            ["content = repeat('ü', 1048576), bytes = 2097152"],
            ["content = repeat('ü', 1048576) || 'x', bytes = 2097153"],
        ),
        "bytes": ([], ["bytes = 1", "content = 'ü', bytes = 1"]),
    },
    "public.app_revisions": {
        **number("number", 1),
        **document("schema", LARGE),
        **document("report", LARGE),
        **digest("source_digest"),
        **digest("schema_digest"),
    },
    "public.app_databases": {
        **words("environment", "production", "staging", "development"),
        **words("state", "requested", "creating", "applying", "ready", "failed", "removed"),
        "database_name": ([], ["database_name = 'app_1'", "database_name = database_name || '_'"]),
        "role_name": (
            ["role_name = database_name || '_' || repeat('2', 26)"],
            [f"role_name = {name}" for name in ("'app_1'", "database_name || repeat('2', 28)", "database_name || 'A'")],
        ),
        **text("host", 255, 1),
        **number("port", 1, 65_535),
        **text("server_version", 100),
        **number("tables_created", 0),
        **number("size_bytes", 0),
        **words("size_state", "within", "warned", "read_only"),
        **number("max_bytes", 1),
        **number("max_connections", 1),
        **document("receipt", 65_536, "any"),
        **document("usage", 262_144, "any"),
        **ERRORS,
        "removal_due_at": (
            ["state = 'removing', removal_due_at = now()"],
            ["state = 'removing'", "state = 'ready', removal_due_at = now()"],
        ),
    },
    "private.app_credentials": {**sealed("password"), **sealed("pending")},
    "public.app_operations": {
        **words("kind", "provision", "change", "remove", "unremove", "rotate", "backup", "restore", "copy"),
        **words("state", "queued"),
        **document("arguments", 65_536),
        **text("step", 100, 1),
        "progress": ([], ["progress = '{}'"]),
        **number("attempts", 0),
        "lease_owner": (
            [f"{RUNNING}, lease_owner = repeat('ü', {length})" for length in (1, 200)],
            [f"{RUNNING}, lease_owner = repeat('ü', {length})" for length in (0, 201)],
        ),
        **text("idempotency_key", 255, 1),
        "lease": ([], [RUNNING, "state = 'running', lease_owner = 'w'", "lease_owner = 'w', lease_until = now()"]),
        **document("result", 262_144, "any"),
        **ERRORS,
        "finished_at": (
            [f"state = '{state}', finished_at = now()" for state in ("succeeded", "failed")],
            ["state = 'succeeded'", "state = 'failed'", "finished_at = now()"],
        ),
    },
    "public.app_backups": {
        **words("kind", "manual", "checkpoint", "removal", "scheduled"),
        **words("state", "making", "failed", "deleted"),
        "file": (
            ["file = 'A' || repeat('.', 199)", "file = '0-_z'"],
            [f"file = {name}" for name in ("''", "'.a'", "'-a'", "'a/b'", "E'a\\n'", "repeat('a', 201)")],
        ),
        **text("label", 200, 1),
        **number("bytes", 0),
        **digest("sha256"),
        **text("server_version", 100),
        **document("tables", 1_048_576),
        **ERRORS,
        "verified": ([verified()], [verified(key) for key in VERIFIED]),
    },
    "public.app_changes": {
        **words("state", "planned", "confirmed", "awaiting_checkpoint", "applying", "failed", "stale", "discarded"),
        **digest("digest"),
        **digest("catalog_digest"),
        **document("choices", 262_144),
        **document("steps", LARGE, "array"),
        **document("drift", LARGE, "array"),
        **document("possible_renames", 1_048_576, "array"),
        "confirmed_steps": (
            [f"confirmed_steps = '{{0}}'{CONFIRMED}"],
            [f"confirmed_steps = '{steps}'{CONFIRMED}" for steps in ("{1}", "{-1}", "{NULL}", "{0,1}")],
        ),
        "confirmed": ([], ["confirmed_steps = '{0}'"]),
        **document("ran", 1_048_576, "array"),
        **ERRORS,
        "applied_at": (
            [f"state = '{state}', applied_at = now()" for state in ("applied", "undone")],
            ["state = 'applied'", "state = 'undone'", "applied_at = now()"],
        ),
    },
}
"""Of each check of a table, by its name: what it takes, and what it refuses."""


async def keep(database: Database, owner: Actor) -> None:
    """A row of each table, of Acme and Ben."""
    async with database.connected() as link:
        values = (f"'{value}'" for value in (owner.tenant_id, owner.user_id))
        await link.execute(ROWS.replace("$1", next(values)).replace("$2", next(values)))


REFUSAL: Final = """
    create function pg_temp.refusal(p_table text, p_change text) returns text language plpgsql as $$
    declare
        v_check text;
    begin
        execute format('update %1$s set %2$s where ctid = (select max(ctid) from %1$s)', p_table, p_change);
        raise sqlstate 'TAKEN';
    exception
        when sqlstate 'TAKEN' then
            return null;
        when check_violation then
            get stacked diagnostics v_check = constraint_name;
            return v_check;
    end
    $$
"""
"""The check that refuses a change of a row, which is undone; null: it is taken."""


async def test_every_check_takes_what_is_right_and_refuses_the_rest(database: Database, acme_member: Actor) -> None:
    await keep(database, acme_member)
    async with database.connected("supabase_admin") as link, link.transaction():
        # Without triggers, which refuse more, and write over some of it.
        await link.execute("set local session_replication_role = replica")
        await link.execute(REFUSAL)
        for table, checks in CHECKS.items():
            names = {check: f"{table.partition('.')[2]}_{check}_check" for check in checks}
            there = "select conname from pg_constraint where contype = 'c' and conrelid = $1::text::regclass"
            assert {row["conname"] for row in await link.fetch(there, table)} == set(names.values())
            expected: dict[str, str | None] = {}
            for check, (taken, refused) in checks.items():
                expected |= dict.fromkeys(taken) | dict.fromkeys(refused, names[check])
            tried = "select change, pg_temp.refusal($1, change) as refusal from unnest($2::text[]) as change"
            rows = await link.fetch(tried, table, list(expected))
            assert {row["change"]: row["refusal"] for row in rows} == expected
        large = (
            "select conname from pg_constraint where pg_get_constraintdef(oid) like '%text) <= 16777216))%' order by 1"
        )
        assert [row[0] for row in await link.fetch(large)] == [
            *(f"app_changes_{column}_check" for column in ("drift", "steps")),
            *(f"app_revisions_{column}_check" for column in ("report", "schema")),
        ]


LEFT: Final = """
    select jsonb_object_agg(kind, rows) from (
        select kind, jsonb_agg(shown order by shown) filter (where shown is not null) as rows from (
            select 'apps' as kind, coalesce(owner_id::text, '') as shown from public.generated_apps where id = '%1'
            union all
            select 'files', path from public.generated_app_files where app_id = '%1'
            union all
            select 'revisions', concat_ws(' ', number, created_by) from public.app_revisions where app_id = '%1'
            union all
            select 'databases', concat(right(revision_id::text, 1)) from public.app_databases where app_id = '%1'
            union all
            select 'credentials', '' from private.app_credentials where database_id = '%4'
            union all
            select 'operations', concat_ws(' ', requested_by) from public.app_operations where app_id = '%1'
            union all
            select 'backups', concat_ws(' ', right(revision_id::text, 1)) from public.app_backups where app_id = '%1'
            union all
            select
                'changes',
                concat_ws(
                    ' ', right(id::text, 1), right(undoes_id::text, 1), right(backup_id::text, 1), requested_by,
                    confirmed_by
                )
            from public.app_changes where app_id = '%1'
            union all
            select unnest('{apps,files,revisions,databases,credentials,operations,backups,changes}'::text[]), null
        ) as r
        group by kind
    ) as t
""".replace("%", APP)
"""Of one app: each kind of its rows, and what they lead to."""
NOTHING: Final = dict.fromkeys(
    ("apps", "files", "revisions", "databases", "credentials", "operations", "backups", "changes")
)
DELETED: Final[dict[str, dict[str, list[str] | None]]] = {
    f"public.app_changes where id = '{APP}7'": {"changes": ["8 6 Ben Ben"]},
    f"public.app_backups where id = '{APP}6'": {"backups": None, "changes": ["7 Ben Ben", "8 7 Ben Ben"]},
    f"public.app_revisions where id = '{APP}2'": {
        "revisions": ["2 Ben"],
        "databases": [""],
        "backups": [""],
        "changes": ["7 6 Ben Ben"],
    },
    f"public.app_revisions where id = '{APP}3'": {"revisions": ["1 Ben"], "changes": None},
    "public.users where id = 'Ben'": {
        "apps": [""],
        "revisions": ["1", "2"],
        "operations": [""],
        "changes": ["7 6", "8 7 6"],
    },
    "public.app_databases": NOTHING | {"apps": ["Ben"], "files": ["a.ts"], "revisions": ["1 Ben", "2 Ben"]},
    "public.generated_apps": NOTHING,
    "public.tenants where id = 'Acme'": NOTHING,
}
"""What is deleted, and what is other afterwards."""


async def test_what_goes_takes_what_is_of_it_and_nothing_else(database: Database, acme_member: Actor) -> None:
    await keep(database, acme_member)
    acme, ben = str(acme_member.tenant_id), str(acme_member.user_id)
    async with database.connected("supabase_admin") as link:

        async def left() -> dict[str, list[str] | None]:
            found: dict[str, list[str] | None] = json.loads((await link.fetchval(LEFT)).replace(ben, "Ben"))
            return found

        before = await left()
        for deleted, other in DELETED.items():
            attempt = link.transaction()
            await attempt.start()
            await link.execute(f"delete from {deleted.replace('Ben', ben).replace('Acme', acme)}")
            assert await left() == before | other, deleted
            await attempt.rollback()
        async with link.transaction():
            await link.execute("update public.app_plans set name = 'first' where name = 'hobby'")
            assert (
                await link.fetchval("select app_plan from public.tenants where id = $1", acme_member.tenant_id)
                == "first"
            )
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await link.execute("delete from public.app_plans where name = 'first'")
        for twice in ("number = 1", "source_digest = repeat('1', 64)"):
            with pytest.raises(asyncpg.UniqueViolationError):
                await link.execute(f"update public.app_revisions set {twice}")
        new = "insert into public.tenants (name, slug) values ('New', 'new') returning app_plan, app_plan_limits"
        assert [tuple(row) for row in await link.fetch(new)] == [("hobby", "{}")]
