"""How things refer to each other: by id, by holding one, by holding a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from app.provisioning.extraction.components.declarations import KEYS
from app.provisioning.extraction.components.lexicon import PEOPLE
from app.provisioning.extraction.components.merging import Merged
from app.provisioning.extraction.components.weighing import Entity, named_person, person
from app.provisioning.extraction.components.words import singular, thing, words

_SELF: Final = frozenset({"parent", "parent_comment", "reply_to", "replied_to", "previous", "original"})


@dataclass(frozen=True, slots=True)
class Relation:
    """What a field means.

    `one`: a key of the other thing stands here; `children`: in each of the others stands a key of this; `many`: pairs.
    """

    kind: Literal["one", "children", "many"]
    target: str
    column: str


def relation_of(
    field: Merged,
    entity: Entity,
    entities: Mapping[str, Entity],
    fields: Mapping[str, list[Merged]],
    keyed: Mapping[str, str],
) -> Relation | None:
    """What a field of a thing refers to; None where it is a plain value. `keyed` are things by keys not called id."""
    shape = field.shape
    if (known := entity.refers) is not None:
        table = known.get(field.written)
        target = next((key for key, each in entities.items() if each.verbatim == table), "") if table else ""
        return Relation("one", target, field.name) if target else None
    if keyed.get(field.name, entity.key) != entity.key and shape.kind != "list":
        return Relation("one", keyed[field.name], field.name)
    if field.joined and (target := _typed(field.joined, entities)):
        return Relation("one", target, field.name)
    if shape.kind == "reference" and (target := _typed(shape.name, entities)):
        return Relation("one", target, f"{field.name}_id")
    if field.person and shape.kind in ("unknown", "text", "uuid") and field.written not in KEYS:
        named = _named(field.name.removesuffix("_id"), entity, entities)
        target = named or person(entities)
        return Relation("one", target, field.name) if _by_own_id(target, entity, fields) else None
    if shape.kind == "list" and shape.of is not None:
        if shape.of.kind == "reference" and (target := _typed(shape.of.name, entities)):
            return _listed(field, entity, entities[target], entities, fields)
        if (
            shape.of.kind == "object"
            and (target := _named(singular(field.name), entity, entities))
            and target != entity.key
        ):
            return _listed(field, entity, entities[target], entities, fields)
        if field.name.endswith("_ids") and (target := _named(field.name[: -len("_ids")], entity, entities)):
            return Relation("many", target, field.name[: -len("_ids")])
    if not field.name.endswith("_id") or shape.kind in ("list", "object", "json", "boolean"):
        return None
    target = _named(field.name[: -len("_id")], entity, entities)
    if target and target == person(entities) and not _by_own_id(target, entity, fields):
        return None
    return Relation("one", target, field.name) if target else None


def _by_own_id(target: str, entity: Entity, fields: Mapping[str, list[Merged]]) -> bool:
    """Whether a person's id is the key of the table of people: not where that itself names somebody's id."""
    if target not in fields or (target == entity.key and target != "user"):
        return False
    return not any(each.name in ("user_id", "auth_id", "auth_user_id", "clerk_id") for each in fields[target])


def _typed(name: str, entities: Mapping[str, Entity]) -> str:
    key = thing(name)
    return key if key in entities else ""


def _named(base: str, entity: Entity, entities: Mapping[str, Entity]) -> str:
    """The thing that a name before `_id` means: itself, by its last words, or a person."""
    parts = words(base)
    if base in _SELF or (parts[:1] == ["parent"] and "_".join(parts[1:]) in (entity.key, "")):
        return entity.key
    for start in range(len(parts)):
        key = thing("_".join(parts[start:])) or "_".join(parts[start:])
        if key in entities:
            return key
        if start == 0 and base in PEOPLE and (who := person(entities)):
            return who  # `user_id` beside `admin_users` and `profiles`.
        ending = _ending(tuple(entities)).get(key, ())
        if start == 0 and len(ending) == 1 and not ending[0].startswith(f"{entity.key}_") and parts[-1] != "item":
            return ending[0]
    last = parts[-1] if parts else ""
    return person(entities) if base in PEOPLE or last in PEOPLE else ""


@lru_cache(maxsize=1)
def _ending(keys: tuple[str, ...]) -> dict[str, list[str]]:
    """The things of several words, by each of their endings."""
    endings: dict[str, list[str]] = {}
    for key in keys:
        rest = key.partition("_")[2]
        while rest:
            endings.setdefault(rest, []).append(key)
            rest = rest.partition("_")[2]
    return endings


def _listed(
    field: Merged, entity: Entity, target: Entity, entities: Mapping[str, Entity], fields: Mapping[str, list[Merged]]
) -> Relation:
    """A list of another thing: its children, where each belongs to one; pairs, where they stand for themselves."""
    own = f"{entity.key}_id"
    if any(
        each.name == own
        or (
            each.name.endswith("_id") and _named(each.name[: -len("_id")], target, entities) == entity.key != target.key
        )
        or (each.shape.kind == "reference" and thing(each.shape.name) == entity.key)
        for each in fields[target.key]
    ):
        return Relation("children", target.key, "")
    back = any(
        each.shape.kind == "list"
        and each.shape.of is not None
        and each.shape.of.kind == "reference"
        and thing(each.shape.of.name) == entity.key
        for each in fields[target.key]
    )
    people = target.key in (named_person({entity.key, target.key}), entity.key)
    alone = any(each.kept or each.stored or each.rule in ("write", "request") for each in target.sightings)
    shared = target.key in _SHARED
    nested = target.key.startswith(f"{entity.key}_")
    if people or back or shared or (alone and not nested and target.key not in _OWNED):
        return Relation("many", target.key, singular(field.name))
    return Relation("children", target.key, own)


_SHARED: Final = frozenset({
    "tag", "category", "genre", "label", "skill", "topic", "interest", "role", "permission", "ingredient", "amenity",
})  # fmt: skip
_OWNED: Final = frozenset({
    "comment", "reply", "review", "message", "answer", "task", "subtask", "lesson", "step", "line_item",
    "order_item", "cart_item", "question", "option", "card", "log", "entry", "note", "attachment", "photo", "image",
    "chapter", "reaction", "todo",
})  # fmt: skip
"""Things that belong to the one thing in whose list they stand, also where the app holds them on their own."""
