"""SQL that a source wrote, held to be one expression or one type before it becomes part of a statement.

Statements go to the server one at a time and with no more rights than the app has, so nothing here guards a secret:
it keeps an expression from ending its clause and beginning another, and says so in a sentence.
"""

from __future__ import annotations

import re
from typing import Final

MOST_CHARACTERS: Final = 10_000

_SPACE: Final = r"[ \t\n\r\f\v]"
_LETTER: Final = r"(?:[A-Za-z_]|[^\x00-\x7f])"
_LETTER_OR_DIGIT: Final = r"(?:[A-Za-z0-9_]|[^\x00-\x7f])"
_ESCAPED: Final = r"'(?:[^'\\]|''|\\.)*+'"
_TOKEN: Final = re.compile(
    rf"""
      (?P<space>{_SPACE}+)
    # A string that goes on behind a line break is read as it began (PostgreSQL, "String Constants").
    | (?P<escaped>[eE]{_ESCAPED}(?:{_SPACE}*[\n\r]{_SPACE}*{_ESCAPED})*+)
    | (?P<string>'(?:[^']|'')*+')
    | (?P<quoted>"(?:[^"]|"")++")
    | (?P<dollars>\$(?P<tag>(?:{_LETTER}{_LETTER_OR_DIGIT}*)?)\$.*?\$(?P=tag)\$)
    | (?P<word>(?![eE]'){_LETTER}(?:{_LETTER_OR_DIGIT}|\$)*)
    | (?P<number>\.?[0-9][\w.]*)
    | (?P<comment>--|/\*)
    | (?P<open>[(\[])
    | (?P<close>[)\]])
    | (?P<comma>,)
    | (?P<operator>[-+*/<>=~!@\#%^&|`?.:])
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN: Final = re.compile(
    r"""
      [+-]?[0-9]+(?:\.[0-9]+)?
    | '(?:[^'\\]|'')*+'
    | [A-Za-z_]\w*(?:\(\))?
    """,
    re.VERBOSE | re.ASCII,
)
_NAME: Final = rf'(?:{_LETTER}(?:{_LETTER_OR_DIGIT}|\$)*|"(?:[^"\0]|"")++")'
_MODIFIER: Final = rf"(?:-?[0-9]+|'[^'\\\0]*'|{_NAME})"
_TYPE: Final = re.compile(
    rf"""
    {_NAME}(?:\.{_NAME})?
    (?i:[ ](?:precision|character|varying|year|month|day|hour|minute|second|to))*
    (?:[ ]?\([ ]*{_MODIFIER}(?:[ ]*,[ ]*{_MODIFIER})*[ ]*\))?
    (?i:[ ]with(?:out)?[ ]time[ ]zone)?
    (?:[ ]?\[[0-9]*\])*
    """,
    re.VERBOSE,
)


class ExpressionError(ValueError):
    """This is no expression, or no type, that can stand in a statement; the text says why, in a sentence."""


def checked(sql: str) -> str:
    """The expression without the space around it. Raises ExpressionError unless it is one, and balanced."""
    _reject_unwritable(sql)
    expression = sql.strip()
    if not expression:
        raise ExpressionError("An expression is empty.")
    opened: list[str] = []
    position = 0
    while position < len(expression):
        token = _TOKEN.match(expression, position)
        if token is None:
            raise ExpressionError(_unreadable(expression, position))
        position = token.end()
        match token.lastgroup:
            case "comment":
                raise ExpressionError(f"{_shown(expression)} holds a comment.")
            case "comma" if not opened:
                raise ExpressionError(f"{_shown(expression)} is more than one expression.")
            case "open":
                opened.append(")" if token[0] == "(" else "]")
            case "close" if not opened or opened.pop() != token[0]:
                raise ExpressionError(f"{_shown(expression)} closes a bracket that was not opened.")
    if opened:
        raise ExpressionError(f"{_shown(expression)} does not close a bracket.")
    return expression


def enclosed(expression: str) -> str:
    """An expression as it can stand anywhere: in parentheses, unless it is a constant, a word or a call of nothing."""
    return expression if _PLAIN.fullmatch(expression) else f"({expression})"


def checked_type(sql: str) -> str:
    """The name of a type, with its modifiers. Raises ExpressionError where it is something else or more than that."""
    _reject_unwritable(sql)
    name = " ".join(sql.split()) if '"' not in sql and "'" not in sql else sql.strip()
    if not _TYPE.fullmatch(name):
        raise ExpressionError(f"{_shown(name)} is not the name of a type.")
    return name


def _reject_unwritable(sql: str) -> None:
    if len(sql) > MOST_CHARACTERS:
        raise ExpressionError(f"{_shown(sql)} has {len(sql):,} characters, more than {MOST_CHARACTERS:,}.")
    if "\0" in sql:
        raise ExpressionError(f"{_shown(sql)} holds a NUL character.")
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise ExpressionError(f"{_shown(sql)} holds half of a character.") from error


def _unreadable(expression: str, position: int) -> str:
    character = expression[position]
    if character in "'\"":
        return f"{_shown(expression)} does not close a quote."
    return f"{_shown(expression)} holds {character!r} outside of quotes."


def _shown(sql: str) -> str:
    return repr(sql if len(sql) <= 80 else f"{sql[:77]}...")
