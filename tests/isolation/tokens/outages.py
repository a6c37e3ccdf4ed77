"""An auth server that is down, slow, rotating or lying: what the client sees, how soon, and after how many fetches.

Legacy tokens need no key of it, and are accepted throughout.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from tests.isolation.tokens.jwks_server import JwksServer, drips, hangs_up, is_silent, never_ends
from tests.isolation.tokens.lies import lying
from tests.isolation.tokens.outage import AT_ONCE, FRESH, IMPATIENT, PATIENT, RETRY, SET, STALE, Begin, outage
from tests.isolation.tokens.probe import Scene, probing
from tests.isolation.tokens.rotation import expired, flooded, replaced, rotating_under_load, withdrawn


async def down_at_the_start(begin: Begin) -> None:
    """Nobody can be known; as soon as the server is there, everybody is."""
    async with begin("auth server down") as it:
        await it.project.stop()
        with it.soon("refused connections"):
            for _ in range(5):
                await it.unavailable("the server is down", it.token())
        await it.legacy()
        await it.project.start()
        await it.unavailable("it is back, within the pause", it.token())
        it.fetched(0, "within the pause")
        it.now += RETRY
        await it.probe.accepted("it is back", it.token())
        it.fetched(1, "after the pause")


async def down_later(begin: Begin) -> None:
    """The old set is used for a bounded time, and not a second longer, not even for tokens that are remembered."""
    async with begin("auth server down") as it:
        remembered = it.token()
        await it.probe.accepted("while it is up", remembered)
        await it.project.stop()
        for age in (FRESH - 1, FRESH, FRESH + RETRY, STALE / 2, STALE - 1):
            it.now = age
            await it.probe.accepted(f"after {age:.0f} s", remembered, it.token())
            if age >= FRESH:
                await it.unavailable(f"an unknown id after {age:.0f} s", it.unknown())
        for age in (STALE, STALE + RETRY):
            it.now = age
            await it.unavailable(f"after {age:.0f} s", remembered)
            await it.unavailable(f"after {age:.0f} s", it.token())
        await it.legacy()
        await it.project.start()
        it.now += RETRY
        await it.probe.accepted("it is back", remembered, it.token())


async def failing_at_the_start(begin: Begin) -> None:
    """However it fails, all who wait share one fetch, and those who come within the pause wait for none."""
    for behaves in (is_silent, hangs_up, drips, never_ends):
        async with begin(f"auth server {behaves.__name__.replace('_', ' ')}") as it:
            it.project.behaviour, it.jwks._timeout = behaves, IMPATIENT
            with it.soon("one fetch"):
                await it.unavailable("all at once", *(it.token() for _ in range(10)))
            it.fetched(1, "all at once")
            with it.soon("within the pause"):
                await it.unavailable("within the pause", *(it.token() for _ in range(10)))
            it.fetched(1, "within the pause")
            await it.legacy()
            it.project.publish(*SET)
            it.jwks._timeout = PATIENT
            it.now += RETRY
            await it.probe.accepted("it is well again", *(it.token() for _ in range(10)))
            it.fetched(2, "well again")
            # What fits between the two programs' buffers; nothing is read past the limit.
            it.probe.hold(it.project.sent < 16_000_000, f"{it.project.sent} bytes were read")


async def slow_later(begin: Begin) -> None:
    """A server that no longer answers costs one wait, and then nobody whose key is known waits for it again."""
    async with begin("auth server is silent") as it:
        remembered = it.token()
        await it.probe.accepted("while it answers", remembered)
        it.project.behaviour, it.jwks._timeout = is_silent, IMPATIENT
        it.now += FRESH
        with it.soon("the first"):
            await it.probe.accepted("the first", remembered, it.token())
        it.fetched(2, "the first")
        it.jwks._timeout = PATIENT
        it.now += RETRY
        it.project.connected.clear()
        await it.probe.accepted("the others", remembered, *(it.token() for _ in range(10)))
        async with asyncio.timeout(AT_ONCE):
            await it.project.connected.wait()
        it.probe.hold(it.jwks._fetching, "the fetch that nobody waited for has ended")
        it.fetched(3, "the others")


OUTAGES: Final = (
    down_at_the_start,
    down_later,
    failing_at_the_start,
    slow_later,
    rotating_under_load,
    withdrawn,
    replaced,
    flooded,
    lying,
    expired,
)


async def try_outages(scene: Scene) -> None:
    """Try all of it at one worker; what does not hold is in the scene's score."""
    async with JwksServer() as project, probing(scene, supabase_url=project.url) as probe:
        for happens in OUTAGES:
            await happens(partial(outage, probe, project))
        await probe.nothing_in_metrics()
