"""What the model is asked to answer in: a form with the answer's text first, read while it comes.

The form is JSON Schema as OpenAI's structured outputs take it in strict mode (OpenAI guide "Structured model outputs",
"Supported schemas"): all properties required, no others, a value as the JSON text of it, since any value would be
a form that strict mode does not have. What comes is checked again here; what is right of it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec

from app.assistant.configuration.changes import Operation
from app.assistant.configuration.numbers import number
from app.assistant.configuration.paths import PathError, parse
from app.assistant.ground import DocumentationSection, SuggestionType

Source = Literal["yaml", "database", "both"]

UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL keeps in no text."""

MOST_LEVELS: Final = 64
"""Of a value that is proposed, and of the way to where it goes."""

_BACKTICKED: Final = re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)")
_DOCUMENT: Final = re.compile(r"(?<![\w/.:-])([\w][\w./-]{0,250}\.(?:md|markdown))(?:#([\w-]{1,200}))?", re.ASCII)
_T = TypeVar("_T")


class Reference(msgspec.Struct, frozen=True):
    """A place in the configuration that the answer rests on, and on which side it was read."""

    path: str
    source: Source


class ProposedChange(msgspec.Struct, frozen=True):
    """A change as the model names it."""

    operation: Operation
    path: str
    value_json: str | None = None


class Proposal(msgspec.Struct, frozen=True):
    """Changes that belong together, and why."""

    type: SuggestionType
    title: str
    explanation: str
    changes: list[ProposedChange]


class Output(msgspec.Struct, frozen=True):
    """What the model said."""

    answer: str
    complete: bool = False
    """It came in the form asked for, to its end; otherwise there is the text alone."""
    references: Sequence[Reference] = ()
    documentation: Sequence[DocumentationSection] = ()
    show_comparison: bool = False
    suggestions: Sequence[Proposal] = ()


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str, *types: str) -> dict[str, Any]:
    return {"type": ["string", *types] if types else "string", "description": description}


def _list(items: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "description": description}


_REFERENCE: Final = _object(
    path=_text("Such as workflow.statuses[0].name; it must exist."),
    source={"type": "string", "enum": ["yaml", "database", "both"]},
)
_SECTION: Final = _object(
    file=_text("A file that was given to you or that you found."),
    section=_text("The anchor of the section, without #.", "null"),
)
_CHANGE: Final = _object(
    operation={"type": "string", "enum": ["add", "replace", "remove"]},
    path=_text("The place that is changed. To add to a list: the list's path with [-] after it."),
    value_json=_text("The new value as JSON text; null to remove.", "null"),
)
_SUGGESTION: Final = _object(
    type={"type": "string", "enum": ["workflow", "custom_field", "automation_rule", "infrastructure"]},
    title=_text("What it does, in at most ten words."),
    explanation=_text("Why, and what follows from it."),
    changes=_list(_CHANGE, "All that belongs together."),
)
SCHEMA: Final = _object(
    answer=_text("The answer to the person, in Markdown and in their language."),
    references=_list(_REFERENCE, "The places of the configuration that the answer rests on."),
    documentation=_list(_SECTION, "The sections of the documentation that the answer rests on."),
    show_comparison={"type": "boolean", "description": "Whether the differences of YAML and database belong to it."},
    suggestions=_list(_SUGGESTION, "Changes to be offered to the person; none where none was wanted or needed."),
)

RESPONSE_FORMAT: Final[Mapping[str, Any]] = {
    "type": "json_schema",
    "json_schema": {"name": "configuration_answer", "strict": True, "schema": SCHEMA},
}

_document: Final = json.JSONDecoder(strict=False)


def read_output(document: str, said: str | None = None) -> Output | None:
    """The JSON object at the beginning of a text; None where there is none.

    `said` is the answer as far as it has been given to the person, which then is what counts.
    """
    try:
        given, _ = _document.raw_decode(document)
        given = storable(given)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    answer = given.get("answer") if said is None else said
    return Output(
        answer=answer if isinstance(answer, str) else "",
        complete=True,
        references=understood(given.get("references"), Reference),
        documentation=understood(given.get("documentation"), DocumentationSection),
        show_comparison=given.get("show_comparison") is True,
        suggestions=understood(given.get("suggestions"), Proposal),
    )


def mentioned(answer: str) -> Output:
    """What a plain text cites: paths in backticks, and names of Markdown files with or without an anchor."""
    references = [Reference(path, "both") for path in dict.fromkeys(_BACKTICKED.findall(answer)) if _is_path(path)]
    documents = dict.fromkeys(_DOCUMENT.findall(answer))
    return Output(answer, False, references, [DocumentationSection(file, anchor or None) for file, anchor in documents])


def value_of(text: str) -> Any:
    """The value that a JSON text holds. Raises ValueError for what is none or cannot be stored as one."""
    try:
        value = json.loads(text, parse_float=number, parse_constant=_refused)
    except RecursionError:
        raise ValueError("It is nested too deep.") from None
    if _levels(value) > MOST_LEVELS:
        raise ValueError("It is nested too deep.")
    if storable(value) != value:
        raise ValueError("It has characters that cannot be stored.")
    return value


def storable(value: Any) -> Any:
    """The same with U+FFFD for each character that cannot be stored. Raises RecursionError."""
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _levels(value: Any) -> int:
    levels, members = 0, [value]
    while members:
        levels += 1
        members = [
            member
            for each in members
            if isinstance(each, (dict, list))
            for member in (each.values() if isinstance(each, dict) else each)
        ]
    return levels


def understood(items: Any, form: type[_T]) -> list[_T]:
    """Those of a list that have a form; none of what is no list."""
    found = []
    for item in items if isinstance(items, list) else ():
        try:
            found.append(msgspec.convert(item, form))
        except msgspec.ValidationError:
            continue
    return found


def _is_path(text: str) -> bool:
    try:
        return bool(parse(text))
    except PathError:
        return False


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON's.")
