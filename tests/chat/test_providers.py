from __future__ import annotations

import asyncio
import gc
import json
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from app.chat.demonstration import MODEL
from app.chat.frames import MAX_FRAME_BYTES
from app.chat.pieces import Piece, text_of
from app.chat.providers import ModelRequest, Providers
from app.chat.upstream import StreamReader, Usage
from app.errors import AIServiceError
from app.settings import Settings
from tests.model_server import ModelServer, Recorded, Script

KEY = "sk-secret-5f2a"
HELLO = "Hello from the model server."


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AI_PROVIDERS", "DEFAULT_AI_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def connect(model_server: ModelServer) -> Any:
    made: list[Providers] = []

    def connect(**values: Any) -> Providers:
        values = {"openai_base_url": model_server.base_url, "openai_api_key": KEY, **values}
        made.append(Providers(Settings.load(env_file=None, **values)))
        return made[-1]

    yield connect
    for providers in made:
        await providers.aclose()


Connect = Callable[..., Providers]


class KeepingReader(StreamReader):
    """Keeps the text that it gave."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def feed(self, data: bytes) -> list[Piece]:
        pieces = super().feed(data)
        self.text += text_of(pieces)
        return pieces

    def close(self) -> list[Piece]:
        pieces = super().close()
        self.text += text_of(pieces)
        return pieces


async def ask(providers: Providers, model: str | None = None, **fields: Any) -> KeepingReader:
    """The reader after the whole answer; on an error the text so far is in the exception's `extra`."""
    provider, chosen = providers.resolve(None, model)
    request = ModelRequest(provider, chosen, [{"role": "user", "content": "hi"}], **fields)
    reader = KeepingReader()
    try:
        async with providers.stream(request) as body:
            async for data in body:
                reader.feed(data)
        reader.close()
    except AIServiceError as error:
        error.extra["text"] = reader.text
        raise
    return reader


async def failure(providers: Providers, **fields: Any) -> AIServiceError:
    with pytest.raises(AIServiceError) as caught:
        await ask(providers, **fields)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + json.dumps(error.extra)
    assert KEY not in shown
    assert "127.0.0.1" not in shown
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


def ended(request: Recorded) -> Any:
    return asyncio.to_thread(request.ended.wait, 5)


async def test_an_answer_and_what_was_asked(connect: Connect, model_server: ModelServer) -> None:
    reader = await ask(connect(), temperature=0.5, max_tokens=100, user="u-7")
    assert (reader.text, reader.usage, reader.ended) == (HELLO, Usage(11, 7), True)
    (request,) = model_server.requests
    assert request.body == {
        "model": "gpt-4.1-mini",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 100,
        "user": "u-7",
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.disconnected_at is None


async def test_what_is_not_set_is_not_sent(connect: Connect, model_server: ModelServer) -> None:
    await ask(connect())
    assert set(model_server.requests[0].body) == {"model", "messages", "stream", "stream_options"}


async def test_connections_are_kept(connect: Connect, model_server: ModelServer) -> None:
    providers = connect()
    for _ in range(5):
        await ask(providers)
    assert len({request.connection for request in model_server.requests}) == 1


async def test_no_key_is_no_header(
    connect: Connect, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    local = {"base_url": model_server.base_url, "default_model": "llama"}
    providers = connect(openai_base_url=None, openai_api_key=None, ai_providers={"local": local})
    reader = await ask(providers)
    await providers.probe()
    assert reader.model == "llama"
    for request in model_server.requests:
        assert not {"authorization", "openai-organization", "openai-project"} & set(request.headers)


def test_names(connect: Connect) -> None:
    def resolve(providers: Providers, *names: str | None) -> tuple[str, str]:
        provider, model = providers.resolve(*names)
        return provider.name, model

    others = {
        "groq": {"base_url": "https://groq.test/v1", "api_key": "k", "default_model": "llama"},
        "bare": {"base_url": "https://bare.test/v1"},
    }
    providers = connect(default_ai_model="base", ai_providers=others)
    assert resolve(providers, None, None) == ("openai", "base")
    assert resolve(providers, "", " ") == ("openai", "base")
    assert resolve(providers, None, "gpt-x") == ("openai", "gpt-x")
    assert resolve(providers, " Groq ", None) == ("groq", "llama")
    assert resolve(providers, "groq", "mixtral") == ("groq", "mixtral")
    assert resolve(providers, "bare", None) == ("bare", "base")
    assert resolve(providers, "demonstration", "gpt-x") == ("demonstration", MODEL)
    with pytest.raises(AIServiceError) as caught:
        providers.resolve("nowhere", None)
    assert (caught.value.reason, caught.value.retryable) == ("not_configured", False)
    only = connect(openai_base_url=None, openai_api_key=None, ai_providers=others)
    assert resolve(only, None, None) == ("groq", "llama")
    own = {"openai": {"base_url": "https://azure.test/v1", "default_model": "deployed"}}
    assert resolve(connect(ai_providers=own), None, None) == ("openai", "deployed")


def test_secrets_stay_out_of_reprs(connect: Connect) -> None:
    provider, model = connect().resolve(None, None)
    request = ModelRequest(provider, model, [{"role": "user", "content": "private words"}])
    assert KEY not in repr(request)
    assert "127.0.0.1" not in repr(request)
    assert "private" not in repr(request)


@pytest.mark.parametrize(
    ("script", "reason", "retryable", "attempts"),
    [
        (Script(status=400), "refused", False, 1),
        (Script(status=401), "unauthorized", False, 1),
        (Script(status=402), "rate_limited", False, 1),
        (Script(status=403), "unauthorized", False, 1),
        (Script(status=404), "not_configured", False, 1),
        (Script(status=413), "refused", False, 1),
        (Script(status=429, headers={"retry-after": "30"}), "rate_limited", True, 1),
        (Script(status=429, headers={"retry-after": "0"}), "rate_limited", True, 2),
        (Script(status=429, error={"code": "insufficient_quota"}), "rate_limited", False, 1),
        (Script(status=500), "server_error", True, 2),
        (Script(status=500, error="words"), "server_error", True, 2),
        (Script(status=503, headers={"retry-after": "60"}), "server_error", True, 1),
        (Script(status=307, headers={"location": "/v1/models"}), "not_configured", False, 1),
        (Script(reset=True), "interrupted", True, 2),
    ],
)
async def test_failures_before_the_answer(
    connect: Connect, model_server: ModelServer, script: Script, reason: str, retryable: bool, attempts: int
) -> None:
    model_server.script(script)
    error = await failure(connect())
    assert (error.reason, error.retryable) == (reason, retryable)
    assert len(model_server.requests) == attempts


@pytest.mark.parametrize("given", ["12", "12.0", "Wed, 21 Oct 2099 07:28:00 GMT"])
async def test_the_time_to_wait_is_passed_on(connect: Connect, model_server: ModelServer, given: str) -> None:
    model_server.script(Script(status=429, headers={"retry-after": given}))
    error = await failure(connect())
    assert error.retry_after == 12 if given[0] == "1" else (error.retry_after or 0) > 1e9


@pytest.mark.parametrize("given", ["soon", "inf", "nan", "-5"])
async def test_a_senseless_time_to_wait_is_not(connect: Connect, model_server: ModelServer, given: str) -> None:
    model_server.script(Script(status=429, headers={"retry-after": given}))
    assert not (await failure(connect())).retry_after


@pytest.mark.parametrize("first", [Script(status=500), Script(reset=True), Script(status=429)])
async def test_a_short_failure_is_not_seen(connect: Connect, model_server: ModelServer, first: Script) -> None:
    model_server.script(first, Script())
    assert (await ask(connect())).text == HELLO


@pytest.mark.parametrize(
    ("script", "reason", "text"),
    [
        (Script(close_after=0), "interrupted", ""),
        (Script(close_after=3), "interrupted", "Hello from"),
        (Script(close_after=3, reset=True), "interrupted", "Hello from"),
        (Script(finish_reason=None, done=False), "interrupted", HELLO),
        (Script(error_after=3), "server_error", "Hello from"),
        (Script(error_after=3, error={"code": "rate_limit_exceeded"}), "rate_limited", "Hello from"),
        (Script(raw="data: {oops\n\n"), "invalid_response", ""),
        (Script(raw="<html>", content_type="text/html"), "invalid_response", ""),
        (Script(raw=b"data: " + b"x" * MAX_FRAME_BYTES), "invalid_response", ""),
        (Script(raw=b"not gzip", headers={"content-encoding": "gzip"}), "invalid_response", ""),
        (Script(raw=""), "interrupted", ""),
    ],
)
async def test_failures_within_the_answer(
    connect: Connect, model_server: ModelServer, script: Script, reason: str, text: str
) -> None:
    model_server.script(script)
    error = await failure(connect())
    assert (error.reason, error.extra["text"]) == (reason, text)
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("script", "text"), [(Script(first_token_seconds=9), ""), (Script(stall_after=3), "Hello from")]
)
async def test_waits_are_bounded(connect: Connect, model_server: ModelServer, script: Script, text: str) -> None:
    model_server.script(script)
    error = await failure(connect(ai_request_timeout_seconds=0.3))
    assert (error.reason, error.retryable, error.extra["text"]) == ("timeout", True, text)
    (request,) = model_server.requests
    assert await ended(request)
    assert request.disconnected_at is not None


async def test_a_provider_that_is_down(connect: Connect) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        error = await failure(connect(openai_base_url=url))
        assert (error.reason, error.retryable) == ("refused", True)


async def test_a_provider_that_does_not_accept_connections(connect: Connect) -> None:
    with closing(socket.socket()) as full, closing(socket.socket()) as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting.connect(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/v1"
        error = await failure(connect(openai_base_url=url, ai_request_timeout_seconds=0.3))
        assert (error.reason, error.retryable) == ("timeout", True)


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_that_the_environment_names(
    connect: Connect, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # The model server takes a proxy's requests too: it does not look at the host in their address.
    monkeypatch.setenv(name, f"http://127.0.0.1:{model_server.port}")
    assert (await ask(connect(openai_base_url="http://nowhere.invalid/v1"))).text == HELLO
    assert model_server.requests[0].headers["host"] == "nowhere.invalid"
    monkeypatch.setenv("NO_PROXY", "example.com,.invalid")
    assert (await failure(connect(openai_base_url="http://nowhere.invalid/v1"))).reason == "refused"
    assert len(model_server.requests) == 1


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("excepted", ["127.0.0.1", "127.0.0.0/8", "*"])
async def test_a_provider_that_is_not_asked_through_the_proxy(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, excepted: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert (await failure(connect())).reason == "refused"
    monkeypatch.setenv("NO_PROXY", excepted)
    assert (await ask(connect())).text == HELLO


async def test_the_question_is_not_held_while_the_answer_comes(connect: Connect, model_server: ModelServer) -> None:
    model_server.script(Script(stall_after=2))
    providers = connect()
    content = "a question of many words " * 1000
    request = ModelRequest(*providers.resolve(None, None), [{"role": "user", "content": content}])
    async with providers.stream(request) as body:
        assert await anext(body)
        sent = [each for each in gc.get_objects() if type(each) is httpx2.Request]
        assert [each for each in sent if content.encode() in each.content] == []


async def test_a_name_that_does_not_resolve(connect: Connect) -> None:
    assert (await failure(connect(openai_base_url="http://nowhere.invalid/v1"))).reason == "refused"


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[ModelServer]:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    _self_signed(key, certificate)
    with ModelServer(tls=(certificate, key)) as server:
        yield server


def _self_signed(key: str, certificate: str) -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    Path(certificate).write_bytes(signed.public_bytes(pem))
    Path(key).write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


async def test_a_certificate_that_nobody_vouches_for(connect: Connect, tls_server: ModelServer) -> None:
    error = await failure(connect(openai_base_url=tls_server.base_url))
    assert (error.reason, error.retryable) == ("refused", False)
    assert tls_server.requests == []


@pytest.mark.parametrize("key", ["sk-sécret", "sk-a\nb: c", "\ud800"])
async def test_a_key_that_is_no_header(connect: Connect, key: str) -> None:
    error = await failure(connect(openai_api_key=key))
    assert (error.reason, error.retryable) == ("not_configured", False)
    assert key not in str(error)


@pytest.mark.parametrize(
    ("refused", "sent", "not_sent"),
    [
        (("stream_options",), {"max_tokens", "temperature", "user"}, {"stream_options"}),
        (("max_tokens",), {"max_completion_tokens", "stream_options"}, {"max_tokens"}),
        (("temperature", "user"), {"max_tokens"}, {"temperature", "user"}),
    ],
)
async def test_a_parameter_that_is_refused_is_left_out_from_then_on(
    connect: Connect, model_server: ModelServer, refused: tuple[str, ...], sent: set[str], not_sent: set[str]
) -> None:
    providers, fields = connect(), {"temperature": 0.5, "max_tokens": 9, "user": "u"}
    model_server.script(Script(refuses=refused))
    assert (await ask(providers, "picky", **fields)).text == HELLO
    assert len(model_server.requests) == 1 + len(refused)
    assert (await ask(providers, "picky", **fields)).text == HELLO
    assert len(model_server.requests) == 2 + len(refused)
    last = model_server.requests[-1].body
    assert sent <= set(last)
    assert not not_sent & set(last)
    model_server.script()
    # Another model may take it, and so may the same one with other values, which are another tenant's.
    for model, values in (("other", fields), ("picky", {**fields, "temperature": 0.3})):
        await ask(providers, model, **values)
        assert not_sent <= set(model_server.requests[-1].body)


async def test_only_what_is_optional_is_left_out(connect: Connect, model_server: ModelServer) -> None:
    providers = connect()
    fields: dict[str, Any] = {"tools": [{"type": "function"}], "options": {"response_format": {"type": "json_object"}}}
    model_server.script(Script(refuses=("response_format", "tools")))
    assert (await ask(providers, optional=frozenset(("response_format", "tools")), **fields)).text == HELLO
    assert not model_server.requests[-1].body.keys() & {"response_format", "tools"}
    model_server.requests.clear()
    # What a client asked for is not taken from it, whatever was learned where it was optional.
    assert (await failure(providers, **fields)).reason == "refused"
    (request,) = model_server.requests
    assert request.body.keys() >= {"response_format", "tools"}


async def test_a_refused_value_is_not_taken_for_a_refused_parameter(
    connect: Connect, model_server: ModelServer
) -> None:
    model_server.script(Script(status=400, error={"message": "max_tokens is too large: 9", "param": "max_tokens"}))
    assert (await failure(connect(), max_tokens=9)).reason == "refused"
    assert len(model_server.requests) == 1


async def test_a_provider_that_refuses_everything_is_asked_a_bounded_number_of_times(
    connect: Connect, model_server: ModelServer
) -> None:
    said = "unsupported: stream_options, temperature, user, max_tokens, max_completion_tokens"
    model_server.script(Script(status=400, error={"message": said}))
    error = await failure(connect(), max_tokens=9, temperature=1, user="u")
    assert error.reason == "refused"
    assert len(model_server.requests) <= 6


async def _first_read(providers: Providers, request: ModelRequest, came: asyncio.Event) -> None:
    async with providers.stream(request) as body:
        async for _ in body:
            came.set()


@pytest.mark.parametrize("script", [Script(stall_after=2), Script(first_token_seconds=60)])
async def test_cancelling_closes_the_connection_at_once(
    connect: Connect, model_server: ModelServer, script: Script
) -> None:
    model_server.script(script)
    providers = connect()
    request = ModelRequest(*providers.resolve(None, None), [{"role": "user", "content": "hi"}])
    came = asyncio.Event()
    task = asyncio.create_task(_first_read(providers, request, came))
    async with asyncio.timeout(5):
        if script.stall_after:
            await came.wait()
        while not model_server.requests:
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (got,) = model_server.requests
    assert await ended(got)
    assert got.disconnected_at is not None
    gc.collect()


async def test_a_cancelled_scope_closes_the_connection_too(connect: Connect, model_server: ModelServer) -> None:
    model_server.script(Script(stall_after=2))
    providers = connect()
    request = ModelRequest(*providers.resolve(None, None), [{"role": "user", "content": "hi"}])
    with anyio.move_on_after(0.2) as scope:
        await _first_read(providers, request, asyncio.Event())
    assert scope.cancelled_caught
    (got,) = model_server.requests
    assert await ended(got)
    assert got.disconnected_at is not None


async def test_leaving_early_closes_the_connection(connect: Connect, model_server: ModelServer) -> None:
    model_server.script(Script(stall_after=2))
    providers = connect()
    request = ModelRequest(*providers.resolve(None, None), [{"role": "user", "content": "hi"}])

    async def read() -> None:
        async with providers.stream(request) as body:
            async for _ in body:
                raise KeyError("the reader's own error")

    with pytest.raises(KeyError):
        await read()
    (got,) = model_server.requests
    assert await ended(got)
    assert got.disconnected_at is not None


async def test_leaving_before_reading_closes_the_connection(connect: Connect, model_server: ModelServer) -> None:
    model_server.script(Script(stall_after=2))
    providers = connect()
    request = ModelRequest(*providers.resolve(None, None), [{"role": "user", "content": "hi"}])
    async with providers.stream(request):
        pass
    (got,) = model_server.requests
    assert await ended(got)
    assert got.disconnected_at is not None


async def test_many_streams_at_once(connect: Connect, model_server: ModelServer) -> None:
    model_server.script(Script(first_token_seconds=0.3))
    providers = connect()
    readers = await asyncio.gather(*(ask(providers) for _ in range(150)))
    assert {reader.text for reader in readers} == {HELLO}
    assert len({request.connection for request in model_server.requests}) == 150


async def test_probe(connect: Connect, model_server: ModelServer) -> None:
    providers = connect(ai_request_timeout_seconds=0.3)
    await providers.probe()
    assert [(request.method, request.path) for request in model_server.requests] == [("GET", "/v1/models")]
    model_server.script(Script(status=404))
    await providers.probe()
    for status, reason in ((401, "unauthorized"), (500, "server_error")):
        model_server.script(Script(status=status))
        with pytest.raises(AIServiceError) as caught:
            await providers.probe()
        assert caught.value.reason == reason
    with pytest.raises(AIServiceError) as caught:
        await connect(openai_base_url="http://127.0.0.1:1/v1").probe()
    assert caught.value.reason == "refused"
    await providers.probe("demonstration")
