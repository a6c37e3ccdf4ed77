-- Reverts one migration if it is applied: included by rollbacks/rollback_all.sql, which sets `version` and `file`.

select to_regclass('supabase_migrations.schema_migrations') is not null as has_history \gset

\if :has_history
    select exists (
        select from supabase_migrations.schema_migrations where version = :'version'
    ) as applied \gset
\else
    \set applied false
\endif

\if :applied
    \echo reverting :file
    \ir ../rollbacks/:file
\endif
