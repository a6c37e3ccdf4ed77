"""Requests to the Data API as drawn by hypothesis, in PostgREST's query language.

Times are left out of filters, and pages and orders always end in the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from hypothesis.strategies import DrawFn, composite

from tests.isolation.twins.catalog import Catalog, Relation
from tests.isolation.twins.over_http import SENDING, Request
from tests.isolation.twins.sql_words import FOREIGN, columns, ids, one_of, relation
from tests.isolation.twins.upkeep import UPKEEP, Upkeep

_EMBEDDED: Final = {
    "public.tenants": ("users(id,email,role)", "conversations(id,title)", "feedback(id,rating)"),
    "public.users": (
        "tenants(name)",
        "conversations(id,title,messages(id,content))",
        "usage_metrics(day,total_tokens)",
    ),
    "public.conversations": ("messages(id,content)", "users(email)", "turns(id,status)", "tenants(name)"),
    "public.messages": ("conversations(title)", "feedback(rating,comment)", "conversations!inner(title,is_archived)"),
    "public.feedback": ("messages(content)", "users(email)", "messages!inner(conversations(title))"),
    "public.turns": ("conversations(title)", "messages(content)"),
    "public.usage_metrics": ("users(email)",),
    "public.projects": ("project_members(access)", "configuration_suggestions(id,status)", "conversations(title)"),
    "public.configuration_suggestions": ("projects(name)", "projects!inner(slug,project_members(user_id))"),
}
_JSON_VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "text": ("Hello", "", "o'clock \u202e \U0001f6e0", "mark", "x" * 5001, None),
    "jsonb": ({}, {"theme": "light"}, [], {"ai_assistant": False}),
    "boolean": (True, False, None),
    "smallint": (1, -1, 0),
    "integer": (1000000, 0, -1, "x"),
    "bigint": (17, 0, -1),
    "numeric": (0.25, 2.01),
    "date": ("2024-05-31", "infinity"),
    "timestamp with time zone": ("2024-05-31T12:00:00+00:00", "now"),
}
_BY_NAME: Final[Mapping[str, tuple[Any, ...]]] = {
    "role": ("member", "viewer", "admin", "user", "assistant", "boss"),
    "email": ("new@acme.test", "kim@partner.test", "Ada@Acme.test", "lee@partner.test", "nobody"),
    "rate_limit_per_minute": (1000000, 500000, 0),
}
_HARMLESS: Final[Mapping[str, Mapping[str, Any]]] = {
    "public.conversations": {"title": "N"},
    "public.feedback": {"rating": 1},
    "public.prompts": {"name": "N"},
    "public.projects": {"name": "N"},
    "public.tenants": {"name": "N"},
    "public.users": {"name": "N"},
}
"""Changes that are right for any row."""
_NOTES: Final = {"notes": "Oak is hard."}
_SEEN: Final = {"p_configuration_version": 2, "p_yaml_version": 1}
_RATED_ONCE: Final = "tenant_id,message_id,user_id"
_PREFER: Final = ("", "count=exact", "return=representation", "return=minimal", "return=headers-only")


def _value(draw: DrawFn, column: str, kind: str, table: str) -> Any:
    if kind == "uuid":
        return draw(ids(column, table))
    return json.loads(draw(one_of(*map(json.dumps, _BY_NAME.get(column, _JSON_VALUES.get(kind, (None,)))))))


def _filter(draw: DrawFn, t: Relation) -> str:
    """A query's condition, mostly by an id."""
    uuids = [name for name, kind in t.columns.items() if kind == "uuid"]
    texts = [name for name, kind in t.columns.items() if kind == "text"]
    shape = draw(one_of("none", "id", "id", "foreign", "in", "theirs", "text", "or", "not", "null"))
    key = draw(one_of(*(uuids or t.columns)))
    one, other = draw(ids(key, t.name)), draw(one_of(*FOREIGN))
    word = draw(one_of(*(texts or t.columns)))
    return {
        "none": "",
        "id": f"&{key}=eq.{one}",
        "foreign": f"&{key}=eq.{other}",
        "in": f"&{key}=in.({one},{other})",
        "theirs": "&tenant_id=neq.$acme",
        "text": f"&{word}=ilike.*e*",
        "or": f"&or=({key}.eq.{one},{key}.eq.{other})",
        "not": f"&{key}=not.eq.{one}",
        "null": f"&{word}=is.null",
    }[shape]


def _get(draw: DrawFn, catalog: Catalog) -> Request:
    t = relation(draw, catalog, "authenticated", "select")
    some = ",".join(columns(draw, t, "authenticated", "select"))
    what = draw(one_of("*", some, some, "count()", f"id,{draw(one_of(*_EMBEDDED.get(t.name, ('*',))))}"))
    direction = draw(one_of("", ".desc", ".desc.nullslast"))
    order = ",".join(f"{name}{direction}" for name in t.key)
    page = draw(one_of("", "", "&limit=2", "&limit=3&offset=1", "&limit=0", "&offset=50"))
    headers = draw(
        one_of(
            (),
            (("Prefer", "count=exact"),),
            (("Accept", "application/vnd.pgrst.object+json"),),
            (("Accept", "text/csv"),),
            (("Range", "0-1"), ("Range-Unit", "items")),
            (("Accept-Profile", "private"),),
        )
    )
    schema, _, name = t.name.partition(".")
    if schema == "private":
        headers = draw(one_of((), (("Accept-Profile", "private"),)))
    by = "" if what == "count()" else f"&order={order}"
    target = f"/rest/v1/{name}?select={what}{by}{_filter(draw, t)}{page}"
    return Request(draw(SENDING), draw(one_of("GET", "GET", "GET", "HEAD")), target, None, headers)


def _headers(draw: DrawFn, *more: str) -> tuple[tuple[str, str], ...]:
    prefer = ",".join(filter(None, (draw(one_of(*_PREFER)), *more)))
    return (("Content-Type", "application/json"), ("Prefer", prefer))


def _row(draw: DrawFn, t: Relation, verb: str) -> dict[str, Any]:
    return {name: _value(draw, name, t.columns[name], t.name) for name in columns(draw, t, "authenticated", verb)}


def _post(draw: DrawFn, catalog: Catalog) -> Request:
    t = relation(draw, catalog, "authenticated", "insert")
    merged = draw(one_of("", "", "resolution=merge-duplicates", "resolution=ignore-duplicates"))
    target = draw(one_of("", "", _RATED_ONCE, ",".join(t.key[:2])))
    query = f"?on_conflict={target}" if target and merged else ""
    rows: Any = _row(draw, t, "insert")
    if draw(one_of(False, False, True)):
        rows = [rows, rows]
    target = f"/rest/v1/{t.name.partition('.')[2]}{query}"
    return Request(draw(SENDING), "POST", target, json.dumps(rows), _headers(draw, merged))


def _common(draw: DrawFn, _catalog: Catalog) -> Request:
    """What people do most, so that their rows grow; and what has an answer for each id."""
    talk, message, foreign = draw(ids("conversation_id")), draw(ids("message_id")), draw(one_of(*FOREIGN))
    email = draw(one_of(*_BY_NAME["email"]))
    method, target, body = draw(
        one_of(
            ("POST", "conversations", '{"title": "Saws"}'),
            ("POST", "messages", json.dumps({"conversation_id": talk, "content": "Hi"})),
            ("POST", f"feedback?on_conflict={_RATED_ONCE}", json.dumps({"message_id": message, "rating": 1})),
            ("POST", "users", json.dumps({"tenant_id": "$acme", "email": email})),
            ("POST", "rpc/accept_invitation", '{"p_tenant_id": "$acme"}'),
            ("POST", "rpc/accept_invitation", json.dumps({"p_tenant_id": foreign})),
            ("POST", "prompts", '{"name": "Sum up", "text": "Sum up {{text}}", "visibility": "team"}'),
            ("GET", f"prompts?order=id&id=eq.{draw(ids('prompt_id'))}&select=*,prompt_versions(version,text)", ""),
            ("PATCH", f"prompts?id=eq.{draw(ids('prompt_id'))}", '{"text": "Sum up {{text}} in {{notes}}"}'),
            ("POST", "rpc/fill_prompt", json.dumps({"p_prompt_id": draw(ids("prompt_id")), "p_values": {"text": "t"}})),
            ("POST", "rpc/start_conversation", json.dumps({"p_prompt_id": draw(ids("prompt_id")), "p_values": _NOTES})),
            ("GET", "prompt_usage?order=prompt_id,version", ""),
            ("POST", "rpc/increment_usage_metrics", '{"p_tenant_id": "$globex", "p_user_id": "$chloe"}'),
            ("POST", "rpc/feedback_summary", json.dumps({"p_tenant_id": "$globex", "p_message_id": message})),
            ("GET", f"conversations?id=eq.{foreign}&select=title,messages(content)", ""),
            ("GET", "feedback?order=id", ""),
            ("GET", "message_feedback_summary?order=message_id", ""),
            ("GET", "monthly_usage_summary?order=user_id,month", ""),
            ("GET", "current_day_usage?order=user_id", ""),
            ("GET", "usage_by_person?order=day,user_id", ""),
            ("GET", "feedback_by_model?order=month,model", ""),
            ("POST", "rpc/usage_totals", '{"p_by": ["person"]}'),
            ("GET", "my_invitations", ""),
            ("PATCH", f"users?id=eq.{draw(ids('user_id'))}", '{"name": "N"}'),
            ("DELETE", f"feedback?message_id=eq.{message}", ""),
        )
    )
    merged = ("resolution=merge-duplicates",) if "on_conflict" in target else ()
    return Request(draw(SENDING), method, f"/rest/v1/{target}", body or None, _headers(draw, *merged))


def _assisted(draw: DrawFn, _catalog: Catalog) -> Request:
    """What people do with projects, sessions, suggestions and documentation."""
    project, foreign = draw(ids("project_id")), draw(one_of(*FOREIGN))
    member = json.dumps({"project_id": project, "user_id": draw(ids("user_id"))})
    decided = json.dumps({"p_suggestion_id": draw(ids("suggestion_id"))})
    words = draw(one_of("review", "markglobexx7q", "issues leave?"))
    method, target, body = draw(
        one_of(
            ("POST", "projects", '{"slug": "survey", "name": "Survey"}'),
            ("GET", f"projects?order=id&id=eq.{project}&select=*", ""),
            ("GET", "projects?order=id&select=slug,project_members(user_id),configuration_suggestions(id,status)", ""),
            ("PATCH", f"projects?id=eq.{project}", '{"configuration": {"name": "Saws"}}'),
            ("PATCH", f"projects?id=eq.{project}", '{"configuration": {"workflow": 3}}'),
            ("DELETE", f"projects?id=eq.{foreign}", ""),
            ("GET", "project_members?order=project_id,user_id", ""),
            ("POST", "project_members", member),
            ("DELETE", f"project_members?project_id=eq.{project}&user_id=eq.$vera", ""),
            ("GET", "project_revisions?order=project_id,side,version&select=project_id,side,version,user_name", ""),
            ("POST", "rpc/mark_project_synced", json.dumps({"p_project_id": project, **_SEEN})),
            ("GET", "configuration_sessions?order=id", ""),
            ("POST", "rpc/open_configuration_session", json.dumps({"p_project_id": project})),
            ("POST", "rpc/open_configuration_session", "{}"),
            ("GET", "configuration_suggestions?order=id", ""),
            ("GET", f"configuration_suggestions?order=id&project_id=eq.{project}&select=id,title,changes,patch", ""),
            ("POST", f"rpc/{draw(one_of('accept', 'reject', 'undo'))}_suggestion", decided),
            ("GET", "documentation_sections?order=id&select=file,anchor,position,heading", ""),
            ("POST", "rpc/search_documentation", json.dumps({"p_query": words})),
            ("DELETE", f"documentation_sections?id=eq.{draw(ids('section_id'))}", ""),
        )
    )
    return Request(draw(SENDING), method, f"/rest/v1/{target}", body or None, _headers(draw))


def _call(draw: DrawFn, catalog: Catalog) -> Request:
    """Any function."""
    name = draw(one_of(*(each.name for each in catalog.functions)))
    function = next(each for each in catalog.functions if each.name == name)
    given = len(function.arguments) - draw(one_of(*range(function.defaults + 1)))
    body = {each: _value(draw, each.removeprefix("p_"), kind, "") for each, kind in function.arguments[:given]}
    target = f"/rest/v1/rpc/{name.partition('.')[2]}"
    return Request(draw(SENDING), "POST", target, json.dumps(body), _headers(draw))


def _patch(draw: DrawFn, catalog: Catalog) -> Request:
    t = relation(draw, catalog, "authenticated", "update")
    name = t.name.partition(".")[2]
    # Of many rows nothing that could fail: which of them fails first is a matter of the heap's order.
    where = _filter(draw, t)
    row = _row(draw, t, "update") if where.startswith("&id=eq.") else _HARMLESS.get(t.name, {"name": "N"})
    return Request(draw(SENDING), "PATCH", f"/rest/v1/{name}?{where[1:]}", json.dumps(row), _headers(draw))


def _delete(draw: DrawFn, catalog: Catalog) -> Request:
    t = relation(draw, catalog, "authenticated", "delete")
    name = t.name.partition(".")[2]
    return Request(draw(SENDING), "DELETE", f"/rest/v1/{name}?{_filter(draw, t)[1:]}", None, _headers(draw))


def _odd(draw: DrawFn, _catalog: Catalog) -> Request:
    target = draw(
        one_of(
            "conversations?select=nothing",
            "nothing?select=*",
            "conversations?id=eq.x",
            "conversations?select=*&order=nothing",
            "conversations?select=*,turns(*,messages(*))&order=id",
            "conversations?select=ctid&order=id",
            "messages?select=content&content=fts.saw&order=id",
            "rpc/nothing",
            "rpc/run_job?p_job=refresh_summaries",
            "../auth/v1/user",
            "",
        )
    )
    target = f"/rest/v1/{quote(target, safe='/?=&,*().$_!')}"
    return Request(draw(SENDING), draw(one_of("GET", "POST", "PUT", "OPTIONS")), target)


_KINDS: Final = (*[_get] * 6, *[_common] * 5, *[_post, _patch, _assisted] * 2, _call, _delete, _odd)


@composite
def operation(draw: DrawFn, catalog: Catalog) -> Request | Upkeep:
    kind = draw(one_of(*_KINDS, None))
    return draw(one_of(*UPKEEP)) if kind is None else kind(draw, catalog)
