"""A conversation's messages as the AI SDK's UIMessages, the same that `public.ui_messages()` makes of them.

Made here because that function cannot see into what is encrypted; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.chat.pieces import StoredMessage


def ui_messages(rows: Sequence[StoredMessage]) -> list[dict[str, Any]]:
    """Oldest first: an answer, the results of its tools and how it went on are one message."""
    messages: list[dict[str, Any]] = []
    for step in _steps(rows):
        results = _results(step)
        for role in ("user", "assistant"):
            said = [row for row in step if row.role == role]
            parts = [shown for row in said for shown in _parts(row, results)]
            if parts:
                metadata = {**said[0].metadata, "createdAt": said[0].created_at}
                messages.append({"id": said[0].id, "role": role, "parts": parts, "metadata": metadata})
    return messages


def _steps(rows: Sequence[StoredMessage]) -> list[list[StoredMessage]]:
    """Each question with all that follows it, and what comes before the first."""
    steps: list[list[StoredMessage]] = [[]]
    for row in rows:
        if row.role == "user":
            steps.append([])
        steps[-1].append(row)
    return steps


def _results(step: Sequence[StoredMessage]) -> dict[str, dict[str, Any]]:
    """The results of tools by their call, the first of each."""
    found: dict[str, dict[str, Any]] = {}
    for row in step:
        for part in row.parts or () if row.role == "tool" else ():
            if part.get("type") == "tool-result":
                found.setdefault(str(part.get("toolCallId")), part)
    return found


def _parts(row: StoredMessage, results: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    parts = [{"type": "text", "text": row.content}] if row.parts is None else row.parts
    shown = [
        _called(part, results.get(str(part.get("toolCallId")))) if part.get("type") == "tool-call" else part
        for part in parts
        if part.get("type") != "context"
    ]
    return [{"type": "step-start"}, *shown] if row.role == "assistant" else shown


def _called(call: dict[str, Any], result: dict[str, Any] | None) -> dict[str, Any]:
    shown = {
        "type": f"tool-{call.get('toolName')}",
        "toolCallId": call.get("toolCallId"),
        "input": _json(str(call.get("arguments"))),
    }
    if result is None:
        return {**shown, "state": "input-available"}
    if "errorText" in result:
        return {**shown, "state": "output-error", "errorText": result["errorText"]}
    return {**shown, "state": "output-available", "output": result.get("output")}


def _json(text: str) -> Any:
    """The text as JSON, or as it is: models write arguments as they like."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
