"""Extraction in a process of its own: what a stranger's files can do to a reader, they do to nothing else.

The process has none of our settings, bounds on memory and time, may write no file, and is ended when it is late.
What it is given and gives back is MessagePack.
"""

from __future__ import annotations

import contextlib
import gc
import io
import resource
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from app.provisioning.extraction.result import Extraction
from app.provisioning.source.files import LeftOut, SourceError, SourceTree

READERS: Final = 2
"""Counts up when the readers make another schema of the same files, which then is another revision of the app."""

TIMEOUT_SECONDS: Final = 60.0
MOST_MEMORY_BYTES: Final = 2 * 1024**3
GARBAGE_THRESHOLDS: Final = (5_000, 10, 10)
"""Syntax trees are many objects and little garbage."""

_PROJECT: Final = Path(__file__).parents[3]
_PROGRAM: Final[tuple[str, ...]] = ("-E", "-s", "-m", __name__)


class Given(msgspec.Struct, frozen=True):
    """The files of an app: by path, or as a zip archive."""

    files: dict[str, str] | None = None
    archive: bytes | None = None


class Extracted(msgspec.Struct, frozen=True):
    """What came of them: the files that can be read, those left out, and the extraction."""

    files: dict[str, str]
    left_out: tuple[LeftOut, ...]
    extraction: Extraction
    digest: str
    """SHA-256 of the files' paths and contents and of what read them, in hexadecimal."""


class _Reply(msgspec.Struct, frozen=True):
    extracted: Extracted | None = None
    refused: str | None = None


async def extract_apart(given: Given) -> Extracted:
    """Read an app in another process. Raises SourceError for what is no app, or takes too much to read."""
    # Not at the top: the other process, which starts for each app, does without.
    import asyncio

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *_PROGRAM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_PROJECT,
        env={},
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            said, _ = await process.communicate(msgspec.msgpack.encode(given))
    except TimeoutError as error:
        raise SourceError(f"The app takes longer than {TIMEOUT_SECONDS:.0f} s to read.") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SourceError("The app takes more memory or time to read than there is for one.")
    reply = msgspec.msgpack.decode(said, type=_Reply)
    if reply.extracted is None:
        raise SourceError(reply.refused or "The app cannot be read.")
    return reply.extracted


def digest(tree: SourceTree) -> str:
    """SHA-256 of the files' paths and contents, and of what reads them."""
    hashed = sha256(f"{READERS}\0".encode())
    for path, text in tree.files.items():
        for part in (path.encode(), text.encode()):
            hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.hexdigest()


def bound() -> None:
    """Bound what this process may use from now on, for good."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(TIMEOUT_SECONDS)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def extract_here(given: Given) -> Extracted:
    """Read an app in this process, for which `bound` has set its limits. Raises SourceError, and MemoryError."""
    from app.provisioning.extraction.app import extract

    if given.archive is not None:
        tree = SourceTree.of_archive(io.BytesIO(given.archive))
    else:
        tree = SourceTree.of_mapping(given.files or {})
    try:
        return Extracted(tree.files, tree.left_out, extract(tree), digest(tree))
    except RecursionError as error:
        raise SourceError("The app's code is nested deeper, or in longer chains, than can be read.") from error


def _main() -> None:
    bound()
    given = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Given)
    try:
        reply = _Reply(extracted=extract_here(given))
    except SourceError as error:
        reply = _Reply(refused=str(error))
    sys.stdout.buffer.write(msgspec.msgpack.encode(reply))


if __name__ == "__main__":
    _main()
