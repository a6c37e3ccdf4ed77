r"""Regular expressions of JavaScript for PostgreSQL, where both are sure to mean the same.

Where PostgreSQL would take a few more texts than JavaScript (Unicode letters for `\w`), that is let pass; an
expression that might refuse what JavaScript takes is not translated.
"""

from __future__ import annotations

import re
from typing import Final

_MOST_REPEATS: Final = 255
"""PostgreSQL takes no more (RE_DUP_MAX)."""

_SYNTAX: Final = frozenset("^$|()*+?.")
_ESCAPED: Final = frozenset("^$\\.*+?()[]{}|/-")
_LETTERS: Final = {"d": "\\d", "w": "\\w", "S": "\\S", "t": "\\t", "n": "\\n", "r": "\\r"}
_SPACE: Final = r"\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What JavaScript's `\\s` has besides ASCII."""


def translated(pattern: str, flags: str) -> tuple[str, bool] | None:
    """The expression for PostgreSQL and whether it ignores case; None where that is not sure."""
    if set(flags) - set("giu") or len(pattern) > 1000 or not pattern.isprintable():
        return None
    pieces: list[str] = []
    position = 0
    depth = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            piece, position = _escape(pattern, position), position + 2
        elif character == "[":
            piece, position = _class(pattern, position)
        elif character == "{":
            bound = re.compile(r"\{(\d+)(?:(,)(\d*))?\}").match(pattern, position)
            if bound is None or max(int(each) for each in bound.group(1, 3) if each) > _MOST_REPEATS:
                return None
            piece, position = bound.group(), bound.end()
        elif character == "(":
            if pattern.startswith("(?", position) and not pattern.startswith(("(?:", "(?="), position):
                return None
            piece = pattern[position : position + 3] if pattern.startswith("(?", position) else "("
            position += len(piece)
            depth += 1
        elif character in "}]":
            return None
        else:
            piece, position = character, position + 1
            depth -= character == ")"
        if piece is None or depth < 0:
            return None
        pieces.append(piece)
    written = "".join(pieces)
    if depth or written.startswith(("***", "*", "+", "?")):
        return None
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError):
        return None
    return written, "i" in flags


def _escape(pattern: str, position: int) -> str | None:
    following = pattern[position + 1 : position + 2]
    if following in _ESCAPED and following:
        return f"\\{following}" if following != "/" else "/"
    return f"[{_SPACE}]" if following == "s" else _LETTERS.get(following)


def _class(pattern: str, position: int) -> tuple[str | None, int]:
    """A class in brackets, each of its characters escaped where that is needed."""
    nothing = (None, len(pattern))
    position += 1
    pieces = ["["]
    negated = pattern.startswith("^", position)
    if negated:
        pieces.append("^")
        position += 1
    items: list[tuple[str, bool]] = []
    while position < len(pattern) and pattern[position] != "]":
        character = pattern[position]
        if character == "\\":
            following = pattern[position + 1 : position + 2]
            if following in ("d", "w", "s"):
                if negated and following in ("d", "w"):
                    return nothing
                items.append((_SPACE if following == "s" else f"\\{following}", True))
            elif following in ("t", "n", "r"):
                items.append((f"\\{following}", False))
            elif following and not following.isalnum():
                items.append((f"\\{following}" if following in "\\]^-[" else following, False))
            else:
                return nothing
            position += 2
            continue
        if character == "-" and items and position + 1 < len(pattern) and pattern[position + 1] != "]":
            if items[-1][1] or (pattern[position + 1] == "\\" and pattern[position + 2 : position + 3] in "dws"):
                items.append(("\\-", True))
            else:
                items.append(("-", True))
                position += 1
                end = pattern[position]
                if end == "\\":
                    position += 1
                    end = pattern[position : position + 1]
                if not end.isprintable() or not end:
                    return nothing
                items.append((f"\\{end}" if end in "\\]^-[" else end, True))
                position += 1
                continue
        else:
            items.append((f"\\{character}" if character in "\\]^-[" else character, False))
        position += 1
    if position >= len(pattern) or not items:
        return nothing
    return "".join(pieces) + "".join(item for item, _ in items) + "]", position + 1
