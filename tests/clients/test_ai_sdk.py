"""The real useChat of the AI SDK's newest major version and of the two before, in jsdom.

A process for each runs all scenes of ai_sdk.mjs at once; the tests read what it saw.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from app.chat.ui import stream
from app.local.stack import Stack
from tests.clients.node import run_script
from tests.model_server import ModelServer
from tests.running import running

MAJORS = (5, 6, 7)
ANSWER = "Hello from the model server."


@pytest.fixture(scope="module")
async def seen(stack: Stack) -> AsyncIterator[dict[int, Any]]:
    """What each major version saw in each scene, and under 0 what the model was asked."""
    await _as_owner(stack, "update public.tenants set rate_limit_per_minute = 10000 where slug = 'acme'")
    with ModelServer() as model, pytest.MonkeyPatch.context() as patch:
        # Often enough for each stream to have some: clients must not mind them.
        patch.setattr(stream, "HEARTBEAT_SECONDS", 0.005)
        async with running(
            stack.settings["WORKER_DATABASE_URL"],
            supabase_jwt_secret=stack.settings["SUPABASE_JWT_SECRET"],
            openai_api_key="sk-test",
            openai_base_url=model.base_url,
            default_ai_model="test-model",
        ) as worker:
            settings = {**stack.settings, "WORKER_URL": worker.base_url}
            printed = await asyncio.gather(*(run_script("ai_sdk.mjs", settings, str(major)) for major in MAJORS))
            asked = [request.body for request in model.requests if request.path.endswith("/chat/completions")]
            yield {0: asked} | dict(zip(MAJORS, map(json.loads, printed), strict=True))
    # The stack is shared with tests that know Ada's demo data.
    await _as_owner(stack, "delete from public.conversations where client_id is not null")


async def _as_owner(stack: Stack, statement: str) -> None:
    owner = await asyncpg.connect(stack.settings["DATABASE_URL"])
    await owner.execute(statement)
    await owner.close()


@pytest.fixture(params=MAJORS)
def scenes(seen: dict[int, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    result: dict[str, Any] = seen[request.param]
    return result


def test_send(scenes: dict[str, Any]) -> None:
    assert scenes["send"] == {
        "status": "ready",
        "shown": [["user", "text: Hi there"], ["assistant", "step", f"text: {ANSWER}"]],
        "data": [{"type": "data-title", "data": {"title": "Hi there"}, "transient": True}],
        "ends": [[False, "stop"]],
        "usage": {
            "inputTokens": 11,
            "outputTokens": 7,
            "totalTokens": 18,
            "cachedInputTokens": 0,
            "reasoningTokens": 0,
            "estimated": False,
        },
        "model": "test-model",
        "turn": "completed",
        "ids": [True, True, True],
        "rows": [["user", "Hi there"], ["assistant", ANSWER]],
        "turns": [["completed", None]],
    }


def test_reasoning(scenes: dict[str, Any]) -> None:
    assert scenes["reasoning"] == {
        "shown": [["user", "text: Think"], ["assistant", "step", "reasoning: Hmm.", "text: Yes."]],
        "rows": [["user", "Think"], ["assistant", "Yes.", "reasoning", "text"]],
    }


def test_files(scenes: dict[str, Any], seen: dict[int, Any]) -> None:
    assert scenes["files"] == {
        "shown": [["user", ["file", "image/png"], "text: What is it?"], ["assistant", "step", f"text: {ANSWER}"]],
        "rows": [["user", "What is it?", "file", "text"], ["assistant", ANSWER]],
        "file": True,
    }
    contents = [body["messages"][-1]["content"] for body in seen[0]]
    images = [content for content in contents if isinstance(content, list)]
    assert len(images) == len(MAJORS)
    assert all([part["type"] for part in content] == ["image_url", "text"] for content in images)


def test_regenerate(scenes: dict[str, Any]) -> None:
    assert scenes["regenerate"] == {
        "shown": [["user", "text: Again"], ["assistant", "step", f"text: {ANSWER}"]],
        "distinct": 3,
        "branches": 3,
        "rows": [["user", "Again"], ["assistant", ANSWER]],
    }


def test_edit(scenes: dict[str, Any]) -> None:
    answer = ["assistant", "step", f"text: {ANSWER}"]
    assert scenes["edit"] == {
        "first": [["user", "text: First"], answer, ["user", "text: Second, better"], answer],
        "sameParent": True,
        "second": [["user", "text: First, better"], answer],
        "rows": [["user", "First, better"], ["assistant", ANSWER]],
    }


def test_the_last_message_alone_is_enough(scenes: dict[str, Any]) -> None:
    answer = ["assistant", "step", f"text: {ANSWER}"]
    assert scenes["lastMessageOnly"] == {
        "shown": [["user", "text: One"], answer, ["user", "text: Two"], answer],
        "rows": [["user", "One"], ["assistant", ANSWER], ["user", "Two"], ["assistant", ANSWER]],
    }


def test_tool_round_trip(scenes: dict[str, Any], seen: dict[int, Any]) -> None:
    shown = [
        ["user", "text: Weather?"],
        [
            "assistant",
            "step",
            ["tool-weather", "output-available", {"city": "Oslo", "degrees": 4}],
            "step",
            f"text: {ANSWER}",
        ],
    ]
    assert scenes["tools"] == {
        "shown": shown,
        "rows": [
            ["user", "Weather?"],
            ["assistant", "", "tool-call"],
            ["tool", "", "tool-result"],
            ["assistant", ANSWER],
        ],
        "reloaded": shown,
        "turns": [["completed", None], ["completed", None]],
    }
    with_tools = [body for body in seen[0] if body.get("tools")]
    assert all(tool["function"]["name"] == "weather" for body in with_tools for tool in body["tools"])
    last = [body["messages"][-1] for body in with_tools]
    answered = [message for message in last if message["role"] == "tool" and '"degrees"' in message["content"]]
    assert len(answered) == len(MAJORS)


def test_a_tool_that_fails(scenes: dict[str, Any]) -> None:
    assert scenes["toolFails"] == {
        "shown": [
            ["user", "text: Weather?"],
            ["assistant", "step", ["tool-weather", "output-error", "No network"], "step", f"text: {ANSWER}"],
        ],
        "rows": [
            ["user", "Weather?"],
            ["assistant", "", "tool-call"],
            ["tool", "", "tool-result"],
            ["assistant", ANSWER],
        ],
    }


def test_arguments_that_are_not_json_are_told_to_the_model(scenes: dict[str, Any]) -> None:
    wrong = "The model's arguments for this tool are not JSON."
    shown = [
        ["user", "text: Weather?"],
        ["assistant", "step", ["tool-weather", "output-error", wrong], "step", f"text: {ANSWER}"],
    ]
    assert scenes["argumentsAreNotJson"] == {
        "shown": shown,
        "rows": [
            ["user", "Weather?"],
            ["assistant", "", "tool-call"],
            ["tool", "", "tool-result"],
            ["assistant", ANSWER],
        ],
        "reloaded": shown,
    }


def test_stop(scenes: dict[str, Any]) -> None:
    assert scenes["stop"] == {
        "status": "ready",
        "shown": [["user", "text: Stop me"], ["assistant", "step", "text: w0 w1 w2 "]],
        "stopped": {"stopped": True},
        "again": {"stopped": False},
        "rows": [["user", "Stop me"], ["assistant", "w0 w1 w2 "]],
        "turns": [["stopped", None]],
    }


def test_stopped_from_another_page(scenes: dict[str, Any]) -> None:
    assert scenes["stoppedElsewhere"] == {
        "status": "ready",
        "shown": [["user", "text: Stop me"], ["assistant", "step", "text: w0 w1 w2 "]],
        "state": "done",
        "turn": "stopped",
        "rows": [["user", "Stop me"], ["assistant", "w0 w1 w2 "]],
    }


def test_leaving_is_no_stop(scenes: dict[str, Any]) -> None:
    whole = "".join(f"w{index} " for index in range(20))
    assert scenes["leave"] == {
        "status": "ready",
        "rows": [["user", "Goes on"], ["assistant", whole]],
        "turns": [["completed", None]],
    }


def test_resume_after_reload(scenes: dict[str, Any]) -> None:
    assert scenes["resume"] == {
        "shown": [["user", "text: Slowly"], ["assistant", "step", "text: w0 w1 w2 w3 w4 w5 "]],
        "id": True,
        "rows": [["user", "Slowly"], ["assistant", "w0 w1 w2 w3 w4 w5 "]],
        "over": 204,
    }


def test_resume_of_an_answer_that_goes_on_after_tools_loses_nothing(scenes: dict[str, Any]) -> None:
    question = ["user", "text: Weather?"]
    call = ["assistant", "step", ["tool-weather", "output-available", "4 degrees"]]
    answer = ["step", "text: w0 w1 w2 "]
    assert scenes["resumeAfterTools"] == {
        "shown": [question, call, ["assistant", *answer]],
        "turn": "stopped",
        "reloaded": [question, [*call, *answer]],
    }


def test_resume_after_a_network_error(scenes: dict[str, Any], seen: dict[int, Any]) -> None:
    said = ["step", "text: w0 w1 w2 "]
    # Before 7 the hook keeps what it has and adds the replay to it, as long as the page is not loaded anew.
    shown = said if scenes is seen[7] else [*said, *said]
    assert scenes["resumeAfterNetworkError"] == {
        "status": "error",
        "shown": [["user", "text: Slowly"], ["assistant", *shown]],
        "turn": "stopped",
    }


def test_nothing_to_resume(scenes: dict[str, Any]) -> None:
    assert scenes["nothingToResume"] == {"status": "ready", "shown": [], "over": 204}


def test_error_in_mid_stream(scenes: dict[str, Any]) -> None:
    assert scenes["errorInMidStream"] == {
        "status": "error",
        "error": "The provider failed (server_error).",
        "shown": [["user", "text: Break"], ["assistant", "step", "text: w0 w1 w2 "]],
        "code": "AI_SERVICE_ERROR",
        "rows": [["user", "Break"], ["assistant", "w0 w1 w2 "]],
        "turns": [["failed", "AI_SERVICE_ERROR"]],
        "after": ["ready", ["assistant", "step", f"text: {ANSWER}"]],
    }


def test_a_refused_question_can_be_asked_again(scenes: dict[str, Any]) -> None:
    assert scenes["refusedThenAskedAgain"] == {
        "status": "error",
        "problem": "MODEL_NOT_FOUND",
        "shown": [["user", "text: Hello"]],
        "rows": [],
        "after": [["user", "text: Hello"], ["assistant", "step", f"text: {ANSWER}"]],
        "kept": [["user", "Hello"], ["assistant", ANSWER]],
    }
