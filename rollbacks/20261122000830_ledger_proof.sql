-- Reverts 20261122000830_ledger_proof. Removes the proof and its history; the ledger stays.
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

do $$
begin
    perform private.unschedule_jobs();

    delete from private.jobs where name = 'check_ledger';

    perform private.schedule_jobs();
end
$$;

drop function private.bill(date, date);

drop function private.check_ledger();

drop table private.ledger_checks;

drop function private.ledger_findings(date, date);

revoke select (token_count, cost) on public.messages from palaver_definer;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000830';
    end if;
end
$$;

commit;
