"""LiteLLM's proxy from its PyPI package, in a virtual environment of its own outside of the tree."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from app.local.postgres import free_port
from tests.benchmarks.processes import SERVER_CORE, listening, process
from tests.benchmarks.servers import Served

VERSION: Final = "1.106.2"
INSTALL_SECONDS: Final = 600
START_SECONDS: Final = 120

CONFIGURATION: Final = """\
model_list:
  - model_name: bench
    litellm_params: {{model: openai/bench, api_base: "{upstream}", api_key: none}}
"""


class Unavailable(Exception):
    """Why it is left out, in one line."""


def _directory() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "palaver-bench" / f"litellm-{VERSION}"


async def installed(*, install: bool) -> Path:
    """Its program, installed first if need be. Raises Unavailable."""
    program = _directory() / "bin" / "litellm"
    marker = _directory() / "complete"
    if marker.exists():
        return program
    if not install:
        raise Unavailable(
            f"LiteLLM {VERSION} is left out: it is not installed yet, and the quick form installs nothing."
        )
    print(f"Installing LiteLLM {VERSION} into {_directory()}; this is done once.", flush=True)
    try:
        await asyncio.to_thread(_install)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise Unavailable(f"LiteLLM {VERSION} is left out: {said.strip().splitlines()[-1]}") from None
    marker.touch()
    return program


def _install() -> None:
    _directory().parent.mkdir(parents=True, exist_ok=True)
    make = [sys.executable, "-m", "venv", "--clear", str(_directory())]
    packages = [str(_directory() / "bin" / "python"), "-m", "pip", "install", "--quiet", f"litellm[proxy]=={VERSION}"]
    for command in (make, packages):
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)


@asynccontextmanager
async def litellm(program: Path, upstream: str) -> AsyncIterator[Served]:
    """The proxy, with one process and one key. Raises Unavailable if it does not start."""
    # It wants a key, and one that cannot be guessed; it has no database, and so checks nothing else.
    key = f"sk-{secrets.token_hex(32)}"
    port = free_port()
    environment = {
        "LITELLM_MASTER_KEY": key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "PYTHONPATH": "",
    }
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        configuration = Path(directory) / "litellm.yaml"
        configuration.write_text(CONFIGURATION.format(upstream=upstream))
        command = [str(program), "--config", str(configuration), "--host", "127.0.0.1", "--port", str(port)]
        command += ["--telemetry", "False"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        async with process(command, SERVER_CORE, environment, cwd=directory, **quiet) as child:
            try:
                await listening(child, port, START_SECONDS)
            except (RuntimeError, TimeoutError) as error:
                raise Unavailable(f"LiteLLM {VERSION} is left out: {error or 'it does not start in time.'}") from None
            yield Served("LiteLLM", port, child.pid, "/v1/chat/completions", lambda _: f"Bearer {key}")
