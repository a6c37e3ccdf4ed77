"""The worker: its parts put together, and its life from start to drained."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app import __version__
from app.assistant.answer.talk import ConfigurationSessions
from app.assistant.library import DatabaseLibrary
from app.assistant.projects import Projects
from app.assistant.routes import Assistant
from app.assistant.suggestions import Suggestions
from app.caller import TokenVerifier
from app.chat.openai_api import OpenAIApi, error_response
from app.chat.plain_sse import Chat
from app.chat.providers import Providers
from app.chat.turns import Turns
from app.chat.ui import UiChat
from app.database import Database
from app.health import Health
from app.jobs.scheduler import Scheduler
from app.jwks import Jwks
from app.logs import configure, get_logger
from app.metrics import Metrics
from app.middleware import EXCEPTION_HANDLERS, stack
from app.protocol import Protocol
from app.provisioning.app_changes import Changes
from app.provisioning.apps import Apps
from app.provisioning.change_routes import ChangeRoutes
from app.provisioning.http import PREFIX
from app.provisioning.intake import Intake
from app.provisioning.routes import Provisioning
from app.provisioning.work.runner import Runner
from app.settings import Settings
from app.web.console import Console
from app.web.openapi import Description
from app.web.share import Shares

log = get_logger(__name__)

KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the usual load balancer's, so that it is never we who close first."""

GARBAGE_THRESHOLDS: Final = (50_000, 50, 100)


class Worker:
    """Everything one worker process consists of."""

    def __init__(self, settings: Settings) -> None:
        if settings.worker_database_url is None:
            raise ValueError("WORKER_DATABASE_URL is needed")
        self.settings = settings
        self.providers = Providers(settings)
        self.metrics = Metrics(__version__, self.providers.models)
        self.database = Database(
            settings.worker_database_url.get_secret_value(),
            size=settings.database_pool_size,
            timeout=settings.database_timeout_seconds,
            metrics=self.metrics,
        )
        self.jwks = Jwks(f"{settings.supabase_url}/auth/v1/.well-known/jwks.json") if settings.supabase_url else None
        self.verifier = TokenVerifier(settings, self.jwks)
        library = DatabaseLibrary(self.database)
        sessions = ConfigurationSessions(library, self.providers)
        self.turns = Turns(settings, self.database, self.providers, self.metrics, sessions)
        self.assistant = Assistant(self.verifier, Projects(self.database, library), Suggestions(self.database, library))
        self.scheduler = Scheduler(self.database, self.metrics)
        self.shares = Shares(self.database)
        self.runner = Runner.of(settings, self.database, self.metrics)
        apps, intake = Apps(self.database, self.runner), Intake(self.database)
        changes = Changes(self.database, apps, self.runner.planner if self.runner else None)
        self.provisioning = Provisioning(self.verifier, apps, intake)
        self.changes = ChangeRoutes(self.verifier, apps, intake, changes)
        self.health = Health(
            ping=self.database.ping,
            probe=self.providers.probe,
            draining=lambda: self.turns.draining,
            metrics=self.metrics,
            settings=settings,
            version=__version__,
        )
        self.app = Starlette(
            routes=self._routes(),
            middleware=stack(
                settings,
                self.metrics,
                {"/v1/": error_response, "/share/": self.shares.error_page},
                {PREFIX: settings.max_app_bytes},
            ),
            exception_handlers=EXCEPTION_HANDLERS,
            lifespan=self._lifespan,
        )
        # A redirect to an address without its last slash would repeat whatever host the request names.
        self.app.router.redirect_slashes = False

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            *Console(self.settings).routes(),
            *Description(self.settings).routes(),
            *self.health.routes(),
            *self.provisioning.routes(),
            *self.changes.routes(),
        ]
        if self.settings.enable_ai_assistant:
            for dialect in (Chat, UiChat, OpenAIApi):
                routes += dialect(self.settings, self.verifier, self.turns).routes()
            routes += self.assistant.routes()
            routes += self.shares.routes()
        return routes

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        await self.database.open()
        self.scheduler.start()
        self.turns.start()
        if self.runner is not None:
            self.runner.open()
        log.info("started", version=__version__, demonstration=self.settings.demonstration)
        try:
            yield
        finally:
            await self.scheduler.stop()
            await self.shares.watch.stop()
            await self.turns.drain(0)
            if self.runner is not None:
                await self.runner.drain(self.settings.shutdown_grace_seconds)
            await self.turns.stop_progress()
            await self.providers.aclose()
            if self.jwks is not None:
                await self.jwks.aclose()
            await self.database.close()
            log.info("stopped")


class Server(uvicorn.Server):
    """uvicorn, but answers under way are seen to their end before connections are closed."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        settings = worker.settings
        super().__init__(
            uvicorn.Config(
                worker.app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                loop="uvloop",
                http=Protocol,
                ws="none",
                lifespan="on",
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=5,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, while new requests are still answered (with 503), then stop."""
        await self._worker.turns.drain(self._worker.settings.shutdown_grace_seconds)
        self._worker.shares.watch.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> int:
    """Run the worker until SIGTERM or SIGINT; the exit status."""
    configure(settings)
    server = Server(Worker(settings))
    _calm_garbage_collection()
    with (
        # uvicorn hands the signal on once it has stopped, and the interpreter turns Ctrl-C into this.
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner,
    ):
        runner.run(server.serve())
    return 0 if server.started else 1


def _calm_garbage_collection() -> None:
    """Leave what lives as long as the process out of collections, each of which would hold all streams up.

    A full collection of a worker that has just started takes 65 ms, next to none once it is frozen.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
