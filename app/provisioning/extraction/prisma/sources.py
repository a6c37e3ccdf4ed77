"""Which of an app's `.prisma` files make up its schema."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Final

from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.tree import Block, Text
from app.provisioning.source.files import SourceTree

_USUAL: Final = ("prisma/schema.prisma", "schema.prisma", "prisma/schema")
"""Where Prisma looks by itself."""

_CONFIGURED: Final = re.compile(
    r"""\bschema\s*:\s*(?:(?:path\s*\.\s*)?(?:join|resolve)\(\s*((?:["'][^"'\n]*["']\s*,?\s*)+)\)|["']([^"'\n]+)["'])"""
)


def chosen(tree: SourceTree, files: Mapping[str, list[Block]], notes: Notes) -> list[str]:
    """The files of one schema, of all those that were parsed.

    A file with a datasource, and all files below its directory that have none, are one schema. Of several the one that
    the app names counts (package.json, prisma.config.ts), else the one where Prisma looks by itself, else one for
    PostgreSQL, else the one with the most models.
    """
    schemas = schemas_of(files)
    configured = frozenset(_configured(tree))

    def rank(root: str) -> tuple[bool, int, bool, int, str]:
        members = [block for path in schemas[root] for block in files[path]]
        usual = [at for at, path in enumerate(_USUAL) if root == path or root.startswith(f"{path}/")]
        return (
            configured.isdisjoint((root, *_directories(root))),
            usual[0] if usual else len(_USUAL),
            _provider(members) not in ("postgresql", "postgres"),
            -sum(block.kind == "model" for block in members),
            root,
        )

    first, *others = sorted(schemas, key=rank)
    for root in others:
        if any(block.kind == "model" for path in schemas[root] for block in files[path]):
            notes.warning(root, 0, "several-schemas", f"This is another schema than that of {first}, and was not read.")
    return schemas[first]


def schemas_of(files: Mapping[str, list[Block]]) -> dict[str, list[str]]:
    """The files of each schema by its main file."""
    roots = [path for path, blocks in files.items() if any(block.kind == "datasource" for block in blocks)]
    schemas: dict[str, list[str]] = {root: [root] for root in roots}
    beside = {posixpath.dirname(root): root for root in reversed(roots)}
    # schema/config/base.prisma with schema/user.prisma: the file with the datasource may lie deeper.
    above = {posixpath.dirname(posixpath.dirname(root)): place for place, root in reversed([*enumerate(roots)])}
    alone: dict[str, str] = {}
    for path in files:
        if path in schemas:
            continue
        directories = _directories(path)
        root = next((beside[each] for each in directories if each in beside), None)
        if root is None:
            deeper = min((above[each] for each in directories if each and each in above), default=None)
            # Without any datasource, the files of a directory belong together.
            root = alone.setdefault(directories[0], path) if deeper is None else roots[deeper]
        schemas.setdefault(root, []).append(path)
    return schemas


def _directories(path: str) -> list[str]:
    """Those that a file lies in, the nearest first, the app's own (empty) last."""
    found = []
    while path:
        path = posixpath.dirname(path)
        found.append(path)
    return found


def _provider(blocks: list[Block]) -> str | None:
    values = (block.setting("provider") for block in blocks if block.kind == "datasource")
    return next((value.value for value in values if isinstance(value, Text)), None)


def _configured(tree: SourceTree) -> list[str]:
    """The paths, of a file or a directory, that the app itself names."""
    found = []
    for path, text in tree.files.items():
        directory, name = posixpath.split(path)
        written = None
        if name == "package.json":
            written = _from_package(text)
        elif name.startswith("prisma.config.") and (match := _CONFIGURED.search(text)):
            joined, plain = match.groups()
            written = plain or posixpath.join(*re.findall(r"""["']([^"'\n]*)["']""", joined))
        if written:
            found.append(posixpath.normpath(posixpath.join(directory, written)))
    return found


def _from_package(text: str) -> str | None:
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):
        return None
    prisma = package.get("prisma") if isinstance(package, dict) else None
    schema = prisma.get("schema") if isinstance(prisma, dict) else None
    return schema if isinstance(schema, str) else None
