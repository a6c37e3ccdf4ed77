"""Checks of the values of settings, and the annotated types made of them."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

MIN_JWT_SECRET_BYTES: Final = 32
SECRETS_KEY_BYTES: Final = 32
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(:\d*)?")
_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def _postgres_url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
    except ValueError:
        raise ValueError("is not a URL; postgresql://user:password@host:port/database is expected") from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("is not a PostgreSQL URL; postgresql://user:password@host:port/database is expected")
    if not all(_HOST.fullmatch(host) for host in parts.netloc.rpartition("@")[2].split(",")):
        raise ValueError(
            "has a host or port that cannot be read; postgresql://user:password@host:port/database is"
            " expected, with the characters @ : / ? # % in user and password percent-encoded"
        )
    return value


def _web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or any(char.isspace() for char in value):
        raise ValueError("is not a web address; http://host or https://host is expected")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must have no user name, password, query or fragment; https://host/path is expected")
    return value.rstrip("/")


def _address(value: str) -> str:
    try:
        parts = urlsplit(f"//{value}")
        well_formed = bool(parts.hostname) and parts.port != 0 and parts.netloc == value and "@" not in value
    except ValueError:
        well_formed = False
    if not well_formed or any(char.isspace() for char in value):
        raise ValueError("is not an address; host or host:port is expected")
    return value


def _origin(value: str) -> str:
    if value == "*":
        return value
    try:
        parts = urlsplit(_web_url(value))
    except ValueError:
        parts = None
    if parts is None or parts.path:
        raise ValueError("has an entry that is not an origin; https://host[:port] (or *) is expected for each")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _jwt_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < MIN_JWT_SECRET_BYTES:
        raise ValueError(f"is too short; at least {MIN_JWT_SECRET_BYTES} bytes are expected (RFC 7518, 3.2)")
    return value


def _secrets_key(value: SecretStr) -> SecretStr:
    try:
        sizes = {len(key) for key in secrets_keys(value)}
    except ValueError:
        sizes = set()
    if sizes != {SECRETS_KEY_BYTES}:
        raise ValueError(f"is not {SECRETS_KEY_BYTES} bytes in base64, or several such separated by commas")
    return value


def secrets_keys(value: SecretStr) -> list[bytes]:
    """The keys of SECRETS_KEY, first the one that encrypts. Raises ValueError where one is not base64."""
    return [b64decode(key.strip(), validate=True) for key in value.get_secret_value().split(",")]


def _provider_name(value: str) -> str:
    if not _PROVIDER_NAME.fullmatch(value):
        raise ValueError("has a provider name that is not lower-case letters, digits, - and _")
    return value


PostgresUrl: TypeAlias = Annotated[SecretStr, AfterValidator(_postgres_url)]
WebUrl: TypeAlias = Annotated[str, AfterValidator(_web_url)]
Address: TypeAlias = Annotated[str, AfterValidator(_address)]
Origin: TypeAlias = Annotated[str, AfterValidator(_origin)]
JwtSecret: TypeAlias = Annotated[SecretStr, AfterValidator(_jwt_secret)]
SecretsKey: TypeAlias = Annotated[SecretStr, AfterValidator(_secrets_key)]
ProviderName: TypeAlias = Annotated[str, AfterValidator(_provider_name)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400)]
