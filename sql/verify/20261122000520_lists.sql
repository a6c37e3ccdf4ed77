-- What 20261122000520_lists made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000520_lists.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000520_lists');

call pg_temp.expect_view('public.conversation_overview', '
    tenant_id uuid,
    id uuid,
    user_id uuid,
    client_id text,
    title text,
    titled_by text,
    metadata jsonb,
    head_id uuid,
    is_archived boolean,
    deleted_at timestamp with time zone,
    status text,
    prompt_id uuid,
    prompt_version integer,
    prompt_text text,
    prompt_values jsonb,
    context_type text,
    project_id uuid,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    provider text,
    model text,
    message_count bigint,
    total_tokens bigint,
    cost numeric,
    last_message_at timestamp with time zone,
    restorable_until timestamp with time zone
');

call pg_temp.expect_grant('public.conversation_overview', 'authenticated', 'select');

call pg_temp.expect_grant('public.conversation_overview', 'service_role', 'select');

call pg_temp.expect_function('private.move_conversation(uuid, text)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('public.archive_conversation(uuid)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('public.delete_conversation(uuid)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('public.restore_conversation(uuid)', 'invoker', 'volatile', 'authenticated');
