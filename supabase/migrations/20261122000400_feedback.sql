-- Feedback on messages.
--
-- Creates:  public.feedback.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, public.users and public.messages, for the foreign keys.
-- Rollback: rollbacks/20261122000400_feedback.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.feedback (
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    message_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    rating smallint not null,
    comment text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint feedback_pkey primary key (tenant_id, id),
    constraint feedback_message_user_key unique (tenant_id, message_id, user_id),
    constraint feedback_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint feedback_message_id_fkey foreign key (tenant_id, message_id)
    references public.messages (tenant_id, id) on delete cascade,
    constraint feedback_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint feedback_rating_check check (rating in (-1, 1)),
    constraint feedback_comment_check check (char_length(comment) <= 5000)
);

comment on table public.feedback is 'A person''s judgement of a message: one for each person and message.';

comment on column public.feedback.rating is '1: good, -1: bad.';

create index feedback_user_idx on public.feedback (tenant_id, user_id, id);

comment on index public.feedback_user_idx is 'A person''s feedback in order, for ids are; the foreign key to users. It ends in the id since under the policies it looks as good as the primary key for finding one row, and must then be.';

create trigger feedback_set_updated_at
before update on public.feedback
for each row execute function private.set_updated_at();

alter table public.feedback
alter column comment set statistics 0;

alter table public.feedback enable row level security;

revoke all on public.feedback from public, anon, authenticated, service_role;

create policy "People see their own feedback, tenant admins their tenant's"
on public.feedback for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "People rate messages that they can see"
on public.feedback for insert to authenticated
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
    and exists (
        select from public.messages as m
        where m.tenant_id = feedback.tenant_id and m.id = feedback.message_id
    )
);

create policy "People change their own feedback"
on public.feedback for update to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()))
with check (
    tenant_id = (select private.current_tenant_id())
    and user_id = (select private.current_user_id())
    and exists (
        select from public.messages as m
        where m.tenant_id = feedback.tenant_id and m.id = feedback.message_id
    )
);

create policy "People take their own feedback back"
on public.feedback for delete to authenticated
using (tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()));

grant select (tenant_id, id, message_id, user_id, rating, comment, created_at, updated_at) on public.feedback to authenticated;

grant delete on public.feedback to authenticated;

grant insert (tenant_id, message_id, user_id, rating, comment) on public.feedback to authenticated;

-- message_id is updatable since an upsert through the Data API sets every column that it was given.

grant update (message_id, rating, comment) on public.feedback to authenticated;

grant select, insert, update, delete on public.feedback to service_role;
