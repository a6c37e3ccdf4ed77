"""The versions of PostgreSQL that tests run on: the wheel's, or only the one whose programs are in a named directory.

`PALAVER_TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin make test ARGS=tests/sql/test_migrations.py`, for instance.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from app.local.postgres import VERSIONS as EMBEDDED
from app.local.postgres import Postgres, binaries

VARIABLE: Final = "PALAVER_TEST_POSTGRES_BIN"


def _programs() -> dict[int, Path]:
    directory = os.environ.get(VARIABLE)
    if not directory:
        return {version: binaries(version) for version in sorted(EMBEDDED)}
    said = subprocess.run(
        [Path(directory) / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    assert found is not None, f"{directory} has no PostgreSQL: {said}"
    return {int(found[1]): Path(directory)}


PROGRAMS: Final = _programs()
SERVERS: Final = tuple(PROGRAMS)
OLDEST: Final = SERVERS[0]
NEWEST: Final = SERVERS[-1]


def throwaway(directory: Path, password: str, version: int = NEWEST) -> Postgres:
    """A server that keeps nothing; a context manager."""
    return Postgres(
        directory / "data",
        password=password,
        version=version,
        programs=PROGRAMS[version],
        durable=False,
        report=lambda _: None,
    )
