"""The built-in demonstration model: speaks OpenAI's protocol in-process, so that Palaver works with no key.

It is a transport for the client that real providers are called with; nothing else knows the difference.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import httpx2

from app.chat.demonstration_configuration import configuration_answer, wants_form
from app.chat.quoting import quoted
from app.chat.tokens import estimate_tokens

MODEL: Final = "palaver-demo"
BASE_URL: Final = "http://demonstration.invalid/v1"
"""Never resolved: the transport answers by itself (RFC 6761 keeps `.invalid` out of the DNS)."""

WORD_SECONDS: Final = 0.015
MAX_ANSWER_SECONDS: Final = 4.0


class DemonstrationTransport(httpx2.AsyncBaseTransport):
    """Answers `/chat/completions` (streamed or not) and `/models`; waits `word_seconds` before each word."""

    def __init__(self, word_seconds: float = WORD_SECONDS) -> None:
        self._word_seconds = word_seconds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as a server would, refusals of bad requests included."""
        if request.method == "GET" and request.url.path.endswith("/models"):
            model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "palaver"}
            return httpx2.Response(200, json={"object": "list", "data": [model]})
        if request.method != "POST" or not request.url.path.endswith("/chat/completions"):
            return _refusal(404, "The demonstration model has no such route.")
        try:
            body = json.loads(await request.aread())
            messages = [(str(message["role"]), _text(message)) for message in body["messages"]]
            tools = {str(tool["function"]["name"]): tool["function"] for tool in body.get("tools") or ()}
            has_form = wants_form(body)
            call = None if has_form or body.get("tool_choice") == "none" else _call(messages, tools)
            said = configuration_answer(messages) if has_form else demonstration_answer(messages, list(tools))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return _refusal(400, "The body is not a chat completion request.")
        if call is None:
            words, finish_reason = _limited(said, body)
            text: str | None = "".join(words)
            deltas: list[dict[str, Any]] = [{"content": word} for word in words]
        else:
            text, finish_reason = None, "tool_calls"
            deltas = [{"tool_calls": [{"index": 0, **call}]}]
        prompt_tokens = sum(estimate_tokens(content) + 4 for _, content in messages)
        completion_tokens = estimate_tokens(json.dumps(call) if text is None else text)
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        }
        head = {"id": f"chatcmpl-demo-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        if not body.get("stream"):
            message = {
                "role": "assistant",
                "content": text,
                "refusal": None,
                **({"tool_calls": [call]} if call else {}),
            }
            choice = {"index": 0, "message": message, "finish_reason": finish_reason}
            answer = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
            return httpx2.Response(200, json=answer)
        wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        frames = _frames(
            {**head, "object": "chat.completion.chunk"}, deltas, finish_reason, usage if wants_usage else None
        )
        return httpx2.Response(
            200,
            headers={"content-type": "text/event-stream; charset=utf-8"},
            stream=_Paced(frames, min(self._word_seconds, MAX_ANSWER_SECONDS / max(len(deltas), 1))),
        )


class _Paced(httpx2.AsyncByteStream):
    def __init__(self, frames: list[bytes], pause: float) -> None:
        self._frames = frames
        self._pause = pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for frame in self._frames:
            await asyncio.sleep(self._pause)
            yield frame


def demonstration_answer(messages: list[tuple[str, str]], tools: Sequence[str] = ()) -> str:
    """What the demonstration model says to (role, text) messages, the last question quoted and cut."""
    if messages and messages[-1][0] == "tool":
        return (
            f"The tool answered: “{quoted(messages[-1][1])}”\n\nA real model would go on from there. "
            "I am Palaver's demonstration model, and only show that the answer came back to me."
        )
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    history = sum(role != "system" for role, _ in messages) - 1
    prompt = sum(len(text) for role, text in messages if role == "system")
    asked = f"You asked: “{quoted(question)}”" if question.strip() else "You asked nothing in particular."
    remembered = {-1: "no messages at all", 0: "no earlier messages", 1: "1 earlier message"}.get(
        history, f"{history} earlier messages"
    )
    named = (
        f"Name one of the tools that I was given ({quoted(', '.join(tools))}) and I ask for it.\n\n" if tools else ""
    )
    instructed = f" and a system prompt of {prompt} characters" if prompt else ""
    return (
        "Hello! I am Palaver's demonstration model. I have no intelligence: I only show that everything "
        f"around a model works.\n\n{asked}\n\nWith it I was given {remembered} of this "
        f"conversation{instructed}. Your question was saved before I was asked, and these words are "
        "streamed one by one, then saved and counted like a real answer.\n\n"
        f"{named}"
        "To talk to a real model, set OPENAI_API_KEY, or set OPENAI_BASE_URL to any OpenAI-compatible server "
        "(such as Ollama at http://127.0.0.1:11434/v1), name its model in DEFAULT_AI_MODEL, and start the "
        "worker again."
    )


def _call(messages: list[tuple[str, str]], tools: Mapping[str, Any]) -> dict[str, Any] | None:
    """A call of the tool that the question names, with arguments as simple as its schema allows."""
    if not messages or messages[-1][0] != "user":
        return None
    for name, function in tools.items():
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", messages[-1][1], re.IGNORECASE):
            arguments = json.dumps(_example(function.get("parameters")) or {})
            call_id = f"call_{uuid.uuid4().hex}"
            return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return None


def _example(schema: Any) -> Any:
    """A value that fits a JSON schema, for ordinary schemas."""
    if not isinstance(schema, dict):
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("type") == "object":
        properties = schema.get("properties") or {}
        return {name: _example(properties.get(name)) for name in schema.get("required") or ()}
    return {"string": "example", "integer": 1, "number": 1, "boolean": True, "array": []}.get(schema.get("type", ""))


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return content if isinstance(content, str) else ""


def _limited(text: str, body: dict[str, Any]) -> tuple[list[str], str]:
    """The text in words with their spaces, cut to the tokens that were asked for, and why it ends."""
    words = re.findall(r"\S+\s*", text)
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if not isinstance(limit, int) or estimate_tokens(text) <= limit:
        return words, "stop"
    sizes = itertools.accumulate(map(len, words))
    return [word for word, size in zip(words, sizes, strict=True) if size <= limit * 4], "length"


def _frames(
    head: dict[str, Any], deltas: list[dict[str, Any]], finish_reason: str, usage: dict[str, int] | None
) -> list[bytes]:
    def frame(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event({**head, "choices": [choice], **({"usage": None} if usage else {})})

    frames = [frame({"role": "assistant", "content": ""})]
    frames += map(frame, deltas)
    last = frame({}, finish_reason)
    if usage is not None:
        last += _event({**head, "choices": [], "usage": usage})
    return [*frames, last + b"data: [DONE]\n\n"]


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _refusal(status: int, message: str) -> httpx2.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return httpx2.Response(status, json={"error": error})
