-- Applies one migration in one transaction, unless it is applied: included by install.sql, which sets `version` and `name`.

select not exists (
    select from supabase_migrations.schema_migrations where version = :'version'
) as pending \gset

\if :pending
    \echo applying :version :name
    \set file ../supabase/migrations/ :version _ :name .sql
    begin;
    \ir :file
    insert into supabase_migrations.schema_migrations (version, name) values (:'version', :'name');
    commit;
\endif
