"""The trials of sql/migration_guide.md answer what the page says that they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from app.migrations import available, migrate
from tests.docs.markdown import Block, Page
from tests.world import Database

PROJECT = Path(__file__).parents[2]
GUIDE = Page(PROJECT / "sql" / "migration_guide.md")


@dataclass
class Trial:
    """A statement, and what the lines after it say that it answers."""

    sql: str
    answers: list[str] = field(default_factory=list)


def trials(block: Block) -> Iterator[Trial]:
    """The statements of a block. Comments after a statement, up to an empty line, are its answer."""
    trial: Trial | None = None
    lines: list[str] = []
    for line in block.text.splitlines():
        if line.startswith("-- ") and not lines:
            if trial is not None:
                trial.answers.append(line[3:])
        elif not line.strip():
            if trial is not None:
                yield trial
            trial = None
        else:
            lines.append(line)
            if line.endswith(";"):
                if trial is not None:
                    yield trial
                trial, lines = Trial("\n".join(lines)), []
    assert not lines, f"no end: {lines}"
    if trial is not None:
        yield trial


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else str(value)


def answer(connection: psycopg.Connection, sql: str) -> list[str]:
    """What psql would show: rows, the tag of a statement without rows, or the code of an error."""
    try:
        cursor = connection.execute(sql.encode())
    except psycopg.Error as error:
        return [f"ERROR {error.sqlstate}"]
    if cursor.description is None:
        return [cursor.statusmessage or ""]
    return [" | ".join(map(_text, row)) for row in cursor.fetchall()]


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("block", GUIDE.blocks("sql", "RLS trials"), ids=lambda _: "trial")
def test_an_rls_trial_answers_what_the_page_says(owner: psycopg.Connection, block: Block) -> None:
    stated = 0
    for trial in trials(block):
        said = answer(owner, trial.sql)
        if trial.answers:
            assert said == trial.answers, trial.sql
            stated += 1
        else:
            assert not said or not said[0].startswith("ERROR"), f"{trial.sql}: {said}"
    assert stated > 0
    assert owner.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_the_explain_trials_show_the_lines_that_the_page_says(owner: psycopg.Connection) -> None:
    (block,) = GUIDE.blocks("sql", "EXPLAIN trials")
    explained = 0
    for trial in trials(block):
        said = "\n".join(answer(owner, trial.sql))
        assert not said.startswith("ERROR"), f"{trial.sql}: {said}"
        if not trial.sql.startswith("explain"):
            continue
        assert trial.answers, trial.sql
        explained += 1
        for line in trial.answers:
            unwanted = line.removeprefix("not: ")
            assert (unwanted in said) == (unwanted == line), f"{line}\n{said}"
    assert explained >= 5


def test_the_trials_keep_nothing(owner: psycopg.Connection) -> None:
    count = b"select (select count(*) from public.turns), (select count(*) from public.messages)"
    before = owner.execute(count).fetchone()
    for block in GUIDE.blocks("sql", "RLS trials"):
        for trial in trials(block):
            answer(owner, trial.sql)
    assert owner.execute(count).fetchone() == before


async def test_pasting_by_hand_gives_the_history_that_the_others_read(hosted: Database) -> None:
    (history,) = GUIDE.blocks("sql", "Supabase SQL editor")
    (row,) = GUIDE.blocks("text", "Supabase SQL editor")
    with psycopg.connect(hosted.url(), autocommit=True) as connection:
        connection.execute(history.text.encode())
        for migration in available(PROJECT):
            line = row.text.replace("20261122000100", migration.version).replace("foundation", migration.name)
            connection.execute(f"begin; {migration.path.read_text('utf-8')}\n{line} commit;".encode())
    assert await migrate(hosted.url(), report=lambda _: None) == []


def test_every_migration_is_in_the_table_of_what_goes() -> None:
    (_, files) = GUIDE.tables("Undo")
    listed = [row["file"].strip("`") for row in files]
    assert listed == [migration.path.stem for migration in reversed(available(PROJECT))]
    assert f"rollbacks/{listed[0]}.sql" in GUIDE.text


def test_files_that_commands_name_exist() -> None:
    commands = "\n".join(block.text for block in GUIDE.blocks("sh"))
    named = set(re.findall(r"-f (\S+\.sql)", commands)) | set(re.findall(r"-f (\S+\.sql)`", GUIDE.text))
    assert len(named) >= 4
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []
