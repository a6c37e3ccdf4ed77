from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from app.local.postgres import free_port
from app.local.services import Stack
from tests.clients.install import LITE
from tests.web.browser import Browser, Page, browser, chromium
from tests.web.console import NARROW, WIDE, nameless, sign_in
from tests.world import server_directory

APP = "00000000-0000-7000-8000-0000000a6001"
HIDDEN = "••••••••"
MODEL = "model Item {\n  id Int @id\n}\n"
HOSTILE = '<img src=x onerror="throw 1">\u202e{{7*7}}'


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    """The whole of `make up` on free ports."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AI_PROVIDERS", "ENABLE_AI_ASSISTANT", "PALAVER_ENV", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
            patch.setenv(name, "")
        with server_directory() as directory:
            async with Stack(directory, port=free_port(), packages=LITE, durable=False) as started:
                yield started


@pytest.fixture(scope="module")
async def chrome(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    program = chromium()
    assert program is not None
    async with browser(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
async def page(chrome: Browser, stack: Stack) -> AsyncIterator[Page]:
    """The console, nobody signed in; what it copies is in `copied`. Whatever the tab complains of fails the test."""
    async with chrome.page() as opened:
        await opened.appear(*WIDE, "light")
        await opened.go(f"{stack.worker_url}/")
        await opened.run("""Object.defineProperty(navigator, "clipboard", {
            value: { writeText: async (text) => { window.copied = text } }
        })""")
        yield opened
        assert opened.complaints == []


async def chosen(page: Page, selector: str, *paths: Path) -> None:
    """Pick files in a field, as a person does."""
    root = (await page.call("DOM.getDocument"))["root"]["nodeId"]
    node = (await page.call("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
    await page.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


async def changed(stack: Stack) -> dict[str, str]:
    """The schema of the demonstration's app with a column that comes, one that goes, and one under another name."""
    connection = await asyncpg.connect(stack.settings["DATABASE_URL"], ssl=False)
    text: str = await connection.fetchval(
        "select content from public.generated_app_files where app_id = $1 and path = 'prisma/schema.prisma'", APP
    )
    await connection.close(timeout=10)
    text = (
        text.replace("  name      String", "  toolName  String")
        .replace("  returnedAt DateTime?\n", "")
        .replace(", returnedAt]", "]")
    )
    return {"prisma/schema.prisma": text.replace("  loans     Loan[]", "  loans     Loan[]\n  shelf     String?")}


async def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways on a phone, and all controls have names."""
    await page.appear(*NARROW, "dark")
    width = await page.run(
        "Math.max(document.documentElement.scrollWidth, document.querySelector('#scroll').scrollWidth)"
    )
    without = await nameless(page)
    await page.appear(*WIDE, "light")
    return bool(width <= NARROW[0]) and without == []


async def test_from_files_to_a_database_to_its_changes_and_back(page: Page, stack: Stack, tmp_path: Path) -> None:
    await sign_in(page, "ben@acme.test")
    await page.click_text("App: Tool library", "#apps")
    await page.shows("No database here yet", "#app")
    await page.shows("3 files of it are kept here", "#app")
    await page.click_text("See the tables first", "#app")
    await page.shows("3 tables, 10 columns, 1 enum, read from prisma", "#foreseen")
    await page.shows("Borrower 2 columns · prisma/schema.prisma:", "#foreseen")
    assert 'create table "public"."Loan"' in await page.run("document.querySelector('#foreseen pre').textContent")
    assert await fits(page)
    await page.click_text("Make the database", "#app")
    await page.shows("attempts to get out of it, all refused", "#app")
    await page.shows("Tables made 3", "#app")
    assert await page.run("document.querySelector('#environment').selectedOptions[0].text") == "production: ready"

    shown = "document.querySelector('#connection').textContent"
    assert HIDDEN in await page.run(shown)
    await page.click_text("Copy the connection string", "#app")
    address = await page.until("window.copied")
    password = address.split(":")[2].split("@")[0]
    assert len(password) == 32
    inside = f"document.documentElement.outerHTML.includes({json.dumps(password)})"
    assert not await page.run(inside)
    await page.click_text("Show the password", "#app")
    await page.until(inside)
    assert await page.run(shown) == address
    await page.click_text("Hide the password", "#app")
    await page.until(f"!{inside}")
    connection = await asyncpg.connect(address)
    await connection.execute("""insert into "Tool" (name) values ('brad-point bit')""")
    await connection.close(timeout=10)
    for button, line in (
        ("Copy a psql line", f"psql '{address}'"),
        ("Copy a DATABASE_URL line", f"DATABASE_URL='{address}'"),
    ):
        await page.click_text(button, "#app")
        await page.until(f"window.copied === {json.dumps(line)}")
    assert await fits(page)

    await chosen(page, "#source-zip", zipped(tmp_path / "newer.zip", await changed(stack)))
    connection = await asyncpg.connect(address)
    await connection.execute('alter table "Tool" add nickname text')
    await connection.close(timeout=10)
    await page.click_text("See what would change", "#app")
    await page.shows("shelf", ".plan")
    await page.shows("This loses data: do it, behind a backup", ".plan")
    await page.shows("as it seems", ".plan")
    assert await fits(page)
    await page.run("document.querySelector('[aria-label=\"It was not renamed: Tool.toolName\"]').focus()")
    await page.press("Enter")
    await page.shows("Tool.toolName is added, empty in the rows that are there", ".plan")
    await page.type(".plan form input", "upper('ham'")
    await page.press("Enter")
    await page.shows("is not one expression", "#app-problem")
    await page.type(".plan form input", "upper('hammer')")
    await page.press("Enter")
    await page.shows("rows that have none get upper('hammer')", ".plan")
    await page.click_text("Remove it", ".plan")
    await page.shows("The column Tool.nickname goes", ".plan")
    assert await fits(page)
    await page.shows("Make the change without the steps that are not ticked", ".plan")
    await page.click(".plan input[type=checkbox]")
    await page.run(
        "document.querySelectorAll('.plan input[type=checkbox]:not(:checked)').forEach((box) => box.click())"
    )
    await page.click_text("Make the change", "#app")
    await page.shows("Changes so far (1)", "#app")
    await page.shows("before a change", "[aria-label=Backups]")
    await page.shows("1 row Restore", "[aria-label=Backups]")
    connection = await asyncpg.connect(address)
    assert [tuple(row) for row in await connection.fetch('select * from "Tool"')] == [(1, "good", "HAMMER", None)]
    with pytest.raises(asyncpg.UndefinedColumnError):
        await connection.fetch('select "returnedAt" from "Loan"')
    await connection.close(timeout=10)

    await page.run(f"location.hash = 'app/{APP}/staging'")
    await page.click_text("Copy production", "#app")
    await page.until("document.querySelector('#app-problem').textContent.includes('plan')")
    connection = await asyncpg.connect(stack.settings["DATABASE_URL"], ssl=False)
    await connection.execute("update public.tenants set app_plan = 'pro' where slug = 'acme'")
    await connection.close(timeout=10)
    await page.click_text("Copy production", "#app")
    await page.shows("staging: ready", "#environment")
    await page.shows("Size", "#app .facts")
    await page.run(f"location.hash = 'app/{APP}'")

    await page.click_text("Remove the database", "#app")
    await page.press("Escape")
    await page.click_text("Remove the database", "#app")
    await page.click_text("Remove it", "#app")
    await page.shows("Shut, and to be had back until", "#app")
    with pytest.raises(asyncpg.PostgresError):
        await asyncpg.connect(address)
    await page.click_text("Have it back", "#app")
    await page.shows("all refused", "#app")
    connection = await asyncpg.connect(address)
    assert await connection.fetchval('select "toolName" from "Tool"') == "HAMMER"
    await connection.close(timeout=10)

    await page.click("#sign-out")
    await page.until("document.querySelector('#app').childElementCount === 0")
    await sign_in(page, "ada@acme.test")
    await page.run(f"location.hash = 'app/{APP}'")
    await page.shows("all refused", "#app")
    assert await page.run("document.querySelector('#connection')") is None
    await page.click("#sign-out")
    await page.until("document.querySelector('#app').childElementCount === 0")
    await sign_in(page, "dan@globex.test")
    await page.run(f"location.hash = 'app/{APP}'")
    await page.shows("This app does not exist, or you do not see it any more.")
    assert "Tool library" not in await page.run("document.body.innerText")


async def test_a_new_app_and_what_is_wrong_with_its_files(page: Page, tmp_path: Path) -> None:
    await sign_in(page, "dan@globex.test")
    await page.click_text("New app", "#apps")
    await page.click_text("Go on", "#app")
    await page.shows("Give the app a name.", "#app-problem")
    await page.type("#app-name", HOSTILE)
    await page.press("Enter")
    await page.shows("Pick what the app is made of", "#app")
    await page.click_text("Make the database", "#app")
    await page.shows("Pick the app's files first.", "#app-problem")
    await chosen(page, "#source-zip", zipped(tmp_path / "empty.zip", {"README.html": "<h1>Hello</h1>"}))
    await page.click_text("Make the database", "#app")
    await page.shows("Nothing in these files says which tables the app needs", "#app-problem")
    await page.shows("The files in empty.zip are taken.", "#app")
    await page.shows("Make it without tables", "#app")
    broken = MODEL + "model User {\n  id Int @id\n  name Strin\n}\n"
    (tmp_path / "broken.zip").write_bytes(b"PK not a zip")
    await chosen(page, "#source-zip", tmp_path / "broken.zip")
    await page.click_text("See the tables first", "#app")
    await page.shows("This is no zip archive that can be read.", "#app-problem")
    await chosen(page, "#source-zip", zipped(tmp_path / "app.zip", {"prisma/schema.prisma": broken}))
    await page.click_text("See the tables first", "#app")
    await page.shows("Strin is declared nowhere", "#foreseen .findings")
    folder = tmp_path / "shop"
    for name, text in (
        ("prisma/schema.prisma", MODEL),
        ("node_modules/other/schema.prisma", MODEL.replace("Item", "Odd")),
    ):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    (folder / "logo.png").write_bytes(bytes(range(256)))
    await chosen(page, "#source-folder", folder)
    await page.shows("1 file of the directory is taken", "#app")
    await page.click_text("See the tables first", "#app")
    await page.shows("1 table, 1 column, read from prisma", "#foreseen")
    await page.shows("Item 1 column · prisma/schema.prisma:1", "#foreseen")
    assert await fits(page)
    assert await page.run("document.querySelectorAll('#app img').length") == 0
    await page.click_text("Delete this app", "#app")
    await page.click_text("Delete it", "#app")
    await page.until("location.hash === '#new' && document.querySelectorAll('#apps a').length === 1")
