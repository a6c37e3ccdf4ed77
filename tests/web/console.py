"""What tests of the console in a browser begin with and look for."""

from __future__ import annotations

from typing import Any

from tests.web.browser import Page

PASSWORD = "palaver-demo"
WIDE, NARROW = (1280, 860), (360, 740)


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await enter(page, email, password)
    if password == PASSWORD:
        await page.until(
            "!document.querySelector('#room').hidden && document.querySelector('#list').childElementCount"
            " && !document.querySelector('#shelf').ariaBusy"
        )


async def enter(page: Page, email: str, password: str = PASSWORD) -> None:
    """Send the form, and wait for nothing."""
    await page.type("#email", email)
    await page.type("#password", password)
    await page.press("Enter")


async def nameless(page: Page) -> list[dict[str, Any]]:
    """What a screen reader comes upon and has no name for."""
    tree = await page.call("Accessibility.getFullAXTree")
    roles = ("button", "link", "textbox", "combobox", "checkbox", "heading", "region", "table")
    return [
        node
        for node in tree["nodes"]
        if node.get("role", {}).get("value") in roles
        and not node.get("ignored")
        and not node.get("name", {}).get("value")
    ]
