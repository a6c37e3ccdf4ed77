"""Statements that an app cannot hold up.

Whoever grants a right to a role, or sets something of its own for a database, holds that role or database until the
end of its transaction, also another app's: it can be neither dropped nor renamed meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from uuid import UUID

from app.logs import get_logger
from app.provisioning.server import names as naming
from app.provisioning.server.connection import Link
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.names import Names

log = get_logger(__name__)

HELD: Final = "55P03"


async def insist(link: Link, name: str, subject: str, **values: str | int) -> None:
    """Run a named statement on a role or database; apps that hold it are shut until it is done.

    Raises AppServerError.
    """
    await link.run("wait_briefly")
    try:
        try:
            await link.run(name, **values)
        except AppServerError as error:
            if error.sqlstate != HELD:
                raise
        else:
            return
        async with AsyncExitStack() as stack:
            for row in await link.rows("holders", subject=subject, apps=naming.APPS, hands=naming.HANDS):
                log.warning("app_holds_up_others", database=row["datname"], held=subject)
                await stack.enter_async_context(shut(link, row["datname"]))
            await link.run("wait_as_usual")
            await link.run(name, **values)
    finally:
        await link.run("wait_as_usual")


@asynccontextmanager
async def shut(link: Link, database: str) -> AsyncIterator[None]:
    """An app's database that nobody is in, and nobody gets into, until the block ends. Raises AppServerError."""
    names = Names(UUID(database[: naming.LENGTH].removeprefix("app_")))
    first, second = names.logins
    logins = [row["rolname"] for row in await link.rows("open_logins", first=first, second=second)]
    try:
        for login in logins:
            await link.run("nologin", role=login)
        await link.rows("end_sessions", database=database)
        yield
    finally:
        for login in logins:
            await link.run("login", role=login)
