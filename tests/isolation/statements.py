"""What functions and defaults give to each audience, statement by statement: what no predicate over a relation says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tests.isolation.cells import Cell
from tests.isolation.world import Actor, filled

# A number of rows, or the SQLSTATE of the refusal (- for 42501). Shut: a person who is deactivated, or whose tenant is
# off; nobody: a token without a person; invited: one whose address Acme and Globex have invited, Hooli too, which is
# off, and Initech no more.
STATEMENTS: Final = """
    member admin  viewer shut   nobody invited anon   worker acting late   service | statement
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.conversations (title) values ('Mine')
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello')
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello') returning *
    -      1      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:adas_talk, 'Hello')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:chloes_talk, 'Hello') on conflict do nothing
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:nowhere, 'Hello')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, role, content) values (:bens_talk, 'assistant', 'Hello')
    -      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, role, content) values (:bens_talk, 'tool', 'Hello')
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content) values (:adas_talk, 'tool', 'Hello')
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content) values (:chloes_talk, 'tool', 'Hello')
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content) values (:nowhere, 'tool', 'Hello')
    -      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, role, content, parent_id) values (:bens_talk, 'tool', 'Hello', :bens_question)
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content, parent_id) values (:bens_talk, 'tool', 'Hello', :adas_answer)
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content, parent_id) values (:bens_talk, 'tool', 'Hello', :chloes_answer)
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content, parent_id) values (:bens_talk, 'tool', 'Hello', :nowhere)
    1      0      0      0      0      0       -      0      1      0      1       | update public.conversations set head_id = :bens_question where id = :bens_talk
    PA422  0      0      0      0      0       -      0      PA422  0      PA422   | update public.conversations set head_id = :adas_answer where id = :bens_talk
    PA422  0      0      0      0      0       -      0      PA422  0      PA422   | update public.conversations set head_id = :chloes_answer where id = :bens_talk
    PA422  0      0      0      0      0       -      0      PA422  0      PA422   | update public.conversations set head_id = :nowhere where id = :bens_talk
    1      23505  -      -      -      -       -      -      1      -      23502   | insert into public.conversations (client_id) values ('chat-{adas_talk} markacmex7q')
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.conversations (client_id) values ('chat-{chloes_talk} markglobexx7q')
    1      0      0      0      0      0       -      0      1      0      -       | select * from public.chat_messages(:bens_talk)
    1      0      0      0      0      0       -      0      1      0      -       | select * from public.chat_messages('chat-{bens_talk} markacmex7q')
    0      0      0      0      0      0       -      0      0      0      -       | select * from public.chat_messages('chat-{chloes_talk} markglobexx7q')
    0      0      0      0      0      0       -      0      0      0      -       | select * from public.chat_messages(null)
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1)
    -      23505  -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:adas_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:nowhere, 1)
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -      -      -      -      -      -       -      -      1      -      1       | select public.increment_usage_metrics(:acme, :ben, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:acme, :ada, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:globex, :chloe, 1, 1)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer) where negative_count = 1
    0      0      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:globex, :chloes_answer)
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.feedback_summary(null, :chloes_answer)
    1      3      1      0      0      0       -      0      1      0      8       | select * from private.closed_monthly_usage('2024-05-01')
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.closed_monthly_usage('-infinity')
    1      1      1      0      0      0       -      0      1      0      1       | select * from private.usage_months() where usage_months = '2024-05-01'
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_tenant_id() is not null
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_user_id() is not null
    0      1      0      0      0      0       -      0      0      0      0       | select 1 where private.administered_tenant_id() is not null
    1      1      0      0      0      0       -      0      1      0      -       | select 1 where private.may_use_assistant()
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_user_id() is not null
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where private.caller_bypasses_rls()
    -      -      -      -      -      -       -      1      1      1      -       | select private.check_rate(false, 60)
    -      -      -      -      -      -       -      23502  1      1      -       | select private.take_allowance(false, 60, 2000, 1, 10)
    -      -      -      -      -      -       -      23502  1      1      -       | select private.take_allowance(true, null, 2000, 1, 10)
    -      -      -      -      -      -       -      -      -      -      -       | select private.settle_allowance(:acme, :ben, 1, 1)
    -      -      -      -      -      -       -      1      1      1      1       | select private.count_tokens(:acme, 1)
    -      -      -      -      -      -       -      1      1      1      1       | select 1 from private.run_job('prune_job_runs')
    -      -      -      -      -      -       -      -      -      -      -       | select private.refresh_summaries()
    1      3      1      0      0      0       -      0      1      0      8       | select * from public.usage_totals('2000-01-01', '2099-12-31', array['person'])
    PA422  PA422  PA422  PA422  PA422  PA422   -      PA422  PA422  PA422  PA422   | select * from public.usage_totals(p_by => array['tenant'])
    1      2      1      0      0      0       -      0      1      0      -       | select * from private.forecast_usage(now())
    0      1      0      0      0      0       -      0      0      0      -       | select * from public.usage_forecast where scope = 'tenant'
    1      1      1      1      1      1       -      1      1      1      1       | select max(open_usage_days) from private.open_usage_days()
    1      3      1      0      0      0       -      0      1      0      8       | select distinct user_id from private.usage_daily
    1      1      1      0      0      0       -      0      1      0      1       | select 1 where exists (select from private.judged_answers())
    0      1      0      0      0      0       -      0      0      0      1       | select 1 from private.judged_answers() having sum(positive_count + negative_count) > 3
    0      0      0      0      0      2       -      0      0      0      -       | select * from public.my_invitations
    0      0      0      0      0      2       -      0      0      0      -       | select * from private.pending_invitations()
    0      0      0      0      0      1       -      0      0      0      -       | select * from public.my_invitations where tenant_id = :globex and role = 'admin'
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:acme) where role = 'viewer'
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:globex)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:hooli)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:initech)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:nowhere)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(null)
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select private.take_invitation(:globex)
    0      0      0      0      0      1       -      0      0      0      0       | select 1 where private.auth_email() = 'ivy@partner.test'
    1      3      0      0      0      0       -      0      1      0      5       | select * from private.closed_monthly_usage('2024-05-01') where total_tokens = 2
    -      -      -      -      -      -      -       PA403  2      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{adas_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{chloes_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  2      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{bens_talk} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{adas_talk} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "{adas_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{chloes_talk} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{bens_question}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "message-{bens_question} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{adas_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{chloes_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "message-{chloes_answer} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{bens_question}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{adas_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{chloes_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "message-{chloes_answer} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{adas_turn}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{chloes_turn}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "{adas_talk}", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "chat-{chloes_talk} markglobexx7q", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "{nowhere}", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markacmex7q", "fingerprint": "ab"}') where is_repeat and turn_id in (select id from public.turns where user_id = :ben)
    -      -      -      -      -      -      -       PA403  PA423  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markacmex7q", "fingerprint": "cd"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markglobexx7q", "fingerprint": "cd"}') where not is_repeat
    -      -      -      -      -      -      -       PA403  PA424  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "model": "gpt-4", "models": ["another"]}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.find_turn(:claims, :bens_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :adas_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :chloes_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :nowhere)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.find_turn(:claims, null, :bens_talk)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.find_turn(:claims, null, 'chat-{bens_talk} markacmex7q')
    -      -      -      -      -      -      -       PA403  0      PA403  -       | select * from private.find_turn(:claims, null, :adas_talk)
    -      -      -      -      -      -      -       PA403  0      PA403  -       | select * from private.find_turn(:claims, null, 'chat-{chloes_talk} markglobexx7q')
    -      -      -      -      -      -      -       PA403  0      PA403  -       | select * from private.find_turn(:claims, null, :nowhere)
    -      -      -      -      -      -      -       PA403  0      PA403  -       | select * from private.find_turn(:claims, null, null)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.stop_turn(:claims, :bens_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :adas_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :chloes_turn)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :nowhere)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.stop_turn(:claims, null, :bens_talk)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.stop_turn(:claims, null, 'chat-{bens_talk} markacmex7q')
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, :adas_talk)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, 'chat-{chloes_talk} markglobexx7q')
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, :nowhere)
    -      -      -      -      -      -      -       PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, null)
    -      -      -      -      -      -      -       PA403  1      PA403  -       | select * from private.model_choice(:claims)
    -      -      -      -      -      -      -       1      1      1      -       | select 1 from private.keep_lease(:worker) where turn_id = :adas_turn
    -      -      -      -      -      -      -       0      0      0      -       | select 1 from private.keep_lease(:worker) where turn_id <> :adas_turn
    -      -      -      -      -      -      -       0      0      0      -       | select 1 from private.keep_lease(:nowhere)
    -      -      -      -      -      -      -       0      0      0      -       | select private.save_pieces(:worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": 1, "pieces": ["it"]}]')
    -      -      -      -      -      -      -       1      1      1      -       | select private.read_pieces('[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": -1}]')
    -      -      -      -      -      -      -       0      0      0      -       | select private.read_pieces('[{"tenant_id": "{globex}", "turn_id": "{bens_turn}", "seq": -1}]')
    -      -      -      -      -      -      -       1      1      1      -       | select 1 from private.finish_turns(:worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}]') where settled
    -      -      -      -      -      -      -       0      2      1      -       | select 1 from private.finish_turns(:worker, (select jsonb_agg('{"status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}'::jsonb || jsonb_build_object('tenant_id', o.tenant_id, 'turn_id', o.turn_id)) from private.open_turns as o)) where settled and answer_id = turn_id
    -      -      -      -      -      -      -       1      1      1      -       | select 1 from private.read_pieces('[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": 0}]') where pieces is null
    -      -      -      -      -      -      -       0      0      0      -       | select 1 from private.finish_turns(:dead_worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}]') where settled
    -      -      -      -      -      -      -       -      -      -      0       | select * from private.bill('2024-05-01', '2024-05-31') where model is null
    -      -      -      -      -      -      -       -      -      -      1       | select 1 where exists (select from private.ledger_findings('2024-05-01', '2024-05-31'))
    -      -      -      -      -      -      -       -      -      -      -       | select private.check_ledger()
    -      -      -      -      -      -      -       -      -      -      -       | select private.forget_idempotency_keys()
    -      -      -      -      -      -      -       -      -      -      -       | select private.prune_job_runs()
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_tenant_id() is not null
"""  # noqa: E501 - a table, whose rows are read from left to right


def build(actors: Sequence[Actor]) -> list[Cell]:
    """The cells of every statement and everybody whom its table has a column for."""
    header, *lines = STATEMENTS.strip().splitlines()
    columns = header.split()[:-2]
    cells = []
    for line in lines:
        got, _, sql = line.partition(" | ")
        meant = dict(zip(columns, got.split(), strict=True))
        target = re.search(r"(?:public|private)\.\w+", sql)
        assert target, sql
        for actor in actors:
            for column in _columns(actor):
                claims = f"$claims${actor.claims or '{}'}$claims$"
                expected = meant[column] if meant[column] != "-" else "42501"
                cells.append(
                    Cell(
                        actor, target[0], "statement", column, filled(sql.strip().replace(":claims", claims)), expected
                    )
                )
    return cells


def _columns(actor: Actor) -> Iterator[str]:
    name = actor.name.partition(" as ")[0]
    if (
        name in ("rival", "rival admin")
        or actor.audience == "definer"
        or (name, actor.audience) == ("switched off", "late")
    ):
        return
    if actor.audience == "nobody":
        yield "invited" if name == "invited" else "shut" if name in ("deactivated", "switched off") else "nobody"
    else:
        yield actor.audience
