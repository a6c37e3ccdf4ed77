-- Search: words and phrases in the titles and messages of a person's own conversations.
--
-- Creates:  private.search_index; private.search_config(), search_vector(), search_query(), search_snippet(), person_lexeme(),
--           is_searchable(), check_search_language(), index_messages(), index_changed_message(), forget_messages(), index_title(),
--           search_hits(), reindex_search(); public.search_conversations().
-- Locks:    SHARE ROW EXCLUSIVE on public.conversations, public.messages and public.tenants while what they hold is indexed:
--           some five minutes for a million messages.
-- Rollback: rollbacks/20261122000360_search.sql

set local lock_timeout = '5s';

set local statement_timeout = '1h';

-- Under Row Level Security no index answers @@: it is not leakproof, so the policy would be asked of every row first. So the words stand
-- in a table that no client has rights to, each row's owner among them as a word of its own, and a function asks it for that word and the
-- others at once. The index goes by the rarest of them: other people's rows are not touched.

create table private.search_index (
    tenant_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    kind text not null,
    user_id uuid not null,
    language text not null,
    created_at timestamptz not null,
    vector tsvector not null,
    constraint search_index_pkey primary key (tenant_id, conversation_id, id, kind),
    constraint search_index_conversation_id_fkey foreign key (tenant_id, conversation_id, user_id)
    references public.conversations (tenant_id, id, user_id) on update cascade on delete cascade,
    constraint search_index_kind_check check (kind in ('title', 'message'))
);

comment on table private.search_index is
'The words of titles and messages, as private.search_vector() has them. Triggers on conversations and messages keep it; nobody else writes it.';

comment on column private.search_index.id is 'The message''s, or of a title the conversation''s.';

comment on column private.search_index.language is 'The text search configuration that made the vector: the tenant''s of then, until private.reindex_search() comes to it.';

comment on column private.search_index.created_at is 'When the message, or the conversation, was.';

comment on column private.search_index.vector is 'Its words, and its owner as a word that no text can have.';

alter table private.search_index
alter column language set statistics 0,
alter column vector set statistics 0;

alter table private.search_index enable row level security;

revoke all on private.search_index from public, anon, authenticated, service_role;

grant select, insert, update, delete on private.search_index to palaver_definer;

create policy "The search reads the index"
on private.search_index for select to palaver_definer
using (true);

create policy "Triggers add what was said"
on private.search_index for insert to palaver_definer
with check (true);

create policy "Triggers and the re-indexing job change what was said"
on private.search_index for update to palaver_definer
using (true)
with check (true);

create policy "Triggers remove what is gone"
on private.search_index for delete to palaver_definer
using (true);

grant select (search_language) on public.tenants to palaver_definer;

grant select (title) on public.conversations to palaver_definer;

grant select (content) on public.messages to palaver_definer;

-- What is searched, and in which words: the same for the index, the search and whoever compares the two.

create function private.search_config(p_language text)
returns regconfig
language plpgsql
stable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return coalesce(
        (
            select c.oid::pg_catalog.regconfig
            from pg_catalog.pg_ts_config as c
            where c.cfgname = p_language and c.cfgnamespace = 'pg_catalog'::pg_catalog.regnamespace
        ),
        'pg_catalog.simple'::pg_catalog.regconfig
    );
end
$$;

comment on function private.search_config(text) is
'The text search configuration of PostgreSQL with this name; simple where this server has none, as after a restore to an older one.';

create function private.person_lexeme(p_user_id uuid)
returns text
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return E'\x01' || p_user_id;
end
$$;

comment on function private.person_lexeme(uuid) is 'A person as a word of the index. It begins with a control character, which PostgreSQL''s parser takes for no part of a word.';

create function private.is_searchable(p_text text)
returns boolean
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return not starts_with(p_text, 'palaver-encrypted:1:');
end
$$;

comment on function private.is_searchable(text) is 'Whether a title or message is indexed: what is encrypted is not.';

create function private.search_vector(p_language text, p_kind text, p_text text)
returns tsvector
language plpgsql
stable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return setweight(
        to_tsvector(private.search_config(p_language), left(p_text, 100000)),
        case p_kind when 'title' then 'A'::pg_catalog."char" else 'D'::pg_catalog."char" end
    );
end
$$;

comment on function private.search_vector(text, text, text) is
'The words of a title or message: of its first 100,000 characters, since a tsvector holds no more than a megabyte. Those of titles weigh ten times as much.';

create function private.search_query(p_language text, p_query text)
returns tsquery
language plpgsql
stable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return websearch_to_tsquery(private.search_config(p_language), left(p_query, 1000));
end
$$;

comment on function private.search_query(text, text) is
'What somebody typed, as a query: words, "phrases", or, -not. The first 1,000 characters of it; nothing is an error.';

revoke execute on function private.search_config(text) from public;

revoke execute on function private.person_lexeme(uuid) from public;

revoke execute on function private.is_searchable(text) from public;

revoke execute on function private.search_vector(text, text, text) from public;

revoke execute on function private.search_query(text, text) from public;

grant execute on function private.search_config(text) to authenticated, service_role, palaver_definer;

grant execute on function private.person_lexeme(uuid) to palaver_definer;

grant execute on function private.is_searchable(text) to palaver_definer;

grant execute on function private.search_vector(text, text, text) to palaver_definer;

grant execute on function private.search_query(text, text) to authenticated, service_role, palaver_definer;

-- What there is already, before the index on it, and with nobody adding to it.

lock table public.tenants, public.conversations, public.messages in share row exclusive mode;

insert into private.search_index (tenant_id, conversation_id, id, kind, user_id, language, created_at, vector)
select
    s.tenant_id,
    s.conversation_id,
    s.id,
    s.kind,
    s.user_id,
    t.search_language,
    s.created_at,
    array_to_tsvector(array[private.person_lexeme(s.user_id)]) || private.search_vector(t.search_language, s.kind, s.said) as vector
from (
    select
        c.tenant_id,
        c.id as conversation_id,
        c.id,
        'title' as kind,
        c.user_id,
        c.created_at,
        c.title as said
    from public.conversations as c
    union all
    select
        m.tenant_id,
        m.conversation_id,
        m.id,
        'message' as kind,
        m.user_id,
        m.created_at,
        m.content as said
    from public.messages as m
    where m.role in ('user', 'assistant')
) as s
inner join public.tenants as t on s.tenant_id = t.id
where private.is_searchable(s.said);

-- What is new waits in a list that is put into the index when it is full, by whoever fills it: a short one, since every search reads it
-- and nobody shall wait long.

create index search_index_vector_idx on private.search_index using gin (vector) with (gin_pending_list_limit = 256);

comment on index private.search_index_vector_idx is 'A person''s titles and messages with some words in them.';

create index search_index_language_idx on private.search_index (tenant_id, language);

comment on index private.search_index_language_idx is 'The languages of a tenant''s rows, and those in another than the tenant''s.';

-- The language of a tenant. Rows in another one are found by that one, until a job has come to them.

create function private.check_search_language()
returns trigger
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if not exists (
        select from pg_catalog.pg_ts_config as c
        where c.cfgname = new.search_language and c.cfgnamespace = 'pg_catalog'::pg_catalog.regnamespace
    )
    then
        raise exception using
            errcode = 'PA422',
            message = format('There is no search in the language "%s".', new.search_language),
            hint = 'Those that there are: select cfgname from pg_catalog.pg_ts_config.';
    end if;

    return new;
end
$$;

comment on function private.check_search_language() is 'Trigger: search_language is a text search configuration that PostgreSQL brings. Errors: PA422.';

revoke execute on function private.check_search_language() from public;

create trigger tenants_check_search_language
before insert or update of search_language on public.tenants
for each row execute function private.check_search_language();

-- A word of more than two kilobytes is left out with a notice, which is nothing to whoever talks.

create function private.index_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_notices constant pg_catalog.text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    insert into private.search_index (tenant_id, conversation_id, id, kind, user_id, language, created_at, vector)
    select
        m.tenant_id,
        m.conversation_id,
        m.id,
        'message' as kind,
        m.user_id,
        l.language,
        m.created_at,
        array_to_tsvector(array[private.person_lexeme(m.user_id)]) || private.search_vector(l.language, 'message', m.content)
    from added as m
    cross join lateral (select t.search_language as language from public.tenants as t where t.id = m.tenant_id offset 0) as l
    where m.role in ('user', 'assistant') and private.is_searchable(m.content);

    perform set_config('client_min_messages', v_notices, true);

    return null;
end
$$;

comment on function private.index_messages() is 'Trigger: new messages are searched. Definer: clients have no rights to the index.';

create function private.index_changed_message()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_notices constant pg_catalog.text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    delete from private.search_index as s
    where s.tenant_id = old.tenant_id and s.conversation_id = old.conversation_id and s.id = old.id and s.kind = 'message';

    insert into private.search_index (tenant_id, conversation_id, id, kind, user_id, language, created_at, vector)
    select
        new.tenant_id,
        new.conversation_id,
        new.id,
        'message' as kind,
        new.user_id,
        t.search_language,
        new.created_at,
        array_to_tsvector(array[private.person_lexeme(new.user_id)]) || private.search_vector(t.search_language, 'message', new.content)
    from public.tenants as t
    where t.id = new.tenant_id and new.role in ('user', 'assistant') and private.is_searchable(new.content);

    perform set_config('client_min_messages', v_notices, true);

    return null;
end
$$;

comment on function private.index_changed_message() is 'Trigger: a message that was changed is searched as it is. Definer: clients have no rights to the index.';

create function private.forget_messages()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_message pg_catalog.record;
begin
    -- One by one: a plan for all of them would be kept from when they were many, and read the whole index for a few.
    for v_message in select m.tenant_id, m.conversation_id, m.id from removed as m loop
        delete from private.search_index as s
        where
            s.tenant_id = v_message.tenant_id
            and s.conversation_id = v_message.conversation_id
            and s.id = v_message.id
            and s.kind = 'message';
    end loop;

    return null;
end
$$;

comment on function private.forget_messages() is 'Trigger: messages that are gone are not searched. Definer: clients have no rights to the index.';

create function private.index_title()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from private.search_index as s
    where s.tenant_id = new.tenant_id and s.conversation_id = new.id and s.id = new.id and s.kind = 'title';

    insert into private.search_index (tenant_id, conversation_id, id, kind, user_id, language, created_at, vector)
    select
        new.tenant_id,
        new.id,
        new.id,
        'title' as kind,
        new.user_id,
        t.search_language,
        new.created_at,
        array_to_tsvector(array[private.person_lexeme(new.user_id)]) || private.search_vector(t.search_language, 'title', new.title)
    from public.tenants as t
    where t.id = new.tenant_id and private.is_searchable(new.title);

    return null;
end
$$;

comment on function private.index_title() is 'Trigger: the title of a conversation is searched. Definer: clients have no rights to the index.';

revoke execute on function private.index_messages() from public;

revoke execute on function private.index_changed_message() from public;

revoke execute on function private.forget_messages() from public;

revoke execute on function private.index_title() from public;

alter function private.index_messages() owner to palaver_definer;

alter function private.index_changed_message() owner to palaver_definer;

alter function private.forget_messages() owner to palaver_definer;

alter function private.index_title() owner to palaver_definer;

create trigger messages_index
after insert on public.messages
referencing new table as added
for each statement execute function private.index_messages();

create trigger messages_index_changed
after update of tenant_id, id, conversation_id, user_id, role, content, created_at on public.messages
for each row when (
    (old.tenant_id, old.id, old.conversation_id, old.user_id, old.role, old.content, old.created_at)
    is distinct from (new.tenant_id, new.id, new.conversation_id, new.user_id, new.role, new.content, new.created_at)
)
execute function private.index_changed_message();

create trigger messages_forget
after delete on public.messages
referencing old table as removed
for each statement execute function private.forget_messages();

create trigger conversations_index_title
after insert or update of id, user_id, title, created_at on public.conversations
for each row execute function private.index_title();

-- Searching.

create function private.search_hits(
    p_tenant_id uuid,
    p_user_id uuid,
    p_query text,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_conversation_id uuid default null
)
returns table (
    conversation_id uuid,
    id uuid,
    kind text,
    language text,
    created_at timestamptz,
    rank real
)
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_language pg_catalog.text;
    v_query pg_catalog.tsquery;
    v_own pg_catalog.tsquery;
begin
    if (p_tenant_id, p_user_id) is distinct from (private.current_tenant_id(), private.current_user_id())
        and not private.caller_bypasses_rls()
    then
        return;
    end if;

    -- The next language is one step in the index away, and a tenant has one, or two for a while.
    loop
        select s.language into v_language
        from private.search_index as s
        where s.tenant_id = p_tenant_id and s.language > coalesce(v_language, '')
        order by s.language
        limit 1;

        exit when not found;

        v_query := private.search_query(v_language, p_query);

        continue when numnode(v_query) = 0;

        v_own := format('''%s''', private.person_lexeme(p_user_id))::pg_catalog.tsquery && v_query;

        -- Set apart, so that the planner does not take the tenant's own index and read all that it has.
        return query
        select h.conversation_id, h.id, h.kind, h.language, h.created_at, ts_rank(h.vector, v_query)
        from (select s.* from private.search_index as s where s.vector @@ v_own offset 0) as h
        where
            h.tenant_id = p_tenant_id
            and h.user_id = p_user_id
            and h.language = v_language
            and (p_from is null or h.created_at >= p_from)
            and (p_to is null or h.created_at < p_to)
            and (p_conversation_id is null or h.conversation_id = p_conversation_id);
    end loop;
end
$$;

comment on function private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid) is
'All that is found for a person, in no order; nothing for anybody but that person and servers. Definer: under Row Level Security @@ finds no index, since it is not leakproof.';

revoke execute on function private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid) from public;

grant execute on function private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid) to authenticated, service_role;

alter function private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid) owner to palaver_definer;

create function private.search_snippet(p_language text, p_query text, p_text text)
returns text
language plpgsql
stable
parallel safe
security invoker
set search_path = ''
as $$
declare
    v_length constant integer := 300;
    v_text pg_catalog.text;
    v_start integer;
begin
    -- No control characters, which mark the words below, and nothing that turns the direction around.
    v_text := regexp_replace(left(p_text, 100000), '[\u0001-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+', ' ', 'g');

    v_text := ts_headline(
        private.search_config(p_language),
        v_text,
        private.search_query(p_language, p_query),
        case
            when char_length(v_text) <= v_length then E'HighlightAll=true, StartSel="\x02", StopSel="\x03"'
            else E'StartSel="\x02", StopSel="\x03"'
        end
    );

    -- A word can be long: what is shown begins a little before the first mark, and closes the last.
    v_start := greatest(strpos(v_text, E'\x02') - v_length / 3, 1);

    v_text := concat(
        case when v_start > 1 then '…' end,
        substr(v_text, v_start, v_length),
        case when substr(v_text, v_start, v_length) ~ E'\x02[^\x03]*$' then E'\x03' end,
        case when char_length(v_text) >= v_start + v_length then '…' end
    );

    v_text := replace(replace(replace(v_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');

    v_text := replace(replace(v_text, '"', '&quot;'), '''', '&#39;');

    return replace(replace(v_text, E'\x02', '<mark>'), E'\x03', '</mark>');
end
$$;

comment on function private.search_snippet(text, text, text) is
'Where in a text the words of a query are: some 300 characters as HTML, the words within <mark>, everything else escaped.';

revoke execute on function private.search_snippet(text, text, text) from public;

grant execute on function private.search_snippet(text, text, text) to authenticated, service_role;

create function public.search_conversations(
    p_query text,
    p_limit integer default 20,
    p_cursor text default null,
    p_order text default 'rank',
    p_role text default null,
    p_model text default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_status text default null,
    p_user_id uuid default null,
    p_conversation_id uuid default null
)
returns table (
    conversation_id uuid,
    message_id uuid,
    kind text,
    title text,
    role text,
    created_at timestamptz,
    rank real,
    snippet text,
    next_cursor text
)
language plpgsql
stable
security invoker
rows 20
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_limit constant integer := greatest(least(coalesce(p_limit, 20), 100), 1);
    v_notices constant text := current_setting('client_min_messages');
    v_tenant_id uuid;
    v_user_id uuid;
    v_cursor jsonb;
    v_after_rank real;
    v_after_at timestamptz;
    v_after_id uuid;
    v_after_kind text;
begin
    if coalesce(p_order, '') not in ('rank', 'newest') then
        raise exception using errcode = 'PA422', message = 'Search is ordered by "rank" or "newest".';
    end if;

    if p_role not in ('user', 'assistant') then
        raise exception using errcode = 'PA422', message = 'Messages are searched of "user" and "assistant".';
    end if;

    if p_status not in ('active', 'archived') then
        raise exception using errcode = 'PA422', message = 'Conversations are searched that are "active" or "archived".';
    end if;

    if p_cursor is not null then
        begin
            v_cursor := convert_from(decode(p_cursor, 'base64'), 'UTF8')::pg_catalog.jsonb;
            v_after_rank := (v_cursor ->> 1)::pg_catalog.float4;
            v_after_at := (v_cursor ->> 2)::pg_catalog.timestamptz;
            v_after_id := (v_cursor ->> 3)::pg_catalog.uuid;
            v_after_kind := v_cursor ->> 4;
        exception when data_exception or statement_too_complex then
            v_cursor := null;
        end;

        if v_cursor ->> 0 is distinct from p_order or num_nulls(v_after_rank, v_after_at, v_after_id, v_after_kind) > 0 then
            raise exception using errcode = 'PA422', message = 'This is no cursor of this search.', hint = 'Begin without one.';
        end if;
    end if;

    if private.caller_bypasses_rls() then
        if p_user_id is null then
            raise exception using
                errcode = 'PA422',
                message = 'A server says whose conversations are searched.',
                hint = 'Give p_user_id.';
        end if;

        select u.tenant_id, u.id into v_tenant_id, v_user_id from public.users as u where u.id = p_user_id;
    elsif p_user_id is null or p_user_id = private.current_user_id() then
        v_tenant_id := private.current_tenant_id();
        v_user_id := private.current_user_id();
    end if;

    if v_user_id is null then
        return;
    end if;

    perform set_config('client_min_messages', 'warning', true);

    -- The rows are read here, with the rights of whoever asks, until the page is full.
    return query
    with found as (
        select
            h.conversation_id,
            m.id as message_id,
            h.kind,
            c.title,
            m.role,
            h.created_at,
            h.rank,
            h.score,
            h.id,
            h.language,
            coalesce(m.content, c.title) as said
        from (
            select s.*, case p_order when 'rank' then s.rank else 0 end as score
            from private.search_hits(v_tenant_id, v_user_id, p_query, p_from, p_to, p_conversation_id) as s
            where
                v_cursor is null
                or (case p_order when 'rank' then s.rank else 0 end, s.created_at, s.id, s.kind)
                < (v_after_rank, v_after_at, v_after_id, v_after_kind)
            order by score desc, s.created_at desc, s.id desc, s.kind desc
            offset 0
        ) as h
        inner join public.conversations as c
            on c.tenant_id = v_tenant_id and c.id = h.conversation_id and c.user_id = v_user_id
        left join public.messages as m
            on m.tenant_id = v_tenant_id and m.id = h.id and m.user_id = v_user_id and h.kind = 'message'
        where
            c.status <> 'deleted'
            and (p_status is null or c.status = p_status)
            and (h.kind = 'title' or m.id is not null)
            and (p_role is null or m.role = p_role)
            and (p_model is null or m.model_used = p_model)
        order by h.score desc, h.created_at desc, h.id desc, h.kind desc
        limit v_limit + 1
    ),

    page as (
        select f.*, row_number() over place as place, count(*) over () as number
        from found as f
        window place as (order by f.score desc, f.created_at desc, f.id desc, f.kind desc)
    )

    select
        p.conversation_id,
        p.message_id,
        p.kind,
        p.title,
        p.role,
        p.created_at,
        p.rank,
        private.search_snippet(p.language, p_query, p.said),
        case
            when p.number > v_limit then (
                select translate(encode(convert_to(
                    jsonb_build_array(p_order, l.score, l.created_at, l.id, l.kind)::pg_catalog.text, 'UTF8'
                ), 'base64'), E'\n', '')
                from page as l
                where l.place = v_limit
            )
        end
    from page as p
    where p.place <= v_limit
    order by p.place;

    perform set_config('client_min_messages', v_notices, true);
end
$$;

comment on function public.search_conversations(
    text, integer, text, text, text, text, timestamptz, timestamptz, text, uuid, uuid
) is
'Titles and messages of the caller''s own conversations with some words in them, of deleted ones none. p_query as typed: words, "phrases", or, -not. The best first (p_order rank) or the newest. Filters: who said it (p_role), the model that answered, from and before which time, active or archived, one conversation. Pages of 1 to 100: p_cursor is next_cursor of the page before, null after the last. title is text, snippet is HTML. p_user_id is for servers, who say whose; others find only their own. Errors: PA422.';

revoke execute on function public.search_conversations(
    text, integer, text, text, text, text, timestamptz, timestamptz, text, uuid, uuid
) from public, anon;

grant execute on function public.search_conversations(
    text, integer, text, text, text, text, timestamptz, timestamptz, text, uuid, uuid
) to authenticated, service_role;

-- After a tenant has changed its language.

create function private.reindex_search()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_batch constant pg_catalog.int4 := 5000;
    v_notices constant pg_catalog.text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    -- Two steps in the index for a tenant that has none.
    with stale as (
        select k.tenant_id, k.conversation_id, k.id, k.kind, t.search_language
        from public.tenants as t
        cross join lateral (
            (
                select s.tenant_id, s.conversation_id, s.id, s.kind
                from private.search_index as s
                where s.tenant_id = t.id and s.language < t.search_language
                limit v_batch
            )
            union all
            (
                select s.tenant_id, s.conversation_id, s.id, s.kind
                from private.search_index as s
                where s.tenant_id = t.id and s.language > t.search_language
                limit v_batch
            )
        ) as k
        limit v_batch
    ),

    -- Somebody who changes a message at this moment writes its row anew.
    held as (
        select s.tenant_id, s.conversation_id, s.id, s.kind, s.user_id, k.search_language
        from stale as k
        inner join private.search_index as s
            on s.tenant_id = k.tenant_id and s.conversation_id = k.conversation_id and s.id = k.id and s.kind = k.kind
        for update of s skip locked
    ),

    said as (
        select h.*, c.title as text
        from held as h
        inner join public.conversations as c on c.tenant_id = h.tenant_id and c.id = h.conversation_id
        where h.kind = 'title'
        union all
        select h.*, m.content
        from held as h
        inner join public.messages as m on m.tenant_id = h.tenant_id and m.id = h.id
        where h.kind = 'message'
    )

    update private.search_index as s
    set
        language = t.search_language,
        vector = array_to_tsvector(array[private.person_lexeme(t.user_id)])
            || private.search_vector(t.search_language, t.kind, t.text)
    from said as t
    where s.tenant_id = t.tenant_id and s.conversation_id = t.conversation_id and s.id = t.id and s.kind = t.kind;

    perform set_config('client_min_messages', v_notices, true);
end
$$;

comment on function private.reindex_search() is
'Job: some thousands of rows of the search index that are not in their tenant''s language. Definer: runs as the job runner.';

revoke execute on function private.reindex_search() from public;

alter function private.reindex_search() owner to palaver_definer;
