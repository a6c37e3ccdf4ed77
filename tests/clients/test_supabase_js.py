from __future__ import annotations

import json

from app.local.stack import Stack
from tests.clients.node import run_script


async def test_stock_supabase_js_reads_writes_and_is_kept_in_its_tenant(stack: Stack) -> None:
    out = await run_script("supabase_js.mjs", {"WORKER_URL": stack.worker_url, **stack.settings})
    assert json.loads(out) == {
        "titles": ["Which drill for oak?"],
        "count": 2,
        "made": {"title": "From the browser", "archived": False},
        "question": {"role": "user", "content": "Typed by hand"},
        "forged": "42501",
        "priced": "42501",
        "streamed": {"status": 200, "done": True, "demonstration": True},
        "roles": ["user", "user", "assistant"],
        "summary": {"positive_count": 1, "negative_count": 0, "comment_count": 1},
        "nested": 3,
        "live": False,
        "late": "42501",
        "today": True,
        "months": True,
        "days": True,
        "totals": True,
        "scopes": ["person", "tenant"],
        "hour": "refused",
        "csv": "day,total_tokens",
        "foreign": 0,
        "foreignUpdate": 0,
        "people": ["dan@globex.test"],
        "prompt": {"version": 1, "variables": {"text": {}, "language": {"default": "French"}}, "user": None},
        "library": [
            {
                "name": "Into",
                "version": 2,
                "prompt_versions": [
                    {"version": 1, "text": "Translate into {{language}}: {{text}}"},
                    {"version": 2, "text": "In {{language}}, please: {{text}}"},
                ],
            }
        ],
        "filled": "In French, please: Oak",
        "unfilled": "The values do not fit the variables of the prompt.",
        "started": {
            "title": "Into",
            "prompt_version": 2,
            "messages": [{"role": "user", "content": "In French, please: Oak"}],
        },
        "inserted": {"text": "Ash", "language": "French"},
        "uses": [[], [{"version": 2, "uses": 2}]],
        "notTheirs": 0,
        "anon": "42501",
        "increment": "42501",
    }


async def test_stock_supabase_js_pages_by_key_counts_on_request_and_undoes(stack: Stack) -> None:
    out = await run_script("lists.mjs", stack.settings)
    titles = [f"Talk {n}" for n in (1, 7, 6, 5, 4, 3, 2)]
    assert json.loads(out) == {
        "newestFirst": titles,
        "oldestFirst": titles[::-1],
        "counted": {
            "rows": [{"title": "Talk 1", "message_count": 7, "total_tokens": 0, "cost": 0, "model": None}],
            "total": 7,
        },
        "fromTheBeginning": "1234567",
        "fromTheEnd": "7654321",
        "messages": 7,
        "deleted": {"status": "deleted", "archived": True},
        "byStatus": {"active": 5, "archived": 1, "deleted": 1},
        "graceDays": 30,
        "undone": "active",
        "unchanged": "active",
        "others": True,
    }


async def test_stock_supabase_js_shares_reads_continues_and_revokes(stack: Stack) -> None:
    out = await run_script("shares.mjs", {"WORKER_URL": stack.worker_url, **stack.settings})
    assert json.loads(out) == {
        "token": True,
        "read": {"status": "ok", "title": True, "roles": ["user", "assistant"] * 2},
        "page": {"status": 200, "shows": True},
        "statuses": ["not_found", "password_required", "wrong_password", "ok", "not_allowed"],
        "copied": True,
        "listed": [
            {"is_live": False, "may_continue": True, "has_password": False},
            {"is_live": True, "may_continue": False, "has_password": True},
        ],
        "secrets": False,
        "views": 2,
        "revoked": True,
        "afterwards": ["not_found", "not_found", 404],
        "anybodyLists": "42501",
        "strangerLists": 0,
    }
