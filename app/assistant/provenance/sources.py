"""What a model has read, by where it comes from: a person's words, the structure of a configuration, words for people.

Whoever can write a comment, a description or a page of documentation writes to the model as well. What stands in the
structure itself (keys, ids, names, values, the schema) is what the suggestions are about, and no message to anybody.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import unquote

from app.assistant.configuration.paths import Token, friendly
from app.assistant.configuration.shape import Shape
from app.assistant.provenance.index import WordIndex, words
from app.assistant.secrecy.hidden import without_hidden

Reason = Literal["free_text", "documentation", "hidden_characters", "unknown_address"]
Use = Literal["key", "value", "free_text"]

_LONG_CHARS: Final = 60
_LONG_BLANKS: Final = 5
_FREE: Final = re.compile(
    r"about|body|comments?|descriptions?|details?|docs?|documentation|explanation|help|hints?|instructions?|messages?|"
    r"notes?|rationale|readme|reason|remarks?|summary|texts?|todos?",
    re.IGNORECASE,
)
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{12,10000}={0,2}")
_BLANKS: Final = re.compile(r"\s+")
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|/)")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words for people that the model has read."""

    origin: str
    """A friendly path, "comment at line 12", or a section of the documentation as file#anchor."""
    text: str = field(repr=False)
    """In plain form, with what is encoded in it."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Sources:
    """All of it."""

    shape: Shape = field(repr=False)
    said: str = field(repr=False)
    """What the person wrote, in plain form."""
    said_words: frozenset[str] = field(repr=False)
    structure: WordIndex = field(repr=False)
    """Keys and values of the structure, in plain form."""
    passages: Sequence[Passage] = field(repr=False)
    index: WordIndex = field(repr=False)
    """Of the passages, by their numbers."""

    @classmethod
    def of(
        cls,
        *,
        said: Iterable[str] = (),
        configurations: Iterable[Any] = (),
        shape: Shape,
        schema: Mapping[str, Any] | None = None,
        comments: Iterable[tuple[int, str]] = (),
        documentation: Iterable[tuple[str, str]] = (),
        others: Iterable[tuple[str, str]] = (),
    ) -> Sources:
        """`said`: all that the person wrote; `comments`: lines and texts; `documentation`: file#anchor and texts.

        `others`: more words for people, by where they stand.
        """
        free: dict[tuple[str, str], None] = {}
        structure: set[str] = set(_schema_words(schema or {}))
        for configuration in configurations:
            for place, text, use in texts_of(configuration, shape):
                if use == "free_text":
                    free.setdefault((friendly(place), text))
                else:
                    structure.add(plain(text))
        written = " \n ".join(map(plain, said))
        passages = [
            *(Passage(f"comment at line {line}", _readable(text), "free_text") for line, text in comments),
            *(Passage(origin, _readable(text), "free_text") for origin, text in (*free, *others)),
            *(Passage(origin, _readable(text), "documentation") for origin, text in documentation),
        ]
        return cls(
            shape,
            written,
            frozenset(words(written)),
            WordIndex(sorted(structure)),
            passages,
            WordIndex(passage.text for passage in passages),
        )


def texts_of(value: Any, shape: Shape, at: Sequence[Token] = ()) -> Iterator[tuple[tuple[Token, ...], str, Use]]:
    """Each key, text and number of a value, where it stands, and what it is for."""
    waiting: list[tuple[tuple[Token, ...], Any, Shape, bool]] = [(tuple(at), value, shape, _is_free_place(at, shape))]
    while waiting:
        place, one, known, is_free = waiting.pop()
        if isinstance(one, dict):
            for key, member in one.items():
                yield (*place, key), key, "key"
                child = known.child(key)
                waiting.append(((*place, key), member, child, is_free or _is_free_place((key,), child)))
        elif isinstance(one, list):
            child = known.child(0)
            waiting += (((*place, number), element, child, is_free) for number, element in enumerate(one))
        elif isinstance(one, str):
            is_long = len(one) >= _LONG_CHARS and one.count(" ") >= _LONG_BLANKS
            yield place, one, "free_text" if is_free or is_long else "value"
        elif isinstance(one, (int, float, Decimal)) and not isinstance(one, bool):
            yield place, str(one), "value"


def plain(text: str) -> str:
    """A text as it is compared: compatibility forms, case, blanks and hidden characters make no difference.

    Nor does the full stop of ideographs, which parts the names of a host as any does (UTS #46, 2.3).
    """
    text = unicodedata.normalize("NFKC", without_hidden(text)).replace("\u3002", ".")
    return _BLANKS.sub(" ", text.casefold()).strip()


def decoded(text: str) -> Iterator[str]:
    """What is written in a text as Base64, in percent signs, as entities of HTML or in escapes of JSON."""
    for found in _ENCODED.finditer(text):
        raw = found[0].rstrip("=").translate(_STANDARD)
        try:
            inner = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True).decode()
        except (ValueError, binascii.Error):
            continue
        if inner.isprintable():
            yield inner
    for other in (
        unquote(text) if "%" in text else text,
        html.unescape(text) if "&" in text else text,
        _ESCAPED.sub(_unescaped, text),
    ):
        if other != text:
            yield other


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, base=16)) if code else "/"


def _readable(text: str) -> str:
    return " \n ".join(map(plain, (text, *decoded(text))))


def _is_free_place(at: Sequence[Token], shape: Shape) -> bool:
    name = at[-1] if at else None
    return shape.is_free_text or (isinstance(name, str) and _FREE.fullmatch(name.rpartition("_")[2]) is not None)


def _schema_words(schema: Mapping[str, Any]) -> Iterator[str]:
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        for name, value in node.items():
            if name in ("properties", "$defs") and isinstance(value, dict):
                yield from map(plain, value)
                waiting += value.values()
            elif name in ("enum", "const", "default", "x-key", "required"):
                yield from (
                    plain(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)
                )
            elif name in ("anyOf", "oneOf", "allOf"):
                waiting += value if isinstance(value, list) else ()
            else:
                waiting.append(value)


_STANDARD: Final = str.maketrans("-_", "+/")
