-- Reverts 20261122000500_usage. Removes the usage counters, the ledger and the prices.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop view public.current_day_usage;

drop table public.usage_metrics;

drop table public.usage_ledger;

drop function private.token_cost(private.model_prices, bigint, bigint, bigint);

drop table private.model_prices;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000500';
    end if;
end
$$;

commit;
