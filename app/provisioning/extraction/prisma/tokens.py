"""The words of a Prisma schema."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias, cast

Kind: TypeAlias = Literal["newline", "comment", "string", "number", "name", "mark", "unknown", "end"]

_TOKEN: Final = re.compile(
    r"""
      (?P<space> [^\S\r\n]+ | \ufeff )
    | (?P<newline> \r\n | \n | \r )
    | (?P<comment> //[^\r\n]* | /\*(?:[^*]|\*(?!/))*+(?:\*/)? )
    | (?P<string> "(?:[^"\\\x00-\x1f]|\\[^\r\n])*+" )
    | (?P<number> -?[0-9]+(?:\.[0-9]+)?(?![\w-]) )
    | (?P<name> \w[\w-]* )
    | (?P<mark> @@ | [@{}()\[\],:=.?!] )
    | (?P<unknown> "[^\r\n]* | . )
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_ESCAPED: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Token(NamedTuple):
    """A word; `line` counts from 1."""

    kind: Kind
    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """All words, line ends among them, and one of kind `end`. What is no word of the language is `unknown`."""
    found: list[Token] = []
    line = 1
    for match in _TOKEN.finditer(source):
        kind = cast("Kind | Literal['space']", match.lastgroup)
        if kind == "newline":
            found.append(Token(kind, "\n", line))
            line += 1
        elif kind == "comment":
            line += match[0].count("\n")
            if not match[0].endswith("*/") and match[0].startswith("/*"):
                found.append(Token("unknown", "/*", line))
        elif kind != "space":
            found.append(Token(kind, match[0], line))
    found.append(Token("end", "", line))
    return found


def unescaped(literal: str) -> str:
    """The text of a string literal: JSON's escapes. Raises ValueError for others, and for half of a character."""

    def replace(match: re.Match[str]) -> str:
        first, second, plain = match.groups()
        if first is None:
            if plain not in _ESCAPED:
                raise ValueError(f"\\{plain} is no escape")
            return _ESCAPED[plain]
        code = int(first, 16)
        if second is not None and 0xD800 <= code < 0xDC00:
            return chr(0x10000 + (code - 0xD800) * 0x400 + int(second, 16) - 0xDC00)
        if second is not None or 0xD800 <= code < 0xE000:
            raise ValueError(f"\\u{first} is half of a character")
        return chr(code)

    return _ESCAPE.sub(replace, literal[1:-1])
