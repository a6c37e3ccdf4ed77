"""Runs a script of this directory with the Node.js that the local stack would use."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from app.local.node import installed_node
from tests.clients.install import HERE

SECONDS = 60
"""How long a script may take before it is ended."""


async def run_script(name: str, settings: Mapping[str, str], *arguments: str) -> str:
    """What the script prints; it has `settings` in its environment and must end well."""
    node = installed_node()
    assert node is not None
    process = await asyncio.create_subprocess_exec(
        node.program,
        name,
        *arguments,
        cwd=HERE,
        env={"PATH": os.environ["PATH"], **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    return out.decode()
