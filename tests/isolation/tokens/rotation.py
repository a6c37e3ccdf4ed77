"""Keys that come and go: found by few fetches, and gone within a bounded time."""

from __future__ import annotations

import time
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from tests.isolation.tokens.cases import bearing
from tests.isolation.tokens.minting import SIGNING, jwk
from tests.isolation.tokens.outage import COOL_DOWN, FRESH, SET, Begin

NEW_KEY: Final = ec.generate_private_key(ec.SECP256R1())


async def rotating_under_load(begin: Begin) -> None:
    """A new key is found by one fetch, whoever asks for it; the old one is gone with it."""
    async with begin("keys rotate") as it:
        old = it.token()
        await it.probe.accepted("the old key", old)
        it.project.publish(jwk(NEW_KEY, kid="new"), SET[1])
        await it.probe.refused("the new key, within the cool-down", it.token(NEW_KEY, "new"))
        it.fetched(1, "within the cool-down")
        it.now += COOL_DOWN
        it.project.behaviour = it.once_all_wait(50, it.project.behaviour)
        await it.probe.accepted("the new key", *(it.token(NEW_KEY, "new") for _ in range(50)))
        it.fetched(2, "the new key")
        await it.probe.refused("the old key, remembered", old)
        await it.probe.refused("the old key", it.token())
        it.fetched(2, "the old key")


async def withdrawn(begin: Begin) -> None:
    """A key that is published no more ends within the bounded time, on a worker where nothing else happens too."""
    async with begin("keys are withdrawn") as it:
        remembered = it.token()
        await it.probe.accepted("published", remembered)
        it.project.publish(SET[1])
        it.now += FRESH - 1
        await it.probe.accepted("not yet asked for again", remembered)
        it.now += 1
        await it.probe.refused("withdrawn, remembered", remembered)
        await it.probe.refused("withdrawn", it.token())
        it.fetched(2, "withdrawn")
        it.project.publish()
        it.now += FRESH
        rs256 = bearing(it.mint.token("RS256"))
        await it.probe.refused("no key at all", rs256, it.token())
        it.fetched(3, "no key at all")
        it.project.publish(*SET)
        it.now += COOL_DOWN
        await it.probe.accepted("published again", remembered, rs256, it.token())
        it.fetched(4, "published again")


async def replaced(begin: Begin) -> None:
    """Another key under the same id counts from the next fetch, at most ten minutes later; the old one ends then."""
    async with begin("a key is replaced") as it:
        old, new = it.token(), it.token(NEW_KEY)
        await it.probe.accepted("the old key", old)
        it.project.publish(jwk(NEW_KEY, kid="e"), SET[1])
        it.now += FRESH - 1
        await it.probe.refused("the new key, not yet fetched", new)
        await it.probe.accepted("the old key, not yet replaced", old)
        it.fetched(1, "before")
        it.now += 1
        await it.probe.refused("the old key, remembered", old)
        await it.probe.refused("the old key", it.token())
        await it.probe.accepted("the new key", new)
        it.fetched(2, "after")


async def flooded(begin: Begin) -> None:
    """Unknown ids cause one fetch in a cool-down, however many there are, and hold up nobody else."""
    async with begin("unknown ids") as it:
        await it.probe.accepted("a known id", it.token())
        await it.probe.refused("within the cool-down", *(it.unknown() for _ in range(100)))
        it.fetched(1, "within the cool-down")
        for times in range(2, 7):
            it.now += COOL_DOWN
            with it.soon("after a cool-down"):
                await it.probe.refused("after a cool-down", *(it.unknown() for _ in range(25)))
                await it.probe.accepted("a known id", it.token())
            it.fetched(times, "after a cool-down")


async def expired(begin: Begin) -> None:
    """A token that was verified while it was good is refused once it is not, with no fetch."""
    async with begin("remembered and expired") as it:
        verifier = it.probe.running.worker.verifier
        tokens = [bearing(it.mint.token(algorithm)) for algorithm in SIGNING]
        await it.probe.accepted("in time", *tokens)
        verifier._clock = lambda: it.mint.now + 3629.0
        await it.probe.accepted("within the leeway", *tokens)
        verifier._clock = lambda: it.mint.now + 3630.0
        await it.probe.refused("expired", *tokens)
        await it.probe.refused("expired, again", *tokens)
        verifier._clock = time.time
        it.fetched(1, "expired")
