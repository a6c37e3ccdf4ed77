from __future__ import annotations

import asyncio
import json
import os

from app.local.node import installed_node
from app.local.stack import Stack
from tests.clients.install import HERE


async def test_stock_supabase_js_reads_writes_and_is_kept_in_its_tenant(stack: Stack) -> None:
    node = installed_node()
    assert node is not None
    process = await asyncio.create_subprocess_exec(
        node.program,
        "supabase_js.mjs",
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "WORKER_URL": stack.worker_url, **stack.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
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
        "foreign": 0,
        "foreignUpdate": 0,
        "people": ["dan@globex.test"],
        "anon": "42501",
        "increment": "42501",
    }
