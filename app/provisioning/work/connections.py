"""What opens an app's database: the address that apps reach its server at, and the password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

from app.provisioning.work.passwords import Passwords

DEFAULT_PORT: Final = 5432


@dataclass(frozen=True, slots=True)
class ShownAddress:
    """Where apps reach the server, which may be another way than ours: a public name, a pooler."""

    host: str
    port: int
    sslmode: str | None
    """None: as drivers do by themselves. libpq tries TLS; node-postgres takes `prefer` itself for `verify-full`."""

    @classmethod
    def of(cls, url: str, address: str | None = None, sslmode: str | None = None) -> ShownAddress:
        """From the provisioner's URL, and the settings where they say otherwise."""
        parts = urlsplit(f"//{address}" if address else url)
        first = urlsplit(f"//{parts.netloc.rpartition('@')[2].split(',')[0]}")
        host = first.hostname or "localhost"
        said = parse_qs(urlsplit(url).query).get("sslmode", [None])[-1]
        return cls(host, first.port or DEFAULT_PORT, sslmode or said or (None if _is_here(host) else "require"))


class Connections:
    """Connection strings."""

    def __init__(self, passwords: Passwords, address: ShownAddress) -> None:
        self._passwords = passwords
        self._address = address

    def connection(self, database: Mapping[str, Any], password: str) -> Mapping[str, Any]:
        """The connection of a database of which the row and the encrypted password (base64) are given.

        Raises EncryptionUnavailable.
        """
        at, user, name = self._address, database["role_name"], database["database_name"]
        secret = self._passwords.unwrapped(password, UUID(database["tenant_id"]), UUID(database["id"]))
        host = f"[{at.host}]" if ":" in at.host else at.host
        options = f"?sslmode={at.sslmode}" if at.sslmode else ""
        return {
            "connectionString": f"postgresql://{user}:{quote(secret, safe='')}@{host}:{at.port}/{name}{options}",
            "host": at.host,
            "port": at.port,
            "database": name,
            "user": user,
            "password": secret,
            "sslMode": at.sslmode,
        }


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
