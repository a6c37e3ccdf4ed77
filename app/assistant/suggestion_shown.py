"""A suggestion as the routes tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.assistant.configuration.paths import Path, friendly, from_json
from app.assistant.secrecy.hidden import shown_value
from app.assistant.secrecy.redaction import Redactor

_NAMES: Final = {
    "id": "id",
    "projectId": "project_id",
    "conversationId": "conversation_id",
    "turnId": "turn_id",
    "type": "type",
    "title": "title",
    "explanation": "explanation",
    "suspects": "suspects",
    "status": "status",
    "version": "version",
    "baseVersion": "base_version",
    "reason": "reason",
    "decidedBy": "decided_by",
    "decidedAt": "decided_at",
    "appliedChanges": "applied_changes",
    "appliedVersion": "applied_version",
    "createdAt": "created_at",
    "refreshedAt": "refreshed_at",
}


def shown(suggestion: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """A suggestion as clients read it: paths for people beside the tokens, hidden characters and secrets as such.

    It touches no secret when it is made; what it would change may be one since.
    """
    told = {name: suggestion.get(column) for name, column in _NAMES.items()}
    told["changes"] = [_change(change, from_json(change["path"]), redactor) for change in suggestion["changes"]]
    result: dict[str, Any] = shown_value(redactor.texts(told))
    return result


def _change(change: Mapping[str, Any], path: Path, redactor: Redactor) -> dict[str, Any]:
    values = {name: redactor.value(change[name], path) for name in ("before", "after") if name in change}
    return {"operation": change["operation"], "path": friendly(path), "tokens": change["path"], **values}
