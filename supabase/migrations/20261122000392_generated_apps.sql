-- Generated apps: an app's source files, the schemas that were read out of them, and what a tenant's plan allows.
--
-- Creates:  public.app_plans, public.generated_apps, public.generated_app_files, public.app_revisions; private.may_make_apps(),
--           app_limits(), limit_apps(), app_access(), check_app_access(), keep_app_file(), count_app_files(), put_app_files(),
--           read_app_files(), record_app_revision().
-- Changes:  public.tenants gets app_plan and app_plan_limits.
-- Locks:    a moment's ACCESS EXCLUSIVE on public.tenants, for its columns, which rewrite nothing, and SHARE ROW EXCLUSIVE on
--           public.users, for foreign keys.
-- Rollback: rollbacks/20261122000392_generated_apps.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.app_plans (
    name text not null,
    max_databases integer,
    max_bytes bigint,
    max_connections integer,
    max_apps integer,
    constraint app_plans_pkey primary key (name),
    constraint app_plans_name_check check (name ~ '^[a-z][a-z0-9_]{0,49}$'),
    constraint app_plans_max_databases_check check (max_databases >= 0),
    constraint app_plans_max_bytes_check check (max_bytes > 0),
    constraint app_plans_max_connections_check check (max_connections > 0),
    constraint app_plans_max_apps_check check (max_apps >= 0)
);

comment on table public.app_plans is 'What tenants may have of apps, and of databases for them; null: no limit.';

comment on column public.app_plans.max_databases is 'Of all apps and environments of a tenant together, until they are removed.';

comment on column public.app_plans.max_bytes is 'Of one database.';

comment on column public.app_plans.max_connections is 'At once, to one database.';

comment on column public.app_plans.max_apps is 'Of a tenant, with a database or without; each has files of up to 50 MiB.';

alter table public.app_plans
alter column name set statistics 0;

alter table public.app_plans enable row level security;

revoke all on public.app_plans from public, anon, authenticated, service_role;

create policy "People of tenants see the plans"
on public.app_plans for select to authenticated
using ((select private.current_tenant_id()) is not null);

create policy "Limits are looked up"
on public.app_plans for select to palaver_definer
using (true);

grant select (name, max_databases, max_bytes, max_connections, max_apps) on public.app_plans to authenticated;

grant select on public.app_plans to palaver_definer;

grant select, insert, update, delete on public.app_plans to service_role;

insert into public.app_plans (name, max_databases, max_bytes, max_connections, max_apps)
values
('hobby', 1, 104857600, 10, 20),
('pro', 5, 5368709120, 30, 100),
('business', null, 21474836480, 100, 1000),
('enterprise', null, null, null, null);

-- Which plan a tenant has is for servers to say.

alter table public.tenants
add column app_plan text not null default 'hobby',
add column app_plan_limits jsonb not null default '{}';

-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
alter table public.tenants add constraint tenants_app_plan_fkey foreign key (app_plan) references public.app_plans (name) on update cascade;

-- squawk-ignore constraint-missing-not-valid
alter table public.tenants add constraint tenants_app_plan_limits_check check (
    jsonb_typeof(app_plan_limits) = 'object'
    and app_plan_limits - '{max_databases,max_bytes,max_connections,max_apps}'::text[] = '{}'
    and not jsonb_path_exists(
        app_plan_limits,
        'strict $.* ? (@.type() != "null" && (@.type() != "number" || @ < 0 || @ > 1000000000000000 || @ != @.floor()))',
        silent => true
    )
    and not jsonb_path_exists(app_plan_limits, '$.max_bytes ? (@ < 1)')
    and not jsonb_path_exists(app_plan_limits, '$.max_connections ? (@ < 1 || @ > 100000)')
    and not jsonb_path_exists(app_plan_limits, '$.max_databases ? (@ > 1000000)')
    and not jsonb_path_exists(app_plan_limits, '$.max_apps ? (@ > 1000000)')
);

comment on column public.tenants.app_plan is 'The plan by which the tenant has databases for its apps.';

comment on column public.tenants.app_plan_limits is 'What differs from the plan: max_databases, max_bytes, max_connections, max_apps; null: no limit.';

-- squawk-ignore require-concurrent-index-creation
create index tenants_app_plan_idx on public.tenants (app_plan);

comment on index public.tenants_app_plan_idx is 'The foreign key to app_plans.';

alter table public.tenants
alter column app_plan set statistics 0,
alter column app_plan_limits set statistics 0;

grant select (app_plan, app_plan_limits) on public.tenants to authenticated;

grant select (app_plan, app_plan_limits) on public.tenants to palaver_definer;

create function private.app_limits(p_tenant_id uuid)
returns table (plan text, max_databases integer, max_bytes bigint, max_connections integer, max_apps integer)
language plpgsql
stable
security invoker
rows 1
set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select
        p.name,
        case when t.app_plan_limits ? 'max_databases' then (t.app_plan_limits ->> 'max_databases')::pg_catalog.int4 else p.max_databases end,
        case when t.app_plan_limits ? 'max_bytes' then (t.app_plan_limits ->> 'max_bytes')::pg_catalog.int8 else p.max_bytes end,
        case
            when t.app_plan_limits ? 'max_connections' then (t.app_plan_limits ->> 'max_connections')::pg_catalog.int4
            else p.max_connections
        end,
        case when t.app_plan_limits ? 'max_apps' then (t.app_plan_limits ->> 'max_apps')::pg_catalog.int4 else p.max_apps end
    from public.tenants as t
    inner join public.app_plans as p on t.app_plan = p.name
    where t.id = p_tenant_id;
end
$$;

comment on function private.app_limits(uuid) is
'What a tenant may have of apps, and of databases for them: its plan''s limits, and its own where it has some; null: no limit.';

create function private.may_make_apps()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(
        (
            select u.role in ('admin', 'member') and t.features -> 'generated_apps' is distinct from 'false'::pg_catalog.jsonb
            from public.users as u
            inner join public.tenants as t on u.tenant_id = t.id
            where u.auth_id = (select private.auth_id()) and u.is_active and t.is_active
        ),
        false
    );
end
$$;

comment on function private.may_make_apps() is
'Whether whoever asks may make apps and databases for them: a permission of the person (role) and of the tenant (features: "generated_apps": false turns it off). Definer: reads users below their policies.';

revoke execute on function private.app_limits(uuid) from public;

revoke execute on function private.may_make_apps() from public;

grant execute on function private.app_limits(uuid) to authenticated, service_role, palaver_definer;

grant execute on function private.may_make_apps() to authenticated;

alter function private.may_make_apps() owner to palaver_definer;

-- Apps.

create table public.generated_apps (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    owner_id uuid default private.current_user_id(),
    name text not null,
    description text,
    file_count integer not null default 0,
    byte_count integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint generated_apps_pkey primary key (tenant_id, id),
    constraint generated_apps_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint generated_apps_owner_id_fkey foreign key (tenant_id, owner_id)
    references public.users (tenant_id, id) on delete set null (owner_id),
    constraint generated_apps_name_check check (char_length(name) between 1 and 200 and name ~ '\S' and name !~ '[[:cntrl:]]'),
    constraint generated_apps_description_check check (char_length(description) between 1 and 2000),
    constraint generated_apps_file_count_check check (file_count between 0 and 10000),
    constraint generated_apps_byte_count_check check (byte_count between 0 and 52428800)
);

comment on table public.generated_apps is
'Apps that were generated or written by hand: source files, and databases made for them. Their owner does everything, tenant admins see them and may remove them.';

comment on column public.generated_apps.owner_id is 'Whose app it is; null: nobody''s any more, the tenant keeps it. A server may give it to somebody else.';

comment on column public.generated_apps.file_count is 'How many files it has, 10,000 at most: counted by a trigger.';

comment on column public.generated_apps.byte_count is 'How large its files are together, in bytes, 50 MiB at most: counted by a trigger.';

comment on column public.generated_apps.updated_at is 'When it was last renamed or described; its files say for themselves when they were changed.';

create index generated_apps_owner_idx on public.generated_apps (tenant_id, owner_id);

comment on index public.generated_apps_owner_idx is 'A person''s own apps; the foreign key to users.';

create trigger generated_apps_set_updated_at
before update of name, description, owner_id on public.generated_apps
for each row execute function private.set_updated_at();

alter table public.generated_apps
alter column name set statistics 0,
alter column description set statistics 0;

alter table public.generated_apps enable row level security;

revoke all on public.generated_apps from public, anon, authenticated, service_role;

create policy "People see their apps, tenant admins their tenant's"
on public.generated_apps for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (owner_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "People who may make apps make apps of their own"
on public.generated_apps for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and owner_id = (select private.current_user_id())
    and (select private.may_make_apps())
);

create policy "Owners change their apps"
on public.generated_apps for update to authenticated
using (tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id()))
with check (tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id()));

create policy "Owners and tenant admins delete apps"
on public.generated_apps for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (owner_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "Whose an app is, is looked up"
on public.generated_apps for select to palaver_definer
using (true);

create policy "The trigger counts files"
on public.generated_apps for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, owner_id, name, description, file_count, byte_count, created_at, updated_at
) on public.generated_apps to authenticated;

grant insert (tenant_id, owner_id, name, description) on public.generated_apps to authenticated;

grant update (name, description) on public.generated_apps to authenticated;

grant delete on public.generated_apps to authenticated;

grant select (tenant_id, id, owner_id, name, file_count, byte_count) on public.generated_apps to palaver_definer;

grant update (file_count, byte_count) on public.generated_apps to palaver_definer;

grant select, insert, update, delete on public.generated_apps to service_role;

-- How many: counted by whoever makes one, with those that others make at the same moment.

create function private.limit_apps()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id pg_catalog.uuid;
    v_limits pg_catalog.record;
begin
    -- One tenant after the other, in the same order for everybody.
    for v_tenant_id in select distinct a.tenant_id from added as a order by a.tenant_id
    loop
        perform pg_advisory_xact_lock(hashtextextended('palaver.apps ' || v_tenant_id, 0));

        select l.* into v_limits from private.app_limits(v_tenant_id) as l;

        if v_limits.max_apps < (select count(*) from public.generated_apps as a where a.tenant_id = v_tenant_id) then
            raise exception using
                errcode = 'PA442',
                message = format('The plan "%s" has room for no further app: its limit is %s.', v_limits.plan, v_limits.max_apps),
                detail = jsonb_build_object('plan', v_limits.plan, 'maxApps', v_limits.max_apps)::pg_catalog.text,
                hint = 'Delete one that is not needed any more, or change the plan.';
        end if;
    end loop;

    return null;
end
$$;

comment on function private.limit_apps() is
'Trigger: a tenant has no more apps than its plan allows, whoever makes them; those that are there stay when the plan changes. Errors: PA442. Definer: it counts the apps of everybody in the tenant.';

revoke execute on function private.limit_apps() from public;

alter function private.limit_apps() owner to palaver_definer;

create trigger generated_apps_limit
after insert on public.generated_apps
referencing new table as added
for each statement execute function private.limit_apps();

create function private.app_access(p_app_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select
            case
                when a.owner_id = private.current_user_id() then 'owner'
                when a.tenant_id = private.administered_tenant_id() then 'admin'
            end
        from public.generated_apps as a
        where a.tenant_id = private.current_tenant_id() and a.id = p_app_id
    );
end
$$;

comment on function private.app_access(uuid) is
'What an app is to whoever asks: owner, or admin, for who administers its tenant; null: there is no such app, or not for them.';

create function private.check_app_access(p_app_id uuid, p_owner_only boolean)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_access constant pg_catalog.text := private.app_access(p_app_id);
begin
    if v_access is null then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such app.';
    end if;

    if p_owner_only and v_access <> 'owner' then
        raise exception using
            errcode = 'PA403',
            message = 'Only the owner of this app may do that.';
    end if;
end
$$;

comment on function private.check_app_access(uuid, boolean) is
'Refuses whoever is not the app''s owner, nor, where those may too, an administrator of its tenant. Errors: PA404 no such app that they see, PA403 only its owner may.';

revoke execute on function private.app_access(uuid) from public;

revoke execute on function private.check_app_access(uuid, boolean) from public;

grant execute on function private.app_access(uuid) to palaver_worker, palaver_definer;

grant execute on function private.check_app_access(uuid, boolean) to palaver_worker, palaver_definer;

-- Their files.

create table public.generated_app_files (
    tenant_id uuid not null default private.current_tenant_id(),
    app_id uuid not null,
    path text not null,
    content text not null,
    bytes integer not null default 0,
    updated_at timestamptz not null default now(),
    constraint generated_app_files_pkey primary key (tenant_id, app_id, path),
    constraint generated_app_files_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint generated_app_files_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint generated_app_files_path_check check (
        octet_length(path) between 1 and 1000
        and path !~ '[[:cntrl:]\\]'
        and path !~ '(^|/)\.{0,2}(/|$)'
        and path !~ '^[A-Za-z]:(/|$)'
        and path !~ '[\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]'
    ),
    constraint generated_app_files_content_check check (octet_length(content) <= 2097152),
    constraint generated_app_files_bytes_check check (bytes = octet_length(content))
);

comment on table public.generated_app_files is
'The source files of apps: text, up to 2 MiB each. The app''s owner writes them, tenant admins read them too.';

comment on column public.generated_app_files.path is
'Where it stands in the app: relative, with "/", without "." and "..", without characters that show as nothing or turn the text around.';

comment on column public.generated_app_files.bytes is 'How large the content is, as UTF-8: written by a trigger.';

alter table public.generated_app_files
alter column path set statistics 0,
alter column content set statistics 0;

alter table public.generated_app_files enable row level security;

revoke all on public.generated_app_files from public, anon, authenticated, service_role;

-- The apps' own policy says which of them somebody sees.

create policy "People see the files of apps that they see"
on public.generated_app_files for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "Owners add files to their apps"
on public.generated_app_files for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id())
    )
);

create policy "Owners change the files of their apps"
on public.generated_app_files for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id())
    )
)
with check (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id())
    )
);

create policy "Owners remove files from their apps"
on public.generated_app_files for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id())
    )
);

grant select (tenant_id, app_id, path, content, bytes, updated_at) on public.generated_app_files to authenticated;

grant insert (tenant_id, app_id, path, content) on public.generated_app_files to authenticated;

-- The key's columns too: an upsert through the Data API sets all that it was given.

grant update (app_id, path, content) on public.generated_app_files to authenticated;

grant delete on public.generated_app_files to authenticated;

grant select, insert, update, delete on public.generated_app_files to service_role;

create function private.keep_app_file()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    new.bytes := octet_length(new.content);

    if tg_op = 'UPDATE' then
        new.updated_at := clock_timestamp();
    end if;

    return new;
end
$$;

comment on function private.keep_app_file() is 'Trigger: says how large a file is, and when it was changed.';

revoke execute on function private.keep_app_file() from public;

create trigger generated_app_files_keep
before insert or update on public.generated_app_files
for each row execute function private.keep_app_file();

-- Counters, since they must hold against whoever writes at the same time: the row of the app is where they meet.

create function private.count_app_files()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_change pg_catalog.record;
    v_changes pg_catalog.text := case tg_op
        when 'INSERT' then 'select tenant_id, app_id, 1 as files, bytes from added'
        when 'DELETE' then 'select tenant_id, app_id, -1, -bytes from removed'
        else 'select tenant_id, app_id, 1 as files, bytes from added union all select tenant_id, app_id, -1, -bytes from removed'
    end;
begin
    -- One app after the other, in the same order for everybody.
    for v_change in execute format(
        'select tenant_id, app_id, sum(files) as files, sum(bytes) as bytes from (%s) as c (tenant_id, app_id, files, bytes)'
        ' group by tenant_id, app_id order by tenant_id, app_id', v_changes
    )
    loop
        begin
            update public.generated_apps as a
            set
                file_count = a.file_count + v_change.files,
                byte_count = a.byte_count + v_change.bytes
            where a.tenant_id = v_change.tenant_id and a.id = v_change.app_id;
        exception when check_violation or numeric_value_out_of_range then
            raise exception using
                errcode = 'PA422',
                message = 'An app has at most 10,000 files, and 50 MiB of them together.';
        end;
    end loop;

    return null;
end
$$;

comment on function private.count_app_files() is
'Trigger: counts an app''s files and their size, and holds both limits. Errors: PA422. Definer: nobody else may write the counters.';

revoke execute on function private.count_app_files() from public;

alter function private.count_app_files() owner to palaver_definer;

create trigger generated_app_files_count_added
after insert on public.generated_app_files
referencing new table as added
for each statement execute function private.count_app_files();

create trigger generated_app_files_count_changed
after update on public.generated_app_files
referencing old table as removed new table as added
for each statement execute function private.count_app_files();

create trigger generated_app_files_count_removed
after delete on public.generated_app_files
referencing old table as removed
for each statement execute function private.count_app_files();

-- For the worker, as the person that the claims name.

create function private.put_app_files(p_claims jsonb, p_app_id uuid, p_paths text[], p_contents text[], p_replace boolean default false)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id pg_catalog.uuid;
    v_removed pg_catalog.int8 := 0;
    v_added pg_catalog.int8;
    v_changed pg_catalog.int8;
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, true);

    v_tenant_id := private.current_tenant_id();

    if
        cardinality(p_paths) is distinct from cardinality(p_contents)
        or array_position(p_paths, null) is not null
        or array_position(p_contents, null) is not null
    then
        raise exception using
            errcode = 'PA422',
            message = 'Each file has a path and a content.';
    end if;

    if cardinality(p_paths) > (select count(distinct f.path) from unnest(p_paths) as f (path)) then
        raise exception using
            errcode = 'PA422',
            message = 'A path is there twice.';
    end if;

    if p_replace then
        delete from public.generated_app_files as f
        where f.tenant_id = v_tenant_id and f.app_id = p_app_id and f.path <> all (p_paths);

        get diagnostics v_removed = row_count;
    end if;

    -- Of another session's row, if it adds the same path at this moment, nothing is known here: it counts as added.
    select count(*) into v_changed
    from public.generated_app_files as f
    inner join unnest(p_paths, p_contents) as g (path, content) on f.path = g.path and f.content <> g.content
    where f.tenant_id = v_tenant_id and f.app_id = p_app_id;

    insert into public.generated_app_files as f (tenant_id, app_id, path, content)
    select v_tenant_id, p_app_id, g.path, g.content
    from unnest(p_paths, p_contents) as g (path, content)
    on conflict (tenant_id, app_id, path) do update set content = excluded.content
    where f.content <> excluded.content;

    get diagnostics v_added = row_count;

    return (
        select jsonb_build_object(
            'files', a.file_count,
            'bytes', a.byte_count,
            'added', v_added - v_changed,
            'changed', v_changed,
            'removed', v_removed,
            'unchanged', cardinality(p_paths) - v_added
        )
        from public.generated_apps as a
        where a.tenant_id = v_tenant_id and a.id = p_app_id
    );
end
$$;

comment on function private.put_app_files(jsonb, uuid, text[], text[], boolean) is
'Writes files of an app for its owner, whom the claims name, all or none; p_replace removes all others. Returns {"files", "bytes": of the app now, "added", "changed", "removed", "unchanged": how many}. Errors: PA404 no such app, PA403 not its owner, PA422 a path twice or without content, or too many or too large files, 23514 a path that leads out of the app, or a file of more than 2 MiB.';

create function private.read_app_files(p_claims jsonb, p_app_id uuid)
returns table (path text, content text)
language plpgsql
volatile
security invoker
rows 100
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, false);

    return query
    select f.path, f.content
    from public.generated_app_files as f
    where f.tenant_id = private.current_tenant_id() and f.app_id = p_app_id
    order by f.path collate "C";
end
$$;

comment on function private.read_app_files(jsonb, uuid) is
'The files of an app that the person whom the claims name sees, in the order of their paths'' bytes. Errors: PA404 no such app.';

revoke execute on function private.put_app_files(jsonb, uuid, text[], text[], boolean) from public;

revoke execute on function private.read_app_files(jsonb, uuid) from public;

grant execute on function private.put_app_files(jsonb, uuid, text[], text[], boolean) to palaver_worker;

grant execute on function private.read_app_files(jsonb, uuid) to palaver_worker;

-- What was read out of them.

create table public.app_revisions (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    number integer not null,
    schema jsonb not null,
    report jsonb not null default '{}',
    source_digest text not null,
    schema_digest text,
    created_by uuid,
    created_at timestamptz not null default now(),
    constraint app_revisions_pkey primary key (tenant_id, id),
    constraint app_revisions_number_key unique (tenant_id, app_id, number),
    constraint app_revisions_source_digest_key unique (tenant_id, app_id, source_digest),
    constraint app_revisions_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint app_revisions_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint app_revisions_created_by_fkey foreign key (tenant_id, created_by)
    references public.users (tenant_id, id) on delete set null (created_by),
    constraint app_revisions_number_check check (number > 0),
    constraint app_revisions_schema_check check (jsonb_typeof(schema) = 'object' and octet_length(schema::text) <= 16777216),
    constraint app_revisions_report_check check (jsonb_typeof(report) = 'object' and octet_length(report::text) <= 16777216),
    constraint app_revisions_source_digest_check check (source_digest ~ '^[0-9a-f]{64}$'),
    constraint app_revisions_schema_digest_check check (schema_digest ~ '^[0-9a-f]{64}$')
);

comment on table public.app_revisions is
'The schemas that were read out of an app''s source, in order: written by the worker, never changed. Owner and tenant admins read them.';

comment on column public.app_revisions.number is 'Counts from 1 in each app.';

comment on column public.app_revisions.schema is 'Tables, columns, keys: the worker''s model of a schema.';

comment on column public.app_revisions.report is 'What it comes from: evidence, findings, what was seen and rejected, offered indexes.';

comment on column public.app_revisions.source_digest is 'SHA-256 of the files, and of what read them, in hexadecimal digits: the same source is the same revision.';

comment on column public.app_revisions.schema_digest is 'SHA-256 of the schema but for what it comes from: other files may say the same; null: nobody said.';

comment on column public.app_revisions.created_by is 'Who had it read; null: somebody who is gone.';

create index app_revisions_created_by_idx on public.app_revisions (tenant_id, created_by);

comment on index public.app_revisions_created_by_idx is 'The foreign key to users of whoever had it read.';

alter table public.app_revisions
alter column schema set statistics 0,
alter column report set statistics 0,
alter column source_digest set statistics 0,
alter column schema_digest set statistics 0;

alter table public.app_revisions enable row level security;

revoke all on public.app_revisions from public, anon, authenticated, service_role;

create policy "People see the revisions of apps that they see"
on public.app_revisions for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "The worker records revisions of people's own apps"
on public.app_revisions for insert to palaver_worker
with check (
    tenant_id = (select private.current_tenant_id())
    and created_by = (select private.current_user_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id())
    )
);

create policy "Operations find revisions"
on public.app_revisions for select to palaver_definer
using (true);

grant select (
    tenant_id, id, app_id, number, schema, report, source_digest, schema_digest, created_by, created_at
) on public.app_revisions to authenticated;

grant insert (tenant_id, app_id, number, schema, report, source_digest, schema_digest, created_by) on public.app_revisions to palaver_worker;

grant select (tenant_id, id, app_id, number, schema) on public.app_revisions to palaver_definer;

grant select on public.app_revisions to service_role;

create function private.record_app_revision(
    p_claims jsonb, p_app_id uuid, p_schema jsonb, p_report jsonb, p_digest text, p_schema_digest text default null
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id pg_catalog.uuid;
    v_revision pg_catalog.record;
    v_is_new pg_catalog.bool := false;
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, true);

    v_tenant_id := private.current_tenant_id();

    -- One after the other, so that numbers have no gaps.
    perform from public.generated_apps as a where a.tenant_id = v_tenant_id and a.id = p_app_id for no key update;

    select r.id, r.number into v_revision
    from public.app_revisions as r
    where r.tenant_id = v_tenant_id and r.app_id = p_app_id and r.source_digest = p_digest;

    if not found then
        v_is_new := true;

        insert into public.app_revisions as r (tenant_id, app_id, number, schema, report, source_digest, schema_digest, created_by)
        select
            v_tenant_id,
            p_app_id,
            coalesce(max(o.number), 0) + 1,
            p_schema,
            coalesce(p_report, '{}'),
            p_digest,
            p_schema_digest,
            private.current_user_id()
        from public.app_revisions as o
        where o.tenant_id = v_tenant_id and o.app_id = p_app_id
        returning r.id, r.number into v_revision;
    end if;

    return jsonb_build_object('id', v_revision.id, 'number', v_revision.number, 'created', v_is_new);
end
$$;

comment on function private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text) is
'Keeps the schema that was read out of an app for its owner, whom the claims name, with the digests of its source and of itself; of a source that was read before it is the revision of then. Returns {"id", "number", "created": whether it is new}. Errors: PA404 no such app, PA403 not its owner, 23514 no object, too large, no digest.';

revoke execute on function private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text) from public;

grant execute on function private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text) to palaver_worker;
