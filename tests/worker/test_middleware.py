from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.chat.providers import Providers
from app.errors import DatabaseUnavailable, NotFound, RateLimited
from app.logs import request_id
from app.metrics import Metrics
from app.middleware import EXCEPTION_HANDLERS, stack
from app.settings import Settings

SETTINGS = Settings.load(env_file=None, max_body_bytes=1024, cors_origins="https://front.example")


async def echo(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body()), "request_id": request_id.get()})


async def page(request: Request) -> Response:
    return PlainTextResponse("page", headers={"Cache-Control": "max-age=60", "X-Frame-Options": "SAMEORIGIN"})


async def fail(request: Request) -> Response:
    match request.path_params["how"]:
        case "bug":
            raise KeyError("dear diary")
        case "missing":
            raise NotFound()
        case "limit":
            raise RateLimited(retry_after=1.2)
        case "database":
            raise DatabaseUnavailable() from ConnectionRefusedError()
        case _:
            raise HTTPException(418, "teapot", {"X-Tea": "yes"})


async def breaks_off(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"data: one\n\n"
        raise RuntimeError("the model is gone")

    return StreamingResponse(pieces(), media_type="text/event-stream")


class Gate:
    """A stream that says one thing, and the next when it is let through."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            await self.open.wait()
            yield b"two"

        return StreamingResponse(pieces())


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def app(metrics: Metrics, gate: Gate) -> Starlette:
    return Starlette(
        routes=[
            Route("/echo", echo, methods=["POST"]),
            Route("/page", page),
            Route("/fail/{how}", fail),
            Route("/breaks-off", breaks_off),
            Route("/gate", gate.__call__),
        ],
        middleware=stack(SETTINGS, metrics),
        exception_handlers=EXCEPTION_HANDLERS,
    )


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://worker") as client:
        yield client


@pytest.fixture
async def address(app: Starlette) -> AsyncIterator[tuple[str, int]]:
    """The application behind a real server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    socket = server.config.bind_socket()
    running = asyncio.create_task(server.serve(sockets=[socket]))
    yield "127.0.0.1", socket.getsockname()[1]
    server.should_exit = True
    await running
    socket.close()


def sample(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("offered", ["abc-1.2_3:4", "x" * 128])
async def test_a_sane_request_id_is_kept(client: httpx2.AsyncClient, offered: str) -> None:
    answer = await client.post("/echo", headers={"X-Request-Id": offered})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == offered
    assert request_id.get() is None


@pytest.mark.parametrize("offered", ["", "x" * 129, "a b", 'a"b', "a\tb", "<script>"])
async def test_any_other_request_id_is_replaced(client: httpx2.AsyncClient, offered: str) -> None:
    answer = await client.post("/echo", headers={"X-Request-Id": offered})
    assert len(answer.headers["x-request-id"]) == 36
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/fail/missing", "/fail/bug", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
    headers = (await client.get("/page")).headers
    assert (headers["cache-control"], headers["x-frame-options"]) == ("max-age=60", "SAMEORIGIN")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/fail/missing", 404, "NOT_FOUND"),
        ("GET", "/fail/limit", 429, "RATE_LIMIT"),
        ("GET", "/fail/database", 503, "DB_ERROR"),
        ("GET", "/fail/bug", 500, "INTERNAL_ERROR"),
        ("GET", "/fail/http", 418, "INVALID_REQUEST"),
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/echo", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/page", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_every_error_is_a_problem(
    client: httpx2.AsyncClient, metrics: Metrics, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert "diary" not in answer.text and "Traceback" not in answer.text and "teapot" not in answer.text
    assert sample(metrics, "palaver_errors_total", code=code) == 1


async def test_headers_of_errors(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/fail/limit")).headers["retry-after"] == "2"
    assert (await client.get("/fail/http")).headers["x-tea"] == "yes"
    assert (await client.get("/echo")).headers["allow"] == "POST"


async def test_a_bug_is_logged_with_its_traceback(client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    await client.get("/fail/bug")
    (record,) = [record for record in caplog.records if record.getMessage() == "unexpected_error"]
    assert record.exc_info and record.exc_info[0] is KeyError


async def test_bodies_up_to_the_limit_are_taken(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/echo", content=b"x" * 1024)).json()["bytes"] == 1024
    assert (await client.post("/echo", content=b"x" * 1025)).status_code == 413


async def test_a_body_without_a_length_is_counted(client: httpx2.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    answer = await client.post("/echo", content=pieces())
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_upload_gets_its_answer_from_a_real_server(address: tuple[str, int], chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(16):
            yield b"x" * 65_536

    url = "http://{}:{}/echo".format(*address)
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.post(url, content=pieces() if chunked else b"x" * 1_048_576)
        assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
        assert (await client.post(url, content=b"x")).json()["bytes"] == 1


async def test_the_access_log_names_the_route_and_not_the_path(
    client: httpx2.AsyncClient, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await client.get("/fail/missing?token=secret")
        await client.request("BREW", "/secret")
    fields = [vars(record)["fields"] for record in caplog.records if record.getMessage() == "request"]
    assert [(one["route"], one["status"], one["complete"]) for one in fields] == [
        ("/fail/{how}", 404, True),
        ("unmatched", 404, True),
    ]
    assert "secret" not in str(fields)
    count = "palaver_http_requests_total"
    assert sample(metrics, count, route="/fail/{how}", method="GET", status="404") == 1
    assert sample(metrics, count, route="unmatched", method="OTHER", status="404") == 1
    assert sample(metrics, "palaver_http_request_duration_seconds_count", route="unmatched") == 1


async def test_streams_are_passed_on_piece_by_piece(address: tuple[str, int], gate: Gate) -> None:
    url = "http://{}:{}/gate".format(*address)
    async with httpx2.AsyncClient(trust_env=False) as client, client.stream("GET", url) as answer:
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"one"
        gate.open.set()
        assert await anext(pieces) == b"two"


async def test_a_stream_that_fails_is_cut_and_not_ended(
    address: tuple[str, int], metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    url = "http://{}:{}/breaks-off".format(*address)
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.get(url)
    assert "unexpected_error" in [record.getMessage() for record in caplog.records]
    assert sample(metrics, "palaver_http_requests_total", route="/breaks-off", method="GET", status="200") == 1


def post(path: str, **headers: str) -> dict[str, object]:
    """A bare request, for what a well-behaved client does not do."""
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "root_path": "",
    }


async def test_a_body_announced_as_too_long_is_refused_unread(app: Starlette, metrics: Metrics) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("read")

    async def send(message: Message) -> None:
        sent.append(message)

    await app(post("/echo", content_length="1025"), receive, send)
    assert sent[0]["status"] == 413
    assert sample(metrics, "palaver_http_requests_total", route="/echo", method="POST", status="413") == 1


async def test_a_client_that_goes_away_before_the_answer(app: Starlette, metrics: Metrics) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("nobody is there")

    await app(post("/echo"), receive, send)
    assert sample(metrics, "palaver_http_requests_total", route="/echo", method="POST", status="499") == 1


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


async def test_cors_lets_the_listed_origin_in(client: httpx2.AsyncClient) -> None:
    asked = await client.options("/echo", headers={"Origin": "https://front.example", **PREFLIGHT})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://front.example"
    assert "access-control-allow-credentials" not in asked.headers
    for path in ("/page", "/fail/bug", "/nowhere"):
        answer = await client.get(path, headers={"Origin": "https://front.example"})
        assert answer.headers["access-control-allow-origin"] == "https://front.example"
        exposed = answer.headers["access-control-expose-headers"]
        assert {"X-Request-Id", "X-Conversation-Id", "X-Turn-Id", "Retry-After"} <= set(exposed.split(", "))


async def test_cors_keeps_others_out(client: httpx2.AsyncClient) -> None:
    asked = await client.options("/echo", headers={"Origin": "https://evil.example", **PREFLIGHT})
    assert "access-control-allow-origin" not in asked.headers
    answer = await client.get("/page", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_without_a_list_there_is_no_cors(metrics: Metrics) -> None:
    names = [str(one.cls) for one in stack(Settings.load(env_file=None), metrics)]
    assert not [name for name in names if "CORS" in name]


async def test_other_connections_pass_through_untouched(metrics: Metrics) -> None:
    seen = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def receive() -> dict[str, str]:
        raise AssertionError

    async def send(message: object) -> None:
        raise AssertionError

    layer: ASGIApp = inner
    for one in reversed(stack(SETTINGS, metrics)):
        layer = one.cls(layer, *one.args, **one.kwargs)
    await layer({"type": "lifespan"}, receive, send)
    assert seen == ["lifespan"]


def test_only_models_of_the_settings_are_labels() -> None:
    settings = Settings.load(
        env_file=None,
        default_ai_model="ours",
        ai_providers='{"local": {"base_url": "http://127.0.0.1/v1", "default_model": "small"}}',
    )
    metrics = Metrics("1", Providers(settings).models)
    labels = [metrics.model_label(model) for model in ("ours", "small", "palaver-demo", "ft:theirs")]
    assert labels == ["ours", "small", "palaver-demo", "other"]


def test_the_names_of_the_metrics(metrics: Metrics) -> None:
    metrics.model_duration.labels("chat", "openai", "m", "").observe(0.3)
    metrics.token_usage.labels("chat", "openai", "m", "input").observe(20)
    metrics.turns.labels("completed").inc()
    text = metrics.render().decode()
    assert 'gen_ai_client_operation_duration_seconds_bucket{error_type="",' in text
    assert 'le="0.01"' in text
    assert 'le="81.92"' in text
    assert 'le="6.7108864e+07"' in text
    for name in (
        "gen_ai_client_token_usage_bucket",
        'palaver_turns_total{outcome="completed"} 1.0',
        "palaver_active_streams 0.0",
        "palaver_database_pool_size 0.0",
        "palaver_database_pool_idle 0.0",
        'palaver_build_info{version="1.2.3"} 1.0',
        "process_resident_memory_bytes",
    ):
        assert name in text
    assert not [word for word in ("tenant", "user_id", "person=") if word in text]
    assert json.dumps(text)
