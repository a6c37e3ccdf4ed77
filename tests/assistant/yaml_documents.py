"""Values, documents that say them in one of many ways, and changes, for tests of reading and editing.

What writes the documents here shares nothing with what the product writes.
"""

from __future__ import annotations

import copy
import json
import random
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.assistant.configuration.changes import Change
from app.assistant.configuration.paths import Path, Selector

WORDS = (
    *("NO", "on", "yes", "y", "12:30:45", "2024-01-05", "1_000", "0b11", "v1.2.3", "a#b", "http://example.com/?a=b"),
    *("open", "In review", "größer", "名前", "a.b/c", "x-y", "e+5", "1.2.3", "nULL", "NaN"),
)
TEXTS = (
    *(
        "",
        " ",
        "1",
        "1.0",
        "014",
        "true",
        "null",
        "~",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "&x",
        "*x",
        "!x",
        "<<",
        "=",
        "?",
    ),
    *(
        "it's",
        'say "hi"',
        "back\\slash",
        "@x",
        "`",
        "%d",
        "{a}",
        "[a]",
        "a,b",
        "a]",
        "trailing ",
        " leading",
        ":",
        "a:",
    ),
    *(
        "tab\there",
        "one\ntwo",
        "one\ntwo\n",
        "\n",
        "one\n\n",
        "one\n\n  two\n three",
        " one\ntwo",
        "one \ntwo",
        "# a\n# b\n",
    ),
    *("\u202eevil", "zero\u200bwidth", "\ufeff", "\x85", "\u2028", "\xa0", "\x07", "\x7f", "😀", "...", "---", "%YAML"),
)
NUMBERS = (
    *(0, 1, -7, 10**30, 0.1, -2.5, 1e16, 1e-7, 1.0, 0.30000000000000004),
    *(Decimal("1e400"), Decimal("1e23"), Decimal("0.1000000000000000055511151231257827")),
)

strings = (
    st.sampled_from(WORDS)
    | st.sampled_from(TEXTS)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
)
scalars = st.none() | st.booleans() | st.sampled_from(NUMBERS) | strings
keys = st.sampled_from(("id", "name", "a", "b.c", "d/e", "f g", "NO", "1", "<<", "", "#x", "k: v", "true")) | strings
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
configurations = st.dictionaries(keys, values, max_size=5)


class Writer:
    """Writes a configuration in styles that are drawn for each of its values."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._line_break = self._any("\n", "\n", "\r\n")
        self._list_indent = self._any(0, 2, 2, 3)
        self._step = self._any(1, 2, 2, 4)
        self._deeper = 3
        self._blank = [""]
        self.comments: list[str] = []

    def document(self, configuration: dict[str, Any]) -> str:
        lines = self._comments(0) + self._any([], [], ["---"]) + self._comments(0)
        if configuration and self._any(True, True, True, False):
            lines += self._block(configuration, self._any(0, 0, 0, 2))
        elif configuration or self._any(True, False):
            lines += [self._flow(configuration)]
        lines += self._comments(0) + (self._end() if "---" in lines else [])
        # Without a line break a text that keeps its end would lack it.
        end = self._any("", self._line_break, self._line_break) if self._blank else self._line_break
        text = self._line_break.join(lines) + end
        return f"{self._any('', '', '', chr(0xFEFF))}{text}"

    def _end(self) -> list[str]:
        return ["...", self._comment("# the end")] if self._any(True, False, False) else []

    def _any(self, *choices: Any) -> Any:
        return self._chance.choice(choices)

    def _comments(self, column: int) -> list[str]:
        indent = " " * self._any(column, column, 0, column + self._deeper)
        comment = "#" + self._any(" about", "", " it's: {not} [data] # at all")
        blank = self._blank
        lines = self._any([], [], [], blank, [indent + comment], [*blank, indent + comment], [indent + comment, " "])
        if any(lines[:2]):
            self.comments.append(comment[1:].strip())
        return [*lines]

    def _behind(self) -> str:
        return self._comment(self._any("", "", "", " # behind", "   #", " "))

    def _comment(self, text: str) -> str:
        if "#" in text:
            self.comments.append(text.partition("#")[2].strip())
        return text

    def _block(self, value: Any, column: int) -> list[str]:
        """The lines of a mapping or list that is not empty."""
        lines: list[str] = []
        for member in value.items() if isinstance(value, dict) else value:
            lines += self._comments(column) if lines else []
            if isinstance(value, dict):
                lines += self._entry(
                    " " * column + self._key(member[0]) + self._any(":", ":", ":", " :"), member[1], column
                )
            else:
                lines += self._entry(" " * column + "-", member, column, is_element=True)
        return lines

    def _entry(self, head: str, value: Any, column: int, *, is_element: bool = False) -> list[str]:
        if isinstance(value, dict | list) and value and self._any(True, True, True, False):
            if is_element and self._any(True, True, False):
                blanks = self._any(1, 1, 3)
                first, *rest = self._block(value, column + 1 + blanks)
                return [head + " " * blanks + first.lstrip(" "), *rest]
            below = column + (self._list_indent if isinstance(value, list) and not is_element else self._step)
            return [head + self._behind(), *self._comments(below), *self._block(value, below)]
        if isinstance(value, str) and (lines := self._block_scalar(value, column)):
            return [f"{head} {lines[0]}", *lines[1:]]
        if value is None and self._any(True, False):
            return [head + self._behind()]
        blanks = " " * self._any(1, 1, 4)
        return f"{head}{blanks}{self._flow(value)}{self._behind()}".split("\n")

    def _block_scalar(self, text: str, column: int) -> list[str]:
        body = text.rstrip("\n")
        ends = len(text) - len(body)
        if (
            not body
            or any(not line.isprintable() for line in text.split("\n"))
            or body[0] in " \n"
            or self._any(True, False)
        ):
            return []
        header = "|" + ("-" if ends == 0 else "" if ends == 1 and self._any(True, False) else "+")
        indent = " " * (column + self._any(1, 2, 5))
        lines = [indent + line if line else "" for line in body.split("\n")] + [""] * max(0, ends - 1)
        # A comment below it that is indented like it would be a part of it.
        self._deeper = 0
        if header.endswith("+"):
            self._blank = []
        # Blank lines behind it are none of its own, unless it keeps them.
        return [
            header + self._comment(self._any("", " # text")),
            *lines,
            *([] if header.endswith("+") else self._any([], [""])),
        ]

    def _key(self, key: str) -> str:
        return self._scalar(key, is_key=True)

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict | list):
            members = list(value.items()) if isinstance(value, dict) else value
            texts = [
                f"{self._key(member[0])}: {self._flow(member[1])}" if isinstance(value, dict) else self._flow(member)
                for member in members
            ]
            blank = self._any("", " ", "\n" + " " * 30)
            written = "".join(
                text
                + ("" if last else "," + self._comment(self._any(" ", " ", "\n" + " " * 30, " # in it\n" + " " * 30)))
                for text, last in zip(texts, [False] * (len(texts) - 1) + [True], strict=False)
            )
            end = self._any("", ",") if texts else ""
            opening, closing = "[]" if isinstance(value, list) else "{}"
            return f"{opening}{blank}{written}{end}{blank}{closing}"
        return self._scalar(value)

    def _scalar(self, value: Any, *, is_key: bool = False) -> str:
        if value is None:
            return str(self._any("null", "~", "Null"))
        if isinstance(value, bool):
            return str(self._any(str(value), str(value).lower()))
        if not isinstance(value, str):
            return str(value)
        if value in WORDS and self._any(True, True, False):
            return value
        if value.isprintable() and self._any(True, False):
            return "'" + value.replace("'", "''") + "'"
        text = json.dumps(value, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, Any], str, list[str]]:
    """A configuration, a document that says it, and the comments in it."""
    configuration = draw(configurations)
    writer = Writer(draw(st.randoms(use_true_random=False)))
    return configuration, writer.document(configuration), writer.comments


@st.composite
def changes(draw: st.DrawFn, configuration: dict[str, Any]) -> tuple[Change, dict[str, Any]]:
    """A change of a configuration, and what it makes of it."""
    after = copy.deepcopy(configuration)
    path: tuple[str | int, ...] = ()
    holder: Any = after
    while True:
        places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not places or draw(st.integers(0, 3)) == 0:
            return _added(draw, path, holder, after)
        place = draw(st.sampled_from(places))
        if isinstance(holder[place], dict | list) and draw(st.integers(0, 2)):
            path, holder = (*path, place), holder[place]
            continue
        before = copy.deepcopy(holder[place])
        whole = _with_selectors(configuration, (*path, place), by_selector=draw(st.booleans()))
        if draw(st.booleans()):
            del holder[place]
            return Change("remove", whole, before), after
        holder[place] = draw(values)
        return Change("replace", whole, before, copy.deepcopy(holder[place])), after


def _added(
    draw: st.DrawFn, path: tuple[str | int, ...], holder: Any, after: dict[str, Any]
) -> tuple[Change, dict[str, Any]]:
    value = draw(values)
    if isinstance(holder, dict):
        key = draw(keys.filter(lambda key: key not in holder))
        holder[key] = value
        return Change("add", (*path, key), after=copy.deepcopy(value)), after
    position = draw(st.none() | st.integers(0, len(holder)))
    holder.insert(len(holder) if position is None else position, value)
    change = Change(
        "add", (*path, Selector((("=", copy.deepcopy(value)),))), after=copy.deepcopy(value), position=position
    )
    return change, after


def _with_selectors(configuration: Any, path: tuple[str | int, ...], *, by_selector: bool) -> Path:
    """The path with selectors for indexes where one value names one element."""
    tokens: list[Any] = []
    value = configuration
    for place in path:
        selector = Selector((("=", value[place]),)) if isinstance(place, int) else None
        only = selector is not None and sum(map(selector.matches, value)) == 1
        tokens.append(selector if by_selector and only else place)
        value = value[place]
    return tuple(tokens)
