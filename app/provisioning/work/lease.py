"""A worker's lease on an operation: kept while the work goes on, and the end of the work where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from app.errors import OperationLost, PalaverError
from app.logs import get_logger

log = get_logger(__name__)

BEATS: Final = 3
"""In the time of a lease: one may fail, and be late."""


@asynccontextmanager
async def kept(extend: Callable[[], Awaitable[object]], lease: timedelta, since: float) -> AsyncIterator[None]:
    """Keep a lease as long as the block lasts, however long a step of it takes.

    `since`: when it was asked for, by the event loop's clock. Where it runs out, since nobody could be told, or is
    another's by now, the block is cancelled at whatever it waits for. Raises OperationLost then. What hangs does not
    keep a lease for ever, for each step has a limit of its own.
    """
    seconds = lease.total_seconds()
    try:
        async with asyncio.timeout_at(since + seconds) as end:
            keeping = asyncio.create_task(_keep(extend, seconds, end), name="app-operation-lease")
            try:
                yield
            finally:
                keeping.cancel()
                await asyncio.wait({keeping})
    except TimeoutError as error:
        if end.expired():
            raise OperationLost from error
        raise


async def _keep(extend: Callable[[], Awaitable[object]], seconds: float, end: asyncio.Timeout) -> None:
    clock = asyncio.get_running_loop().time
    while not end.expired():
        await asyncio.sleep(seconds / BEATS)
        # What the database says counts from when it was asked, so that it is never over there before it is here.
        asked = clock()
        try:
            await extend()
            until = asked + seconds
        except OperationLost:
            until = asked
        except PalaverError as error:
            log.warning("app_operation_lease_not_kept", code=error.code)
            continue
        except Exception:
            log.exception("app_operation_lease_not_kept")
            continue
        if not end.expired():
            end.reschedule(until)
