"""Model providers: which one a tenant's names mean, and the open stream of its answer's bytes.

Every provider is an OpenAI-compatible server, called through the `openai` package for its headers, addresses
and error classes; the answer is read as raw bytes (see `upstream`). Whatever goes wrong is an AIServiceError.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from app.chat import demonstration
from app.chat.failures import CLIENT_ERRORS, client_failure
from app.chat.transport import LeanTransport
from app.errors import AIServiceError
from app.settings import Settings

OPENAI_BASE_URL: Final = "https://api.openai.com/v1"
DEFAULT_PROVIDER: Final = "openai"
DEMONSTRATION: Final = "demonstration"

CONNECT_SECONDS: Final = 5.0
PROBE_SECONDS: Final = 5.0
RETRY_PAUSE_SECONDS: Final = 0.25
MAX_RETRY_PAUSE_SECONDS: Final = 2.0
"""A provider that asks for a longer wait than this is not asked again; the client is told the time."""

_NO_HEADERS: Final = httpx2.Headers()
_MOST_ADJUSTMENTS: Final = 1000
_DROPPABLE: Final = ("stream_options", "temperature", "user")
_OTHER_LIMIT: Final = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_MENTIONS: Final = {
    "tools": re.compile(r"\btools\b|\btool[ _](?:use|choice|calling)|function[ _]call", re.IGNORECASE),
    "response_format": re.compile(r"response[ _]?format|response mime type|json[ _]?(?:schema|mode)", re.IGNORECASE),
}
"""How servers call a parameter that they do not take, beside by its name."""

_REFUSING: Final = re.compile(
    r"un(supported|recogni[sz]ed|known|expected)|not (supported|permitted|allowed)|does not support"
    r"|extra|instead",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One OpenAI-compatible server; its key and address stay out of its repr, and so of logs."""

    name: str
    base_url: str = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    default_model: str | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model: the conversation as {role, content} mappings, oldest first.

    `user` is an opaque reference by which a provider can tell people apart, never a name or address.
    """

    provider: Provider
    model: str
    messages: Sequence[Mapping[str, Any]] = field(repr=False)
    temperature: float | None = None
    max_tokens: int | None = None
    user: str | None = None
    tools: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """More parameters, passed on as they are."""
    optional: frozenset[str] = frozenset()
    """Which of the options, and whether "tools", are left out where a provider does not take them."""


class Providers:
    """The providers that are set up, with one client each that stays open."""

    def __init__(self, settings: Settings, *, demonstration_word_seconds: float = demonstration.WORD_SECONDS) -> None:
        self._settings = settings
        self._word_seconds = demonstration_word_seconds
        self._clients: dict[str, openai.AsyncOpenAI] = {}
        self._adjustments: dict[tuple[object, ...], frozenset[str]] = {}
        demo = Provider(DEMONSTRATION, demonstration.BASE_URL, None, demonstration.MODEL)
        self._known = {DEMONSTRATION: demo} if settings.demonstration else _configured(settings)
        names = list(self._known)
        for provider in self._known.values():
            # Now rather than at the first question: it reads the certificates, which blocks for a while.
            self._client(provider)
        self._default = self._known[DEFAULT_PROVIDER if DEFAULT_PROVIDER in names else names[0]]
        self._known.setdefault(DEMONSTRATION, demo)

    @property
    def models(self) -> frozenset[str]:
        """The models that the settings name, for tenants that have chosen none."""
        named = {provider.default_model for provider in self._known.values()}
        return frozenset(model for model in (*named, self._settings.default_ai_model) if model)

    def resolve(self, name: str | None, model: str | None) -> tuple[Provider, str]:
        """The provider and model that a tenant's choice means; None or "" for what is set up here.

        Raises AIServiceError `not_configured` for a name that is not set up, or no model to take.
        """
        if self._settings.demonstration:
            return self._default, demonstration.MODEL
        provider = self._known.get(name.strip().lower()) if name and name.strip() else self._default
        if provider is None:
            raise AIServiceError("not_configured", "The model provider that was chosen is not set up here.")
        if provider.name == DEMONSTRATION:
            return provider, demonstration.MODEL
        chosen = (model or "").strip() or provider.default_model or self._settings.default_ai_model
        return provider, chosen

    def stream(self, request: ModelRequest) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Ask the model; the context is entered when the provider has accepted, and gives the body's bytes.

        Leaving it, or cancelling whoever is in it, closes the connection at once unless the body was
        read to its end. Raises AIServiceError on entering and while reading.
        """
        return self._stream(request)

    async def probe(self, name: str | None = None) -> None:
        """Ask a provider (by default the one for tenants with no choice) for its models: costs no tokens.

        Raises AIServiceError when it cannot be reached or does not accept the key.
        """
        provider, _ = self.resolve(name, None)
        try:
            client = self._client(provider)
            async with asyncio.timeout(PROBE_SECONDS):
                async with client.models.with_streaming_response.list(extra_headers=_credentials(provider)):
                    return
        except openai.APIStatusError as error:
            if error.status_code in (404, 405):
                return
            failure = client_failure(error)
        except CLIENT_ERRORS as error:
            failure = client_failure(error)
        raise failure

    async def aclose(self) -> None:
        """Close every client; streams that are open break off."""
        clients, self._clients = list(self._clients.values()), {}
        await asyncio.gather(*(client.close() for client in clients))

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncIterator[AsyncIterator[bytes]]:
        response = await self._open(request)
        # Neither the conversation nor the head is needed while it is answered.
        del request
        response.headers = _NO_HEADERS
        try:
            async with aclosing(_body(response)) as body:
                yield body
        finally:
            await response.aclose()

    async def _open(self, request: ModelRequest) -> httpx2.Response:
        # With the values, since a provider may refuse one tenant's and take another's.
        key = (request.provider.name, request.model, request.temperature, request.max_tokens, request.optional)
        adjustments = self._adjustments.get(key, frozenset())
        retried = False
        while True:
            arguments = _arguments(request, adjustments)
            try:
                response = await self._ask(request.provider, arguments)
            except CLIENT_ERRORS as error:
                refused = _refused_parameter(error, arguments, request.optional)
                failure = client_failure(error)
            else:
                if adjustments:
                    if len(self._adjustments) >= _MOST_ADJUSTMENTS:
                        self._adjustments.clear()
                    self._adjustments[key] = adjustments
                return response
            if refused is not None and refused not in adjustments:
                adjustments |= {refused}
                continue
            pause = None if retried else _pause(failure)
            if pause is None:
                # Outside the handler, so that no cause is attached: it holds the request with its key.
                raise failure
            retried = True
            await asyncio.sleep(pause)

    async def _ask(self, provider: Provider, arguments: dict[str, Any]) -> httpx2.Response:
        # Not `chat.completions.create`: checking the history against its types takes the SDK 0.2 ms of CPU a
        # message (measured with 3.54), and the server checks it anyway.
        response = await self._client(provider).post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body=arguments,
            options={"headers": _credentials(provider)},
            stream=True,
            stream_cls=openai.AsyncStream[Any],
        )
        return cast("httpx2.Response", response)  # `cast_to` decides, which the SDK's types do not say.

    def _client(self, provider: Provider) -> openai.AsyncOpenAI:
        client = self._clients.get(provider.name)
        if client is None:
            client = self._clients[provider.name] = self._new_client(provider)
        return client

    def _new_client(self, provider: Provider) -> openai.AsyncOpenAI:
        seconds = self._settings.ai_request_timeout_seconds
        quick = min(CONNECT_SECONDS, seconds)
        timeout = httpx2.Timeout(seconds, connect=quick, pool=quick)
        demo = provider.name == DEMONSTRATION
        # Compressed bodies would be held back by the provider's compressor; redirects would move the key.
        http = httpx2.AsyncClient(
            transport=demonstration.DemonstrationTransport(self._word_seconds) if demo else _transport(provider),
            timeout=timeout,
            # Of httpx2's own transport only.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            follow_redirects=False,
            event_hooks={"response": [_let_go]},
        )
        headers: dict[str, Any] = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if provider.name != DEFAULT_PROVIDER:
            # The SDK takes these from the environment, and they are OpenAI's own.
            headers |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        return openai.AsyncOpenAI(
            api_key=provider.api_key or "",
            admin_api_key="",
            base_url=provider.base_url,
            timeout=timeout,
            max_retries=0,
            default_headers=headers,
            http_client=http,
            _enforce_credentials=False,
        )


def _transport(provider: Provider) -> LeanTransport | None:
    """Ours, or None for httpx2's own where the environment names a proxy, which it finds and asks as it should."""
    url = httpx2.URL(provider.base_url)
    proxied = not {url.scheme, "all"}.isdisjoint(getproxies()) and not proxy_bypass(url.host)
    return None if proxied else LeanTransport()


async def _let_go(response: httpx2.Response) -> None:
    """Hold the question, which may be long, no longer than it takes to send it."""
    sent = response.request
    response.request = httpx2.Request(sent.method, sent.url, headers=sent.headers)


def _configured(settings: Settings) -> dict[str, Provider]:
    known = {}
    if settings.openai_api_key is not None or settings.openai_base_url is not None:
        key = settings.openai_api_key
        known[DEFAULT_PROVIDER] = Provider(
            DEFAULT_PROVIDER,
            settings.openai_base_url or OPENAI_BASE_URL,
            key.get_secret_value() if key else None,
            settings.default_ai_model,
        )
    for name, given in settings.ai_providers.items():
        key = given.api_key
        known[name] = Provider(name, given.base_url, key.get_secret_value() if key else None, given.default_model)
    return known


def _credentials(provider: Provider) -> dict[str, str | openai.Omit]:
    # The SDK wants a server without a key to be named as such at each call.
    return {"Authorization": openai.Omit()} if provider.api_key is None else {}


def _arguments(request: ModelRequest, adjustments: frozenset[str]) -> dict[str, Any]:
    limit = "max_completion_tokens" if request.provider.base_url == OPENAI_BASE_URL else "max_tokens"
    if limit in adjustments:
        limit = _OTHER_LIMIT[limit]
    arguments = {
        "stream_options": {"include_usage": True},
        "temperature": request.temperature,
        "user": request.user,
        limit: request.max_tokens,
    }
    return {
        **{name: value for name, value in request.options.items() if name not in adjustments},
        **({"tools": request.tools} if request.tools and "tools" not in adjustments else {}),
        "model": request.model,
        "messages": request.messages,
        "stream": True,
        **{name: value for name, value in arguments.items() if value is not None and name not in adjustments},
    }


def _refused_parameter(error: Exception, arguments: Mapping[str, Any], optional: frozenset[str]) -> str | None:
    """The parameter of ours that a provider's refusal (400 or 422) says it does not take, if that is it."""
    if not isinstance(error, openai.APIStatusError) or error.status_code not in (400, 422):
        return None
    said = str(error.body)[:4000]
    # Tools first: of two that do not go together, the form of the answer is worth more.
    dispensable = sorted(optional & arguments.keys(), key="tools".__ne__)
    named = re.split(r"[.\[]", error.param or "", maxsplit=1)[0]
    if named in dispensable:
        return named
    unknown = error.code in ("unsupported_parameter", "unsupported_value") or _REFUSING.search(said)
    candidates = [name for name in (*_DROPPABLE, *_OTHER_LIMIT) if name in arguments]
    if unknown and error.param in candidates:
        return error.param
    found = next((name for name in candidates if re.search(rf"\b{name}\b", said)), None) if unknown else None
    return found or next((name for name in dispensable if _MENTIONS.get(name, re.compile(name)).search(said)), None)


async def _body(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(response.aiter_bytes()) as reads:
            async for data in reads:
                yield data
        return
    except CLIENT_ERRORS as error:
        failure = client_failure(error)
    raise failure


def _pause(failure: AIServiceError) -> float | None:
    """Seconds until the request may be sent once more, None when it should not be.

    A provider that took too long is not asked again: it may be at work on, and charge for, the first.
    """
    if not failure.retryable or failure.reason == "timeout":
        return None
    pause = failure.retry_after if failure.retry_after is not None else RETRY_PAUSE_SECONDS
    return pause if pause <= MAX_RETRY_PAUSE_SECONDS else None
