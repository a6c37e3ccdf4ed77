-- Reverts every migration that is applied, newest first. It removes all of Palaver's data.
--
-- Run it: psql -X -v ON_ERROR_STOP=1 "$DATABASE_URL" -f rollbacks/rollback_all.sql

\set ON_ERROR_STOP on
\set QUIET on

\set version 20261122000900
\set file 20261122000900_self_check.sql
\ir ../sql/revert.sql

\set version 20261122000860
\set file 20261122000860_audit.sql
\ir ../sql/revert.sql

\set version 20261122000850
\set file 20261122000850_encryption.sql
\ir ../sql/revert.sql

\set version 20261122000840
\set file 20261122000840_privacy.sql
\ir ../sql/revert.sql

\set version 20261122000830
\set file 20261122000830_ledger_proof.sql
\ir ../sql/revert.sql

\set version 20261122000825
\set file 20261122000825_shares.sql
\ir ../sql/revert.sql

\set version 20261122000820
\set file 20261122000820_turn_functions.sql
\ir ../sql/revert.sql

\set version 20261122000810
\set file 20261122000810_response_cache.sql
\ir ../sql/revert.sql

\set version 20261122000800
\set file 20261122000800_turns.sql
\ir ../sql/revert.sql

\set version 20261122000700
\set file 20261122000700_jobs.sql
\ir ../sql/revert.sql

\set version 20261122000620
\set file 20261122000620_analytics.sql
\ir ../sql/revert.sql

\set version 20261122000600
\set file 20261122000600_summaries.sql
\ir ../sql/revert.sql

\set version 20261122000550
\set file 20261122000550_limits.sql
\ir ../sql/revert.sql

\set version 20261122000520
\set file 20261122000520_lists.sql
\ir ../sql/revert.sql

\set version 20261122000500
\set file 20261122000500_usage.sql
\ir ../sql/revert.sql

\set version 20261122000400
\set file 20261122000400_feedback.sql
\ir ../sql/revert.sql

\set version 20261122000396
\set file 20261122000396_app_changes.sql
\ir ../sql/revert.sql

\set version 20261122000394
\set file 20261122000394_app_databases.sql
\ir ../sql/revert.sql

\set version 20261122000392
\set file 20261122000392_generated_apps.sql
\ir ../sql/revert.sql

\set version 20261122000390
\set file 20261122000390_documentation.sql
\ir ../sql/revert.sql

\set version 20261122000380
\set file 20261122000380_suggestions.sql
\ir ../sql/revert.sql

\set version 20261122000360
\set file 20261122000360_search.sql
\ir ../sql/revert.sql

\set version 20261122000320
\set file 20261122000320_prompts.sql
\ir ../sql/revert.sql

\set version 20261122000300
\set file 20261122000300_conversations.sql
\ir ../sql/revert.sql

\set version 20261122000250
\set file 20261122000250_projects.sql
\ir ../sql/revert.sql

\set version 20261122000240
\set file 20261122000240_configuration_schema.sql
\ir ../sql/revert.sql

\set version 20261122000200
\set file 20261122000200_tenancy.sql
\ir ../sql/revert.sql

\set version 20261122000100
\set file 20261122000100_foundation.sql
\ir ../sql/revert.sql
