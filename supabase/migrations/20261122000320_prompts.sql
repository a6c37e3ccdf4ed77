-- Prompts: a library of texts with variables, private, of the team or public, and conversations that start from one.
--
-- Creates:  public.prompts, public.prompt_publishers, public.prompt_versions, private.prompt_uses; private.prompt_pieces(),
--           prompt_names(), prompt_values(), fill_text(), keep_prompt(), record_prompt(), drop_orphaned_prompt(), find_prompt(),
--           take_prompt(), count_prompt_use(), prompt_usage(); public.prompt_usage, public.fill_prompt(), start_conversation().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys, and on public.conversations, for
--           the triggers.
-- Rollback: rollbacks/20261122000320_prompts.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- A text is written once and filled often: {{name}} is a variable, with or without blanks inside, and \{{ are two braces.

create function private.prompt_pieces(p_text text)
returns table (
    literal text,
    name text
)
language plpgsql
immutable
security invoker
rows 10
set search_path = ''
as $$
declare
    v_token constant pg_catalog.text := '\\\{\{|\{\{[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*\}\}|\{\{';
    v_literals constant pg_catalog.text[] := regexp_split_to_array(p_text, v_token);
    v_tokens constant pg_catalog.text[] := array(
        select m.groups[1] from regexp_matches(p_text, format('(%s)', v_token), 'g') as m (groups)
    );
    v_malformed constant bigint := (
        select min(t.place)
        from unnest(v_tokens) with ordinality as t (token, place)
        where t.token = '{{' or char_length(btrim(t.token, E'{} \t')) > 63
    );
begin
    if v_malformed is not null then
        raise exception using
            errcode = 'PA422',
            message = format(
                'The text has a {{ that begins no variable, at character %s.',
                char_length(concat(
                    array_to_string(v_literals[:v_malformed], ''), array_to_string(v_tokens[:v_malformed - 1], '')
                )) + 1
            ),
            hint = 'A variable is a name of letters, digits and underscores, up to 63, in double braces: {{name}}. Two braces as such are \{{.';
    end if;

    return query
    select
        case p.token when '\{{' then p.literal || '{{' else p.literal end,
        case when p.token <> '\{{' then btrim(p.token, E'{} \t') end
    from unnest(v_literals, v_tokens) as p (literal, token);
end
$$;

comment on function private.prompt_pieces(text) is
'A prompt''s text in order: what stands there as it is, and the name of the variable after it, null where none follows. Errors: PA422 for braces that begin no variable.';

create function private.prompt_names(p_text text)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return array(select distinct p.name from private.prompt_pieces(p_text) as p where p.name is not null order by p.name);
end
$$;

comment on function private.prompt_names(text) is 'The names of the variables in a prompt''s text. Errors: PA422, as private.prompt_pieces().';

create function private.prompt_values(p_text text, p_values jsonb, p_variables jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_given constant pg_catalog.jsonb := coalesce(nullif(p_values, 'null'), '{}');
    v_values pg_catalog.jsonb;
    v_faults pg_catalog.jsonb;
begin
    if jsonb_typeof(v_given) <> 'object' then
        raise exception using
            errcode = 'PA422',
            message = 'The values of a prompt''s variables are an object of texts by name.';
    end if;

    select
        coalesce(jsonb_object_agg(v.name, v.value) filter (where v.value is not null), '{}'),
        jsonb_build_object(
            'missing', coalesce(jsonb_agg(v.name order by v.name) filter (where v.value is null), '[]'),
            'surplus', coalesce(jsonb_agg(left(v.name, 100) order by v.name) filter (where not v.is_variable), '[]'),
            'invalid', coalesce(jsonb_agg(v.name order by v.name) filter (where v.is_variable and v.is_invalid), '[]')
        )
    into v_values, v_faults
    from (
        select
            coalesce(n.name, g.name) as name,
            n.name is not null as is_variable,
            coalesce(g.value, d.variable -> 'default') as value,
            jsonb_typeof(g.value) <> 'string'
            or char_length(g.value #>> '{}') > 100000
            or not coalesce(d.variable -> 'options' @> g.value, true) as is_invalid
        from unnest(private.prompt_names(p_text)) as n (name)
        full join jsonb_each(v_given) as g (name, value) on n.name = g.name
        left join jsonb_each(p_variables) as d (name, variable) on n.name = d.name
    ) as v;

    if v_faults <> '{"missing": [], "surplus": [], "invalid": []}' then
        raise exception using
            errcode = 'PA422',
            message = 'The values do not fit the variables of the prompt.',
            detail = v_faults,
            hint = 'Each variable without a default needs a text of at most 100,000 characters, one of its options where it has some.';
    end if;

    return v_values;
end
$$;

comment on function private.prompt_values(text, jsonb, jsonb) is
'The values with the defaults of what is left out. Errors: PA422, whose detail is {"missing": […], "surplus": […], "invalid": […]}, the names of variables.';

create function private.fill_text(p_text text, p_values jsonb, p_variables jsonb default '{}')
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_most_octets constant bigint := 262144;
    v_values constant pg_catalog.jsonb := private.prompt_values(p_text, p_values, p_variables);
    v_literals pg_catalog.text[];
    v_names pg_catalog.text[];
    v_text pg_catalog.text;
begin
    select array_agg(p.literal order by p.place), array_agg(p.name order by p.place)
    into v_literals, v_names
    from private.prompt_pieces(p_text) with ordinality as p (literal, name, place);

    -- A short text that names a long value often is long: it is measured before it is made.
    if (
        select sum(octet_length(p.literal) + coalesce(octet_length(v.value), 0))
        from unnest(v_literals, v_names) as p (literal, name)
        left join jsonb_each_text(v_values) as v (name, value) on p.name = v.name
    ) > v_most_octets then
        raise exception using
            errcode = 'PA422',
            message = format('The prompt with its variables filled in is longer than a message may be (bytes: %s).', v_most_octets);
    end if;

    -- What is filled in is not looked at again.
    v_text := (
        select string_agg(concat(p.literal, v.value), '' order by p.place)
        from unnest(v_literals, v_names) with ordinality as p (literal, name, place)
        left join jsonb_each_text(v_values) as v (name, value) on p.name = v.name
    );

    if v_text !~ '\S' then
        raise exception using errcode = 'PA422', message = 'The prompt with its variables filled in is empty.';
    end if;

    return v_text;
end
$$;

comment on function private.fill_text(text, jsonb, jsonb) is
'A prompt''s text with its variables filled in, in one pass: braces in a value are what they are. The values are an object of texts; what is left out has its default. Errors: PA422, as private.prompt_values(), and for a result that no message can be.';

revoke execute on function private.prompt_pieces(text) from public;

revoke execute on function private.prompt_names(text) from public;

revoke execute on function private.prompt_values(text, jsonb, jsonb) from public;

revoke execute on function private.fill_text(text, jsonb, jsonb) from public;

grant execute on function private.prompt_pieces(text) to authenticated, service_role;

grant execute on function private.prompt_names(text) to authenticated, service_role;

grant execute on function private.prompt_values(text, jsonb, jsonb) to authenticated, service_role;

grant execute on function private.fill_text(text, jsonb, jsonb) to authenticated, service_role;

-- Public prompts are the one thing that other tenants' people read. So a public prompt names nobody: who published it stands in a table of
-- its own, which is read at home.

create table public.prompts (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid default private.current_user_id(),
    name text not null,
    description text,
    text text not null,
    variables jsonb not null default '{}',
    category text,
    tags text[] not null default '{}',
    visibility text not null default 'private',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint prompts_pkey primary key (tenant_id, id),
    constraint prompts_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint prompts_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete set null (user_id),
    constraint prompts_name_check check (char_length(name) between 1 and 200 and name ~ '\S'),
    constraint prompts_description_check check (char_length(description) between 1 and 2000),
    constraint prompts_text_check check (char_length(text) <= 100000 and text ~ '\S'),
    constraint prompts_variables_check check (jsonb_typeof(variables) = 'object' and octet_length(variables::text) <= 65536),
    constraint prompts_category_check check (char_length(category) between 1 and 100 and category ~ '\S'),
    constraint prompts_tags_check check (
        case
            when cardinality(tags) = 0 then true
            when array_ndims(tags) > 1 or cardinality(tags) > 20 then false
            else
                array_position(tags, null) is null
                and array_position(tags, '') is null
                and char_length(array_to_string(tags, '')) <= 1000
        end
    ),
    constraint prompts_visibility_check check (visibility in ('private', 'team', 'public')),
    constraint prompts_user_id_check check (visibility <> 'public' or user_id is null)
);

comment on table public.prompts is 'The library of prompts: texts with variables, from which conversations start. Each change of the text is a version.';

comment on column public.prompts.user_id is 'Whose it is; null: public, which other tenants read and prompt_publishers tells at home, or that person is gone.';

comment on column public.prompts.text is 'Up to 100,000 characters. {{name}} is a variable; \{{ are two braces.';

comment on column public.prompts.variables is 'Each variable of the text by name: {description?, default?, options?: [text]}. Variables that are left out are added, empty.';

comment on column public.prompts.tags is 'Up to 20, of up to 1,000 characters together.';

comment on column public.prompts.visibility is 'private: its author reads it; team: the tenant''s people; public: the people of all tenants. Its author changes it, and unless it is private the tenant''s admins.';

comment on column public.prompts.version is 'Counts up with each change of text or variables, and when it becomes public.';

create index prompts_user_idx on public.prompts (tenant_id, user_id, id);

comment on index public.prompts_user_idx is 'A person''s own prompts; the foreign key to users.';

create index prompts_public_idx on public.prompts (updated_at desc, id desc) where visibility = 'public';

comment on index public.prompts_public_idx is 'The public prompts of all tenants, newest first, a page by key.';

create index prompts_id_idx on public.prompts (id);

comment on index public.prompts_id_idx is 'A prompt by its id, which may be another tenant''s.';

create trigger prompts_set_updated_at
before update of name, description, text, variables, category, tags, visibility on public.prompts
for each row execute function private.set_updated_at();

alter table public.prompts
alter column name set statistics 0,
alter column description set statistics 0,
alter column text set statistics 0,
alter column variables set statistics 0,
alter column category set statistics 0,
alter column tags set statistics 0,
alter column visibility set statistics 0;

alter table public.prompts enable row level security;

revoke all on public.prompts from public, anon, authenticated, service_role;

create table public.prompt_publishers (
    tenant_id uuid not null,
    prompt_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint prompt_publishers_pkey primary key (tenant_id, prompt_id),
    constraint prompt_publishers_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint prompt_publishers_prompt_id_fkey foreign key (tenant_id, prompt_id)
    references public.prompts (tenant_id, id) on delete cascade,
    constraint prompt_publishers_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade
);

comment on table public.prompt_publishers is
'Whose each public prompt is: a row for as long as it is public and the person is there. Only the tenant''s own people read it.';

create index prompt_publishers_user_idx on public.prompt_publishers (tenant_id, user_id, prompt_id);

comment on index public.prompt_publishers_user_idx is 'What a person published; the foreign key to users.';

alter table public.prompt_publishers enable row level security;

revoke all on public.prompt_publishers from public, anon, authenticated, service_role;

create table public.prompt_versions (
    tenant_id uuid not null,
    prompt_id uuid not null,
    version integer not null,
    text text not null,
    variables jsonb not null,
    is_public boolean not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint prompt_versions_pkey primary key (tenant_id, prompt_id, version),
    constraint prompt_versions_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint prompt_versions_prompt_id_fkey foreign key (tenant_id, prompt_id)
    references public.prompts (tenant_id, id) on delete cascade
);

comment on table public.prompt_versions is
'Every text that a prompt has had, written as it is saved and never changed. Whoever reads the prompt reads its versions; other tenants'' people those that were public from the first.';

comment on column public.prompt_versions.is_public is 'Whether the prompt was public when this was saved: what was drafted before is not published with it.';

create index prompt_versions_prompt_idx on public.prompt_versions (prompt_id, version);

comment on index public.prompt_versions_prompt_idx is 'The versions of a prompt by its id, which may be another tenant''s.';

alter table public.prompt_versions
alter column text set statistics 0,
alter column variables set statistics 0;

alter table public.prompt_versions enable row level security;

revoke all on public.prompt_versions from public, anon, authenticated, service_role;

create policy "People see their own prompts, their tenant's and public ones"
on public.prompts for select to authenticated
using (
    (
        tenant_id = (select private.current_tenant_id())
        and (user_id = (select private.current_user_id()) or visibility in ('team', 'public'))
    )
    or (visibility = 'public' and (select private.current_tenant_id()) is not null)
);

create policy "People who may use the assistant add prompts of their own"
on public.prompts for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or (visibility = 'public' and user_id is null))
    and (select private.may_use_assistant())
);

create policy "Authors change their prompts, admins all but private ones"
on public.prompts for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (
        user_id = (select private.current_user_id())
        or (visibility <> 'private' and tenant_id = (select private.administered_tenant_id()))
        or id in (
            select a.prompt_id
            from public.prompt_publishers as a
            where a.tenant_id = (select private.current_tenant_id()) and a.user_id = (select private.current_user_id())
        )
    )
)
with check (
    tenant_id = (select private.current_tenant_id())
    and (
        user_id = (select private.current_user_id())
        or (visibility <> 'private' and tenant_id = (select private.administered_tenant_id()))
        or (visibility = 'public' and user_id is null)
    )
);

create policy "Authors delete their prompts, admins all but private ones"
on public.prompts for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (
        user_id = (select private.current_user_id())
        or (visibility <> 'private' and tenant_id = (select private.administered_tenant_id()))
        or id in (
            select a.prompt_id
            from public.prompt_publishers as a
            where a.tenant_id = (select private.current_tenant_id()) and a.user_id = (select private.current_user_id())
        )
    )
);

create policy "People see who in their tenant published prompts"
on public.prompt_publishers for select to authenticated
using (tenant_id = (select private.current_tenant_id()));

create policy "The prompts' trigger finds publishers"
on public.prompt_publishers for select to palaver_definer
using (true);

create policy "The prompts' trigger notes publishers"
on public.prompt_publishers for insert to palaver_definer
with check (true);

create policy "The prompts' trigger forgets publishers"
on public.prompt_publishers for delete to palaver_definer
using (true);

create policy "People see the versions of prompts that they can see"
on public.prompt_versions for select to authenticated
using (
    exists (
        select from public.prompts as p
        where
            p.tenant_id = prompt_versions.tenant_id
            and p.id = prompt_versions.prompt_id
            and (p.tenant_id = (select private.current_tenant_id()) or prompt_versions.is_public)
    )
);

create policy "The prompts' trigger keeps versions"
on public.prompt_versions for insert to palaver_definer
with check (true);

grant select (
    tenant_id, id, user_id, name, description, text, variables, category, tags, visibility, version, created_at, updated_at
) on public.prompts to authenticated;

grant insert (tenant_id, user_id, name, description, text, variables, category, tags, visibility) on public.prompts to authenticated;

grant update (name, description, text, variables, category, tags, visibility) on public.prompts to authenticated;

grant delete on public.prompts to authenticated;

grant select, insert, update, delete on public.prompts to service_role;

grant select (tenant_id, prompt_id, user_id, created_at) on public.prompt_publishers to authenticated;

grant select (tenant_id, prompt_id), insert, delete on public.prompt_publishers to palaver_definer;

grant select on public.prompt_publishers to service_role;

grant select (tenant_id, prompt_id, version, text, variables, is_public, created_at) on public.prompt_versions to authenticated;

grant insert on public.prompt_versions to palaver_definer;

grant select on public.prompt_versions to service_role;

-- A prompt is made whole before it is judged and kept.

create function private.keep_prompt()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_names constant pg_catalog.text[] := private.prompt_names(new.text);
    v_surplus pg_catalog.jsonb;
    v_invalid pg_catalog.jsonb;
    v_is_published boolean := new.visibility = 'public';
begin
    -- What is left of an older text goes with its variables; what is said now must be meant.
    if tg_op = 'UPDATE' and new.variables = old.variables then
        new.variables := new.variables - array(select jsonb_object_keys(new.variables) except select unnest(v_names));
    end if;

    if jsonb_typeof(new.variables) = 'object' then
        select
            coalesce(jsonb_agg(left(v.name, 100) order by v.name) filter (where v.name <> all (v_names)), '[]'),
            coalesce(jsonb_agg(v.name order by v.name) filter (where v.name = any (v_names) and not (
                jsonb_typeof(v.variable) = 'object'
                and v.variable - array['description', 'default', 'options'] = '{}'
                and coalesce(jsonb_typeof(v.variable -> 'description') = 'string', true)
                and coalesce(jsonb_typeof(v.variable -> 'default') = 'string', true)
                and coalesce(jsonb_typeof(v.variable -> 'options') = 'array', true)
                and not coalesce(v.variable -> 'options' = '[]', false)
                and jsonb_path_exists(v.variable, 'strict $.options[*] ? (@.type() != "string")', '{}', true) is not true
                and coalesce(v.variable -> 'options' @> (v.variable -> 'default'), true)
            )), '[]')
        into v_surplus, v_invalid
        from jsonb_each(new.variables) as v (name, variable);

        if v_surplus <> '[]' or v_invalid <> '[]' then
            raise exception using
                errcode = 'PA422',
                message = 'The variables are described that the text has, each as {description?, default?, options?: [text]}.',
                detail = jsonb_build_object('missing', jsonb_build_array(), 'surplus', v_surplus, 'invalid', v_invalid),
                hint = 'A default is one of the options, where there are some.';
        end if;

        new.variables := (
            select coalesce(jsonb_object_agg(n.name, coalesce(new.variables -> n.name, '{}')), '{}')
            from unnest(v_names) as n (name)
        );
    end if;

    -- People cannot say which version a new prompt is; one that comes from another database has its own.
    if tg_op = 'UPDATE' then
        v_is_published := v_is_published and old.visibility <> 'public';
        new.version := old.version
            + case when (new.text, new.variables) is distinct from (old.text, old.variables) or v_is_published then 1 else 0 end;

        if old.visibility = 'public' and new.visibility <> 'public' then
            new.user_id := (
                select a.user_id
                from public.prompt_publishers as a
                where a.tenant_id = new.tenant_id and a.prompt_id = new.id
            );
        end if;
    end if;

    -- Nobody publishes in another's name.
    if v_is_published and (tg_op = 'UPDATE' or new.user_id = private.current_user_id() or not row_security_active('public.prompts')) then
        new.user_id := null;
    end if;

    return new;
end
$$;

comment on function private.keep_prompt() is
'Trigger: the text is one that can be filled, its variables are all described and no others are, a change is a new version, and a public prompt names nobody. Errors: PA422.';

create trigger prompts_keep
before insert or update of text, variables, visibility, version on public.prompts
for each row execute function private.keep_prompt();

create function private.record_prompt()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' or new.version <> old.version then
        insert into public.prompt_versions (tenant_id, prompt_id, version, text, variables, is_public)
        values (new.tenant_id, new.id, new.version, new.text, new.variables, new.visibility = 'public');
    end if;

    if new.visibility = 'public' and (tg_op = 'INSERT' or old.visibility <> 'public') then
        insert into public.prompt_publishers (tenant_id, prompt_id, user_id)
        select
            new.tenant_id,
            new.id,
            a.user_id
        from (select case when tg_op = 'UPDATE' then old.user_id end as user_id) as o
        cross join lateral (select coalesce(o.user_id, private.current_user_id()) as user_id) as a
        where a.user_id is not null;
    elsif new.visibility <> 'public' and tg_op = 'UPDATE' then
        delete from public.prompt_publishers as a where a.tenant_id = new.tenant_id and a.prompt_id = new.id;
    end if;

    return null;
end
$$;

comment on function private.record_prompt() is
'Trigger: keeps each version of a prompt, and who published it. Definer: nobody else writes either.';

create trigger prompts_record
after insert or update of text, variables, visibility, version on public.prompts
for each row execute function private.record_prompt();

create function private.drop_orphaned_prompt()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    delete from public.prompts as p where p.tenant_id = new.tenant_id and p.id = new.id;

    return null;
end
$$;

comment on function private.drop_orphaned_prompt() is 'Trigger: a private prompt goes with the person whose it is.';

create trigger prompts_drop_orphaned
after update of user_id on public.prompts
for each row when (new.user_id is null and new.visibility = 'private')
execute function private.drop_orphaned_prompt();

revoke execute on function private.keep_prompt() from public;

revoke execute on function private.record_prompt() from public;

revoke execute on function private.drop_orphaned_prompt() from public;

alter function private.record_prompt() owner to palaver_definer;

create function private.find_prompt(p_tenant_id uuid, p_prompt_id uuid, p_version integer)
returns table (
    version integer,
    name text,
    text text,
    variables jsonb
)
language plpgsql
stable
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_prompt public.prompts;
begin
    select * into v_prompt
    from public.prompts as p
    where p.id = p_prompt_id and (p.tenant_id = p_tenant_id or p.visibility = 'public')
    order by p.tenant_id = p_tenant_id desc
    limit 1;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such prompt.';
    end if;

    if coalesce(p_version, v_prompt.version) <> v_prompt.version then
        select v.version, v.text, v.variables into v_prompt.version, v_prompt.text, v_prompt.variables
        from public.prompt_versions as v
        where
            v.tenant_id = v_prompt.tenant_id
            and v.prompt_id = v_prompt.id
            and v.version = p_version
            and (v.tenant_id = p_tenant_id or v.is_public);

        if not found then
            raise exception using errcode = 'PA404', message = 'The prompt has no such version.';
        end if;
    end if;

    return query select v_prompt.version, v_prompt.name, v_prompt.text, v_prompt.variables;
end
$$;

comment on function private.find_prompt(uuid, uuid, integer) is
'A version of a prompt that the caller may read, the newest without a number: of that tenant, or a public one. Errors: PA404.';

revoke execute on function private.find_prompt(uuid, uuid, integer) from public;

grant execute on function private.find_prompt(uuid, uuid, integer) to authenticated, service_role;

-- What a conversation was started from is copied to it: it stays when the prompt changes or goes.

grant insert (prompt_id, prompt_version, prompt_values) on public.conversations to authenticated;

create function private.take_prompt()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_prompt pg_catalog.record;
begin
    select * into v_prompt from private.find_prompt(new.tenant_id, new.prompt_id, new.prompt_version);

    new.prompt_version := v_prompt.version;
    new.prompt_text := v_prompt.text;
    new.prompt_values := private.prompt_values(v_prompt.text, new.prompt_values, v_prompt.variables);

    -- What cannot be asked is no start.
    perform private.fill_text(new.prompt_text, new.prompt_values);

    if new.title = 'New conversation' then
        new.title := v_prompt.name;
    end if;

    return new;
end
$$;

comment on function private.take_prompt() is
'Trigger: a conversation that starts from a prompt has its version, its text and the values of all its variables, so that private.fill_text(prompt_text, prompt_values) is the first question. Errors: PA404 no such prompt or version, PA422 values that do not fit.';

revoke execute on function private.take_prompt() from public;

create trigger conversations_take_prompt
before insert on public.conversations
for each row when (new.prompt_id is not null and new.prompt_text is null)
execute function private.take_prompt();

-- Uses, counted for the tenant that uses. Whoever starts a conversation takes a row that nobody holds, or begins one: there are as many
-- as there were starts at one moment, and nobody waits.

create table private.prompt_uses (
    tenant_id uuid not null,
    prompt_id uuid not null,
    version integer not null,
    id uuid not null default private.uuid_v7(),
    uses bigint not null default 1,
    constraint prompt_uses_pkey primary key (tenant_id, prompt_id, version, id),
    constraint prompt_uses_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint prompt_uses_uses_check check (uses > 0)
) with (fillfactor = 50);

comment on table private.prompt_uses is
'How often a tenant''s people started conversations from each version of a prompt, its own or a public one: the sum of the rows.';

alter table private.prompt_uses enable row level security;

revoke all on private.prompt_uses from public, anon, authenticated, service_role;

create policy "Uses of prompts are read"
on private.prompt_uses for select to palaver_definer
using (true);

create policy "Counting of uses is begun"
on private.prompt_uses for insert to palaver_definer
with check (true);

create policy "Uses of prompts are counted"
on private.prompt_uses for update to palaver_definer
using (true)
with check (true);

grant select, insert on private.prompt_uses to palaver_definer;

grant update (uses) on private.prompt_uses to palaver_definer;

create function private.count_prompt_use()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update private.prompt_uses as u
    set uses = u.uses + 1
    where
        u.tenant_id = new.tenant_id
        and u.prompt_id = new.prompt_id
        and u.version = new.prompt_version
        and u.id = (
            select f.id
            from private.prompt_uses as f
            where f.tenant_id = new.tenant_id and f.prompt_id = new.prompt_id and f.version = new.prompt_version
            limit 1
            for no key update skip locked
        );

    if not found then
        insert into private.prompt_uses (tenant_id, prompt_id, version)
        values (new.tenant_id, new.prompt_id, new.prompt_version);
    end if;

    return null;
end
$$;

comment on function private.count_prompt_use() is
'Trigger: counts a conversation that was started from a prompt. Definer: people have no rights on the counters.';

create trigger conversations_count_prompt_use
after insert on public.conversations
for each row when (new.prompt_id is not null)
execute function private.count_prompt_use();

create function private.prompt_usage()
returns table (
    tenant_id uuid,
    prompt_id uuid,
    version integer,
    uses bigint
)
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id constant uuid := private.current_tenant_id();
    v_all constant boolean := private.caller_bypasses_rls();
begin
    return query
    select u.tenant_id, u.prompt_id, u.version, sum(u.uses)::bigint
    from private.prompt_uses as u
    where v_all or u.tenant_id = v_tenant_id
    group by u.tenant_id, u.prompt_id, u.version;
end
$$;

comment on function private.prompt_usage() is
'Uses of prompts by the caller''s tenant, by version; of every tenant for roles exempt from Row Level Security. Definer: people have no rights on the counters.';

revoke execute on function private.count_prompt_use() from public;

revoke execute on function private.prompt_usage() from public;

grant execute on function private.prompt_usage() to authenticated, service_role;

alter function private.count_prompt_use() owner to palaver_definer;

alter function private.prompt_usage() owner to palaver_definer;

create view public.prompt_usage
with (security_invoker = true)
as
select
    u.tenant_id,
    u.prompt_id,
    u.version,
    u.uses
from private.prompt_usage() as u
where
    u.tenant_id = (select private.administered_tenant_id())
    or u.prompt_id in (select p.id from public.prompts as p);

comment on view public.prompt_usage is
'How many conversations the caller''s tenant started from each version of a prompt, live: of prompts that the caller can see, for tenant admins of all. Other tenants'' uses are not in it.';

revoke all on public.prompt_usage from public, anon, authenticated, service_role;

grant select on public.prompt_usage to authenticated, service_role;

create function public.fill_prompt(p_prompt_id uuid, p_values jsonb default '{}', p_version integer default null)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    -- Some clients send an object as a string of its text, here and below.
    return (
        select private.fill_text(
            p.text, case jsonb_typeof(p_values) when 'string' then private.as_json(p_values #>> '{}') else p_values end, p.variables
        )
        from private.find_prompt(private.current_tenant_id(), p_prompt_id, p_version) as p
    );
end
$$;

comment on function public.fill_prompt(uuid, jsonb, integer) is
'The text of a prompt with its variables filled in: the first question of a conversation that would start from it. Errors: PA404 no such prompt or version, PA422 values that do not fit, whose detail is {"missing": […], "surplus": […], "invalid": […]}.';

create function public.start_conversation(
    p_prompt_id uuid,
    p_values jsonb default '{}',
    p_version integer default null,
    p_title text default null
)
returns public.conversations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_conversation public.conversations;
begin
    insert into public.conversations (prompt_id, prompt_version, prompt_values, title)
    values (
        p_prompt_id,
        p_version,
        case jsonb_typeof(p_values) when 'string' then private.as_json(p_values #>> '{}') else p_values end,
        coalesce(p_title, 'New conversation')
    )
    returning * into v_conversation;

    insert into public.messages (conversation_id, content)
    values (v_conversation.id, private.fill_text(v_conversation.prompt_text, v_conversation.prompt_values));

    select * into v_conversation
    from public.conversations as c
    where c.tenant_id = v_conversation.tenant_id and c.id = v_conversation.id;

    return v_conversation;
end
$$;

comment on function public.start_conversation(uuid, jsonb, integer, text) is
'Starts a conversation from a prompt, with the filled text as its first message, and returns it. It has the prompt''s name until it is given a better title. Errors: as fill_prompt(), and 42501 for whoever may not use the assistant.';

revoke execute on function public.fill_prompt(uuid, jsonb, integer) from public, anon;

revoke execute on function public.start_conversation(uuid, jsonb, integer, text) from public, anon;

grant execute on function public.fill_prompt(uuid, jsonb, integer) to authenticated;

grant execute on function public.start_conversation(uuid, jsonb, integer, text) to authenticated;
