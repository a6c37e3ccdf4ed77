-- Reverts 20261122000800_turns. Removes turns and the request limit. Questions and answers stay: they are messages.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, so no drop below would fail while it stands.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;
end
$$;

drop function private.finish_turn(
    jsonb, uuid, text, text, text, text, bigint, bigint, boolean, integer, text, text, text, numeric
);

drop function private.begin_turn(jsonb, text, uuid, integer);

drop function private.take_request(uuid, integer);

drop table private.rate_limits;

drop table public.turns;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000800';
    end if;
end
$$;

commit;
