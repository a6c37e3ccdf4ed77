-- Reverts 20261122000394_app_databases. Removes what is known of databases of apps that were removed, and the record of operations; refuses while there are others.
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

do $$
begin
    if exists (select from public.app_databases as d where d.state <> 'removed') then
        raise exception using
            errcode = '2BP01',
            message = 'There are databases of apps still: remove them first, for nothing else knows of them.';
    end if;
end
$$;

drop function private.read_generated_app(jsonb, uuid);

drop function private.read_app_operation(jsonb, uuid);

drop function private.app_credentials(jsonb, uuid, text);

drop function private.look_at_app_password(uuid, text);

drop function private.missing_app_databases(text[]);

drop function private.lost_app_databases(text[]);

drop function private.note_size_state(uuid, uuid, text, text);

drop function private.note_app_sizes(jsonb);

drop function private.due_app_work();

drop function private.finish_app_operation(uuid, text, jsonb);

drop function private.note_app_step(uuid, text, text, jsonb, interval);

drop function private.held_app_operation(uuid, text);

drop function private.claim_app_operation(text, interval, uuid);

drop function private.give_up_app_operations();

drop function private.change_app_database(uuid, uuid, jsonb);

drop function private.request_app_operation(jsonb, uuid, text, text, jsonb, text);

drop function private.enqueue_app_operation(uuid, text, text, jsonb, text);

drop function private.check_app_room(jsonb, uuid, text);

drop function private.check_database_room();

drop function private.checked_app_arguments(uuid, uuid, text, jsonb);

drop table public.app_operations;

drop table private.app_credentials;

drop table public.app_databases;

drop function private.refuse_lost_database();

drop function private.keep_app_database();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000394';
    end if;
end
$$;

commit;
