"""Runs the matrix: each cell as the one it is about, then a look, as owner, at what must not have changed."""

from __future__ import annotations

import asyncio
import io
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg

from tests.isolation import calls, catalog, inserts, reads, statements, structure, writes
from tests.isolation.cells import CHECK, GUARD, NO_GRANT, Cell, count, outcome, undone
from tests.isolation.intent import intent, parts
from tests.isolation.marked import mark
from tests.isolation.oracle import Contents, Oracle
from tests.isolation.stage import stage
from tests.isolation.trials import Trials, is_plain
from tests.isolation.world import Actor, actors, populate, settle
from tests.world import Database


class Matrix:
    """The cells, and a superuser's session in which each is tried and undone.

    The session takes the roles of others, as the Data API's login does; between, it is itself again and looks. Plain
    statements are tried many at a time, in the database.
    """

    def __init__(self, link: asyncpg.Connection, cells: list[Cell]) -> None:
        self.link = link
        self.cells = cells
        self._strangers: dict[str, list[str]] = {}

    async def learn(self) -> None:
        """Remember what must not change."""
        for tenant in {cell.actor.stranger for cell in self.cells}:
            self._strangers[tenant] = await calls.strangers(self.link, tenant)
        self._trials = await Trials.prepared(self.link, {sight for cell in self.cells for sight in cell.look})

    async def get(self, cell: Cell) -> str:
        """What comes of a cell."""
        if cell.verb == "execute":
            return await self._call(cell)
        if cell.verb == "statement":
            return await self._state(cell)
        if is_plain(cell):
            (got,) = await self._trials.outcomes([cell])
            return got
        try:
            async with undone(self.link, cell.actor):
                return await self._run(cell)
        except asyncpg.PostgresError as error:
            return outcome(error)

    async def _call(self, cell: Cell) -> str:
        got, said = await self._answer(cell)
        if cell.like and got == calls.CALLED:
            _, like = await self._answer(replace(cell, sql=cell.like))
            if said != like:
                return f"answers {said!r}, and to an id that nobody has {like!r}"
        return got

    async def _state(self, cell: Cell) -> str:
        try:
            async with undone(self.link, cell.actor):
                return (await self.link.execute(cell.sql)).rsplit(maxsplit=1)[-1]
        except asyncpg.PostgresError as error:
            return str(error.sqlstate)

    async def _answer(self, cell: Cell) -> tuple[str, str]:
        before = await self._trials.written() if cell.look else ()
        async with undone(self.link, cell.actor):
            strangers = self._strangers[cell.actor.stranger] if cell.actor.audience not in calls.UNLIMITED else []
            got, said = await calls.get(self.link, cell, strangers)
            if cell.look and got == calls.CALLED and said.startswith("["):
                await self.link.execute("reset role")
                if await self._trials.strayed(cell, before):
                    return "changes rows that are somebody else's", said
            return got, said

    async def _run(self, cell: Cell) -> str:
        if cell.sql.startswith("copy "):
            return await self._copy(cell.sql)
        return count(await self.link.execute(cell.sql))

    async def _copy(self, sql: str) -> str:
        schema, table, columns, way = parts(r"copy (\w+)\.(\w+) \((.+)\) (to|from)", sql)
        names = columns.split(", ")
        if way == "from":
            return count(await self.link.copy_to_table(table, schema_name=schema, columns=names, source=io.BytesIO()))
        return count(await self.link.copy_from_table(table, schema_name=schema, columns=names, output=_nowhere))

    async def wrong(self, cells: Sequence[Cell]) -> AsyncIterator[tuple[Cell, str]]:
        """The cells that do not hold, and what came of them."""
        # A few at first, since whoever looks for one fault may find it there.
        at, size = 0, 16
        while some := cells[at : at + size]:
            for cell, got in zip(some, await self._outcomes(some), strict=True):
                if got != cell.expected:
                    yield cell, got
            at, size = at + size, min(2 * size, 512)

    async def _outcomes(self, cells: Sequence[Cell]) -> list[str]:
        plain = [cell for cell in cells if is_plain(cell)]
        try:
            async with self.link.transaction():
                found = dict(zip(plain, await self._trials.outcomes(plain), strict=True))
        except asyncpg.QueryCanceledError:
            # One of them never ends: which, is found by trying each alone.
            found = {}
        return [found.get(cell) or await self.get(cell) for cell in cells]


async def _nowhere(data: bytes) -> None:
    """Take what a copy gives and keep none of it."""


@asynccontextmanager
async def matrix(database: Database, people: Sequence[Actor]) -> AsyncIterator[Matrix]:
    """The matrix of a database with the demo data; what cells do is undone, what is added for them stays."""
    async with database.connected("supabase_admin") as link, database.connected() as owner:
        await populate(owner)
        await mark(owner)
        # Invitations to one address, as they were before the marks made them addresses of each tenant's.
        await owner.execute("update public.users set email = 'ivy@partner.test' where email ilike 'ivy@%'")
        await settle(owner)
        transaction = link.transaction()
        await transaction.start()
        try:
            await link.execute(reads.SPY)
            cells = [cell async for cell in _of_relations(link, people)]
            cells += await calls.build(link, intent(), people)
            cells += statements.build(people)
            made = Matrix(link, cells)
            await made.learn()
            yield made
        finally:
            await transaction.rollback()


async def _of_relations(owner: asyncpg.Connection, people: Sequence[Actor]) -> AsyncIterator[Cell]:
    """The cells of every relation that is both there and declared."""
    contents = await Contents.read(owner)
    for name in intent().relations.keys() & contents.relations.keys():
        relation = contents.relations[name]
        for actor in (actor for actor in people if actor.role != relation.owner):
            of = Oracle(owner, intent(), contents, relation, actor)
            for cell in reads.of_owners(of):
                yield cell
            parts = [reads.reads, inserts.inserts, writes.updates, writes.deletes, writes.merges]
            for part in parts if relation.is_updatable else parts[:1]:
                async for cell in part(of):
                    yield cell


async def uncontrolled(made: Matrix) -> list[str]:
    """What is denied to somebody though nobody ever gets it: there the denial proves nothing."""
    denied = {(cell.target, cell.verb, cell.sql) for cell in made.cells if is_denial(cell)}
    controlled = {(cell.target, cell.verb) for cell in made.cells if cell.expected == calls.CALLED}
    for target, verb, sql in sorted(denied):
        if (target, verb) not in controlled and await _owner_may(made.link, verb, sql):
            controlled.add((target, verb))
    found = {
        f"{verb} {target}: rows to reach are missing" for target, verb, _ in denied if (target, verb) not in controlled
    }
    for name, relation in (await catalog.relations(made.link)).items():
        of_tenants = name.startswith("public.") and relation.kind == "r" and "tenant_id" in relation.columns
        if of_tenants and await made.link.fetchval(f"select count(distinct tenant_id) from {name}") < 3:
            found.add(f"{name}: rows of several tenants are missing")
    return sorted(found)


def is_denial(cell: Cell) -> bool:
    """Whether somebody is refused, or reaches no row."""
    return cell.expected in (NO_GRANT, CHECK, GUARD) or cell.expected.startswith("rows 0")


async def _owner_may(link: asyncpg.Connection, verb: str, sql: str) -> bool:
    """Whether a statement does something for the owner: reaches rows, or one that a constraint then refuses."""
    if sql.startswith("copy "):
        return True
    # Somebody whom there are invitations for, and somebody with a place: these, and what they may expect, show to
    # nobody else, the owner included.
    invited, member = (next(who for who in actors() if who.email), next(who for who in actors() if who.person))
    return await _reaches(link, invited, verb, sql) or await _reaches(link, member, verb, sql)


async def _reaches(link: asyncpg.Connection, claiming: Actor, verb: str, sql: str) -> bool:
    try:
        async with undone(link):
            await link.execute(claiming.setting())
            if sql.startswith("select count(*)"):
                return bool(await link.fetchval(sql))
            # Whoever may call a function is answered, if only with no row or a refusal of its own.
            return not (await link.execute(sql)).endswith(" 0") or verb == "execute"
    except asyncpg.PostgresError as error:
        return str(error.sqlstate).startswith(("23", "PA") if verb == "execute" else "23")


async def main() -> int:
    """Run the whole matrix for everybody, and print how it holds."""
    async with stage() as database, matrix(database, actors()) as made:
        wrong = [(cell, got) async for cell, got in made.wrong(made.cells)]
        for cell, got in wrong:
            print(f"{cell}\n    gives {got}, and should give {cell.expected}")
        unproven = await uncontrolled(made)
        for line in unproven:
            print(f"no positive control: {line}")
        faults = await structure.faults(made.link, intent())
        print(*faults, sep="\n", end="\n" if faults else "")
        outcomes = Counter(cell.expected if cell.expected in (NO_GRANT, CHECK, GUARD) else "" for cell in made.cells)
        none = sum(cell.expected.startswith("rows 0") for cell in made.cells)
        print(
            f"{len(actors())} actors, {len({cell.target for cell in made.cells})} objects; denied:"
            f" {', '.join(f'{number} {how}' for how, number in outcomes.items() if how)}, {none} reach no row"
        )
        print(f"matrix: {len(made.cells)} cells, {len(made.cells) - len(wrong)} hold")
        return 1 if wrong or unproven or faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
