-- Reverts 20261122000800_turns. Removes turns and the request limit. Questions and answers stay: they are messages.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

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
