"""What the configuration assistant's routes take and give, and the metadata of its answers, as schemas."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.assistant.answer.metadata import Metadata
from app.assistant.forms import STATUSES, AcceptRequest, OpenRequest, RejectRequest
from app.web.openapi_parts import COUNT, TEXT, UUID, nullable, record, ref

_AT: Final = {**TEXT, "format": "date-time"}
_NUMBER: Final = {"type": "integer", "minimum": 1}
_VALUE: Final = {"description": "Any JSON; `[redacted]` in the place of a secret."}
_FORMS: Final = (OpenRequest, AcceptRequest, RejectRequest, Metadata)


def _list(items: dict[str, Any], text: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": text}


def _page(name: str, items: str, cursor: dict[str, Any]) -> dict[str, Any]:
    following = nullable(cursor, description="What the following page begins `before`; null after the last one.")
    return record({name: _list(ref(items), "Newest first."), "next": following})


def _forms() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(_FORMS, ref_template="#/components/schemas/{name}")
    components["MessageMetadata"] = components.pop("Metadata")
    return components


_PROJECT: Final = {
    "projectId": UUID,
    "slug": TEXT,
    "name": TEXT,
    "access": {"enum": ["owner", "editor", "viewer"], "description": "The caller's."},
    "configurationVersion": _NUMBER,
    "yamlFile": nullable(TEXT),
    "yamlVersion": COUNT,
    "yamlError": {
        "anyOf": [record({"detail": TEXT, "line": nullable(_NUMBER), "column": nullable(_NUMBER)}), {"type": "null"}],
        "description": "Why the YAML document cannot be read, and where.",
    },
    "syncedAt": nullable(_AT),
}
_OPERATION: Final = record({"op": {"enum": ["test", "add", "remove", "replace"]}, "path": TEXT}, value=_VALUE)
_PATCH: Final = _list(_OPERATION, "RFC 6902.")
_CHANGE: Final = record(
    {
        "operation": {"enum": ["add", "replace", "remove"]},
        "path": {**TEXT, "description": "For a person."},
        "tokens": {"type": "array", "description": "The same in full: keys, indexes, and what an element is known by."},
    },
    before=_VALUE,
    after=_VALUE,
)
_SUSPECT: Final = record(
    {
        "change": {**COUNT, "description": "Which one, from 0."},
        "reason": TEXT,
        "sources": {"type": "array", "items": TEXT},
    }
)
_YAML_EDIT: Final = {
    "anyOf": [
        record(
            {"file": nullable(TEXT), "yamlVersion": COUNT, "diff": nullable(TEXT, description="A unified diff.")},
            problem={**TEXT, "description": "Why there is none."},
        ),
        {"type": "null"},
    ],
    "description": "What makes the YAML document say the same; no diff where it does already; null without a document.",
}
_SUGGESTION: Final = {"suggestion": ref("ConfigurationSuggestion"), "yamlEdit": _YAML_EDIT}

CONFIGURATION_SCHEMAS: Final = {
    **_forms(),
    "ConfigurationSession": record(
        {
            "id": {**UUID, "description": "The conversation, for every route that takes one."},
            "contextType": {"enum": ["project", "infrastructure"]},
            "projectId": nullable(UUID),
            "title": nullable(TEXT),
            "createdAt": _AT,
            "updatedAt": _AT,
        },
        projectSlug=nullable(TEXT),
        projectName=nullable(TEXT),
        newestMessage={
            "anyOf": [
                record({"id": UUID, "role": TEXT, "text": {**TEXT, "maxLength": 200}, "at": _AT}),
                {"type": "null"},
            ]
        },
    ),
    "ConfigurationSessions": _page("sessions", "ConfigurationSession", TEXT),
    "Configurations": record(
        {
            "projects": _list(
                record({**_PROJECT, "configuration": _VALUE, "differences": nullable(COUNT)}),
                "The one of the session, or those whose infrastructure it is about.",
            )
        }
    ),
    "Comparisons": record(
        {
            "comparisons": _list(
                record(
                    {
                        **_PROJECT,
                        "isSame": {"type": "boolean"},
                        "differences": _list(ref("Difference"), "In the order of the configuration."),
                    }
                ),
                "One for each project.",
            )
        }
    ),
    "ConfigurationSuggestion": record(
        {
            "id": UUID,
            "projectId": UUID,
            "conversationId": nullable(UUID),
            "turnId": nullable(UUID),
            "type": {"enum": ["workflow", "custom_field", "automation_rule", "infrastructure"]},
            "title": TEXT,
            "explanation": TEXT,
            "changes": _list(_CHANGE, "What it would do, each from what it found."),
            "suspects": _list(
                _SUSPECT, "Changes that have to be confirmed one by one, and where their values come from."
            ),
            "status": {"enum": list(STATUSES)},
            "version": _NUMBER,
            "baseVersion": {**_NUMBER, "description": "Of the configuration that it rests on."},
            "reason": nullable(TEXT, description="Why it was rejected."),
            "decidedBy": nullable(UUID),
            "decidedAt": nullable(_AT),
            "appliedChanges": nullable({"type": "array", "items": COUNT}),
            "appliedVersion": nullable(_NUMBER),
            "createdAt": _AT,
            "refreshedAt": nullable(_AT),
        }
    ),
    "ConfigurationSuggestions": _page("suggestions", "ConfigurationSuggestion", UUID),
    "ConfigurationSuggestionWithEdit": record(_SUGGESTION),
    "Accepted": record(
        {
            "status": {"const": "accepted"},
            "configurationVersion": _NUMBER,
            "patch": _PATCH,
            "inverse": _PATCH,
            **_SUGGESTION,
        }
    ),
    "Rejected": record({"status": {"const": "rejected"}, "suggestion": ref("ConfigurationSuggestion")}),
    "Undone": record(
        {
            "status": {"const": "undone"},
            "configurationVersion": _NUMBER,
            "patch": _PATCH,
            "suggestion": ref("ConfigurationSuggestion"),
        }
    ),
}
