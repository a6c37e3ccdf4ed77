"""What the routes under an app's database share: what a request names, how an answer is written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.caller import Caller
from app.chat.http import EventStream, read_json
from app.errors import InvalidRequest, NotFound, PalaverError, problem
from app.provisioning.apps import Apps, Requested, failure, steps_after
from app.provisioning.extraction.sandbox import Given
from app.provisioning.forms import ENVIRONMENTS, Environment, FilesRequest, Row

PREFIX: Final = "/api/v1/generated-apps/"
BASE: Final = f"{PREFIX}{{app_id}}/database"
WAIT_SECONDS: Final = 25.0
"""How long a request waits for its operation: less than the usual proxy does."""

ARCHIVES: Final = frozenset({"application/zip", "application/x-zip-compressed"})
Shown: TypeAlias = Callable[[], Awaitable[Row]]
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for something to be done to which database, and how what came of it is shown."""

    caller: Caller
    app_id: UUID
    environment: Environment
    shown: Shown


async def ended(request: Request, apps: Apps, asked: Asked, requested: Requested, code: int = 200) -> Response:
    """The end of an operation: awaited, streamed where that is asked for, or left to `status` when it is long."""
    if wants_events(request):
        return EventStream(events(apps, asked, requested.operation_id, last_event(request)), {})
    if requested.operation_id is not None:
        operation = await apps.ended(asked.caller, requested.operation_id, WAIT_SECONDS)
        if operation is None:
            place = f"{BASE.format(app_id=asked.app_id)}/status?environment={asked.environment}"
            return answer(await asked.shown(), 202, {"Location": place})
        if operation["state"] == "failed":
            raise failure(operation)
    return answer(await asked.shown(), code)


async def events(apps: Apps, asked: Asked, operation_id: UUID | None, last: str = "") -> AsyncGenerator[bytes, None]:
    """`progress` for each step of an operation, if there is one, then `done` with how things are then, or `error`.

    The steps that come after the event with the id `last`, where that is one of this operation's; else all.
    """
    yield b": ok\n\n"
    try:
        if operation_id is not None:
            async with aclosing(_steps(apps, asked.caller, operation_id, last)) as frames:
                async for frame in frames:
                    yield frame
        yield _event("done", await asked.shown())
    except PalaverError as error:
        yield _event("error", problem(error))


async def _steps(apps: Apps, caller: Caller, operation_id: UUID, last: str) -> AsyncGenerator[bytes, None]:
    whose, _, at = last.partition("/")
    told = at if whose == str(operation_id) else None
    async with aclosing(apps.follow(caller, operation_id)) as following:
        async for operation in following:
            steps = steps_after(operation, told)
            yield b"".join(_progress(operation_id, step) for step in steps) or b": waiting\n\n"
            told = steps[-1]["at"] if steps else told
            if operation["state"] == "failed":
                raise failure(operation)


def answer(value: object, code: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that nobody keeps."""
    return Response(
        _encode(value),
        code,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def _progress(operation_id: UUID, step: Row) -> bytes:
    return b"id: %b\n%b" % (f"{operation_id}/{step['at']}".encode(), _event("progress", step))


def _event(name: str, value: Row) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), _encode(value))


def last_event(request: Request) -> str:
    """The id of the last event that the reader has; empty where nothing is said."""
    return request.headers.get("last-event-id", "")


def wants_events(request: Request) -> bool:
    """Whether the answer is to be a stream of events."""
    return "text/event-stream" in request.headers.get("accept", "")


async def given_files(request: Request) -> Given | None:
    """The files that come with a request: a zip archive, or JSON; None where there is no body."""
    if is_archive(request):
        return Given(archive=await request.body())
    asked: FilesRequest | None = await given_form(request, FilesRequest)
    return None if asked is None else Given(files=asked.files)


async def given_form(request: Request, kind: type[Any]) -> Any:
    """The request's JSON as `kind`; None where there is no body."""
    return await read_json(request, kind) if await request.body() else None


def is_archive(request: Request) -> bool:
    """Whether the body is a zip archive."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in ARCHIVES


def id_of(request: Request, name: str = "app_id") -> UUID:
    """An id in the path; what is none is of nothing that there is."""
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise NotFound() from error


def environment_of(request: Request) -> Environment:
    """`?environment=`, production where nothing is said."""
    given = request.query_params.get("environment", ENVIRONMENTS[0])
    if given not in ENVIRONMENTS:
        raise InvalidRequest(f"environment must be one of {', '.join(ENVIRONMENTS)}.")
    return given


def flag(request: Request, name: str, *, usual: bool) -> bool:
    """`?name=true` or `false`."""
    given = request.query_params.get(name)
    if given not in (None, "true", "false"):
        raise InvalidRequest(f"{name} must be true or false.")
    return usual if given is None else given == "true"


def number(request: Request, name: str) -> int | None:
    """`?name=` with a whole number of no more than six digits; None where nothing is said."""
    given = request.query_params.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 6:
        raise InvalidRequest(f"{name} must be a whole number.")
    return int(given)
