"""What the data source of an app says that its tables hang on, and the version of TypeORM."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.typeorm.naming import Naming, SnakeNaming
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text, unquoted, walk
from app.provisioning.source.values import Call, Found

_KEYS: Final = ("namingStrategy", "entityPrefix")
_POSTGRES: Final = frozenset({"postgres", "cockroachdb", "aurora-postgres"})


@dataclass(slots=True)
class Settings:
    """`release` is TypeORM's major version; `prefix` stands before each table's name."""

    naming: Naming = field(default_factory=Naming)
    prefix: str = ""
    schema: str | None = None
    release: int = 0


def read_settings(tree: SourceTree, program: Program, report: Report) -> Settings:
    """The settings of an app."""
    settings = Settings(release=release_of(tree))
    settings.naming = Naming(settings.release)
    for path in program.paths():
        source = program.source(path)
        if any(key in source for key in _KEYS) or ("schema" in source and "postgres" in source):
            _read_module(program, program.module(path), settings, report)
    return settings


def release_of(tree: SourceTree) -> int:
    """TypeORM's major version, as the package.json of the app has it: 0 or 1."""
    for path in tree.paths("package.json"):
        try:
            document = json.loads(tree.files[path])
        except (ValueError, RecursionError):
            continue
        for key in ("dependencies", "devDependencies", "peerDependencies"):
            packages = document.get(key) if isinstance(document, dict) else None
            wanted = packages.get("typeorm") if isinstance(packages, dict) else None
            if isinstance(wanted, str):
                first = wanted.lstrip("^~>=v ").partition(".")[0]
                return 1 if first.isdigit() and int(first) >= 1 else 0
    return 0


def _read_module(program: Program, module: Module, settings: Settings, report: Report) -> None:
    for node in walk(module.root):
        if node.type != "pair":
            continue
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        name = unquoted(key) or text(key)
        if value is None or name not in (*_KEYS, "schema"):
            continue
        known = program.value(Found(module, value))
        if name == "namingStrategy":
            _read_naming(program, module, known, settings, report)
        elif isinstance(known, str) and name == "entityPrefix":
            settings.prefix = settings.prefix or known
        elif isinstance(known, str) and known and known != "public" and _is_of_data_source(program, module, node):
            settings.schema = settings.schema or known


def _is_of_data_source(program: Program, module: Module, pair: Node) -> bool:
    """Whether an object has a `type` that is PostgreSQL."""
    options = None if pair.parent is None else program.value(Found(module, pair.parent))
    kind = options.get("type") if isinstance(options, dict) else None
    return isinstance(kind, str) and kind in _POSTGRES


def _read_naming(program: Program, module: Module, value: object, settings: Settings, report: Report) -> None:
    if not isinstance(value, Call) or not value.is_new:
        return
    origin = program.origin(value.at.module, value.callee.partition(".")[0])
    if origin is None and program.find(value.at.module, value.callee) is None:
        return
    if "snake" in value.callee.lower():
        settings.naming = SnakeNaming(settings.release)
        if origin is None or origin.source != "typeorm-naming-strategies":
            message = f"{value.callee} is taken for the usual strategy of snake_case names."
            report.warning(value.at, "naming", message)
    elif value.callee != "DefaultNamingStrategy":
        report.error(value.at, "naming", f"Only running the app would tell which names {value.callee} gives.")
