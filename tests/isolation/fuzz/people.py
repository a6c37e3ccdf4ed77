"""Who knocks at the worker's door, and a world in which each text tells whose it is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from tests.isolation.marked import mark, marker
from tests.isolation.world import ACCOUNTS, filled, populate
from tests.world import token

_MARKER: Final = re.compile(marker("[a-z]+"), re.IGNORECASE)
_PERSONAL: Final = {
    "users": ("id", "name"),
    "conversations": ("user_id", "title"),
    "messages": ("user_id", "content"),
    "feedback": ("user_id", "comment"),
}
"""Texts of one person, by table: whose, and the column."""

_A_DAY: Final = 86_400


@dataclass(frozen=True)
class Caller:
    """Somebody who knocks; `asks` if they may put questions to the model."""

    name: str
    person: str
    auth_id: UUID | None = None
    tenant: str | None = None
    asks: bool = False

    @property
    def token(self) -> str | None:
        """Their access token."""
        return token(self.auth_id, exp=int(time.time()) + _A_DAY) if self.auth_id else None

    @property
    def marker(self) -> str:
        """The marker of what they write."""
        return personal(self.person)

    def strays(self, text: str) -> set[str]:
        """The markers in a text that is for them which are neither theirs nor their tenant's."""
        return strays(text, {self.marker, *([marker(self.tenant)] if self.tenant else [])})


CALLERS: Final = (
    Caller("nobody", "nobody"),
    Caller("Acme's admin", "ada", UUID(ACCOUNTS["admin"]), "acme", asks=True),
    Caller("Acme's member", "ben", UUID(ACCOUNTS["member"]), "acme", asks=True),
    Caller("Initech's viewer", "finn", UUID(ACCOUNTS["viewer"]), "initech"),
    Caller("Globex's admin", "chloe", UUID(ACCOUNTS["rival admin"]), "globex", asks=True),
    Caller("a person without tenant", "outsider", UUID(ACCOUNTS["outsider"])),
    Caller("a deactivated person", "gil", UUID(ACCOUNTS["deactivated"])),
)


@dataclass(frozen=True)
class Conversation:
    """One that was there at the start."""

    id: str
    tenant: str
    person: str

    def seen_by(self, caller: Caller) -> str:
        """What it is to a caller: `own`, `colleague's` or `stranger's`."""
        if caller.tenant != self.tenant:
            return "stranger's"
        return "own" if caller.person == self.person else "colleague's"


def personal(person: str) -> str:
    """The marker of a person's texts, which a tenant's cannot be mistaken for."""
    return marker(f"of{person}")


def strays(text: str, allowed: Iterable[str] = ()) -> set[str]:
    """The markers in a text, besides those allowed."""
    return {found.lower() for found in _MARKER.findall(text)} - set(allowed)


async def prepare(owner: asyncpg.Connection) -> list[Conversation]:
    """Fill and mark a database that holds the demo data, as its owner; returns the conversations."""
    await populate(owner)
    await mark(owner)
    for row in await owner.fetch("select tenant_id, id, email from public.users"):
        for table, (whose, column) in _PERSONAL.items():
            await owner.execute(
                f"update public.{table} set {column} = concat_ws(' ', {column}, $1::text)"
                f" where tenant_id = $2 and {whose} = $3",
                personal(_person(row["email"])),
                row["tenant_id"],
                row["id"],
            )
    # The worker that is tried would take over the turn of a dead one.
    await owner.execute(filled("update private.open_turns set worker_id = :worker where true"))
    # Globex keeps its limit of twenty a minute, which is met soon.
    await owner.execute("update public.tenants set rate_limit_per_minute = 1000000 where slug like 'acme%'")
    rows = await owner.fetch(
        "select c.id, t.slug, u.email from public.conversations as c"
        " join public.tenants as t on t.id = c.tenant_id"
        " join public.users as u on u.tenant_id = c.tenant_id and u.id = c.user_id order by c.id"
    )
    return [Conversation(str(row["id"]), row["slug"].partition("-")[0], _person(row["email"])) for row in rows]


def _person(email: str) -> str:
    return email.partition("@")[0].lower()
