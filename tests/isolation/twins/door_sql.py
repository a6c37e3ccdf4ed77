"""The first door: SQL, as `authenticated` by the Data API's login, and as the worker's login."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from tests.isolation.twins import flows, statements
from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.neighbours import Act
from tests.isolation.twins.people import PEOPLE
from tests.isolation.twins.sql_words import one_of
from tests.isolation.twins.statements import DATA_API, WORKER, CopyIn, CopyOut, Statement
from tests.isolation.twins.upkeep import UPKEEP, Upkeep
from tests.isolation.twins.worlds import Stage, World

_BECOME: Final = "select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)"
# A statement that has to wait for a neighbour's transaction is a difference, and need not take long to be one.
_PATIENCE: Final = "set lock_timeout = '2s'"

SqlOperation = Statement | CopyIn | CopyOut | Upkeep


def _upkeep(draw: DrawFn, _catalog: Catalog) -> Upkeep:
    return draw(one_of(*UPKEEP))


_KINDS: Final[tuple[Callable[[DrawFn, Catalog], SqlOperation], ...]] = (
    *[statements.select, statements.aggregate, statements.join, statements.insert, statements.update] * 2,
    *(statements.delete, statements.merge, statements.copy, statements.call, statements.call),
    *[flows.flow, flows.errand, flows.assist] * 3,
    *(flows.flow, flows.begin, flows.begin, flows.finish, flows.find, flows.find, _upkeep),
)


@composite
def _operation(draw: DrawFn, catalog: Catalog) -> SqlOperation:
    return draw(one_of(*_KINDS))(draw, catalog)


@dataclass
class SqlClient:
    """Carries statements out in one world."""

    world: World
    logins: dict[str, asyncpg.Connection]
    acts: Mapping[Act, Callable[[], Awaitable[None]]] = field(default_factory=dict)

    async def perform(self, operation: SqlOperation) -> dict[str, Any]:
        """All that is told about an operation."""
        if isinstance(operation, Upkeep):
            return {"tag": await self.world.owner.execute(await self.world.fill(operation.sql))}
        person = PEOPLE[operation.who]
        login = operation.login if isinstance(operation, Statement) else DATA_API
        connection = self.logins[login]
        notices: list[str] = []

        def noted(_connection: Any, message: asyncpg.PostgresLogMessage) -> None:
            notices.append(repr(message.as_dict()))

        connection.add_log_listener(noted)
        told: dict[str, Any] = {}
        try:
            async with connection.transaction():
                role = "none" if login == WORKER else person.role
                await connection.execute(_BECOME, person.claims, role)
                told = await self._carry_out(connection, operation)
        except asyncpg.PostgresError as error:
            told = {"error": error.as_dict()}
        finally:
            connection.remove_log_listener(noted)
        return {**told, "notices": sorted(notices)}

    async def _carry_out(
        self, connection: asyncpg.Connection, operation: Statement | CopyIn | CopyOut
    ) -> dict[str, Any]:
        if isinstance(operation, CopyOut):
            out = io.BytesIO()
            schema, _, table = operation.table.partition(".")
            tag = await connection.copy_from_table(table, schema_name=schema, columns=operation.columns, output=out)
            return {"tag": tag, "lines": sorted(out.getvalue().splitlines())}
        if isinstance(operation, CopyIn):
            line = (await self.world.fill(operation.line)).encode()
            schema, _, table = operation.table.partition(".")
            tag = await connection.copy_to_table(
                table, schema_name=schema, columns=operation.columns, source=io.BytesIO(line)
            )
            return {"tag": tag}
        for sql in operation.before:
            await connection.execute(await self.world.fill(sql))
        statement = await connection.prepare(await self.world.fill(operation.sql))
        rows = [_plain(row) for row in await statement.fetch()]
        if not operation.ordered:
            rows.sort(key=lambda row: [str(value) for value in row])
        return {
            "columns": [f"{each.name} {each.type.schema}.{each.type.name}" for each in statement.get_attributes()],
            "rows": rows,
            "tag": statement.get_statusmsg(),
        }


def _plain(value: Any) -> Any:
    """Records as lists, however deep."""
    if isinstance(value, asyncpg.Record) or (isinstance(value, Sequence) and not isinstance(value, (str, bytes))):
        return [_plain(inner) for inner in value]
    return value


class SqlDoor:
    """Door `sql`."""

    name = "sql"
    measured: frozenset[str] = frozenset()

    def operations(self, catalog: Catalog) -> SearchStrategy[SqlOperation]:
        """What is drawn."""
        return _operation(catalog)

    @asynccontextmanager
    async def open(self, stage: Stage, world: World) -> AsyncIterator[SqlClient]:
        """A client in a world."""
        async with AsyncExitStack() as stack:
            logins = {}
            for login in (DATA_API, WORKER):
                logins[login] = await stack.enter_async_context(world.database.connected(login))
                await logins[login].execute(_PATIENCE)
            yield SqlClient(world, logins)
