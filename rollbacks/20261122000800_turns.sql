-- Reverts 20261122000800_turns. Removes turns. Questions and answers stay: they are messages; and so does the ledger.
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

-- Nothing in the catalog ties a function to the tables that its body names, so no drop below would fail while 20261122000820_turn_functions stands.

do $$
begin
    if to_regprocedure('private.begin_turn(jsonb, uuid, jsonb, integer, integer)') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000820_turn_functions must be reverted first.';
    end if;
end
$$;

drop table private.turn_pieces;

drop table private.open_turns;

drop table private.workers;

drop table private.idempotency_keys;

drop table public.turns;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000800';
    end if;
end
$$;

commit;
