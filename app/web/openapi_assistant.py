"""The part of the OpenAPI document that is about the configuration assistant, beside the asking itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from app import errors
from app.assistant.forms import MOST_A_PAGE, STATUSES
from app.errors import PalaverError
from app.settings import Settings
from app.web.openapi_parts import (
    ASKING,
    BODY,
    UUID,
    answer,
    json_body,
    operation,
    parameter,
    ref,
)

_SESSION: Final = {**parameter("path", "conversation_id", "A session.", required=True), "schema": UUID}
_SUGGESTION: Final = {**parameter("path", "suggestion_id", "A suggestion.", required=True), "schema": UUID}
_LIMIT: Final = {
    **parameter("query", "limit", f"How many at most; {MOST_A_PAGE} of a page are given, whatever it says."),
    "schema": {"type": "integer", "minimum": 1, "maximum": 999_999},
}
_DECIDING: Final = (*ASKING, errors.SuggestionStale, errors.SuggestionDecided, errors.ConfigurationInvalid)


def assistant_paths(settings: Settings) -> dict[str, Any]:
    """The paths of sessions, comparisons and suggestions."""
    session = "/api/ai/conversations/{conversation_id}/configuration"
    suggestion = "/api/ai/suggestions/{suggestion_id}"
    return {
        "/api/ai/conversations": {"post": _open(settings), "get": _sessions()},
        session: {"get": _read("configuration", "What a session is about, without secrets", "Configurations")},
        f"{session}/differences": {
            "get": _read(
                "differences",
                "Where YAML and database differ, and who changed what",
                "Comparisons",
                parameter("query", "path", "Only what is at or below this path.", example="workflow.statuses"),
            )
        },
        f"{session}/suggestions": {"get": _suggestions()},
        suggestion: {
            "get": _given(
                "suggestion",
                "A suggestion, with the edit of the YAML document",
                "ConfigurationSuggestionWithEdit",
                ASKING,
                parameters=[_SUGGESTION],
            )
        },
        f"{suggestion}/accept": {"post": _accept(settings)},
        f"{suggestion}/reject": {"post": _reject(settings)},
        f"{suggestion}/undo": {
            "post": _given(
                "undoSuggestion",
                "Take an accepted suggestion back, while what it changed is as it left it",
                "Undone",
                _DECIDING,
                parameters=[_SUGGESTION],
            )
        },
    }


def _open(settings: Settings) -> dict[str, Any]:
    return _given(
        "openSession",
        "Open the session on a project or on the infrastructure: the one that there is, else a new one",
        "ConfigurationSession",
        (*BODY, *ASKING),
        requestBody=json_body(settings, ref("OpenRequest"), {"contextType": "project", "project": "helpdesk"}),
    )


def _sessions() -> dict[str, Any]:
    return _given(
        "sessions",
        "The caller's sessions, newest first, each with its newest message as preview",
        "ConfigurationSessions",
        (errors.InvalidRequest, *_without(errors.NotFound)),
        parameters=[
            {
                **parameter("query", "contextType", "Only those."),
                "schema": {"enum": ["project", "infrastructure"]},
            },
            {**parameter("query", "projectId", "Only those on this project."), "schema": UUID},
            _LIMIT,
            parameter("query", "before", "The `next` of the page before."),
        ],
    )


def _suggestions() -> dict[str, Any]:
    return _given(
        "suggestions",
        "The suggestions for what a session is about, newest first",
        "ConfigurationSuggestions",
        (errors.InvalidRequest, *ASKING),
        parameters=[
            _SESSION,
            {**parameter("query", "status", "Only those."), "schema": {"enum": list(STATUSES)}},
            _LIMIT,
            {**parameter("query", "before", "The `next` of the page before."), "schema": UUID},
        ],
    )


def _accept(settings: Settings) -> dict[str, Any]:
    return _given(
        "acceptSuggestion",
        "Apply a suggestion, or some of its changes, if all that they rest on still holds",
        "Accepted",
        (*BODY, *_DECIDING, errors.ConfirmationRequired),
        parameters=[_SUGGESTION],
        requestBody=json_body(settings, ref("AcceptRequest"), {"changes": [0], "version": 1}, required=False),
    )


def _reject(settings: Settings) -> dict[str, Any]:
    return _given(
        "rejectSuggestion",
        "Reject a suggestion: it is not made again until what it rests on has changed",
        "Rejected",
        (*BODY, *ASKING, errors.SuggestionDecided),
        parameters=[_SUGGESTION],
        requestBody=json_body(settings, ref("RejectRequest"), {"reason": "Not this year."}, required=False),
    )


def _read(name: str, summary: str, schema: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return _given(name, summary, schema, ASKING, parameters=[_SESSION, *parameters])


def _given(name: str, summary: str, schema: str, kinds: Iterable[type[PalaverError]], **more: Any) -> dict[str, Any]:
    answers = {"200": answer("It is so.", ["application/json"], ref(schema))}
    return operation(name, summary, answers, kinds, security="accessToken", **more)


def _without(*kinds: type[PalaverError]) -> list[type[PalaverError]]:
    return [kind for kind in ASKING if kind not in kinds]
