"""What the configuration of drizzle-kit says: which files hold the tables, and how columns without names are named."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.provisioning.extraction.drizzle.chains import Chains
from app.provisioning.extraction.drizzle.drafts import Casing
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import CODE_SUFFIXES, walk
from app.provisioning.source.values import Call, Found, Value

_CONFIG: Final = re.compile(r"(^|/)drizzle[\w.-]*\.config\.[cm]?[jt]s$|(^|/)drizzle\.config\.[\w.-]*[cm]?[jt]s$")
_CASING: Final = re.compile(r"\bcasing\b")


@dataclass(frozen=True, slots=True)
class Settings:
    """`files` are those that drizzle-kit reads; None where no configuration says."""

    files: frozenset[str] | None = None
    casing: Casing = None


def read_settings(program: Program, chains: Chains) -> Settings:
    """The settings of an app; of several configurations, those that name files count together."""
    files: set[str] = set()
    casing: Casing = None
    for path in program.paths():
        if _CONFIG.search(path):
            options = _options(program, path)
            casing = casing or _casing(options.get("casing"))
            files |= _matching(program, path, options.get("schema"))
    return Settings(frozenset(files) or None, casing or _casing_of_client(program, chains))


def _options(program: Program, path: str) -> dict[str, Value]:
    module = program.module(path)
    found = program.exported(module, "default")
    value = None if found is None else program.value(found)
    if isinstance(value, Call) and value.arguments:
        value = program.argument(value, 0)
    return value if isinstance(value, dict) else {}


def _matching(program: Program, config: str, schema: Value) -> set[str]:
    patterns = schema if isinstance(schema, list) else [schema]
    directory = posixpath.dirname(config)
    matched: set[str] = set()
    for pattern in patterns:
        if not isinstance(pattern, str):
            continue
        for base in dict.fromkeys((directory, "")):
            wanted = posixpath.normpath(posixpath.join(base, pattern))
            found = {path for path in program.paths() if _matches(path, wanted)}
            matched |= found
            if found:
                break
    return matched


def _matches(path: str, pattern: str) -> bool:
    if "*" not in pattern and "{" not in pattern:
        # A directory stands for the files right in it.
        return path == pattern or posixpath.dirname(path) == pattern or path in (f"{pattern}{s}" for s in CODE_SUFFIXES)
    return any(re.fullmatch(_expression(each), path) is not None for each in _alternatives(pattern))


def _alternatives(pattern: str) -> Iterator[str]:
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        yield pattern
        return
    for each in found[1].split(",")[:20]:
        yield from _alternatives(pattern[: found.start()] + each + pattern[found.end() :])


def _expression(pattern: str) -> str:
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(piece) or re.escape(piece) for piece in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))


def _casing(value: Value) -> Casing:
    return value if value in ("snake_case", "camelCase") else None


def _casing_of_client(program: Program, chains: Chains) -> Casing:
    """What `drizzle(client, { casing: "snake_case" })` says."""
    for path in program.paths():
        source = program.source(path)
        if not _CASING.search(source) or "drizzle" not in source:
            continue
        module = program.module(path)
        for node in walk(module.root):
            key = node.child_by_field_name("key") if node.type == "pair" else None
            value = node.child_by_field_name("value")
            if key is not None and key.text == b"casing" and value is not None:
                found = _casing(chains.of(Found(module, value)))
                if found is not None:
                    return found
    return None
