"""Everything about a person as JSON Lines: a header, a line for each row, a trailer with the number of rows.

The database makes the lines, by the rules in private.personal_data, and sends them as it reads them (COPY), so memory
holds a row and not an archive. One snapshot: the lines belong together.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, TypeAlias

import asyncpg

from app.privacy.people import Person, PrivacyError
from app.queries import QUERIES

Write: TypeAlias = Callable[[bytes], object]
Row: TypeAlias = Callable[[bytes], bytes]
"""What becomes of a line that is a row, without its line feed: where content is encrypted, it is opened here."""
Progress: TypeAlias = Callable[[int, int], None]
"""Is told rows and bytes so far."""

# JSON has no such characters in a line, so that nothing is quoted or escaped a second time.
_QUOTE: Final = "\x01"
_DELIMITER: Final = "\x02"


class _Lines:
    """Takes whole lines as they come from the database, and counts them."""

    def __init__(self, write: Write, row: Row | None, progress: Progress) -> None:
        self._write = write
        self._row = row
        self._progress = progress
        self.rows: dict[str, int] = {}
        self.octets = 0
        self.table = ""

    def add(self, line: str) -> None:
        """A line of its own, which is no row."""
        self._write(line.encode() + b"\n")

    async def copied(self, data: bytes) -> None:
        """Some rows of the table that is being read."""
        if self._row is not None:
            data = b"".join(self._row(line) + b"\n" for line in data.splitlines())
        self._write(data)
        self.rows[self.table] = self.rows.get(self.table, 0) + data.count(b"\n")
        self.octets += len(data)
        self._progress(sum(self.rows.values()), self.octets)


async def export(
    connection: asyncpg.Connection,
    person: Person,
    write: Write,
    *,
    row: Row | None = None,
    progress: Progress = lambda rows, octets: None,
) -> dict[str, int]:
    """Write everything about a person; the number of rows of each table. Raises PrivacyError."""
    lines = _Lines(write, row, progress)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        header = await connection.fetchval(QUERIES["export_header"], person.tenant_id, person.id)
        if header is None:
            raise PrivacyError(f"{person.email} is being erased: there is nothing to export any more.")
        lines.add(header)
        for table, statement in await connection.fetch(
            QUERIES["export_statements"], person.tenant_id, person.id, person.account
        ):
            lines.table = table
            await connection.copy_from_query(
                statement, output=lines.copied, format="csv", quote=_QUOTE, delimiter=_DELIMITER
            )
        lines.add(await connection.fetchval(QUERIES["export_trailer"], json.dumps(lines.rows)))
    return lines.rows
