"""Prints the path of a psql: the system's, else the embedded PostgreSQL's."""

from __future__ import annotations

import shutil

from app.local.postgres import DEFAULT_VERSION, binaries


def psql() -> str:
    """The path of a psql on this machine. Raises LocalStackError if there is none."""
    return shutil.which("psql") or str(binaries(DEFAULT_VERSION) / "psql")


if __name__ == "__main__":
    print(psql())
