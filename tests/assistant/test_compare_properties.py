from __future__ import annotations

import copy
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.assistant.comparison.compare import changes, compare
from app.assistant.configuration.paths import equal
from app.assistant.configuration.shape import Shape
from tests.assistant.applying import applied, undone
from tests.assistant.drifting import NOISE, noisy

NODE = {
    "properties": {
        "steps": {"x-ordered": True, "items": {"$ref": "#/$defs/node"}},
        "pairs": {"x-key": ["from", "to"], "items": {"$ref": "#/$defs/node"}},
        "ranked": {"x-key": "id", "x-ordered": True, "items": {"$ref": "#/$defs/node"}},
        "enabled": {"default": True},
        "limits": {"default": {"cpu": 1}, "additionalProperties": {"$ref": "#/$defs/node"}},
    },
    "items": {"$ref": "#/$defs/node"},
    "additionalProperties": {"$ref": "#/$defs/node"},
}
SHAPE = Shape({"$defs": {"node": NODE}, "$ref": "#/$defs/node"})

quickly = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

numbers = st.integers(-3, 3) | st.sampled_from([0.5, 1e30, Decimal("0.1"), 10**30, -0.0])
texts = st.sampled_from(["", "a", "b", "8080", "1", "1.0", "true", "null", "2024-01-05", "2024-01-05T00:00:00Z", "\n"])
scalars = st.none() | st.booleans() | numbers | texts | st.text(max_size=3)
keys = st.sampled_from(["id", "from", "to", "steps", "pairs", "ranked", "enabled", "limits", "a.b", "c/d", "~", ""])
"""Most of them mean something to the schema or to paths."""

known = st.fixed_dictionaries({"id": numbers | texts}, optional={"name": texts, "x": scalars})
related = st.fixed_dictionaries({"from": texts, "to": texts}, optional={"x": scalars, "limits": st.just({"cpu": 1})})


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists of anything, and objects."""
    return st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5)


values = st.recursive(scalars | known | related, containers, max_leaves=15)


@quickly
@given(values)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert compare(value, copy.deepcopy(value), SHAPE) == []


@quickly
@given(values, st.integers(0, 100))
def test_nothing_differs_when_written_in_another_way(value: Any, seed: int) -> None:
    random = Random(seed)
    # In quotes, 1e30 is a text.
    kinds = [kind for kind in NOISE if kind != "quotes"]
    assert compare(value, noisy(value, random, kinds, SHAPE), SHAPE) == []


@quickly
@given(values, values)
def test_changes_turn_one_into_the_other_and_back(before: Any, after: Any) -> None:
    found = changes(before, after, SHAPE)
    result = applied(before, found)
    assert compare(result, after, SHAPE) == []
    assert equal(undone(result, found), before)
    assert bool(found) == bool(compare(before, after, SHAPE))


@quickly
@given(st.data(), values)
def test_elements_of_a_list_moved_doubled_dropped_and_changed(data: st.DataObject, value: Any) -> None:
    assume(isinstance(value, list) and value)
    holder = {data.draw(st.sampled_from(["steps", "pairs", "ranked", "list"])): value}
    other = copy.deepcopy(holder)
    (elements,) = other.values()
    elements[:] = data.draw(st.lists(st.sampled_from(elements), max_size=8))
    if elements and data.draw(st.booleans()):
        elements[data.draw(st.integers(0, len(elements) - 1))] = data.draw(values)
    found = changes(holder, other, SHAPE)
    result = applied(holder, found)
    assert compare(result, other, SHAPE) == []
    assert equal(undone(result, found), holder)
