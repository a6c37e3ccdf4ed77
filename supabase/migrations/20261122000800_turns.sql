-- Turns: a question and its answer, and what a worker keeps of it while it runs.
--
-- Creates:  public.turns, private.idempotency_keys, workers, open_turns, turn_pieces.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, users, conversations and messages, for the foreign keys.
-- Rollback: rollbacks/20261122000800_turns.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.turns (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    user_id uuid not null,
    conversation_id uuid not null,
    question_id uuid,
    answer_id uuid,
    status text not null default 'running',
    dialect text,
    response_id text,
    latency_ms integer,
    finish_reason text,
    provider_message_id text,
    error_code text,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint turns_pkey primary key (tenant_id, id),
    constraint turns_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint turns_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint turns_conversation_id_fkey foreign key (tenant_id, conversation_id, user_id)
    references public.conversations (tenant_id, id, user_id) on delete cascade,
    constraint turns_question_id_fkey foreign key (tenant_id, question_id)
    references public.messages (tenant_id, id) on delete set null (question_id),
    constraint turns_answer_id_fkey foreign key (tenant_id, answer_id)
    references public.messages (tenant_id, id) on delete set null (answer_id),
    constraint turns_answer_id_check check (answer_id = id),
    constraint turns_status_check check (status in ('running', 'completed', 'stopped', 'failed')),
    constraint turns_finished_at_check check ((status = 'running') = (finished_at is null)),
    constraint turns_dialect_check check (dialect in ('plain', 'ui', 'openai')),
    constraint turns_response_id_check check (char_length(response_id) between 1 and 200),
    constraint turns_latency_ms_check check (latency_ms >= 0)
);

comment on table public.turns is 'A question and what became of it: begun by begin_turn(), settled once by finish_turns(), which writes what it used to usage_ledger under the same id.';

comment on column public.turns.question_id is 'The last message that was asked; null once that is gone.';

comment on column public.turns.answer_id is 'The answer, whose id is the turn''s own; null if nothing was said, or once it is gone.';

comment on column public.turns.status is 'running until finished; completed, stopped by a person, or failed with error_code. What was said is kept in each case.';

comment on column public.turns.dialect is 'In which protocol it was asked.';

comment on column public.turns.response_id is 'Under which id the client knows the answer, where that is not the turn''s own.';

comment on column public.turns.latency_ms is 'From begin to finish, in milliseconds.';

create index turns_conversation_idx on public.turns (tenant_id, conversation_id, user_id, started_at);

comment on index public.turns_conversation_idx is 'The turns of a conversation in order; the foreign key to conversations.';

create index turns_user_idx on public.turns (tenant_id, user_id, id);

comment on index public.turns_user_idx is 'A person''s turns in order, for ids are; the foreign key to users. It ends in the id since under the policies it looks as good as the primary key for finding one turn, and must then be.';

create index turns_question_idx on public.turns (tenant_id, question_id);

comment on index public.turns_question_idx is 'The turns of a question; the foreign key to messages.';

create index turns_answer_idx on public.turns (tenant_id, answer_id);

comment on index public.turns_answer_idx is 'The turn of an answer; the foreign key to messages.';

create index turns_finished_idx on public.turns (finished_at);

comment on index public.turns_finished_idx is 'What was settled in a time, and what runs; for upkeep.';

alter table public.turns
alter column status set statistics 0,
alter column dialect set statistics 0,
alter column response_id set statistics 0,
alter column finish_reason set statistics 0,
alter column provider_message_id set statistics 0,
alter column error_code set statistics 0;

alter table public.turns enable row level security;

revoke all on public.turns from public, anon, authenticated, service_role;

create policy "People see their own turns, tenant admins their tenant's"
on public.turns for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "The worker sees turns of the person it acts for"
on public.turns for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker begins turns of the person it acts for"
on public.turns for insert to palaver_worker
with check (
    status = 'running'
    and tenant_id = (select private.claimed_tenant_id())
    and user_id = (select private.claimed_user_id())
);

create policy "Settlement finds turns"
on public.turns for select to palaver_definer
using (true);

create policy "Settlement finishes turns"
on public.turns for update to palaver_definer
using (true)
with check (true);

grant select (
    tenant_id, id, user_id, conversation_id, question_id, answer_id, status, dialect, response_id, latency_ms, finish_reason,
    provider_message_id, error_code, started_at, finished_at
) on public.turns to authenticated;

grant insert on public.turns to palaver_worker;

grant select on public.turns to palaver_definer;

grant update (answer_id, status, latency_ms, finish_reason, provider_message_id, error_code, finished_at) on public.turns to palaver_definer;

grant select, insert, update, delete on public.turns to service_role;

-- Not in turns, which tenant admins see: a digest of a question would let them try what it was.

create table private.idempotency_keys (
    tenant_id uuid not null,
    user_id uuid not null,
    dialect text not null,
    key text not null,
    fingerprint bytea not null,
    turn_id uuid not null,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (tenant_id, user_id, dialect, key),
    constraint idempotency_keys_turn_id_fkey foreign key (tenant_id, turn_id)
    references public.turns (tenant_id, id) on delete cascade,
    constraint idempotency_keys_key_check check (char_length(key) between 1 and 255)
);

comment on table private.idempotency_keys is 'Idempotency-Keys of requests: the same one again, from the same person and in the same dialect, gets the same turn. Forgotten after a day.';

comment on column private.idempotency_keys.fingerprint is 'A digest of the request that came with the key.';

create index idempotency_keys_turn_idx on private.idempotency_keys (tenant_id, turn_id);

comment on index private.idempotency_keys_turn_idx is 'The foreign key to turns.';

create index idempotency_keys_created_idx on private.idempotency_keys (created_at);

comment on index private.idempotency_keys_created_idx is 'Forgetting old ones.';

alter table private.idempotency_keys enable row level security;

revoke all on private.idempotency_keys from public, anon, authenticated, service_role;

grant select, insert on private.idempotency_keys to palaver_worker;

grant select (created_at), delete on private.idempotency_keys to palaver_definer;

create policy "The worker finds keys of the person it acts for"
on private.idempotency_keys for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker keeps keys of the person it acts for"
on private.idempotency_keys for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The job finds old keys"
on private.idempotency_keys for select to palaver_definer
using (true);

create policy "The job forgets old keys"
on private.idempotency_keys for delete to palaver_definer
using (true);

-- Workers say that they are alive. A worker is dead to the others when it has been silent for longer than they themselves have been
-- heard without a break: after an outage of the database everybody gets the same time to come back.

create table private.workers (
    id uuid not null,
    seen_at timestamptz not null default clock_timestamp(),
    steady_since timestamptz not null default clock_timestamp(),
    constraint workers_pkey primary key (id)
) with (fillfactor = 50);

comment on table private.workers is 'The worker processes, and when each was last heard.';

comment on column private.workers.steady_since is 'Since when it has been heard without a break.';

alter table private.workers enable row level security;

revoke all on private.workers from public, anon, authenticated, service_role;

grant select, insert, update, delete on private.workers to palaver_definer;

create policy "The lease keeper sees workers"
on private.workers for select to palaver_definer
using (true);

create policy "The lease keeper adds workers"
on private.workers for insert to palaver_definer
with check (true);

create policy "The lease keeper hears workers"
on private.workers for update to palaver_definer
using (true)
with check (true);

create policy "The lease keeper forgets workers"
on private.workers for delete to palaver_definer
using (true);

create table private.open_turns (
    tenant_id uuid not null,
    turn_id uuid not null,
    user_id uuid not null,
    conversation_id uuid not null,
    worker_id uuid not null,
    prompt_estimate bigint not null,
    reserved_tokens bigint not null,
    user_reserved_tokens bigint not null default 0,
    provider text,
    model text,
    stop_requested_at timestamptz,
    constraint open_turns_pkey primary key (tenant_id, turn_id),
    constraint open_turns_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint open_turns_prompt_estimate_check check (prompt_estimate >= 0),
    constraint open_turns_reserved_tokens_check check (reserved_tokens >= 0),
    constraint open_turns_user_reserved_tokens_check check (user_reserved_tokens >= 0)
) with (fillfactor = 50);

comment on table private.open_turns is 'The turns that run: which worker holds each, and the tokens reserved for it. The row ends when the turn is settled, and not sooner: what was used is charged, and what was reserved let go, although the conversation or the person is gone.';

comment on column private.open_turns.worker_id is 'Only this worker may settle it; another one takes it over when this one is dead.';

comment on column private.open_turns.conversation_id is 'What it belongs to. Where turns has no row of it, it is none that answers: the conversation is being given a title.';

comment on column private.open_turns.reserved_tokens is 'Held of the tenant''s daily limit until it is settled.';

comment on column private.open_turns.user_reserved_tokens is 'Held of the person''s share of it, where there is one.';

comment on column private.open_turns.provider is 'What was asked, for whoever has to settle it; null until the worker has said.';

create index open_turns_worker_idx on private.open_turns (worker_id);

comment on index private.open_turns_worker_idx is 'A worker''s turns; the turns of dead ones.';

create index open_turns_user_idx on private.open_turns (tenant_id, user_id);

comment on index private.open_turns_user_idx is 'A person''s reservations.';

alter table private.open_turns enable row level security;

revoke all on private.open_turns from public, anon, authenticated, service_role;

grant select, insert on private.open_turns to palaver_worker;

grant update (stop_requested_at) on private.open_turns to palaver_worker;

grant select, update, delete on private.open_turns to palaver_definer;

create policy "The worker sees open turns of the person it acts for"
on private.open_turns for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker opens turns of the person it acts for"
on private.open_turns for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker asks to stop turns of the person it acts for"
on private.open_turns for update to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()))
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The lease keeper sees open turns"
on private.open_turns for select to palaver_definer
using (true);

create policy "The lease keeper hands open turns over"
on private.open_turns for update to palaver_definer
using (true)
with check (true);

create policy "Settlement closes open turns"
on private.open_turns for delete to palaver_definer
using (true);

create table private.turn_pieces (
    tenant_id uuid not null,
    turn_id uuid not null,
    seq integer not null,
    pieces jsonb not null,
    constraint turn_pieces_pkey primary key (tenant_id, turn_id, seq),
    constraint turn_pieces_turn_id_fkey foreign key (tenant_id, turn_id)
    references private.open_turns (tenant_id, turn_id) on delete cascade
) with (autovacuum_vacuum_scale_factor = 0.05);

comment on table private.turn_pieces is 'What running turns have said so far, in batches of some hundred milliseconds: for readers at other workers, and for whoever settles the turn of a dead one.';

comment on column private.turn_pieces.pieces is 'An array: a string is text, an object another kind of piece.';

alter table private.turn_pieces enable row level security;

revoke all on private.turn_pieces from public, anon, authenticated, service_role;

grant select, insert, delete on private.turn_pieces to palaver_definer;

create policy "The lease keeper reads pieces"
on private.turn_pieces for select to palaver_definer
using (true);

create policy "The lease keeper adds pieces"
on private.turn_pieces for insert to palaver_definer
with check (true);

create policy "Settlement drops pieces"
on private.turn_pieces for delete to palaver_definer
using (true);
