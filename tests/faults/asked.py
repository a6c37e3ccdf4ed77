"""Questions of the load, each with the script of its answer, and what their askers saw."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Read:
    """One stream of an answer, and the deaths of the worker that it came from, later ones too."""

    begun_at: float
    ended_at: float
    marks: Sequence[tuple[float, int]]
    """When so many characters of the answer had come."""
    deaths: Sequence[float]


@dataclass
class Asked:
    """A question, and what its asker saw; `expected` is the whole answer if nothing breaks."""

    number: int
    message: str
    expected: str
    who: UUID
    key: str | None
    turn_id: UUID | None = None
    """Once it is acknowledged."""
    seen: str = ""
    end: tuple[str, Any] | None = None
    reads: list[Read] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stop_ms: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether its asker knows the turn to be over: a worker without its database cannot say how it ended."""
        if self.end is None:
            return False
        name, data = self.end
        return name == "done" or ("turnId" in data and data["code"] != "DB_ERROR")


def question(number: int, who: UUID, chance: random.Random, *, small: bool) -> Asked:
    """A question whose answer goes well, slowly, or wrong in one of the ways of model servers."""
    words = [f"w{n}{chance.choice(('', 'é', '漢', '🙂'))} " for n in range(8 if small else chance.randint(1, 60))]
    at = chance.randint(1, len(words))
    faults: tuple[dict[str, Any], ...] = (
        {},
        {"splits": [7, 1, 61]},
        {"close_after": at},
        {"close_after": at, "reset": True},
        {"error_after": at},
        {"raw_after": at, "raw": "{"},
        {"stall_after": at, "stall_seconds": chance.choice((0.8, 5))},
        {"status": 500},
    )
    (fault,) = chance.choices(faults, (60, 8, 4, 4, 4, 2, 4, 2))
    script: dict[str, Any] = {"answer": words, **fault}
    if chance.random() < 0.3:
        script["usage"] = None
    elif small:
        script["usage"] = {"prompt_tokens": 90, "completion_tokens": 30, "total_tokens": 120}
    # What is cut in odd places is made in one go.
    script["seconds_per_frame"] = 0.0 if "splits" in fault else chance.choice((0.01, 0.03, 0.06))
    message = f"Question {number} [[script {json.dumps(script, ensure_ascii=False)}]]"
    return Asked(number, message, "".join(words), who, f"key-{number}" if chance.random() < 0.6 else None)
