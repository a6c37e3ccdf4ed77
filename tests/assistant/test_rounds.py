from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from app.assistant.answer.rounds import MOST_CALLS, MOST_ROUNDS, Rounds
from app.assistant.answer.steps import Steps
from app.chat.pieces import Piece, Step, text_of
from app.chat.providers import ModelRequest, Providers
from app.chat.turn import Tokens
from app.errors import AIServiceError
from app.settings import Settings
from tests.assistant.scripts import structured
from tests.model_server import ModelServer, Script

TOOLS: Any = [{"type": "function", "function": {"name": "look_up", "strict": True, "parameters": {}}}]
QUESTION: Any = {"role": "user", "content": "Why?"}


def calling(*arguments: str, name: str = "look_up", answer: str = "", **fields: Any) -> Script:
    calls = [
        {"index": at, "id": f"call-{at}", "type": "function", "function": {"name": name, "arguments": each}}
        for at, each in enumerate(arguments)
    ]
    return Script(answer=answer, tool_calls=calls, finish_reason="tool_calls", **fields)


class Asking:
    """A question, how it is answered, and what was looked up on the way."""

    def __init__(self, providers: Providers, **fields: Any) -> None:
        self.ran: list[tuple[str, str]] = []
        self.pieces: list[Piece] = []
        request = ModelRequest(*providers.resolve(None, None), [QUESTION], **fields)
        self.rounds = Rounds(providers, request, TOOLS, self._run, Steps())

    async def _run(self, name: str, arguments: str) -> str:
        self.ran.append((name, arguments))
        return f"found {arguments}"

    async def answer(self) -> str:
        async for pieces in self.rounds.stream():
            self.pieces += pieces
        return text_of(self.pieces)

    @property
    def steps(self) -> list[tuple[str, str]]:
        return [(piece.name, piece.state) for piece in self.pieces if isinstance(piece, Step)]


Ask = Callable[..., Asking]


@pytest.fixture
async def ask(model_server: ModelServer) -> AsyncIterator[Ask]:
    providers = Providers(Settings.load(env_file=None, openai_base_url=model_server.base_url, openai_api_key="k"))
    yield lambda **fields: Asking(providers, **fields)
    await providers.aclose()


async def test_the_answer_streams_out_of_its_form(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(structured("Look at `workflow`.", show_comparison=True, seconds_per_frame=0.002))
    asking = ask()
    assert await asking.answer() == "Look at `workflow`."
    assert len([piece for piece in asking.pieces if isinstance(piece, str)]) > 1
    assert asking.steps == [("asking_model", "active"), ("asking_model", "done")]
    assert asking.rounds.output.show_comparison
    assert asking.rounds.finish_reason == "stop"
    (request,) = model_server.requests
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert request.body["tools"] == TOOLS


async def test_what_is_looked_up_is_told_to_the_model_and_to_nobody_else(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling('{"path": "a"}', '{"path": "b"}'), calling("{}"), structured("So."))
    asking = ask()
    assert await asking.answer() == "So."
    assert asking.ran == [("look_up", '{"path": "a"}'), ("look_up", '{"path": "b"}'), ("look_up", "{}")]
    assert all(isinstance(piece, (str, Step)) for piece in asking.pieces)
    assert ("looking_up", "done") in asking.steps
    assert len({piece.id for piece in asking.pieces if isinstance(piece, Step)}) == 5
    asked = model_server.requests[-1].body["messages"]
    assert [each["role"] for each in asked] == ["user", "assistant", "tool", "tool", "assistant", "tool"]
    assert asked[2] == {"role": "tool", "tool_call_id": "call-0", "content": 'found {"path": "a"}'}
    assert asking.rounds.tokens(charged=False) == Tokens(33, 21)


async def test_tokens_of_which_one_request_does_not_tell_are_estimated(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling("{}", usage=None), structured("So."))
    asking = ask()
    await asking.answer()
    tokens = asking.rounds.tokens(charged=False)
    assert tokens.estimated
    assert tokens.prompt > 11
    assert tokens.completion > 7


async def test_a_model_that_only_looks_things_up_is_asked_without_tools_in_the_end(
    ask: Ask, model_server: ModelServer
) -> None:
    model_server.script(lambda body: calling("{}") if "tools" in body else structured("Enough."))
    asking = ask()
    assert await asking.answer() == "Enough."
    assert len(asking.ran) == MOST_ROUNDS
    assert len(model_server.requests) == MOST_ROUNDS + 1


async def test_a_model_that_calls_what_it_was_not_given_is_not_followed(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling("{}"))
    asking = ask()
    with pytest.raises(AIServiceError) as caught:
        await asking.answer()
    assert caught.value.reason == "invalid_response"
    assert len(asking.ran) == MOST_ROUNDS
    assert asking.rounds.finish_reason == "stop"


async def test_many_calls_at_once_are_not_all_run(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling(*(["{}"] * (MOST_CALLS + 3))), structured("So."))
    asking = ask()
    await asking.answer()
    assert len(asking.ran) == MOST_CALLS
    results = [each for each in model_server.requests[-1].body["messages"] if each["role"] == "tool"]
    assert len(results) == MOST_CALLS + 3


async def test_arguments_that_are_no_json_are_not_sent_back(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling('{"path": '), structured("So."))
    asking = ask()
    assert await asking.answer() == "So."
    assert asking.ran == [("look_up", '{"path": ')]
    (call,) = model_server.requests[-1].body["messages"][1]["tool_calls"]
    assert call["function"]["arguments"] == "{}"


async def test_what_is_said_before_looking_up_is_a_paragraph_of_its_own(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(calling("{}", answer="Let me look."), structured("So."))
    assert await ask().answer() == "Let me look.\n\nSo."


@pytest.mark.parametrize(
    ("script", "answer", "reason"),
    [
        (Script(answer="", refusal=["I can't ", "help."]), "I can't help.", "stop"),
        (Script(answer='{"answer": "As far as', finish_reason="length"), "As far as", "length"),
        (Script(answer="", finish_reason="length"), "", "length"),
        (Script(answer='{"answer": "Well', finish_reason="content_filter"), "Well", "content_filter"),
        (Script(answer="", finish_reason="content_filter"), "", "content_filter"),
        (Script(answer="Plain text about `limit`."), "Plain text about `limit`.", "stop"),
    ],
)
async def test_answers_that_are_not_whole_or_not_in_the_form(
    ask: Ask, model_server: ModelServer, script: Script, answer: str, reason: str
) -> None:
    model_server.script(script)
    asking = ask()
    assert await asking.answer() == answer
    assert asking.rounds.finish_reason == reason
    assert asking.rounds.output.suggestions == ()


@pytest.mark.parametrize("said", ["", '{"x": 1}', '{"answer": ""}', '{"answer": 12}', '{"answer'])
async def test_nonsense_is_an_error(ask: Ask, model_server: ModelServer, said: str) -> None:
    model_server.script(Script(answer=said))
    with pytest.raises(AIServiceError) as caught:
        await ask().answer()
    assert caught.value.reason == "invalid_response"


async def test_an_error_after_some_rounds_keeps_what_was_said_and_used(ask: Ask, model_server: ModelServer) -> None:
    cut = Script(answer=['{"answer": "It begins ', "and"], close_after=2, usage=None)
    model_server.script(calling("{}"), cut)
    asking = ask()
    with pytest.raises(AIServiceError) as caught:
        await asking.answer()
    assert caught.value.reason == "interrupted"
    assert text_of(asking.pieces) == "It begins "
    tokens = asking.rounds.tokens(charged=False)
    assert tokens.estimated
    assert tokens.prompt > 11


@pytest.mark.parametrize(
    ("refused", "left"),
    [(("response_format",), {"tools"}), (("tools",), {"response_format"}), (("tools", "response_format"), set())],
)
async def test_what_a_provider_does_not_take_is_left_out_from_then_on(
    ask: Ask, model_server: ModelServer, refused: tuple[str, ...], left: set[str]
) -> None:
    model_server.script(Script(answer="Plain.", refuses=refused))
    assert await ask().answer() == "Plain."
    assert len(model_server.requests) == 1 + len(refused)
    assert await ask().answer() == "Plain."
    assert len(model_server.requests) == 2 + len(refused)
    assert model_server.requests[-1].body.keys() & {"tools", "response_format"} == left


@pytest.mark.parametrize(
    ("said", "dropped"),
    [
        ("registry.ollama.ai/library/gemma:2b does not support tools", "tools"),
        ('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "tools"),
        ("Function calling with a response mime type: 'application/json' is unsupported", "tools"),
        ("This response_format type is unavailable now", "response_format"),
        ("This model does not support response format `json_schema`.", "response_format"),
        ("Invalid schema for response_format 'configuration_answer'", "response_format"),
    ],
)
async def test_refusals_as_servers_put_them(ask: Ask, model_server: ModelServer, said: str, dropped: str) -> None:
    refusal = Script(status=400, error={"message": said, "type": "invalid_request_error"})
    model_server.script(lambda body: refusal if dropped in body else structured("So."))
    assert await ask().answer() == "So."
    assert len(model_server.requests) == 2


async def test_other_refusals_are_errors(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(Script(status=400, error={"message": "Your request is too long.", "param": "messages"}))
    with pytest.raises(AIServiceError):
        await ask().answer()
    assert len(model_server.requests) == 1


async def test_a_clients_form_and_tools_have_no_place_here(ask: Ask, model_server: ModelServer) -> None:
    model_server.script(structured("So."))
    options = {"response_format": {"type": "text"}, "tool_choice": "required", "stop": ["}"], "seed": 1}
    await ask(options=options, tools=[{"type": "function", "function": {"name": "drop_table"}}]).answer()
    body = model_server.requests[0].body
    assert (body["seed"], body["tools"]) == (1, TOOLS)
    assert body["response_format"]["type"] == "json_schema"
    assert not body.keys() & {"tool_choice", "stop"}
