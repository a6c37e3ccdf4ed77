-- The response cache: an answer that was given may be given again to the same prompt, where the tenant wants that, and never beyond it.
--
-- Creates:  private.cached_responses; private.find_cached_response(), forget_cached_responses(); the job forget_cached_responses.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys.
-- Rollback: rollbacks/20261122000810_response_cache.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table private.cached_responses (
    tenant_id uuid not null,
    key bytea not null,
    user_id uuid not null,
    provider text,
    model text,
    content text not null,
    parts jsonb,
    created_at timestamptz not null default now(),
    constraint cached_responses_pkey primary key (tenant_id, key),
    constraint cached_responses_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint cached_responses_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint cached_responses_key_check check (octet_length(key) = 32)
);

comment on table private.cached_responses is 'Answers that may be given again to the same prompt, by everybody in the tenant, for as long as tenants.response_cache_seconds says.';

comment on column private.cached_responses.key is 'SHA-256 of provider, model, settings, tools and all messages, the system prompt included.';

comment on column private.cached_responses.user_id is 'Whose question it first answered: it goes when they go.';

create index cached_responses_user_idx on private.cached_responses (tenant_id, user_id);

comment on index private.cached_responses_user_idx is 'The foreign key to users.';

create index cached_responses_created_idx on private.cached_responses (tenant_id, created_at);

comment on index private.cached_responses_created_idx is 'Forgetting old ones.';

alter table private.cached_responses enable row level security;

revoke all on private.cached_responses from public, anon, authenticated, service_role;

grant select on private.cached_responses to palaver_worker;

grant select, insert, delete, update (user_id, provider, model, content, parts, created_at) on private.cached_responses to palaver_definer;

grant select (response_cache_seconds) on public.tenants to palaver_definer;

create policy "The worker finds what the tenant it acts for remembers"
on private.cached_responses for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()));

create policy "Settlement and the job see cached answers"
on private.cached_responses for select to palaver_definer
using (true);

create policy "Settlement caches answers"
on private.cached_responses for insert to palaver_definer
with check (true);

create policy "Settlement renews cached answers"
on private.cached_responses for update to palaver_definer
using (true)
with check (true);

create policy "The job forgets cached answers"
on private.cached_responses for delete to palaver_definer
using (true);

create function private.find_cached_response(p_claims jsonb, p_key bytea)
returns table (provider text, model text, content text, parts text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
begin
    perform private.become(p_claims);

    return query
    select c.provider, c.model, c.content, c.parts::text
    from private.cached_responses as c
    inner join public.tenants as t on t.id = c.tenant_id
    where
        t.id = private.current_tenant_id()
        and c.key = p_key
        and c.created_at > clock_timestamp() - make_interval(secs => t.response_cache_seconds);
end
$$;

comment on function private.find_cached_response(jsonb, bytea) is
'The answer that the tenant of the person whom the verified claims name has to this prompt, if it is fresh enough; no row otherwise.';

revoke execute on function private.find_cached_response(jsonb, bytea) from public;

grant execute on function private.find_cached_response(jsonb, bytea) to palaver_worker;

create function private.forget_cached_responses()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from private.cached_responses as c
    using public.tenants as t
    where
        t.id = c.tenant_id
        and (t.response_cache_seconds is null or c.created_at < now() - make_interval(secs => t.response_cache_seconds))
$$;

comment on function private.forget_cached_responses() is 'Job: forgets cached answers that are too old, and those of tenants that want none any more. Definer: runs as the job runner.';

revoke execute on function private.forget_cached_responses() from public;

alter function private.forget_cached_responses() owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values ('forget_cached_responses', 'Forgets cached answers that are too old.', '1 hour', '37 * * * *');

do $$
begin
    perform private.schedule_jobs();
end
$$;
