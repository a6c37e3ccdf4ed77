from __future__ import annotations

import json
from typing import Any

import pytest

from app.assistant.answer.metadata import (
    MOST_DIFFERENCES,
    MOST_OCTETS,
    MOST_REFERENCES,
    MOST_SUGGESTIONS,
    ComparisonResults,
    ConfigReference,
    Difference,
    DocumentationLink,
    Metadata,
    Suggestion,
    validated,
)
from app.errors import UnprocessableRequest

DIFFERENCE: Any = {"path": "a", "yamlValue": 1, "dbValue": None, "type": "missing_in_db"}
SUGGESTION: Any = {"type": "workflow", "config": {"changes": []}, "explanation": "Because."}
WHOLE: Any = {
    "configReferences": [{"path": "workflow.statuses[0]", "type": "both"}],
    "documentationLinks": [{"file": "a.md"}, {"file": "b.md", "section": "top"}],
    "suggestions": [SUGGESTION],
    "comparisonResults": {"differences": [DIFFERENCE]},
    "mine": {"any": ["thing"]},
}


def difference(number: int, value: Any = 1) -> Difference:
    return Difference(path=f"a{number}", yaml_value=value, db_value=None, type="missing_in_db")


def test_the_form() -> None:
    assert validated(WHOLE) is WHOLE
    assert validated({}) == {}
    assert validated({"suggestions": []})


def test_what_is_absent_is_left_out_and_null_is_not() -> None:
    assert Metadata().bounded() == {}
    given = Metadata(
        config_references=[ConfigReference(path="a", type="yaml")],
        documentation_links=[DocumentationLink(file="a.md")],
        comparison_results=ComparisonResults(differences=[difference(0)]),
    )
    assert given.bounded() == {
        "configReferences": [{"path": "a", "type": "yaml"}],
        "documentationLinks": [{"file": "a.md"}],
        "comparisonResults": {"differences": [{**DIFFERENCE, "path": "a0"}]},
    }
    assert Metadata(comparison_results=ComparisonResults(differences=[])).bounded() == {
        "comparisonResults": {"differences": []}
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"configReferences": {}},
        {"configReferences": [{"path": "a"}]},
        {"configReferences": [{"path": "a", "type": "moon"}]},
        {"configReferences": [{"path": "", "type": "yaml"}]},
        {"configReferences": [{"path": "a", "type": "yaml", "more": 1}]},
        {"configReferences": [{"path": "a" * 2001, "type": "yaml"}]},
        {"configReferences": [{"path": "a", "type": "yaml"}] * (MOST_REFERENCES + 1)},
        {"documentationLinks": [{"section": "x"}]},
        {"documentationLinks": [{"file": "a.md", "section": None}]},
        {"suggestions": [{**SUGGESTION, "type": "drop"}]},
        {"suggestions": [{**SUGGESTION, "id": "7"}]},
        {"suggestions": [{**SUGGESTION, "config": "x"}]},
        {"suggestions": [SUGGESTION] * (MOST_SUGGESTIONS + 1)},
        {"comparisonResults": []},
        {"comparisonResults": {"differences": [{"path": "a", "type": "missing_in_db"}]}},
        {"comparisonResults": {"differences": [{**DIFFERENCE, "line": 0}]}},
        {"comparisonResults": {"differences": [DIFFERENCE] * (MOST_DIFFERENCES + 1)}},
        {"mine": "x" * MOST_OCTETS},
        {"mine": list(range(15_000))},
        {"suggestions": json.loads("[" * 900 + "]" * 900)},
    ],
)
def test_wrong_forms(wrong: Any) -> None:
    with pytest.raises(UnprocessableRequest):
        validated({**WHOLE, **wrong})


def test_what_is_too_much_is_cut_and_differences_first() -> None:
    many = Metadata(
        config_references=[ConfigReference(path=f"a{number}", type="yaml") for number in range(200)],
        suggestions=[Suggestion(type="workflow", config={"at": number}, explanation="x") for number in range(30)],
        comparison_results=ComparisonResults(differences=[difference(number, "é" * 50) for number in range(900)]),
    )
    cut = many.bounded()
    assert validated(cut) is cut
    assert (len(cut["configReferences"]), len(cut["suggestions"])) == (MOST_REFERENCES, MOST_SUGGESTIONS)
    assert 100 < len(cut["comparisonResults"]["differences"]) < MOST_DIFFERENCES
    assert cut["comparisonResults"]["differences"][0]["path"] == "a0"


def test_what_can_be_acted_upon_goes_last() -> None:
    large = Suggestion(type="workflow", config={"text": "x" * 40_000}, explanation="x")
    many = Metadata(
        config_references=[ConfigReference(path="a", type="yaml")],
        suggestions=[large, large],
        comparison_results=ComparisonResults(differences=[difference(0, "y" * 30_000)]),
    )
    cut = many.bounded()
    assert validated(cut) is cut
    assert len(cut["suggestions"]) == len(cut["configReferences"]) == 1
    assert cut["comparisonResults"] == {"differences": []}
