"""What an answer is doing before and between what it says, for people to see."""

from __future__ import annotations

from typing import Literal

from app.chat.pieces import Step

Name = Literal[
    "reading_configuration",
    "comparing",
    "searching_documentation",
    "asking_model",
    "looking_up",
    "checking_suggestions",
]


class Steps:
    """The steps of one answer, one at a time."""

    def __init__(self) -> None:
        self._active: Step | None = None

    def begin(self, name: Name, number: int = 1, detail: str | None = None) -> Step:
        """A step begins; those of one name are numbered."""
        self._active = Step(name if number == 1 else f"{name}-{number}", name, "active", detail)
        return self._active

    def end(self, state: Literal["done", "failed"] = "done", detail: str | None = None) -> list[Step]:
        """The step that is active is over; nothing where none is."""
        step, self._active = self._active, None
        return [] if step is None else [Step(step.id, step.name, state, detail or step.detail)]
