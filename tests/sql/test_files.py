"""What every file of SQL must have, and what the schema that they make must be like, object by object."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sql.clusters import PROJECT
from tests.world import Database

MIGRATIONS = sorted((PROJECT / "supabase" / "migrations").iterdir())
NAMES = [path.stem for path in MIGRATIONS]

# Reviewed: each runs with the rights of palaver_definer, who is granted what these need and bypasses nothing.
DEFINERS = {
    "private.make_share(uuid, boolean, boolean, timestamp with time zone, text)",
    "private.open_share(text, text)",
    "private.watch_shares(jsonb)",
    "private.copy_share(text, text)",
    "private.share_view_totals(uuid, uuid)",
    "private.add_tenant_key(uuid, uuid, bytea)",
    "private.administered_tenant_id()",
    "private.bill(date, date)",
    "private.check_ledger()",
    "private.check_rate(boolean, integer)",
    "private.claimed_tenant_id()",
    "private.claimed_user_id()",
    "private.closed_monthly_usage(date)",
    "private.count_prompt_use()",
    "private.count_tokens(uuid, bigint)",
    "private.current_tenant_id()",
    "private.current_user_id()",
    "private.enforce_retention()",
    "private.feedback_summary(uuid, uuid)",
    "private.finish_turns(uuid, jsonb)",
    "private.forget_cached_responses()",
    "private.forget_idempotency_keys()",
    "private.forget_messages()",
    "private.index_changed_message()",
    "private.index_messages()",
    "private.index_title()",
    "private.is_sealed(uuid, text)",
    "private.isolation_findings()",
    "private.keep_lease(uuid, uuid[], interval)",
    "private.ledger_findings(date, date)",
    "private.may_use_assistant()",
    "private.note_erasure(uuid)",
    "private.own_export(integer, jsonb, bigint)",
    "private.pending_invitations()",
    "private.note_sync(uuid, integer, integer)",
    "private.project_access(uuid)",
    "private.project_ids(text)",
    "private.prompt_usage()",
    "private.prune_job_runs()",
    "private.purge_deleted()",
    "private.read_pieces(jsonb)",
    "private.record_change()",
    "private.record_feedback_change()",
    "private.record_prompt()",
    "private.record_revision()",
    "private.judged_answers()",
    "private.record_ledger_change()",
    "private.record_ledger_changes()",
    "private.record_usage_change()",
    "private.redact_audit(uuid, uuid)",
    "private.refresh_summaries()",
    "private.reindex_search()",
    "private.reindex_documentation()",
    "private.documentation_hits(text, integer)",
    "private.may_make_apps()",
    "private.count_app_files()",
    "private.enqueue_app_operation(uuid, text, text, jsonb, text)",
    "private.claim_app_operation(text, interval, uuid)",
    "private.note_app_step(uuid, text, text, jsonb, interval)",
    "private.finish_app_operation(uuid, text, jsonb)",
    "private.due_app_work()",
    "private.note_app_sizes(jsonb)",
    "private.note_size_state(uuid, uuid, text, text)",
    "private.lost_app_databases(text[])",
    "private.missing_app_databases(text[])",
    "private.limit_apps()",
    "private.check_database_room()",
    "private.look_at_app_password(uuid, text)",
    "private.keep_app_change(uuid, text, uuid, jsonb)",
    "private.decide_app_change(uuid, jsonb)",
    "private.begin_app_change(uuid, text, uuid)",
    "private.finish_app_change(uuid, text, jsonb)",
    "private.begin_app_backup(uuid, text, jsonb)",
    "private.finish_app_backup(uuid, text, uuid, jsonb)",
    "private.expired_app_backups(integer)",
    "private.forget_app_backup(uuid, uuid)",
    "private.app_backup_to_restore(uuid, text, uuid)",
    "private.unmatched_app_backups(text[])",
    "private.index_section()",
    "private.record_documentation()",
    "private.refuse_held()",
    "private.run_due_jobs()",
    "private.run_job(text, boolean)",
    "private.save_pieces(uuid, jsonb)",
    "private.search_hits(uuid, uuid, text, timestamp with time zone, timestamp with time zone, uuid)",
    "private.settle_allowance(uuid, uuid, bigint, bigint)",
    "private.summaries_refreshed_at()",
    "private.take_allowance(boolean, integer, bigint, bigint, bigint)",
    "private.take_invitation(uuid)",
    "private.take_suggestion(uuid, integer[], integer[], integer)",
    "private.decline_suggestion(uuid, text)",
    "private.take_back_suggestion(uuid)",
    "private.tenant_key(uuid, uuid)",
    "private.touch_conversations()",
    "private.usage_closed_before()",
    "private.usage_months()",
}


def statements(path: Path) -> list[str]:
    """A file's statements without their comments; bodies between dollar quotes count as one."""
    text = re.sub(r"(\$\w*\$).*?\1", "$$...$$", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"'(?:[^']|'')*'", "''", text)
    return [" ".join(statement.split()) for statement in text.split(";") if statement.strip()]


def test_names_are_such_that_the_supabase_cli_applies_them() -> None:
    names = [path.name for path in MIGRATIONS]
    assert names
    assert [name for name in names if not re.fullmatch(r"[0-9]+_[a-z0-9_]+\.sql", name)] == []
    assert len({name.partition("_")[0] for name in names}) == len(names)


def test_each_migration_has_a_rollback_and_a_verify_file() -> None:
    rollbacks = {path.stem for path in (PROJECT / "rollbacks").iterdir()} - {"rollback_all"}
    verifications = {path.stem for path in (PROJECT / "sql" / "verify").iterdir() if path.name[0].isdigit()}
    assert rollbacks == set(NAMES)
    assert verifications == set(NAMES)


@pytest.mark.parametrize("path", MIGRATIONS, ids=NAMES)
def test_a_migration_begins_with_its_header_and_its_timeouts(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    header = "\n".join(lines[: next(number for number, line in enumerate(lines) if not line.startswith("--"))])
    assert re.match(r"-- \S.*", header), "the purpose comes first"
    for word in ("Creates", "Locks", "Rollback"):
        assert re.search(rf"^-- {word}: +\S", header, re.MULTILINE), f"the header does not say: {word}"
    assert f"rollbacks/{path.name}" in header
    first, second, *_ = statements(path)
    assert first.startswith("set local lock_timeout = ")
    assert second.startswith("set local statement_timeout = ")


@pytest.mark.parametrize("path", MIGRATIONS, ids=NAMES)
def test_a_migration_leaves_transactions_to_whoever_applies_it(path: Path) -> None:
    own = re.compile(
        r"(begin|start transaction|commit|end|rollback|abort|savepoint|prepare transaction)\b", re.IGNORECASE
    )
    assert [statement for statement in statements(path) if own.match(statement)] == []
    assert [line for line in path.read_text("utf-8").splitlines() if line.lstrip().startswith("\\")] == []


@pytest.mark.parametrize("path", MIGRATIONS, ids=NAMES)
def test_no_name_is_longer_than_postgresql_keeps(path: Path) -> None:
    text = path.read_text("utf-8")
    policies = re.findall(r'^create policy "(.+)"$', text, re.MULTILINE)
    assert len(policies) == len(re.findall(r"^create policy", text, re.MULTILINE))
    assert [name for name in policies + re.findall(r"\w+", text) if len(name.encode()) > 63] == []


@pytest.mark.parametrize("path", MIGRATIONS, ids=NAMES)
def test_a_rollback_is_one_transaction_for_any_client(path: Path) -> None:
    rollback = PROJECT / "rollbacks" / path.name
    first, *_, last = done = statements(rollback)
    assert (first, last) == ("begin", "commit")
    assert not any(re.search(r"\bcascade\b", statement, re.IGNORECASE) for statement in done)
    text = rollback.read_text("utf-8")
    assert [line for line in text.splitlines() if line.lstrip().startswith("\\")] == []
    assert text.startswith(f"-- Reverts {path.stem}. ")
    version = path.name.partition("_")[0]
    assert f"delete from supabase_migrations.schema_migrations where version = '{version}';" in text


def test_the_drivers_list_the_migrations_in_order() -> None:
    install = (PROJECT / "sql" / "install.sql").read_text("utf-8")
    listed = re.findall(r"\\set version (\d+)\n\\set name (\w+)\n\\ir apply\.sql", install)
    assert [f"{version}_{name}" for version, name in listed] == NAMES
    assert install.count("\\ir ") == len(NAMES)

    verify = (PROJECT / "sql" / "verify.sql").read_text("utf-8")
    assert re.findall(r"\\ir verify/(\w+)\.sql", verify) == NAMES

    undo = (PROJECT / "rollbacks" / "rollback_all.sql").read_text("utf-8")
    reverted = re.findall(r"\\set version (\d+)\n\\set file (\w+)\.sql\n\\ir \.\./sql/revert\.sql", undo)
    assert [name for _, name in reverted] == NAMES[::-1]
    assert [version for version, _ in reverted] == [name.partition("_")[0] for name in NAMES[::-1]]
    assert undo.count("\\ir ") == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_verify_file_says_which_migration_it_is_about(name: str) -> None:
    text = (PROJECT / "sql" / "verify" / f"{name}.sql").read_text("utf-8")
    assert f"call pg_temp.verifying('{name}');" in text


async def missing(database: Database, sql: str) -> list[str]:
    """The first column of a query that should find nothing."""
    return [row[0] for row in await database.fetch(sql)]


OURS = "('public'::regnamespace, 'private'::regnamespace)"


async def test_every_relation_and_function_has_a_comment(database: Database) -> None:
    assert (
        await missing(
            database,
            f"""
        select c.oid::regclass::text from pg_class as c
        where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace in {OURS}
            and obj_description(c.oid, 'pg_class') is null
        union all
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace in {OURS} and obj_description(p.oid, 'pg_proc') is null
        """,
        )
        == []
    )


async def test_every_index_that_is_no_constraint_says_which_query_needs_it(database: Database) -> None:
    assert (
        await missing(
            database,
            f"""
        select c.oid::regclass::text from pg_index as i join pg_class as c on c.oid = i.indexrelid
        where c.relnamespace in {OURS} and obj_description(c.oid, 'pg_class') is null
            and not exists (select from pg_constraint as k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
        """,
        )
        == []
    )


async def test_every_function_sets_its_search_path(database: Database) -> None:
    # Where it is not named, the temporary schema is searched first: a caller's types would run with a definer's rights.
    assert (
        await missing(
            database,
            f"""
        select p.oid::regprocedure || ': ' || coalesce(array_to_string(p.proconfig, '; '), 'nothing') from pg_proc as p
        where p.pronamespace in {OURS} and p.proconfig is distinct from array[
            case when p.prosecdef then 'search_path=pg_catalog, pg_temp' else 'search_path=""' end
        ]
        """,
        )
        == []
    )


async def test_definer_functions_are_the_reviewed_ones(database: Database) -> None:
    rows = await database.fetch(
        f"""
        select replace(p.oid::regprocedure::text, ',', ', ') as name, pg_get_userbyid(p.proowner) as owner,
            obj_description(p.oid, 'pg_proc') as comment
        from pg_proc as p where p.prosecdef and p.pronamespace in {OURS}
        """
    )
    assert {row["name"] for row in rows} == DEFINERS
    assert {row["owner"] for row in rows} == {"palaver_definer"}
    assert [row["name"] for row in rows if not re.search(r"\bDefiner: \w", row["comment"] or "")] == []


async def test_no_function_is_executable_by_everyone_or_anon_but_what_links_show(database: Database) -> None:
    # Schema private is closed to anon: the second is reached through the first alone.
    assert await missing(
        database,
        f"""
        select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace in {OURS} and (
            has_function_privilege('anon', p.oid, 'execute')
            or exists (
                select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0
            )
        )
        order by p.proname desc
        """,
    ) == ["read_share(text,text)", "private.open_share(text,text)"]
    assert await database.value("select has_schema_privilege('anon', 'private', 'usage')") is False


# The first columns of an index, in any order, make it useful for columns that are compared for equality, and not null.
LEADING = """
    exists (
        select from pg_index as i
        where i.indrelid = {table} and i.indisvalid
            and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
            and (i.indkey::smallint[])[0:cardinality({columns}) - 1] @> {columns}
    )
"""


async def test_every_foreign_key_is_indexed(database: Database) -> None:
    # Tenant and id name a row; what a key carries along besides finds no fewer.
    assert (
        await missing(
            database,
            f"""
        select k.conrelid::regclass || ': ' || k.conname from pg_constraint as k
        where k.contype = 'f' and k.connamespace in {OURS}
            and not {LEADING.format(table="k.conrelid", columns="k.conkey[1:2]")}
        """,
        )
        == []
    )


async def test_every_policy_column_is_indexed(database: Database) -> None:
    # Columns that a policy compares with who is asking: tenant_id always, and what stands beside it.
    unindexed = await missing(
        database,
        f"""
        with compared as (
            select p.polrelid, p.polname, array_agg(distinct a.attnum order by a.attnum) as columns
            from pg_policy as p
            join pg_class as c on c.oid = p.polrelid
            join pg_attribute as a on a.attrelid = p.polrelid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace in {OURS} and p.polqual is not null
                and pg_get_expr(p.polqual, p.polrelid) ~ ('\\m' || a.attname || '\\M = \\( SELECT')
            group by p.polrelid, p.polname
        )

        select c.polrelid::regclass || ': ' || c.polname from compared as c
        where not {LEADING.format(table="c.polrelid", columns="c.columns")}
            -- A person's own row is found by the primary key or among the few of a tenant.
            and not {LEADING.format(table="c.polrelid", columns="c.columns[1:1]")}
        """,
    )
    assert unindexed == []


async def test_every_table_is_behind_row_level_security_and_has_a_policy(database: Database) -> None:
    assert (
        await missing(
            database,
            f"""
        select c.oid::regclass::text from pg_class as c
        where c.relkind in ('r', 'p') and c.relnamespace in {OURS} and (
            not c.relrowsecurity
            or (c.oid <> 'private.default_privileges_before'::regclass
                and not exists (select from pg_policy as p where p.polrelid = c.oid))
        )
        """,
        )
        == []
    )


async def test_every_tenants_table_leads_its_key_with_the_tenant(database: Database) -> None:
    assert (
        await missing(
            database,
            f"""
        select c.oid::regclass::text from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace in {OURS}
            and not exists (
                select from pg_constraint as k where k.conrelid = c.oid and k.contype = 'p' and k.conkey[1] = a.attnum
            )
        """,
        )
        == []
    )


async def test_every_reference_between_tenants_tables_carries_the_tenant(database: Database) -> None:
    assert (
        await missing(
            database,
            f"""
        select k.conrelid::regclass || ': ' || k.conname from pg_constraint as k
        join pg_attribute as a on a.attrelid = k.conrelid and a.attname = 'tenant_id'
        join pg_attribute as b on b.attrelid = k.confrelid and b.attname = 'tenant_id'
        where k.contype = 'f' and k.connamespace in {OURS}
            and (array_position(k.conkey, a.attnum) is null
                or k.confkey[array_position(k.conkey, a.attnum)] <> b.attnum)
        """,
        )
        == []
    )
