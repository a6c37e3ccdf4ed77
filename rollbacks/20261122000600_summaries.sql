-- Reverts 20261122000600_summaries. Removes the summaries. What they sum up stays.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties jobs to what they run, so no drop below would fail while jobs stand.

do $$
begin
    if to_regclass('private.jobs') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000700_jobs must be reverted first.';
    end if;
end
$$;

drop view public.message_feedback_summary;

drop view public.monthly_usage_summary;

drop trigger feedback_record_change on public.feedback;

drop trigger usage_metrics_record_insert on public.usage_metrics;

drop trigger usage_metrics_record_update on public.usage_metrics;

drop trigger usage_metrics_record_delete on public.usage_metrics;

drop trigger usage_ledger_record_insert on public.usage_ledger;

drop trigger usage_ledger_record_update on public.usage_ledger;

drop trigger usage_ledger_record_delete on public.usage_ledger;

drop function private.refresh_summaries();

drop function private.feedback_summary(uuid, uuid);

drop function private.record_feedback_change();

drop function private.record_ledger_changes();

drop function private.record_ledger_change();

drop function private.record_usage_change();

drop function private.closed_monthly_usage(date);

drop function private.usage_months();

drop function private.summaries_refreshed_at();

drop function private.usage_closed_before();

drop table private.message_feedback_closed;

drop table private.feedback_changes;

drop table private.usage_daily;

drop view private.ledger_by_day;

drop table private.ledger_changes;

drop table private.monthly_usage_closed;

drop table private.usage_changes;

drop table private.summary_state;

drop policy "Summaries read the ledger" on public.usage_ledger;

revoke select on public.usage_ledger from palaver_definer;

drop policy "Summaries read feedback" on public.feedback;

revoke select on public.feedback from palaver_definer;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000600';
    end if;
end
$$;

commit;
