"""Settings of the worker and its commands, read from the environment and from `.env`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import from_json
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.setting_values import (
    Address,
    JwtSecret,
    Origin,
    PostgresUrl,
    ProviderName,
    Seconds,
    SecretsKey,
    WebUrl,
    secrets_keys,
)

__all__ = ["SERVE", "Alternatives", "Provider", "SettingRow", "Settings", "SettingsError", "reference", "secrets_keys"]

Alternatives: TypeAlias = tuple[str, ...]
"""Names of settings of which at least one must be set."""

SERVE: Final[tuple[Alternatives, ...]] = (("WORKER_DATABASE_URL",), ("SUPABASE_URL", "SUPABASE_JWT_SECRET"))
"""What `python -m app serve` cannot do without."""


class SettingsError(Exception):
    """Some settings are wrong or missing; the text has a line for each, and no secret value."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class Provider(BaseModel):
    """One OpenAI-compatible server that tenants may choose by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: WebUrl
    api_key: SecretStr | None = None
    default_model: str | None = None


class Settings(BaseSettings):
    """Each field is one setting, whose name is the field's in upper case; empty means not set."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    palaver_env: Literal["development", "production"] = Field(
        default="development",
        description="`development` or `production`; production logs JSON and refuses demo seeds.",
    )
    host: str = Field(default="127.0.0.1", description="Address the worker listens on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port the worker listens on; 0 takes a free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )
    database_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL URL of the schema's owner, for migrations and jobs."
    )
    worker_database_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL URL of `palaver_worker`, with which the worker serves requests."
    )
    provisioner_database_url: PostgresUrl | None = Field(
        default=None,
        description="PostgreSQL URL of `palaver_provisioner`, which makes databases for generated apps, on a server "
        "set up with `sql/apps_server.sql`. Without it, or without `SECRETS_KEY`, none are made.",
    )
    apps_database_address: Address | None = Field(
        default=None,
        description="`host` or `host:port` at which apps reach that server, if not as in `PROVISIONER_DATABASE_URL`.",
    )
    apps_database_sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = Field(
        default=None,
        description="`sslmode` of apps' connection strings; `require` by default, on this machine none.",
    )
    apps_backup_directory: str | None = Field(
        default=None,
        description="Directory of the backups of apps' databases, the same for all workers. Without it none are made: "
        "also not before a database goes, or a change loses data.",
    )
    apps_backup_timeout_seconds: Seconds = Field(
        default=3600.0, description="Longest time that a backup, a restore or a copy of an app's database may take."
    )
    apps_postgres_bin_directory: str | None = Field(
        default=None,
        description="Directory of `pg_dump` and `pg_restore` of the version of the server for apps, if not in `PATH`.",
    )
    database_pool_size: int = Field(
        default=10,
        ge=1,
        le=1_000,
        description="Most connections one worker opens for requests; three more serve its turns.",
    )
    database_timeout_seconds: Seconds = Field(
        default=5.0, description="Longest wait for a connection from the pool, and for one statement."
    )
    supabase_url: WebUrl | None = Field(
        default=None,
        description="Address of the Supabase project; its published keys (JWKS) verify access tokens. "
        "`serve` needs this or `SUPABASE_JWT_SECRET`.",
    )
    supabase_publishable_key: str | None = Field(
        default=None, description="Supabase's publishable (anon) key, given to the console page."
    )
    supabase_secret_key: SecretStr | None = Field(
        default=None,
        description="Supabase's secret (service) key, for administrative commands; `serve` never uses it.",
    )
    supabase_jwt_secret: JwtSecret | None = Field(
        default=None,
        description="Legacy secret, at least 32 bytes, with which HS256 access tokens are signed. "
        "Without it HS256 tokens are refused.",
    )
    secrets_key: SecretsKey | None = Field(
        default=None,
        description="Key that protects the keys with which tenants' messages are encrypted, and the passwords of apps' "
        "databases, the same at every worker: "
        "32 random bytes in base64 (`openssl rand -base64 32`). Of several, separated by commas, the first encrypts "
        "and all decrypt.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key for OpenAI, or for the server at `OPENAI_BASE_URL`."
    )
    openai_base_url: WebUrl | None = Field(
        default=None,
        description="Address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`; "
        "OpenAI itself when not set.",
    )
    default_ai_model: str = Field(default="gpt-4.1-mini", description="Model for tenants that have chosen none.")
    ai_providers: Annotated[dict[ProviderName, Provider], NoDecode] = Field(
        default_factory=dict,
        description="JSON object of more OpenAI-compatible servers that tenants may name: "
        '`{"name": {"base_url": …, "api_key": …, "default_model": …}}`.',
    )
    enable_ai_assistant: bool = Field(
        default=True,
        description="`false` makes the assistant's routes answer 404 and leaves all data as it is.",
    )
    ai_max_messages_per_conversation: int = Field(
        default=50,
        ge=1,
        le=10_000,
        description="Most recent messages of a conversation that are sent to the model.",
    )
    ai_max_history_bytes: int = Field(
        default=1_000_000,
        ge=10_000,
        le=100_000_000,
        description="Most text of a conversation, in bytes, that is sent to the model; a file counts as 4,000.",
    )
    ai_titles: bool = Field(
        default=True,
        description="Whether the model titles conversations after their first answer; `titles` in a tenant's"
        " `features` can turn it off.",
    )
    ai_request_timeout_seconds: Seconds = Field(
        default=60.0, description="Longest wait for the model's first byte, and between two of its pieces."
    )
    max_message_chars: int = Field(
        default=32_000, ge=1, description="Longest message a person may send, in characters."
    )
    max_body_bytes: int = Field(
        default=4_194_304, ge=1_024, description="Largest request body, in bytes; images come as data URLs in it."
    )
    max_app_bytes: int = Field(
        default=52_428_800,
        ge=1_024,
        description="Largest request body, in bytes, that may bring the source of an app, as a zip archive or JSON.",
    )
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = Field(
        default=(), description="Comma-separated origins whose pages may call the worker; `*` for any."
    )
    shutdown_grace_seconds: float = Field(
        default=20.0,
        ge=0,
        le=3_600,
        description="Time that open answers get to end at shutdown.",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="If set, `/metrics` asks for it as a bearer token."
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("ai_providers", mode="before")
    @classmethod
    def _parse(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return from_json(value)
        except ValueError:
            raise ValueError("is not JSON; an object of objects with base_url is expected") from None

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_not_set(cls, value: Any, info: ValidationInfo) -> Any:
        # Stands last because of several "before" validators the last one runs first.
        if not isinstance(value, str):
            return value
        value = value.strip()
        if value:
            return value
        return cls.model_fields[str(info.field_name)].get_default(call_default_factory=True)

    @classmethod
    def load(
        cls,
        *,
        require: Iterable[Alternatives] = (),
        env_file: str | Path | None = ".env",
        **values: Any,
    ) -> Self:
        """Read and check the settings; `values` (by field name) go before the environment.

        Raises SettingsError with a line for each wrong value and each requirement that nothing meets.
        """
        problems: dict[str, list[str]] = {}
        try:
            settings = cls(**{**values, "_env_file": env_file})
        except UnicodeDecodeError:
            raise SettingsError([f"{env_file}: is not UTF-8 text"]) from None
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                name = str(item["loc"][0])
                within = ".".join(str(part) for part in item["loc"][1:] if part != "[key]")
                cause = item.get("ctx", {}).get("error")
                said = str(cause) if isinstance(cause, ValueError) else item["msg"].replace("Input s", "s")
                problems.setdefault(name, []).append(f"{within}: {said}" if within else said)
            # A second reading with the wrong values put aside, so that what is missing is named as well.
            fields = cls.model_fields
            good = {name: fields[name].get_default(call_default_factory=True) for name in problems}
            settings = cls(**{**values, **good, "_env_file": env_file})
        lines = [f"{name.upper()}: {'; '.join(said)}" for name, said in problems.items()]
        lines += settings._missing(require, besides=problems)
        if lines:
            raise SettingsError(lines)
        return settings

    def require(self, *names: str) -> None:
        """Raise SettingsError that names each of these settings which is not set."""
        if lines := self._missing(((name,) for name in names), besides=()):
            raise SettingsError(lines)

    def _missing(self, require: Iterable[Alternatives], besides: Iterable[str]) -> list[str]:
        set_or_wrong = {*besides} | {name for name in type(self).model_fields if getattr(self, name) is not None}
        fields = type(self).model_fields
        return [
            f"{' or '.join(names)}: is not set; {fields[names[0].lower()].description}"
            for names in require
            if not any(name.lower() in set_or_wrong for name in names)
        ]

    @property
    def demonstration(self) -> bool:
        """True when no model provider is set up, so the built-in demonstration model answers."""
        return self.openai_api_key is None and self.openai_base_url is None and not self.ai_providers

    @property
    def production(self) -> bool:
        """True in production, where logs are JSON and nothing made for trying is allowed."""
        return self.palaver_env == "production"

    def secrets(self) -> frozenset[str]:
        """Every secret value in these settings, passwords inside URLs included, for redaction."""
        found: set[str] = set()
        values = [getattr(self, name) for name in type(self).model_fields]
        values += [provider.api_key for provider in self.ai_providers.values()]
        for value in values:
            if isinstance(value, SecretStr):
                text = value.get_secret_value()
                found.add(text)
                if text.startswith(("postgres://", "postgresql://")):
                    password = urlsplit(text).password or ""
                    found |= {password, unquote(password)}
        if self.secrets_key is not None:
            found |= {key.strip() for key in self.secrets_key.get_secret_value().split(",")}
        return frozenset(found - {""})


@dataclass(frozen=True)
class SettingRow:
    """One setting as the README's table shows it."""

    name: str
    default: str
    required: bool
    description: str


def reference() -> list[SettingRow]:
    """Every setting, in the order of the README; `required` is what `serve` cannot do without."""
    required = {names[0] for names in SERVE if len(names) == 1}
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "" if default in (None, (), {}) else str(default)
        if isinstance(default, bool):
            shown = shown.lower()
        rows.append(SettingRow(name.upper(), shown, name.upper() in required, field.description or ""))
    return rows
