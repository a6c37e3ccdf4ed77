-- What 20261122000810_response_cache made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000810_response_cache.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000810_response_cache');

call pg_temp.expect_table('private.cached_responses', '
    tenant_id uuid not null,
    key bytea not null,
    user_id uuid not null,
    provider text,
    model text,
    content text not null,
    parts jsonb,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('private.cached_responses', 'cached_responses_pkey', 'primary key (tenant_id, key)');

call pg_temp.expect_key(
    'private.cached_responses',
    'cached_responses_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'private.cached_responses',
    'cached_responses_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('private.cached_responses', 'cached_responses_key_check');

call pg_temp.expect_index('private.cached_responses', 'cached_responses_user_idx', 'btree (tenant_id, user_id)');

call pg_temp.expect_index('private.cached_responses', 'cached_responses_created_idx', 'btree (tenant_id, created_at)');

call pg_temp.expect_policy(
    'private.cached_responses', 'The worker finds what the tenant it acts for remembers', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id())'
);

call pg_temp.expect_policy(
    'private.cached_responses', 'Settlement and the job see cached answers', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.cached_responses', 'Settlement caches answers', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.cached_responses', 'Settlement renews cached answers', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.cached_responses', 'The job forgets cached answers', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.cached_responses', 'palaver_worker', 'select');

call pg_temp.expect_grant('private.cached_responses', 'palaver_definer', '
    select, insert, delete, update (user_id, provider, model, content, parts, created_at)
');

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (response_cache_seconds)');

call pg_temp.expect_function('private.find_cached_response(jsonb, bytea)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.forget_cached_responses()', 'definer', 'volatile');

call pg_temp.expect_job('forget_cached_responses');
