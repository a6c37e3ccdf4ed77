"""Characters that a reader does not see: they are made visible before a model or a person is shown a text.

Hidden are controls (but tab and the ends of lines), format characters such as zero-width ones and those that turn
the direction of writing, tags, variation selectors, private use, unassigned code points and letters without a
shape. Three uses are writing, and stay: an emoji's own joiners, selectors and flags; a joiner or non-joiner between
two letters of a script that joins them, such as Persian and Hindi; the visible signs that Unicode counts as format
characters. Letters of other scripts that look alike are not looked for.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_SHAPELESS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Marks and letters that show nothing: the grapheme joiner, fillers, the blank of Braille."""

_SIGNS: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that are seen (Prepended_Concatenation_Mark)."""

_JOINERS: Final = frozenset("\u200c\u200d")
_EMOJI_BASES: Final = frozenset("0123456789#*\u203c\u2049\u3030\u303d")
_JOINING: Final = re.compile(r"[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
# The only flags of emoji that are made of tags: England, Scotland, Wales.
_FLAGS: Final = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    "|\U000e0077\U000e006c\U000e0073)\U000e007f"
)


def has_hidden(text: str) -> bool:
    """Whether something in the text is not seen."""
    return shown(text) is not text


def shown(text: str) -> str:
    """The text with each hidden character as its code point, such as ⟨U+200B⟩; the same object if there is none."""
    marked = _pattern(text)
    if marked is None:
        return text
    flags = {at for flag in _FLAGS.finditer(text) for at in range(*flag.span())}
    made = marked.sub(
        lambda found: found[0] if found.start() in flags or _is_writing(text, found.start()) else _named(found[0]), text
    )
    return text if made == text else made


def shown_value(value: Any) -> Any:
    """A copy of a value as JSON has it, with each of its texts and keys shown so."""
    match value:
        case str():
            return shown(value)
        case dict():
            return {shown(key): shown_value(one) for key, one in value.items()}
        case list():
            return [shown_value(one) for one in value]
        case _:
            return value


def without_hidden(text: str) -> str:
    """The text without anything that could be hidden, also where that is writing: for comparing, not for showing."""
    marked = _pattern(text)
    return text if marked is None else marked.sub("", text)


def could_be_hidden(char: str) -> bool:
    """Whether a character is hidden, unless it stands where it is writing."""
    if char in "\n\t" or char in _SIGNS:
        return False
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or char in _SHAPELESS or _selects(char)


def _pattern(text: str) -> re.Pattern[str] | None:
    if text.isascii() and text.isprintable():
        return None
    # A text has few different characters, however long it is.
    candidates = "".join(re.escape(char) for char in sorted(set(text)) if could_be_hidden(char))
    return re.compile(f"[{candidates}]") if candidates else None


def _named(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩"


def _selects(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_writing(text: str, at: int) -> bool:
    char, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if char == "\r":
        return after == "\n"
    if char in "\ufe0e\ufe0f":
        return _is_emoji(before) or before in _EMOJI_BASES
    if char not in _JOINERS or not before or not after:
        return False
    if char == "\u200d" and _is_emoji(after) and (_is_emoji(before) or before == "\ufe0f"):
        return True
    return bool(_JOINING.match(before) and _JOINING.match(after)) and _is_letter(before) and _is_letter(after)


def _is_emoji(char: str) -> bool:
    # Skin tones are Sk; arrows that have an emoji, Sm.
    return bool(char) and ord(char) > 0x7F and unicodedata.category(char) in ("So", "Sk", "Sm")


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"
