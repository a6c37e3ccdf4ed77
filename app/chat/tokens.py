"""A local estimate of tokens, for answers whose provider does not say what they used."""

from __future__ import annotations

import math
from typing import Final

_LEADS_TWO: Final = bytes(range(0xC0, 0xE0))
_LEADS_THREE: Final = bytes(range(0xE0, 0xF0))
_LEADS_FOUR: Final = bytes(range(0xF0, 0xF8))


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, from its UTF-8 bytes alone; at least 1 unless it is empty.

    Four ASCII characters count as a token, as do three of the two-byte ranges (Greek, Cyrillic, Arabic, …)
    and one of the three-byte ranges (Chinese, Japanese, Korean, …); an emoji counts as two. It leans
    to the high side of the o200k and cl100k vocabularies, and is only used where a provider reports nothing.
    """
    if not text:
        return 0
    data = text.encode("utf-8", "replace")
    total = len(data)
    two = total - len(data.translate(None, _LEADS_TWO))
    three = total - len(data.translate(None, _LEADS_THREE))
    four = total - len(data.translate(None, _LEADS_FOUR))
    ascii_count = total - 2 * two - 3 * three - 4 * four
    return max(1, math.ceil(ascii_count / 4 + two / 3 + three + 2 * four))
