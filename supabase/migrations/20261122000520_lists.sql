-- Lists of conversations: what each was about in numbers, and putting one away, deleting it, bringing it back.
--
-- Creates:  public.conversation_overview, archive_conversation(), delete_conversation(), restore_conversation();
--           private.move_conversation().
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000520_lists.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- What is derived stands in the select list, not in joins: there it is worked out after the limit, for the rows of the page alone,
-- whatever they are sorted by, and not at all for a count or a column that nobody asked for.

create view public.conversation_overview
with (security_invoker = true)
as
select
    c.tenant_id,
    c.id,
    c.user_id,
    c.client_id,
    c.title,
    c.titled_by,
    c.metadata,
    c.head_id,
    c.is_archived,
    c.deleted_at,
    c.status,
    c.prompt_id,
    c.prompt_version,
    c.prompt_text,
    c.prompt_values,
    c.context_type,
    c.project_id,
    c.created_at,
    c.updated_at,
    (
        select l.provider
        from public.usage_ledger as l
        where l.tenant_id = c.tenant_id and l.conversation_id = c.id
        order by l.created_at desc, l.id desc
        limit 1
    ) as provider,
    (
        select l.model
        from public.usage_ledger as l
        where l.tenant_id = c.tenant_id and l.conversation_id = c.id
        order by l.created_at desc, l.id desc
        limit 1
    ) as model,
    (
        select count(*)
        from public.messages as m
        where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
    ) as message_count,
    (
        select coalesce(sum(l.prompt_tokens + l.completion_tokens), 0)::bigint
        from public.usage_ledger as l
        where l.tenant_id = c.tenant_id and l.conversation_id = c.id
    ) as total_tokens,
    (
        select coalesce(sum(l.cost), 0)
        from public.usage_ledger as l
        where l.tenant_id = c.tenant_id and l.conversation_id = c.id
    ) as cost,
    (
        select m.created_at
        from public.messages as m
        where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
        order by m.created_at desc, m.id desc
        limit 1
    ) as last_message_at,
    (
        select c.deleted_at + make_interval(days => t.deletion_grace_days)
        from public.tenants as t
        where t.id = c.tenant_id
    ) as restorable_until
from public.conversations as c;

comment on view public.conversation_overview is
'A person''s conversations with what was said and used in them, counted when it is asked for: no counter that could be wrong.';

comment on column public.conversation_overview.provider is 'Of its last turn; null before the first.';

comment on column public.conversation_overview.model is 'Of its last turn, as the provider named it; null before the first.';

comment on column public.conversation_overview.message_count is 'Messages of all branches, of every role.';

comment on column public.conversation_overview.total_tokens is 'Prompt and completion tokens of its turns.';

comment on column public.conversation_overview.cost is 'Of its turns, as the ledger has it.';

comment on column public.conversation_overview.restorable_until is 'Until when a deleted one is sure to be there; after that it may be gone at any time. Null where it is not deleted.';

revoke all on public.conversation_overview from public, anon, authenticated, service_role;

grant select on public.conversation_overview to authenticated, service_role;

-- Called again they change nothing, not even the place in the list.

create function private.move_conversation(p_id uuid, p_status text)
returns public.conversations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_conversation public.conversations;
begin
    -- What is deleted is archived already.
    update public.conversations as c
    set is_archived = p_status <> 'active', deleted_at = case p_status when 'deleted' then clock_timestamp() end
    where c.id = p_id and case p_status when 'archived' then c.status = 'active' else c.status <> p_status end
    returning * into v_conversation;

    if not found then
        select * into v_conversation from public.conversations as c where c.id = p_id;
    end if;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such conversation.';
    end if;

    return v_conversation;
end
$$;

comment on function private.move_conversation(uuid, text) is
'Makes one of the caller''s conversations active, archived or deleted, and returns it. Errors: PA404.';

revoke execute on function private.move_conversation(uuid, text) from public;

grant execute on function private.move_conversation(uuid, text) to authenticated;

create function public.archive_conversation(p_id uuid)
returns public.conversations
language sql
volatile
security invoker
set search_path = ''
as $$
    select * from private.move_conversation(p_id, 'archived')
$$;

comment on function public.archive_conversation(uuid) is
'Puts one of the caller''s conversations away, and returns it; a deleted one stays deleted. Errors: PA404 there is none, or it is somebody else''s.';

create function public.delete_conversation(p_id uuid)
returns public.conversations
language sql
volatile
security invoker
set search_path = ''
as $$
    select * from private.move_conversation(p_id, 'deleted')
$$;

comment on function public.delete_conversation(uuid) is
'Deletes one of the caller''s conversations, and returns it. restore_conversation() brings it back for tenants.deletion_grace_days; then it is gone for good, with everything that hangs on it. Errors: PA404 there is none, or it is somebody else''s.';

create function public.restore_conversation(p_id uuid)
returns public.conversations
language sql
volatile
security invoker
set search_path = ''
as $$
    select * from private.move_conversation(p_id, 'active')
$$;

comment on function public.restore_conversation(uuid) is
'Brings one of the caller''s conversations back from the archive or from being deleted, as long as it is there, and returns it. Errors: PA404 there is none, or it is somebody else''s, or gone for good.';

revoke execute on function public.archive_conversation(uuid) from public, anon;

revoke execute on function public.delete_conversation(uuid) from public, anon;

revoke execute on function public.restore_conversation(uuid) from public, anon;

grant execute on function public.archive_conversation(uuid) to authenticated;

grant execute on function public.delete_conversation(uuid) to authenticated;

grant execute on function public.restore_conversation(uuid) to authenticated;
