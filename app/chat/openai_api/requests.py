"""The body of POST /v1/chat/completions (OpenAI API reference, "Create chat completion").

Fields that are not known here are ignored; those that are known must have the reference's type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from app.chat.asked import Asked
from app.chat.openai_api.errors import invalid
from app.chat.openai_api.forms import Message
from app.chat.openai_api.messages import new_messages

_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
_Penalty: TypeAlias = Annotated[float, msgspec.Meta(ge=-2, le=2)]
_Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class FunctionDefinition(msgspec.Struct, omit_defaults=True):
    """A function that the model may call; `parameters` is a JSON schema."""

    name: _Name
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ToolDefinition(msgspec.Struct):
    """A tool that the client offers."""

    function: FunctionDefinition
    type: Literal["function"]


class FunctionName(msgspec.Struct):
    """Which function."""

    name: _Name


class NamedTool(msgspec.Struct, tag_field="type", tag="function"):
    """The one tool that must be called."""

    function: FunctionName


class AllowedTools(msgspec.Struct):
    """The tools that may (`auto`) or must (`required`) be called."""

    mode: Literal["auto", "required"]
    tools: list[dict[str, Any]]


class AllowedToolChoice(msgspec.Struct, tag_field="type", tag="allowed_tools"):
    """A choice among some of the tools."""

    allowed_tools: AllowedTools


class TextFormat(msgspec.Struct, tag_field="type", tag="text"):
    """Answer as you like."""


class JsonFormat(msgspec.Struct, tag_field="type", tag="json_object"):
    """Answer by some JSON object."""


class JsonSchema(msgspec.Struct, omit_defaults=True):
    """What the answer's JSON must look like."""

    name: _Name
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class JsonSchemaFormat(msgspec.Struct, tag_field="type", tag="json_schema"):
    """Answer by JSON of a schema."""

    json_schema: JsonSchema


class StreamOptions(msgspec.Struct):
    """What a stream holds besides the answer."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Parameters(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is passed on to the model as it is."""

    frequency_penalty: _Penalty | None = None
    logit_bias: dict[str, float] | None = None
    parallel_tool_calls: bool | None = None
    presence_penalty: _Penalty | None = None
    reasoning_effort: str | None = None
    response_format: TextFormat | JsonFormat | JsonSchemaFormat | None = None
    seed: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    stop: str | list[str] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedTool | AllowedToolChoice | None = None
    top_p: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None

    def options(self) -> Mapping[str, Any]:
        """Those that were given, as JSON has them."""
        given = {name: getattr(self, name) for name in Parameters.__struct_fields__}
        return {name: msgspec.to_builtins(value) for name, value in given.items() if value is not None}


class ChatCompletionRequest(Parameters, kw_only=True):
    """A request for an answer."""

    messages: Annotated[list[Message], msgspec.Meta(min_length=1)]
    model: str | None = None
    max_completion_tokens: _Count | None = None
    max_tokens: _Count | None = None
    metadata: dict[str, Any] | None = None
    modalities: list[Literal["text"]] | None = None
    n: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Annotated[list[ToolDefinition], msgspec.Meta(max_length=128)] | None = None
    user: str | None = None

    @property
    def include_usage(self) -> bool:
        """Whether the stream is to end with the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def include_obfuscation(self) -> bool:
        """Whether the stream's pieces are to be padded, so that their sizes tell less; only if it says so."""
        return bool(self.stream_options and self.stream_options.include_obfuscation)

    def asked(self, *, max_chars: int, idempotency_key: str | None) -> Asked:
        """What is asked. Raises UnprocessableRequest."""
        if self.n not in (None, 1):
            raise invalid("n", "one answer is given at a time")
        conversation_id = self._conversation_id()
        return Asked(
            dialect="openai",
            messages=new_messages(self.messages, continues=conversation_id is not None, max_chars=max_chars),
            conversation_id=conversation_id,
            model=self.model or None,
            max_tokens=self.max_completion_tokens or self.max_tokens,
            tools=msgspec.to_builtins(self.tools or []),
            options=self.options(),
            idempotency_key=idempotency_key,
        )

    def _conversation_id(self) -> UUID | None:
        given = (self.metadata or {}).get("conversation_id")
        if given is None:
            return None
        try:
            return msgspec.convert(given, UUID)
        except msgspec.ValidationError as error:
            raise invalid("metadata.conversation_id", "this is not a conversation's id") from error
