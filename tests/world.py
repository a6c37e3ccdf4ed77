"""A database of its own for a test, and the people of the demo data acting in it.

The tests' tenants are the demo's: Acme (Ada admin, Ben member), Globex (Chloe admin, Dan member) and Initech
(Emma admin, Finn viewer).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import jwt
import psutil

PREFIX = "palaver-tests-"
ROOM_IN_MEMORY = 6 * 1024**3
JWT_SECRET = "tests-only-0123456789-abcdefghij-klmnopqrst"
PASSWORDS = {
    "supabase_admin": "superuser-password",
    "postgres": "owner-password",
    "authenticator": "authenticator-password",
    "palaver_worker": "worker-password",
}


def _in_memory() -> Path | None:
    """The file system in memory, where it holds what a run of the tests makes: a tenth of the cost of a disk's."""
    place = Path("/dev/shm")
    if not os.access(place, os.W_OK):
        return None
    room = min(shutil.disk_usage(place).free, psutil.virtual_memory().available)
    return place if room >= ROOM_IN_MEMORY else None


@contextmanager
def server_directory(*, on_disk: bool = False) -> Iterator[Path]:
    """A directory for a server's data, in memory if there is room and nobody asks for a real disk.

    Not one of pytest's: as root the server runs as another user, and each start of pytest shuts its own to others.
    What runs that were killed have left in memory is cleared away.
    """
    place = None if on_disk else _in_memory()
    if place is not None:
        for left in place.glob(f"{PREFIX}*"):
            if not psutil.pid_exists(int(left.name.split("-")[2])):
                shutil.rmtree(left, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(frozen=True)
class Database:
    """Where a test's database is."""

    host: str
    port: int
    name: str

    def url(self, role: str = "postgres") -> str:
        """The connection URL for one of the login roles in PASSWORDS; the migrating role by default."""
        return f"postgresql://{role}:{quote(PASSWORDS[role])}@{self.host}:{self.port}/{quote(self.name)}"

    @asynccontextmanager
    async def connected(self, role: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        """A connection as a login role."""
        connection = await asyncpg.connect(self.url(role), ssl=False)
        try:
            yield connection
        finally:
            await connection.close(timeout=10)

    async def fetch(self, sql: str, *arguments: object, role: str = "postgres") -> list[asyncpg.Record]:
        """The rows of one statement as a login role, the owner by default."""
        async with self.connected(role) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
            return rows

    async def value(self, sql: str, *arguments: object, role: str = "postgres") -> Any:
        """The first value of the first row of one statement, None if there is none."""
        rows = await self.fetch(sql, *arguments, role=role)
        return rows[0][0] if rows else None


@dataclass
class Actor:
    """Somebody at the Data API: a role, and the claims of a token. Every call is a transaction of its own."""

    connection: asyncpg.Connection
    role: str = "authenticated"
    auth_id: UUID | None = None
    tenant_id: UUID | None = None
    user_id: UUID | None = None
    claims: Mapping[str, Any] | str | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        if self.claims is None and self.auth_id is not None:
            self.claims = {"sub": str(self.auth_id), "role": self.role, "aud": self.role}

    @property
    def claims_text(self) -> str:
        """The claims as the Data API hands them on."""
        return self.claims if isinstance(self.claims, str) else json.dumps(self.claims or {})

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of one statement, committed."""
        async with self.acting() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
            return rows

    async def value(self, sql: str, *arguments: object) -> Any:
        """The first value of the first row, None if there is none."""
        rows = await self.fetch(sql, *arguments)
        return rows[0][0] if rows else None

    async def execute(self, sql: str, *arguments: object) -> str:
        """The command tag of one statement, such as `UPDATE 1`, committed."""
        async with self.acting() as connection:
            tag: str = await connection.execute(sql, *arguments)
            return tag

    async def denied(self, sql: str, *arguments: object) -> str:
        """The SQLSTATE with which a statement is refused; fails when it is not."""
        try:
            await self.fetch(sql, *arguments)
        except asyncpg.PostgresError as error:
            return str(error.sqlstate)
        raise AssertionError(f"not refused: {sql}")

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[asyncpg.Connection]:
        """A transaction with role and claims set as PostgREST sets them."""
        async with self._lock, self.connection.transaction():
            await self.connection.execute(
                "select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)",
                self.claims_text,
                self.role,
            )
            yield self.connection


def token(auth_id: UUID | str, **claims: Any) -> str:
    """An access token as Supabase signs it with the legacy secret; `claims` replace, None removes."""
    now = int(time.time())
    payload: dict[str, Any] = {
        "sub": str(auth_id),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 3600,
    }
    payload.update(claims)
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, JWT_SECRET, algorithm="HS256")
