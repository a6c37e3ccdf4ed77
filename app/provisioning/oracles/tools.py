"""The real tools as programs: the files of an app in, the SQL that they would run out.

They execute the app's own code, as they do for its developer, with nothing of our settings in their environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import app.provisioning.extraction
from app.provisioning.extraction.result import ReaderName
from app.provisioning.extraction.typeorm.settings import release_of
from app.provisioning.source.files import SourceTree

SCRIPTS: Final = Path(app.provisioning.extraction.__file__).parent / "oracle"
TIMEOUT_SECONDS: Final = 120
TOOLS: Final[tuple[ReaderName, ...]] = ("prisma", "typeorm", "drizzle", "sequelize")
"""Those that make tables; Mongoose and components have no SQL of their own to compare with."""

_PROVIDER: Final = re.compile(r'(^\s*datasource\b[^}]*?\bprovider\s*=\s*)(?:"\w+"|env\(.*?\)|\[.*?\])', re.MULTILINE)


class OracleError(Exception):
    """The real tool cannot be asked, or rejects the app; the text says why."""


def sql_of(reader: ReaderName, tree: SourceTree, packages: Path) -> str:
    """What the tool would run on an empty database. `packages` has node_modules. Raises OracleError."""
    if reader not in TOOLS:
        raise OracleError(f"There is no tool that makes tables of what {reader} reads.")
    script = SCRIPTS / f"{reader}.mjs"
    node = shutil.which("node")
    if node is None or not (packages / "node_modules").is_dir() or not script.exists():
        raise OracleError(f"Node.js and the tools' packages are needed; `make oracles` installs them into {packages}.")
    arguments = [node, str(script), str(packages.absolute())]
    files = dict(tree.files)
    if reader == "prisma":
        files = {path: _PROVIDER.sub(r'\1"postgresql"', files[path]) for path in tree.paths(".prisma")}
    elif reader == "typeorm":
        arguments.append("typeorm1" if release_of(tree) else "typeorm")
    try:
        done = subprocess.run(
            arguments,
            input=json.dumps({"files": files}) + "\n",
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", "")},
        )
        answer = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise OracleError(f"{reader} gave no answer: {type(error).__name__}.") from error
    if "sql" not in answer:
        raise OracleError(f"{reader} rejects the app: {answer.get('error', 'without a reason')}")
    return str(answer["sql"])
