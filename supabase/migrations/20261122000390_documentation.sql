-- Documentation: the sections of a tenant's Markdown files, which its people and the assistant search and cite.
--
-- Creates:  public.documentation_sections, private.documentation_index; private.tenant_lexeme(), documentation_vector(),
--           index_section(), documentation_hits(), search_documentation(), documentation_sections(), reindex_documentation();
--           public.search_documentation().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, for the foreign key.
-- Rollback: rollbacks/20261122000390_documentation.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.documentation_sections (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    file text not null,
    anchor text not null default '',
    part integer not null default 0,
    position integer not null default 0,
    level integer not null default 0,
    heading text not null default '',
    breadcrumb text[] not null default '{}',
    content text not null,
    loaded_at timestamptz not null default now(),
    constraint documentation_sections_pkey primary key (tenant_id, id),
    constraint documentation_sections_anchor_key unique (tenant_id, file, anchor, part),
    constraint documentation_sections_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint documentation_sections_file_check check (char_length(file) between 1 and 300 and file !~ '[[:cntrl:]]'),
    constraint documentation_sections_anchor_check check (char_length(anchor) <= 300),
    constraint documentation_sections_part_check check (part >= 0),
    constraint documentation_sections_position_check check (position >= 0),
    constraint documentation_sections_level_check check (level between 0 and 6),
    constraint documentation_sections_heading_check check (char_length(heading) <= 1000),
    constraint documentation_sections_breadcrumb_check check (
        case
            when cardinality(breadcrumb) = 0 then true
            when array_ndims(breadcrumb) > 1 or cardinality(breadcrumb) > 5 then false
            else array_position(breadcrumb, null) is null and char_length(array_to_string(breadcrumb, '')) <= 5000
        end
    ),
    constraint documentation_sections_content_check check (octet_length(content) <= 32768)
);

comment on table public.documentation_sections is
'A tenant''s documentation: the sections of its Markdown files, as python -m app docs load cuts them. All people of the tenant read it, servers write it, tenant admins may remove it.';

comment on column public.documentation_sections.file is 'The file''s path, as it is cited.';

comment on column public.documentation_sections.anchor is 'What GitHub makes of the heading for links: file#anchor; empty for what stands before the first heading.';

comment on column public.documentation_sections.part is 'Counts from 0: a section of more than 32 KiB stands in parts, all with its anchor.';

comment on column public.documentation_sections.position is 'Its place in the file, from 0.';

comment on column public.documentation_sections.level is 'The heading''s, 1 to 6; 0: there is none.';

comment on column public.documentation_sections.heading is 'As it reads, without marks.';

comment on column public.documentation_sections.breadcrumb is 'The headings that it stands under, outermost first.';

comment on column public.documentation_sections.content is 'Markdown, from below the heading to the next heading of any level.';

comment on column public.documentation_sections.loaded_at is 'When it was last changed: a load leaves alone what is as it was.';

alter table public.documentation_sections
alter column file set statistics 0,
alter column anchor set statistics 0,
alter column heading set statistics 0,
alter column breadcrumb set statistics 0,
alter column content set statistics 0;

alter table public.documentation_sections enable row level security;

revoke all on public.documentation_sections from public, anon, authenticated, service_role;

create policy "People read their tenant's documentation"
on public.documentation_sections for select to authenticated
using (tenant_id = (select private.current_tenant_id()));

create policy "Tenant admins remove documentation"
on public.documentation_sections for delete to authenticated
using (tenant_id = (select private.administered_tenant_id()));

create policy "Re-indexing reads documentation"
on public.documentation_sections for select to palaver_definer
using (true);

grant select (
    tenant_id, id, file, anchor, part, position, level, heading, breadcrumb, content, loaded_at
) on public.documentation_sections to authenticated;

grant delete on public.documentation_sections to authenticated;

grant select (tenant_id, id, heading, breadcrumb, content) on public.documentation_sections to palaver_definer;

grant select, insert, update, delete on public.documentation_sections to service_role;

-- Its words, as private.search_index has those of conversations, and for the same reason: no index answers @@ under Row Level Security.

create table private.documentation_index (
    tenant_id uuid not null,
    section_id uuid not null,
    language text not null,
    vector tsvector not null,
    constraint documentation_index_pkey primary key (tenant_id, section_id),
    constraint documentation_index_section_id_fkey foreign key (tenant_id, section_id)
    references public.documentation_sections (tenant_id, id) on update cascade on delete cascade
);

comment on table private.documentation_index is
'The words of documentation, as private.documentation_vector() has them. A trigger keeps it; nobody else writes it.';

comment on column private.documentation_index.language is 'The text search configuration that made the vector: the tenant''s of then, until private.reindex_documentation() comes to it.';

comment on column private.documentation_index.vector is 'Its words, and its tenant as a word that no text can have.';

create index documentation_index_vector_idx on private.documentation_index using gin (vector) with (gin_pending_list_limit = 64);

comment on index private.documentation_index_vector_idx is 'A tenant''s sections with some words in them.';

create index documentation_index_language_idx on private.documentation_index (tenant_id, language);

comment on index private.documentation_index_language_idx is 'The languages of a tenant''s rows, and those in another than the tenant''s.';

alter table private.documentation_index
alter column language set statistics 0,
alter column vector set statistics 0;

alter table private.documentation_index enable row level security;

revoke all on private.documentation_index from public, anon, authenticated, service_role;

grant select, insert, update on private.documentation_index to palaver_definer;

create policy "The search of documentation reads its index"
on private.documentation_index for select to palaver_definer
using (true);

create policy "The trigger adds documentation"
on private.documentation_index for insert to palaver_definer
with check (true);

create policy "The trigger and the re-indexing job change documentation"
on private.documentation_index for update to palaver_definer
using (true)
with check (true);

create function private.tenant_lexeme(p_tenant_id uuid)
returns text
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return E'\x01' || p_tenant_id;
end
$$;

comment on function private.tenant_lexeme(uuid) is 'A tenant as a word of the index: see private.person_lexeme().';

create function private.documentation_vector(
    p_tenant_id uuid, p_language text, p_heading text, p_breadcrumb text[], p_content text
)
returns tsvector
language plpgsql
stable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return array_to_tsvector(array[private.tenant_lexeme(p_tenant_id)])
        || setweight(private.search_vector(p_language, 'heading', p_heading), 'A')
        || setweight(private.search_vector(p_language, 'breadcrumb', array_to_string(p_breadcrumb, ' / ')), 'B')
        || private.search_vector(p_language, 'content', p_content);
end
$$;

comment on function private.documentation_vector(uuid, text, text, text[], text) is
'The words of a section: of its heading, which weigh most, of the headings above it, and of its text.';

revoke execute on function private.tenant_lexeme(uuid) from public;

revoke execute on function private.documentation_vector(uuid, text, text, text[], text) from public;

grant execute on function private.tenant_lexeme(uuid) to palaver_definer;

grant execute on function private.documentation_vector(uuid, text, text, text[], text) to palaver_definer;

-- A word of more than two kilobytes is left out with a notice, which is nothing to whoever loads.

create function private.index_section()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_notices constant pg_catalog.text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    insert into private.documentation_index as d (tenant_id, section_id, language, vector)
    select
        new.tenant_id,
        new.id,
        t.search_language,
        private.documentation_vector(new.tenant_id, t.search_language, new.heading, new.breadcrumb, new.content)
    from public.tenants as t
    where t.id = new.tenant_id
    on conflict (tenant_id, section_id) do update set language = excluded.language, vector = excluded.vector;

    perform set_config('client_min_messages', v_notices, true);

    return null;
end
$$;

comment on function private.index_section() is 'Trigger: a section is searched as it is. Definer: nobody else has rights to the index.';

revoke execute on function private.index_section() from public;

alter function private.index_section() owner to palaver_definer;

create trigger documentation_sections_index
after insert on public.documentation_sections
for each row execute function private.index_section();

create trigger documentation_sections_index_changed
after update of tenant_id, heading, breadcrumb, content on public.documentation_sections
for each row when (
    (old.tenant_id, old.heading, old.breadcrumb, old.content)
    is distinct from (new.tenant_id, new.heading, new.breadcrumb, new.content)
)
execute function private.index_section();

-- Searching. All of the words first. Where too few sections have them all, those with some follow: a question has words that no
-- documentation has.

create function private.documentation_hits(p_query text, p_limit integer)
returns table (
    section_id uuid,
    language text,
    query text,
    rank real
)
language plpgsql
stable
security definer
rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_limit constant pg_catalog.int4 := greatest(least(coalesce(p_limit, 10), 50), 1);
    v_weights constant pg_catalog.float4[] := '{0.4, 0.4, 0.6, 1}';
    v_or constant pg_catalog.text := left(regexp_replace(btrim(left(p_query, 1000), E' "\t\n'), '[\s"]+', ' or ', 'g'), 1000);
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_tenant pg_catalog.tsquery;
    v_language pg_catalog.text;
    v_words pg_catalog.tsquery;
    v_any pg_catalog.tsquery;
    v_each pg_catalog.tsquery[];
    v_found pg_catalog.int4;
begin
    if v_tenant_id is null then
        return;
    end if;

    v_tenant := format('''%s''', private.tenant_lexeme(v_tenant_id))::pg_catalog.tsquery;

    -- The next language is one step in the index away, and a tenant has one, or two for a while.
    loop
        select d.language into v_language
        from private.documentation_index as d
        where d.tenant_id = v_tenant_id and d.language > coalesce(v_language, '')
        order by d.language
        limit 1;

        exit when not found;

        v_words := private.search_query(v_language, p_query);

        continue when coalesce(numnode(v_words), 0) = 0;

        v_any := private.search_query(v_language, v_or);

        -- Whoever says what they do not want is taken at their word.
        if strpos(concat(v_words, v_any), '!') > 0 then
            v_any := v_words;
        end if;

        -- Set apart, so that the planner does not take the tenant's own index and read all that it has.
        return query
        select h.section_id, h.language, left(p_query, 1000), (1 + ts_rank(v_weights, h.vector, v_any, 1))::pg_catalog.float4 as rank
        from (select d.* from private.documentation_index as d where d.vector @@ (v_tenant && v_words) offset 0) as h
        where h.tenant_id = v_tenant_id and h.language = v_language
        order by rank desc, h.section_id
        limit v_limit;

        get diagnostics v_found = row_count;

        continue when v_found = v_limit or v_any = v_words;

        v_each := array(
            select distinct q.word
            from regexp_split_to_table(v_or, ' or ') as w (word)
            cross join lateral (select private.search_query(v_language, w.word) as word) as q
            where numnode(q.word) > 0
        );

        -- A section with more of the words comes before one that has one of them often, or in its heading.
        return query
        select
            h.section_id,
            h.language,
            v_or,
            (
                ts_rank(v_weights, h.vector, v_any, 1)
                * (select count(*) from unnest(v_each) as w (word) where h.vector @@ w.word) / cardinality(v_each)
            )::pg_catalog.float4 as rank
        from (select d.* from private.documentation_index as d where d.vector @@ (v_tenant && v_any) offset 0) as h
        where h.tenant_id = v_tenant_id and h.language = v_language and not h.vector @@ v_words
        order by rank desc, h.section_id
        limit v_limit - v_found;
    end loop;
end
$$;

comment on function private.documentation_hits(text, integer) is
'The best sections of the documentation of whoever asks, at most so many with all of the words and with some of them together, in each language that the index has: which, and the query that found them, as private.search_query() takes it. Their rank is above 1 where they have all of the words. Definer: under Row Level Security @@ finds no index, since it is not leakproof.';

revoke execute on function private.documentation_hits(text, integer) from public;

grant execute on function private.documentation_hits(text, integer) to authenticated;

alter function private.documentation_hits(text, integer) owner to palaver_definer;

create function public.search_documentation(p_query text, p_limit integer default 10)
returns table (
    file text,
    anchor text,
    heading text,
    breadcrumb text[],
    snippet text,
    rank real,
    content text
)
language plpgsql
stable
security invoker
rows 10
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_limit constant integer := greatest(least(coalesce(p_limit, 10), 50), 1);
    v_notices constant text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    -- The rows are read here, with the rights of whoever asks.
    return query
    select b.file, b.anchor, b.heading, b.breadcrumb, private.search_snippet(b.language, b.query, b.content), b.rank, b.content
    from (
        select s.*, h.language, h.query, h.rank
        from private.documentation_hits(p_query, v_limit) as h
        inner join lateral (
            select o.*
            from public.documentation_sections as o
            where o.tenant_id = (select private.current_tenant_id()) and o.id = h.section_id
            offset 0
        ) as s on true
        order by h.rank desc, s.file, s.position
        limit v_limit
    ) as b;

    perform set_config('client_min_messages', v_notices, true);
end
$$;

comment on function public.search_documentation(text, integer) is
'Sections of the caller''s documentation, the best first, 1 to 50. p_query as typed: a question, words, "phrases", or, -not. Those with all of the words have a rank above 1; where they are fewer than p_limit, those with some of the words follow. heading, breadcrumb and content are text, content as Markdown; snippet is HTML. To be cited as file#anchor.';

revoke execute on function public.search_documentation(text, integer) from public, anon;

grant execute on function public.search_documentation(text, integer) to authenticated;

-- For the worker, in one statement.

create function private.search_documentation(p_claims jsonb, p_query text, p_limit integer default 10)
returns table (
    file text,
    anchor text,
    heading text,
    breadcrumb text[],
    snippet text,
    rank real,
    content text
)
language plpgsql
volatile
security invoker
rows 10
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return query select s.* from public.search_documentation(p_query, p_limit) as s;
end
$$;

comment on function private.search_documentation(jsonb, text, integer) is
'What public.search_documentation() finds for the person whom the verified claims name.';

create function private.documentation_sections(p_claims jsonb, p_links jsonb)
returns table (
    file text,
    section text,
    heading text
)
language plpgsql
volatile
security invoker
rows 10
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return query
    select l.file, l.section, s.heading
    from (
        select e.link ->> 'file' as file, e.link ->> 'section' as section, e.place
        from jsonb_array_elements(case jsonb_typeof(p_links) when 'array' then p_links else '[]' end)
            with ordinality as e (link, place)
        limit 100
    ) as l
    inner join lateral (
        select o.heading
        from public.documentation_sections as o
        where
            o.tenant_id = (select private.current_tenant_id())
            and o.file = l.file
            and (l.section is null or o.anchor = l.section)
        order by o.position, o.part
        limit 1
    ) as s on true
    order by l.place;
end
$$;

comment on function private.documentation_sections(jsonb, jsonb) is
'Which of these links, [{"file", "section"?}], lead to documentation of the person whom the verified claims name, with the heading there: in their order, of the first 100. Without a section any of the file counts.';

revoke execute on function private.search_documentation(jsonb, text, integer) from public;

revoke execute on function private.documentation_sections(jsonb, jsonb) from public;

grant execute on function private.search_documentation(jsonb, text, integer) to palaver_worker;

grant execute on function private.documentation_sections(jsonb, jsonb) to palaver_worker;

-- After a tenant has changed its language.

create function private.reindex_documentation()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_batch constant pg_catalog.int4 := 200;
    v_until constant pg_catalog.timestamptz := clock_timestamp() + interval '2 seconds';
    v_notices constant pg_catalog.text := current_setting('client_min_messages');
begin
    perform set_config('client_min_messages', 'warning', true);

    loop
        -- Two steps in the index for a tenant that has none.
        with stale as (
            select k.tenant_id, k.section_id, t.search_language
            from public.tenants as t
            cross join lateral (
                (
                    select d.tenant_id, d.section_id
                    from private.documentation_index as d
                    where d.tenant_id = t.id and d.language < t.search_language
                    limit v_batch
                )
                union all
                (
                    select d.tenant_id, d.section_id
                    from private.documentation_index as d
                    where d.tenant_id = t.id and d.language > t.search_language
                    limit v_batch
                )
            ) as k
            limit v_batch
        ),

        -- Somebody who changes a section at this moment writes its row anew.
        held as (
            select d.tenant_id, d.section_id, k.search_language
            from stale as k
            inner join private.documentation_index as d on d.tenant_id = k.tenant_id and d.section_id = k.section_id
            for update of d skip locked
        )

        update private.documentation_index as d
        set
            language = h.search_language,
            vector = private.documentation_vector(s.tenant_id, h.search_language, s.heading, s.breadcrumb, s.content)
        from held as h
        inner join public.documentation_sections as s on s.tenant_id = h.tenant_id and s.id = h.section_id
        where d.tenant_id = h.tenant_id and d.section_id = h.section_id;

        exit when not found or clock_timestamp() > v_until;
    end loop;

    perform set_config('client_min_messages', v_notices, true);
end
$$;

comment on function private.reindex_documentation() is
'Job: brings documentation that is not indexed in its tenant''s language into it, for two seconds. Definer: runs as the job runner.';

revoke execute on function private.reindex_documentation() from public;

alter function private.reindex_documentation() owner to palaver_definer;
