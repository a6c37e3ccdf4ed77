-- Every statement of the worker, by name; app/queries.py loads them.

-- name: ping
select 1

-- name: begin_turn
select * from private.begin_turn($1::jsonb, $2, $3::jsonb, $4, $5)

-- name: begin_title
select * from private.begin_title($1::jsonb, $2, $3, $4)

-- name: set_title
select private.set_title($1::jsonb, $2, $3)

-- name: find_cached_response
select * from private.find_cached_response($1::jsonb, $2)

-- name: find_turn
select * from private.find_turn($1::jsonb, $2, $3)

-- name: stop_turn
select turn_id from private.stop_turn($1::jsonb, $2, $3) as turn_id

-- name: model_choice
select * from private.model_choice($1::jsonb)

-- name: keep_lease
select * from private.keep_lease($1, $2, $3)

-- name: save_pieces
select turn_id from private.save_pieces($1, $2::jsonb) as turn_id

-- name: read_pieces
select * from private.read_pieces($1::jsonb)

-- name: finish_turns
select * from private.finish_turns($1, $2::jsonb)

-- name: open_share
select private.open_share($1, $2)::text as answer

-- name: watch_shares
select token_hash, state, conversation::text from private.watch_shares($1::jsonb)

-- name: ledger_check
select checked_at, findings from private.ledger_checks order by checked_at desc limit 1

-- name: run_due_jobs
select job, outcome, error, extract(epoch from finished_at - started_at)::float8 as seconds from private.run_due_jobs()

-- name: run_job
select job, outcome, error, extract(epoch from finished_at - started_at)::float8 as seconds
from private.run_job($1)
where id is not null

-- name: job_status
select
    j.name,
    j.description,
    j.every,
    (select max(r.finished_at) from private.job_runs as r where r.job = j.name and r.outcome = 'succeeded') as last_success,
    l.started_at as last_run,
    l.outcome as last_outcome,
    l.error as last_error
from private.jobs as j
left join lateral (
    select r.started_at, r.outcome, r.error
    from private.job_runs as r
    where r.job = j.name
    order by r.started_at desc
    limit 1
) as l on true
order by j.name
