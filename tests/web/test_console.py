from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from graphlib import TopologicalSorter
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from app.metrics import Metrics
from app.middleware import EXCEPTION_HANDLERS, stack
from app.settings import Settings
from app.web.console import STATIC, Console, content_security_policy, embedded_json, page_configuration

SUPABASE = "https://project.supabase.co"
KEY = "sb_publishable_abc"
SECRETS = {
    "worker_database_url": "postgresql://palaver_worker:worker-password@db.internal/postgres",
    "database_url": "postgresql://postgres:owner-password@db.internal/postgres",
    "supabase_secret_key": "sb_secret_service-key",
    "supabase_jwt_secret": "jwt-secret-0123456789-0123456789-0123456789",
    "openai_api_key": "sk-openai-key",
    "metrics_token": "metrics-token",
    "secrets_key": "c2VjcmV0cy1rZXktc2VjcmV0cy1rZXktc2VjcmV0cyE=",
}
FILES = sorted(path.name for path in STATIC.iterdir())
MODULES = [name for name in FILES if name.endswith(".js")]
HOSTILE = [
    "https://project.supabase.co;script-src",
    "https://project.supabase.co'unsafe-inline'",
    "https://project.supabase.co,https://evil.test",
    'https://project.supabase.co"><script>alert(1)</script>',
    "https://project.supabase.co/</script><script>alert(1)</script>",
    "https://*",
    "https://*.supabase.co",
    "https://xn--\u00fcnicode.test",
    "https://{{js}}",
]


def settings(**values: Any) -> Settings:
    return Settings.load(env_file=None, **({"supabase_url": SUPABASE, "supabase_publishable_key": KEY} | values))


def client(**values: Any) -> httpx2.AsyncClient:
    given = settings(**values)
    app = Starlette(
        routes=Console(given).routes(), middleware=stack(given, Metrics("1")), exception_handlers=EXCEPTION_HANDLERS
    )
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://worker")


class Outline(HTMLParser):
    """The elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def configuration_in(text: str) -> Any:
    outline = Outline(text)
    index = next(i for i, each in enumerate(outline.all("script")) if each.get("id") == "configuration")
    return json.loads(outline.scripts[index])


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


def imports_of(module: str) -> set[str]:
    """The modules that a module imports."""
    text = (STATIC / module).read_text()
    found = re.findall(r'^import \{ [^}]+ \} from "\./([a-z]+\.js)";$', text, re.MULTILINE)
    assert len(found) == len(set(found)) == len(re.findall(r"\bimport\b|\bfrom\s+[\"']", text)) / 2, module
    return set(found)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html"),
        ("/console/console.css", "text/css"),
        *((f"/console/{name}", "text/javascript") for name in MODULES),
    ],
)
async def test_each_file_has_its_type_and_is_asked_for_again_by_its_etag(path: str, media_type: str) -> None:
    async with client() as http:
        first = await http.get(path)
        assert first.status_code == 200
        assert first.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["x-content-type-options"] == "nosniff"
        etag = first.headers["etag"]
        for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = await http.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        other = await http.get(path, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)
        head = await http.head(path)
        assert (head.status_code, head.headers["etag"]) == (200, etag)
        assert (await http.post(path)).status_code == 405


def test_the_folder_holds_what_is_served_and_nothing_else() -> None:
    assert {"console.css", *MODULES} == set(FILES)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "other.js",
        "Console.js",
        "console.js%00",
        "console.html",
        "console.py",
        "__init__.py",
        "%2e%2e",
        "../console.py",
        "%2e%2e%2fconsole.py",
        "..%2fconsole.html",
        "..%5cconsole.html",
        "..%2fstatic%2fconsole.js",
        "%2fetc%2fpasswd",
        "%252e%252e%252fconsole.py",
    ],
)
async def test_other_names_lead_nowhere(name: str) -> None:
    async with client() as http:
        answer = await http.get(f"http://worker/console/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "NOT_FOUND"


def test_modules_depend_one_way_and_the_page_reaches_them_all() -> None:
    graph = {name: imports_of(name) for name in MODULES}
    # Raises CycleError.
    order = list(TopologicalSorter(graph).static_order())
    assert sorted(order) == MODULES
    reached: set[str] = set()
    waiting = {"console.js"}
    while waiting:
        reached |= waiting
        waiting = set().union(*(graph[name] for name in waiting)) - reached
    assert reached == set(MODULES)


async def test_the_files_that_the_page_names_are_cached_for_good_and_others_are_not() -> None:
    async with client() as http:
        outline = Outline((await http.get("/")).text)
        named = [each["src"] for each in outline.all("script") if each.get("src")]
        named += [each["href"] for each in outline.all("link") if each["rel"] == "stylesheet"]
        assert [str(address).partition("?")[0] for address in named] == ["/console/console.js", "/console/console.css"]
        for address in named:
            assert address is not None
            kept = await http.get(address)
            assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
            stale = await http.get(address[:-1] + ("0" if address[-1] != "0" else "1"))
            assert (stale.status_code, stale.headers["cache-control"]) == (200, "no-cache")


async def test_the_policy_allows_what_the_page_uses_and_nothing_else() -> None:
    async with client() as http:
        page = await http.get("/")
    policy = directives(page.headers["content-security-policy"])
    assert policy == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'", SUPABASE],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    outline = Outline(page.text)
    for tag, attributes in outline.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert tag not in ("style", "iframe", "object", "embed", "base", "img"), tag
    for script in outline.all("script"):
        assert (script.get("src") or "").startswith("/console/console.js?v=") or script["type"] == "application/json"
    links = outline.all("link")
    for link in links:
        assert (link["href"] or "").startswith(("/console/", "data:image/svg+xml,"))
    # Fetched with the page, as it has them, and not one after the other.
    preloaded = [link["href"] for link in links if link["rel"] == "modulepreload"]
    assert preloaded == [f"/console/{name}" for name in MODULES if name != "console.js"]
    style = (STATIC / "console.css").read_text()
    assert not re.search(r"url\(|@import|@font-face", style)


@pytest.mark.parametrize("name", MODULES)
def test_only_text_nodes_carry_what_was_said(name: str) -> None:
    script = (STATIC / name).read_text()
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
        assert dangerous not in script


async def test_the_page_knows_its_configuration_and_no_secret() -> None:
    async with client(**SECRETS, ai_providers='{"x": {"base_url": "http://model.internal", "api_key": "k-x"}}') as http:
        page = (await http.get("/")).text
        scripts = "".join([(await http.get(f"/console/{name}")).text for name in MODULES])
    assert configuration_in(page) == {
        "supabaseUrl": SUPABASE,
        "publishableKey": KEY,
        "problem": None,
        "demonstration": False,
        "assistantEnabled": True,
        "maxMessageChars": 32000,
        "version": "0.1.0",
    }
    for secret in [*SECRETS.values(), "worker-password", "owner-password", "db.internal", "model.internal", "k-x"]:
        assert secret not in page
        assert secret not in scripts


async def test_the_page_knows_when_it_only_demonstrates_and_when_the_assistant_is_off() -> None:
    async with client(enable_ai_assistant=False) as http:
        configuration = configuration_in((await http.get("/")).text)
    assert configuration["demonstration"] is True
    assert configuration["assistantEnabled"] is False


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_address_reaches_neither_the_policy_nor_the_page(url: str) -> None:
    async with client(supabase_url=url) as http:
        page = await http.get("/")
    assert page.headers["content-security-policy"] == content_security_policy(None)
    configuration = configuration_in(page.text)
    assert configuration["supabaseUrl"] is None
    assert configuration["publishableKey"] is None
    assert configuration["problem"].startswith("SUPABASE_URL on this server is not an address")
    assert len(Outline(page.text).all("script")) == 2


@pytest.mark.parametrize(
    "key", ["</script><script>alert(1)</script>", "<!--<script>", "{{css}}", "a&b\u2028c\u2029d", "\"'\\"]
)
async def test_a_hostile_key_stays_inside_its_string(key: str) -> None:
    async with client(supabase_publishable_key=key) as http:
        page = (await http.get("/")).text
    assert configuration_in(page)["publishableKey"] == key
    assert len(Outline(page).all("script")) == 2


def test_embedded_json_reads_back_and_holds_nothing_that_html_reads() -> None:
    value = {"text": "</script><!-- & \u2028 é 😀", "list": [1, None, True]}
    text = embedded_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


@pytest.mark.parametrize(
    ("url", "supabase", "origin"),
    [
        ("http://127.0.0.1:54321", "http://127.0.0.1:54321", "http://127.0.0.1:54321"),
        ("https://Project.Supabase.co/", "https://project.supabase.co", "https://project.supabase.co"),
        ("https://host.test/base/path", "https://host.test/base/path", "https://host.test"),
        ("http://[::1]:54321", "http://[::1]:54321", "http://[::1]:54321"),
    ],
)
def test_the_policy_names_the_origin_of_supabase(url: str, supabase: str, origin: str) -> None:
    configuration, allowed = page_configuration(settings(supabase_url=url))
    assert configuration["supabaseUrl"] == supabase
    assert allowed == origin
    assert directives(content_security_policy(allowed))["connect-src"] == ["'self'", origin]


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"supabase_url": None}, "SUPABASE_URL is not set"),
        ({"supabase_publishable_key": None}, "SUPABASE_PUBLISHABLE_KEY is not set"),
        (
            {"supabase_url": None, "supabase_publishable_key": None},
            "SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY are not set",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(values: dict[str, Any], missing: str) -> None:
    configuration, origin = page_configuration(settings(**values))
    assert configuration["problem"].startswith(missing)
    assert (configuration["supabaseUrl"], configuration["publishableKey"], origin) == (None, None, None)


def jwt_of(role: str) -> str:
    return ".".join(
        urlsafe_b64encode(part).decode().rstrip("=") for part in (b"{}", b'{"role":"%b"}' % role.encode(), b"s")
    )


@pytest.mark.parametrize(
    "key", ["sb_secret_abc", jwt_of("service_role"), jwt_of("authenticated"), SECRETS["supabase_jwt_secret"]]
)
async def test_a_secret_in_the_place_of_the_publishable_key_is_kept_from_the_page(key: str) -> None:
    async with client(**{**SECRETS, "supabase_publishable_key": key}) as http:
        page = (await http.get("/")).text
    assert key not in page
    assert configuration_in(page)["problem"].startswith("SUPABASE_PUBLISHABLE_KEY on this server holds a secret")


def test_the_legacy_anon_key_is_publishable() -> None:
    configuration, _ = page_configuration(settings(supabase_publishable_key=jwt_of("anon")))
    assert configuration["publishableKey"] == jwt_of("anon")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_edges_have_the_contrast_that_wcag_asks_for(scheme: int) -> None:
    style = (STATIC / "console.css").read_text()
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", style)
    colours = {name: pair[scheme] for name, *pair in found}
    texts = [
        (ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "sheet", "shade", "accent-wash")
    ]
    texts += [("on-accent", "accent"), ("alarm", "paper"), ("ink", "alarm-wash"), ("paper", "ink"), ("soft", "line")]
    for ink, ground in texts:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for edge, ground in [("edge", "sheet"), ("edge", "paper"), ("edge", "shade"), ("accent", "paper")]:
        assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)
