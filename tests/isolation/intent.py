"""Who may do what, as sql/access.txt declares it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

ACCESS: Final = Path(__file__).parents[2] / "sql" / "access.txt"
AUDIENCES: Final = ("anon", "nobody", "viewer", "member", "admin", "worker", "acting", "late", "definer", "service")
ROLES: Final = {
    "anon": ("anon",),
    "authenticated": ("nobody", "viewer", "member", "admin"),
    "palaver_worker": ("worker", "acting", "late"),
    "palaver_definer": ("definer",),
    "service_role": ("service",),
}
"""The role that each audience acts as."""


class Malformed(Exception):
    """The file of intents says something that cannot be meant."""


@dataclass(frozen=True)
class Scope:
    """Rows that an audience gets: a predicate over the object's columns and the asker, and how a person puts it."""

    name: str
    predicate: str
    words: str


ALL: Final = Scope("all", "true", "all")
NONE: Final = Scope("none", "false", "none")


@dataclass(frozen=True)
class Cell:
    """What an audience gets of a verb: rows that it reaches, what may become of them, and who refuses if not."""

    reach: Scope
    result: Scope
    guarded: bool = False


@dataclass(frozen=True)
class Line:
    """Verbs with the same columns, and what each audience gets; an audience without a cell has no grant."""

    verbs: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[str, Cell]

    def roles(self) -> Iterator[str]:
        """Roles to which this line is granted directly: what authenticated has, palaver_worker inherits."""
        for role, audiences in ROLES.items():
            if audiences[0] in self.cells and not (role == "palaver_worker" and "viewer" in self.cells):
                yield role


@dataclass
class Relation:
    """A table, view, materialized view or sequence."""

    name: str
    owner: str | None = None
    scopes: dict[str, Scope] = field(default_factory=lambda: {"all": ALL, "none": NONE})
    lines: list[Line] = field(default_factory=list)

    def granted(self, audience: str, verb: str) -> list[tuple[Line, Cell]]:
        """The lines by which an audience may use a verb."""
        return [(line, line.cells[audience]) for line in self.lines if verb in line.verbs and audience in line.cells]


@dataclass(frozen=True)
class Routine:
    """A function with the types of its arguments, or `usage on schema`; `owner` is set where it runs as that role."""

    name: str
    owner: str | None
    audiences: frozenset[str]

    def roles(self) -> Iterator[str]:
        """Roles to which the right to execute is granted directly."""
        for role, audiences in ROLES.items():
            if audiences[0] in self.audiences and not (role == "palaver_worker" and "viewer" in self.audiences):
                yield role


@dataclass
class Intent:
    """The whole file."""

    relations: dict[str, Relation] = field(default_factory=dict)
    functions: dict[str, Routine] = field(default_factory=dict)
    schemas: list[Routine] = field(default_factory=list)

    def grants(self) -> set[tuple[str, str, str, str]]:
        """Every grant as (object, role, privilege, column); the column is '' for the whole object."""
        found = set()
        for relation in self.relations.values():
            for line in relation.lines:
                for role in line.roles():
                    for verb in line.verbs:
                        found |= {(relation.name, role, verb, column) for column in line.columns or ("",)}
        for function in self.functions.values():
            found |= {(function.name, role, "execute", "") for role in function.roles()}
        for schema in self.schemas:
            privilege, _, name = schema.name.partition(" on ")
            found |= {(f"schema {name}", role, privilege, "") for role in schema.roles()}
        return found


@cache
def intent() -> Intent:
    """The file, parsed. Raises Malformed."""
    return parse(ACCESS.read_text())


def parse(text: str) -> Intent:
    """What a text in the form of sql/access.txt declares. Raises Malformed."""
    declared = Intent()
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("where "):
                _add_scope(declared.relations[section], line)
            elif not line.startswith(" "):
                section, _, owner = line.strip().partition(" of ")
                if section not in ("functions", "schemas"):
                    _once(declared.relations, section, Relation(section, owner or None))
            elif section in ("functions", "schemas"):
                _add_routine(declared, section, line)
            else:
                relation = declared.relations[section]
                relation.lines.append(_line(relation, line))
        except (KeyError, ValueError, TypeError) as error:
            raise Malformed(f"{ACCESS.name}:{number}: {error}") from error
    return declared


def parts(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of a pattern that a whole text must match. Raises ValueError."""
    found = re.fullmatch(pattern, text)
    if found is None:
        raise ValueError(f"this does not read {pattern}: {text}")
    return found.groups()


def _once(into: dict[str, Any], name: str, value: object) -> None:
    if name in into:
        raise ValueError(f"{name} is declared twice")
    into[name] = value


def _add_scope(relation: Relation, line: str) -> None:
    name, predicate, words = parts(r"where (\w+): (.+) -- (.+)", line)
    _once(relation.scopes, name, Scope(name, predicate, words))


def _cells(line: str) -> tuple[dict[str, str], str]:
    *cells, rest = line.split(maxsplit=len(AUDIENCES))
    said = dict(zip(AUDIENCES, cells, strict=True))
    for role, audiences in ROLES.items():
        if len({said[audience] == "-" for audience in audiences}) != 1:
            raise ValueError(f"a grant is for all of {role}: {', '.join(audiences)}")
    if said["viewer"] != "-" and said["worker"] == "-":
        raise ValueError("palaver_worker inherits what authenticated has")
    return {audience: cell for audience, cell in said.items() if cell != "-"}, rest.strip()


def _line(relation: Relation, line: str) -> Line:
    cells, rest = _cells(line)
    columns: tuple[str, ...] = ()
    if found := re.fullmatch(r"(\w+) \((.+)\)", rest):
        rest, columns = found[1], tuple(found[2].split(", "))
    verbs = tuple(rest.split(", "))
    if unknown := set(verbs) - {"select", "insert", "update", "delete", "usage"}:
        raise ValueError(f"unknown verb {', '.join(sorted(unknown))}")

    def cell(said: str) -> Cell:
        reach, how, result = parts(r"(\w+)(?:([>!])(\w+))?", said)
        return Cell(relation.scopes[reach], relation.scopes[result or reach], how == "!")

    return Line(verbs, columns, {audience: cell(said) for audience, said in cells.items()})


def _add_routine(declared: Intent, section: str, line: str) -> None:
    cells, rest = _cells(line)
    name, _, owner = rest.partition(" of ")
    if set(cells.values()) - {"x"}:
        raise ValueError("only x or - can be said of a function or schema")
    routine = Routine(name, owner or None, frozenset(cells))
    if section == "schemas":
        declared.schemas.append(routine)
    else:
        _once(declared.functions, name, routine)
