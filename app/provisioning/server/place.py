"""One app's place on the server: its database and roles, held by one worker at a time.

Every step may be repeated after a worker was killed at it. Who holds a place has ended whatever an earlier worker
still had running there, so that no step of a worker that lost it comes late.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from app.provisioning.server import names as naming
from app.provisioning.server.connection import COMMAND_SECONDS, Address, Credentials, Link
from app.provisioning.server.errors import AppDatabaseGone, AppServerError, AppServerUnavailable
from app.provisioning.server.insisting import insist
from app.provisioning.server.limits import Limits, limited
from app.provisioning.server.names import Names
from app.provisioning.server.receipt import Trial, receipt
from app.provisioning.server.roles import STILL_NEEDED, drop_role
from app.provisioning.server.scram import new_password, verifier

HAND_LIFE: Final = timedelta(hours=1)
_TAKE_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Hand:
    """A temporary login that can do in one database what the app can, and no more."""

    address: Address
    credentials: Credentials

    @property
    def url(self) -> str:
        """For libpq's programs."""
        return self.address.url(self.credentials)

    @asynccontextmanager
    async def link(self, *, seconds: float = COMMAND_SECONDS, guarded: bool = False) -> AsyncIterator[Link]:
        """A connection, which acts as the app's role; `guarded`: see Address.link(). Raises AppServerError."""
        async with self.address.link(self.credentials, seconds=seconds, guarded=guarded) as link:
            yield link


class Place:
    """What is done to one app's database and roles; see AppServer.place()."""

    def __init__(self, address: Address, link: Link, names: Names) -> None:
        self.address = address
        self.names = names
        self.link = link
        self.is_taken = False

    async def take(self, *, gently: bool = False) -> None:
        """End what others still have running here; where that is to be done `gently`, leave it to them instead.

        Raises AppServerError.
        """
        for _ in range(_TAKE_TRIES):
            if not gently:
                await self.link.rows("end_holders", lock=self.names.lock)
            self.is_taken = bool(await self.link.value("try_lock", lock=self.names.lock))
            if self.is_taken or gently:
                break
        else:
            raise AppServerUnavailable("Somebody else is at work on this database; it will be tried again.")
        if not self.is_taken:
            return
        for row in await self.link.rows("hands", role=self.names.role, hands=naming.HANDS):
            await self.drop_hand(row["rolname"])

    async def create(self, password: str, limits: Limits) -> None:
        """The role, which cannot log in yet, and the database. Raises AppServerError."""
        names, run = self.names, self.link.run
        (found,) = await self.link.rows("state", role=names.role, database=names.database)
        await run(
            "create_role" if found["can_login"] is None else "alter_role",
            role=names.role,
            verifier=verifier(password),
            connections=limits.connections,
        )
        if found["is_broken"]:
            await insist(self.link, "drop_database", names.database, database=names.database)
        if found["is_broken"] is not False:
            await run("create_database", database=names.database, owner=naming.OWNER)
        await run("shut_database", database=names.database)
        await run("open_database", database=names.database, role=names.role)
        await run("allow_connections", database=names.database)
        await limited(self.link, names.database, limits)
        async with self.address.link(database=names.database, guarded=True) as inside:
            await inside.run("drop_standard_schema")

    async def clear(self) -> None:
        """There is no database, and nobody gets in. Raises AppServerError."""
        await self.quarantine()
        await insist(self.link, "drop_database", self.names.database, database=self.names.database)

    async def open(self) -> None:
        """Let the app's logins in. Raises AppServerError."""
        for login in await self._logins():
            await self.link.run("login", role=login)

    async def quarantine(self) -> None:
        """Let nobody in, and end who is; everything else stays as it is. Raises AppServerError."""
        for login in await self._logins():
            await self.link.run("nologin", role=login)
        await self.link.rows("end_sessions", database=self.names.database)

    async def remove(self) -> None:
        """Nothing of the app is on the server any more. Raises AppServerError."""
        await self.quarantine()
        # A role cannot go before the database in which it owns something.
        for database in self.names.databases.values():
            await insist(self.link, "drop_database", database, database=database)
        for role in (self.names.second_login, self.names.frozen, self.names.role):
            await drop_role(self.address, self.link, role, home=self.names)

    async def renew(self, login: str, password: str, limits: Limits, *, grace: timedelta) -> str:
        """A new password, valid from now for `login`; when the other's ends, after `grace`. Raises AppServerError.

        PostgreSQL keeps one password for a role, so that two logins take turns. Connections live on.
        """
        names = self.names
        await self.gather()
        (other,) = (each for each in names.logins if each != login)
        logins = await self._logins()
        role: dict[str, str | int] = {"verifier": verifier(password), "connections": limits.connections}
        if login not in logins:
            await self.link.run("create_second_login", login=login, role=names.role, **role)
        if login == names.second_login:
            await self.link.run("act_as", login=login, role=names.role)
        await self.link.run("renew_login", login=login, **role)
        until = await self.link.after(grace)
        if other in logins:
            await self.link.run("retire_login", login=other, until=until)
        return until

    async def gather(self) -> None:
        """What the second login made without acting as the app belongs to the app. Raises AppServerError."""
        if self.names.second_login in await self._logins():
            await self._give_back(self.names.second_login)

    async def limit(self, limits: Limits) -> None:
        """Other limits than before. Raises AppServerError."""
        for login in await self._logins():
            await self.link.run("limit_connections", role=login, connections=limits.connections)
        await limited(self.link, self.names.database, limits)

    async def receipt(self, login: str, password: str) -> list[Trial]:
        """What the app's login tried against the server, and how that was refused. Raises AppServerError."""
        return await receipt(self.address, self.link, self.names, login, password)

    async def must_exist(self) -> None:
        """Raises AppDatabaseGone where somebody dropped the database, and AppServerError."""
        if not await self.exists():
            raise AppDatabaseGone()

    async def exists(self) -> bool:
        """Whether there is a database. Raises AppServerError."""
        return bool(await self.link.value("database_exists", database=self.names.database))

    async def version(self) -> str:
        """The version of the server. Raises AppServerError."""
        return str(await self.link.value("version"))

    async def size(self) -> int:
        """Bytes of the database. Raises AppServerError."""
        return int(await self.link.value("size", database=self.names.database))

    @asynccontextmanager
    async def hand(self, *roles: str) -> AsyncIterator[Hand]:
        """A login that is gone afterwards; beside the app's role a member of `roles`. Raises AppServerError."""
        name = f"hand_{secrets.token_hex(8)}"
        password = new_password()
        until = await self.link.after(HAND_LIFE)
        await self.link.run("create_hand", hand=name, verifier=verifier(password), until=until, role=self.names.role)
        try:
            for role in roles:
                await self.link.run("add_hand_to", role=role, hand=name)
            await self.link.run("act_as", login=name, role=self.names.role)
            yield Hand(self.address, Credentials(name, password, self.names.database))
        finally:
            await self.drop_hand(name)

    async def let_read_all(self, hand: Hand) -> bool:
        """Whether no policy holds for a hand now; the server may lack that. Raises AppServerError.

        It can read no tables by that but those of the app.
        """
        if not await self.link.value("may_bypass_policies"):
            return False
        await self.link.run("bypass_policies", hand=hand.credentials.user)
        return True

    async def drop_hand(self, name: str) -> None:
        """A hand, its sessions, and what was made by it without acting as the app. Raises AppServerError."""
        await self.link.rows("end_sessions_of", role=name)
        try:
            await drop_role(self.address, self.link, name, home=self.names)
        except AppServerError as error:
            if error.sqlstate != STILL_NEEDED:
                raise
            await self._give_back(name, forget=True)
            await drop_role(self.address, self.link, name, home=self.names)

    async def _give_back(self, owner: str, *, forget: bool = False) -> None:
        async with self.hand(owner) as hand:
            for row in await self.link.rows("databases", **self.names.databases):
                inside = replace(hand.credentials, database=row["datname"])
                async with self.address.link(inside, guarded=True) as link:
                    await link.run("act_as_oneself")
                    await link.run("give_back", **{"from": owner, "to": self.names.role})
                    if forget:
                        await link.run("drop_owned", role=owner)

    async def _logins(self) -> list[str]:
        first, second = self.names.logins
        return [row["rolname"] for row in await self.link.rows("logins", first=first, second=second)]
