"""Text to be searched: words as often as in real text (Zipf's law), in passages that messages are put together from."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Final

import asyncpg

VOCABULARY: Final = 50_000
PASSAGES: Final = 65_536
PASSAGE_WORDS: Final = 8
STOP_WORDS: Final = ("the", "of", "and", "to", "in")

_SYLLABLES: Final = ["".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou")]
_SPELLED: Final = itertools.chain(itertools.product(_SYLLABLES, repeat=2), itertools.product(_SYLLABLES, repeat=3))
# The last letter keeps the stemmer away.
WORDS: Final = [*STOP_WORDS, *("".join(word) + "n" for word in itertools.islice(_SPELLED, VOCABULARY))]
"""The most frequent first."""
RANKS: Final = {word: rank for rank, word in enumerate(WORDS)}

_PASSAGE_TABLE: Final = "create temporary table passages (number integer primary key, words text not null)"


def passages(chance: random.Random, count: int) -> str:
    """A text of so many passages."""
    return " ".join(" ".join(_passage(chance)) for _ in range(count))


async def load_passages(link: asyncpg.Connection) -> None:
    """Make the temporary table `passages`, numbered from 0."""
    chance = random.Random(5)
    await link.execute(_PASSAGE_TABLE)
    rows = [(number, " ".join(_passage(chance))) for number in range(PASSAGES)]
    await link.copy_records_to_table("passages", records=rows)
    await link.execute("analyze passages")


def _passage(chance: random.Random) -> Sequence[str]:
    # The k-th word is as likely as 1 / k.
    return [WORDS[int(len(WORDS) ** chance.random()) - 1] for _ in range(PASSAGE_WORDS)]


def queries(content: str, chance: random.Random) -> dict[str, str]:
    """What somebody might type to find a message again: a rare word of it, a common one, several, two as a phrase."""
    words = content.split()
    known = sorted({word for word in words if word not in STOP_WORDS}, key=RANKS.__getitem__)
    pairs = [pair for pair in itertools.pairwise(words) if not set(pair) & set(STOP_WORDS)]
    return {
        "rare": known[-1],
        "common": known[0],
        "several": " ".join(chance.sample(known, min(3, len(known)))),
        "phrase": f'"{" ".join(chance.choice(pairs))}"',
    }
