"""Drops roles, also those that another app has given rights in its database, for which it need not ask anybody.

PostgreSQL refuses to drop a role that has rights in any database, so one app could hold up what is done to all others.
"""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.logs import get_logger
from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address, Credentials, Link
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.insisting import insist, shut
from app.provisioning.server.names import Names
from app.provisioning.server.scram import new_password, verifier

log = get_logger(__name__)

STILL_NEEDED: Final = "2BP01"
_LIFE: Final = timedelta(minutes=10)


async def drop_role(address: Address, link: Link, role: str, *, home: Names | None = None) -> None:
    """Drop a role, and before that take away what apps other than `home` have given it. Raises AppServerError."""
    try:
        await insist(link, "drop_role", role, role=role)
    except AppServerError as error:
        if error.sqlstate != STILL_NEEDED:
            raise
        # The app that the role is of has its objects, which are not to be forgotten here.
        rows = await link.rows("databases_that_name", role=role, apps=naming.APPS, home=home.database if home else "")
        if not rows:
            raise
    else:
        return
    async with AsyncExitStack() as stack:
        for database in (row["datname"] for row in rows):
            log.warning("app_holds_role_of_another", database=database, role=role)
            names = Names(UUID(database[: naming.LENGTH].removeprefix("app_")))
            await stack.enter_async_context(shut(link, database))
            await _forget(address, link, names, database, role)
        await insist(link, "drop_role", role, role=role)


async def _forget(address: Address, link: Link, names: Names, database: str, role: str) -> None:
    """Take away all rights of a role in an app's database, as whoever may have given them."""
    password = new_password()
    login = Credentials(f"hand_{secrets.token_hex(8)}", password, database)
    until = await link.after(_LIFE)
    await link.run("create_hand", hand=login.user, verifier=verifier(password), until=until, role=names.role)
    try:
        await link.run("add_hand_to", role=role, hand=login.user)
        for giver in await link.rows("existing_roles", first=names.second_login, second=names.frozen):
            await link.run("add_hand_to", role=giver["rolname"], hand=login.user)
        async with address.link(login, guarded=True) as inside:
            await inside.run("drop_owned", role=role)
    finally:
        await link.rows("end_sessions_of", role=login.user)
        await drop_role(address, link, login.user)
