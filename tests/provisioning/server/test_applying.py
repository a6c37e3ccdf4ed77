"""What a schema's statements may be, and whose fault it is where the server takes one not."""

from __future__ import annotations

import asyncpg
import pytest

from app.provisioning.schema.ddl import Statement
from app.provisioning.server.errors import SchemaRefused
from app.provisioning.work.operations.applying import execute
from tests.provisioning.server.conftest import App
from tests.versions import NEWEST


@pytest.mark.parametrize("ground", [NEWEST], indirect=True)
async def test_a_statement_is_one_and_its_refusal_is_the_schemas_or_the_servers(app: App) -> None:
    async with app.signed_in() as connection:
        for sql, sqlstate in (
            ("create table t (); create table u ()", "42601"),
            ("create table t (a geography)", "42704"),
            ("do $$ begin raise sqlstate '22000' using message = repeat('x', 1000); end $$", "22000"),
        ):
            with pytest.raises(SchemaRefused, match="refused the table t") as refused:
                await execute(connection, Statement(sql, "table", "t"))
            assert refused.value.sqlstate == sqlstate
            assert len(str(refused.value)) < 600
        assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
        for sqlstate in ("08006", "53100", "57014", "58030"):
            sql = f"do $$ begin raise sqlstate '{sqlstate}'; end $$"
            with pytest.raises(asyncpg.PostgresError) as error:
                await execute(connection, Statement(sql, "table", "t"))
            assert error.value.sqlstate == sqlstate
