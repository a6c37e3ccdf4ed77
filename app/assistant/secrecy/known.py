"""Finding known secrets in any text, also as JSON, YAML, shells, addresses and Base64 write them, in linear time."""

from __future__ import annotations

import base64
import html
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from app.assistant.secrecy.forms import Span, is_ordinary, is_reference

LEAST_CHARS: Final = 6
"""Of what is looked for in texts: anything shorter stands everywhere."""

_WINDOW: Final = 32
"""Longer ones are looked for in windows of this length, so that few lengths are tried at a character."""


class KnownSecrets:
    """A set of secrets to look for."""

    __slots__ = ("_lengths", "_windows")

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._windows = frozenset(window for secret in secrets for form in _forms(secret) for window in _windows(form))
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for window in self._windows:
            lengths[window[:LEAST_CHARS]].add(len(window))
        self._lengths = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}

    def __or__(self, other: KnownSecrets) -> KnownSecrets:
        """Those of both."""
        both = KnownSecrets()
        both._windows = self._windows | other._windows
        both._lengths = {
            start: tuple(sorted({*self._lengths.get(start, ()), *other._lengths.get(start, ())}, reverse=True))
            for start in self._lengths.keys() | other._lengths.keys()
        }
        return both

    def holds(self, text: str) -> bool:
        """Whether one stands in a text."""
        return next(self.spans(text), None) is not None

    def spans(self, text: str) -> Iterator[Span]:
        """Where they stand in a text; spans overlap where secrets do."""
        lengths, windows = self._lengths, self._windows
        if not lengths:
            return
        for at in range(len(text) - LEAST_CHARS + 1):
            if (start := text[at : at + LEAST_CHARS]) in lengths:
                for length in lengths[start]:
                    if text[at : at + length] in windows:
                        yield at, at + length
                        break


def _windows(form: str) -> Iterator[str]:
    if len(form) <= _WINDOW:
        if len(form) >= LEAST_CHARS:
            yield form
        return
    for at in range(0, len(form) - _WINDOW, _WINDOW):
        yield form[at : at + _WINDOW]
    yield form[-_WINDOW:]


def _forms(secret: str) -> Iterator[str]:
    """A secret as texts hold it; of one with several lines also each line, since YAML indents them."""
    for one in {secret, secret.strip(), *map(str.strip, secret.splitlines())}:
        if len(one) < LEAST_CHARS or is_ordinary(one) or is_reference(one):
            continue
        for escaped in (json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1]):
            yield escaped
            yield json.dumps(escaped)[1:-1]
        yield from (one, repr(one)[1:-1], one.replace("'", "''"), one.replace("'", "'\\''"), html.escape(one))
        raw = one.encode(errors="surrogatepass")
        for quoted in (quote(raw), quote(raw, safe=""), quote_plus(raw)):
            yield from (quoted, _lower_escapes(quoted))
        yield raw.hex()
        yield from _base64(raw)


def _lower_escapes(quoted: str) -> str:
    first, *rest = quoted.split("%")
    return "%".join([first, *(one[:2].lower() + one[2:] for one in rest)])


def _base64(raw: bytes) -> Iterator[str]:
    """What of its Base64 does not depend on what stands around it, for each alignment."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).rstrip(b"=").decode()
        end = None if (before + len(raw)) % 3 == 0 else -1
        core = encoded[(0, 2, 3)[before] : end]
        yield from (core, core.translate(_URL_SAFE))
    yield base64.b64encode(raw).decode().rstrip("=")


_URL_SAFE: Final = str.maketrans("+/", "-_")
