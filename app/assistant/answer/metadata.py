"""What an answer about a configuration says beside its text, for clients to follow: a message's metadata.

The database holds the same form (`private.metadata_errors()`); other keys of a message's metadata are its client's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.assistant.answer.output import Source
from app.assistant.configuration.changes import Operation
from app.assistant.ground import SuggestionType
from app.errors import UnprocessableRequest

MOST_REFERENCES: Final = 100
MOST_LINKS: Final = 50
MOST_SUGGESTIONS: Final = 20
MOST_DIFFERENCES: Final = 500
MOST_OCTETS: Final = 64 * 1024
"""Of all of it, as PostgreSQL writes jsonb."""

_ROOM: Final = 60_000
"""Of those for what is kept here: numbers may be longer in PostgreSQL."""

_Path: TypeAlias = Annotated[str, Meta(max_length=2000)]
_Pointer: TypeAlias = Annotated[str, Meta(max_length=4000)]
_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
_Place: TypeAlias = Annotated[int, Meta(ge=1)]

_KEYS: Final = frozenset(("configReferences", "documentationLinks", "suggestions", "comparisonResults"))


class _Form(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    pass


class ConfigReference(_Form, frozen=True, kw_only=True):
    """A place in the configuration, and on which side it was read."""

    path: Annotated[str, Meta(min_length=1, max_length=2000)]
    type: Source


class DocumentationLink(_Form, frozen=True, kw_only=True):
    """A section of the documentation by its anchor, or a whole file."""

    file: _Name
    section: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET


class SuggestedChange(_Form, frozen=True, kw_only=True):
    """A change as a person reads it."""

    operation: Operation
    path: str
    before: Any = UNSET
    after: Any = UNSET


class SuggestedConfig(_Form, frozen=True, kw_only=True):
    """What a suggestion of ours would change: its `config`, as JSON."""

    changes: list[SuggestedChange]
    summary: str | UnsetType = UNSET


class Suggestion(_Form, frozen=True, kw_only=True):
    """Something to accept or to reject; without an id it cannot be."""

    type: SuggestionType
    config: dict[str, Any]
    explanation: Annotated[str, Meta(min_length=1, max_length=10_000)]
    id: UUID | UnsetType = UNSET
    title: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    status: Literal["pending", "accepted", "rejected", "stale", "undone"] | UnsetType = UNSET


class Difference(_Form, frozen=True, kw_only=True):
    """Where YAML and database differ; a value that is not there is null."""

    path: _Path
    yaml_value: Any
    db_value: Any
    type: Literal["missing_in_db", "missing_in_yaml", "value_mismatch"]
    yaml_pointer: _Pointer | UnsetType | None = UNSET
    database_pointer: _Pointer | UnsetType | None = UNSET
    element: Annotated[str, Meta(max_length=1000)] | UnsetType | None = UNSET
    changed_in: Literal["yaml", "database", "both", "unknown"] | UnsetType | None = UNSET
    conflict: bool | UnsetType | None = UNSET
    line: _Place | UnsetType | None = UNSET
    column: _Place | UnsetType | None = UNSET
    changed: dict[str, Any] | UnsetType | None = UNSET


class ComparisonResults(_Form, frozen=True, kw_only=True):
    """The comparison of YAML and database, as far as there is room for it."""

    differences: list[Difference]


class Metadata(_Form, frozen=True, kw_only=True):
    """All of it."""

    config_references: list[ConfigReference] = []
    documentation_links: list[DocumentationLink] = []
    suggestions: list[Suggestion] = []
    comparison_results: ComparisonResults | UnsetType = UNSET

    def bounded(self) -> dict[str, Any]:
        """As JSON has it, without what is too much: differences go first, what can be acted upon last."""
        given: dict[str, Any] = msgspec.to_builtins(self)
        room = _ROOM
        for name, most in (
            ("suggestions", MOST_SUGGESTIONS),
            ("configReferences", MOST_REFERENCES),
            ("documentationLinks", MOST_LINKS),
        ):
            if name in given:
                given[name], room = _fitting(given[name][:most], room)
        if "comparisonResults" in given:
            found = given["comparisonResults"]["differences"]
            given["comparisonResults"]["differences"], _ = _fitting(found[:MOST_DIFFERENCES], room)
        return {name: value for name, value in given.items() if value}


def validated(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, with those of the four keys that it has in their form. Raises UnprocessableRequest."""
    try:
        form = msgspec.convert({key: value for key, value in metadata.items() if key in _KEYS}, Metadata)
        octets = _octets(metadata)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnprocessableRequest(f"The metadata cannot be taken: {error}.") from None
    differences = form.comparison_results.differences if form.comparison_results else []
    counts: Sequence[tuple[str, int, int]] = (
        ("references", len(form.config_references), MOST_REFERENCES),
        ("links", len(form.documentation_links), MOST_LINKS),
        ("suggestions", len(form.suggestions), MOST_SUGGESTIONS),
        ("differences", len(differences), MOST_DIFFERENCES),
        ("octets", octets, MOST_OCTETS),
    )
    for name, count, most in counts:
        if count > most:
            raise UnprocessableRequest(f"The metadata has too many {name}: {count} where {most} are the most.")
    return metadata


def _octets(value: Any) -> int:
    # With a blank after each comma and colon, as jsonb is written, and as JSON is by default.
    return len(json.dumps(value, ensure_ascii=False).encode())


def _fitting(items: Sequence[Any], room: int) -> tuple[list[Any], int]:
    """As many of the first items as there is room for, and the room that is left."""
    for at, item in enumerate(items):
        size = _octets(item) + 2
        if size > room:
            return list(items[:at]), room
        room -= size
    return list(items), room
