-- How the database is doing. Reads only.
--
-- Run it:     psql -X "$DATABASE_URL" -f sql/monitoring.sql
-- One block:  paste it, in psql or the SQL editor.
-- Role:       the owner. Other roles' queries show only to members of pg_read_all_stats (Supabase's postgres is one).

\set QUIET on
\pset footer off

-- A block that meets a lock is given up, and the next one goes on.
set lock_timeout = '2s';

set statement_timeout = '60s';

\echo
\echo '== Locks and who blocks whom'
-- Look for: any row. blocked_by is the process to look at first; a chain ends at one that nobody blocks.
-- Then: select pg_cancel_backend(PID) ends its statement, select pg_terminate_backend(PID) its connection.

select
    a.pid,
    pg_blocking_pids(a.pid) as blocked_by,
    date_trunc('second', now() - a.query_start) as waits_since,
    a.usename as role_name,
    a.application_name as program,
    a.wait_event,
    left(regexp_replace(a.query, '\s+', ' ', 'g'), 80) as query_start
from pg_catalog.pg_stat_activity as a
where a.datname = current_database() and cardinality(pg_blocking_pids(a.pid)) > 0
order by a.query_start;

\echo
\echo '== Long transactions'
-- Look for: "idle in transaction" for minutes: it holds locks, and dead rows of every table. The worker's never last: it holds none
-- while the model talks.

select
    a.pid,
    date_trunc('second', now() - a.xact_start) as open_for,
    a.state,
    a.usename as role_name,
    a.application_name as program,
    left(regexp_replace(a.query, '\s+', ' ', 'g'), 80) as query_start
from pg_catalog.pg_stat_activity as a
where
    a.datname = current_database()
    and a.xact_start < now() - interval '1 minute'
    and a.backend_type = 'client backend'
order by a.xact_start;

\echo
\echo '== Sizes'
-- Look for: a table that grew much since last time; indexes larger than twice their table.

select
    n.nspname || '.' || c.relname as relation,
    pg_size_pretty(pg_total_relation_size(c.oid)) as total,
    pg_size_pretty(pg_table_size(c.oid)) as table_size,
    pg_size_pretty(pg_indexes_size(c.oid)) as index_size,
    greatest(c.reltuples, 0)::bigint as estimated_rows
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('public', 'private') and c.relkind in ('r', 'm')
order by pg_total_relation_size(c.oid) desc
limit 20;

\echo
\echo '== Slow queries'
-- Look for: mean_ms above 50 for anything that people wait for; a query with a large share of the whole time.
-- Then: the EXPLAIN trials of migration_guide.md with analyze and buffers. Needs the extension pg_stat_statements.
-- Nothing is printed where it is not installed.

select format($query$
    select
        round(s.mean_exec_time::numeric, 1) as mean_ms,
        round(s.max_exec_time::numeric, 1) as max_ms,
        s.calls,
        round((100 * s.total_exec_time / sum(s.total_exec_time) over ())::numeric, 1) as share_percent,
        pg_get_userbyid(s.userid) as role_name,
        left(regexp_replace(s.query, '\s+', ' ', 'g'), 100) as query_start
    from %I.pg_stat_statements as s
    where s.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
    order by s.total_exec_time desc
    limit 20
$query$, n.nspname) as query
from pg_catalog.pg_extension as e
inner join pg_catalog.pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'pg_stat_statements' \gexec

\echo
\echo '== Table reads'
-- Look for: many whole_table_reads of a table with many rows: a query without an index. Small tables are always read whole.

select
    s.schemaname || '.' || s.relname as relation,
    s.seq_scan as whole_table_reads,
    s.seq_tup_read as rows_read_so,
    s.idx_scan as index_reads,
    s.n_live_tup as live_rows
from pg_catalog.pg_stat_user_tables as s
where s.schemaname in ('public', 'private')
order by s.seq_tup_read desc
limit 20;

\echo
\echo '== Unused indexes'
-- Look for: an index of your own here after weeks of ordinary use. Palaver's serve foreign keys too: leave them.
-- Counted since stats_reset, on this server only: a read replica counts its own.

select
    i.schemaname || '.' || i.indexrelname as index_name,
    pg_size_pretty(pg_relation_size(i.indexrelid)) as index_size,
    i.idx_scan as reads,
    coalesce(d.stats_reset::text, 'since the start') as counted_since
from pg_catalog.pg_stat_user_indexes as i
inner join pg_catalog.pg_index as x on i.indexrelid = x.indexrelid
cross join pg_catalog.pg_stat_database as d
where
    d.datname = current_database()
    and i.schemaname in ('public', 'private')
    and i.idx_scan = 0
    and not x.indisunique
order by pg_relation_size(i.indexrelid) desc;

\echo
\echo '== Dead rows'
-- Look for: dead_percent above 20 with a last_vacuum that is days old; a hot_percent of usage_metrics below 90 under load.
-- Then: sql/maintenance.sql. If dead rows stay after it, an old transaction holds them: see "Long transactions".

select
    s.schemaname || '.' || s.relname as relation,
    s.n_live_tup as live_rows,
    s.n_dead_tup as dead_rows,
    round(100.0 * s.n_dead_tup / nullif(s.n_live_tup + s.n_dead_tup, 0), 1) as dead_percent,
    round(100.0 * s.n_tup_hot_upd / nullif(s.n_tup_upd, 0), 1) as hot_percent,
    date_trunc('second', greatest(s.last_vacuum, s.last_autovacuum)) as last_vacuum,
    date_trunc('second', greatest(s.last_analyze, s.last_autoanalyze)) as last_analyze
from pg_catalog.pg_stat_user_tables as s
where s.schemaname in ('public', 'private')
order by s.n_dead_tup desc
limit 20;

\echo
\echo '== Jobs'
-- Look for: overdue = t, or an error. Then: select * from private.run_job('NAME'); and read its error.

select
    j.name as job,
    j.every,
    date_trunc('second', s.finished_at) as last_success,
    date_trunc('second', now() - s.finished_at) as age,
    coalesce(s.finished_at < now() - 2 * j.every, true) as overdue,
    date_trunc('milliseconds', s.finished_at - s.started_at) as took,
    l.outcome as last_outcome,
    l.error as last_error,
    l.run_by
from private.jobs as j
left join lateral (
    select
        r.started_at,
        r.finished_at
    from private.job_runs as r
    where r.job = j.name and r.outcome = 'succeeded'
    order by r.started_at desc
    limit 1
) as s on true
left join lateral (
    select
        r.outcome,
        r.error,
        r.run_by
    from private.job_runs as r
    where r.job = j.name
    order by r.started_at desc
    limit 1
) as l on true
order by j.name;

\echo
\echo '== Summaries'
-- Look for: rows_counted_live that grow from day to day: no refresh runs. tenants_corrected or ledger_days_corrected above 0: counters or
-- ledger of closed days were changed since the refresh, and these months and days are summed up live.
-- Then: select * from private.run_job('refresh_summaries');

select
    date_trunc('second', private.summaries_refreshed_at()) as refreshed_at,
    private.usage_closed_before() as usage_counted_live_from,
    (
        select count(*)
        from public.usage_metrics as m
        where m.day >= private.usage_closed_before()
    ) as usage_rows_counted_live,
    (select count(distinct n.tenant_id) from private.usage_changes as n) as tenants_corrected,
    (
        select count(*)
        from (
            select
                n.tenant_id,
                n.day
            from private.ledger_changes as n
            group by n.tenant_id, n.day
        ) as d
    ) as ledger_days_corrected,
    (select count(*) from private.feedback_changes) as feedback_rows_counted_live;

\echo
\echo '== Open turns'
-- Look for: silent_for far above 1 s: the worker is dead, and no other one runs that would adopt the turn. runs_for above 15 minutes: no answer
-- lasts longer; see the log of that worker.

select
    o.tenant_id,
    o.turn_id,
    date_trunc('second', now() - t.started_at) as runs_for,
    o.provider,
    o.model,
    o.reserved_tokens,
    o.stop_requested_at is not null as is_to_stop,
    o.worker_id,
    date_trunc('second', now() - w.seen_at) as silent_for
from private.open_turns as o
left join public.turns as t on o.tenant_id = t.tenant_id and o.turn_id = t.id
left join private.workers as w on o.worker_id = w.id
order by t.started_at
limit 50;

\echo
\echo '== Workers'
-- Look for: silent_for above 5 s: it is dead or has no database, and the others adopt its turns. One that stays and holds turns: no other
-- worker runs. steady_for that begins anew time and again: it reaches the database now and then only.

select
    w.id as worker_id,
    date_trunc('second', now() - w.seen_at) as silent_for,
    date_trunc('second', now() - w.steady_since) as steady_for,
    count(o.turn_id) as open_turns
from private.workers as w
left join private.open_turns as o on w.id = o.worker_id
group by w.id
order by w.seen_at;

\echo
\echo '== Turns of the last hour'
-- Look for: a share of failed above a few per cent, and with which error_code; a p95 far above the usual; estimated_percent above a
-- few: the provider reports no usage, or answers are cut.

select
    t.status,
    coalesce(t.error_code, '') as error_code,
    coalesce(l.provider, '') as provider,
    coalesce(l.model, '') as model,
    count(*) as turns,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as share_percent,
    round(100.0 * avg(l.tokens_estimated::integer), 1) as estimated_percent,
    percentile_disc(0.5) within group (order by t.latency_ms) as p50_ms,
    percentile_disc(0.95) within group (order by t.latency_ms) as p95_ms
from public.turns as t
left join public.usage_ledger as l on t.tenant_id = l.tenant_id and t.id = l.id
where t.finished_at > now() - interval '1 hour'
group by t.status, t.error_code, l.provider, l.model
order by turns desc;

\echo
\echo '== Limits'
-- Look for: tokens_left near 0, and whether it is used or reserved; requests_left at 0. A row without person is the tenant as a whole.

with limited as (
    select
        t.slug,
        a.next_at,
        a.reserved_tokens,
        nullif(a.user_id, '00000000-0000-0000-0000-000000000000') as person,
        case a.user_id
            when '00000000-0000-0000-0000-000000000000' then t.rate_limit_per_minute
            else t.user_rate_limit_per_minute
        end as per_minute,
        case a.user_id
            when '00000000-0000-0000-0000-000000000000' then t.daily_token_limit
            else t.user_daily_token_limit
        end as daily_tokens,
        case
            when a.user_id <> '00000000-0000-0000-0000-000000000000' then coalesce(u.total_tokens, 0)
            when a.day = (now() at time zone 'utc')::date then a.used_tokens
            else 0
        end as used
    from private.allowances as a
    inner join public.tenants as t on a.tenant_id = t.id
    left join public.current_day_usage as u on a.tenant_id = u.tenant_id and a.user_id = u.user_id
)

select
    l.slug as tenant,
    l.person,
    l.per_minute,
    floor((60 - greatest(extract(epoch from l.next_at - clock_timestamp()), 0)) * l.per_minute / 60) as requests_left,
    l.daily_tokens,
    l.used,
    l.reserved_tokens as reserved,
    l.daily_tokens - l.used - l.reserved_tokens as tokens_left
from limited as l
order by tokens_left, requests_left
limit 50;

\echo
\echo '== Ledger'
-- Look for: findings above 0, or a check that is older than half an hour. Then: operations_guide.md, "Does the ledger agree?".

select
    date_trunc('second', c.checked_at) as checked_at,
    c.findings
from private.ledger_checks as c
order by c.checked_at desc
limit 5;

\echo
\echo '== Usage today'
-- Look for: a tenant far above its usual, or above its daily_token_limit.

select
    t.slug as tenant,
    count(*) as people,
    sum(u.request_count) as requests,
    sum(u.total_tokens) as tokens,
    t.daily_token_limit,
    round(sum(u.estimated_cost), 4) as estimated_cost
from public.current_day_usage as u
inner join public.tenants as t on u.tenant_id = t.id
group by t.id
order by tokens desc
limit 50;

\echo
\echo '== Databases of apps'
-- Look for: not seen: workers measure each that is ready every minute, so that one is gone from its server, or no worker reaches it;
-- an operation that failed, or is at its third attempt; read only.

select
    d.database_name,
    d.environment,
    d.state,
    d.size_state,
    pg_size_pretty(d.size_bytes) as size,
    date_trunc('second', now() - d.size_measured_at) as measured_before,
    d.state = 'ready' and coalesce(d.size_measured_at, d.ready_at) < now() - interval '10 minutes' as not_seen,
    o.kind as operation,
    o.state as operation_state,
    o.attempts,
    o.error_code
from public.app_databases as d
left join lateral (
    select
        l.kind,
        l.state,
        l.attempts,
        l.error_code
    from public.app_operations as l
    where l.tenant_id = d.tenant_id and l.database_id = d.id
    order by l.created_at desc, l.id desc
    limit 1
) as o on true
where
    d.state not in ('ready', 'removed')
    or o.state <> 'succeeded'
    or d.size_state <> 'within'
    or d.state = 'ready' and coalesce(d.size_measured_at, d.ready_at) < now() - interval '10 minutes'
order by d.updated_at desc
limit 50;

\echo
\echo '== Connections'
-- Look for: connections near max_connections; palaver-worker above workers × DATABASE_POOL_SIZE.

select
    coalesce(a.usename, '') as role_name,
    coalesce(a.application_name, '') as program,
    count(*) as connections,
    count(*) filter (where a.state = 'active') as active,
    count(*) filter (where a.state = 'idle in transaction') as idle_in_transaction,
    current_setting('max_connections')::integer as max_connections
from pg_catalog.pg_stat_activity as a
where a.backend_type = 'client backend'
group by a.usename, a.application_name
order by connections desc;

\echo
\echo '== Openings'
-- Look for: any row. Each says what stands open; sql/verify.sql checks Palaver's own objects to the last grant. What everybody is meant to
-- execute, to open shared links, is left out.

select
    'table without Row Level Security' as opening,
    c.oid::regclass::text as object
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relrowsecurity
union all
select
    'view with its owner''s rights' as opening,
    c.oid::regclass::text as object
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname = 'public'
    and c.relkind = 'v'
    and not coalesce('security_invoker=true' = any(c.reloptions) or 'security_invoker=on' = any(c.reloptions), false)
union all
select
    'materialized view in the Data API''s schema' as opening,
    c.oid::regclass::text as object
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname = 'public' and c.relkind = 'm'
union all
select
    'anon may ' || lower(a.privilege_type) as opening,
    c.oid::regclass::text as object
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
cross join lateral aclexplode(c.relacl) as a
where n.nspname in ('public', 'private') and a.grantee in (0, to_regrole('anon'))
union all
select
    'everyone may execute' as opening,
    p.oid::regprocedure::text as object
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
where
    n.nspname in ('public', 'private')
    and a.grantee in (0, to_regrole('anon'))
    and not exists (
        select from private.intended_access as i
        where
            to_regprocedure(i.object) = p.oid
            and i.role = 'anon'
            and i.privilege = 'execute'
            and a.grantee = to_regrole('anon')
    )
order by opening, object;
