-- Reverts 20261122000810_response_cache. Removes all cached answers; conversations stay.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties settlement to what it writes, so no drop below would fail while it stands.

do $$
begin
    if to_regprocedure('private.finish_turns(uuid, jsonb)') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000820_turn_functions must be reverted first.';
    end if;
end
$$;

do $$
begin
    perform private.unschedule_jobs();

    delete from private.jobs where name = 'forget_cached_responses';

    perform private.schedule_jobs();
end
$$;

drop function private.forget_cached_responses();

drop function private.find_cached_response(jsonb, bytea);

revoke select (response_cache_seconds) on public.tenants from palaver_definer;

drop table private.cached_responses;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000810';
    end if;
end
$$;

commit;
