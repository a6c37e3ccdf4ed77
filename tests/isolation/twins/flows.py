"""SQL statements of which each run needs many: what people and the worker do all day, and some thought of by hand."""

from __future__ import annotations

import json
from typing import Final

from hypothesis.strategies import DrawFn

from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.sql_words import ASKING, FOREIGN, claims, ids, mostly, one_of, value
from tests.isolation.twins.statements import DATA_API, WORKER, Statement


def begin(draw: DrawFn, _catalog: Catalog) -> Statement:
    """A turn begun as the worker does it, for whoever its claims name."""
    who = draw(ASKING)
    return Statement(who, f"select * from private.begin_turn({claims(who)}, '$worker', {asked(draw)}, 3)", WORKER)


def asked(draw: DrawFn) -> str:
    """What a turn is asked, with ids of one's own and of others."""
    text = draw(one_of("Which saw?", "And then?", "  "))
    request: dict[str, object] = {
        "dialect": draw(one_of("plain", "ui", "openai")),
        "messages": [{"role": "user", "content": text, "client_id": draw(one_of(None, None, "message-11", "new"))}],
    }
    one = draw(one_of(draw(ids("message_id")), "message-11", "message-31", ""))
    for more in (
        one_of((), (("conversation_id", draw(ids("conversation_id"))),), (("chat", draw(one_of(*CHATS))),)),
        one_of((), (), (), (("replaces", one),), (("regenerates", one), ("messages", ()))),
        one_of((), (), (("idempotency_key", draw(one_of("once", "twice"))), ("fingerprint", "ab"))),
        one_of((), (), (("model", draw(one_of("default", "markacmex7q", "m"))), ("models", ("m",)))),
        one_of((), (), (("max_tokens", 20), ("more_octets", 30))),
    ):
        request |= draw(more)
    return f"'{json.dumps(request)}'"


CHATS: Final = ("chat-1", "chat-3", "chat-4", "mine", "$adas_talk", "$chloes_talk", "$nobodys")


def finish(draw: DrawFn, _catalog: Catalog) -> Statement:
    """A turn of Acme's settled as the worker does it, or something said in it, by the one that holds it or another."""
    result = {
        "tenant_id": "$acme",
        "turn_id": draw(ids("turn_id")),
        "seq": draw(one_of(1, 2)),
        "pieces": ["A fret"],
        "status": draw(one_of("completed", "failed", "stopped", "running")),
        "content": draw(one_of("A fret saw.", "", None)),
        "provider": "p",
        "model": "m",
        "prompt_tokens": draw(one_of(11, 0, None)),
        "completion_tokens": 7,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "tokens_estimated": False,
        "latency_ms": 12,
    }
    done = draw(one_of("finish_turns", "save_pieces"))
    given = f"'{draw(one_of('$worker', '$worker', '$nobodys'))}', '[{json.dumps(result)}]'"
    return Statement(draw(ASKING), f"select * from private.{done}({given})", WORKER)


def find(draw: DrawFn, _catalog: Catalog) -> Statement:
    """A turn found or stopped, or read from where it runs, as the worker does it."""
    who = draw(ASKING)
    given = draw(one_of(f"'{draw(ids('turn_id'))}'", f"null, '{draw(one_of(*CHATS))}'"))
    turns = json.dumps([{"tenant_id": "$acme", "turn_id": draw(ids("turn_id")), "seq": -1}])
    sql = draw(
        one_of(
            f"select * from private.find_turn({claims(who)}, {given})",
            f"select * from private.stop_turn({claims(who)}, {given})",
            f"select * from private.read_pieces('{turns}')",
            f"select * from public.chat_messages('{draw(one_of(*CHATS))}')",
            f"select * from private.read_messages({claims(who)}, '{draw(one_of(*CHATS))}')",
            f"select * from private.find_cached_response({claims(who)}, sha256('same'))",
            f"select * from private.message_key({claims(who)})",
        )
    )
    return Statement(who, sql, WORKER, ordered="stop_turn" not in sql)


def flow(draw: DrawFn, _catalog: Catalog) -> Statement:
    """What people do most, so that their rows grow; bare statements; and what has an answer for each id."""
    talk, message, foreign = draw(ids("conversation_id")), draw(ids("message_id")), draw(one_of(*FOREIGN))
    person = draw(ids("user_id"))
    answer, email = draw(one_of("$chloes_answer", "$dans_answer", "$crowds_answer")), value(draw, "email", "text")
    invitation = f"insert into public.users (tenant_id, email) values ('$acme', {email}) returning *"
    sql = draw(
        one_of(
            "insert into public.conversations (title) values ('Saws') returning *",
            f"insert into public.messages (conversation_id, content) values ('{talk}', 'Hi') returning *",
            f"insert into public.feedback (message_id, rating) values ('{message}', 1)"
            " on conflict (tenant_id, message_id, user_id) do update set rating = -1, comment = 'Changed' returning *",
            invitation,
            "update public.conversations set is_archived = false",
            "update public.feedback set rating = 1",
            "update public.users set name = 'N'",
            "update public.tenants set branding = '{}'",
            "delete from public.feedback",
            f"select * from private.feedback_summary('$acme', '{message}')",
            f"select * from private.feedback_summary('$globex', '{answer}')",
            "select * from public.message_feedback_summary order by 1, 2",
            "select * from public.monthly_usage_summary order by 1, 2, 3",
            "select * from public.usage_details order by 1, 2, 3, 4, 5, 6, 7",
            "select * from public.usage_by_conversation order by 1, 2, 3",
            "select * from public.usage_totals('2000-01-01', p_by => array['person', 'month'])",
            "select scope, user_id, tokens_today, daily_limit, tokens_this_month, cost_this_month"
            " from public.usage_forecast order by 1",
            "select * from private.forecast_usage('2024-05-31 12:00:00+00') order by 1",
            "select * from public.feedback_by_model order by 1, 2, 3",
            "select * from public.feedback_by_prompt order by 1, 2, 3, 4",
            "select * from public.my_invitations order by 1",
            "select * from public.accept_invitation('$acme')",
            f"select * from public.accept_invitation('{foreign}')",
            f"select (select title from public.conversations where id = '{foreign}')",
            f"select * from public.chat_messages('{draw(one_of(*CHATS))}')",
            f"update public.conversations set head_id = '{message}' where id = '{talk}' returning *",
            f"insert into public.conversations (client_id) values ('{draw(one_of(*CHATS))}') returning *",
            "select * from public.usage_ledger order by 1, 2",
            "select * from public.turns order by 1, 2",
            f"select * from public.share_conversation('{talk}', true)",
            f"select * from public.revoke_share('{draw(one_of('$bens_share', foreign))}')",
            f"select public.read_share('share--{draw(one_of('$bens_talk', '$adas_talk', '$nobodys'))}')",
            f"select public.continue_share('share--{draw(one_of('$bens_talk', '$adas_talk', '$nobodys'))}')",
            "select * from public.conversation_shares order by 1, 2",
            "select * from public.conversation_share_views order by 1, 2",
            f"select * from public.search_conversations('{draw(one_of('saw', 'markglobexx7q', 'hand*'))}')",
            "select * from public.conversation_overview order by 1, 2",
            f"select * from public.{draw(one_of('archive', 'delete', 'restore'))}_conversation('{talk}')",
            "select * from public.export_my_data()",
            f"select * from public.request_erasure('{person}')",
            f"insert into public.legal_holds (user_id, reason) values ('{person}', 'A dispute') returning *",
            "select * from public.give_consent('v1')",
            "select * from public.audit_log order by object, object_id, at, action",
        )
    )
    return Statement("ada" if sql == invitation else draw(ASKING), sql)


def assist(draw: DrawFn, _catalog: Catalog) -> Statement:
    """What people do with projects, sessions, suggestions and documentation, and the worker for them."""
    who = draw(ASKING)
    project, suggestion = draw(ids("project_id")), draw(ids("suggestion_id"))
    asked = f"{claims(who)}, '{draw(ids('session_id'))}', '$nobodys', '{project}'"
    proposed = '[{"type": "custom_field", "title": "S", "explanation": "S", "changes": [%s]}]'
    change = '{"operation": "add", "path": ["saws"], "after": 1}'
    app, changed = draw(ids("app_id")), draw(ids("change_id"))
    words = draw(one_of("review", "markglobexx7q", "issues leave?"))
    sql = draw(
        one_of(
            f"select * from public.search_documentation('{words}')",
            "select * from public.projects order by 1, 2",
            "select * from public.project_members order by 1, 2, 3",
            "select project_id, side, version, configuration, yaml, cause, user_id, user_name"
            " from public.project_revisions order by 1, 2, 3",
            f"select * from public.mark_project_synced('{project}', {draw(one_of('1', '2'))}, 1)",
            "select * from public.configuration_sessions order by 1, 2",
            f"select context_type from public.open_configuration_session('{project}')",
            "select tenant_id, id, project_id, status, decided_by, reason, patch from public.configuration_suggestions"
            " order by 1, 2",
            f"select public.accept_suggestion('{suggestion}')",
            f"select public.reject_suggestion('{suggestion}', 'No')",
            f"select public.undo_suggestion('{suggestion}')",
            "insert into public.projects (slug, name) values ('survey', 'Survey') returning *",
            'update public.projects set configuration = \'{"workflow": {"statuses": ["open"]}}\' returning *',
            f"update public.projects set configuration = '{{}}' where id = '{project}' returning *",
            "update public.projects set configuration = '{\"workflow\": 3}'",
            f"insert into public.project_members (project_id, user_id)"
            f" values ('{project}', '{draw(ids('user_id'))}') returning *",
            f"delete from public.project_members where project_id = '{project}' returning *",
            "insert into public.conversations (context_type, project_id)"
            f" values ('project', '{project}') returning context_type, project_id",
            "delete from public.documentation_sections where file like '%fields.md' returning *",
            f"select * from private.documentation_hits('{words}', 50) order by 1",
            f"select * from private.search_documentation({claims(who)}, '{words}')",
            f'select * from private.documentation_sections({claims(who)}, \'[{{"file": "handbook/workflow.md"}}]\')',
            "select * from public.generated_apps order by 1, 2",
            "insert into public.generated_apps (name) values ('Saws') returning *",
            f"update public.generated_apps set name = 'Saws' where id = '{app}' returning *",
            f"delete from public.generated_apps where id = '{app}' returning *",
            "insert into public.generated_app_files (app_id, path, content)"
            f" values ('{app}', 'saws.ts', 'x') on conflict (tenant_id, app_id, path) do update"
            " set app_id = excluded.app_id, path = excluded.path, content = excluded.content returning *",
            "select * from public.generated_app_files order by 1, 2, 3",
            f"select private.put_app_files({claims(who)}, '{app}', array['saws.ts'], array['y'], true)",
            f"select * from private.read_app_files({claims(who)}, '{app}')",
            f"select private.request_app_operation({claims(who)}, '{app}', 'production', 'remove')",
            f"select private.app_credentials({claims(who)}, '{app}', 'production')",
            "select * from public.app_databases order by 1, 2",
            "select * from public.app_operations order by 1, 2",
            "select * from public.app_changes order by 1, 2",
            "select * from public.app_backups order by 1, 2",
            f"select * from private.read_app_changes({claims(who)}, '{app}')",
            f"select * from private.read_app_backups({claims(who)}, '{app}')",
            f"select private.read_change_basis({claims(who)}, '{app}', 'production')",
            f"select private.record_app_change({claims(who)}, '{app}', 'production', '{changed}', '{{}}')",
            f"select private.confirm_app_change({claims(who)}, '{changed}', repeat('a', 64), array[0])",
            f"select private.discard_app_change({claims(who)}, '{changed}', repeat('a', 64))",
            f"select * from private.find_session({claims(who)}, '{draw(ids('session_id'))}')",
            f"select * from private.open_session({claims(who)}, '{draw(one_of('saws', 'survey', project))}')",
            f"select * from private.list_sessions({claims(who)}, null, '{project}')",
            f"select * from private.read_projects({claims(who)}, 9) order by 1, 2",
            f"select * from private.read_project({claims(who)}, '{draw(one_of('saws', 'survey', project))}')",
            f"select * from private.read_revisions({claims(who)}, '{project}', '{draw(one_of('database', 'yaml'))}')",
            f"select * from private.read_suggestions({claims(who)}, '{project}')",
            f"select * from private.read_suggestion({claims(who)}, '{suggestion}')",
            f"select private.propose_suggestions({asked}, 1, '{proposed % change}')",
        )
    )
    return Statement(who, sql, WORKER if "private." in sql and "hits" not in sql else DATA_API)


def errand(draw: DrawFn, _catalog: Catalog) -> Statement:
    """What the worker's rights let it write for whoever asks, with ids of its own choice."""
    who = draw(one_of("ben", "ada"))
    talk = draw(mostly(("$chloes_talk", "$dans_talk", "$crowds_talk"), ("$adas_talk", "$bens_talk"), 2))
    other = draw(one_of(*FOREIGN))
    own = f"'$acme', '${who}'"
    sql = draw(
        one_of(
            f"insert into public.turns (tenant_id, user_id, conversation_id) values ({own}, '{talk}')",
            "insert into public.turns (tenant_id, user_id, id, conversation_id)"
            f" values ({own}, '{other}', '${who}s_talk') returning id",
            "insert into public.messages (tenant_id, user_id, id, conversation_id, role, content)"
            f" values ({own}, '{other}', '${who}s_talk', 'tool', 'So be it') returning *",
            "insert into public.messages (tenant_id, user_id, parent_id, conversation_id, role, content)"
            f" values ({own}, '{draw(ids('message_id'))}', '{talk}', 'tool', 'So be it') returning *",
            f"update public.turns set answer_id = '{draw(ids('message_id'))}' where id = '{draw(ids('turn_id'))}'",
            f"update private.open_turns set stop_requested_at = now() where turn_id = '{draw(ids('turn_id'))}'",
            f"select * from public.increment_usage_metrics({own}, 3, 4)",
            "select * from private.take_allowance(false, 1000000, 1000000000000, 1, 10)",
            "select private.count_tokens('$globex', 7)",
            "select t.tenant_id, t.turn_id, t.reserved_tokens from private.open_turns as t order by 1, 2",
            "select t.tenant_id, t.turn_id, t.key from private.idempotency_keys as t order by 1, 2, 3",
        )
    )
    return Statement(who, sql, WORKER)
