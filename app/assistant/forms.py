"""What the assistant's routes take, as it stands in JSON."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import msgspec

MOST_CHANGES: Final = 200
MOST_A_PAGE: Final = 100

ContextType = Literal["project", "infrastructure"]
Status = Literal["pending", "accepted", "rejected", "stale", "undone"]

CONTEXT_TYPES: Final = get_args(ContextType)
STATUSES: Final = get_args(Status)

Index = Annotated[int, msgspec.Meta(ge=0, lt=MOST_CHANGES)]
Indexes = Annotated[list[Index], msgspec.Meta(max_length=MOST_CHANGES)]


class OpenRequest(msgspec.Struct, rename="camel"):
    """The body of POST /api/ai/conversations: the session on a project (its id or slug), or on the infrastructure."""

    context_type: ContextType
    project: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class AcceptRequest(msgspec.Struct):
    """The body of POST …/accept: all changes, or those at these places in the suggestion's list.

    `confirmed` names those of them that rest on free text; `version` the suggestion as it was seen.
    """

    changes: Indexes | None = None
    confirmed: Indexes = []
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None


class RejectRequest(msgspec.Struct):
    """The body of POST …/reject."""

    reason: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
