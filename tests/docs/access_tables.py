"""Writes the schema guide's tables of who may do what from sql/access.txt: `python -m tests.docs.access_tables`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import Final

from tests.isolation.intent import ALL, NONE, Cell, Line, Relation, intent

PROJECT: Final = Path(__file__).parents[2]
GUIDE: Final = PROJECT / "sql" / "schema_guide.md"
TYPES: Final = PROJECT / "supabase" / "types" / "database.ts"
PEOPLE: Final = {"nobody": "nobody", "viewer": "viewer", "member": "member", "admin": "tenant admin"}
"""Audiences that are signed in, and their columns."""

OTHERS: Final = {
    "palaver_worker": ("`palaver_worker` adds", "acting"),
    "service_role": ("`service_role`", "service"),
    "palaver_definer": ("`palaver_definer`", "definer"),
}
"""The other roles, their columns, and the audience that says what they get."""

CALLERS: Final = {
    "authenticated": "viewer",
    "palaver_worker": "worker",
    "service_role": "service",
    "palaver_definer": "definer",
}
"""Roles that call functions, and an audience that acts as each."""


def written(text: str) -> str:
    """The guide with the tables of today."""
    for name, table in (("signed-in people", people()), ("other roles", others()), ("functions", functions(text))):
        begin = re.search(rf"<!-- {name}: .*\n", text)
        assert begin, f"{GUIDE.name} has no place for {name}"
        end = text.index(f"<!-- end of {name} -->")
        text = f"{text[: begin.end()]}\n{table}\n{text[end:]}"
    return text


def people() -> str:
    """What signed-in people may do, and the notes that its cells refer to."""
    rows, notes = [], list[str]()
    for relation in intent().relations.values():
        for line in relation.lines:
            if "viewer" in line.cells:
                cells = [_cell(line.cells[audience], notes) for audience in PEOPLE]
                rows.append([f"`{_name(relation)}`", ", ".join(line.verbs), _columns(relation, line), *cells])
    listed = "".join(f"- {_letter(notes, note)} {note[0].upper()}{note[1:]}.\n" for note in notes)
    return _table(["object", "verb", "columns", *PEOPLE.values()], rows) + "\n" + listed


def others() -> str:
    """What other roles hold besides; objects on which they hold nothing are left out."""
    rows = []
    for relation in intent().relations.values():
        cells = ["; ".join(_held(relation, role, audience)) for role, (_, audience) in OTHERS.items()]
        if any(cells):
            rows.append([f"`{_name(relation)}`", *(cell or "–" for cell in cells)])
    return _table(["object", *(title for title, _ in OTHERS.values())], rows)


def functions(text: str) -> str:
    """The guide's table of functions, its words and order as they are, with who may call each as it is meant."""
    words = dict(re.findall(r"^\| `([^`]+)` \| ([^|]*) \|", text, re.MULTILINE))
    declared = intent().functions
    rows = []
    for name in [*(name for name in words if name in declared), *(name for name in declared if name not in words)]:
        may = ["x" if audience in declared[name].audiences else "–" for audience in CALLERS.values()]
        rows.append([f"`{name}`", words.get(name, ""), *may, declared[name].owner or "caller"])
    return _table(["function", "what it does", *CALLERS, "runs as"], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["".join(f" {cell} |".replace("  ", " ") for cell in row) for row in (head, *rows)]
    return "".join(f"|{line}\n" for line in lines).replace("\n", f"\n|{'---|' * len(head)}\n", 1)


def _name(relation: Relation) -> str:
    return relation.name.removeprefix("public.")


def _letter(notes: list[str], note: str) -> str:
    return f"({ascii_lowercase[notes.index(note)]})"


def _cell(cell: Cell, notes: list[str]) -> str:
    """Whom a person reaches; what the words say after their first comma goes into a note."""
    if cell.reach == NONE:
        return "–"
    words, _, note = cell.result.words.partition(", ")
    reached = cell.reach.words.partition(", ")[0]
    if note:
        notes += [note] if note not in notes else []
        words += f" {_letter(notes, note)}"
    if cell.guarded:
        return "`PA403`" if cell.result == NONE else f"{words}, else `PA403`"
    return words if words.startswith(reached) else f"{reached} → {words}"


def _held(relation: Relation, role: str, audience: str) -> Iterator[str]:
    """What is granted to one of the other roles itself."""
    if relation.owner == role:
        yield "owner"
    held: dict[tuple[tuple[str, ...], bool, str], dict[str, None]] = {}
    for line in relation.lines:
        if role in line.roles():
            cell = line.cells[audience]
            become = f" → {cell.result.words}" if cell.result != cell.reach else ""
            whose = f": {cell.reach.words}{become}" if cell.reach != ALL else ""
            held.setdefault((line.verbs, bool(line.columns), whose), {}).update(dict.fromkeys(line.columns or ()))
    for (verbs, by_column, whose), columns in held.items():
        yield ", ".join(verbs) + (f" ({', '.join(columns)})" if by_column else "") + whose


def _columns(relation: Relation, line: Line) -> str:
    if line.verbs == ("delete",):
        return ""
    row = re.search(rf'"{_name(relation)}": {{\s+Row: {{\s+(.*)\n', TYPES.read_text("utf-8"))
    every = re.findall(r'"(\w+)":', row[1]) if row else []
    return ", ".join(line.columns) if line.columns and set(line.columns) != set(every) else "all"


if __name__ == "__main__":
    GUIDE.write_text(written(GUIDE.read_text("utf-8")), "utf-8")
