-- Reverts 20261122000550_limits. Removes the limits and increment_usage_metrics(); the ledger and the counters stay.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties a function to the tables that its body names, so no drop below would fail while 20261122000800_turns stands.

do $$
begin
    if to_regclass('public.turns') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000800_turns must be reverted first.';
    end if;
end
$$;

drop function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint);

drop function private.count_tokens(uuid, bigint);

drop function private.settle_allowance(uuid, uuid, bigint, bigint);

drop function private.take_allowance(boolean, integer, bigint, bigint, bigint);

drop function private.check_rate(boolean, integer);

drop function private.refuse_request(text, bigint, interval);

drop function private.rate_wait(timestamptz, integer);

drop table private.allowances;

drop policy "Limits read usage" on public.usage_metrics;

revoke select on public.usage_metrics from palaver_definer;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000550';
    end if;
end
$$;

commit;
