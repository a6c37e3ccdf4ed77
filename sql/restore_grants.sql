-- Makes the grants on Palaver's objects what they are meant to be, after somebody granted or revoked too much.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/restore_grants.sql, as the role that applied the migrations; then ask
-- private.isolation_findings() again. It touches Palaver's objects and roles only: those of private.intended_access.

\set ON_ERROR_STOP on
\set QUIET on

begin;

set local lock_timeout = '5s';

select
    format(
        'revoke all on %s%s from public, anon, authenticated, service_role, palaver_worker;',
        case when i.object like '%(%' then 'function ' else '' end,
        i.object
    ) as statement
from private.intended_access as i
where i.privilege in ('owner', 'definer')
\gexec

-- palaver_definer keeps what it owns.

select format('revoke all on %s%s from palaver_definer;', case when i.object like '%(%' then 'function ' else '' end, i.object) as statement
from private.intended_access as i
where i.privilege = 'owner' and i.role <> 'palaver_definer'
\gexec

select
    format(
        'grant %s%s on %s%s to %I;',
        i.privilege,
        ' (' || string_agg(nullif(i.column_name, ''), ', ') || ')',
        case when i.object like '%(%' then 'function ' else '' end,
        i.object,
        i.role
    ) as statement
from private.intended_access as i
where i.privilege not in ('owner', 'definer')
group by i.object, i.role, i.privilege
\gexec

commit;

select
    f.finding,
    f.object,
    f.detail
from private.isolation_findings() as f;
