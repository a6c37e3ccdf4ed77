"""`make up`: the stack in a terminal, until Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path

import asyncpg

from app.local.environment import means_another_database
from app.local.errors import LocalStackError
from app.local.progress import Progress
from app.local.services import Stack

__all__ = ["Stack", "up"]

DATABASE_PORT = 54329
SUPABASE_PORT = 54321
DEMO_PASSWORD = "palaver-demo"  # noqa: S105 - public, of people who exist in demo data only
STATE_DIRECTORY = ".palaver"


async def up(root: Path, port: int, host: str) -> int:
    """Run the stack of the checkout at `root` until SIGINT or SIGTERM; 0 when asked to stop, else 1."""
    for name in filter(means_another_database, list(os.environ)):
        # Our own database connections would take libpq's variables from the terminal.
        del os.environ[name]
    progress = Progress()
    started = time.monotonic()
    stack = Stack(
        root / STATE_DIRECTORY,
        host=host or "127.0.0.1",
        port=port,
        database_port=DATABASE_PORT,
        supabase_port=SUPABASE_PORT,
        progress=progress,
    )
    stop_asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop_asked.set)
    try:
        progress.say("Starting Palaver")
        if await _unless(stop_asked, stack):
            progress.say(summary(stack, time.monotonic() - started))
            await _unless(stop_asked, stack, waiting=True)
        progress.say("")
        return 0
    except (LocalStackError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        progress.say("")
        print(f"make up: {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        await stack.stop()


async def _unless(stop_asked: asyncio.Event, stack: Stack, *, waiting: bool = False) -> bool:
    """Start the stack, or wait on it, unless told to stop; True when that came to its end."""
    work = asyncio.create_task(stack.wait() if waiting else stack.start())
    asked = asyncio.create_task(stop_asked.wait())
    await asyncio.wait((work, asked), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not work.done():
        work.cancel()
        await asyncio.wait((work,))
    if work.cancelled():
        return False
    work.result()
    return True


def summary(stack: Stack, seconds: float) -> str:
    """What to know and to try, once everything runs."""
    settings = stack.settings
    lines = [
        f"\nPalaver is ready ({seconds:.1f} s).\n",
        f"  Console and API   {stack.worker_url}/",
        f"  Supabase URL      {settings['SUPABASE_URL']}",
        f"  Publishable key   {settings['SUPABASE_PUBLISHABLE_KEY']}",
        f"  Database          {settings['DATABASE_URL']}",
        f"  Settings          {stack.state.local_env}",
        f"  Logs              {stack.state.logs}",
    ]
    if stack.sign_ins:
        width = max(len(person.email) for person in stack.sign_ins)
        lines.append(f"\nDemo sign-ins, all with the password {DEMO_PASSWORD}:\n")
        lines += [f"  {each.email:<{width}}  {each.role} of {each.tenant}" for each in stack.sign_ins]
        lines += ["\nPaste this to stream an answer:\n", curl(stack, stack.sign_ins[0].email)]
    lines.append("\nCtrl-C stops everything.")
    return "\n".join(lines)


def curl(stack: Stack, email: str) -> str:
    """A line for any shell that signs in and streams an answer; it signs in anew, so it never goes stale."""
    sign_in = json.dumps({"email": email, "password": DEMO_PASSWORD})
    token = " ".join(
        [
            "curl -sS --noproxy '*'",
            shlex.quote(f"{stack.settings['SUPABASE_URL']}/auth/v1/token?grant_type=password"),
            "-H " + shlex.quote(f"apikey: {stack.settings['SUPABASE_PUBLISHABLE_KEY']}"),
            "-H 'content-type: application/json'",
            "-d " + shlex.quote(sign_in),
            r"""| sed 's/.*"access_token":"\([^"]*\)".*/\1/'""",
        ]
    )
    return " ".join(
        [
            "curl -sSN --noproxy '*'",
            shlex.quote(f"{stack.worker_url}/api/ai/chat"),
            f'-H "Authorization: Bearer $({token})"',
            "-H 'content-type: application/json'",
            """-d '{"message":"Hello, what can you do?"}'""",
        ]
    )
