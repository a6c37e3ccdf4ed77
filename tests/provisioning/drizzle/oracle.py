"""drizzle-kit itself, asked what it would create."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import app.provisioning.extraction

DIRECTORY: Final = Path(app.provisioning.extraction.__file__).parent / "oracle"


class OracleError(RuntimeError):
    """drizzle-kit rejects the tables, or cannot load them; the text is its own."""


def sql(files: Mapping[str, str], packages: Path = DIRECTORY) -> tuple[str, str]:
    """What drizzle-kit would create on an empty database, and what it could not load. Raises OracleError.

    It runs the code of the tables. `packages` is the directory with node_modules.
    """
    done = subprocess.run(
        ["node", str(DIRECTORY / "drizzle.mjs"), str(packages.absolute())],
        input=json.dumps({"files": dict(files)}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode or not done.stdout:
        raise OracleError(next((line for line in done.stderr.splitlines() if "Error" in line), done.stderr))
    return cast("dict[str, str]", json.loads(done.stdout))["sql"], done.stderr
