-- Turns: a question and its answer, from begin to finish.
--
-- Creates:  public.turns, private.rate_limits; private.take_request(), begin_turn(), finish_turn().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, users, conversations and messages, for the foreign keys.
-- Rollback: rollbacks/20261122000800_turns.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.turns (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    user_id uuid not null,
    conversation_id uuid not null,
    question_id uuid,
    answer_id uuid,
    status text not null default 'running',
    provider text,
    model text,
    prompt_tokens bigint,
    completion_tokens bigint,
    tokens_estimated boolean,
    latency_ms integer,
    finish_reason text,
    provider_message_id text,
    error_code text,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint turns_pkey primary key (tenant_id, id),
    constraint turns_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint turns_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint turns_conversation_id_fkey foreign key (tenant_id, conversation_id, user_id)
    references public.conversations (tenant_id, id, user_id) on delete cascade,
    constraint turns_question_id_fkey foreign key (tenant_id, question_id)
    references public.messages (tenant_id, id) on delete set null (question_id),
    constraint turns_answer_id_fkey foreign key (tenant_id, answer_id)
    references public.messages (tenant_id, id) on delete set null (answer_id),
    constraint turns_status_check check (status in ('running', 'completed', 'stopped', 'failed')),
    constraint turns_finished_at_check check ((status = 'running') = (finished_at is null)),
    constraint turns_prompt_tokens_check check (prompt_tokens >= 0),
    constraint turns_completion_tokens_check check (completion_tokens >= 0),
    constraint turns_latency_ms_check check (latency_ms >= 0)
);

comment on table public.turns is 'A question, what became of it, and what it used: settled once, by finish_turn().';

comment on column public.turns.status is 'running until finished; completed, stopped by a person, or failed with error_code. What was said is kept in each case.';

comment on column public.turns.tokens_estimated is 'True where the provider reported no usage and the worker estimated it.';

comment on column public.turns.latency_ms is 'From begin to finish, in milliseconds.';

create index turns_conversation_idx on public.turns (tenant_id, conversation_id, user_id, started_at);

comment on index public.turns_conversation_idx is 'The turns of a conversation in order; the foreign key to conversations.';

create index turns_user_idx on public.turns (tenant_id, user_id, id);

comment on index public.turns_user_idx is 'A person''s turns in order, for ids are; the foreign key to users. It ends in the id since under the policies it looks as good as the primary key for finding one turn, and must then be.';

create index turns_question_idx on public.turns (tenant_id, question_id);

comment on index public.turns_question_idx is 'The turn of a question; the foreign key to messages.';

create index turns_answer_idx on public.turns (tenant_id, answer_id);

comment on index public.turns_answer_idx is 'The turn of an answer; the foreign key to messages.';

alter table public.turns
alter column status set statistics 0,
alter column provider set statistics 0,
alter column model set statistics 0,
alter column finish_reason set statistics 0,
alter column provider_message_id set statistics 0,
alter column error_code set statistics 0;

alter table public.turns enable row level security;

revoke all on public.turns from public, anon, authenticated, service_role;

create policy "People see their own turns, tenant admins their tenant's"
on public.turns for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "The worker sees turns of the person it acts for"
on public.turns for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker begins turns of the person it acts for"
on public.turns for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker finishes turns of the person it acts for"
on public.turns for update to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()))
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

grant select (
    tenant_id, id, user_id, conversation_id, question_id, answer_id, status, provider, model, prompt_tokens, completion_tokens,
    tokens_estimated, latency_ms, finish_reason, provider_message_id, error_code, started_at, finished_at
) on public.turns to authenticated;

grant insert on public.turns to palaver_worker;

grant update (
    answer_id,
    status,
    provider,
    model,
    prompt_tokens,
    completion_tokens,
    tokens_estimated,
    latency_ms,
    finish_reason,
    provider_message_id,
    error_code,
    finished_at
) on public.turns to palaver_worker;

grant select, insert, update, delete on public.turns to service_role;

-- The limit of requests a minute is the generic cell rate algorithm: one timestamp a tenant, moved on by each request. Unlogged: after
-- a crash everybody starts with a full allowance.

create unlogged table private.rate_limits (
    tenant_id uuid not null,
    next_at timestamptz not null,
    constraint rate_limits_pkey primary key (tenant_id),
    constraint rate_limits_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade
) with (fillfactor = 50);

comment on table private.rate_limits is 'When each tenant''s next request would arrive if they came evenly (theoretical arrival time).';

alter table private.rate_limits enable row level security;

revoke all on private.rate_limits from public, anon, authenticated, service_role;

create policy "The worker reads the limit of the tenant it acts for"
on private.rate_limits for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()));

create policy "The worker starts the limit of the tenant it acts for"
on private.rate_limits for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()));

create policy "The worker moves the limit of the tenant it acts for"
on private.rate_limits for update to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()))
with check (tenant_id = (select private.claimed_tenant_id()));

grant select, insert, update on private.rate_limits to palaver_worker;

create function private.take_request(p_tenant_id uuid, p_per_minute integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_window constant interval := interval '1 minute';
    v_step constant interval := v_window / p_per_minute;
    v_next_at timestamptz;
begin
    -- clock_timestamp() and not now(): a request that waited for the row must not be judged by when it began to wait.
    insert into private.rate_limits as r (tenant_id, next_at)
    values (p_tenant_id, clock_timestamp() + v_step)
    on conflict (tenant_id) do update
    set next_at = greatest(r.next_at, clock_timestamp()) + v_step
    where greatest(r.next_at, clock_timestamp()) + v_step <= clock_timestamp() + v_window;

    if found then
        return;
    end if;

    select r.next_at into v_next_at from private.rate_limits as r where r.tenant_id = p_tenant_id;

    raise exception using
        errcode = 'PA429',
        message = format('Your organisation''s limit is reached (questions a minute: %s).', p_per_minute),
        detail = jsonb_build_object(
            'retry_after_seconds',
            round(extract(epoch from greatest(v_next_at + v_step - v_window - clock_timestamp(), interval '0.001')), 3)
        ),
        hint = 'Ask again after the wait that the detail gives in seconds.';
end
$$;

comment on function private.take_request(uuid, integer) is
'Takes one request from a tenant''s allowance of so many a minute; exact under concurrency. Errors: PA429, its detail a JSON object with retry_after_seconds.';

revoke execute on function private.take_request(uuid, integer) from public;

grant execute on function private.take_request(uuid, integer) to palaver_worker;

create function private.begin_turn(
    p_claims jsonb,
    p_message text,
    p_conversation_id uuid default null,
    p_history_limit integer default 50
)
returns table (
    turn_id uuid,
    conversation_id uuid,
    question_id uuid,
    conversation_title text,
    llm_provider text,
    llm_model text,
    temperature numeric,
    max_tokens integer,
    system_prompt text,
    history jsonb
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_person public.users;
    v_tenant public.tenants;
    v_conversation public.conversations;
    v_question_id uuid := private.uuid_v7();
    v_turn_id uuid := private.uuid_v7();
    v_history jsonb;
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

    if p_message is null or p_message !~ '\S' then
        raise exception using errcode = 'PA422', message = 'The message is empty.';
    end if;

    perform private.take_request(v_tenant.id, v_tenant.rate_limit_per_minute);

    if p_conversation_id is null then
        insert into public.conversations as c (tenant_id, user_id, title)
        values (v_tenant.id, v_person.id, left(btrim(regexp_replace(p_message, '\s+', ' ', 'g')), 50))
        returning * into v_conversation;
    else
        select * into v_conversation
        from public.conversations as c
        where c.tenant_id = v_tenant.id and c.user_id = v_person.id and c.id = p_conversation_id;

        if not found then
            raise exception using errcode = 'PA404', message = 'There is no such conversation.';
        end if;

        if v_conversation.is_archived then
            raise exception using
                errcode = 'PA409',
                message = 'The conversation is archived.',
                hint = 'Restore it, or start a new one.';
        end if;
    end if;

    insert into public.messages (tenant_id, id, conversation_id, user_id, role, content)
    values (v_tenant.id, v_question_id, v_conversation.id, v_person.id, 'user', p_message);

    insert into public.turns (tenant_id, id, user_id, conversation_id, question_id)
    values (v_tenant.id, v_turn_id, v_person.id, v_conversation.id, v_question_id);

    update public.users as u
    set last_active_at = now()
    where
        u.tenant_id = v_tenant.id
        and u.id = v_person.id
        and (u.last_active_at is null or u.last_active_at < now() - interval '1 minute');

    select jsonb_agg(jsonb_build_object('role', m.role, 'content', m.content) order by m.created_at, m.id)
    into v_history
    from (
        select h.role, h.content, h.created_at, h.id
        from public.messages as h
        where
            h.tenant_id = v_tenant.id
            and h.conversation_id = v_conversation.id
            and h.user_id = v_person.id
            and h.role in ('user', 'assistant')
        order by h.created_at desc, h.id desc
        limit greatest(p_history_limit, 1)
    ) as m;

    return query
    select
        v_turn_id,
        v_conversation.id,
        v_question_id,
        v_conversation.title,
        v_tenant.llm_provider,
        v_tenant.llm_model,
        v_tenant.temperature,
        v_tenant.max_tokens,
        v_tenant.system_prompt,
        v_history;
end
$$;

comment on function private.begin_turn(jsonb, text, uuid, integer) is
'Begins a turn for the person that the verified claims name: checks that they may, takes a request from the allowance, saves the question (in a new conversation if none is given) and returns the model settings and the last messages, oldest first, the question last. One statement, one transaction. Errors: PA403 no access, PA404 no such conversation (or somebody else''s), PA409 archived, PA422 empty message, PA429 limit reached.';

revoke execute on function private.begin_turn(jsonb, text, uuid, integer) from public;

grant execute on function private.begin_turn(jsonb, text, uuid, integer) to palaver_worker;

create function private.finish_turn(
    p_claims jsonb,
    p_turn_id uuid,
    p_status text,
    p_content text,
    p_provider text,
    p_model text,
    p_prompt_tokens bigint,
    p_completion_tokens bigint,
    p_tokens_estimated boolean,
    p_latency_ms integer,
    p_finish_reason text default null,
    p_provider_message_id text default null,
    p_error_code text default null,
    p_estimated_cost numeric default 0
)
returns table (
    message_id uuid,
    already_finished boolean
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_turn public.turns;
    v_answer_id uuid;
begin
    perform private.become(p_claims);

    -- The row lock makes the second of two finishes wait and then find the turn settled.
    select * into v_turn
    from public.turns as t
    where t.tenant_id = private.claimed_tenant_id() and t.id = p_turn_id
    for no key update;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such turn.';
    end if;

    if v_turn.status <> 'running' then
        return query select v_turn.answer_id, true;

        return;
    end if;

    if p_content <> '' then
        v_answer_id := private.uuid_v7();

        insert into public.messages (
            tenant_id, id, conversation_id, user_id, role, content, token_count, model_used, latency_ms, provider_message_id
        )
        values (
            v_turn.tenant_id,
            v_answer_id,
            v_turn.conversation_id,
            v_turn.user_id,
            'assistant',
            p_content,
            p_completion_tokens,
            p_model,
            p_latency_ms,
            p_provider_message_id
        );
    end if;

    update public.turns as t
    set
        answer_id = v_answer_id,
        status = p_status,
        provider = p_provider,
        model = p_model,
        prompt_tokens = p_prompt_tokens,
        completion_tokens = p_completion_tokens,
        tokens_estimated = p_tokens_estimated,
        latency_ms = p_latency_ms,
        finish_reason = p_finish_reason,
        provider_message_id = p_provider_message_id,
        error_code = p_error_code,
        finished_at = clock_timestamp()
    where t.tenant_id = v_turn.tenant_id and t.id = v_turn.id;

    -- Counters last: the row of the day is shared by a person's turns and is held for as short as possible.
    perform public.increment_usage_metrics(
        v_turn.tenant_id, v_turn.user_id, p_prompt_tokens, p_completion_tokens, p_estimated_cost
    );

    return query select v_answer_id, false;
end
$$;

comment on function private.finish_turn(
    jsonb, uuid, text, text, text, text, bigint, bigint, boolean, integer, text, text, text, numeric
) is
'Settles a turn of the person that the verified claims name: saves the answer (none if nothing was said), how it ended and what it used, and adds to the day''s counters, in one transaction. A turn is settled once: a repeated call changes nothing and says so. Errors: PA404 no such turn.';

revoke execute on function private.finish_turn(
    jsonb, uuid, text, text, text, text, bigint, bigint, boolean, integer, text, text, text, numeric
) from public;

grant execute on function private.finish_turn(
    jsonb, uuid, text, text, text, text, bigint, bigint, boolean, integer, text, text, text, numeric
) to palaver_worker;
