"""A lease lasts as long as the work, and the work no longer than the lease."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias
from unittest.mock import AsyncMock

import pytest

from app.errors import DatabaseUnavailable, OperationLost
from app.provisioning.work.lease import kept

Later: TypeAlias = Callable[[float], Awaitable[None]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets seconds pass at once."""
    loop, passed = asyncio.get_running_loop(), [0.0]
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + passed[0])

    async def pass_by(seconds: float) -> None:
        for _ in range(int(seconds)):
            passed[0] += 1
            # As often as it takes for what was due to be done.
            for _ in range(10):
                await asyncio.sleep(0)

    return pass_by


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_step_may_outlast_its_lease(later: Later) -> None:
    extend = AsyncMock(side_effect=[None, DatabaseUnavailable(), *[None] * 100])
    async with kept(extend, MINUTE, now()):
        await later(600)
    assert 25 < extend.await_count < 35
    await later(60)
    assert extend.await_count < 35


@pytest.mark.parametrize("answer", [OperationLost(), DatabaseUnavailable(), RuntimeError()])
async def test_work_ends_with_its_lease(later: Later, answer: Exception) -> None:
    began, ended = now(), 0.0

    async def work() -> None:
        nonlocal ended
        async with kept(AsyncMock(side_effect=answer), MINUTE, began):
            try:
                await later(600)
            finally:
                ended = now()

    with pytest.raises(OperationLost):
        await work()
    assert 0 < ended - began < (25 if isinstance(answer, OperationLost) else 65)


async def test_what_the_work_raises_is_its_own() -> None:
    for error in (TimeoutError(), KeyError()):
        with pytest.raises(type(error)):
            async with kept(AsyncMock(), MINUTE, now()):
                raise error
