-- What a turn goes through: begun, saved as it speaks, stopped, found again, handed over, settled.
--
-- Creates:  private.message_octets(), begin_turn(), begin_title(), set_title(), find_turn(), stop_turn(), model_choice(), keep_lease(), save_pieces(),
--           read_pieces(), finish_turns(), forget_idempotency_keys(); the job forget_idempotency_keys.
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000820_turn_functions.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create function private.message_octets(p_content text, p_parts jsonb)
returns integer
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if p_parts is null then
        return octet_length(p_content);
    end if;

    -- A file counts for what a model makes of it, not for its bytes.
    return octet_length(p_content) + (
        select
            sum(
                case p.part ->> 'type'
                    when 'file' then 4000
                    when 'encrypted' then (p.part ->> 'octets')::pg_catalog.int4
                    else octet_length(p.part::text)
                end
            )
        from jsonb_array_elements(p_parts) as p (part)
    );
end
$$;

comment on function private.message_octets(text, jsonb) is 'About how large a message is to a model, in bytes of text; a file counts as 4,000, and what is encrypted as much as the worker says.';

revoke execute on function private.message_octets(text, jsonb) from public;

grant execute on function private.message_octets(text, jsonb) to palaver_worker;

create function private.begin_turn(
    p_claims jsonb,
    p_worker_id uuid,
    p_request jsonb,
    p_history_limit integer default 50,
    p_history_octets integer default 1000000
)
returns table (
    tenant_id uuid,
    turn_id uuid,
    is_repeat boolean,
    conversation_id uuid,
    question_id uuid,
    conversation_title text,
    begins_conversation boolean,
    started_at timestamptz,
    llm_provider text,
    llm_model text,
    temperature numeric,
    max_tokens bigint,
    system_prompt text,
    tools text,
    cache_seconds integer,
    context_type text,
    project_id uuid,
    history text,
    limits text
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_usual_answer constant bigint := 4096;
    v_least_answer constant bigint := 64;
    v_session_octets constant bigint := 80000;
    v_person public.users;
    v_tenant public.tenants;
    v_conversation public.conversations;
    v_begins boolean := false;
    v_prompt_text text;
    v_turn public.turns;
    v_key private.idempotency_keys;
    v_message record;
    v_parent_id uuid;
    v_question_id uuid;
    v_history text;
    v_prompt bigint;
    v_answer bigint;
    v_allowance record;
    v_share record;
begin
    perform private.become(p_claims);

    select * into v_person from public.users as u where u.id = private.current_user_id();

    select * into v_tenant from public.tenants as t where t.id = v_person.tenant_id;

    -- After the rows are read, so that access which ends in between is no access.
    if v_tenant.id is null or not private.may_use_assistant() then
        raise exception using
            errcode = 'PA403',
            message = 'This account may not use the assistant.',
            hint = 'An administrator of your organisation can give you access.';
    end if;

    -- Before anything is kept.
    if v_tenant.encrypts_messages is distinct from (p_request ? 'encrypted') then
        raise exception using
            errcode = 'PA427',
            message = 'Whether messages of this organisation are encrypted, or with which key, has just changed.',
            hint = 'Try again.';
    end if;

    if v_tenant.consent_version is not null then
        if private.consent_missing() is not null then
            raise exception using
                errcode = 'PA428',
                message = 'Your organisation asks for your consent first.',
                detail = jsonb_build_object('consent_version', v_tenant.consent_version),
                hint = 'Show tenants.consent_text, and call give_consent() with its version.';
        end if;
    end if;

    if p_request ->> 'model' <> 'default'
        and p_request ->> 'model' is distinct from v_tenant.llm_model
        and (v_tenant.llm_model is not null or not coalesce(p_request -> 'models' ? (p_request ->> 'model'), false))
    then
        raise exception using
            errcode = 'PA424',
            message = 'There is no such model here.',
            hint = 'Ask for the model "default", or for one of the list.';
    end if;

    if p_request ->> 'idempotency_key' is not null then
        -- Requests of one person that come with keys go one after the other, so that the same key is found.
        perform from public.users as u where u.tenant_id = v_tenant.id and u.id = v_person.id for no key update;

        select * into v_key
        from private.idempotency_keys as k
        where
            k.tenant_id = v_tenant.id
            and k.user_id = v_person.id
            and k.dialect = p_request ->> 'dialect'
            and k.key = p_request ->> 'idempotency_key';

        if found then
            if v_key.fingerprint <> decode(p_request ->> 'fingerprint', 'hex') then
                raise exception using
                    errcode = 'PA423',
                    message = 'This Idempotency-Key came before, with another request.',
                    hint = 'Use a new key for each new question.';
            end if;

            tenant_id := v_key.tenant_id;
            turn_id := v_key.turn_id;
            is_repeat := true;

            return next;

            return;
        end if;
    end if;

    perform private.check_rate(false, v_tenant.rate_limit_per_minute);

    if v_tenant.user_rate_limit_per_minute is not null then
        perform private.check_rate(true, v_tenant.user_rate_limit_per_minute);
    end if;

    -- Rows that others may want are locked in one order: the person, the conversation, the limits.

    update public.users as u
    set last_active_at = now()
    where
        u.tenant_id = v_tenant.id
        and u.id = v_person.id
        and (u.last_active_at is null or u.last_active_at < now() - interval '1 minute');

    -- Which conversation. Its turns begin one after the other, so that a message that is sent twice at once is found.

    if p_request ->> 'conversation_id' is not null then
        select * into v_conversation
        from public.conversations as c
        where c.tenant_id = v_tenant.id and c.user_id = v_person.id and c.id = (p_request ->> 'conversation_id')::pg_catalog.uuid
        for no key update;
    elsif p_request ->> 'chat' is not null then
        select * into v_conversation
        from public.conversations as c
        where
            c.tenant_id = v_tenant.id
            and c.user_id = v_person.id
            and (c.client_id = p_request ->> 'chat' or c.id = private.as_uuid(p_request ->> 'chat'))
        order by c.client_id = p_request ->> 'chat' desc nulls last
        limit 1
        for no key update;
    end if;

    if p_request ? 'prompt' then
        if v_conversation.id is not null or p_request ->> 'conversation_id' is not null then
            raise exception using errcode = 'PA422', message = 'A prompt begins a conversation, and this one has begun.';
        end if;

        if v_tenant.encrypts_messages then
            raise exception using
                errcode = 'PA422',
                message = 'Your organisation encrypts its messages, and the worker cannot fill in a prompt for it.',
                hint = 'Fill it in with fill_prompt(), and send the text as the message.';
        end if;

        v_prompt_text := public.fill_prompt(
            (p_request -> 'prompt' ->> 'id')::pg_catalog.uuid,
            p_request -> 'prompt' -> 'values',
            (p_request -> 'prompt' ->> 'version')::integer
        );

        p_request := jsonb_set(
            p_request,
            '{messages,0,content}',
            to_jsonb(concat_ws(E'\n\n', v_prompt_text, nullif(p_request #>> '{messages,0,content}', '')))
        );
    end if;

    if v_conversation.id is null and (
        p_request ->> 'conversation_id' is not null
        or p_request ->> 'replaces' is not null
        or p_request ->> 'regenerates' is not null
    )
    then
        raise exception using errcode = 'PA404', message = 'There is no such conversation.';
    end if;

    if v_conversation.id is null then
        insert into public.conversations as c (
            tenant_id, user_id, client_id, titled_by, prompt_id, prompt_version, prompt_values, title
        )
        values (
            v_tenant.id,
            v_person.id,
            p_request ->> 'chat',
            'start',
            (p_request -> 'prompt' ->> 'id')::pg_catalog.uuid,
            (p_request -> 'prompt' ->> 'version')::integer,
            p_request -> 'prompt' -> 'values',
            coalesce(
                nullif(left(btrim(regexp_replace(p_request -> 'messages' -> 0 ->> 'content', '\s+', ' ', 'g')), 50), ''),
                'New conversation'
            )
        )
        on conflict (tenant_id, user_id, client_id) where client_id is not null do nothing
        returning * into v_conversation;

        v_begins := found;

        if not found then
            select * into v_conversation
            from public.conversations as c
            where c.tenant_id = v_tenant.id and c.user_id = v_person.id and c.client_id = p_request ->> 'chat'
            for no key update;
        end if;
    end if;

    if v_conversation.is_archived then
        raise exception using
            errcode = 'PA409',
            message = 'The conversation is archived.',
            hint = 'Restore it, or start a new one.';
    end if;

    if v_conversation.context_type is not null then
        if v_conversation.project_id is not null and private.project_access(v_conversation.project_id) is null then
            raise exception using
                errcode = 'PA403',
                message = 'You have no access to this project any more.',
                hint = 'Its owner, or an administrator of your organisation, can add you to its members.';
        end if;

        if v_tenant.encrypts_messages then
            raise exception using
                errcode = 'PA422',
                message = 'Your organisation encrypts its messages; what the assistant says of a configuration could not be.';
        end if;
    end if;

    -- Which question: one that is there already, a new one at the end, or a new one in the place of another.

    if p_request ->> 'regenerates' is not null then
        select coalesce(m.question_id, t.question_id) into v_question_id
        from (select p_request ->> 'regenerates' as id) as r
        left join lateral (
            select case a.role when 'assistant' then a.parent_id else a.id end as question_id
            from public.messages as a
            where
                a.tenant_id = v_tenant.id
                and a.conversation_id = v_conversation.id
                and a.user_id = v_person.id
                and (
                    (r.id = '' and a.id = private.head_of(v_tenant.id, v_conversation.id, v_person.id, v_conversation.head_id))
                    or a.client_id = r.id
                    or a.id = private.as_uuid(r.id)
                )
            order by a.created_at desc, a.id desc
            limit 1
        ) as m on true
        left join public.turns as t
            on t.tenant_id = v_tenant.id and t.user_id = v_person.id and t.conversation_id = v_conversation.id and t.id = private.as_uuid(r.id);

        if v_question_id is null then
            raise exception using errcode = 'PA404', message = 'There is no such answer to give anew.';
        end if;
    elsif p_request ->> 'replaces' is not null then
        select coalesce(m.parent_id, '00000000-0000-0000-0000-000000000000') into v_parent_id
        from public.messages as m
        where
            m.tenant_id = v_tenant.id
            and m.conversation_id = v_conversation.id
            and m.user_id = v_person.id
            and m.role = 'user'
            and (m.client_id = p_request ->> 'replaces' or m.id = private.as_uuid(p_request ->> 'replaces'))
        order by m.created_at desc, m.id desc
        limit 1;

        if not found then
            raise exception using errcode = 'PA404', message = 'There is no such question to replace.';
        end if;
    end if;

    if v_question_id is null and jsonb_array_length(coalesce(p_request -> 'messages', '[]')) = 0 then
        raise exception using errcode = 'PA422', message = 'The message is empty.';
    end if;

    for v_message in
        select
            m.role,
            m.content,
            nullif(m.parts, 'null'::pg_catalog.jsonb) as parts,
            m.client_id,
            private.uuid_v7() as id
        from jsonb_to_recordset(p_request -> 'messages') as m (role text, content text, parts jsonb, client_id text)
    loop
        if v_message.role = 'user' and v_message.content !~ '\S' and v_message.parts is null then
            raise exception using errcode = 'PA422', message = 'The message is empty.';
        end if;

        -- A client that sends a message again under its id has not asked twice.
        if v_message.client_id is not null and v_parent_id is null then
            select m.id into v_question_id
            from public.messages as m
            where
                m.tenant_id = v_tenant.id
                and m.conversation_id = v_conversation.id
                and m.user_id = v_person.id
                and m.client_id = v_message.client_id
                and m.role = v_message.role
                and m.content = v_message.content
                and m.parts is not distinct from v_message.parts
            order by m.created_at desc, m.id desc
            limit 1;

            if found then
                continue;
            end if;
        end if;

        insert into public.messages (tenant_id, id, conversation_id, user_id, parent_id, client_id, role, content, parts)
        values (
            v_tenant.id,
            v_message.id,
            v_conversation.id,
            v_person.id,
            case v_parent_id when '00000000-0000-0000-0000-000000000000' then v_message.id else v_parent_id end,
            v_message.client_id,
            v_message.role,
            v_message.content,
            v_message.parts
        );

        v_question_id := v_message.id;
        v_parent_id := v_message.id;
    end loop;

    if v_question_id is not null and v_parent_id is null and p_request ->> 'regenerates' is null then
        select * into v_turn
        from public.turns as t
        where
            t.tenant_id = v_tenant.id
            and t.user_id = v_person.id
            and t.question_id = v_question_id
            and t.status in ('running', 'completed')
        order by t.id desc
        limit 1;

        if found then
            tenant_id := v_turn.tenant_id;
            turn_id := v_turn.id;
            is_repeat := true;

            return next;

            return;
        end if;
    end if;

    -- What the model is given: the branch that ends with the question, as much of it as there is room for.

    with recursive branch as (
        select
            m.parent_id, m.role, m.content, m.parts, 1 as depth, true as is_needed,
            private.message_octets(m.content, m.parts) as octets
        from public.messages as m
        where m.tenant_id = v_tenant.id and m.id = v_question_id and m.user_id = v_person.id
        union all
        -- The result of a tool is nothing without the call before it.
        select
            m.parent_id, m.role, m.content, m.parts, b.depth + 1, b.is_needed and b.role = 'tool',
            b.octets + private.message_octets(m.content, m.parts)
        from branch as b
        inner join public.messages as m on m.tenant_id = v_tenant.id and m.id = b.parent_id and m.user_id = v_person.id
        where (b.depth < p_history_limit and b.octets < p_history_octets) or (b.is_needed and b.role = 'tool')
    )

    select
        json_agg(json_build_object('role', b.role, 'content', b.content, 'parts', b.parts) order by b.depth desc)::text,
        max(b.octets) + count(*) * 12
    into v_history, v_prompt
    from branch as b
    where (b.is_needed or b.octets <= p_history_octets) and b.role <> 'system';

    -- Three bytes a token lean to the high side in every language.
    v_prompt := (
        v_prompt + case when v_conversation.context_type is null then 0 else v_session_octets end
        + coalesce(octet_length(v_tenant.system_prompt), 0) + coalesce(octet_length(nullif(v_tenant.tools, '[]')::text), 0)
        + coalesce((p_request ->> 'more_octets')::bigint, 0)
    ) / 3 + 1;
    if (p_request ->> 'max_tokens')::integer < 1 then
        raise exception using errcode = 'PA422', message = 'An answer has at least one token.';
    end if;

    -- No model answers longer, and what is reserved is kept from the others.
    v_answer := least((p_request ->> 'max_tokens')::integer, v_tenant.max_tokens, case when p_request ? 'max_tokens' then 131072 end);

    -- The limits' rows are shared with the whole tenant, and taken last to be held for as short as possible: nothing after them waits for a row
    -- that the person could hold.

    if num_nonnulls(v_tenant.user_rate_limit_per_minute, v_tenant.user_daily_token_limit) > 0 then
        select a.granted, a.limits into v_share
        from private.take_allowance(
            true,
            v_tenant.user_rate_limit_per_minute,
            v_tenant.user_daily_token_limit,
            v_prompt + least(v_answer, v_least_answer),
            v_prompt + coalesce(v_answer, v_usual_answer)
        ) as a;
    else
        select 0::bigint as granted, '[]'::pg_catalog.jsonb as limits into v_share;
    end if;

    -- Of the tenant's tokens no more than the person may have.
    select a.granted, a.limits into v_allowance
    from private.take_allowance(
        false,
        v_tenant.rate_limit_per_minute,
        v_tenant.daily_token_limit,
        v_prompt + least(v_answer, v_least_answer),
        least(nullif(v_share.granted, 0), v_prompt + coalesce(v_answer, v_usual_answer))
    ) as a;

    if num_nonnulls(v_tenant.daily_token_limit, v_tenant.user_daily_token_limit) > 0 then
        v_answer := v_allowance.granted - v_prompt;
    end if;

    insert into public.turns as t (tenant_id, user_id, conversation_id, question_id, dialect, response_id)
    values (
        v_tenant.id, v_person.id, v_conversation.id, v_question_id, p_request ->> 'dialect', p_request ->> 'response_id'
    )
    returning * into v_turn;

    if p_request ->> 'idempotency_key' is not null then
        insert into private.idempotency_keys (tenant_id, user_id, dialect, key, fingerprint, turn_id)
        values (
            v_tenant.id,
            v_person.id,
            p_request ->> 'dialect',
            p_request ->> 'idempotency_key',
            decode(p_request ->> 'fingerprint', 'hex'),
            v_turn.id
        );
    end if;

    insert into private.open_turns (
        tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens, user_reserved_tokens
    )
    values (v_tenant.id, v_turn.id, v_person.id, v_conversation.id, p_worker_id, v_prompt, v_allowance.granted, v_share.granted);

    return query
    select
        v_tenant.id,
        v_turn.id,
        false,
        v_conversation.id,
        v_question_id,
        v_conversation.title,
        v_begins,
        v_turn.started_at,
        v_tenant.llm_provider,
        v_tenant.llm_model,
        v_tenant.temperature,
        v_answer,
        v_tenant.system_prompt,
        nullif(v_tenant.tools, '[]')::text,
        case when not v_tenant.encrypts_messages and v_conversation.context_type is null then v_tenant.response_cache_seconds end,
        v_conversation.context_type,
        v_conversation.project_id,
        v_history,
        (v_allowance.limits || v_share.limits)::text;
end
$$;

comment on function private.begin_turn(jsonb, uuid, jsonb, integer, integer) is
'Begins a turn for the person that the verified claims name, held by that worker: checks that they may, saves what is new, takes a request and reserves tokens from the limits, and returns the model settings and what the model is to be given, oldest first: at most so many messages and bytes. One statement, one transaction. p_request is an object with dialect, messages (an array of role, content, parts, client_id; empty to answer anew) and, where they apply, conversation_id or chat (the client''s id, or ours), replaces or regenerates (a message''s id, the client''s or ours; "" for the last answer), response_id, model with models (what the worker has for tenants that chose none), max_tokens, more_octets (of tools), prompt (id, values and perhaps version of one of the library, whose text comes before the message and begins the conversation), encrypted (where content, parts and fingerprint are), idempotency_key with fingerprint (hex). A request that came before returns only the ids of its turn, with is_repeat. Errors: PA403 no access, PA404 no such conversation or message (or somebody else''s), PA409 archived, PA422 empty message, PA423 the key came with another request, PA424 no such model, PA427 encrypted or not, unlike the tenant''s setting, PA428 consent is missing, PA429 limit reached. Of a session of the configuration assistant also: PA403 no access to its project, PA422 the tenant encrypts messages.';

revoke execute on function private.begin_turn(jsonb, uuid, jsonb, integer, integer) from public;

grant execute on function private.begin_turn(jsonb, uuid, jsonb, integer, integer) to palaver_worker;

-- Titles. A conversation is titled by the first words of its first question, then once by the model, never over a person's own title. What
-- that takes is reserved, settled and charged like a turn's, but it has no row in turns: nobody asked it.

create function private.begin_title(p_claims jsonb, p_worker_id uuid, p_conversation_id uuid, p_tokens bigint)
returns table (tenant_id uuid, turn_id uuid, llm_provider text, llm_model text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_tenant public.tenants;
    v_conversation public.conversations;
    v_share bigint := 0;
begin
    perform private.become(p_claims);

    select * into v_tenant from public.tenants as t where t.id = private.current_tenant_id();

    select * into v_conversation
    from public.conversations as c
    where c.tenant_id = v_tenant.id and c.user_id = private.current_user_id() and c.id = p_conversation_id;

    if v_conversation.titled_by is distinct from 'start'
        or v_conversation.is_archived
        or v_tenant.encrypts_messages
        or v_tenant.features -> 'titles' = 'false'
        or not private.may_use_assistant()
    then
        return;
    end if;

    if v_tenant.user_daily_token_limit is not null then
        select a.granted into v_share from private.take_allowance(true, null, v_tenant.user_daily_token_limit, p_tokens, p_tokens) as a;
    end if;

    perform private.take_allowance(false, null, v_tenant.daily_token_limit, p_tokens, p_tokens);

    tenant_id := v_tenant.id;
    turn_id := private.uuid_v7();
    llm_provider := v_tenant.llm_provider;
    llm_model := v_tenant.llm_model;

    insert into private.open_turns (
        tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens, user_reserved_tokens
    )
    values (tenant_id, turn_id, v_conversation.user_id, v_conversation.id, p_worker_id, 0, p_tokens, v_share);

    return next;
end
$$;

comment on function private.begin_title(jsonb, uuid, uuid, bigint) is
'Begins to title a conversation of the person that the verified claims name, reserving so many tokens, to be settled by finish_turns() under the id that it returns; no row where there is none of theirs to title: it has been titled, or the tenant wants none (features: "titles": false). Errors: PA429 the limits leave no room.';

revoke execute on function private.begin_title(jsonb, uuid, uuid, bigint) from public;

grant execute on function private.begin_title(jsonb, uuid, uuid, bigint) to palaver_worker;

create function private.set_title(p_claims jsonb, p_conversation_id uuid, p_title text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    update public.conversations as c
    set title = p_title, titled_by = 'model'
    where
        c.tenant_id = private.current_tenant_id()
        and c.user_id = private.current_user_id()
        and c.id = p_conversation_id
        and c.titled_by = 'start';

    return found;
end
$$;

comment on function private.set_title(jsonb, uuid, text) is
'Gives a conversation of the person that the verified claims name the title that the model found, unless it has one by now; whether it did.';

revoke execute on function private.set_title(jsonb, uuid, text) from public;

grant execute on function private.set_title(jsonb, uuid, text) to palaver_worker;

create function private.find_turn(p_claims jsonb, p_turn_id uuid, p_chat text default null)
returns table (
    tenant_id uuid,
    turn_id uuid,
    conversation_id uuid,
    question_id uuid,
    conversation_title text,
    response_id text,
    status text,
    started_at timestamptz,
    finish_reason text,
    error_code text,
    answer_id uuid,
    content text,
    parts text,
    metadata text,
    model text,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    tokens_estimated boolean
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid;
    v_user_id uuid;
begin
    perform private.become(p_claims);

    v_tenant_id := private.current_tenant_id();
    v_user_id := private.current_user_id();

    if v_user_id is null then
        raise exception using errcode = 'PA403', message = 'This account may not use the assistant.';
    end if;

    return query
    select
        t.tenant_id,
        t.id,
        t.conversation_id,
        t.question_id,
        c.title,
        t.response_id,
        t.status,
        t.started_at,
        t.finish_reason,
        t.error_code,
        t.answer_id,
        m.content,
        m.parts::text,
        private.shown_metadata(m.metadata)::text,
        coalesce(l.model, m.model_used),
        l.prompt_tokens,
        l.completion_tokens,
        l.cached_tokens,
        l.reasoning_tokens,
        l.tokens_estimated
    from public.turns as t
    inner join public.conversations as c on c.tenant_id = t.tenant_id and c.id = t.conversation_id
    left join public.messages as m on m.tenant_id = t.tenant_id and m.id = t.answer_id
    left join public.usage_ledger as l on l.tenant_id = t.tenant_id and l.id = t.id
    where
        t.tenant_id = v_tenant_id
        and t.user_id = v_user_id
        and (
            t.id = p_turn_id
            or (p_turn_id is null and t.status = 'running' and (c.client_id = p_chat or c.id = private.as_uuid(p_chat)))
        )
    order by t.id desc
    limit 1;

    if not found and p_turn_id is not null then
        raise exception using errcode = 'PA404', message = 'There is no such turn.';
    end if;
end
$$;

comment on function private.find_turn(jsonb, uuid, text) is
'A turn of the person that the verified claims name, with its answer and what it used if it is over; or, without an id, the newest one that runs in a conversation (the client''s id of it, or ours), if any. Errors: PA403 no access, PA404 no such turn (or somebody else''s).';

revoke execute on function private.find_turn(jsonb, uuid, text) from public;

grant execute on function private.find_turn(jsonb, uuid, text) to palaver_worker;

create function private.stop_turn(p_claims jsonb, p_turn_id uuid, p_chat text default null)
returns setof uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id uuid;
    v_user_id uuid;
begin
    perform private.become(p_claims);

    v_tenant_id := private.current_tenant_id();
    v_user_id := private.current_user_id();

    if v_user_id is null then
        raise exception using errcode = 'PA403', message = 'This account may not use the assistant.';
    end if;

    return query
    update private.open_turns as o
    set stop_requested_at = coalesce(o.stop_requested_at, clock_timestamp())
    from public.turns as t
    inner join public.conversations as c on c.tenant_id = t.tenant_id and c.id = t.conversation_id
    where
        o.tenant_id = v_tenant_id
        and o.user_id = v_user_id
        and t.tenant_id = o.tenant_id
        and t.id = o.turn_id
        and (t.id = p_turn_id or (p_turn_id is null and (c.client_id = p_chat or c.id = private.as_uuid(p_chat))))
    returning o.turn_id;

    if found then
        return;
    end if;

    if p_turn_id is null then
        perform from public.conversations as c
        where c.tenant_id = v_tenant_id and c.user_id = v_user_id and (c.client_id = p_chat or c.id = private.as_uuid(p_chat));
    else
        perform from public.turns as t where t.tenant_id = v_tenant_id and t.user_id = v_user_id and t.id = p_turn_id;
    end if;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such turn.';
    end if;
end
$$;

comment on function private.stop_turn(jsonb, uuid, text) is
'Asks to stop a turn of the person that the verified claims name, or all that run in a conversation (the client''s id of it, or ours), and returns which: none when they are over. The workers that hold them stop them within a fraction of a second. Errors: PA403 no access, PA404 no such turn or conversation (or somebody else''s).';

revoke execute on function private.stop_turn(jsonb, uuid, text) from public;

grant execute on function private.stop_turn(jsonb, uuid, text) to palaver_worker;

create function private.model_choice(p_claims jsonb)
returns table (llm_provider text, llm_model text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    if not private.may_use_assistant() then
        raise exception using errcode = 'PA403', message = 'This account may not use the assistant.';
    end if;

    return query
    select t.llm_provider, t.llm_model
    from public.tenants as t
    where t.id = private.current_tenant_id();
end
$$;

comment on function private.model_choice(jsonb) is
'The provider and model that the tenant of the person whom the verified claims name has chosen. Errors: PA403 no access.';

revoke execute on function private.model_choice(jsonb) from public;

grant execute on function private.model_choice(jsonb) to palaver_worker;

-- What follows belongs to the turn and not to a request: the worker that holds it saves and settles it, whatever has become of the person's
-- account meanwhile. So these run as palaver_definer, and go by the worker's id in open_turns.

create function private.keep_lease(p_worker_id uuid, p_known uuid[] default null, p_unheard interval default '1 minute')
returns table (
    tenant_id uuid,
    turn_id uuid,
    user_id uuid,
    was_begun boolean,
    latency_ms integer,
    stop_requested boolean,
    prompt_estimate bigint,
    provider text,
    model text,
    pieces text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_silence constant pg_catalog.interval := interval '5 seconds';
    v_steady_since pg_catalog.timestamptz;
begin
    perform set_config('synchronous_commit', 'off', true);

    insert into private.workers as w (id)
    values (p_worker_id)
    on conflict (id) do update
    set
        seen_at = clock_timestamp(),
        steady_since = case when w.seen_at < clock_timestamp() - v_silence / 2 then clock_timestamp() else w.steady_since end
    returning w.steady_since into v_steady_since;

    if v_steady_since > clock_timestamp() - v_silence then
        return;
    end if;

    delete from private.workers as w
    where
        w.seen_at < clock_timestamp() - interval '1 minute'
        and not exists (select from private.open_turns as o where o.worker_id = w.id);

    return query
    with taken as (
        update private.open_turns as o
        set worker_id = p_worker_id
        from (
            select f.tenant_id, f.turn_id, f.worker_id <> p_worker_id as was_begun
            from private.open_turns as f
            where
                not exists (
                    select from private.workers as w
                    where w.id = f.worker_id and w.seen_at > clock_timestamp() - v_silence
                )
                or (
                    f.worker_id = p_worker_id
                    and f.turn_id <> all(p_known)
                    and exists (
                        select from public.turns as t
                        where t.tenant_id = f.tenant_id and t.id = f.turn_id and t.started_at < clock_timestamp() - p_unheard
                    )
                )
            limit 50
            for update skip locked
        ) as a
        where o.tenant_id = a.tenant_id and o.turn_id = a.turn_id
        returning o.*, a.was_begun
    )

    select
        o.tenant_id,
        o.turn_id,
        o.user_id,
        o.was_begun,
        least(extract(epoch from clock_timestamp() - t.started_at) * 1000, 2147483647)::pg_catalog.int4,
        o.stop_requested_at is not null,
        o.prompt_estimate,
        o.provider,
        o.model,
        (
            select json_agg(e.piece order by p.seq, e.place)::text
            from private.turn_pieces as p
            cross join lateral jsonb_array_elements(p.pieces) with ordinality as e (piece, place)
            where p.tenant_id = o.tenant_id and p.turn_id = o.turn_id
        )
    from taken as o
    left join public.turns as t on t.tenant_id = o.tenant_id and t.id = o.turn_id;
end
$$;

comment on function private.keep_lease(uuid, uuid[], interval) is
'Says that a worker is alive, to be called every second; and hands it the turns of workers that have not been heard for five, with what they had said. Also those of its own that are older than p_unheard and not among p_known: it never heard that they were begun, and was_begun is false. Definer: the turns are anybody''s.';

create function private.save_pieces(p_worker_id uuid, p_batches jsonb)
returns setof uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update private.open_turns as o
    set provider = b.provider, model = b.model
    from jsonb_to_recordset(p_batches) as b (tenant_id pg_catalog.uuid, turn_id pg_catalog.uuid, provider pg_catalog.text, model pg_catalog.text)
    where
        o.tenant_id = b.tenant_id
        and o.turn_id = b.turn_id
        and o.worker_id = p_worker_id
        and b.model is not null;

    insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)
    select b.tenant_id, b.turn_id, b.seq, b.pieces
    from jsonb_to_recordset(p_batches) as b (tenant_id pg_catalog.uuid, turn_id pg_catalog.uuid, seq pg_catalog.int4, pieces pg_catalog.jsonb)
    inner join private.open_turns as o on o.tenant_id = b.tenant_id and o.turn_id = b.turn_id and o.worker_id = p_worker_id
    where jsonb_array_length(b.pieces) > 0
    on conflict (tenant_id, turn_id, seq) do nothing;

    return query
    select o.turn_id
    from private.open_turns as o
    where o.worker_id = p_worker_id and o.stop_requested_at is not null;
end
$$;

comment on function private.save_pieces(uuid, jsonb) is
'Saves what a worker''s turns have said since the last call, one call for all of them: an array of tenant_id, turn_id, seq, pieces and, once, provider and model. Returns the turns that somebody asked to stop. The worker counts as saved what this has returned. Definer: the turns are anybody''s.';

create function private.read_pieces(p_readers jsonb)
returns table (turn_id uuid, seq integer, pieces text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select o.turn_id, p.seq, p.pieces::pg_catalog.text
    from jsonb_to_recordset(p_readers) as r (tenant_id pg_catalog.uuid, turn_id pg_catalog.uuid, seq pg_catalog.int4)
    inner join private.open_turns as o on o.tenant_id = r.tenant_id and o.turn_id = r.turn_id
    left join private.turn_pieces as p on p.tenant_id = r.tenant_id and p.turn_id = r.turn_id and p.seq > r.seq
    order by o.turn_id, p.seq;
end
$$;

comment on function private.read_pieces(jsonb) is
'What turns have said since: of an array of tenant_id, turn_id and the last seq known. A turn that is over has no row, one that has said nothing new a row without pieces. Only for turns that find_turn() gave their reader. Definer: the turns are anybody''s.';

-- Settlement.

grant select (tenant_id, id, conversation_id, user_id, parent_id, role, created_at), insert, update (parent_id)
on public.messages to palaver_definer;

create policy "Settlement sees messages"
on public.messages for select to palaver_definer
using (true);

create policy "Settlement adds answers, copies also questions"
on public.messages for insert to palaver_definer
with check (role in ('assistant', 'user'));

create policy "Settlement puts questions behind answers"
on public.messages for update to palaver_definer
using (role = 'user')
with check (role = 'user');

grant insert on public.usage_ledger to palaver_definer;

create policy "Settlement writes the ledger"
on public.usage_ledger for insert to palaver_definer
with check (true);

grant insert, update (total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at)
on public.usage_metrics to palaver_definer;

create policy "Settlement starts the day's rows"
on public.usage_metrics for insert to palaver_definer
with check (true);

create policy "Settlement adds to usage"
on public.usage_metrics for update to palaver_definer
using (true)
with check (true);

create function private.finish_turns(p_worker_id uuid, p_results jsonb)
returns table (turn_id uuid, answer_id uuid, status text, settled boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_closed private.open_turns[];
begin
    -- The planner takes any array for a hundred results, and would read all of turns for them until there are some ten thousand.
    perform
        set_config('enable_seqscan', 'off', true),
        set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true);

    -- Whoever deletes the open turn settles it. A second settlement waits for the first and then finds nothing open.
    with given as (
        select r.*
        from jsonb_to_recordset(p_results) as r (
            tenant_id pg_catalog.uuid, turn_id pg_catalog.uuid, status pg_catalog.text, content pg_catalog.text, parts pg_catalog.jsonb,
            provider pg_catalog.text, model pg_catalog.text, asked_model pg_catalog.text, prompt_tokens pg_catalog.int8,
            completion_tokens pg_catalog.int8, cached_tokens pg_catalog.int8, reasoning_tokens pg_catalog.int8,
            tokens_estimated pg_catalog.bool, latency_ms pg_catalog.int4, finish_reason pg_catalog.text,
            provider_message_id pg_catalog.text, error_code pg_catalog.text, from_cache pg_catalog.bool, cache_key pg_catalog.text, metadata pg_catalog.jsonb
        )
    ),

    -- A conversation that is being deleted at this moment is waited for, and then gone.
    live as (
        select
            c.tenant_id, o.turn_id, c.user_id, c.id as conversation_id, c.prompt_id, c.prompt_version, t.question_id, t.started_at,
            t.id is not null as is_answer
        from given as g
        inner join private.open_turns as o on o.tenant_id = g.tenant_id and o.turn_id = g.turn_id
        inner join public.conversations as c on c.tenant_id = o.tenant_id and c.id = o.conversation_id
        left join public.turns as t on t.tenant_id = o.tenant_id and t.id = o.turn_id
        for key share of c
    ),

    closed as (
        delete from private.open_turns as o
        using given as g
        where o.tenant_id = g.tenant_id and o.turn_id = g.turn_id and o.worker_id = p_worker_id
        returning o.*
    ),

    settled as (
        select
            c.tenant_id, c.turn_id, t.user_id, t.conversation_id, t.prompt_id, t.prompt_version, t.question_id,
            coalesce(t.is_answer, false) as is_answer, coalesce(not t.is_answer, false) as is_title, g.status, g.content, nullif(g.parts, 'null') as parts, g.provider, g.model,
            g.prompt_tokens, g.completion_tokens, g.cached_tokens, g.reasoning_tokens, g.tokens_estimated, g.latency_ms,
            g.provider_message_id, coalesce(g.from_cache, false) as from_cache, decode(g.cache_key, 'hex') as cache_key,
            coalesce(nullif(g.metadata, 'null'), '{}') as metadata,
            (p.price).id as price_id,
            coalesce(private.token_cost(p.price, g.prompt_tokens, g.completion_tokens, g.cached_tokens), 0) as cost
        from closed as c
        inner join given as g on g.tenant_id = c.tenant_id and g.turn_id = c.turn_id
        left join live as t on t.tenant_id = c.tenant_id and t.turn_id = c.turn_id
        left join lateral (
            select m as price
            from private.model_prices as m
            where m.provider = g.provider and m.model in (g.model, g.asked_model) and m.valid_from <= coalesce(t.started_at, now())
            order by m.model = g.model desc, m.valid_from desc
            limit 1
        ) as p on true
    ),

    answers as (
        insert into public.messages (
            tenant_id, id, conversation_id, user_id, parent_id, role, content, parts, token_count, model_used, latency_ms, cost,
            provider_message_id, metadata
        )
        select
            s.tenant_id, s.turn_id, s.conversation_id, s.user_id, s.question_id, 'assistant', s.content, s.parts, s.completion_tokens,
            s.model, s.latency_ms, s.cost, s.provider_message_id, s.metadata
        from settled as s
        where s.is_answer and (s.content <> '' or s.parts is not null)
        order by s.tenant_id, s.conversation_id
        returning tenant_id, id
    ),

    entries as (
        insert into public.usage_ledger (
            tenant_id, id, user_id, conversation_id, provider, model, prompt_tokens, completion_tokens, cached_tokens,
            reasoning_tokens, request_count, tokens_estimated, cost, price_id, from_cache, prompt_id, prompt_version
        )
        select
            s.tenant_id, s.turn_id, s.user_id, s.conversation_id, s.provider, s.model, s.prompt_tokens, s.completion_tokens,
            s.cached_tokens, s.reasoning_tokens, case when s.is_title then 0 else 1 end, s.tokens_estimated, s.cost, s.price_id,
            s.from_cache, s.prompt_id, s.prompt_version
        from settled as s
    ),

    cached as (
        insert into private.cached_responses (tenant_id, key, user_id, provider, model, content, parts)
        select s.tenant_id, s.cache_key, s.user_id, s.provider, s.model, s.content, s.parts
        from settled as s
        where s.cache_key is not null and s.is_answer and s.status = 'completed' and s.content <> ''
        order by s.tenant_id, s.cache_key
        on conflict (tenant_id, key) do update
        set
            user_id = excluded.user_id,
            provider = excluded.provider,
            model = excluded.model,
            content = excluded.content,
            parts = excluded.parts,
            created_at = excluded.created_at
    ),

    finished as (
        update public.turns as t
        set
            answer_id = (select a.id from answers as a where a.tenant_id = t.tenant_id and a.id = t.id),
            status = g.status,
            latency_ms = g.latency_ms,
            finish_reason = g.finish_reason,
            provider_message_id = g.provider_message_id,
            error_code = g.error_code,
            finished_at = clock_timestamp()
        from closed as c
        inner join given as g on g.tenant_id = c.tenant_id and g.turn_id = c.turn_id
        where t.tenant_id = c.tenant_id and t.id = c.turn_id
    )

    select coalesce(array_agg(c::private.open_turns), '{}') into v_closed from closed as c;

    -- A question that came while this one was being answered follows the answer, now that there is one.

    update public.messages as m
    set parent_id = t.answer_id
    from unnest(v_closed) as c
    inner join public.turns as t on t.tenant_id = c.tenant_id and t.id = c.turn_id
    where
        m.tenant_id = t.tenant_id
        and m.parent_id = t.question_id
        and m.role = 'user'
        and t.answer_id is not null
        and not exists (
            select from public.messages as o
            where o.tenant_id = t.tenant_id and o.parent_id = t.question_id and o.role = 'assistant' and o.id <> t.answer_id
        );

    -- Counters and limits last and in order, of limits the persons' before their tenant's, as begin_turn() takes them: their rows are shared with others' turns, and held for as short as possible.

    insert into public.usage_metrics as u (
        tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    select
        l.tenant_id, l.user_id, l.day, sum(l.prompt_tokens + l.completion_tokens), sum(l.prompt_tokens), sum(l.completion_tokens),
        sum(l.request_count), sum(l.cost)
    from unnest(v_closed) as c
    inner join public.usage_ledger as l on l.tenant_id = c.tenant_id and l.id = c.turn_id
    where l.user_id is not null
    group by l.tenant_id, l.user_id, l.day
    order by l.tenant_id, l.user_id, l.day
    on conflict (tenant_id, user_id, day) do update
    set
        total_tokens = u.total_tokens + excluded.total_tokens,
        prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = u.completion_tokens + excluded.completion_tokens,
        request_count = u.request_count + excluded.request_count,
        estimated_cost = u.estimated_cost + excluded.estimated_cost,
        updated_at = clock_timestamp();

    perform private.settle_allowance(s.tenant_id, s.user_id, s.used::pg_catalog.int8, s.reserved::pg_catalog.int8)
    from (
        select
            c.tenant_id,
            k.user_id,
            sum(case when k.whole then l.prompt_tokens + l.completion_tokens else 0 end) as used,
            sum(case when k.whole then c.reserved_tokens else c.user_reserved_tokens end) as reserved
        from unnest(v_closed) as c
        inner join public.usage_ledger as l on l.tenant_id = c.tenant_id and l.id = c.turn_id
        cross join lateral (
            values ('00000000-0000-0000-0000-000000000000'::pg_catalog.uuid, true), (c.user_id, false)
        ) as k (user_id, whole)
        where k.whole or c.user_reserved_tokens > 0
        group by c.tenant_id, k.user_id
        order by c.tenant_id, k.user_id desc
    ) as s;

    return query
    select
        g.turn_id,
        t.answer_id,
        t.status,
        exists (select from unnest(v_closed) as c where c.tenant_id = g.tenant_id and c.turn_id = g.turn_id)
    from jsonb_to_recordset(p_results) as g (tenant_id pg_catalog.uuid, turn_id pg_catalog.uuid)
    left join public.turns as t on t.tenant_id = g.tenant_id and t.id = g.turn_id;
end
$$;

comment on function private.finish_turns(uuid, jsonb) is
'Settles turns that a worker holds, any number in one transaction: saves each answer under the turn''s id (none if nothing was said), how it ended, its row in the ledger at the price of when it began, the day''s counters, and lets go of what was reserved. An array of tenant_id, turn_id, status, content, parts, provider, model, asked_model, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, tokens_estimated, latency_ms, finish_reason, provider_message_id, error_code and, where they apply, metadata (of the message), from_cache (it was given before) and cache_key (hex: keep the answer for the same prompt). A turn is settled once: one that the worker does not hold (any more) is left as it is: settled is false, and status says how it stands, null where it is gone. A turn that is gone, with its conversation or person, is charged to the tenant. One that has no row in turns, which titles a conversation, leaves only its row in the ledger, as no request. Definer: the turns are anybody''s.';

revoke execute on function private.keep_lease(uuid, uuid[], interval) from public;

revoke execute on function private.save_pieces(uuid, jsonb) from public;

revoke execute on function private.read_pieces(jsonb) from public;

revoke execute on function private.finish_turns(uuid, jsonb) from public;

grant execute on function private.keep_lease(uuid, uuid[], interval) to palaver_worker;

grant execute on function private.save_pieces(uuid, jsonb) to palaver_worker;

grant execute on function private.read_pieces(jsonb) to palaver_worker;

grant execute on function private.finish_turns(uuid, jsonb) to palaver_worker;

alter function private.keep_lease(uuid, uuid[], interval) owner to palaver_definer;

alter function private.save_pieces(uuid, jsonb) owner to palaver_definer;

alter function private.read_pieces(jsonb) owner to palaver_definer;

alter function private.finish_turns(uuid, jsonb) owner to palaver_definer;

create function private.forget_idempotency_keys()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from private.idempotency_keys where created_at < now() - interval '1 day'
$$;

comment on function private.forget_idempotency_keys() is 'Job: forgets Idempotency-Keys that are a day old. Definer: runs as the job runner.';

revoke execute on function private.forget_idempotency_keys() from public;

alter function private.forget_idempotency_keys() owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values ('forget_idempotency_keys', 'Forgets Idempotency-Keys that are a day old.', '1 hour', '7 * * * *');

do $$
begin
    perform private.schedule_jobs();
end
$$;
