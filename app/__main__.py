"""The command line: `python -m app <command>`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx2
from pydantic import SecretStr

from app import __version__
from app.assistant.commands import add_commands as add_configuration_commands
from app.assistant.documentation.commands import add_commands as add_documentation_commands
from app.assistant.documentation.files import DocumentationError
from app.migrations import PROJECT, MigrationError, migrate, rollback, status
from app.privacy.commands import add_commands as add_privacy_commands
from app.privacy.people import PrivacyError
from app.provisioning.commands import add_commands as add_apps_commands
from app.provisioning.desk import AppsError
from app.provisioning.oracles.tools import OracleError
from app.provisioning.schema.validation import SchemaError
from app.provisioning.schema_commands import add_commands as add_schema_commands
from app.provisioning.server.errors import AppServerError
from app.provisioning.source.files import SourceError
from app.queries import QUERIES
from app.seeding import SeedError, seed
from app.settings import SERVE, Settings, SettingsError

if TYPE_CHECKING:
    from app.encryption import SecretsKeys


class CommandError(Exception):
    """A command cannot do what it was asked; the text says why, in a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status: 0 done, 1 failed, 2 wrong settings or arguments."""
    given = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = given.run
    try:
        return run(given)
    except SettingsError as error:
        print("These settings are missing or wrong:", *error.lines, sep="\n  ", file=sys.stderr)
        return 2
    except (
        AppServerError,
        AppsError,
        CommandError,
        DocumentationError,
        MigrationError,
        OracleError,
        PrivacyError,
        SchemaError,
        SeedError,
        SourceError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
    ) as error:
        print(f"palaver {given.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="palaver", description="An AI-assistant backend that lives in PostgreSQL.")
    parser.add_argument("--version", action="version", version=f"palaver {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    command("up", _up, "Run everything on this machine: PostgreSQL, Auth and Data API, demo data, worker.")
    command("serve", _serve, "Run the worker, with settings from the environment.")
    command("migrate", _migrate, "Apply the migrations that are not applied yet (DATABASE_URL).")
    undo = command("rollback", _rollback, "Revert the newest migration, with its data (DATABASE_URL).")
    undo.add_argument("--steps", type=_positive, default=1, help="how many migrations (default 1)")
    undo.add_argument("--all", action="store_true", help="all of them: removes everything Palaver has stored")
    command("status", _status, "Show migrations and jobs (DATABASE_URL).")
    command("seed", _seed, "Load the demo data; refused in production (DATABASE_URL).")
    command("refresh", _refresh, "Refresh the summaries now (DATABASE_URL).")
    add_privacy_commands(command)
    add_configuration_commands(command)
    add_documentation_commands(command)
    add_schema_commands(command)
    add_apps_commands(command)
    encrypt = command("encrypt", _encrypt, "Encrypt a tenant's messages of before (DATABASE_URL, SECRETS_KEY).")
    encrypt.add_argument("tenant", help="its slug")
    encrypt.add_argument("--new-key", action="store_true", help="with a new key, also what is encrypted already")
    decrypt = command("decrypt", _decrypt, "Decrypt a tenant's messages (DATABASE_URL, SECRETS_KEY).")
    decrypt.add_argument("tenant", help="its slug")
    command("rotate-keys", _rotate_keys, "Wrap keys and passwords with the first key of SECRETS_KEY (DATABASE_URL).")
    token = command("token", _token, "Sign in at SUPABASE_URL and print the access token.")
    token.add_argument("email")
    token.add_argument("--password", default="palaver-demo", help="default: the demo people's")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _up(given: argparse.Namespace) -> int:
    # Imported here since production images leave out what it needs.
    from app.local.stack import up

    # The stack makes these itself, so what the shell says of another database is no concern of its.
    settings = Settings.load(
        database_url=None,
        worker_database_url=None,
        supabase_url=None,
        supabase_secret_key=None,
        supabase_jwt_secret=None,
    )
    return asyncio.run(up(PROJECT, settings.port, settings.host))


def _serve(given: argparse.Namespace) -> int:
    from app.server import serve

    return serve(Settings.load(require=SERVE))


def _migrate(given: argparse.Namespace) -> int:
    if not asyncio.run(migrate(_owner_url())):
        print("Nothing to apply: the database is up to date.")
    return 0


def _rollback(given: argparse.Namespace) -> int:
    if not asyncio.run(rollback(_owner_url(), steps=None if given.all else given.steps)):
        print("Nothing to revert: no migration is applied.")
    return 0


def _status(given: argparse.Namespace) -> int:
    url = _owner_url()
    pending = 0
    for version in asyncio.run(status(url)):
        pending += not version.applied
        note = "applied" if version.applied else "pending"
        print(f"{version.version}  {note:8} {version.name}{'' if version.known else '  (not in this checkout)'}")
    for job in [] if pending else asyncio.run(_query(url, "job_status")):
        last = "never" if job["last_success"] is None else f"{job['last_success']:%Y-%m-%d %H:%M:%S} UTC"
        failed = f"; last run failed: {job['last_error']}" if job["last_outcome"] == "failed" else ""
        print(f"job {job['name']}: last success {last}{failed}")
    return 0


def _seed(given: argparse.Namespace) -> int:
    settings = Settings.load(require=(("DATABASE_URL",),))
    if settings.production:
        raise CommandError("demo data is not for production (PALAVER_ENV=production).")
    print(asyncio.run(seed(_owner_url())))
    return 0


def _refresh(given: argparse.Namespace) -> int:
    runs = asyncio.run(_query(_owner_url(), "run_job", "refresh_summaries"))
    if not runs:
        raise CommandError("a refresh is already running.")
    (run,) = runs
    if run["outcome"] != "succeeded":
        raise CommandError(f"the refresh failed: {run['error']}")
    print(f"refreshed in {run['seconds']:.2f} s")
    return 0


def _encrypt(given: argparse.Namespace) -> int:
    from app.chat import resealing

    keys = _secrets_keys()
    return _resealed(resealing.encrypt(_owner_url(), given.tenant, keys, new_key=given.new_key, progress=_show))


def _decrypt(given: argparse.Namespace) -> int:
    from app.chat import resealing

    return _resealed(resealing.decrypt(_owner_url(), given.tenant, _secrets_keys(), progress=_show))


def _rotate_keys(given: argparse.Namespace) -> int:
    from app.chat import resealing

    return _resealed(resealing.rotate_keys(_owner_url(), _secrets_keys())) or asyncio.run(_rewrap_passwords())


async def _rewrap_passwords() -> int:
    from app.provisioning.work.passwords import rewrap_all

    async with _connected(_owner_url()) as connection:
        rewrapped, closed = await rewrap_all(connection, _secrets_keys())
    said = f"wrapped {rewrapped} passwords of apps' databases anew"
    if closed:
        raise CommandError(f"{said}; SECRETS_KEY does not open {closed} others.")
    print(said)
    return 0


def _resealed(work: Coroutine[Any, Any, str]) -> int:
    from app.chat.resealing import ResealingError

    try:
        print(asyncio.run(work))
    except ResealingError as error:
        raise CommandError(str(error)) from error
    return 0


def _secrets_keys() -> SecretsKeys:
    from app.encryption import SecretsKeys

    keys = Settings.load(require=(("DATABASE_URL",), ("SECRETS_KEY",))).secrets_key
    return SecretsKeys.of(keys or SecretStr(""))


def _show(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} of {of:,} messages", end="\n" if done >= of else "", file=sys.stderr, flush=True)


def _token(given: argparse.Namespace) -> int:
    settings = Settings.load(require=(("SUPABASE_URL",), ("SUPABASE_PUBLISHABLE_KEY",)))
    try:
        answer = httpx2.post(
            f"{settings.supabase_url}/auth/v1/token",
            params={"grant_type": "password"},
            headers={"apikey": settings.supabase_publishable_key or ""},
            json={"email": given.email, "password": given.password},
            timeout=10,
        )
    except httpx2.HTTPError as error:
        raise CommandError(f"{settings.supabase_url} cannot be reached ({type(error).__name__}).") from error
    if answer.status_code != 200:
        raise CommandError(f"signing in as {given.email} was refused ({answer.status_code}).")
    print(answer.json()["access_token"])
    return 0


def _owner_url() -> str:
    url = Settings.load(require=(("DATABASE_URL",),)).database_url
    return url.get_secret_value() if url else ""


async def _query(url: str, name: str, *arguments: object) -> list[asyncpg.Record]:
    async with _connected(url) as connection:
        try:
            return await connection.fetch(QUERIES[name], *arguments)
        except asyncpg.PostgresError as error:
            raise CommandError(str(error)) from error


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
