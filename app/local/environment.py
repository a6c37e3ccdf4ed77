"""What the stack's programs inherit from the terminal: everything but settings that mean another database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

OWN_SETTINGS = (
    "DATABASE_URL",
    "WORKER_DATABASE_URL",
    "SUPABASE_URL",
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_SECRET_KEY",
    "SUPABASE_JWT_SECRET",
    "HOST",
    "PORT",
)
HERE = "127.0.0.1,localhost,::1"


def means_another_database(name: str) -> bool:
    """Whether a variable of the terminal would lead our programs away from the stack's own database."""
    return name in OWN_SETTINGS or name.startswith(("PG", "SUPABASE_")) or name.endswith("DATABASE_URL")


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program of the stack, before its own settings are added."""
    kept = {name: value for name, value in environment.items() if not means_another_database(name)}
    for name in ("no_proxy", "NO_PROXY"):
        kept[name] = ",".join(filter(None, (kept.get(name), HERE)))
    return kept


def with_given(secrets_key: str, environment: Mapping[str, str], env_file: Path) -> str:
    """The stack's own SECRETS_KEY behind one that a person has set, with which there may be something encrypted."""
    given = environment.get("SECRETS_KEY") or dotenv_values(env_file).get("SECRETS_KEY")
    return f"{given},{secrets_key}" if given else secrets_key
