from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.local.postgres import free_port
from app.local.services import Stack
from app.web.console import STATIC
from tests.assistant.scripts import changing, structured, suggesting
from tests.clients.install import LITE
from tests.model_server import ModelServer, Script
from tests.web.browser import Browser, Page, browser, chromium
from tests.web.console import NARROW, WIDE, enter, nameless, sign_in
from tests.web.line import Line, line
from tests.world import server_directory


@pytest.fixture(scope="module")
async def stack(_model_server: ModelServer) -> AsyncIterator[Stack]:
    """The whole of `make up` on free ports, with our model server as its provider."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AI_PROVIDERS", "ENABLE_AI_ASSISTANT", "PALAVER_ENV", "MAX_MESSAGE_CHARS"):
            # Set, since a developer's .env counts as well.
            patch.setenv(name, "")
        patch.setenv("OPENAI_BASE_URL", _model_server.base_url)
        patch.setenv("OPENAI_API_KEY", "a-key")
        patch.setenv("AI_TITLES", "false")
        patch.setenv("DEFAULT_AI_MODEL", "test-model")
        patch.setenv("SECRETS_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        with server_directory() as directory:
            async with Stack(directory, port=free_port(), packages=LITE, durable=False) as started:
                yield started


@pytest.fixture(scope="module")
async def chrome(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    program = chromium()
    assert program is not None
    async with browser(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
async def tab(chrome: Browser, stack: Stack) -> AsyncIterator[Page]:
    async with chrome.page() as opened:
        await opened.go(f"{stack.worker_url}/")
        yield opened


@pytest.fixture
async def page(tab: Page, stack: Stack, model_server: ModelServer) -> AsyncIterator[Page]:
    """The console, nobody signed in, the model ready; whatever the tab complains of fails the test."""
    await tab.appear(*WIDE, "light")
    await tab.run("sessionStorage.clear()")
    await tab.online(True)
    await tab.go(f"{stack.worker_url}/")
    yield tab
    complaints, tab.complaints = tab.complaints, []
    assert complaints == []


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection."""
    connection = await asyncpg.connect(stack.settings["DATABASE_URL"], ssl=False)
    yield connection
    await connection.close(timeout=10)


@pytest.fixture
async def wire(page: Page, stack: Stack) -> AsyncIterator[Line]:
    """The page, loaded over a line that can be cut."""
    async with line(stack.port) as laid:
        await page.go(f"http://127.0.0.1:{laid.port}/")
        yield laid


async def ask(page: Page, text: str) -> None:
    await page.type("#question-box", text)
    await page.press("Enter")


async def answered(page: Page, count: int = 1) -> None:
    """Wait until so many answers are complete."""
    await page.until(f"document.querySelectorAll('.answer[data-state=said] .meta').length === {count}")


async def opened(page: Page, title: str) -> None:
    """Open a conversation by its title in the list."""
    await page.click_text(title, "#list")
    await page.until(f"document.title === {json.dumps(f'{title} – Palaver')} && document.querySelector('.question')")


async def put_away(page: Page, how: str) -> None:
    """Wait until the conversation that was open is not any more."""
    await page.until(
        "location.hash === '#new' && !document.querySelector('#toast').hidden"
        f" && document.querySelector('#toast-text').textContent === '{how}'"
    )


async def listed(page: Page, status: str) -> None:
    """Choose which conversations the list shows."""
    await page.run(
        f"{{ const s = document.querySelector('#which'); s.value = '{status}'; s.dispatchEvent(new Event('change')); }}"
    )


async def conversation(page: Page) -> UUID:
    return UUID(await page.run("location.hash.slice(1)"))


async def test_an_answer_streams_in_and_is_in_the_history_after_a_reload(page: Page, model_server: ModelServer) -> None:
    model_server.script(Script(answer="First words. **Bold** ones, and `code`.", seconds_per_frame=0.08))
    await sign_in(page, "ada@acme.test")
    await page.shows("administrator, Acme")
    await ask(page, "What can you do?")
    await page.shows("First words.", ".answer")
    assert "code" not in await page.run("document.querySelector('.answer').innerText"), "it did not stream"
    await page.shows("Stop", "#ask")
    await answered(page)
    assert await page.run("document.querySelector('.answer .prose').innerHTML") == (
        "<p>First words. <strong>Bold</strong> ones, and <code>code</code>.</p>"
    )
    await page.shows("First words. Bold ones, and code.", "#spoken")
    await page.shows("What can you do?", "#list [aria-current]")
    await page.reload()
    await answered(page)
    await page.shows("What can you do?", ".question")
    await page.shows("First words. Bold ones, and code.", ".answer")
    await page.shows("test-model", ".answer .facts")
    await page.click("#new")
    await page.until("document.querySelector('#talk').childElementCount === 0")
    await opened(page, "What can you do?")


async def test_nothing_moves_away_from_under_the_pointer_when_a_list_comes_late(page: Page) -> None:
    first = "document.querySelector('#list a')"
    in_sight = f"""(() => {{
        const {{ x, y, width, height }} = {first}.getBoundingClientRect();
        return {first}.contains(document.elementFromPoint(x + width / 2, y + height / 2)) && `${{x}} ${{y}}`;
    }})()"""
    await page.run("""{
        const fetched = window.fetch;
        const late = new Promise((done) => { window.arrive = done; });
        window.fetch = async (url, ...more) => {
            if (/\\/(projects|generated_apps)\\?/.test(url)) await late;
            return fetched(url, ...more);
        };
    }""")
    await enter(page, "ada@acme.test")
    await page.until("document.querySelector('#list').childElementCount")
    seen = await page.run(in_sight)
    await page.run("window.arrive()")
    await page.shows("New app", "#apps")
    shown = await page.until(in_sight)
    assert seen in (False, shown)


async def test_what_is_stored_encrypted_is_read_by_whoever_said_it(page: Page, database: asyncpg.Connection) -> None:
    encrypts = "update public.tenants set encrypts_messages = $1 where slug = 'globex'"
    await database.execute(encrypts, True)
    try:
        await sign_in(page, "dan@globex.test")
        await ask(page, "Between us")
        await answered(page)
        await page.reload()
        await answered(page)
        await page.shows("Between us", ".question")
        await page.shows("Hello from the model server.", ".answer")
        await page.shows("New conversation", "#list [aria-current]")
        assert await database.fetchval("select count(*) from public.messages where content like 'Between us'") == 0
    finally:
        await database.execute(encrypts, False)


async def test_a_wrong_password_is_told_in_a_sentence(page: Page) -> None:
    await sign_in(page, "ada@acme.test", "wrong")
    await page.shows("That e-mail address and password do not belong together.", "[role=alert]")
    assert await page.run("document.querySelector('#password').getAttribute('aria-invalid')") == "true"
    await sign_in(page, "ada@acme.test")


async def test_an_account_without_a_membership_is_told_so(page: Page, stack: Stack) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        made = await http.post(
            f"{stack.settings['SUPABASE_URL']}/auth/v1/signup",
            headers={"apikey": stack.settings["SUPABASE_PUBLISHABLE_KEY"]},
            json={"email": "stranger@elsewhere.test", "password": "some-long-password"},
        )
    assert made.status_code == 200, made.text
    await sign_in(page, "stranger@elsewhere.test", "some-long-password")
    await page.shows("stranger@elsewhere.test has an account, but no access to an organisation here")
    assert await page.run("sessionStorage.length") == 0


async def test_a_conversation_is_renamed_archived_and_restored(page: Page, database: asyncpg.Connection) -> None:
    await sign_in(page, "ada@acme.test")
    await opened(page, "Which drill for oak?")
    opened_id = await conversation(page)
    await page.click("#rename")
    await page.type("#rename-title", "Bits for oak")
    await page.press("Enter")
    await page.shows("Bits for oak", "#list [aria-current]")
    assert await database.fetchval("select title from public.conversations where id = $1", opened_id) == "Bits for oak"
    await page.click("#archive")
    await page.shows("Archived", "#toast")
    await page.until("![...document.querySelectorAll('#list a')].some((each) => each.innerText === 'Bits for oak')")
    assert await database.fetchval("select is_archived from public.conversations where id = $1", opened_id)
    await listed(page, "archived")
    await opened(page, "Bits for oak")
    await page.shows("This conversation is archived.", "#hint")
    assert await page.run("document.querySelector('#ask').hidden")
    await page.click_text("Restore", "#notice")
    await page.until("!document.querySelector('#ask').hidden")
    assert not await database.fetchval("select is_archived from public.conversations where id = $1", opened_id)
    await page.click("#archive")
    await page.click_text("Undo", "#toast")
    await page.until("!document.querySelector('#ask').hidden && document.querySelector('.question')")
    assert not await database.fetchval("select is_archived from public.conversations where id = $1", opened_id)


async def test_a_conversation_is_deleted_and_comes_back_from_where_it_was(
    page: Page, database: asyncpg.Connection
) -> None:
    status = "select status from public.conversations where id = $1"
    await sign_in(page, "chloe@globex.test")
    title = await page.run("document.querySelector('#list a').innerText")
    await opened(page, title)
    opened_id = await conversation(page)
    await page.click("#remove")
    await put_away(page, "Deleted")
    await page.until(
        f"![...document.querySelectorAll('#list a')].some((each) => each.innerText === {json.dumps(title)})"
    )
    assert await database.fetchval(status, opened_id) == "deleted"
    await page.click_text("Undo", "#toast")
    await page.until("!document.querySelector('#ask').hidden && document.querySelector('.question')")
    assert await database.fetchval(status, opened_id) == "active"

    await page.click("#archive")
    await put_away(page, "Archived")
    await listed(page, "archived")
    await opened(page, title)
    await page.click("#remove")
    await put_away(page, "Deleted")
    await page.click_text("Undo", "#toast")
    await page.shows("To go on with it, restore it.", "#notice")
    assert await database.fetchval(status, opened_id) == "archived"

    await page.click("#remove")
    await put_away(page, "Deleted")
    await listed(page, "deleted")
    await opened(page, title)
    await page.shows("You deleted this conversation. Until", "#notice")
    await page.shows("This conversation is deleted.", "#hint")
    assert await page.run("document.querySelector('#remove').hidden && document.querySelector('#archive').hidden")
    await page.click("#restore")
    await page.until("!document.querySelector('#ask').hidden && document.querySelector('.question')")
    await page.shows(title, "#list [aria-current]")
    assert await page.run("document.querySelector('#which').value") == "active"
    assert await database.fetchval(status, opened_id) == "active"


async def test_words_are_found_and_shown_as_text_whatever_they_are(page: Page, database: asyncpg.Connection) -> None:
    await database.execute(
        "insert into public.messages (tenant_id, conversation_id, user_id, content)"
        " select c.tenant_id, c.id, c.user_id,"
        " 'A zeppelin <img src=x onerror=alert(1)> & \"more\" <mark>zeppelins</mark>'"
        " from public.conversations as c join public.users as u on u.tenant_id = c.tenant_id and u.id = c.user_id"
        " where u.email = 'dan@globex.test' and c.title = 'Outliers in the survey'"
    )
    await sign_in(page, "dan@globex.test")
    await page.type("#search", "zeppelin")
    await page.until("document.querySelectorAll('#found li').length === 1")
    assert await page.run("document.querySelector('#list').hidden")
    words = await page.run("document.querySelector('.hit-words').textContent")
    assert words == 'A zeppelin <img src=x onerror=alert(1)> & "more" <mark>zeppelins</mark>'
    assert await page.run("[...document.querySelectorAll('#found mark')].map((each) => each.textContent)") == [
        "zeppelin",
        "zeppelins",
    ]
    assert await page.run("document.querySelector('#found img')") is None
    await page.click("#found li a")
    await page.until(
        "[...document.querySelectorAll('.question')].some((each) => each.innerText.includes('A zeppelin'))"
    )
    await page.type("#search", "nothing like that anywhere")
    await page.shows("Nothing was found.", "#found")
    await page.type("#search", " ")
    await page.until("!document.querySelector('#list').hidden && document.querySelector('#found').hidden")


async def test_a_link_is_made_shown_once_opened_and_revoked(page: Page, stack: Stack) -> None:
    await sign_in(page, "ada@acme.test")
    await opened(page, await page.run("document.querySelector('#list a').innerText"))
    await page.click("#share")
    await page.type("#share-password", "short")
    await page.click_text("Make a link", "#sharing")
    await page.shows("The password of a share has 8 to 200 characters.", "#share-error")
    await page.type("#share-password", "")
    await page.click_text("Make a link", "#sharing")
    link = await page.until("document.querySelector('#share-url').value")
    assert link.startswith(f"{stack.worker_url}/share/")
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(link)).status_code == 200
        await page.click("#sharing-close")
        assert link.rpartition("/")[2] not in await page.run("document.documentElement.outerHTML")
        await page.click("#share")
        await page.shows("as it was then, opened once", "#shares")
        assert await page.run("document.querySelector('#share-link').hidden")
        await page.click_text("Revoke", "#shares")
        await page.until("document.querySelector('#shares').childElementCount === 0")
        assert (await http.get(link)).status_code == 404
    await page.click("#sharing-close")


async def test_an_answer_is_rated_commented_and_the_rating_taken_back(page: Page, database: asyncpg.Connection) -> None:
    await sign_in(page, "ben@acme.test")
    await opened(page, "Warranty in short")
    query = "select f.rating, f.comment from public.feedback f join public.messages m on m.id = f.message_id"
    query += " where m.conversation_id = $1"
    opened_id = await conversation(page)
    good, bad = "[aria-label='Good answer']", "[aria-label='Bad answer']"
    assert await page.run(f'document.querySelector("{good}").getAttribute("aria-pressed")') == "true"
    await page.click(bad)
    await page.until(f'document.querySelector("{bad}[aria-pressed=true]")')
    assert [tuple(row) for row in await database.fetch(query, opened_id)] == [(-1, None)]
    await page.click_text("Add a comment")
    await page.type(".remark textarea", "Too short <b>by half</b>")
    await page.click_text("Save comment")
    await page.shows("Too short <b>by half</b>", ".remark")
    assert [tuple(row) for row in await database.fetch(query, opened_id)] == [(-1, "Too short <b>by half</b>")]
    await page.reload()
    await page.shows("Too short <b>by half</b>", ".remark")
    await page.click(bad)
    await page.until(f'document.querySelector("{bad}[aria-pressed=false]")')
    assert await database.fetch(query, opened_id) == []


async def test_who_stops_an_answer_stops_the_model_and_keeps_what_was_said(
    page: Page, model_server: ModelServer, database: asyncpg.Connection
) -> None:
    model_server.script(Script(answer=f"one two three {'and so on ' * 40}", seconds_per_frame=0.06))
    await sign_in(page, "chloe@globex.test")
    await ask(page, "Count")
    await page.shows("two", ".answer")
    await page.click("#stop")
    await page.shows("You stopped this answer.", ".answer")
    await page.until("document.querySelector('#stop').hidden && !document.querySelector('#send').hidden")
    (asked,) = model_server.requests
    assert asked.ended.wait(5)
    assert asked.disconnected_at is not None
    said = await page.run("document.querySelector('.answer .prose').innerText")
    query = "select t.status, rtrim(m.content) from public.turns t join public.messages m on m.id = t.answer_id"
    (row,) = await database.fetch(f"{query} where t.conversation_id = $1", await conversation(page))
    assert tuple(row) == ("stopped", said)
    await page.reload()
    await page.shows("You stopped this answer.", ".answer")


async def test_a_stop_that_fails_is_told_and_can_be_tried_again(page: Page, model_server: ModelServer) -> None:
    model_server.script(Script(answer="on and on " * 80, seconds_per_frame=0.05))
    await sign_in(page, "chloe@globex.test")
    await page.run("""{
        const real = window.fetch;
        let refused = false;
        window.fetch = (url, options) => {
            if (!String(url).endsWith("/stop") || refused) return real(url, options);
            refused = true;
            return Promise.reject(new TypeError("Failed to fetch"));
        };
    }""")
    await ask(page, "Go on")
    await page.shows("on and on", ".answer")
    await page.click("#stop")
    await page.shows("The answer could not be stopped, and goes on. The server cannot be reached.", "#notice")
    assert not await page.run("document.querySelector('#stop').disabled")
    await page.click_text("Try again", "#notice")
    await page.shows("You stopped this answer.", ".answer")
    assert await page.run("document.querySelector('#notice').hidden")


async def test_an_answer_goes_on_after_a_reload_and_on_another_device(
    page: Page, chrome: Browser, stack: Stack, model_server: ModelServer
) -> None:
    words = "slowly but surely come all the many words of what it has to say."
    model_server.script(Script(answer=words, seconds_per_frame=0.2))
    async with chrome.page() as other:
        await other.go(f"{stack.worker_url}/")
        await sign_in(other, "chloe@globex.test")
        await sign_in(page, "chloe@globex.test")
        await ask(page, "Slow")
        await page.shows("slowly", ".answer")
        await other.run(f"location.hash = '{await conversation(page)}'")
        await page.reload()
        for each in (page, other):
            await each.shows("surely", ".answer[data-state=reading]")
            assert "say" not in await each.run("document.querySelector('.answer').innerText"), "it did not stream"
            assert await each.run("document.querySelector('#notice').hidden")
        for each in (page, other):
            await answered(each)
            assert await each.run("document.querySelector('.answer .prose').innerText") == words
        assert other.complaints == []
    assert len(model_server.requests) == 1


async def test_a_connection_that_breaks_goes_on_exactly_where_it_was(
    page: Page, wire: Line, model_server: ModelServer
) -> None:
    words = "some \U0001f600 words \U0001f469\u200d\U0001f680 before the line goes dead, and some \u00e9 after."
    model_server.script(Script(answer=words, seconds_per_frame=0.1))
    await sign_in(page, "chloe@globex.test")
    await ask(page, "Break")
    await page.shows("words", ".answer")
    wire.cut()
    await page.shows("before", ".answer")
    wire.dead = True
    wire.cut()
    await page.shows("The connection broke. The server goes on with the answer", "#notice")
    wire.dead = False
    await answered(page)
    assert await page.run("document.querySelector('.answer .prose').innerText") == words
    assert await page.run("document.querySelector('#notice').hidden")
    assert len(model_server.requests) == 1


async def test_a_connection_that_cannot_be_had_for_long_is_told(
    page: Page, wire: Line, model_server: ModelServer
) -> None:
    model_server.script(Script(answer="words while nobody can listen.", seconds_per_frame=0.05))
    await sign_in(page, "chloe@globex.test")
    await ask(page, "Away")
    await page.shows("words", ".answer")
    wire.dead = True
    wire.cut()
    await page.shows("The connection broke.", "#notice")
    await page.run("{ const real = performance.now(); performance.now = () => real + 61_000; }")
    await page.shows("The server could not be reached for a minute. What the server answers is kept", "#notice")
    wire.dead = False
    await page.click_text("Try again", "#notice")
    await answered(page)
    await page.shows("words while nobody can listen.", ".answer")


async def test_a_question_whose_answer_got_lost_on_the_way_is_not_asked_twice(
    page: Page, wire: Line, model_server: ModelServer, database: asyncpg.Connection
) -> None:
    await sign_in(page, "chloe@globex.test")
    count = "select count(*) from public.messages where content = 'Only once'"
    # Asked anew after its answer, it is a new question.
    for times in (1, 2, 3):
        wire.mute = True
        await ask(page, "Only once")
        await page.shows("The server cannot be reached.", "#notice")
        assert await page.run("document.querySelector('#question-box').value") == "Only once"
        assert await database.fetchval(count) == times
        wire.mute = False
        await page.click_text("Try again", "#notice")
        await answered(page, times)
        assert await database.fetchval(count) == times
        assert len(model_server.requests) == times


async def test_an_error_in_the_stream_keeps_what_was_said_and_offers_to_ask_again(
    page: Page, model_server: ModelServer
) -> None:
    model_server.script(Script(answer="Half of an answer", error_after=3), Script(answer="All of it."))
    await sign_in(page, "chloe@globex.test")
    await ask(page, "Try")
    await page.shows("The model provider has a problem of its own just now. What was said so far is kept.", "#notice")
    await page.shows("Half of", ".answer")
    await page.click_text("Ask again", "#notice")
    await answered(page, 2)
    await page.shows("All of it.", ".answer:last-of-type")
    await page.until("document.querySelector('#notice').hidden")


async def test_an_answer_that_its_server_broke_off_is_shown_as_it_was_kept(page: Page) -> None:
    await sign_in(page, "chloe@globex.test")
    await ask(page, "First")
    await answered(page)
    await page.run("""{
        const real = window.fetch;
        const id = document.querySelector(".answer").dataset.id;
        window.fetch = async (url, options) => {
            const response = await real(url, options);
            if (!String(url).endsWith("/api/ai/chat")) return response;
            window.fetch = real;
            const [, kept] = (await response.text()).match(/"messageId":"([^"]+)"/);
            const problem = { code: "ANSWER_INTERRUPTED", status: 503, retryable: true, messageId: kept };
            const events = `id: 40\\ndata: {"text":"Hello from the model server. And a little."}\\n\\n`;
            return new Response(`${events}event: error\\ndata: ${JSON.stringify(problem)}\\n\\n`, response);
        };
    }""")
    await ask(page, "Second")
    await page.shows("The server that was answering broke off. What was said so far is kept.", "#notice")
    await page.shows("This answer broke off.", ".answer:last-of-type")
    assert await page.run("document.querySelector('.answer:last-of-type .prose').innerText") == (
        "Hello from the model server."
    )
    await page.click_text("Ask again", "#notice")
    await answered(page, 3)


async def test_an_error_that_trying_again_cannot_mend_offers_no_such_thing(
    page: Page, model_server: ModelServer
) -> None:
    model_server.script(Script(status=401))
    await sign_in(page, "chloe@globex.test")
    await ask(page, "Try")
    await page.shows("does not accept this server's key. An administrator has to look into it.", "#notice")
    assert "Ask again" not in await page.run("document.querySelector('#notice').innerText")
    await page.reload()
    await page.shows("This question got no answer.", "#notice")


async def test_the_rate_limit_is_counted_down_and_the_question_kept(page: Page, database: asyncpg.Connection) -> None:
    await database.execute("update public.tenants set rate_limit_per_minute = 1 where slug = 'initech'")
    await sign_in(page, "emma@initech.test")
    await ask(page, "The first")
    await answered(page)
    await ask(page, "The second")
    await page.shows("You can ask again in", "#notice")
    assert await page.run("document.querySelector('#question-box').value") == "The second"
    assert await page.run("document.querySelector('#send').disabled")
    shown = "document.querySelector('#notice [aria-hidden]').innerText"
    before = await page.run(shown)
    await page.until(f"{shown} !== {json.dumps(before)}")
    await database.execute("update public.tenants set rate_limit_per_minute = 6000 where slug = 'initech'")


async def test_a_day_whose_tokens_are_used_up_is_told_with_the_time(page: Page, database: asyncpg.Connection) -> None:
    await sign_in(page, "emma@initech.test")
    change = "update public.tenants set daily_token_limit = $1 where slug = 'initech'"
    before = await database.fetchval("select daily_token_limit from public.tenants where slug = 'initech'")
    await database.execute(change, 1)
    try:
        await ask(page, "One more")
        await page.shows("Your organisation has used all the tokens that it may use in a day.", "#notice")
    finally:
        await database.execute(change, before)
    midnight = await page.run("""(() => {
        const then = new Date(new Date().setUTCHours(24, 0, 0, 0));
        const day = then.getDate() === new Date().getDate() ? "" : "tomorrow ";
        return `${day}at ${then.toTimeString().slice(0, 5)}`;
    })()""")
    await page.shows(f"You can ask again {midnight}. Your question is still in the box.", "#notice")
    assert not await page.run("document.querySelector('#send').disabled")
    said = await page.run("""(async () => {
        const { workerProblem } = await import("/console/errors.js");
        return workerProblem({ code: "RATE_LIMIT", "violated-policies": ["user-day"] }).message;
    })()""")
    assert said == "You have used all the tokens that you may use in a day. You can ask again tomorrow."


async def test_a_reader_may_read_and_not_ask(page: Page) -> None:
    await sign_in(page, "finn@initech.test")
    await page.shows("Your account may read but not ask. An administrator of Initech can change that.")
    assert await page.run("document.querySelector('#ask').hidden")


async def test_an_assistant_that_is_switched_off_is_told_on_asking_and_on_coming(
    page: Page, database: asyncpg.Connection
) -> None:
    await sign_in(page, "emma@initech.test")
    await database.execute("""update public.tenants set features = '{"ai_assistant": false}' where slug = 'initech'""")
    try:
        await ask(page, "Still there?")
        await page.shows("This account may not use the assistant. An administrator of your organisation", "#notice")
        await page.shows("Your question is still in the box.", "#notice")
        assert await page.run("document.querySelector('#question-box').value") == "Still there?"
        await page.reload()
        await page.shows("The assistant is switched off for Initech.")
    finally:
        await database.execute("update public.tenants set features = '{}' where slug = 'initech'")


async def test_a_conversation_archived_elsewhere_can_be_restored_on_asking(
    page: Page, database: asyncpg.Connection
) -> None:
    await sign_in(page, "dan@globex.test")
    await opened(page, "Outliers in the survey")
    await database.execute("update public.conversations set is_archived = true where id = $1", await conversation(page))
    await ask(page, "One more thing")
    await page.shows("This conversation is archived. Restore it to go on.", "#notice")
    await page.click_text("Restore", "#notice")
    await page.until("!document.querySelector('#ask').hidden")
    assert await page.run("document.querySelector('#question-box').value") == "One more thing"


async def test_a_server_that_is_away_is_told_and_the_question_kept(page: Page) -> None:
    await sign_in(page, "ada@acme.test")
    await page.online(False)
    await ask(page, "Anybody?")
    await page.shows("The server cannot be reached. Check the connection and try again.", "#notice")
    assert await page.run("document.querySelector('#question-box').value") == "Anybody?"
    await page.online(True)
    await page.click_text("Try again", "#notice")
    await answered(page)


async def test_tokens_are_renewed_before_they_end_and_a_refusal_asks_to_sign_in(page: Page) -> None:
    await sign_in(page, "ada@acme.test")
    change = "{ const kept = JSON.parse(sessionStorage['palaver.session']); %s;"
    change += " sessionStorage['palaver.session'] = JSON.stringify(kept); }"
    kept = "JSON.parse(sessionStorage['palaver.session'])"
    before = await page.run(kept)
    await page.run(change % "kept.until = Date.now() + 30_000")
    await page.reload()
    await page.until("document.querySelector('#list').childElementCount")
    after = await page.run(kept)
    assert after["refresh"] != before["refresh"]
    assert after["until"] > before["until"] - 1000
    await page.run(change % "kept.until = 0, kept.refresh = 'not-one'")
    await page.reload()
    await page.shows("Your session has ended. Sign in again.", "#door")
    await page.until("document.activeElement.id === 'email'")


async def test_a_renewal_that_arrives_after_signing_out_is_dropped(page: Page) -> None:
    await sign_in(page, "ada@acme.test")
    await page.run("""{
        const real = window.fetch;
        let refused = false;
        window.fetch = async (url, options) => {
            if (String(url).includes("/rest/v1/") && !refused) {
                refused = true;
                return new Response("{}", { status: 401 });
            }
            const response = await real(url, options);
            if (String(url).includes("grant_type=refresh_token")) {
                window.renewing = true;
                await new Promise((resolve) => { window.renew = resolve; });
            }
            return response;
        };
        document.querySelector("#list button, #list a").click();
    }""")
    await page.until("window.renewing")
    await page.click("#sign-out")
    await page.shows("You are signed out.", "#door")
    await page.run("window.renew()")
    await page.run("new Promise((resolve) => { setTimeout(resolve, 100); })")
    assert await page.run("sessionStorage.length") == 0


async def test_signing_out_ends_the_session_at_the_service_too(page: Page, stack: Stack) -> None:
    await sign_in(page, "ada@acme.test")
    refresh = await page.run("JSON.parse(sessionStorage['palaver.session']).refresh")
    await page.click("#sign-out")
    await page.shows("You are signed out.", "#door")
    assert await page.run("sessionStorage.length") == 0
    assert "Acme" not in await page.run("document.body.textContent")
    await page.reload()
    await page.shows("Sign in", "#door")
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            f"{stack.settings['SUPABASE_URL']}/auth/v1/token?grant_type=refresh_token",
            headers={"apikey": stack.settings["SUPABASE_PUBLISHABLE_KEY"]},
            json={"refresh_token": refresh},
        )
    assert answer.status_code == 400


async def test_long_lists_and_long_conversations_come_a_page_at_a_time(
    page: Page, database: asyncpg.Connection
) -> None:
    (who,) = await database.fetch("select tenant_id, id from public.users where email = 'dan@globex.test'")
    # All at the same moment: pages must not lose ties.
    await database.execute(
        "insert into public.conversations (tenant_id, user_id, title, created_at, updated_at)"
        " select $1, $2, 'Talk ' || n, '2020-01-01', '2020-01-01' from generate_series(1, 120) as n",
        *who,
    )
    talk = await database.fetchval(
        "select id from public.conversations where title = 'Talk 7' and user_id = $1", who[1]
    )
    await database.execute(
        "insert into public.messages (tenant_id, user_id, conversation_id, role, content, created_at)"
        " select $1, $2, $3, case n % 2 when 1 then 'user' else 'assistant' end, 'Line ' || n,"
        " '2020-01-02'::timestamptz + n / 4 * interval '1 s' from generate_series(1, 230) as n",
        *who,
        talk,
    )
    await database.execute("update public.conversations set updated_at = '2020-01-01' where id = $1", talk)
    await sign_in(page, "dan@globex.test")
    titles = "[...document.querySelectorAll('#list li')].map((each) => each.innerText)"
    total = await database.fetchval(
        "select count(*) from public.conversations where user_id = $1 and not is_archived", who[1]
    )
    for expected in (50, 100, total):
        await page.until(f"document.querySelectorAll('#list li').length === {expected}")
        if expected != total:
            await page.click_text("Older", "#list")
    assert len(set(await page.run(titles))) == total
    await opened(page, "Talk 7")
    count = "document.querySelectorAll('.question, .answer').length"
    for shown in (100, 200, 230):
        await page.until(f"{count} === {shown}")
        if shown != 230:
            await page.run("document.querySelector('#scroll').scrollTop = 0")
            await page.click("#earlier")
    lines = await page.run("[...document.querySelectorAll('.question, .prose')].map((each) => each.textContent)")
    assert sorted(line.removeprefix("You asked: ") for line in lines) == sorted(f"Line {n}" for n in range(1, 231))
    assert await page.run("document.querySelector('#earlier-row').hidden")


async def test_what_another_branch_replaced_is_not_shown(page: Page, database: asyncpg.Connection) -> None:
    (who,) = await database.fetch("select tenant_id, id from public.users where email = 'dan@globex.test'")
    talk = await database.fetchval(
        "insert into public.conversations (tenant_id, user_id, title) values ($1, $2, 'Branches') returning id", *who
    )
    ids: dict[str | None, UUID] = {}
    for said, role, parent in [
        ("First", "user", None),
        ("Replaced answer", "assistant", "First"),
        ("Replaced branch", "user", "Replaced answer"),
        ("Answer", "assistant", "First"),
        ("Second", "user", "Answer"),
        ("Third, asked meanwhile", "user", "Second"),
        ("Late answer", "assistant", "Second"),
        ("", "assistant", "Third, asked meanwhile"),
        ("result of a tool", "tool", ""),
        ("End", "assistant", "result of a tool"),
    ]:
        ids[said] = await database.fetchval(
            "insert into public.messages (tenant_id, user_id, conversation_id, role, content, parent_id, created_at)"
            " values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 s') returning id",
            *(*who, talk, role, said, ids.get(parent), len(ids)),
        )
    await sign_in(page, "dan@globex.test")
    lines = "[...document.querySelectorAll('.question, .prose')].map((each) => each.lastChild?.textContent ?? '')"
    await opened(page, "Branches")
    kept = ["Second", "Third, asked meanwhile", "Late answer", "End"]
    assert await page.run(lines) == ["First", "Answer", *kept]
    await database.execute("update public.conversations set head_id = $1 where id = $2", ids["Replaced branch"], talk)
    await page.reload()
    await page.until("document.querySelector('.question')")
    assert await page.run(lines) == ["First", "Replaced answer", "Replaced branch"]


async def test_a_branch_that_was_replaced_goes_when_an_earlier_page_tells(page: Page) -> None:
    found = await page.run("""(async () => {
        const { unreplaced } = await import("/console/branches.js");
        const row = (id, role, parent_id) => ({ id, role, parent_id });
        const rows = [row("q1", "user", null), row("a1", "assistant", "q1"), row("q2", "user", "a1"),
            row("q1b", "user", null), row("a1b", "assistant", "q1b")];
        return [rows.slice(2), rows.slice(1), rows].map((some) => unreplaced(some, null).map(({ id }) => id).join(" "));
    })()""")
    assert found == ["q2 q1b a1b", "a1 q2 q1b a1b", "q1b a1b"]


async def test_what_a_model_says_is_text_and_never_markup(page: Page, model_server: ModelServer) -> None:
    hostile = (
        "<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n"
        "[one](javascript:alert(1)) [two](data:text/html,x) [three](//evil.test) [four](https://good.test/a?b=<c)\n\n"
        "[five](https://good.test/path) and https://good.test/bare.\n\n"
        "1. first\n   - inner *em*\n2. second\n\n"
        "```html\n<b>not bold</b>\n```\n\n"
        "**never closed and `neither"
    )
    model_server.script(Script(answer=[hostile]))
    await sign_in(page, "ada@acme.test")
    await ask(page, "<b>Question</b>")
    await answered(page)
    assert await page.run("document.querySelector('.question').lastChild.data") == "<b>Question</b>"
    tags = await page.run(
        "[...new Set([...document.querySelectorAll('.prose *')].map((each) => each.localName))].sort()"
    )
    assert tags == ["a", "code", "em", "li", "ol", "p", "pre", "ul"]
    links = await page.run(
        "[...document.querySelectorAll('.prose a')].map((each) => [each.href, each.rel, each.target])"
    )
    assert links == [
        ["https://good.test/a?b=", "noopener noreferrer", "_blank"],
        ["https://good.test/path", "noopener noreferrer", "_blank"],
        ["https://good.test/bare", "noopener noreferrer", "_blank"],
    ]
    assert await page.run("document.querySelector('.prose pre').innerText") == "<b>not bold</b>"
    assert await page.run("document.querySelector('.prose ol > li > ul > li > em').innerText") == "em"


async def test_events_are_read_however_the_bytes_are_cut(page: Page) -> None:
    found = await page.run(r"""(async () => {
        const { EventParser } = await import("/console/events.js");
        const stream = ': hello\r\n\r\ndata: {"text":"a"}\r\n\r\n\r\nevent: done\r\ndata: x\rdata:  y\r\r'
            + 'id: 3\ndata\n\nevent: lost\n\nretry: 5\ndata: z\nother: 1\n\ndata: never ended';
        const wanted = JSON.stringify(
            [["message", '{"text":"a"}', ""], ["done", "x\n y", ""], ["message", "", "3"], ["message", "z", "3"]]
        );
        const wrong = [];
        for (let one = 0; one <= stream.length; one += 1) {
            for (let two = one; two <= stream.length; two += 1) {
                const parser = new EventParser();
                const events = [stream.slice(0, one), stream.slice(one, two), stream.slice(two)]
                    .flatMap((piece) => parser.push(piece))
                    .map(({ event, data, id }) => [event, data, id]);
                if (JSON.stringify(events) !== wanted) wrong.push([one, two, events]);
            }
        }
        return wrong.slice(0, 3);
    })()""")
    assert found == []


async def test_a_connection_that_is_silent_for_long_counts_as_broken(page: Page) -> None:
    said = await page.run("""(async () => {
        const { eventsOf } = await import("/console/events.js");
        const beat = (controller) => controller.enqueue(new TextEncoder().encode("data: x\\n\\n"));
        try {
            for await (const each of eventsOf(new ReadableStream({ start: beat }), 50)) window.come = each.data;
        } catch (error) {
            return [window.come, error.message];
        }
    })()""")
    assert said == ["x", "silent"]


async def test_a_text_that_grows_is_drawn_as_if_it_had_come_at_once(page: Page) -> None:
    found = await page.run(r"""(async () => {
        const { Prose } = await import("/console/prose.js");
        const text = "# Title\n\nA *b* **c** `d` `e`\nline\n\n- x\n  - y\n- z\n\n> q\n\n"
            + "```js\nlet a;\n\nb\n```\n\n---\nend __e__ \\*f\\*";
        const whole = new Prose();
        whole.show(text);
        const grown = new Prose();
        for (let length = 1; length <= text.length; length += 1) grown.show(text.slice(0, length));
        return [grown.node.innerHTML === whole.node.innerHTML, whole.node.innerHTML];
    })()""")
    assert found[0]
    assert found[1] == (
        '<p class="heading">Title</p><p>A <em>b</em> <strong>c</strong> <code>d</code> <code>e</code>\nline</p>'
        "<ul><li>x<ul><li>y</li></ul></li><li>z</li></ul><blockquote><p>q</p></blockquote>"
        '<pre tabindex="0"><code>let a;\n\nb</code></pre><hr><p>end <strong>e</strong> *f*</p>'
    )


async def test_text_made_to_be_slow_to_read_is_shown_at_once(page: Page) -> None:
    milliseconds = await page.run(r"""(async () => {
        const { Prose } = await import("/console/prose.js");
        const begun = performance.now();
        const pieces = ["*a ", "_a ", "**a ", "`", "``a`", "[", "[a](", "https://", "- ", "> ", "```\n", "__", "- a\n"];
        for (const piece of pieces) {
            for (const size of [7_000, 200_000]) new Prose().show(piece.repeat(size / piece.length));
        }
        return performance.now() - begun;
    })()""")
    assert milliseconds < 3_000


async def test_it_works_by_keyboard_on_a_phone_and_has_names_for_all_its_controls(page: Page) -> None:
    await page.appear(*NARROW, "dark")
    await sign_in(page, "ada@acme.test")
    await page.press("Tab")
    await ask(page, "A" * 300)
    await answered(page)
    assert await page.run("document.documentElement.scrollWidth") == NARROW[0]
    await page.run("document.querySelector('#open-shelf').focus()")
    await page.press("Enter")
    await page.until("document.activeElement.id === 'close-shelf'")
    assert await page.run("document.querySelector('#stage').inert")
    await page.press("Escape")
    await page.until("document.activeElement.id === 'open-shelf'")
    await page.run("document.querySelector('#question-box').focus()")
    await page.press("Enter", shift=True)
    assert await page.run("document.querySelector('#question-box').value") == "\n"
    assert await nameless(page) == []


async def test_the_appearance_that_a_person_chose_is_kept_with_them(page: Page, database: asyncpg.Connection) -> None:
    await sign_in(page, "dan@globex.test")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.run(ground)
    await page.run(
        "{ const s = document.querySelector('#theme'); s.value = 'dark'; s.dispatchEvent(new Event('change')); }"
    )
    dark = await page.run(ground)
    assert dark != light
    await page.shows("The appearance was saved.", "#status")
    kept = await database.fetchval("select preferences from public.users where email = 'dan@globex.test'")
    assert json.loads(kept) == {"language": "de", "theme": "dark"}
    await page.click("#sign-out")
    assert await page.run(ground) == light
    await sign_in(page, "dan@globex.test")
    assert await page.run(ground) == dark


WHY = "Why can't issues go from Review to Done?"
HELP_DESK = "select configuration #>> $1 from public.projects where slug = 'helpdesk'"
TRANSITIONS = ["workflow", "transitions"]
REPLICAS = ["infrastructure", "environments", "1", "replicas"]
SET_REPLICAS = (
    "update public.projects set configuration = jsonb_set(configuration, $1, to_jsonb($2::integer))"
    " where slug = 'helpdesk'"
)
SET_ACCESS = (
    "update public.project_members set access = $1"
    " where user_id = (select id from public.users where email = 'ben@acme.test')"
)
ANSWERED: dict[str, Any] = {
    "references": [{"path": "workflow.transitions", "source": "both"}],
    "documentation": [{"file": "handbook/workflow.md", "section": "transitions"}],
    "show_comparison": True,
    "suggestions": [
        suggesting(
            changing(
                "add", "workflow.transitions[-]", {"from": "review", "to": "done", "name": "Who reviews may close"}
            ),
            title="Let <b>reviewed</b> issues be done",
            explanation="Nothing leads *there* <img src=x onerror=alert(1)>.",
        ),
        suggesting(changing("replace", "infrastructure.environments[1].replicas", 2), title="As it was"),
        suggesting(changing("remove", "custom_fields[2]"), title="Nobody uses it"),
    ],
}


async def asked_about(page: Page, about: str, database: asyncpg.Connection) -> None:
    """Sign Ben in, and ask in a new conversation about a configuration."""
    await database.execute("update public.conversations set is_archived = true where context_type is not null")
    await sign_in(page, "ben@acme.test")
    await page.click_text(about, "#projects")
    await page.until(
        "!document.querySelector('#greeting').hidden && document.querySelector('#projects [aria-current]')"
    )
    assert await page.run("document.querySelector('#projects [aria-current]').innerText") == about
    await ask(page, WHY)


async def suggestion(page: Page, number: int) -> str:
    """The selector of one of the suggestions, once it is seen and has been read."""
    selector = f"section.suggestion:nth-of-type({number})"
    await page.run(f"document.querySelector('{selector}').scrollIntoView()")
    await page.until(f"document.querySelector('{selector} button, {selector} details')")
    return selector


async def test_a_suggestion_is_understood_accepted_and_undone(
    page: Page, model_server: ModelServer, database: asyncpg.Connection
) -> None:
    model_server.script(replace(structured("Nothing leads there.", **ANSWERED), first_token_seconds=0.5))
    await asked_about(page, "Configuration: Help desk", database)
    await page.shows("Searching the documentation , done Asking the model …", ".steps")
    await answered(page)
    assert await page.run("document.querySelector('.steps')") is None
    await page.shows('custom_fields[0].options[3] severity "critical" line 31 nothing YAML Ada,', ".differences")
    await page.shows("workflow.transitions", ".cited")
    await page.click("details")
    await page.shows("An issue can go only where a transition leads", ".cited details")

    card = await suggestion(page, 1)
    await page.shows("Let <b>reviewed</b> issues be done Waits for a decision Nothing leads there <img", card)
    await page.shows("“who reviews may close” stems only from the documentation: handbook/workflow.md#adding", card)
    assert await page.run(f"document.querySelector('{card} .primary').disabled")
    await page.click(f"{card} input[type=checkbox]")
    await page.click(f"{card} .primary")
    await page.shows("Accepted, by you", card)
    assert await page.run(f"document.activeElement === document.querySelector('{card} h3')")
    assert "Who reviews may close" in await database.fetchval(HELP_DESK, TRANSITIONS)

    await page.reload()
    await answered(page)
    await suggestion(page, 1)
    await page.shows("Accepted, by you", card)
    await page.click(f"{card} summary")
    await page.shows("name: Who reviews may close", f"{card} pre")
    await page.click_text("Undo", card)
    await page.shows("Accepted, then undone, by you", card)
    assert "Who reviews may close" not in await database.fetchval(HELP_DESK, TRANSITIONS)


async def test_who_decides_on_a_suggestion_is_told_what_has_happened_meanwhile(
    page: Page, model_server: ModelServer, database: asyncpg.Connection
) -> None:
    model_server.script(structured("Nothing leads there.", **ANSWERED))
    await asked_about(page, "Configuration: Help desk", database)
    await answered(page)
    await database.execute(SET_REPLICAS, REPLICAS, 7)
    card = await suggestion(page, 2)
    await page.click(f"{card} .primary")
    await page.shows("This is what the suggestion would change now", card)
    await page.shows("before: 7 → after: 2", card)
    await page.click(f"{card} .primary")
    await page.shows("Accepted, by you", card)
    assert await database.fetchval(HELP_DESK, REPLICAS) == "2"

    card = await suggestion(page, 3)
    await database.execute(SET_ACCESS, "viewer")
    await page.click(f"{card} .primary")
    await page.shows("An administrator of your organisation can give you access.", card)
    await database.execute(SET_ACCESS, "editor")
    await page.click_text("Reject", card)
    await page.type(f"{card} textarea", "We do.")
    await page.click_text("Reject it", card)
    await page.shows("Rejected, by you", card)
    await page.shows(": We do.", card)

    await page.appear(*NARROW, "dark")
    assert await nameless(page) == []
    for side in ("Width", "Height"):
        assert await page.run(f"document.documentElement.scroll{side} === inner{side}"), side
    await database.execute(SET_REPLICAS, REPLICAS, 4)


async def test_on_the_infrastructure_a_suggestion_says_whose_it_is(
    page: Page, model_server: ModelServer, database: asyncpg.Connection
) -> None:
    change = changing("replace", "helpdesk.infrastructure.environments[0].replicas", 2)
    offered = suggesting(change, type="infrastructure", title="Two of them")
    model_server.script(structured("One is little.", suggestions=[offered]))
    await asked_about(page, "Infrastructure", database)
    await answered(page)
    await page.shows("Two of them Help desk · Waits for a decision", await suggestion(page, 1))


async def test_who_sees_no_project_is_offered_none(page: Page) -> None:
    await sign_in(page, "dan@globex.test")
    await page.until("performance.getEntriesByType('resource').some(({ name }) => name.includes('/projects?'))")
    assert await page.run("document.querySelector('#projects').innerText") == ""


async def test_each_file_is_fetched_once(page: Page) -> None:
    await sign_in(page, "ada@acme.test")
    fetched = await page.run(
        "performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)"
        ".filter((each) => each.startsWith('/console/')).sort()"
    )
    assert fetched == sorted(f"/console/{path.name}" for path in STATIC.iterdir())


async def test_the_browser_holds_the_page_to_its_policy(chrome: Browser, stack: Stack) -> None:
    async with chrome.page() as page:
        await page.go(f"{stack.worker_url}/")
        await page.run("""{
            window.refused = [];
            addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.head.append(script);
            document.body.setAttribute("style", "color: red");
            fetch("https://elsewhere.invalid/").catch(() => {});
            const frame = document.createElement("iframe");
            frame.src = "https://elsewhere.invalid/";
            document.body.append(frame);
        }""")
        await page.until("refused.length >= 4")
        assert sorted(set(await page.run("refused"))) == [
            "connect-src",
            "frame-src",
            "script-src-elem",
            "style-src-attr",
        ]
        assert await page.run("window.ran") is None


async def test_pictures(page: Page, model_server: ModelServer, tmp_path: Path) -> None:
    """The main states, in light and dark, wide and narrow; kept in PALAVER_PICTURES if that is set."""
    directory = Path(os.environ.get("PALAVER_PICTURES") or tmp_path)
    directory.mkdir(parents=True, exist_ok=True)
    await page.picture(directory / "door.png")
    model_server.script(Script(answer="A **brad-point** bit.\n\n1. Mark it.\n2. Drill.\n\n```\nbit --size 6\n```"))
    await sign_in(page, "ben@acme.test")
    await ask(page, "Which bit for oak?")
    await answered(page)
    for size, scheme in ((WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")):
        await page.appear(*size, scheme)
        await page.picture(directory / f"answer-{size[0]}-{scheme}.png")
        assert await page.run("document.documentElement.scrollWidth") == size[0]
