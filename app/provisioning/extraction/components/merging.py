"""The fields of a thing, from all places that show them: the surest place decides, the others make it more exact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.provisioning.extraction.components.declarations import KEYS
from app.provisioning.extraction.components.lexicon import CHOSEN, DATED, MEASURED, MONEY, PEOPLE, UNITS, WHOLE
from app.provisioning.extraction.components.shapes import (
    COUNTED,
    PERSON,
    SOURCES,
    UNKNOWN,
    Field,
    Kind,
    Shape,
    Sighting,
)
from app.provisioning.extraction.components.weighing import Entity
from app.provisioning.extraction.components.words import singular, snake, thing, words
from app.provisioning.extraction.result import Rejected
from app.provisioning.schema.model import Evidence
from app.provisioning.schema.names import fit

MOST_CHOICES: Final = 20

CONFIDENCE: Final = {"zod": 0.95, "type": 0.9, "seed": 0.8, "making": 0.75, "form": 0.7, "call": 0.5}
"""How sure a field is, by the surest place that shows it."""

_DECLARED: Final = ("zod", "type")
_SAID: Final = frozenset({"name", "title", "text", "content", "message", "label", "username", "email", "question"})
"""What a new thing that is given it at all is never without."""

_REPEATED: Final = frozenset(
    {"confirm_password", "password_confirm", "password_confirmation", "repeat_password", "password2"}
)
_SYSTEM: Final = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
"""Columns that every table of PostgreSQL has."""

_FLAGS: Final = frozenset({"is", "has", "can", "should", "allow", "enabled", "completed", "done", "active", "archived"})


@dataclass(frozen=True, slots=True)
class Merged:
    """A column to be: `kind` and the rest as in Shape, settled."""

    name: str
    written: str
    shape: Shape
    kind: Kind
    nullable: bool
    choices: tuple[str | int, ...]
    default: str | None
    evidence: Evidence
    person: bool = False
    """Whether its value is the id of whoever is signed in."""
    joined: str = ""
    """The thing that a query joins by it."""


def merged(
    entity: Entity, entities: Mapping[str, Entity], stamped: Mapping[str, Kind], rejected: list[Rejected]
) -> list[Merged]:
    """The fields of a thing, in the order in which the surest place has them."""
    seen: dict[str, list[Field]] = {}
    ordered = sorted(
        (each for sighting in entity.sightings for each in _own(sighting, entities, rejected)),
        key=lambda each: SOURCES.index(each.source),
    )
    generated = {each.name for sighting in entity.sightings if sighting.rule == "generated" for each in sighting.fields}
    if generated:
        ordered = _as_generated(ordered)
    verbatim = {each.name for sighting in entity.sightings if sighting.verbatim for each in sighting.fields}
    for each in ordered:
        seen.setdefault(snake(each.name), []).append(each)
    embedded = {snake(each) for sighting in entity.sightings for each in sighting.embeds}
    declared = {name for name, fields in seen.items() if fields[0].source in _DECLARED}
    if not declared and any(_complete(sighting) for sighting in entity.sightings):
        declared = {name for name, fields in seen.items() if fields[0].source in ("seed", "making")}
    result: list[Merged] = []
    taken: set[str] = set()
    for name, fields in seen.items():
        first = fields[0]
        if (
            not words(name)
            or first.name.startswith("__")
            or _is_nothing(entity, name, first, entities, name in verbatim)
        ):
            continue
        if name in embedded and first.shape.kind in ("object", "reference", "json", "unknown"):
            rejected.append(
                Rejected(f"{entity.key}.{first.name}", "another thing, which a query joins to it", first.evidence)
            )
            continue
        if declared and name not in declared and not _extra(name, fields, verbatim):
            reason = "no part of the type, or of the expression that makes one"
            rejected.append(Rejected(f"{entity.key}.{first.name}", reason, first.evidence))
            continue
        column = fit(name, "_value" if name in _SYSTEM else "", taken=taken)
        taken.add(column)
        result.append(_settled(column, fields, stamped, bool(entity.verbatim)))
    return result


def _as_generated(fields: Sequence[Field]) -> list[Field]:
    """The fields with those that were generated of a database first, and the others as hints only."""
    first = [each for each in fields if each.evidence.rule == _GENERATED]
    hints = [
        replace(each, source="form") if each.source in _DECLARED else each
        for each in fields
        if each.evidence.rule != _GENERATED
    ]
    known = {each.name for each in first}
    return [*first, *(replace(each, required=None) for each in hints if each.name in known)]


_GENERATED: Final = "components.generated"


def own_key(entity: Entity, fields: Sequence[Merged], entities: Mapping[str, Entity]) -> Merged | None:
    """The field that is a thing's key: its id, or what names it as others do (`product_id` of a product, `emp_id`)."""
    if found := next((each for each in fields if each.written in KEYS), None):
        return found
    if (known := entity.refers) is not None:
        left = [each for each in fields if each.name.endswith("_id") and each.written not in known]
        left = [each for each in left if not each.nullable and each.name != "user_id"]
        return left[0] if len(left) == 1 else None
    for each in fields:
        stem = each.name.removesuffix("_id")
        if stem == each.name or each.shape.kind in ("list", "object", "json"):
            continue
        if stem == entity.key:
            return each
        if entity.verbatim and len(stem) > 2 and stem not in PEOPLE and "_" not in entity.key:
            alike = [key for key in entities if key.startswith(stem) and "_" not in key]
            if alike == [entity.key]:
                return each
    return None


def _is_nothing(entity: Entity, name: str, first: Field, entities: Mapping[str, Entity], verbatim: bool) -> bool:
    """Whether a field is none of the thing's own."""
    if first.shape.kind == "code" or name in _REPEATED:
        return True
    if first.shape.kind == "reference" and first.shape.literal:
        # `{...product, quantity: 1}` of something that is not stored, or of the same thing.
        return (of := thing(first.name)) == entity.key or of not in entities
    if verbatim or first.source in _DECLARED:
        return False
    # What it is sent in, and its own key as others name it.
    return name == f"{entity.key}_id" or (name == entity.key and first.shape.kind == "unknown")


def _own(sighting: Sighting, entities: Mapping[str, Entity], rejected: list[Rejected]) -> list[Field]:
    """The fields of a sighting; of a thing that extends another stored one, its own and a reference to that."""
    fields = list(sighting.fields)
    for name in sighting.extends:
        base = entities.get(thing(name))
        if base is None:
            continue
        if base.key == thing(sighting.name):
            if (shown := _shown_of(sighting, name, base)) is not None:
                reason = f"of another thing, joined to {name} to show it"
                rejected += [
                    Rejected(f"{sighting.type_name}.{each.name}", reason, each.evidence)
                    for each in fields
                    if each not in shown
                ]
                fields = shown
            continue
        inherited = {each.evidence for other in base.sightings for each in other.fields}
        fields = [each for each in fields if each.evidence not in inherited]
        reference = Shape("reference", name=name)
        fields.append(Field(base.key, reference, True, "type", sighting.evidence))
    return fields


def _shown_of(sighting: Sighting, base: str, entity: Entity) -> list[Field] | None:
    """Of a thing as a page shows it (`InvoiceRow extends Invoice`), the fields that are its own; None of another."""
    of = next((each for each in entity.sightings if each.type_name == base and each is not sighting), None)
    if of is None or not sighting.type_name.startswith(base) or not {each.name for each in of.fields} & KEYS:
        return None
    own = {each.evidence for each in of.fields}
    return [each for each in sighting.fields if each.evidence in own]


def _complete(sighting: Sighting) -> bool:
    """Whether it makes a new one with its id and all else."""
    names = {each.name for each in sighting.fields}
    guesses = any(each.shape.kind == "reference" and each.shape.literal for each in sighting.fields)
    return sighting.rule in ("making", "made") and bool(names & KEYS) and len(names) > 1 and not guesses


def _extra(name: str, fields: Sequence[Field], verbatim: set[str]) -> bool:
    """Whether a field is believed though the declared type of the thing lacks it."""
    return name == "password" or any(each.name in verbatim for each in fields)


def _hint(field: Field) -> str:
    """The kind of shape that a field has only because a query joins something by it."""
    return "reference" if field.source == "call" else ""


def _made_as_text(fields: Sequence[Field]) -> bool:
    """Whether the app itself, or its SQL, says that a key is text."""
    return any(
        each.shape.kind == "text"
        and (each.source in ("seed", "making", "call") or each.evidence.rule == "components.sql")
        for each in fields
    )


def _settled(name: str, fields: Sequence[Field], stamped: Mapping[str, Kind], verbatim: bool) -> Merged:
    first = fields[0]
    known_shapes = (each.shape for each in fields if each.shape.kind not in ("unknown", _hint(each)))
    shape = next(known_shapes, UNKNOWN)
    kind = kind_of(name, shape, fields, stamped)
    if name in KEYS and verbatim and kind == "text" and not _made_as_text(fields):
        kind = "uuid"  # As the database makes it.
    known = next((each for each in fields if each.shape.kind == shape.kind), first)
    evidence = Evidence(known.evidence.file, known.evidence.line, known.evidence.rule, CONFIDENCE[first.source])
    nullable = _nullable(name, fields)
    return Merged(
        name,
        first.name,
        shape,
        kind,
        nullable,
        _choices(name, kind, fields),
        _default(name, kind, fields),
        evidence,
        any(each.shape.name == PERSON for each in fields),
        next((each.shape.name for each in fields if each.source == "call" and each.shape.kind == "reference"), ""),
    )


def kind_of(name: str, shape: Shape, fields: Sequence[Field], stamped: Mapping[str, Kind]) -> Kind:
    """The kind of a column: what is written, made more exact by examples, by inputs and by its name.

    `stamped` are the names to which the app gives the present time, with the kind in which it does.
    """
    kinds = {each.shape.kind for each in fields}
    examples = {each.shape.kind for each in fields if each.source in ("seed", "making", "form")}
    last = name.rpartition("_")[2]
    if shape.kind in ("number", "integer", "decimal"):
        return _number(name, last, shape, fields, examples)
    if shape.kind == "unknown":
        return _by_name(name, last)
    if shape.kind != "text" or (shape.choices and len(shape.choices) > 1):
        return shape.kind
    slugs = any(each.source == "seed" and each.shape.kind == "text" for each in fields)
    for exact in ("uuid", "time", "timestamp", "date"):
        if exact in kinds and not (slugs and exact == "uuid") and (exact != "date" or "timestamp" not in kinds):
            return exact
    if not slugs and not shape.choices and (stamp := stamped.get(fields[0].name)) is not None:
        return stamp
    if not slugs and re.search(r"(?<!bas|cus|urn)(ed|due|paid|sent|held|born)_on$", name):
        return "date"
    return "timestamp" if not slugs and (last in DATED or (last == "at" and "_" in name)) else "text"


def _number(name: str, last: str, shape: Shape, fields: Sequence[Field], examples: set[Kind]) -> Kind:
    if "bigint" in examples:
        return "bigint"
    parts = name.split("_")
    if "per" in parts[1:]:
        last = parts[parts.index("per") - 1]
    if any(each.source == "zod" and each.shape.kind in ("integer", "decimal") for each in fields):
        return shape.kind
    if shape.choices and fields[0].source in _DECLARED:
        return "integer"
    if any(each.shape.name == COUNTED.name for each in fields):
        return "integer"
    if "decimal" in examples or (last in MONEY and not (last == "total" and _are_several(parts[0]) and parts[1:])):
        return "decimal"
    if last in ("at", *DATED):
        return "bigint"
    if last == "rating" and any(each.source == "call" and each.shape.kind == "integer" for each in fields):
        return "integer"
    if _are_several(last) or (parts[1:] and _are_several(parts[0]) and last not in MEASURED | UNITS):
        return "integer"
    if last in MEASURED or any(each.shape.kind == "number" and each.shape.literal for each in fields):
        return "number"
    return "integer" if last in WHOLE or last == "time" or "integer" in examples or last == "id" else "number"


def _are_several(word: str) -> bool:
    """Whether a number of that name counts things."""
    return len(word) > 3 and singular(word) != word and word not in UNITS and singular(word) not in UNITS | MEASURED


def _by_name(name: str, last: str) -> Kind:
    parts = words(name)
    if parts[0] in _FLAGS and (len(parts) > 1 or parts[0] in ("completed", "done", "active", "archived", "enabled")):
        return "boolean"
    if last in DATED or (last == "at" and len(parts) > 1):
        return "timestamp"
    return "decimal" if last in MONEY else "integer" if last in ("quantity", "qty", "count", "stock") else "text"


def _nullable(name: str, fields: Sequence[Field]) -> bool:
    declared = [each for each in fields if each.source in _DECLARED]
    if declared:
        return any(each.shape.nullable or each.required is False for each in declared)
    if any(each.shape.nullable for each in fields):
        return True
    seeds = [each for each in fields if each.source == "seed"]
    if seeds:
        return any(each.required is False for each in seeds)
    return not any(
        (each.source == "making" and (each.shape.kind != "unknown" or name in _SAID))
        or (each.source in ("form", "call") and each.required)
        for each in fields
    )


def _choices(name: str, kind: Kind, fields: Sequence[Field]) -> tuple[str | int, ...]:
    """The only values that there are, where a place says so or the examples make it likely."""
    found = _listed(name, fields) if kind in ("text", "integer") else ()
    sane = len(found) <= MOST_CHOICES and all(isinstance(each, int) or "\0" not in each for each in found)
    return found if sane else ()


def _listed(name: str, fields: Sequence[Field]) -> tuple[str | int, ...]:
    if any(each.source in _DECLARED for each in fields):
        return next((each.shape.choices for each in fields if each.source in _DECLARED and each.shape.choices), ())
    forms = [each.shape.choices for each in fields if each.source == "form" and each.shape.choices]
    seen = {choice for each in fields if each.source in ("seed", "making") for choice in each.shape.choices}
    if forms:
        found = tuple(dict.fromkeys(choice for each in forms for choice in each))
        return found if len(found) > 1 and seen <= set(found) else ()
    seeded = tuple(dict.fromkeys(choice for each in fields if each.source == "seed" for choice in each.shape.choices))
    if name.rpartition("_")[2] not in CHOSEN or len(seeded) < 2:
        return ()
    return (*seeded, *sorted(str(each) for each in seen - set(seeded)))


def _default(name: str, kind: Kind, fields: Sequence[Field]) -> str | None:
    if name in ("created_at", "updated_at", "inserted_at") and kind == "timestamp":
        return "now()"
    zod = next((each.shape.default for each in fields if each.source == "zod" and each.shape.default), None)
    if zod is not None:
        return zod
    if kind == "boolean":
        made = (
            each.shape.default for each in fields if each.source in ("making", "form", "call") and each.shape.literal
        )
        return next((each for each in made if each is not None), None)
    return None
