"""What an app's database is called on the server: opaque, since every role can list databases and roles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

OWNER: Final = "palaver_apps"
"""Owns every app's database and cannot log in: an owner could lift its own limits, and let others in."""

APPS: Final = r"^app_[0-9a-f]{32}"
"""Databases and roles of apps begin so (a regular expression of PostgreSQL)."""

LENGTH: Final = len("app_") + 32
"""Of a database's name, with which those of all its roles begin."""

HANDS: Final = r"^hand_[0-9a-f]{16}$"
"""Temporary logins."""

SCRATCHES: Final = r"^scratch_[0-9a-f]{16}$"
"""Databases for a while, and their logins."""

_DATABASE: Final = re.compile(r"app_([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that go with the id of a database."""

    database_id: UUID

    @property
    def database(self) -> str:
        """The database."""
        return f"app_{self.database_id.hex}"

    @property
    def role(self) -> str:
        """Owns all that is in the database; also the first of its logins."""
        return self.database

    @property
    def second_login(self) -> str:
        """Takes turns with `role` when passwords are rotated, and acts as it."""
        return f"{self.role}_b"

    @property
    def frozen(self) -> str:
        """Owns the tables while nothing may be written to them."""
        return f"{self.role}_frozen"

    @property
    def successor(self) -> str:
        """What is to take the place of the database."""
        return f"{self.database}_next"

    @property
    def former(self) -> str:
        """What had the place of the database until just now."""
        return f"{self.database}_former"

    @property
    def databases(self) -> dict[str, str]:
        """All that there may be of it, for a moment also beside it."""
        return {"database": self.database, "successor": self.successor, "former": self.former}

    @property
    def logins(self) -> tuple[str, str]:
        """Whom the app can sign in as."""
        return self.role, self.second_login

    @property
    def lock(self) -> int:
        """The advisory lock of whoever works on this database, from the id's random half."""
        return int.from_bytes(self.database_id.bytes[8:], signed=True)

    @classmethod
    def of(cls, database: str) -> Names | None:
        """The names that a database's name belongs to; None if it is no app's."""
        found = _DATABASE.fullmatch(database)
        return cls(UUID(found[1])) if found else None
