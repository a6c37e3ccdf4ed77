"""Finding where words stand together in many texts, without looking into each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text; `_`, `-` and the like part them."""
    return _WORD.findall(text)


def places(needle: str, text: str) -> Iterator[int]:
    """Where one text stands in another, as words of their own."""
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not (_is_one_word(text[at - 1 : at], needle[0]) or _is_one_word(needle[-1], text[end : end + 1])):
            yield at
        at = text.find(needle, at + 1)


def occurs(needle: str, text: str) -> bool:
    """Whether one text stands in another, as words of their own."""
    return next(places(needle, text), None) is not None


class WordIndex:
    """Texts by their words."""

    __slots__ = ("_by_word", "_texts")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            for word in set(words(text)):
                self._by_word[word].append(number)

    def __contains__(self, word: str) -> bool:
        return word in self._by_word

    def having(self, needle: str) -> Iterator[int]:
        """The numbers of the texts in which this stands, as words of its own."""
        rarest = min((self._by_word.get(word, []) for word in words(needle)), key=len, default=[])
        return (number for number in rarest if occurs(needle, self._texts[number]))


def _is_one_word(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum()
