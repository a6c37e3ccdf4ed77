"""`docs load`, `docs list` and `docs remove` as operators type them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.__main__ import main
from app.assistant.documentation.files import MOST_OCTETS
from tests.cli.test_commands import Result, palaver
from tests.world import Actor, Database

Docs = Callable[..., Awaitable[Result]]
ROWS = (
    "select file, anchor, part, heading, content from public.documentation_sections where tenant_id = $1 order by 1, 2"
)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A directory of three files."""
    top = tmp_path / "pages"
    (top / "deep" / "er").mkdir(parents=True)
    (top / "a.md").write_text("# A\none\n## B\ntwo\n", "utf-8")
    (top / "deep" / "b.markdown").write_text("# Größe 🎉\nthree\n", "utf-8")
    (top / "deep" / "er" / "C.MD").write_text("no heading\n", "utf-8")
    return top


@pytest.fixture
def docs(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Docs:
    """The command in this process, which starts in no time."""
    monkeypatch.setenv("DATABASE_URL", database.url())

    def ran(arguments: list[str]) -> int:
        try:
            return main(["docs", *arguments])
        except SystemExit as refused:
            return int(refused.code or 0)

    async def docs(*arguments: object) -> Result:
        status = await asyncio.to_thread(ran, [str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(status, said.out, said.err)

    return docs


async def test_files_are_loaded_changed_and_removed(
    docs: Docs, database: Database, globex_member: Actor, pages: Path
) -> None:
    load = ("load", "globex", pages, "--as", "help/")
    assert (await docs(*load, "--dry-run")).out.splitlines()[-1] == ("3 files: 4 added; a dry run: nothing was changed")
    assert await database.fetch(ROWS, globex_member.tenant_id) == []
    result = await docs(*load)
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == [
        "help/a.md: 2 added",
        "help/deep/b.markdown: 1 added",
        "help/deep/er/C.MD: 1 added",
        "3 files: 4 added",
    ]
    (hit,) = await globex_member.fetch("select file, anchor from public.search_documentation('größe')")
    assert tuple(hit) == ("help/deep/b.markdown", "größe-")

    before = await database.fetch("select id, loaded_at, xmin::text from public.documentation_sections order by id")
    assert (await docs(*load)).out == "3 files: 4 unchanged\n"
    assert (
        await database.fetch("select id, loaded_at, xmin::text from public.documentation_sections order by id")
        == before
    )

    (pages / "a.md").write_text("# A\none more\n## New\n", "utf-8")
    (pages / "deep" / "b.markdown").unlink()
    assert (await docs(*load)).out.splitlines() == [
        "help/a.md: 1 added, 1 changed, 1 removed",
        "2 files: 1 added, 1 changed, 1 removed, 1 unchanged",
    ]
    ids = {row["id"] for row in await database.fetch("select id from public.documentation_sections")}
    assert len(ids & {row["id"] for row in before}) == len(before) - 1

    await docs("load", "globex", pages / "a.md")
    assert (await docs(*load, "--prune")).out.splitlines()[0] == "help/deep/b.markdown: 1 removed"
    listed = (await docs("list", "globex")).out.splitlines()
    assert [line.split()[-1] for line in listed] == ["a.md", "help/a.md", "help/deep/er/C.MD"]
    assert (await docs("load", "globex", pages, "--prune")).out.splitlines()[-1] == (
        "2 files: 1 added, 3 removed, 2 unchanged"
    )
    assert (
        await database.value("select count(distinct file) from public.documentation_sections where content ~ 'issue'")
        > 0
    )


async def test_files_are_removed_by_name(docs: Docs, database: Database, pages: Path) -> None:
    await docs("load", "globex", pages)
    unknown = await docs("remove", "globex", "a.md", "nope.md")
    assert (unknown.status, unknown.out) == (1, "")
    assert "nope.md" in unknown.err
    assert (await docs("remove", "globex", "a.md")).out == "a.md: removed, with 2 sections\n"
    assert len((await docs("list", "globex")).out.splitlines()) == 2


async def test_the_seeds_are_as_a_load_would_make_them(
    docs: Docs, database: Database, acme_member: Actor, tmp_path: Path
) -> None:
    for row in await database.fetch("select * from public.documentation_sections order by file, position"):
        path = tmp_path / row["file"]
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{'#' * row['level']} {row['heading']}\n\n{row['content']}\n\n")
    result = await docs("load", "acme", tmp_path / "handbook", "--as", "handbook")
    assert result.out == "2 files: 5 unchanged\n"
    found = await acme_member.value("select heading from public.search_documentation('Why can''t issues get to Done?')")
    assert found == "Transitions"


async def test_what_cannot_be_loaded_is_named_and_nothing_is(
    docs: Docs, database: Database, globex_member: Actor, pages: Path, tmp_path: Path
) -> None:
    wrong = {
        "latin.md": "# Größe\n".encode("latin-1"),
        "large.md": b"x" * (MOST_OCTETS + 1),
        "many.md": b"#\n" * 10_001,
        "control\x07.md": b"# A\n",
        "x" * 251 + ".md": b"# A\n",
    }
    for name, octets in wrong.items():
        path = pages / "zz" / name if len(name) < 100 else pages / "zz" / ("y" * 60) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        result = await docs("load", "globex", pages)
        assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1), name
        assert name.replace("\x07", "")[:6] in result.err
        path.unlink()
        assert await database.fetch(ROWS, globex_member.tenant_id) == [], name
    undecodable = os.fsencode(pages / "zz") + b"/\xff.md"
    Path(os.fsdecode(undecodable)).write_bytes(b"# A\n")
    assert (await docs("load", "globex", pages)).status == 1
    assert await database.fetch(ROWS, globex_member.tenant_id) == []


async def test_wrong_words_have_a_status_of_their_own(
    docs: Docs, database: Database, pages: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for status, arguments in (
        (2, []),
        (2, ["load", "globex"]),
        (2, ["load", "globex", pages, "--as", "../up"]),
        (2, ["load", "globex", pages, "--as", "/root"]),
        (2, ["lode", "globex", pages]),
        (1, ["load", "nobody", pages]),
        (1, ["list", "nobody"]),
        (1, ["load", "globex", tmp_path / "nowhere"]),
        (1, ["load", "globex", tmp_path / "empty", "--prune"]),
        (1, ["load", "globex", pages, pages]),
        (1, ["load", "globex", "/dev/null"]),
    ):
        result = await docs(*arguments)
        assert (result.status, result.out) == (status, ""), arguments
    result = await palaver("docs", "list", "globex")
    assert (result.status, result.out) == (2, "")
    assert "DATABASE_URL" in result.err


async def test_links_out_of_a_directory_and_hidden_files_are_left_alone(
    docs: Docs, database: Database, globex_member: Actor, pages: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n", "utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more.md").write_text("# More\n", "utf-8")
    (pages / "out.md").symlink_to(tmp_path / "secret.md")
    (pages / "folder").symlink_to(tmp_path / "outside")
    (pages / "round").symlink_to(pages)
    (pages / "dangling.md").symlink_to("nowhere.md")
    (pages / "in.md").symlink_to("a.md")
    (pages / ".hidden").mkdir()
    (pages / ".hidden" / "x.md").write_text("# X\n", "utf-8")
    (pages / "dir.md").mkdir()
    os.mkfifo(pages / "pipe.md")
    assert (await docs("load", "globex", pages)).status == 0
    files = {row["file"] for row in await database.fetch(ROWS, globex_member.tenant_id)}
    assert files == {"a.md", "in.md", "deep/b.markdown", "deep/er/C.MD"}


async def test_one_load_at_a_time_and_the_log_names_the_files(
    docs: Docs, database: Database, globex_admin: Actor, pages: Path
) -> None:
    async with database.connected() as other, other.transaction():
        await other.fetch(
            "select pg_advisory_xact_lock(hashtext('palaver.documentation'), hashtext($1::uuid::text))",
            globex_admin.tenant_id,
        )
        result = await docs("load", "globex", pages)
        assert (result.status, "somebody else" in result.err) == (1, True)
    await docs("load", "globex", pages)
    log = "select after ->> 'file', after ->> 'sections' from public.audit_log where object = 'documentation_sections'"
    assert sorted(map(tuple, await globex_admin.fetch(log))) == [
        ("a.md", "2"),
        ("deep/b.markdown", "1"),
        ("deep/er/C.MD", "1"),
    ]
