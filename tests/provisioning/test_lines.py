"""Places that tenants share: who comes first, who waits, who is sent away."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest

from app.caller import Caller
from app.database import Database
from app.errors import RateLimited
from app.provisioning import intake
from app.provisioning.extraction.sandbox import Extracted, Given
from app.provisioning.lines import LineFull, Lines
from app.provisioning.work.runner import Runner


class Office:
    """People who come to the places, and stay until they are told to go."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.served: list[str] = []
        self.going: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """A person's first letter says whose they are."""
        for name in names:
            self.going[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._stay(name))
            await self.settle()

    async def go(self, *names: str) -> None:
        for name in names:
            self.going[name].set()
            await self.settle()

    async def settle(self) -> None:
        """Let everybody do what they can."""
        for _ in range(5):
            await asyncio.sleep(0)

    async def _stay(self, name: str) -> None:
        async with self.lines.place(name[0]):
            self.served.append(name)
            await self.going[name].wait()


async def test_nobody_waits_for_all_that_another_one_wants() -> None:
    office = Office(Lines(places=2, each=1))
    await office.come("a1", "a2", "a3", "b1", "b2", "c1")
    assert office.served == ["a1", "b1"]
    await office.go("a1")
    assert office.served == ["a1", "b1", "c1"], "a was served last, b has a place"
    await office.go("c1", "b1", "a2", "b2", "a3")
    assert office.served == ["a1", "b1", "c1", "a2", "b2", "a3"]
    await asyncio.gather(*office.tasks.values())


async def test_whoever_has_the_fewest_places_comes_first() -> None:
    office = Office(Lines(places=4, each=3))
    await office.come("a1", "a2", "a3", "a4", "b1", "a5", "c1", "b2")
    assert office.served == ["a1", "a2", "a3", "b1"], "one place is nobody's who has three"
    await office.go("a1")
    assert office.served[4:] == ["c1"]
    await office.go("a2")
    assert office.served[5:] == ["b2"], "each has one, and a had one last"


async def test_who_gives_up_holds_nobody_up() -> None:
    office = Office(Lines(places=1, each=1, waiting=1))
    await office.come("a1", "a2", "b1")
    with pytest.raises(LineFull):
        async with office.lines.place("a"):
            pass
    office.tasks["a2"].cancel()
    await office.settle()
    await office.come("a3")
    # Served and cancelled in one go: the place is free again.
    office.going["a1"].set()
    await asyncio.sleep(0)
    office.tasks["b1"].cancel()
    await office.settle()
    assert office.served[-1] == "a3"
    await office.go("a3")
    async with office.lines.place("a"):
        pass


async def test_a_tenant_whose_uploads_are_slow_leaves_a_reader_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    reading: list[Given] = []
    may_end = asyncio.Event()

    async def slowly(given: Given) -> Extracted:
        reading.append(given)
        await may_end.wait()
        raise AssertionError("nobody waits for this")

    monkeypatch.setattr(intake, "extract_apart", slowly)
    reads = intake.Intake(Database.__new__(Database)).read
    nobody = Caller(uuid4(), "{}", None, 0.0)
    slow, quick = Given(files={"slow.ts": ""}), Given(files={"quick.ts": ""})

    def upload(given: Given, tenant: str) -> asyncio.Task[Extracted]:
        return asyncio.create_task(reads(nobody, UUID(int=0), given, tenant_id=tenant))

    waiting = [upload(slow, "one") for _ in range(1 + intake.MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited) as refused:
        await upload(slow, "one")
    assert refused.value.retry_after == intake.RETRY_SECONDS
    other = upload(quick, "another")
    for _ in range(3):
        await asyncio.sleep(0)
    assert reading == [slow, quick]
    for task in (*waiting, other):
        task.cancel()
    await asyncio.wait([*waiting, other])


@pytest.mark.parametrize(
    ("kind", "arguments"), [("backup", {}), ("copy", {"from": "staging"}), ("remove", {"final": True})]
)
async def test_long_operations_leave_places_to_those_that_somebody_waits_for(
    kind: str, arguments: dict[str, object]
) -> None:
    begun: list[str] = []
    may_end = asyncio.Event()

    class Claims(Mock):
        async def fetch_row(self, query: str, worker: str, lease: object, operation_id: UUID) -> tuple[None]:
            begun.append(tenants[operation_id])
            await may_end.wait()
            return (None,)

    runner = Runner(Claims(), Mock(), Mock(), Mock())
    tenants: dict[UUID, str] = {}

    async def ask(kind: str, tenant: str, **arguments: object) -> asyncio.Task[None]:
        operation = uuid4()
        tenants[operation] = tenant
        task = runner.begin({"id": str(operation), "tenant_id": tenant, "kind": kind, "arguments": arguments})
        for _ in range(5):
            await asyncio.sleep(0)
        return task

    tasks = [await ask(kind, tenant, **arguments) for tenant in ("one", "two", "three") for _ in range(50)]
    assert begun == ["one"] * 2 + ["two"] * 2
    for tenant in ("one", "four", "four"):
        tasks.append(await ask("provision", tenant))
        assert begun[-1] == tenant
    may_end.set()
    await asyncio.gather(*tasks)
    assert sorted(begun) == sorted(tenants.values())
