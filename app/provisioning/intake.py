"""How the source of an app comes in: with a request, or from where it is kept; and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from app.caller import Caller
from app.database import Database
from app.errors import NoTablesFound, RateLimited, UnprocessableRequest
from app.provisioning.changes.items import fingerprint, items_of
from app.provisioning.extraction.report import document, told
from app.provisioning.extraction.result import Extraction
from app.provisioning.extraction.sandbox import Extracted, Given, extract_apart
from app.provisioning.lines import LineFull, Lines
from app.provisioning.source.files import SourceError

AT_ONCE: Final = 2
"""Apps that one worker reads at a time: each takes a processor, and its files are in memory."""

EACH_AT_ONCE: Final = 1
"""Of one tenant's: whatever it uploads, there is a reader for the others."""

MOST_WAITING: Final = 4
"""Of one tenant's, which wait for their turn; who comes then is told to come again."""

RETRY_SECONDS: Final = 10.0

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
        self._lines = Lines(AT_ONCE, EACH_AT_ONCE, MOST_WAITING)

    async def read(
        self, caller: Caller, app_id: UUID, given: Given | None, *, tenant_id: str | None = None
    ) -> Extracted:
        """What the files mean: those given, or else those that are kept of an app that the caller sees.

        `tenant_id`: in whose line this waits. Raises RateLimited where too many wait there.
        """
        try:
            async with self._lines.place(tenant_id):
                return await extract_apart(given or await self._kept(caller, app_id))
        except LineFull as error:
            raise RateLimited(
                "Too many uploads of your organisation wait to be read; try again when some are done.",
                retry_after=RETRY_SECONDS,
            ) from error
        except SourceError as error:
            raise UnprocessableRequest(str(error)) from error

    async def _kept(self, caller: Caller, app_id: UUID) -> Given:
        rows = await self._database.fetch("read_app_files", caller.claims, app_id)
        return Given(files={row["path"]: row["content"] for row in rows})

    async def keep(
        self, caller: Caller, app_id: UUID, given: Given | None, *, empty: bool, tenant_id: str | None = None
    ) -> Revision:
        """The revision that the files are: those given are kept in the place of former ones.

        Raises RateLimited, as above; NoTablesFound where they say nothing of tables and that was not asked for with
        `empty`, and where no database can have the tables that they say.
        """
        extracted = await self.read(caller, app_id, given, tenant_id=tenant_id)
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
