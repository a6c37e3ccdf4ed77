"""`export`, `erase` and `erasures` as operators type them, with a restore of a real backup in between."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from app.local.postgres import binaries
from app.privacy.account import AuthService, delete_account
from app.privacy.archive import archive
from app.privacy.people import PrivacyError
from tests.cli.test_commands import PROJECT, palaver
from tests.world import Actor, Database

BEN = "ben@acme.test"
GONE = "select count(*) from public.users where email = $1"


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


async def test_an_export_is_one_file_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "ben.jsonl"
    result = await palaver("export", BEN.upper(), "--output", str(file), DATABASE_URL=database.url())
    assert (result.status, result.out) == (0, "")
    assert str(file) in result.err and "\r" not in result.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["ben.jsonl"]
    header, *rows, trailer = lines(file)
    assert (header["palaver_export"], header["person"]["email"], trailer["total"]) == (1, BEN, len(rows))
    assert header["schema"] == await database.value("select max(version) from supabase_migrations.schema_migrations")
    by_id = tmp_path / "by-id.jsonl"
    await palaver("export", header["person"]["id"], "--output", str(by_id), DATABASE_URL=database.url())
    assert lines(by_id)[1:] == lines(file)[1:]


async def test_an_export_takes_no_other_files_place(database: Database, tmp_path: Path) -> None:
    for name, make in (("file", Path.touch), ("link", lambda path: path.symlink_to("nowhere")), ("dir", Path.mkdir)):
        make(tmp_path / name)
        result = await palaver("export", BEN, "--output", str(tmp_path / name), DATABASE_URL=database.url())
        assert (result.status, len(result.err.splitlines())) == (1, 1)
    assert (tmp_path / "file").read_bytes() == b""
    result = await palaver("export", BEN, "--output", str(tmp_path / "no" / "where"), DATABASE_URL=database.url())
    assert (result.status, "Traceback" in result.err) == (1, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dir", "file", "link"]


def test_a_file_that_is_not_complete_has_another_name(tmp_path: Path) -> None:
    file, part = tmp_path / "a", tmp_path / "a.part"
    part.write_text("what an interrupted run left")
    part.chmod(0o644)
    with archive(file) as writing:
        writing.write(b"x")
        writing.flush()
        assert (file.exists(), part.read_bytes(), stat.S_IMODE(part.stat().st_mode)) == (False, b"x", 0o600)
        with pytest.raises(PrivacyError), archive(file):
            pass
    assert (file.read_bytes(), part.exists()) == (b"x", False)
    with pytest.raises(PrivacyError), archive(tmp_path / "b") as writing:
        (tmp_path / "b").write_text("made meanwhile")
    assert (tmp_path / "b").read_text() == "made meanwhile"


async def test_people_are_found_by_address_or_id_and_one_at_a_time(database: Database) -> None:
    await database.fetch(
        "insert into public.users (tenant_id, email) select id, $1 from public.tenants where slug = 'globex'", BEN
    )
    for who, said in ((BEN, "name one by id"), ("nobody@acme.test", "there is nobody"), ("' or true --", "nobody")):
        for command in ("export", "erase"):
            result = await palaver(command, who, DATABASE_URL=database.url())
            assert result.status == 1
            assert said in result.err
            assert len(result.err.splitlines()) == 1
    for wrong in (["erase"], ["erase", BEN, "--requested"], ["erasures", "replay"], ["export"]):
        assert (await palaver(*wrong, DATABASE_URL=database.url())).status == 2


async def test_nobody_is_erased_without_the_address_being_typed(database: Database) -> None:
    for said in ("", "y\n", "ada@acme.test\n"):
        result = await palaver("erase", BEN, said=said, DATABASE_URL=database.url())
        assert result.status == 1
        assert "2 public.messages" in result.err
        assert await database.value(GONE, BEN) == 1
    result = await palaver("erase", BEN, said=f"{BEN}\n", DATABASE_URL=database.url())
    assert result.status == 0, result.err
    assert "Nothing of them is left in the database." in result.err
    assert await database.value(GONE, BEN) == 0
    assert await database.value("select count(*) from auth.users where email = $1", BEN) == 0
    line = json.loads(result.out.partition("erase them: ")[2])
    assert line["counts"]["public.messages"] == 2
    assert BEN not in result.out


async def test_what_others_say_of_somebody_is_shown(database: Database) -> None:
    await database.fetch(
        "update public.messages set content = 'Write to ben@acme.test' where id = ("
        " select m.id from public.messages as m inner join public.users as u on m.user_id = u.id"
        " where u.email = 'ada@acme.test' and m.role = 'user' limit 1)"
    )
    result = await palaver("erase", BEN, "--yes", DATABASE_URL=database.url())
    assert result.status == 1
    assert "left: ben@acme.test in 1 rows of public.messages (content)" in result.err


async def test_those_who_asked_are_erased(database: Database, acme_member: Actor, globex_member: Actor) -> None:
    for actor in (acme_member, globex_member):
        await actor.fetch("select * from public.request_erasure()")
    result = await palaver("erase", "--requested", "--yes", DATABASE_URL=database.url())
    assert result.status == 0, result.err
    assert (
        await database.value(
            "select count(*) from public.users where id = any($1)", [acme_member.user_id, globex_member.user_id]
        )
        == 0
    )
    again = await palaver("erase", "--requested", "--yes", DATABASE_URL=database.url())
    assert (again.status, again.out) == (0, "")


async def test_under_a_hold_nobody_is_erased(database: Database, acme_admin: Actor) -> None:
    await acme_admin.execute("insert into public.legal_holds (reason) values ('A dispute')")
    result = await palaver("erase", BEN, "--yes", DATABASE_URL=database.url())
    assert result.status == 1
    assert "legal hold" in result.err
    assert await database.value(GONE, BEN) == 1


@pytest.fixture
async def restored(database: Database) -> AsyncIterator[Database]:
    """An empty database of the same server, whose roles are there."""
    other = Database(database.host, database.port, f"{database.name}_restored")
    async with database.connected("supabase_admin") as superuser:
        await superuser.execute(f"create database {other.name} template template0")
        yield other
        await superuser.execute(f"drop database {other.name}")


async def test_whoever_was_erased_since_a_backup_is_erased_again(
    database: Database, restored: Database, tmp_path: Path
) -> None:
    dump, kept = tmp_path / "palaver.dump", tmp_path / "erasures.jsonl"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run([binaries(18) / program, *arguments], check=False, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()

    run("pg_dump", "--format=custom", f"--file={dump}", database.url("supabase_admin"))
    assert (await palaver("erase", BEN, "--yes", DATABASE_URL=database.url())).status == 0
    assert (await palaver("erasures", "export", str(kept), DATABASE_URL=database.url())).status == 0
    (line,) = lines(kept)
    target = f"--dbname={restored.url('supabase_admin')}"
    run("pg_restore", "--enable-row-security", "--exit-on-error", "--single-transaction", target, str(dump))
    assert await restored.value(GONE, BEN) == 1
    again = await palaver("erasures", "replay", str(kept), DATABASE_URL=restored.url())
    assert again.status == 0, again.err
    assert "1 of 1 are in this database." in again.err
    assert "Nothing of them is left in the database." in again.err
    assert await restored.value(GONE, BEN) == 0
    assert json.loads(again.out)["person_hash"] == line["person_hash"]
    once_more = await palaver("erasures", "replay", str(kept), DATABASE_URL=restored.url())
    assert (once_more.status, once_more.out) == (0, "")
    kept.write_text("{}\n")
    spoilt = await palaver("erasures", "replay", str(kept), DATABASE_URL=restored.url())
    assert (spoilt.status, "line 1" in spoilt.err) == (1, True)


async def test_an_erasure_that_is_killed_goes_on(database: Database) -> None:
    await database.fetch(
        "insert into public.messages (tenant_id, user_id, conversation_id, role, content)"
        " select tenant_id, user_id, id, 'assistant', 'Said ' || n from public.conversations as c"
        " cross join generate_series(1, 3000) as n where c.id = '00000000-0000-7000-8000-00000000a103'"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "erase", BEN, "--yes"],
        cwd=PROJECT,
        env={"DATABASE_URL": database.url(), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # It is killed in the middle of a step that waits for a row that is held here.
    async with database.connected() as watching, watching.transaction():
        await watching.execute(
            "select from public.conversations where id = '00000000-0000-7000-8000-00000000a103' for key share"
        )
        while process.poll() is None and not await watching.fetchval(
            "select exists (select from pg_locks where not granted and pid <> pg_backend_pid())"
        ):
            await watching.fetchval("select pg_sleep(0.02)")
        process.kill()
        process.wait()
    assert await database.value("select count(*) from private.erasures where state = 'running'") == 1
    result = await palaver("erase", BEN, "--yes", DATABASE_URL=database.url())
    assert result.status == 0, result.err
    assert json.loads(result.out)["counts"]["public.messages"] == 3002


async def test_accounts_are_deleted_by_supabase_where_it_is_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[httpx2.Request] = []
    status = 200

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(status)

    made = httpx2.AsyncClient
    monkeypatch.setattr(
        "app.privacy.account.httpx2.AsyncClient", lambda **_: made(transport=httpx2.MockTransport(answer))
    )
    service = AuthService("https://project.supabase.test", "sb_secret_x")
    account = UUID("00000000-0000-7000-8000-00000000aa02")
    async with database.connected() as owner:
        await delete_account(owner, account, service)
        (request,) = asked
        assert (request.method, request.url.path) == ("DELETE", f"/auth/v1/admin/users/{account}")
        assert request.headers["Authorization"] == "Bearer sb_secret_x"
        status = 404
        await delete_account(owner, account, service)
        status = 500
        with pytest.raises(PrivacyError):
            await delete_account(owner, account, service)
        assert await owner.fetchval("select count(*) from auth.users where id = $1", account) == 1
        # A key that is not accepted, or an Auth server without that API: the database's owner may do it.
        status = 403
        await delete_account(owner, account, service)
        assert await owner.fetchval("select count(*) from auth.users where id = $1", account) == 0
    async with database.connected("palaver_worker") as nobody:
        with pytest.raises((PrivacyError, asyncpg.InsufficientPrivilegeError)):
            await delete_account(nobody, account, None)
