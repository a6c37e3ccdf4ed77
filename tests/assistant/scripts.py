"""What a model answers the configuration assistant, as scripts of the model server."""

from __future__ import annotations

import json
from typing import Any

from tests.model_server import Script

FORM = {"references": [], "documentation": [], "show_comparison": False, "suggestions": []}


def structured(answer: str, *, seconds_per_frame: float = 0, **fields: Any) -> Script:
    """An answer in its form, in pieces of seven characters."""
    text = json.dumps({"answer": answer, **FORM, **fields})
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    return Script(answer=pieces, seconds_per_frame=seconds_per_frame)


def calling(name: str, **arguments: str) -> Script:
    """A call of one tool."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": f"call-{name}", "type": "function", "function": function}
    return Script(answer="", tool_calls=[call], finish_reason="tool_calls")


def suggesting(*changes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A suggestion."""
    made = {"type": "workflow", "title": "As asked", "explanation": "It was asked for."}
    return {**made, **fields, "changes": list(changes)}


def changing(operation: str, path: str, value: Any = None) -> dict[str, Any]:
    """A change of one."""
    return {"operation": operation, "path": path, "value_json": None if operation == "remove" else json.dumps(value)}
