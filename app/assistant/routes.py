"""The assistant's routes beside the chat: sessions, configurations, comparisons, decisions on suggestions."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.assistant.forms import CONTEXT_TYPES, MOST_A_PAGE, STATUSES, AcceptRequest, OpenRequest, RejectRequest
from app.assistant.projects import Projects
from app.assistant.suggestions import Suggestions
from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import read_json
from app.errors import InvalidRequest, NotFound, UnprocessableRequest

_encode: Final = msgspec.json.Encoder().encode


class Assistant:
    """The routes of the configuration assistant."""

    def __init__(self, verifier: TokenVerifier, projects: Projects, suggestions: Suggestions) -> None:
        self._verifier = verifier
        self._projects = projects
        self._suggestions = suggestions

    def routes(self) -> list[BaseRoute]:
        """The routes, to be added to the application's."""
        session = "/api/ai/conversations/{conversation_id}/configuration"
        suggestion = "/api/ai/suggestions/{suggestion_id}"
        return [
            Route("/api/ai/conversations", self.open, methods=["POST"]),
            Route("/api/ai/conversations", self.sessions, methods=["GET"]),
            Route(session, self.configuration, methods=["GET"]),
            Route(f"{session}/differences", self.differences, methods=["GET"]),
            Route(f"{session}/suggestions", self.suggestions, methods=["GET"]),
            Route(suggestion, self.suggestion, methods=["GET"]),
            Route(f"{suggestion}/accept", self.accept, methods=["POST"]),
            Route(f"{suggestion}/reject", self.reject, methods=["POST"]),
            Route(f"{suggestion}/undo", self.undo, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """Open the session on a project or on the infrastructure: the one that there is, else a new one."""
        caller = await self._caller(request)
        asked = await read_json(request, OpenRequest)
        if (asked.context_type == "project") != (asked.project is not None):
            raise UnprocessableRequest(
                "A project is needed for the context project, and for no other.",
                extra={"errors": [{"field": "project", "detail": "missing" if asked.project is None else "unwanted"}]},
            )
        return _answer(await self._projects.open_session(caller, asked.project))

    async def sessions(self, request: Request) -> Response:
        """A page of the caller's sessions, newest first, each with its newest message as preview."""
        caller = await self._caller(request)
        given = request.query_params
        return _answer(
            await self._projects.sessions(
                caller,
                context_type=_one_of(given.get("contextType"), "contextType", CONTEXT_TYPES),
                project_id=_uuid(given.get("projectId"), "projectId"),
                limit=_limit(given.get("limit")),
                before=given.get("before"),
            )
        )

    async def configuration(self, request: Request) -> Response:
        """The configuration that a session is about, secrets left out, and how its two sides stand."""
        caller, session = await self._caller(request), _id(request, "conversation_id")
        return _answer(await self._projects.configuration(caller, session))

    async def differences(self, request: Request) -> Response:
        """Where YAML and database differ, below `path` if that is given, and who changed what."""
        caller, session = await self._caller(request), _id(request, "conversation_id")
        return _answer(await self._projects.differences(caller, session, request.query_params.get("path", "")))

    async def suggestions(self, request: Request) -> Response:
        """A page of the suggestions for what a session is about, newest first."""
        caller, session = await self._caller(request), _id(request, "conversation_id")
        given = request.query_params
        return _answer(
            await self._suggestions.page(
                caller,
                session,
                status=_one_of(given.get("status"), "status", STATUSES),
                limit=_limit(given.get("limit")),
                before=_uuid(given.get("before"), "before"),
            )
        )

    async def suggestion(self, request: Request) -> Response:
        """A suggestion, with the edit of the YAML document that goes with it."""
        caller = await self._caller(request)
        return _answer(await self._suggestions.find(caller, _id(request, "suggestion_id")))

    async def accept(self, request: Request) -> Response:
        """Accept a suggestion, or some changes of it."""
        caller, suggestion = await self._caller(request), _id(request, "suggestion_id")
        asked = await _optional(request, AcceptRequest)
        return _answer(
            await self._suggestions.accept(caller, suggestion, asked.changes, asked.confirmed, asked.version)
        )

    async def reject(self, request: Request) -> Response:
        """Reject a suggestion: it is not made again until what it rests on has changed."""
        caller, suggestion = await self._caller(request), _id(request, "suggestion_id")
        asked = await _optional(request, RejectRequest)
        return _answer(await self._suggestions.reject(caller, suggestion, asked.reason))

    async def undo(self, request: Request) -> Response:
        """Take an accepted suggestion back, while what it changed is as it left it."""
        caller = await self._caller(request)
        return _answer(await self._suggestions.undo(caller, _id(request, "suggestion_id")))

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))


async def _optional(request: Request, kind: type[Any]) -> Any:
    """The request's JSON body, or what an empty one means."""
    return await read_json(request, kind) if await request.body() else kind()


def _answer(value: object) -> Response:
    return Response(_encode(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def _id(request: Request, name: str) -> UUID:
    """An id of the path. Raises NotFound."""
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise NotFound() from error


def _uuid(text: str | None, name: str) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError as error:
        raise InvalidRequest(f"{name} must be an id.") from error


def _one_of(text: str | None, name: str, choices: tuple[str, ...]) -> str | None:
    if text is not None and text not in choices:
        raise InvalidRequest(f"{name} must be one of {', '.join(choices)}.")
    return text


def _limit(text: str | None) -> int:
    if text is None:
        return MOST_A_PAGE
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or not int(text):
        raise InvalidRequest("limit must be a number of 1 or more.")
    return min(int(text), MOST_A_PAGE)
