"""What there is to say about an app's models beside the schema."""

from __future__ import annotations

from app.provisioning.extraction.result import Finding
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import Evidence
from app.provisioning.source.values import Found


class Notes:
    """Collects findings; the same is told once."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in order."""
        return tuple(self._findings)

    def error(self, at: Found, rule: str, message: str) -> None:
        """A part that Sequelize itself would refuse, or that only running the app would tell."""
        self._findings[Finding("error", at.module.path, at.line, f"sequelize.{rule}", message)] = None

    def warning(self, at: Found, rule: str, message: str) -> None:
        """A part that became another thing than what was written."""
        self._findings[Finding("warning", at.module.path, at.line, f"sequelize.{rule}", message)] = None

    def expression(self, sql: str, at: Found) -> str | None:
        """SQL of the source, if it can stand in a statement."""
        try:
            return checked(sql)
        except ExpressionError as error:
            self.error(at, "expression", f"{error} It is left out.")
            return None


def evidence(at: Found, rule: str) -> Evidence:
    """Where a part of the schema comes from."""
    return Evidence(at.module.path, at.line, f"sequelize.{rule}")
