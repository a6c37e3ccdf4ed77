-- Changes of apps' databases: the plans, what a person confirmed of them, what became of them; and the backups that they rest on.
--
-- Creates:  public.app_backups, public.app_changes; private.read_change_basis(), keep_app_change(), record_app_change(),
--           decide_app_change(), confirm_app_change(), discard_app_change(), begin_app_change(), finish_app_change(), read_app_backups(),
--           read_app_changes(), begin_app_backup(), finish_app_backup(), expired_app_backups(), forget_app_backup(),
--           app_backup_to_restore(), unmatched_app_backups().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, public.users, public.generated_apps, public.app_revisions and
--           public.app_databases, for foreign keys.
-- Rollback: rollbacks/20261122000396_app_changes.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.app_backups (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    kind text not null,
    state text not null default 'making',
    file text not null,
    label text,
    bytes bigint,
    sha256 text,
    server_version text,
    revision_id uuid,
    tables jsonb,
    error_code text,
    error_detail text,
    created_at timestamptz not null default clock_timestamp(),
    verified_at timestamptz,
    expires_at timestamptz,
    constraint app_backups_pkey primary key (tenant_id, id),
    constraint app_backups_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint app_backups_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint app_backups_database_id_fkey foreign key (tenant_id, database_id)
    references public.app_databases (tenant_id, id) on delete cascade,
    constraint app_backups_revision_id_fkey foreign key (tenant_id, revision_id)
    references public.app_revisions (tenant_id, id) on delete set null (revision_id),
    constraint app_backups_kind_check check (kind in ('manual', 'checkpoint', 'removal', 'scheduled')),
    constraint app_backups_state_check check (state in ('making', 'verified', 'failed', 'deleted')),
    constraint app_backups_file_check check (file ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$'),
    constraint app_backups_label_check check (char_length(label) between 1 and 200),
    constraint app_backups_bytes_check check (bytes >= 0),
    constraint app_backups_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint app_backups_server_version_check check (char_length(server_version) <= 100),
    constraint app_backups_tables_check check (jsonb_typeof(tables) = 'object' and octet_length(tables::text) <= 1048576),
    constraint app_backups_error_code_check check (char_length(error_code) <= 100),
    constraint app_backups_error_detail_check check (char_length(error_detail) <= 2000),
    constraint app_backups_verified_check check (
        state <> 'verified' or num_nulls(verified_at, bytes, sha256, tables) = 0
    )
);

comment on table public.app_backups is
'Backups of apps'' databases: files that the workers keep, each restored once into a scratch database to see that it can be. Owner and tenant admins see them.';

comment on column public.app_backups.kind is
'manual: somebody asked for it; checkpoint: before a change that loses data; removal: before a database went; scheduled.';

comment on column public.app_backups.state is
'making; verified: restored into a scratch database, with the rows that it should have; failed; deleted: its file is gone.';

comment on column public.app_backups.file is 'The name of its file, which says nothing of what is in it.';

comment on column public.app_backups.revision_id is 'The revision whose schema the database had.';

comment on column public.app_backups.tables is 'How many rows each table had, as they were counted after restoring.';

comment on column public.app_backups.expires_at is 'When its file may go; null: when somebody says so.';

create index app_backups_database_idx on public.app_backups (tenant_id, database_id, created_at desc, id desc);

comment on index public.app_backups_database_idx is 'The backups of a database, newest first; the foreign key to app_databases.';

create index app_backups_app_idx on public.app_backups (tenant_id, app_id);

comment on index public.app_backups_app_idx is 'The foreign key to generated_apps.';

create index app_backups_revision_idx on public.app_backups (tenant_id, revision_id);

comment on index public.app_backups_revision_idx is 'The foreign key to app_revisions.';

create index app_backups_expired_idx on public.app_backups (expires_at)
where state in ('verified', 'failed');

comment on index public.app_backups_expired_idx is 'What may be deleted now.';

alter table public.app_backups
alter column kind set statistics 0,
alter column state set statistics 0,
alter column file set statistics 0,
alter column label set statistics 0,
alter column sha256 set statistics 0,
alter column server_version set statistics 0,
alter column tables set statistics 0,
alter column error_code set statistics 0,
alter column error_detail set statistics 0;

alter table public.app_backups enable row level security;

revoke all on public.app_backups from public, anon, authenticated, service_role;

create policy "People see the backups of apps that they see"
on public.app_backups for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "Operations find backups"
on public.app_backups for select to palaver_definer
using (true);

create policy "Operations add backups"
on public.app_backups for insert to palaver_definer
with check (true);

create policy "Operations change backups"
on public.app_backups for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, app_id, database_id, kind, state, file, label, bytes, sha256, server_version, revision_id, tables, error_code,
    error_detail, created_at, verified_at, expires_at
) on public.app_backups to authenticated;

grant select on public.app_backups to palaver_definer;

grant insert (tenant_id, app_id, database_id, kind, file, label, revision_id, expires_at) on public.app_backups to palaver_definer;

grant update (
    state, bytes, sha256, server_version, tables, error_code, error_detail, verified_at, expires_at
) on public.app_backups to palaver_definer;

grant select on public.app_backups to service_role;

create table public.app_changes (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    from_revision_id uuid,
    to_revision_id uuid not null,
    undoes_id uuid,
    state text not null default 'planned',
    digest text not null,
    catalog_digest text not null,
    choices jsonb not null default '{}',
    steps jsonb not null,
    drift jsonb not null default '[]',
    possible_renames jsonb not null default '[]',
    confirmed_steps integer[] not null default '{}',
    confirmed_by uuid,
    confirmed_at timestamptz,
    backup_id uuid,
    ran jsonb not null default '[]',
    is_complete boolean not null default false,
    error_code text,
    error_detail text,
    requested_by uuid,
    created_at timestamptz not null default clock_timestamp(),
    applied_at timestamptz,
    constraint app_changes_pkey primary key (tenant_id, id),
    constraint app_changes_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint app_changes_app_id_fkey foreign key (tenant_id, app_id)
    references public.generated_apps (tenant_id, id) on delete cascade,
    constraint app_changes_database_id_fkey foreign key (tenant_id, database_id)
    references public.app_databases (tenant_id, id) on delete cascade,
    constraint app_changes_from_revision_id_fkey foreign key (tenant_id, from_revision_id)
    references public.app_revisions (tenant_id, id) on delete cascade,
    constraint app_changes_to_revision_id_fkey foreign key (tenant_id, to_revision_id)
    references public.app_revisions (tenant_id, id) on delete cascade,
    constraint app_changes_undoes_id_fkey foreign key (tenant_id, undoes_id)
    references public.app_changes (tenant_id, id) on delete set null (undoes_id),
    constraint app_changes_backup_id_fkey foreign key (tenant_id, backup_id)
    references public.app_backups (tenant_id, id) on delete set null (backup_id),
    constraint app_changes_confirmed_by_fkey foreign key (tenant_id, confirmed_by)
    references public.users (tenant_id, id) on delete set null (confirmed_by),
    constraint app_changes_requested_by_fkey foreign key (tenant_id, requested_by)
    references public.users (tenant_id, id) on delete set null (requested_by),
    constraint app_changes_state_check check (
        state in (
            'planned', 'confirmed', 'awaiting_checkpoint', 'applying', 'applied', 'failed', 'undone', 'stale', 'discarded'
        )
    ),
    constraint app_changes_digest_check check (digest ~ '^[0-9a-f]{64}$'),
    constraint app_changes_catalog_digest_check check (catalog_digest ~ '^[0-9a-f]{64}$'),
    constraint app_changes_choices_check check (jsonb_typeof(choices) = 'object' and octet_length(choices::text) <= 262144),
    constraint app_changes_steps_check check (jsonb_typeof(steps) = 'array' and octet_length(steps::text) <= 16777216),
    constraint app_changes_drift_check check (jsonb_typeof(drift) = 'array' and octet_length(drift::text) <= 16777216),
    constraint app_changes_possible_renames_check check (
        jsonb_typeof(possible_renames) = 'array' and octet_length(possible_renames::text) <= 1048576
    ),
    constraint app_changes_confirmed_steps_check check (
        array_position(confirmed_steps, null) is null and 0 <= all(confirmed_steps)
        and (jsonb_typeof(steps) <> 'array' or jsonb_array_length(steps) > all(confirmed_steps))
    ),
    constraint app_changes_confirmed_check check (confirmed_steps = '{}' or confirmed_at is not null),
    constraint app_changes_ran_check check (jsonb_typeof(ran) = 'array' and octet_length(ran::text) <= 1048576),
    constraint app_changes_error_code_check check (char_length(error_code) <= 100),
    constraint app_changes_error_detail_check check (char_length(error_detail) <= 2000),
    constraint app_changes_applied_at_check check ((state in ('applied', 'undone')) = (applied_at is not null))
);

comment on table public.app_changes is
'The history of apps'' schemas: each plan to change a database, who confirmed what of it, what was run and how it ended. Owner and tenant admins read it.';

comment on column public.app_changes.from_revision_id is 'The revision that the database had; null: none.';

comment on column public.app_changes.undoes_id is 'The change that this one takes back.';

comment on column public.app_changes.state is
'planned; confirmed; awaiting_checkpoint: a backup is made first; applying; applied; failed: nothing was changed; undone: another change took it back; stale: the database was not as it was when it was planned, so nothing was changed; discarded.';

comment on column public.app_changes.digest is 'SHA-256 of all that it does: what somebody confirms is this, and no other.';

comment on column public.app_changes.catalog_digest is 'SHA-256 of the schema that the database had when it was planned.';

comment on column public.app_changes.choices is 'What a person said besides: {"renames", "restored", "fills"}.';

comment on column public.app_changes.steps is
'In their order: {"number", "kind": additive, safe, rewriting, destructive or rename, "subject", "renamed_from", "fill": the column that rows may have no value in, "explanation", "sql", "undo": statements, or null where only a backup has the data, "lock", "asks", "waits", "conflict", "blocked": what no plan touches and is in the way, "confidence", "evidence", "depends_on"}.';

comment on column public.app_changes.drift is 'What is otherwise in the database than in the source, and stays so.';

comment on column public.app_changes.confirmed_steps is 'The numbers of the steps that ask, and that a person said yes to.';

comment on column public.app_changes.backup_id is 'The backup from before it.';

comment on column public.app_changes.ran is 'The steps that were carried out: {"number", "milliseconds"}.';

comment on column public.app_changes.is_complete is 'Whether nothing of it was left out, so that the database has the new revision.';

comment on column public.app_changes.requested_by is 'Who had it planned; null: somebody who is gone.';

create unique index app_changes_open_key on public.app_changes (tenant_id, database_id)
where state in ('planned', 'confirmed', 'awaiting_checkpoint', 'applying');

comment on index public.app_changes_open_key is 'One at a time for each database.';

create index app_changes_database_idx on public.app_changes (tenant_id, database_id, created_at desc, id desc);

comment on index public.app_changes_database_idx is 'The history of a database, newest first; the foreign key to app_databases.';

create index app_changes_app_idx on public.app_changes (tenant_id, app_id, created_at desc, id desc);

comment on index public.app_changes_app_idx is 'The history of an app, newest first; the foreign key to generated_apps.';

create index app_changes_from_revision_idx on public.app_changes (tenant_id, from_revision_id);

comment on index public.app_changes_from_revision_idx is 'The foreign key to app_revisions of what was.';

create index app_changes_to_revision_idx on public.app_changes (tenant_id, to_revision_id);

comment on index public.app_changes_to_revision_idx is 'The foreign key to app_revisions of what is to be.';

create index app_changes_undoes_idx on public.app_changes (tenant_id, undoes_id);

comment on index public.app_changes_undoes_idx is 'The foreign key to app_changes.';

create index app_changes_backup_idx on public.app_changes (tenant_id, backup_id);

comment on index public.app_changes_backup_idx is 'The foreign key to app_backups.';

create index app_changes_confirmed_by_idx on public.app_changes (tenant_id, confirmed_by);

comment on index public.app_changes_confirmed_by_idx is 'The foreign key to users of whoever confirmed it.';

create index app_changes_requested_by_idx on public.app_changes (tenant_id, requested_by);

comment on index public.app_changes_requested_by_idx is 'The foreign key to users of whoever had it planned.';

alter table public.app_changes
alter column state set statistics 0,
alter column digest set statistics 0,
alter column catalog_digest set statistics 0,
alter column choices set statistics 0,
alter column steps set statistics 0,
alter column drift set statistics 0,
alter column possible_renames set statistics 0,
alter column ran set statistics 0,
alter column error_code set statistics 0,
alter column error_detail set statistics 0;

alter table public.app_changes enable row level security;

revoke all on public.app_changes from public, anon, authenticated, service_role;

create policy "People see the changes of apps that they see"
on public.app_changes for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and app_id in (
        select a.id from public.generated_apps as a
        where a.tenant_id = (select private.current_tenant_id())
    )
);

create policy "Operations find changes"
on public.app_changes for select to palaver_definer
using (true);

create policy "Requests add changes"
on public.app_changes for insert to palaver_definer
with check (true);

create policy "Requests and operations decide on changes"
on public.app_changes for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, state, digest, catalog_digest, choices, steps, drift,
    possible_renames, confirmed_steps, confirmed_by, confirmed_at, backup_id, ran, is_complete, error_code, error_detail, requested_by,
    created_at, applied_at
) on public.app_changes to authenticated;

grant select on public.app_changes to palaver_definer;

grant insert (
    tenant_id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, digest, catalog_digest, choices, steps, drift,
    possible_renames, requested_by
) on public.app_changes to palaver_definer;

grant update (
    state, confirmed_steps, confirmed_by, confirmed_at, backup_id, ran, is_complete, error_code, error_detail, applied_at
) on public.app_changes to palaver_definer;

grant select on public.app_changes to service_role;

-- What the worker plans from.

create function private.read_change_basis(p_claims jsonb, p_app_id uuid, p_environment text, p_to_revision_id uuid default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant_id pg_catalog.uuid;
    v_found pg_catalog.jsonb;
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, true);

    v_tenant_id := private.current_tenant_id();

    select jsonb_build_object(
        'database', to_jsonb(d),
        'from', (
            select jsonb_build_object('id', r.id, 'number', r.number, 'schema', r.schema)
            from public.app_revisions as r
            where r.tenant_id = d.tenant_id and r.id = d.revision_id
        ),
        'to', (
            select jsonb_build_object('id', r.id, 'number', r.number, 'schema', r.schema)
            from public.app_revisions as r
            where r.tenant_id = d.tenant_id and r.app_id = d.app_id and (p_to_revision_id is null or r.id = p_to_revision_id)
            order by r.number desc
            limit 1
        )
    ) into v_found
    from public.app_databases as d
    where d.tenant_id = v_tenant_id and d.app_id = p_app_id and d.environment = p_environment and d.state = 'ready';

    if not found then
        raise exception using
            errcode = 'PA443',
            message = 'This app has no database in this environment that is ready.';
    end if;

    if v_found -> 'to' = 'null' then
        raise exception using
            errcode = 'PA404',
            message = 'This app has no such revision.';
    end if;

    return v_found;
end
$$;

comment on function private.read_change_basis(jsonb, uuid, text, uuid) is
'What a change is planned from, for the app''s owner, whom the claims name: {"database": its row, "from": the revision that it has, or null, "to": the one asked for, else the newest}, revisions as {"id", "number", "schema"}. Errors: PA404 no such app or revision, PA403 not its owner, PA443 no such database that is ready.';

create function private.keep_app_change(p_app_id uuid, p_environment text, p_to_revision_id uuid, p_plan jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_database public.app_databases;
    v_change public.app_changes;
begin
    perform private.check_app_access(p_app_id, true);

    select d.* into v_database
    from public.app_databases as d
    where d.tenant_id = v_tenant_id and d.app_id = p_app_id and d.environment = p_environment and d.state = 'ready'
    for no key update;

    if not found then
        raise exception using
            errcode = 'PA443',
            message = 'This app has no database in this environment that is ready.';
    end if;

    if not exists (
        select from public.app_revisions as r where r.tenant_id = v_tenant_id and r.app_id = p_app_id and r.id = p_to_revision_id
    ) then
        raise exception using
            errcode = 'PA404',
            message = 'This app has no such revision.';
    end if;

    if (p_plan ->> 'from_revision_id')::pg_catalog.uuid is distinct from v_database.revision_id then
        raise exception using
            errcode = 'PA444',
            message = 'The database has another revision by now.',
            hint = 'Plan the change again.';
    end if;

    if p_plan ->> 'undoes_id' is not null and not exists (
        select from public.app_changes as c
        where
            c.tenant_id = v_tenant_id
            and c.database_id = v_database.id
            and c.id = (p_plan ->> 'undoes_id')::pg_catalog.uuid
            and c.state = 'applied'
    ) then
        raise exception using
            errcode = 'PA404',
            message = 'There is no such change of this database that could be undone.';
    end if;

    select c.* into v_change
    from public.app_changes as c
    where
        c.tenant_id = v_tenant_id
        and c.database_id = v_database.id
        and c.state in ('planned', 'confirmed', 'awaiting_checkpoint', 'applying')
    for no key update;

    if v_change.state in ('awaiting_checkpoint', 'applying') then
        raise exception using
            errcode = 'PA441',
            message = 'Another change of this database is not finished yet.',
            detail = jsonb_build_object('changeId', v_change.id)::pg_catalog.text,
            hint = 'Wait until it is, and ask again.';
    end if;

    if
        v_change.digest = p_plan ->> 'digest'
        and v_change.to_revision_id = p_to_revision_id
        and v_change.undoes_id is not distinct from (p_plan ->> 'undoes_id')::pg_catalog.uuid
    then
        return to_jsonb(v_change);
    end if;

    update public.app_changes as c set state = 'discarded' where c.tenant_id = v_tenant_id and c.id = v_change.id;

    insert into public.app_changes as c (
        tenant_id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, digest, catalog_digest, choices, steps, drift,
        possible_renames, requested_by
    )
    values (
        v_tenant_id,
        p_app_id,
        v_database.id,
        v_database.revision_id,
        p_to_revision_id,
        (p_plan ->> 'undoes_id')::pg_catalog.uuid,
        p_plan ->> 'digest',
        p_plan ->> 'catalog_digest',
        coalesce(p_plan -> 'choices', '{}'),
        p_plan -> 'steps',
        coalesce(p_plan -> 'drift', '[]'),
        coalesce(p_plan -> 'possible_renames', '[]'),
        private.current_user_id()
    )
    returning c.* into v_change;

    return to_jsonb(v_change);
end
$$;

comment on function private.keep_app_change(uuid, text, uuid, jsonb) is
'Does what private.record_app_change() says for whoever asks. Definer: nobody else may write changes.';

create function private.record_app_change(p_claims jsonb, p_app_id uuid, p_environment text, p_to_revision_id uuid, p_plan jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return private.keep_app_change(p_app_id, p_environment, p_to_revision_id, p_plan);
end
$$;

comment on function private.record_app_change(jsonb, uuid, text, uuid, jsonb) is
'Keeps a plan for a database of the app, whose owner the claims name; the one before it is discarded, but for the same one, which stays as it is. p_plan: {"digest", "catalog_digest", "from_revision_id", "undoes_id", "choices", "steps", "drift", "possible_renames"}. Returns the row of the change. Errors: PA404 no such app, revision, or change to undo, PA403 not its owner, PA444 the database has another revision by now, PA441 a change is being applied, PA443 no such database that is ready.';

create function private.decide_app_change(p_change_id uuid, p_decision jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_steps constant pg_catalog.int4 [] := array(
        select distinct s.number::pg_catalog.int4 from jsonb_array_elements_text(p_decision -> 'steps') as s (number) order by 1
    );
    v_change public.app_changes;
begin
    select c.* into v_change from public.app_changes as c where c.tenant_id = v_tenant_id and c.id = p_change_id;

    perform private.check_app_access(v_change.app_id, true);

    -- The database before its change, as everywhere.
    perform from public.app_databases as d
    where d.tenant_id = v_tenant_id and d.id = v_change.database_id
    for no key update;

    select c.* into v_change from public.app_changes as c where c.tenant_id = v_tenant_id and c.id = p_change_id for no key update;

    if
        v_change.state not in ('planned', 'confirmed')
        and (v_change.state <> 'awaiting_checkpoint' or p_decision ->> 'kind' = 'confirm')
    then
        raise exception using
            errcode = 'PA444',
            message = format('This change is %s already.', v_change.state),
            detail = jsonb_build_object('state', v_change.state)::pg_catalog.text;
    end if;

    if p_decision ->> 'digest' is distinct from v_change.digest then
        raise exception using
            errcode = 'PA444',
            message = 'This is not the plan that you saw.',
            hint = 'Look at it again.';
    end if;

    if exists (
        select from public.app_operations as o
        where o.tenant_id = v_tenant_id and o.database_id = v_change.database_id and o.state in ('queued', 'running')
    ) then
        raise exception using
            errcode = 'PA441',
            message = 'Another operation on this database is not finished yet.',
            hint = 'Wait until it is, and ask again.';
    end if;

    if p_decision ->> 'kind' = 'confirm' then
        if exists (select from unnest(v_steps) as s (number) where s.number not between 0 and jsonb_array_length(v_change.steps) - 1) then
            raise exception using
                errcode = 'PA422',
                message = 'The plan has no such step.';
        end if;

        update public.app_changes as c
        set
            state = 'confirmed',
            confirmed_steps = v_steps,
            confirmed_by = private.current_user_id(),
            confirmed_at = clock_timestamp()
        where c.tenant_id = v_tenant_id and c.id = p_change_id
        returning c.* into v_change;
    else
        update public.app_changes as c
        set state = 'discarded'
        where c.tenant_id = v_tenant_id and c.id = p_change_id
        returning c.* into v_change;

        if p_decision -> 'settled' = 'true' then
            perform private.change_app_database(
                v_tenant_id, v_change.database_id, jsonb_build_object('revision_id', v_change.to_revision_id)
            );
        end if;
    end if;

    return to_jsonb(v_change);
end
$$;

comment on function private.decide_app_change(uuid, jsonb) is
'Does what private.confirm_app_change() and discard_app_change() say for whoever asks. Definer: nobody else may write changes.';

create function private.confirm_app_change(p_claims jsonb, p_change_id uuid, p_digest text, p_steps integer[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return private.decide_app_change(
        p_change_id, jsonb_build_object('kind', 'confirm', 'digest', p_digest, 'steps', to_jsonb(coalesce(p_steps, '{}')))
    );
end
$$;

comment on function private.confirm_app_change(jsonb, uuid, text, integer[]) is
'The app''s owner, whom the claims name, says yes to steps of a plan, by their numbers, and to the plan that p_digest is of; again, to others. What asks nobody needs no yes. Returns the row of the change. Errors: PA404 no such change, PA403 not the app''s owner, PA444 another plan, or one that is past this, PA422 no such step, PA441 an operation is not finished.';

create function private.discard_app_change(p_claims jsonb, p_change_id uuid, p_digest text, p_settled boolean default false)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    return private.decide_app_change(
        p_change_id,
        jsonb_build_object('kind', 'discard', 'digest', p_digest, 'steps', '[]'::pg_catalog.jsonb, 'settled', coalesce(p_settled, false))
    );
end
$$;

comment on function private.discard_app_change(jsonb, uuid, text, boolean) is
'The app''s owner, whom the claims name, says no to a plan, or to one that waits for a backup that nobody makes. p_settled: what it would have changed stays as it is in the database from now on, and is not proposed again. Returns the row of the change. Errors: as of private.confirm_app_change().';

create function private.read_app_changes(
    p_claims jsonb, p_app_id uuid, p_change_id uuid default null, p_limit integer default 50, p_before uuid default null
)
returns setof jsonb
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, false);

    return query
    select to_jsonb(c)
    from public.app_changes as c
    where
        c.tenant_id = private.current_tenant_id()
        and c.app_id = p_app_id
        and (p_change_id is null or c.id = p_change_id)
        and (p_before is null or c.id < p_before)
    order by c.created_at desc, c.id desc
    limit least(greatest(p_limit, 1), 200);
end
$$;

comment on function private.read_app_changes(jsonb, uuid, uuid, integer, uuid) is
'The changes of an app, newest first, or one of them, for the person whom the claims name; p_before: the id of the last one of the page before. Returns their rows. Errors: PA404 no such app that they see.';

create function private.read_app_backups(p_claims jsonb, p_app_id uuid, p_limit integer default 50, p_before uuid default null)
returns setof jsonb
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
begin
    perform private.become(p_claims);

    perform private.check_app_access(p_app_id, false);

    return query
    select to_jsonb(b)
    from public.app_backups as b
    where
        b.tenant_id = private.current_tenant_id()
        and b.app_id = p_app_id
        and (p_before is null or b.id < p_before)
    order by b.created_at desc, b.id desc
    limit least(greatest(p_limit, 1), 200);
end
$$;

comment on function private.read_app_backups(jsonb, uuid, integer, uuid) is
'The backups of an app''s databases, newest first, for the person whom the claims name; p_before: the id of the last one of the page before. Returns their rows. Errors: PA404 no such app that they see.';

revoke execute on function private.read_change_basis(jsonb, uuid, text, uuid) from public;

revoke execute on function private.keep_app_change(uuid, text, uuid, jsonb) from public;

revoke execute on function private.record_app_change(jsonb, uuid, text, uuid, jsonb) from public;

revoke execute on function private.decide_app_change(uuid, jsonb) from public;

revoke execute on function private.confirm_app_change(jsonb, uuid, text, integer[]) from public;

revoke execute on function private.discard_app_change(jsonb, uuid, text, boolean) from public;

revoke execute on function private.read_app_changes(jsonb, uuid, uuid, integer, uuid) from public;

revoke execute on function private.read_app_backups(jsonb, uuid, integer, uuid) from public;

grant execute on function private.read_change_basis(jsonb, uuid, text, uuid) to palaver_worker;

grant execute on function private.keep_app_change(uuid, text, uuid, jsonb) to palaver_worker;

grant execute on function private.record_app_change(jsonb, uuid, text, uuid, jsonb) to palaver_worker;

grant execute on function private.decide_app_change(uuid, jsonb) to palaver_worker;

grant execute on function private.confirm_app_change(jsonb, uuid, text, integer[]) to palaver_worker;

grant execute on function private.discard_app_change(jsonb, uuid, text, boolean) to palaver_worker;

grant execute on function private.read_app_changes(jsonb, uuid, uuid, integer, uuid) to palaver_worker;

grant execute on function private.read_app_backups(jsonb, uuid, integer, uuid) to palaver_worker;

alter function private.keep_app_change(uuid, text, uuid, jsonb) owner to palaver_definer;

alter function private.decide_app_change(uuid, jsonb) owner to palaver_definer;

-- What the worker does that holds the operation.

create function private.begin_app_change(p_operation_id uuid, p_worker text, p_backup_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation constant public.app_operations := private.held_app_operation(p_operation_id, p_worker);
    v_change public.app_changes;
    v_loses_data pg_catalog.bool;
begin
    select c.* into v_change
    from public.app_changes as c
    where
        c.tenant_id = v_operation.tenant_id
        and c.database_id = v_operation.database_id
        and c.id = (v_operation.arguments ->> 'change_id')::pg_catalog.uuid
    for no key update;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'This database has no such change.';
    end if;

    if v_change.state in ('planned', 'confirmed', 'awaiting_checkpoint', 'applying') then
        v_loses_data := exists (
            select from jsonb_array_elements(v_change.steps) as s (step)
            where
                (s.step ->> 'number')::pg_catalog.int4 = any (v_change.confirmed_steps)
                and (s.step ->> 'kind' = 'destructive' or jsonb_typeof(s.step -> 'undo') = 'null')
        );

        -- Without a backup that was seen to work, and is from after the plan, nothing is lost, unless its owner said so.
        if p_backup_id is not null and not exists (
            select from public.app_backups as b
            where
                b.tenant_id = v_change.tenant_id
                and b.database_id = v_change.database_id
                and b.id = p_backup_id
                and b.state = 'verified'
                and b.created_at >= v_change.created_at
        ) then
            raise exception using
                errcode = 'PA404',
                message = 'This is no verified backup of the database from after the plan.';
        end if;

        update public.app_changes as c
        set
            state = case
                when
                    v_loses_data
                    and coalesce(p_backup_id, c.backup_id) is null
                    and not coalesce(v_operation.arguments -> 'without_backup' = 'true', false)
                    then 'awaiting_checkpoint'
                else 'applying'
            end,
            backup_id = coalesce(p_backup_id, c.backup_id)
        where c.tenant_id = v_change.tenant_id and c.id = v_change.id
        returning c.* into v_change;
    end if;

    return jsonb_build_object(
        'change', to_jsonb(v_change),
        'from', (
            select jsonb_build_object('id', r.id, 'number', r.number, 'schema', r.schema)
            from public.app_revisions as r
            where
                r.tenant_id = v_change.tenant_id
                -- What is undone is gone back from, whatever came after it.
                and r.id = coalesce(
                    (
                        select u.to_revision_id from public.app_changes as u
                        where u.tenant_id = v_change.tenant_id and u.id = v_change.undoes_id
                    ),
                    v_change.from_revision_id
                )
        ),
        'to', (
            select jsonb_build_object('id', r.id, 'number', r.number, 'schema', r.schema)
            from public.app_revisions as r
            where r.tenant_id = v_change.tenant_id and r.id = v_change.to_revision_id
        )
    );
end
$$;

comment on function private.begin_app_change(uuid, text, uuid) is
'The change of an operation that a worker holds, for it to apply: {"change": its row, "from", "to": the revisions that it was planned from, as {"id", "number", "schema"}; of an undo "from" is what it undoes led to}. If change.state is awaiting_checkpoint a backup comes first, and its id with the next call, but for an operation with arguments.without_backup; applying: go on; anything else: it is over. Errors: PA440 not this worker''s, PA404 no such change, or no such backup that is verified. Definer: nobody else may write changes.';

create function private.finish_app_change(p_operation_id uuid, p_worker text, p_outcome jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation constant public.app_operations := private.held_app_operation(p_operation_id, p_worker);
    v_state constant pg_catalog.text := p_outcome ->> 'state';
    v_complete constant pg_catalog.bool := v_state = 'applied' and coalesce((p_outcome -> 'complete') = 'true', false);
    v_change public.app_changes;
begin
    if v_state is null or v_state not in ('applied', 'failed', 'stale') then
        raise exception using
            errcode = 'PA422',
            message = 'A change ends as applied, failed or stale.';
    end if;

    update public.app_changes as c
    set
        state = v_state,
        ran = coalesce(p_outcome -> 'ran', '[]'),
        is_complete = v_complete,
        error_code = case when v_state <> 'applied' then left(coalesce(p_outcome ->> 'error_code', upper(v_state)), 100) end,
        error_detail = case when v_state <> 'applied' then left(p_outcome ->> 'error_detail', 2000) end,
        applied_at = case when v_state = 'applied' then clock_timestamp() end
    where
        c.tenant_id = v_operation.tenant_id
        and c.database_id = v_operation.database_id
        and c.id = (v_operation.arguments ->> 'change_id')::pg_catalog.uuid
        and c.state in ('awaiting_checkpoint', 'applying')
        and (v_state <> 'applied' or c.state = 'applying')
    returning c.* into v_change;

    if not found then
        raise exception using
            errcode = 'PA444',
            message = 'This change is not being applied.';
    end if;

    if v_complete then
        perform private.change_app_database(
            v_change.tenant_id, v_change.database_id, jsonb_build_object('revision_id', v_change.to_revision_id)
        );

        update public.app_changes as c
        set state = 'undone'
        where c.tenant_id = v_change.tenant_id and c.id = v_change.undoes_id;
    end if;

    return to_jsonb(v_change);
end
$$;

comment on function private.finish_app_change(uuid, text, jsonb) is
'Says how the change of an operation ended. p_outcome: {"state": applied, failed or stale, "complete": whether nothing of it was left out, "ran": [{"number", "milliseconds"}], "error_code", "error_detail"}. A complete one gives the database its revision, and what it undoes is undone. Returns the row of the change. Errors: PA440 not this worker''s, PA444 it is not being applied, PA422 no such end. Definer: nobody else may write changes.';

create function private.begin_app_backup(p_operation_id uuid, p_worker text, p_backup jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation constant public.app_operations := private.held_app_operation(p_operation_id, p_worker);
    v_backup public.app_backups;
    v_abandoned pg_catalog.jsonb;
begin
    -- One operation at a time: what is being made still is what a worker left behind.
    with abandoned as (
        update public.app_backups as b
        set state = 'failed', error_code = 'ABANDONED', error_detail = 'The worker that made it went away.'
        where b.tenant_id = v_operation.tenant_id and b.database_id = v_operation.database_id and b.state = 'making'
        returning b.id, b.file
    )

    select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'file', a.file)), '[]') into v_abandoned from abandoned as a;

    insert into public.app_backups as b (tenant_id, app_id, database_id, kind, file, label, revision_id, expires_at)
    select
        d.tenant_id,
        d.app_id,
        d.id,
        p_backup ->> 'kind',
        p_backup ->> 'file',
        p_backup ->> 'label',
        d.revision_id,
        clock_timestamp() + make_interval(days => (p_backup ->> 'keep_days')::pg_catalog.int4)
    from public.app_databases as d
    where d.tenant_id = v_operation.tenant_id and d.id = v_operation.database_id
    returning b.* into v_backup;

    return jsonb_build_object('backup', to_jsonb(v_backup), 'abandoned', v_abandoned);
end
$$;

comment on function private.begin_app_backup(uuid, text, jsonb) is
'Begins a backup of the database of an operation that a worker holds. p_backup: {"kind": manual, checkpoint, removal or scheduled, "file": its name, "label", "keep_days": null, for ever}. Returns {"backup": its row, "abandoned": [{"id", "file"}] of earlier ones that were never finished}. Errors: PA440 not this worker''s, 23514 no such kind, no such name. Definer: nobody else may write backups.';

create function private.finish_app_backup(p_operation_id uuid, p_worker text, p_backup_id uuid, p_outcome jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation constant public.app_operations := private.held_app_operation(p_operation_id, p_worker);
    v_state constant pg_catalog.text := p_outcome ->> 'state';
    v_backup public.app_backups;
begin
    if v_state is null or v_state not in ('verified', 'failed') then
        raise exception using
            errcode = 'PA422',
            message = 'A backup ends as verified or failed.';
    end if;

    update public.app_backups as b
    set
        state = v_state,
        bytes = (p_outcome ->> 'bytes')::pg_catalog.int8,
        sha256 = p_outcome ->> 'sha256',
        server_version = p_outcome ->> 'server_version',
        tables = nullif(p_outcome -> 'tables', 'null'),
        error_code = case when v_state = 'failed' then left(coalesce(p_outcome ->> 'error_code', 'FAILED'), 100) end,
        error_detail = case when v_state = 'failed' then left(p_outcome ->> 'error_detail', 2000) end,
        verified_at = case when v_state = 'verified' then clock_timestamp() end
    where
        b.tenant_id = v_operation.tenant_id
        and b.database_id = v_operation.database_id
        and b.id = p_backup_id
        and b.state = 'making'
    returning b.* into v_backup;

    if not found then
        raise exception using
            errcode = 'PA404',
            message = 'No such backup of this database is being made.';
    end if;

    -- Those that people ask for have no end of their own: the newest ten stay.
    update public.app_backups as b
    set expires_at = clock_timestamp()
    where
        v_state = 'verified'
        and b.tenant_id = v_operation.tenant_id
        and b.id in (
            select m.id
            from public.app_backups as m
            where
                m.tenant_id = v_operation.tenant_id
                and m.database_id = v_operation.database_id
                and m.kind = 'manual'
                and m.state = 'verified'
                and m.expires_at is null
            order by m.created_at desc, m.id desc
            offset 10
        );

    return to_jsonb(v_backup);
end
$$;

comment on function private.finish_app_backup(uuid, text, uuid, jsonb) is
'Says how a backup ended. p_outcome: {"state": verified or failed, "bytes", "sha256", "server_version", "tables": {name: rows}, "error_code", "error_detail"}. Of manual backups without an end, the newest ten of a database are kept. Returns its row. Errors: PA440 not this worker''s, PA404 it is not being made, PA422 no such end, 23514 verified without figures. Definer: nobody else may write backups.';

create function private.expired_app_backups(p_limit integer default 100)
returns table (tenant_id uuid, backup_id uuid, file text)
language plpgsql
stable
security definer
rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select b.tenant_id, b.id, b.file
    from public.app_backups as b
    where b.state in ('verified', 'failed') and b.expires_at <= clock_timestamp()
    order by b.expires_at
    limit p_limit;
end
$$;

comment on function private.expired_app_backups(integer) is
'Backups whose time has come, of all tenants, for a worker to delete their files. Definer: it works for people of all tenants.';

create function private.forget_app_backup(p_tenant_id uuid, p_backup_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    update public.app_backups as b
    set state = 'deleted'
    where
        b.tenant_id = p_tenant_id
        and b.id = p_backup_id
        and b.state in ('verified', 'failed')
        and b.expires_at <= clock_timestamp();

    return found;
end
$$;

comment on function private.forget_app_backup(uuid, uuid) is
'Says that the file of a backup whose time had come is gone; false: there is no such one. Definer: nobody else may write backups.';

create function private.app_backup_to_restore(p_operation_id uuid, p_worker text, p_backup_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_operation constant public.app_operations := private.held_app_operation(p_operation_id, p_worker);
begin
    return (
        select to_jsonb(b)
        from public.app_backups as b
        where
            b.tenant_id = v_operation.tenant_id
            and b.app_id = v_operation.app_id
            and b.id = p_backup_id
            and b.state = 'verified'
    );
end
$$;

comment on function private.app_backup_to_restore(uuid, text, uuid) is
'The row of a verified backup of the same app, of whichever database, for an operation that a worker holds; null: there is no such one. Errors: PA440 not this worker''s. Definer: it works for people of all tenants.';

create function private.unmatched_app_backups(p_files text[])
returns table (file text, is_known boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select f.file, false
    from unnest(p_files) as f (file)
    where not exists (select from public.app_backups as b where b.file = f.file and b.state <> 'deleted')
    union all
    select b.file, true
    from public.app_backups as b
    where b.state = 'verified' and b.file <> all (p_files);
end
$$;

comment on function private.unmatched_app_backups(text[]) is
'Of the files that there are, those that no backup has: is_known false; and the files of verified backups that are not there: true. Definer: it works for people of all tenants.';

revoke execute on function private.begin_app_change(uuid, text, uuid) from public;

revoke execute on function private.finish_app_change(uuid, text, jsonb) from public;

revoke execute on function private.begin_app_backup(uuid, text, jsonb) from public;

revoke execute on function private.finish_app_backup(uuid, text, uuid, jsonb) from public;

revoke execute on function private.expired_app_backups(integer) from public;

revoke execute on function private.forget_app_backup(uuid, uuid) from public;

revoke execute on function private.app_backup_to_restore(uuid, text, uuid) from public;

revoke execute on function private.unmatched_app_backups(text[]) from public;

grant execute on function private.begin_app_change(uuid, text, uuid) to palaver_worker;

grant execute on function private.finish_app_change(uuid, text, jsonb) to palaver_worker;

grant execute on function private.begin_app_backup(uuid, text, jsonb) to palaver_worker;

grant execute on function private.finish_app_backup(uuid, text, uuid, jsonb) to palaver_worker;

grant execute on function private.expired_app_backups(integer) to palaver_worker;

grant execute on function private.forget_app_backup(uuid, uuid) to palaver_worker;

grant execute on function private.app_backup_to_restore(uuid, text, uuid) to palaver_worker;

grant execute on function private.unmatched_app_backups(text[]) to palaver_worker;

alter function private.begin_app_change(uuid, text, uuid) owner to palaver_definer;

alter function private.finish_app_change(uuid, text, jsonb) owner to palaver_definer;

alter function private.begin_app_backup(uuid, text, jsonb) owner to palaver_definer;

alter function private.finish_app_backup(uuid, text, uuid, jsonb) owner to palaver_definer;

alter function private.expired_app_backups(integer) owner to palaver_definer;

alter function private.forget_app_backup(uuid, uuid) owner to palaver_definer;

alter function private.app_backup_to_restore(uuid, text, uuid) owner to palaver_definer;

alter function private.unmatched_app_backups(text[]) owner to palaver_definer;
