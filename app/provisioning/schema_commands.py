"""The command `schema extract`: what it takes, what it prints, what it exits with."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.provisioning.extraction.app import extract
from app.provisioning.extraction.report import document, explanation, summary, told
from app.provisioning.extraction.result import Extraction
from app.provisioning.oracles.beside import compared, shown, unexplained
from app.provisioning.oracles.tools import SCRIPTS
from app.provisioning.schema.script import script
from app.provisioning.source.files import SourceTree
from app.settings import Settings

READ: Final = 0
FAULTS: Final = 1
DIFFERENT: Final = 1

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: Add) -> None:
    """Tell the command line of it."""
    schema = command("schema", _extract, "Work out the database of an app from its files; nothing of it is executed.")
    actions = schema.add_subparsers(dest="action", required=True, metavar="action")
    text = (
        "Read Prisma, TypeORM, Drizzle, Sequelize or Mongoose models, or else what components show. "
        "Exits with 1 where some file could not be read, or where there is no table."
    )
    extract_ = actions.add_parser("extract", help="read an app's files and print the schema", description=text)
    extract_.set_defaults(run=_extract)
    extract_.add_argument("path", type=Path, help="the app's directory, or a zip archive of it")
    form = extract_.add_mutually_exclusive_group()
    form.add_argument("--sql", action="store_true", help="print the DDL, which applies in one transaction")
    form.add_argument("--json", action="store_true", help="print all that is known as JSON")
    form.add_argument("--explain", action="store_true", help="say of each column where it comes from")
    form.add_argument(
        "--oracle",
        nargs="?",
        type=Path,
        const=SCRIPTS,
        metavar="DIRECTORY",
        help="ask the app's own tool, which runs the app's code, and print what differs (PROVISIONER_DATABASE_URL); "
        "DIRECTORY has the tools in node_modules, by default where `make oracles` puts them",
    )


def _extract(given: argparse.Namespace) -> int:
    tree = SourceTree.of_path(given.path)
    extraction = extract(tree)
    for finding in extraction.findings:
        print(told(finding), file=sys.stderr)
    for left_out in tree.left_out:
        print(f"{left_out.path}: left out: {left_out.reason}", file=sys.stderr)
    if given.json:
        print(json.dumps(document(extraction, tree.left_out), indent=2, ensure_ascii=False))
    elif given.sql:
        if not extraction.errors_of_schema:
            print(script(extraction.schema), end="")
    elif given.oracle is not None:
        return _beside_oracle(extraction, tree, given.oracle)
    else:
        print(*(explanation if given.explain else summary)(extraction), sep="\n")
    return FAULTS if extraction.errors or not extraction.schema.tables else READ


def _beside_oracle(extraction: Extraction, tree: SourceTree, packages: Path) -> int:
    url = Settings.load(require=(("PROVISIONER_DATABASE_URL",),)).provisioner_database_url
    fidelity, answer = asyncio.run(compared(extraction, tree, packages, url.get_secret_value() if url else ""))
    print(*shown(fidelity, answer), sep="\n")
    return DIFFERENT if unexplained(fidelity) else READ
