"""Markdown files cut into the sections that are searched and cited."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

PART_OCTETS: Final = 32_768
"""Longer sections are cut into parts: it is what documentation_sections.content holds."""
_MOST_HEADING: Final = 1000
"""Characters; a paragraph above a line of dashes is a heading too."""
_MOST_SLUG: Final = 250
"""Leaves room for the number that makes it unique."""

_BLOCKS: Final = MarkdownIt("commonmark").enable("table")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])
_INLINE: Final = MarkdownIt("commonmark").enable("strikethrough")

_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(?:(?=[\w\"'#])[^\n]*\n(?:[^\n]*\n)*?)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_CIRCLED: Final = re.compile(r"[\u24b6-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]")
"""Symbols that Unicode counts as alphabetic."""


@dataclass(frozen=True)
class Section:
    """What stands between two headings, or a part of it."""

    file: str
    anchor: str
    """As GitHub links to the heading; empty before the first one."""
    part: int
    position: int
    """In the file, from 0."""
    level: int
    heading: str
    breadcrumb: tuple[str, ...]
    """The headings above, outermost first."""
    content: str
    """Markdown."""


def sections(file: str, text: str) -> list[Section]:
    """The sections of a file in order. A heading in a quote or a list begins none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    if front_matter := _FRONT_MATTER.match(text):
        text = text[front_matter.end() :]
    lines = text.split("\n")
    found: list[Section] = []
    above: list[_Heading] = []
    for heading, following in pairwise([*_headings(text), _Heading(len(lines), len(lines), 0, "", "")]):
        content = "\n".join(lines[heading.end : following.begin]).strip("\n").rstrip()
        if not heading.level and not content:
            continue
        above = [outer for outer in above if 0 < outer.level < heading.level]
        breadcrumb = tuple(outer.words for outer in above)
        above.append(heading)
        for part, piece in enumerate(_parts(content)):
            position = len(found)
            found.append(Section(file, heading.anchor, part, position, heading.level, heading.words, breadcrumb, piece))
    return found


@dataclass(frozen=True)
class _Heading:
    begin: int
    """Its first line."""
    end: int
    """The line after it."""
    level: int
    anchor: str
    words: str


def _headings(text: str) -> Iterator[_Heading]:
    """The headings in order, first the one that is not there: of what stands before them."""
    yield _Heading(0, 0, 0, "", "")
    environment: dict[str, Any] = {}
    slugs = Slugs()
    for opening, inline in pairwise(_BLOCKS.parse(text, environment)):
        if opening.type == "heading_open" and opening.map:
            words = _words(inline, environment)
            anchor = slugs.unique(words)
            if opening.level == 0:
                begin, end = opening.map
                yield _Heading(begin, end, int(opening.tag[1]), anchor, " ".join(words.split())[:_MOST_HEADING])


def _words(inline: Token, environment: dict[str, Any]) -> str:
    """A heading as it reads: no marks, no tags, no images, of links their text."""
    (parsed,) = _INLINE.parseInline(inline.content[: 10 * _MOST_HEADING], environment)
    read = {"text": "", "code_inline": "", "softbreak": "\n", "hardbreak": "\n"}
    return "".join(read[token.type] or token.content for token in parsed.children or () if token.type in read)


def _parts(content: str) -> Iterator[str]:
    """The content in pieces of at most PART_OCTETS bytes, cut between paragraphs or lines where there are any."""
    while len(octets := content.encode()) > PART_OCTETS:
        head = octets[:PART_OCTETS].decode(errors="ignore")
        end = head.rfind("\n\n") + 1 or head.rfind("\n") + 1 or len(head)
        yield content[:end].rstrip("\n")
        content = content[end:].lstrip("\n")
    yield content


class Slugs:
    """The anchors that GitHub gives to the headings of one file, as the package github-slugger has them from it."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {"": 0}

    def unique(self, heading: str) -> str:
        """The anchor of the next heading; the empty one is what stands before the first."""
        plain = anchor = slug(heading)[:_MOST_SLUG]
        while anchor in self._seen:
            self._seen[plain] += 1
            anchor = f"{plain}-{self._seen[plain]}"
        self._seen[anchor] = 0
        return anchor


def slug(heading: str) -> str:
    """Letters in lower case, digits and underscores stay, blanks become dashes, everything else goes."""
    return "".join(_kept(heading.lower()))


def _kept(characters: Sequence[str]) -> Iterator[str]:
    for character in characters:
        category = unicodedata.category(character)
        if character == " ":
            yield "-"
        elif character == "-" or category[0] in "LM" or category in ("Nd", "Nl", "Pc") or _CIRCLED.match(character):
            yield character
