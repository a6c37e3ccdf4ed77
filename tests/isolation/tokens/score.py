"""What was tried and how it went, by category."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.benchmarks.stage import table


@dataclass
class Score:
    """Counts of tokens and controls, and a line for each thing that did not hold."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    controls: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether something was tried and everything held."""
        return not self.faults and self.tried == self.refused and self.controls == self.accepted and bool(self.tried)

    def table(self) -> str:
        """A row for each category."""
        names = dict.fromkeys((*self.tried, *self.controls))
        counters = (self.tried, self.refused, self.controls, self.accepted)
        rows = [[name, *(str(counter[name]) for counter in counters)] for name in names]
        return table(["category", "tried", "refused", "controls", "accepted"], rows)

    def sentence(self) -> str:
        """The figures in one line."""
        return (
            f"tokens: {self.tried.total()} tried through the worker's door, {self.refused.total()} refused as they"
            f" should be, {self.accepted.total()} of {self.controls.total()} controls accepted"
        )
