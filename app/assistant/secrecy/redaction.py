"""Taking secrets out of all that a model, a log, a difference or a suggestion is given of a configuration.

What is a secret is told by its place (a marked path, the schema's x-secret, the name of its key), by its form, and by
being the same as one that stands in such a place: so copies in comments, descriptions and chats are found as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from app.assistant.comparison.compare import Difference
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import Token, to_json
from app.assistant.configuration.shape import Shape
from app.assistant.secrecy.forms import Span, is_reference, spans
from app.assistant.secrecy.hidden import could_be_hidden, without_hidden
from app.assistant.secrecy.known import KnownSecrets
from app.assistant.secrecy.places import Place, marks, strictest
from app.logs import REDACTED

_MOST_LEVELS: Final = 100
"""Deeper than that nothing is looked at, and nothing shown."""

_SHORT_CHARS: Final = 40
_MOST_SHORT: Final = 10_000


class Redactor:
    """Knows the secrets of some documents; shows nothing of them itself."""

    __slots__ = ("_documents", "_known", "_root", "_short")

    def __init__(self, root: Place, known: KnownSecrets, documents: Sequence[Any] = ()) -> None:
        self._root = root
        self._known = known
        self._documents = documents
        self._short: dict[tuple[str, bool], str] = {}

    @classmethod
    def of(cls, values: Iterable[Any], shape: Shape, secret_paths: Sequence[str]) -> Redactor:
        """Of the documents of a project: its configuration, its YAML's value, those that were last synced."""
        marked = marks(secret_paths)
        root = Place(shape, marked, is_hidden=shape.is_secret or any(mark.is_end for mark in marked))
        documents = tuple(values)
        known = KnownSecrets({secret for document in documents for secret in _secrets(document, root, 0)})
        return cls(root, known, documents)

    @classmethod
    def joined(cls, redactors: Iterable[Redactor]) -> Redactor:
        """Of several projects: for texts, since a place is a place of one project."""
        known = KnownSecrets()
        for redactor in redactors:
            known |= redactor._known
        return cls(Place(Shape({})), known)

    def __repr__(self) -> str:
        return "<Redactor>"

    def value(self, value: Any, at: Sequence[Token] = ()) -> Any:
        """A copy with "[redacted]" in the place of each secret; `at` is where in the document the value stands.

        A secret place that is null or empty stays: that it is not set is no secret.
        """
        return self._redacted(value, self._place(at, value), len(at))

    def text(self, text: str) -> str:
        """The text without any secret that is known or has the form of one."""
        return self._text(text, is_digest=False)

    def texts(self, value: Any) -> Any:
        """A copy of any JSON value whose texts, and keys, are redacted as texts, wherever they stand."""
        if isinstance(value, dict):
            return {self.text(key): self.texts(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.texts(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def differences(self, found: Iterable[Difference]) -> list[Difference]:
        """The differences of a comparison with their values redacted: that a secret differs is told, and no more.

        Keys of objects stay as they are, so that lines can be found; what is made of them is for texts().
        """
        return [self._difference(one) for one in found]

    def holds(self, value: Any) -> bool:
        """Whether a secret that is known, or that has the form of one, stands somewhere in a value."""
        return any(bool(self._spans(text, is_digest=False)) for text in _texts(value))

    def touches(self, path: Sequence[Token], *values: Any) -> bool:
        """Whether a change there, from or to these values, has to do with a secret or carries a "[redacted]"."""
        if any(self._is_tainted(text) for token in to_json(path) for text in _texts(token)):
            return True
        given = [value for value in values if value is not ABSENT]
        for value in given or [""]:
            place = self._place(path, value)
            if place.is_hidden or (place.is_secret and not (isinstance(value, str) and value and is_reference(value))):
                return True
            if any(map(self._is_tainted, _texts(value))) or self._redacted(value, place, len(path)) != value:
                return True
        return False

    def _difference(self, found: Difference) -> Difference:
        before, after = (self.value(value, found.path) for value in (found.change.before, found.change.after))
        is_same = found.yaml is found.change.after and found.yaml_path == found.path
        return replace(
            found,
            yaml=after if is_same else self.value(found.yaml, found.yaml_path),
            database=before if found.database is found.change.before else self.value(found.database, found.path),
            change=replace(found.change, before=before, after=after),
        )

    def _place(self, path: Sequence[Token], value: Any) -> Place:
        return strictest([self._root.at(path, value, document) for document in (ABSENT, *self._documents)])

    def _is_tainted(self, text: str) -> bool:
        return REDACTED[:-1] in text.casefold() or bool(self._spans(text, is_digest=True))

    def _redacted(self, value: Any, place: Place, level: int) -> Any:
        if value is None or value is ABSENT or value == "":
            return value
        if place.is_hidden or level > _MOST_LEVELS:
            return REDACTED
        if isinstance(value, dict):
            shown: dict[str, Any] = {}
            for key, one in value.items():
                shown[self._key(key, shown)] = self._redacted(one, place.child(key, one, value), level + 1)
            return shown
        if isinstance(value, list):
            element = place.child(0, None)
            return [self._redacted(one, element, level + 1) for one in value]
        if not isinstance(value, str):
            return REDACTED if place.is_secret or self._known.holds(str(value)) else value
        return REDACTED if place.is_secret and not is_reference(value) else self._text(value, place.is_digest)

    def _key(self, key: str, taken: dict[str, Any]) -> str:
        text = shown = self._text(key, is_digest=True)
        number = 1
        while shown in taken:
            number += 1
            shown = f"{text} {number}"
        return shown

    def _text(self, text: str, is_digest: bool) -> str:
        # Keys, ids and the like stand in a configuration again and again.
        if len(text) > _SHORT_CHARS:
            return self._without_secrets(text, is_digest)
        known = self._short.get((text, is_digest))
        if known is None:
            known = self._without_secrets(text, is_digest)
            if len(self._short) < _MOST_SHORT:
                self._short[text, is_digest] = known
        return known

    def _without_secrets(self, text: str, is_digest: bool) -> str:
        parts: list[str] = []
        end = 0
        for start, following in self._spans(text, is_digest):
            parts += (text[end:start], REDACTED)
            end = following
        return "".join([*parts, text[end:]]) if parts else text

    def _spans(self, text: str, is_digest: bool) -> list[Span]:
        found = [*self._known.spans(text), *spans(text, digests=is_digest)]
        plain = without_hidden(text)
        if plain is not text:
            # A secret that is written with hidden characters in between is a secret still.
            at = [place for place, char in enumerate(text) if not could_be_hidden(char)]
            hidden = [*self._known.spans(plain), *spans(plain, digests=is_digest)]
            found += [(at[start], at[end - 1] + 1) for start, end in hidden]
        return _merged(found)


def _secrets(value: Any, place: Place, level: int) -> Iterator[str]:
    """The secrets of a document: what stands in secret places, and what has a secret's form."""
    if level > _MOST_LEVELS:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _formed(key, is_digest=True)
            yield from _secrets(one, place.child(key, one, value), level + 1)
    elif isinstance(value, list):
        element = place.child(0, None)
        for one in value:
            yield from _secrets(one, element, level + 1)
    elif value is not None and not isinstance(value, bool):
        text = str(value)
        if place.is_hidden or place.is_secret:
            yield text
        if isinstance(value, str):
            yield from _formed(text, place.is_digest)


def _formed(text: str, is_digest: bool) -> Iterator[str]:
    for start, end in spans(text, digests=is_digest):
        yield text[start:end]
        # Of a name and a password in an address the password is a secret by itself.
        yield text[start:end].partition(":")[2]


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif one is not None and one is not ABSENT and not isinstance(one, bool):
            yield str(one)


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
