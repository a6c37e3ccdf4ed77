-- Tenancy: tenants, the people in them, and the helpers that every policy asks.
--
-- Creates:  public.tenants, public.users; private.current_tenant_id(), current_user_id(), administered_tenant_id(),
--           may_use_assistant(), claimed_tenant_id(), claimed_user_id(), guard_user_update(), note_joining();
--           public.my_invitations, public.accept_invitation(), private.pending_invitations(), take_invitation().
-- Locks:    none on existing tables but a moment's SHARE ROW EXCLUSIVE on auth.users, for the foreign key.
-- Rollback: rollbacks/20261122000200_tenancy.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.tenants (
    id uuid not null default private.uuid_v7(),
    name text not null,
    slug text not null,
    llm_provider text,
    llm_model text,
    temperature numeric(3, 2),
    max_tokens integer,
    system_prompt text,
    features jsonb not null default '{}',
    rate_limit_per_minute integer not null default 60,
    daily_token_limit bigint,
    user_rate_limit_per_minute integer,
    user_daily_token_limit bigint,
    tools jsonb not null default '[]',
    search_language text not null default 'english',
    response_cache_seconds integer,
    consent_version text,
    consent_text text,
    retention_days integer,
    deletion_grace_days integer not null default 30,
    encrypts_messages boolean not null default false,
    configuration_schema jsonb not null default '{}',
    branding jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_name_check check (char_length(name) between 1 and 200 and name ~ '\S'),
    constraint tenants_slug_check check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint tenants_llm_provider_check check (llm_provider ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
    constraint tenants_llm_model_check check (char_length(llm_model) between 1 and 200),
    constraint tenants_temperature_check check (temperature between 0 and 2),
    constraint tenants_max_tokens_check check (max_tokens between 1 and 1000000),
    constraint tenants_system_prompt_check check (char_length(system_prompt) <= 100000),
    constraint tenants_features_check check (jsonb_typeof(features) = 'object' and octet_length(features::text) <= 65536),
    constraint tenants_rate_limit_per_minute_check check (rate_limit_per_minute between 1 and 1000000),
    constraint tenants_daily_token_limit_check check (daily_token_limit >= 0),
    constraint tenants_user_rate_limit_per_minute_check check (user_rate_limit_per_minute between 1 and 1000000),
    constraint tenants_user_daily_token_limit_check check (user_daily_token_limit >= 0),
    constraint tenants_tools_check check (jsonb_typeof(tools) = 'array' and octet_length(tools::text) <= 65536),
    constraint tenants_search_language_check check (search_language ~ '^[a-z_]{1,63}$'),
    constraint tenants_response_cache_seconds_check check (response_cache_seconds between 1 and 31536000),
    constraint tenants_consent_version_check check (char_length(consent_version) between 1 and 100),
    constraint tenants_consent_text_check check (char_length(consent_text) <= 100000),
    constraint tenants_retention_days_check check (retention_days between 1 and 36500),
    constraint tenants_deletion_grace_days_check check (deletion_grace_days between 0 and 3650),
    constraint tenants_configuration_schema_check check (
        jsonb_typeof(configuration_schema) = 'object' and octet_length(configuration_schema::text) <= 65536
    ),
    constraint tenants_branding_check check (jsonb_typeof(branding) = 'object' and octet_length(branding::text) <= 65536)
);

comment on table public.tenants is 'The customers of this installation; everything else belongs to one of them.';

comment on column public.tenants.llm_provider is 'Name of a provider that the worker is configured with; null: the worker''s default.';

comment on column public.tenants.llm_model is 'Model name as the provider spells it; null: the worker''s default.';

comment on column public.tenants.max_tokens is 'Upper bound of one answer, in tokens; null: the provider''s default.';

comment on column public.tenants.features is 'Switches by name. "ai_assistant": false turns the assistant off for everyone in the tenant.';

comment on column public.tenants.rate_limit_per_minute is 'Questions a minute, all people of the tenant together: so many at once, then so many a minute evenly (generic cell rate algorithm).';

comment on column public.tenants.daily_token_limit is 'Tokens a UTC day, all people together: reserved before an answer, settled after it; null: no limit.';

comment on column public.tenants.user_rate_limit_per_minute is 'Questions a minute of any one person, within the tenant''s; null: no share.';

comment on column public.tenants.user_daily_token_limit is 'Tokens a UTC day of any one person, within the tenant''s; null: no share.';

comment on column public.tenants.tools is 'Tools that the model may ask clients to call: an array of definitions in the form of OpenAI''s chat completions.';

comment on column public.tenants.search_language is 'Text search configuration of PostgreSQL in which the tenant''s conversations are searched: english, german, simple, ….';

comment on column public.tenants.response_cache_seconds is 'How long an answer may be given again to the same prompt, within the tenant; null: never.';

comment on column public.tenants.consent_version is 'The version of consent_text that people must have consented to before they ask anything; null: none is demanded.';

comment on column public.tenants.retention_days is 'Messages are deleted when they are so many days old; null: never.';

comment on column public.tenants.deletion_grace_days is 'For so many days a deleted conversation can be restored; after them it is gone.';

comment on column public.tenants.encrypts_messages is 'Whether the worker encrypts what is said from now on, with a key of the tenant. What is encrypted cannot be searched, shared or read through the Data API.';

comment on column public.tenants.configuration_schema is 'What the tenant adds to the schema of its projects'' configurations: a JSON Schema, merged into private.base_configuration_schema().';

comment on column public.tenants.is_active is 'False shuts the tenant: nobody in it reads or writes anything.';

create table public.users (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    auth_id uuid,
    email text not null,
    name text,
    role text not null default 'member',
    preferences jsonb not null default '{}',
    is_active boolean not null default true,
    joined_at timestamptz,
    last_active_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (tenant_id, id),
    constraint users_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint users_auth_id_fkey foreign key (auth_id) references auth.users (id) on delete set null,
    constraint users_auth_id_key unique (auth_id),
    constraint users_email_check check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 320),
    constraint users_name_check check (char_length(name) between 1 and 200),
    constraint users_role_check check (role in ('admin', 'member', 'viewer')),
    constraint users_preferences_check check (jsonb_typeof(preferences) = 'object' and octet_length(preferences::text) <= 65536)
);

comment on table public.users is 'People. Who somebody is comes from the token (auth_id); what they may do comes from this row.';

comment on column public.users.auth_id is 'The account at Supabase Auth; null: invited, or the account was deleted. One account belongs to one tenant.';

comment on column public.users.role is 'admin: manages the tenant''s settings and people, reads its usage and feedback; member: uses the assistant; viewer: keeps what they have, starts nothing new.';

comment on column public.users.is_active is 'False shuts the person out at once, whatever their token says.';

comment on column public.users.joined_at is 'When an account was first linked; null: invited and not here yet.';

comment on column public.users.last_active_at is 'Last use of the assistant, to the minute.';

create unique index users_tenant_email_key on public.users (tenant_id, lower(email));

comment on index public.users_tenant_email_key is 'One row a person and tenant; finding a person by e-mail.';

create index users_invited_idx on public.users (lower(email)) where joined_at is null;

comment on index public.users_invited_idx is 'The invitations of an e-mail address.';

create trigger tenants_set_updated_at
before update on public.tenants
for each row execute function private.set_updated_at();

create trigger users_set_updated_at
before update of email, name, role, preferences, is_active on public.users
for each row execute function private.set_updated_at();

-- The helpers run as palaver_definer, since a policy on users that read users would never end. Even so that role sees, by its
-- policy, only the row of whoever asks and the invitations to their address.

-- The planner's statistics follow no policy, and its estimates tell of them to whoever may ask for a plan or a planned count: so there are
-- none of what people write, here and in the later tables.

alter table public.tenants
alter column name set statistics 0,
alter column slug set statistics 0,
alter column llm_provider set statistics 0,
alter column llm_model set statistics 0,
alter column system_prompt set statistics 0,
alter column features set statistics 0,
alter column tools set statistics 0,
alter column search_language set statistics 0,
alter column consent_version set statistics 0,
alter column consent_text set statistics 0,
alter column configuration_schema set statistics 0,
alter column branding set statistics 0;

alter table public.tenants enable row level security;

alter index public.users_tenant_email_key alter column 2 set statistics 0;

alter index public.users_invited_idx alter column 1 set statistics 0;

alter table public.users
alter column email set statistics 0,
alter column name set statistics 0,
alter column role set statistics 0,
alter column preferences set statistics 0;

alter table public.users enable row level security;

revoke all on public.tenants, public.users from public, anon, authenticated, service_role;

grant select (id, name, is_active, features, encrypts_messages) on public.tenants to palaver_definer;

grant select (tenant_id, id, auth_id, email, role, is_active, joined_at, created_at) on public.users to palaver_definer;

grant update (auth_id) on public.users to palaver_definer;

create policy "Policy helpers read tenants"
on public.tenants for select to palaver_definer
using (true);

create policy "Policy helpers read whoever asks and their invitations"
on public.users for select to palaver_definer
using (
    auth_id = (select private.auth_id())
    or (joined_at is null and lower(email) = (select private.auth_email()))
);

create policy "Whoever accepts an invitation takes its row"
on public.users for update to palaver_definer
using (joined_at is null and lower(email) = (select private.auth_email()))
with check (auth_id = (select private.auth_id()));

create function private.current_tenant_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.tenant_id
        from public.users as u
        inner join public.tenants as t on u.tenant_id = t.id
        where u.auth_id = (select private.auth_id()) and u.is_active and t.is_active
    );
end
$$;

comment on function private.current_tenant_id() is 'Tenant of whoever asks; null for anyone who is not an active person of an active tenant. Definer: reads users below their policies.';

create function private.current_user_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.id
        from public.users as u
        inner join public.tenants as t on u.tenant_id = t.id
        where u.auth_id = (select private.auth_id()) and u.is_active and t.is_active
    );
end
$$;

comment on function private.current_user_id() is 'users.id of whoever asks; null for anyone who is not an active person of an active tenant. Definer: reads users below their policies.';

create function private.administered_tenant_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.tenant_id
        from public.users as u
        inner join public.tenants as t on u.tenant_id = t.id
        where u.auth_id = (select private.auth_id()) and u.is_active and t.is_active and u.role = 'admin'
    );
end
$$;

comment on function private.administered_tenant_id() is 'Tenant that whoever asks administers; null for everyone else. Definer: reads users below their policies.';

create function private.may_use_assistant()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce(
        (
            select u.role in ('admin', 'member') and t.features -> 'ai_assistant' is distinct from 'false'::pg_catalog.jsonb
            from public.users as u
            inner join public.tenants as t on u.tenant_id = t.id
            where u.auth_id = (select private.auth_id()) and u.is_active and t.is_active
        ),
        false
    );
end
$$;

comment on function private.may_use_assistant() is 'Whether whoever asks may talk to the assistant: a permission of the person (role) and of the tenant (features). Definer: reads users below their policies.';

create function private.claimed_tenant_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.tenant_id
        from public.users as u
        where u.auth_id = (select private.auth_id())
    );
end
$$;

comment on function private.claimed_tenant_id() is 'Tenant of the person that the claims name, active or not: for the worker''s own policies, so that an answer under way is saved although its asker was shut out meanwhile. Definer: reads users below their policies.';

create function private.claimed_user_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.id
        from public.users as u
        where u.auth_id = (select private.auth_id())
    );
end
$$;

comment on function private.claimed_user_id() is 'users.id of the person that the claims name, active or not: see private.claimed_tenant_id(). Definer: reads users below their policies.';

revoke execute on function private.current_tenant_id() from public;

revoke execute on function private.current_user_id() from public;

revoke execute on function private.administered_tenant_id() from public;

revoke execute on function private.may_use_assistant() from public;

revoke execute on function private.claimed_tenant_id() from public;

revoke execute on function private.claimed_user_id() from public;

grant execute on function private.current_tenant_id() to authenticated, service_role;

grant execute on function private.current_user_id() to authenticated, service_role;

grant execute on function private.administered_tenant_id() to authenticated, service_role;

grant execute on function private.may_use_assistant() to authenticated;

grant execute on function private.claimed_tenant_id() to palaver_worker;

grant execute on function private.claimed_user_id() to palaver_worker;

alter function private.current_tenant_id() owner to palaver_definer;

alter function private.current_user_id() owner to palaver_definer;

alter function private.administered_tenant_id() owner to palaver_definer;

alter function private.may_use_assistant() owner to palaver_definer;

alter function private.claimed_tenant_id() owner to palaver_definer;

alter function private.claimed_user_id() owner to palaver_definer;

-- Tenants. Here and later, reading is granted to people column by column: whoever may read a whole table may read its system columns
-- too, and a row's ctid and xmin tell how much other tenants write.

create policy "People see their own tenant"
on public.tenants for select to authenticated
using (id = (select private.current_tenant_id()));

create policy "Tenant admins change their tenant's settings"
on public.tenants for update to authenticated
using (id = (select private.administered_tenant_id()))
with check (id = (select private.administered_tenant_id()));

grant select (
    id, name, slug, llm_provider, llm_model, temperature, max_tokens, system_prompt, features, rate_limit_per_minute, daily_token_limit,
    user_rate_limit_per_minute, user_daily_token_limit, tools, search_language, response_cache_seconds, consent_version, consent_text,
    retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding, is_active, created_at, updated_at
) on public.tenants to authenticated;

grant update (
    name, llm_provider, llm_model, temperature, max_tokens, system_prompt, features, rate_limit_per_minute, daily_token_limit,
    user_rate_limit_per_minute, user_daily_token_limit, tools, search_language, response_cache_seconds, consent_version, consent_text,
    retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding
) on public.tenants to authenticated;

grant select, insert, update, delete on public.tenants to service_role;

-- Users

alter table public.users alter column tenant_id set default private.current_tenant_id();

create policy "People see themselves, tenant admins their tenant's people"
on public.users for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "Tenant admins invite people"
on public.users for insert to authenticated
with check (tenant_id = (select private.administered_tenant_id()));

create policy "People change themselves, tenant admins their tenant's people"
on public.users for update to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
)
with check (
    tenant_id = (select private.current_tenant_id())
    and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "Tenant admins withdraw invitations"
on public.users for delete to authenticated
using (tenant_id = (select private.administered_tenant_id()) and joined_at is null);

grant select (
    tenant_id, id, auth_id, email, name, role, preferences, is_active, joined_at, last_active_at, created_at, updated_at
) on public.users to authenticated;

grant delete on public.users to authenticated;

grant insert (tenant_id, email, name, role) on public.users to authenticated;

grant update (name, role, preferences, is_active) on public.users to authenticated;

grant update (last_active_at) on public.users to palaver_worker;

grant select, insert, update, delete on public.users to service_role;

-- A policy cannot compare a row with what it was, so this trigger holds the one rule that needs it.

create function private.guard_user_update()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_is_self boolean := new.id = private.current_user_id();
begin
    if not row_security_active('public.users') then
        return new;
    end if;

    -- An older snapshot would show who was an administrator when it was taken.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = '40001',
            message = 'People are changed in transactions of level read committed only.';
    end if;

    if v_is_self and (new.role, new.is_active) is distinct from (old.role, old.is_active) then
        raise exception using
            errcode = 'PA403',
            message = 'Nobody changes their own role or active flag.',
            hint = 'Another administrator of the tenant can.';
    end if;

    if (new.role, new.is_active) is distinct from (old.role, old.is_active) then
        -- One at a time in a tenant, and judged again after the wait: two who demote each other must not both succeed.
        perform from public.tenants as t where t.id = new.tenant_id for no key update;

        if private.administered_tenant_id() is distinct from new.tenant_id then
            raise exception using
                errcode = 'PA403',
                message = 'Only an administrator changes roles and active flags.';
        end if;
    end if;

    if not v_is_self and new.preferences is distinct from old.preferences then
        raise exception using
            errcode = 'PA403',
            message = 'Preferences are changed by the person themselves.';
    end if;

    return new;
end
$$;

comment on function private.guard_user_update() is 'Trigger: nobody changes their own role or active flag, and nobody else''s preferences. Roles exempt from Row Level Security are exempt here.';

revoke execute on function private.guard_user_update() from public;

create trigger users_guard_update
before update on public.users
for each row execute function private.guard_user_update();

create function private.note_joining()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if new.auth_id is not null then
        new.joined_at := coalesce(new.joined_at, clock_timestamp());
    end if;

    return new;
end
$$;

comment on function private.note_joining() is 'Trigger: stamps joined_at when an account is first linked.';

revoke execute on function private.note_joining() from public;

create trigger users_note_joining
before insert or update of auth_id on public.users
for each row execute function private.note_joining();

-- Invitations: an administrator adds a person by e-mail address, and whoever signs in with that address may take the place. It is as
-- good as the proof of the address: leave "Confirm email" on in Supabase Auth.

create function private.pending_invitations()
returns table (
    tenant_id uuid,
    tenant_name text,
    role text,
    invited_at timestamptz
)
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select u.tenant_id, t.name, u.role, u.created_at
    from public.users as u
    inner join public.tenants as t on u.tenant_id = t.id
    where u.joined_at is null and lower(u.email) = private.auth_email() and u.is_active and t.is_active;
end
$$;

comment on function private.pending_invitations() is
'Invitations to the address of the caller''s token. Definer: a person without a tenant sees no row of users.';

revoke execute on function private.pending_invitations() from public;

grant execute on function private.pending_invitations() to authenticated;

alter function private.pending_invitations() owner to palaver_definer;

create function private.take_invitation(p_tenant_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from public.users as u where u.auth_id = private.auth_id()) then
        raise exception using
            errcode = 'PA422',
            message = 'This account belongs to an organisation already.';
    end if;

    update public.users as u
    set auth_id = private.auth_id()
    where
        u.tenant_id = p_tenant_id
        and u.tenant_id in (select i.tenant_id from private.pending_invitations() as i)
        and u.joined_at is null
        and lower(u.email) = private.auth_email();

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such invitation.';
    end if;
exception when unique_violation then
    -- Two invitations accepted at the same moment.
    raise exception using
        errcode = 'PA422',
        message = 'This account belongs to an organisation already.';
end
$$;

comment on function private.take_invitation(uuid) is
'Links the caller''s account to the place that a tenant keeps for their address. Errors: PA404 no such invitation, PA422 the account has a tenant. Definer: a person without a tenant may change no row of users.';

revoke execute on function private.take_invitation(uuid) from public;

grant execute on function private.take_invitation(uuid) to authenticated;

alter function private.take_invitation(uuid) owner to palaver_definer;

create view public.my_invitations
with (security_invoker = true)
as
select
    tenant_id,
    tenant_name,
    role,
    invited_at
from private.pending_invitations();

comment on view public.my_invitations is 'Invitations to the caller''s e-mail address, to be taken with accept_invitation().';

revoke all on public.my_invitations from public, anon, authenticated, service_role;

grant select on public.my_invitations to authenticated;

create function public.accept_invitation(p_tenant_id uuid)
returns public.users
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_person public.users;
begin
    perform private.take_invitation(p_tenant_id);

    select * into v_person from public.users as u where u.id = private.current_user_id();

    return v_person;
end
$$;

comment on function public.accept_invitation(uuid) is
'Takes the invitation of a tenant to the caller''s e-mail address and returns their row. Errors: PA404 no such invitation, PA422 the account has a tenant already.';

revoke execute on function public.accept_invitation(uuid) from public, anon;

grant execute on function public.accept_invitation(uuid) to authenticated;
