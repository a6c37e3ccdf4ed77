from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import httpx2
import pytest
from postgrest import APIError, APIResponse

from app.local.stack import Stack, curl
from supabase import AsyncClient, AsyncClientOptions, acreate_client


@asynccontextmanager
async def connected(stack: Stack) -> AsyncIterator[AsyncClient]:
    """A client that is closed in the end, for which supabase-py has no call of its own."""
    async with httpx.AsyncClient(trust_env=False) as http:
        yield await acreate_client(
            stack.settings["SUPABASE_URL"],
            stack.settings["SUPABASE_PUBLISHABLE_KEY"],
            AsyncClientOptions(httpx_client=http, auto_refresh_token=False),
        )


@asynccontextmanager
async def signed_in(stack: Stack, email: str) -> AsyncIterator[AsyncClient]:
    async with connected(stack) as client:
        await client.auth.sign_in_with_password({"email": email, "password": "palaver-demo"})
        yield client


def rows(response: APIResponse) -> list[dict[str, Any]]:
    """The rows of an answer of the Data API."""
    return cast("list[dict[str, Any]]", response.data)


@pytest.fixture
async def ben(stack: Stack) -> AsyncIterator[AsyncClient]:
    async with signed_in(stack, "ben@acme.test") as client:
        yield client


@pytest.fixture
async def chloe(stack: Stack) -> AsyncIterator[AsyncClient]:
    async with signed_in(stack, "chloe@globex.test") as client:
        yield client


async def test_stock_supabase_py_reads_writes_and_is_kept_in_its_tenant(
    stack: Stack, ben: AsyncClient, chloe: AsyncClient
) -> None:
    made = rows(await ben.table("conversations").insert({"title": "From Python"}).execute())[0]
    listed = rows(await ben.table("conversations").select("title").order("updated_at", desc=True).execute())
    assert [row["title"] for row in listed] == ["From Python", "Warranty in short"]
    foreign = rows(await chloe.table("conversations").select("id").eq("id", made["id"]).execute())
    assert foreign == []
    renamed = rows(await chloe.table("conversations").update({"title": "Hers"}).eq("id", made["id"]).execute())
    assert renamed == []

    session = await ben.auth.get_session()
    assert session is not None
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        answer = await http.post(
            f"{stack.worker_url}/api/ai/chat",
            json={"message": "Hello from Python", "conversationId": made["id"]},
            headers={"Authorization": f"Bearer {session.access_token}"},
        )
    assert answer.status_code == 200
    assert "event: done" in answer.text
    messages = rows(
        await ben.table("messages")
        .select("role, model_used")
        .eq("conversation_id", made["id"])
        .order("created_at")
        .execute()
    )
    assert [(row["role"], row["model_used"]) for row in messages] == [("user", None), ("assistant", "palaver-demo")]
    usage = rows(await ben.table("current_day_usage").select("request_count").execute())
    assert usage == [{"request_count": 1}]


async def test_stock_supabase_py_searches(stack: Stack, chloe: AsyncClient) -> None:
    async with signed_in(stack, "emma@initech.test") as emma:
        made = rows(await emma.table("conversations").insert({"title": "Herons & <b>storks</b>"}).execute())[0]
        said = [{"conversation_id": made["id"], "content": content} for content in ("A grey heron", "A stork")]
        await emma.table("messages").insert(said).execute()
        query = {"p_query": '"grey heron" or stork', "p_limit": 2}
        found = rows(await emma.rpc("search_conversations", query).execute())
        assert [row["snippet"] for row in found] == [
            "<mark>Herons</mark> &amp; &lt;b&gt;<mark>storks</mark>&lt;/b&gt;",
            "A <mark>grey</mark> <mark>heron</mark>",
        ]
        rest = rows(await emma.rpc("search_conversations", query | {"p_cursor": found[-1]["next_cursor"]}).execute())
        assert [(row["snippet"], row["next_cursor"]) for row in rest] == [("A <mark>stork</mark>", None)]
        with pytest.raises(APIError) as refused:
            await emma.rpc("search_conversations", query | {"p_cursor": "mine"}).execute()
        # Supabase Lite has a code of its own for errors of the class PA.
        assert "cursor" in str(refused.value.message)
    assert rows(await chloe.rpc("search_conversations", query).execute()) == []


async def test_the_printed_curl_line_streams_an_answer(stack: Stack) -> None:
    line = curl(stack, "emma@initech.test")
    process = await asyncio.create_subprocess_shell(
        line,
        env={"PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    text = out.decode()
    assert len(re.findall(r'^data: \{"text":', text, re.MULTILINE)) > 10
    assert "event: done" in text


async def test_an_account_without_a_tenant_is_told_so(stack: Stack) -> None:
    async with connected(stack) as client, httpx2.AsyncClient(trust_env=False) as http:
        await client.auth.sign_up({"email": "newcomer@nowhere.test", "password": "a-long-password"})
        session = await client.auth.get_session()
        assert session is not None
        assert (await client.table("conversations").select("id").execute()).data == []
        refused = await http.post(
            f"{stack.worker_url}/api/ai/chat",
            json={"message": "Hello?"},
            headers={"Authorization": f"Bearer {session.access_token}"},
        )
    assert (refused.status_code, refused.json()["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
