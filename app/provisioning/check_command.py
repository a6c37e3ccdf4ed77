"""The command `apps check`: whether all apps' databases are as Palaver says, for whoever looks after the server."""

from __future__ import annotations

import argparse

from app.encryption import SecretsKeys
from app.provisioning.desk import NEEDS, AppsError, owner, plain
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppServerError
from app.provisioning.work.comparison import Comparison
from app.provisioning.work.passwords import Passwords
from app.queries import QUERIES
from app.settings import Settings


async def check(given: argparse.Namespace) -> None:
    """Print each difference; mend what can be, where that is asked for. Raises AppsError where any is left."""
    settings = Settings.load(require=NEEDS)
    url, keys = settings.provisioner_database_url, settings.secrets_key
    async with owner() as connection:
        rows = [dict(row) for row in await connection.fetch(QUERIES["app_databases_on_record"])]
    comparison = Comparison(
        AppServer(url.get_secret_value() if url else ""),
        Passwords(SecretsKeys.of(keys) if keys else SecretsKeys([])),
        rows,
    )
    left = 0
    try:
        async for found in comparison.differences():
            is_mended = given.mend and found.can_be_mended
            if is_mended:
                await comparison.mend(found)
            left += not is_mended
            print(plain(f"{found.name}  {found.of}: {found.text}{'; opened' if is_mended else ''}"), flush=True)
    except AppServerError as error:
        raise AppsError(reason(error)) from error
    if left:
        raise AppsError(f"{left} {'difference' if left == 1 else 'differences'}; docs/provisioning.md says what to do.")


def reason(error: AppServerError) -> str:
    """What went wrong on the server for apps, for its operator: also what it said, which holds nothing of an app."""
    cause: BaseException | None = error
    while isinstance(cause, AppServerError):
        cause = cause.__cause__
    return error.detail if cause is None else f"{error.detail} ({plain(str(cause) or type(cause).__name__)})"
