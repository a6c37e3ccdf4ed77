-- Self-check: what is meant, what there is, and what differs: private.isolation_findings() is empty while nobody can read or write
-- where they do not belong.
--
-- Creates:  private.intended_access, private.accepted_catalog; private.catalog_objects(), actual_access(), catalog_lines(),
--           accept_catalog(), isolation_findings(), check_isolation(); the job check_isolation.
-- Locks:    what reading takes (ACCESS SHARE) on what is in public and private, to describe it.
-- Rollback: rollbacks/20261122000900_self_check.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- What is meant. A migration that changes a grant or makes an object changes this too.

create table private.intended_access (
    object text not null,
    role text not null,
    privilege text not null,
    column_name text not null default '',
    constraint intended_access_pkey primary key (object, role, privilege, column_name)
);

comment on table private.intended_access is
'Who is meant to hold what: every relation and function of Palaver with its owner, and every grant on it to PUBLIC, the Data API''s roles and Palaver''s.';

comment on column private.intended_access.object is 'A relation, a function with the types of its arguments, or a schema, as "schema private".';

comment on column private.intended_access.privilege is 'What is granted; or owner; or definer: the owner of a function that runs with the owner''s rights.';

comment on column private.intended_access.column_name is 'Empty: the whole object.';

alter table private.intended_access enable row level security;

revoke all on private.intended_access from public, anon, authenticated, service_role;

grant select on private.intended_access to palaver_definer;

create policy "The self-check reads what is meant"
on private.intended_access for select to palaver_definer
using (true);

insert into private.intended_access (object, role, privilege)
select
    o.object,
    current_user as role,
    'owner' as privilege
from unnest(array[
    'public.tenants', 'public.users', 'public.my_invitations', 'public.conversations', 'public.messages', 'public.feedback',
    'public.usage_metrics', 'public.current_day_usage', 'public.monthly_usage_summary', 'public.message_feedback_summary',
    'private.summary_state', 'private.monthly_usage_closed', 'private.message_feedback_closed', 'private.usage_daily',
    'private.usage_daily_id_seq', 'private.ledger_changes', 'private.ledger_changes_id_seq', 'private.ledger_by_day',
    'public.usage_details', 'public.usage_by_day', 'public.usage_by_month', 'public.usage_by_model', 'public.usage_by_person',
    'public.usage_by_prompt', 'public.usage_by_conversation', 'public.usage_forecast', 'public.feedback_by_model',
    'public.feedback_by_prompt', 'private.open_usage_days()', 'public.usage_totals(date, date, text[])',
    'private.forecast_usage(timestamp with time zone)',
    'public.usage_ledger', 'public.turns', 'private.model_prices', 'private.allowances', 'private.idempotency_keys', 'private.workers',
    'private.open_turns', 'private.turn_pieces', 'private.ledger_checks', 'private.default_privileges_before', 'private.usage_changes', 'private.usage_changes_id_seq',
    'private.tenant_keys',
    'private.feedback_changes', 'private.feedback_changes_id_seq', 'private.jobs', 'private.job_runs',
    'public.conversation_shares', 'public.conversation_share_views', 'private.share_secrets', 'private.share_views',
    'public.share_conversation(uuid, boolean, boolean, timestamp with time zone, text)', 'public.revoke_share(uuid)',
    'public.read_share(text, text)', 'public.continue_share(text, text)', 'private.keep_share()', 'private.derive_key(text, bytea, integer)',
    'private.person_of(uuid)', 'private.find_share(bytea)', 'private.enter_share(text, text)', 'private.answer_share(text, integer)',
    'private.shared_branch(uuid, uuid, integer, integer)', 'private.shown_parts(text, jsonb)',
    'private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamp with time zone)', 'private.count_view(uuid, uuid)',
    'private.intended_access', 'private.accepted_catalog',
    'private.uuid_v7()', 'private.as_uuid(text)', 'private.auth_id()', 'private.auth_email()', 'private.become(jsonb)', 'private.caller_bypasses_rls()',
    'private.set_updated_at()', 'private.guard_user_update()', 'private.note_joining()', 'public.accept_invitation(uuid)',
    'public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)', 'private.schedule_jobs()',
    'private.unschedule_jobs()', 'private.head_of(uuid, uuid, uuid, uuid)', 'private.check_head()', 'private.keep_conversation()', 'private.place_message()', 'public.chat_messages(text)',
    'public.ui_messages(text)', 'private.as_json(text)',
    'public.audit_log', 'private.request_id()', 'private.audited(jsonb, boolean)',
    'public.conversation_overview', 'private.move_conversation(uuid, text)', 'public.archive_conversation(uuid)', 'public.delete_conversation(uuid)', 'public.restore_conversation(uuid)',
    'public.prompts', 'public.prompt_publishers', 'public.prompt_versions', 'private.prompt_uses', 'public.prompt_usage',
    'public.projects', 'public.project_members', 'private.shown_metadata(jsonb)',
    'public.project_revisions', 'private.keep_project()', 'public.mark_project_synced(uuid, integer, integer)',
    'private.read_projects(jsonb, integer, text)', 'private.read_project(jsonb, text)', 'private.list_projects(jsonb, integer)', 'private.read_revisions(jsonb, uuid, text, integer, integer)',
    'private.base_configuration_schema()', 'private.merged_schema(jsonb, jsonb)', 'private.configuration_schema(uuid)', 'private.schema_token(text)', 'private.schema_targets(jsonb, text)', 'private.schema_step(jsonb, jsonb, jsonb, jsonb, integer)',
    'private.schema_errors_below(text, jsonb)', 'private.schema_doubles(jsonb, jsonb)', 'private.schema_errors(jsonb, jsonb)', 'private.check_configuration_schema()',
    'private.schema_reach(jsonb, jsonb, integer)', 'private.schema_faults_of(jsonb, jsonb, text)', 'private.schema_faults(jsonb)',
    'private.prompt_pieces(text)', 'private.prompt_names(text)', 'private.prompt_values(text, jsonb, jsonb)',
    'private.fill_text(text, jsonb, jsonb)', 'private.keep_prompt()', 'private.drop_orphaned_prompt()',
    'private.find_prompt(uuid, uuid, integer)', 'private.take_prompt()', 'public.fill_prompt(uuid, jsonb, integer)',
    'public.start_conversation(uuid, jsonb, integer, text)',
    'public.configuration_suggestions', 'public.configuration_sessions', 'private.place_of(jsonb, jsonb)',
    'private.element_tests(jsonb, jsonb, text[])', 'private.pointer(text[])', 'private.check_changes(jsonb)',
    'private.apply_change(jsonb, jsonb)', 'private.apply_changes(jsonb, jsonb)', 'private.refreshed_changes(jsonb, jsonb)',
    'private.pointed(jsonb, text)', 'private.patched(jsonb, jsonb)', 'private.metadata_schema()',
    'private.metadata_errors(jsonb)', 'private.check_metadata()', 'public.open_configuration_session(uuid)',
    'private.open_session(jsonb, text)', 'private.find_session(jsonb, uuid)', 'private.list_sessions(jsonb, text, uuid, integer, timestamp with time zone, uuid)', 'private.suggestion_fingerprint(text, jsonb)',
    'private.suggestion_basis(jsonb)', 'private.shown_suggestion(public.configuration_suggestions)', 'private.kept_suspects(jsonb, integer[])',
    'private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb)', 'private.held_suggestion(uuid)', 'private.change_configuration(public.configuration_suggestions, jsonb, text)',
    'public.accept_suggestion(uuid, integer[], integer[], integer)', 'public.reject_suggestion(uuid, text)', 'public.undo_suggestion(uuid)',
    'private.decide_suggestion(jsonb, jsonb)', 'private.read_suggestions(jsonb, uuid, text, integer, uuid)', 'private.read_suggestion(jsonb, uuid)',
    'private.search_index', 'private.search_config(text)', 'private.person_lexeme(uuid)', 'private.is_searchable(text)', 'private.search_vector(text, text, text)',
    'private.search_query(text, text)', 'private.search_snippet(text, text, text)', 'private.check_search_language()',
    'public.search_conversations(text, integer, text, text, text, text, timestamp with time zone, timestamp with time zone, text, uuid, uuid)',
    'public.documentation_sections', 'private.documentation_index', 'private.tenant_lexeme(uuid)',
    'private.documentation_vector(uuid, text, text, text[], text)', 'public.search_documentation(text, integer)',
    'private.search_documentation(jsonb, text, integer)', 'private.documentation_sections(jsonb, jsonb)',
    'public.app_plans', 'public.generated_apps', 'public.generated_app_files', 'public.app_revisions',
    'private.app_limits(uuid)', 'private.app_access(uuid)', 'private.check_app_access(uuid, boolean)', 'private.keep_app_file()',
    'private.put_app_files(jsonb, uuid, text[], text[], boolean)', 'private.read_app_files(jsonb, uuid)',
    'private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text)',
    'public.app_databases', 'private.app_credentials', 'public.app_operations',
    'private.keep_app_database()', 'private.refuse_lost_database()', 'private.checked_app_arguments(uuid, uuid, text, jsonb)',
    'private.request_app_operation(jsonb, uuid, text, text, jsonb, text)', 'private.change_app_database(uuid, uuid, jsonb)',
    'private.give_up_app_operations()', 'private.held_app_operation(uuid, text)', 'private.app_credentials(jsonb, uuid, text)',
    'private.read_app_operation(jsonb, uuid)', 'private.read_generated_app(jsonb, uuid)',
    'private.check_app_room(jsonb, uuid, text)',
    'public.app_changes', 'public.app_backups', 'private.read_change_basis(jsonb, uuid, text, uuid)',
    'private.record_app_change(jsonb, uuid, text, uuid, jsonb)', 'private.confirm_app_change(jsonb, uuid, text, integer[])',
    'private.discard_app_change(jsonb, uuid, text, boolean)', 'private.read_app_changes(jsonb, uuid, uuid, integer, uuid)',
    'private.read_app_backups(jsonb, uuid, integer, uuid)',
    'private.token_cost(private.model_prices, bigint, bigint, bigint)', 'private.rate_wait(timestamp with time zone, integer)',
    'private.refuse_request(text, bigint, interval)', 'private.message_octets(text, jsonb)',
    'private.begin_turn(jsonb, uuid, jsonb, integer, integer)', 'private.find_turn(jsonb, uuid, text)',
    'private.stop_turn(jsonb, uuid, text)', 'private.model_choice(jsonb)',
    'public.consents', 'public.legal_holds', 'private.personal_data', 'private.erasures',
    'private.keep_consent()', 'public.give_consent(text)', 'private.consent_missing()', 'private.keep_hold()', 'private.is_held(uuid, uuid)',
    'private.uuid_at(timestamp with time zone)', 'private.is_backdated(uuid, timestamp with time zone)',
    'private.about_person(text, uuid, uuid, uuid)',
    'private.personal_rows(private.personal_data, uuid, uuid, uuid)', 'private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint)',
    'private.export_header(uuid, uuid)', 'private.export_trailer(jsonb)', 'public.export_my_data(text, integer)',
    'private.person_hash(uuid, uuid)', 'public.request_erasure(uuid)', 'private.personal_row_counts(uuid, uuid)',
    'private.begin_erasure(uuid, uuid)', 'private.erase_person_step(uuid, uuid, bigint)', 'private.finish_erasure(uuid, uuid)',
    'private.traces_of(uuid, text[])',
    'private.begin_title(jsonb, uuid, uuid, bigint)', 'private.set_title(jsonb, uuid, text)',
    'private.cached_responses', 'private.find_cached_response(jsonb, bytea)',
    'private.check_encryption()', 'private.check_conversation_encryption()', 'private.message_key(jsonb)', 'private.read_messages(jsonb, text)',
    'private.catalog_objects()', 'private.actual_access()', 'private.catalog_lines()', 'private.accept_catalog(text[])',
    'private.check_isolation()'
]) as o (object);

-- Functions that run with rights of their own: no others may.

insert into private.intended_access (object, role, privilege)
select
    o.object,
    'palaver_definer' as role,
    'definer' as privilege
from unnest(array[
    'private.make_share(uuid, boolean, boolean, timestamp with time zone, text)', 'private.open_share(text, text)',
    'private.watch_shares(jsonb)', 'private.copy_share(text, text)', 'private.share_view_totals(uuid, uuid)',
    'private.current_tenant_id()', 'private.current_user_id()', 'private.administered_tenant_id()', 'private.may_use_assistant()',
    'private.claimed_tenant_id()', 'private.claimed_user_id()', 'private.pending_invitations()', 'private.take_invitation(uuid)',
    'private.record_prompt()', 'private.count_prompt_use()', 'private.prompt_usage()',
    'private.project_ids(text)', 'private.project_access(uuid)',
    'private.take_suggestion(uuid, integer[], integer[], integer)', 'private.decline_suggestion(uuid, text)', 'private.take_back_suggestion(uuid)',
    'private.record_revision()', 'private.note_sync(uuid, integer, integer)',
    'private.index_messages()', 'private.index_changed_message()', 'private.forget_messages()', 'private.index_title()', 'private.reindex_search()',
    'private.search_hits(uuid, uuid, text, timestamp with time zone, timestamp with time zone, uuid)',
    'private.index_section()', 'private.documentation_hits(text, integer)', 'private.reindex_documentation()', 'private.record_documentation()',
    'private.may_make_apps()', 'private.count_app_files()', 'private.enqueue_app_operation(uuid, text, text, jsonb, text)',
    'private.claim_app_operation(text, interval, uuid)', 'private.note_app_step(uuid, text, text, jsonb, interval)',
    'private.finish_app_operation(uuid, text, jsonb)', 'private.due_app_work()', 'private.note_app_sizes(jsonb)',
    'private.note_size_state(uuid, uuid, text, text)', 'private.look_at_app_password(uuid, text)',
    'private.keep_app_change(uuid, text, uuid, jsonb)', 'private.decide_app_change(uuid, jsonb)',
    'private.begin_app_change(uuid, text, uuid)', 'private.finish_app_change(uuid, text, jsonb)',
    'private.begin_app_backup(uuid, text, jsonb)', 'private.finish_app_backup(uuid, text, uuid, jsonb)',
    'private.expired_app_backups(integer)', 'private.forget_app_backup(uuid, uuid)',
    'private.app_backup_to_restore(uuid, text, uuid)', 'private.unmatched_app_backups(text[])',
    'private.lost_app_databases(text[])',
    'private.missing_app_databases(text[])',
    'private.limit_apps()', 'private.check_database_room()',
    'private.touch_conversations()', 'private.usage_closed_before()', 'private.summaries_refreshed_at()', 'private.usage_months()',
    'private.closed_monthly_usage(date)', 'private.feedback_summary(uuid, uuid)', 'private.record_usage_change()',
    'private.judged_answers()',
    'private.record_ledger_change()', 'private.record_ledger_changes()',
    'private.record_feedback_change()', 'private.refresh_summaries()', 'private.prune_job_runs()', 'private.run_job(text, boolean)',
    'private.run_due_jobs()', 'private.check_rate(boolean, integer)',
    'private.take_allowance(boolean, integer, bigint, bigint, bigint)', 'private.settle_allowance(uuid, uuid, bigint, bigint)',
    'private.count_tokens(uuid, bigint)', 'private.keep_lease(uuid, uuid[], interval)', 'private.save_pieces(uuid, jsonb)', 'private.read_pieces(jsonb)',
    'private.finish_turns(uuid, jsonb)', 'private.forget_idempotency_keys()', 'private.ledger_findings(date, date)',
    'private.refuse_held()', 'private.enforce_retention()', 'private.purge_deleted()', 'private.own_export(integer, jsonb, bigint)',
    'private.note_erasure(uuid)',
    'private.forget_cached_responses()',
    'private.add_tenant_key(uuid, uuid, bytea)', 'private.tenant_key(uuid, uuid)', 'private.is_sealed(uuid, text)',
    'private.record_change()', 'private.redact_audit(uuid, uuid)',
    'private.check_ledger()', 'private.bill(date, date)', 'private.isolation_findings()'
]) as o (object);

-- Grants on schemas and relations; the columns, where not on the whole.

insert into private.intended_access (object, role, privilege, column_name)
select
    m.object,
    r.role,
    p.privilege,
    c.column_name
from (
    values
    ('schema private', 'authenticated, service_role, palaver_definer', 'usage', ''),
    ('schema private', 'palaver_definer', 'create', ''),
    ('schema public', 'palaver_definer', 'usage', ''),

    ('public.tenants', 'authenticated', 'select', 'id, name, slug, llm_provider, llm_model, temperature, max_tokens,
    system_prompt, features, rate_limit_per_minute, daily_token_limit, user_rate_limit_per_minute, user_daily_token_limit, tools,
    search_language, response_cache_seconds, consent_version, consent_text, retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding, is_active, created_at, updated_at'),
    ('public.tenants', 'authenticated', 'update', 'name, llm_provider, llm_model, temperature, max_tokens, system_prompt,
    features, rate_limit_per_minute, daily_token_limit, user_rate_limit_per_minute, user_daily_token_limit, tools,
    search_language, response_cache_seconds, consent_version, consent_text, retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding'),
    ('public.tenants', 'palaver_definer', 'select', 'id, name, features, response_cache_seconds, encrypts_messages, is_active'),
    ('public.tenants', 'palaver_definer', 'select', 'search_language'),
    ('public.tenants', 'palaver_definer', 'select', 'configuration_schema'),
    ('public.tenants', 'service_role', 'select, insert, update, delete', ''),

    ('public.users', 'authenticated', 'select', 'tenant_id, id, auth_id, email, name, role, preferences, is_active, joined_at,
    last_active_at, created_at, updated_at'),
    ('public.users', 'authenticated', 'insert', 'tenant_id, email, name, role'),
    ('public.users', 'authenticated', 'update', 'name, role, preferences, is_active'),
    ('public.users', 'authenticated', 'delete', ''),
    ('public.users', 'palaver_worker', 'update', 'last_active_at'),
    ('public.users', 'palaver_definer', 'select', 'tenant_id, id, auth_id, email, role, is_active, joined_at, created_at'),
    ('public.users', 'palaver_definer', 'update', 'auth_id'),
    ('public.users', 'palaver_definer', 'select', 'name'),
    ('public.users', 'service_role', 'select, insert, update, delete', ''),

    ('public.conversations', 'authenticated', 'select', 'tenant_id, id, user_id, client_id, title, titled_by, metadata, head_id,
    is_archived, deleted_at, status, prompt_id, prompt_version, prompt_text, prompt_values, context_type, project_id, created_at, updated_at'),
    ('public.conversations', 'authenticated', 'insert', 'tenant_id, user_id, client_id, title, metadata'),
    ('public.conversations', 'authenticated', 'update', 'title, metadata, head_id, is_archived, deleted_at'),
    ('public.conversations', 'palaver_worker', 'insert, update', 'titled_by'),
    ('public.conversations', 'palaver_definer', 'select', 'tenant_id, id, user_id, head_id, prompt_id, prompt_version, updated_at'),
    ('public.conversations', 'palaver_definer', 'select', 'title'),
    ('public.conversations', 'palaver_definer', 'update', 'head_id, updated_at'),
    ('public.conversations', 'service_role', 'select, insert, update, delete', ''),

    ('public.conversations', 'authenticated', 'insert', 'prompt_id, prompt_version, prompt_values'),
    ('public.conversations', 'authenticated', 'insert', 'context_type, project_id'),

    ('public.projects', 'authenticated', 'select', 'tenant_id, id, owner_id, slug, name, description, configuration,
    configuration_version, yaml, yaml_file, yaml_version, synced_configuration, synced_yaml, synced_at, synced_by, secret_paths,
    created_at, updated_at'),
    ('public.projects', 'authenticated', 'insert', 'tenant_id, owner_id, slug, name, description, configuration, yaml, yaml_file,
    secret_paths'),
    ('public.projects', 'authenticated', 'update', 'slug, name, description, configuration, yaml, yaml_file, secret_paths'),
    ('public.projects', 'authenticated', 'delete', ''),
    ('public.projects', 'palaver_definer', 'select', 'tenant_id, id, owner_id'),
    ('public.projects', 'palaver_definer', 'select', 'configuration, configuration_version, yaml, yaml_version'),
    ('public.projects', 'palaver_definer', 'update', 'synced_configuration, synced_yaml, synced_at, synced_by'),
    ('public.projects', 'service_role', 'select, insert, update, delete', ''),
    ('public.project_members', 'authenticated', 'select', 'tenant_id, project_id, user_id, access, created_at'),
    ('public.project_members', 'authenticated', 'insert', 'tenant_id, project_id, user_id, access'),
    ('public.project_members', 'authenticated', 'update', 'access'),
    ('public.project_members', 'authenticated', 'delete', ''),
    ('public.project_members', 'palaver_definer', 'select', 'tenant_id, project_id, user_id, access'),
    ('public.project_members', 'service_role', 'select, insert, update, delete', ''),
    ('public.project_revisions', 'authenticated', 'select', 'tenant_id, id, project_id, side, version, configuration, yaml, cause,
    suggestion_id, user_id, user_name, created_at'),
    ('public.project_revisions', 'palaver_definer', 'select, insert, delete', ''),
    ('public.project_revisions', 'palaver_definer', 'update', 'cause, suggestion_id'),
    ('public.project_revisions', 'service_role', 'select, insert, update, delete', ''),

    ('public.configuration_suggestions', 'authenticated', 'select', 'tenant_id, id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects,
    base_version, version, fingerprint, rests_on, status, decided_by, decided_at, reason, applied_changes,
    applied_version, patch, inverse, created_at, refreshed_at'),
    ('public.configuration_suggestions', 'palaver_worker', 'insert', 'tenant_id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects,
    base_version, fingerprint, rests_on'),
    ('public.configuration_suggestions', 'palaver_definer', 'select', ''),
    ('public.configuration_suggestions', 'palaver_definer', 'update', 'changes, suspects, base_version, version, rests_on, status, decided_by, decided_at, reason, applied_changes,
    applied_version, patch, inverse, refreshed_at'),
    ('public.configuration_suggestions', 'service_role', 'select', ''),
    ('public.configuration_sessions', 'authenticated, service_role', 'select', ''),
    ('public.projects', 'palaver_definer', 'update', 'configuration'),

    ('public.prompts', 'authenticated', 'select', 'tenant_id, id, user_id, name, description, text, variables, category, tags,
    visibility, version, created_at, updated_at'),
    ('public.prompts', 'authenticated', 'insert', 'tenant_id, user_id, name, description, text, variables, category, tags, visibility'),
    ('public.prompts', 'authenticated', 'update', 'name, description, text, variables, category, tags, visibility'),
    ('public.prompts', 'authenticated', 'delete', ''),
    ('public.prompts', 'service_role', 'select, insert, update, delete', ''),
    ('public.prompt_publishers', 'authenticated', 'select', 'tenant_id, prompt_id, user_id, created_at'),
    ('public.prompt_publishers', 'palaver_definer', 'select', 'tenant_id, prompt_id'),
    ('public.prompt_publishers', 'palaver_definer', 'insert, delete', ''),
    ('public.prompt_publishers', 'service_role', 'select', ''),
    ('public.prompt_versions', 'authenticated', 'select', 'tenant_id, prompt_id, version, text, variables, is_public, created_at'),
    ('public.prompt_versions', 'palaver_definer', 'insert', ''),
    ('public.prompt_versions', 'service_role', 'select', ''),
    ('public.prompt_usage', 'authenticated, service_role', 'select', ''),
    ('private.prompt_uses', 'palaver_definer', 'select, insert', ''),
    ('private.prompt_uses', 'palaver_definer', 'update', 'uses'),

    ('public.messages', 'authenticated', 'select', 'tenant_id, id, conversation_id, user_id, parent_id, client_id, role, content,
    parts, token_count, model_used, latency_ms, cost, provider_message_id, metadata, created_at'),
    ('public.messages', 'authenticated', 'insert', 'tenant_id, conversation_id, user_id, client_id, role, content, metadata'),
    ('public.messages', 'palaver_definer', 'select', 'tenant_id, id, conversation_id, user_id, parent_id, role, token_count, cost, created_at'),
    ('public.messages', 'palaver_definer', 'select', 'content'),
    ('public.messages', 'palaver_definer', 'insert', ''),
    ('public.messages', 'palaver_definer', 'update', 'parent_id'),
    ('public.messages', 'palaver_worker', 'insert', ''),
    ('public.messages', 'service_role', 'select, insert, update, delete', ''),

    ('public.conversation_shares', 'authenticated', 'select', 'tenant_id, id, conversation_id, user_id, is_live, head_id, may_continue,
    has_password, expires_at, revoked_at, created_at'),
    ('public.conversation_shares', 'authenticated', 'update', 'revoked_at'),
    ('public.conversation_shares', 'palaver_definer', 'select, insert', ''),
    ('public.conversation_shares', 'service_role', 'select, insert, update, delete', ''),
    ('public.conversation_share_views', 'authenticated, service_role', 'select', ''),
    ('private.share_secrets', 'palaver_definer', 'select, insert', ''),
    ('private.share_secrets', 'palaver_definer', 'update', 'next_attempt_at'),
    ('private.share_views', 'palaver_definer', 'select, insert, update', ''),
    ('public.conversations', 'palaver_definer', 'select', 'is_archived'),
    ('public.conversations', 'palaver_definer', 'insert', 'tenant_id, id, user_id, title'),
    ('public.messages', 'palaver_definer', 'select', 'parts'),

    ('public.feedback', 'authenticated', 'select', 'tenant_id, id, message_id, user_id, rating, comment, created_at, updated_at'),
    ('public.feedback', 'authenticated', 'insert', 'tenant_id, message_id, user_id, rating, comment'),
    ('public.feedback', 'authenticated', 'update', 'message_id, rating, comment'),
    ('public.feedback', 'authenticated', 'delete', ''),
    ('public.feedback', 'palaver_definer', 'select', ''),
    ('public.feedback', 'service_role', 'select, insert, update, delete', ''),

    ('public.usage_metrics', 'authenticated', 'select', 'tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens,
    request_count, estimated_cost, created_at, updated_at'),
    ('public.usage_metrics', 'palaver_worker', 'insert', ''),
    ('public.usage_metrics', 'palaver_worker', 'update', 'total_tokens, prompt_tokens, completion_tokens, request_count,
    estimated_cost, updated_at'),
    ('public.usage_metrics', 'palaver_definer', 'select, insert', ''),
    ('public.usage_metrics', 'palaver_definer', 'update', 'total_tokens, prompt_tokens, completion_tokens, request_count,
    estimated_cost, updated_at'),
    ('public.usage_metrics', 'service_role', 'select, insert, update, delete', ''),

    ('public.usage_ledger', 'authenticated', 'select', 'tenant_id, id, user_id, conversation_id, day, provider, model, prompt_tokens,
    completion_tokens, cached_tokens, reasoning_tokens, request_count, tokens_estimated, cost, price_id, from_cache, prompt_id,
    prompt_version, created_at'),
    ('public.usage_ledger', 'palaver_worker', 'insert', ''),
    ('public.usage_ledger', 'palaver_definer, service_role', 'select, insert', ''),

    ('public.turns', 'authenticated', 'select', 'tenant_id, id, user_id, conversation_id, question_id, answer_id, status,
    dialect, response_id, latency_ms, finish_reason, provider_message_id, error_code, started_at, finished_at'),
    ('public.turns', 'palaver_worker', 'insert', ''),
    ('public.turns', 'palaver_definer', 'select', ''),
    ('public.turns', 'palaver_definer', 'update', 'answer_id, status, latency_ms, finish_reason, provider_message_id, error_code,
    finished_at'),
    ('public.turns', 'service_role', 'select, insert, update, delete', ''),

    ('public.tenants', 'palaver_definer', 'select', 'retention_days, deletion_grace_days'),
    ('public.conversations', 'palaver_definer', 'select', 'project_id, created_at, deleted_at'),
    ('public.conversations', 'palaver_definer', 'delete', ''),
    ('public.messages', 'palaver_definer', 'delete', ''),

    ('public.consents', 'authenticated', 'select', 'tenant_id, id, user_id, version, text_hash, given_at, withdrawn_at'),
    ('public.consents', 'authenticated', 'insert', 'tenant_id, user_id, version'),
    ('public.consents', 'authenticated', 'update', 'withdrawn_at'),
    ('public.consents', 'service_role', 'select, insert, update, delete', ''),

    ('public.legal_holds', 'authenticated', 'select', 'tenant_id, id, user_id, reason, placed_by, placed_at, released_at'),
    ('public.legal_holds', 'authenticated', 'insert', 'tenant_id, user_id, reason'),
    ('public.legal_holds', 'authenticated', 'update', 'released_at'),
    ('public.legal_holds', 'palaver_definer', 'select', 'tenant_id, user_id, released_at'),
    ('public.legal_holds', 'service_role', 'select, insert, update, delete', ''),

    ('private.personal_data', 'palaver_definer', 'select', ''),
    ('private.erasures', 'palaver_definer', 'select, insert', ''),

    ('public.current_day_usage', 'authenticated, service_role', 'select', ''),
    ('public.conversation_overview', 'authenticated, service_role', 'select', ''),
    ('public.monthly_usage_summary', 'authenticated, service_role', 'select', ''),
    ('public.message_feedback_summary', 'authenticated, service_role', 'select', ''),
    ('public.my_invitations', 'authenticated', 'select', ''),

    ('public.audit_log', 'authenticated', 'select', 'tenant_id, id, at, actor_id, actor_role, action, object, object_id, subject_id,
    before, after, request_id'),
    ('public.audit_log', 'palaver_definer', 'select, insert', ''),
    ('public.audit_log', 'palaver_definer', 'update', 'actor_id, object_id, subject_id, before, after'),
    ('public.audit_log', 'service_role', 'select', ''),
    ('private.search_index', 'palaver_definer', 'select, insert, update, delete', ''),

    ('public.documentation_sections', 'authenticated', 'select', 'tenant_id, id, file, anchor, part, position, level, heading,
    breadcrumb, content, loaded_at'),
    ('public.documentation_sections', 'authenticated', 'delete', ''),
    ('public.documentation_sections', 'palaver_definer', 'select', 'tenant_id, id, heading, breadcrumb, content'),
    ('public.documentation_sections', 'service_role', 'select, insert, update, delete', ''),
    ('private.documentation_index', 'palaver_definer', 'select, insert, update', ''),
    ('public.tenants', 'authenticated, palaver_definer', 'select', 'app_plan, app_plan_limits'),
    ('public.app_plans', 'authenticated', 'select', 'name, max_databases, max_bytes, max_connections, max_apps'),
    ('public.app_plans', 'palaver_definer', 'select', ''),
    ('public.app_plans', 'service_role', 'select, insert, update, delete', ''),
    ('public.generated_apps', 'authenticated', 'select', 'tenant_id, id, owner_id, name, description, file_count, byte_count, created_at,
    updated_at'),
    ('public.generated_apps', 'authenticated', 'insert', 'tenant_id, owner_id, name, description'),
    ('public.generated_apps', 'authenticated', 'update', 'name, description'),
    ('public.generated_apps', 'authenticated', 'delete', ''),
    ('public.generated_apps', 'palaver_definer', 'select', 'tenant_id, id, owner_id, name, file_count, byte_count'),
    ('public.generated_apps', 'palaver_definer', 'update', 'file_count, byte_count'),
    ('public.generated_apps', 'service_role', 'select, insert, update, delete', ''),
    ('public.generated_app_files', 'authenticated', 'select', 'tenant_id, app_id, path, content, bytes, updated_at'),
    ('public.generated_app_files', 'authenticated', 'insert', 'tenant_id, app_id, path, content'),
    ('public.generated_app_files', 'authenticated', 'update', 'app_id, path, content'),
    ('public.generated_app_files', 'authenticated', 'delete', ''),
    ('public.generated_app_files', 'service_role', 'select, insert, update, delete', ''),
    ('public.app_revisions', 'authenticated', 'select', 'tenant_id, id, app_id, number, schema, report, source_digest, schema_digest,
    created_by, created_at'),
    ('public.app_revisions', 'palaver_worker', 'insert', 'tenant_id, app_id, number, schema, report, source_digest, schema_digest,
    created_by'),
    ('public.app_revisions', 'palaver_definer', 'select', 'tenant_id, id, app_id, number, schema'),
    ('public.app_revisions', 'service_role', 'select', ''),
    ('public.app_databases', 'authenticated', 'select', 'tenant_id, id, app_id, environment, state, database_name, role_name, host, port,
    server_version, revision_id, tables_created, size_bytes, size_measured_at, size_state, size_state_at, max_bytes, max_connections,
    receipt, usage, error_code, error_detail, removal_due_at, created_at, updated_at, ready_at, removed_at'),
    ('public.app_databases', 'palaver_definer', 'select', ''),
    ('public.app_databases', 'palaver_definer', 'insert', 'tenant_id, app_id, environment, max_bytes, max_connections'),
    ('public.app_databases', 'palaver_definer', 'update', 'state, role_name, host, port, server_version, revision_id, tables_created,
    size_bytes, size_measured_at, size_state, size_state_at, max_bytes, max_connections, receipt, usage, error_code, error_detail,
    removal_due_at, updated_at'),
    ('public.app_databases', 'service_role', 'select', ''),
    ('private.app_credentials', 'palaver_definer', 'select, insert, delete', ''),
    ('private.app_credentials', 'palaver_definer', 'update', 'password, pending, rotated_at'),
    ('public.app_operations', 'authenticated', 'select', 'tenant_id, id, app_id, database_id, kind, state, arguments, step, progress,
    attempts, due_at, lease_owner, lease_until, requested_by, idempotency_key, result, error_code, error_detail, created_at,
    started_at, finished_at'),
    ('public.app_operations', 'palaver_definer', 'select', ''),
    ('public.app_operations', 'palaver_definer', 'insert', 'tenant_id, app_id, database_id, kind, arguments, requested_by, idempotency_key'),
    ('public.app_operations', 'palaver_definer', 'update', 'state, step, progress, attempts, due_at, lease_owner, lease_until, result,
    error_code, error_detail, started_at, finished_at'),
    ('public.app_operations', 'service_role', 'select', ''),
    ('public.app_changes', 'authenticated', 'select', 'tenant_id, id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, state, digest,
    catalog_digest, choices, steps, drift, possible_renames, confirmed_steps, confirmed_by,
    confirmed_at, backup_id, ran, is_complete, error_code, error_detail, requested_by, created_at,
    applied_at'),
    ('public.app_changes', 'palaver_definer', 'select', ''),
    ('public.app_changes', 'palaver_definer', 'insert', 'tenant_id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, digest, catalog_digest,
    choices, steps, drift, possible_renames, requested_by'),
    ('public.app_changes', 'palaver_definer', 'update', 'state, confirmed_steps, confirmed_by, confirmed_at, backup_id, ran, is_complete, error_code,
    error_detail, applied_at'),
    ('public.app_changes', 'service_role', 'select', ''),
    ('public.app_backups', 'authenticated', 'select', 'tenant_id, id, app_id, database_id, kind, state, file, label, bytes, sha256, server_version,
    revision_id, tables, error_code, error_detail, created_at, verified_at, expires_at'),
    ('public.app_backups', 'palaver_definer', 'select', ''),
    ('public.app_backups', 'palaver_definer', 'insert', 'tenant_id, app_id, database_id, kind, file, label, revision_id, expires_at'),
    ('public.app_backups', 'palaver_definer', 'update', 'state, bytes, sha256, server_version, tables, error_code, error_detail, verified_at, expires_at'),
    ('public.app_backups', 'service_role', 'select', ''),

    ('private.usage_changes', 'palaver_definer', 'select, insert, delete', ''),
    ('private.ledger_changes', 'palaver_definer', 'select, insert, delete', ''),
    ('private.summary_state', 'palaver_definer', 'select, update', ''),
    ('private.monthly_usage_closed', 'palaver_definer', 'select, insert, update, delete', ''),
    ('private.message_feedback_closed', 'palaver_definer', 'select, insert, update, delete', ''),
    ('private.usage_daily', 'palaver_definer', 'select, insert, delete', ''),
    ('private.usage_daily', 'authenticated', 'select', 'tenant_id, day, user_id, provider, model, prompt_id, prompt_version, requests,
    cached_requests, estimated_requests, total_tokens, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, cost'),
    ('private.usage_daily', 'service_role', 'select', ''),
    ('private.ledger_changes', 'authenticated', 'select', 'tenant_id, day'),
    ('private.ledger_changes', 'service_role', 'select', ''),
    ('private.ledger_by_day', 'authenticated, service_role, palaver_definer', 'select', ''),
    ('public.usage_details', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_day', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_month', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_model', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_person', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_prompt', 'authenticated, service_role', 'select', ''),
    ('public.usage_by_conversation', 'authenticated, service_role', 'select', ''),
    ('public.feedback_by_model', 'authenticated, service_role', 'select', ''),
    ('public.feedback_by_prompt', 'authenticated, service_role', 'select', ''),
    ('public.usage_forecast', 'authenticated', 'select', ''),
    ('public.messages', 'palaver_definer', 'select', 'model_used'),
    ('private.feedback_changes', 'palaver_definer', 'select, insert, delete', ''),
    ('private.model_prices', 'palaver_definer', 'select', ''),
    ('private.model_prices', 'service_role', 'select, insert', ''),
    ('private.allowances', 'palaver_definer', 'select, insert, update', ''),
    ('private.idempotency_keys', 'palaver_worker', 'select, insert', ''),
    ('private.idempotency_keys', 'palaver_definer', 'select', 'created_at'),
    ('private.idempotency_keys', 'palaver_definer', 'delete', ''),
    ('private.cached_responses', 'palaver_worker', 'select', ''),
    ('private.cached_responses', 'palaver_definer', 'select, insert, delete', ''),
    ('private.cached_responses', 'palaver_definer', 'update', 'user_id, provider, model, content, parts, created_at'),
    ('private.workers', 'palaver_definer', 'select, insert, update, delete', ''),
    ('private.open_turns', 'palaver_worker', 'select, insert', ''),
    ('private.open_turns', 'palaver_worker', 'update', 'stop_requested_at'),
    ('private.open_turns', 'palaver_definer', 'select, update, delete', ''),
    ('private.turn_pieces', 'palaver_definer', 'select, insert, delete', ''),
    ('private.tenant_keys', 'palaver_definer', 'select, insert', ''),
    ('private.ledger_checks', 'palaver_definer', 'select, insert, delete', ''),
    ('private.ledger_checks', 'palaver_worker, service_role', 'select', ''),
    ('private.jobs', 'palaver_worker, service_role, palaver_definer', 'select', ''),
    ('private.job_runs', 'palaver_worker, service_role, palaver_definer', 'select', ''),
    ('private.job_runs', 'palaver_definer', 'insert, delete', ''),
    ('private.intended_access', 'palaver_definer', 'select', ''),
    ('private.accepted_catalog', 'palaver_definer', 'select', '')
) as m (object, roles, privileges, columns)
cross join regexp_split_to_table(m.roles, ', ') as r (role)
cross join regexp_split_to_table(m.privileges, ', ') as p (privilege)
cross join regexp_split_to_table(m.columns, ',\s+') as c (column_name);

-- Grants on functions. Those that are not here are called by nobody but their owner, or by triggers.

insert into private.intended_access (object, role, privilege)
select
    o.object,
    r.role,
    'execute' as privilege
from (
    values
    ('authenticated, service_role, palaver_definer', array[
        'private.uuid_v7()', 'private.auth_id()', 'private.auth_email()', 'private.caller_bypasses_rls()'
    ]),
    ('authenticated, service_role', array[
        'private.current_tenant_id()', 'private.current_user_id()', 'private.administered_tenant_id()', 'private.usage_closed_before()',
        'private.summaries_refreshed_at()', 'private.usage_months()', 'private.closed_monthly_usage(date)',
        'private.open_usage_days()', 'private.judged_answers()',
        'public.usage_totals(date, date, text[])',
        'private.feedback_summary(uuid, uuid)', 'private.as_uuid(text)'
    ]),
    ('authenticated, service_role', array[
        'private.prompt_pieces(text)', 'private.prompt_names(text)', 'private.prompt_values(text, jsonb, jsonb)',
        'private.fill_text(text, jsonb, jsonb)', 'private.find_prompt(uuid, uuid, integer)', 'private.prompt_usage()'
    ]),
    ('authenticated', array['public.fill_prompt(uuid, jsonb, integer)', 'public.start_conversation(uuid, jsonb, integer, text)']),
    ('authenticated, service_role, palaver_definer', array['private.head_of(uuid, uuid, uuid, uuid)']),
    ('authenticated, service_role, palaver_definer', array['private.search_config(text)', 'private.search_query(text, text)']),
    ('authenticated, service_role', array[
        'private.search_hits(uuid, uuid, text, timestamp with time zone, timestamp with time zone, uuid)', 'private.search_snippet(text, text, text)',
        'public.search_conversations(text, integer, text, text, text, text, timestamp with time zone, timestamp with time zone, text, uuid, uuid)'
    ]),
    ('palaver_definer', array['private.person_lexeme(uuid)', 'private.is_searchable(text)', 'private.search_vector(text, text, text)']),
    ('authenticated', array['public.search_documentation(text, integer)', 'private.documentation_hits(text, integer)']),
    ('palaver_worker', array['private.search_documentation(jsonb, text, integer)', 'private.documentation_sections(jsonb, jsonb)']),
    ('authenticated, service_role, palaver_definer', array['private.app_limits(uuid)']),
    ('authenticated', array['private.may_make_apps()']),
    ('palaver_worker, palaver_definer', array['private.app_access(uuid)', 'private.check_app_access(uuid, boolean)']),
    ('palaver_worker', array[
        'private.put_app_files(jsonb, uuid, text[], text[], boolean)', 'private.read_app_files(jsonb, uuid)',
        'private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text)',
        'private.enqueue_app_operation(uuid, text, text, jsonb, text)', 'private.request_app_operation(jsonb, uuid, text, text, jsonb, text)',
        'private.claim_app_operation(text, interval, uuid)', 'private.note_app_step(uuid, text, text, jsonb, interval)',
        'private.finish_app_operation(uuid, text, jsonb)', 'private.due_app_work()', 'private.note_app_sizes(jsonb)',
        'private.note_size_state(uuid, uuid, text, text)', 'private.look_at_app_password(uuid, text)',
        'private.lost_app_databases(text[])',
        'private.missing_app_databases(text[])',
        'private.check_database_room()', 'private.check_app_room(jsonb, uuid, text)',
        'private.app_credentials(jsonb, uuid, text)', 'private.read_app_operation(jsonb, uuid)',
        'private.read_generated_app(jsonb, uuid)'
    ]),
    ('palaver_worker', array[
        'private.read_change_basis(jsonb, uuid, text, uuid)', 'private.record_app_change(jsonb, uuid, text, uuid, jsonb)',
        'private.confirm_app_change(jsonb, uuid, text, integer[])', 'private.discard_app_change(jsonb, uuid, text, boolean)',
        'private.read_app_changes(jsonb, uuid, uuid, integer, uuid)', 'private.keep_app_change(uuid, text, uuid, jsonb)',
        'private.read_app_backups(jsonb, uuid, integer, uuid)',
        'private.decide_app_change(uuid, jsonb)', 'private.begin_app_change(uuid, text, uuid)',
        'private.finish_app_change(uuid, text, jsonb)', 'private.begin_app_backup(uuid, text, jsonb)',
        'private.finish_app_backup(uuid, text, uuid, jsonb)', 'private.expired_app_backups(integer)',
        'private.forget_app_backup(uuid, uuid)',
        'private.app_backup_to_restore(uuid, text, uuid)', 'private.unmatched_app_backups(text[])'
    ]),
    ('palaver_definer', array[
        'private.checked_app_arguments(uuid, uuid, text, jsonb)', 'private.change_app_database(uuid, uuid, jsonb)',
        'private.give_up_app_operations()', 'private.held_app_operation(uuid, text)'
    ]),
    ('palaver_definer', array['private.tenant_lexeme(uuid)', 'private.documentation_vector(uuid, text, text, text[], text)']),
    ('anon, authenticated', array['public.read_share(text, text)', 'private.open_share(text, text)']),
    ('authenticated', array[
        'public.share_conversation(uuid, boolean, boolean, timestamp with time zone, text)', 'public.revoke_share(uuid)',
        'private.make_share(uuid, boolean, boolean, timestamp with time zone, text)', 'public.continue_share(text, text)',
        'private.copy_share(text, text)'
    ]),
    ('authenticated, service_role', array['private.share_view_totals(uuid, uuid)']),
    ('palaver_worker', array['private.watch_shares(jsonb)']),
    ('palaver_definer', array[
        'private.derive_key(text, bytea, integer)', 'private.person_of(uuid)', 'private.find_share(bytea)', 'private.enter_share(text, text)',
        'private.answer_share(text, integer)', 'private.shared_branch(uuid, uuid, integer, integer)', 'private.shown_parts(text, jsonb)',
        'private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamp with time zone)', 'private.count_view(uuid, uuid)'
    ]),
    ('palaver_definer, palaver_worker', array[
        'private.place_of(jsonb, jsonb)', 'private.element_tests(jsonb, jsonb, text[])', 'private.pointer(text[])',
        'private.check_changes(jsonb)', 'private.apply_change(jsonb, jsonb)', 'private.apply_changes(jsonb, jsonb)',
        'private.refreshed_changes(jsonb, jsonb)', 'private.suggestion_basis(jsonb)', 'private.shown_suggestion(public.configuration_suggestions)',
        'private.kept_suspects(jsonb, integer[])'
    ]),
    ('palaver_definer', array[
        'private.pointed(jsonb, text)', 'private.patched(jsonb, jsonb)', 'private.held_suggestion(uuid)',
        'private.change_configuration(public.configuration_suggestions, jsonb, text)'
    ]),
    ('authenticated, service_role, palaver_definer', array[
        'private.metadata_schema()', 'private.metadata_errors(jsonb)'
    ]),
    ('authenticated', array[
        'public.open_configuration_session(uuid)', 'private.take_suggestion(uuid, integer[], integer[], integer)', 'public.accept_suggestion(uuid, integer[], integer[], integer)',
        'private.decline_suggestion(uuid, text)', 'public.reject_suggestion(uuid, text)', 'private.take_back_suggestion(uuid)',
        'public.undo_suggestion(uuid)'
    ]),
    ('palaver_worker', array[
        'private.open_session(jsonb, text)', 'private.find_session(jsonb, uuid)', 'private.list_sessions(jsonb, text, uuid, integer, timestamp with time zone, uuid)', 'private.suggestion_fingerprint(text, jsonb)',
        'private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb)', 'private.decide_suggestion(jsonb, jsonb)', 'private.read_suggestions(jsonb, uuid, text, integer, uuid)',
        'private.read_suggestion(jsonb, uuid)'
    ]),
    ('palaver_definer, service_role', array['private.token_cost(private.model_prices, bigint, bigint, bigint)']),
    ('authenticated', array['private.forecast_usage(timestamp with time zone)']),
    ('palaver_worker, service_role', array['private.is_sealed(uuid, text)']),
    ('authenticated, service_role', array['private.project_ids(text)', 'private.project_access(uuid)']),
    ('authenticated, service_role, palaver_definer', array[
        'private.base_configuration_schema()', 'private.merged_schema(jsonb, jsonb)', 'private.configuration_schema(uuid)', 'private.schema_token(text)', 'private.schema_targets(jsonb, text)', 'private.schema_step(jsonb, jsonb, jsonb, jsonb, integer)',
        'private.schema_errors_below(text, jsonb)', 'private.schema_doubles(jsonb, jsonb)', 'private.schema_errors(jsonb, jsonb)'
    ]),
    ('authenticated, service_role', array['private.schema_reach(jsonb, jsonb, integer)', 'private.schema_faults_of(jsonb, jsonb, text)', 'private.schema_faults(jsonb)']),
    ('authenticated', array['public.mark_project_synced(uuid, integer, integer)', 'private.note_sync(uuid, integer, integer)']),
    ('palaver_worker', array[
        'private.read_projects(jsonb, integer, text)', 'private.read_project(jsonb, text)', 'private.list_projects(jsonb, integer)', 'private.read_revisions(jsonb, uuid, text, integer, integer)'
    ]),
    ('authenticated', array['private.shown_metadata(jsonb)']),
    ('authenticated', array[
        'public.chat_messages(text)', 'public.ui_messages(text)', 'private.as_json(text)',
        'private.move_conversation(uuid, text)', 'public.archive_conversation(uuid)', 'public.delete_conversation(uuid)', 'public.restore_conversation(uuid)',
        'private.may_use_assistant()', 'private.pending_invitations()', 'private.take_invitation(uuid)', 'public.accept_invitation(uuid)'
    ]),
    ('authenticated, service_role, palaver_definer', array[
        'private.uuid_at(timestamp with time zone)', 'private.is_backdated(uuid, timestamp with time zone)'
    ]),
    ('authenticated', array[
        'public.give_consent(text)', 'private.consent_missing()', 'private.export_header(uuid, uuid)', 'private.export_trailer(jsonb)',
        'private.own_export(integer, jsonb, bigint)', 'public.export_my_data(text, integer)', 'private.note_erasure(uuid)',
        'public.request_erasure(uuid)'
    ]),
    ('palaver_definer', array[
        'private.is_held(uuid, uuid)', 'private.about_person(text, uuid, uuid, uuid)', 'private.personal_rows(private.personal_data, uuid, uuid, uuid)',
        'private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint)', 'private.person_hash(uuid, uuid)'
    ]),
    ('palaver_worker, service_role', array[
        'public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)', 'private.run_job(text, boolean)',
        'private.run_due_jobs()', 'private.count_tokens(uuid, bigint)'
    ]),
    ('palaver_worker', array[
        'private.message_key(jsonb)', 'private.add_tenant_key(uuid, uuid, bytea)', 'private.tenant_key(uuid, uuid)',
        'private.read_messages(jsonb, text)',
        'private.become(jsonb)', 'private.claimed_tenant_id()', 'private.claimed_user_id()', 'private.check_rate(boolean, integer)',
        'private.take_allowance(boolean, integer, bigint, bigint, bigint)', 'private.message_octets(text, jsonb)',
        'private.begin_turn(jsonb, uuid, jsonb, integer, integer)', 'private.find_turn(jsonb, uuid, text)',
        'private.begin_title(jsonb, uuid, uuid, bigint)', 'private.set_title(jsonb, uuid, text)',
        'private.find_cached_response(jsonb, bytea)',
        'private.stop_turn(jsonb, uuid, text)', 'private.model_choice(jsonb)', 'private.keep_lease(uuid, uuid[], interval)',
        'private.save_pieces(uuid, jsonb)', 'private.read_pieces(jsonb)', 'private.finish_turns(uuid, jsonb)'
    ]),
    ('service_role', array[
        'private.isolation_findings()', 'private.ledger_findings(date, date)', 'private.bill(date, date)'
    ]),
    ('palaver_definer', array['private.request_id()', 'private.audited(jsonb, boolean)']),
    ('palaver_definer', array[
        'private.rate_wait(timestamp with time zone, integer)', 'private.refuse_request(text, bigint, interval)',
        'private.catalog_objects()', 'private.actual_access()', 'private.catalog_lines()', 'private.check_isolation()'
    ])
) as m (roles, functions)
cross join regexp_split_to_table(m.roles, ', ') as r (role)
cross join unnest(m.functions) as o (object);

-- The catalog as it was when somebody last said that it is right.

create table private.accepted_catalog (
    line text not null,
    accepted_at timestamptz not null default now(),
    accepted_by text not null default session_user,
    constraint accepted_catalog_pkey primary key (line)
);

comment on table private.accepted_catalog is
'What private.catalog_lines() said when it was last accepted: by a migration, or by somebody who called private.accept_catalog().';

alter table private.accepted_catalog enable row level security;

revoke all on private.accepted_catalog from public, anon, authenticated, service_role;

grant select on private.accepted_catalog to palaver_definer;

create policy "The self-check reads what was accepted"
on private.accepted_catalog for select to palaver_definer
using (true);

-- The functions below name types in full, since some of them run as palaver_definer: see the foundation.

create function private.catalog_objects()
returns table (
    object text,
    kind text,
    id oid,
    owner oid,
    acl aclitem[]
)
language sql
stable
security invoker
rows 100
set search_path = ''
as $$
    with schemas as (
        select n.* from pg_catalog.pg_namespace as n where n.nspname in ('public', 'private')
    ),

    of_extensions as (
        select d.classid, d.objid from pg_catalog.pg_depend as d where d.deptype = 'e'
    )

    -- A missing access list means the built-in one.
    select
        'schema ' || n.nspname,
        'schema',
        n.oid,
        n.nspowner,
        coalesce(n.nspacl, acldefault('n', n.nspowner))
    from schemas as n
    union all
    select
        c.oid::pg_catalog.regclass::pg_catalog.text,
        'relation',
        c.oid,
        c.relowner,
        coalesce(c.relacl, case c.relkind when 'S' then acldefault('s', c.relowner) else acldefault('r', c.relowner) end)
    from pg_catalog.pg_class as c
    inner join schemas as n on c.relnamespace = n.oid
    where
        c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and not exists (select from of_extensions as e where e.classid = c.tableoid and e.objid = c.oid)
    union all
    select
        replace(p.oid::pg_catalog.regprocedure::pg_catalog.text, ',', ', '),
        'function',
        p.oid,
        p.proowner,
        coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc as p
    inner join schemas as n on p.pronamespace = n.oid
    where not exists (select from of_extensions as e where e.classid = p.tableoid and e.objid = p.oid)
$$;

comment on function private.catalog_objects() is
'The schemas public and private, and their relations and functions but those that extensions brought: what the self-check looks at.';

create function private.actual_access()
returns table (
    object text,
    role text,
    privilege text,
    column_name text,
    is_grantable boolean
)
language sql
stable
security invoker
rows 500
set search_path = ''
as $$
    with objects as materialized (
        select o.* from private.catalog_objects() as o
    ),

    access_lists (object, owner, column_name, acl) as (
        select o.object, o.owner, '', o.acl
        from objects as o
        union all
        -- System columns too: a row's xmin tells how much others write.
        select o.object, o.owner, a.attname, a.attacl
        from objects as o
        inner join pg_catalog.pg_attribute as a on o.id = a.attrelid
        where o.kind = 'relation' and a.attacl is not null and not a.attisdropped
    ),

    held (object, role, privilege, column_name, is_grantable) as (
        select
            l.object,
            case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end,
            lower(g.privilege_type),
            l.column_name,
            g.is_grantable
        from access_lists as l
        cross join lateral aclexplode(l.acl) as g
        where g.grantee <> l.owner
    )

    select o.object, pg_get_userbyid(o.owner), case when p.prosecdef then 'definer' else 'owner' end, '', false
    from objects as o
    left join pg_catalog.pg_proc as p on o.kind = 'function' and o.id = p.oid
    where o.kind <> 'schema'
    union all
    select h.object, h.role, h.privilege, h.column_name, h.is_grantable
    from held as h
    where h.role in ('public', 'anon', 'authenticated', 'authenticator', 'service_role', 'palaver_worker', 'palaver_definer')
$$;

comment on function private.actual_access() is
'Who holds what, in the form of private.intended_access. Roles of your own are yours to grant to, and are left out: no policy shows them a row.';

-- Lines are made of names and definitions, not of numbers that differ from one database to the next.

create function private.catalog_lines()
returns setof text
language sql
stable
security invoker
set search_path = ''
as $$
    with objects as materialized (
        select o.* from private.catalog_objects() as o
    ),

    relations as (
        select o.object as name, c.*
        from objects as o
        inner join pg_catalog.pg_class as c on o.id = c.oid
        where o.kind = 'relation'
    ),

    lines (line) as (
        select format(
            'grant %s on %s to %s: %s', a.privilege, a.object, a.role, string_agg(
                concat(coalesce(nullif(a.column_name, ''), 'all of it'), case when a.is_grantable then ' grantable' end),
                ', ' order by a.column_name
            )
        )
        from private.actual_access() as a
        where a.privilege not in ('owner', 'definer')
        group by a.privilege, a.object, a.role
        union all
        select format(
            'relation %s: kind %s, owner %s, row security %s, forced %s, options %s',
            c.name, c.relkind, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
            case c.relkind when 'v' then array(select o.item from unnest(c.reloptions) as o (item) order by o.item) end
        )
        from relations as c
        union all
        select format(
            'column %s.%s: %s', c.name, a.attname, concat_ws(
                ' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                'default ' || pg_get_expr(d.adbin, d.adrelid), 'identity ' || nullif(a.attidentity, '')::pg_catalog.text,
                'generated ' || nullif(a.attgenerated, '')::pg_catalog.text,
                'statistics ' || nullif(a.attstattarget, -1)
            )
        )
        from relations as c
        inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
        left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
        where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped
        union all
        -- From PostgreSQL 18 on "not null" is a constraint too: it stands with its column.
        select format('constraint %s on %s: %s', k.conname, c.name, pg_get_constraintdef(k.oid))
        from relations as c
        inner join pg_catalog.pg_constraint as k on c.oid = k.conrelid
        where k.contype <> 'n'
        union all
        select format('unique index on %s: %s, valid %s', c.name, pg_get_indexdef(i.indexrelid), i.indisvalid)
        from relations as c
        inner join pg_catalog.pg_index as i on c.oid = i.indrelid
        where i.indisunique
        union all
        select format(
            'policy "%s" on %s: permissive %s, command %s, to %s, using %s, check %s', p.polname, c.name, p.polpermissive, p.polcmd,
            array(
                select case r.id when 0 then 'public' else pg_get_userbyid(r.id) end as name from unnest(p.polroles) as r (id) order by name
            ),
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
        )
        from relations as c
        inner join pg_catalog.pg_policy as p on c.oid = p.polrelid
        union all
        select format('view %s: %s', c.name, md5(pg_get_viewdef(c.oid)))
        from relations as c
        where c.relkind in ('v', 'm')
        union all
        -- pg_get_functiondef() refuses aggregates.
        select format(
            'function %s: owner %s, definer %s, settings %s, definition %s',
            o.object, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig,
            md5(case p.prokind when 'a' then p.prosrc else pg_get_functiondef(p.oid) end)
        )
        from objects as o
        inner join pg_catalog.pg_proc as p on o.id = p.oid
        where o.kind = 'function'
        union all
        -- A foreign key's own triggers only where somebody switched them off, and so the key.
        select format('trigger %s on %s: %s, enabled %s', t.tgname, c.name, pg_get_triggerdef(t.oid), t.tgenabled)
        from relations as c
        inner join pg_catalog.pg_trigger as t on c.oid = t.tgrelid
        where not t.tgisinternal or t.tgenabled = 'D'
        union all
        select format('rule %s on %s: %s, enabled %s', r.rulename, c.name, pg_get_ruledef(r.oid), r.ev_enabled)
        from relations as c
        inner join pg_catalog.pg_rewrite as r on c.oid = r.ev_class
        where r.rulename <> '_RETURN'
        union all
        select format(
            'default privileges of %s in %s on %s: %s',
            pg_get_userbyid(d.defaclrole), d.defaclnamespace::pg_catalog.regnamespace, d.defaclobjtype, d.defaclacl
        )
        from pg_catalog.pg_default_acl as d
        where
            d.defaclrole = (select n.nspowner from pg_catalog.pg_namespace as n where n.nspname = 'private')
            and d.defaclnamespace in (0, to_regnamespace('public'), to_regnamespace('private'))
        union all
        select format('publication of %I.%I: %s', t.schemaname, t.tablename, t.pubname)
        from pg_catalog.pg_publication_tables as t
        where t.schemaname in ('public', 'private')
        union all
        select format(
            'role %s: superuser %s, inherit %s, createrole %s, createdb %s, login %s, replication %s, bypassrls %s',
            r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls
        )
        from pg_catalog.pg_roles as r
        -- The server for apps has roles of its own, and is this one only where everything is on one machine.
        where r.rolname ~ '^palaver_(?!(apps|provisioner)$)'
        union all
        select format('settings of role %s: %s', r.rolname, s.setconfig)
        from pg_catalog.pg_db_role_setting as s
        inner join pg_catalog.pg_roles as r on s.setrole = r.oid
        left join pg_catalog.pg_database as d on s.setdatabase = d.oid
        where r.rolname ~ '^palaver_(?!(apps|provisioner)$)' and coalesce(d.datname, current_database()) = current_database()
        union all
        -- The options of a membership differ from version to version.
        select format(
            'member %s of %s: %s',
            pg_get_userbyid(m.member), pg_get_userbyid(m.roleid), to_jsonb(m) - array['oid', 'roleid', 'member', 'grantor']
        )
        from pg_catalog.pg_auth_members as m
        where
            pg_get_userbyid(m.member) ~ '^palaver_(?!(apps|provisioner)$)'
            or pg_get_userbyid(m.roleid) ~ '^palaver_(?!(apps|provisioner)$)'
    )

    -- Lines are keys, and keys are short.
    select distinct case when octet_length(s.line) <= 2000 then s.line else concat(left(s.line, 400), '… ', md5(s.line)) end
    from lines as l
    cross join lateral regexp_replace(l.line, '\n\s*', ' ', 'g') as s (line)
$$;

comment on function private.catalog_lines() is
'What decides who may read and write what, as lines of text: relations, columns, keys, policies, functions, triggers and grants of the schemas public and private, Palaver''s roles, publications. The same whoever asks.';

-- A migration must not accept by the way what somebody changed by hand before it. So every later migration, and its rollback, begins
-- with
--
--     create temporary table catalog_before on commit drop as select l.line from private.catalog_lines() as l (line);
--
-- and ends with
--
--     do $$
--     begin
--         perform private.accept_catalog(array(select b.line from pg_temp.catalog_before as b));
--     end
--     $$;
--
-- It accepts what it changed itself. Earlier changes stay findings: it neither hides them nor is stopped by them.

create function private.accept_catalog(p_before text[] default null)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_before pg_catalog.text[] := coalesce(p_before, array(select a.line from private.accepted_catalog as a));
    v_now pg_catalog.text[] := array(select l.line from private.catalog_lines() as l (line));
    v_changed bigint;
begin
    with gone as (
        delete from private.accepted_catalog as a
        where a.line in (select unnest(v_before) except select unnest(v_now))
        returning a.line
    ),

    added as (
        insert into private.accepted_catalog (line)
        select unnest(v_now) except select unnest(v_before)
        on conflict (line) do nothing
        returning line
    )

    select (select count(*) from gone) + (select count(*) from added) into v_changed;

    return v_changed;
end
$$;

comment on function private.accept_catalog(text[]) is
'Says that the catalog is right as it is now: what changed since it was last accepted is no finding any more. With the lines of an earlier moment, accepts only what changed since then. Returns how many lines came or went. For the owner.';

create function private.isolation_findings()
returns table (
    finding text,
    object text,
    detail text
)
language sql
stable
security definer
rows 10
set search_path = pg_catalog, pg_temp
as $$
    with objects as materialized (
        select o.* from private.catalog_objects() as o
    ),

    actual as materialized (
        select a.* from private.actual_access() as a
    ),

    lines as materialized (
        select l.line from private.catalog_lines() as l (line)
    ),

    migrating as (
        select o.owner as id, pg_get_userbyid(o.owner) as role from objects as o where o.object = 'schema private'
    ),

    found (finding, object, detail) as (
        -- Whose each object is, and with whose rights a function runs.
        select
            case
                when a.object is null then 'missing_object'
                when a.privilege = 'definer' then 'definer_beyond_intent'
                when i.object is null then 'unknown_object'
                when i.privilege = 'definer' then 'definer_missing'
                else 'wrong_owner'
            end,
            coalesce(a.object, i.object),
            case
                when a.object is null then 'It is not there.'
                when a.privilege = 'definer' then format(
                    'It runs with the rights of %s and should run with those of %s.',
                    a.role, case i.privilege when 'definer' then i.role else 'its caller' end
                )
                when i.object is null then 'It is not part of Palaver.'
                when i.privilege = 'definer' then format('It runs with the rights of its caller and should run with those of %s.', i.role)
                else format('It belongs to %s and should belong to %s.', a.role, i.role)
            end
        from (select a.* from actual as a where a.privilege in ('owner', 'definer')) as a
        full join (select i.* from private.intended_access as i where i.privilege in ('owner', 'definer')) as i on a.object = i.object
        where
            (a.role, a.privilege) is distinct from (i.role, i.privilege)
            and (i.object is not null or a.privilege = 'definer' or a.object like 'private.%')
        union all
        -- Who may look up names in schema public is not Palaver's to decide.
        select
            'grant_beyond_intent',
            a.object,
            format('%s may %s and should not.', a.role, string_agg(
                concat(
                    replace(a.privilege, 'usage', 'use'),
                    ' (' || nullif(a.column_name, '') || ')',
                    case when a.is_grantable then ' and pass it on' end
                ),
                ', ' order by a.privilege, a.column_name
            ))
        from actual as a
        where
            a.privilege not in ('owner', 'definer')
            and (a.object like 'private.%' or a.object in (select i.object from private.intended_access as i))
            and (a.object, a.privilege) <> ('schema public', 'usage')
            and (
                a.is_grantable
                or (a.object, a.role, a.privilege, a.column_name) not in (
                    select i.object, i.role, i.privilege, i.column_name from private.intended_access as i
                )
            )
        group by a.object, a.role
        union all
        select
            'grant_missing',
            i.object,
            format('%s may not %s and should.', i.role, string_agg(
                concat(replace(i.privilege, 'usage', 'use'), ' (' || nullif(i.column_name, '') || ')'),
                ', ' order by i.privilege, i.column_name
            ))
        from private.intended_access as i
        where
            i.privilege not in ('owner', 'definer')
            and i.object in (select o.object from objects as o)
            and (i.object, i.role, i.privilege, i.column_name) not in (
                select a.object, a.role, a.privilege, a.column_name from actual as a
            )
        group by i.object, i.role
        union all
        select
            case c.relkind
                when 'v' then 'view_not_invoker'
                when 'm' then 'materialized_view_in_public'
                when 'f' then 'foreign_table_in_public'
                else 'table_without_rls'
            end,
            o.object,
            case c.relkind
                when 'v' then 'It reads with the rights of its owner, and shows every tenant''s rows to whoever may select from it.'
                when 'm' then 'Row Level Security does not hold on a materialized view, and the Data API shows it.'
                when 'f' then 'Row Level Security does not hold on a foreign table, and the Data API shows it.'
                else 'Row Level Security is off: whoever holds a grant reaches every row.'
            end
        from objects as o
        inner join pg_class as c on o.id = c.oid
        where
            o.kind = 'relation'
            and case c.relkind
                when 'v' then not exists (
                    select from pg_options_to_table(c.reloptions) as p
                    where p.option_name = 'security_invoker' and p.option_value::boolean
                )
                when 'm' then o.object like 'public.%'
                when 'f' then o.object like 'public.%'
                when 'S' then false
                else not c.relrowsecurity
            end
        union all
        select
            'table_without_policy',
            i.object,
            format('No policy lets %s reach a row.', string_agg(distinct i.role, ', '))
        from private.intended_access as i
        inner join objects as o on i.object = o.object
        inner join pg_class as c on o.id = c.oid and o.kind = 'relation'
        where
            i.privilege <> 'owner'
            and i.role <> 'service_role'
            and c.relkind in ('r', 'p')
            and not exists (select from pg_policy as p where p.polrelid = c.oid)
        group by i.object
        union all
        select
            'policy_for_everyone',
            o.object,
            format('Policy "%s" is for people who are not signed in.', p.polname)
        from objects as o
        inner join pg_policy as p on o.id = p.polrelid and o.kind = 'relation'
        where
            o.object in (select i.object from private.intended_access as i)
            and p.polroles && array[0::oid, to_regrole('anon')::oid]
        union all
        -- Palaver has one policy for a verb and an audience, and none that lets people through whatever the row: a policy that was
        -- added lets more rows through than those it has.
        select
            'policy_beyond_intent',
            o.object,
            case
                when count(*) > 1 then format(
                    'Policies %s hold for the same verb and %s, where Palaver has one.',
                    string_agg(format('"%s"', p.polname), ', ' order by p.polname),
                    pg_get_userbyid(r.id)
                )
                else format('Policy "%s" is open: it holds for every row or every verb.', min(p.polname))
            end
        from objects as o
        inner join pg_policy as p on o.id = p.polrelid and o.kind = 'relation'
        cross join unnest(p.polroles) as r (id)
        where o.object in (select i.object from private.intended_access as i)
        group by o.object, p.polcmd, r.id
        having
            count(*) > 1
            or bool_or(
                p.polcmd = '*'
                or (
                    r.id <> to_regrole('palaver_definer')
                    and o.object like 'public.%'
                    and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
                )
            )
        union all
        select
            'open_search_path',
            o.object,
            format(
                'It sets %s and should set %s.',
                coalesce(s.setting, 'no search_path'), case when p.prosecdef then 'search_path=pg_catalog, pg_temp' else 'an empty one' end
            )
        from objects as o
        inner join pg_proc as p on o.id = p.oid and o.kind = 'function'
        left join lateral unnest(p.proconfig) as s (setting) on s.setting like 'search_path=%'
        where
            case
                when p.prosecdef then s.setting is distinct from 'search_path=pg_catalog, pg_temp'
                else s.setting is null and o.object in (select i.object from private.intended_access as i)
            end
        union all
        select
            'role_attribute',
            'role ' || r.rolname,
            format('It has %s.', h.attributes)
        from pg_roles as r
        cross join lateral concat_ws(
            ', ',
            case when r.rolsuper then 'superuser' end,
            case when r.rolbypassrls then 'bypassrls' end,
            case when r.rolcreaterole then 'createrole' end,
            case when r.rolcreatedb then 'createdb' end,
            case when r.rolreplication then 'replication' end,
            case when r.rolcanlogin and r.rolname in ('anon', 'authenticated', 'palaver_definer') then 'login' end
        ) as h (attributes)
        where r.rolname in ('anon', 'authenticated', 'authenticator', 'palaver_worker', 'palaver_definer') and h.attributes <> ''
        union all
        select
            'claims_in_settings',
            concat_ws(' ', 'role ' || nullif(pg_get_userbyid(s.setrole), 'unknown (OID=0)'), 'database ' || d.datname),
            format('It sets %s: whoever logs in is somebody, whatever their token says.', split_part(c.setting, '=', 1))
        from pg_db_role_setting as s
        left join pg_database as d on s.setdatabase = d.oid
        cross join unnest(s.setconfig) as c (setting)
        where c.setting like 'request.jwt.%' and (s.setdatabase = 0 or d.datname = current_database())
        union all
        -- A view elsewhere that people may use shows them what its owner sees.
        select distinct
            'view_not_invoker',
            c.oid::regclass::text,
            format('It reads %s with the rights of its owner, and shows every tenant''s rows to whoever may select from it.', o.object)
        from objects as o
        inner join pg_depend as d on d.refclassid = 'pg_class'::regclass and o.id = d.refobjid and o.kind = 'relation'
        inner join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        inner join pg_class as c on r.ev_class = c.oid
        cross join (values ('anon'), ('authenticated')) as p (role)
        where
            c.relnamespace not in ('public'::regnamespace, 'private'::regnamespace)
            and o.object in (select i.object from private.intended_access as i)
            and has_schema_privilege(p.role, c.relnamespace, 'usage')
            and has_any_column_privilege(p.role, c.oid, 'select')
            and not exists (
                select from pg_options_to_table(c.reloptions) as x
                where x.option_name = 'security_invoker' and x.option_value::boolean
            )
        union all
        select distinct
            'role_membership',
            'role ' || m.member,
            format('It is a member of %s and has its rights.', m.role)
        from (select pg_get_userbyid(a.member) as member, pg_get_userbyid(a.roleid) as role from pg_auth_members as a) as m
        where
            (
                m.member in ('anon', 'authenticated', 'palaver_worker', 'palaver_definer')
                and (m.member, m.role) <> ('palaver_worker', 'authenticated')
            )
            or (m.member = 'authenticator' and m.role not in ('anon', 'authenticated', 'service_role'))
            -- Roles that make roles may make themselves members, and one of another database on this server may have had to.
            or (
                m.role = 'palaver_definer'
                and m.member not in (select r.rolname from pg_roles as r where r.rolcreaterole or r.rolsuper)
            )
        union all
        select distinct
            'default_privileges',
            'role ' || g.role,
            format('Later %s are granted to %s.', k.objects, h.role)
        from migrating as g
        cross join (values ('r', 'tables'), ('S', 'sequences'), ('f', 'functions')) as k (kind, objects)
        cross join (values (0::oid), (to_regnamespace('public')::oid), (to_regnamespace('private')::oid)) as s (id)
        left join pg_default_acl as d on d.defaclrole = g.id and d.defaclnamespace = s.id and d.defaclobjtype::text = k.kind
        -- Where nobody has said anything, everyone may execute functions.
        cross join lateral aclexplode(coalesce(d.defaclacl, case when s.id = 0 and k.kind = 'f' then acldefault('f', g.id) end)) as a
        cross join lateral (select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end) as h (role)
        where h.role in ('public', 'anon', 'authenticated', 'authenticator', 'service_role', 'palaver_worker', 'palaver_definer')
        union all
        select
            'published',
            format('%I.%I', t.schemaname, t.tablename),
            format('Publication %s sends its changes, and Realtime tells every subscriber the keys of deleted rows.', t.pubname)
        from pg_publication_tables as t
        where format('%I.%I', t.schemaname, t.tablename) in (select i.object from private.intended_access as i)
        union all
        select
            'drift',
            split_part(d.line, ': ', 1),
            concat(d.way, ': ', substr(d.line, strpos(d.line, ': ') + 2))
        from (
            select 'new' as way, l.line from lines as l where l.line not in (select a.line from private.accepted_catalog as a)
            union all
            select 'gone' as way, a.line from private.accepted_catalog as a where a.line not in (select l.line from lines as l)
        ) as d
        where exists (select from private.accepted_catalog)
        union all
        select
            'never_accepted',
            'private.accepted_catalog',
            'What was changed by hand cannot be told: nobody has said yet that the catalog is right.'
        where not exists (select from private.accepted_catalog)
    )

    select f.finding, f.object, f.detail
    from found as f
    order by f.finding = 'drift', f.finding, f.object, f.detail
$$;

comment on function private.isolation_findings() is
'Whatever could let somebody read or write where they do not belong, and whatever changed since the catalog was accepted; no row while all is well. sql/operations_guide.md says what to do about each. Definer: others have no rights on what is meant and what was accepted.';

create function private.check_isolation()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_lock_timeout constant pg_catalog.text := current_setting('lock_timeout');
    v_first pg_catalog.record;
begin
    -- Describing a relation waits for whoever changes it, and jobs wait for this one.
    perform set_config('lock_timeout', '2s', true);

    select f.finding, f.object, f.detail, count(*) over () as number
    into v_first
    from private.isolation_findings() as f
    limit 1;

    perform set_config('lock_timeout', v_lock_timeout, true);

    if v_first.number > 0 then
        raise exception using
            errcode = 'PA500',
            message = format('Findings: %s. The first: %s, %s: %s', v_first.number, v_first.finding, v_first.object, v_first.detail),
            hint = 'All of them: select * from private.isolation_findings();';
    end if;
end
$$;

comment on function private.check_isolation() is
'Job: fails while private.isolation_findings() finds anything, so that whoever watches jobs hears of it. Errors: PA500, with the first finding.';

revoke execute on function private.catalog_objects() from public;

revoke execute on function private.actual_access() from public;

revoke execute on function private.catalog_lines() from public;

revoke execute on function private.accept_catalog(text[]) from public;

revoke execute on function private.isolation_findings() from public;

revoke execute on function private.check_isolation() from public;

grant execute on function private.catalog_objects() to palaver_definer;

grant execute on function private.actual_access() to palaver_definer;

grant execute on function private.catalog_lines() to palaver_definer;

grant execute on function private.isolation_findings() to service_role;

grant execute on function private.check_isolation() to palaver_definer;

alter function private.isolation_findings() owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values
('check_isolation', 'Fails while anything could let somebody read or write where they do not belong.', '1 day', '37 2 * * *');

do $$
begin
    perform private.schedule_jobs();

    perform private.accept_catalog();
end
$$;
