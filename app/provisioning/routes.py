"""The routes of apps' databases: preview, provision, status, connection, removal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import EventStream, idempotency_key
from app.errors import EncryptionUnavailable
from app.provisioning.apps import ENDED, Apps
from app.provisioning.extraction.report import document
from app.provisioning.forms import Environment, Row, status
from app.provisioning.http import (
    BASE,
    Asked,
    answer,
    ended,
    environment_of,
    events,
    flag,
    given_files,
    id_of,
    last_event,
    number,
    wants_events,
)
from app.provisioning.intake import Intake
from app.provisioning.schema.script import script


class Provisioning:
    """Routes under an app's id. Each takes `?environment=`, production where nothing is said."""

    def __init__(self, verifier: TokenVerifier, apps: Apps, intake: Intake) -> None:
        self._verifier = verifier
        self._apps = apps
        self._intake = intake

    def routes(self) -> list[BaseRoute]:
        """The routes, to be added to the application's."""
        return [
            Route(f"{BASE}/preview", self.preview, methods=["POST"]),
            Route(f"{BASE}/provision", self.provision, methods=["POST"]),
            Route(f"{BASE}/deprovision", self.deprovision, methods=["DELETE"]),
            Route(f"{BASE}/undo-deprovision", self.undo_deprovision, methods=["POST"]),
            Route(f"{BASE}/status", self.status, methods=["GET"]),
            Route(f"{BASE}/connection", self.connection, methods=["GET"]),
            Route(f"{BASE}/rotate-password", self.rotate, methods=["POST"]),
        ]

    async def preview(self, request: Request) -> Response:
        """What would be made of the app's files, or of those given: nothing is kept, nothing made."""
        caller, app_id = await self._caller(request), id_of(request)
        tenant_id = (await self._apps.find(caller, app_id))["app"]["tenant_id"]
        extracted = await self._intake.read(caller, app_id, await given_files(request), tenant_id=tenant_id)
        lacks = await self._apps.lacks(extracted.extraction.schema)
        extraction = replace(extracted.extraction, findings=(*extracted.extraction.findings, *lacks))
        sql = None if extraction.errors_of_schema else await asyncio.to_thread(script, extraction.schema)
        return answer({**document(extraction, extracted.left_out), "sql": sql})

    async def provision(self, request: Request) -> Response:
        """Make the database of an app, with the tables that its files say; the same again gives what there is."""
        asked, key = await self._asked(request), idempotency_key(request.headers)
        tenant_id = (await self._apps.find(asked.caller, asked.app_id))["app"]["tenant_id"]
        empty, files = flag(request, "empty", usual=False), await given_files(request)
        await self._apps.check_room(asked.caller, asked.app_id, asked.environment)
        revision = await self._intake.keep(asked.caller, asked.app_id, files, empty=empty, tenant_id=tenant_id)
        arguments = {"revision_id": revision.id}
        requested = await self._apps.request(asked.caller, asked.app_id, asked.environment, "provision", arguments, key)
        return await ended(request, self._apps, asked, requested, 201 if requested.status == "created" else 200)

    async def deprovision(self, request: Request) -> Response:
        """Shut the database at once, and remove it for good after `graceDays` (7), with a backup unless told not to."""
        arguments: dict[str, Any] = {"backup": flag(request, "backup", usual=True)}
        if (days := number(request, "graceDays")) is not None:
            arguments["grace_days"] = days
        return await self._operation(request, "remove", arguments)

    async def undo_deprovision(self, request: Request) -> Response:
        """Have a database back that is being removed, within its grace."""
        return await self._operation(request, "unremove")

    async def rotate(self, request: Request) -> Response:
        """A new password; the former one is good for a while yet, and connections live on."""
        return await self._operation(request, "rotate")

    async def status(self, request: Request) -> Response:
        """How the database is; as events, until what is being done to it has ended."""
        asked = await self._asked(request)
        shown = status(await self._apps.find(asked.caller, asked.app_id), asked.environment)
        if not wants_events(request):
            return answer(shown)
        operation, last = shown["operation"], last_event(request)
        # Of what has ended only whoever was told its first steps is told the others.
        tells = operation is not None and (operation["state"] not in ENDED or last.startswith(operation["id"]))
        return EventStream(events(self._apps, asked, UUID(operation["id"]) if tells else None, last), {})

    async def connection(self, request: Request) -> Response:
        """What opens the database, for its owner; each look is noted in the audit log."""
        asked = await self._asked(request)
        return answer(await self._apps.connection(asked.caller, asked.app_id, asked.environment))

    async def _operation(self, request: Request, kind: str, arguments: Mapping[str, Any] | None = None) -> Response:
        asked, key = await self._asked(request), idempotency_key(request.headers)
        requested = await self._apps.request(asked.caller, asked.app_id, asked.environment, kind, arguments or {}, key)
        return await ended(request, self._apps, asked, requested)

    async def _asked(self, request: Request) -> Asked:
        caller, app_id, environment = await self._caller(request), id_of(request), environment_of(request)

        async def shown() -> Row:
            return await self._shown(caller, app_id, environment)

        return Asked(caller, app_id, environment, shown)

    async def _shown(self, caller: Caller, app_id: UUID, environment: Environment) -> dict[str, Any]:
        """The status, with the connection where there is one and the caller may see it."""
        found = await self._apps.find(caller, app_id)
        shown = status(found, environment)
        if shown["state"] == "ready" and found["access"] == "owner":
            # What was done is done, also where no key opens the password any more: a new one can be set.
            with suppress(EncryptionUnavailable):
                shown["connection"] = await self._apps.connection(caller, app_id, environment)
        return shown

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))
