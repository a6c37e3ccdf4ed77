from __future__ import annotations

import json
from typing import Any

import pytest

from app.assistant.answer.output import ProposedChange
from app.assistant.answer.proposals import APPEND, MOST_CHANGES, Drafting, ProposalError
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import Selector, parse
from app.assistant.configuration.shape import Shape
from tests.assistant.applying import applied

CONFIGURATION: Any = {
    "workflow": {
        "statuses": [{"id": "open", "name": "Open"}, {"id": "done", "name": "Done"}],
        "labels": ["red", "green", "red"],
        "hooks": [{"run": "a"}, {"run": "b"}],
    },
    "limit": 3,
    "nothing": None,
}


def drafted(*proposed: tuple[str, str, Any]) -> list[Change]:
    drafting = Drafting(CONFIGURATION, Shape({}))
    for operation, path, value in proposed:
        text = None if value is ABSENT else value if isinstance(value, Verbatim) else json.dumps(value)
        change = ProposedChange(operation, path, text)  # type: ignore[arg-type]  # a model writes what it likes
        drafting.take(change, parse(path.removesuffix(APPEND)), append=path.endswith(APPEND))
    return drafting.changes


class Verbatim(str):
    """JSON text as the model wrote it."""

    __slots__ = ()


DONE = Selector((("id", "done"),))
QA = {"id": "qa", "name": "QA"}
AT_QA = Selector((("id", "qa"),))
STATUSES = ("workflow", "statuses")


@pytest.mark.parametrize(
    ("proposed", "change"),
    [
        (("replace", "limit", 5), Change("replace", ("limit",), 3, 5)),
        (("add", "limit", 5), Change("replace", ("limit",), 3, 5)),
        (("replace", "nothing", 1), Change("replace", ("nothing",), None, 1)),
        (("replace", "more", 1), Change("add", ("more",), after=1)),
        (("add", "a.b.c", 1), Change("add", ("a",), after={"b": {"c": 1}})),
        (
            ("remove", "workflow.statuses[1]", ABSENT),
            Change("remove", (*STATUSES, DONE), QA | {"id": "done", "name": "Done"}),
        ),
        (
            ("replace", "workflow.statuses[1].name", "Fine"),
            Change("replace", (*STATUSES, DONE, "name"), "Done", "Fine"),
        ),
        (("replace", "workflow.statuses[1].id", "end"), Change("replace", (*STATUSES, DONE, "id"), "done", "end")),
        (("add", "workflow.statuses[-]", QA), Change("add", (*STATUSES, AT_QA), after=QA)),
        (("add", "workflow.statuses", QA), Change("add", (*STATUSES, AT_QA), after=QA)),
        (("add", "workflow.statuses[2]", QA), Change("add", (*STATUSES, AT_QA), after=QA)),
        (("add", "workflow.statuses[1]", QA), Change("add", (*STATUSES, AT_QA), after=QA, position=1)),
        (
            ("add", "workflow.labels[-]", "blue"),
            Change("add", ("workflow", "labels", Selector((("=", "blue"),))), after="blue"),
        ),
        (
            ("add", "workflow.hooks[-]", {"run": "c"}),
            Change("add", ("workflow", "hooks", Selector((("=", {"run": "c"}),))), after={"run": "c"}),
        ),
        (("add", "tags[-]", "x"), Change("add", ("tags",), after=["x"])),
        (("add", "nothing[-]", "x"), Change("replace", ("nothing",), None, ["x"])),
    ],
)
def test_what_is_meant(proposed: tuple[str, str, Any], change: Change) -> None:
    assert drafted(proposed) == [change]


def test_changes_follow_each_other() -> None:
    proposed = [
        ("add", "workflow.statuses[-]", QA),
        ("replace", "workflow.statuses[2].name", "Testing"),
        ("remove", "workflow.statuses[0]", ABSENT),
        ("replace", "workflow.statuses[0].name", "Closed"),
    ]
    changes = drafted(*proposed)
    assert changes[1] == Change("replace", (*STATUSES, AT_QA, "name"), "QA", "Testing")
    assert changes[3].path == (*STATUSES, DONE, "name")
    after = CONFIGURATION
    for change in changes:
        after = applied(after, [change])
    assert after["workflow"]["statuses"] == [{"id": "done", "name": "Closed"}, {"id": "qa", "name": "Testing"}]
    assert len(CONFIGURATION["workflow"]["statuses"]) == 2


@pytest.mark.parametrize("value", [3, 3.0])
def test_what_is_so_already_is_no_change(value: float) -> None:
    assert drafted(("replace", "limit", value)) == []


@pytest.mark.parametrize(
    "proposed",
    [
        ("replace", "", {}),
        ("remove", "", ABSENT),
        ("add", "", {}),
        ("add", "[-]", 1),
        ("remove", "workflow.missing", ABSENT),
        ("remove", "workflow.statuses[7]", ABSENT),
        ("replace", "workflow.statuses[7]", 1),
        ("replace", "workflow.statuses[7].name", "x"),
        ("add", "workflow.statuses[7]", 1),
        ("add", "limit[-]", 1),
        ("add", "limit.deeper", 1),
        ("add", "workflow.statuses.name", 1),
        ("add", "a[0].b", 1),
        ("replace", "limit", ABSENT),
        ("replace", "limit", Verbatim("five")),
        ("replace", "limit", Verbatim("1e999999")),
        ("replace", "limit", Verbatim('"\\u0000"')),
        ("remove", "workflow.*", ABSENT),
    ],
)
def test_what_cannot_be_meant(proposed: tuple[str, str, Any]) -> None:
    with pytest.raises(ProposalError):
        drafted(proposed)


def test_too_many_changes() -> None:
    with pytest.raises(ProposalError, match="more than"):
        drafted(*(("replace", "limit", number) for number in range(10, MOST_CHANGES + 12)))
