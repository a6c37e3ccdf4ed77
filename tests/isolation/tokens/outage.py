"""A worker whose project's auth server can fail, with a clock for the age of its keys that is moved by hand."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from app.jwks import Jwks
from tests.isolation.tokens.cases import Presented, bearing
from tests.isolation.tokens.jwks_server import KEYS, Behaviour, JwksServer
from tests.isolation.tokens.minting import EC_KEY, MARK, RSA_KEY, STRANGERS, Mint, jwk, sign
from tests.isolation.tokens.probe import Probe

FRESH: Final = 600.0
"""Seconds for which a fetched set is not asked for again."""
STALE: Final = 86_400.0
"""Seconds for which it is used at most while asking fails."""
COOL_DOWN: Final = 15.0
"""Seconds between two fetches for ids that are unknown."""
RETRY: Final = 3.0
"""Seconds between two fetches that fail."""
PATIENT: Final = 10.0
"""Seconds a fetch may take where it is meant to succeed, or to be under way."""
IMPATIENT: Final = 0.3
"""Seconds it may take where it is meant to fail."""
AT_ONCE: Final = 5.0
"""Bound of real time for what waits for no more than one such failure, on a machine that is busy with other things."""

SET: Final = (jwk(EC_KEY, kid="e"), jwk(RSA_KEY, kid="r"))


@dataclass
class Outage:
    """A worker whose project can fail, and the time by which its keys age."""

    probe: Probe
    project: JwksServer
    mint: Mint
    now: float = 0.0
    _ids: Iterator[int] = field(default_factory=itertools.count)

    @property
    def jwks(self) -> Jwks:
        """The worker's copy of the keys."""
        found = self.probe.running.worker.jwks
        assert found is not None
        return found

    def clock(self) -> float:
        """Seconds, which pass only when told to."""
        return self.now

    def token(self, key: Any = EC_KEY, kid: str = "e") -> Presented:
        """A new token, good as long as its key is."""
        header = self.mint.header("ES256", kid=json.dumps(kid))
        return bearing(self.mint.token("ES256", header=header, signer=sign("ES256", key)))

    def unknown(self) -> Presented:
        """A token under an id that nobody has heard of."""
        return self.token(STRANGERS["ES256"], f"{MARK}-{next(self._ids)}")

    async def unavailable(self, name: str, *presented: Presented) -> None:
        """These must be refused until the auth server answers."""
        await self.probe.refused(name, *presented, code="AUTH_SERVICE_UNAVAILABLE", status=503)

    async def legacy(self) -> None:
        """Whoever needs no key is held up by nothing."""
        with self.soon("a legacy token"):
            await self.probe.accepted("a legacy token", bearing(self.mint.token("HS256")))

    def fetched(self, times: int, when: str) -> None:
        """The set must have been asked for so often."""
        asked = len(self.project.asked)
        self.probe.hold(asked == times, f"{when}: {asked} fetches instead of {times}")

    def once_all_wait(self, many: int, answer: Behaviour) -> Behaviour:
        """Answer so, but only when the worker has so many requests under way."""

        async def behave(server: JwksServer, writer: asyncio.StreamWriter) -> None:
            while len(self.probe.running.server.server_state.tasks) < many:
                await asyncio.sleep(0.005)
            await answer(server, writer)

        return behave

    @contextmanager
    def soon(self, what: str) -> Iterator[None]:
        """The block must not take long."""
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        self.probe.hold(took < AT_ONCE, f"{what}: took {took:.2f} s")


@asynccontextmanager
async def outage(probe: Probe, project: JwksServer, category: str) -> AsyncIterator[Outage]:
    """The worker as if it had just been started, while its project publishes SET."""
    project.publish(*SET)
    project.asked.clear()
    it = Outage(probe, project, Mint(f"{project.url}/auth/v1"))
    worker = probe.running.worker
    verifier, before = worker.verifier, worker.jwks
    worker.jwks = verifier._jwks = Jwks(f"{project.url}{KEYS}", timeout=PATIENT, clock=it.clock)
    verifier._known.clear()
    if before is not None:
        await before.aclose()
    with probe.within(category):
        yield it
        probe.hold(set(project.asked) <= {KEYS}, f"asked for {set(project.asked)}")


Begin = Callable[[str], AbstractAsyncContextManager[Outage]]
"""Begins an outage under the name of a category."""
