-- Encryption of messages at rest: a key for each tenant that asks for it, and nothing unencrypted stored from then on.
--
-- Creates:  private.tenant_keys; private.tenant_key(), add_tenant_key(), is_sealed(), message_key(), check_encryption(),
--           check_conversation_encryption(), read_messages().
-- Changes:  a trigger on public.messages and one on public.conversations.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.messages and public.conversations, for their triggers, and on public.tenants, for the
--           foreign key.
-- Rollback: rollbacks/20261122000850_encryption.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- The worker encrypts and decrypts; the database never sees a key that opens anything, and so neither does a dump of it.

create table private.tenant_keys (
    tenant_id uuid not null,
    id uuid not null,
    wrapped_key bytea not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint tenant_keys_pkey primary key (tenant_id, id),
    constraint tenant_keys_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint tenant_keys_wrapped_key_check check (octet_length(wrapped_key) between 28 and 1000)
);

comment on table private.tenant_keys is 'The keys with which messages of tenants are encrypted, themselves encrypted with SECRETS_KEY, which only the worker has. A key that is gone takes its messages with it.';

comment on column private.tenant_keys.retired_at is 'Since when nothing new is encrypted with it; null: the one in use.';

create unique index tenant_keys_live_key on private.tenant_keys (tenant_id) where retired_at is null;

comment on index private.tenant_keys_live_key is 'The key in use: one at most.';

alter table private.tenant_keys enable row level security;

revoke all on private.tenant_keys from public, anon, authenticated, service_role;

grant select, insert on private.tenant_keys to palaver_definer;

create policy "Encryption finds keys"
on private.tenant_keys for select to palaver_definer
using (true);

create policy "Encryption adds keys"
on private.tenant_keys for insert to palaver_definer
with check (true);

create function private.tenant_key(p_tenant_id uuid, p_key_id uuid)
returns table (key_id uuid, wrapped_key bytea)
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select k.id, k.wrapped_key
    from private.tenant_keys as k
    where k.tenant_id = p_tenant_id and case when p_key_id is null then k.retired_at is null else k.id = p_key_id end;
end
$$;

comment on function private.tenant_key(uuid, uuid) is
'The key of a tenant that a message names, or without one the key in use, encrypted with SECRETS_KEY; no row where there is none. Definer: the worker needs it for turns of anybody.';

create function private.add_tenant_key(p_tenant_id uuid, p_key_id uuid, p_wrapped_key bytea)
returns table (key_id uuid, wrapped_key bytea)
language plpgsql
volatile
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into private.tenant_keys as k (tenant_id, id, wrapped_key)
    values (p_tenant_id, p_key_id, p_wrapped_key)
    on conflict (tenant_id) where retired_at is null do nothing;

    return query
    select k.key_id, k.wrapped_key
    from private.tenant_key(p_tenant_id, null) as k;
end
$$;

comment on function private.add_tenant_key(uuid, uuid, bytea) is
'Gives a tenant that has none the key with which its messages are encrypted, and returns the one in use: whoever comes first is right. Definer: the worker needs it for turns of anybody.';

create function private.is_sealed(p_tenant_id uuid, p_text text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select from private.tenant_keys as k
        where k.tenant_id = p_tenant_id and k.retired_at is null and starts_with(p_text, 'palaver-encrypted:1:' || k.id || ':')
    );
end
$$;

comment on function private.is_sealed(uuid, text) is
'Whether a text says of itself that it is encrypted with the key that the tenant uses. Definer: nobody has rights on keys.';

revoke execute on function private.add_tenant_key(uuid, uuid, bytea) from public;

revoke execute on function private.tenant_key(uuid, uuid) from public;

revoke execute on function private.is_sealed(uuid, text) from public;

grant execute on function private.add_tenant_key(uuid, uuid, bytea) to palaver_worker;

grant execute on function private.tenant_key(uuid, uuid) to palaver_worker;

grant execute on function private.is_sealed(uuid, text) to palaver_worker, service_role;

alter function private.add_tenant_key(uuid, uuid, bytea) owner to palaver_definer;

alter function private.tenant_key(uuid, uuid) owner to palaver_definer;

alter function private.is_sealed(uuid, text) owner to palaver_definer;

create function private.message_key(p_claims jsonb)
returns table (tenant_id uuid, encrypts boolean, key_id uuid, wrapped_key bytea)
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    if not private.may_use_assistant() then
        raise exception using errcode = 'PA403', message = 'This account may not use the assistant.';
    end if;

    return query
    select t.id, t.encrypts_messages, k.key_id, k.wrapped_key
    from public.tenants as t
    left join private.tenant_key(private.current_tenant_id(), null) as k on t.encrypts_messages
    where t.id = private.current_tenant_id();
end
$$;

comment on function private.message_key(jsonb) is
'Whether the tenant of the person whom the verified claims name encrypts its messages, and the key in use, if there is one yet. Errors: PA403 no access.';

revoke execute on function private.message_key(jsonb) from public;

grant execute on function private.message_key(jsonb) to palaver_worker;

-- Nothing unencrypted is stored for a tenant that encrypts, whoever writes it and whatever the worker believes. Where a tenant does not (any
-- more), answers may still be encrypted: their turns began before. No other text may look as if it were.

create function private.check_encryption()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_encrypts constant pg_catalog.bool := (select t.encrypts_messages from public.tenants as t where t.id = new.tenant_id);
begin
    if v_encrypts and current_user = 'authenticated' then
        raise exception using
            errcode = 'PA422',
            message = 'Messages of this organisation are encrypted.',
            hint = 'Ask through the worker, which encrypts them.';
    end if;

    if v_encrypts then
        if (new.content !~ '\S' or private.is_sealed(new.tenant_id, new.content))
            and (
                new.parts is null
                or (
                    jsonb_array_length(new.parts) = 1
                    and new.parts -> 0 ->> 'type' = 'encrypted'
                    and (new.parts -> 0) - '{type,data,octets}'::pg_catalog.text[] = '{}'
                    and private.is_sealed(new.tenant_id, new.parts -> 0 ->> 'data')
                )
            )
        then
            return new;
        end if;
    elsif new.role = 'assistant' or not coalesce(starts_with(new.content, 'palaver-encrypted:'), false) then
        return new;
    elsif current_user <> 'palaver_worker' then
        raise exception using errcode = 'PA422', message = 'A message cannot begin with "palaver-encrypted:".';
    end if;

    raise exception using
        errcode = 'PA427',
        message = 'Whether messages of this organisation are encrypted, or with which key, has just changed.',
        hint = 'Try again.';
end
$$;

comment on function private.check_encryption() is
'Trigger: where a tenant encrypts its messages, each is encrypted with the key in use, and comes from the worker. Errors: PA422 not from the worker, or text that only looks encrypted; PA427 the worker did not know how the tenant encrypts.';

revoke execute on function private.check_encryption() from public;

create trigger messages_check_encryption
before insert or update of content, parts on public.messages
for each row execute function private.check_encryption();

-- What is not a message tells of what was said, too: a title that was made of it, what a prompt was filled in with.

create function private.check_conversation_encryption()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    if exists (select from public.tenants as t where t.id = new.tenant_id and t.encrypts_messages) then
        if new.titled_by <> 'person' then
            new.title := 'New conversation';
        end if;

        if tg_op = 'INSERT' and new.prompt_values <> '{}' then
            raise exception using
                errcode = 'PA422',
                message = 'Your organisation encrypts its messages, and what fills a prompt in would be stored as it is.',
                hint = 'Fill it in with fill_prompt(), and send the text as a message.';
        end if;
    end if;

    return new;
end
$$;

comment on function private.check_conversation_encryption() is
'Trigger: where a tenant encrypts its messages, titles are those that people choose, and no prompt is filled in. Errors: PA422.';

revoke execute on function private.check_conversation_encryption() from public;

-- After conversations_keep, which says whose the title is: triggers of a kind go by their names.

create trigger conversations_seal
before insert or update of title, titled_by on public.conversations
for each row execute function private.check_conversation_encryption();

-- For clients that cannot decrypt: the worker reads for them, and opens what it finds.

create function private.read_messages(p_claims jsonb, p_chat text)
returns table (tenant_id uuid, id uuid, role text, content text, parts text, metadata text, created_at text)
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    if private.current_user_id() is null then
        raise exception using errcode = 'PA403', message = 'This account may not use the assistant.';
    end if;

    return query
    select private.current_tenant_id(), m.id, m.role, m.content, m.parts::text, private.shown_metadata(m.metadata)::text, to_jsonb(m.created_at) #>> '{}'
    from public.chat_messages(p_chat) as m;
end
$$;

comment on function private.read_messages(jsonb, text) is
'What public.chat_messages() gives the person that the verified claims name. Errors: PA403 no access.';

revoke execute on function private.read_messages(jsonb, text) from public;

grant execute on function private.read_messages(jsonb, text) to palaver_worker;
