-- Reverts 20261122000620_analytics. Removes the views of usage and feedback. What they sum up stays.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties this to the migration after it.

do $$
begin
    if to_regclass('private.jobs') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000700_jobs must be reverted first.';
    end if;
end
$$;

drop view public.feedback_by_prompt;

drop view public.feedback_by_model;

drop function private.judged_answers();

revoke select (prompt_id, prompt_version) on public.conversations from palaver_definer;

revoke select (model_used) on public.messages from palaver_definer;

drop view public.usage_forecast;

drop function private.forecast_usage(timestamptz);

drop function public.usage_totals(date, date, text[]);

drop view public.usage_by_conversation;

drop view public.usage_by_prompt;

drop view public.usage_by_person;

drop view public.usage_by_model;

drop view public.usage_by_month;

drop view public.usage_by_day;

drop view public.usage_details;

drop function private.open_usage_days();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000620';
    end if;
end
$$;

commit;
