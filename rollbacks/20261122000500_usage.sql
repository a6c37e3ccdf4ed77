-- Reverts 20261122000500_usage. Removes the usage counters.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop view public.current_day_usage;

drop function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint);

drop table public.usage_metrics;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000500';
    end if;
end
$$;

commit;
