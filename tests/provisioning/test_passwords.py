"""The passwords of apps' databases as they are stored, and SECRETS_KEY when it is another one."""

from __future__ import annotations

from base64 import b64decode
from uuid import UUID

import pytest

from app.encryption import SecretsKeys
from app.errors import EncryptionUnavailable
from app.provisioning.work.passwords import Passwords, rewrap_all
from tests.world import Actor, Database

OLD, NEW = bytes(32), bytes(range(32))


async def stored(database: Database, owner: Actor, password: str) -> tuple[UUID, UUID]:
    """A database with that password, wrapped with the old key."""
    (app,) = await owner.fetch("insert into public.generated_apps (name) values ('Shop') returning tenant_id, id")
    (row,) = await database.fetch(
        "insert into public.app_databases (tenant_id, app_id, environment) values ($1, $2, 'production')"
        " returning tenant_id, id",
        app["tenant_id"],
        app["id"],
    )
    wrapped = Passwords(SecretsKeys([OLD])).wrapped(password, row["tenant_id"], row["id"])
    insert = "insert into private.app_credentials (tenant_id, database_id, password) values ($1, $2, $3)"
    await database.fetch(insert, row["tenant_id"], row["id"], b64decode(wrapped))
    return row["tenant_id"], row["id"]


async def opened(database: Database, row: tuple[UUID, UUID], key: bytes) -> str:
    """The stored password, by one key."""
    text = (
        "select translate(encode(password, 'base64'), E'\\n', '') from private.app_credentials where database_id = $1"
    )
    return Passwords(SecretsKeys([key])).unwrapped(await database.value(text, row[1]), *row)


async def test_passwords_are_wrapped_with_the_first_key(database: Database, acme_member: Actor) -> None:
    row = await stored(database, acme_member, "secret")
    async with database.connected("postgres") as connection:
        assert await rewrap_all(connection, SecretsKeys([NEW, OLD])) == (1, 0)
        assert await rewrap_all(connection, SecretsKeys([NEW, OLD])) == (0, 0)

    assert await opened(database, row, NEW) == "secret"
    with pytest.raises(EncryptionUnavailable):
        await opened(database, row, OLD)


async def test_one_that_no_key_opens_stays_and_is_told(database: Database, acme_member: Actor) -> None:
    row = await stored(database, acme_member, "secret")
    async with database.connected("postgres") as connection:
        assert await rewrap_all(connection, SecretsKeys([NEW])) == (0, 1)

    assert await opened(database, row, OLD) == "secret"


async def test_in_another_row_it_does_not_open(database: Database, acme_member: Actor) -> None:
    _, database_id = await stored(database, acme_member, "secret")

    with pytest.raises(EncryptionUnavailable):
        await opened(database, (UUID(int=1), database_id), OLD)
