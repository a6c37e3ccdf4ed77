"""Figures of apps' databases, whatever an app does to be counted otherwise."""

from __future__ import annotations

from tests.provisioning.server.conftest import App


async def test_figures_of_a_database(app: App, other: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "create table t as select generate_series(1, 100) as a;"
            "create function public.trapped(oid, oid) returns boolean language sql as 'select 1 / 0 = 1';"
            "create operator public.= (leftarg = oid, rightarg = oid, function = public.trapped);"
            "create view pg_class as select 1 as gained; select pg_stat_force_next_flush()"
        )
        usage = await app.ground.server.usage([app.names, other.names])
    assert usage[app.names] == {"tables": 1, "rows": 100, "connections": 1, "slow_queries": None}
    assert usage[other.names]["tables"] == 0


async def test_slow_queries_where_they_are_known(app: App, other: App) -> None:
    async with app.ground.superuser() as superuser:
        await superuser.execute(
            "create view pg_stat_statements as select oid as dbid, format('select %s', n) as query, n::bigint as calls,"
            " n * 50.0::float8 as mean_exec_time from pg_database, generate_series(1, 9) as n;"
            "grant select on pg_stat_statements to palaver_provisioner"
        )
        try:
            usage = await app.ground.server.usage([app.names])
        finally:
            await superuser.execute("drop view pg_stat_statements")
    slow = usage[app.names]["slow_queries"]
    assert slow[0] == {"query": "select 9", "calls": 9, "mean_ms": 450.0} and len(slow) == 5
