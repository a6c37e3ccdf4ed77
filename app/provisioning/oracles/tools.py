"""The real tools as programs: the files of an app in, the SQL that they would run out.

They execute the app's own code, as they do for its developer, with nothing of our settings in their environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import app.provisioning.extraction
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.parser import parse
from app.provisioning.extraction.prisma.sources import chosen
from app.provisioning.extraction.result import ReaderName
from app.provisioning.extraction.typeorm.columns import OF_OTHERS
from app.provisioning.extraction.typeorm.reader import TESTS
from app.provisioning.extraction.typeorm.settings import release_of
from app.provisioning.oracles.chosen import without_extensions, without_their_types
from app.provisioning.source.files import SourceTree

SCRIPTS: Final = Path(app.provisioning.extraction.__file__).parent / "oracle"
TIMEOUT_SECONDS: Final = 120
TOOLS: Final[tuple[ReaderName, ...]] = ("prisma", "typeorm", "drizzle", "sequelize")
"""Those that make tables; Mongoose and components have no SQL of their own to compare with."""

_PROVIDER: Final = re.compile(r'(^\s*datasource\b[^}]*?\bprovider\s*=\s*)(?:"\w+"|env\(.*?\)|\[.*?\])', re.MULTILINE)
_FEATURES: Final = re.compile(r"^\s*previewFeatures\s*=.*$", re.MULTILINE)
_NATIVE: Final = re.compile(r"@db\.\w+(?:\([^)]*\))?|@@fulltext.*")
_UNSUPPORTED: Final = re.compile(r'Data type "(.+?)" in')
_ERROR: Final = re.compile(r"\w*Error\b.*: ")


class OracleError(Exception):
    """The real tool cannot be asked, or rejects the app; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The SQL that a tool would run on an empty database, and the lines about files that it could not load."""

    sql: str
    unloaded: tuple[str, ...] = ()


def ask(reader: ReaderName, tree: SourceTree, packages: Path, release: int | None = None) -> Answer:
    """What the tool makes of an app. `packages` has node_modules; `release` is TypeORM's. Raises OracleError."""
    if reader not in TOOLS:
        raise OracleError(f"There is no tool that makes tables of what {reader} reads.")
    if reader == "prisma":
        return _prisma(tree, packages)
    if reader == "typeorm":
        return _typeorm(tree, packages, release_of(tree) if release is None else release)
    return _run(reader, tree.files, packages)


def _prisma(tree: SourceTree, packages: Path) -> Answer:
    parsed = {path: parse(path, tree.files[path], Notes()) for path in tree.paths(".prisma")}
    files = {path: for_postgresql(tree.files[path]) for path in chosen(tree, parsed, Notes())}
    try:
        answer = _run("prisma", files, packages)
    except OracleError as error:
        # The types of another database's columns are not PostgreSQL's.
        bare = {path: _NATIVE.sub("", text) for path, text in files.items()}
        if "upported" not in str(error) or bare == files:
            raise
        answer = _run("prisma", bare, packages)
    return Answer(without_extensions(answer.sql), answer.unloaded)


def for_postgresql(text: str) -> str:
    """A schema as its author would turn it to PostgreSQL; of the preview features, those of older releases are gone."""
    features = _FEATURES.sub('previewFeatures = ["partialIndexes", "postgresqlExtensions", "views"]', text)
    return _PROVIDER.sub(r'\1"postgresql"', features)


def _typeorm(tree: SourceTree, packages: Path, release: int) -> Answer:
    files = {path: text for path, text in tree.files.items() if not TESTS.search(path)}
    package = "typeorm1" if release else "typeorm"
    for _ in OF_OTHERS:
        try:
            answer = _run("typeorm", files, packages, package)
        except OracleError as error:
            # A type of another database becomes the one that the reader takes for it.
            found = _UNSUPPORTED.search(str(error))
            if found is None or found[1] not in OF_OTHERS:
                raise
            written = re.compile(rf"(?<=['\"]){re.escape(found[1])}(?=['\"])")
            files = {path: written.sub(OF_OTHERS[found[1]], text) for path, text in files.items()}
        else:
            return Answer(without_their_types(answer.sql), answer.unloaded)
    raise OracleError("typeorm rejects the types of the app's columns.")


def _run(reader: ReaderName, files: Mapping[str, str], packages: Path, *arguments: str) -> Answer:
    script = SCRIPTS / f"{reader}.mjs"
    node = shutil.which("node")
    if node is None:
        raise OracleError("Node.js is needed, which is not found in PATH.")
    if not (packages / "node_modules").is_dir():
        raise OracleError(
            f"There is no node_modules in {packages}. `make oracles` installs the tools, "
            f"or `npm ci --legacy-peer-deps --ignore-scripts` in {SCRIPTS}."
        )
    try:
        done = subprocess.run(
            [node, str(script), str(packages.absolute()), *arguments],
            input=json.dumps({"files": dict(files)}) + "\n",
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", "")},
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeError) as error:
        raise OracleError(f"{reader} gave no answer: {type(error).__name__}.") from error
    said = [line for line in done.stderr.splitlines() if line.strip()]
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        why = next((line for line in said if _ERROR.match(line)), said[-1] if said else "without a reason")
        raise OracleError(f"{reader} rejects the app: {why[:500]}") from error
    if not isinstance(answer, dict) or "sql" not in answer:
        reason = answer.get("error") if isinstance(answer, dict) else None
        raise OracleError(f"{reader} rejects the app: {reason or 'without a reason'}")
    return Answer(str(answer["sql"]), tuple(line for line in said if ": " in line))
