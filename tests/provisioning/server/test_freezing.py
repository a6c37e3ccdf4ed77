"""A database that is too large: nothing can be written, whatever its owner has prepared, until it has shrunk."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest

from app.provisioning.server import freezing
from app.provisioning.server.freezing import freeze, holds_still, shrink, thaw
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
create function added(a int, b int) returns int language sql as 'select a + b';
create aggregate total(int) (sfunc = added, stype = int);
create procedure called() language sql as 'select 1';
grant execute on procedure called to palaver_apps with grant option;
revoke execute on function sly from public;
"""
GRANTS = """
create table notes (body text);
create function granting() returns void language plpgsql as $$ begin
    execute 'grant all on public.notes to public';
end $$;
create function pure(a int) returns int language plpgsql immutable as
    $$ begin perform public.granting(); return a; end $$;
create function on_deletion() returns trigger language plpgsql security definer as
    $$ begin execute 'grant all on public.notes to public'; return old; end $$;
create table parents (id int primary key, a int, b int);
insert into parents select i, i, i from generate_series(1, 40000) as i;
create table children (id int references parents on delete cascade);
insert into children values (1);
create trigger t before delete on children for each row execute function on_deletion();
create table later (id int references parents on delete cascade);
insert into later values (2);
create trigger t after delete on later for each row execute function on_deletion();
create table partitioned (id int references parents on delete cascade) partition by range (id);
create table part partition of partitioned for values from (0) to (10);
insert into partitioned values (3);
create trigger t before delete on part for each row execute function on_deletion();
create type size as enum ('small');
create function as_integer(size) returns int language plpgsql immutable as $$ begin return public.pure(4); end $$;
create cast (size as int) with function as_integer(size) as implicit;
create table sizes (id int primary key);
create table cast_of (size size references sizes);
create table nulled (id int references parents on delete set null);
insert into nulled values (5);
create view seen as select 1 as a;
create trigger t instead of delete on seen for each row execute function on_deletion();
create function equals(oid, regrole) returns bool language plpgsql as $$ begin
    if current_user !~ '^app_' then execute 'grant all on public.notes to public'; end if; return $1 = $2::oid;
end $$;
create operator = (leftarg = oid, rightarg = regrole, function = equals);
"""
"""What gives a right back where it runs as the owner of a table, or as the hand that freezes."""

INDEXED = """
create index on parents (pure(a)) where pure(a) > 0;
create statistics of_parents on (pure(a)), (pure(b)) from parents;
insert into sizes values (1), (4);
insert into cast_of values ('small');
delete from parents where id % 1000 > 6;
"""
"""Said last: the functions run when this is made."""
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
    "alter function sly() security definer",
    "alter function sly() owner to current_user",
    "create or replace function sly() returns void language sql as ''",
    "drop function sly()",
]
BACK = [
    "delete from parents where id = 1",
    "delete from parents where id = 2",
    "delete from parents where id = 3",
    "delete from sizes where id = 1",
    "delete from parents where id = 5",
    "delete from children",
    "delete from later",
    "delete from partitioned",
    "delete from seen",
    "select granting(), pure(1)",
]
"""What would run something of GRANTS."""
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
union all
select p.oid::regprocedure::text, coalesce(g.rolname, 'public'), x.privilege_type, x.is_grantable, -2
from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
left join pg_roles as g on g.oid = x.grantee
where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select p.oid::regprocedure::text, p.proowner::regrole::text, '', p.prosecdef, -2
from pg_proc as p
where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
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


async def test_no_code_of_the_apps_gives_a_right_back(app: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(GRANTS)
        await connection.execute("alter function granting() rename to waiting")
        await connection.execute("create function granting() returns void language sql as ''")
        await connection.execute(INDEXED)
        await connection.execute("drop function granting(); alter function waiting() rename to granting")
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
        await shrink(place)
        assert await holds_still(place)
    async with app.signed_in() as connection:
        # Where a grant takes no effect PostgreSQL only warns.
        await connection.execute("grant execute on all functions in schema public to public")
        for sql in BACK:
            with suppress(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                print(sql, await connection.execute("insert into notes values ('y')"))
    async with app.ground.server.place(app.names) as place:
        assert await holds_still(place)


async def test_what_refers_can_be_deleted_and_then_what_it_referred_to(app: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "create table a (id int primary key); create table b (id int references a); create table c (id int"
            " references a on delete restrict); create table d (id int references a on delete set null, x int);"
            " create table e (id int references a on delete cascade); insert into a values (1), (2), (3);"
            " insert into b values (1); insert into c values (1); insert into d values (2); insert into e values (3)"
        )
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
    async with app.signed_in() as connection:
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute("delete from a where id = 1")
        await connection.execute(
            "delete from a where id > 1; delete from b; delete from c; delete from d; delete from a"
        )


async def test_what_grows_or_has_a_right_back_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "GROWTH", 40_000)
    monkeypatch.setattr(freezing, "GROWN", 1)
    async with app.signed_in() as connection:
        await connection.execute("create table notes (body text)")
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
        assert await holds_still(place)
        async with app.ground.superuser(app.names.database) as connection:
            for right in ("insert on notes", "update (body) on notes", "create on schema public"):
                await connection.execute(f"grant {right} to public")
                assert not await holds_still(place), right
                await connection.execute(f"revoke {right} from public")
        assert await holds_still(place)
        async with app.signed_in() as connection:
            await connection.execute(
                "select lo_from_bytea(0, sha256(i::text::bytea)) from generate_series(1, 2000) as i"
            )
        assert not await holds_still(place)


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


async def test_a_type_that_measures_with_the_apps_own_code_is_shut(app: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "create function apart(a int, b int) returns float8 language sql immutable as 'select a - b';"
            "create type span as range (subtype = int, subtype_diff = apart)"
        )
    async with app.ground.server.place(app.names) as place:
        await freeze(place)
        assert await app.ground.refused(app.names.role, app.password, app.names.database) == "28000"
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
