-- Weekly upkeep, besides autovacuum and the daily jobs. Safe to repeat, at any time, under load.
--
-- Run it:  psql -X "$DATABASE_URL" -f sql/maintenance.sql   (not with -1: vacuum refuses to run in a transaction)
-- Role:    the owner.
-- Locks:   nothing that blocks readers or writers.

\set ON_ERROR_STOP on
\timing on

\echo
\echo '== Jobs'
-- Look for: outcome = succeeded, once for each job. An empty row: it is running elsewhere. Otherwise the error says why.

select
    format(
        'select r.job, r.outcome, r.error, date_trunc(''milliseconds'', r.finished_at - r.started_at) as took from private.run_job(%L) as r',
        j.name
    ) as query
from private.jobs as j
order by j.name \gexec

\echo
\echo '== Ledger'
-- Look for: any row. Ledger, counters, messages, prices, limits or open turns of the last eight days do not agree.
-- Then: operations_guide.md, "Does the ledger agree?".

select
    f.finding,
    f.tenant_id,
    f.turn_id,
    f.day,
    f.detail
from private.ledger_findings(current_date - 7, current_date) as f
order by f.finding, f.day, f.tenant_id, f.turn_id
limit 50;

\echo
\echo '== Vacuum and analyze'
-- Tables that change most first. Look for: no warning. "skipping … lock not available" is harmless: autovacuum is at it.

vacuum (analyze, skip_locked) public.usage_metrics;

vacuum (analyze, skip_locked) private.allowances;

vacuum (analyze, skip_locked) private.open_turns;

vacuum (analyze, skip_locked) private.turn_pieces;

vacuum (analyze, skip_locked) private.workers;

vacuum (analyze, skip_locked) private.idempotency_keys;

vacuum (analyze, skip_locked) private.cached_responses;

vacuum (analyze, skip_locked) private.search_index;

vacuum (analyze, skip_locked) public.documentation_sections;

vacuum (analyze, skip_locked) private.documentation_index;

vacuum (analyze, skip_locked) public.generated_apps;

vacuum (analyze, skip_locked) public.generated_app_files;

vacuum (analyze, skip_locked) public.app_plans;

vacuum (analyze, skip_locked) public.app_revisions;

vacuum (analyze, skip_locked) public.app_databases;

vacuum (analyze, skip_locked) public.app_operations;

vacuum (analyze, skip_locked) public.app_changes;

vacuum (analyze, skip_locked) public.app_backups;

vacuum (analyze, skip_locked) private.app_credentials;

vacuum (analyze, skip_locked) private.prompt_uses;

vacuum (analyze, skip_locked) private.share_views;

vacuum (analyze, skip_locked) private.share_secrets;

vacuum (analyze, skip_locked) private.feedback_changes;

vacuum (analyze, skip_locked) private.usage_changes;

vacuum (analyze, skip_locked) private.ledger_changes;

vacuum (analyze, skip_locked) public.usage_ledger;

vacuum (analyze, skip_locked) public.turns;

vacuum (analyze, skip_locked) public.conversations;

vacuum (analyze, skip_locked) public.messages;

vacuum (analyze, skip_locked) public.feedback;

vacuum (analyze, skip_locked) public.projects;

vacuum (analyze, skip_locked) public.project_members;

vacuum (analyze, skip_locked) public.project_revisions;

vacuum (analyze, skip_locked) public.prompts;

vacuum (analyze, skip_locked) public.prompt_versions;

vacuum (analyze, skip_locked) public.prompt_publishers;

vacuum (analyze, skip_locked) public.conversation_shares;

vacuum (analyze, skip_locked) public.configuration_suggestions;

vacuum (analyze, skip_locked) public.consents;

vacuum (analyze, skip_locked) public.legal_holds;

vacuum (analyze, skip_locked) public.users;

vacuum (analyze, skip_locked) public.tenants;

vacuum (analyze, skip_locked) private.job_runs;

vacuum (analyze, skip_locked) private.ledger_checks;

vacuum (analyze, skip_locked) private.erasures;

vacuum (analyze, skip_locked) private.tenant_keys;

vacuum (analyze, skip_locked) public.audit_log;

vacuum (analyze, skip_locked) private.model_prices;

vacuum (analyze, skip_locked) private.monthly_usage_closed;

vacuum (analyze, skip_locked) private.message_feedback_closed;

vacuum (analyze, skip_locked) private.usage_daily;

vacuum (analyze, skip_locked) private.summary_state;

\echo
\echo '== Invalid indexes'
-- Look for: any row. A concurrent build or rebuild failed and left it; it serves nothing and costs writes.
-- Then: one whose name ends in _ccnew or _ccold: drop index concurrently NAME; any other: reindex index concurrently NAME;

select x.indexrelid::regclass as index_name
from pg_catalog.pg_index as x
inner join pg_catalog.pg_class as c on x.indrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('public', 'private') and not x.indisvalid;

\echo
\echo '== Indexes that may be worth a rebuild'
-- Look for: bytes_per_row several times what it was when the table was young. Ids are time-ordered, so Palaver's indexes stay
-- dense; after a large deletion (a tenant left) a rebuild gives the space back.
-- Then, one at a time, in a quiet hour; it needs as much free space as the index has:
--     reindex index concurrently public.messages_conversation_idx;

select
    x.indexrelid::regclass as index_name,
    pg_size_pretty(pg_relation_size(x.indexrelid)) as index_size,
    round(pg_relation_size(x.indexrelid) / c.reltuples::numeric) as bytes_per_row
from pg_catalog.pg_index as x
inner join pg_catalog.pg_class as c on x.indrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('public', 'private') and c.reltuples > 10000
order by pg_relation_size(x.indexrelid) desc
limit 20;
