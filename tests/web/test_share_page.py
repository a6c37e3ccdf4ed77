"""The page behind a link: what it shows, and to what it stays deaf."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.web import prose, share_watch
from tests.running import RunningWorker, running
from tests.web.browser import browser
from tests.world import Actor, Database

PASSWORD = "open sesame"
VOID = {"meta", "link", "input", "br", "hr"}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "header",
        "main",
        "footer",
        "article",
        "form",
        "label",
    ),
    *("input", "button", "h1", "h2", "h3", "p", "span", "time", "ul", "ol", "li", "a", "em", "strong", "code", "pre"),
    *("blockquote", "table", "thead", "tbody", "tr", "th", "td", "s", "hr", "br"),
}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src=https://evil.test></iframe>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](&#x6A;avascript:alert(1)) <javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=) [y](vbscript:x) [z](file:///etc/passwd) [r](/console) [p](//evil.test)",
    "![x](https://evil.test/pixel.png)",
    '[x](https://evil.test/"onmouseover="alert(1) \'title"onclick="alert(1)\')',
    "</article></main></body><script src=https://evil.test/x.js></script>",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "{title} {{css}} %s ${7*7} {0.__class__}",
    "x' or 1=1; --",
    "a \u202egpj.exe\u202c b \u2066c\u2069",
    "| a |\n|---|\n| <b onclick=x> |",
]


class Outline(HTMLParser):
    """Elements with their attributes, and the text outside of scripts; fails where tags do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@dataclass
class Link:
    """A share, as the worker is asked for it."""

    worker: RunningWorker
    token: str
    share_id: UUID

    @property
    def path(self) -> str:
        return f"/share/{self.token}"

    async def page(self, status: int = 200) -> Outline:
        answer = await self.worker.client.get(self.path)
        assert answer.status_code == status, answer.text
        return outline(answer)


def outline(answer: httpx2.Response) -> Outline:
    """A page that is what all are: nothing in it but what we know, nothing that runs, nobody told of it."""
    headers = answer.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert (headers["x-robots-tag"], headers["x-frame-options"]) == ("noindex, nofollow", "DENY")
    assert "set-cookie" not in headers
    found = Outline(answer.text)
    assert {tag for tag, _ in found.elements} <= ALLOWED
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        if tag == "a":
            assert re.match("https?://", attributes["href"] or ""), attributes
            assert attributes["rel"] == "noopener noreferrer nofollow ugc"
    for script in found.all("script"):
        assert re.fullmatch(r"/share/files/share\.js\?v=[0-9a-f]+", script["src"] or "")
    return found


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[RunningWorker]:
    async with running(database) as started:
        yield started


@pytest.fixture
async def talk(acme_member: Actor) -> UUID:
    """A conversation of Ben's."""
    return UUID(str(await acme_member.value("select id from public.conversations")))


Sharing = Callable[..., Awaitable[Link]]


@pytest.fixture
def share(worker: RunningWorker, acme_member: Actor, talk: UUID) -> Sharing:
    """Shares Ben's conversation."""

    async def shared(**options: Any) -> Link:
        named = "".join(f", p_{name} => ${number}" for number, name in enumerate(options, 2))
        sql = f"select * from public.share_conversation(p_conversation_id => $1{named})"
        (row,) = await acme_member.fetch(sql, talk, *options.values())
        return Link(worker, row["token"], row["share_id"])

    return shared


async def say(database: Database, talk: UUID, text: str, role: str = "assistant", parts: object = None) -> None:
    await database.fetch(
        "insert into public.messages (tenant_id, conversation_id, user_id, role, content, parts)"
        " select tenant_id, id, user_id, $3, $2, $4::jsonb from public.conversations where id = $1",
        talk,
        text,
        role,
        None if parts is None else json.dumps(parts),
    )


async def test_a_link_shows_the_conversation_to_anybody(share: Sharing) -> None:
    link = await share()
    page = await link.page()
    assert "Warranty in short" in page.text and "Five years on parts and work" in page.text
    assert len(page.all("article")) == 2 and page.all("script") == []
    head = await link.worker.client.head(link.path)
    assert (head.status_code, head.content) == (200, b"")


NO_PATHS = ("A" * 43, "x", "%00" * 43, "A" * 20_000, "..%2f..%2fetc", "\u202e" * 43, "A" * 42 + "!")


async def test_what_is_no_link_is_one_page(worker: RunningWorker) -> None:
    answers = [await worker.client.get(f"/share/{path}") for path in NO_PATHS]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "There is nothing here" in outline(answers[0]).text


async def test_a_link_that_was_revoked_answers_as_one_that_never_was(
    share: Sharing, acme_member: Actor, worker: RunningWorker
) -> None:
    link = await share(is_live=True)
    await acme_member.fetch("select public.revoke_share($1)", link.share_id)
    gone, never = await worker.client.get(link.path), await worker.client.get(f"/share/{'A' * 43}")
    assert (gone.status_code, gone.text) == (never.status_code, never.text)
    assert {*gone.headers} == {*never.headers}


async def test_hostile_text_is_shown_and_does_nothing(share: Sharing, database: Database, talk: UUID) -> None:
    await database.fetch("update public.conversations set title = $2 where id = $1", talk, HOSTILE[0] + "\u202e")
    for text in HOSTILE:
        await say(database, talk, text)
        await say(database, talk, text, "user")
    source = {"type": "source-url", "url": 'https://evil.test/"onclick="x', "title": HOSTILE[0]}
    hidden = [
        {"type": "source-url", "url": "javascript:alert(1)"},
        {"type": "reasoning", "text": "secret thoughts"},
        {"type": "tool-call", "toolName": "secret tool", "arguments": "secret arguments"},
        {"type": "context", "text": "secret context"},
    ]
    file = {"type": "file", "url": "data:image/png;base64,secret", "filename": HOSTILE[1], "mediaType": HOSTILE[2]}
    await say(database, talk, "", parts=[{"type": "text", "text": HOSTILE[0]}, source, file, *hidden])
    page = await (await share()).page()
    for text in HOSTILE[:3]:
        assert text in page.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text) and "[U+202E]" in page.text
    assert "secret" not in page.text
    assert all("evil.test" in str(link["href"]) for link in page.all("a"))


async def test_a_huge_conversation_is_cut(share: Sharing, database: Database, talk: UUID) -> None:
    await say(database, talk, "[" * 8_000_000)
    page = await (await share()).page()
    assert len(page.text) < 110_000
    await database.fetch(
        "insert into public.messages (tenant_id, id, conversation_id, user_id, parent_id, role, content)"
        " select c.tenant_id, lpad(n::text, 32, '0')::uuid, c.id, c.user_id,"
        " lpad(greatest(n - 1, 1)::text, 32, '0')::uuid, 'assistant', 'Message ' || n"
        " from public.conversations as c, generate_series(1, 10000) as n where c.id = $1",
        talk,
    )
    page = await (await share()).page()
    assert len(page.all("article")) == 500
    assert "Older messages are left out." in page.text and "Message 10000" in page.text


async def test_markdown_that_is_made_to_be_slow_stays_text() -> None:
    assert "<strong>" in prose.prose("**bold**")
    assert prose.prose("**bold**" * 10_000).startswith('<p class="plain"')


async def test_a_password_is_asked_for_and_wrong_ones_are_limited(share: Sharing) -> None:
    link = await share(password=PASSWORD)
    page = await link.page()
    assert "Warranty" not in page.text and page.all("form") == [{"method": "post"}]

    async def tried(password: str) -> httpx2.Response:
        return await link.worker.client.post(link.path, data={"password": password})

    assert "Five years on parts" in outline(await tried(PASSWORD)).text
    wrong = [await tried(text) for text in ("wrong", "", "\0" + PASSWORD, "x" * 3000, *["again"] * 6)]
    assert {answer.status_code for answer in wrong} == {403}
    assert "That is not the password." in outline(wrong[0]).text
    late = await tried(PASSWORD)
    assert late.status_code == 429 and 0 < int(late.headers["retry-after"]) <= 6
    assert "Five years" not in outline(late).text


async def test_a_form_is_small_and_a_form(share: Sharing) -> None:
    link = await share(password=PASSWORD)
    post = link.worker.client.post
    for answer, status in (
        (await post(link.path, json={"password": PASSWORD}), 415),
        (await post(link.path, data={"password": "x" * 5000}), 413),
        (await post(link.path, data={f"p{n}": "" for n in range(20)}), 403),
        (await link.worker.client.put(link.path), 405),
    ):
        assert answer.status_code == status
        outline(answer)


async def test_the_token_is_in_no_log_and_no_metric(
    share: Sharing, worker: RunningWorker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As app.logs.configure() has it.
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "disabled", True)
    link = await share(is_live=True)
    with caplog.at_level(logging.DEBUG):
        await link.page()
        await worker.client.get(f"{link.path}/events")
        await worker.client.post(link.path, data={"password": "wrong"})
        await worker.client.get(f"{link.path}/nowhere")
        measured = (await worker.client.get("/metrics")).text
    said = [str(record.__dict__) for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert len(said) >= 4
    assert not [line for line in [*said, measured] if link.token in line or link.token[:12] in line]
    assert "/share/{token}" in measured


async def test_without_the_assistant_there_are_no_links(share: Sharing, database: Database) -> None:
    link = await share()
    async with running(database, enable_ai_assistant=False) as off:
        assert (await off.client.get(link.path)).status_code == 404


class Following:
    """The events of a page that is open."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def event(self, within: float = 5) -> tuple[str, Any]:
        """The next one that is no heartbeat."""
        name = ""
        async with asyncio.timeout(within):
            async for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
        return "end", None


def follow_path(page: Outline) -> str:
    return str(next(attributes["data-follow"] for attributes in page.all("main")))


async def test_an_open_page_follows_until_it_is_revoked(
    share: Sharing, acme_member: Actor, database: Database, talk: UUID, worker: RunningWorker
) -> None:
    link = await share(is_live=True)
    path = follow_path(await link.page())
    async with worker.client.stream("GET", path) as one, worker.client.stream("GET", path) as other:
        assert one.headers["content-type"].startswith("text/event-stream")
        assert (one.headers["cache-control"], one.headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
        following = [Following(stream.aiter_lines()) for stream in (one, other)]
        await say(database, talk, "It is **new**. <script>alert(1)</script>")
        for each in following:
            name, news = await each.event()
            assert name == "append"
            assert Outline(news["html"]).text.count("It is new. <script>") == 1
            assert "Five years" not in news["html"]
        await acme_member.fetch("update public.conversations set title = 'Another title' where id = $1", talk)
        assert [(await each.event())[1]["title"] for each in following] == ["Another title"] * 2
        await acme_member.fetch("select public.revoke_share($1)", link.share_id)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert [(await each.event())[0] for each in following] == ["gone", "gone"]
        assert loop.time() - begun < 2
        assert [(await each.event())[0] for each in following] == ["end", "end"]
    assert (await worker.client.get(path)).status_code == 404
    assert await acme_member.value("select views from public.conversation_share_views") == 1


ENDS = (
    "update public.conversations set is_archived = {} where title = 'Warranty in short'",
    "update public.conversation_shares set expires_at = case when {} then now() end",
    "update public.users set is_active = not {} where email = 'ben@acme.test'",
    "update public.tenants set is_active = not {} where slug = 'acme'",
)


async def test_whatever_ends_a_share_ends_it_in_open_pages(
    share: Sharing, database: Database, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_watch, "TICK_SECONDS", 0.02)
    link = await share(is_live=True)
    for change in ENDS:
        async with worker.client.stream("GET", follow_path(await link.page())) as stream:
            await database.fetch(change.format("true"))
            assert (await Following(stream.aiter_lines()).event())[0] == "gone", change
        await link.page(404)
        await database.fetch(change.format("false"))
    async with worker.client.stream("GET", follow_path(await link.page())) as stream:
        await database.fetch("delete from public.conversations where title = 'Warranty in short'")
        assert (await Following(stream.aiter_lines()).event())[0] == "gone"


async def test_whoever_comes_back_gets_what_they_missed(
    share: Sharing, database: Database, talk: UUID, worker: RunningWorker
) -> None:
    link = await share(is_live=True)
    path = follow_path(await link.page())
    await say(database, talk, "Said meanwhile")
    async with worker.client.stream("GET", path) as stream:
        name, news = await Following(stream.aiter_lines()).event()
    assert name == "replace" and "Five years" in news["html"] and "Said meanwhile" in news["html"]


async def test_following_needs_the_proof_that_the_password_was_given(share: Sharing, worker: RunningWorker) -> None:
    link = await share(is_live=True, password=PASSWORD)
    opened = await worker.client.post(link.path, data={"password": PASSWORD})
    path = follow_path(outline(opened))
    open_path = follow_path(await (await share(is_live=True)).page())
    for proof in ("", "x", "0" * 64, "0" * 10_000, re.findall("proof=([0-9a-f]+)", open_path)[0]):
        answer = await worker.client.get(f"{link.path}/events", params={"proof": proof})
        assert answer.status_code == 404
    async with worker.client.stream("GET", path) as stream:
        assert stream.status_code == 200


async def test_only_so_many_follow_and_nobody_is_asked_for_when_nobody_does(
    share: Sharing, worker: RunningWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_watch, "MOST_FOLLOWERS", 1)
    monkeypatch.setattr(share_watch, "TICK_SECONDS", 0.01)
    link = await share(is_live=True)
    path = follow_path(await link.page())
    async with worker.client.stream("GET", path) as stream:
        assert await anext(stream.aiter_lines()) == "retry: 1000"
        refused = await worker.client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    ticking = worker.worker.shares.watch._ticking
    assert ticking is not None
    await asyncio.wait_for(ticking, 5)
    async with worker.client.stream("GET", path) as stream:
        assert stream.status_code == 200


async def test_a_worker_that_stops_lets_its_readers_go(share: Sharing, database: Database) -> None:
    link = await share(is_live=True)
    path = follow_path(await link.page())
    async with (
        running(database) as other,
        httpx2.AsyncClient(base_url=other.base_url, trust_env=False) as client,
        client.stream("GET", path) as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        other.server.should_exit = True
        assert (await Following(lines).event())[0] == "end"


async def test_in_a_browser_it_follows_and_goes(
    share: Sharing,
    acme_member: Actor,
    database: Database,
    talk: UUID,
    worker: RunningWorker,
    tmp_path: Path,
    program: str,
) -> None:
    for text in HOSTILE:
        await say(database, talk, text)
    link = await share(is_live=True, password=PASSWORD)
    async with browser(program, tmp_path / "profile") as chrome, chrome.page() as page:
        await page.go(worker.base_url + link.path)
        await page.type("#password", "another one")
        await page.press("Enter")
        await page.shows("That is not the password.")
        await page.type("#password", PASSWORD)
        await page.press("Enter")
        await page.shows("Five years on parts and work")
        await say(database, talk, "It is **new**. " + HOSTILE[1])
        await page.shows("It is new. <img src=x", "#messages")
        assert await page.run("document.querySelectorAll('img, iframe').length") == 0
        await acme_member.fetch("select public.revoke_share($1)", link.share_id)
        await page.shows("This conversation is no longer shared")
        assert "Five years" not in await page.run("document.documentElement.innerText")
        assert page.complaints == []
