-- Projects: a configuration as the database has it, the YAML document that is its source, and who may see and change them.
--
-- Creates:  public.projects, public.project_members, public.project_revisions, public.mark_project_synced();
--           private.project_ids(), project_access(), keep_project(), record_revision(), note_sync(), read_projects(), read_project(),
--           list_projects(), read_revisions().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys.
-- Rollback: rollbacks/20261122000250_projects.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.projects (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    owner_id uuid default private.current_user_id(),
    slug text not null,
    name text not null,
    description text,
    configuration jsonb not null default '{}',
    configuration_version integer not null default 1,
    yaml text,
    yaml_file text not null default 'project.yaml',
    yaml_version integer not null default 0,
    synced_configuration jsonb,
    synced_yaml text,
    synced_at timestamptz,
    synced_by uuid,
    secret_paths text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint projects_pkey primary key (tenant_id, id),
    constraint projects_slug_key unique (tenant_id, slug),
    constraint projects_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint projects_owner_id_fkey foreign key (tenant_id, owner_id)
    references public.users (tenant_id, id) on delete set null (owner_id),
    constraint projects_synced_by_fkey foreign key (tenant_id, synced_by)
    references public.users (tenant_id, id) on delete set null (synced_by),
    constraint projects_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint projects_name_check check (char_length(name) between 1 and 200 and name ~ '\S'),
    constraint projects_description_check check (char_length(description) between 1 and 2000),
    constraint projects_configuration_check check (
        jsonb_typeof(configuration) = 'object' and octet_length(configuration::text) <= 2097152
    ),
    constraint projects_yaml_check check (octet_length(yaml) <= 2097152),
    constraint projects_yaml_file_check check (char_length(yaml_file) between 1 and 300 and yaml_file !~ '[[:cntrl:]]'),
    constraint projects_synced_check check (num_nulls(synced_configuration, synced_yaml, synced_at) in (0, 3)),
    constraint projects_secret_paths_check check (
        case
            when cardinality(secret_paths) = 0 then true
            when array_ndims(secret_paths) > 1 or cardinality(secret_paths) > 200 then false
            else array_position(secret_paths, null) is null and octet_length(array_to_string(secret_paths, '')) <= 16384
        end
    )
);

comment on table public.projects is 'Projects and their configurations. People see those that they own or are members of, tenant admins all.';

comment on column public.projects.owner_id is 'Who manages its members and may delete it, besides the tenant''s admins; null: only they.';

comment on column public.projects.slug is 'Its name in addresses and on the command line; unique in the tenant.';

comment on column public.projects.configuration is 'The configuration that counts: an object, up to 2 MiB, that fits private.configuration_schema().';

comment on column public.projects.configuration_version is 'Counts up with each change of configuration: what an edit was based on. An update that names it, where configuration_version = 7, changes nothing when somebody was faster.';

comment on column public.projects.yaml is 'The YAML document that the configuration comes from, byte for byte as its file has it, up to 2 MiB; null: none. Read by the worker, so it may hold anything.';

comment on column public.projects.yaml_file is 'Where that document is kept, such as its path in a repository: shown in differences and patches.';

comment on column public.projects.yaml_version is 'Counts up with each change of yaml.';

comment on column public.projects.synced_configuration is 'The configuration when somebody last said that both sides agree.';

comment on column public.projects.synced_yaml is 'The document at that time.';

comment on column public.projects.secret_paths is 'Where secrets stand, such as integrations.*.token, **.pin (wherever that stands) or services[*].env["API KEY"]: shown to no model, and in no comparison. What looks like a secret is left out without this.';

create index projects_owner_idx on public.projects (tenant_id, owner_id);

comment on index public.projects_owner_idx is 'A person''s own projects; the foreign key to users.';

create index projects_synced_by_idx on public.projects (tenant_id, synced_by);

comment on index public.projects_synced_by_idx is 'The foreign key to users of whoever synced it.';

create trigger projects_set_updated_at
before update of name, slug, description, configuration, yaml, yaml_file, secret_paths, owner_id on public.projects
for each row execute function private.set_updated_at();

alter table public.projects
alter column slug set statistics 0,
alter column name set statistics 0,
alter column description set statistics 0,
alter column configuration set statistics 0,
alter column yaml set statistics 0,
alter column yaml_file set statistics 0,
alter column synced_configuration set statistics 0,
alter column synced_yaml set statistics 0,
alter column secret_paths set statistics 0;

alter table public.projects enable row level security;

revoke all on public.projects from public, anon, authenticated, service_role;

create table public.project_members (
    tenant_id uuid not null default private.current_tenant_id(),
    project_id uuid not null,
    user_id uuid not null,
    access text not null default 'viewer',
    created_at timestamptz not null default now(),
    constraint project_members_pkey primary key (tenant_id, project_id, user_id),
    constraint project_members_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint project_members_project_id_fkey foreign key (tenant_id, project_id)
    references public.projects (tenant_id, id) on delete cascade,
    constraint project_members_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint project_members_access_check check (access in ('viewer', 'editor'))
);

comment on table public.project_members is 'Who may see a project, besides its owner and the tenant''s admins.';

comment on column public.project_members.access is 'viewer: sees it, asks about it, gets suggestions; editor: also changes it and decides on suggestions.';

create index project_members_user_idx on public.project_members (tenant_id, user_id, project_id);

comment on index public.project_members_user_idx is 'A person''s projects; the foreign key to users.';

alter table public.project_members
alter column access set statistics 0;

alter table public.project_members enable row level security;

revoke all on public.project_members from public, anon, authenticated, service_role;

-- A policy on projects that read their members would ask the members' policy, which asks for projects.

grant select (tenant_id, id, owner_id) on public.projects to palaver_definer;

grant select (tenant_id, project_id, user_id, access) on public.project_members to palaver_definer;

create policy "The access helpers find projects"
on public.projects for select to palaver_definer
using (true);

create policy "The access helpers find members"
on public.project_members for select to palaver_definer
using (true);

create function private.project_ids(p_access text)
returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_user_id constant pg_catalog.uuid := private.current_user_id();
    v_administered_id constant pg_catalog.uuid := private.administered_tenant_id();
begin
    return array(
        select p.id
        from public.projects as p
        where
            p.tenant_id = v_tenant_id
            and (
                p.owner_id = v_user_id
                or p.tenant_id = v_administered_id
                or exists (
                    select from public.project_members as m
                    where
                        m.tenant_id = p.tenant_id
                        and m.project_id = p.id
                        and m.user_id = v_user_id
                        and m.access = any (
                            case p_access when 'viewer' then '{viewer,editor}' when 'editor' then '{editor}' else '{}' end::pg_catalog.text[]
                        )
                )
            )
    );
end
$$;

comment on function private.project_ids(text) is
'The projects of whoever asks with at least this access: viewer, editor or owner. Once a statement, for policies. Definer: reads projects and members below their policies.';

create function private.project_access(p_project_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant pg_catalog.uuid := private.current_user_id();
begin
    return (
        select
            case
                when p.owner_id = v_user_id or p.tenant_id = private.administered_tenant_id() then 'owner'
                else m.access
            end
        from public.projects as p
        left join public.project_members as m on p.tenant_id = m.tenant_id and p.id = m.project_id and m.user_id = v_user_id
        where p.tenant_id = private.current_tenant_id() and p.id = p_project_id
    );
end
$$;

comment on function private.project_access(uuid) is
'The access of whoever asks to a project: owner (tenant admins too), editor or viewer; null: none, or there is no such project. Definer: reads projects and members below their policies.';

revoke execute on function private.project_ids(text) from public;

revoke execute on function private.project_access(uuid) from public;

grant execute on function private.project_ids(text) to authenticated, service_role;

grant execute on function private.project_access(uuid) to authenticated, service_role;

alter function private.project_ids(text) owner to palaver_definer;

alter function private.project_access(uuid) owner to palaver_definer;

-- The owner is named besides, since whoever creates a project reads it in the same statement.

create policy "People see their projects"
on public.projects for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (owner_id = (select private.current_user_id()) or id = any((select private.project_ids('viewer'))::uuid[]))
);

create policy "People who may use the assistant create projects of their own"
on public.projects for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and owner_id = (select private.current_user_id())
    and (select private.may_use_assistant())
);

create policy "Editors change their projects"
on public.projects for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and id = any((select private.project_ids('editor'))::uuid[])
)
with check (tenant_id = (select private.current_tenant_id()));

create policy "Owners delete their projects"
on public.projects for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and id = any((select private.project_ids('owner'))::uuid[])
);

grant select (
    tenant_id, id, owner_id, slug, name, description, configuration, configuration_version, yaml, yaml_file, yaml_version,
    synced_configuration, synced_yaml, synced_at, synced_by, secret_paths, created_at, updated_at
) on public.projects to authenticated;

grant insert (tenant_id, owner_id, slug, name, description, configuration, yaml, yaml_file, secret_paths)
on public.projects to authenticated;

grant update (slug, name, description, configuration, yaml, yaml_file, secret_paths) on public.projects to authenticated;

grant delete on public.projects to authenticated;

grant select, insert, update, delete on public.projects to service_role;

create policy "People see the members of their projects"
on public.project_members for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('viewer'))::uuid[])
);

create policy "Owners add members to their projects"
on public.project_members for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('owner'))::uuid[])
);

create policy "Owners change the access of members"
on public.project_members for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('owner'))::uuid[])
)
with check (tenant_id = (select private.current_tenant_id()));

create policy "Owners remove members, members leave"
on public.project_members for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or project_id = any((select private.project_ids('owner'))::uuid[]))
);

grant select (tenant_id, project_id, user_id, access, created_at) on public.project_members to authenticated;

grant insert (tenant_id, project_id, user_id, access) on public.project_members to authenticated;

grant update (access) on public.project_members to authenticated;

grant delete on public.project_members to authenticated;

grant select, insert, update, delete on public.project_members to service_role;

-- Versions are counted here and nowhere else, and a configuration that does not fit its schema goes nowhere.

create function private.keep_project()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_errors pg_catalog.jsonb;
begin
    if tg_op = 'INSERT' then
        -- Nobody but who moves projects here from elsewhere may say which versions they are.
        new.yaml_version := case when new.yaml is null then new.yaml_version else greatest(new.yaml_version, 1) end;
    else
        new.configuration_version := old.configuration_version + (new.configuration is distinct from old.configuration)::pg_catalog.int4;
        new.yaml_version := old.yaml_version + (new.yaml is distinct from old.yaml)::pg_catalog.int4;
    end if;

    -- What is too large is for the check to refuse, not to look through.
    if
        (tg_op = 'INSERT' or new.configuration_version > old.configuration_version)
        and octet_length(new.configuration::pg_catalog.text) <= 2097152
    then
        v_errors := private.schema_errors(private.configuration_schema(new.tenant_id), new.configuration);

        if v_errors <> '[]' then
            raise exception using
                errcode = 'PA433',
                message = 'The configuration does not fit its schema.',
                detail = jsonb_build_object('errors', v_errors)::pg_catalog.text;
        end if;
    end if;

    -- One that names nothing would hide nothing, and nobody would notice.
    if exists (
        select from unnest(new.secret_paths) as s (path)
        where s.path !~ (
            '^([A-Za-z_][A-Za-z0-9_-]*|\*\*?|\[([0-9]{1,9}|\*)\]|\["([^"\\]|\\.)*"\])'
            || '(\.([A-Za-z_][A-Za-z0-9_-]*|\*\*?)|\[([0-9]{1,9}|\*)\]|\["([^"\\]|\\.)*"\])*$'
        )
    ) then
        raise exception using
            errcode = 'PA422',
            message = 'One of secret_paths is no path.',
            hint = 'A path is such as integrations.*.token, **.pin, environments[*].secrets or env["API KEY"].';
    end if;

    return new;
end
$$;

comment on function private.keep_project() is
'Trigger: counts the versions of configuration and yaml, and holds the configuration to its schema. Errors: PA433 it does not fit, with detail {"errors": [{"path", "message"}]}; PA422 one of secret_paths is no path.';

revoke execute on function private.keep_project() from public;

create trigger projects_keep
before insert or update of configuration, configuration_version, yaml, yaml_version, secret_paths on public.projects
for each row execute function private.keep_project();

-- Revisions: what either side was, and who made it so.

create table public.project_revisions (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    project_id uuid not null,
    side text not null,
    version integer not null,
    configuration jsonb,
    yaml text,
    cause text not null,
    suggestion_id uuid,
    user_id uuid,
    user_name text,
    created_at timestamptz not null default clock_timestamp(),
    constraint project_revisions_pkey primary key (tenant_id, id),
    constraint project_revisions_version_key unique (tenant_id, project_id, side, version),
    constraint project_revisions_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint project_revisions_project_id_fkey foreign key (tenant_id, project_id)
    references public.projects (tenant_id, id) on delete cascade,
    constraint project_revisions_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete set null (user_id),
    constraint project_revisions_side_check check (
        case side when 'database' then configuration is not null and yaml is null when 'yaml' then configuration is null else false end
    ),
    constraint project_revisions_cause_check check (cause in ('created', 'edit', 'suggestion', 'undo', 'sync'))
);

comment on table public.project_revisions is
'What a project''s configuration and its YAML document were, version by version, and who changed them: written by a trigger, the newest 200 of each side are kept.';

comment on column public.project_revisions.side is 'database: of configuration; yaml: of the document.';

comment on column public.project_revisions.version is 'projects.configuration_version or yaml_version from then on.';

comment on column public.project_revisions.yaml is 'The document; null: it was taken away.';

comment on column public.project_revisions.cause is 'created with the project; an edit; a suggestion that was accepted; its undo; a sync, which made one side what the other is.';

comment on column public.project_revisions.suggestion_id is 'The suggestion. No foreign key: what happened stays when it is gone.';

comment on column public.project_revisions.user_id is 'Who changed it; null: nobody who signed in, or somebody who is gone.';

comment on column public.project_revisions.user_name is 'Their name at that time, for those who see the project and no row of their colleagues.';

create index project_revisions_user_idx on public.project_revisions (tenant_id, user_id);

comment on index public.project_revisions_user_idx is 'The foreign key to users of whoever changed it.';

alter table public.project_revisions
alter column side set statistics 0,
alter column configuration set statistics 0,
alter column yaml set statistics 0,
alter column cause set statistics 0,
alter column user_name set statistics 0;

alter table public.project_revisions enable row level security;

revoke all on public.project_revisions from public, anon, authenticated, service_role;

create policy "People see what became of their projects"
on public.project_revisions for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any((select private.project_ids('viewer'))::uuid[])
);

create policy "The trigger finds the oldest revisions"
on public.project_revisions for select to palaver_definer
using (true);

create policy "The trigger records revisions"
on public.project_revisions for insert to palaver_definer
with check (true);

create policy "Decisions say what a revision comes from"
on public.project_revisions for update to palaver_definer
using (true)
with check (true);

create policy "The trigger forgets the oldest revisions"
on public.project_revisions for delete to palaver_definer
using (true);

grant select (
    tenant_id, id, project_id, side, version, configuration, yaml, cause, suggestion_id, user_id, user_name, created_at
) on public.project_revisions to authenticated;

grant select, insert, delete on public.project_revisions to palaver_definer;

grant update (cause, suggestion_id) on public.project_revisions to palaver_definer;

grant select, insert, update, delete on public.project_revisions to service_role;

grant select (name) on public.users to palaver_definer;

create function private.record_revision()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Nobody is noted whose tenant is another: the reference to them would be refused.
    v_user_id constant pg_catalog.uuid := case when private.current_tenant_id() = new.tenant_id then private.current_user_id() end;
    v_user_name constant pg_catalog.text := (select u.name from public.users as u where u.tenant_id = new.tenant_id and u.id = v_user_id);
    v_cause constant pg_catalog.text := case tg_op when 'INSERT' then 'created' else 'edit' end;
begin
    if tg_op = 'INSERT' or new.configuration_version > old.configuration_version then
        insert into public.project_revisions (tenant_id, project_id, side, version, configuration, cause, user_id, user_name)
        values (new.tenant_id, new.id, 'database', new.configuration_version, new.configuration, v_cause, v_user_id, v_user_name);

        delete from public.project_revisions as r
        where
            r.tenant_id = new.tenant_id
            and r.project_id = new.id
            and r.side = 'database'
            and r.version <= new.configuration_version - 200;
    end if;

    if (tg_op = 'INSERT' and new.yaml is not null) or (tg_op = 'UPDATE' and new.yaml_version > old.yaml_version) then
        insert into public.project_revisions (tenant_id, project_id, side, version, yaml, cause, user_id, user_name)
        values (new.tenant_id, new.id, 'yaml', new.yaml_version, new.yaml, v_cause, v_user_id, v_user_name);

        delete from public.project_revisions as r
        where r.tenant_id = new.tenant_id and r.project_id = new.id and r.side = 'yaml' and r.version <= new.yaml_version - 200;
    end if;

    return null;
end
$$;

comment on function private.record_revision() is
'Trigger: keeps what a project''s configuration and YAML document are from now on, and lets go of what is more than 200 changes old. Definer: nobody else may write revisions.';

revoke execute on function private.record_revision() from public;

alter function private.record_revision() owner to palaver_definer;

create trigger projects_record_revision
after insert or update of configuration, configuration_version, yaml, yaml_version on public.projects
for each row execute function private.record_revision();

-- Saying that both sides agree.

create policy "Syncs are noted for whoever may edit"
on public.projects for update to palaver_definer
using (true)
with check (true);

grant select (configuration, configuration_version, yaml, yaml_version), update (synced_configuration, synced_yaml, synced_at, synced_by)
on public.projects to palaver_definer;

create function private.note_sync(p_project_id uuid, p_configuration_version integer, p_yaml_version integer)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_project pg_catalog.record;
begin
    select p.configuration_version, p.yaml_version, p.yaml is null as has_no_yaml
    into v_project
    from public.projects as p
    where p.tenant_id = v_tenant_id and p.id = p_project_id and p.id = any (private.project_ids('viewer'))
    for no key update;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such project.';
    end if;

    -- As it stands after the wait for whoever held the row.
    if coalesce(private.project_access(p_project_id) not in ('owner', 'editor'), true) then
        raise exception using
            errcode = 'PA403',
            message = 'You may see this project, and not change it.',
            hint = 'Its owner, or an administrator of your organisation, can make you an editor.';
    end if;

    if v_project.has_no_yaml then
        raise exception using
            errcode = 'PA422',
            message = 'This project has no YAML document that its configuration could agree with.';
    end if;

    if (v_project.configuration_version, v_project.yaml_version) is distinct from (p_configuration_version, p_yaml_version) then
        raise exception using
            errcode = 'PA430',
            message = 'The project has changed since.',
            detail = jsonb_build_object(
                'configurationVersion', v_project.configuration_version, 'yamlVersion', v_project.yaml_version
            )::pg_catalog.text,
            hint = 'Compare both sides as they are now.';
    end if;

    update public.projects as p
    set
        synced_configuration = p.configuration,
        synced_yaml = p.yaml,
        synced_at = clock_timestamp(),
        synced_by = private.current_user_id()
    where p.tenant_id = v_tenant_id and p.id = p_project_id;
end
$$;

comment on function private.note_sync(uuid, integer, integer) is
'Takes the snapshot for public.mark_project_synced(). Definer: people may not write snapshots, which differences are judged by.';

create function public.mark_project_synced(p_project_id uuid, p_configuration_version integer, p_yaml_version integer)
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_project public.projects;
begin
    perform private.note_sync(p_project_id, p_configuration_version, p_yaml_version);

    select p.* into v_project from public.projects as p where p.tenant_id = private.current_tenant_id() and p.id = p_project_id;

    return v_project;
end
$$;

comment on function public.mark_project_synced(uuid, integer, integer) is
'Says, for whoever may edit the project, that its configuration and its YAML document of these versions agree: later differences are told from here. Errors: PA404 no such project, PA403 may not edit it, PA422 there is no document, PA430 either has changed since.';

revoke execute on function private.note_sync(uuid, integer, integer) from public;

revoke execute on function public.mark_project_synced(uuid, integer, integer) from public, anon;

grant execute on function private.note_sync(uuid, integer, integer) to authenticated;

grant execute on function public.mark_project_synced(uuid, integer, integer) to authenticated;

alter function private.note_sync(uuid, integer, integer) owner to palaver_definer;

-- For the worker, as the person that the claims name.

create function private.read_projects(p_claims jsonb, p_limit integer, p_project text default null)
returns table (
    tenant_id uuid,
    id uuid,
    slug text,
    name text,
    description text,
    access text,
    configuration text,
    configuration_version integer,
    yaml text,
    yaml_file text,
    yaml_version integer,
    synced_configuration text,
    synced_yaml text,
    synced_at timestamptz,
    synced_by uuid,
    secret_paths text[],
    schema text,
    updated_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_id constant pg_catalog.uuid := private.as_uuid(p_project);
begin
    perform private.become(p_claims);

    return query
    select
        p.tenant_id, p.id, p.slug, p.name, p.description, private.project_access(p.id), p.configuration::text, p.configuration_version,
        p.yaml, p.yaml_file, p.yaml_version, p.synced_configuration::text, p.synced_yaml, p.synced_at, p.synced_by, p.secret_paths,
        private.configuration_schema(p.tenant_id)::text, p.updated_at
    from public.projects as p
    where
        p.tenant_id = private.current_tenant_id()
        and (p_project is null or p.id = v_id or (v_id is null and p.slug = p_project))
    order by p.updated_at desc, p.id desc
    limit least(greatest(p_limit, 1), 100);
end
$$;

comment on function private.read_projects(jsonb, integer, text) is
'The projects that the person whom the claims name sees, last changed first, with all that a comparison takes; or one of them, by id or slug. Documents are text. At most 100.';

create function private.read_project(p_claims jsonb, p_project text)
returns table (
    tenant_id uuid,
    id uuid,
    slug text,
    name text,
    description text,
    access text,
    configuration text,
    configuration_version integer,
    yaml text,
    yaml_file text,
    yaml_version integer,
    synced_configuration text,
    synced_yaml text,
    synced_at timestamptz,
    synced_by uuid,
    secret_paths text[],
    schema text,
    updated_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    if p_project is not null then
        return query
        select * from private.read_projects(p_claims, 1, p_project);
    end if;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such project.';
    end if;
end
$$;

comment on function private.read_project(jsonb, text) is
'One of private.read_projects(), by id or slug. Errors: PA404 there is none that the person sees.';

create function private.list_projects(p_claims jsonb, p_limit integer default 1000)
returns table (
    tenant_id uuid,
    id uuid,
    slug text,
    name text,
    description text,
    access text,
    configuration_version integer,
    yaml_version integer,
    has_yaml boolean,
    synced_at timestamptz,
    updated_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return query
    select
        p.tenant_id, p.id, p.slug, p.name, p.description, private.project_access(p.id), p.configuration_version, p.yaml_version,
        p.yaml is not null, p.synced_at, p.updated_at
    from public.projects as p
    where p.tenant_id = private.current_tenant_id()
    order by p.updated_at desc, p.id desc
    limit least(greatest(p_limit, 1), 1000);
end
$$;

comment on function private.list_projects(jsonb, integer) is
'The projects that the person whom the claims name sees, last changed first, without their documents: at most 1,000.';

create function private.read_revisions(
    p_claims jsonb,
    p_project_id uuid,
    p_side text,
    p_limit integer default 50,
    p_before_version integer default null
)
returns table (
    version integer,
    configuration text,
    yaml text,
    cause text,
    suggestion_id uuid,
    user_id uuid,
    user_name text,
    created_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    if private.project_access(p_project_id) is null then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such project.';
    end if;

    return query
    select r.version, r.configuration::text, r.yaml, r.cause, r.suggestion_id, r.user_id, r.user_name, r.created_at
    from public.project_revisions as r
    where
        r.tenant_id = private.current_tenant_id()
        and r.project_id = p_project_id
        and r.side = p_side
        and (p_before_version is null or r.version < p_before_version)
    order by r.version desc
    limit least(greatest(p_limit, 1), 200);
end
$$;

comment on function private.read_revisions(jsonb, uuid, text, integer, integer) is
'What one side of a project was, newest first, for the person that the claims name: a page before p_before_version. Errors: PA404 no such project that they see.';

revoke execute on function private.read_projects(jsonb, integer, text) from public;

revoke execute on function private.read_project(jsonb, text) from public;

revoke execute on function private.list_projects(jsonb, integer) from public;

revoke execute on function private.read_revisions(jsonb, uuid, text, integer, integer) from public;

grant execute on function private.read_projects(jsonb, integer, text) to palaver_worker;

grant execute on function private.read_project(jsonb, text) to palaver_worker;

grant execute on function private.list_projects(jsonb, integer) to palaver_worker;

grant execute on function private.read_revisions(jsonb, uuid, text, integer, integer) to palaver_worker;
