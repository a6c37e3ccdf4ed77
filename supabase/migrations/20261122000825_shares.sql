-- Shares: a link that shows one conversation to whoever has it, as it was or as it goes on.
--
-- Creates:  public.conversation_shares, public.conversation_share_views, public.share_conversation(), revoke_share(), read_share(),
--           continue_share(); private.share_secrets, private.share_views, private.keep_share(), derive_key(), make_share(),
--           person_of(), find_share(), enter_share(), answer_share(), shared_branch(), shown_parts(), shared_conversation(),
--           count_view(), open_share(), watch_shares(), copy_share(), share_view_totals().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, public.conversations and public.messages, for the foreign keys.
-- Rollback: rollbacks/20261122000825_shares.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.conversation_shares (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    conversation_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    is_live boolean not null default false,
    head_id uuid,
    may_continue boolean not null default false,
    has_password boolean not null default false,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    constraint conversation_shares_pkey primary key (tenant_id, id),
    constraint conversation_shares_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint conversation_shares_conversation_id_fkey foreign key (tenant_id, conversation_id, user_id)
    references public.conversations (tenant_id, id, user_id) on delete cascade,
    constraint conversation_shares_head_id_fkey foreign key (tenant_id, head_id, conversation_id)
    references public.messages (tenant_id, id, conversation_id) on delete cascade,
    constraint conversation_shares_head_id_check check (is_live = (head_id is null)),
    constraint conversation_shares_expires_at_check check (isfinite(expires_at))
);

comment on table public.conversation_shares is 'Links to conversations, as their owners see them: without the token, which is told once.';

comment on column public.conversation_shares.user_id is 'The owner of the conversation, held equal to it by the foreign key.';

comment on column public.conversation_shares.is_live is 'Shows the chosen branch as it is when somebody looks; false: as it was when it was shared.';

comment on column public.conversation_shares.head_id is 'The message at which the branch ended when it was shared; null: a live share. Messages do not change, so that the snapshot needs no copy of them.';

comment on column public.conversation_shares.may_continue is 'Whether people who are signed in may go on in a copy of their own: see continue_share().';

comment on column public.conversation_shares.revoked_at is 'From when on the link shows nothing, for good.';

create index conversation_shares_user_idx on public.conversation_shares (tenant_id, user_id, id);

comment on index public.conversation_shares_user_idx is 'A person''s shares in order, for ids are.';

create index conversation_shares_conversation_idx on public.conversation_shares (tenant_id, conversation_id, user_id);

comment on index public.conversation_shares_conversation_idx is 'The shares of a conversation; the foreign key to conversations.';

create index conversation_shares_head_idx on public.conversation_shares (tenant_id, head_id) where head_id is not null;

comment on index public.conversation_shares_head_idx is 'The foreign key to messages.';

alter table public.conversation_shares enable row level security;

revoke all on public.conversation_shares from public, anon, authenticated, service_role;

create policy "People see their own shares, tenant admins their tenant's"
on public.conversation_shares for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "People revoke their own shares, tenant admins their tenant's"
on public.conversation_shares for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
)
with check (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "Links find what they show"
on public.conversation_shares for select to palaver_definer
using (true);

create policy "Shares are made for whoever asks"
on public.conversation_shares for insert to palaver_definer
with check (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

grant select (
    tenant_id, id, conversation_id, user_id, is_live, head_id, may_continue, has_password, expires_at, revoked_at, created_at
) on public.conversation_shares to authenticated;

grant update (revoked_at) on public.conversation_shares to authenticated;

grant select, insert on public.conversation_shares to palaver_definer;

grant select, insert, update, delete on public.conversation_shares to service_role;

create function private.keep_share()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    new.revoked_at := coalesce(old.revoked_at, case when new.revoked_at is not null then clock_timestamp() end);

    return new;
end
$$;

comment on function private.keep_share() is 'Trigger: what is revoked stays revoked, since the moment at which it was.';

revoke execute on function private.keep_share() from public;

create trigger conversation_shares_keep
before update of revoked_at on public.conversation_shares
for each row execute function private.keep_share();

-- What only links know stands apart, so that clients may read every column of what is theirs.

create table private.share_secrets (
    tenant_id uuid not null,
    share_id uuid not null,
    auth_id uuid not null,
    token_hash bytea not null,
    password_salt bytea,
    password_rounds integer,
    password_hash bytea,
    next_attempt_at timestamptz,
    constraint share_secrets_pkey primary key (tenant_id, share_id),
    constraint share_secrets_share_id_fkey foreign key (tenant_id, share_id)
    references public.conversation_shares (tenant_id, id) on delete cascade,
    constraint share_secrets_password_check check (num_nulls(password_salt, password_rounds, password_hash) in (0, 3))
);

comment on table private.share_secrets is 'By what a link is recognised. Neither token nor password can be had from it.';

comment on column private.share_secrets.auth_id is 'The account that made the link, which shows nothing once that account is nobody''s, or is shut out.';

comment on column private.share_secrets.token_hash is 'SHA-256 of the token, which is 256 random bits and so needs no salt.';

comment on column private.share_secrets.password_hash is 'PBKDF2-HMAC-SHA-256 of the password in normal form KC, with password_salt, in password_rounds rounds.';

comment on column private.share_secrets.next_attempt_at is 'When the next wrong password would come if they came evenly (theoretical arrival time).';

create index share_secrets_token_idx on private.share_secrets (token_hash);

comment on index private.share_secrets_token_idx is 'The share that a link leads to. Not unique, as no key here is over all tenants: 256 random bits do not come twice.';

alter table private.share_secrets enable row level security;

revoke all on private.share_secrets from public, anon, authenticated, service_role;

create policy "Links are recognised"
on private.share_secrets for select to palaver_definer
using (true);

create policy "Links are made"
on private.share_secrets for insert to palaver_definer
with check (true);

create policy "Wrong passwords are counted"
on private.share_secrets for update to palaver_definer
using (true)
with check (true);

grant select, insert, update (next_attempt_at) on private.share_secrets to palaver_definer;

create table private.share_views (
    tenant_id uuid not null,
    share_id uuid not null,
    counter integer not null,
    views bigint not null,
    last_viewed_at timestamptz not null,
    constraint share_views_pkey primary key (tenant_id, share_id, counter),
    constraint share_views_share_id_fkey foreign key (tenant_id, share_id)
    references public.conversation_shares (tenant_id, id) on delete cascade
) with (fillfactor = 50);

comment on table private.share_views is 'How often links were opened: counters, as many as were needed at once, so that nobody waits for another. Their sum is the number.';

comment on column private.share_views.counter is 'The number of the server process that began it: no two that run have the same.';

alter table private.share_views enable row level security;

revoke all on private.share_views from public, anon, authenticated, service_role;

create policy "Views are read"
on private.share_views for select to palaver_definer
using (true);

create policy "Counters are begun"
on private.share_views for insert to palaver_definer
with check (true);

create policy "Views are counted"
on private.share_views for update to palaver_definer
using (true)
with check (true);

grant select, insert, update on private.share_views to palaver_definer;

-- What links show, and what copies of it are made of.

grant select (is_archived), insert (tenant_id, id, user_id, title) on public.conversations to palaver_definer;

grant select (parts) on public.messages to palaver_definer;

create policy "Shared conversations are copied for whoever asks"
on public.conversations for insert to palaver_definer
with check (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

-- Passwords, without an extension: RFC 8018, section 5.2, for one block.

create function private.derive_key(p_password text, p_salt bytea, p_rounds integer)
returns bytea
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_key pg_catalog.bytea := convert_to(normalize(p_password, nfkc), 'utf8');
    v_inner pg_catalog.bytea;
    v_outer pg_catalog.bytea;
    v_round pg_catalog.bytea;
    v_sum bit(256);
begin
    if octet_length(v_key) > 64 then
        v_key := sha256(v_key);
    end if;

    v_key := v_key || decode(repeat('00', 64 - octet_length(v_key)), 'hex');
    v_inner := v_key;
    v_outer := v_key;

    for v_place in 0..63 loop
        v_inner := set_byte(v_inner, v_place, get_byte(v_key, v_place) # 54);
        v_outer := set_byte(v_outer, v_place, get_byte(v_key, v_place) # 92);
    end loop;

    v_round := sha256(v_outer || sha256(v_inner || p_salt || '\x00000001'::pg_catalog.bytea));
    v_sum := ('x' || encode(v_round, 'hex'))::bit(256);

    for v_number in 2..p_rounds loop
        v_round := sha256(v_outer || sha256(v_inner || v_round));
        v_sum := v_sum # ('x' || encode(v_round, 'hex'))::bit(256);
    end loop;

    return int8send(substring(v_sum from 1 for 64)::pg_catalog.int8) || int8send(substring(v_sum from 65 for 64)::pg_catalog.int8)
        || int8send(substring(v_sum from 129 for 64)::pg_catalog.int8) || int8send(substring(v_sum from 193 for 64)::pg_catalog.int8);
end
$$;

comment on function private.derive_key(text, bytea, integer) is 'PBKDF2-HMAC-SHA-256 of a password in normal form KC: 32 bytes.';

revoke execute on function private.derive_key(text, bytea, integer) from public;

grant execute on function private.derive_key(text, bytea, integer) to palaver_definer;

create function private.make_share(
    p_conversation_id uuid,
    p_is_live boolean,
    p_may_continue boolean,
    p_expires_at timestamptz,
    p_password text,
    out share_id uuid,
    out token text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_rounds constant pg_catalog.int4 := 20000;
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_user_id constant pg_catalog.uuid := private.current_user_id();
    v_conversation record;
    v_head_id pg_catalog.uuid;
    v_salt pg_catalog.bytea;
begin
    if not private.may_use_assistant() then
        raise exception using
            errcode = 'PA403',
            message = 'This account may not share conversations.',
            hint = 'Those who may use the assistant can.';
    end if;

    select c.head_id, c.is_archived, t.encrypts_messages into v_conversation
    from public.conversations as c
    inner join public.tenants as t on c.tenant_id = t.id
    where c.tenant_id = v_tenant_id and c.id = p_conversation_id and c.user_id = v_user_id;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such conversation.';
    end if;

    if v_conversation.is_archived then
        raise exception using
            errcode = 'PA409',
            message = 'The conversation is archived.',
            hint = 'Restore it first.';
    end if;

    if v_conversation.encrypts_messages then
        raise exception using
            errcode = 'PA422',
            message = 'Your organisation encrypts its messages: they cannot be shared.';
    end if;

    if p_expires_at <= clock_timestamp() or not isfinite(p_expires_at) then
        raise exception using
            errcode = 'PA422',
            message = 'A share expires at a time to come, or never.',
            hint = 'Leave p_expires_at out for a share that does not expire.';
    end if;

    if char_length(p_password) not between 8 and 200 then
        raise exception using errcode = 'PA422', message = 'The password of a share has 8 to 200 characters.';
    end if;

    if p_is_live is not true then
        v_head_id := private.head_of(v_tenant_id, p_conversation_id, v_user_id, v_conversation.head_id);

        if v_head_id is null then
            raise exception using
                errcode = 'PA422',
                message = 'The conversation is empty.',
                hint = 'Share it live, or once something is said.';
        end if;
    end if;

    insert into public.conversation_shares as s (
        tenant_id, conversation_id, user_id, is_live, head_id, may_continue, has_password, expires_at
    )
    values (
        v_tenant_id,
        p_conversation_id,
        v_user_id,
        coalesce(p_is_live, false),
        v_head_id,
        coalesce(p_may_continue, false),
        p_password is not null,
        p_expires_at
    )
    returning s.id into share_id;

    -- Random UUIDs hold 122 bits each, from the server's strong source.
    token := translate(
        encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
        '+/=',
        '-_'
    );

    v_salt := case when p_password is not null then uuid_send(gen_random_uuid()) end;

    insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash, password_salt, password_rounds, password_hash)
    values (
        v_tenant_id,
        share_id,
        private.auth_id(),
        sha256(convert_to(token, 'utf8')),
        v_salt,
        case when v_salt is not null then v_rounds end,
        private.derive_key(p_password, v_salt, v_rounds)
    );
end
$$;

comment on function private.make_share(uuid, boolean, boolean, timestamptz, text) is
'Shares one of the caller''s conversations: see public.share_conversation(). Definer: nobody may write what a link is recognised by.';

revoke execute on function private.make_share(uuid, boolean, boolean, timestamptz, text) from public;

grant execute on function private.make_share(uuid, boolean, boolean, timestamptz, text) to authenticated;

alter function private.make_share(uuid, boolean, boolean, timestamptz, text) owner to palaver_definer;

create function public.share_conversation(
    p_conversation_id uuid,
    p_is_live boolean default false,
    p_may_continue boolean default false,
    p_expires_at timestamptz default null,
    p_password text default null,
    out share_id uuid,
    out token text
)
language sql
volatile
security invoker
set search_path = ''
as $$
    select m.share_id, m.token
    from private.make_share(p_conversation_id, p_is_live, p_may_continue, p_expires_at, p_password) as m
$$;

comment on function public.share_conversation(uuid, boolean, boolean, timestamptz, text) is
'Makes a link to one of the caller''s conversations, as it is now or live, and returns its token, which is told this once. Errors: PA403 may not share, PA404 no such conversation, PA409 it is archived, PA422 it is empty, the expiry is past, the password too short or long, or the organisation encrypts messages.';

revoke execute on function public.share_conversation(uuid, boolean, boolean, timestamptz, text) from public, anon;

grant execute on function public.share_conversation(uuid, boolean, boolean, timestamptz, text) to authenticated;

create function public.revoke_share(p_share_id uuid)
returns public.conversation_shares
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_share public.conversation_shares;
begin
    update public.conversation_shares as s
    set revoked_at = clock_timestamp()
    where s.tenant_id = private.current_tenant_id() and s.id = p_share_id
    returning s.tenant_id, s.id, s.conversation_id, s.user_id, s.is_live, s.head_id, s.may_continue, s.has_password, s.expires_at,
        s.revoked_at, s.created_at
    into v_share;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such share.';
    end if;

    return v_share;
end
$$;

comment on function public.revoke_share(uuid) is
'Ends a share of the caller''s, or of their tenant''s where they administer it: its link shows nothing from now on, in pages that are open too. Returns it. Errors: PA404.';

revoke execute on function public.revoke_share(uuid) from public, anon;

grant execute on function public.revoke_share(uuid) to authenticated;

-- Whose account it is must be asked as that account: the helpers see nobody else's row.

create function private.person_of(p_auth_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_subject constant pg_catalog.text := coalesce(current_setting('request.jwt.claim.sub', true), '');
    v_user_id pg_catalog.uuid;
begin
    perform set_config('request.jwt.claim.sub', p_auth_id::pg_catalog.text, true);

    v_user_id := private.current_user_id();

    perform set_config('request.jwt.claim.sub', v_subject, true);

    return v_user_id;
end
$$;

comment on function private.person_of(uuid) is 'users.id of the person with that account; null unless they and their tenant are active.';

revoke execute on function private.person_of(uuid) from public;

grant execute on function private.person_of(uuid) to palaver_definer;

create function private.find_share(p_token_hash bytea)
returns table (
    tenant_id uuid,
    share_id uuid,
    conversation_id uuid,
    title text,
    head_id uuid,
    is_live boolean,
    may_continue boolean,
    shared_at timestamptz,
    expires_at timestamptz,
    password_salt bytea,
    password_rounds integer,
    password_hash bytea,
    next_attempt_at timestamptz,
    proof text,
    state text
)
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_share record;
begin
    select
        s.*,
        h.conversation_id,
        h.user_id,
        h.is_live,
        h.head_id,
        h.may_continue,
        h.created_at,
        h.expires_at,
        c.title,
        c.head_id as chosen_head_id
    into v_share
    from private.share_secrets as s
    inner join public.conversation_shares as h on s.tenant_id = h.tenant_id and s.share_id = h.id
    inner join public.conversations as c on h.tenant_id = c.tenant_id and h.conversation_id = c.id
    inner join public.tenants as t on h.tenant_id = t.id
    where
        s.token_hash = p_token_hash
        and h.revoked_at is null
        and (h.expires_at is null or h.expires_at > clock_timestamp())
        and not c.is_archived
        and not t.encrypts_messages;

    if not found or private.person_of(v_share.auth_id) is distinct from v_share.user_id then
        return;
    end if;

    tenant_id := v_share.tenant_id;
    share_id := v_share.share_id;
    conversation_id := v_share.conversation_id;
    title := v_share.title;
    head_id := coalesce(
        v_share.head_id,
        private.head_of(v_share.tenant_id, v_share.conversation_id, v_share.user_id, v_share.chosen_head_id)
    );
    is_live := v_share.is_live;
    may_continue := v_share.may_continue;
    shared_at := v_share.created_at;
    expires_at := v_share.expires_at;
    password_salt := v_share.password_salt;
    password_rounds := v_share.password_rounds;
    password_hash := v_share.password_hash;
    next_attempt_at := v_share.next_attempt_at;
    proof := encode(sha256(p_token_hash || coalesce(v_share.password_hash, '')), 'hex');
    state := left(encode(sha256(convert_to(concat_ws(' ', head_id, title), 'utf8')), 'hex'), 32);

    return next;
end
$$;

comment on function private.find_share(bytea) is
'The share whose token has that hash, where its link shows anything: not when it is revoked or expired, when the conversation is archived or deleted, or when its owner or tenant is shut out or encrypts messages. proof: what whoever has been shown it knows; state: changes with what it shows.';

revoke execute on function private.find_share(bytea) from public;

grant execute on function private.find_share(bytea) to palaver_definer;

create function private.enter_share(
    p_token text,
    p_password text,
    out status text,
    out wait_seconds integer,
    out tenant_id uuid,
    out share_id uuid,
    out conversation_id uuid,
    out title text,
    out head_id uuid,
    out is_live boolean,
    out may_continue boolean,
    out shared_at timestamptz,
    out proof text,
    out state text
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_wrong_a_minute constant pg_catalog.int4 := 10;
    v_share record;
    v_nonce pg_catalog.bytea;
    v_wait pg_catalog.interval;
begin
    status := 'not_found';

    if octet_length(p_token) is distinct from 43 or p_token !~ '^[A-Za-z0-9_-]{43}$' then
        return;
    end if;

    select * into v_share from private.find_share(sha256(convert_to(p_token, 'utf8')));

    if not found then
        return;
    end if;

    if v_share.password_hash is not null then
        v_wait := private.rate_wait(v_share.next_attempt_at, v_wrong_a_minute);

        if v_wait > interval '0' then
            status := 'too_many_attempts';
            wait_seconds := ceil(extract(epoch from v_wait));

            return;
        end if;

        if p_password is null then
            status := 'password_required';

            return;
        end if;

        -- Hashed again with what nobody knows beforehand, so that how long the comparison takes tells nothing.
        v_nonce := uuid_send(gen_random_uuid());

        if char_length(p_password) > 200
            or sha256(v_nonce || private.derive_key(p_password, v_share.password_salt, v_share.password_rounds))
            <> sha256(v_nonce || v_share.password_hash)
        then
            -- Counted after it was tried, so that whoever knows the password waits for nobody: those that are tried at the same moment are
            -- all counted, and the next has to wait for all of them.
            update private.share_secrets as s
            set next_attempt_at = greatest(s.next_attempt_at, clock_timestamp()) + interval '1 minute' / v_wrong_a_minute
            where s.tenant_id = v_share.tenant_id and s.share_id = v_share.share_id;

            status := 'wrong_password';

            return;
        end if;
    end if;

    status := 'ok';
    tenant_id := v_share.tenant_id;
    share_id := v_share.share_id;
    conversation_id := v_share.conversation_id;
    title := v_share.title;
    head_id := v_share.head_id;
    is_live := v_share.is_live;
    may_continue := v_share.may_continue;
    shared_at := v_share.shared_at;
    proof := v_share.proof;
    state := v_share.state;
end
$$;

comment on function private.enter_share(text, text) is
'What a link and a password lead to. status: ok, not_found, password_required, wrong_password, or too_many_attempts with the seconds to wait. It is returned, since raised it would not be counted.';

revoke execute on function private.enter_share(text, text) from public;

grant execute on function private.enter_share(text, text) to palaver_definer;

create function private.answer_share(p_status text, p_wait_seconds integer)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform set_config(
        'response.status',
        case p_status
            when 'not_found' then '404'
            when 'password_required' then '401'
            when 'too_many_attempts' then '429'
            else '403'
        end,
        true
    );

    if p_wait_seconds is null then
        return jsonb_build_object('status', p_status);
    end if;

    perform set_config(
        'response.headers', jsonb_build_array(jsonb_build_object('Retry-After', p_wait_seconds::pg_catalog.text))::pg_catalog.text, true
    );

    return jsonb_build_object('status', p_status, 'retryAfterSeconds', p_wait_seconds);
end
$$;

comment on function private.answer_share(text, integer) is 'A link that shows nothing, as it is answered; the Data API takes the HTTP status from the setting response.status.';

revoke execute on function private.answer_share(text, integer) from public;

grant execute on function private.answer_share(text, integer) to palaver_definer;

-- The end of a branch, from its head back, as far as is asked. What is large is only measured, not read.

create function private.shared_branch(p_tenant_id uuid, p_head_id uuid, p_most integer, p_most_octets integer)
returns table (
    id uuid,
    parent_id uuid,
    role text,
    content text,
    parts jsonb,
    created_at timestamptz,
    depth integer
)
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with recursive branch as (
        select
            m.id,
            m.parent_id,
            1 as depth,
            octet_length(m.content)::pg_catalog.int8 + coalesce(pg_column_size(m.parts), 0) as octets
        from public.messages as m
        where m.tenant_id = p_tenant_id and m.id = p_head_id
        union all
        select
            m.id,
            m.parent_id,
            b.depth + 1,
            b.octets + octet_length(m.content) + coalesce(pg_column_size(m.parts), 0)
        from branch as b
        inner join public.messages as m on m.tenant_id = p_tenant_id and m.id = b.parent_id
        where b.depth < p_most and b.octets < p_most_octets
    )

    select m.id, m.parent_id, m.role, m.content, m.parts, m.created_at, b.depth
    from branch as b
    inner join public.messages as m on m.tenant_id = p_tenant_id and m.id = b.id
    order by b.depth desc;
end
$$;

comment on function private.shared_branch(uuid, uuid, integer, integer) is
'The newest messages of a branch, oldest first: so many at most, and none more once they have so many bytes.';

revoke execute on function private.shared_branch(uuid, uuid, integer, integer) from public;

grant execute on function private.shared_branch(uuid, uuid, integer, integer) to palaver_definer;

create function private.shown_parts(p_content text, p_parts jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_most_characters constant pg_catalog.int4 := 100000;
    v_most_parts constant pg_catalog.int4 := 200;
begin
    -- Of a tenant that encrypted and does no more: it opens at the worker only.
    if p_content like 'palaver-encrypted:%' then
        return '[]';
    end if;

    if p_parts is null then
        return case
            when p_content ~ '\S'
                then jsonb_build_array(jsonb_build_object('type', 'text', 'text', left(p_content, v_most_characters)))
            else '[]'
        end;
    end if;

    return (
        with texts as (
            select
                e.part,
                e.place,
                coalesce(
                    sum(char_length(e.part ->> 'text'))
                        over (order by e.place rows between unbounded preceding and 1 preceding),
                    0
                ) as before
            from jsonb_array_elements(p_parts) with ordinality as e (part, place)
            where e.place <= v_most_parts
        )

        select
            coalesce(
                jsonb_agg(
                    case t.part ->> 'type'
                        when 'text' then jsonb_build_object(
                            'type', 'text', 'text', left(t.part ->> 'text', (v_most_characters - t.before)::pg_catalog.int4)
                        )
                        when 'source-url' then jsonb_strip_nulls(jsonb_build_object(
                            'type', 'source-url', 'url', t.part ->> 'url', 'title', left(t.part ->> 'title', 300)
                        ))
                        else jsonb_strip_nulls(jsonb_build_object(
                            'type', 'file', 'name', left(t.part ->> 'filename', 300), 'mediaType', left(t.part ->> 'mediaType', 100)
                        ))
                    end
                    order by t.place
                ),
                '[]'
            )
        from texts as t
        where
            case t.part ->> 'type'
                when 'text' then t.part ->> 'text' ~ '\S' and t.before < v_most_characters
                when 'source-url' then t.part ->> 'url' ~* '^https?://\S+$' and char_length(t.part ->> 'url') <= 2000
                else t.part ->> 'type' = 'file'
            end
    );
end
$$;

comment on function private.shown_parts(text, jsonb) is
'What a link shows of a message: text, the addresses of sources, the names and types of files. Nothing else that a part may hold, and 100,000 characters at most.';

revoke execute on function private.shown_parts(text, jsonb) from public;

grant execute on function private.shown_parts(text, jsonb) to palaver_definer;

create function private.shared_conversation(
    p_tenant_id uuid,
    p_head_id uuid,
    p_title text,
    p_is_live boolean,
    p_may_continue boolean,
    p_shared_at timestamptz
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    return (
        select
            jsonb_build_object(
                'title', p_title,
                'isLive', p_is_live,
                'mayContinue', p_may_continue,
                'sharedAt', p_shared_at,
                'olderLeftOut', coalesce((array_agg(b.parent_id order by b.depth desc))[1] is not null, false),
                'messages', coalesce(
                    jsonb_agg(
                        jsonb_build_object('role', b.role, 'createdAt', b.created_at, 'parts', p.parts)
                        order by b.depth desc
                    ) filter (where b.role in ('user', 'assistant') and p.parts <> '[]'),
                    '[]'
                )
            )
        from private.shared_branch(p_tenant_id, p_head_id, 500, 1000000) as b
        cross join lateral private.shown_parts(b.content, b.parts) as p (parts)
    );
end
$$;

comment on function private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamptz) is
'A conversation as a link shows it: its newest 500 messages, or fewer that have a megabyte, with what private.shown_parts() leaves of them.';

revoke execute on function private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamptz) from public;

grant execute on function private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamptz) to palaver_definer;

create function private.count_view(p_tenant_id uuid, p_share_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_counter pg_catalog.int4;
begin
    -- On a replica, or in a call by GET, nothing can be counted, and looking is not worth an error.
    if current_setting('transaction_read_only') = 'on' then
        return;
    end if;

    select v.counter into v_counter
    from private.share_views as v
    where v.tenant_id = p_tenant_id and v.share_id = p_share_id
    limit 1
    for no key update skip locked;

    insert into private.share_views as v (tenant_id, share_id, counter, views, last_viewed_at)
    values (p_tenant_id, p_share_id, coalesce(v_counter, pg_backend_pid()), 1, clock_timestamp())
    on conflict (tenant_id, share_id, counter) do update
    set views = v.views + 1, last_viewed_at = greatest(v.last_viewed_at, excluded.last_viewed_at);
end
$$;

comment on function private.count_view(uuid, uuid) is 'Counts that a link was opened, in a counter that nobody holds; in a new one where all are held.';

revoke execute on function private.count_view(uuid, uuid) from public;

grant execute on function private.count_view(uuid, uuid) to palaver_definer;

create function private.open_share(p_token text, p_password text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_share record;
    v_conversation pg_catalog.jsonb;
begin
    select * into v_share from private.enter_share(p_token, p_password);

    if v_share.status <> 'ok' then
        return private.answer_share(v_share.status, v_share.wait_seconds);
    end if;

    v_conversation := private.shared_conversation(
        v_share.tenant_id, v_share.head_id, v_share.title, v_share.is_live, v_share.may_continue, v_share.shared_at
    );

    perform private.count_view(v_share.tenant_id, v_share.share_id);

    return jsonb_build_object(
        'status', 'ok',
        'conversation', v_conversation,
        'watch', jsonb_build_object('proof', v_share.proof, 'state', v_share.state)
    );
end
$$;

comment on function private.open_share(text, text) is
'What a link shows: see public.read_share(). Also, for the worker''s page, with what private.watch_shares() is asked to follow it. Definer: people who are not signed in have rights on no table.';

revoke execute on function private.open_share(text, text) from public;

grant execute on function private.open_share(text, text) to anon, authenticated;

alter function private.open_share(text, text) owner to palaver_definer;

-- The only thing that anon may call. Its body is bound where it is made, so that anon needs the right to execute what it calls, but no usage on
-- schema private: nothing in that schema can be named without it.

create function public.read_share(p_token text, p_password text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
return private.open_share(p_token, p_password) - 'watch';

comment on function public.read_share(text, text) is
'What a link shows to whoever has its token: {status, conversation: {title, isLive, mayContinue, sharedAt, olderLeftOut, messages: [{role, createdAt, parts}]}}. status: ok; not_found, whatever the reason; password_required, wrong_password; too_many_attempts with retryAfterSeconds.';

revoke execute on function public.read_share(text, text) from public;

grant execute on function public.read_share(text, text) to anon, authenticated;

-- The worker asks once for all pages that are open at it. Looking again is not counted.

create function private.watch_shares(p_watched jsonb)
returns table (
    token_hash text,
    state text,
    conversation jsonb
)
language plpgsql
volatile
security definer
rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_watched record;
    v_share record;
begin
    for v_watched in
        select w.token_hash, w.proof, w.state
        from jsonb_to_recordset(p_watched) as w (token_hash pg_catalog.text, proof pg_catalog.text, state pg_catalog.text)
    loop
        token_hash := v_watched.token_hash;

        select * into v_share from private.find_share(decode(v_watched.token_hash, 'hex'));

        if not found or v_share.proof is distinct from v_watched.proof then
            state := null;
            conversation := null;

            return next;
        elsif v_share.state is distinct from v_watched.state then
            state := v_share.state;
            conversation := private.shared_conversation(
                v_share.tenant_id, v_share.head_id, v_share.title, v_share.is_live, v_share.may_continue, v_share.shared_at
            );

            return next;
        end if;
    end loop;
end
$$;

comment on function private.watch_shares(jsonb) is
'Of shares that somebody has open, an array of {token_hash, proof, state}: those that show something else now, and, with a null state, those that show nothing any more. Definer: the worker acts for nobody here.';

revoke execute on function private.watch_shares(jsonb) from public;

grant execute on function private.watch_shares(jsonb) to palaver_worker;

alter function private.watch_shares(jsonb) owner to palaver_definer;

create function private.copy_share(p_token text, p_password text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_user_id constant pg_catalog.uuid := private.current_user_id();
    v_conversation_id constant pg_catalog.uuid := private.uuid_v7();
    v_parent_id pg_catalog.uuid;
    v_share record;
    v_message record;
begin
    if not private.may_use_assistant() then
        raise exception using
            errcode = 'PA403',
            message = 'This account may not use the assistant.',
            hint = 'An administrator of your organisation can give you access.';
    end if;

    if (select t.encrypts_messages from public.tenants as t where t.id = v_tenant_id) then
        raise exception using
            errcode = 'PA422',
            message = 'Your organisation encrypts its messages: nothing can be copied into them.';
    end if;

    select * into v_share from private.enter_share(p_token, p_password);

    if v_share.status <> 'ok' then
        return private.answer_share(v_share.status, v_share.wait_seconds);
    end if;

    if not v_share.may_continue then
        return private.answer_share('not_allowed', null);
    end if;

    insert into public.conversations (tenant_id, id, user_id, title)
    values (v_tenant_id, v_conversation_id, v_user_id, v_share.title);

    for v_message in
        select b.role, b.content, private.uuid_v7() as id
        from private.shared_branch(v_share.tenant_id, v_share.head_id, 2000, 10000000) as b
        where b.role in ('user', 'assistant') and b.content ~ '\S'
        order by b.depth desc
    loop
        insert into public.messages (tenant_id, id, conversation_id, user_id, parent_id, role, content)
        values (
            v_tenant_id,
            v_message.id,
            v_conversation_id,
            v_user_id,
            coalesce(v_parent_id, v_message.id),
            v_message.role,
            v_message.content
        );

        v_parent_id := v_message.id;
    end loop;

    return jsonb_build_object('status', 'ok', 'conversationId', v_conversation_id);
end
$$;

comment on function private.copy_share(text, text) is
'Copies what a link shows into a conversation of the caller''s: see public.continue_share(). Definer: it reads a conversation of somebody else''s, and people may not write answers.';

revoke execute on function private.copy_share(text, text) from public;

grant execute on function private.copy_share(text, text) to authenticated;

alter function private.copy_share(text, text) owner to palaver_definer;

create function public.continue_share(p_token text, p_password text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
    select private.copy_share(p_token, p_password)
$$;

comment on function public.continue_share(text, text) is
'Copies title and text of what a link shows, its newest 2,000 messages at most, into a conversation of the caller''s: {status: ok, conversationId}. Other statuses as of read_share(), and not_allowed where the share is for reading only. Errors: PA403 the caller may not use the assistant, PA422 their organisation encrypts messages.';

revoke execute on function public.continue_share(text, text) from public, anon;

grant execute on function public.continue_share(text, text) to authenticated;

-- The list of shares, with how often each was opened.

create function private.share_view_totals(p_tenant_id uuid, p_share_id uuid)
returns table (
    views bigint,
    last_viewed_at timestamptz
)
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select coalesce(sum(v.views), 0)::pg_catalog.int8, max(v.last_viewed_at)
    from private.share_views as v
    where
        v.tenant_id = p_tenant_id
        and v.share_id = p_share_id
        and (
            private.caller_bypasses_rls()
            or exists (
                select from public.conversation_shares as s
                where
                    s.tenant_id = p_tenant_id
                    and s.id = p_share_id
                    and s.tenant_id = private.current_tenant_id()
                    and (s.user_id = private.current_user_id() or s.tenant_id = private.administered_tenant_id())
            )
        );
end
$$;

comment on function private.share_view_totals(uuid, uuid) is
'How often a share was opened, and when last; for those who see the share. Definer: people have no rights on share_views.';

revoke execute on function private.share_view_totals(uuid, uuid) from public;

grant execute on function private.share_view_totals(uuid, uuid) to authenticated, service_role;

alter function private.share_view_totals(uuid, uuid) owner to palaver_definer;

create view public.conversation_share_views
with (security_invoker = true)
as
select
    s.tenant_id,
    s.id as share_id,
    s.conversation_id,
    s.user_id,
    v.views,
    v.last_viewed_at
from public.conversation_shares as s
cross join lateral private.share_view_totals(s.tenant_id, s.id) as v;

comment on view public.conversation_share_views is 'How often each share was opened, and when last. Pages that stay open and follow count once.';

revoke all on public.conversation_share_views from public, anon, authenticated, service_role;

grant select on public.conversation_share_views to authenticated, service_role;
