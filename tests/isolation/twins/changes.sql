-- Changes since the summaries were refreshed: every tenant's feedback and closed days are noted as changed.

update public.feedback set comment = 'Changed since.' where id::text like '%8001' or user_id = '00000000-0000-7000-8000-0000000000a2';

update public.usage_metrics
set total_tokens = total_tokens + 1, prompt_tokens = prompt_tokens + 1
where day < (now() at time zone 'utc')::date - 2;
