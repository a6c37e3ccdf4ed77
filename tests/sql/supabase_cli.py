"""The Supabase CLI, as `npm` installed it for the tests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from app.local.node import installed_node

PROJECT = Path(__file__).parents[2]
INSTALLED = PROJECT / "tests" / "clients" / "node_modules" / "supabase" / "dist" / "supabase.js"
SCHEMA = "public"


class SupabaseCli:
    """Runs the CLI against a database by its URL, with a home directory of its own and no account.

    PALAVER_SUPABASE_CLI names another supabase.js than the installed one.
    """

    def __init__(self, home: Path) -> None:
        self.program = Path(os.environ.get("PALAVER_SUPABASE_CLI") or INSTALLED)
        if not self.program.is_file():
            raise FileNotFoundError(f"The Supabase CLI is not at {self.program}: `make clients` installs it.")
        node = installed_node()
        if node is None:
            raise FileNotFoundError("There is no Node.js 22 or newer on this machine: `make clients` installs one.")
        self._command = [node.program, self.program]
        self._environment = node.environment({"PATH": os.environ["PATH"]}) | {"HOME": str(home)}
        settings = home / ".supabase" / "telemetry.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text('{"enabled": false, "schema_version": 1}')

    def run(self, *arguments: str, url: str, project: Path = PROJECT) -> subprocess.CompletedProcess[str]:
        """Run a command for the database at `url`."""
        target = f"--remote={url}?sslmode=disable"
        return subprocess.run(
            [*self._command, *arguments, target, "--workdir", str(project), "--yes"],
            capture_output=True,
            text=True,
            env=self._environment,
            check=False,
            timeout=120,
        )

    def results(self, *arguments: str, url: str, project: Path = PROJECT) -> Any:
        """What a command answers as JSON; fails with its words if it fails."""
        done = self.run(*arguments, "--output-format", "json", url=url, project=project)
        if done.returncode != 0:
            raise AssertionError(done.stderr or done.stdout)
        return json.loads(done.stdout)

    def types(self, language: str, *, url: str) -> str:
        """The types of what clients see, as source text of a language."""
        done = self.run("gen", "types", "--lang", language, "--schema", SCHEMA, url=url)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip("\n") + "\n"
