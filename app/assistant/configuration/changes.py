"""A change of a configuration, as a suggestion holds it, a comparison gives it and a YAML document takes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from app.assistant.configuration.paths import Path, to_json

Operation = Literal["add", "replace", "remove"]


class Nothing(Enum):
    """The type of ABSENT."""

    ABSENT = "absent"


ABSENT: Final = Nothing.ABSENT
"""In the place of a value where there is none; null is one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `before` is what it rests on, ABSENT for what is added, `after` ABSENT for what is removed.

    What is added to a list has a selector for its last token, and comes at `position`, else at the end.
    """

    operation: Operation
    path: Path
    before: Any = ABSENT
    after: Any = ABSENT
    position: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What `private.apply_changes()` takes; what is absent is left out."""
        given = {"before": self.before, "after": self.after}
        return {
            "operation": self.operation,
            "path": to_json(self.path),
            **{name: value for name, value in given.items() if value is not ABSENT},
            **({} if self.position is None else {"position": self.position}),
        }

    def inverse(self) -> Change:
        """The change that takes this one back."""
        opposite: dict[Operation, Operation] = {"add": "remove", "remove": "add", "replace": "replace"}
        return Change(opposite[self.operation], self.path, self.after, self.before, self.position)
