"""Extraction in a process of its own: strangers' files do nothing but be read."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from app.provisioning.extraction import sandbox
from app.provisioning.extraction.sandbox import Given, extract_apart
from app.provisioning.source.files import SourceError

SCHEMA = 'datasource db {\n  provider = "postgresql"\n  url = env("X")\n}\nmodel User {\n  id Int @id\n}\n'


async def test_files_become_a_schema() -> None:
    extracted = await extract_apart(Given(files={"prisma/schema.prisma": SCHEMA, "logo.png": "x"}))

    assert [table.name for table in extracted.extraction.schema.tables] == ["User"]
    assert list(extracted.files) == ["prisma/schema.prisma"]
    assert [each.path for each in extracted.left_out] == ["logo.png"]


async def test_an_archive_is_the_same_as_its_files() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("app-main/prisma/schema.prisma", SCHEMA)

    of_archive = await extract_apart(Given(archive=archive.getvalue()))
    of_files = await extract_apart(Given(files={"prisma/schema.prisma": SCHEMA}))

    assert of_archive == of_files


async def test_a_digest_tells_files_apart() -> None:
    files = [{"a.ts": "b"}, {"a.ts": "", "b.ts": ""}, {"a.ts": "c"}, {"b.ts": "b"}, {}]

    assert len({(await extract_apart(Given(files=each))).digest for each in files}) == len(files)


async def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(SourceError, match="no zip archive"):
        await extract_apart(Given(archive=b"nothing"))


@pytest.mark.parametrize("source", ["[" * 100_000, "const a = " + "(" * 5_000, "model A {" * 10_000, "{" * 1_000_000])
async def test_deep_nesting_ends_neither_the_reader_nor_its_schema(source: str) -> None:
    files = {"deep.ts": source, "deep.tsx": source, "other/deep.prisma": source, "prisma/schema.prisma": SCHEMA}

    extracted = await extract_apart(Given(files=files))

    assert [table.name for table in extracted.extraction.schema.tables] == ["User"]


async def test_it_is_ended_when_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "TIMEOUT_SECONDS", 0.01)

    with pytest.raises(SourceError, match="longer than"):
        await extract_apart(Given(files={"prisma/schema.prisma": SCHEMA}))


async def test_it_is_ended_when_it_takes_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sandbox, "_PROGRAM", ("-c", "import resource; resource.setrlimit(resource.RLIMIT_AS, (1, 1)); b'x' * 10**9")
    )

    with pytest.raises(SourceError, match="more memory or time"):
        await extract_apart(Given(files={}))


async def test_our_settings_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_KEY", "secret")
    monkeypatch.setattr(sandbox, "_PROGRAM", ("-c", "import os, sys; sys.exit('SECRETS_KEY' not in os.environ)"))

    with pytest.raises(SourceError, match="more memory or time"):
        await extract_apart(Given(files={}))
    assert "SECRETS_KEY" in os.environ
