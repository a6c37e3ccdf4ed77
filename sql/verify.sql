-- Raises an exception at the first thing that is missing, wrong, or open to somebody that it should be closed to.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify.sql
--
-- Changes nothing: what it makes is temporary and rolled back. Any role that may connect can run it; the one that migrates is
-- the natural one.

\set ON_ERROR_STOP on
\set QUIET on

begin;

\ir verify/20261122000100_foundation.sql
\ir verify/20261122000200_tenancy.sql
\ir verify/20261122000300_conversations.sql
\ir verify/20261122000400_feedback.sql
\ir verify/20261122000500_usage.sql
\ir verify/20261122000600_summaries.sql
\ir verify/20261122000700_jobs.sql
\ir verify/20261122000800_turns.sql

call pg_temp.expect_nothing_else();

select count(*) as verified
from pg_temp.palaver_expected
where kind = 'migration' \gset

rollback;

\echo 'Palaver''s schema is as it should be:' :verified 'migrations verified.'
