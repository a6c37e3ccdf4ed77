"""Makes backups, looks whether they can be restored, restores and copies.

Whoever dumps, restores and looks signs in with no more rights than the app has: all of that runs code of the app's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from app.encryption import SecretsKeys
from app.provisioning.backups.bounds import bounded
from app.provisioning.backups.content import Content, content_of, decoded, encoded, snapshot
from app.provisioning.backups.errors import (
    BackupDamaged,
    BackupNotEqual,
    BackupRefused,
    BackupsNotSetUp,
    BackupTimedOut,
)
from app.provisioning.backups.store import Store
from app.provisioning.backups.tools import RunningTools, Tools
from app.provisioning.backups.vault import File, Vault
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.connection import Link
from app.provisioning.server.errors import told
from app.provisioning.server.freezing import roles_of_frozen
from app.provisioning.server.place import Hand, Place
from app.settings import Settings

USUAL_SECONDS: Final = 3600.0
_SHOWN: Final = 5
_MOST_CONTENT_BYTES: Final = 1 << 26


@dataclass
class Progress:
    """How far something is that takes a while."""

    bytes: int = 0

    def __str__(self) -> str:
        return f"{self.bytes / 1e6:.1f} MB"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was restored once."""

    bytes: int
    sha256: str
    server_version: str
    content: Content


class Backups:
    """`vault`: None where none are kept, and only copies can be made."""

    def __init__(
        self, server: AppServer, tools: Tools, vault: Vault | None = None, *, seconds: float = USUAL_SECONDS
    ) -> None:
        self._server = server
        self._tools = tools
        self._vault = vault
        self._seconds = seconds

    @classmethod
    def of(cls, settings: Settings, server: AppServer, keys: SecretsKeys) -> Backups:
        """As the settings say."""
        directory, programs = settings.apps_backup_directory, settings.apps_postgres_bin_directory
        vault = Vault(Store(Path(directory).absolute()), keys) if directory else None
        tools = Tools(Path(programs).absolute() if programs else None)
        return cls(server, tools, vault, seconds=settings.apps_backup_timeout_seconds)

    @property
    def are_kept(self) -> bool:
        """Whether there is a place for them."""
        return self._vault is not None

    @property
    def seconds(self) -> float:
        """The longest that one of them may take."""
        return self._seconds

    @property
    def vault(self) -> Vault:
        """Where they are kept. Raises BackupsNotSetUp."""
        if self._vault is None:
            raise BackupsNotSetUp
        return self._vault

    async def make(self, place: Place, file: File, progress: Progress, *, is_shut: bool = False) -> Made:
        """A backup of an app's database that was restored once; `is_shut`: whether nobody is in it.

        Raises AppServerError; then there is no file.
        """
        async with self._in_time():
            version, vault = await place.version(), self.vault
            tools = await self._tools.of(version)
            try:
                async with (
                    _source(place, is_shut=is_shut) as source,
                    # Closed at once, for a program runs behind it.
                    aclosing(source.text(tools, progress)) as text,
                ):
                    kept = await vault.keep(file, text)
                async with self._server.scratch() as scratch:
                    await self._restored(tools, scratch, file, kept.sha256, Progress())
            except BaseException:
                await vault.store.remove(file.name)
                raise
            return Made(kept.bytes, kept.sha256, version, source.content)

    async def load(self, hand: Hand, file: File, sha256: str, progress: Progress) -> Content:
        """Restore a backup into the hand's empty database, and see that all of it is there. Raises AppServerError."""
        async with self._in_time():
            tools = await self._tools.of(await _prepared(hand))
            return await self._restored(tools, hand, file, sha256, progress)

    async def copy(self, place: Place, hand: Hand, progress: Progress, *, data: bool) -> Content:
        """Make the hand's empty database like that of a place, with its data or without. Raises AppServerError."""
        async with self._in_time():
            tools = await self._tools.of(await place.version())
            async with _source(place, data=data) as source:
                await _prepared(hand)
                async with (
                    bounded(self._server, hand.credentials.database, source.content.bytes),
                    source.archive(tools) as archive,
                ):
                    await tools.load(hand, _counted(archive, progress))
                expected = source.content if data else source.content.without_rows()
                await _compare(hand, expected, exactly=data)
            return expected

    async def _restored(self, tools: RunningTools, hand: Hand, file: File, sha256: str, progress: Progress) -> Content:
        async with aclosing(self.vault.read(file, sha256)) as text:
            content, archive = await _content_first(text)
            async with bounded(self._server, hand.credentials.database, content.bytes):
                await tools.load(hand, _counted(archive, progress))
        await _compare(hand, content)
        return content

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except TimeoutError as error:
            raise BackupTimedOut from error


@dataclass(frozen=True, slots=True)
class _Source:
    hand: Hand
    snapshot: str
    content: Content
    without: tuple[str, ...]
    data: bool

    @asynccontextmanager
    async def archive(self, tools: RunningTools) -> AsyncIterator[AsyncIterator[bytes]]:
        async with tools.dump(self.hand, snapshot=self.snapshot, without=self.without, data=self.data) as archive:
            yield archive

    async def text(self, tools: RunningTools, progress: Progress) -> AsyncGenerator[bytes, None]:
        """What a file holds: a line with the content, and then the archive."""
        yield encoded(self.content) + b"\n"
        async with self.archive(tools) as archive:
            async for piece in _counted(archive, progress):
                yield piece


@asynccontextmanager
async def _source(place: Place, *, data: bool = True, is_shut: bool = False) -> AsyncIterator[_Source]:
    frozen = await roles_of_frozen(place)
    await place.gather()
    async with place.hand(*frozen) as hand, hand.link() as link:
        await link.run("act_as_oneself")
        async with (
            _readable(place, hand, link, frozen, data=data, is_shut=is_shut) as forced,
            snapshot(link, frozen) as moment,
        ):
            content = replace(moment.content, forced=forced, bytes=await place.size())
            yield _Source(hand, moment.id, content, frozen, data)


@asynccontextmanager
async def _readable(
    place: Place, hand: Hand, link: Link, without: tuple[str, ...], *, data: bool, is_shut: bool
) -> AsyncIterator[tuple[str, ...]]:
    """Tables whose policies keep even their owner out can be read; which they are."""
    async with snapshot(link, without) as before:
        forced = before.content.forced
    if not forced or not data or await place.let_read_all(hand):
        yield forced
        return
    # Else they are opened, where nobody can use that.
    if not is_shut:
        raise BackupRefused(
            f"The policies of {', '.join(forced[:_SHOWN])} hold for the owner as well (FORCE ROW LEVEL SECURITY), so "
            "that pg_dump cannot read everything: take that off for the time of the backup."
        )
    await _force(link, forced, not_any_more=True)
    try:
        yield forced
    finally:
        await _force(link, forced)


async def _force(link: Link, tables: tuple[str, ...], *, not_any_more: bool = False) -> None:
    with told():
        for table in tables:
            force = "no force" if not_any_more else "force"
            await link.connection.execute(f"alter table {table} {force} row level security")


async def _prepared(hand: Hand) -> str:
    """Make what pg_dump takes for granted; the server's version."""
    async with hand.link() as link:
        await link.run("create_schema")
        return str(await link.value("version"))


async def _compare(hand: Hand, expected: Content, *, exactly: bool = True) -> None:
    async with hand.link() as link:
        await _force(link, expected.forced, not_any_more=True)
        found = await content_of(link)
        await _force(link, expected.forced)
    missing = expected.missing_in(found if exactly else found.without_rows())
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise BackupNotEqual(f"What was restored is not what was dumped: {'; '.join(missing[:_SHOWN])}{more}.")


async def _content_first(text: AsyncIterator[bytes]) -> tuple[Content, AsyncIterator[bytes]]:
    line = bytearray()
    async for piece in text:
        line += piece
        if b"\n" in piece or len(line) > _MOST_CONTENT_BYTES:
            break
    first, _, rest = bytes(line).partition(b"\n")
    try:
        return decoded(first), _after(rest, text)
    except msgspec.DecodeError as error:
        raise BackupDamaged from error


async def _after(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


async def _counted(pieces: AsyncIterator[bytes], progress: Progress) -> AsyncIterator[bytes]:
    async for piece in pieces:
        progress.bytes += len(piece)
        yield piece


def counts_of(content: Content, most_bytes: int) -> Mapping[str, int]:
    """How many rows each table has; of more tables than can be kept, only how many there are of both."""
    if len(encoded(content.rows)) <= most_bytes:
        return content.rows
    return {f"{len(content.rows)} tables": sum(content.rows.values())}
