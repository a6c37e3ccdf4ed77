-- What is done on the server for apps, by name; statements.py loads them. :"name", :'text' and :number are put in as
-- psql does. Every statement may be repeated, and be the last one of a worker that is killed.

-- name: end_holders
select pg_catalog.pg_terminate_backend(l.pid, 5000)
from pg_catalog.pg_locks as l
where
    l.locktype = 'advisory'
    and l.objsubid = 1
    and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
    and (l.classid::bigint << 32 | l.objid::bigint) = :lock
    and l.pid <> pg_catalog.pg_backend_pid()

-- name: try_lock
select pg_catalog.pg_try_advisory_lock(:lock)

-- name: unlock
select pg_catalog.pg_advisory_unlock(:lock)

-- name: state
select
    (select r.rolcanlogin from pg_catalog.pg_roles as r where r.rolname = :'role') as can_login,
    (select d.datconnlimit = -2 from pg_catalog.pg_database as d where d.datname = :'database') as is_broken

-- name: create_role
create role :"role" nologin password :'verifier' connection limit :connections

-- name: alter_role
alter role :"role" nologin password :'verifier' connection limit :connections valid until 'infinity'

-- name: create_database
create database :"database" template template0 strategy file_copy owner :"owner" allow_connections false

-- name: shut_database
revoke all on database :"database" from public

-- name: open_database
grant connect, temporary, create on database :"database" to :"role"

-- name: allow_connections
alter database :"database" allow_connections true

-- name: limit_statements
alter database :"database" set statement_timeout = :milliseconds

-- name: limit_idle_transactions
alter database :"database" set idle_in_transaction_session_timeout = :milliseconds

-- name: may_limit_temporary_files
select pg_catalog.has_parameter_privilege('temp_file_limit', 'set')

-- name: limit_temporary_files
alter database :"database" set temp_file_limit = :kilobytes

-- name: drop_standard_schema
do $$
begin
    -- The app's own takes its place, whose first statement is a hand's.
    if exists (
        select from pg_catalog.pg_namespace as n
        where n.nspname = 'public' and n.nspowner = 'pg_database_owner'::pg_catalog.regrole
    ) then
        drop schema public;
    end if;
end
$$

-- name: create_schema
create schema if not exists public

-- name: mark
select pg_catalog.left(pg_catalog.obj_description(pg_catalog.to_regnamespace('public'), 'pg_namespace'), 200)

-- name: table_count
select count(*)
from pg_catalog.pg_class as c
where c.relkind in ('r', 'p') and c.relnamespace::pg_catalog.regnamespace::text !~ '^(pg_|information_schema$)'

-- name: login
alter role :"role" login

-- name: nologin
alter role :"role" nologin

-- name: logins
select r.rolname from pg_catalog.pg_roles as r where r.rolname in (:'first', :'second')

-- name: limit_connections
alter role :"role" connection limit :connections

-- name: end_sessions
select pg_catalog.pg_terminate_backend(a.pid, 5000)
from pg_catalog.pg_stat_activity as a
where a.datname = :'database' and a.pid <> pg_catalog.pg_backend_pid()

-- name: end_old_transactions
select a.datname, pg_catalog.pg_terminate_backend(a.pid, 5000)
from pg_catalog.pg_stat_activity as a
where
    a.datname ~ :'apps'
    and a.usename !~ :'hands'
    and a.xact_start < pg_catalog.now() - pg_catalog.make_interval(hours => :hours)

-- name: drop_database
drop database if exists :"database" with (force)

-- name: databases
select d.datname from pg_catalog.pg_database as d where d.datname in (:'database', :'successor', :'former') and d.datallowconn

-- name: database_exists
select exists (select from pg_catalog.pg_database as d where d.datname = :'database')

-- name: rename_database
alter database :"from" rename to :"to"

-- name: mark_database
comment on database :"database" is :'mark'

-- name: mark_of_database
select pg_catalog.shobj_description(d.oid, 'pg_database') from pg_catalog.pg_database as d where d.datname = :'database'

-- name: wait_briefly
set lock_timeout = '2s'

-- name: wait_as_usual
reset lock_timeout

-- name: holders
select distinct a.datname
from pg_catalog.pg_locks as l
inner join pg_catalog.pg_stat_activity as a on a.pid = l.pid
where
    l.locktype = 'object'
    and l.granted
    and a.datname ~ :'apps'
    and a.usename !~ :'hands'
    and (
        l.classid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        and l.objid = (select r.oid from pg_catalog.pg_roles as r where r.rolname = :'subject')
        or l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
        and l.objid = (select d.oid from pg_catalog.pg_database as d where d.datname = :'subject')
    )

-- name: drop_role
drop role if exists :"role"

-- name: databases_that_name
select distinct d.datname
from pg_catalog.pg_shdepend as s
inner join pg_catalog.pg_database as d on d.oid = s.dbid
where
    s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    and s.refobjid = pg_catalog.to_regrole(:'role')
    and d.datname ~ :'apps'
    and pg_catalog.left(d.datname, 36) <> :'home'

-- name: open_logins
select r.rolname from pg_catalog.pg_roles as r where r.rolcanlogin and r.rolname in (:'first', :'second')

-- name: existing_roles
select r.rolname from pg_catalog.pg_roles as r where r.rolname in (:'first', :'second')

-- name: create_second_login
create role :"login" nologin password :'verifier' connection limit :connections in role :"role"

-- name: act_as
alter role :"login" set role = :'role'

-- name: renew_login
alter role :"login" login password :'verifier' connection limit :connections valid until 'infinity'

-- name: retire_login
alter role :"login" valid until :'until'

-- name: create_hand
create role :"hand" login password :'verifier' connection limit 4 valid until :'until' in role :"role"

-- name: create_scratch_role
create role :"role" login password :'verifier' connection limit :connections valid until :'until'

-- name: expired_scratches
select r.rolname as name from pg_catalog.pg_roles as r where r.rolname ~ :'scratches' and r.rolvaliduntil < pg_catalog.now()

-- name: may_bypass_policies
-- Older servers let only superusers hand it on.
select r.rolbypassrls and pg_catalog.current_setting('server_version_num')::integer >= 160000
from pg_catalog.pg_roles as r
where r.rolname = session_user

-- name: bypass_policies
alter role :"hand" bypassrls

-- name: add_hand_to
grant :"role" to :"hand"

-- name: hands
select m.rolname
from pg_catalog.pg_auth_members as a
inner join pg_catalog.pg_roles as m on m.oid = a.member
inner join pg_catalog.pg_roles as r on r.oid = a.roleid
where r.rolname = :'role' and m.rolname ~ :'hands'

-- name: expired_hands
select
    m.rolname,
    (
        select pg_catalog.min(r.rolname)
        from pg_catalog.pg_auth_members as a
        inner join pg_catalog.pg_roles as r on r.oid = a.roleid
        where a.member = m.oid and r.rolname ~ :'apps'
    ) as role
from pg_catalog.pg_roles as m
where m.rolname ~ :'hands' and m.rolvaliduntil < pg_catalog.now()

-- name: end_sessions_of
select pg_catalog.pg_terminate_backend(a.pid, 5000) from pg_catalog.pg_stat_activity as a where a.usename = :'role'

-- name: give_back
reassign owned by :"from" to :"to"

-- name: drop_owned
drop owned by :"role"

-- name: act_as_oneself
set role none

-- name: extensions
select e.name
from pg_catalog.pg_available_extensions as e
inner join pg_catalog.pg_available_extension_versions as v on v.name = e.name and v.version = e.default_version
where v.trusted or not v.superuser

-- name: sizes
select d.datname as database, pg_catalog.pg_database_size(d.oid) as bytes
from pg_catalog.pg_database as d
where d.datname ~ :'apps' and d.datconnlimit <> -2

-- name: size
select pg_catalog.pg_database_size(:'database')

-- name: moment_after
select pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => :seconds)

-- name: version
select pg_catalog.current_setting('server_version')

-- name: objects
select d.datname as name from pg_catalog.pg_database as d where d.datname ~ :'apps'
union
select r.rolname from pg_catalog.pg_roles as r where r.rolname ~ :'apps'
order by name

-- name: standing
select d.datname as name, true as is_database, false as can_login
from pg_catalog.pg_database as d
where d.datname ~ :'apps' and d.datconnlimit <> -2
union all
select r.rolname, false, r.rolcanlogin
from pg_catalog.pg_roles as r
where r.rolname ~ :'apps'
order by name

-- name: rights_lacking
select l.name
from pg_catalog.pg_roles as r
cross join lateral (
    values
    ('createdb', r.rolcreatedb),
    ('createrole', r.rolcreaterole),
    (:'owner', pg_catalog.pg_has_role(r.oid, pg_catalog.to_regrole(:'owner'), 'member')),
    ('pg_monitor', pg_catalog.pg_has_role(r.oid, 'pg_monitor', 'member')),
    ('pg_signal_backend', pg_catalog.pg_has_role(r.oid, 'pg_signal_backend', 'member'))
) as l (name, is_held)
where r.rolname = current_user and not r.rolsuper and l.is_held is not true

-- name: others
select d.datname
from pg_catalog.pg_database as d
where
    d.datallowconn
    and d.datname <> :'database'
    and d.datconnlimit <> -2
    and d.datname !~ :'apps'
    and d.datname !~ :'scratches'
union all
(
    select d.datname
    from pg_catalog.pg_database as d
    where d.datname ~ :'apps' and d.datname <> :'database' and d.datallowconn and d.datconnlimit <> -2
    order by d.oid desc
    limit 1
)

-- name: another_app
select d.datname
from pg_catalog.pg_database as d
where d.datname ~ :'apps' and d.datname <> :'database' and d.datallowconn and d.datconnlimit <> -2
order by d.oid desc
limit 1

-- name: who
select session_user

-- name: guarded_extension
select v.name
from pg_catalog.pg_available_extension_versions as v
where v.superuser and not v.trusted and not v.installed and v.requires is null
order by v.name
limit 1

-- name: connections
select count(*) from pg_catalog.pg_stat_activity as a where a.datname = :'database' and a.usename !~ :'hands'

-- name: connections_of_all
select a.datname as database, count(*) as connections
from pg_catalog.pg_stat_activity as a
where a.datname ~ :'apps' and a.usename !~ :'hands'
group by a.datname

-- name: usage
select
    count(*) as tables,
    coalesce(sum(pg_catalog.pg_stat_get_live_tuples(c.oid)) filter (where c.relkind = 'r'), 0)::bigint as rows
from pg_catalog.pg_class as c
where
    c.relkind in ('r', 'p')
    and c.relpersistence <> 't'
    and c.relnamespace::pg_catalog.regnamespace::text !~ '^(pg_|information_schema$)'

-- name: knows_slow_queries
select to_regclass('pg_stat_statements') is not null

-- name: slow_queries
select s.database, s.query, s.calls, s.mean_ms
from (
    select
        d.datname as database,
        pg_catalog.left(q.query, 300) as query,
        q.calls,
        pg_catalog.round(q.mean_exec_time::numeric, 1)::double precision as mean_ms,
        pg_catalog.row_number() over (partition by q.dbid order by q.mean_exec_time desc) as place
    from pg_stat_statements as q
    inner join pg_catalog.pg_database as d on d.oid = q.dbid
    where d.datname ~ :'apps' and q.mean_exec_time >= :least
) as s
where s.place <= 5
order by s.database, s.place
