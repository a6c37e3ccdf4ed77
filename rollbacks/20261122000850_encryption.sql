-- Reverts 20261122000850_encryption. Removes the keys: what is encrypted then can never be read again. `python -m app decrypt` first.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, so no drop below would fail while it stands.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;
end
$$;

drop function private.read_messages(jsonb, text);

drop trigger conversations_seal on public.conversations;

drop function private.check_conversation_encryption();

drop trigger messages_check_encryption on public.messages;

drop function private.check_encryption();

drop function private.message_key(jsonb);

drop function private.is_sealed(uuid, text);

drop function private.tenant_key(uuid, uuid);

drop function private.add_tenant_key(uuid, uuid, bytea);

drop table private.tenant_keys;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000850';
    end if;
end
$$;

commit;
