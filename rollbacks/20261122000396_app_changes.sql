-- Reverts 20261122000396_app_changes. Removes the history of changes to apps' databases, and what is known of their backups; the files of
-- these are elsewhere, and stay.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, and a trigger goes with its table, so no drop below would fail while they
-- stand.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;

    if to_regclass('public.audit_log') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000860_audit must be reverted first.';
    end if;

    if to_regclass('private.personal_data') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000840_privacy must be reverted first.';
    end if;
end
$$;

drop function private.unmatched_app_backups(text []);

drop function private.app_backup_to_restore(uuid, text, uuid);

drop function private.forget_app_backup(uuid, uuid);

drop function private.expired_app_backups(integer);

drop function private.finish_app_backup(uuid, text, uuid, jsonb);

drop function private.begin_app_backup(uuid, text, jsonb);

drop function private.finish_app_change(uuid, text, jsonb);

drop function private.begin_app_change(uuid, text, uuid);

drop function private.read_app_backups(jsonb, uuid, integer, uuid);

drop function private.read_app_changes(jsonb, uuid, uuid, integer, uuid);

drop function private.discard_app_change(jsonb, uuid, text, boolean);

drop function private.confirm_app_change(jsonb, uuid, text, integer[]);

drop function private.decide_app_change(uuid, jsonb);

drop function private.record_app_change(jsonb, uuid, text, uuid, jsonb);

drop function private.keep_app_change(uuid, text, uuid, jsonb);

drop function private.read_change_basis(jsonb, uuid, text, uuid);

drop table public.app_changes;

drop table public.app_backups;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000396';
    end if;
end
$$;

commit;
