"""TypeORM itself, asked what it would create."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import app.provisioning.extraction

DIRECTORY: Final = Path(app.provisioning.extraction.__file__).parent / "oracle"
PACKAGES: Final = {0: "typeorm", 1: "typeorm1"}
"""The package of each major version."""


_ERROR: Final = re.compile(r"\w*Error\b.*: ")


class OracleError(Exception):
    """TypeORM rejects the entities, or cannot load them; the text is its own."""


def sql(files: Mapping[str, str], release: int = 0, packages: Path = DIRECTORY) -> tuple[str, str]:
    """What TypeORM would create on an empty database, and what it could not load. Raises OracleError.

    It runs the code of the entities. `packages` is the directory with node_modules.
    """
    done = subprocess.run(
        ["node", str(DIRECTORY / "typeorm.mjs"), str(packages.absolute()), PACKAGES[release]],
        input=json.dumps({"files": files}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode or not done.stdout:
        raise OracleError(next((line for line in done.stderr.splitlines() if _ERROR.match(line)), done.stderr))
    return cast("dict[str, str]", json.loads(done.stdout))["sql"], done.stderr
