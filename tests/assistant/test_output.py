from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assistant.answer.output import RESPONSE_FORMAT, SCHEMA, Output, ProposedChange, Reference, mentioned, value_of
from app.assistant.answer.reader import AnswerReader
from app.assistant.ground import DocumentationSection

CHANGE = {"operation": "add", "path": "workflow.statuses[-]", "value_json": '{"id": "qa"}'}
SUGGESTION = {"type": "workflow", "title": "QA", "explanation": "Wanted.", "changes": [CHANGE]}
FORM = {
    "answer": "Look at `workflow`.",
    "references": [{"path": "workflow", "source": "both"}],
    "documentation": [{"file": "a.md", "section": None}, {"file": "b.md", "section": "top"}],
    "show_comparison": True,
    "suggestions": [SUGGESTION],
}


def read(pieces: Sequence[str]) -> tuple[list[str], Output]:
    """What was given for each piece and at the end, and the result."""
    reader = AnswerReader()
    said = [reader.feed(piece) for piece in pieces] + [reader.close()]
    result = reader.result()
    assert result.answer == "".join(said)
    return said, result


def cut(text: str, places: Sequence[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def without_halves(text: str) -> str:
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


# Halves of pairs and NUL beside ordinary characters: a model can write them, as escapes.
_TEXT = st.text(st.one_of(st.characters(), st.sampled_from('\0\ud83d\ude00😀"\\/\n\t{}`é')), max_size=30)
_VALUE = st.recursive(st.none() | st.booleans() | st.integers() | _TEXT, lambda of: st.lists(of, max_size=3))


@st.composite
def _documents(draw: st.DrawFn) -> tuple[str, str]:
    """The answer, and a text that holds it in the form."""
    answer = draw(_TEXT)
    fields: dict[str, Any] = {"references": draw(_VALUE), "suggestions": draw(_VALUE), "more": draw(_VALUE)}
    names = draw(st.permutations(["answer", *fields]))
    if draw(st.booleans()):
        names = ["answer", *(name for name in names if name != "answer")]
    given = {name: answer if name == "answer" else fields[name] for name in names}
    text = json.dumps(given, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
    # What is not escaped has come through UTF-8, which has no halves.
    text = text.encode("utf-8", "replace").decode() if not text.isascii() else text
    if not text.isascii():
        answer = json.loads(text)["answer"]
    before, after = draw(
        st.sampled_from([("", ""), ("\ufeff", "\n"), (" \r\n", " "), ("```json\n", "\n```"), ("```", "```")])
    )
    return answer, before + text + after


@given(_documents(), st.lists(st.integers(0, 2000), max_size=40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_text_given_is_the_answer_however_it_is_cut(document: tuple[str, str], places: list[int]) -> None:
    answer, text = document
    _, result = read(cut(text, places))
    assert result.answer == without_halves(answer)
    assert result.complete


@given(st.text(max_size=60), st.lists(st.integers(0, 100), max_size=10))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_any_text_is_read_and_plain_text_is_passed_through(text: str, places: list[int]) -> None:
    said, result = read(cut(text, places))
    if not text.lstrip("\ufeff \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\xa0").startswith(("{", "`")):
        assert "".join(said) == text
    assert result.suggestions == ()


def test_each_character_is_given_as_soon_as_it_is_known() -> None:
    said, _ = read(list('{"answer": "a\\u00e9\\ud83d\\ude00\\n", "references": []}'))
    assert [text for text in said if text] == ["a", "é", "😀", "\n"]
    assert said[12] == "a"
    assert said[18] == "é"
    assert read(["Plain ", "text"])[0] == ["Plain ", "text", ""]


def test_the_rest_is_read_too() -> None:
    _, result = read([json.dumps(FORM)])
    assert result.complete
    assert list(result.references) == [Reference("workflow", "both")]
    assert list(result.documentation) == [DocumentationSection("a.md"), DocumentationSection("b.md", "top")]
    assert result.show_comparison
    assert [each.changes for each in result.suggestions] == [
        [ProposedChange("add", "workflow.statuses[-]", '{"id": "qa"}')]
    ]


def test_the_answer_need_not_be_first() -> None:
    said, result = read(cut(json.dumps(dict(reversed(FORM.items()))), range(0, 300, 7)))
    assert [text for text in said if text] == [FORM["answer"]]
    assert len(result.suggestions) == 1


def test_of_two_answers_the_one_that_was_told_counts() -> None:
    assert read(['{"answer": "one", "answer": "two"}'])[1].answer == "one"


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        (
            "references",
            [{"path": 1, "source": "both"}, {"path": "a", "source": "moon"}, {"path": "a", "source": "yaml"}],
            1,
        ),
        ("references", "workflow", 0),
        ("documentation", [{"section": "x"}, {"file": "a.md"}, None], 1),
        ("suggestions", [SUGGESTION, {**SUGGESTION, "type": "drop_database"}, {**SUGGESTION, "changes": None}, 3], 1),
        ("suggestions", [{**SUGGESTION, "changes": [CHANGE, {**CHANGE, "operation": "run"}]}], 0),
        ("suggestions", {"0": SUGGESTION}, 0),
    ],
)
def test_what_is_right_is_kept(field: str, value: Any, kept: int) -> None:
    _, result = read([json.dumps({**FORM, field: value})])
    assert len(getattr(result, field)) == kept
    assert result.answer == FORM["answer"]
    others = {"references", "documentation", "suggestions"} - {field}
    assert all(getattr(result, name) for name in others)


@pytest.mark.parametrize("end", range(1, len(json.dumps(FORM)), 3))
def test_what_is_cut_keeps_its_answer_and_suggests_nothing(end: int) -> None:
    _, result = read([json.dumps(FORM)[:end]])
    assert str(FORM["answer"]).startswith(result.answer)
    assert not result.complete
    assert result.suggestions == ()


@pytest.mark.parametrize("text", ['{"message": "hi"}', "{}", '{"answer": null}', '{"answer": 3, "x"', '{"a', "{", ""])
def test_nonsense_says_nothing(text: str) -> None:
    assert read(list(text))[1].answer == ""


@pytest.mark.parametrize(
    "text", ["{workflow} is empty", "```yaml\na: 1\n```", "``x``", "[1]", '"quoted"', "I can't.", "`"]
)
def test_plain_text_that_looks_like_more(text: str) -> None:
    said, result = read(list(text))
    assert "".join(said) == text
    assert not result.complete


@pytest.mark.parametrize("answer", ["a\nb", "tab\there", "\\d+ and \\'", "\\uZZZZ"])
def test_strings_that_are_not_quite_json_are_told(answer: str) -> None:
    said, _ = read(list('{"answer": "' + answer + '", "references": []}'))
    assert len("".join(said)) >= len(answer) - answer.count("\\")


def _hostile() -> Iterator[Any]:
    yield pytest.param('{"answer": "' + "é😀" * 2_500_000 + '"}', 5_000_000, id="10 MB")
    yield pytest.param('{"answer": "x", "suggestions": ' + "[" * 200_000, 1, id="deep")
    yield pytest.param('{"suggestions": ' + "[" * 100_000 + "]" * 100_000 + ', "answer": "x"}', 0, id="deep and whole")
    yield pytest.param('{"answer": "' + "\\ud83d" * 50_000 + '"}', 50_000, id="halves")
    yield pytest.param(" " * 300_000 + '{"answer": "x"}', 300_015, id="blanks")
    yield pytest.param('{"answer": "' + "\\u0000" * 50_000 + '"}', 50_000, id="NUL")
    yield pytest.param("{" + " " * 3_000_000 + '"answer": "x"}', 1, id="blanks within")


@pytest.mark.parametrize(("text", "length"), list(_hostile()))
def test_hostile_output_is_read_in_bounded_time(text: str, length: int) -> None:
    began = time.process_time()
    step = max(1, len(text) // 2000)
    _, result = read([text[at : at + step] for at in range(0, len(text), step)])
    assert len(result.answer) == length
    assert "\0" not in result.answer
    assert time.process_time() - began < 5


def test_plain_text_cites() -> None:
    found = mentioned(
        "See `workflow.statuses[0].name`, `not a path!`, ``x``, docs/flow.md#why and README.md, http://a.md."
    )
    assert list(found.references) == [Reference("workflow.statuses[0].name", "both")]
    assert DocumentationSection("docs/flow.md", "why") in found.documentation
    assert DocumentationSection("README.md") in found.documentation


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "Infinity",
        "1e99999",
        '"\\u0000"',
        '"\\ud800"',
        "[" * 100_000,
        "[" * 99 + "]" * 99,
        "1 2",
        '{"a\\u0000": 1}',
    ],
)
def test_values_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        value_of(text)


def test_values() -> None:
    assert [value_of(text) for text in ("null", "1", "1.5", '"é"', '{"a": [true]}')] == [
        None,
        1,
        1.5,
        "é",
        {"a": [True]},
    ]


def test_the_schema_is_what_strict_mode_takes() -> None:
    assert SCHEMA["type"] == "object"
    assert next(iter(SCHEMA["properties"])) == "answer"
    assert RESPONSE_FORMAT["json_schema"]["strict"] is True
    counted = _checked(SCHEMA, 1)
    assert counted <= 5000


def _checked(node: dict[str, Any], level: int) -> int:
    """The number of properties, each of a schema that OpenAI's guide allows."""
    assert level <= 10
    assert node.keys() <= {"type", "properties", "required", "additionalProperties", "items", "enum", "description"}
    count = 0
    if node["type"] == "object":
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
        count += len(node["properties"])
        count += sum(_checked(each, level + 1) for each in node["properties"].values())
    if node["type"] == "array":
        count += _checked(node["items"], level + 1)
    return count
