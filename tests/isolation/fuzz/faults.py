"""What is wrong, and how to see it again; what was tried."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold."""

    kind: str
    caller: str
    where: str
    what: str
    how: str = ""

    def __str__(self) -> str:
        lines = [f"{self.kind}, as {self.caller}, {self.where}: {self.what.strip()}", *self.how.splitlines()]
        return "\n    ".join(lines)


@dataclass
class Findings:
    """What some requests showed."""

    requests: int = 0
    operations: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    conversations: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers to questions in a conversation of the start, by what it is to the caller and status."""
