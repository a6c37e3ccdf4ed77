"""How the source of an app comes in: with a request, or from where it is kept; and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from app.caller import Caller
from app.database import Database
from app.errors import NoTablesFound, UnprocessableRequest
from app.provisioning.changes.items import fingerprint, items_of
from app.provisioning.extraction.report import document, told
from app.provisioning.extraction.result import Extraction
from app.provisioning.extraction.sandbox import Extracted, Given, extract_apart
from app.provisioning.source.files import SourceError

AT_ONCE: Final = 2
"""Apps that one worker reads at a time: each takes a processor, and its files are in memory."""


MOST_FINDINGS: Final = 50
"""That an error tells."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of an app's schema that is kept."""

    id: UUID
    number: int
    extracted: Extracted


class Intake:
    """Reads apps' files. Each method raises PalaverErrors."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places = asyncio.Semaphore(AT_ONCE)

    async def read(self, caller: Caller, app_id: UUID, given: Given | None) -> Extracted:
        """What the files mean: those given, or else those that are kept of an app that the caller sees."""
        if given is None:
            rows = await self._database.fetch("read_app_files", caller.claims, app_id)
            given = Given(files={row["path"]: row["content"] for row in rows})
        async with self._places:
            try:
                return await extract_apart(given)
            except SourceError as error:
                raise UnprocessableRequest(str(error)) from error

    async def keep(self, caller: Caller, app_id: UUID, given: Given | None, *, empty: bool) -> Revision:
        """The revision that the files are: those given are kept in the place of former ones.

        Raises NoTablesFound where they say nothing of tables and that was not asked for with `empty`, and where no
        database can have the tables that they say.
        """
        extracted = await self.read(caller, app_id, given)
        extraction = self.checked(extracted, empty=empty)
        if given is not None:
            await self.store(caller, app_id, extracted.files)
        schema: Any = msgspec.to_builtins(extraction.schema)
        report = {key: value for key, value in document(extraction, extracted.left_out).items() if key != "schema"}
        meant = fingerprint(items_of(extraction.schema))
        encoded = [msgspec.json.encode(each).decode() for each in (schema, report)]
        row = await self._database.fetch_row(
            "record_app_revision", caller.claims, app_id, *encoded, extracted.digest, meant
        )
        kept = msgspec.json.decode(row["revision"])
        return Revision(UUID(kept["id"]), kept["number"], extracted)

    @staticmethod
    def checked(extracted: Extracted, *, empty: bool) -> Extraction:
        """What can be made of the files. Raises NoTablesFound, as above."""
        extraction = extracted.extraction
        if extraction.errors_of_schema or not (extraction.schema.tables or empty):
            raise NoTablesFound(extra={"findings": [told(each) for each in extraction.findings][:MOST_FINDINGS]})
        return extraction

    async def store(self, caller: Caller, app_id: UUID, files: Mapping[str, str]) -> None:
        """Keep these files as the app's, in the place of all former ones."""
        await self._database.fetch("put_app_files", caller.claims, app_id, [*files], [*files.values()], True)
