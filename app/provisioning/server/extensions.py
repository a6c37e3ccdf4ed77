"""Extensions that an app needs and that its database could not have, found before anything is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.provisioning.schema.extensions import Use, uses
from app.provisioning.schema.model import Schema
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppServerError

_SHOWN: Final = 5


class ExtensionMissing(AppServerError):
    """The app needs an extension of PostgreSQL that the server for apps lacks."""

    code = "APP_EXTENSION_MISSING"


@dataclass(frozen=True, slots=True)
class Lack:
    """An extension that the server lacks, or lets only its superuser make, and what needs it."""

    extension: str
    uses: tuple[Use, ...]

    def __str__(self) -> str:
        subjects = ", ".join(dict.fromkeys(use.subject for use in self.uses[:_SHOWN]))
        more = f" and {len(self.uses) - _SHOWN} more" if len(self.uses) > _SHOWN else ""
        needed = f"{subjects}{more} needs" if subjects else "the app's source asks for"
        return f"{needed} the extension {self.extension}, which databases on this server cannot have"


async def lacks(server: AppServer, schema: Schema) -> list[Lack]:
    """What a database on that server would lack. Raises AppServerError."""
    missing = await server.without(schema.extensions)
    return [Lack(name, tuple(uses(schema, name))) for name in schema.extensions if name in missing]


async def check_extensions(server: AppServer, schema: Schema) -> None:
    """Raises ExtensionMissing where the server lacks one, and AppServerError."""
    if found := await lacks(server, schema):
        raise ExtensionMissing(f"{'; '.join(str(each) for each in found)}."[:2000])
