-- Reverts 20261122000250_projects. Removes all projects with their configurations, revisions and members.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop function private.read_revisions(jsonb, uuid, text, integer, integer);

drop function private.list_projects(jsonb, integer);

drop function private.read_project(jsonb, text);

drop function private.read_projects(jsonb, integer, text);

drop function public.mark_project_synced(uuid, integer, integer);

drop function private.note_sync(uuid, integer, integer);

drop table public.project_revisions;

drop trigger projects_record_revision on public.projects;

drop function private.record_revision();

revoke select (name) on public.users from palaver_definer;

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

drop function private.keep_project();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000250';
    end if;
end
$$;

commit;
