"""Installs the locked npm packages of this directory, with whichever Node.js the local stack would use."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from app.local.node import find_node

HERE = Path(__file__).parent
STAMP = HERE / "node_modules" / ".palaver-installed"


async def _run(name: str, command: list[str | Path], environment: dict[str, str], directory: Path) -> int:
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=directory)
    return await process.wait()


def main() -> int:
    """Install, unless the lock file's packages are there; the exit status."""
    fingerprint = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == fingerprint:
        return 0
    environment = dict(os.environ)
    node = asyncio.run(find_node(_run, environment, HERE))
    done = subprocess.run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=HERE,
        env=node.environment(environment),
        check=False,
    )
    if done.returncode == 0:
        STAMP.write_text(fingerprint)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
