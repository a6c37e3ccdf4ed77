"""The part of the OpenAPI document that is about links to conversations, which answer pages, errors as well."""

from __future__ import annotations

from typing import Any, Final

from app.web.openapi_parts import TEXT, answer, event, file_answers, operation, parameter, record

_TOKEN: Final = {
    **parameter("path", "token", "The token of the link.", required=True),
    "schema": {**TEXT, "pattern": "^[A-Za-z0-9_-]{43}$"},
}
_NEWS: Final = record({"title": TEXT, "html": {**TEXT, "description": "Messages as HTML."}})
_EVENT: Final = {"oneOf": [event("append", _NEWS), event("replace", _NEWS), event("gone", {"type": "object"})]}
_EVENTS: Final = """\
Server-sent events: `append` has the messages that are new, `replace` all of them; `gone` is the last, when the link \
shows nothing any more. The id of the others is the state up to which they go. Lines that begin with a colon keep the \
connection alive."""
_PAGES: Final = {
    "403": "The question for the password again: it was another.",
    "404": "The link shows nothing, whatever the reason.",
    "413": "The form is too long.",
    "415": "It is no form.",
    "429": "Too many wrong passwords, or too many pages that follow.",
    "503": "The database cannot be reached.",
}


def share_paths() -> dict[str, Any]:
    """The paths of links."""
    page = {"200": answer("The conversation, or the question for its password.", ["text/html"], TEXT)}
    proof = parameter("query", "proof", "What the page was given to follow its conversation.", required=True)
    return {
        "/share/{token}": {
            "get": _with_pages(operation("share", "The page behind a link", page, parameters=[_TOKEN]), "404", "503"),
            "post": _with_pages(
                operation(
                    "unlockShare",
                    "The same, with its password",
                    page,
                    parameters=[_TOKEN],
                    requestBody={
                        "required": True,
                        "content": {"application/x-www-form-urlencoded": {"schema": record({"password": TEXT})}},
                    },
                ),
                *_PAGES,
            ),
        },
        "/share/{token}/events": {
            "get": _with_pages(
                operation(
                    "followShare",
                    "What is new in a live share",
                    {"200": answer(_EVENTS, ["text/event-stream"], _EVENT)},
                    parameters=[
                        _TOKEN,
                        proof,
                        parameter("query", "state", "The state that the page shows; without it, all is sent."),
                        parameter("header", "Last-Event-ID", "The same, of whoever comes back."),
                    ],
                ),
                "404",
                "429",
                "503",
            )
        },
        "/share/files/{name}": {
            "get": _with_pages(
                operation(
                    "shareFile",
                    "The style sheet or the script of the page",
                    file_answers("text/css", "text/javascript"),
                    parameters=[parameter("path", "name", "The name of the file.", required=True, example="share.css")],
                ),
                "404",
            )
        },
    }


def _with_pages(described: dict[str, Any], *statuses: str) -> dict[str, Any]:
    pages = {status: answer(_PAGES[status], ["text/html"], TEXT) for status in statuses}
    return {**described, "responses": dict(sorted({**described["responses"], **pages}.items()))}
