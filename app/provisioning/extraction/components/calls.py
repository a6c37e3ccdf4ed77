"""What an app asks of its own server, of a database client or of the browser's storage; and of other services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import MOST_DEPTH, Code, arguments, callee, function_around
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Sighting
from app.provisioning.extraction.components.types import named_within
from app.provisioning.extraction.components.words import is_plural, thing
from app.provisioning.extraction.components.wrappers import Wrapper, wrapper_of
from app.provisioning.source.syntax import text, unquoted, walk
from app.provisioning.source.values import Found

_CLIENT: Final = re.compile(
    r"(?:await)?(?:this\.)?(?:axios|api|client|http|httpClient|instance|ky|requests?|agent|superagent|API|\$http|\w*[aA]pi(?:Client)?|\w*[cC]lient|axiosInstance)"
    r"\.(get|post|put|patch|delete|del)"
)
_ROUTER: Final = re.compile(r"(?:app|router|server|api|fastify|\w+Router|\w+Routes)\.(get|post|put|patch|delete)")
_ENDPOINT: Final = re.compile(r"(?:build|builder|b|endpoints?)\.(?:query|mutation|infiniteQuery)")
_WRITES: Final = frozenset({"post", "put", "patch", "delete", "del"})
_OWN_HOSTS: Final = re.compile(
    r"localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|.*\.(onrender\.com|herokuapp\.com|vercel\.app|netlify\.app|fly\.dev|railway\.app|"
    r"up\.railway\.app|workers\.dev|glitch\.me|mockapi\.io|ngrok\.io|ngrok-free\.app|supabase\.co|firebaseio\.com|example\.com|azurewebsites\.net)"
    r"|(api\.)?example\.com|jsonplaceholder\.typicode\.com|dummyjson\.com|fakestoreapi\.com|reqres\.in"
)
"""An app's own server, its stand-ins, and where apps are hosted."""

_PASSED: Final = frozenset({
    "api", "rest", "v1", "v2", "v3", "public", "private", "admin", "auth", "me", "data", "db", "default", "graphql",
    "internal",
})  # fmt: skip
_VERBS: Final = frozenset({
    "login", "logout", "signin", "signup", "signout", "register", "search", "upload", "send", "subscribe",
    "generate", "calculate", "convert", "refresh", "verify", "reset", "forgot", "health", "stats", "status", "ping",
    "count", "like", "unlike", "toggle", "checkout", "export", "import", "token", "session", "validate", "complete",
    "summarize", "analyze", "translate", "predict", "stream", "webhook", "me", "oauth", "callback", "chat",
    "weather", "forecast",
})  # fmt: skip
_SIGN_UP: Final = frozenset({"register", "signup", "sign-up", "sign_up"})
_SIGN_IN: Final = frozenset({"login", "signin", "sign-in", "sign_in", *_SIGN_UP})
_NOT_KEPT: Final = frozenset({
    "theme", "token", "user", "setting", "session", "locale", "language", "auth", "dark_mode", "sidebar",
    "credential",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Foreign:
    """Names that hold what another service answers: types and variables."""

    name: str
    host: str


def sightings(reading: Reading, code: Code) -> Iterator[Sighting | Foreign]:
    """The calls of a module."""
    for call in code.nodes("call_expression"):
        name = callee(call)
        if name.endswith("fetch") or _CLIENT.fullmatch(name) or name in ("axios", "useSWR", "$fetch", "useFetch"):
            yield from _requested(reading, code, call, name)
        elif (wrapper := wrapper_of(reading, code, call)) is not None:
            yield from _wrapped(reading, code, call, wrapper)
        elif _ENDPOINT.fullmatch(name):
            yield from _endpoint(reading, code, call, name)
        elif (route := _ROUTER.fullmatch(name)) is not None:
            yield from _served(reading, code, call, route[1])
        elif name.endswith(("localStorage.setItem", "sessionStorage.setItem", "AsyncStorage.setItem")):
            yield from _kept(reading, code, call)


def _requested(reading: Reading, code: Code, call: Node, name: str) -> Iterator[Sighting | Foreign]:
    given = arguments(call)
    if not given:
        return
    address = _address(reading, code, given[0])
    client = _CLIENT.fullmatch(name)
    verb = client[1] if client is not None else _method(given[1]) if len(given) > 1 else "get"
    host = re.match(r"https?://([^/:?#]+)", address)
    if host is not None and not _OWN_HOSTS.fullmatch(host[1]):
        if verb == "get":
            yield from _foreign(code, call, host[1])
        return
    body = (
        given[1]
        if client is not None and len(given) > 1 and verb in _WRITES
        else _body(given[1])
        if len(given) > 1
        else None
    )
    if verb in _WRITES and reading.mails(address):
        return
    fields = () if body is None else _sent(reading, code, body, address.rstrip("/").rpartition("/")[2])
    yield from _of_path(code, call, address, verb, fields)
    typed = call.child_by_field_name("type_arguments")
    for of, many in named_within(typed) if typed is not None else ():
        yield Sighting(of, "typed-call", 0.3 if many else 0.2, code.evidence(call, "typed-call"), type_name=of)


def _wrapped(reading: Reading, code: Code, call: Node, wrapper: Wrapper) -> Iterator[Sighting]:
    """A request by a function of the app's own."""
    given = arguments(call)
    passed = dict(enumerate(given))
    address = _address(reading, code, passed[wrapper.address]) if wrapper.address in passed else ""
    if not address or (re.match(r"https?://", wrapper.before or address) and not is_own(wrapper.before or address)):
        return
    options = passed.get(wrapper.options)
    verb = _method(options) if options is not None else wrapper.verb
    if wrapper.method in passed:
        named = reading.program.value(Found(code.module, passed[wrapper.method]))
        verb = named.lower() if isinstance(named, str) else verb
    body = passed.get(wrapper.body) or (_body(options) if options is not None else None)
    fields = () if body is None or verb == "get" else _sent(reading, code, body, address.rstrip("/").rpartition("/")[2])
    yield from _of_path(code, call, wrapper.before + address, verb, fields)
    yield from _typed(code, call)


def _endpoint(reading: Reading, code: Code, call: Node, name: str) -> Iterator[Sighting]:
    """An endpoint of RTK Query: `build.mutation<Pet, NewPet>({query: (body) => ({url: "/pets", method: "POST"})})`."""
    given = arguments(call)
    pairs = given[0].named_children if given and given[0].type == "object" else ()
    query = next((each for each in pairs if text(each.child_by_field_name("key")) == "query"), None)
    function = None if query is None else query.child_by_field_name("value")
    answer = None if function is None else function.child_by_field_name("body")
    if answer is None:
        return
    while answer.type == "parenthesized_expression" and answer.named_children:
        answer = answer.named_children[0]
    address, verb = answer, "get"
    if answer.type == "object":
        url = next((each for each in answer.named_children if text(each.child_by_field_name("key")) == "url"), None)
        value = None if url is None else url.child_by_field_name("value")
        if value is None:
            return
        address, verb = value, _method(answer)
    path = _address(reading, code, address)
    if path and (not re.match(r"https?://", path) or is_own(path)):
        yield from _of_path(code, call, path if path.startswith("/") else f"/{path}", verb, ())
    yield from _typed(code, call)


def _typed(code: Code, call: Node) -> Iterator[Sighting]:
    """The type of what a call answers."""
    typed = call.child_by_field_name("type_arguments")
    first = typed.named_children[0] if typed is not None and typed.named_children else None
    for of, many in named_within(first) if first is not None else ():
        yield Sighting(of, "typed-call", 0.3 if many else 0.2, code.evidence(call, "typed-call"), type_name=of)


def is_own(address: str) -> bool:
    """Whether an address with a host is of the app's own server."""
    host = re.match(r"https?://([^/:?#]+)", address)
    return host is None or _OWN_HOSTS.fullmatch(host[1]) is not None


def sent_elsewhere(reading: Reading, code: Code, call: Node) -> str:
    """The other service that a call hands its data to; empty where it does not."""
    name = callee(call)
    if name.startswith("emailjs."):
        return "EmailJS"
    given = arguments(call)
    if not given or not (name.endswith("fetch") or _CLIENT.fullmatch(name) or name == "axios"):
        return ""
    address = _address(reading, code, given[0])
    if reading.mails(address):
        return "mail"
    host = re.match(r"https?://([^/:?#]+)", address)
    return host[1] if host is not None and not is_own(address) else ""


def is_write(reading: Reading, code: Code, call: Node) -> bool:
    """Whether a call changes something on the app's own server."""
    found = _requested(reading, code, call, callee(call)) if callee(call).endswith("fetch") else iter(())
    return any(isinstance(each, Sighting) and each.stored for each in found)


def _served(reading: Reading, code: Code, call: Node, verb: str) -> Iterator[Sighting]:
    given = arguments(call)
    path = unquoted(given[0]) if len(given) > 1 else None
    if path is None or not path.startswith("/") or "function" not in " ".join(each.type for each in given[1:]):
        return
    fields: tuple[Field, ...] = ()
    for declarator in code.inside(call, "variable_declarator"):
        value = declarator.child_by_field_name("value")
        pattern = declarator.child_by_field_name("name")
        if pattern is not None and pattern.type == "object_pattern" and text(value).endswith((".body", ".json()")):
            evidence = code.evidence(declarator, "call")
            names = (text(each.child_by_field_name("key") or each) for each in pattern.named_children)
            fields = tuple(Field(each, UNKNOWN, None, "call", evidence) for each in names if each.isidentifier())
    yield from _of_path(code, call, path, verb, fields)


def _of_path(code: Code, call: Node, path: str, verb: str, fields: tuple[Field, ...]) -> Iterator[Sighting]:
    """What a path speaks of: `/api/users/{}/orders` of orders, which belong to users."""
    plain = re.sub(r"^https?://[^/]+|[?#].*$", "", path)
    segments = [each for each in plain.split("/") if each and each.lower() not in _PASSED and not each.isdigit()]
    named = [(at, each) for at, each in enumerate(segments) if not _is_parameter(each) and each.lower() not in _VERBS]
    if segments and segments[-1].lower() in _SIGN_IN:
        up = segments[-1].lower() in _SIGN_UP
        evidence = code.evidence(call, "auth")
        yield Sighting("user", "auth", 0.5 if up else 0.1, evidence, fields if up else (), stored=up)
        return
    several = [each for each in named if is_plural(each[1])]
    writes = verb in _WRITES
    if not several and (not named or not writes or (not fields and len(segments) < 2)):
        return
    at, name = (several or named)[-1]
    rest = [each for each in segments[at + 1 :] if not _is_parameter(each)]
    parent = next((each for place, each in reversed(several[:-1]) if place < at), "")
    rule = "write" if writes and not rest else "request"
    weight = 0.55 if rule == "write" else 0.3
    kept = () if rest else fields
    yield Sighting(name, rule, weight, code.evidence(call, rule), kept, parent=parent, stored=rule == "write")
    if parent:
        yield Sighting(parent, "request", 0.3, code.evidence(call, "request"))


def _is_parameter(segment: str) -> bool:
    return segment.startswith((":", "{", "[", "$")) or "{}" in segment


def _address(reading: Reading, code: Code, node: Node, depth: int = 0) -> str:
    """The address of a call, with `{}` for what is filled in; the app's base address is left away."""
    value = reading.program.value(Found(code.module, node))
    if isinstance(value, str):
        return value
    if node.type == "identifier":
        found = reading.variable(code, text(node), node)
        inner = None if found is None else found[1].child_by_field_name("value")
        if found is None or inner is None or depth > MOST_DEPTH:
            return ""
        return _address(reading, found[0], inner, depth + 1)
    pieces: list[str] = []
    parts = node.named_children if node.type in ("template_string", "binary_expression") else ()
    for child in parts:
        if child.type == "string_fragment":
            pieces.append(text(child))
            continue
        known = reading.program.value(
            Found(
                code.module,
                child.named_children[0] if child.type == "template_substitution" and child.named_children else child,
            )
        )
        pieces.append(known if isinstance(known, str) else "{}")
    written = "".join(pieces)
    return written[2:] if written.startswith("{}/") else written


def _method(options: Node) -> str:
    found = re.search(r"method\s*:\s*['\"`](\w+)", text(options))
    return found[1].lower() if found else "get"


def _body(options: Node) -> Node | None:
    for child in options.named_children if options.type == "object" else ():
        if child.type == "pair" and text(child.child_by_field_name("key")) in ("body", "data"):
            return child.child_by_field_name("value")
    return None


def _sent(reading: Reading, code: Code, node: Node, of: str = "") -> tuple[Field, ...]:
    """The fields that are sent; those of a declared type are known from there."""
    if node.type == "call_expression" and callee(node) == "JSON.stringify" and arguments(node):
        node = arguments(node)[0]
    if node.type == "array" and node.named_children:
        node = node.named_children[0]
    shape = value_of(reading, code, node, source="call")
    if len(shape.fields) == 1 and thing(shape.fields[0].name) == thing(of) != "":
        shape = shape.fields[0].shape  # Wrapped, as in `{todo: {…}}`.
        shape = replace(shape, fields=reading.members(shape), kind="object") if shape.kind == "reference" else shape
    literal = node.type == "object"
    return tuple(
        replace(
            each,
            source="call" if literal else "form",
            required=True if each.shape.literal else None,
        )
        for each in (shape.fields if shape.kind == "object" else ())
    )


def _foreign(code: Code, call: Node, host: str) -> Iterator[Foreign]:
    """Types and state that hold what another service answers, in the function that asks it."""
    function = function_around(call)
    if function is None:
        return
    for node in walk(function):
        if node.type == "type_identifier":
            yield Foreign(text(node), host)
        elif node.type == "call_expression" and re.fullmatch(r"set[A-Z]\w*", callee(node)):
            yield Foreign(callee(node), host)


def _kept(reading: Reading, code: Code, call: Node) -> Iterator[Sighting]:
    given = arguments(call)
    if len(given) < 2 or given[1].type != "call_expression" or callee(given[1]) != "JSON.stringify":
        return
    inner = arguments(given[1])
    key = reading.program.value(Found(code.module, given[0]))
    names: list[str] = []
    if inner and inner[0].type == "identifier":
        names = [text(inner[0])]
    elif inner and inner[0].type == "object":
        names = [text(each) for each in inner[0].named_children if each.type == "shorthand_property_identifier"]
    elif isinstance(key, str):
        names = [key]
    for name in names:
        if is_plural(name) and thing(name) not in _NOT_KEPT:
            shape = UNKNOWN if not inner else value_of(reading, code, inner[0])
            of = shape.of.name if shape.of is not None and shape.of.kind == "reference" else ""
            yield Sighting(name, "storage", 0.4, code.evidence(call, "storage"), type_name=of, stored=True, kept=True)
