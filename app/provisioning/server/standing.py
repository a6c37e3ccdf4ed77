"""What there is of apps on their server, and whether it can be worked on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address, Credentials
from app.provisioning.server.errors import AppServerError

_WRONG_PASSWORD: Final = "28P01"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Standing:
    """Names of databases; of roles, and whether they may sign in; what the provisioner lacks."""

    databases: frozenset[str]
    roles: dict[str, bool]
    rights_lacking: tuple[str, ...]


async def standing_of(address: Address) -> Standing:
    """At this moment. Raises AppServerError."""
    async with address.link() as link:
        rows = await link.rows("standing", apps=naming.APPS)
        lacking = await link.rows("rights_lacking", owner=naming.OWNER)
    return Standing(
        frozenset(row["name"] for row in rows if row["is_database"]),
        {row["name"]: row["can_login"] for row in rows if not row["is_database"]},
        tuple(row["name"] for row in lacking),
    )


async def is_wrong(address: Address, credentials: Credentials) -> bool:
    """Whether the server refuses that password; what else keeps from signing in says nothing about it."""
    try:
        async with address.link(credentials):
            return False
    except AppServerError as error:
        return error.sqlstate == _WRONG_PASSWORD
