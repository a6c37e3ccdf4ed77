"""Which of a model's changes come from words that strangers may have written: these are confirmed one by one.

A change is suspect if something telling in its new value stands in a comment, a description or the documentation, and
neither in what the person said nor in the structure of the configuration; or if it has hidden characters. A word of
power, such as admin, has to have been said by the person. Within words for people only addresses and commands are
suspect. So is an address whose host stands nowhere at all, however the model came by it. Rather one confirmation too
many than one too few; what a person asked for is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import Selector
from app.assistant.configuration.shape import Shape
from app.assistant.provenance.index import occurs, places, words
from app.assistant.provenance.parts import Kind, Part, parts
from app.assistant.provenance.sources import Passage, Reason, Sources, Use, decoded, plain, texts_of
from app.assistant.secrecy.hidden import has_hidden, shown

_MOST_SOURCES: Final = 10
_MOST_PARTS: Final = 10
_PART_CHARS: Final = 200
_NEAR: Final = 100
"""Characters between a name and what is said of it."""

_NEXT: Final = 12
"""Characters behind a name in which also a short word says it, as in `name: no`."""

_GENERAL: Final = re.compile(r"active|default|disabled|enabled|id|key|name|on|required|state|status|type|value")
_SAYS_TRUE: Final = frozenset({"true", "enable", "enabled", "activate", "allow"})
_SAYS_FALSE: Final = frozenset({"false", "disable", "disabled", "deactivate", "skip"})
_TRUE: Final = frozenset({"on", "yes"})
_FALSE: Final = frozenset({"off", "no"})
_SAYS_GONE: Final = frozenset({"remove", "removed", "delete", "deleted", "drop", "disable", "null", "none", "without"})
_STAR: Final = re.compile(r"[\"'`]\*[\"'`]|[:=] ?\*")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A change that wants to be confirmed by itself, and why."""

    change: int
    reason: Reason
    sources: tuple[str, ...]
    """Where it stands: friendly paths, "comment at line 12", file#anchor."""
    parts: tuple[str, ...] = field(default=(), repr=False)
    """What of the new value it is, with hidden characters shown."""

    def as_json(self) -> dict[str, Any]:
        """As a suggestion keeps it."""
        return {
            "change": self.change,
            "reason": self.reason,
            "sources": list(self.sources),
            "parts": list(self.parts),
        }


def suspects(changes: Sequence[Change], sources: Sources) -> list[Suspect]:
    """The suspect ones of some changes, for each reason once."""
    found: list[Suspect] = []
    for number, change in enumerate(changes):
        reasons: dict[Reason, tuple[dict[str, None], dict[str, None]]] = {}
        for reason, origins, part in _findings(change, sources):
            places, what = reasons.setdefault(reason, ({}, {}))
            places.update(dict.fromkeys(origins))
            what.setdefault(shown(part)[:_PART_CHARS])
        found += (
            Suspect(number, reason, tuple(places)[:_MOST_SOURCES], tuple(what)[:_MOST_PARTS])
            for reason, (places, what) in reasons.items()
        )
    return found


def _findings(change: Change, sources: Sources) -> Iterator[tuple[Reason, list[str], str]]:
    place = sources.shape
    for token in change.path:
        place = place.child(token)
    before = [text for _, text, _ in texts_of(change.before, place)]
    kept = set(map(plain, before))
    kept_parts = {part.text for text in kept for part in parts(text)}
    seen: set[Part] = set()
    for text, use in _new_texts(change, place):
        if text in before:
            continue
        if has_hidden(text):
            yield "hidden_characters", [], text
        for readable in (plain(text), *map(plain, decoded(text))):
            for part in parts(readable):
                if part.text in kept_parts or part in seen or not _counts(part, use):
                    continue
                seen.add(part)
                if _is_trusted(part, sources):
                    continue
                if passages := _having(part, sources):
                    yield from _by_reason(part, passages)
                elif part.kind is Kind.ADDRESS and not part.is_name and not _leads_to_known(part, sources):
                    yield "unknown_address", [], part.text
    if change.operation == "remove" or isinstance(change.after, bool | int | float) or change.after is None:
        yield from _told(change, sources)


def _counts(part: Part, use: Use) -> bool:
    if use == "free_text":
        return part.kind.acts
    return use == "value" or part.kind not in (Kind.POWER, Kind.WHOLE)


def _new_texts(change: Change, place: Shape) -> Iterator[tuple[str, Use]]:
    if change.after is ABSENT:
        return
    last = change.path[-1] if change.path else None
    if change.operation == "add" and isinstance(last, str):
        yield last, "key"
    for _, text, use in texts_of(change.after, place, change.path):
        yield text, use


def _is_trusted(part: Part, sources: Sources) -> bool:
    if part.kind is Kind.POWER:
        return any(_akin(part.text, word) for word in sources.said_words) or _stands_in(part, sources.said)
    if _stands_in(part, sources.said) or any(True for _ in sources.structure.having(part.text)):
        return True
    if part.kind not in (Kind.WORD, Kind.WHOLE):
        return False
    ordinary = [word for word in words(part.text) if len(word) > 2 or word.isdecimal()]
    return all(word in sources.structure or word in sources.said_words for word in ordinary)


def _leads_to_known(address: Part, sources: Sources) -> bool:
    """Whether the host of an address is trusted, or is told by itself."""
    inner = (part for part in parts(address.text) if part.kind is Kind.ADDRESS and part != address)
    return any(_is_trusted(part, sources) or _having(part, sources) for part in islice(inner, 1))


def _having(part: Part, sources: Sources) -> list[Passage]:
    """The words for people in which a part stands."""
    if part.text == "*":
        return [passage for passage in sources.passages if _stands_in(part, passage.text)]
    return [sources.passages[number] for number in sources.index.having(part.text)]


def _by_reason(part: Part, passages: Sequence[Passage]) -> Iterator[tuple[Reason, list[str], str]]:
    for reason in dict.fromkeys(passage.reason for passage in passages):
        yield reason, [passage.origin for passage in passages if passage.reason == reason], part.text


def _told(change: Change, sources: Sources) -> Iterator[tuple[Reason, list[str], str]]:
    """Whether words for people tell to do this with a thing that the person has not spoken of: `approval: false`."""
    name = _name(change)
    after = change.after
    if not name or any(_akin(word, said) for word in words(name) if len(word) > 3 for said in sources.said_words):
        return
    if change.operation == "remove" or after is None:
        says, briefly = _SAYS_GONE, frozenset[str]()
    elif isinstance(after, bool):
        says, briefly = (_SAYS_TRUE, _TRUE) if after else (_SAYS_FALSE, _FALSE)
    else:
        says, briefly = frozenset({str(after)}) - sources.said_words, frozenset[str]()
    telling = [passage for passage in sources.passages if _is_told(name, says, briefly, passage.text)]
    yield from _by_reason(Part(name, Kind.WORD), telling)


def _name(change: Change) -> str:
    """What a change is about: the last key or id of its path that is a name of something."""
    for token in reversed(change.path):
        names = [token] if isinstance(token, str) else []
        if isinstance(token, Selector):
            names = [value for _, value in token.values if isinstance(value, str)]
        for name in names:
            if len(name) > 3 and not _GENERAL.fullmatch(name.casefold()):
                return plain(name)
    return ""


def _is_told(name: str, says: frozenset[str], briefly: frozenset[str], text: str) -> bool:
    for at in places(name, text):
        end = at + len(name)
        if says.intersection(words(text[max(0, at - _NEAR) : end + _NEAR])):
            return True
        if briefly.intersection(words(text[end : end + _NEXT])):
            return True
    return False


def _stands_in(part: Part, text: str) -> bool:
    return _STAR.search(text) is not None if part.text == "*" else occurs(part.text, text)


def _akin(one: str, other: str) -> bool:
    """Whether two words are forms of one: admin and administrators, approval and approvals."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) > 3 and long.startswith(short))
