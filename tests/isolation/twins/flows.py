"""SQL statements of which each run needs many: what people and the worker do all day, and some thought of by hand."""

from __future__ import annotations

from hypothesis.strategies import DrawFn

from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.sql_words import ASKING, FOREIGN, claims, ids, mostly, one_of, value
from tests.isolation.twins.statements import WORKER, Statement


def begin(draw: DrawFn, _catalog: Catalog) -> Statement:
    """A turn begun as the worker does it, for whoever its claims name."""
    who, text = draw(ASKING), draw(one_of("'Which saw?'", "'And then?'", "'  '"))
    talk = draw(one_of("null", "'id'")).replace("id", draw(ids("conversation_id")))
    return Statement(who, f"select * from private.begin_turn({claims(who)}, {text}, {talk}, 3)", WORKER)


def finish(draw: DrawFn, _catalog: Catalog) -> Statement:
    """A turn settled as the worker does it, for whoever its claims name."""
    who, turn = draw(ASKING), draw(ids("turn_id"))
    status = draw(one_of("completed", "failed", "stopped", "running"))
    answer, tokens = draw(one_of("'A fret saw.'", "''", "null")), draw(one_of("11, 7", "0, 0", "null, 1"))
    arguments = f"{claims(who)}, '{turn}', '{status}', {answer}, 'p', 'm', {tokens}, false, 12"
    return Statement(who, f"select * from private.finish_turn({arguments})", WORKER)


def flow(draw: DrawFn, _catalog: Catalog) -> Statement:
    """What people do most, so that their rows grow; bare statements; and what has an answer for each id."""
    talk, message, foreign = draw(ids("conversation_id")), draw(ids("message_id")), draw(one_of(*FOREIGN))
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
            "select * from public.my_invitations order by 1",
            "select * from public.accept_invitation('$acme')",
            f"select * from public.accept_invitation('{foreign}')",
            f"select (select title from public.conversations where id = '{foreign}')",
        )
    )
    return Statement("ada" if sql == invitation else draw(ASKING), sql)


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
            f" values ({own}, '{other}', '${who}s_talk', 'assistant', 'So be it') returning *",
            f"update public.turns set answer_id = '{draw(ids('message_id'))}' where id = '{draw(ids('turn_id'))}'",
            "update public.turns set model = 'other'",
            f"select * from public.increment_usage_metrics({own}, 3, 4)",
            "select private.take_request('$acme', 1000000)",
            "select t.tenant_id, t.next_at > now() from private.rate_limits as t order by 1",
        )
    )
    return Statement(who, sql, WORKER)
