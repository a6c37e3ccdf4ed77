"""The report of a run: printed as it comes, and written as a Markdown page at the end."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

BUSY_SHARE = 0.5
"""A load average of more than this, for each core, before anything was started means that others are at work."""


def middle(samples: Sequence[float], digits: int = 1) -> str:
    """The median, and from where to where the samples go."""
    if not samples:
        return "–"
    low, median, high = min(samples), statistics.median(samples), max(samples)
    spread = f" ({low:,.{digits}f}–{high:,.{digits}f})" if len(samples) > 1 else ""
    return f"{median:,.{digits}f}{spread}"


def quantile(samples: Sequence[float], share: float) -> float:
    """The sample below which that share of them lies."""
    return sorted(samples)[min(int(len(samples) * share), len(samples) - 1)]


@dataclass
class Report:
    """What a run has to say, in order."""

    _lines: list[str] = field(default_factory=list)
    _aims: list[list[str]] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        """Add lines, a paragraph each."""
        for line in lines:
            self._lines += [line, ""]
            print(line, end="\n\n", flush=True)

    def title(self, text: str, about: str) -> None:
        """Begin a part."""
        self.say(f"## {text}", about)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table; its first column is text, the others are figures."""
        widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = []
        for row in (header, rule, *rows):
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        self.say("\n".join(lines))

    def aim(self, what: str, figure: float, aim: float, *, at_most: bool, digits: int = 2) -> None:
        """Hold a figure against what is aimed at; all of them are shown together at the end."""
        if math.isnan(figure):
            return
        met = figure <= aim if at_most else figure >= aim
        sign = "≤" if at_most else "≥"
        self._aims.append([what, f"{figure:,.{digits}f}", f"{sign} {aim:g}", "yes" if met else "no"])

    def close(self, path: Path) -> None:
        """Show the aims and write the page."""
        if self._aims:
            self.say("## Aims")
            self.table(["what", "figure", "aim", "met"], self._aims)
        path.write_text("\n".join(["# Benchmark", "", *self._lines]))
        print(f"Written to {path}.")

    def warn_if_busy(self) -> None:
        """Say so if somebody else seems to be using the machine."""
        load = os.getloadavg()[0]
        if load > BUSY_SHARE * (os.cpu_count() or 1):
            self.say(f"**The load average was {load:.1f} before the run began: others use this machine.**")
