"""Drives a headless Chromium through the DevTools protocol, with real key strokes and clicks."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--remote-debugging-port=0",
)
START_SECONDS: Final = 20.0
WAIT_SECONDS: Final = 10.0
KEYS: Final = {
    "Enter": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Escape": {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27},
    "Tab": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
}
SHIFT: Final = 8


def chromium() -> str | None:
    """Chromium's program: PALAVER_CHROMIUM, else the first on the path."""
    named = os.environ.get("PALAVER_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


class Page:
    """One tab; `complaints` are what the page's console reported: exceptions, errors, refusals of its policy."""

    def __init__(self, connection: ClientConnection) -> None:
        self.complaints: list[str] = []
        self._connection = connection
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listener = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self._connection:
                message = json.loads(text)
                if "id" in message:
                    self._answers.pop(message["id"]).set_result(message)
                else:
                    self._note(message["method"], message["params"])
        for waiting in self._answers.values():
            waiting.cancel()

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded":
            entry = params["entry"]
            # Answers with an error status are logged as well; those that tests ask for are no complaint.
            if entry["level"] == "error" and entry["source"] != "network":
                self.complaints.append(f"{entry['source']}: {entry['text']}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, WAIT_SECONDS)
        assert "error" not in message, (method, message["error"])
        result: dict[str, Any] = message["result"]
        return result

    async def open(self) -> None:
        """Listen to what the tab reports."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")

    async def close(self) -> None:
        """Let go of the tab."""
        await self._connection.close()
        await self._listener

    async def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        result = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, script: str, seconds: float = WAIT_SECONDS) -> Any:
        """Wait until an expression is true in the page; its value."""
        deadline = time.monotonic() + seconds
        while True:
            value = await self.run(
                f"(() => {{ try {{ const v = ({script}); return v instanceof Node || v }} catch {{ return null }} }})()"
            )
            if value:
                return value
            if time.monotonic() > deadline:
                shown = await self.run("document.body.innerText")
                raise AssertionError(f"not so within {seconds:.0f} s: {script}\nThe page shows:\n{shown}")
            await asyncio.sleep(0.02)

    async def shows(self, text: str, within: str = "body") -> None:
        """Wait until a text can be read in the page."""
        await self.until(
            f"document.querySelector({json.dumps(within)}).innerText.replace(/\\s+/g, ' ').includes({json.dumps(text)})"
        )

    async def go(self, url: str) -> None:
        """Load an address, the one that is open as well."""
        await self.run("window.before = true")
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && !window.before")

    async def reload(self) -> None:
        """Load the page anew, with all that scripts held gone."""
        await self.run("window.before = true")
        await self.call("Page.reload")
        await self.until("document.readyState === 'complete' && !window.before")

    async def click(self, selector: str) -> None:
        """Click the middle of an element, once it is shown, enabled and at rest, and nothing covers it."""
        await self._click(f"document.querySelector({json.dumps(selector)})")

    async def click_text(self, text: str, within: str = "body") -> None:
        """Click the button or link that reads so."""
        await self._click(
            f"""[...document.querySelector({json.dumps(within)}).querySelectorAll("button, a")]
                .find((each) => each.innerText.trim() === {json.dumps(text)} && each.checkVisibility())"""
        )

    async def _click(self, find: str) -> None:
        # Looked for each time: what is drawn anew meanwhile is another element.
        middle = f"""(() => {{
            const element = {find};
            element.scrollIntoView({{ block: "nearest" }});
            const box = element.getBoundingClientRect();
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            const hit = document.elementFromPoint(x, y);
            return !element.disabled && element.contains(hit) && [x, y];
        }})()"""
        before, where = None, await self.until(middle)
        while before != where:
            await asyncio.sleep(0.02)
            before, where = where, await self.until(middle)
        at = {"x": where[0], "y": where[1], "button": "left", "clickCount": 1}
        await self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        await self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)

    async def type(self, selector: str, text: str) -> None:
        """Replace what a field holds."""
        await self.click(selector)
        await self.run(f"document.querySelector({json.dumps(selector)}).select()")
        await self.call("Input.insertText", text=text)

    async def press(self, name: str, *, shift: bool = False) -> None:
        """Press and release a key."""
        key = {**KEYS[name], "modifiers": SHIFT if shift else 0}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **key)
        key.pop("text", None)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def appear(self, width: int, height: int, scheme: str) -> None:
        """Set the size of the window and the system's colour scheme."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        await self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def online(self, reachable: bool) -> None:
        """Whether the network can be reached."""
        await self.call(
            "Network.emulateNetworkConditions",
            offline=not reachable,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    async def picture(self, path: Path) -> None:
        """Save what the window shows as a PNG file."""
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


class Browser:
    """A running Chromium; each page has cookies and storage of its own."""

    def __init__(self, address: str) -> None:
        self._address = address

    @contextlib.asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """A new tab that shares nothing with others."""
        async with httpx.AsyncClient(trust_env=False) as http:
            version = (await http.get(f"{self._address}/json/version")).json()
            control = Page(await connect(version["webSocketDebuggerUrl"], max_size=None, proxy=None))
            try:
                context = (await control.call("Target.createBrowserContext"))["browserContextId"]
                target = await control.call("Target.createTarget", url="about:blank", browserContextId=context)
                socket = f"{self._address.replace('http', 'ws')}/devtools/page/{quote(target['targetId'])}"
                page = Page(await connect(socket, max_size=None, proxy=None))
                try:
                    await page.open()
                    yield page
                finally:
                    await page.close()
                    await control.call("Target.disposeBrowserContext", browserContextId=context)
            finally:
                await control.close()


@contextlib.asynccontextmanager
async def browser(program: str, profile: Path) -> AsyncIterator[Browser]:
    """Chromium with an empty profile, ended with all its helpers."""
    process = await asyncio.create_subprocess_exec(
        program,
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port_file = profile / "DevToolsActivePort"
        deadline = time.monotonic() + START_SECONDS
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert process.returncode is None, f"{program} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{program} was not ready within {START_SECONDS:.0f} s"
            await asyncio.sleep(0.02)
        yield Browser(f"http://127.0.0.1:{port_file.read_text().splitlines()[0]}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
