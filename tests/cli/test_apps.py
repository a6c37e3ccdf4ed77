"""`apps …` as operators type them, against a real server for apps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.__main__ import main
from app.settings import Settings
from tests.cli.test_commands import Result
from tests.provisioning.serving import SECRETS_KEY, AppsPostgres, apps_postgres, opened
from tests.world import Database

Apps = Callable[..., Awaitable[Result]]
BEFORE = """
datasource db {
  provider = "postgresql"
}
model User {
  id   Int    @id @default(autoincrement())
  name String
}
"""
AFTER = BEFORE.replace("name String", "fullName String\n  age Int?")


@pytest.fixture(scope="module")
def ground() -> Iterator[AppsPostgres]:
    with apps_postgres() as ground:
        yield ground


@pytest.fixture
async def apps(
    database: Database,
    ground: AppsPostgres,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[Apps]:
    """The command in this process, which starts in no time."""
    monkeypatch.setenv("DATABASE_URL", database.url())
    monkeypatch.setenv("WORKER_DATABASE_URL", database.url("palaver_worker"))
    monkeypatch.setenv("PROVISIONER_DATABASE_URL", ground.url)
    monkeypatch.setenv("SECRETS_KEY", SECRETS_KEY)

    def ran(arguments: list[str]) -> int:
        try:
            return main(["apps", *arguments])
        except SystemExit as refused:
            return int(refused.code or 0)

    async def apps(*arguments: object) -> Result:
        status = await asyncio.to_thread(ran, [str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(status, said.out, said.err)

    yield apps
    await ground.clear()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The app's directory."""
    (tmp_path / "prisma").mkdir()
    (tmp_path / "prisma" / "schema.prisma").write_text(BEFORE, "utf-8")
    return tmp_path


async def test_an_app_from_its_files_to_its_end(apps: Apps, source: Path) -> None:
    app = (await apps("create", "Shop", "--owner", "ben@acme.test", source)).out.strip()
    made = await apps("provision", "Shop")
    assert (made.status, "creating" in made.err.splitlines()) == (0, True)
    url = made.out.strip()
    async with opened(url) as connection:
        await connection.execute("""insert into "User" (name) values ('Ada')""")
    assert app in (await apps("list")).out
    receipt = (await apps("receipt", app)).out.splitlines()
    assert len(receipt) > 10
    assert {line.split()[0] for line in receipt} == {"refused"}

    (source / "prisma" / "schema.prisma").write_text(AFTER, "utf-8")
    dry = await apps("plan", "Shop", "--dry-run", source)
    assert (dry.status, (await apps("changes", "Shop")).out) == (0, "")
    plan = await apps("plan", "Shop", source)
    assert plan.out.startswith(dry.out)
    assert "rename (asks): The column User.name becomes User.fullName" in plan.out
    assert (await apps("apply", "Shop", "--confirm", "all")).err.splitlines()[-1] == "done"
    undo = await apps("undo", "Shop")
    assert "destructive (asks)" in undo.out
    assert (await apps("discard", "Shop")).status == 0
    listed = (await apps("changes", "Shop")).out.splitlines()
    assert [line.split()[1] for line in listed] == ["discarded", "applied"]
    async with opened(url) as connection:
        assert await connection.fetchval('select "fullName" from "User"') == "Ada"

    assert (await apps("rotate-password", "Shop")).status == 0
    async with opened((await apps("connection", "Shop")).out.strip()) as connection:
        assert await connection.fetchval('select count(*) from "User"') == 1
    assert "it can be had back until" in (await apps("deprovision", "Shop")).err
    assert (await apps("undo-deprovision", "Shop")).status == 0
    assert json.loads((await apps("status", "Shop")).out)["state"] == "ready"
    swept = await apps("sweep")
    assert (swept.status, swept.err.splitlines()[-1]) == (0, "0 operations were due")
    assert (await apps("deprovision", "Shop", "--grace-days", 0, "--no-backup")).err.splitlines()[-1] == "removed"


async def test_what_cannot_be_done_is_said_in_a_sentence(
    apps: Apps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await apps("provision", "Nothing")).err == "palaver apps: there is no app Nothing.\n"
    nobody = await apps("create", "Shop", "--owner", "nobody@acme.test")
    assert (nobody.status, "nobody@acme.test" in nobody.err) == (1, True)
    await apps("create", "Shop", "--owner", "ben@acme.test")
    for arguments in (
        ("plan", "Shop"),
        ("connection", "Shop"),
        ("receipt", "Shop"),
        ("apply", "Shop"),
        ("undo", "Shop"),
    ):
        failed = await apps(*arguments)
        assert (failed.status, failed.out, failed.err.startswith("palaver apps: ")) == (1, "", True), arguments
        assert "Traceback" not in failed.err
    assert (await apps("apply", "Shop", "--confirm", "1,x")).status == 2
    assert (await apps("plan", "Shop", "--rename", "a")).status == 2
    await apps("create", "Sh\u202eop", "--owner", "ada@acme.test")
    assert "Sh op" in (await apps("list")).out
    await apps("create", "Shop", "--owner", "ada@acme.test")
    assert "there are 2 apps Shop" in (await apps("status", "Shop")).err
    monkeypatch.delenv("SECRETS_KEY")
    assert Settings.load(env_file=None).secrets_key is None
    missing = await apps("status", "Shop")
    assert (missing.status, "SECRETS_KEY" in missing.err) == (2, True)


async def test_what_is_otherwise_on_the_server_is_told_and_mended_where_it_can_be(
    apps: Apps, source: Path, ground: AppsPostgres, database: Database
) -> None:
    await database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
    names, urls = {}, {}
    for app in ("Bare", "Shut", "Other", "Lost"):
        await apps("create", app, source, "--owner", "ben@acme.test")
        urls[app] = (await apps("provision", app)).out.strip()
        names[app] = urls[app].rpartition("/")[2].partition("?")[0]
    assert (await apps("check")) == Result(0, "", "")

    async with opened(ground.postgres.url()) as superuser:
        await superuser.execute(f'drop database "{names["Bare"]}"')
        await superuser.execute(f'alter role "{names["Shut"]}" nologin')
        await superuser.execute(f"""alter role "{names["Other"]}" password 'another'""")
        await superuser.execute("alter role palaver_provisioner nocreatedb")
    async with database.connected("supabase_admin") as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute("delete from public.app_databases where database_name = $1", names["Lost"])
    try:
        found = await apps("check", "--mend")
    finally:
        async with opened(ground.postgres.url()) as superuser:
            await superuser.execute("alter role palaver_provisioner createdb")
    assert found.out.splitlines() == [
        "palaver_provisioner  the server: lacks createdb: run sql/apps_server.sql again",
        f"{names['Bare']}  acme Bare production: is not on the server: `apps restore` a backup, or `apps deprovision`"
        " what is left",
        f"{names['Other']}  acme Other production: has another password than is shown: `apps rotate-password`",
        f"{names['Shut']}  acme Shut production: is shut, and nothing says why; opened",
        f"{names['Lost']}  a database: is on the server, and no row knows it",
    ]
    assert (found.status, found.err.startswith("palaver apps: 4 differences;")) == (1, True)
    async with opened(urls["Shut"]) as connection:
        assert await connection.fetchval('select count(*) from "User"') == 0


async def test_a_server_that_lets_nobody_in_says_why(
    apps: Apps, ground: AppsPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISIONER_DATABASE_URL", ground.postgres.url("palaver_provisioner", "wrong"))
    for command in ("check", "sweep"):
        refused = await apps(command)
        assert (refused.status, "password authentication failed" in refused.err) == (1, True)
        assert "wrong" not in refused.err
