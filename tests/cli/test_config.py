"""`config diff`, `config load` and `config sync` as operators type them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.__main__ import main
from tests.assistant.desk import SECRET, YAML, Desk, opened
from tests.cli.test_commands import Result
from tests.world import Actor, Database

Config = Callable[..., Awaitable[Result]]


@pytest.fixture
async def desk(database: Database, acme_admin: Actor, acme_member: Actor) -> Desk:
    return await opened(database, acme_admin, acme_member)


@pytest.fixture
def config(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Config:
    """The command in this process, which starts in no time."""
    monkeypatch.setenv("DATABASE_URL", database.url())

    async def config(*arguments: object) -> Result:
        status = await asyncio.to_thread(main, ["config", *map(str, arguments)])
        said = capsys.readouterr()
        return Result(status, said.out, said.err)

    return config


async def test_differences_say_where_and_whose(config: Config, desk: Desk) -> None:
    for name in ("desk", "acme/desk", desk.project):
        told = await config("diff", name)
        assert (told.status, told.err) == (1, "desk: 1 difference.\n")
    path, yaml, database = told.out.splitlines()
    assert path == "infrastructure.environments[0].replicas  (changed in the database)"
    assert yaml.split()[:3] == ["yaml", "2", f"desk.yaml:{YAML.splitlines().index('      replicas: 2') + 1}:17"]
    assert database.split()[:2] == ["database", "3"]
    assert "[version 2 by Ben" in database
    assert (await config("diff", "desk", "--path", "workflow")).status == 0
    (difference,) = json.loads((await config("diff", "desk", "--json")).out)["differences"]
    assert (difference["yamlValue"], difference["dbValue"]) == (2, 3)


async def test_a_document_is_loaded_applied_and_noted(config: Config, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(YAML.replace("replicas: 2", "replicas: 7"), "utf-8")
    assert (await config("sync", "desk")).status == 1
    loaded = await config("load", "desk", file, "--name", "conf/desk.yaml")
    assert (loaded.status, loaded.err) == (0, "desk: conf/desk.yaml is version 2; 1 difference.\n")
    assert "CONFLICT" in (await config("diff", "desk")).out
    applied = await config("load", "desk", file, "--apply")
    assert (applied.status, applied.err) == (0, "desk: conf/desk.yaml is version 2; no difference.\n")
    assert (await config("diff", "desk")).status == (await config("sync", "desk")).status == 0
    assert (await desk.configuration())["infrastructure"]["environments"][0]["replicas"] == 7


async def test_what_fails_says_why_and_leaves_all_as_it_was(config: Config, desk: Desk, tmp_path: Path) -> None:
    bad, unfit = tmp_path / "bad.yaml", tmp_path / "unfit.yaml"
    bad.write_text("workflow:\n  statuses: &all [open]\n", "utf-8")
    unfit.write_text("workflow: {statuses: 3}\n", "utf-8")
    assert (await config("load", "desk", bad)).err.startswith(f"{bad}:2:13: ")
    for arguments, said in (
        (("load", "desk", bad), "Anchors"),
        (("load", "desk", unfit, "--apply"), "workflow.statuses"),
        (("load", "desk", tmp_path / "nowhere.yaml"), "nowhere.yaml"),
        (("diff", "nowhere"), "there is no project nowhere."),
        (("diff", "globex/desk"), "there is no project"),
        (("diff", "'; drop table projects"), "there is no project"),
        (("diff", "\udcff"), "utf-8"),
        (("diff", "desk", "--path", "workflow.statusses"), "nothing at workflow.statusses"),
        (("diff", "desk", "--path", '["'), "nothing at"),
    ):
        told = await config(*arguments)
        assert (told.status, told.out) == (2, ""), arguments
        assert said in told.err, arguments
    assert await desk.version() == 2
    await desk.edit(yaml=None)
    assert "has no YAML document" in (await config("diff", "desk")).err


async def test_no_secret_is_printed(config: Config, desk: Desk) -> None:
    await desk.edit(yaml=YAML.replace(SECRET, f"{SECRET}-older"))
    told = await config("diff", "desk")
    assert "integrations.chat.token" in told.out
    assert SECRET not in told.out + told.err
