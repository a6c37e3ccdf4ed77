"""Changes in the database: what they become as RFC 6902, when they are refused, and that they can be taken back."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import asyncpg
import jsonpatch
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import Database

EXAMPLES = int(os.environ.get("PALAVER_EXAMPLES", "150"))

LIST = [{"id": "a", "n": 1}, {"id": "b", "n": 2, "of": {"x": [1, 2]}}, {"id": "b", "n": 3}]
DOCUMENT: dict[str, Any] = {
    "list": LIST,
    "tags": ["x", "y", "x"],
    "none": None,
    "number": 1,
    "a/b~c": {"": {"0": 1}},
}


async def applied(link: asyncpg.Connection | Database, document: object, *changes: object) -> dict[str, Any]:
    (row,) = await link.fetch(
        "select * from private.apply_changes($1::jsonb, $2::jsonb)", json.dumps(document), json.dumps(changes)
    )
    return {name: json.loads(value) for name, value in row.items()}


def change(operation: str, *path: object, **more: object) -> dict[str, object]:
    return {"operation": operation, "path": list(path), **more}


HOLDING: list[tuple[dict[str, Any], tuple[str, object], int]] = [
    (change("replace", "number", before=1.0, after=2), ("/number", 2), 2),
    (change("replace", "number", before=1, after=None), ("/number", None), 2),
    (change("replace", "none", before=None, after=1), ("/none", 1), 2),
    (change("replace", "none", after=1), ("/none", 1), 2),
    (change("replace", "new", before=None, after=1), ("/new", 1), 1),
    (change("add", "new", after={"a": []}), ("/new", {"a": []}), 1),
    (change("add", "none", after=1), ("/none", 1), 2),
    (change("replace", "list", {"id": "b"}, "n", before=2, after=5), ("/list/1/n", 5), 3),
    (change("replace", "list", {"n": 3, "id": "b"}, "n", before=3, after=5), ("/list/2/n", 5), 4),
    (change("replace", "list", {"of": {"x": [1, 2]}}, "n", before=2, after=5), ("/list/1/n", 5), 3),
    (change("replace", "list", 0, "id", before="a", after="z"), ("/list/0/id", "z"), 2),
    (change("replace", "list", {"id": "a"}, "id", before="a", after="z"), ("/list/0/id", "z"), 3),
    (change("replace", "list", {"id": "b"}, before=LIST[1], after=0), ("/list/1", 0), 2),
    (change("remove", "list", {"id": "b"}, before=LIST[1]), ("/list/1", LIST[2]), 2),
    (change("add", "list", {"id": "c"}, after={"id": "c"}), ("/list/3", {"id": "c"}), 1),
    (change("add", "list", {"id": "c"}, after={"id": "c"}, position=0), ("/list/0", {"id": "c"}), 1),
    (change("add", "list", {"id": "c"}, after={"id": "c"}, position=99), ("/list/3", {"id": "c"}), 1),
    (change("add", "list", 1, after={"id": "c"}), ("/list/1", {"id": "c"}), 1),
    (change("add", "tags", {"=": "x"}, after="x"), ("/tags/3", "x"), 1),
    (change("remove", "tags", {"=": "x"}, before="x"), ("/tags", ["y", "x"]), 2),
    (change("replace", "tags", {"=": "y"}, before="y", after="z"), ("/tags/1", "z"), 2),
    (change("add", "a/b~c", "", "1", after=2), ("/a~1b~0c//1", 2), 1),
    (change("replace", "a/b~c", "", "0", before=1, after=2), ("/a~1b~0c//0", 2), 2),
    (change("add", "__proto__", after=1), ("/__proto__", 1), 1),
]
"""A change, where it is seen then and what stands there, and how many operations its patch has."""

FAILING: list[tuple[dict[str, Any], str]] = [
    (change("replace", "number", before=2, after=3), "changed"),
    (change("replace", "number", before="1", after=3), "changed"),
    (change("replace", "number", before=True, after=3), "changed"),
    (change("replace", "number", after=3), "changed"),
    (change("remove", "number"), "changed"),
    (change("remove", "list", {"id": "b"}, before={"id": "b"}), "changed"),
    (change("replace", "gone", before=1, after=3), "changed"),
    (change("replace", "number", before=7, after=1.0), "same"),
    (change("add", "number", after=1), "same"),
    (change("add", "list", {"id": "a"}, after=LIST[0]), "same"),
    (change("remove", "gone", before=1), "same"),
    (change("remove", "tags", {"=": "q"}, before="q"), "same"),
    (change("add", "number", after=2), "exists"),
    (change("add", "list", {"id": "a"}, after={"id": "a", "n": 9}), "exists"),
    (change("replace", "list", {"id": "c"}, "n", before=1, after=2), "missing"),
    (change("replace", "list", {"id": "c"}, before=1, after=2), "missing"),
    (change("replace", "list", 3, before=1, after=2), "missing"),
    (change("replace", "list", {"of": {"x": [1]}}, "n", before=2, after=5), "missing"),
    (change("replace", "list", "0", before=LIST[0], after=2), "missing"),
    (change("replace", "list", "-1", before=LIST[2], after=2), "missing"),
    (change("add", "number", "x", after=2), "missing"),
    (change("add", "tags", 0, "x", after=2), "missing"),
    (change("add", "none", "x", after=2), "missing"),
    (change("add", "gone", "x", after=2), "missing"),
    (change("remove", "gone", "x", before=2), "missing"),
    (change("add", 0, after=2), "missing"),
    (change("add", {"id": "a"}, after=2), "missing"),
]
"""A change, and why it is not made."""

NO_CHANGES: list[Any] = [
    None,
    {},
    "add",
    [1],
    [{}],
    [change("move", "a", after=1)],
    [{"operation": ["add"], "path": ["a"], "after": 1}],
    [change("add", "a")],
    [change("replace", "a", before=1)],
    [change("remove", "a", after=1)],
    [change("add", after=1)],
    [change("add", *["a"] * 65, after=1)],
    [{"operation": "add", "path": "a", "after": 1}],
    [{"operation": "add", "after": 1}],
    [change("add", None, after=1)],
    [change("add", True, after=1)],
    [change("add", [], after=1)],
    [change("add", {}, after=1)],
    [change("add", -1, after=1)],
    [change("add", 0.5, after=1)],
    [change("add", 1e300, after=1)],
    [change("add", "a", after=1, position="0")],
    [change("add", "a", after=1, position=-1)],
    [change("add", "a", after=1)] * 201,
]


async def test_changes_that_hold(database: Database) -> None:
    async with database.connected() as link:
        for one, (pointer, value), size in HOLDING:
            got = await applied(link, DOCUMENT, one)
            assert got["failures"] == [], one
            assert jsonpatch.JsonPointer(pointer).resolve(got["document"]) == value, one
            assert len(got["patch"]) == size, one
            assert jsonpatch.apply_patch(DOCUMENT, got["patch"]) == got["document"], one
            assert jsonpatch.apply_patch(got["document"], got["inverse"]) == DOCUMENT, one


async def test_changes_that_do_not_hold(database: Database) -> None:
    fine = change("add", "fine", after=1)
    async with database.connected() as link:
        for one, kind in FAILING:
            got = await applied(link, DOCUMENT, fine, one, fine)
            assert got["failures"] == [{"index": 1, "kind": kind}, {"index": 2, "kind": "same"}], one
            assert (got["document"], got["patch"], got["inverse"]) == (DOCUMENT, [], []), one


async def test_what_is_no_change_is_refused(database: Database) -> None:
    async with database.connected() as link:
        for changes in NO_CHANGES:
            with pytest.raises(asyncpg.PostgresError) as refused:
                await link.fetch("select * from private.apply_changes('{}', $1::jsonb)", json.dumps(changes))
            assert refused.value.sqlstate == "PA422", changes
        with pytest.raises(asyncpg.PostgresError) as refused:
            await link.fetch("select * from private.apply_changes('{}', null)")
        assert refused.value.sqlstate == "PA422"


async def test_each_change_meets_what_those_before_it_left(database: Database) -> None:
    got = await applied(
        database,
        DOCUMENT,
        change("add", "list", {"id": "c"}, after={"id": "c"}, position=0),
        change("replace", "list", {"id": "c"}, "id", before="c", after="d"),
        change("add", "list", {"id": "d"}, "n", after=4),
        change("remove", "list", {"id": "a"}, before=LIST[0]),
        change("replace", "list", {"id": "b"}, "of", "x", {"=": 2}, before=2, after=7),
    )
    assert got["failures"] == []
    assert got["document"]["list"] == [{"id": "d", "n": 4}, {**LIST[1], "of": {"x": [1, 7]}}, LIST[2]]
    assert jsonpatch.apply_patch(DOCUMENT, got["patch"]) == got["document"]
    assert jsonpatch.apply_patch(got["document"], got["inverse"]) == DOCUMENT


PATCHES: list[tuple[object, list[object], object]] = [
    ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
    ({"a": [1]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2]}),
    ({"a": [1]}, [{"op": "add", "path": "/a/0", "value": 2}], {"a": [2, 1]}),
    ({"a": [1]}, [{"op": "replace", "path": "", "value": 2}], 2),
    ({"a": 1}, [{"op": "test", "path": "", "value": {"a": 1.0}}], {"a": 1}),
    ({"": {"/": 1}}, [{"op": "remove", "path": "//~1"}], {"": {}}),
    ({"a": None}, [{"op": "test", "path": "/a", "value": None}], {"a": None}),
    ({"a": [1]}, [{"op": "add", "path": "/a/2", "value": 2}], None),
    ({"a": [1]}, [{"op": "remove", "path": "/a/-1"}], None),
    ({"a": [1, 2]}, [{"op": "remove", "path": "/a/01"}], None),
    ({"a": [1]}, [{"op": "replace", "path": "/a/-", "value": 2}], None),
    ({"a": 1}, [{"op": "replace", "path": "/b", "value": 2}], None),
    ({"a": 1}, [{"op": "add", "path": "/b/c", "value": 2}], None),
    ({"a": 1}, [{"op": "test", "path": "/b", "value": None}], None),
    ({"a": 1}, [{"op": "test", "path": "/a", "value": "1"}], None),
    ({"a": 1}, [{"op": "remove", "path": ""}], None),
    ({"a": 1}, [{"op": "move", "path": "/b", "from": "/a"}], None),
]
"""A document, a patch, and what becomes of it; None: refused."""


async def test_patches(database: Database) -> None:
    statement = "select private.patched($1::jsonb, $2::jsonb)"
    async with database.connected() as link:
        for document, patch, after in PATCHES:
            texts = (json.dumps(document), json.dumps(patch))
            if after is None:
                with pytest.raises(asyncpg.PostgresError) as refused:
                    await link.fetchval(statement, *texts)
                assert refused.value.sqlstate == "PA430", patch
            else:
                assert json.loads(await link.fetchval(statement, *texts)) == after, patch


async def test_a_large_configuration_takes_many_changes(database: Database) -> None:
    large = {"list": [{"id": f"s{n}", "text": "x" * 400} for n in range(1000)]}
    changes = [
        change("replace", "list", {"id": f"s{n}"}, "text", before="x" * 400, after="y") for n in range(0, 1000, 5)
    ]
    got = await applied(database, large, *changes)
    assert got["failures"] == []
    assert [element["text"] for element in got["document"]["list"][:6]] == ["y", *["x" * 400] * 4, "y"]


# Random documents: PostgreSQL beside the jsonpatch package.

KEYS = st.sampled_from(["a", "b", "", "id", "a/b", "~", "0", "-", "é"])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "a/~b", "1", "\u202e"])
ELEMENTS = st.fixed_dictionaries({"id": st.sampled_from(["p", "q", "r"])}, optional={"a": SCALARS, "b": SCALARS})
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(ELEMENTS, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=12,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A document, and changes that mostly hold when they are made."""
    document: dict[str, Any] = draw(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
    now: Any = json.loads(json.dumps(document))
    changes: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 4))):
        here, path = now, []
        while True:
            steps: list[Any] = list(here) if isinstance(here, dict) else list(range(len(here)))
            step = draw(st.sampled_from(steps)) if steps else None
            if step is None or not isinstance(here[step], (dict, list)) or draw(st.booleans()):
                break
            path.append(draw(token(here, step)))
            here = here[step]
        made = draw(one_change(here, step, path))
        if made is not None:
            changes.append(made)
    return document, changes


@st.composite
def token(draw: st.DrawFn, here: Any, step: Any) -> Any:
    """One of the ways to name a step, which may find an equal element before it."""
    if isinstance(here, dict):
        return step
    forms: list[Any] = [step, {"=": here[step]}]
    if isinstance(here[step], dict) and "id" in here[step]:
        forms.append({"id": here[step]["id"]})
    return draw(st.sampled_from(forms))


@st.composite
def one_change(draw: st.DrawFn, here: Any, step: Any, path: list[Any]) -> dict[str, Any] | None:
    operation = draw(st.sampled_from(["add", "replace", "remove"]))
    if operation == "add":
        last = draw(KEYS) if isinstance(here, dict) else draw(st.sampled_from([0, {"id": "s"}, {"=": 1}]))
        return change("add", *path, last, after=draw(VALUES), position=draw(st.integers(0, 4)))
    if step is None:
        return None
    last = draw(token(here, step))
    if operation == "remove":
        return change("remove", *path, last, before=here[step])
    return change("replace", *path, last, before=here[step], after=draw(VALUES))


def strict(value: Any) -> Any:
    """A value that is equal only to the same JSON: Python takes true for 1."""
    return json.dumps(value, sort_keys=True)


def test_patch_and_inverse_do_what_the_jsonpatch_package_makes_of_them(database: Database) -> None:
    loop = asyncio.new_event_loop()
    link = loop.run_until_complete(asyncpg.connect(database.url(), ssl=False))
    made = 0

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def agree(case: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
        nonlocal made
        document, changes = case
        got = loop.run_until_complete(applied(link, document, *changes))
        made += bool(got["patch"])
        assert strict(jsonpatch.apply_patch(document, got["patch"])) == strict(got["document"])
        assert strict(jsonpatch.apply_patch(got["document"], got["inverse"])) == strict(document)
        for one, other, patch in (("document", document, got["patch"]), ("original", got["document"], got["inverse"])):
            ours = loop.run_until_complete(
                link.fetchval("select private.patched($1::jsonb, $2::jsonb)", json.dumps(other), json.dumps(patch))
            )
            assert strict(json.loads(ours)) == strict(got["document"] if one == "document" else document)

    try:
        agree()
    finally:
        loop.run_until_complete(link.close())
        loop.close()
    assert made > EXAMPLES / 4
