"""Configurations such as people keep, and how two of them drift apart: by real differences, and by what is none."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from app.assistant.comparison.canonical import EMPTY, Canon
from app.assistant.comparison.compare import Difference, Kind, anchored
from app.assistant.comparison.divergence import Place
from app.assistant.configuration.changes import Change
from app.assistant.configuration.paths import WHOLE, Path, Selector, equal, get
from app.assistant.configuration.shape import Shape
from tests.assistant.applying import applied

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "workflow": {
            "properties": {
                "statuses": {"x-key": "id", "x-ordered": True},
                "transitions": {"x-key": ["from", "to"]},
            }
        },
        "custom_fields": {"items": {"properties": {"required": {"default": False}, "archived": {"default": False}}}},
        "automation_rules": {
            "x-key": "id",
            "items": {"properties": {"enabled": {"default": True}, "actions": {"x-ordered": True}}},
        },
        "infrastructure": {
            "properties": {
                "environments": {"items": {"properties": {"services": {"items": {"$ref": "#/$defs/service"}}}}}
            }
        },
    },
    "$defs": {"service": {"properties": {"replicas": {"default": 1}, "public": {"default": False}}}},
}
SHAPE: Final = Shape(SCHEMA)

_WORDS: Final = ("alpha", "bravo", "delta", "echo", "golf", "hotel", "india", "kilo", "lima", "mike", "papa", "tango")
_OPERATORS: Final = ("equals", "contains", "at_least", "before")


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_KEYS: Final = ("id", "from", "to", "environments")
_WITHOUT_KEYS: Final = ("conditions", "actions", "options", "regions")


@dataclass(frozen=True)
class Truth:
    """A difference: where the document has it, or would have it."""

    place: Path
    type: Kind


def configuration(random: Random, size: int = 1) -> dict[str, Any]:
    """One of about 120 lines as YAML, times the size."""
    statuses = [_status(random, at) for at in range(5 * size)]
    ids = [status["id"] for status in statuses]
    pairs = list(dict.fromkeys((random.choice(ids), random.choice(ids)) for _ in range(6 * size)))
    return {
        "name": _phrase(random),
        "version": f"{random.randint(1, 9)}.{random.randint(0, 20)}",
        "workflow": {
            "initial": ids[0],
            "statuses": statuses,
            "transitions": [{"from": one, "to": other, "name": _phrase(random)} for one, other in pairs],
        },
        "custom_fields": [_field(random, at) for at in range(4 * size)],
        "automation_rules": [_rule(random, at, ids) for at in range(3 * size)],
        "infrastructure": {
            "regions": random.sample(["eu-west-1", "eu-north-1", "us-east-1", "ap-south-1"], 3),
            "environments": [
                {"name": name, "since": _day(random), "services": [_service(random, at) for at in range(2 * size)]}
                for name in ("staging", "production")
            ],
        },
    }


def _phrase(random: Random) -> str:
    return " ".join(random.sample(_WORDS, 2)).capitalize()


def _day(random: Random) -> str:
    return (date(2024, 1, 1) + timedelta(random.randrange(900))).isoformat()


def _status(random: Random, at: int) -> dict[str, Any]:
    return {
        "id": f"status-{at}",
        "name": _phrase(random),
        "category": random.choice(["open", "active", "closed"]),
        "limit": random.randint(2, 60),
    }


def _field(random: Random, at: int) -> dict[str, Any]:
    return {
        "id": f"field-{at}",
        "name": _phrase(random),
        "type": "select",
        "required": random.random() < 0.5,
        "options": random.sample(_WORDS, 4),
    }


def _rule(random: Random, at: int, statuses: list[str]) -> dict[str, Any]:
    return {
        "id": f"rule-{at}",
        "name": _phrase(random),
        "enabled": random.random() < 0.5,
        "trigger": {"event": "issue_updated", "since": _day(random)},
        "conditions": [
            {"field": word, "operator": random.choice(_OPERATORS), "value": random.randint(2, 99)}
            for word in random.sample(_WORDS, 3)
        ],
        "actions": [
            {"type": "set_status", "status": random.choice(statuses)},
            {"type": "notify", "to": random.sample(_WORDS, 2), "after_hours": random.randint(2, 72)},
        ],
    }


def _service(random: Random, at: int) -> dict[str, Any]:
    return {
        "name": f"service-{at}",
        "port": random.randint(1024, 65535),
        "replicas": random.randint(1, 9),
        "public": random.random() < 0.3,
        "limits": {"cpu": random.choice([0.25, 0.5, 1.5]), "memory_mb": random.choice([256, 512, 1024])},
        "env": {"LOG_LEVEL": random.choice(["info", "debug"]), "REGION": random.choice(_WORDS)},
    }


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """The paths of everything in it."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def shape_of(path: Path) -> Shape:
    """What the schema says of a place."""
    shape = SHAPE
    for token in path:
        shape = shape.child(token)
    return shape


def drifted(yaml: dict[str, Any], random: Random, count: int) -> tuple[dict[str, Any], set[Truth]]:
    """What the database has when so many differences, none within another, come between it and the document."""
    database: dict[str, Any] = copy.deepcopy(yaml)
    truths: set[Truth] = set()
    touched: list[Place] = []
    candidates = list(places(yaml))
    random.shuffle(candidates)
    for place in candidates:
        # Two in one list whose elements have no keys could be told in more ways than one.
        scope = next((place[: at + 1] for at, token in enumerate(place) if token in _WITHOUT_KEYS), place)
        if len(truths) == count:
            break
        if any(scope[: len(other)] == other or other[: len(scope)] == scope for other in touched):
            continue
        if made := _mutation(yaml, place, random):
            database = applied(database, [made[0]])
            truths.add(made[1])
            touched.append(scope)
    return database, truths


def told(difference: Difference) -> Truth:
    """A difference that was found, in the same words."""
    lacking = (*difference.yaml_near, difference.path[-1] if difference.path else "")
    return Truth(lacking if difference.yaml_place is None else difference.yaml_place, difference.type)


def _mutation(yaml: Any, place: Place, random: Random) -> tuple[Change, Truth] | None:
    value, parent, path = get(yaml, place), get(yaml, place[:-1]), anchored(yaml, place, SHAPE)
    new = random.choice(["new one", "new other"])
    if isinstance(value, dict) and random.random() < 0.2:
        return Change("add", (*path, "note"), after=new), Truth((*place, "note"), "missing_in_yaml")
    if isinstance(parent, list) and isinstance(path[-1], Selector) and random.random() < 0.5:
        key = path[-1].values[0][0]
        added: Any = new if key == WHOLE else {**copy.deepcopy(value), key: new}
        selector = anchored([added], [0], shape_of(place[:-1]))[0]
        return Change("add", (*path[:-1], selector), after=added), Truth((*place[:-1], selector), "missing_in_yaml")
    if place[-1] in _KEYS or (place[0], place[-1]) == ("infrastructure", "name"):
        return None
    if Canon().member(value, shape_of(place)) == EMPTY:
        return None
    if isinstance(parent, dict) and not isinstance(value, dict | list) and random.random() < 0.7:
        other = not value if isinstance(value, bool) else f"{value} too" if isinstance(value, str) else value + 7
        if Canon().member(other, shape_of(place)) == EMPTY:
            return None
        return Change("replace", path, value, other), Truth(place, "value_mismatch")
    return Change("remove", path, value), Truth(place, "missing_in_db")


NOISE: Final = ("order", "numbers", "quotes", "dates", "defaults", "nothing")


def noisy(value: Any, random: Random, kinds: Collection[str] = NOISE, shape: Shape = SHAPE) -> Any:
    """The same configuration, written in other ways."""
    if isinstance(value, list):
        elements = [noisy(each, random, kinds, shape.child(0)) for each in value]
        if "order" in kinds and not shape.is_ordered:
            random.shuffle(elements)
        return elements
    if isinstance(value, dict):
        return _noisy_members(value, random, kinds, shape)
    if "quotes" in kinds and isinstance(value, bool | int | float) and random.random() < 0.5:
        return json.dumps(value)
    if "numbers" in kinds and isinstance(value, int | float) and not isinstance(value, bool):
        text = repr(value) if isinstance(value, float) else f"{value}.000"
        return random.choice([value, float(value), Decimal(text)])
    if "dates" in kinds and isinstance(value, str) and _DAY.fullmatch(value):
        before = date.fromisoformat(value) - timedelta(1)
        return random.choice(
            [
                value,
                f"{value}T00:00:00Z",
                f"{value} 00:00:00",
                f"{value}T02:00:00.000+02:00",
                f"{before}T19:00:00-05:00",
            ]
        )
    return value


def _noisy_members(value: dict[str, Any], random: Random, kinds: Collection[str], shape: Shape) -> dict[str, Any]:
    kept = [key for key in value if "defaults" not in kinds or not equal(value[key], shape.child(key).default)]
    members = [(key, noisy(value[key], random, kinds, shape.child(key))) for key in kept]
    if "defaults" in kinds:
        members += [(key, default) for key, default in shape.defaults().items() if key == "archived"]
    if "nothing" in kinds and random.random() < 0.3:
        members.append(("comments", random.choice([None, [], {}, {"more": None}])))
    if "order" in kinds:
        random.shuffle(members)
    return dict(members)
