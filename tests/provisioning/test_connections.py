"""The connection strings that are handed out."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.encryption import SecretsKeys
from app.provisioning.work.connections import Connections, ShownAddress
from app.provisioning.work.passwords import Passwords

TENANT, DATABASE = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        # node-postgres takes every sslmode but `disable` for an order to use TLS, which no server on one machine has.
        ("postgresql://p:q@127.0.0.1:54329/postgres", (None, None), "127.0.0.1:54329/app"),
        ("postgresql://p:q@localhost/postgres?sslmode=require", (None, None), "localhost:5432/app?sslmode=require"),
        ("postgresql://p:q@[::1]:5433/postgres", (None, "disable"), "[::1]:5433/app?sslmode=disable"),
        ("postgresql://p:q@10.0.0.7/postgres", (None, None), "10.0.0.7:5432/app?sslmode=require"),
        (
            "postgresql://p:q@127.0.0.1/postgres",
            ("apps.example.org", None),
            "apps.example.org:5432/app?sslmode=require",
        ),
        ("postgresql://p:q@10.0.0.7/p?sslmode=verify-full", ("db:6432", None), "db:6432/app?sslmode=verify-full"),
    ],
)
def test_says_how_apps_reach_the_server(url: str, settings: tuple[str | None, str | None], expected: str) -> None:
    passwords = Passwords(SecretsKeys([bytes(32)]))
    row = {"tenant_id": str(TENANT), "id": str(DATABASE), "role_name": "app", "database_name": "app"}

    shown = Connections(passwords, ShownAddress.of(url, *settings)).connection(
        row, passwords.wrapped("a/b", TENANT, DATABASE)
    )

    assert shown["connectionString"] == f"postgresql://app:a%2Fb@{expected}"
    assert shown["sslMode"] == (expected.partition("sslmode=")[2] or None)
