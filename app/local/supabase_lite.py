"""Supabase Lite: the Auth and Data API that stock Supabase clients speak, on our own database.

Facts about version 0.10 that the stack's order of steps follows: it makes the tables of schema auth when it
starts, and with them its own auth.uid(), each time; it reads the schema of the database once, so tables that
come later stay unknown to it until it is started again; at its first request for data it grants the API roles
everything it can, which is why it logs in as a role that can grant nothing (lite_role.sql), and why that request is
ours: of several at once some fail, since each grants ("tuple concurrently updated").
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from app.local.errors import LocalStackError
from app.local.node import Node
from app.local.processes import Child, Processes
from app.local.state import Keys, write_private

NAME = "Supabase Lite"
PROGRAM = Path("node_modules") / "@supabase" / "lite" / "dist" / "cli" / "index.js"
START_SECONDS = 60
MENDED = tuple(Path(__file__).resolve().with_name(name) for name in ("iso_times.mjs", "cross_origin.mjs"))
"""Loaded before Lite; each says what of Supabase's behaviour it brings that Lite lacks."""


CONFIGURATION = """\
[api]
port = {port}
schemas = ["public"]

[db]
driver = "postgres"
url = "env(PALAVER_LITE_DATABASE_URL)"

[auth]
enabled = true
site_url = "{site_url}"
enable_signup = true
jwt_secret = "env(PALAVER_LITE_JWT_SECRET)"
publishable_key = "env(PALAVER_LITE_PUBLISHABLE_KEY)"
secret_key = "env(PALAVER_LITE_SECRET_KEY)"

[auth.email]
enable_signup = true
enable_confirmations = false
"""


@dataclass(frozen=True)
class SupabaseLite:
    """How to run Supabase Lite; every start is a new child process."""

    node: Node
    packages: Path
    directory: Path
    log: Path
    url: str
    keys: Keys
    database_url: str
    site_url: str

    async def start(self, processes: Processes, environment: dict[str, str]) -> Child:
        """Start it and wait until it answers."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.directory / "supabase-lite.toml"
        write_private(configuration, CONFIGURATION.format(port=urlsplit(self.url).port, site_url=self.site_url))
        child = await processes.start(
            NAME,
            [
                self.node.program,
                *(f"--import={module.as_uri()}" for module in MENDED),
                *(self.packages / PROGRAM, "start", "--config", configuration, "--no-admin"),
            ],
            log=self.log,
            environment=self.node.environment(environment) | self._secrets(),
            # Where no .env of the project's is.
            cwd=self.directory,
        )
        try:
            headers = {"apikey": self.keys.publishable_key}
            await wait_until_answers(child, f"{self.url}/auth/v1/health", START_SECONDS, headers)
        except BaseException:
            await child.stop(1)
            await processes.forget(child.pid)
            raise
        return child

    async def serve_first(self, child: Child) -> None:
        """Ask for data once, after which requests may come at the same time; our tables must be there."""
        headers = {"apikey": self.keys.secret_key}
        await wait_until_answers(child, f"{self.url}/rest/v1/app_plans", START_SECONDS, headers)

    def _secrets(self) -> dict[str, str]:
        return {
            "LITE_TELEMETRY": "0",
            "DO_NOT_TRACK": "1",
            # It keeps a directory of its own in the home directory.
            "HOME": str(self.directory),
            "PALAVER_LITE_DATABASE_URL": self.database_url,
            "PALAVER_LITE_JWT_SECRET": self.keys.jwt_secret,
            "PALAVER_LITE_PUBLISHABLE_KEY": self.keys.publishable_key,
            "PALAVER_LITE_SECRET_KEY": self.keys.secret_key,
        }


async def wait_until_answers(child: Child, url: str, seconds: float, headers: Mapping[str, str] | None = None) -> None:
    """Wait until a GET of `url` is answered with 200, or the child ends, or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        child.check()
        status = await asyncio.to_thread(_status_of, url, headers or {})
        if status == 200:
            return
        if time.monotonic() > deadline:
            answer = "nothing" if status is None else f"status {status}"
            raise LocalStackError(
                f"{child.name} was not ready after {seconds:.0f} s ({url} answered {answer}); its log is {child.log}."
            )
        await asyncio.sleep(0.05)


def _status_of(url: str, headers: Mapping[str, str]) -> int | None:
    # Not urllib, which would ask a proxy of the terminal's for what runs here.
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
