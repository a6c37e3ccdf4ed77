"""Tries plain statements in the database, many in one round trip, each undone before the next.

What a statement must not have changed is looked at afterwards, but of tables only those that any row was written in:
PostgreSQL counts that, undone or not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, Self

import asyncpg

from tests.isolation.cells import SEES, Cell, Sight, refused

PLAIN: Final = ("select", "insert", "update", "delete", "merge")
DONE: Final = "UNDO0"

PREPARE: Final = f"""
    create temporary table sights (id integer primary key, relation oid, is_table boolean, query text, seen text);

    create temporary table watched (relation oid primary key);

    create function pg_temp.written() returns bigint[]
    language plpgsql as $$
    begin
        return array(
            select
                pg_stat_get_xact_tuples_inserted(w.relation)
                + pg_stat_get_xact_tuples_updated(w.relation)
                + pg_stat_get_xact_tuples_deleted(w.relation)
            from pg_temp.watched as w
            order by w.relation
        );
    end
    $$;

    create function pg_temp.see(p_query text) returns text
    language plpgsql as $$
    declare
        v_seen text;
    begin
        execute $see$select {SEES} from ($see$ || p_query || ') as t (r)' into v_seen;
        return v_seen;
    end
    $$;

    create function pg_temp.strayed(p_sights integer[], p_before bigint[]) returns boolean
    language plpgsql as $$
    declare
        v_written oid[] := array(
            select w.relation
            from (select relation, row_number() over (order by relation) as at from pg_temp.watched) as w
            join unnest(p_before, pg_temp.written()) with ordinality as n (before, now, at) using (at)
            where n.now <> n.before
        );
    begin
        return exists (
            select
            from pg_temp.sights as s
            where
                s.id = any (p_sights)
                and (s.relation = any (v_written) or not s.is_table)
                and pg_temp.see(s.query) is distinct from s.seen
        );
    end
    $$;

    create function pg_temp.try(p_setting text, p_role text, p_sql text, p_sights integer[])
    returns table (state text, said text)
    language plpgsql as $$
    declare
        v_before bigint[];
        v_rows bigint;
        v_digest text;
    begin
        if p_sights <> '{{}}' then
            v_before := pg_temp.written();
        end if;
        execute p_setting;
        execute format('set local role %I', p_role);
        if starts_with(p_sql, 'select count(*), ') then
            execute p_sql into v_rows, v_digest;
        elsif starts_with(p_sql, 'select count(*)') then
            execute p_sql into v_rows;
        else
            execute p_sql;
            get diagnostics v_rows = row_count;
        end if;
        reset role;
        raise exception using errcode = '{DONE}', message = concat_ws(
            ' ', 'rows', v_rows, v_digest,
            case when pg_temp.strayed(p_sights, v_before) then 'and rows that are somebody else''s' end
        );
    exception
        when others then
            return query select sqlstate, sqlerrm;
    end
    $$;
"""

TRY: Final = """
    select t.state, t.said
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as c (setting, role, sql, sights, at)
    cross join lateral pg_temp.try(c.setting, c.role, c.sql, c.sights::integer[]) as t
    order by c.at
"""


def is_plain(cell: Cell) -> bool:
    """Whether a cell is one statement that PL/pgSQL can carry out, and its outcome the rows of it."""
    return cell.verb in PLAIN and not cell.sql.startswith("copy ")


class Trials:
    """A superuser's session in a transaction, and what must look as it does now after each statement in it."""

    def __init__(self, link: asyncpg.Connection, numbers: dict[Sight, int]) -> None:
        self._link = link
        self._numbers = numbers

    @classmethod
    async def prepared(cls, link: asyncpg.Connection, sights: Collection[Sight]) -> Self:
        """Remember what there is to see."""
        numbers = {sight: number for number, sight in enumerate(sights)}
        await link.execute(PREPARE)
        await link.executemany(
            "insert into pg_temp.sights select $1, c.oid, c.relkind = 'r', $3, pg_temp.see($3)"
            " from pg_class as c where c.oid = $2::text::regclass",
            [(number, sight.relation, sight.query) for sight, number in numbers.items()],
        )
        await link.execute("insert into pg_temp.watched select distinct relation from pg_temp.sights")
        return cls(link, numbers)

    async def outcomes(self, cells: Sequence[Cell]) -> list[str]:
        """What comes of each."""
        rows = await self._link.fetch(
            TRY,
            [cell.actor.setting() for cell in cells],
            [cell.actor.role for cell in cells],
            [cell.sql for cell in cells],
            [f"{{{','.join(str(self._numbers[sight]) for sight in cell.look)}}}" for cell in cells],
        )
        return [said if state == DONE else refused(state, said) for state, said in rows]

    async def written(self) -> Sequence[int]:
        """How many rows were written in each table until now."""
        counted: Sequence[int] = await self._link.fetchval("select pg_temp.written()")
        return counted

    async def strayed(self, cell: Cell, before: Sequence[int]) -> bool:
        """Whether a cell has changed what it must not have touched; `before`: what was written until it began."""
        numbers = [self._numbers[sight] for sight in cell.look]
        return bool(await self._link.fetchval("select pg_temp.strayed($1, $2)", numbers, before))
