"""openai-node, as it comes, against the worker."""

from __future__ import annotations

import json

from tests.clients.node import run_script
from tests.model_server import ModelServer
from tests.running import running
from tests.world import Actor, Database, token

ANSWER = "Hello from the model server."


async def test_stock_openai_node(database: Database, model_server: ModelServer, acme_member: Actor) -> None:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as worker:
        settings = {"WORKER_URL": worker.base_url, "ACCESS_TOKEN": token(str(acme_member.auth_id))}
        assert json.loads(await run_script("openai_node.mjs", settings)) == {
            "models": True,
            "whole": {
                "object": "chat.completion",
                "role": "assistant",
                "content": ANSWER,
                "refusal": None,
                "annotations": [],
                "finish_reason": "stop",
                "usage": [11, 7],
            },
            "continued": True,
            "streamed": {"reasoning": "Hm", "text": "One two", "last": 0, "tokens": 18},
            "tools": {
                "finish_reason": "tool_calls",
                "call": {"name": "weather", "arguments": '{"city":"Oslo"}'},
                "answer": ANSWER,
                "same": True,
            },
            "errors": {
                "noToken": ["AuthenticationError", 401, "invalid_api_key"],
                "noModel": ["NotFoundError", 404, "model_not_found"],
                "noMessages": ["BadRequestError", 400, "invalid_request"],
                "busyModel": ["InternalServerError", 502, "ai_service_error"],
                "inMidStream": "APIError",
            },
        }
