"""Words of others within a sentence of ours."""

from __future__ import annotations

from typing import Final

MOST_CHARS: Final = 160


def quoted(text: str, most: int = MOST_CHARS) -> str:
    """The text in one line of at most so many characters, in which nothing is markup and all can be seen."""
    # Nothing but printable characters: control and direction marks could rewrite a terminal.
    plain = "".join(char if char.isprintable() else " " for char in text[: most * 4])
    words = " ".join(plain.replace("`", "'").replace("<", "‹").replace(">", "›").split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
