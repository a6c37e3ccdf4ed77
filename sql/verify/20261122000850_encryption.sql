-- What 20261122000850_encryption made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000850_encryption.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000850_encryption');

call pg_temp.expect_table('private.tenant_keys', '
    tenant_id uuid not null,
    id uuid not null,
    wrapped_key bytea not null,
    created_at timestamp with time zone not null default now(),
    retired_at timestamp with time zone
');

call pg_temp.expect_key('private.tenant_keys', 'tenant_keys_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'private.tenant_keys',
    'tenant_keys_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('private.tenant_keys', '
    tenant_keys_wrapped_key_check
');

call pg_temp.expect_index(
    'private.tenant_keys', 'tenant_keys_live_key', 'unique btree (tenant_id) where (retired_at is null)'
);

call pg_temp.expect_policy(
    'private.tenant_keys', 'Encryption finds keys', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.tenant_keys', 'Encryption adds keys', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_grant('private.tenant_keys', 'palaver_definer', 'select, insert');

call pg_temp.expect_trigger(
    'public.messages',
    'messages_check_encryption',
    'before insert or update of content, parts for each row execute function private.check_encryption()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_seal',
    'before insert or update of title, titled_by for each row execute function private.check_conversation_encryption()'
);

call pg_temp.expect_function('private.check_conversation_encryption()', 'invoker', 'volatile');

call pg_temp.expect_function('private.add_tenant_key(uuid, uuid, bytea)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.check_encryption()', 'invoker', 'volatile');

call pg_temp.expect_function(
    'private.is_sealed(uuid, text)', 'definer', 'stable', 'palaver_worker, service_role'
);

call pg_temp.expect_function('private.message_key(jsonb)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_messages(jsonb, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.tenant_key(uuid, uuid)', 'definer', 'stable', 'palaver_worker');
