"""The straightforward build: what most people write first, done properly.

The `openai` package's typed objects are iterated into Starlette's StreamingResponse, and the turn is kept statement by
statement, in one transaction before the model talks and one after it, on the same tables as the worker's. It does less:
no limits, no reservation, no resume, no stop, and what a reader who goes away was told is lost.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import jwt
import openai
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.benchmarks.pipe import serve

CLAIMS: Final = "select set_config('request.jwt.claims', $1, true)"
PERSON: Final = """
select u.tenant_id, u.id as user_id, t.system_prompt
from public.users as u
inner join public.tenants as t on u.tenant_id = t.id
where u.auth_id = $1
"""
CONVERSATION: Final = "insert into public.conversations (tenant_id, user_id, title) values ($1, $2, $3) returning id"
MESSAGE: Final = """
insert into public.messages (tenant_id, user_id, conversation_id, parent_id, role, content, token_count, model_used)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id
"""
HISTORY: Final = """
select role, content
from public.messages
where tenant_id = $1 and conversation_id = $2
order by created_at desc, id desc
limit 50
"""
LEDGER: Final = """
insert into public.usage_ledger (tenant_id, user_id, conversation_id, provider, model, prompt_tokens, completion_tokens)
values ($1, $2, $3, 'openai', $4, $5, $6)
"""
USAGE: Final = """
insert into public.usage_metrics as u (
    tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count
)
values ($1, $2, (now() at time zone 'utc')::date, $3::bigint + $4::bigint, $3, $4, 1)
on conflict (tenant_id, user_id, day) do update
set
    total_tokens = u.total_tokens + excluded.total_tokens,
    prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = u.completion_tokens + excluded.completion_tokens,
    request_count = u.request_count + 1,
    updated_at = clock_timestamp()
"""
ALLOWANCE: Final = "update private.allowances set used_tokens = used_tokens + $2 where tenant_id = $1"


class Build:
    """One route, `POST /chat`."""

    def __init__(self, base_url: str, database_url: str, secret: str) -> None:
        self._client = openai.AsyncOpenAI(api_key="none", base_url=base_url)
        self._database_url = database_url
        self._secret = secret
        self._pool: asyncpg.Pool[asyncpg.Record]
        self.app = Starlette(routes=[Route("/chat", self.chat, methods=["POST"])], lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(self._database_url, min_size=0, max_size=10) as self._pool:
            yield

    async def chat(self, request: Request) -> StreamingResponse:
        """Save the question and stream the answer."""
        bearer = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(bearer, self._secret, algorithms=["HS256"], audience="authenticated")
        question = (await request.json())["message"]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(CLAIMS, json.dumps(claims))
            person = await connection.fetchrow(PERSON, claims["sub"])
            assert person is not None
            owner = (person["tenant_id"], person["user_id"])
            place = (*owner, await connection.fetchval(CONVERSATION, *owner, question[:50]))
            question_id = await connection.fetchval(MESSAGE, *place, None, "user", question, None, None)
            history = await connection.fetch(HISTORY, owner[0], place[2])
        messages: list[Any] = [{"role": row["role"], "content": row["content"]} for row in reversed(history)]
        return StreamingResponse(self._answer(place, question_id, messages), media_type="text/event-stream")

    async def _answer(self, place: Sequence[object], question_id: object, messages: list[Any]) -> AsyncIterator[str]:
        stream = await self._client.chat.completions.create(
            model="bench", messages=messages, stream=True, stream_options={"include_usage": True}
        )
        said: list[str] = []
        tokens = (0, 0)
        async for chunk in stream:
            if chunk.usage is not None:
                tokens = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
            for choice in chunk.choices:
                if choice.delta.content:
                    said.append(choice.delta.content)
                    yield f"data: {json.dumps({'text': choice.delta.content})}\n\n"
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(MESSAGE, *place, question_id, "assistant", "".join(said), tokens[1], "bench")
            await connection.execute(LEDGER, *place, "bench", *tokens)
            await connection.execute(USAGE, *place[:2], *tokens)
            await connection.execute(ALLOWANCE, place[0], sum(tokens))
        yield "event: done\ndata: {}\n\n"


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    options = parser.parse_args()
    build = Build(options.upstream, os.environ["STRAIGHTFORWARD_DATABASE_URL"], os.environ["SUPABASE_JWT_SECRET"])
    serve(build.app, options.port, "on")


if __name__ == "__main__":
    main()
