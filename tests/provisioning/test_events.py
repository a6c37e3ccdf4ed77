"""The events of an operation: each step once for each reader, from where they left it, and signs of life between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final, cast
from uuid import UUID

import pytest

from app.caller import Caller
from app.provisioning import apps as module
from app.provisioning.apps import Apps
from app.provisioning.http import Asked, events
from tests.running import parse

APP: Final = UUID("0192a000-0000-7000-8000-000000000001")
OPERATION: Final = UUID("0192a000-0000-7000-8000-000000000002")
BEN: Final = Caller(APP, "{}", "ben@acme.test", float("inf"))


def operation(first: int, last: int, state: str = "running") -> dict[str, Any]:
    """An operation of which these steps are kept."""
    steps = [{"step": f"step {number}", "at": f"{number:03}", "detail": None} for number in range(first, last + 1)]
    return {"id": str(OPERATION), "state": state, "progress": steps, "error_code": "LOST", "error_detail": None}


class Looked(Apps):
    """An operation that is further each time somebody looks at it, and stays as it is in the end."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        super().__init__(cast("Any", None), None)
        self.rows = list(rows)

    async def _asked(self, query: str, *arguments: object) -> Any:
        assert (query, arguments) == ("read_app_operation", (BEN.claims, OPERATION))
        return {"operation": self.rows.pop(0) if len(self.rows) > 1 else self.rows[0]}


def read(apps: Apps, last: str = "") -> AsyncGenerator[bytes, None]:
    """Its events, for a reader who comes back after that one."""

    async def shown() -> dict[str, Any]:
        return {"state": "ready"}

    return events(apps, Asked(BEN, APP, "production", shown), OPERATION, last)


async def told(apps: Apps, last: str = "") -> list[str]:
    """The steps that a reader is told, by their numbers, and how it ends."""
    found = parse(b"".join([frame async for frame in read(apps, last)]).decode())
    assert all((event.id is not None) == (event.name == "progress") for event in found)
    return [(event.id or event.name).removeprefix(f"{OPERATION}/") for event in found]


@pytest.fixture(autouse=True)
def looks_without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_LOOK_SECONDS", 0)


@pytest.mark.parametrize(
    ("last", "steps"),
    [
        ("", ["001", "002", "003"]),
        (f"{OPERATION}/001", ["002", "003"]),
        (f"{OPERATION}/003", []),
        # Not one of this operation's: another one's, one that is not kept any more, anything else.
        (f"{APP}/001", ["001", "002", "003"]),
        (f"{OPERATION}/000", ["001", "002", "003"]),
        ("002", ["001", "002", "003"]),
        ("\xff" * 9000, ["001", "002", "003"]),
    ],
)
@pytest.mark.parametrize(("state", "end"), [("succeeded", "done"), ("failed", "error")])
async def test_each_step_is_told_once(last: str, steps: list[str], state: str, end: str) -> None:
    seen = 3 if last.endswith("/003") else 1
    live = Looked(*(operation(1, max(seen, reached)) for reached in (1, 2, 2)), operation(1, 3, state))
    over = Looked(operation(1, 3, state))
    for apps in (live, over):
        assert await told(apps, last) == [*steps, end]


async def test_steps_beyond_those_that_are_kept_are_told() -> None:
    rows = [operation(first, first + 199) for first in (1, 2, 4)]
    assert await told(Looked(*rows, operation(4, 204, "succeeded"))) == [*(f"{n:03}" for n in range(1, 205)), "done"]


async def test_signs_of_life_while_a_step_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", -1)
    frames = [frame async for frame in read(Looked(*[operation(1, 1)] * 3, operation(1, 1, "succeeded")))]
    assert frames[2:5] == [b": waiting\n\n"] * 3
    assert b"".join(frames).count(b"event: progress") == 1


async def test_each_reader_is_told_everything_and_who_goes_holds_nobody_up() -> None:
    class Slow(Looked):
        """One that waits until it is let go on."""

        going_on = asyncio.Event()

        async def _asked(self, query: str, *arguments: object) -> Any:
            await asyncio.sleep(0)
            return {"operation": operation(1, 2, "succeeded") if self.going_on.is_set() else operation(1, 1)}

    apps = Slow()
    leaving = read(apps)
    assert await anext(leaving) == b": ok\n\n"
    assert b"001" in await anext(leaving)
    two = asyncio.gather(told(apps), told(apps, f"{OPERATION}/001"))
    await leaving.aclose()
    apps.going_on.set()
    assert [*await two] == [["001", "002", "done"], ["002", "done"]]
