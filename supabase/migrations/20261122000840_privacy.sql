-- Privacy: consent, legal holds, retention, and everything about a person: where it is, its export, its erasure, and the proof.
--
-- Creates:  public.consents, public.legal_holds, private.erasures, private.personal_data; public.give_consent(), request_erasure(),
--           export_my_data(); private.consent_missing(), keep_consent(), keep_hold(), is_held(), refuse_held(), uuid_at(),
--           is_backdated(), enforce_retention(), purge_deleted(), about_person(), personal_rows(), personal_row_counts(), export_statements(), own_export(),
--           export_header(), export_trailer(), person_hash(), note_erasure(), begin_erasure(), erase_person_step(), finish_erasure(),
--           traces_of(); the jobs enforce_retention and purge_deleted.
-- Locks:    SHARE on public.conversations and public.messages while two small partial indexes are built; a moment's SHARE ROW EXCLUSIVE
--           on public.tenants and public.users, for foreign keys and triggers.
-- Rollback: rollbacks/20261122000840_privacy.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- Consent. A row for each time that somebody gave theirs; it counts for one version, until it is withdrawn.

create table public.consents (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid not null default private.current_user_id(),
    version text not null,
    text_hash text not null,
    given_at timestamptz not null default clock_timestamp(),
    withdrawn_at timestamptz,
    constraint consents_pkey primary key (tenant_id, id),
    constraint consents_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint consents_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint consents_version_check check (char_length(version) between 1 and 100),
    constraint consents_text_hash_check check (text_hash ~ '^[0-9a-f]{64}$')
);

comment on table public.consents is 'Who consented to which version of tenants.consent_text, and when; the last version is the one that counts.';

comment on column public.consents.text_hash is 'SHA-256 of the text that was consented to, in hexadecimal digits.';

comment on column public.consents.withdrawn_at is 'Set by the person who takes their consent back; it is given again by a new row.';

create index consents_user_idx on public.consents (tenant_id, user_id, id);

comment on index public.consents_user_idx is 'A person''s consents in order, for ids are; the foreign key to users.';

create unique index consents_live_key on public.consents (tenant_id, user_id, version) where withdrawn_at is null;

comment on index public.consents_live_key is 'Has this person consented to this version? Once is enough.';

alter table public.consents
alter column version set statistics 0,
alter column text_hash set statistics 0;

alter table public.consents enable row level security;

revoke all on public.consents from public, anon, authenticated, service_role;

create policy "People see their own consents, tenant admins their tenant's"
on public.consents for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "People give their own consent"
on public.consents for insert to authenticated
with check (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

create policy "People withdraw their own consent"
on public.consents for update to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()))
with check (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

grant select (tenant_id, id, user_id, version, text_hash, given_at, withdrawn_at) on public.consents to authenticated;

grant insert (tenant_id, user_id, version) on public.consents to authenticated;

grant update (withdrawn_at) on public.consents to authenticated;

grant select, insert, update, delete on public.consents to service_role;

create function private.keep_consent()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_tenant record;
begin
    if tg_op = 'UPDATE' then
        -- When is not for people to say, and what was withdrawn stays so.
        if row_security_active('public.consents') and new.withdrawn_at is distinct from old.withdrawn_at then
            new.withdrawn_at := coalesce(old.withdrawn_at, clock_timestamp());
        end if;

        return new;
    end if;

    -- Of a tenant that whoever asks may not see nothing is found, and the policy refuses.
    select t.consent_version as version, coalesce(t.consent_text, '') as words into v_tenant
    from public.tenants as t
    where t.id = new.tenant_id;

    if found and row_security_active('public.consents') and (new.version = v_tenant.version) is not true then
        raise exception using
            errcode = 'PA422',
            message = 'Consent is to the version that your organisation shows now.',
            hint = 'Read consent_version and consent_text of tenants, and consent to those.';
    end if;

    new.text_hash := coalesce(new.text_hash, encode(sha256(convert_to(v_tenant.words, 'UTF8')), 'hex'));

    return new;
end
$$;

comment on function private.keep_consent() is 'Trigger: consent is to the text that the tenant shows at the moment, and is withdrawn once. Errors: PA422.';

revoke execute on function private.keep_consent() from public;

create trigger consents_keep
before insert or update on public.consents
for each row execute function private.keep_consent();

create function public.give_consent(p_version text)
returns public.consents
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_consent public.consents;
begin
    insert into public.consents (version)
    values (p_version)
    on conflict (tenant_id, user_id, version) where withdrawn_at is null do nothing;

    select * into v_consent
    from public.consents as c
    where
        c.tenant_id = private.current_tenant_id()
        and c.user_id = private.current_user_id()
        and c.version = p_version
        and c.withdrawn_at is null;

    return v_consent;
end
$$;

comment on function public.give_consent(text) is
'Consents to the version that the tenant shows now, and returns the consent, the same one if it was given before. Errors: PA422 for any other version, or where the tenant asks for none.';

revoke execute on function public.give_consent(text) from public, anon;

grant execute on function public.give_consent(text) to authenticated;

create function private.consent_missing()
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select t.consent_version
        from public.tenants as t
        where
            t.id = (select private.current_tenant_id())
            and not exists (
                select from public.consents as c
                where
                    c.tenant_id = t.id
                    and c.user_id = (select private.current_user_id())
                    and c.version = t.consent_version
                    and c.withdrawn_at is null
            )
    );
end
$$;

comment on function private.consent_missing() is
'The version that whoever asks has yet to consent to before they may ask anything; null: none.';

revoke execute on function private.consent_missing() from public;

grant execute on function private.consent_missing() to authenticated;

-- Legal holds. While one stands, nothing of that person or tenant is removed by retention, purge or erasure, nor with the row of the
-- account.

create table public.legal_holds (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid,
    reason text not null,
    placed_by uuid default private.current_user_id(),
    placed_at timestamptz not null default clock_timestamp(),
    released_at timestamptz,
    constraint legal_holds_pkey primary key (tenant_id, id),
    constraint legal_holds_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint legal_holds_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint legal_holds_placed_by_fkey foreign key (tenant_id, placed_by)
    references public.users (tenant_id, id) on delete set null (placed_by),
    constraint legal_holds_reason_check check (char_length(reason) between 1 and 2000 and reason ~ '\S')
);

comment on table public.legal_holds is 'What must be kept for a court or an authority: of a person or of a whole tenant, until it is released.';

comment on column public.legal_holds.user_id is 'Whose data is kept; null: everybody''s of the tenant.';

comment on column public.legal_holds.placed_by is 'The tenant admin who placed it; null: the operator, or somebody who is gone.';

create index legal_holds_user_idx on public.legal_holds (tenant_id, user_id, id);

comment on index public.legal_holds_user_idx is 'Is this person held? The foreign key to users.';

create index legal_holds_placed_by_idx on public.legal_holds (tenant_id, placed_by);

comment on index public.legal_holds_placed_by_idx is 'The foreign key to users of whoever placed it.';

alter table public.legal_holds
alter column reason set statistics 0;

alter table public.legal_holds enable row level security;

revoke all on public.legal_holds from public, anon, authenticated, service_role;

create policy "Tenant admins see their tenant's holds"
on public.legal_holds for select to authenticated
using (tenant_id = (select private.administered_tenant_id()));

create policy "Tenant admins place holds"
on public.legal_holds for insert to authenticated
with check (tenant_id = (select private.administered_tenant_id()));

create policy "Tenant admins release holds"
on public.legal_holds for update to authenticated
using (tenant_id = (select private.administered_tenant_id()))
with check (tenant_id = (select private.administered_tenant_id()));

create policy "Removal asks for holds"
on public.legal_holds for select to palaver_definer
using (true);

grant select (tenant_id, id, user_id, reason, placed_by, placed_at, released_at) on public.legal_holds to authenticated;

grant insert (tenant_id, user_id, reason) on public.legal_holds to authenticated;

grant update (released_at) on public.legal_holds to authenticated;

grant select (tenant_id, user_id, released_at) on public.legal_holds to palaver_definer;

grant select, insert, update, delete on public.legal_holds to service_role;

create function private.keep_hold()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    -- When is not for people to say, and what was released stays so.
    if row_security_active('public.legal_holds') and new.released_at is distinct from old.released_at then
        new.released_at := coalesce(old.released_at, clock_timestamp());
    end if;

    return new;
end
$$;

comment on function private.keep_hold() is 'Trigger: a hold is released once.';

revoke execute on function private.keep_hold() from public;

create trigger legal_holds_keep
before update on public.legal_holds
for each row execute function private.keep_hold();

create function private.is_held(p_tenant_id uuid, p_user_id uuid)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return exists (
        select from public.legal_holds as h
        where h.tenant_id = p_tenant_id and h.released_at is null and (h.user_id is null or h.user_id = p_user_id)
    );
end
$$;

comment on function private.is_held(uuid, uuid) is 'Whether a legal hold stands over a person, their own or their whole tenant''s.';

revoke execute on function private.is_held(uuid, uuid) from public;

grant execute on function private.is_held(uuid, uuid) to palaver_definer;

create function private.refuse_held()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_held pg_catalog.bool;
begin
    if tg_table_name = 'tenants' then
        v_held := exists (select from public.legal_holds as h where h.tenant_id = old.id and h.released_at is null);
    elsif tg_table_name = 'projects' then
        v_held := exists (
            select from public.conversations as c
            where c.tenant_id = old.tenant_id and c.project_id = old.id and private.is_held(c.tenant_id, c.user_id)
        );
    else
        v_held := private.is_held(old.tenant_id, old.id);
    end if;

    if v_held then
        raise exception using
            errcode = 'PA409',
            message = 'A legal hold stands: nothing of this may be removed.',
            hint = 'An administrator of the tenant can release it: legal_holds.released_at.';
    end if;

    return old;
end
$$;

comment on function private.refuse_held() is
'Trigger: a person or tenant under a legal hold is not deleted, by whomever, nor a project, with which the conversations about it would go. Errors: PA409. Definer: whoever deletes may not see holds.';

revoke execute on function private.refuse_held() from public;

alter function private.refuse_held() owner to palaver_definer;

create trigger tenants_refuse_held
before delete on public.tenants
for each row execute function private.refuse_held();

create trigger users_refuse_held
before delete on public.users
for each row execute function private.refuse_held();

create trigger projects_refuse_held
before delete on public.projects
for each row execute function private.refuse_held();

-- Retention. Ids are ordered by time, so old messages are found by the primary key; the few that are older than their ids, as imported
-- ones are, by an index that holds no others.

create function private.uuid_at(p_at timestamptz)
returns uuid
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return (
        lpad(to_hex(greatest(floor(extract(epoch from p_at) * 1000), 0)::pg_catalog.int8), 12, '0') || '70008000000000000000'
    )::pg_catalog.uuid;
end
$$;

comment on function private.uuid_at(timestamptz) is
'The least time-ordered UUID (version 7) of a moment. Immutable: the seconds since 1970 do not depend on the time zone.';

create function private.is_backdated(p_id uuid, p_created_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    return p_id > private.uuid_at(p_created_at + interval '1 hour');
end
$$;

comment on function private.is_backdated(uuid, timestamptz) is 'Whether a row is older than its id by more than an hour, as one that was imported.';

revoke execute on function private.uuid_at(timestamptz) from public;

revoke execute on function private.is_backdated(uuid, timestamptz) from public;

grant execute on function private.uuid_at(timestamptz) to authenticated, service_role, palaver_definer;

grant execute on function private.is_backdated(uuid, timestamptz) to authenticated, service_role, palaver_definer;

-- squawk-ignore require-concurrent-index-creation
create index messages_backdated_idx on public.messages (tenant_id, created_at) where private.is_backdated(id, created_at);

comment on index public.messages_backdated_idx is 'Retention: messages that are older than their ids. No other query can use it.';

-- squawk-ignore require-concurrent-index-creation
create index conversations_deleted_idx on public.conversations (tenant_id, deleted_at) where deleted_at is not null;

comment on index public.conversations_deleted_idx is 'Purge: conversations whose time to be restored is over.';

grant select (retention_days, deletion_grace_days) on public.tenants to palaver_definer;

grant select (project_id, created_at, deleted_at), delete on public.conversations to palaver_definer;

grant delete on public.messages to palaver_definer;

create policy "Retention removes conversations"
on public.conversations for delete to palaver_definer
using (true);

create policy "Retention removes messages"
on public.messages for delete to palaver_definer
using (true);

create function private.enforce_retention()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lock_timeout constant pg_catalog.text := current_setting('lock_timeout');
    v_left pg_catalog.int8 := 5000;
    v_removed pg_catalog.int8;
    v_chat pg_catalog.record;
begin
    -- A conversation that somebody adds to is passed over by its lock; one of which somebody holds a row, after this time.
    perform set_config('lock_timeout', '50ms', true);

    for v_chat in
        with due as (
            select
                t.id as tenant_id,
                now() - make_interval(days => t.retention_days) as until,
                array(
                    select h.user_id from public.legal_holds as h
                    where h.tenant_id = t.id and h.user_id is not null and h.released_at is null
                ) as held
            from public.tenants as t
            where
                t.retention_days is not null
                and not exists (
                    select from public.legal_holds as h
                    where h.tenant_id = t.id and h.user_id is null and h.released_at is null
                )
            order by random()
        ),

        found as (
            select distinct d.tenant_id, d.until, o.conversation_id
            from due as d
            cross join lateral (
                (
                    select m.conversation_id
                    from public.messages as m
                    where
                        m.tenant_id = d.tenant_id
                        and m.id < private.uuid_at(d.until)
                        and m.created_at < d.until
                        and m.user_id <> all(d.held)
                    limit 5000
                )
                union all
                (
                    select m.conversation_id
                    from public.messages as m
                    where
                        m.tenant_id = d.tenant_id
                        and private.is_backdated(m.id, m.created_at)
                        and m.created_at < d.until
                        and m.user_id <> all(d.held)
                    limit 5000
                )
                union all
                -- Those that nothing was said in, or nothing is left of.
                (
                    select c.id
                    from public.conversations as c
                    where
                        c.tenant_id = d.tenant_id
                        and c.id < private.uuid_at(d.until)
                        and greatest(c.created_at, c.updated_at) < d.until
                        and c.user_id <> all(d.held)
                        and not exists (
                            select from public.messages as m
                            where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
                        )
                    limit 5000
                )
            ) as o
        )

        select c.tenant_id, c.id, c.user_id, f.until
        from found as f
        inner join public.conversations as c on c.tenant_id = f.tenant_id and c.id = f.conversation_id
        where not exists (
            select from public.turns as t
            where t.tenant_id = c.tenant_id and t.conversation_id = c.id and t.user_id = c.user_id and t.status = 'running'
        )
        for no key update of c skip locked
    loop
        begin
            delete from public.messages as m
            where m.tenant_id = v_chat.tenant_id and m.id = any(array(
                select o.id
                from public.messages as o
                where
                    o.tenant_id = v_chat.tenant_id
                    and o.conversation_id = v_chat.id
                    and o.user_id = v_chat.user_id
                    and o.created_at < v_chat.until
                order by o.created_at
                limit v_left
            ));

            get diagnostics v_removed = row_count;

            delete from public.conversations as c
            where
                c.tenant_id = v_chat.tenant_id
                and c.id = v_chat.id
                and greatest(c.created_at, c.updated_at) < v_chat.until
                and not exists (
                    select from public.messages as m
                    where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
                );

            v_left := v_left - v_removed - 1;
        exception when lock_not_available or deadlock_detected then
            v_left := v_left - 1;
        end;

        exit when v_left <= 0;
    end loop;

    perform set_config('lock_timeout', v_lock_timeout, true);
end
$$;

comment on function private.enforce_retention() is
'Job: removes messages that are older than their tenant keeps them, at most some thousands a run, and conversations of that age that hold no message. Passes over legal holds, turns that run, and what anybody has locked. Definer: runs as the job runner.';

create function private.purge_deleted()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lock_timeout constant pg_catalog.text := current_setting('lock_timeout');
    v_left pg_catalog.int8 := 5000;
    v_removed pg_catalog.int8;
    v_chat pg_catalog.record;
begin
    perform set_config('lock_timeout', '50ms', true);

    for v_chat in
        select c.tenant_id, c.id, c.user_id
        from public.tenants as t
        cross join lateral (
            select o.tenant_id, o.id
            from public.conversations as o
            where
                o.tenant_id = t.id
                and o.deleted_at < now() - make_interval(days => t.deletion_grace_days)
                and not private.is_held(o.tenant_id, o.user_id)
            limit 1000
        ) as f
        inner join public.conversations as c on c.tenant_id = f.tenant_id and c.id = f.id
        where not exists (
            select from public.turns as r
            where r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.user_id = c.user_id and r.status = 'running'
        )
        for update of c skip locked
    loop
        begin
            -- The newest first, so that none is left whose answers are gone; a long conversation takes several runs.
            delete from public.messages as m
            where m.tenant_id = v_chat.tenant_id and m.id = any(array(
                select o.id
                from public.messages as o
                where o.tenant_id = v_chat.tenant_id and o.conversation_id = v_chat.id and o.user_id = v_chat.user_id
                order by o.created_at desc, o.id desc
                limit v_left
            ));

            get diagnostics v_removed = row_count;

            delete from public.conversations as c
            where
                c.tenant_id = v_chat.tenant_id
                and c.id = v_chat.id
                and not exists (
                    select from public.messages as m
                    where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.user_id = c.user_id
                );

            v_left := v_left - v_removed - 1;
        exception when lock_not_available or deadlock_detected then
            v_left := v_left - 1;
        end;

        exit when v_left <= 0;
    end loop;

    perform set_config('lock_timeout', v_lock_timeout, true);
end
$$;

comment on function private.purge_deleted() is
'Job: removes for good, with all that hangs on them, conversations that were deleted longer ago than their tenant lets people restore them; at most some thousand messages a run. Passes over legal holds, turns that run, and what anybody has locked. Definer: runs as the job runner.';

revoke execute on function private.enforce_retention() from public;

revoke execute on function private.purge_deleted() from public;

alter function private.enforce_retention() owner to palaver_definer;

alter function private.purge_deleted() owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values
('enforce_retention', 'Removes messages that are older than their tenant keeps them.', '5 minutes', '*/5 * * * *'),
('purge_deleted', 'Removes for good conversations whose time to be restored is over.', '5 minutes', '*/5 * * * *');

do $$
begin
    perform private.schedule_jobs();
end
$$;

-- Where everything about a person is. Export and erasure know no table by themselves: they do what these rules say, table by table. A
-- migration that adds a table or a column of text says here what becomes of it; a test fails until it does.

create table private.personal_data (
    table_name text not null,
    place integer not null,
    belongs text,
    exported text[],
    ordered text[],
    kept_back text[] not null default '{}',
    erasure text not null,
    changes text,
    reason text not null,
    constraint personal_data_pkey primary key (table_name, place),
    constraint personal_data_erasure_check check (erasure in ('delete', 'detach', 'call', 'account', 'keep')),
    constraint personal_data_changes_check check ((erasure in ('detach', 'call')) = (changes is not null)),
    constraint personal_data_belongs_check check (belongs is not null or (erasure = 'keep' and exported is null))
);

comment on table private.personal_data is 'For every table: which of its rows belong to a person, what an export holds of them and what an erasure does with them.';

comment on column private.personal_data.place is 'In this order they are exported and erased: what hangs on a row comes before it.';

comment on column private.personal_data.belongs is 'Which rows t belong to a person: a condition in which :tenant, :person and :account stand for their ids. Null: none do.';

comment on column private.personal_data.exported is 'Columns that an export holds; null: none.';

comment on column private.personal_data.ordered is 'In which order, where that is not the primary key.';

comment on column private.personal_data.kept_back is 'Columns of text that no export holds, or that hold nothing of a person: the reason says why.';

comment on column private.personal_data.erasure is 'delete; detach, which makes the changes; call, of a function that does; account: Supabase Auth''s, gone with the account; keep.';

comment on column private.personal_data.changes is 'What detaches rows, after which they do not belong to the person: the set list of an update, or the call of a function that returns how many it changed.';

alter table private.personal_data enable row level security;

revoke all on private.personal_data from public, anon, authenticated, service_role;

grant select on private.personal_data to palaver_definer;

create policy "An export reads the rules"
on private.personal_data for select to palaver_definer
using (true);

insert into private.personal_data (table_name, place, belongs, exported, ordered, kept_back, erasure, changes, reason)
values
(
    'private.turn_pieces', 10,
    '(t.tenant_id, t.turn_id) in (select o.tenant_id, o.turn_id from private.open_turns as o where o.tenant_id = :tenant and o.user_id = :person)',
    null, null, '{pieces}', 'delete', null, 'What a running turn has said so far: gone when it is settled, which an erasure waits for.'
),
(
    'private.idempotency_keys', 20, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{dialect, key, fingerprint}', 'delete', null, 'Random keys and digests of requests, forgotten after a day.'
),
(
    'private.allowances', 30, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{}', 'delete', null, 'What is left of today''s limits: numbers that change with every question.'
),
(
    'public.turns', 40, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, conversation_id, question_id, answer_id, status, dialect, response_id, latency_ms, finish_reason, provider_message_id, error_code, started_at, finished_at}',
    null, '{}', 'delete', null, 'What the person asked, and how it ended.'
),
(
    'public.feedback', 50, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, message_id, rating, comment, created_at, updated_at}', null, '{}', 'delete', null, 'What the person thought of answers.'
),
(
    'private.search_index', 54,
    't.tenant_id = :tenant and t.user_id = :person and t.conversation_id in (select c.id from public.conversations as c where c.tenant_id = :tenant and c.user_id = :person)',
    null, null, '{kind, language, vector}', 'delete', null, 'Words of messages and titles, which are exported themselves.'
),
(
    'private.share_views', 55,
    '(t.tenant_id, t.share_id) in (select s.tenant_id, s.id from public.conversation_shares as s where s.tenant_id = :tenant and s.user_id = :person)',
    null, null, '{}', 'delete', null, 'How often links were opened, by nobody knows whom.'
),
(
    'private.share_secrets', 56,
    '(t.tenant_id, t.share_id) in (select s.tenant_id, s.id from public.conversation_shares as s where s.tenant_id = :tenant and s.user_id = :person)',
    null, null, '{token_hash, password_salt, password_hash}', 'delete', null, 'What opens links.'
),
(
    'public.conversation_shares', 57, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, conversation_id, is_live, head_id, may_continue, has_password, expires_at, revoked_at, created_at}', null, '{}', 'delete', null,
    'The links that the person made. What others copied by them into conversations of their own is theirs.'
),
(
    'public.messages', 60,
    't.tenant_id = :tenant and t.user_id = :person and t.conversation_id in (select c.id from public.conversations as c where c.tenant_id = :tenant and c.user_id = :person)',
    '{id, conversation_id, parent_id, client_id, role, content, parts, token_count, model_used, latency_ms, cost, provider_message_id, metadata, created_at}',
    '{conversation_id, created_at, id}', '{}', 'delete', null, 'What the person said and was told. A message is its conversation''s owner''s: both are named, for the index.'
),
(
    'public.conversations', 70, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, client_id, title, titled_by, metadata, head_id, is_archived, deleted_at, status, prompt_id, prompt_version, prompt_text, prompt_values, context_type, project_id, created_at, updated_at}',
    null, '{}', 'delete', null, 'The person''s conversations, those they deleted too.'
),
(
    'public.prompt_versions', 72,
    '(t.tenant_id, t.prompt_id) in (select p.tenant_id, p.id from public.prompts as p where p.tenant_id = :tenant and p.user_id = :person union all select a.tenant_id, a.prompt_id from public.prompt_publishers as a where a.tenant_id = :tenant and a.user_id = :person)',
    '{prompt_id, version, text, variables, is_public, created_at}', null, '{}', 'keep', null,
    'Every text of the person''s prompts. Those of private ones go with them.'
),
(
    'public.prompts', 73,
    '(t.tenant_id, t.id) in (select a.tenant_id, a.prompt_id from public.prompt_publishers as a where a.tenant_id = :tenant and a.user_id = :person)',
    '{id, name, description, text, variables, category, tags, visibility, version, created_at, updated_at}', null, '{}', 'keep', null,
    'Public prompts are the organisation''s, and name nobody.'
),
(
    'public.prompt_publishers', 74, 't.tenant_id = :tenant and t.user_id = :person',
    '{prompt_id, created_at}', null, '{}', 'delete', null, 'Which of the public prompts are the person''s.'
),
(
    'public.prompts', 75, 't.tenant_id = :tenant and t.user_id = :person and t.visibility = ''private''',
    '{id, name, description, text, variables, category, tags, visibility, version, created_at, updated_at}', null, '{}', 'delete', null,
    'The person''s private prompts, with all that they ever said.'
),
(
    'public.prompts', 76, 't.tenant_id = :tenant and t.user_id = :person and t.visibility <> ''private''',
    '{id, name, description, text, variables, category, tags, visibility, version, created_at, updated_at}', null, '{}', 'detach', 'user_id = null',
    'Prompts of the team stay with it, without the person.'
),
(
    'public.project_revisions', 71, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, project_id, side, version, cause, suggestion_id, created_at}', null, '{configuration, yaml, user_name}', 'detach',
    'user_id = null, user_name = null', 'What was changed stays with the project, without whoever did.'
),
(
    'public.project_members', 77, 't.tenant_id = :tenant and t.user_id = :person',
    '{project_id, access, created_at}', null, '{}', 'delete', null, 'Which projects the person is a member of.'
),
(
    'public.projects', 78, 't.tenant_id = :tenant and t.owner_id = :person',
    '{id, slug, name, description, created_at, updated_at}', null,
    '{configuration, yaml, yaml_file, synced_configuration, synced_yaml, secret_paths}', 'detach', 'owner_id = null',
    'The person''s projects stay, without them. Their configurations are the organisation''s, and may hold its secrets.'
),
(
    'public.projects', 79, 't.tenant_id = :tenant and t.synced_by = :person',
    null, null, '{}', 'detach', 'synced_by = null', 'That both sides agreed stays, without whoever said so.'
),
(
    'public.usage_ledger', 80, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, conversation_id, day, provider, model, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, request_count, tokens_estimated, cost, from_cache, prompt_id, prompt_version, created_at}',
    null, '{}', 'detach', 'user_id = null, conversation_id = null', 'The amounts stay, for they are the tenant''s bills, without the person and their conversations.'
),
(
    'public.configuration_suggestions', 81, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, project_id, conversation_id, turn_id, type, title, explanation, status, created_at}', null,
    '{changes, suspects, fingerprint, rests_on, patch, inverse}', 'detach', 'user_id = null, conversation_id = null, turn_id = null',
    'What was suggested to the person stays with the project, without them. What it would change is the organisation''s.'
),
(
    'public.configuration_suggestions', 82, 't.tenant_id = :tenant and t.decided_by = :person',
    '{id, project_id, status, decided_at, reason, applied_changes}', null, '{}', 'detach', 'decided_by = null, reason = null',
    'That a suggestion was decided on stays, without whoever did, and without what they said of it.'
),
(
    'public.usage_metrics', 90, 't.tenant_id = :tenant and t.user_id = :person',
    '{day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, created_at, updated_at}',
    null, '{}', 'delete', null, 'The person''s counters by day; the ledger keeps the amounts.'
),
(
    'private.usage_daily', 95, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{provider, model}', 'delete', null, 'Sums of usage_ledger, noted as changed: not read until they are made anew.'
),
(
    'private.monthly_usage_closed', 96, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{}', 'delete', null, 'Sums of usage_metrics, noted as changed: not read until they are made anew.'
),
(
    'public.consents', 100, 't.tenant_id = :tenant and t.user_id = :person',
    '{id, version, text_hash, given_at, withdrawn_at}', null, '{}', 'delete', null,
    'Without what it was given for there is nothing left that a consent is needed for; private.erasures counts how many there were.'
),
(
    'public.legal_holds', 110, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{reason}', 'delete', null, 'Released ones: while one stands nothing is erased. The reasons are the tenant''s, and may be told to nobody.'
),
(
    'public.legal_holds', 111, 't.tenant_id = :tenant and t.placed_by = :person',
    null, null, '{reason}', 'detach', 'placed_by = null', 'The hold of others stays.'
),
(
    'private.erasures', 120, 't.tenant_id = :tenant and t.requested_by = :person',
    null, null, '{person, person_hash, state, erased_by, counts}', 'detach', 'requested_by = null',
    'The record stays, without whoever asked. The person''s own row forgets them when it is finished, but for the hash.'
),
(
    'public.generated_app_files', 83,
    '(t.tenant_id, t.app_id) in (select a.tenant_id, a.id from public.generated_apps as a where a.tenant_id = :tenant and a.owner_id = :person)',
    '{app_id, path, bytes, updated_at}', null, '{content}', 'keep', null,
    'Files of the person''s apps. What they say is the organisation''s, and may hold its secrets.'
),
(
    'public.app_revisions', 84, 't.tenant_id = :tenant and t.created_by = :person',
    '{id, app_id, number, source_digest, created_at}', null, '{schema, report, schema_digest}', 'detach', 'created_by = null',
    'What was read out of an app stays with it, without whoever had it read.'
),
(
    'public.app_operations', 85, 't.tenant_id = :tenant and t.requested_by = :person',
    '{id, app_id, database_id, kind, state, created_at, finished_at}', null,
    '{arguments, step, progress, lease_owner, idempotency_key, result, error_code, error_detail}', 'detach', 'requested_by = null',
    'What was done to a database stays with it, without whoever asked.'
),
(
    'public.app_changes', 87, 't.tenant_id = :tenant and t.requested_by = :person',
    '{id, app_id, database_id, state, created_at, applied_at}', null,
    '{digest, catalog_digest, choices, steps, drift, possible_renames, confirmed_steps, ran, error_code, error_detail}',
    'detach', 'requested_by = null', 'What became of a database''s schema stays with it, without whoever had it planned.'
),
(
    'public.app_changes', 88, 't.tenant_id = :tenant and t.confirmed_by = :person',
    '{id, confirmed_steps, confirmed_at}', null, '{}', 'detach', 'confirmed_by = null',
    'That a change was confirmed stays, without whoever did.'
),
(
    'public.generated_apps', 86, 't.tenant_id = :tenant and t.owner_id = :person',
    '{id, name, description, file_count, byte_count, created_at, updated_at}', null, '{}', 'detach', 'owner_id = null',
    'The person''s apps stay, with their databases, without them.'
),
(
    'public.audit_log', 130, 't.tenant_id = :tenant and t.subject_id = :person',
    '{id, at, actor_role, action, object, object_id, before, after, request_id}', null, '{}', 'keep', null,
    'What was recorded of the person''s own rows. What they did to others'' rows is in no export: it tells of those.'
),
(
    'private.cached_responses', 140, 't.tenant_id = :tenant and t.user_id = :person',
    null, null, '{key, provider, model, content, parts}', 'delete', null, 'Copies of answers that are in messages, for a while.'
),
(
    'public.users', 800, 't.tenant_id = :tenant and t.id = :person',
    '{id, email, name, role, preferences, is_active, joined_at, last_active_at, created_at, updated_at}',
    null, '{}', 'delete', null, 'Who the person is.'
),
(
    'auth.users', 810, 't.id = :account',
    '{id, email, phone, email_confirmed_at, phone_confirmed_at, last_sign_in_at, raw_user_meta_data, created_at, updated_at}',
    null, '{}', 'account', null, 'The account at Supabase Auth; passwords and tokens are in no export.'
),
(
    'auth.identities', 811, 't.user_id = :account',
    '{id, provider, identity_data, last_sign_in_at, created_at, updated_at}', null, '{}', 'account', null, 'How the account signs in.'
),
(
    'auth.sessions', 812, 't.user_id = :account',
    '{id, user_agent, ip, created_at, updated_at}', null, '{}', 'account', null, 'Where the account is signed in.'
),
(
    'public.audit_log', 850,
    't.tenant_id = :tenant and (:person in (t.actor_id, t.subject_id, t.object_id) or strpos(t.before::pg_catalog.text, (:person)::pg_catalog.text) > 0 or strpos(t.after::pg_catalog.text, (:person)::pg_catalog.text) > 0)',
    null, null, '{}', 'call', 'private.redact_audit(:tenant, :person)',
    'That something was changed, and when, stays; whom it was about and who did it goes, last of all: the erasure is in the log too.'
),
(
    'private.message_feedback_closed', 910, null, null, null, '{}', 'keep', null, 'Numbers by message, that say nothing of whose.'
),
(
    'public.tenants', 910, null, null, null,
    '{name, slug, llm_provider, llm_model, system_prompt, features, tools, search_language, consent_version, consent_text, configuration_schema, branding, app_plan, app_plan_limits}',
    'keep', null, 'The organisation''s settings.'
),
(
    'private.open_turns', 910, 't.tenant_id = :tenant and t.user_id = :person', null, null, '{provider, model}',
    'keep', null, 'A running turn, which ends by itself: an erasure waits for it.'
),
(
    'public.documentation_sections', 910, null, null, null, '{file, anchor, heading, breadcrumb, content}',
    'keep', null, 'The organisation''s documentation, from files of its own.'
),
('private.documentation_index', 910, null, null, null, '{language, vector}', 'keep', null, 'Words of documentation.'),
(
    'public.app_databases', 910, null, null, null,
    '{environment, state, database_name, role_name, host, server_version, size_state, receipt, usage, error_code, error_detail}',
    'keep', null, 'Databases of the organisation''s apps. What is in them is another server''s to tell.'
),
(
    'public.app_backups', 910, null, null, null,
    '{kind, state, file, label, sha256, server_version, tables, error_code, error_detail}',
    'keep', null, 'Backups of the organisation''s databases. What is in them is in files of the workers.'
),
('private.app_credentials', 910, null, null, null, '{password, pending}', 'keep', null, 'What opens them, encrypted itself.'),
('public.app_plans', 910, null, null, null, '{name}', 'keep', null, 'Plans.'),
('private.model_prices', 910, null, null, null, '{provider, model}', 'keep', null, 'Prices.'),
('private.summary_state', 910, null, null, null, '{}', 'keep', null, 'How far the summaries go.'),
('private.usage_changes', 910, null, null, null, '{}', 'keep', null, 'Months to sum up again.'),
('private.ledger_changes', 910, null, null, null, '{}', 'keep', null, 'Days to sum up again.'),
('private.tenant_keys', 910, null, null, null, '{wrapped_key}', 'keep', null, 'The organisation''s keys, encrypted themselves.'),
('private.feedback_changes', 910, null, null, null, '{}', 'keep', null, 'Messages to sum up again, until the next refresh.'),
('private.prompt_uses', 910, null, null, null, '{}', 'keep', null, 'Numbers by tenant and prompt.'),
('private.workers', 910, null, null, null, '{}', 'keep', null, 'Processes.'),
('private.ledger_checks', 910, null, null, null, '{}', 'keep', null, 'Numbers.'),
('private.jobs', 910, null, null, null, '{name, description, schedule}', 'keep', null, 'Jobs.'),
('private.job_runs', 910, null, null, null, '{job, outcome, error, run_by}', 'keep', null, 'Runs of jobs, whose errors name no row, for ninety days.'),
(
    'private.personal_data', 910, null, null, null,
    '{table_name, belongs, exported, ordered, kept_back, erasure, changes, reason}', 'keep', null, 'These rules.'
),
('private.default_privileges_before', 910, null, null, null, '{object_type, acl, schema_name}', 'keep', null, 'What the rollback restores.'),
('private.intended_access', 910, null, null, null, '{object, role, privilege, column_name}', 'keep', null, 'What the self-check compares with.'),
('private.accepted_catalog', 910, null, null, null, '{line, accepted_by}', 'keep', null, 'What the self-check compares with.');

create unique index personal_data_exported_key on private.personal_data (place) where exported is not null;

comment on index private.personal_data_exported_key is 'An export goes on from a place.';

create function private.about_person(p_words text, p_tenant_id uuid, p_user_id uuid, p_auth_id uuid)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return replace(replace(replace(
        p_words,
        ':tenant', quote_nullable(p_tenant_id) || '::pg_catalog.uuid'),
        ':person', quote_nullable(p_user_id) || '::pg_catalog.uuid'),
        ':account', quote_nullable(p_auth_id) || '::pg_catalog.uuid');
end
$$;

comment on function private.about_person(text, uuid, uuid, uuid) is 'What a rule says, with a person''s ids in the place of :tenant, :person and :account.';

create function private.personal_rows(p_rule private.personal_data, p_tenant_id uuid, p_user_id uuid, p_auth_id uuid)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return format('%s as t where %s', p_rule.table_name, private.about_person(p_rule.belongs, p_tenant_id, p_user_id, p_auth_id));
end
$$;

comment on function private.personal_rows(private.personal_data, uuid, uuid, uuid) is
'What comes after FROM for the rows t of a rule that belong to a person.';

-- Export.

create function private.export_statements(
    p_tenant_id uuid,
    p_user_id uuid,
    p_auth_id uuid,
    p_place integer default 0,
    p_after jsonb default null,
    p_limit bigint default null
)
returns table (place integer, table_name text, statement text)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        r.place,
        r.table_name,
        format(
            'select concat(%L, row_to_json(r), ''}'') as line%s from (select %s from %s) as r%s order by %s%s',
            format('{"table":"%s","row":', r.table_name),
            case when p_limit is not null then format(', json_build_array(%s) as key', k.names) end,
            (
                select string_agg(format('t.%I', a.attname), ', ' order by e.position)
                from unnest(r.exported) with ordinality as e (name, position)
                inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = e.name
            ),
            private.personal_rows(r, p_tenant_id, p_user_id, p_auth_id),
            case when r.place = p_place then format(' where (%s) > (%s)', k.names, k.after) end,
            k.names,
            ' limit ' || p_limit
        )
    from private.personal_data as r
    inner join pg_catalog.pg_class as c on r.table_name = c.relnamespace::pg_catalog.regnamespace || '.' || c.relname
    cross join lateral (
        select
            string_agg(format('r.%I', a.attname), ', ' order by o.position) as names,
            string_agg(
                format('%L::%s', p_after ->> (o.position - 1)::pg_catalog.int4, format_type(a.atttypid, null)), ', ' order by o.position
            ) as after
        from (
            -- Of the primary key what tells the rows of one person apart.
            select
                n.name,
                row_number() over (order by n.position) as position
            from unnest(coalesce(
                r.ordered,
                array(
                    select p.attname::pg_catalog.text
                    from pg_catalog.pg_index as i
                    cross join unnest(i.indkey::pg_catalog.int2 []) with ordinality as x (attnum, position)
                    inner join pg_catalog.pg_attribute as p on p.attrelid = i.indrelid and p.attnum = x.attnum
                    where i.indrelid = c.oid and i.indisprimary
                    order by x.position
                )
            )) with ordinality as n (name, position)
            where n.name = any(r.exported)
        ) as o
        inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = o.name
    ) as k
    where
        r.exported is not null
        and r.place >= p_place
        and (r.table_name not like 'auth.%' or (has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')))
    order by r.place
$$;

comment on function private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint) is
'The statements that give everything that an export holds of a person, in order, each row as a line of JSON. A page of them: so many rows of each, with their keys, from a place on and there after a key. What Supabase Auth holds is left out for whoever may not read it.';

create function private.export_header(p_tenant_id uuid, p_user_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_schema text;
begin
    begin
        execute 'select max(version) from supabase_migrations.schema_migrations' into v_schema;
    exception when insufficient_privilege or undefined_table or invalid_schema_name then
        -- People read no history of migrations.
        v_schema := null;
    end;

    return (
        select jsonb_build_object(
            'palaver_export', 1,
            'schema', v_schema,
            'exported_at', now(),
            'tenant', jsonb_build_object('id', t.id, 'name', t.name),
            'person', jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name)
        )
        from public.users as u
        inner join public.tenants as t on u.tenant_id = t.id
        where u.tenant_id = p_tenant_id and u.id = p_user_id
    );
end
$$;

comment on function private.export_header(uuid, uuid) is 'The first line of an export: the form of what follows, when it was made, and of whom.';

create function private.export_trailer(p_rows jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'end', true, 'rows', p_rows, 'total', (select coalesce(sum(r.value::pg_catalog.int8), 0) from jsonb_each_text(p_rows) as r)
    );
end
$$;

comment on function private.export_trailer(jsonb) is 'The last line of an export: how many rows of each table came before it, so that a file that was cut off is known as such.';

create function private.own_export(p_place integer, p_after jsonb, p_limit bigint)
returns table (place integer, table_name text, statement text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select s.place, s.table_name, s.statement
    from private.export_statements(
        private.current_tenant_id(), private.current_user_id(), private.auth_id(), p_place, p_after, p_limit
    ) as s
    where s.table_name like 'public.%'
$$;

comment on function private.own_export(integer, jsonb, bigint) is
'The statements that give whoever asks what an export holds of them, to be carried out with their own rights. Definer: nobody reads the rules.';

create function public.export_my_data(p_after text default null, p_limit integer default 1000)
returns setof jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_person_id constant uuid := private.current_user_id();
    v_left bigint := p_limit;
    v_octets bigint := 8388608;
    v_from jsonb;
    v_rows jsonb;
    v_table record;
    v_row record;
    v_next jsonb;
begin
    if v_person_id is null then
        raise exception using errcode = 'PA403', message = 'Nobody is signed in whose data there is.';
    end if;

    if (p_limit between 1 and 10000) is not true then
        raise exception using errcode = 'PA422', message = 'A page has between 1 and 10000 rows.';
    end if;

    v_from := coalesce(p_after, '{"place": 0, "key": [], "rows": {}}')::pg_catalog.jsonb;
    v_rows := v_from -> 'rows';

    if (
        jsonb_typeof(v_from -> 'place') = 'number' and jsonb_typeof(v_from -> 'key') = 'array' and jsonb_typeof(v_rows) = 'object'
    ) is not true then
        raise exception using errcode = '22023', message = 'This is no place.';
    end if;

    if p_after is null then
        return next private.export_header(private.current_tenant_id(), v_person_id);
    end if;

    for v_table in
        select s.place, s.table_name, s.statement
        from private.own_export((v_from ->> 'place')::pg_catalog.int4, v_from -> 'key', p_limit + 1) as s
    loop
        for v_row in execute v_table.statement loop
            if v_left = 0 or v_octets <= 0 then
                return next jsonb_build_object('next', (v_next || jsonb_build_object('rows', v_rows))::pg_catalog.text);

                return;
            end if;

            return next v_row.line::pg_catalog.jsonb;

            v_left := v_left - 1;
            v_octets := v_octets - octet_length(v_row.line);
            v_next := jsonb_build_object('place', v_table.place, 'key', v_row.key);
            v_rows := v_rows || jsonb_build_object(
                v_table.table_name, coalesce((v_rows ->> v_table.table_name)::pg_catalog.int8, 0) + 1
            );
        end loop;
    end loop;

    return next private.export_trailer(v_rows);
exception when data_exception or statement_too_complex then
    raise exception using
        errcode = 'PA422',
        message = 'This is not where a page ended.',
        hint = 'Pass what "next" of the last line said, or nothing to begin.';
end
$$;

comment on function public.export_my_data(text, integer) is
'Everything about whoever asks, a line of JSON a row, the same lines as the archive of `python -m app export`: a header, then rows with their table, then a trailer with the number of rows. A page ends with {"next": …} instead, which asked for as p_after gives the next one, after p_limit rows or some megabytes. Errors: PA403 for nobody, PA422 for other arguments.';

revoke execute on function private.about_person(text, uuid, uuid, uuid) from public;

revoke execute on function private.personal_rows(private.personal_data, uuid, uuid, uuid) from public;

revoke execute on function private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint) from public;

revoke execute on function private.export_header(uuid, uuid) from public;

revoke execute on function private.export_trailer(jsonb) from public;

revoke execute on function private.own_export(integer, jsonb, bigint) from public;

revoke execute on function public.export_my_data(text, integer) from public, anon;

grant execute on function private.about_person(text, uuid, uuid, uuid) to palaver_definer;

grant execute on function private.personal_rows(private.personal_data, uuid, uuid, uuid) to palaver_definer;

grant execute on function private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint) to palaver_definer;

grant execute on function private.export_header(uuid, uuid) to authenticated;

grant execute on function private.export_trailer(jsonb) to authenticated;

grant execute on function private.own_export(integer, jsonb, bigint) to authenticated;

grant execute on function public.export_my_data(text, integer) to authenticated;

alter function private.own_export(integer, jsonb, bigint) owner to palaver_definer;

-- Erasure. A row for each, which says how far it is, so that one that was interrupted goes on; and that it was done, so that it is done
-- again on an older copy of the database. Whom it was about it forgets in the end, but for a digest that can be compared.

create function private.person_hash(p_tenant_id uuid, p_user_id uuid)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return encode(sha256(uuid_send(p_tenant_id) || uuid_send(p_user_id)), 'hex');
end
$$;

comment on function private.person_hash(uuid, uuid) is 'What is kept of an erased person: enough to know them again in a database where they are.';

create table private.erasures (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    person_hash text not null,
    user_id uuid,
    person jsonb,
    state text not null default 'requested',
    requested_by uuid,
    requested_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    erased_by text,
    counts jsonb not null default '{}',
    constraint erasures_pkey primary key (tenant_id, id),
    constraint erasures_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint erasures_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete set null (user_id),
    constraint erasures_requested_by_fkey foreign key (tenant_id, requested_by)
    references public.users (tenant_id, id) on delete set null (requested_by),
    constraint erasures_state_check check (state in ('requested', 'running', 'finished')),
    constraint erasures_person_check check ((state = 'running') = (person is not null))
);

comment on table private.erasures is 'Who is to be erased, and that people were.';

comment on column private.erasures.person_hash is 'private.person_hash() of whom it is about.';

comment on column private.erasures.user_id is 'Whom it is about, while there is such a person.';

comment on column private.erasures.person is 'While it runs: id, account, e-mail address and name, for those steps that come after the person''s row is gone.';

comment on column private.erasures.requested_by is 'Who asked for it by request_erasure(); null: an operator, or somebody who is gone.';

comment on column private.erasures.erased_by is 'The database role that erased.';

comment on column private.erasures.counts is 'Rows that were removed or detached, by table.';

create unique index erasures_open_key on private.erasures (tenant_id, person_hash) where state <> 'finished';

comment on index private.erasures_open_key is 'One at a time for a person; what is to be done.';

create index erasures_user_idx on private.erasures (tenant_id, user_id);

comment on index private.erasures_user_idx is 'The foreign key to users.';

create index erasures_requested_by_idx on private.erasures (tenant_id, requested_by);

comment on index private.erasures_requested_by_idx is 'The foreign key to users of whoever asked.';

alter table private.erasures enable row level security;

revoke all on private.erasures from public, anon, authenticated, service_role;

grant select, insert on private.erasures to palaver_definer;

create policy "A request finds erasures"
on private.erasures for select to palaver_definer
using (true);

create policy "A request adds an erasure"
on private.erasures for insert to palaver_definer
with check (state = 'requested');

create function private.note_erasure(p_user_id uuid)
returns table (state text, requested_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id constant pg_catalog.uuid := private.current_tenant_id();
    v_person_id constant pg_catalog.uuid := coalesce(p_user_id, private.current_user_id());
begin
    if v_tenant_id is null then
        raise exception using errcode = 'PA403', message = 'Nobody is signed in who could ask for this.';
    end if;

    if v_person_id <> private.current_user_id() and private.administered_tenant_id() is null then
        raise exception using errcode = 'PA404', message = 'There is no such person.';
    end if;

    begin
        insert into private.erasures as e (tenant_id, person_hash, user_id, requested_by)
        values (v_tenant_id, private.person_hash(v_tenant_id, v_person_id), v_person_id, private.current_user_id())
        on conflict (tenant_id, person_hash) where state <> 'finished' do nothing;
    exception when foreign_key_violation then
        raise exception using errcode = 'PA404', message = 'There is no such person.';
    end;

    if private.is_held(v_tenant_id, v_person_id) then
        raise exception using
            errcode = 'PA409',
            message = 'A legal hold stands: nothing of this person may be erased.',
            hint = 'An administrator of the tenant can release it: legal_holds.released_at.';
    end if;

    return query
    select e.state, e.requested_at
    from private.erasures as e
    where
        e.tenant_id = v_tenant_id
        and e.person_hash = private.person_hash(v_tenant_id, v_person_id)
        and e.state <> 'finished';
end
$$;

comment on function private.note_erasure(uuid) is
'Notes that a person is to be erased: whoever asks, or anybody of the tenant that they administer. Errors: PA403, PA404, PA409 under a legal hold. Definer: nobody has rights on erasures.';

create function public.request_erasure(p_user_id uuid default null)
returns table (state text, requested_at timestamptz)
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
    return query
    select e.state, e.requested_at from private.note_erasure(p_user_id) as e;
end
$$;

comment on function public.request_erasure(uuid) is
'Asks that everything about a person be erased: oneself, or as an administrator anybody of the tenant. The operator does it; asked again, it says how far that is. Errors: PA403 for nobody, PA404 no such person, PA409 a legal hold stands.';

-- What follows is for the operator, who runs it as the owner of the schema: nobody else may call it, and it needs no rights of its own.

create function private.personal_row_counts(p_tenant_id uuid, p_user_id uuid)
returns table (table_name text, erasure text, row_count bigint)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_rule private.personal_data;
begin
    for v_rule in
        select r.*
        from private.personal_data as r
        where r.erasure in ('delete', 'detach', 'call') and to_regclass(r.table_name) is not null
        order by r.place
    loop
        table_name := v_rule.table_name;
        erasure := v_rule.erasure;

        execute format('select count(*) from %s', private.personal_rows(v_rule, p_tenant_id, p_user_id, null)) into row_count;

        if row_count > 0 then
            return next;
        end if;
    end loop;
end
$$;

comment on function private.personal_row_counts(uuid, uuid) is 'How many rows of each table an erasure would remove or detach.';

create function private.begin_erasure(p_tenant_id uuid, p_user_id uuid)
returns private.erasures
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_hash constant text := private.person_hash(p_tenant_id, p_user_id);
    v_person public.users;
    v_erasure private.erasures;
begin
    select * into v_person from public.users as u where u.tenant_id = p_tenant_id and u.id = p_user_id for update;

    if not found then
        -- One that was interrupted after the person's row was gone.
        select * into v_erasure
        from private.erasures as e
        where e.tenant_id = p_tenant_id and e.person_hash = v_hash and e.state = 'running';

        if not found then
            raise exception using errcode = 'PA404', message = 'There is no such person.';
        end if;

        return v_erasure;
    end if;

    if private.is_held(p_tenant_id, p_user_id) then
        raise exception using
            errcode = 'PA409',
            message = 'A legal hold stands: nothing of this person may be erased.',
            hint = 'An administrator of the tenant can release it: legal_holds.released_at.';
    end if;

    -- From here on nothing new comes from them.
    update public.users as u set is_active = false where u.tenant_id = p_tenant_id and u.id = p_user_id and u.is_active;

    insert into private.erasures as e (tenant_id, person_hash, user_id, person, state, started_at, erased_by)
    values (
        p_tenant_id,
        v_hash,
        p_user_id,
        jsonb_build_object('id', v_person.id, 'account', v_person.auth_id, 'email', v_person.email, 'name', v_person.name),
        'running',
        clock_timestamp(),
        session_user
    )
    on conflict (tenant_id, person_hash) where state <> 'finished' do update
    set
        person = coalesce(e.person, excluded.person),
        state = excluded.state,
        started_at = coalesce(e.started_at, excluded.started_at),
        erased_by = excluded.erased_by
    returning * into v_erasure;

    return v_erasure;
end
$$;

comment on function private.begin_erasure(uuid, uuid) is
'Begins to erase a person, or goes on: shuts them out, and notes it. Errors: PA404 no such person, PA409 a legal hold stands.';

create function private.erase_person_step(p_tenant_id uuid, p_erasure_id uuid, p_limit bigint default 1000)
returns table (table_name text, row_count bigint)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_erasure private.erasures;
    v_person_id uuid;
    v_left bigint := p_limit;
    v_rule private.personal_data;
    v_rows text;
    v_count bigint;
begin
    select * into v_erasure
    from private.erasures as e
    where e.tenant_id = p_tenant_id and e.id = p_erasure_id and e.state = 'running'
    for update;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such erasure under way.';
    end if;

    v_person_id := (v_erasure.person ->> 'id')::pg_catalog.uuid;

    if private.is_held(p_tenant_id, v_person_id) then
        raise exception using
            errcode = 'PA409',
            message = 'A legal hold stands: nothing of this person may be erased.',
            hint = 'An administrator of the tenant can release it: legal_holds.released_at.';
    end if;

    -- Turns that run are ended by their workers, those of dead ones here: what the question used is charged, as it was estimated.

    update private.open_turns as o
    set stop_requested_at = clock_timestamp()
    where o.tenant_id = p_tenant_id and o.user_id = v_person_id and o.stop_requested_at is null;

    perform f.turn_id
    from (
        select
            o.worker_id,
            jsonb_agg(
                jsonb_build_object(
                    'tenant_id', o.tenant_id, 'turn_id', o.turn_id, 'status', 'stopped', 'content', '', 'provider', o.provider,
                    'model', o.model, 'asked_model', o.model, 'prompt_tokens', o.prompt_estimate, 'completion_tokens', 0,
                    'cached_tokens', 0, 'reasoning_tokens', 0, 'tokens_estimated', true
                )
            ) as results
        from private.open_turns as o
        where
            o.tenant_id = p_tenant_id
            and o.user_id = v_person_id
            and not exists (
                select from private.workers as w
                where w.id = o.worker_id and w.seen_at > clock_timestamp() - interval '1 minute'
            )
        group by o.worker_id
    ) as d
    cross join lateral private.finish_turns(d.worker_id, d.results) as f;

    select 'private.open_turns', count(*) into table_name, row_count
    from private.open_turns as o
    where o.tenant_id = p_tenant_id and o.user_id = v_person_id;

    if row_count > 0 then
        return next;

        return;
    end if;

    for v_rule in
        select r.*
        from private.personal_data as r
        where r.erasure in ('delete', 'detach', 'call') and to_regclass(r.table_name) is not null
        order by r.place
    loop
        v_rows := private.personal_rows(v_rule, p_tenant_id, v_person_id, null);

        if v_rule.erasure = 'call' then
            execute format('select count(*) from (select from %s limit 1) as t', v_rows) into v_count;

            if v_count > 0 then
                execute format('select %s', private.about_person(v_rule.changes, p_tenant_id, v_person_id, null)) into v_count;
            end if;
        else
            execute case v_rule.erasure
                when 'delete' then format(
                    'delete from %s as t where t.ctid = any(array(select t.ctid from %s limit %s))', v_rule.table_name, v_rows, v_left
                )
                else format(
                    'update %s as t set %s where t.ctid = any(array(select t.ctid from %s limit %s))',
                    v_rule.table_name, v_rule.changes, v_rows, v_left
                )
            end;

            get diagnostics v_count = row_count;
        end if;

        if v_count > 0 then
            table_name := v_rule.table_name;
            row_count := v_count;

            return next;

            v_erasure.counts := v_erasure.counts || jsonb_build_object(
                table_name, coalesce((v_erasure.counts ->> table_name)::pg_catalog.int8, 0) + v_count
            );
            v_left := v_left - v_count;
        end if;

        exit when v_left <= 0;
    end loop;

    update private.erasures as e
    set counts = v_erasure.counts
    where e.tenant_id = p_tenant_id and e.id = p_erasure_id and e.counts <> v_erasure.counts;
end
$$;

comment on function private.erase_person_step(uuid, uuid, bigint) is
'Removes or detaches some rows of a person whose erasure has begun, and says of which tables; no row: nothing is left. private.open_turns: so many turns are still waited for, and nothing was done. Call it until it says nothing, each time in a transaction of its own. Errors: PA404, PA409 a legal hold was placed meanwhile.';

create function private.finish_erasure(p_tenant_id uuid, p_erasure_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_erasure private.erasures;
begin
    update private.erasures as e
    set person = null, state = 'finished', finished_at = clock_timestamp()
    where e.tenant_id = p_tenant_id and e.id = p_erasure_id and e.state = 'running'
    returning * into v_erasure;

    if not found then
        raise exception using errcode = 'PA404', message = 'There is no such erasure under way.';
    end if;

    return jsonb_build_object(
        'tenant_id', v_erasure.tenant_id,
        'person_hash', v_erasure.person_hash,
        'requested_at', v_erasure.requested_at,
        'finished_at', v_erasure.finished_at,
        'erased_by', v_erasure.erased_by,
        'counts', v_erasure.counts
    );
end
$$;

comment on function private.finish_erasure(uuid, uuid) is
'Notes that an erasure is done, forgets whom it was about, and returns the line to keep outside of the database. Errors: PA404.';

-- The proof. It knows no rule: it looks at every column of every table that there is.

create function private.traces_of(p_user_id uuid, p_needles text[] default '{}')
returns table (table_name text, column_name text, needle text, row_count bigint)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_needles text [];
    v_table record;
    v_counts bigint [];
begin
    -- JSON writes some characters in another way.
    v_needles := array(
        select distinct w.word
        from unnest(p_needles || p_user_id::pg_catalog.text) as n (word)
        cross join lateral (values (n.word), (btrim(to_json(n.word)::pg_catalog.text, '"'))) as w (word)
        where n.word <> ''
    );

    for v_table in
        select
            c.oid::pg_catalog.regclass as name,
            array_agg(a.attname::pg_catalog.text order by a.attnum, w.word) as columns,
            array_agg(w.word order by a.attnum, w.word) as words,
            string_agg(
                format(
                    case
                        when t.typname = 'uuid' then 'count(*) filter (where t.%1$I = %2$L)'
                        when t.typname = 'bytea' then 'count(*) filter (where position(convert_to(%2$L, ''UTF8'') in t.%1$I) > 0)'
                        else 'count(*) filter (where strpos(lower(t.%1$I::text collate "C"), lower(%2$L collate "C")) > 0)'
                    end,
                    a.attname,
                    w.word
                ),
                ', ' order by a.attnum, w.word
            ) as counts
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        inner join pg_catalog.pg_type as t on a.atttypid = t.oid
        cross join unnest(v_needles) as w (word)
        where
            n.nspname in ('public', 'private', 'auth')
            and c.relkind in ('r', 'p', 'm')
            and has_schema_privilege(n.oid, 'usage')
            and has_column_privilege(c.oid, a.attnum, 'select')
            -- Numbers, times and truths hold no names.
            and t.typcategory not in ('N', 'D', 'T', 'B')
            and (t.typname <> 'uuid' or private.as_uuid(w.word) is not null)
        group by c.oid
        order by c.oid
    loop
        execute format('select array[%s] from %s as t', v_table.counts, v_table.name) into v_counts;

        return query
        select v_table.name::pg_catalog.text, f.column_name, f.needle, f.row_count
        from unnest(v_table.columns, v_table.words, v_counts) as f (column_name, needle, row_count)
        where f.row_count > 0;
    end loop;
end
$$;

comment on function private.traces_of(uuid, text[]) is
'Where a person''s id, or any of the needles, still is: every column of every table of public, private and, as far as it may be read, auth. Texts are searched within, whatever the case of ASCII letters. It reads everything.';

revoke execute on function private.person_hash(uuid, uuid) from public;

revoke execute on function private.note_erasure(uuid) from public;

revoke execute on function public.request_erasure(uuid) from public, anon;

revoke execute on function private.personal_row_counts(uuid, uuid) from public;

revoke execute on function private.begin_erasure(uuid, uuid) from public;

revoke execute on function private.erase_person_step(uuid, uuid, bigint) from public;

revoke execute on function private.finish_erasure(uuid, uuid) from public;

revoke execute on function private.traces_of(uuid, text[]) from public;

grant execute on function private.person_hash(uuid, uuid) to palaver_definer;

grant execute on function private.note_erasure(uuid) to authenticated;

grant execute on function public.request_erasure(uuid) to authenticated;

alter function private.note_erasure(uuid) owner to palaver_definer;
