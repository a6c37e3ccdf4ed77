"""The routes of apps' databases: preview, provision, status, connection, removal."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import EventStream, read_json
from app.errors import InvalidRequest, NotFound, PalaverError, problem
from app.provisioning.apps import ENDED, Apps, Requested, failure
from app.provisioning.extraction.report import document
from app.provisioning.extraction.sandbox import Given
from app.provisioning.forms import ENVIRONMENTS, Environment, FilesRequest, Row, status
from app.provisioning.intake import Intake
from app.provisioning.schema.script import script

PREFIX: Final = "/api/v1/generated-apps/"
BASE: Final = f"{PREFIX}{{app_id}}/database"
WAIT_SECONDS: Final = 25.0
"""How long a request waits for its operation: less than the usual proxy does."""

_ARCHIVES: Final = frozenset({"application/zip", "application/x-zip-compressed"})
_encode: Final = msgspec.json.Encoder().encode


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
        caller, app_id = await self._caller(request), _app_id(request)
        await self._apps.find(caller, app_id)
        extracted = await self._intake.read(caller, app_id, await _given(request))
        extraction = extracted.extraction
        sql = None if extraction.errors_of_schema else script(extraction.schema)
        return _answer({**document(extraction, extracted.left_out), "sql": sql})

    async def provision(self, request: Request) -> Response:
        """Make the database of an app, with the tables that its files say; the same again gives what there is."""
        caller, app_id, environment = await self._caller(request), _app_id(request), _environment(request)
        await self._apps.find(caller, app_id)
        empty = _flag(request, "empty", usual=False)
        revision = await self._intake.keep(caller, app_id, await _given(request), empty=empty)
        asked = await self._apps.request(caller, app_id, environment, "provision", {"revision_id": revision.id})
        return await self._done(request, caller, app_id, environment, asked)

    async def deprovision(self, request: Request) -> Response:
        """Shut the database at once, and remove it for good after `graceDays` (7), with a backup unless told not to."""
        caller, app_id, environment = await self._caller(request), _app_id(request), _environment(request)
        arguments: dict[str, Any] = {"backup": _flag(request, "backup", usual=True)}
        if (days := _days(request)) is not None:
            arguments["grace_days"] = days
        asked = await self._apps.request(caller, app_id, environment, "remove", arguments)
        return await self._done(request, caller, app_id, environment, asked)

    async def undo_deprovision(self, request: Request) -> Response:
        """Have a database back that is being removed, within its grace."""
        return await self._operation(request, "unremove")

    async def rotate(self, request: Request) -> Response:
        """A new password; the former one is good for a while yet, and connections live on."""
        return await self._operation(request, "rotate")

    async def status(self, request: Request) -> Response:
        """How the database is; as events, until what is being done to it has ended."""
        caller, app_id, environment = await self._caller(request), _app_id(request), _environment(request)
        shown = status(await self._apps.find(caller, app_id), environment)
        operation = shown["operation"]
        if operation is not None and operation["state"] not in ENDED and _wants_events(request):
            return EventStream(self._events(caller, app_id, environment, UUID(operation["id"])), {})
        return _answer(shown)

    async def connection(self, request: Request) -> Response:
        """What opens the database, for its owner; each look is noted in the audit log."""
        caller, app_id, environment = await self._caller(request), _app_id(request), _environment(request)
        return _answer(await self._apps.connection(caller, app_id, environment))

    async def _operation(self, request: Request, kind: str, arguments: Mapping[str, Any] | None = None) -> Response:
        caller, app_id, environment = await self._caller(request), _app_id(request), _environment(request)
        asked = await self._apps.request(caller, app_id, environment, kind, arguments or {})
        return await self._done(request, caller, app_id, environment, asked)

    async def _done(
        self, request: Request, caller: Caller, app_id: UUID, environment: Environment, asked: Requested
    ) -> Response:
        """The end of an operation: awaited, streamed where that is asked for, or left to `status` when it is long."""
        if asked.operation_id is not None:
            if _wants_events(request):
                return EventStream(self._events(caller, app_id, environment, asked.operation_id), {})
            operation = await self._apps.ended(caller, asked.operation_id, WAIT_SECONDS)
            if operation is None:
                shown = status(await self._apps.find(caller, app_id), environment)
                place = f"{BASE.format(app_id=app_id)}/status?environment={environment}"
                return _answer(shown, 202, {"Location": place})
            if operation["state"] == "failed":
                raise failure(operation)
        made = asked.status == "created" and request.url.path.endswith("/provision")
        return _answer(await self._shown(caller, app_id, environment), 201 if made else 200)

    async def _shown(self, caller: Caller, app_id: UUID, environment: Environment) -> dict[str, Any]:
        """The status, with the connection where there is one and the caller may see it."""
        found = await self._apps.find(caller, app_id)
        shown = status(found, environment)
        if shown["state"] == "ready" and found["access"] == "owner":
            shown["connection"] = await self._apps.connection(caller, app_id, environment)
        return shown

    async def _events(
        self, caller: Caller, app_id: UUID, environment: Environment, operation_id: UUID
    ) -> AsyncGenerator[bytes, None]:
        """`progress` for each step, then `done` with the status, or `error`."""
        yield b": ok\n\n"
        told = 0
        try:
            async with aclosing(self._apps.follow(caller, operation_id)) as following:
                async for operation in following:
                    steps = operation["progress"][told:]
                    told += len(steps)
                    if steps:
                        yield b"".join(_event("progress", step) for step in steps)
                    if operation["state"] == "failed":
                        raise failure(operation)
            yield _event("done", await self._shown(caller, app_id, environment))
        except PalaverError as error:
            yield _event("error", problem(error))

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))


async def _given(request: Request) -> Given | None:
    """The files that come with a request: a zip archive, or JSON; None where there is no body."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in _ARCHIVES:
        return Given(archive=await request.body())
    if not await request.body():
        return None
    asked: FilesRequest = await read_json(request, FilesRequest)
    return Given(files=asked.files)


def _answer(value: object, code: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        _encode(value),
        code,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def _event(name: str, value: Row) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(value))


def _wants_events(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def _app_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["app_id"])
    except ValueError as error:
        raise NotFound() from error


def _environment(request: Request) -> Environment:
    given = request.query_params.get("environment", ENVIRONMENTS[0])
    if given not in ENVIRONMENTS:
        raise InvalidRequest(f"environment must be one of {', '.join(ENVIRONMENTS)}.")
    return given


def _flag(request: Request, name: str, *, usual: bool) -> bool:
    given = request.query_params.get(name)
    if given not in (None, "true", "false"):
        raise InvalidRequest(f"{name} must be true or false.")
    return usual if given is None else given == "true"


def _days(request: Request) -> int | None:
    given = request.query_params.get("graceDays")
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 6:
        raise InvalidRequest("graceDays must be a number of days.")
    return int(given)
