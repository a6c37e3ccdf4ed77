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
    -      -      -      -      -      -       -      -      -      -      23503   | insert into public.conversations (tenant_id, user_id) values (:acme, :chloe)
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
    1      0      0      0      0      0       -      0      1      0      1       | select * from public.conversation_overview where id = :bens_talk
    0      1      0      0      0      0       -      0      0      0      1       | select * from public.conversation_overview where id = :adas_talk
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.conversation_overview where id = :chloes_talk
    1      PA404  PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.archive_conversation(:bens_talk) where status = 'archived'
    1      PA404  PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.delete_conversation(:bens_talk) where status = 'deleted'
    1      PA404  PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.restore_conversation(:bens_talk) where status = 'active'
    PA404  1      PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.delete_conversation(:adas_talk)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.delete_conversation(:chloes_talk)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.delete_conversation(:nowhere)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.delete_conversation(null)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from private.move_conversation(:chloes_talk, 'archived')
    1      PA404  PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.share_conversation(:bens_talk)
    PA404  1      PA403  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.share_conversation(:adas_talk, true)
    PA404  PA404  PA403  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.share_conversation(:chloes_talk)
    PA404  PA404  PA403  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.share_conversation(:nowhere)
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.revoke_share(:bens_share) where revoked_at is not null
    PA404  1      PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.revoke_share(:adas_share) where revoked_at is not null
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.revoke_share(:chloes_share)
    1      1      0      0      0      0       -      0      1      0      1       | update public.conversation_shares set revoked_at = now() where id = :bens_share
    0      1      0      0      0      0       -      0      0      0      1       | update public.conversation_shares set revoked_at = now() where id = :adas_share
    -      -      -      -      -      -       -      -      -      -      1       | update public.conversation_shares set expires_at = now() where id = :bens_share
    -      -      -      -      -      -       -      -      -      -      23503   | insert into public.conversation_shares (tenant_id, conversation_id, user_id, head_id) values (:acme, :bens_talk, :ben, :adas_answer)
    1      1      0      0      0      0       -      0      1      0      1       | select 1 from public.conversation_share_views where share_id = :bens_share and views = 6
    0      1      0      0      0      0       -      0      0      0      1       | select 1 from public.conversation_share_views where share_id = :adas_share
    1      1      0      0      0      0       -      0      1      0      1       | select 1 from private.share_view_totals(:acme, :bens_share) where views = 6
    0      1      0      0      0      0       -      0      0      0      1       | select 1 from private.share_view_totals(:acme, :adas_share) where views = 6
    0      0      0      0      0      0       -      0      0      0      1       | select 1 from private.share_view_totals(:globex, :chloes_share) where views = 6
    1      1      PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.open_configuration_session() where project_id is null
    1      0      PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.open_configuration_session(:bens_project) where id = :bens_session
    1      1      PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.open_configuration_session(:adas_project) where project_id = :adas_project
    PA404  PA404  PA403  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.open_configuration_session(:chloes_project)
    PA404  PA404  PA403  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.open_configuration_session(:nowhere)
    1      0      0      0      0      0       -      0      1      0      1       | select * from public.configuration_sessions where id = :bens_session
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.configuration_sessions where project_id = :chloes_project
    1      1      0      0      0      0       -      0      1      0      1       | select * from public.configuration_suggestions where id = :bens_suggestion
    1      1      0      0      0      0       -      0      1      0      1       | select * from public.configuration_suggestions where id = :adas_suggestion
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.configuration_suggestions where id = :chloes_suggestion
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.accept_suggestion(:bens_suggestion) ->> 'status' = 'accepted'
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.accept_suggestion(:nobodys_suggestion) ->> 'status' = 'accepted'
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.accept_suggestion(:bens_suggestion) -> 'suggestion' ->> 'id' = '{bens_suggestion}'
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.accept_suggestion(:nobodys_suggestion) -> 'suggestion' ->> 'id' = '{nobodys_suggestion}'
    PA403  1      PA404  PA404  PA404  PA404   -      PA404  PA403  PA404  -       | select 1 where public.accept_suggestion(:adas_suggestion) ->> 'status' = 'accepted'
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.accept_suggestion(:chloes_suggestion)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.accept_suggestion(:nowhere)
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.reject_suggestion(:bens_suggestion, 'No') ->> 'status' = 'rejected'
    PA403  1      PA404  PA404  PA404  PA404   -      PA404  PA403  PA404  -       | select 1 where public.reject_suggestion(:adas_suggestion) ->> 'status' = 'rejected'
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.reject_suggestion(:chloes_suggestion)
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select 1 where public.undo_suggestion(:bens_suggestion) ->> 'status' = 'decided'
    1      1      0      0      0      0       -      0      1      0      -       | select 1 from public.configuration_suggestions as s where s.project_id = :bens_project and s.status = 'accepted' and public.undo_suggestion(s.id) -> 'suggestion' ->> 'id' = s.id::text
    1      1      0      0      0      0       -      0      1      0      -       | select 1 from public.configuration_suggestions as s where s.project_id = :nobodys_project and s.status = 'accepted' and public.undo_suggestion(s.id) -> 'suggestion' ->> 'id' = s.id::text
    PA403  1      PA404  PA404  PA404  PA404   -      PA404  PA403  PA404  -       | select 1 where public.undo_suggestion(:adas_suggestion) ->> 'status' = 'decided'
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.undo_suggestion(:chloes_suggestion)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select private.take_suggestion(:chloes_suggestion, null, null, null)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select private.decline_suggestion(:chloes_suggestion, null)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select private.take_back_suggestion(:chloes_suggestion)
    -      -      -      -      -      -       -      -      -      -      -       | select private.held_suggestion(:bens_suggestion)
    -      -      -      -      -      -       -      -      -      -      -       | update public.configuration_suggestions set status = 'rejected' where id = :bens_suggestion
    -      -      -      -      -      -       -      -      -      -      -       | delete from public.configuration_suggestions where id = :bens_suggestion
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select 1 where private.decide_suggestion(:claims, '{"id": "{bens_suggestion}", "action": "accept"}') ->> 'status' = 'accepted'
    -      -      -      -      -      -       -      PA404  PA403  PA404  -       | select private.decide_suggestion(:claims, '{"id": "{adas_suggestion}", "action": "accept"}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.decide_suggestion(:claims, '{"id": "{chloes_suggestion}", "action": "accept"}')
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.read_suggestion(:claims, :bens_suggestion)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.read_suggestion(:claims, :adas_suggestion)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_suggestion(:claims, :chloes_suggestion)
    -      -      -      -      -      -       -      0      2      0      -       | select * from private.read_suggestions(:claims, :bens_project)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.read_suggestions(:claims, :chloes_project)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.open_session(:claims, :bens_project) where id = :bens_session
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.open_session(:claims, :chloes_project)
    -      -      -      -      -      -       -      0      1      0      -       | select * from private.list_sessions(:claims, 'project', :bens_project)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.list_sessions(:claims, 'project', :chloes_project)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.find_session(:claims, :bens_session) where project_id = :bens_project
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.find_session(:claims, :bens_talk)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.find_session(:claims, :nowhere)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.propose_suggestions(:claims, :nowhere, :nowhere, :bens_project, 1, '[]')
    -      -      -      -      -      -       -      PA404  0      PA404  -       | select 1 where private.propose_suggestions(:claims, :bens_session, :nowhere, :bens_project, 1, '[]') <> '[]'
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select 1 where private.propose_suggestions(:claims, :bens_session, :nowhere, :chloes_project, 1, '[]') <> '[]'
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select 1 where private.propose_suggestions(:claims, :bens_session, :nowhere, :adas_project, 1, '[]') <> '[]'
    1      1      1      1      1      1       1      1      1      1      -       | select 1 where public.read_share('share--{bens_talk}') ->> 'status' = 'ok'
    1      1      1      1      1      1       1      1      1      1      -       | select 1 where public.read_share('share--{chloes_talk}') ->> 'status' = 'ok'
    0      0      0      0      0      0       0      0      0      0      -       | select 1 where public.read_share('share--{nowhere}') ->> 'status' <> 'not_found'
    0      0      0      0      0      0       0      0      0      0      -       | select 1 where public.read_share('share--{bens_talk}') ? 'watch'
    1      1      1      1      1      1       -      1      1      1      -       | select 1 where private.open_share('share--{bens_talk}', null) ->> 'status' = 'ok'
    1      1      PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select 1 where public.continue_share('share--{bens_talk}') ->> 'status' = 'ok'
    1      1      PA403  PA403  PA403  PA403   -      PA403  1      PA403  -       | select 1 where public.continue_share('share--{chloes_talk}') ->> 'status' = 'ok'
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.projects (slug, name) values ('mine', 'Mine') returning *
    -      -      -      -      -      -       -      -      -      -      23503   | insert into public.projects (tenant_id, owner_id, slug, name) values (:acme, :chloe, 'mine', 'Mine')
    -      -      -      -      -      -       -      -      -      -      1       | insert into public.projects (tenant_id, owner_id, slug, name) values (:globex, :chloe, 'mine', 'Mine')
    PA433  PA433  PA433  PA433  PA433  PA433   -      PA433  PA433  PA433  PA433   | insert into public.projects (slug, name, configuration) values ('mine', 'Mine', '{"workflow": 3}')
    1      1      0      0      0      0       -      0      1      0      1       | update public.projects set configuration = '{"b": 1}' where id = :nobodys_project
    0      1      0      0      0      0       -      0      0      0      1       | update public.projects set configuration = '{"b": 1}' where id = :adas_project
    0      0      0      0      0      0       -      0      0      0      1       | update public.projects set configuration = '{"b": 1}' where id = :chloes_project
    0      0      1      0      0      0       -      0      0      0      1       | update public.projects set name = 'Mine' where id = :finns_project
    -      -      -      -      -      -       -      -      -      -      1       | update public.projects set owner_id = :ben where id = :bens_project
    -      -      -      -      -      -       -      -      -      -      1       | update public.projects set configuration_version = 9 where id = :bens_project
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.project_members (project_id, user_id, access) values (:bens_project, :ada, 'viewer')
    -      1      -      -      -      -       -      -      -      -      23502   | insert into public.project_members (project_id, user_id, access) values (:adas_project, :ada, 'viewer')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.project_members (project_id, user_id, access) values (:chloes_project, :ada, 'viewer')
    23503  23503  -      -      -      -       -      -      23503  -      23502   | insert into public.project_members (project_id, user_id, access) values (:bens_project, :chloe, 'viewer')
    -      -      -      -      -      -       -      -      -      -      1       | update public.project_members set project_id = :bens_project where project_id = :nobodys_project
    -      -      -      -      -      -       -      -      -      -      0       | update public.project_revisions set cause = 'suggestion' where project_id = :nowhere
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.mark_project_synced(:bens_project, 2, 2) where synced_yaml is not null and id = :bens_project
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.mark_project_synced(:nobodys_project, 2, 2) where synced_yaml is not null and id = :nobodys_project
    PA403  1      PA404  PA404  PA404  PA404   -      PA404  PA403  PA404  -       | select * from public.mark_project_synced(:adas_project, 2, 2)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.mark_project_synced(:chloes_project, 2, 2)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.mark_project_synced(:nowhere, 2, 2)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select private.note_sync(:chloes_project, 2, 2)
    0      0      0      0      0      0       -      0      0      0      0       | select 1 where private.project_access(:chloes_project) is not null
    1      1      0      0      0      0       -      0      1      0      0       | select 1 where private.project_access(:adas_project) is not null
    0      1      0      0      0      0       -      0      0      0      0       | select 1 where private.project_access(:gils_project) is not null
    0      0      0      0      0      0       -      0      0      0      0       | select 1 where :chloes_project = any (private.project_ids('viewer'))
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.configuration_schema(private.current_tenant_id()) ? 'description'
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where private.configuration_schema(:globex)::text like '%markglobexx7q%'
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.read_project(:claims, '{bens_project}')
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.read_project(:claims, '{adas_project}') where access = 'viewer'
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_project(:claims, '{chloes_project}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_project(:claims, '{nowhere}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_project(:claims, 'nothing')
    -      -      -      -      -      -       -      0      4      0      -       | select * from private.read_projects(:claims, 100)
    -      -      -      -      -      -       -      0      4      0      -       | select * from private.list_projects(:claims)
    -      -      -      -      -      -       -      PA404  2      PA404  -       | select * from private.read_revisions(:claims, :bens_project, 'database')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_revisions(:claims, :chloes_project, 'database')
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.conversations (context_type, project_id) values ('project', :adas_project)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.conversations (context_type, project_id) values ('project', :chloes_project)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.conversations (context_type, project_id) values ('project', :nowhere)
    -      -      -      -      -      -       -      -      -      -      23503   | insert into public.conversations (tenant_id, user_id, context_type, project_id) values (:acme, :ben, 'project', :chloes_project)
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1)
    -      23505  -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:adas_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:nowhere, 1)
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    1      1      1      PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:chloes_prompt, '{"table": "1"}')
    1      1      1      PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:chloes_prompt, '{"table": "1"}', 2)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.fill_prompt(:chloes_prompt, '{"table": "1"}', 1)
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:adas_prompt, '{"text": "1"}', 1)
    1      1      PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:adas_team_prompt, '{"product": "1"}')
    1      PA404  PA404  PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:bens_prompt, '{"notes": "1"}')
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.fill_prompt(:dans_prompt, '{"values": "1"}')
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select public.fill_prompt(:nowhere, '{"values": "1"}')
    1      1      1      PA404  PA404  PA404   -      PA404  1      PA404  -       | select public.fill_prompt(:hanas_prompt, '{"what": "1"}')
    1      PA404  PA404  PA404  PA404  PA404   -      PA404  1      PA404  1       | select * from private.find_prompt(:acme, :bens_prompt, null)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  1       | select * from private.find_prompt(:globex, :dans_prompt, null)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  PA404   | select * from private.find_prompt(:acme, :dans_prompt, null)
    1      1      1      PA404  PA404  PA404   -      PA404  1      PA404  1       | select * from private.find_prompt(:acme, :chloes_prompt, 2)
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  PA404   | select * from private.find_prompt(:acme, :chloes_prompt, 1)
    1      1      -      PA404  PA404  PA404   -      PA404  1      PA404  -       | select * from public.start_conversation(:chloes_prompt, '{"table": "1"}') where user_id = (select private.current_user_id())
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.start_conversation(:dans_prompt, '{"values": "1"}')
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  -       | select * from public.start_conversation(:nowhere, '{"values": "1"}')
    1      1      -      PA404  PA404  PA404   -      PA404  1      PA404  23502   | insert into public.conversations (prompt_id, prompt_values) values (:chloes_prompt, '{"table": "1"}')
    PA404  PA404  PA404  PA404  PA404  PA404   -      PA404  PA404  PA404  PA404   | insert into public.conversations (prompt_id, prompt_values) values (:dans_prompt, '{"values": "1"}')
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.prompts (name, text) values ('Mine', 'Of {{ what }}') returning *
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.prompts (name, text, visibility) values ('Ours', 'Of {{ what }}', 'public') returning *
    -      1      -      -      -      -       -      -      -      -      1       | insert into public.prompts (tenant_id, user_id, name, text, visibility) values (:acme, :ada, 'Ours', 'Of {{ what }}', 'public')
    -      -      -      -      -      -       -      -      -      -      1       | insert into public.prompts (tenant_id, user_id, name, text) values (:globex, :dan, 'Theirs', 'Of {{ what }}')
    1      1      0      0      0      0       -      0      1      0      1       | update public.prompts set name = 'Changed' where id = :bens_public_prompt
    1      0      0      0      0      0       -      0      1      0      1       | update public.prompts set name = 'Changed' where id = :bens_prompt
    0      1      0      0      0      0       -      0      0      0      1       | update public.prompts set name = 'Changed' where id = :adas_prompt
    0      0      0      0      0      0       -      0      0      0      1       | update public.prompts set name = 'Changed' where id = :chloes_prompt
    1      -      0      0      0      0       -      0      1      0      1       | update public.prompts set visibility = 'private' where id = :bens_public_prompt
    2      -      2      0      0      0       -      0      2      0      12      | update public.prompts set visibility = 'private'
    1      0      0      0      0      0       -      0      1      0      1       | update public.prompts set visibility = 'public' where id = :bens_prompt
    1      1      0      0      0      0       -      0      1      0      1       | update public.prompts set visibility = 'team' where id = :bens_public_prompt
    1      1      0      0      0      0       -      0      1      0      1       | delete from public.prompts where id = :bens_public_prompt
    0      0      0      0      0      0       -      0      0      0      1       | delete from public.prompts where id = :chloes_prompt
    1      1      1      0      0      0       -      0      1      0      1       | select * from public.prompt_versions where prompt_id = :chloes_prompt and version = 2
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.prompt_versions where prompt_id = :chloes_prompt and version = 1
    1      1      0      0      0      0       -      0      1      0      1       | select * from public.prompt_publishers where prompt_id = :bens_public_prompt
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.prompt_publishers where prompt_id = :chloes_prompt
    1      1      1      0      0      0       -      0      1      0      4       | select * from public.prompt_usage where prompt_id = :bens_public_prompt
    1      0      0      0      0      0       -      0      1      0      PA422   | select * from public.search_conversations('receipt')
    1      0      0      0      0      0       -      0      1      0      1       | select * from public.search_conversations('receipt', p_user_id => :ben)
    0      1      0      0      0      0       -      0      0      0      1       | select 1 where exists (select from public.search_conversations('markacmex7q', p_user_id => :ada))
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where exists (select from public.search_conversations('markglobexx7q', p_user_id => :chloe))
    0      0      0      0      0      0       -      0      0      0      0       | select * from public.search_conversations('markglobexx7q', p_conversation_id => :chloes_talk, p_user_id => :ben)
    1      0      0      0      0      0       -      0      1      0      1       | select * from private.search_hits(:acme, :ben, 'receipt')
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where exists (select from private.search_hits(:globex, :chloe, 'markglobexx7q'))
    0      0      0      0      0      0       -      0      0      0      0       | select 1 where exists (select from private.search_hits(:acme, :chloe, 'markglobexx7q'))
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.search_hits(null, null, 'receipt')
    -      -      -      -      -      -       -      -      -      -      -       | select private.reindex_search()
    1      1      1      0      0      0       -      0      1      0      -       | select * from public.search_documentation('begin here')
    1      1      0      0      0      0       -      0      1      0      -       | select 1 where exists (select from public.search_documentation('markacmex7q'))
    0      0      0      0      0      0       -      0      0      0      -       | select * from public.search_documentation('markglobexx7q')
    1      1      1      0      0      0       -      0      1      0      -       | select * from private.documentation_hits('begin', 50)
    0      0      0      0      0      0       -      0      0      0      -       | select * from private.documentation_hits('markglobexx7q or {globex}', 50)
    -      -      -      -      -      -       -      0      1      0      -       | select * from private.search_documentation(:claims, 'begin', 50)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.search_documentation(:claims, 'markglobexx7q')
    -      -      -      -      -      -       -      0      1      0      -       | select * from private.documentation_sections(:claims, '[{"file": "guide.md markacmex7q", "section": "start markacmex7q"}, {"file": "guide.md markglobexx7q"}]')
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.documentation_sections(:claims, '[{"file": "guide.md markglobexx7q", "section": "start markglobexx7q"}]')
    -      -      -      -      -      -       -      -      -      -      -       | select private.reindex_documentation()
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.generated_apps (name) values ('Mine')
    1      0      0      0      0      0       -      0      1      0      1       | update public.generated_apps set name = 'Mine' where id = :bens_app
    -      -      -      -      -      -       -      -      -      -      1       | update public.generated_apps set owner_id = :ada where id = :bens_app
    -      -      -      -      -      -       -      -      -      -      1       | update public.generated_apps set byte_count = 0 where id = :bens_app
    1      1      0      0      0      0       -      0      1      0      1       | delete from public.generated_apps where id = :bens_app
    0      0      0      0      0      0       -      0      0      0      1       | delete from public.generated_apps where id = :chloes_app
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.generated_app_files (app_id, path, content) values (:bens_app, 'a.ts', 'x')
    -      1      -      -      -      -       -      -      -      -      23502   | insert into public.generated_app_files (app_id, path, content) values (:adas_app, 'a.ts', 'x')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.generated_app_files (app_id, path, content) values (:chloes_app, 'a.ts', 'x')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.generated_app_files (app_id, path, content) values (:nowhere, 'a.ts', 'x')
    1      1      0      0      0      0       -      0      1      0      1       | select path from public.generated_app_files where app_id = :bens_app
    -      0      0      0      0      0       -      0      -      0      1       | update public.generated_app_files set app_id = :adas_app, path = 'b.ts' where app_id = :bens_app
    -      -      -      -      -      -       -      -      -      -      -       | insert into public.app_databases (tenant_id, app_id, environment) values (:acme, :bens_app, 'staging')
    -      -      -      -      -      -       -      -      -      -      -       | update public.app_databases set max_bytes = null where app_id = :bens_app
    -      -      -      -      -      -       -      -      -      -      -       | delete from public.app_databases where app_id = :bens_app
    -      -      -      -      -      -       -      -      -      -      -       | update public.app_operations set state = 'queued' where id = :bens_operation
    -      -      -      -      -      -       -      -      -      -      -       | select * from private.app_credentials
    -      -      -      -      -      -       -      -      1      -      -       | insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest, created_by) values (:acme, :bens_app, 2, '{}', repeat('a', 64), :ben)
    -      -      -      -      -      -       -      -      -      -      -       | insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest, created_by) values (:acme, :bens_app, 2, '{}', repeat('a', 64), :ada)
    -      -      -      -      -      -       -      -      -      -      -       | insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest, created_by) values (:acme, :adas_app, 2, '{}', repeat('a', 64), :ben)
    -      -      -      -      -      -       -      -      -      -      -       | insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest, created_by) values (:globex, :chloes_app, 2, '{}', repeat('a', 64), :chloe)
    4      4      4      0      0      0       -      0      4      0      4       | select name from public.app_plans
    -      -      -      -      -      -       -      -      -      -      1       | insert into public.app_plans (name) values ('free')
    -      -      -      -      -      -       -      -      -      -      1       | update public.tenants set app_plan = 'pro' where id = :acme
    -      -      -      -      -      -       -      -      -      -      1       | update public.tenants set app_plan_limits = '{"max_databases": 9}' where id = :acme
    1      1      0      0      0      0       -      0      1      0      1       | select * from private.app_limits(:acme) where max_databases = 1
    0      0      0      0      0      0       -      0      0      0      1       | select * from private.app_limits(:globex)
    1      1      0      0      0      0       -      0      1      0      -       | select 1 where private.may_make_apps()
    -      -      -      -      -      -       -      0      1      0      -       | select 1 where private.app_access(:bens_app) = 'owner'
    -      -      -      -      -      -       -      0      0      0      -       | select 1 where private.app_access(:adas_app) is not null
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.check_app_access(:bens_app, true)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.check_app_access(:adas_app, false)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.put_app_files(:claims, :bens_app, array['a.ts'], array['x'])
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :adas_app, array['a.ts'], array['x'])
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :chloes_app, array['a.ts'], array['x'])
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :nowhere, array['a.ts'], array['x'])
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.put_app_files(:claims, :bens_app, array[]::text[], array[]::text[], true)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :adas_app, array[]::text[], array[]::text[], true)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :chloes_app, array[]::text[], array[]::text[], true)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.put_app_files(:claims, :nowhere, array[]::text[], array[]::text[], true)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.record_app_revision(:claims, :bens_app, '{}', '{}', repeat('a', 64))
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.record_app_revision(:claims, :adas_app, '{}', '{}', repeat('a', 64))
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.record_app_revision(:claims, :chloes_app, '{}', '{}', repeat('a', 64))
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.record_app_revision(:claims, :nowhere, '{}', '{}', repeat('a', 64))
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.read_generated_app(:claims, :bens_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_generated_app(:claims, :adas_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_generated_app(:claims, :chloes_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_generated_app(:claims, :nowhere)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select * from private.read_app_files(:claims, :bens_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_app_files(:claims, :adas_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select * from private.read_app_files(:claims, :chloes_app)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select 1 where private.request_app_operation(:claims, :bens_app, 'production', 'provision') ->> 'status' = 'created'
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select 1 where private.request_app_operation(:claims, :bens_app, 'production', 'remove') ->> 'status' = 'removed'
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.request_app_operation(:claims, :bens_app, 'production', 'rotate')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :adas_app, 'production', 'provision')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :chloes_app, 'production', 'provision')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :nowhere, 'production', 'provision')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :adas_app, 'production', 'remove')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :chloes_app, 'production', 'remove')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :nowhere, 'production', 'remove')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :adas_app, 'production', 'rotate')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :chloes_app, 'production', 'rotate')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.request_app_operation(:claims, :nowhere, 'production', 'rotate')
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.check_app_room(:claims, :bens_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.check_app_room(:claims, :adas_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.check_app_room(:claims, :chloes_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.check_app_room(:claims, :nowhere, 'production')
    -      -      -      -      -      -       -      1      1      1      -       | select private.check_database_room()
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select 1 where private.enqueue_app_operation(:bens_app, 'staging', 'provision', '{}') ->> 'status' = 'created'
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.enqueue_app_operation(:adas_app, 'staging', 'provision', '{}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.enqueue_app_operation(:chloes_app, 'staging', 'provision', '{}')
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.app_credentials(:claims, :bens_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.app_credentials(:claims, :adas_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.app_credentials(:claims, :chloes_app, 'production')
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.look_at_app_password(:bens_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.look_at_app_password(:chloes_app, 'production')
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.read_app_operation(:claims, :bens_operation)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_app_operation(:claims, :chloes_operation)
    -      -      -      -      -      -       -      1      1      1      -       | select 1 where private.claim_app_operation('me', '1 minute') is null
    -      -      -      -      -      -       -      1      1      1      -       | select 1 where private.claim_app_operation('me', '1 minute', :chloes_operation) is null
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.note_app_step(:bens_operation, 'me', 'here')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.finish_app_operation(:chloes_operation, 'me', '{"state": "succeeded"}')
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.due_app_work()
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.note_app_sizes('[{"database_name": "app_00000000000070008000000000a2102", "bytes": 1}]')
    -      -      -      -      -      -       -      0      0      0      -       | select 1 where private.note_size_state(:acme, :bens_database, 'within', 'warned')
    -      -      -      -      -      -       -      -      -      -      -       | select private.checked_app_arguments(:acme, :bens_app, 'rotate', '{}')
    -      -      -      -      -      -       -      -      -      -      -       | select private.change_app_database(:acme, :bens_database, '{}')
    -      -      -      -      -      -       -      -      -      -      -       | select private.give_up_app_operations()
    -      -      -      -      -      -       -      -      -      -      -       | select private.held_app_operation(:bens_operation, 'me')
    1      1      0      0      0      0       -      0      1      0      1       | select id from public.app_changes where id = :bens_change
    0      0      0      0      0      0       -      0      0      0      1       | select id from public.app_backups where id = :chloes_backup
    -      -      -      -      -      -       -      -      -      -      -       | update public.app_changes set state = 'confirmed', confirmed_steps = array[0] where id = :bens_change
    -      -      -      -      -      -       -      -      -      -      -       | delete from public.app_changes where id = :bens_change
    -      -      -      -      -      -       -      -      -      -      -       | update public.app_backups set expires_at = now() where id = :bens_backup
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.read_change_basis(:claims, :bens_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_change_basis(:claims, :adas_app, 'production')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_change_basis(:claims, :chloes_app, 'production')
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.record_app_change(:claims, :bens_app, 'production', :bens_revision, '{}')
    -      -      -      -      -      -       -      PA404  PA443  PA404  -       | select private.keep_app_change(:bens_app, 'production', :bens_revision, '{}')
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.confirm_app_change(:claims, :bens_change, repeat('a', 64), array[0])
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.discard_app_change(:claims, :bens_change, repeat('a', 64))
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.decide_app_change(:bens_change, jsonb_build_object('kind', 'confirm', 'digest', repeat('a', 64), 'steps', '[0]'::jsonb))
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.read_app_changes(:claims, :bens_app)
    -      -      -      -      -      -       -      PA404  1      PA404  -       | select private.read_app_backups(:claims, :bens_app)
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.begin_app_change(:bens_operation, 'me')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.finish_app_change(:bens_operation, 'me', '{"state": "applied"}')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.begin_app_backup(:bens_operation, 'me', '{"kind": "manual", "file": "a"}')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.finish_app_backup(:bens_operation, 'me', :bens_backup, '{"state": "failed"}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.record_app_change(:claims, :chloes_app, 'production', :chloes_revision, '{}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.keep_app_change(:chloes_app, 'production', :chloes_revision, '{}')
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.confirm_app_change(:claims, :chloes_change, repeat('a', 64), array[0])
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.discard_app_change(:claims, :chloes_change, repeat('a', 64))
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.decide_app_change(:chloes_change, jsonb_build_object('kind', 'confirm', 'digest', repeat('a', 64), 'steps', '[0]'::jsonb))
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_app_changes(:claims, :chloes_app)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.read_app_backups(:claims, :chloes_app)
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.begin_app_change(:chloes_operation, 'me')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.finish_app_change(:chloes_operation, 'me', '{"state": "applied"}')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.begin_app_backup(:chloes_operation, 'me', '{"kind": "manual", "file": "a"}')
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.finish_app_backup(:chloes_operation, 'me', :chloes_backup, '{"state": "failed"}')
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.expired_app_backups()
    -      -      -      -      -      -       -      1      1      1      -       | select 1 where not private.forget_app_backup(:acme, :bens_backup)
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.app_backup_to_restore(:bens_operation, 'me', :bens_backup)
    -      -      -      -      -      -       -      PA440  PA440  PA440  -       | select private.app_backup_to_restore(:chloes_operation, 'me', :chloes_backup)
    -      -      -      -      -      -       -      1      1      1      -       | select * from private.unmatched_app_backups(array['strange']) where not is_known
    -      -      -      -      -      -       -      -      1      -      1       | select public.increment_usage_metrics(:acme, :ben, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:acme, :ada, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:globex, :chloe, 1, 1)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer) where negative_count = 1
    0      0      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:globex, :chloes_answer)
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.feedback_summary(null, :chloes_answer)
    1      3      1      0      0      0       -      0      1      0      8       | select * from private.closed_monthly_usage('2024-05-01')
    1      3      0      0      0      0       -      0      1      0      5       | select * from private.closed_monthly_usage('2024-05-01') where total_tokens = 2
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.closed_monthly_usage('-infinity')
    1      1      1      0      0      0       -      0      1      0      1       | select * from private.usage_months() where usage_months = '2024-05-01'
    1      3      1      0      0      0       -      0      1      0      8       | select * from public.usage_totals('2000-01-01', '2099-12-31', array['person'])
    PA422  PA422  PA422  PA422  PA422  PA422   -      PA422  PA422  PA422  PA422   | select * from public.usage_totals(p_by => array['tenant'])
    1      2      1      0      0      0       -      0      1      0      -       | select * from private.forecast_usage(now())
    0      1      0      0      0      0       -      0      0      0      -       | select * from public.usage_forecast where scope = 'tenant'
    1      1      1      1      1      1       -      1      1      1      1       | select max(open_usage_days) from private.open_usage_days()
    1      3      1      0      0      0       -      0      1      0      8       | select distinct user_id from private.usage_daily
    1      1      1      0      0      0       -      0      1      0      1       | select 1 where exists (select from private.judged_answers())
    0      1      0      0      0      0       -      0      0      0      1       | select 1 from private.judged_answers() having sum(positive_count + negative_count) > 3
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_tenant_id() is not null
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_user_id() is not null
    0      1      0      0      0      0       -      0      0      0      0       | select 1 where private.administered_tenant_id() is not null
    1      1      0      0      0      0       -      0      1      0      -       | select 1 where private.may_use_assistant()
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_tenant_id() is not null
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_user_id() is not null
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where private.caller_bypasses_rls()
    -      -      -      -      -      -       -      1      1      1      -       | select private.check_rate(false, 60)
    -      -      -      -      -      -       -      23502  1      1      -       | select private.take_allowance(false, 60, 2000, 1, 10)
    -      -      -      -      -      -       -      23502  1      1      -       | select private.take_allowance(true, null, 2000, 1, 10)
    -      -      -      -      -      -       -      -      -      -      -       | select private.settle_allowance(:acme, :ben, 1, 1)
    -      -      -      -      -      -       -      1      1      1      1       | select private.count_tokens(:acme, 1)
    -      -      -      -      -      -       -      1      1      1      1       | select 1 from private.run_job('prune_job_runs')
    -      -      -      -      -      -       -      -      -      -      -       | select private.refresh_summaries()
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
    1      1      1      PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.request_erasure()
    1      1      PA404  PA403  PA403  PA403   -      PA403  1      PA403  -       | select * from public.request_erasure(:ben)
    PA404  1      PA404  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.request_erasure(:ada)
    PA404  PA404  PA404  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.request_erasure(:chloe)
    PA404  PA404  PA404  PA403  PA403  PA403   -      PA403  PA404  PA403  -       | select * from public.request_erasure(:nowhere)
    1      0      0      PA403  PA403  PA403   -      PA403  1      PA403  -       | select 1 where exists (select from public.export_my_data() as e where e::text like '%{bens_talk}%')
    0      1      0      PA403  PA403  PA403   -      PA403  0      PA403  -       | select 1 where exists (select from public.export_my_data() as e where e::text like '%{adas_talk}%')
    0      0      0      PA403  PA403  PA403   -      PA403  0      PA403  -       | select * from public.export_my_data() as e where e::text like '%markglobexx7q%'
    1      0      0      0      0      0       -      0      1      0      -       | select 1 where exists (select from private.own_export(0, '[]', 10) as e where e.statement like '%{ben}%')
    1      1      1      -      -      -       -      -      1      -      -       | select * from public.give_consent('v1')
    0      1      0      0      0      0       -      0      0      0      1       | select * from public.consents where user_id = :ada
    0      1      0      0      0      0       -      0      0      0      1       | select * from public.legal_holds where user_id = :ben
    -      1      -      -      -      -       -      -      -      -      23502   | insert into public.legal_holds (user_id, reason) values (:ben, 'A dispute')
    -      23503  -      -      -      -       -      -      -      -      23502   | insert into public.legal_holds (user_id, reason) values (:chloe, 'A dispute')
    0      0      0      0      0      0       -      0      0      0      1       | update public.legal_holds set released_at = null where user_id = :chloe
    0      1      0      0      0      0       -      0      0      0      1       | select * from public.audit_log where object = 'tenants' and object_id = :acme and action = 'insert'
    0      0      0      0      0      0       -      0      0      0      1       | select * from public.audit_log where object = 'tenants' and object_id = :globex and action = 'insert'
    0      1      0      0      0      0       -      0      0      0      1       | select * from public.audit_log where object = 'users' and subject_id = :ben and action = 'insert'
    -      -      -      -      -      -       -      -      -      -      -       | insert into public.audit_log (tenant_id, actor_role, action, object, after) values (:acme, 'x', 'insert', 'x', '{}')
    -      -      -      -      -      -       -      -      -      -      -       | update public.audit_log set after = null where object_id = :globex
    -      -      -      -      -      -       -      -      -      -      -       | delete from public.audit_log where object_id = :acme
    -      -      -      -      -      -       -      -      -      -      -       | select private.redact_audit(:acme, :ben)
    -      -      -      -      -      -       -      -      -      -      -       | select private.redact_audit(:globex, :chloe)
    -      -      -      -      -      -       -      -      -      -      -       | select private.audited('{}', false)
    -      -      -      -      -      -       -      -      -      -      -       | select private.request_id()
    -      -      -      -      -      -       -      PA403  2      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{adas_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{chloes_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  2      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{bens_talk} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{adas_talk} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "{adas_talk}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "chat": "chat-{chloes_talk} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{bens_question}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "message-{bens_question} markacmex7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{adas_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{chloes_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "message-{chloes_answer} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "conversation_id": "{bens_talk}", "replaces": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{bens_question}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{adas_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{chloes_answer}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "message-{chloes_answer} markglobexx7q"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{adas_turn}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{chloes_turn}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "conversation_id": "{bens_talk}", "regenerates": "{nowhere}"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "{adas_talk}", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "chat-{chloes_talk} markglobexx7q", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [], "chat": "{nowhere}", "regenerates": ""}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markacmex7q", "fingerprint": "ab"}') where is_repeat and turn_id in (select id from public.turns where user_id = :ben)
    -      -      -      -      -      -       -      PA403  PA423  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markacmex7q", "fingerprint": "cd"}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "idempotency_key": "once markglobexx7q", "fingerprint": "cd"}') where not is_repeat
    -      -      -      -      -      -       -      PA403  PA424  PA403  -       | select 1 from private.begin_turn(:claims, :worker, '{"dialect": "ui", "messages": [{"role": "user", "content": "Hi"}], "model": "gpt-4", "models": ["another"]}') as t, json_array_elements(t.history::json)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.find_turn(:claims, :bens_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :adas_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :chloes_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.find_turn(:claims, :nowhere)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.find_turn(:claims, null, :bens_talk)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.find_turn(:claims, null, 'chat-{bens_talk} markacmex7q')
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.find_turn(:claims, null, :adas_talk)
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.find_turn(:claims, null, 'chat-{chloes_talk} markglobexx7q')
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.find_turn(:claims, null, :nowhere)
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.find_turn(:claims, null, null)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.stop_turn(:claims, :bens_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :adas_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :chloes_turn)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, :nowhere)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.stop_turn(:claims, null, :bens_talk)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.stop_turn(:claims, null, 'chat-{bens_talk} markacmex7q')
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, :adas_talk)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, 'chat-{chloes_talk} markglobexx7q')
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, :nowhere)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select * from private.stop_turn(:claims, null, null)
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.model_choice(:claims)
    -      -      -      -      -      -       -      0      1      0      -       | select * from private.find_cached_response(:claims, sha256('same')) where content like '%markacmex7q%'
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.find_cached_response(:claims, sha256('same')) where content not like '%markacmex7q%'
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.find_cached_response(:claims, sha256('other'))
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.begin_title(:claims, :worker, :bens_talk, 10)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.begin_title(:claims, :worker, :adas_talk, 10)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.begin_title(:claims, :worker, :chloes_talk, 10)
    -      -      -      -      -      -       -      0      0      0      -       | select 1 where private.set_title(:claims, :adas_talk, 'Mine')
    -      -      -      -      -      -       -      0      0      0      -       | select 1 where private.set_title(:claims, :chloes_talk, 'Mine')
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.message_key(:claims) where tenant_id = :acme and not encrypts and key_id is null
    -      -      -      -      -      -       -      PA403  1      PA403  -       | select * from private.read_messages(:claims, :bens_talk)
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.read_messages(:claims, :adas_talk)
    -      -      -      -      -      -       -      PA403  0      PA403  -       | select * from private.read_messages(:claims, :chloes_talk)
    -      -      -      -      -      -       -      1      1      1      -       | select * from private.tenant_key(:acme, null) where key_id = :acme
    -      -      -      -      -      -       -      1      1      1      -       | select * from private.tenant_key(:globex, :globex)
    -      -      -      -      -      -       -      0      0      0      -       | select * from private.tenant_key(:acme, :globex)
    -      -      -      -      -      -       -      1      1      1      -       | select * from private.add_tenant_key(:acme, :nowhere, decode(repeat('00', 28), 'hex')) where key_id = :acme
    -      -      -      -      -      -       -      1      1      1      1       | select 1 where private.is_sealed(:acme, concat('palaver-encrypted:1:', :acme, ':', 'x'))
    -      -      -      -      -      -       -      0      0      0      0       | select 1 where private.is_sealed(:acme, concat('palaver-encrypted:1:', :globex, ':', 'x'))
    -      -      -      -      -      -       -      1      1      1      -       | select 1 from private.watch_shares('[{"token_hash": "ab"}]') where state is null
    -      -      -      -      -      -       -      1      1      1      -       | select 1 from private.keep_lease(:worker) where turn_id = :adas_turn
    -      -      -      -      -      -       -      0      0      0      -       | select 1 from private.keep_lease(:worker) where turn_id <> :adas_turn
    -      -      -      -      -      -       -      0      0      0      -       | select 1 from private.keep_lease(:nowhere)
    -      -      -      -      -      -       -      0      0      0      -       | select private.save_pieces(:worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": 1, "pieces": ["it"]}]')
    -      -      -      -      -      -       -      1      1      1      -       | select private.read_pieces('[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": -1}]')
    -      -      -      -      -      -       -      0      0      0      -       | select private.read_pieces('[{"tenant_id": "{globex}", "turn_id": "{bens_turn}", "seq": -1}]')
    -      -      -      -      -      -       -      1      1      1      -       | select 1 from private.finish_turns(:worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}]') where settled
    -      -      -      -      -      -       -      0      2      1      -       | select 1 from private.finish_turns(:worker, (select jsonb_agg('{"status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}'::jsonb || jsonb_build_object('tenant_id', o.tenant_id, 'turn_id', o.turn_id)) from private.open_turns as o)) where settled and answer_id = turn_id
    -      -      -      -      -      -       -      1      1      1      -       | select 1 from private.read_pieces('[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "seq": 0}]') where pieces is null
    -      -      -      -      -      -       -      0      0      0      -       | select 1 from private.finish_turns(:dead_worker, '[{"tenant_id": "{acme}", "turn_id": "{bens_turn}", "status": "completed", "content": "It is", "provider": "p", "model": "m", "prompt_tokens": 1, "completion_tokens": 1, "cached_tokens": 0, "reasoning_tokens": 0, "tokens_estimated": false, "latency_ms": 1}]') where settled
    -      -      -      -      -      -       -      -      -      -      0       | select * from private.bill('2024-05-01', '2024-05-31') where model is null
    -      -      -      -      -      -       -      -      -      -      1       | select 1 where exists (select from private.ledger_findings('2024-05-01', '2024-05-31'))
    -      -      -      -      -      -       -      -      -      -      -       | select private.check_ledger()
    -      -      -      -      -      -       -      -      -      -      -       | select private.forget_idempotency_keys()
    -      -      -      -      -      -       -      -      -      -      -       | select private.forget_cached_responses()
    -      -      -      -      -      -       -      -      -      -      -       | select private.prune_job_runs()
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
