"""What somebody asks, in whatever dialect they asked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.chat.pieces import Encrypted, Part

Dialect = Literal["plain", "ui", "openai"]

_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be added to a conversation; `parts` is None where the text says it all."""

    role: Literal["user", "tool"]
    content: str
    parts: Sequence[Part | Encrypted] | None = None
    client_id: str | None = None
    """The client's own id of it."""


@dataclass(frozen=True, slots=True)
class FromPrompt:
    """A prompt of the library that begins the conversation, and what its variables are filled in with."""

    id: UUID
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    version: int | None = None
    """None takes the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for an answer. Text is kept out of its repr, and so of logs."""

    dialect: Dialect
    messages: Sequence[NewMessage] = field(default=(), repr=False)
    """What is new, in order; empty when an answer is to be given again."""
    conversation_id: UUID | None = None
    chat: str | None = None
    """The client's own id of the conversation, which is begun under it if there is none; or our id, as text."""
    prompt: FromPrompt | None = None
    """Its text comes before the message, which may be empty then."""
    replaces: str | None = None
    """Id, the client's or ours, of the question that the new one is an edit of: a branch beside it."""
    regenerates: str | None = None
    """Id, the client's or ours, of the answer to be given anew; "" the last one."""
    response_id: str | None = None
    """Under which id the client knows the answer, where it goes on with one that it has."""
    model: str | None = None
    """The model that the client names; None takes what the tenant has chosen."""
    max_tokens: int | None = None
    tools: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    """Definitions in OpenAI's form, added to the tenant's; one of the same name takes the tenant's place."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More parameters of OpenAI's chat completions, passed on as they are."""
    idempotency_key: str | None = None

    def fingerprint(self) -> bytes:
        """A digest of all that the answer depends on: a key that comes again must come with the same."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "idempotency_key"}
        return sha256(_encode(fields)).digest()
