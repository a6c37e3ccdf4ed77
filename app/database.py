"""The worker's way to PostgreSQL: one function call for each step, each its own transaction."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import asyncpg

from app.database_errors import from_database
from app.errors import DatabaseUnavailable, InternalError
from app.logs import get_logger
from app.metrics import Metrics
from app.queries import QUERIES

log = get_logger(__name__)

JOB_TIMEOUT_SECONDS: Final = 900.0
JOB_LOCK_SECONDS: Final = 60.0
TURN_CONNECTIONS: Final = 3
"""For the turns under way: the lease, what they say, how they end. Requests that wait must not keep them waiting."""

_OF_TURNS: Final = frozenset({"keep_lease", "save_pieces", "read_pieces", "finish_turns"})


class Database:
    """A pool of connections as palaver_worker, opened when first needed.

    A database that goes away makes calls fail with DatabaseUnavailable and is found again by the next
    call after it came back.
    """

    def __init__(self, url: str, *, size: int, timeout: float, metrics: Metrics) -> None:
        self._url = url
        self._size = size
        self._timeout = timeout
        self._metrics = metrics
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._turns: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Make the pool; connects to nothing yet. Raises InternalError if the URL cannot be used."""
        try:
            self._pool = await self._new_pool(self._size)
            self._turns = await self._new_pool(TURN_CONNECTIONS)
        except (ValueError, asyncpg.InterfaceError) as error:
            raise InternalError("WORKER_DATABASE_URL cannot be used.") from error

    async def close(self) -> None:
        """Close every connection; those still in use after the timeout are cut."""
        pools = [pool for pool in (self._pool, self._turns) if pool is not None]
        self._pool = self._turns = None
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.gather(*(pool.close() for pool in pools))
        except TimeoutError:
            for pool in pools:
                pool.terminate()

    async def ping(self) -> None:
        """Ask the database for nothing. Raises DatabaseUnavailable."""
        await self.fetch("ping")

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of a named query. Raises PalaverError for whatever the database says."""
        started = time.perf_counter()
        try:
            async with self._acquired(query in _OF_TURNS) as connection:
                rows: list[asyncpg.Record] = await connection.fetch(QUERIES[query], *arguments)
                return rows
        except Exception as error:
            raise self._failure(query, error) from error
        finally:
            self._observe(query, started)

    async def fetch_row(self, query: str, *arguments: object) -> asyncpg.Record:
        """The one row of a named query. Raises PalaverError for whatever the database says."""
        (row,) = await self.fetch(query, *arguments)
        return row

    async def run_due_jobs(self) -> list[asyncpg.Record]:
        """Run the jobs that are due; they may take longer than a request. Raises PalaverError."""
        # Each is a transaction of its own: what one of them locks is not held while the next ones work.
        return [run for job in await self.fetch("jobs") for run in await self._run_if_due(job["name"])]

    async def _run_if_due(self, job: str) -> list[asyncpg.Record]:
        started = time.perf_counter()
        try:
            async with self._acquired() as connection, connection.transaction():
                await connection.execute(f"set local statement_timeout = '{JOB_TIMEOUT_SECONDS:.0f}s'")
                await connection.execute(f"set local lock_timeout = '{JOB_LOCK_SECONDS:.0f}s'")
                runs: list[asyncpg.Record] = await connection.fetch(
                    QUERIES["run_if_due"], job, timeout=JOB_TIMEOUT_SECONDS
                )
                return runs
        except Exception as error:
            raise self._failure("run_if_due", error) from error
        finally:
            self._observe("run_if_due", started)

    async def _new_pool(self, size: int) -> asyncpg.Pool[asyncpg.Record]:
        return await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=size,
            timeout=self._timeout,
            command_timeout=self._timeout,
            reset=_nothing_to_reset,
            server_settings={"application_name": "palaver-worker"},
        )

    def _acquired(self, for_turns: bool = False) -> Any:
        pool = self._turns if for_turns else self._pool
        if pool is None:
            raise DatabaseUnavailable()
        return pool.acquire(timeout=self._timeout)

    def _failure(self, query: str, error: Exception) -> Exception:
        failure = from_database(error)
        if isinstance(failure, (DatabaseUnavailable, InternalError)):
            sqlstate = getattr(error, "sqlstate", None)
            log.warning("database_call_failed", query=query, cause=type(error).__name__, sqlstate=sqlstate)
        return failure

    def _observe(self, query: str, started: float) -> None:
        self._metrics.database_call_duration.labels(query).observe(time.perf_counter() - started)
        if self._pool is not None:
            self._metrics.pool_size.set(self._pool.get_size())
            self._metrics.pool_idle.set(self._pool.get_idle_size())


async def _nothing_to_reset(_connection: object) -> None:
    """Save the round trip of a reset when a connection goes back to the pool.

    Every call is one statement, or one transaction, whose settings end with it; a test holds that true.
    """
