-- Databases of apps: what there is of each, its password, and the operations by which it comes, changes and goes.
--
-- Creates:  public.app_databases, private.app_credentials, public.app_operations; private.keep_app_database(), refuse_lost_database(),
--           checked_app_arguments(), check_database_room(), check_app_room(), enqueue_app_operation(), request_app_operation(), change_app_database(), give_up_app_operations(),
--           claim_app_operation(), held_app_operation(), note_app_step(), finish_app_operation(), due_app_work(), note_app_sizes(),
--           note_size_state(), lost_app_databases(), missing_app_databases(), look_at_app_password(), app_credentials(), read_app_operation(), read_generated_app().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, public.users, public.generated_apps and public.app_revisions, for
--           foreign keys.
-- Rollback: rollbacks/20261122000394_app_databases.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.app_databases (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    environment text not null,
    state text not null default 'requested',
    database_name text not null,
    role_name text not null,
    host text,
    port integer,
    server_version text,
    revision_id uuid,
    tables_created integer,
    size_bytes bigint,
    size_measured_at timestamptz,
    size_state text not null default 'within',
    size_state_at timestamptz,
    max_bytes bigint,
    max_connections integer,
    receipt jsonb,
    usage jsonb,
    error_code text,
    error_detail text,
    removal_due_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ready_at timestamptz,
    removed_at timestamptz,
    constraint app_databases_pkey primary key (tenant_id, id),
    constraint app_databases_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint app_databases_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint app_databases_revision_id_fkey foreign key (tenant_id, revision_id)
    references public.app_revisions (tenant_id, id) on delete set null (revision_id),
    constraint app_databases_environment_check check (environment in ('production', 'staging', 'development')),
    constraint app_databases_state_check check (
        state in ('requested', 'creating', 'applying', 'ready', 'failed', 'removing', 'removed')
    ),
    constraint app_databases_database_name_check check (database_name = 'app_' || replace(id::text, '-', '')),
    constraint app_databases_role_name_check check (
        starts_with(role_name, 'app_' || replace(id::text, '-', '')) and role_name ~ '^[a-z0-9_]{36,63}$'
    ),
    constraint app_databases_host_check check (char_length(host) between 1 and 255),
    constraint app_databases_port_check check (port between 1 and 65535),
    constraint app_databases_server_version_check check (char_length(server_version) <= 100),
    constraint app_databases_tables_created_check check (tables_created >= 0),
    constraint app_databases_size_bytes_check check (size_bytes >= 0),
    constraint app_databases_size_state_check check (size_state in ('within', 'warned', 'read_only')),
    constraint app_databases_max_bytes_check check (max_bytes > 0),
    constraint app_databases_max_connections_check check (max_connections > 0),
    constraint app_databases_receipt_check check (octet_length(receipt::text) <= 65536),
    constraint app_databases_usage_check check (octet_length(usage::text) <= 262144),
    constraint app_databases_error_code_check check (char_length(error_code) <= 100),
    constraint app_databases_error_detail_check check (char_length(error_detail) <= 2000),
    constraint app_databases_removal_due_at_check check ((state = 'removing') = (removal_due_at is not null))
);

comment on table public.app_databases is
'The databases of apps, one for each app and environment at a time: written by the worker, read by the app''s owner and tenant admins. A row stays when its database is removed, and goes with its app.';

comment on column public.app_databases.state is
'requested, creating, applying, ready; failed: it could not be made; removing: nobody gets in any more, and until removal_due_at it can be had back; removed.';

comment on column public.app_databases.database_name is 'Its name on the server: app_ and the 32 hexadecimal digits of its id.';

comment on column public.app_databases.role_name is 'Who logs in to it; a rotation may change what comes after the 32 digits.';

comment on column public.app_databases.host is 'Where it is, or parts of it may be; null: nothing of it is anywhere.';

comment on column public.app_databases.revision_id is 'The revision whose schema it has.';

comment on column public.app_databases.tables_created is 'How many tables it was made with.';

comment on column public.app_databases.size_state is 'within its limit; warned: above it; read_only: for so long or so far that writing was taken away, until it shrinks.';

comment on column public.app_databases.size_state_at is 'Since when size_state is so; null: always.';

comment on column public.app_databases.max_bytes is 'What the tenant''s plan allows; null: no limit.';

comment on column public.app_databases.max_connections is 'What the tenant''s plan allowed when it was made; null: no limit.';

comment on column public.app_databases.receipt is 'What was tried to get out of it when it was made, and how each try was refused.';

comment on column public.app_databases.usage is 'Figures of the last measurement: tables, rows, connections, slow queries.';

comment on column public.app_databases.error_code is 'Why it failed, or what became of the last operation that did; null: nothing is wrong.';

comment on column public.app_databases.removal_due_at is 'When what is being removed is gone for good.';

create unique index app_databases_live_key on public.app_databases (tenant_id, app_id, environment) where state <> 'removed';

comment on index public.app_databases_live_key is 'One at a time for an app and environment.';

create index app_databases_app_idx on public.app_databases (tenant_id, app_id, environment, id desc);

comment on index public.app_databases_app_idx is 'The databases of an app, those that were removed too; the foreign key to generated_apps.';

create index app_databases_revision_idx on public.app_databases (tenant_id, revision_id);

comment on index public.app_databases_revision_idx is 'The foreign key to app_revisions.';

create index app_databases_waiting_idx on public.app_databases (state, removal_due_at) where state in ('removing', 'failed');

comment on index public.app_databases_waiting_idx is 'What is to be removed now.';

alter table public.app_databases
alter column environment set statistics 0,
alter column state set statistics 0,
alter column database_name set statistics 0,
alter column role_name set statistics 0,
alter column host set statistics 0,
alter column server_version set statistics 0,
alter column size_state set statistics 0,
alter column receipt set statistics 0,
alter column usage set statistics 0,
alter column error_code set statistics 0,
alter column error_detail set statistics 0;

alter table public.app_databases enable row level security;

revoke all on public.app_databases from public, anon, authenticated, service_role;

create policy "People see the databases of apps that they see"
on public.app_databases for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "Operations find databases"
on public.app_databases for select to palaver_definer
using (true);

create policy "Requests add databases"
on public.app_databases for insert to palaver_definer
with check (true);

create policy "Operations change databases"
on public.app_databases for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, app_id, environment, state, database_name, role_name, host, port, server_version, revision_id, tables_created,
    size_bytes, size_measured_at, size_state, size_state_at, max_bytes, max_connections, receipt, usage, error_code, error_detail,
    removal_due_at, created_at, updated_at, ready_at, removed_at
) on public.app_databases to authenticated;

grant select on public.app_databases to palaver_definer;

grant insert (tenant_id, app_id, environment, max_bytes, max_connections) on public.app_databases to palaver_definer;

grant update (
    state, role_name, host, port, server_version, revision_id, tables_created, size_bytes, size_measured_at, size_state, size_state_at,
    max_bytes, max_connections, receipt, usage, error_code, error_detail, removal_due_at, updated_at
) on public.app_databases to palaver_definer;

grant select on public.app_databases to service_role;

-- The states, and how one follows on another.

create function private.keep_app_database()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        new.database_name := coalesce(new.database_name, 'app_' || replace(new.id::pg_catalog.text, '-', ''));
        new.role_name := coalesce(new.role_name, new.database_name);

        return new;
    end if;

    -- A measurement is no change.
    if new.size_measured_at is not distinct from old.size_measured_at then
        new.updated_at := clock_timestamp();
    end if;

    if new.state <> old.state then
        if (old.state, new.state) not in (
            ('requested', 'creating'), ('requested', 'failed'), ('requested', 'removing'),
            ('creating', 'applying'), ('creating', 'failed'),
            ('applying', 'creating'), ('applying', 'ready'), ('applying', 'failed'),
            ('ready', 'applying'), ('ready', 'failed'), ('ready', 'removing'),
            ('failed', 'requested'), ('failed', 'applying'), ('failed', 'removing'),
            ('removing', 'ready'), ('removing', 'removed')
        ) then
            raise exception using
                errcode = 'PA443',
                message = format('A database that is %s cannot become %s.', old.state, new.state);
        end if;

        if new.state <> 'removing' then
            new.removal_due_at := null;
        end if;

        if new.state in ('requested', 'ready') then
            new.error_code := null;
            new.error_detail := null;
        end if;

        if new.state = 'ready' then
            new.ready_at := clock_timestamp();
        elsif new.state = 'removed' then
            new.removed_at := clock_timestamp();
        end if;
    end if;

    if new.size_state <> old.size_state then
        new.size_state_at := clock_timestamp();
    end if;

    return new;
end
$$;

comment on function private.keep_app_database() is
'Trigger: names a database, says which state may follow on which, and when. Errors: PA443 for a state that cannot come next.';

revoke execute on function private.keep_app_database() from public;

create trigger app_databases_keep
before insert or update on public.app_databases
for each row execute function private.keep_app_database();

-- Its row is all that knows of a database on another server. It goes with its app, and that with its tenant, so this holds for them too.

create function private.refuse_lost_database()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if old.state <> 'removed' then
        raise exception using
            errcode = 'PA443',
            message = 'There is a database of this app still: nothing of it may be deleted before that is removed.',
            hint = 'Remove the databases of the app, or of all apps of the organisation, first.';
    end if;

    return old;
end
$$;

comment on function private.refuse_lost_database() is
'Trigger: the row of a database is not deleted, by whomever, nor its app or tenant, until the database is removed. Errors: PA443.';

revoke execute on function private.refuse_lost_database() from public;

create trigger app_databases_refuse_lost
before delete on public.app_databases
for each row execute function private.refuse_lost_database();

-- Passwords, encrypted with SECRETS_KEY, which only the worker has.

create table private.app_credentials (
    tenant_id uuid not null,
    database_id uuid not null,
    password bytea,
    pending bytea,
    created_at timestamptz not null default now(),
    rotated_at timestamptz,
    constraint app_credentials_pkey primary key (tenant_id, database_id),
    constraint app_credentials_database_id_fkey foreign key (tenant_id, database_id)
    references public.app_databases (tenant_id, id) on delete cascade,
    constraint app_credentials_password_check check (octet_length(password) between 28 and 1000),
    constraint app_credentials_pending_check check (octet_length(pending) between 28 and 1000)
);

comment on table private.app_credentials is
'The passwords of apps'' databases, encrypted with SECRETS_KEY, which only the worker has. They go when the database is removed.';

comment on column private.app_credentials.password is 'The one that counts; null: there is none yet.';

comment on column private.app_credentials.pending is 'The one that is being set: kept before the server learns of it, so that whoever goes on after a crash sets the same.';

alter table private.app_credentials enable row level security;

revoke all on private.app_credentials from public, anon, authenticated, service_role;

grant select, insert, delete on private.app_credentials to palaver_definer;

grant update (password, pending, rotated_at) on private.app_credentials to palaver_definer;

create policy "Operations find passwords"
on private.app_credentials for select to palaver_definer
using (true);

create policy "Operations keep passwords"
on private.app_credentials for insert to palaver_definer
with check (true);

create policy "Operations change passwords"
on private.app_credentials for update to palaver_definer
using (true)
with check (true);

create policy "Operations forget passwords"
on private.app_credentials for delete to palaver_definer
using (true);

-- Operations.

create table public.app_operations (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    kind text not null,
    state text not null default 'queued',
    arguments jsonb not null default '{}',
    step text,
    progress jsonb not null default '[]',
    attempts integer not null default 0,
    due_at timestamptz not null default clock_timestamp(),
    lease_owner text,
    lease_until timestamptz,
    requested_by uuid,
    idempotency_key text,
    result jsonb,
    error_code text,
    error_detail text,
    created_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    constraint app_operations_pkey primary key (tenant_id, id),
    constraint app_operations_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint app_operations_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint app_operations_database_id_fkey foreign key (tenant_id, database_id)
    references public.app_databases (tenant_id, id) on delete cascade,
    constraint app_operations_requested_by_fkey foreign key (tenant_id, requested_by)
    references public.users (tenant_id, id) on delete set null (requested_by),
    constraint app_operations_kind_check check (
        kind in ('provision', 'change', 'remove', 'unremove', 'rotate', 'backup', 'restore', 'copy')
    ),
    constraint app_operations_state_check check (state in ('queued', 'running', 'succeeded', 'failed')),
    constraint app_operations_arguments_check check (
        jsonb_typeof(arguments) = 'object' and octet_length(arguments::text) <= 65536
    ),
    constraint app_operations_step_check check (char_length(step) between 1 and 100),
    constraint app_operations_progress_check check (jsonb_typeof(progress) = 'array'),
    constraint app_operations_attempts_check check (attempts >= 0),
    constraint app_operations_lease_owner_check check (char_length(lease_owner) between 1 and 200),
    constraint app_operations_lease_check check ((state = 'running') = (lease_owner is not null and lease_until is not null)),
    constraint app_operations_idempotency_key_check check (char_length(idempotency_key) between 1 and 255),
    constraint app_operations_result_check check (octet_length(result::text) <= 262144),
    constraint app_operations_error_code_check check (char_length(error_code) <= 100),
    constraint app_operations_error_detail_check check (char_length(error_detail) <= 2000),
    constraint app_operations_finished_at_check check ((state in ('succeeded', 'failed')) = (finished_at is not null))
);

comment on table public.app_operations is
'What is done, or was, to the databases of apps: asked for by their owners, done by whichever worker comes first, one at a time for each database. Owner and tenant admins read them.';

comment on column public.app_operations.arguments is 'As private.checked_app_arguments() says for each kind.';

comment on column public.app_operations.step is 'What it is at.';

comment on column public.app_operations.progress is 'Its steps so far, the newest 200: {"step", "at", "detail"}.';

comment on column public.app_operations.attempts is 'How many times a worker took it on: 5 at most, and after that only to look whether a change was made.';

comment on column public.app_operations.due_at is 'Not before then.';

comment on column public.app_operations.lease_until is 'Until then it is that worker''s alone; after it anybody''s.';

comment on column public.app_operations.requested_by is 'Who asked for it; null: nobody, for it was due, or somebody who is gone.';

comment on column public.app_operations.idempotency_key is 'The Idempotency-Key of the request that began it: the same one again gets the same operation, for as long as the app is there; null: it came without.';

comment on column public.app_operations.error_code is 'Why it failed, or why it is tried again.';

create unique index app_operations_open_key on public.app_operations (tenant_id, database_id) where state in ('queued', 'running');

comment on index public.app_operations_open_key is 'One at a time for each database.';

create unique index app_operations_request_key
on public.app_operations (tenant_id, app_id, idempotency_key) where idempotency_key is not null;

comment on index public.app_operations_request_key is 'One for each Idempotency-Key of an app.';

create index app_operations_database_idx on public.app_operations (tenant_id, database_id, created_at desc, id desc);

comment on index public.app_operations_database_idx is 'What was done to a database, newest first; the foreign key to app_databases.';

create index app_operations_app_idx on public.app_operations (tenant_id, app_id);

comment on index public.app_operations_app_idx is 'The foreign key to generated_apps.';

create index app_operations_requested_by_idx on public.app_operations (tenant_id, requested_by);

comment on index public.app_operations_requested_by_idx is 'The foreign key to users of whoever asked.';

create index app_operations_due_idx on public.app_operations (due_at, id) where state in ('queued', 'running');

comment on index public.app_operations_due_idx is 'What a worker takes on next, of anybody''s.';

alter table public.app_operations
alter column kind set statistics 0,
alter column state set statistics 0,
alter column arguments set statistics 0,
alter column step set statistics 0,
alter column progress set statistics 0,
alter column lease_owner set statistics 0,
alter column idempotency_key set statistics 0,
alter column result set statistics 0,
alter column error_code set statistics 0,
alter column error_detail set statistics 0;

alter table public.app_operations enable row level security;

revoke all on public.app_operations from public, anon, authenticated, service_role;

create policy "People see the operations of apps that they see"
on public.app_operations for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "Workers find operations"
on public.app_operations for select to palaver_definer
using (true);

create policy "Requests add operations"
on public.app_operations for insert to palaver_definer
with check (true);

create policy "Workers take operations on and finish them"
on public.app_operations for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, app_id, database_id, kind, state, arguments, step, progress, attempts, due_at, lease_owner, lease_until, requested_by,
    idempotency_key, result, error_code, error_detail, created_at, started_at, finished_at
) on public.app_operations to authenticated;

grant select on public.app_operations to palaver_definer;

grant insert (tenant_id, app_id, database_id, kind, arguments, requested_by, idempotency_key) on public.app_operations to palaver_definer;

grant update (
    state, step, progress, attempts, due_at, lease_owner, lease_until, result, error_code, error_detail, started_at, finished_at
) on public.app_operations to palaver_definer;

grant select on public.app_operations to service_role;

-- What may be asked for.

create function private.checked_app_arguments(p_tenant_id uuid, p_app_id uuid, p_kind text, p_arguments jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_known constant pg_catalog.jsonb := case p_kind
        when 'provision' then '{"revision_id": "uuid"}'
        when 'change' then '{"change_id": "uuid", "without_backup": "boolean"}'
        when 'remove' then '{"grace_days": "days", "backup": "boolean"}'
        when 'unremove' then '{}'
        when 'rotate' then '{}'
        when 'backup' then '{"label": "text"}'
        when 'restore' then '{"backup_id": "uuid"}'
        when 'copy' then '{"from": "environment", "data": "boolean"}'
    end;
    v_needed constant pg_catalog.text[] := case p_kind
        when 'change' then '{change_id}' when 'restore' then '{backup_id}' when 'copy' then '{from}' else '{}'
    end;
    v_usual constant pg_catalog.jsonb := case p_kind
        when 'remove' then '{"grace_days": 7, "backup": true}' when 'copy' then '{"data": true}' else '{}'
    end;
    v_given constant pg_catalog.jsonb := v_usual || jsonb_strip_nulls(
        case jsonb_typeof(p_arguments) when 'object' then p_arguments else '{}' end
    );
    v_wrong pg_catalog.text;
begin
    if v_known is null then
        raise exception using
            errcode = 'PA422',
            message = 'There is no such operation on a database.';
    end if;

    if jsonb_typeof(p_arguments) not in ('object', 'null') then
        raise exception using
            errcode = 'PA422',
            message = 'The arguments of an operation are an object.';
    end if;

    select e.key into v_wrong
    from jsonb_each(v_given) as e
    where
        not coalesce(
            case v_known ->> e.key
                when 'uuid' then jsonb_typeof(e.value) = 'string' and e.value #>> '{}' ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
                when 'boolean' then jsonb_typeof(e.value) = 'boolean'
                when 'text' then jsonb_typeof(e.value) = 'string' and char_length(e.value #>> '{}') between 1 and 200
                when 'environment' then e.value in ('"production"', '"staging"', '"development"')
                when 'days' then case jsonb_typeof(e.value) when 'number' then (e.value #>> '{}')::pg_catalog.numeric between 0 and 30 end
            end,
            false
        )
    limit 1;

    if found or not v_given ?& v_needed then
        raise exception using
            errcode = 'PA422',
            message = case
                when v_known ->> v_wrong = 'days' then 'The grace of a removal is a number of days from 0 to 30.'
                else format(
                    'The argument "%s" of this operation is missing or wrong.',
                    coalesce(left(v_wrong, 100), (select n.name from unnest(v_needed) as n (name) where not v_given ? n.name limit 1))
                )
            end;
    end if;

    if v_given ? 'revision_id' and not exists (
        select from public.app_revisions as r
        where r.tenant_id = p_tenant_id and r.app_id = p_app_id and r.id = (v_given ->> 'revision_id')::pg_catalog.uuid
    ) then
        raise exception using
            errcode = 'PA404',
            message = 'This app has no such revision.';
    end if;

    return v_given;
end
$$;

comment on function private.checked_app_arguments(uuid, uuid, text, jsonb) is
'The arguments of an operation, with what is usual where nothing is said. provision: {"revision_id"?}; change: {"change_id", "without_backup"?}; remove: {"grace_days": 0 to 30, else 7, "backup": else true}; unremove, rotate: {}; backup: {"label"?}; restore: {"backup_id"}; copy: {"from": an environment, "data": else true}. Errors: PA422 no such kind, or an argument is missing, wrong or unknown; PA404 no such revision of this app.';

create function private.check_database_room()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_limits pg_catalog.record;
    v_number pg_catalog.int8;
begin
    select l.* into v_limits from private.app_limits(v_tenant_id) as l;

    select count(*) into v_number from public.app_databases as d where d.tenant_id = v_tenant_id and d.state <> 'removed';

    if v_number >= v_limits.max_databases then
        raise exception using
            errcode = 'PA442',
            message = format('The plan "%s" has room for no further database: its limit is %s.', v_limits.plan, v_limits.max_databases),
            detail = jsonb_build_object('plan', v_limits.plan, 'maxDatabases', v_limits.max_databases, 'databases', v_number)::pg_catalog.text,
            hint = 'Remove one that is not needed any more, or change the plan.';
    end if;
end
$$;

comment on function private.check_database_room() is
'Refuses whoever asks where their tenant''s plan has room for no further database. Errors: PA442. Definer: it counts the databases of everybody''s apps in the tenant.';

create function private.check_app_room(p_claims jsonb, p_app_id uuid, p_environment text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, true);

    if not exists (
        select from public.app_databases as d
        where
            d.tenant_id = private.current_tenant_id()
            and d.app_id = p_app_id
            and d.environment = p_environment
            and d.state <> 'removed'
    ) then
        perform private.check_database_room();
    end if;
end
$$;

comment on function private.check_app_room(jsonb, uuid, text) is
'Whether there would be room for an app''s database in an environment, for the app''s owner, whom the claims name: a look before work that would be for nothing. What counts is private.request_app_operation()''s word. Errors: PA404 no such app, PA403 not its owner, PA442 the plan allows no more databases.';

create function private.enqueue_app_operation(
    p_app_id uuid, p_environment text, p_kind text, p_arguments jsonb, p_idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_makes pg_catalog.bool := p_kind in ('provision', 'copy');
    v_arguments pg_catalog.jsonb;
    v_limits pg_catalog.record;
    v_database public.app_databases;
    v_operation public.app_operations;
    v_grace pg_catalog.interval;
    v_fits pg_catalog.bool;
begin
    perform private.check_app_access(p_app_id, coalesce(p_kind not in ('remove', 'unremove'), true));

    if (v_makes or p_kind = 'restore') and not private.may_make_apps() then
        raise exception using
            errcode = 'PA403',
            message = 'You may not make databases for apps.';
    end if;

    if p_environment is null or p_environment not in ('production', 'staging', 'development') then
        raise exception using
            errcode = 'PA422',
            message = 'An environment is production, staging or development.';
    end if;

    v_arguments := private.checked_app_arguments(v_tenant_id, p_app_id, p_kind, p_arguments);

    -- One request at a time in a tenant, so that those at the same moment count each other's databases.
    perform pg_advisory_xact_lock(hashtextextended('palaver.apps ' || v_tenant_id, 0));

    select o.* into v_operation
    from public.app_operations as o
    where o.tenant_id = v_tenant_id and o.app_id = p_app_id and o.idempotency_key = p_idempotency_key;

    if found then
        select d.* into v_database from public.app_databases as d where d.tenant_id = v_tenant_id and d.id = v_operation.database_id;

        -- What the request said, but for what was made of it.
        if (v_operation.kind, v_database.environment, v_operation.arguments - 'final') <> (p_kind, p_environment, v_arguments) then
            raise exception using
                errcode = 'PA423',
                message = 'This Idempotency-Key came before, with another request.';
        end if;

        return jsonb_build_object(
            'operation', to_jsonb(v_operation),
            'database', to_jsonb(v_database),
            'status', case when v_operation.state in ('queued', 'running') then 'running' else 'ended' end
        );
    end if;

    select d.* into v_database
    from public.app_databases as d
    where d.tenant_id = v_tenant_id and d.app_id = p_app_id and d.environment = p_environment and d.state <> 'removed'
    for no key update;

    if found then
        select o.* into v_operation
        from public.app_operations as o
        where o.tenant_id = v_tenant_id and o.database_id = v_database.id and o.state in ('queued', 'running');

        if found then
            -- A key stands for one operation: what another request began is not the one.
            if v_operation.kind = p_kind and (
                p_kind in ('provision', 'remove', 'unremove')
                or (p_idempotency_key is null and (p_kind = 'rotate' or v_operation.arguments = v_arguments))
            ) then
                return jsonb_build_object('operation', to_jsonb(v_operation), 'database', to_jsonb(v_database), 'status', 'running');
            end if;

            raise exception using
                errcode = 'PA441',
                message = 'Another operation on this database is not finished yet.',
                detail = jsonb_build_object('operationId', v_operation.id, 'kind', v_operation.kind)::pg_catalog.text,
                hint = 'Wait until it is, and ask again.';
        end if;
    elsif p_kind = 'remove' then
        select d.* into v_database
        from public.app_databases as d
        where d.tenant_id = v_tenant_id and d.app_id = p_app_id and d.environment = p_environment
        order by d.id desc
        limit 1;

        if found then
            return jsonb_build_object('operation', null, 'database', to_jsonb(v_database), 'status', 'removed');
        end if;
    end if;

    -- What was removed, or never was, is restored into a new one.
    v_makes := v_makes or (p_kind = 'restore' and v_database.ready_at is null);

    if p_kind = 'provision' and v_database.state = 'ready' then
        return jsonb_build_object('operation', null, 'database', to_jsonb(v_database), 'status', 'ready');
    end if;

    v_grace := make_interval(days => ceil((v_arguments ->> 'grace_days')::pg_catalog.numeric)::pg_catalog.int4);

    -- What is shut already is shut; but whoever wants to can have it gone now.
    if p_kind = 'remove' and v_database.state = 'removing' and (v_grace > '0' or v_database.removal_due_at <= clock_timestamp()) then
        return jsonb_build_object('operation', null, 'database', to_jsonb(v_database), 'status', 'removing');
    end if;

    v_fits := case
        when v_makes then v_database.id is null or (v_database.state in ('requested', 'failed') and v_database.ready_at is null)
        when v_database.id is null then false
        when p_kind = 'remove' then true
        when p_kind = 'unremove' then v_database.state = 'removing' and v_database.removal_due_at > clock_timestamp()
        when p_kind = 'restore' then v_database.state in ('ready', 'failed')
        else v_database.state = 'ready'
    end;

    if not v_fits then
        raise exception using
            errcode = 'PA443',
            message = case
                when v_database.id is null then 'This app has no database in this environment.'
                else format('This cannot be done to a database that is %s.', v_database.state)
            end,
            detail = jsonb_build_object('state', v_database.state)::pg_catalog.text;
    end if;

    if p_kind = 'copy' and not exists (
        select from public.app_databases as d
        where
            d.tenant_id = v_tenant_id
            and d.app_id = p_app_id
            and d.environment = v_arguments ->> 'from'
            and d.environment <> p_environment
            and d.state = 'ready'
    ) then
        raise exception using
            errcode = 'PA443',
            message = 'There is no database in that environment that could be copied.';
    end if;

    if v_makes then
        select l.* into v_limits from private.app_limits(v_tenant_id) as l;

        if v_database.id is null then
            perform private.check_database_room();

            insert into public.app_databases as d (tenant_id, app_id, environment, max_bytes, max_connections)
            values (v_tenant_id, p_app_id, p_environment, v_limits.max_bytes, v_limits.max_connections)
            returning d.* into v_database;
        else
            update public.app_databases as d
            set state = 'requested', max_bytes = v_limits.max_bytes, max_connections = v_limits.max_connections
            where d.tenant_id = v_tenant_id and d.id = v_database.id
            returning d.* into v_database;
        end if;
    elsif p_kind = 'remove' then
        -- Of what was never ready there is nothing to have back.
        v_grace := case when v_database.ready_at is null then '0' else v_grace end;
        v_arguments := v_arguments || jsonb_build_object('final', v_grace = '0');

        update public.app_databases as d
        set state = 'removing', removal_due_at = clock_timestamp() + v_grace
        where d.tenant_id = v_tenant_id and d.id = v_database.id
        returning d.* into v_database;
    end if;

    insert into public.app_operations as o (tenant_id, app_id, database_id, kind, arguments, requested_by, idempotency_key)
    values (v_tenant_id, p_app_id, v_database.id, p_kind, v_arguments, private.current_user_id(), p_idempotency_key)
    returning o.* into v_operation;

    return jsonb_build_object('operation', to_jsonb(v_operation), 'database', to_jsonb(v_database), 'status', 'created');
end
$$;

comment on function private.enqueue_app_operation(uuid, text, text, jsonb, text) is
'Does what private.request_app_operation() says for whoever asks. Definer: nobody else may write databases and operations.';

create function private.request_app_operation(
    p_claims jsonb, p_app_id uuid, p_environment text, p_kind text, p_arguments jsonb default '{}', p_idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return private.enqueue_app_operation(p_app_id, p_environment, p_kind, p_arguments, p_idempotency_key);
end
$$;

comment on function private.request_app_operation(jsonb, uuid, text, text, jsonb, text) is
'Asks for an operation on an app''s database, for the app''s owner, whom the claims name, or to remove and to have back also for an administrator; safe to repeat. Returns {"operation", "database": their rows, "status"}: created: the operation is queued; running: it was already, and "operation" is the one; ended: p_idempotency_key began it before, and it has ended; and without an operation ready: a database to provision is there; removing, removed: one to remove is being removed, or is gone. A copy makes a database in p_environment, and so does a restore where none is ready. What is removed can be had back for arguments.grace_days; the operation''s arguments.final says that it is to go now. Errors: PA404 no such app, PA403 not its owner, PA422 arguments, PA423 the key came before with another request, PA441 another operation is not finished, PA442 the plan allows no more databases, PA443 there is no such database, or it is in no state for this.';

revoke execute on function private.checked_app_arguments(uuid, uuid, text, jsonb) from public;

revoke execute on function private.check_database_room() from public;

revoke execute on function private.check_app_room(jsonb, uuid, text) from public;

revoke execute on function private.enqueue_app_operation(uuid, text, text, jsonb, text) from public;

revoke execute on function private.request_app_operation(jsonb, uuid, text, text, jsonb, text) from public;

grant execute on function private.checked_app_arguments(uuid, uuid, text, jsonb) to palaver_definer;

grant execute on function private.check_database_room() to palaver_worker;

grant execute on function private.check_app_room(jsonb, uuid, text) to palaver_worker;

grant execute on function private.enqueue_app_operation(uuid, text, text, jsonb, text) to palaver_worker;

grant execute on function private.request_app_operation(jsonb, uuid, text, text, jsonb, text) to palaver_worker;

alter function private.check_database_room() owner to palaver_definer;

alter function private.enqueue_app_operation(uuid, text, text, jsonb, text) owner to palaver_definer;

-- What workers do. Whoever changes a database or its operation holds the row of the database first, so that nobody waits for each other.

create function private.change_app_database(p_tenant_id uuid, p_database_id uuid, p_changes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_unknown constant pg_catalog.text := (
        select string_agg(k.key, ', ') from jsonb_object_keys(p_changes) as k (key)
        where k.key <> all (
            '{detail,state,role_name,host,port,server_version,revision_id,tables_created,size_bytes,size_state,receipt,usage,error_code,error_detail,pending,promote}'::pg_catalog.text[]
        )
    );
    v_new public.app_databases;
begin
    if v_unknown is not null then
        raise exception using
            errcode = 'PA422',
            message = format('There is nothing like this of a database: %s.', v_unknown);
    end if;

    select d.* into v_new from public.app_databases as d where d.tenant_id = p_tenant_id and d.id = p_database_id;

    v_new := jsonb_populate_record(v_new, p_changes - '{detail,pending,promote}'::pg_catalog.text[]);

    update public.app_databases as d
    set
        state = v_new.state,
        role_name = v_new.role_name,
        host = v_new.host,
        port = v_new.port,
        server_version = v_new.server_version,
        revision_id = v_new.revision_id,
        tables_created = v_new.tables_created,
        size_bytes = v_new.size_bytes,
        size_measured_at = case when p_changes ? 'size_bytes' then clock_timestamp() else d.size_measured_at end,
        size_state = v_new.size_state,
        receipt = nullif(v_new.receipt, 'null'),
        usage = nullif(v_new.usage, 'null'),
        error_code = v_new.error_code,
        error_detail = left(v_new.error_detail, 2000)
    where d.tenant_id = p_tenant_id and d.id = p_database_id and p_changes - '{detail,pending,promote}'::pg_catalog.text[] <> '{}';

    if p_changes ? 'pending' then
        insert into private.app_credentials as c (tenant_id, database_id, pending)
        values (p_tenant_id, p_database_id, decode(p_changes ->> 'pending', 'base64'))
        on conflict (tenant_id, database_id) do update set pending = excluded.pending;
    end if;

    if p_changes -> 'promote' = 'true' then
        update private.app_credentials as c
        set
            password = c.pending,
            pending = null,
            rotated_at = case when c.password is not null then clock_timestamp() end
        where c.tenant_id = p_tenant_id and c.database_id = p_database_id and c.pending is not null;
    end if;

    if v_new.state = 'removed' then
        delete from private.app_credentials as c where c.tenant_id = p_tenant_id and c.database_id = p_database_id;
    end if;
end
$$;

comment on function private.change_app_database(uuid, uuid, jsonb) is
'Changes what is known of a database, as private.note_app_step() says. Errors: PA422 something that there is not, PA443 a state that cannot come next.';

create function private.give_up_app_operations()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_operation pg_catalog.record;
begin
    for v_operation in
        select o.tenant_id, o.id, o.database_id, o.kind, o.arguments, d.state as database_state
        from public.app_operations as o
        inner join public.app_databases as d on o.tenant_id = d.tenant_id and o.database_id = d.id
        where
            o.attempts >= 5
            and (o.state = 'queued' or (o.state = 'running' and o.lease_until < clock_timestamp()))
            -- Whether such a one was made, only the database knows: it is looked at until it says so.
            and not (
                o.kind = 'change' and exists (
                    select from public.app_changes as c
                    where
                        c.tenant_id = o.tenant_id
                        and c.id = (o.arguments ->> 'change_id')::pg_catalog.uuid
                        and c.state = 'applying'
                )
            )
        for no key update of o, d skip locked
    loop
        update public.app_operations as o
        set
            state = 'failed',
            lease_owner = null,
            lease_until = null,
            error_code = coalesce(o.error_code, 'ATTEMPTS_EXHAUSTED'),
            error_detail = coalesce(o.error_detail, 'It was taken on five times, and never finished.'),
            finished_at = clock_timestamp()
        where o.tenant_id = v_operation.tenant_id and o.id = v_operation.id;

        if v_operation.database_state in ('requested', 'creating', 'applying') then
            perform private.change_app_database(
                v_operation.tenant_id,
                v_operation.database_id,
                '{"state": "failed", "error_code": "ATTEMPTS_EXHAUSTED", "error_detail": "It was tried five times, and never finished."}'
            );
        end if;

        if v_operation.kind = 'change' then
            update public.app_changes as c
            set
                state = 'failed',
                error_code = 'ATTEMPTS_EXHAUSTED',
                error_detail = 'It was tried five times, and never begun.'
            where
                c.tenant_id = v_operation.tenant_id
                and c.id = (v_operation.arguments ->> 'change_id')::pg_catalog.uuid
                and c.state in ('planned', 'confirmed', 'awaiting_checkpoint');
        end if;

        if v_operation.kind in ('backup', 'change', 'restore', 'remove') then
            update public.app_backups as b
            set
                state = 'failed',
                error_code = 'ABANDONED',
                error_detail = 'It was tried five times, and never finished.',
                expires_at = clock_timestamp()
            where b.tenant_id = v_operation.tenant_id and b.database_id = v_operation.database_id and b.state = 'making';
        end if;
    end loop;
end
$$;

comment on function private.give_up_app_operations() is
'Lets operations fail that were taken on five times, with the databases that they were to make, changes that were never begun, and backups. A change that was begun, and may have been made, goes on to be looked at.';

create function private.claim_app_operation(p_worker text, p_lease interval, p_operation_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation public.app_operations;
begin
    perform private.give_up_app_operations();

    -- A fresh snapshot for each try: whoever was faster with the first one has it.
    select o.* into v_operation
    from public.app_operations as o
    inner join public.app_databases as d on o.tenant_id = d.tenant_id and o.database_id = d.id
    left join (
        select r.tenant_id, count(*) as running
        from public.app_operations as r
        where r.state = 'running' and r.lease_until >= clock_timestamp()
        group by r.tenant_id
    ) as b on o.tenant_id = b.tenant_id
    where
        (p_operation_id is null or o.id = p_operation_id)
        and (o.attempts < 5 or o.kind = 'change')
        and ((o.state = 'queued' and o.due_at <= clock_timestamp()) or (o.state = 'running' and o.lease_until < clock_timestamp()))
    order by coalesce(b.running, 0), o.due_at, o.id
    limit 1
    for no key update of o, d skip locked;

    if not found then
        return null;
    end if;

    update public.app_operations as o
    set
        state = 'running',
        attempts = o.attempts + 1,
        lease_owner = p_worker,
        lease_until = clock_timestamp() + p_lease,
        started_at = coalesce(o.started_at, clock_timestamp())
    where o.tenant_id = v_operation.tenant_id and o.id = v_operation.id
    returning o.* into v_operation;

    return (
        select jsonb_build_object(
            'operation', to_jsonb(v_operation),
            'database', to_jsonb(d),
            'app', jsonb_build_object('id', a.id, 'name', a.name, 'owner_id', a.owner_id),
            'password', translate(encode(c.password, 'base64'), E'\n', ''),
            'pending', translate(encode(c.pending, 'base64'), E'\n', ''),
            'revision', (
                select jsonb_build_object('id', r.id, 'number', r.number, 'schema', r.schema)
                from public.app_revisions as r
                where
                    v_operation.kind = 'provision'
                    and r.tenant_id = d.tenant_id
                    and r.app_id = d.app_id
                    and (not v_operation.arguments ? 'revision_id' or r.id = (v_operation.arguments ->> 'revision_id')::pg_catalog.uuid)
                order by r.number desc
                limit 1
            ),
            'source', (
                select to_jsonb(s)
                from public.app_databases as s
                where
                    v_operation.kind = 'copy'
                    and s.tenant_id = d.tenant_id
                    and s.app_id = d.app_id
                    and s.environment = v_operation.arguments ->> 'from'
                    and s.state = 'ready'
            )
        )
        from public.app_databases as d
        inner join public.generated_apps as a on d.tenant_id = a.tenant_id and d.app_id = a.id
        left join private.app_credentials as c on d.tenant_id = c.tenant_id and d.id = c.database_id
        where d.tenant_id = v_operation.tenant_id and d.id = v_operation.database_id
    );
end
$$;

comment on function private.claim_app_operation(text, interval, uuid) is
'Takes an operation on for a worker, for the time of the lease: the one named, or of those that are queued or whose lease ran out the one that is longest due, of a tenant for which the fewest are running; null: there is none. Returns {"operation", "database": their rows, "app": {"id", "name", "owner_id"}, "password", "pending": as they are encrypted, in base64, or null, "revision": of a provision {"id", "number", "schema"}: the one asked for, else the newest, null: there is none, "source": of a copy the row of the database to copy}. Definer: it works for people of all tenants.';

create function private.held_app_operation(p_operation_id uuid, p_worker text)
returns public.app_operations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_operation public.app_operations;
begin
    perform
    from public.app_databases as d
    inner join public.app_operations as o on d.tenant_id = o.tenant_id and d.id = o.database_id
    where o.id = p_operation_id
    for no key update of d;

    select o.* into v_operation
    from public.app_operations as o
    where o.id = p_operation_id and o.lease_owner = p_worker
    for no key update;

    if not found then
        raise exception using
            errcode = 'PA440',
            message = 'This operation is not this worker''s any more.';
    end if;

    return v_operation;
end
$$;

comment on function private.held_app_operation(uuid, text) is
'An operation that a worker is at, and nobody took over; its database is locked before it. A lease that ran out is still good as long as nobody took the operation on. Errors: PA440.';

create function private.note_app_step(
    p_operation_id uuid,
    p_worker text,
    p_step text,
    p_changes jsonb default '{}',
    p_lease interval default '1 minute'
)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation public.app_operations := private.held_app_operation(p_operation_id, p_worker);
begin
    update public.app_operations as o
    set
        step = coalesce(p_step, o.step),
        progress = case
            when p_step is null then o.progress
            else (
                select coalesce(jsonb_agg(e.value order by e.position), '[]')
                from jsonb_array_elements(o.progress) with ordinality as e (value, position)
                where e.position > jsonb_array_length(o.progress) - 199
            ) || jsonb_build_object('step', p_step, 'at', clock_timestamp(), 'detail', left(p_changes ->> 'detail', 1000))
        end,
        lease_until = clock_timestamp() + p_lease
    where o.tenant_id = v_operation.tenant_id and o.id = v_operation.id
    returning o.* into v_operation;

    perform private.change_app_database(v_operation.tenant_id, v_operation.database_id, coalesce(p_changes, '{}'));

    return v_operation.lease_until;
end
$$;

comment on function private.note_app_step(uuid, text, text, jsonb, interval) is
'Notes the step that a worker begins, null: it is at the same one still, and makes its lease last from now on. p_changes: {"detail": for the progress, "state", "role_name", "host", "port", "server_version", "revision_id", "tables_created", "size_bytes", "size_state", "receipt", "usage", "error_code", "error_detail": of the database, "pending": a password that is about to be set, encrypted, in base64, "promote": true, when the pending one is set and counts from now on}; what is not named stays. Host is noted before anything is made there, and null when nothing is left. Returns when the lease runs out. Errors: PA440 another worker has the operation, PA422 something else in p_changes, PA443 a state that cannot come next. Definer: nobody else may write databases and operations.';

create function private.finish_app_operation(p_operation_id uuid, p_worker text, p_outcome jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation public.app_operations := private.held_app_operation(p_operation_id, p_worker);
    v_state constant pg_catalog.text := p_outcome ->> 'state';
    v_changes pg_catalog.jsonb := coalesce(p_outcome -> 'changes', '{}');
    v_database public.app_databases;
begin
    if v_state is null or v_state not in ('succeeded', 'failed', 'queued') then
        raise exception using
            errcode = 'PA422',
            message = 'An operation ends as succeeded or failed, or is queued again.';
    end if;

    update public.app_operations as o
    set
        state = v_state,
        lease_owner = null,
        lease_until = null,
        due_at = case
            when v_state = 'queued'
                then clock_timestamp() + make_interval(secs => coalesce((p_outcome ->> 'retry_after_seconds')::pg_catalog.float8, 0))
            else o.due_at
        end,
        -- A server that is away for a while is nobody's fault, and five tries are soon over.
        attempts = o.attempts - case
            when v_state = 'queued' and p_outcome -> 'waits' = 'true' and o.created_at > clock_timestamp() - pg_catalog.interval '1 day'
                then 1
            else 0
        end,
        result = case when v_state = 'succeeded' then nullif(p_outcome -> 'result', 'null') end,
        error_code = case when v_state <> 'succeeded' then coalesce(p_outcome ->> 'error_code', 'FAILED') end,
        error_detail = case when v_state <> 'succeeded' then left(p_outcome ->> 'error_detail', 2000) end,
        finished_at = case when v_state <> 'queued' then clock_timestamp() end
    where o.tenant_id = v_operation.tenant_id and o.id = v_operation.id
    returning o.* into v_operation;

    if not v_changes ? 'state' and v_state <> 'queued' then
        v_changes := v_changes || case
            when v_operation.kind in ('provision', 'copy') and v_state = 'succeeded' then '{"state": "ready"}'
            when v_operation.kind in ('provision', 'copy') then '{"state": "failed"}'
            when v_operation.kind = 'remove' and v_state = 'succeeded' and v_operation.arguments -> 'final' = 'true'
                then '{"state": "removed"}'
            when v_operation.kind = 'unremove' and v_state = 'succeeded' then '{"state": "ready"}'
            else '{}'
        end::pg_catalog.jsonb;
    end if;

    if v_state = 'failed' then
        v_changes := jsonb_build_object('error_code', v_operation.error_code, 'error_detail', v_operation.error_detail) || v_changes;
    elsif v_state = 'succeeded' then
        v_changes := '{"error_code": null, "error_detail": null}' || v_changes;
    end if;

    perform private.change_app_database(v_operation.tenant_id, v_operation.database_id, v_changes);

    select d.* into v_database
    from public.app_databases as d
    where d.tenant_id = v_operation.tenant_id and d.id = v_operation.database_id;

    -- What nobody works on is in a state that can last.
    if v_state <> 'queued' and v_database.state in ('requested', 'creating', 'applying') then
        raise exception using
            errcode = 'PA443',
            message = format('No operation ends with a database that is %s.', v_database.state);
    end if;

    return jsonb_build_object('operation', to_jsonb(v_operation), 'database', to_jsonb(v_database));
end
$$;

comment on function private.finish_app_operation(uuid, text, jsonb) is
'Ends an operation and says what its database is now, both or neither. p_outcome: {"state": succeeded, failed or queued, to be tried again, "retry_after_seconds": then, "waits": true, where it could not be tried, which within a day does not count as an attempt, "result": an object, "error_code", "error_detail": not of a success, "changes": as of private.note_app_step()}. Without changes.state a database that was to be made is ready or failed, one that was to go for good is removed, one that was had back is ready, any other stays as it is. Returns {"operation", "database": their rows}. Errors: as of private.note_app_step(). Definer: nobody else may write databases and operations.';

create function private.due_app_work()
returns table (operation_id uuid, tenant_id uuid, database_id uuid, kind text, arguments jsonb, reason text)
language plpgsql
volatile
security definer
rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_database pg_catalog.record;
begin
    perform private.give_up_app_operations();

    for v_database in
        select d.tenant_id, d.id, d.app_id, d.state, d.removal_due_at, coalesce(l.backup, d.ready_at is not null) as backup
        from public.app_databases as d
        left join lateral (
            select o.kind, o.state, o.finished_at, (o.arguments ->> 'backup')::pg_catalog.bool as backup
            from public.app_operations as o
            where o.tenant_id = d.tenant_id and o.database_id = d.id
            order by o.created_at desc, o.id desc
            limit 1
        ) as l on true
        where
            d.state in ('removing', 'failed')
            and case d.state
                when 'removing' then d.removal_due_at <= clock_timestamp() or (l.kind = 'remove' and l.state = 'failed')
                else d.host is not null and d.ready_at is null
            end
            and coalesce(l.state not in ('queued', 'running'), true)
            and not coalesce(
                l.kind = 'remove' and l.state = 'failed' and l.finished_at > clock_timestamp() - pg_catalog.interval '10 minutes', false
            )
        for no key update of d skip locked
    loop
        insert into public.app_operations (tenant_id, app_id, database_id, kind, arguments)
        values (
            v_database.tenant_id,
            v_database.app_id,
            v_database.id,
            'remove',
            jsonb_build_object(
                'backup', v_database.backup, 'final', coalesce(v_database.removal_due_at <= clock_timestamp(), true)
            )
        )
        on conflict (tenant_id, database_id) where state in ('queued', 'running') do nothing;

        if found and v_database.state = 'failed' then
            update public.app_databases as d
            set state = 'removing', removal_due_at = clock_timestamp()
            where d.tenant_id = v_database.tenant_id and d.id = v_database.id;
        end if;
    end loop;

    -- The first ones of every tenant before the second ones of any, where those that run count as served.
    return query
    select w.id, w.tenant_id, w.database_id, w.kind, w.arguments, w.state
    from (
        select
            o.id,
            o.tenant_id,
            o.database_id,
            o.kind,
            o.arguments,
            o.state,
            o.due_at,
            coalesce(b.running, 0) + row_number() over (partition by o.tenant_id order by o.due_at, o.id) as turn
        from public.app_operations as o
        left join (
            select r.tenant_id, count(*) as running
            from public.app_operations as r
            where r.state = 'running' and r.lease_until >= clock_timestamp()
            group by r.tenant_id
        ) as b on o.tenant_id = b.tenant_id
        where
            (o.state = 'queued' and o.due_at <= clock_timestamp())
            or (o.state = 'running' and o.lease_until < clock_timestamp())
    ) as w
    order by w.turn, w.due_at, w.id
    limit 100;
end
$$;

comment on function private.due_app_work() is
'The operations that wait for a worker, at most 100: the longest due first, those of all tenants in turn, so that no tenant''s line is before the others''; reason queued, or running, where its worker''s lease ran out. Before that it lets those fail that were taken on five times, and queues what is due by itself: the removal of databases whose grace is over, or of which parts were left when they failed; not sooner than ten minutes after the last try failed. Any number of workers may call it at any time. Definer: it works for people of all tenants.';

create function private.note_app_sizes(p_sizes jsonb)
returns table (
    tenant_id uuid,
    database_id uuid,
    database_name text,
    role_name text,
    size_bytes bigint,
    max_bytes bigint,
    size_state text,
    size_state_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    update public.app_databases as d
    set
        size_bytes = s.bytes,
        size_measured_at = clock_timestamp(),
        max_bytes = l.max_bytes,
        usage = coalesce(s.usage, d.usage)
    from (
        -- In the order of their keys, for everybody, past those that somebody works on.
        select k.tenant_id, k.id, m.bytes, m.usage
        from jsonb_to_recordset(p_sizes) as m (database_name pg_catalog.text, bytes pg_catalog.int8, usage pg_catalog.jsonb)
        inner join public.app_databases as k
            on k.database_name = m.database_name
        where k.state = 'ready'
        order by k.tenant_id, k.id
        for no key update of k skip locked
    ) as s
    cross join lateral private.app_limits(s.tenant_id) as l
    where d.tenant_id = s.tenant_id and d.id = s.id
    returning d.tenant_id, d.id, d.database_name, d.role_name, d.size_bytes, d.max_bytes, d.size_state, d.size_state_at;
end
$$;

comment on function private.note_app_sizes(jsonb) is
'Notes how large databases are that are ready: [{"database_name", "bytes", "usage"?}]; one that somebody works on at this moment is passed over. Returns them with the limits of their tenants'' plans as they are now. Definer: it works for people of all tenants.';

create function private.note_size_state(p_tenant_id uuid, p_database_id uuid, p_from text, p_to text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.app_databases as d
    set size_state = p_to
    where d.tenant_id = p_tenant_id and d.id = p_database_id and d.state = 'ready' and d.size_state = p_from;

    return found;
end
$$;

comment on function private.note_size_state(uuid, uuid, text, text) is
'Says that a database that is ready is within its limit, warned or read_only from now on; false: it was not p_from any more. Definer: it works for people of all tenants.';

create function private.lost_app_databases(p_names text[])
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return array(
        select n.name
        from unnest(p_names) as n (name)
        where not exists (
            select from public.app_databases as d
            where d.database_name = n.name and d.state <> 'removed'
        )
    );
end
$$;

comment on function private.lost_app_databases(text[]) is
'Those names of databases on the server for apps that should not be there: no row has them, or one that is removed. Definer: it works for people of all tenants.';

create function private.missing_app_databases(p_names text[])
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return array(
        select d.database_name
        from public.app_databases as d
        where
            d.state = 'ready'
            and d.database_name <> all (p_names)
            -- What was made or worked on since the names were read may be there by now.
            and d.ready_at < clock_timestamp() - pg_catalog.interval '1 minute'
            and not exists (
                select from public.app_operations as o
                where o.tenant_id = d.tenant_id and o.database_id = d.id and o.state in ('queued', 'running')
            )
        order by d.database_name
    );
end
$$;

comment on function private.missing_app_databases(text[]) is
'The names of databases that are ready and are not among those that the server for apps has: somebody dropped or renamed them there. Definer: it works for people of all tenants.';

revoke execute on function private.change_app_database(uuid, uuid, jsonb) from public;

revoke execute on function private.give_up_app_operations() from public;

revoke execute on function private.claim_app_operation(text, interval, uuid) from public;

revoke execute on function private.held_app_operation(uuid, text) from public;

revoke execute on function private.note_app_step(uuid, text, text, jsonb, interval) from public;

revoke execute on function private.finish_app_operation(uuid, text, jsonb) from public;

revoke execute on function private.due_app_work() from public;

revoke execute on function private.note_app_sizes(jsonb) from public;

revoke execute on function private.note_size_state(uuid, uuid, text, text) from public;

revoke execute on function private.lost_app_databases(text[]) from public;

revoke execute on function private.missing_app_databases(text[]) from public;

grant execute on function private.change_app_database(uuid, uuid, jsonb) to palaver_definer;

grant execute on function private.give_up_app_operations() to palaver_definer;

grant execute on function private.held_app_operation(uuid, text) to palaver_definer;

grant execute on function private.claim_app_operation(text, interval, uuid) to palaver_worker;

grant execute on function private.note_app_step(uuid, text, text, jsonb, interval) to palaver_worker;

grant execute on function private.finish_app_operation(uuid, text, jsonb) to palaver_worker;

grant execute on function private.due_app_work() to palaver_worker;

grant execute on function private.note_app_sizes(jsonb) to palaver_worker;

grant execute on function private.note_size_state(uuid, uuid, text, text) to palaver_worker;

grant execute on function private.lost_app_databases(text[]) to palaver_worker;

grant execute on function private.missing_app_databases(text[]) to palaver_worker;

alter function private.claim_app_operation(text, interval, uuid) owner to palaver_definer;

alter function private.note_app_step(uuid, text, text, jsonb, interval) owner to palaver_definer;

alter function private.finish_app_operation(uuid, text, jsonb) owner to palaver_definer;

alter function private.due_app_work() owner to palaver_definer;

alter function private.note_app_sizes(jsonb) owner to palaver_definer;

alter function private.note_size_state(uuid, uuid, text, text) owner to palaver_definer;

alter function private.lost_app_databases(text[]) owner to palaver_definer;

alter function private.missing_app_databases(text[]) owner to palaver_definer;

-- What an app's owner sees through the worker. Looks at passwords are recorded in the audit log, which a later migration makes: without it
-- nobody sees one.

create function private.look_at_app_password(p_app_id uuid, p_environment text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_seen pg_catalog.record;
begin
    perform private.check_app_access(p_app_id, true);

    select d.id, to_jsonb(d) as shown, c.password into v_seen
    from public.app_databases as d
    inner join private.app_credentials as c on d.tenant_id = c.tenant_id and d.id = c.database_id
    where
        d.tenant_id = v_tenant_id
        and d.app_id = p_app_id
        and d.environment = p_environment
        and d.state = 'ready'
        and c.password is not null;

    if not found then
        raise exception using
            errcode = 'PA443',
            message = 'This app has no database in this environment that is ready.';
    end if;

    insert into public.audit_log (tenant_id, actor_id, actor_role, action, object, object_id, after, request_id)
    values (
        v_tenant_id,
        private.current_user_id(),
        coalesce(nullif(current_setting('role', true), 'none'), session_user),
        'read',
        'app_credentials',
        v_seen.id,
        jsonb_build_object('app_id', p_app_id, 'environment', p_environment),
        private.request_id()
    );

    return jsonb_build_object('database', v_seen.shown, 'password', translate(encode(v_seen.password, 'base64'), E'\n', ''));
end
$$;

comment on function private.look_at_app_password(uuid, text) is
'Does what private.app_credentials() says for whoever asks. Definer: nobody else has rights on passwords, nor may write to the log.';

create function private.app_credentials(p_claims jsonb, p_app_id uuid, p_environment text)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return private.look_at_app_password(p_app_id, p_environment);
end
$$;

comment on function private.app_credentials(jsonb, uuid, text) is
'What opens an app''s database, for the app''s owner, whom the claims name, and nobody else; each look is in the audit log. Returns {"database": its row, "password": encrypted with SECRETS_KEY, in base64}. Errors: PA404 no such app, PA403 not its owner, PA443 there is no such database that is ready.';

create function private.read_app_operation(p_claims jsonb, p_operation_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_found pg_catalog.jsonb;
begin
    perform private.become(p_claims);

    select jsonb_build_object('operation', to_jsonb(o), 'database', to_jsonb(d)) into v_found
    from (
        select
            s.tenant_id, s.id, s.app_id, s.database_id, s.kind, s.state, s.arguments, s.step, s.progress, s.attempts, s.due_at,
            s.requested_by, s.result, s.error_code, s.error_detail, s.created_at, s.started_at, s.finished_at
        from public.app_operations as s
        where s.tenant_id = private.current_tenant_id() and s.id = p_operation_id
    ) as o
    inner join public.app_databases as d on o.tenant_id = d.tenant_id and o.database_id = d.id;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such operation.';
    end if;

    return v_found;
end
$$;

comment on function private.read_app_operation(jsonb, uuid) is
'How far an operation is, for the person whom the claims name: {"operation", "database": their rows}. Errors: PA404 no such operation of an app that they see.';

create function private.read_generated_app(p_claims jsonb, p_app_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id pg_catalog.uuid;
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, false);

    v_tenant_id := private.current_tenant_id();

    return (
        select jsonb_build_object(
            'app', to_jsonb(a),
            'access', private.app_access(a.id),
            'revision', (
                select jsonb_build_object('id', r.id, 'number', r.number, 'source_digest', r.source_digest, 'created_at', r.created_at)
                from public.app_revisions as r
                where r.tenant_id = a.tenant_id and r.app_id = a.id
                order by r.number desc
                limit 1
            ),
            'databases', (
                select
                    coalesce(
                        jsonb_agg(
                            to_jsonb(d) || jsonb_build_object('operation', l.operation, 'is_behind', coalesce(b.is_behind, false))
                            order by d.id
                        ),
                        '[]'
                    )
                from public.app_databases as d
                left join lateral (
                    select to_jsonb(o) as operation
                    from public.app_operations as o
                    where o.tenant_id = d.tenant_id and o.database_id = d.id
                    order by o.created_at desc, o.id desc
                    limit 1
                ) as l on true
                left join lateral (
                    -- The other files of another revision may say the same.
                    select
                        h.id is distinct from n.id
                        and (h.schema_digest is distinct from n.schema_digest or n.schema_digest is null) as is_behind
                    from public.app_revisions as n
                    left join public.app_revisions as h on h.tenant_id = d.tenant_id and h.id = d.revision_id
                    where n.tenant_id = a.tenant_id and n.app_id = a.id and d.state = 'ready'
                    order by n.number desc
                    limit 1
                ) as b on true
                where d.tenant_id = a.tenant_id and d.app_id = a.id and d.state <> 'removed'
            ),
            'limits', (select to_jsonb(l) from private.app_limits(a.tenant_id) as l)
        )
        from public.generated_apps as a
        where a.tenant_id = v_tenant_id and a.id = p_app_id
    );
end
$$;

comment on function private.read_generated_app(jsonb, uuid) is
'An app for the person whom the claims name: {"app": its row, "access": owner or admin, "revision": {"id", "number", "source_digest", "created_at"} of the newest, or null, "databases": [their rows, each with "operation": the row of its last one, or null, and "is_behind": whether it is ready and the newest revision has another schema], those that are removed left out, "limits": {"plan", "max_databases", "max_bytes", "max_connections"}}. Errors: PA404 no such app.';

revoke execute on function private.look_at_app_password(uuid, text) from public;

revoke execute on function private.app_credentials(jsonb, uuid, text) from public;

revoke execute on function private.read_app_operation(jsonb, uuid) from public;

revoke execute on function private.read_generated_app(jsonb, uuid) from public;

grant execute on function private.look_at_app_password(uuid, text) to palaver_worker;

grant execute on function private.app_credentials(jsonb, uuid, text) to palaver_worker;

grant execute on function private.read_app_operation(jsonb, uuid) to palaver_worker;

grant execute on function private.read_generated_app(jsonb, uuid) to palaver_worker;

alter function private.look_at_app_password(uuid, text) owner to palaver_definer;
