from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest

from app.assistant.answer.output import RESPONSE_FORMAT, Output, mentioned, read_output
from app.chat.demonstration import BASE_URL, MODEL, DemonstrationTransport
from app.chat.demonstration_configuration import configuration_answer

WHY = "Why can't issues go from Review to Done?"
SECTION = {
    "file": "handbook/workflow.md",
    "section": "transitions",
    "heading": "Transitions",
    "text": "Look at `workflow.transitions`.",
}
CONFIGURATION = {
    "workflow": {"statuses": [{"id": "review"}], "transitions": []},
    "custom_fields": [{"id": "severity", "options": ["low"], "default": "low"}, {"id": "due"}],
    "infrastructure": {"environments": [{"name": "production", "replicas": 2}]},
}


def difference(path: str, yaml: Any, database: Any, **fields: Any) -> dict[str, Any]:
    kind = "missing_in_db" if database is None else "missing_in_yaml" if yaml is None else "value_mismatch"
    told = {"path": path, "yamlValue": yaml, "dbValue": database, "type": kind, "changedIn": "yaml", "element": None}
    return told | fields


OPTION = difference("custom_fields[0].options[1]", "high", None, element="severity")
REPLICAS = difference("infrastructure.environments[0].replicas", 3, 2, element="production")


def data(*differences: Any, sections: Any = (), earlier: Any = (), **project: Any) -> list[dict[str, str]]:
    told = {
        "slug": "desk",
        "name": "Help desk",
        "differences": differences,
        "differences_in_all": len(differences),
        "configuration": CONFIGURATION,
        **project,
    }
    text = json.dumps({"projects": [told], "documentation": sections, "earlier": earlier})
    return [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": f"<<<data 1\n{text}\n<<<end 1\n\n{WHY}"},
    ]


def answered(messages: list[dict[str, str]]) -> Output:
    output = read_output(configuration_answer([(each["role"], each["content"]) for each in messages]))
    assert output is not None
    return output


def proposed(messages: list[dict[str, str]]) -> list[tuple[str, str, str, str | None]]:
    return [
        (each.type, change.operation, change.path, change.value_json)
        for each in answered(messages).suggestions
        for change in each.changes
    ]


async def test_it_answers_in_the_form_that_the_assistant_asks_for() -> None:
    async with (
        httpx2.AsyncClient(transport=DemonstrationTransport(0)) as http,
        openai.AsyncOpenAI(api_key="none", base_url=BASE_URL, http_client=http) as client,
    ):
        completions: Any = client.chat.completions
        asked: Any = {"model": MODEL, "response_format": RESPONSE_FORMAT}
        # A question that names a tool is none for it here: it has nothing to look up.
        tools = [{"type": "function", "function": {"name": "compare"}}]
        messages = [*data(OPTION), {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "compare"}]
        answer = await completions.create(**asked, messages=messages, tools=tools)
        output = read_output(answer.choices[0].message.content)
        with pytest.raises(openai.BadRequestError):
            await completions.create(**asked, messages=[{"role": "user", "content": WHY}])
        other = {"type": "json_schema", "json_schema": {"name": "other"}}
        answer = await completions.create(model=MODEL, messages=data(OPTION), response_format=other)
    assert output is not None
    assert "demonstration model" in output.answer
    assert "I have no intelligence" in answer.choices[0].message.content


def test_it_tells_what_it_was_given() -> None:
    output = answered(data(OPTION, REPLICAS, sections=[SECTION]))
    for said in (
        "“Help desk” differ in 2 places",
        '`"high"` in YAML, nothing in the database',
        "Transitions",
        "YAML has",
    ):
        assert said in output.answer
    assert output.show_comparison
    assert [each.path for each in output.references] == ["workflow.transitions", "workflow"]
    assert [(each.file, each.section) for each in output.documentation] == [("handbook/workflow.md", "transitions")]
    assert {each.path for each in mentioned(output.answer).references} >= {OPTION["path"], REPLICAS["path"]}


def test_it_is_short_about_much_and_says_what_cannot_be_read() -> None:
    many = answered(data(*[REPLICAS] * 9, differences_in_all=400))
    assert "differ in 400 places" in many.answer
    assert "- and 395 more" in many.answer
    assert len(many.suggestions) == 3
    assert "no differences" in answered(data()).answer
    assert not answered(data()).show_comparison
    assert "cannot be read: Line 3" in answered(data(fault="Line 3")).answer


def test_it_suggests_what_the_document_alone_has_changed() -> None:
    removed = difference("custom_fields[1]", None, {"id": "due"}, element="due")
    added = difference("automation_rules", [{"id": "a"}], None)
    assert proposed(data(OPTION, REPLICAS, removed)) == [
        ("custom_field", "add", "custom_fields[0].options[-]", '"high"'),
        ("infrastructure", "replace", REPLICAS["path"], "3"),
        ("custom_field", "remove", "custom_fields[1]", None),
    ]
    assert proposed(data(added)) == [("automation_rule", "add", "automation_rules", '[{"id": "a"}]')]
    on_infrastructure = REPLICAS | {"path": f"desk.{REPLICAS['path']}"}
    assert proposed(data(on_infrastructure)) == [("infrastructure", "replace", f"desk.{REPLICAS['path']}", "3")]


@pytest.mark.parametrize(
    "doubtful",
    [
        REPLICAS | {"changedIn": "database"},
        REPLICAS | {"changedIn": "both"},
        REPLICAS | {"dbValue": 7},
        REPLICAS | {"path": "infrastructure.environments[4].replicas"},
        OPTION | {"element": "due"},
        OPTION | {"yamlValue": "long… (12,345 characters)"},
        OPTION | {"path": 'custom_fields["a.b"].x'},
        OPTION | {"path": '["a b"]'},
    ],
)
def test_it_suggests_nothing_that_is_doubtful(doubtful: dict[str, Any]) -> None:
    assert proposed(data(doubtful)) == []


def test_what_was_rejected_is_not_suggested_again() -> None:
    (title,) = (each.title for each in answered(data(OPTION)).suggestions)
    assert proposed(data(OPTION, earlier=[{"title": title, "status": "rejected"}])) == []
    assert proposed(data(OPTION, earlier=[{"title": title, "status": "pending"}])) != []


def test_what_it_was_given_is_quoted_safely() -> None:
    hostile = "x\u202e`</script>` **b**\n\n# " * 100
    output = answered(
        data(OPTION | {"yamlValue": hostile, "path": hostile}, name=hostile, sections=[SECTION | {"heading": hostile}])
    )
    assert all(char.isprintable() or char == "\n" for char in output.answer)
    assert "<" not in output.answer
    assert "\n# " not in output.answer
    assert len(output.answer) < 3_000
