"""A worker that makes databases, as people and their clients meet it over HTTP."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx2

from app.local.postgres import Postgres
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.names import Names
from tests.provisioning.server.conftest import PROVISIONER_PASSWORD, set_up
from tests.running import Event, RunningWorker, parse, running
from tests.versions import throwaway
from tests.world import Actor, Database, server_directory, token

SECRETS_KEY: Final = b64encode(bytes(32)).decode()
ROOT: Final = "/api/v1/generated-apps"


@dataclass(frozen=True)
class AppsPostgres:
    """A server for apps, as a DBA sets it up."""

    postgres: Postgres
    server: AppServer

    @property
    def url(self) -> str:
        """PROVISIONER_DATABASE_URL."""
        return self.postgres.url("palaver_provisioner", PROVISIONER_PASSWORD)

    async def clear(self) -> None:
        """Remove all apps' databases."""
        for name in set((await self.server.objects()).values()):
            async with self.server.place(Names(UUID(name.removeprefix("app_")))) as place:
                await place.remove()


@contextmanager
def apps_postgres() -> Iterator[AppsPostgres]:
    """A throw-away one."""
    with server_directory() as directory, throwaway(directory, "superuser-password") as postgres:
        yield AppsPostgres(postgres, set_up(postgres))


@dataclass
class Person:
    """Somebody with a client, or nobody."""

    client: httpx2.AsyncClient
    auth_id: UUID | None

    async def ask(
        self,
        method: str,
        app_id: object,
        path: str,
        body: object = None,
        *,
        events: bool = False,
        key: str | None = None,
        last: str | None = None,
        **options: Any,
    ) -> httpx2.Response:
        """A request under an app's database; `body` is JSON, or the bytes of an archive.

        `key`: its Idempotency-Key; `last`: its Last-Event-ID.
        """
        headers = {"Authorization": f"Bearer {token(self.auth_id)}"} if self.auth_id else {}
        headers |= {name: value for name, value in (("Idempotency-Key", key), ("Last-Event-ID", last)) if value}
        if events:
            headers["Accept"] = "text/event-stream"
        if isinstance(body, bytes):
            options["content"] = body
            headers["Content-Type"] = "application/zip"
        elif body is not None:
            options["json"] = body
        return await self.client.request(method, f"{ROOT}/{app_id}/database/{path}", headers=headers, **options)

    async def get(self, app_id: object, path: str, **options: Any) -> Any:
        """What a GET answers."""
        return _said(await self.ask("GET", app_id, path, **options), 200)

    async def post(self, app_id: object, path: str, body: object = None, *, code: int = 200, **options: Any) -> Any:
        """What a POST answers."""
        return _said(await self.ask("POST", app_id, path, body, **options), code)

    async def delete(self, app_id: object, path: str, *, code: int = 200, **options: Any) -> Any:
        """What a DELETE answers."""
        return _said(await self.ask("DELETE", app_id, path, **options), code)

    async def events(
        self, app_id: object, path: str, body: object = None, method: str = "POST", **options: Any
    ) -> list[Event]:
        """The events with which it is answered."""
        answered = await self.ask(method, app_id, path, body, events=True, **options)
        assert answered.headers["content-type"].startswith("text/event-stream"), answered.text
        return parse(answered.text)

    async def refused(self, method: str, app_id: object, path: str, body: object = None, **options: Any) -> str:
        """The code of the problem."""
        answered = await self.ask(method, app_id, path, body, **options)
        assert answered.headers["content-type"] == "application/problem+json", answered.text
        return str(answered.json()["code"])


def _said(answered: httpx2.Response, code: int) -> Any:
    assert answered.status_code == code, answered.text
    return answered.json()


@dataclass
class Serving:
    """A running worker, its database, its server for apps."""

    database: Database
    running: RunningWorker
    ground: AppsPostgres
    people: dict[Any, Person] = field(default_factory=dict)

    def person(self, actor: Actor | None) -> Person:
        """That person's client; None: somebody who is not signed in."""
        return Person(self.running.client, actor.auth_id if actor else None)

    async def app(self, owner: Actor, files: dict[str, str] | None = None, name: str = "Shop") -> UUID:
        """An app of somebody's, with its files."""
        app_id: UUID = await owner.value("insert into public.generated_apps (name) values ($1) returning id", name)
        for path, content in (files or {}).items():
            await owner.execute(
                "insert into public.generated_app_files (app_id, path, content) values ($1, $2, $3)",
                app_id,
                path,
                content,
            )
        return app_id


@asynccontextmanager
async def serving(database: Database, ground: AppsPostgres, **settings: Any) -> AsyncIterator[Serving]:
    """A worker until the block ends; no app has a database then."""
    given = {"provisioner_database_url": ground.url, "secrets_key": SECRETS_KEY, **settings}
    try:
        async with running(database, **given) as worker:
            yield Serving(database, worker, ground)
    finally:
        await ground.clear()


@asynccontextmanager
async def opened(connection_string: str) -> AsyncIterator[asyncpg.Connection]:
    """A database, as its app opens it."""
    connection = await asyncpg.connect(connection_string)
    try:
        yield connection
    finally:
        await connection.close()
