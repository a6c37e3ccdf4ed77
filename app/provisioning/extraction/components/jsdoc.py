"""Types that plain JavaScript declares in comments (JSDoc), as TypeScript on the same lines."""

from __future__ import annotations

import re
from typing import Final

_TYPEDEF: Final = re.compile(r"@typedef\s+\{")
_PROPERTY: Final = re.compile(r"@prop(?:erty)?\s+\{")
_NAME: Final = re.compile(r"\s*(\[?)\s*([A-Za-z_$][\w$]*)(?=[\s=\]\n*]|$)")


def declared(source: str) -> str:
    """The `@typedef`s of a file as interfaces and aliases, each on the lines of its comment; empty where none is."""
    if "@typedef" not in source:
        return ""
    lines: dict[int, str] = {}
    row, position = 0, 0
    while (start := source.find("/**", position)) >= 0 and (end := source.find("*/", start)) >= 0:
        row += source.count("\n", position, start)
        _note(source[start:end], row, lines)
        row += source.count("\n", start, end)
        position = end
    return "\n".join(lines.get(at, "") for at in range(max(lines) + 1)) if lines else ""


def _note(comment: str, start: int, lines: dict[int, str]) -> None:
    begun = _TYPEDEF.search(comment)
    if begun is None:
        return
    type_, end = _braced(comment, begun.end())
    named = _NAME.match(comment, end)
    if named is None:
        return
    at = start + comment.count("\n", 0, begun.start())
    if type_.strip().lower() != "object":
        lines[at] = f"export type {named[2]} = {_typescript(type_)};"
        return
    properties: list[tuple[int, str]] = []
    for found in _PROPERTY.finditer(comment, end):
        of, after = _braced(comment, found.end())
        name = _NAME.match(comment, after)
        if name is not None:
            optional = "?" if name[1] or of.strip().endswith("=") else ""
            row = start + comment.count("\n", 0, found.start())
            properties.append((row, f"{name[2]}{optional}: {_typescript(of)};"))
    lines[at] = f"export interface {named[2]} {{"
    for row, written in properties:
        lines[row] = f"{lines.get(row, '')} {written}"
    last = properties[-1][0] if properties else at
    lines[last] = f"{lines[last]} }}"


def _braced(comment: str, start: int) -> tuple[str, int]:
    """What stands between the brace before `start` and the one that closes it, and where that ends."""
    depth = 1
    for at in range(start, len(comment)):
        depth += {"{": 1, "}": -1}.get(comment[at], 0)
        if depth == 0:
            return re.sub(r"\s*\n\s*\*?\s*", " ", comment[start:at]), at + 1
    return "unknown", len(comment)


def _typescript(written: str) -> str:
    """A type of JSDoc as TypeScript writes it."""
    plain = re.sub(r"import\([^()]*\)\.", "", written.strip().removesuffix("=").removeprefix("!"))
    plain = re.sub(r"\b(Object|Array)\.<", lambda found: "Record<" if found[1] == "Object" else "Array<", plain)
    plain = re.sub(r"(?<![\w\]>)])\*(?!/)", "any", plain)
    return f"{plain[1:]} | null" if plain.startswith("?") else plain
