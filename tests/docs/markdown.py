"""Reads the parts of our Markdown pages that the tests hold true: tables and fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Block:
    """A fenced block, and the heading that it stands under."""

    language: str
    heading: str
    text: str


class Page:
    """One Markdown file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text("utf-8")

    def blocks(self, language: str, heading: str | None = None) -> list[Block]:
        """The fenced blocks of a language, in order; those under one heading if it is named."""
        return [block for block in self._blocks() if block.language == language and heading in (None, block.heading)]

    def table(self, heading: str) -> list[dict[str, str]]:
        """The rows of the first table under a heading, by column; cells without the back-quotes around them."""
        return self.tables(heading)[0]

    def tables(self, heading: str) -> list[list[dict[str, str]]]:
        """All tables under a heading."""
        found: list[list[list[str]]] = []
        inside = False
        for line in self._section(heading):
            if not line.startswith("|"):
                inside = False
                continue
            if not inside:
                found.append([])
                inside = True
            found[-1].append([cell.strip() for cell in line.strip().strip("|").split("|")])
        assert found, f"{self.path.name} has no table under {heading!r}"
        return [[dict(zip(rows[0], row, strict=True)) for row in rows[2:]] for rows in found]

    def anchors(self) -> set[str]:
        """The anchors that links may point at, as code hosts make them of headings."""
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title, _ in self._lines() if title}

    def links(self) -> list[str]:
        """The targets of all links."""
        return re.findall(r"\]\(([^)\s]+)\)", self.text)

    def _section(self, heading: str) -> list[str]:
        lines = [line for title, line in self._lines() if title == heading]
        assert lines, f"{self.path.name} has no heading {heading!r}"
        return lines

    def _lines(self) -> Iterator[tuple[str, str]]:
        title, fenced = "", False
        for line in self.text.splitlines():
            fenced ^= line.startswith("```")
            if not fenced and (match := re.fullmatch(r"#+ (.+)", line)):
                title = match[1].replace("`", "")
            yield title, line

    def _blocks(self) -> Iterator[Block]:
        language, lines = None, list[str]()
        for title, line in self._lines():
            if line.startswith("```"):
                if language is None:
                    language, lines = line[3:].strip(), []
                else:
                    yield Block(language, title, "\n".join(lines) + "\n")
                    language = None
            elif language is not None:
                lines.append(line)


def code(cell: str) -> str:
    """What stands in the first pair of back-quotes of a cell."""
    match = re.search(r"`([^`]+)`", cell)
    assert match, f"no code in {cell!r}"
    return match[1]


def qualified(name: str) -> str:
    """A relation's name with its schema; public where the page leaves it out."""
    return name if "." in name else f"public.{name}"
