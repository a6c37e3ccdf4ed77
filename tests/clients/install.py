"""Installs the locked npm packages that the tests need, with whichever Node.js the local stack would use."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path

from app.local.errors import LocalStackError
from app.local.node import find_node, install_packages

HERE = Path(__file__).parent
LITE = HERE.parents[1] / ".palaver" / "node"
"""Where `make up` keeps Supabase Lite."""

STAMP = HERE / "node_modules" / ".palaver-installed"


async def install() -> int:
    """Install Supabase Lite and the clients, unless they are there; the exit status."""
    environment = dict(os.environ)
    node = await find_node(_run, environment, HERE)
    await install_packages(node, LITE, _run, environment)
    fingerprint = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == fingerprint:
        return 0
    # Not `npm ci`: it refuses a lock made where a registry lacked the CLI's builds for other platforms.
    command: list[str | Path] = [*node.npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    status = await _run("npm", command, node.environment(environment), HERE)
    if status == 0:
        STAMP.write_text(fingerprint)
    return status


async def _run(name: str, command: list[str | Path], environment: dict[str, str], directory: Path) -> int:
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=directory)
    return await process.wait()


def main() -> int:
    """Run `install`; what goes wrong is one sentence."""
    try:
        return asyncio.run(install())
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
