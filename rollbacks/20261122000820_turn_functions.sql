-- Reverts 20261122000820_turn_functions. Removes the functions of turns; what they wrote stays.
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

-- Nothing in the catalog ties a function to the tables that its body names, so no drop below would fail while 20261122000830_ledger_proof stands.

do $$
begin
    if to_regclass('private.ledger_checks') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000830_ledger_proof must be reverted first.';
    end if;
end
$$;

do $$
begin
    perform private.unschedule_jobs();

    delete from private.jobs where name = 'forget_idempotency_keys';

    perform private.schedule_jobs();
end
$$;

drop function private.forget_idempotency_keys();

drop function private.finish_turns(uuid, jsonb);

drop function private.read_pieces(jsonb);

drop function private.save_pieces(uuid, jsonb);

drop function private.keep_lease(uuid, uuid[], interval);

drop function private.model_choice(jsonb);

drop function private.stop_turn(jsonb, uuid, text);

drop function private.find_turn(jsonb, uuid, text);

drop function private.set_title(jsonb, uuid, text);

drop function private.begin_title(jsonb, uuid, uuid, bigint);

drop function private.begin_turn(jsonb, uuid, jsonb, integer, integer);

drop function private.message_octets(text, jsonb);

drop policy "Settlement adds to usage" on public.usage_metrics;

drop policy "Settlement starts the day's rows" on public.usage_metrics;

drop policy "Settlement writes the ledger" on public.usage_ledger;

drop policy "Settlement puts questions behind answers" on public.messages;

drop policy "Settlement adds answers, copies also questions" on public.messages;

drop policy "Settlement sees messages" on public.messages;

revoke insert, update (total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at)
on public.usage_metrics from palaver_definer;

revoke insert on public.usage_ledger from palaver_definer;

revoke select (tenant_id, id, conversation_id, user_id, parent_id, role, created_at), insert, update (parent_id)
on public.messages from palaver_definer;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000820';
    end if;
end
$$;

commit;
