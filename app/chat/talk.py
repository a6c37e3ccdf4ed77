"""What an answer comes from: as a rule one request to a model, in a session whatever the session makes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from app.caller import Caller
from app.chat.pieces import Piece
from app.chat.providers import ModelRequest
from app.chat.turn import Tokens


class Talk(Protocol):
    """One answer on its way."""

    @property
    def model(self) -> str | None:
        """The model as the provider names it, None until it has."""

    @property
    def finish_reason(self) -> str | None:
        """Why it ended, as the provider says it."""

    @property
    def response_id(self) -> str | None:
        """The provider's id of it."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the message is kept with; complete at the end of the stream."""

    def stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        """The pieces as they come. Raises AIServiceError and other PalaverErrors; closing it breaks the answer off."""

    def tokens(self, said: Sequence[Piece], *, charged: bool) -> Tokens:
        """What has been used, estimated where the provider does not say.

        `charged`: whether a provider that never began to answer may be at work on the question all the same.
        """


@dataclass(frozen=True, slots=True)
class Session:
    """A turn in a conversation that is about something."""

    caller: Caller
    tenant_id: UUID
    conversation_id: UUID
    turn_id: UUID
    context_type: str
    project_id: UUID | None


class Sessions(Protocol):
    """Whoever answers in such conversations."""

    def talk(self, session: Session, request: ModelRequest) -> Talk:
        """The answer to a request whose messages are the system prompt and the history, oldest first."""
