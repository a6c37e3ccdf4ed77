"""The whole story of the configuration assistant, with the real useChat and stock supabase-js."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.assistant.documents.source import read
from app.local.stack import Stack
from tests.assistant.desk import MISSING, YAML
from tests.assistant.scripts import calling, changing, structured, suggesting
from tests.clients.node import run_script
from tests.model_server import ModelServer, Script
from tests.running import running

MAJORS = (5, 6, 7)
ANSWER = "Nothing leads from Review to Done: see `workflow.transitions` and handbook/workflow.md#transitions."
TITLES = ["Let reviewed issues be done", "More severities", "A hint"]


def model(body: Mapping[str, Any]) -> Script:
    """Looks things up, then answers and suggests; compares when asked to."""
    messages = body["messages"]
    asked = max(at for at, message in enumerate(messages) if message["role"] == "user")
    if messages[asked]["content"].endswith("differ?"):
        return structured("In one place.", show_comparison=True)
    found = [message["content"] for message in messages[asked:] if message["role"] == "tool"]
    if len(found) < 2:
        return calling("look_up", path="workflow.transitions") if not found else calling("compare", path="")
    assert "review" in found[0] and "replicas" in found[1]
    suggestions = [
        suggesting(
            changing("add", "workflow.transitions[-]", MISSING),
            changing("replace", "infrastructure.environments[0].replicas", 2),
            title=TITLES[0],
        ),
        suggesting(changing("add", "custom_fields[0].options[-]", "urgent"), title=TITLES[1], type="custom_field"),
        suggesting(changing("add", "workflow.hint", "Ask the reviewer"), title=TITLES[2]),
    ]
    return structured(
        ANSWER,
        references=[{"path": "workflow.transitions", "source": "both"}],
        documentation=[{"file": "handbook/workflow.md", "section": "transitions"}],
        suggestions=suggestions,
    )


@pytest.fixture(scope="module")
async def provider(stack: Stack) -> AsyncIterator[ModelServer]:
    """The model of WORKER_URL, a worker beside the stack's."""
    with ModelServer() as server:
        yield server
    # The stack is shared with tests that know Ada's demo data.
    owner = await asyncpg.connect(stack.settings["DATABASE_URL"])
    await owner.execute("delete from public.conversations where context_type is not null")
    await owner.close()


async def ran(stack: Stack, provider: ModelServer, script: str, *arguments: Sequence[str]) -> list[Any]:
    """What a script prints, with each of these arguments, all at once."""
    async with running(
        stack.settings["WORKER_DATABASE_URL"],
        supabase_jwt_secret=stack.settings["SUPABASE_JWT_SECRET"],
        openai_api_key="sk-test",
        openai_base_url=provider.base_url,
        default_ai_model="test-model",
    ) as worker:
        settings = {**stack.settings, "WORKER_URL": worker.base_url}
        source = json.dumps({"yaml": YAML, "configuration": read(YAML).value})
        printed = await asyncio.gather(*(run_script(script, settings, *given, source) for given in arguments))
        return [json.loads(each) for each in printed]


@pytest.fixture(scope="module")
async def seen(stack: Stack, provider: ModelServer) -> dict[int, Any]:
    """What each major version saw."""
    provider.script(model)
    found = await ran(stack, provider, "configuration.mjs", *([str(major)] for major in MAJORS))
    return dict(zip(MAJORS, found, strict=True))


async def test_what_the_page_shows_works(stack: Stack, provider: ModelServer, project: Path) -> None:
    three = suggesting(
        changing("add", "workflow.transitions[-]", MISSING),
        changing("replace", "infrastructure.environments[0].replicas", 4),
        changing("add", "workflow.hint", "Nothing is done that nobody looked at."),
    )
    provider.script(
        structured(
            ANSWER,
            references=[{"path": "workflow.transitions", "source": "both"}],
            documentation=[{"file": "handbook/workflow.md", "section": "transitions"}],
            suggestions=[three],
        )
    )
    (seen,) = await ran(stack, provider, "configuration_docs.mjs", [str(project / "docs" / "configuration.md")])
    diff = seen.pop("edit")
    assert "from: review" in diff and "hint: " in diff and "replicas" not in diff
    assert {"reading_configuration", ANSWER, "workflow.transitions", "handbook/workflow.md", three["title"]} <= set(
        seen.pop("shown")
    )
    assert seen == {"session": "project", "version": 2, "patch": 2, "found": "transitions"}


@pytest.mark.parametrize("major", MAJORS)
def test_from_a_question_to_two_sides_that_agree(seen: dict[int, Any], major: int) -> None:
    assert seen[major] == {
        "edits": [1, 0],
        "opened": True,
        "answer": ANSWER,
        "progress": [
            "reading_configuration done",
            "comparing done",
            "searching_documentation done",
            "asking_model done",
            "looking_up done",
            "asking_model done",
            "looking_up done",
            "asking_model done",
            "checking_suggestions done",
        ],
        "cited": {
            "configReferences": [{"path": "workflow.transitions", "type": "both"}],
            "documentationLinks": [{"file": "handbook/workflow.md", "section": "transitions"}],
        },
        "suggested": [
            ["workflow", TITLES[0], "pending"],
            ["custom_field", TITLES[1], "pending"],
            ["workflow", TITLES[2], "pending"],
        ],
        "reloaded": [True, True],
        "compared": [["infrastructure.environments[0].replicas", 2, 3, "value_mismatch", "database"]],
        "preview": [[True, "assistant", "In one place."]],
        "sessions": [[True, f"desk-{major}", "assistant"]],
        "accepted": ["accepted", 3, "desk.yaml"],
        "twice": [409, "SUGGESTION_DECIDED"],
        "comments": True,
        "after": [True, []],
        "decisions": ["rejected", "accepted", "undone"],
        "kept": [["accepted", None], ["rejected", "Not this year."], ["undone", None]],
        "forged": "42501",
        "revisions": [
            "database 1 created",
            "database 2 edit",
            "database 3 suggestion",
            "database 4 suggestion",
            "database 5 undo",
            "yaml 1 created",
            "yaml 2 edit",
        ],
        "stranger": [0, 0, 0, 0],
        "strangers": ["There is no such suggestion.", "There is no such project."],
    }
