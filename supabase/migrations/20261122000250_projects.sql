-- Projects: a configuration as the database has it, the YAML document that is its source, and who may see and change them.
--
-- Creates:  public.projects, public.project_members; private.project_ids(), project_access().
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

comment on column public.projects.configuration_version is 'Counts up with each change of configuration: what an edit was based on.';

comment on column public.projects.yaml is 'The YAML document that the configuration comes from, byte for byte as its file has it, up to 2 MiB; null: none. Read by the worker, so it may hold anything.';

comment on column public.projects.yaml_file is 'Where that document is kept, such as its path in a repository: shown in differences and patches.';

comment on column public.projects.yaml_version is 'Counts up with each change of yaml.';

comment on column public.projects.synced_configuration is 'The configuration when somebody last said that both sides agree.';

comment on column public.projects.synced_yaml is 'The document at that time.';

comment on column public.projects.secret_paths is 'Where secrets stand, such as integrations.*.token: shown to no model, and in no comparison. What looks like a secret is left out without this.';

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
    and (owner_id = (select private.current_user_id()) or id = any ((select private.project_ids('viewer'))::uuid []))
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
    and id = any ((select private.project_ids('editor'))::uuid [])
)
with check (tenant_id = (select private.current_tenant_id()));

create policy "Owners delete their projects"
on public.projects for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and id = any ((select private.project_ids('owner'))::uuid [])
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
    and project_id = any ((select private.project_ids('viewer'))::uuid [])
);

create policy "Owners add members to their projects"
on public.project_members for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and project_id = any ((select private.project_ids('owner'))::uuid [])
);

create policy "Owners change the access of members"
on public.project_members for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and project_id = any ((select private.project_ids('owner'))::uuid [])
)
with check (tenant_id = (select private.current_tenant_id()));

create policy "Owners remove members, members leave"
on public.project_members for delete to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or project_id = any ((select private.project_ids('owner'))::uuid []))
);

grant select (tenant_id, project_id, user_id, access, created_at) on public.project_members to authenticated;

grant insert (tenant_id, project_id, user_id, access) on public.project_members to authenticated;

grant update (access) on public.project_members to authenticated;

grant delete on public.project_members to authenticated;

grant select, insert, update, delete on public.project_members to service_role;
