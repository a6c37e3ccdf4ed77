"""What is to be said about a schema, gathered while it is read."""

from __future__ import annotations

from typing import Final

from app.provisioning.extraction.result import Finding, Severity

MOST_FINDINGS: Final = 1_000
"""Enough for a person; a file of something else entirely would otherwise give one for each of its lines."""


class Notes:
    """Findings in the order of their discovery, each once."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}

    def error(self, file: str, line: int, rule: str, message: str) -> None:
        """Something that Prisma itself rejects, or that no database can have."""
        self._add("error", file, line, rule, message)

    def warning(self, file: str, line: int, rule: str, message: str) -> None:
        """Something that became another thing than what was written."""
        self._add("warning", file, line, rule, message)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, by place."""
        return tuple(sorted(self._findings, key=lambda each: (each.file, each.line)))

    def _add(self, severity: Severity, file: str, line: int, rule: str, message: str) -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings[Finding(severity, file, line, f"prisma.{rule}", message)] = None
