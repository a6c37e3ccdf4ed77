"""What there is to say about an app's entities beside the schema."""

from __future__ import annotations

from app.provisioning.extraction.result import Finding, Rejected
from app.provisioning.schema.model import Evidence
from app.provisioning.source.values import Found


class Report:
    """Collects findings; the same is told once."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}
        self.rejected: list[Rejected] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in order."""
        return tuple(self._findings)

    def error(self, at: Found | None, rule: str, message: str) -> None:
        """A part that TypeORM itself would refuse, or that only running the app would tell."""
        self._findings[Finding("error", *_place(at), f"typeorm.{rule}", message)] = None

    def warning(self, at: Found | None, rule: str, message: str) -> None:
        """A part that became another thing than what was written."""
        self._findings[Finding("warning", *_place(at), f"typeorm.{rule}", message)] = None

    def repeated(self, file: str, line: int, name: str) -> None:
        """An index of a name that another one has."""
        message = f"Another index or key is named {name}; PostgreSQL keeps one of a name."
        self._findings[Finding("error", file, line, "typeorm.repeated-name", message)] = None

    def reject(self, name: str, reason: str, at: Found) -> None:
        """What looked like a table and was not taken for one."""
        self.rejected.append(Rejected(name, reason, evidence(at, "rejected")))


def evidence(at: Found, rule: str, confidence: float = 1.0) -> Evidence:
    """Where a part of the schema comes from."""
    return Evidence(*_place(at), f"typeorm.{rule}", confidence)


def _place(at: Found | None) -> tuple[str, int]:
    return ("", 0) if at is None else (at.module.path, at.line)
