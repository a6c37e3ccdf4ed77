"""A database that is too large: nothing can be written, whatever its owner has prepared, until it has shrunk."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from app.provisioning.server.freezing import freeze, shrink, thaw
from app.provisioning.server.scram import new_password
from tests.provisioning.server.conftest import LIMITS, App

PREPARED = """
create table notes (id serial primary key, body text);
insert into notes (body) select repeat('x', 500) from generate_series(1, 10000);
create table parts (id int primary key, note int references notes on delete cascade);
insert into parts select 1, 1;
create table log (line text);
create rule sly as on delete to log do also insert into notes (body) values ('by a rule');
insert into log values ('a');
create view few as select * from notes where id < 10;
create materialized view kept as select count(*) from notes;
create function sly() returns void language sql security definer as $$ insert into notes (body) values ('definer') $$;
create schema more;
create table more.things (a int);
grant insert, select on more.things to public;
grant update (a) on more.things to public;
create table bare (a int);
revoke delete on bare from current_user;
"""
WRITES = [
    "insert into notes (body) values ('y')",
    "update notes set body = 'y'",
    "insert into more.things values (1)",
    "update more.things set a = 2",
    "insert into few values (1, 'y')",
    "delete from log",
    "select sly()",
    "refresh materialized view kept",
    "create table t ()",
    "create table more.t ()",
    "create schema s",
    "create temporary table t ()",
    "alter table notes add column c int",
    "alter table notes owner to current_user",
    "grant insert on notes to current_user; insert into notes (body) values ('y')",
    "grant all on schema public to current_user; create table t ()",
    "drop table notes",
    "create index on notes (body)",
    "copy notes (body) from stdin",
]
RIGHTS = """
select c.relname, coalesce(g.rolname, 'public'), x.privilege_type, x.is_grantable, 0 as attribute
from pg_class as c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as x
left join pg_roles as g on g.oid = x.grantee
where c.relkind in ('r', 'v', 'm') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select n.nspname, coalesce(g.rolname, 'public'), x.privilege_type, x.is_grantable, -1
from pg_namespace as n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as x
left join pg_roles as g on g.oid = x.grantee
where n.nspname !~ '^(pg_|information_schema)'
union all
select c.relname, c.relowner::regrole::text, '', false, a.attnum
from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid
where c.relkind in ('r', 'v', 'm', 'S') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select c.relname, coalesce(g.rolname, 'public'), x.privilege_type, x.is_grantable, a.attnum
from pg_attribute as a inner join pg_class as c on c.oid = a.attrelid, aclexplode(a.attacl) as x
left join pg_roles as g on g.oid = x.grantee
where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
order by 1, 2, 3, 5
"""


async def test_nothing_is_written_while_frozen_and_all_is_as_before_when_thawed(app: App) -> None:
    server = app.ground.server
    async with app.signed_in() as connection:
        await connection.execute(PREPARED)
        before = await connection.fetch(RIGHTS)
    async with server.place(app.names) as place:
        await freeze(place)
        await freeze(place)
        full = await place.size()
    async with app.signed_in() as connection:
        for sql in WRITES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                print(await connection.execute(sql))
        assert await connection.fetchval("select count(*) from few") == 9
        await connection.execute("truncate parts; delete from notes where id % 10 > 0")
    async with server.place(app.names) as place:
        await shrink(place)
        assert await place.size() < full - 3_000_000
        await thaw(place)
        await thaw(place)
    async with app.signed_in() as connection:
        assert await connection.fetch(RIGHTS) == before
        await connection.execute(
            "insert into notes (body) values ('y'); create table t (); create temporary table u ()"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("delete from bare")


async def test_both_logins_are_frozen_and_a_taken_name_is_no_way_out(app: App) -> None:
    password = new_password()
    async with app.ground.server.place(app.names) as place:
        await place.renew(app.names.second_login, password, LIMITS, grace=timedelta())
    async with app.signed_in(app.names.second_login, password) as connection:
        await connection.execute(f"create table notes (body text); create schema {app.names.frozen}")
        await connection.execute("set role none; create table odd (body text)")
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
    async with app.signed_in(app.names.second_login, password) as connection:
        for sql in ("insert into notes values ('y')", "set role none; insert into odd values ('y')"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
    async with app.ground.server.place(app.names) as place:
        await thaw(place)


async def test_more_tables_than_the_server_has_locks_for_are_shut(app: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "do $$ begin for i in 1..1100 loop execute format('create table t%s (id serial primary key)', i);"
            " if i % 100 = 0 then commit; end if; end loop; end $$"
        )
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
        assert await app.ground.refused(app.names.role, app.password, app.names.database) == "28000"
        await thaw(place)
        await place.open()
    async with app.signed_in() as connection:
        await connection.execute("insert into t1 default values")
