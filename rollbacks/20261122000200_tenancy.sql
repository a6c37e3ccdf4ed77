-- Reverts 20261122000200_tenancy. Removes all tenants and people. Accounts at Supabase Auth stay.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop function public.accept_invitation(uuid);

drop view public.my_invitations;

drop function private.take_invitation(uuid);

drop function private.pending_invitations();

drop policy "People see themselves, tenant admins their tenant's people" on public.users;

drop policy "Tenant admins invite people" on public.users;

drop policy "People change themselves, tenant admins their tenant's people" on public.users;

drop policy "Tenant admins withdraw invitations" on public.users;

drop policy "People see their own tenant" on public.tenants;

drop policy "Tenant admins change their tenant's settings" on public.tenants;

alter table public.users alter column tenant_id drop default;

drop function private.claimed_user_id();

drop function private.claimed_tenant_id();

drop function private.may_use_assistant();

drop function private.administered_tenant_id();

drop function private.current_user_id();

drop function private.current_tenant_id();

drop table public.users;

drop table public.tenants;

drop function private.note_joining();

drop function private.guard_user_update();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000200';
    end if;
end
$$;

commit;
