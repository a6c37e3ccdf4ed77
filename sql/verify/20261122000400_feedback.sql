-- What 20261122000400_feedback made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000400_feedback.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000400_feedback');

call pg_temp.expect_table('public.feedback', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    message_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    rating smallint not null,
    comment text,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.feedback', 'feedback_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.feedback', 'feedback_message_user_key', 'unique (tenant_id, message_id, user_id)');

call pg_temp.expect_key(
    'public.feedback',
    'feedback_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.feedback',
    'feedback_message_id_fkey',
    'foreign key (tenant_id, message_id) references public.messages (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.feedback',
    'feedback_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.feedback', '
    feedback_rating_check,
    feedback_comment_check
');

call pg_temp.expect_index('public.feedback', 'feedback_user_idx', 'btree (tenant_id, user_id, id)');

call pg_temp.expect_trigger(
    'public.feedback',
    'feedback_set_updated_at',
    'before update for each row execute function private.set_updated_at()'
);

call pg_temp.expect_policy(
    'public.feedback', 'People see their own feedback, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.feedback', 'People rate messages that they can see', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()) and exists (select from public.messages as m where m.tenant_id = feedback.tenant_id and m.id = feedback.message_id)'
);

call pg_temp.expect_policy(
    'public.feedback', 'People change their own feedback', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()) and exists (select from public.messages as m where m.tenant_id = feedback.tenant_id and m.id = feedback.message_id)'
);

call pg_temp.expect_policy(
    'public.feedback', 'People take their own feedback back', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_grant('public.feedback', 'authenticated', '
    select (tenant_id, id, message_id, user_id, rating, comment, created_at, updated_at),
    insert (tenant_id, message_id, user_id, rating, comment),
    update (message_id, rating, comment),
    delete
');

call pg_temp.expect_grant('public.feedback', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.feedback', 'authenticated', 'update (tenant_id, id, user_id), truncate');
