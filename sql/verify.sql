-- Raises an exception at the first thing that is missing, wrong, or open to somebody that it should be closed to; in the end lists
-- what private.isolation_findings() finds, and raises an exception if that is anything.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify.sql
--
-- Changes nothing: what it makes is temporary and rolled back. Any role that may read everything can run it: the one that
-- migrates, or one with BYPASSRLS and pg_read_all_data, which is told that the findings are left out.

\set ON_ERROR_STOP on
\set QUIET on

begin;

\ir verify/20261122000100_foundation.sql
\ir verify/20261122000200_tenancy.sql
\ir verify/20261122000240_configuration_schema.sql
\ir verify/20261122000250_projects.sql
\ir verify/20261122000300_conversations.sql
\ir verify/20261122000320_prompts.sql
\ir verify/20261122000360_search.sql
\ir verify/20261122000380_suggestions.sql
\ir verify/20261122000390_documentation.sql
\ir verify/20261122000392_generated_apps.sql
\ir verify/20261122000394_app_databases.sql
\ir verify/20261122000396_app_changes.sql
\ir verify/20261122000400_feedback.sql
\ir verify/20261122000500_usage.sql
\ir verify/20261122000520_lists.sql
\ir verify/20261122000550_limits.sql
\ir verify/20261122000600_summaries.sql
\ir verify/20261122000620_analytics.sql
\ir verify/20261122000700_jobs.sql
\ir verify/20261122000800_turns.sql
\ir verify/20261122000810_response_cache.sql
\ir verify/20261122000820_turn_functions.sql
\ir verify/20261122000825_shares.sql
\ir verify/20261122000830_ledger_proof.sql
\ir verify/20261122000840_privacy.sql
\ir verify/20261122000850_encryption.sql
\ir verify/20261122000860_audit.sql
\ir verify/20261122000900_self_check.sql

call pg_temp.expect_nothing_else();

select has_function_privilege('private.check_isolation()', 'execute') as may_check \gset

\if :may_check
    select count(*) > 0 as found from private.isolation_findings() \gset

    \if :found
        select finding, object, detail from private.isolation_findings();

        do $$
        begin
            perform private.check_isolation();
        end
        $$;
    \endif
\else
    \echo 'This role may not call private.isolation_findings(): left out.'
\endif

select count(*) as verified
from pg_temp.palaver_expected
where kind = 'migration' \gset

rollback;

\echo 'Palaver''s schema is as it should be:' :verified 'migrations verified.'
