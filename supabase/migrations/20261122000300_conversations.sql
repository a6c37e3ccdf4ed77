-- Conversations and their messages.
--
-- Creates:  public.conversations, public.messages, public.chat_messages(), ui_messages(); private.keep_conversation(), as_json(), shown_metadata(), head_of(),
--           check_head(), place_message(), touch_conversations().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys.
-- Rollback: rollbacks/20261122000300_conversations.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.conversations (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid not null default private.current_user_id(),
    client_id text,
    title text not null default 'New conversation',
    titled_by text not null,
    metadata jsonb not null default '{}',
    head_id uuid,
    is_archived boolean not null default false,
    deleted_at timestamptz,
    status text not null,
    prompt_id uuid,
    prompt_version integer,
    prompt_text text,
    prompt_values jsonb,
    context_type text,
    project_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint conversations_pkey primary key (tenant_id, id),
    constraint conversations_owner_key unique (tenant_id, user_id, id),
    constraint conversations_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint conversations_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint conversations_project_id_fkey foreign key (tenant_id, project_id)
    references public.projects (tenant_id, id) on delete cascade,
    constraint conversations_client_id_check check (char_length(client_id) between 1 and 200),
    constraint conversations_title_check check (char_length(title) between 1 and 200 and title ~ '\S'),
    constraint conversations_titled_by_check check (titled_by in ('start', 'model', 'person')),
    constraint conversations_deleted_at_check check (deleted_at is null or is_archived),
    constraint conversations_status_check check (
        status = case when deleted_at is not null then 'deleted' when is_archived then 'archived' else 'active' end
    ),
    constraint conversations_prompt_check check (
        num_nulls(prompt_id, prompt_version, prompt_text, prompt_values) in (0, 4) and jsonb_typeof(prompt_values) = 'object'
    ),
    constraint conversations_context_check check (
        case
            when context_type is null then project_id is null
            else context_type in ('project', 'infrastructure') and (project_id is not null) = (context_type = 'project')
        end
    ),
    constraint conversations_metadata_check check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 65536)
);

comment on table public.conversations is 'A person''s conversations with the assistant.';

comment on column public.conversations.client_id is 'The id that the client gave it, such as the AI SDK''s chat id; unique for the person.';

comment on column public.conversations.head_id is 'The message at which the chosen branch ends, where somebody went back to an older one; null: the newest message. A new message makes it null again. No foreign key: a second one between the two tables would leave the Data API in doubt which to embed by.';

comment on column public.conversations.titled_by is 'Whose the title is: start, the first words of the first question, which the model may better; model; person, whose own title stays.';

comment on column public.conversations.is_archived is 'Soft delete: hidden from lists, takes no messages, can be brought back.';

comment on column public.conversations.deleted_at is 'When it was deleted. It is archived as well, can be restored for as long as tenants.deletion_grace_days says, and is gone after that.';

comment on column public.conversations.status is 'active, archived or deleted: what is_archived and deleted_at say together. Not a generated column: those are left out of COPY, by which tenants move.';

comment on column public.conversations.prompt_id is 'The prompt of the library that it was started from. No foreign key: it may be another tenant''s, and may be gone; what was used of it stays here.';

comment on column public.conversations.prompt_text is 'The text of that version, before its variables were filled in.';

comment on column public.conversations.prompt_values is 'What its variables were filled in with: an object of strings.';

comment on column public.conversations.context_type is 'What it is about: project, one project''s configuration; infrastructure, that of all projects that the person sees; null: anything.';

comment on column public.conversations.updated_at is 'Last message or change of title, metadata or archiving: lists are ordered by it.';

comment on constraint conversations_owner_key on public.conversations is
'Target of foreign keys that carry the owner along, so that policies on messages and turns need no join; a person''s archived conversations; the foreign key to users. In this order, since an index on tenant and person alone would look cheaper than conversations_user_live_idx and be chosen, with a sort, for lists.';

create index conversations_user_live_idx on public.conversations (tenant_id, user_id, updated_at desc, id desc) where not is_archived;

comment on index public.conversations_user_live_idx is 'A person''s live conversations, newest first, a page by key.';

create unique index conversations_client_key on public.conversations (tenant_id, user_id, client_id) where client_id is not null;

comment on index public.conversations_client_key is 'Finding a conversation by the client''s id of it.';

create index conversations_context_idx on public.conversations (tenant_id, project_id, user_id, context_type)
where context_type is not null;

comment on index public.conversations_context_idx is 'A person''s session on a project, or on the infrastructure; the foreign key to projects.';

create trigger conversations_set_updated_at
before update of title, metadata, is_archived, deleted_at on public.conversations
for each row execute function private.set_updated_at();

alter table public.conversations
alter column client_id set statistics 0,
alter column title set statistics 0,
alter column titled_by set statistics 0,
alter column status set statistics 0,
alter column prompt_text set statistics 0,
alter column prompt_values set statistics 0,
alter column context_type set statistics 0,
alter column metadata set statistics 0;

alter table public.conversations enable row level security;

revoke all on public.conversations from public, anon, authenticated, service_role;

create policy "People see their own conversations"
on public.conversations for select to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

create policy "People who may use the assistant start conversations"
on public.conversations for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
    and (project_id is null or project_id = any((select private.project_ids('viewer'))::uuid[]))
    and (select private.may_use_assistant())
);

create policy "People rename and archive their own conversations"
on public.conversations for update to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()))
with check (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

grant select (
    tenant_id, id, user_id, client_id, title, titled_by, metadata, head_id, is_archived, deleted_at, status, prompt_id, prompt_version,
    prompt_text, prompt_values, context_type, project_id, created_at, updated_at
) on public.conversations to authenticated;

grant insert (tenant_id, user_id, client_id, title, context_type, project_id, metadata) on public.conversations to authenticated;

grant update (title, metadata, head_id, is_archived, deleted_at) on public.conversations to authenticated;

grant insert (titled_by), update (titled_by) on public.conversations to palaver_worker;

grant select, insert, update, delete on public.conversations to service_role;

-- A policy cannot compare a row with what it was.

create function private.keep_conversation()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        new.titled_by := coalesce(new.titled_by, case new.title when 'New conversation' then 'start' else 'person' end);
    else
        if new.title <> old.title and new.titled_by = old.titled_by then
            new.titled_by := case new.title when 'New conversation' then 'start' else 'person' end;
        end if;

        if new.deleted_at is not null and old.deleted_at is null then
            new.is_archived := true;
        elsif not new.is_archived then
            new.deleted_at := null;
        end if;

        -- When it was deleted is not for people to say: the time to undo it counts from there.
        if new.deleted_at is not null and row_security_active('public.conversations') then
            new.deleted_at := coalesce(old.deleted_at, clock_timestamp());
        end if;
    end if;

    new.status := case when new.deleted_at is not null then 'deleted' when new.is_archived then 'archived' else 'active' end;

    return new;
end
$$;

comment on function private.keep_conversation() is 'Trigger: a title that is changed is the person''s own; a deleted conversation is archived as well, and one that is taken out of the archive is not deleted any more.';

revoke execute on function private.keep_conversation() from public;

create trigger conversations_keep
before insert or update of title, titled_by, is_archived, deleted_at, status on public.conversations
for each row execute function private.keep_conversation();

create table public.messages (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    conversation_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    parent_id uuid,
    client_id text,
    role text not null default 'user',
    content text not null,
    parts jsonb,
    token_count integer,
    model_used text,
    latency_ms integer,
    cost numeric,
    provider_message_id text,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    constraint messages_pkey primary key (tenant_id, id),
    constraint messages_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint messages_conversation_id_fkey foreign key (tenant_id, conversation_id, user_id)
    references public.conversations (tenant_id, id, user_id) on delete cascade,
    constraint messages_branch_key unique (tenant_id, id, conversation_id),
    constraint messages_parent_id_fkey foreign key (tenant_id, parent_id, conversation_id)
    references public.messages (tenant_id, id, conversation_id) on delete set null (parent_id),
    constraint messages_client_id_check check (char_length(client_id) between 1 and 200),
    constraint messages_role_check check (role in ('user', 'assistant', 'system', 'tool')),
    constraint messages_content_check check (role <> 'user' or content ~ '\S' or parts is not null),
    constraint messages_content_size_check check (
        octet_length(content)
        <= case role when 'user' then 262144 else 8388608 end * case when starts_with(content, 'palaver-encrypted:') then 1.4 else 1 end
    ),
    constraint messages_parts_check check (
        jsonb_typeof(parts) = 'array'
        and jsonb_array_length(parts) > 0
        and octet_length(parts::text) <= 33554432 * case parts #>> '{0,type}' when 'encrypted' then 1.4 else 1 end
    ),
    constraint messages_token_count_check check (token_count >= 0),
    constraint messages_latency_ms_check check (latency_ms >= 0),
    constraint messages_cost_check check (cost >= 0 and cost < 'Infinity'),
    constraint messages_metadata_check check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 65536)
);

comment on table public.messages is 'What was said. History: clients add a person''s messages and change none; only the worker writes the assistant''s.';

comment on column public.messages.user_id is 'The owner of the conversation, held equal to it by the foreign key, so that policies need no join.';

comment on column public.messages.parent_id is 'The message that this one follows; null: the first. Two with the same parent are branches. Left out by clients: it follows the newest, or the conversation''s head_id.';

comment on column public.messages.client_id is 'The id that the client gave it, such as the AI SDK''s message id. An edited question may come under the id of the one whose place it takes.';

comment on column public.messages.parts is 'Where there is more than text: an array of objects with a type (text, reasoning, tool-call, tool-result, file, source-url, context), in order.';

comment on column public.messages.token_count is 'Tokens of this message as the provider counted them, or the worker''s estimate.';

comment on column public.messages.latency_ms is 'From the question to the end of the answer, in milliseconds.';

comment on column public.messages.cost is 'Of an answer: what its turn cost, as the ledger has it.';

comment on column public.messages.provider_message_id is 'The provider''s id of the completion.';

create index messages_conversation_idx on public.messages (tenant_id, conversation_id, user_id, created_at, id);

comment on index public.messages_conversation_idx is 'A conversation''s messages in order, a page by key from either end; the foreign key to conversations.';

create index messages_parent_idx on public.messages (tenant_id, parent_id);

comment on index public.messages_parent_idx is 'The branches after a message; the foreign key to messages.';

create index messages_client_idx on public.messages (tenant_id, conversation_id, client_id) where client_id is not null;

comment on index public.messages_client_idx is 'Finding a message by the client''s id of it.';

alter table public.messages
alter column client_id set statistics 0,
alter column parts set statistics 0,
alter column role set statistics 0,
alter column content set statistics 0,
alter column model_used set statistics 0,
alter column provider_message_id set statistics 0,
alter column metadata set statistics 0;

alter table public.messages enable row level security;

revoke all on public.messages from public, anon, authenticated, service_role;

create policy "People see the messages of their own conversations"
on public.messages for select to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

create policy "People add their own messages to their live conversations"
on public.messages for insert to authenticated
with check (
    role = 'user'
    and tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
    and (select private.may_use_assistant())
    and exists (
        select from public.conversations as c
        where
            c.tenant_id = messages.tenant_id
            and c.id = messages.conversation_id
            and c.user_id = messages.user_id
            and not c.is_archived
    )
);

create policy "The worker adds results of tools for the person it acts for"
on public.messages for insert to palaver_worker
with check (
    role = 'tool'
    and tenant_id = (select private.claimed_tenant_id())
    and user_id = (select private.claimed_user_id())
);

grant select (
    tenant_id, id, conversation_id, user_id, parent_id, client_id, role, content, parts, token_count, model_used, latency_ms,
    cost, provider_message_id, metadata, created_at
) on public.messages to authenticated;

grant insert (tenant_id, conversation_id, user_id, client_id, role, content, metadata) on public.messages to authenticated;

grant insert on public.messages to palaver_worker;

grant select, insert, update, delete on public.messages to service_role;

-- The newest message may have been answered before: two turns of one conversation can run at once. So the head is the newest that nothing
-- follows.

create function private.head_of(p_tenant_id uuid, p_conversation_id uuid, p_user_id uuid, p_head_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    return coalesce(
        (
            select m.id
            from public.messages as m
            where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id and m.id = p_head_id
        ),
        (
            select m.id
            from public.messages as m
            where
                m.tenant_id = p_tenant_id
                and m.conversation_id = p_conversation_id
                and m.user_id = p_user_id
                and not exists (select from public.messages as f where f.tenant_id = m.tenant_id and f.parent_id = m.id)
            order by m.created_at desc, m.id desc
            limit 1
        )
    );
end
$$;

comment on function private.head_of(uuid, uuid, uuid, uuid) is
'The message at which a conversation goes on: its head_id if there is such a message, else the newest that nothing follows. Volatile, to see what the same statement has inserted.';

revoke execute on function private.head_of(uuid, uuid, uuid, uuid) from public;

grant execute on function private.head_of(uuid, uuid, uuid, uuid) to authenticated, service_role, palaver_definer;

-- The head is a message of the same conversation. One that is deleted later leaves the newest message as the head.

create function private.check_head()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    if not exists (
        select from public.messages as m
        where m.tenant_id = new.tenant_id and m.conversation_id = new.id and m.id = new.head_id
    )
    then
        raise exception using errcode = 'PA422', message = 'The head of a conversation is one of its messages.';
    end if;

    return new;
end
$$;

comment on function private.check_head() is 'Trigger: head_id names a message of the conversation. Errors: PA422.';

revoke execute on function private.check_head() from public;

create trigger conversations_check_head
before insert or update of head_id on public.conversations
for each row when (new.head_id is not null)
execute function private.check_head();

-- A new message follows the one before it. Only the worker's functions and the service role say themselves which one that is; a message
-- that names itself as its parent is a first one.

create function private.place_message()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_has_place constant boolean := new.parent_id is not null;
    v_head_id pg_catalog.uuid;
    v_last_at pg_catalog.timestamptz;
begin
    new.parent_id := nullif(new.parent_id, new.id);

    -- An answer waits for nobody: those of many people are settled together.
    if v_has_place and new.role = 'assistant' then
        return new;
    end if;

    -- The lock puts messages that arrive together one after the other.
    select c.head_id into v_head_id
    from public.conversations as c
    where c.tenant_id = new.tenant_id and c.id = new.conversation_id and c.user_id = new.user_id
    for no key update;

    if v_has_place or not found then
        return new;
    end if;

    new.parent_id := private.head_of(new.tenant_id, new.conversation_id, new.user_id, v_head_id);

    if v_head_id is not null then
        -- Another row of the same statement follows this one.
        update public.conversations as c
        set head_id = null
        where c.tenant_id = new.tenant_id and c.id = new.conversation_id and c.user_id = new.user_id;
    end if;

    -- What is imported keeps its time; what is said now, and may have waited, comes after the others.
    if new.created_at >= now() then
        select m.created_at into v_last_at
        from public.messages as m
        where m.tenant_id = new.tenant_id and m.conversation_id = new.conversation_id and m.user_id = new.user_id
        order by m.created_at desc, m.id desc
        limit 1;

        new.created_at := greatest(new.created_at, v_last_at + interval '1 microsecond');
    end if;

    return new;
end
$$;

comment on function private.place_message() is 'Trigger: a message without a parent follows the conversation''s head, and is newer than its other messages.';

revoke execute on function private.place_message() from public;

create trigger messages_place
before insert on public.messages
for each row execute function private.place_message();

-- A new message moves its conversation to the top of the list, and ends the chosen branch.

grant select (tenant_id, id, user_id, head_id, updated_at), update (updated_at, head_id) on public.conversations to palaver_definer;

create policy "The touch trigger finds conversations"
on public.conversations for select to palaver_definer
using (true);

create policy "The touch trigger stamps conversations"
on public.conversations for update to palaver_definer
using (true)
with check (true);

create function private.touch_conversations()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A conversation is locked by whoever adds to it, but for answers: where somebody holds it, they leave it as their question did.
    with found as (
        select c.tenant_id, c.id, n.created_at
        from (
            select
                m.tenant_id,
                m.conversation_id,
                max(m.created_at) as created_at
            from added as m
            group by m.tenant_id, m.conversation_id
        ) as n
        inner join public.conversations as c on c.tenant_id = n.tenant_id and c.id = n.conversation_id
        where c.updated_at < n.created_at or c.head_id is not null
        for no key update of c skip locked
    )

    update public.conversations as c
    set updated_at = greatest(c.updated_at, f.created_at), head_id = null
    from found as f
    where c.tenant_id = f.tenant_id and c.id = f.id;

    return null;
end
$$;

comment on function private.touch_conversations() is
'Trigger: moves updated_at of the conversations that got messages, whose newest message is their head again. Definer: clients have no right to set updated_at.';

revoke execute on function private.touch_conversations() from public;

alter function private.touch_conversations() owner to palaver_definer;

create trigger messages_touch_conversations
after insert on public.messages
referencing new table as added
for each statement execute function private.touch_conversations();

-- The chosen branch of a conversation, for clients.

create function public.chat_messages(p_chat text)
returns table (
    id uuid,
    parent_id uuid,
    client_id text,
    role text,
    content text,
    parts jsonb,
    metadata jsonb,
    created_at timestamptz
)
language plpgsql
stable
security invoker
rows 50
set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with recursive chat as (
        select
            c.tenant_id,
            c.id,
            private.head_of(c.tenant_id, c.id, c.user_id, c.head_id) as head_id
        from public.conversations as c
        where
            c.tenant_id = (select private.current_tenant_id())
            and c.user_id = (select private.current_user_id())
            and (c.client_id = p_chat or c.id = (select private.as_uuid(p_chat)))
        order by c.client_id = p_chat desc nulls last
        limit 1
    ),

    branch as (
        select m.tenant_id, m.id, m.parent_id, m.client_id, m.role, m.content, m.parts, m.metadata, m.created_at, 1 as depth
        from chat as h
        inner join public.messages as m on m.tenant_id = h.tenant_id and m.id = h.head_id
        union all
        select m.tenant_id, m.id, m.parent_id, m.client_id, m.role, m.content, m.parts, m.metadata, m.created_at, b.depth + 1
        from branch as b
        inner join public.messages as m on m.tenant_id = b.tenant_id and m.id = b.parent_id
    )

    select b.id, b.parent_id, b.client_id, b.role, b.content, b.parts, b.metadata, b.created_at
    from branch as b
    order by b.depth desc;
end
$$;

comment on function public.chat_messages(text) is
'The messages of the chosen branch of one of the caller''s conversations, oldest first; the conversation by the client''s id of it, or ours. Nothing where there is no such conversation.';

revoke execute on function public.chat_messages(text) from public, anon;

grant execute on function public.chat_messages(text) to authenticated;

-- The same as the AI SDK's useChat shows them.

create function private.as_json(p_text text)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return p_text::pg_catalog.jsonb;
exception when data_exception or statement_too_complex then
    return to_jsonb(p_text);
end
$$;

comment on function private.as_json(text) is 'The text as JSON, or as a JSON string where it is none: models write arguments as they like.';

revoke execute on function private.as_json(text) from public;

grant execute on function private.as_json(text) to authenticated;

create function private.shown_metadata(p_metadata jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(e.key, e.value), '{}')
        from jsonb_each(p_metadata) as e
        where e.key in ('configReferences', 'documentationLinks', 'suggestions', 'comparisonResults')
    );
end
$$;

comment on function private.shown_metadata(jsonb) is 'What of a message''s metadata a client is shown with it: that of the configuration assistant.';

revoke execute on function private.shown_metadata(jsonb) from public;

grant execute on function private.shown_metadata(jsonb) to authenticated;

create function public.ui_messages(p_chat text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        with steps as (
            -- An answer, the results of its tools and how it went on are one message there, which each question ends.
            select
                m.*,
                sum(case m.role when 'user' then 1 else 0 end) over (order by m.place) as question
            from rows from (public.chat_messages(p_chat)) with ordinality
                as m (id, parent_id, client_id, role, content, parts, metadata, created_at, place)
        ),

        results as (
            select s.question, r.result ->> 'toolCallId' as call_id, r.result
            from steps as s
            cross join lateral jsonb_array_elements(s.parts) as r (result)
            where s.role = 'tool' and r.result ->> 'type' = 'tool-result'
        ),

        parts as (
            select
                s.place,
                s.question,
                s.role,
                p.place as part_place,
                case p.part ->> 'type'
                    when 'tool-call' then jsonb_build_object(
                        'type', 'tool-' || (p.part ->> 'toolName'),
                        'toolCallId', p.part -> 'toolCallId',
                        'input', private.as_json(p.part ->> 'arguments')
                    ) || case
                        when r.result is null then jsonb_build_object('state', 'input-available')
                        when r.result ? 'errorText'
                            then jsonb_build_object('state', 'output-error', 'errorText', r.result -> 'errorText')
                        else jsonb_build_object('state', 'output-available', 'output', r.result -> 'output')
                    end
                    else p.part
                end as part
            from steps as s
            cross join lateral (
                select '{"type": "step-start"}'::pg_catalog.jsonb as part, 0 as place
                where s.role = 'assistant'
                union all
                select e.part, e.place
                from jsonb_array_elements(
                    coalesce(s.parts, jsonb_build_array(jsonb_build_object('type', 'text', 'text', s.content)))
                ) with ordinality as e (part, place)
            ) as p
            left join lateral (
                select f.result
                from results as f
                where f.question = s.question and f.call_id = p.part ->> 'toolCallId'
                limit 1
            ) as r on true
            where s.role in ('user', 'assistant') and p.part ->> 'type' <> 'context'
        ),

        messages as (
            select
                p.question,
                p.role,
                min(p.place) as place,
                jsonb_agg(p.part order by p.place, p.part_place) as parts
            from parts as p
            group by p.question, p.role
        )

        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'id', s.id,
                        'role', m.role,
                        'parts', m.parts,
                        'metadata', private.shown_metadata(s.metadata) || jsonb_build_object('createdAt', s.created_at)
                    )
                    order by m.place
                ),
                '[]'
            )
        from messages as m
        inner join steps as s on s.place = m.place
    );
end
$$;

comment on function public.ui_messages(text) is
'The chosen branch of one of the caller''s conversations as an array of the AI SDK''s UIMessages, for useChat: an answer, the results of its tools and how it went on are one message. The conversation by the client''s id of it, or ours; an empty array where there is none.';

revoke execute on function public.ui_messages(text) from public, anon;

grant execute on function public.ui_messages(text) to authenticated;
