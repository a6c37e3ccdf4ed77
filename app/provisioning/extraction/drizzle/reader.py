"""Reads an app that uses Drizzle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.provisioning.extraction.drizzle.chains import Chains
from app.provisioning.extraction.drizzle.drafts import Drafts
from app.provisioning.extraction.drizzle.notes import Notes
from app.provisioning.extraction.drizzle.settings import read_settings
from app.provisioning.extraction.drizzle.tables import Tables
from app.provisioning.extraction.drizzle.things import Thing, thing
from app.provisioning.extraction.result import Extraction, Finding
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module
from app.provisioning.source.values import Found

_SIGN: Final = "drizzle-orm"
_MARKS: Final = re.compile(r"\b(?:pg|mysql|sqlite|singlestore)(?:Table|TableCreator|Schema|Enum)\b|Table\b|\.table\(")
TESTS: Final = re.compile(r"(^|/)(__tests__|__mocks__|tests?|e2e)/|\.(spec|test|e2e-spec|stories)\.[cm]?[jt]sx?$")
"""The paths of tests: tables there are none of the app's."""


def read(tree: SourceTree) -> Extraction | None:
    """The schema of an app that uses Drizzle; None of one that does not."""
    program = Program.of(tree)
    own = [path for path in program.paths() if not TESTS.search(path)]
    if not any(_SIGN in program.source(path) for path in own):
        return None
    notes, chains = Notes(), Chains(program)
    settings = read_settings(program, chains)
    marked = [path for path in own if _MARKS.search(program.source(path))]
    if settings.files is not None:
        marked = [path for path in program.paths() if path in settings.files]
    exports = _exports(program, chains, marked)
    if settings.files is not None and not any(made.kind == "table" for _, made, _ in exports):
        exports = _exports(program, chains, [path for path in own if _MARKS.search(program.source(path))])
    if not any(made.kind == "table" for _, made, _ in exports):
        return None
    drafts = Drafts(chains, notes, settings.casing)
    spaces: list[str] = []
    # Where an app speaks to several databases, PostgreSQL's own tables count: the last one of a name does.
    for name, made, at in sorted(exports, key=lambda each: each[1].dialect == "pg"):
        _take(drafts, notes, spaces, name, made, at)
    schema = Tables(drafts, notes).schema(spaces)
    paths = dict.fromkeys(draft.at.module.path for draft in drafts.tables)
    faults = tuple(
        Finding("error", path, fault.line, "drizzle.syntax", f"This is no valid syntax: {fault.near!r}.")
        for path in paths
        for fault in program.module(path).faults()
    )
    return Extraction("drizzle", schema, (*faults, *notes.findings), tuple(notes.rejected))


def _take(drafts: Drafts, notes: Notes, spaces: list[str], name: str, made: Thing, at: Found) -> None:
    match made.kind:
        case "table":
            drafts.table(made, at)
            if any(link.name == "enableRLS" and link.arguments is not None for link in made.rest):
                notes.warning(at, "policy", "Row security is left out: the database has one role of the app's own.")
        case "enum":
            drafts.enum(made.made)
        case "schema":
            space = drafts.chains.argument(made.made, 0)
            spaces += [space] if isinstance(space, str) and space else []
        case "sequence":
            notes.warning(at, "sequence", f"The sequence {name} is left out.")
        case "view":
            notes.reject(name, "It is a view.", at)


def _exports(program: Program, chains: Chains, paths: list[str]) -> list[tuple[str, Thing, Found]]:
    """What modules export that is Drizzle's, each once, where it is declared."""
    found: dict[int, tuple[str, Thing, Found]] = {}
    seen: set[str] = set()
    for path in paths:
        for name, at in _exported(program, program.module(path), seen):
            made = thing(chains.of(at))
            if made is not None and made.kind != "other" and id(made.made) not in found:
                found[id(made.made)] = (name, made, at)
    return list(found.values())


def _exported(program: Program, module: Module, seen: set[str]) -> Iterator[tuple[str, Found]]:
    """What a module exports, and those whose exports it gives on; without recursion, since chains may be long."""
    waiting = [module]
    while waiting:
        here = waiting.pop()
        if here.path in seen:
            continue
        seen.add(here.path)
        for name in here.exported:
            at = program.exported(here, name)
            if at is not None and at.node.type != "program":
                yield name, at
        targets = (program.resolve(here, star) for star in reversed(here.stars))
        waiting += [target for target in targets if target is not None]
