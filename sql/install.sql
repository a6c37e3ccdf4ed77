-- Applies every migration that is not applied yet, in order, each in its own transaction.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/install.sql
--
-- The history is the Supabase CLI's own table, so that `supabase migration list` and `python -m app status` agree with it.
-- PostgreSQL without Supabase needs sql/plain_postgres.sql first.

\set ON_ERROR_STOP on
\set QUIET on

set client_min_messages = warning;

-- One installer at a time in this database; the lock goes with the session.
select pg_advisory_lock(hashtext('palaver.migrations')) \gset locked_

set lock_timeout = '5s';

create schema if not exists supabase_migrations;

create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text [],
    name text
);

\set version 20261122000100
\set name foundation
\ir apply.sql

\set version 20261122000200
\set name tenancy
\ir apply.sql

\set version 20261122000240
\set name configuration_schema
\ir apply.sql

\set version 20261122000250
\set name projects
\ir apply.sql

\set version 20261122000300
\set name conversations
\ir apply.sql

\set version 20261122000320
\set name prompts
\ir apply.sql

\set version 20261122000360
\set name search
\ir apply.sql

\set version 20261122000380
\set name suggestions
\ir apply.sql

\set version 20261122000390
\set name documentation
\ir apply.sql

\set version 20261122000392
\set name generated_apps
\ir apply.sql

\set version 20261122000394
\set name app_databases
\ir apply.sql

\set version 20261122000396
\set name app_changes
\ir apply.sql

\set version 20261122000400
\set name feedback
\ir apply.sql

\set version 20261122000500
\set name usage
\ir apply.sql

\set version 20261122000520
\set name lists
\ir apply.sql

\set version 20261122000550
\set name limits
\ir apply.sql

\set version 20261122000600
\set name summaries
\ir apply.sql

\set version 20261122000620
\set name analytics
\ir apply.sql

\set version 20261122000700
\set name jobs
\ir apply.sql

\set version 20261122000800
\set name turns
\ir apply.sql

\set version 20261122000810
\set name response_cache
\ir apply.sql

\set version 20261122000820
\set name turn_functions
\ir apply.sql

\set version 20261122000825
\set name shares
\ir apply.sql

\set version 20261122000830
\set name ledger_proof
\ir apply.sql

\set version 20261122000840
\set name privacy
\ir apply.sql

\set version 20261122000850
\set name encryption
\ir apply.sql

\set version 20261122000860
\set name audit
\ir apply.sql

\set version 20261122000900
\set name self_check
\ir apply.sql

select pg_advisory_unlock(hashtext('palaver.migrations')) \gset locked_
