"""`schema extract` as people type it: what is no app, and `--oracle` with, without and beside the real tools."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from app.__main__ import main
from app.local.postgres import Postgres
from tests.provisioning.server.conftest import PROVISIONER_PASSWORD, set_up
from tests.world import server_directory

SCHEMA = """
datasource db {
  provider = "postgresql"
}

model User {
  id   String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  name String
}
"""
TABLE = 'create table "User" ("id" uuid not null default {}, "name" {}, constraint "User_pkey" primary key ("id"));'
EQUAL = TABLE.format("gen_random_uuid()", "text not null")


@pytest.fixture(scope="module")
def apps_server() -> Iterator[Postgres]:
    """A throw-away server for apps."""
    with (
        server_directory() as directory,
        Postgres(directory / "data", password="superuser-password", durable=False, report=lambda _: None) as postgres,
    ):
        set_up(postgres)
        yield postgres


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app with a schema of Prisma."""
    directory = tmp_path / "app"
    directory.mkdir()
    (directory / "schema.prisma").write_text(SCHEMA)
    return directory


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


Palaver = Callable[..., Result]


@pytest.fixture
def palaver(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Palaver:
    """Runs a command in this process, with these settings."""
    monkeypatch.delenv("PROVISIONER_DATABASE_URL", raising=False)

    def run(*arguments: str, **settings: str) -> Result:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        status = main(arguments)
        return Result(status, *capsys.readouterr())

    return run


class Tool:
    """A `node` that says what it is told to, and nothing else in PATH."""

    def __init__(self, directory: Path, palaver: Palaver) -> None:
        self.path = directory / "bin"
        self.path.mkdir()
        self.packages = directory / "packages"
        self._palaver = palaver

    def says(self, text: str, *, error: str = "", status: int = 0) -> None:
        (self.packages / "node_modules").mkdir(parents=True, exist_ok=True)
        node = self.path / "node"
        said = f"sys.stdin.read(); print({text!r}); print({error!r}, file=sys.stderr); sys.exit({status})"
        node.write_text(f"#!{sys.executable}\nimport sys\n{said}\n")
        node.chmod(node.stat().st_mode | stat.S_IXUSR)

    def asked(self, app: Path, server: Postgres) -> Result:
        url = server.url("palaver_provisioner", PROVISIONER_PASSWORD)
        given = ("schema", "extract", str(app), "--oracle", str(self.packages))
        return self._palaver(*given, PROVISIONER_DATABASE_URL=url, PATH=str(self.path))


@pytest.fixture
def tool(tmp_path: Path, palaver: Palaver) -> Tool:
    return Tool(tmp_path, palaver)


def test_without_node(app: Path, tool: Tool, apps_server: Postgres) -> None:
    result = tool.asked(app, apps_server)
    assert (result.status, result.out) == (1, "")
    assert "Node.js is needed" in result.err


def test_without_packages_it_says_how_to_get_them(app: Path, tool: Tool, apps_server: Postgres) -> None:
    tool.says("{}")
    (tool.packages / "node_modules").rmdir()
    result = tool.asked(app, apps_server)
    assert (result.status, result.out) == (1, "")
    assert "`make oracles`" in result.err


def test_without_a_server_the_setting_is_named(app: Path, palaver: Palaver) -> None:
    result = palaver("schema", "extract", str(app), "--oracle")
    assert result.status == 2
    assert "PROVISIONER_DATABASE_URL" in result.err


def test_what_is_equal(app: Path, tool: Tool, apps_server: Postgres) -> None:
    tool.says(json.dumps({"sql": EQUAL}))
    result = tool.asked(app, apps_server)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("100.0% of what the real tool makes is equal\n")


def test_a_uuid_of_an_extension_is_no_difference(app: Path, tool: Tool, apps_server: Postgres) -> None:
    extension = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\n'
    tool.says(json.dumps({"sql": extension + TABLE.format("uuid_generate_v4()", "text not null")}))
    result = tool.asked(app, apps_server)
    assert result.status == 0
    assert result.out.startswith("100.0%")


def test_what_differs_is_told(app: Path, tool: Tool, apps_server: Postgres) -> None:
    tool.says(json.dumps({"sql": TABLE.format("gen_random_uuid()", "integer")}), error="/app/a.ts: not found")
    result = tool.asked(app, apps_server)
    assert result.status == 1
    assert "type User.name: text, theirs integer\n" in result.out
    assert "nullability User.name: not null, theirs null\n" in result.out
    assert "The tool could not load /app/a.ts: not found\n" in result.out


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        (json.dumps({"error": "Type X is unknown"}), "", "Type X is unknown"),
        ("", "noise\nMissingPrimaryColumnError: Entity A has none", "MissingPrimaryColumnError: Entity A has none"),
        ("[1]", "", "without a reason"),
        (json.dumps({"sql": "create table broken ("}), "", "does not apply"),
        (json.dumps({"sql": "commit; create table kept ()"}), "", "does not apply"),
    ],
)
def test_a_tool_that_rejects_the_app(
    text: str, error: str, told: str, app: Path, tool: Tool, apps_server: Postgres
) -> None:
    tool.says(text, error=error, status=1)
    result = tool.asked(app, apps_server)
    assert (result.status, result.out) == (1, "")
    assert told in result.err
    with psycopg.connect(apps_server.url()) as connection:
        left = connection.execute("select datname from pg_database where datname like 'scratch%'").fetchall()
    assert left == []


def test_what_is_no_app(tmp_path: Path, palaver: Palaver) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no archive")
    for name, told in (("empty", ""), ("text.zip", "no zip archive"), ("missing", "cannot be read")):
        result = palaver("schema", "extract", str(tmp_path / name))
        assert result.status == 1, name
        assert told in result.err


def test_one_broken_file_costs_only_itself(app: Path, palaver: Palaver) -> None:
    (app / "broken.prisma").write_text("model Broken {\n  id Int @id\n  ???\n}\nmodel Whole {\n  id Int @id\n}\n")
    result = palaver("schema", "extract", str(app), "--sql")
    assert result.status == 1
    assert "broken.prisma:3" in result.err
    assert 'create table "public"."Whole"' in result.out
