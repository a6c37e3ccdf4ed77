"""Mutants that nothing can notice, or that have nothing to do with isolation, each with the reason."""

from __future__ import annotations

from typing import Final

from tests.isolation.mutants import Mutant

_NOT_UPDATABLE: Final = "a second lock: no column that the check compares may be updated"
_BY_POLICY: Final = "a second lock: the policies on the table leave the same rows"
_ANOTHER_KEY: Final = "a second lock: the row's other key leads to the same person of the same tenant"
_EVERYBODY: Final = "PostgreSQL gives usage on schema public to everybody"
_ONE_TENANT: Final = "a second lock: a person's id is of one tenant"
_SAME_TOTALS: Final = "chooses between two ways to the same totals"
_NOT_ISOLATION: Final = "within what is the person's own; noticed by tests/sql"
_SAME_TENANT: Final = "counts more of the tenant's own; noticed by tests/sql"
_OWN_ID: Final = "a second lock: an answer's id is its turn's, which nobody else can choose"
_BY_CONVERSATION: Final = "a second lock: the conversation, which is looked up among the person's own"
_BY_PROMPT: Final = "a second lock: a trigger writes the person whose prompt it was, by its own key, or who asks"
_LOCKS: Final = "holds more of the tenant's own rows for a moment"
_BY_CHECK: Final = "a second lock: the check on the table refuses it, if later"
_TWO_DEVICES: Final = "a person who opens it on two devices at once may get two sessions of their own"
_WITHIN: Final = "within the tenant; noticed by tests/sql"
_OUTSIDE: Final = "noticed by test_turns_of_others.py, for an administrator or a worker that does not hold the turn"
_ONE_APP: Final = "a second lock: the id of an app, or of its backup, is of one tenant"

EQUIVALENT: Final = {
    **{
        f"policy: public.{policy} with check (true)": _NOT_UPDATABLE
        for policy in (
            'configuration_suggestions: "Editors\' decisions are written down"',
            'consents: "People withdraw their own consent"',
            'conversation_shares: "People revoke their own shares, tenant admins their tenant\'s"',
            'conversations: "People rename and archive their own conversations"',
            'generated_apps: "Owners change their apps"',
            'legal_holds: "Tenant admins release holds"',
            'project_members: "Owners change the access of members"',
            'projects: "Editors change their projects"',
            'tenants: "Tenant admins change their tenant\'s settings"',
            'usage_metrics: "The worker adds to usage of the person it acts for"',
            'users: "People change themselves, tenant admins their tenant\'s people"',
        )
    },
    **{
        f"policy: {policy} with check (true)": _NOT_UPDATABLE
        for policy in (
            'private.open_turns: "The worker asks to stop turns of the person it acts for"',
            'public.messages: "Settlement puts questions behind answers"',
        )
    },
    "key: private.cached_responses: cached_responses_tenant_id_fkey dropped": _ANOTHER_KEY,
    "key: private.erasures: erasures_tenant_id_fkey dropped": _ANOTHER_KEY,
    "key: private.open_turns: open_turns_tenant_id_fkey dropped": _BY_POLICY,
    "key: public.configuration_suggestions: configuration_suggestions_project_id_fkey dropped": _BY_POLICY,
    "key: public.configuration_suggestions: configuration_suggestions_user_id_fkey dropped": _BY_POLICY,
    "key: public.app_revisions: app_revisions_app_id_fkey dropped": _BY_POLICY,
    "key: public.app_revisions: app_revisions_created_by_fkey dropped": _BY_POLICY,
    "key: public.prompt_publishers: prompt_publishers_user_id_fkey dropped": _BY_PROMPT,
    "key: public.turns: turns_answer_id_fkey dropped": _OWN_ID,
    "grant: schema public: usage revoked from palaver_definer": _EVERYBODY,
    "key: public.turns: turns_user_id_fkey dropped": _ANOTHER_KEY,
    "body: private.begin_turn: without `and c.user_id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and u.id = v_person.id`": _BY_POLICY,
    "body: private.feedback_summary: without `and f.tenant_id = private.current_tenant_id()`": _ONE_TENANT,
    "body: private.begin_turn: without `and k.user_id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and a.user_id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and m.user_id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and t.user_id = v_person.id`": _BY_CONVERSATION,
    "body: private.begin_turn: without `and t.conversation_id = v_conversation.id`": _BY_CONVERSATION,
    "body: private.begin_turn: without `and u.id = v_person.id for no key update`": _OUTSIDE,
    "body: private.begin_turn: without `and p_request ->> 'model' is distinct from v_tenant.llm_model`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and k.dialect = p_request ->> 'dialect'`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and c.client_id = p_request ->> 'chat'`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and a.conversation_id = v_conversation.id`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.conversation_id = v_conversation.id`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.role = 'user'`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and v_parent_id is null`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.client_id = v_message.client_id`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.role = v_message.role`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.content = v_message.content`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and m.parts is not distinct from v_message.parts`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and p_request ->> 'regenerates' is null`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and t.question_id = v_question_id`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and t.status in ('running', 'completed')`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and b.octets < p_history_octets`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and b.role = 'tool'`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and b.role <> 'system'`": _NOT_ISOLATION,
    "body: private.find_turn: without `and m.id = t.answer_id`": _NOT_ISOLATION,
    "body: private.find_turn: without `and t.user_id = v_user_id`": _OUTSIDE,
    "body: private.stop_turn: without `and t.tenant_id = o.tenant_id`": _BY_POLICY,
    "body: private.stop_turn: without `and c.user_id = v_user_id`": _BY_POLICY,
    "body: private.stop_turn: without `and t.user_id = v_user_id`": _OUTSIDE,
    "body: private.save_pieces: without `and o.worker_id = p_worker_id`": _OUTSIDE,
    "body: private.save_pieces: without `and o.turn_id = b.turn_id`": _OUTSIDE,
    "body: private.check_head: without `and m.conversation_id = new.id`": _NOT_ISOLATION,
    "body: private.place_message: without `and c.id = new.conversation_id`": _NOT_ISOLATION,
    "body: private.place_message: without `and m.conversation_id = new.conversation_id`": _NOT_ISOLATION,
    "body: private.begin_turn: without `and t.id = private.as_uuid(r.id)`": _NOT_ISOLATION,
    "body: private.count_tokens: without `and m.day = v_today`": _SAME_TENANT,
    "body: private.take_invitation: without `and u.joined_at is null`": _BY_POLICY,
    "body: private.feedback_summary: without `and n.message_id = p_message_id`": _SAME_TOTALS,
    "body: private.find_session: without `and c.user_id = private.current_user_id()`": _BY_POLICY,
    "body: private.list_sessions: without `and s.user_id = private.current_user_id()`": _BY_POLICY,
    "body: private.propose_suggestions: without `and c.user_id = private.current_user_id()`": _BY_POLICY,
    "body: public.open_configuration_session: without `and c.user_id = v_user_id`": _BY_POLICY,
    "body: private.record_revision: without `and u.id = v_user_id`": _BY_POLICY,
    "body: private.keep_project: without `and octet_length(new.configuration::pg_catalog.text) <= 2097152`": _BY_CHECK,
    "body: private.held_suggestion: without `and p.id = v_suggestion.project_id`": _LOCKS,
    "body: private.change_configuration: without `and r.project_id = p_suggestion.project_id`": _WITHIN,
    "body: private.change_configuration: without `and r.side = 'database'`": _WITHIN,
    "body: private.change_configuration: without `and r.version = change_configuration.version`": _WITHIN,
    "body: private.note_sync: without `and p.id = p_project_id`": _WITHIN,
    "body: private.propose_suggestions: without `and s.project_id = p_project_id`": _WITHIN,
    "body: private.propose_suggestions: without `and s.status = 'pending'`": _WITHIN,
    "body: private.propose_suggestions: without `and s.fingerprint = v_fingerprint`": _WITHIN,
    "body: private.propose_suggestions: without `and s.rests_on = v_basis`": _WITHIN,
    "body: private.record_revision: without `and r.project_id = new.id`": _WITHIN,
    "body: private.record_revision: without `and r.side = 'database'`": _WITHIN,
    "body: private.record_revision: without `and r.side = 'yaml'`": _WITHIN,
    "body: private.record_revision: without `and r.version <= new.configuration_version - 200`": _WITHIN,
    "body: private.record_revision: without `and r.version <= new.yaml_version - 200`": _WITHIN,
    "body: private.reindex_documentation: without `and s.id = h.section_id`": _WITHIN,
    "body: private.reindex_documentation: without `and d.section_id = h.section_id`": _WITHIN,
    "body: private.take_suggestion: without `and p.id = v_suggestion.project_id`": _WITHIN,
    "body: private.take_suggestion: without `and s.id = v_suggestion.id`": _WITHIN,
    "body: private.take_back_suggestion: without `and p.id = v_suggestion.project_id`": _WITHIN,
    "body: public.open_configuration_session: without `and u.id = v_user_id for no key update`": _TWO_DEVICES,
    "body: public.open_configuration_session: without `and not c.is_archived`": _WITHIN,
    "body: private.documentation_hits: without `and h.language = v_language`": _NOT_ISOLATION,
    "body: private.documentation_hits: without `and not h.vector @@ v_words`": _NOT_ISOLATION,
    "body: private.reindex_documentation: without `and d.language < t.search_language`": _NOT_ISOLATION,
    "body: private.reindex_documentation: without `and d.language > t.search_language`": _NOT_ISOLATION,
    "body: private.reindex_documentation: without `and d.section_id = k.section_id`": _NOT_ISOLATION,
    "body: private.claim_app_operation: without `and r.tenant_id = d.tenant_id`": _ONE_APP,
    "body: private.claim_app_operation: without `and s.tenant_id = d.tenant_id`": _ONE_APP,
    "body: private.decide_app_change: without `and d.id = v_change.database_id`": _LOCKS,
    "body: private.finish_app_backup: without `and b.tenant_id = v_operation.tenant_id`": _ONE_APP,
    "body: private.may_make_apps: without `and u.is_active`": _BY_POLICY,
    "body: private.may_make_apps: without `and t.is_active`": _BY_POLICY,
}


def explanation(mutant: Mutant) -> str:
    """Why nothing notices a mutant; empty where something must."""
    return EQUIVALENT.get(str(mutant), "")
