"""pg_dump and pg_restore of the server's own version, run with the login of a hand, which has an app's rights only."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from app.provisioning.backups.errors import BackupRefused, BackupToolsMissing
from app.provisioning.server.connection import APPLICATION
from app.provisioning.server.place import Hand

PROGRAMS: Final = ("pg_dump", "pg_restore")
COMPRESSION: Final = "3"
"""Of gzip, which every build has: half the time of its usual level, a tenth more bytes."""

LOCK_SECONDS: Final = 30
_PIECE_BYTES: Final = 1 << 18
_SAID_BYTES: Final = 4096
_NICENESS: Final = 10
_DEBIAN: Final = "/usr/lib/postgresql/{major}/bin"
_VERSION: Final = re.compile(rb"\(PostgreSQL\) (\d+)")
_OF_OURS: Final = ("PATH", "HOME", "LD_LIBRARY_PATH", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGSSLMODE")


class Tools:
    """Finds and runs them. `directory`: APPS_POSTGRES_BIN_DIRECTORY."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory

    async def of(self, version: str) -> RunningTools:
        """Those for a server of that version. Raises BackupToolsMissing."""
        major = version.partition(".")[0].partition(" ")[0]
        places = [self._directory] if self._directory else [None, Path(_DEBIAN.format(major=major))]
        found: list[str] = []
        for place in places:
            paths = [shutil.which(program, path=place and str(place)) for program in PROGRAMS]
            versions = [await _version(path) for path in paths if path]
            if versions == [major] * len(PROGRAMS):
                return RunningTools({Path(path).name: path for path in paths if path})
            found += [f"{each} in {place or 'PATH'}" for each in sorted(filter(None, set(versions)))]
        raise BackupToolsMissing(
            f"The server is PostgreSQL {major}, and pg_dump and pg_restore are {', '.join(found) or 'not there'}: "
            "the operator has to set APPS_POSTGRES_BIN_DIRECTORY."
        )


class RunningTools:
    """Both programs."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = paths

    @asynccontextmanager
    async def dump(
        self, hand: Hand, *, snapshot: str, without: Sequence[str] = (), data: bool = True
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """What the hand's database held in that snapshot, in pg_dump's custom format.

        The pieces end with BackupRefused where pg_dump did not succeed.
        """
        arguments = [
            "--format=custom",
            f"--compress={COMPRESSION}",
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_SECONDS}s",
            "--no-owner",
            "--no-privileges",
            "--no-tablespaces",
            "--no-subscriptions",
            *(f'--exclude-schema="{schema}"' for schema in without),
            *(() if data else ("--schema-only",)),
        ]
        # As itself: a member of the app's role, and of the one that has the tables while they are frozen.
        options = "-c role=none"
        async with _running(self._paths["pg_dump"], hand, arguments, options, stdin=DEVNULL, stdout=PIPE) as child:
            yield child.pieces()

    async def load(self, hand: Hand, archive: AsyncIterator[bytes]) -> None:
        """Restore an archive into the hand's empty database. Raises BackupRefused, and whatever `archive` does."""
        arguments = ["--format=custom", "--no-owner", "--no-privileges", "--exit-on-error"]
        async with _running(self._paths["pg_restore"], hand, arguments, stdin=PIPE, stdout=DEVNULL) as child:
            await child.take(archive)


class _Child:
    def __init__(self, process: Process) -> None:
        self.process = process
        self._said = asyncio.create_task(_last(process.stderr))

    async def pieces(self) -> AsyncIterator[bytes]:
        while self.process.stdout is not None and (piece := await self.process.stdout.read(_PIECE_BYTES)):
            yield piece
        await self._ended()

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        pipe = self.process.stdin
        async for piece in pieces:
            if pipe is None:
                continue
            try:
                pipe.write(piece)
                await pipe.drain()
            except ConnectionError:
                # It has all that it needs, and the rest is only looked at; or it says itself what went wrong.
                await self._ended()
                pipe = None
        if pipe is not None:
            pipe.close()
        await self._ended()

    async def stop(self) -> None:
        if self.process.returncode is None:
            # The group, since a program may have children of its own.
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()
        self._said.cancel()

    async def _ended(self) -> None:
        status, said = await self.process.wait(), await self._said
        if status != 0:
            raise BackupRefused(f"PostgreSQL could not do it: {said or f'it ended with {status}'}")


@asynccontextmanager
async def _running(
    program: str, hand: Hand, arguments: Sequence[str], options: str = "", *, stdin: int, stdout: int
) -> AsyncIterator[_Child]:
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        f"--dbname={_address(hand)}",
        "--no-password",
        stdin=stdin,
        stdout=stdout,
        stderr=PIPE,
        env=_environment(hand, options),
        cwd="/",
        start_new_session=True,
    )
    child = _Child(process)
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        yield child
    finally:
        await asyncio.shield(child.stop())


def _address(hand: Hand) -> str:
    """The URL without the password, for everybody may see command lines."""
    parts = urlsplit(hand.url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(hand.credentials.user, safe='')}@{host}").geturl()


def _environment(hand: Hand, options: str) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in _OF_OURS if name in os.environ},
        "LC_ALL": "C",
        "PGPASSWORD": hand.credentials.password,
        "PGAPPNAME": APPLICATION,
        "PGCONNECT_TIMEOUT": "10",
        "PGOPTIONS": options,
    }


async def _version(program: str) -> str | None:
    process = await asyncio.create_subprocess_exec(program, "--version", stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    said, _ = await process.communicate()
    found = _VERSION.search(said)
    return found[1].decode() if found else None


async def _last(stream: asyncio.StreamReader | None) -> str:
    """The end of what a program says, of which the first line of an error is the one that counts."""
    said = b""
    while stream is not None and (piece := await stream.read(_SAID_BYTES)):
        said = (said + piece)[-_SAID_BYTES:]
    lines = said.decode(errors="replace").splitlines()
    wrong = next((line for line in lines if "error:" in line), lines[-1] if lines else "")
    return wrong.partition("error: ")[2].strip()[:500] or wrong.strip()[:500]
