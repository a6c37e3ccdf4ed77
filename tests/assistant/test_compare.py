from __future__ import annotations

import copy
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from app.assistant.comparison.compare import Difference, anchored, changes, compare, three_way
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import WHOLE, Path, PathError, Selector, to_json
from app.assistant.configuration.shape import Shape
from tests.assistant.applying import applied, undone
from tests.assistant.drifting import NOISE, SHAPE, configuration, drifted, noisy, told

UNKNOWN = Shape({})
ORDERED = Shape({"properties": {"steps": {"x-ordered": True}}})


def by(**values: Any) -> Selector:
    return Selector(tuple(values.items()))


def whole(value: Any) -> Selector:
    return Selector(((WHOLE, value),))


def shown(found: list[Difference]) -> list[tuple[str, str, Any, Any]]:
    return [(each.friendly, each.type, each.yaml, each.database) for each in found]


ALIKE: list[tuple[Any, Any]] = [
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ([1, 2, 2], [2, 1, 2]),
    ([{"id": 1, "x": [1, 2]}, {"id": 2}], [{"id": 2}, {"x": [2, 1], "id": 1}]),
    ([[1, 2], [3]], [[3], [2, 1]]),
    ({"a": None}, {}),
    ({"a": {}}, {"a": []}),
    ({"a": {"b": None, "c": [], "d": {}}}, {}),
    (1, 1.0),
    (1, Decimal("1e0")),
    (1000, 1e3),
    (1e23, Decimal("1e23")),
    (0.1, Decimal("0.10")),
    (-0.0, 0),
    ("8080", 8080),
    ("-1.5", -1.5),
    ("true", True),
    ("2024-01-05", "2024-01-05T00:00:00Z"),
    ("2024-01-05 00:00:00", "2024-01-05T00:00:00.000+00:00"),
    ("2024-01-05T02:30+02:30", "2024-01-04T19:00:00-05:00"),
    ("2024-01-05T00:00:00.5z", "2024-01-05t00:00:00.500Z"),
    ("2024-01-05T00:00:00 +0100", "2024-01-04 23:00:00"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_means_the_same(one: Any, other: Any) -> None:
    assert compare({"x": one}, {"x": other}, UNKNOWN) == compare({"x": other}, {"x": one}, UNKNOWN) == []


DIFFERENT: list[tuple[Any, Any]] = [
    (1, True),
    (0, False),
    (1, "1.0"),
    (1.1, "1.10"),
    (1000, "1e3"),
    (8, "08"),
    (8, "+8"),
    (8, " 8"),
    (0, "-0"),
    (8, "８"),
    (True, "True"),
    (True, "yes"),
    (None, "null"),
    (None, ""),
    (None, False),
    (None, 0),
    ([], [None]),
    ([None], [None, None]),
    ("a\n", "a"),
    ("\u00e9", "e\u0301"),
    ("a\u202e", "a"),
    ("2024-01-05", "2024-01-06"),
    ("2024-02-30", "2024-02-30T00:00:00Z"),
    ("2024-01-05", "2024-01-05T00:00:00+02:00"),
    ("2024-01-05T00:00:00.5Z", "2024-01-05T00:00:00.50000000001Z"),
    ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+02:00"),
    ("20240105", "2024-01-05"),
    (10**30, 10**30 + 1),
    (Decimal("1e400"), Decimal("1.1e400")),
    ("a", ["a"]),
    ({"a": 1}, ["a"]),
    ({"a": 1}, "a"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_means_something_else(one: Any, other: Any) -> None:
    assert len(compare({"x": one}, {"x": other}, UNKNOWN)) == len(compare({"x": other}, {"x": one}, UNKNOWN)) == 1


def test_a_default_says_nothing() -> None:
    shape = Shape({"properties": {"n": {"default": 1}, "o": {"properties": {"b": {"default": True}}}}})
    assert compare({"n": 1, "o": {"b": True}}, {}, shape) == []
    assert compare({"n": None}, {"n": "1"}, shape) == []
    assert shown(compare({"n": 2}, {"n": 1}, shape)) == [("n", "value_mismatch", 2, 1)]
    assert shown(compare({}, {"o": {"b": False}}, shape)) == [("o", "missing_in_yaml", ABSENT, {"b": False})]


def test_elements_are_found_by_what_they_are_known_by() -> None:
    yaml = {"workflow": {"statuses": [{"id": "todo", "name": "To do"}, {"id": "done", "name": "Done"}]}}
    database = {"workflow": {"statuses": [{"id": "done", "name": "Closed", "limit": 3}, {"id": "old"}, {"id": "todo"}]}}
    found = compare(yaml, database, UNKNOWN)
    assert shown(found) == [
        ("workflow.statuses[0].name", "missing_in_db", "To do", ABSENT),
        ("workflow.statuses[1].name", "value_mismatch", "Done", "Closed"),
        ("workflow.statuses[1].limit", "missing_in_yaml", ABSENT, 3),
        ("workflow.statuses[1]", "missing_in_yaml", ABSENT, {"id": "old"}),
    ]
    assert [(each.yaml_pointer, each.database_pointer, each.element) for each in found] == [
        ("/workflow/statuses/0/name", None, "todo"),
        ("/workflow/statuses/1/name", "/workflow/statuses/0/name", "done"),
        (None, "/workflow/statuses/0/limit", "done"),
        (None, "/workflow/statuses/1", "old"),
    ]
    assert to_json(found[1].path) == ["workflow", "statuses", {"id": "done"}, "name"]
    assert [each.yaml_near for each in found[2:]] == [("workflow", "statuses", 1), ("workflow", "statuses")]


@pytest.mark.parametrize("key", ["id", "key", "name", "slug"])
def test_the_usual_keys(key: str) -> None:
    (found,) = compare([{key: "a", "n": 1}, {key: "b"}], [{key: "b"}, {key: "a", "n": 2}], UNKNOWN)
    assert found.path == (by(**{key: "a"}), "n")


def test_the_schema_names_the_key() -> None:
    shape = Shape({"x-key": ["from", "to"]})
    database = [{"from": "a", "to": "c", "id": 2}, {"from": "a", "to": "b", "id": 1}]
    (found,) = compare([{"from": "a", "to": "b", "id": 2}, {"from": "a", "to": "c", "id": 2}], database, shape)
    assert found.path == (Selector((("from", "a"), ("to", "b"))), "id")
    assert found.element == "a, b"


@pytest.mark.parametrize(
    "spoiled",
    [{"id": "b", "n": 1}, {"n": 1}, {"id": None}, {"id": ["b"]}, {"id": True}, "b", ["b"], None],
    ids=repr,
)
def test_a_key_that_is_not_in_all_or_not_unique_is_none(spoiled: Any) -> None:
    yaml = [{"id": "a", "n": 1}, {"id": "b", "n": 2}, spoiled]
    database = [spoiled, {"id": "b", "n": 2}, {"id": "a", "n": 7}]
    (found,) = compare(yaml, database, UNKNOWN)
    assert (found.path, found.yaml_pointer, found.friendly, found.element) == ((2, "n"), "/0/n", "[0].n", None)
    assert (found.yaml, found.database) == (1, 7)


def test_ids_that_are_written_in_two_ways() -> None:
    yaml, database = [{"id": "1", "n": 1}, {"id": "2", "n": 1}], [{"id": 2, "n": 2}, {"id": 1, "n": 1}]
    (found,) = compare(yaml, database, UNKNOWN)
    assert (found.path, found.yaml_path) == ((by(id=2), "n"), (by(id="2"), "n"))
    assert applied(database, changes(database, yaml, UNKNOWN)) == [{"id": 2, "n": 1}, {"id": 1, "n": 1}]


def test_lists_of_scalars_are_bags() -> None:
    found = compare({"tags": ["a", "b", "b", "c"]}, {"tags": ["b", "c", "a", "d"]}, UNKNOWN)
    assert [(each.path[-1], each.type, each.friendly) for each in found] == [
        (whole("d"), "missing_in_yaml", "tags[3]"),
        (whole("b"), "missing_in_db", "tags[1]"),
    ]


@pytest.mark.parametrize(
    ("yaml", "database", "expected"),
    [
        (["a", "b", "c"], ["a", "x", "c"], [("steps[1]", "value_mismatch", "b", "x")]),
        (["a", "b", "c"], ["a", "c"], [("steps[1]", "missing_in_db", "b", ABSENT)]),
        (["a", "c"], ["a", "b", "c"], [("steps[1]", "missing_in_yaml", ABSENT, "b")]),
        (["a", "b"], ["b", "a"], [("steps", "value_mismatch", ["a", "b"], ["b", "a"])]),
        (["a", "b", "a"], ["a", "b"], [("steps", "value_mismatch", ["a", "b", "a"], ["a", "b"])]),
        ([{"do": 1}, {"do": 2}], [{"do": 1}, {"do": 3}], [("steps[1].do", "value_mismatch", 2, 3)]),
        ([{"do": 1}, "x"], [{"do": 1}, {"do": 3}], [("steps[1]", "value_mismatch", "x", {"do": 3})]),
    ],
)
def test_lists_whose_order_matters(yaml: Any, database: Any, expected: Any) -> None:
    found = compare({"steps": yaml}, {"steps": database}, ORDERED)
    assert shown(found) == expected
    assert applied({"steps": database}, [each.change for each in found]) == {"steps": yaml}


def test_the_order_of_keyed_elements_is_a_difference_of_its_own() -> None:
    yaml = {"steps": [{"id": "a"}, {"id": "b", "n": 2}, {"id": "c"}, {"id": "new"}]}
    database = {"steps": [{"id": "c"}, {"id": "old"}, {"id": "b", "n": 1}, {"id": "a"}]}
    found = compare(yaml, database, ORDERED)
    assert shown(found) == [
        ("steps", "value_mismatch", ["a", "b", "c"], ["c", "b", "a"]),
        ("steps[1].n", "value_mismatch", 2, 1),
        ("steps[1]", "missing_in_yaml", ABSENT, {"id": "old"}),
        ("steps[3]", "missing_in_db", {"id": "new"}, ABSENT),
    ]
    assert applied(database, [each.change for each in found]) == yaml
    assert applied(database, [found[0].change])["steps"][1] == {"id": "old"}


def test_a_whole_subtree_is_one_difference_and_so_is_another_type() -> None:
    yaml = {"a": {"b": {"c": 1, "d": [1, 2]}}, "t": {"x": 1}, "n": {"x": 1}}
    assert shown(compare(yaml, {"t": "x", "n": None}, UNKNOWN)) == [
        ("a", "missing_in_db", {"b": {"c": 1, "d": [1, 2]}}, ABSENT),
        ("t", "value_mismatch", {"x": 1}, "x"),
        ("n", "missing_in_db", {"x": 1}, None),
    ]


@pytest.mark.parametrize("key", ["a.b", "c/d", "~0", '"', "", "[0]", "\\", "\u202e", "__proto__", "{{x}}", "é", "0"])
def test_keys_of_any_kind(key: str) -> None:
    (found,) = compare({key: {"x": [{"id": key, key: 1}]}}, {key: {"x": [{"id": key, key: 2}]}}, UNKNOWN)
    assert found.path == (key, "x", by(id=key), key)
    token = key.replace("~", "~0").replace("/", "~1")
    assert found.yaml_pointer == f"/{token}/x/0/{token}"


def test_the_root() -> None:
    assert shown(compare({"a": 1}, None, UNKNOWN)) == [("", "missing_in_db", {"a": 1}, None)]
    assert compare({}, None, UNKNOWN) == compare(ABSENT, {}, UNKNOWN) == []


def test_deep() -> None:
    one: Any = {"n": 1}
    other: Any = {"n": 2}
    for _ in range(100):
        one, other = {"k": [one]}, {"k": [other]}
    (found,) = compare(one, other, SHAPE)
    assert len(found.path) == 201


def test_schemas_that_refer_to_themselves() -> None:
    node = {"x-key": "name", "items": {"properties": {"children": {"$ref": "#/$defs/nodes"}}}}
    shape = Shape({"$defs": {"nodes": node}, "$ref": "#/$defs/nodes"})
    one = [{"name": "a", "id": 1, "children": [{"name": "b", "id": 1}]}]
    other = [{"name": "a", "id": 1, "children": [{"name": "b", "id": 2}]}]
    assert compare(one, other, shape)[0].path == (by(name="a"), "children", by(name="b"), "id")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "c", "b"], ["c", "b", "a", "a"]),
        (["a", "b", "a", "c"], ["c"]),
        ([{"n": 0}, {"n": 1}], [{}, {"n": 1}, {}]),
        ([["a"], ["b"]], [["c"], ["b"], ["c"]]),
    ],
)
def test_equal_elements_go_back_to_where_they_were(before: Any, after: Any) -> None:
    found = changes(before, after, UNKNOWN)
    result = applied(before, found)
    assert compare(result, after, UNKNOWN) == []
    assert undone(result, found) == before


def test_lists_are_aligned_by_what_is_common_too() -> None:
    ones = [1] * 300
    found = compare({"steps": ["b", "new", *ones, "c"]}, {"steps": ["a", *ones, "d"]}, ORDERED)
    assert [each.friendly for each in found] == ["steps[0]", "steps[302]", "steps[1]"]


def test_long_lists_are_not_matched_pair_by_pair() -> None:
    numbers = list(range(20_000))
    mixed = [{"n": number} for number in numbers]
    ones = [1] * 20_000
    assert len(compare({"a": numbers, "b": mixed}, {"a": numbers[::-1], "b": mixed[5:]}, UNKNOWN)) == 5
    (found,) = compare({"steps": ones}, {"steps": [2, *ones[2:], 2]}, ORDERED)
    assert found.friendly == "steps"


@pytest.mark.parametrize("seed", range(60))
def test_configurations_that_drift(seed: int) -> None:
    random = Random(seed)
    yaml = configuration(random)
    assert compare(yaml, noisy(yaml, random), SHAPE) == []
    database, truths = drifted(yaml, random, 1 + seed % 6)
    found = compare(yaml, database, SHAPE)
    assert {told(each) for each in found} == truths
    assert len(found) == len(truths)
    assert {told(each) for each in compare(yaml, noisy(database, random), SHAPE)} == truths
    # Nothing was written in another way, and what is added comes last.
    assert applied(database, changes(database, yaml, SHAPE)) == yaml
    assert undone(yaml, changes(database, yaml, SHAPE)) == database


@pytest.mark.parametrize("kind", NOISE)
def test_noise_is_something(kind: str) -> None:
    yaml = configuration(Random(1))
    assert repr(noisy(yaml, Random(1), [kind])) != repr(yaml)


def changed(value: Any, *path: str | int, to: Any) -> Any:
    """A copy with something else in one place."""
    copied = copy.deepcopy(value)
    place = copied
    for token in path[:-1]:
        place = place[token]
    place[path[-1]] = to
    return copied


def test_which_side_has_changed() -> None:
    synced = {"a": [{"id": 1, "n": 1}, {"id": 2, "n": 1}, {"id": 3}], "k": 1, "d": 1}
    yaml = {"a": [{"id": 2, "n": 2}, {"id": 1, "n": 3}, {"id": 3}, {"id": 4}], "k": 1, "d": "2024-01-05"}
    database = {"a": [{"id": 1, "n": 4}, {"id": 2, "n": 1}], "k": 2, "d": 2}
    differences = compare(yaml, database, UNKNOWN)
    found = three_way(differences, synced, synced, UNKNOWN)
    assert {each.friendly: (each.changed_in, each.is_conflict) for each in found} == {
        "a[0].n": ("yaml", False),
        "a[1].n": ("both", True),
        "a[2]": ("database", False),
        "a[3]": ("yaml", False),
        "k": ("database", False),
        "d": ("both", True),
    }
    assert {each.changed_in for each in three_way(differences, ABSENT, synced, UNKNOWN)} == {"unknown"}
    assert {each.changed_in for each in three_way(differences, yaml, database, UNKNOWN)} == {"unknown"}
    # What was written in another way then has not changed.
    noise = noisy(synced, Random(3), NOISE, UNKNOWN)
    assert three_way(differences, noise, noise, UNKNOWN) == found


def test_which_side_has_changed_the_order() -> None:
    one, other = {"steps": [{"id": "a"}, {"id": "b"}]}, {"steps": [{"id": "b"}, {"id": "x"}, {"id": "a"}]}
    both = compare(one, other, ORDERED)
    assert [each.changed_in for each in three_way(both, one, one, ORDERED)] == ["database", "database"]
    assert three_way(both, other, other, ORDERED)[0].changed_in == "yaml"
    assert three_way(both, {"steps": 1}, other, ORDERED)[0].changed_in == "yaml"


def test_the_order_of_elements_that_are_known_by_two_properties() -> None:
    shape = Shape({"x-key": ["from", "to"], "x-ordered": True})
    elements = [{"from": one, "to": other} for one in "ab" for other in "cd"]
    one, other = elements, elements[::-1]
    (found,) = compare(one, other, shape)
    assert (found.friendly, found.yaml, found.database) == ("", one, other)
    assert three_way([found], one, one, shape)[0].changed_in == "database"
    assert three_way([found], other, [elements[1], elements[0], *elements[2:]], shape)[0].changed_in == "both"


ANCHORED: list[tuple[tuple[str | int, ...], Path]] = [
    (("workflow", "statuses", 1, "name"), ("workflow", "statuses", by(id="done"), "name")),
    (("workflow", "statuses", 1), ("workflow", "statuses", by(id="done"))),
    (("workflow", "statuses", 1, "new"), ("workflow", "statuses", by(id="done"), "new")),
    (("workflow", "statuses", 2), ("workflow", "statuses", 2)),
    (("tags", 1), ("tags", whole("b"))),
    (("tags", 2), ("tags", 2)),
    (("rules", 0, "on"), ("rules", 0, "on")),
    ((), ()),
]


@pytest.mark.parametrize(("path", "expected"), ANCHORED)
def test_anchored(path: tuple[str | int, ...], expected: Path) -> None:
    value = {
        "workflow": {"statuses": [{"id": "todo"}, {"id": "done"}]},
        "tags": ["a", "b", "b"],
        "rules": [{"on": 1}, {"on": 1}],
    }
    assert anchored(value, path, UNKNOWN) == expected


@pytest.mark.parametrize("path", [("x", "y"), ("a", 9, "n"), ("a", -1, "n"), ("a", "0", "n"), ("n", 0, "x")])
def test_anchored_nowhere(path: tuple[str | int, ...]) -> None:
    with pytest.raises(PathError):
        anchored({"a": [{"id": 1}], "n": 1}, path, UNKNOWN)


def test_changes_as_the_database_takes_them() -> None:
    before = {"tags": ["a", "x"], "list": [{"id": 1}, {"id": 2}]}
    after = {"tags": ["b", "a"], "list": [{"id": 2}], "new": None, "n": {"x": 1}}
    assert [each.as_json() for each in changes(before, after, UNKNOWN)] == [
        {"operation": "remove", "path": ["tags", {"=": "x"}], "before": "x", "position": 1},
        {"operation": "add", "path": ["tags", {"=": "b"}], "after": "b", "position": 0},
        {"operation": "remove", "path": ["list", {"id": 1}], "before": {"id": 1}, "position": 0},
        {"operation": "add", "path": ["n"], "after": {"x": 1}},
    ]
    assert changes({"a": None}, {"a": 1}, UNKNOWN) == [Change("replace", ("a",), None, 1)]
