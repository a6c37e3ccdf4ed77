"""What sql/operations_guide.md, sql/scaling.md and deploy/ say, tried or compared with the worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psycopg
import pytest
import yaml

from app import __version__
from app.local.postgres import binaries
from app.metrics import Metrics
from app.settings import Settings
from tests.docs.markdown import Page
from tests.sql.working import working
from tests.world import PASSWORDS, Actor, Database

PROJECT = Path(__file__).parents[2]
OPERATIONS = Page(PROJECT / "sql" / "operations_guide.md")
SCALING = Page(PROJECT / "sql" / "scaling.md")
BEGIN = """
select * from private.begin_turn(
    '{"sub": "00000000-0000-7000-8000-00000000aa02"}',
    '00000000-0000-7000-8000-00000000f001',
    '{"dialect": "plain", "messages": [{"role": "user", "content": "Hello?"}]}'
)
"""
PROMETHEUS_OWN = {"up"}
BEN, DAN = "00000000-0000-7000-8000-00000000aa02", "00000000-0000-7000-8000-00000000bb02"
"""Accounts of a member of Acme, and of Globex."""

KEPT = (
    "public.tenants", "public.users", "public.conversations", "public.messages", "public.feedback", "public.turns",
    "public.usage_metrics", "public.usage_ledger", "private.model_prices", "public.prompts", "public.prompt_versions",
    "public.prompt_publishers", "private.prompt_uses", "public.conversation_shares", "private.share_secrets",
    "private.share_views", "public.consents", "public.legal_holds", "private.erasures", "private.tenant_keys",
    "public.audit_log", "private.search_index",
    "public.documentation_sections", "private.documentation_index", "public.projects", "public.project_members",
    "public.project_revisions", "public.configuration_suggestions",
    "public.app_plans", "public.generated_apps", "public.generated_app_files", "public.app_revisions",
    "public.app_databases", "private.app_credentials", "public.app_operations",
    "public.app_backups", "public.app_changes",
)  # fmt: skip
"""What a backup brings back, and what of it a tenant takes along."""

LEFT = (
    "private.allowances", "private.cached_responses", "private.idempotency_keys", "private.open_turns",
    "private.turn_pieces", "private.workers", "private.jobs", "private.job_runs", "private.ledger_checks",
    "private.feedback_changes", "private.usage_changes", "private.ledger_changes", "private.summary_state",
    "private.monthly_usage_closed", "private.usage_daily", "private.message_feedback_closed", "private.personal_data",
    "private.default_privileges_before", "private.intended_access", "private.accepted_catalog",
)  # fmt: skip
"""What is soon over, made anew, or every database's own."""

DIGEST = "select '{0}' as what, md5(string_agg(t::text, '|' order by t::text)) as digest from {0} as t"
CONTENT = f"""
{" union all ".join(DIGEST.format(table) for table in KEPT)}
union all
select
    'feedback by message',
    md5(string_agg((message_id, positive_count, negative_count)::text, '|' order by message_id))
from public.message_feedback_summary as t
union all
select 'usage by month', md5(string_agg((t.user_id, t.month, t.total_tokens)::text, '|' order by t.user_id, t.month))
from public.monthly_usage_summary as t
"""


def metric_families() -> dict[str, set[str]]:
    """The worker's metrics as Prometheus sees them, with their labels."""
    found: dict[str, set[str]] = {}
    for collector in set(Metrics(__version__).registry._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for family in collector.describe() if hasattr(collector, "describe") else collector.collect():
            suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
            for suffix in suffixes:
                found[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((PROJECT / "deploy" / "alerts.yaml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_uses_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    families = metric_families()
    expression = rule["expr"]
    names = set(re.findall(r"\b(?:palaver|gen_ai|process|up)\w*\b(?=[\s{\[)])", expression))
    assert names
    assert names <= families.keys() | PROMETHEUS_OWN
    labels = set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", expression))
    labels |= {name.strip() for names in re.findall(r"by \(([\w, ]+)\)", expression) for name in names.split(",")}
    known = set().union(*(families.get(name, set()) for name in names))
    known = known | {"instance", "job"}
    assert labels <= known
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= known


def test_every_alert_has_a_row() -> None:
    listed = [row["alert"].strip("`") for row in OPERATIONS.table("Alerts")]
    assert sorted(listed) == sorted(rule["alert"] for rule in rules())


def test_every_metric_has_a_row() -> None:
    listed = {name for row in OPERATIONS.table("Metrics") for name in re.findall(r"`(\w+)`", row["metric"])}
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in metric_families()}
    assert listed == {name for name in ours if name.startswith(("palaver_", "gen_ai_"))}


async def test_every_job_has_a_row(database: Database) -> None:
    listed = {row["job"].strip("`") for row in OPERATIONS.table("Jobs")}
    assert listed == {row["name"] for row in await database.fetch("select name from private.jobs")}


def test_the_example_environment_names_settings_that_exist() -> None:
    for name in ("worker.env.example", "owner.env.example"):
        text = (PROJECT / "deploy" / name).read_text()
        named = set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))
        assert named <= {field.upper() for field in Settings.model_fields}
    assert "DATABASE_URL" not in re.findall(
        r"^(\w+)=", (PROJECT / "deploy" / "worker.env.example").read_text(), re.MULTILINE
    )


def test_the_image_copies_what_exists_and_installs_by_hash() -> None:
    text = (PROJECT / "deploy" / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (\S+) ", text, re.MULTILINE):
        assert (PROJECT / source).exists(), source
    assert "--require-hashes" in text
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert '["python", "-m", "app", "serve"]' in text
    compose = yaml.safe_load((PROJECT / "deploy" / "compose.yaml").read_text())
    grace = int(compose["services"]["worker"]["stop_grace_period"].rstrip("s"))
    assert grace > Settings.model_fields["shutdown_grace_seconds"].default + 10


def test_the_workflow_runs_targets_that_exist() -> None:
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert commands
    assert {command.removeprefix("make ") for command in commands} <= targets


def shell(script: str, directory: Path, **environment: str) -> str:
    """What a pasted block prints, with the embedded server's programs; fails if a command fails."""
    path = os.pathsep.join([str(binaries(18)), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment, "PATH": path, "PYTHONPATH": str(PROJECT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_every_table_is_brought_back_or_not(database: Database) -> None:
    rows = await database.fetch(
        "select relnamespace::regnamespace::text || '.' || relname as name from pg_catalog.pg_class"
        " where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p')"
    )
    assert sorted([*KEPT, *LEFT]) == sorted(row["name"] for row in rows)


async def test_a_backup_of_the_data_is_restored_as_the_page_says(
    database: Database, hosted: Database, tmp_path: Path
) -> None:
    await a_turn(database)
    await rows_of_every_kind(database)
    await database.fetch("select private.run_job('refresh_summaries')")
    (tmp_path / "sql").symlink_to(PROJECT / "sql")
    backup, restore = (block.text for block in OPERATIONS.blocks("sh", "The data alone"))
    shell(backup, tmp_path, DATABASE_URL=database.url())
    shell(restore, tmp_path, TARGET_URL=hosted.url())
    before = await database.fetch(CONTENT)
    assert [row["what"] for row in before if row["digest"] is None] == []
    assert await hosted.fetch(CONTENT) == before


ROWS = (
    "update public.prompts set text = 'Say {{{{word}}}}' where id = {prompt}",
    "insert into public.conversations (tenant_id, user_id, prompt_id, prompt_values)"
    " select tenant_id, id, {prompt}, jsonb_build_object('word', 'x') from public.users"
    " where tenant_id = {tenant} order by id limit 1",
    "insert into public.conversation_shares (tenant_id, id, conversation_id, user_id, is_live)"
    " select tenant_id, id, id, user_id, true from public.conversations"
    " where tenant_id = {tenant} order by id limit 1",
    "insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)"
    " select tenant_id, id, gen_random_uuid(), sha256('x') from public.conversation_shares where tenant_id = {tenant}",
    "insert into private.share_views (tenant_id, share_id, counter, views, last_viewed_at)"
    " select tenant_id, id, 1, 3, now() from public.conversation_shares where tenant_id = {tenant}",
    "insert into public.consents (tenant_id, user_id, version, given_at, withdrawn_at)"
    " select tenant_id, id, '1', now() - interval '9 days', now() - interval '8 days' from public.users"
    " where tenant_id = {tenant}",
    "insert into public.legal_holds (tenant_id, reason, placed_at, released_at)"
    " values ({tenant}, 'Case 1', now() - interval '9 days', now() - interval '8 days')",
    "insert into private.erasures (tenant_id, person_hash, state) values ({tenant}, 'x', 'finished')",
    "insert into private.tenant_keys (tenant_id, id, wrapped_key)"
    " values ({tenant}, gen_random_uuid(), sha256('x') || sha256('y'))",
    "insert into public.projects (tenant_id, slug, name, yaml) values ({tenant}, 'desk', 'Desk', 'a: 1')",
    "update public.projects set configuration = jsonb_build_object('a', 1), yaml = 'a: 2' where tenant_id = {tenant}",
    "insert into public.project_members (tenant_id, project_id, user_id)"
    " select u.tenant_id, p.id, u.id from public.users as u inner join public.projects as p using (tenant_id)"
    " where p.slug = 'desk' and tenant_id = {tenant}",
    "insert into public.conversations (tenant_id, user_id, context_type, project_id)"
    " select tenant_id, user_id, 'project', project_id from public.project_members where tenant_id = {tenant}",
    "insert into public.configuration_suggestions (tenant_id, project_id, type, title, explanation, changes,"
    " base_version, fingerprint, rests_on)"
    " select tenant_id, id, 'workflow', 'A title', 'Why', '[]', 1, sha256('x'), sha256('y') from public.projects"
    " where slug = 'desk' and tenant_id = {tenant}",
    "insert into public.documentation_sections (tenant_id, file, heading, content)"
    " values ({tenant}, 'a.md', 'A', 'Of it')",
    "insert into public.generated_apps (tenant_id, owner_id, name)"
    " select tenant_id, id, 'Shop' from public.users where tenant_id = {tenant}",
    "insert into public.generated_app_files (tenant_id, app_id, path, content)"
    " select tenant_id, id, 'a.ts', 'Of it' from public.generated_apps where tenant_id = {tenant}",
    "insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest)"
    " select tenant_id, id, 1, '{{}}', repeat('0', 64) from public.generated_apps where tenant_id = {tenant}",
    "insert into public.app_databases (tenant_id, app_id, environment, state)"
    " select tenant_id, id, 'production', 'ready' from public.generated_apps where tenant_id = {tenant}",
    "insert into private.app_credentials (tenant_id, database_id, password)"
    " select tenant_id, id, sha256('x') from public.app_databases where tenant_id = {tenant}",
    "insert into public.app_operations (tenant_id, app_id, database_id, kind)"
    " select tenant_id, app_id, id, 'backup' from public.app_databases where tenant_id = {tenant}",
    "insert into public.app_backups (tenant_id, app_id, database_id, kind, file)"
    " select tenant_id, app_id, id, 'checkpoint', 'a.dump' from public.app_databases where tenant_id = {tenant}",
    "insert into public.app_changes"
    " (tenant_id, app_id, database_id, to_revision_id, backup_id, digest, catalog_digest, steps)"
    " select b.tenant_id, b.app_id, b.database_id, r.id, b.id, repeat('0', 64), repeat('1', 64), '[]'"
    " from public.app_backups as b inner join public.app_revisions as r using (tenant_id, app_id)"
    " where tenant_id = {tenant}",
)


async def a_turn(database: Database, account: str = BEN) -> None:
    """Priced turns in a chat whose first question was edited, and an older branch chosen."""
    await database.fetch(
        "insert into private.model_prices (provider, model, valid_from, input_price, output_price)"
        " values ('openai', 'gpt-5-mini', now() - interval '1 day', 1, 2)"
    )
    asker = Actor(None, auth_id=UUID(account))  # type: ignore[arg-type]  # only names who asks
    async with working(database) as worker:
        first = await worker.begin(asker, "One", chat="chat-1")
        await worker.finish(first)
        await worker.finish(await worker.begin(asker, "Uno", chat="chat-1", replaces=first["question_id"]))
    await database.fetch("update public.conversations set head_id = $1 where client_id = 'chat-1'", first["turn_id"])


async def rows_of_every_kind(database: Database) -> None:
    """Of what the demo leaves empty, for Acme and Globex, and a prompt that was published, changed and used."""
    for tenant, key in (("a0", "a"), ("b0", "b")):
        ids = {
            "tenant": f"'00000000-0000-7000-8000-0000000000{tenant}'",
            "prompt": f"'00000000-0000-7000-8000-0000000{key}5001'",
        }
        for statement in ROWS:
            await database.fetch(statement.format(**ids))


async def test_a_restore_without_the_flag_stops_as_the_page_says(
    database: Database, hosted: Database, tmp_path: Path
) -> None:
    (tmp_path / "sql").symlink_to(PROJECT / "sql")
    backup, restore = (block.text for block in OPERATIONS.blocks("sh", "The data alone"))
    shell(backup, tmp_path, DATABASE_URL=database.url())
    with pytest.raises(AssertionError, match="query would be affected by row-level security policy"):
        shell(restore.replace("--enable-row-security ", ""), tmp_path, TARGET_URL=hosted.url())


async def test_a_tenant_moves_as_the_page_says(database: Database, hosted: Database, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": database.url(), "TARGET_URL": hosted.url()}
    (accounts,) = (
        line
        for block in OPERATIONS.blocks("sh", "The data alone")
        for line in block.text.splitlines()
        if line.startswith("pg_dump") and "accounts.dump" in line
    )
    shell(f'{accounts}\nDATABASE_URL="$TARGET_URL" python -m app migrate', tmp_path, **environment)
    shell('pg_restore --exit-on-error --dbname="$TARGET_URL" accounts.dump', tmp_path, **environment)

    await a_turn(database, DAN)
    await rows_of_every_kind(database)
    await database.fetch("select private.run_job('refresh_summaries')")
    before = await tenant(database, "globex")
    assert [what for what, rows in before.items() if not rows] == []
    start, *steps = (block.text for block in SCALING.blocks("sh", "Move one tenant to another server"))
    start = start.replace("'postgresql://…'", f"'{database.url()}'", 1).replace(
        "'postgresql://…'", f"'{hosted.url()}'", 1
    )
    counts = shell("\n".join([start, *steps[:-1]]), tmp_path).strip().splitlines()[-2:]
    assert counts[0] == counts[1]
    assert await tenant(hosted, "globex") == before
    assert await hosted.value("select count(*) from public.tenants") == 1

    shell(f"{start.replace('mkdir -m 700 tenant && ', '')}\n{steps[-1]}", tmp_path)
    assert await database.value("select count(*) from public.tenants where slug = 'globex'") == 0
    assert await database.value("select count(*) from public.messages") > 0
    assert not (tmp_path / "tenant").exists()


async def tenant(database: Database, slug: str) -> dict[str, object]:
    """A tenant's rows, and its numbers as the views give them. What the move itself leaves in the log is left out."""
    there = f"(select id from public.tenants where slug = '{slug}')"
    rows = {
        table: await database.value(
            f"select md5(string_agg(t::text, '|' order by t::text)) from {table} as t where t.tenant_id = {there}"
            + (" and t.object <> 'tenants'" if table == "public.audit_log" else "")
        )
        for table in KEPT
        if table not in ("public.tenants", "public.app_plans", "private.model_prices")
    }
    return {
        **rows,
        "tenant": await database.value(
            f"select to_jsonb(t) - 'updated_at' from public.tenants as t where t.id = {there} and t.is_active"
        ),
        "usage by month": await database.fetch(
            "select m.user_id, m.month, m.total_tokens, m.estimated_cost from public.monthly_usage_summary as m"
            f" where m.tenant_id = {there} order by m.user_id, m.month"
        ),
        "feedback by message": await database.fetch(
            "select f.message_id, f.positive_count, f.negative_count from public.message_feedback_summary as f"
            f" where f.tenant_id = {there} order by f.message_id"
        ),
    }


async def test_a_second_login_takes_over_while_the_password_changes(database: Database) -> None:
    (block,) = OPERATIONS.blocks("sql", "Rotate keys")
    url = database.url("palaver_worker")
    other = url.replace(f"palaver_worker:{PASSWORDS['palaver_worker']}", "palaver_worker_b:NEW-PASSWORD")
    with psycopg.connect(database.url(), autocommit=True) as owner:
        owner.execute(block.text.encode())
        try:
            with psycopg.connect(other, autocommit=True) as worker:
                worker.execute(BEGIN.encode())
                assert worker.execute("show statement_timeout").fetchone() == ("8s",)
                assert worker.execute("select count(*) from public.messages").fetchone() == (0,)
        finally:
            owner.execute("drop role palaver_worker_b")


async def test_the_stages_of_the_roll_out_shut_and_open_the_assistant(database: Database) -> None:
    statements = re.findall(r"`(update public\.tenants set features[^`]*;)`", OPERATIONS.text)
    assert len(statements) == 3
    one, all_but_one, everyone = (text.replace("NAME", "acme").replace("FIRST", "acme") for text in statements)
    off = "select array_agg(slug order by slug) from public.tenants where features -> 'ai_assistant' = 'false'"
    await database.fetch(one)
    assert await database.value(off) == ["acme"]
    await database.fetch(everyone)
    assert await database.value(off) is None
    await database.fetch(all_but_one)
    assert await database.value(off) == ["globex", "initech"]


async def test_a_new_tenants_first_admin_may_take_the_place(database: Database, data_api: asyncpg.Connection) -> None:
    new_tenant, _ = (block.text for block in OPERATIONS.blocks("sql", "Tenants and people"))
    await database.fetch(new_tenant)
    claims = {"sub": "00000000-0000-4000-8000-0000000000ff", "email": "first@umbrella.test"}
    first = Actor(data_api, claims=json.dumps(claims))
    (row,) = await first.fetch("select tenant_name, role from public.my_invitations")
    assert (row["tenant_name"], row["role"]) == ("Umbrella", "admin")


async def test_a_person_with_a_new_account_is_linked_again(database: Database) -> None:
    _, link = (block.text for block in OPERATIONS.blocks("sql", "Tenants and people"))
    state = "select auth_id, joined_at from public.users where email = 'ben@acme.test'"
    (before,) = await database.fetch(state)
    await database.fetch("delete from auth.users where id = $1", before["auth_id"])
    assert [row["auth_id"] for row in await database.fetch(state)] == [None]
    account = await database.value(
        "insert into auth.users (id, email) values (gen_random_uuid(), 'ben@acme.test') returning id"
    )
    await database.fetch(link)
    (after,) = await database.fetch(state)
    assert (after["auth_id"], after["joined_at"]) == (account, before["joined_at"])


async def test_the_query_of_job_runs_runs(database: Database) -> None:
    block, _ = OPERATIONS.blocks("sql", "Jobs")
    await database.fetch("select private.run_job('refresh_summaries')")
    (row,) = await database.fetch(block.text)
    assert (row["job"], row["outcome"]) == ("refresh_summaries", "succeeded")


async def test_summaries_are_made_anew_after_changes_that_left_no_note(database: Database) -> None:
    async with database.connected("supabase_admin") as superuser:
        await superuser.execute(
            "set session_replication_role = replica; delete from public.feedback; delete from public.usage_ledger;"
            " update public.usage_metrics set total_tokens = total_tokens + 5, prompt_tokens = prompt_tokens + 5"
        )
    _, anew = OPERATIONS.blocks("sql", "Jobs")
    async with database.connected() as owner:
        await owner.execute(anew.text)
    assert await database.value("select count(*) from public.message_feedback_summary") == 0
    assert await database.value("select count(*) from public.usage_details") == 0
    assert await database.value("select sum(total_tokens) from public.monthly_usage_summary") == await database.value(
        "select sum(total_tokens) from public.usage_metrics"
    )
