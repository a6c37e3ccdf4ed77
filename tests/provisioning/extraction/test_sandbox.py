"""Extraction in a process of its own: strangers' files do nothing but be read."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.provisioning.extraction import sandbox
from app.provisioning.extraction.sandbox import Given, digest, extract_apart
from app.provisioning.source.files import SourceError, SourceTree

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


def test_a_digest_tells_files_and_readers_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [{"a.ts": "b"}, {"a.ts": "", "b.ts": ""}, {"a.ts": "c"}, {"b.ts": "b"}, {}]
    digests = {digest(SourceTree.of_mapping(each)) for each in files}
    monkeypatch.setattr(sandbox, "READERS", sandbox.READERS + 1)

    assert len(digests | {digest(SourceTree.of_mapping({}))}) == len(files) + 1


async def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(SourceError, match="no zip archive"):
        await extract_apart(Given(archive=b"nothing"))


DEEP = ("[" * 100_000, "const a = " + "(" * 5_000, "model A {" * 10_000, "{" * 1_000_000)


async def test_deep_nesting_ends_neither_the_reader_nor_its_schema() -> None:
    files = {f"{number}/deep{kind}": source for number, source in enumerate(DEEP) for kind in (".ts", ".prisma")}
    files |= {f"{number}/deep.tsx": source for number, source in enumerate(DEEP[:3])}

    extracted = await extract_apart(Given(files=files | {"prisma/schema.prisma": SCHEMA}))

    assert [table.name for table in extracted.extraction.schema.tables] == ["User"]


async def test_it_is_ended_when_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "TIMEOUT_SECONDS", 0.01)

    with pytest.raises(SourceError, match="longer than"):
        await extract_apart(Given(files={"prisma/schema.prisma": SCHEMA}))


BOUND = "from app.provisioning.extraction import sandbox; sandbox.bound(); "


async def test_it_is_ended_when_it_takes_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_PROGRAM", ("-c", f"{BOUND}bytearray(sandbox.MOST_MEMORY_BYTES)"))

    with pytest.raises(SourceError, match="more memory or time"):
        await extract_apart(Given(files={}))


async def test_it_has_bounds_and_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_KEY", "secret")
    tells = (
        "import os, resource as r, sys, msgspec;"
        "limits = [r.getrlimit(each) for each in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)];"
        "told = repr(limits) + repr(sorted(set(os.environ) - {'LC_CTYPE'}));"
        "sys.stdout.buffer.write(msgspec.msgpack.encode({'refused': told}))"
    )
    monkeypatch.setattr(sandbox, "_PROGRAM", ("-c", BOUND + tells))

    with pytest.raises(SourceError) as told:
        await extract_apart(Given(files={}))
    memory, seconds = sandbox.MOST_MEMORY_BYTES, int(sandbox.TIMEOUT_SECONDS)
    assert str(told.value) == repr([(each, each) for each in (memory, seconds, 0, 0)]) + "[]"
