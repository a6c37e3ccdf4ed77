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
        "anon": "42501",
        "increment": "42501",
    }
