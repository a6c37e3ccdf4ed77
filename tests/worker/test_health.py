from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from app.health import Health
from app.metrics import Metrics
from app.middleware import EXCEPTION_HANDLERS, stack
from app.settings import Settings

ADDRESS = "postgresql://u:hunter2@db.internal:5432/d"


class Dependency:
    """Something that answers, fails or hangs as told, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> None:
        self.asked += 1
        self.called.set()
        await self.gate.wait()
        if self.fails:
            raise ConnectionRefusedError(ADDRESS)


class World:
    """What the health routes look at."""

    def __init__(self) -> None:
        self.database = Dependency()
        self.provider = Dependency()
        self.draining = False
        self.now = 100.0


@pytest.fixture
def world() -> World:
    return World()


def make_client(world: World, settings: Settings) -> httpx2.AsyncClient:
    metrics = Metrics("1.2.3")
    health = Health(
        ping=world.database,
        probe=world.provider,
        draining=lambda: world.draining,
        metrics=metrics,
        settings=settings,
        version="1.2.3",
        clock=lambda: world.now,
    )
    app = Starlette(routes=health.routes(), middleware=stack(settings, metrics), exception_handlers=EXCEPTION_HANDLERS)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://worker")


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    async with make_client(world, Settings.load(env_file=None)) as client:
        yield client


async def test_alive_whatever_happens(world: World, client: httpx2.AsyncClient) -> None:
    world.database.fails = world.provider.fails = world.draining = True
    assert (await client.get("/livez")).status_code == 200
    assert (world.database.asked, world.provider.asked) == (0, 0)


async def test_ready_when_the_database_answers(world: World, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 200
    world.database.fails = True
    assert (await client.get("/readyz")).status_code == 200
    world.now += 1
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "DB_ERROR")
    assert answer.headers["retry-after"]
    world.database.fails = False
    world.now += 1
    assert (await client.get("/readyz")).status_code == 200
    assert (world.database.asked, world.provider.asked) == (3, 0)


async def test_not_ready_when_draining(world: World, client: httpx2.AsyncClient) -> None:
    world.draining = True
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "SHUTTING_DOWN")
    assert world.database.asked == 0


async def test_many_ask_at_once_and_the_database_is_asked_once(world: World, client: httpx2.AsyncClient) -> None:
    world.database.gate.clear()
    asking = [asyncio.create_task(client.get("/readyz")) for _ in range(20)]
    await world.database.called.wait()
    asking[0].cancel()
    world.database.gate.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [getattr(answer, "status_code", None) for answer in answers[1:]] == [200] * 19
    assert world.database.asked == 1


async def test_a_database_that_hangs_is_not_ready(world: World, client: httpx2.AsyncClient) -> None:
    world.database.gate.clear()
    async with asyncio.timeout(10):
        assert (await client.get("/readyz")).status_code == 503


async def test_healthy(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/ai/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": "1.2.3",
        "checks": {"database": "ok", "model_provider": "ok"},
    }


@pytest.mark.parametrize(("database", "provider"), [(True, False), (False, True), (True, True)])
async def test_unhealthy_says_which_and_nothing_secret(
    world: World, client: httpx2.AsyncClient, database: bool, provider: bool
) -> None:
    world.database.fails, world.provider.fails = database, provider
    answer = await client.get("/api/ai/health")
    assert answer.status_code == 503
    words = {True: "unavailable", False: "ok"}
    assert answer.json()["checks"] == {"database": words[database], "model_provider": words[provider]}
    assert answer.json()["status"] == "unavailable"
    assert "hunter2" not in answer.text and "internal" not in answer.text


async def test_the_provider_is_asked_rarely(world: World, client: httpx2.AsyncClient) -> None:
    await client.get("/api/ai/health")
    world.provider.fails = True
    world.now += 29
    assert (await client.get("/api/ai/health")).status_code == 200
    assert world.provider.asked == 1
    world.now += 1
    assert (await client.get("/api/ai/health")).status_code == 503
    world.provider.fails = False
    world.now += 4
    assert (await client.get("/api/ai/health")).status_code == 503
    assert world.provider.asked == 2
    world.now += 1
    assert (await client.get("/api/ai/health")).status_code == 200
    assert world.provider.asked == 3


async def test_metrics_are_open_unless_a_token_is_set(client: httpx2.AsyncClient) -> None:
    await client.get("/livez")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'palaver_http_requests_total{method="GET",route="/livez",status="200"} 1.0' in answer.text


async def test_metrics_ask_for_their_token(world: World) -> None:
    settings = Settings.load(env_file=None, metrics_token="scraper-token")
    async with make_client(world, settings) as client:
        codes = []
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer scraper-token"}):
            answer = await client.get("/metrics", headers=headers)
            codes.append((answer.status_code, answer.headers.get("www-authenticate")))
        assert codes == [(401, "Bearer"), (401, "Bearer"), (200, None)]
