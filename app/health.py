"""Is the worker alive, ready, healthy; and its metrics."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.caller import bearer
from app.errors import DatabaseUnavailable, InvalidToken, ShuttingDown, problem_response
from app.logs import get_logger
from app.metrics import CONTENT_TYPE, Metrics
from app.settings import Settings

log = get_logger(__name__)

PING_TIMEOUT_SECONDS: Final = 1.0
PROBE_TIMEOUT_SECONDS: Final = 5.0


class Check:
    """Something that is asked for at most once at a time, and whose result is kept for a while."""

    def __init__(
        self,
        name: str,
        ask: Callable[[], Awaitable[None]],
        *,
        timeout: float,
        keep_good: float,
        keep_bad: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._ask = ask
        self._timeout = timeout
        self._keep_good, self._keep_bad = keep_good, keep_bad
        self._clock = clock
        self._good: bool | None = None
        self._until = 0.0
        self._asking: asyncio.Task[bool] | None = None

    async def good(self) -> bool:
        """Whether it answered, now or a moment ago."""
        if self._good is not None and self._clock() < self._until:
            return self._good
        if self._asking is None:
            self._asking = asyncio.create_task(self._run(), name=f"check-{self._name}")
        # Shielded: one client who goes away must not end the check that others wait for.
        return await asyncio.shield(self._asking)

    async def _run(self) -> bool:
        reason = ""
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask()
        except Exception as error:
            reason = type(error).__name__
        good = not reason
        if good != self._good:
            say = log.info if good else log.warning
            say("check_changed", check=self._name, good=good, reason=reason)
        self._good = good
        self._until = self._clock() + (self._keep_good if good else self._keep_bad)
        self._asking = None
        return good


class Health:
    """The routes about the worker itself.

    `ping` asks the database, `probe` the model provider (free of charge); both raise when it does
    not answer. `draining` says whether the worker is about to stop.
    """

    def __init__(
        self,
        *,
        ping: Callable[[], Awaitable[None]],
        probe: Callable[[], Awaitable[None]],
        draining: Callable[[], bool],
        metrics: Metrics,
        settings: Settings,
        version: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = Check("database", ping, timeout=PING_TIMEOUT_SECONDS, keep_good=1.0, keep_bad=1.0, clock=clock)
        self._provider = Check(
            "model_provider", probe, timeout=PROBE_TIMEOUT_SECONDS, keep_good=30.0, keep_bad=5.0, clock=clock
        )
        self._draining = draining
        self._metrics = metrics
        self._metrics_token = settings.metrics_token
        self._version = version

    def routes(self) -> list[Route]:
        """The routes, to be added to the application's."""
        return [
            Route("/livez", self.livez),
            Route("/readyz", self.readyz),
            Route("/api/ai/health", self.health),
            Route("/metrics", self.metrics),
        ]

    async def livez(self, request: Request) -> Response:
        """200 as long as the worker runs; asks nothing else, or an outage would restart every worker."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """200 when the worker can take requests; 503 when it is draining or has no database."""
        if self._draining():
            return problem_response(ShuttingDown())
        if not await self._database.good():
            return problem_response(DatabaseUnavailable())
        return JSONResponse({"status": "ok"})

    async def health(self, request: Request) -> Response:
        """`{status, version, checks: {database, model_provider}}`; 503 when one of them fails."""
        names = ("database", "model_provider")
        results = await asyncio.gather(self._database.good(), self._provider.good())
        checks = {name: "ok" if good else "unavailable" for name, good in zip(names, results, strict=True)}
        status = "ok" if all(results) else "unavailable"
        body = {"status": status, "version": self._version, "checks": checks}
        return JSONResponse(body, 200 if all(results) else 503)

    async def metrics(self, request: Request) -> Response:
        """Everything measured, in Prometheus' text format; for the bearer of METRICS_TOKEN if that is set."""
        if self._metrics_token is not None:
            expected = self._metrics_token.get_secret_value().encode()
            if not hmac.compare_digest(bearer(request.headers).encode(), expected):
                raise InvalidToken("The metrics token is wrong.")
        return Response(self._metrics.render(), media_type=CONTENT_TYPE)
