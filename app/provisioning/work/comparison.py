"""Where what Palaver knows of apps' databases and what their server has differ, and what an operator does about it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.errors import EncryptionUnavailable
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.connection import Credentials
from app.provisioning.server.names import LENGTH, Names
from app.provisioning.server.standing import Standing, is_wrong, standing_of
from app.provisioning.work.passwords import Passwords

LONG: Final = timedelta(minutes=10)
"""How long an operation may go on before it is told."""

_BEING_MADE: Final = frozenset({"requested", "creating", "applying"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One; `can_be_mended`: without anybody's losing anything by it."""

    name: str
    of: str
    text: str
    can_be_mended: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each method raises AppServerError. `rows`: what the query app_databases_on_record gives."""

    server: AppServer
    passwords: Passwords
    rows: Iterable[Mapping[str, Any]]

    async def differences(self) -> AsyncIterator[Difference]:
        """All of them; a database that an operation is under way on is passed over."""
        standing = await standing_of(self.server.address)
        if standing.rights_lacking:
            lacking = ", ".join(standing.rights_lacking)
            yield Difference("palaver_provisioner", "the server", f"lacks {lacking}: run sql/apps_server.sql again")
        known = set()
        for row in self.rows:
            known.add(row["database_name"])
            if (found := await self._of(row, standing)) is not None:
                text, can_be_mended = found
                of = f"{row['tenant']} {row['app']} {row['environment']}"
                yield Difference(row["database_name"], of, text, can_be_mended)
        for name in sorted(standing.databases | standing.roles.keys()):
            if name[:LENGTH] not in known:
                kind = "database" if name in standing.databases else "role"
                yield Difference(name, f"a {kind}", "is on the server, and no row knows it")

    async def mend(self, difference: Difference) -> None:
        """Let an app in that is shut out for no reason, unless somebody is at work there."""
        names = Names.of(difference.name)
        if names is None:
            return
        async with self.server.place(names, gently=True) as place:
            if place.is_taken:
                await place.open()

    async def _of(self, row: Mapping[str, Any], standing: Standing) -> tuple[str, bool] | None:
        if row["operation"] is not None:
            since = row["operation_since"]
            waits = (
                f"{row['operation']} goes on since {since:%Y-%m-%d %H:%M} UTC: {row['operation_error'] or 'no error'}"
            )
            return (waits, False) if datetime.now(UTC) - since > LONG else None
        state, is_let_in = row["state"], standing.roles.get(row["role_name"])
        if state in _BEING_MADE:
            return f"is {state}, and nobody is at work on it", False
        if state == "removing":
            return ("is being removed, and can still be signed in to", False) if is_let_in else None
        if state != "ready":
            return None
        if row["database_name"] not in standing.databases:
            return "is not on the server: `apps restore` a backup, or `apps deprovision` what is left", False
        if is_let_in is None:
            return "has no login on the server: `apps deprovision` it, and restore its backup", False
        if not is_let_in:
            # One that is far too large is meant to be.
            return None if row["size_state"] == "read_only" else ("is shut, and nothing says why", True)
        return await self._password(row)

    async def _password(self, row: Mapping[str, Any]) -> tuple[str, bool] | None:
        if row["password"] is None:
            return "has no password here: `apps rotate-password`", False
        stored = b64encode(row["password"]).decode()
        try:
            password = self.passwords.unwrapped(stored, UUID(str(row["tenant_id"])), UUID(str(row["id"])))
        except EncryptionUnavailable:
            return "has a password that no key of SECRETS_KEY opens: `apps rotate-password`", False
        login = Credentials(row["role_name"], password, row["database_name"])
        if await is_wrong(self.server.address, login):
            return "has another password than is shown: `apps rotate-password`", False
        return None
