-- Reverts 20261122000250_projects. Removes all projects with their configurations and members.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop policy "Owners remove members, members leave" on public.project_members;

drop policy "Owners change the access of members" on public.project_members;

drop policy "Owners add members to their projects" on public.project_members;

drop policy "People see the members of their projects" on public.project_members;

drop policy "Owners delete their projects" on public.projects;

drop policy "Editors change their projects" on public.projects;

drop policy "People see their projects" on public.projects;

drop function private.project_access(uuid);

drop function private.project_ids(text);

drop table public.project_members;

drop table public.projects;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000250';
    end if;
end
$$;

commit;
