"""Links under load: opening one by its token beside a bare look-up by primary key, and its page over HTTP.

`python -m tests.benchmarks.shares` fills a throw-away PostgreSQL with a million shares of 10,000 conversations. Then
64 clients of pgbench take turns: as anon, they open random links, with the count of the view, and without (in read-only
transactions); as the owner they look rows of the same table up by key, and write one row each as a view does. Then 64
connections ask a worker, which has one core, for random pages, and for an address that needs neither database nor page.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.servers import worker
from tests.benchmarks.stage import Spread, Stage, save, stage, table
from tests.world import PASSWORDS

CLIENTS: Final = 64
CONVERSATIONS: Final = 10_000
MESSAGES: Final = 6

FILL: Final = """
create function pg_temp.id(p_kind integer, p_number bigint) returns uuid language sql immutable as
$$ select ('00000000-0000-7000-8' || lpad(p_kind::text, 3, '0') || '-' || lpad(p_number::text, 12, '0'))::uuid $$;
insert into auth.users (id, email)
select pg_temp.id(1, n), 'person-' || n || '@tenants.example' from generate_series(0, 99) as n;
insert into public.tenants (id, name, slug) select pg_temp.id(2, n), 'Tenant ' || n, 'tenant-' || n
from generate_series(0, 99) as n;
insert into public.users (tenant_id, id, auth_id, email)
select pg_temp.id(2, n), pg_temp.id(3, n), pg_temp.id(1, n), 'person-' || n || '@tenants.example'
from generate_series(0, 99) as n;
insert into public.conversations (tenant_id, id, user_id, title)
select pg_temp.id(2, n % 100), pg_temp.id(4, n), pg_temp.id(3, n % 100), 'Conversation ' || n
from generate_series(0, {conversations} - 1) as n;
insert into public.messages (tenant_id, id, conversation_id, user_id, parent_id, role, content)
select
    pg_temp.id(2, n % 100), pg_temp.id(5, n * 100 + m), pg_temp.id(4, n), pg_temp.id(3, n % 100),
    pg_temp.id(5, n * 100 + greatest(m - 1, 1)), case m % 2 when 1 then 'user' else 'assistant' end,
    'Message ' || m || ' of **' || n || '**. ' || repeat('It says something about saws, and `how` they cut. ', m * 2)
from generate_series(0, {conversations} - 1) as n cross join generate_series(1, {messages}) as m;
insert into public.conversation_shares (tenant_id, id, conversation_id, user_id, is_live, head_id)
select
    pg_temp.id(2, c % 100), pg_temp.id(6, n), pg_temp.id(4, c), pg_temp.id(3, c % 100), n % 2 = 0,
    case n % 2 when 1 then pg_temp.id(5, c * 100 + {messages}) end
from generate_series(0, {shares} - 1) as n cross join lateral (select n % {conversations} as c) as k;
insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)
select pg_temp.id(2, n % {conversations} % 100), pg_temp.id(6, n), pg_temp.id(1, n % {conversations} % 100),
sha256(convert_to(lpad(n::text, 43, 'A'), 'utf8'))
from generate_series(0, {shares} - 1) as n
"""
ANALYZE: Final = "vacuum analyze"

_DRAW: Final = "\\set n random(0, :shares - 1)\n"
_ID: Final = "('00000000-0000-7000-8006-' || lpad(:n::text, 12, '0'))::uuid"
_TENANT: Final = "('00000000-0000-7000-8002-' || lpad((:n % 100)::text, 12, '0'))::uuid"
OPEN: Final = _DRAW + "select public.read_share(lpad(:n::text, 43, 'A'));\n"
OPEN_UNKNOWN: Final = _DRAW + "select public.read_share(lpad(:n::text, 43, 'B'));\n"
BARE: Final = _DRAW + f"select is_live from public.conversation_shares where tenant_id = {_TENANT} and id = {_ID};\n"
WRITE: Final = _DRAW + (
    "insert into private.share_views as v (tenant_id, share_id, counter, views, last_viewed_at)"
    f" values ({_TENANT}, {_ID}, 0, 1, now())"
    " on conflict (tenant_id, share_id, counter) do update set views = v.views + 1;\n"
)


@dataclass(frozen=True)
class Load:
    """What came of one load: calls a second, and milliseconds."""

    name: str
    rate: float
    took: Spread


async def pgbench(place: Stage, name: str, script: str, shares: int, seconds: int, options: str = "") -> Load:
    """Every transaction's time with 64 clients; those of the first second are left out."""
    role = "authenticator" if "role=" in options else "postgres"
    database = place.database
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        path = Path(directory) / "script.sql"
        path.write_text(script)
        command = [str(place.pgbench), "--no-vacuum", "-M", "prepared", "-f", str(path), "-D", f"shares={shares}"]
        command += ["-c", str(CLIENTS), "-j", "2", "-T", str(seconds + 1), "--log", f"--log-prefix={directory}/log"]
        command += ["-h", database.host, "-p", str(database.port), "-U", role, database.name]
        environment = {**os.environ, "PGPASSWORD": PASSWORDS[role], "PGOPTIONS": options}
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        _, err = await child.communicate()
        if child.returncode != 0:
            raise RuntimeError(f"pgbench failed: {err.decode().strip()}")
        # client, transaction, microseconds, script, then when it ended (pgbench, "Per-Transaction Logging").
        rows = [line.split() for log in Path(directory).glob("log*") for line in log.read_text().splitlines()]
    ended = [(int(row[4]) + int(row[5]) / 1e6, int(row[2]) / 1000) for row in rows]
    begun = min(at for at, _ in ended) + 1
    kept = [took for at, took in ended if at > begun]
    return Load(name, len(kept) / (max(at for at, _ in ended) - begun), Spread.of(kept))


async def http(name: str, port: int, paths: list[str], seconds: float) -> Load:
    """GETs on 64 connections that stay open, each the next as soon as it has its answer."""
    until = time.perf_counter() + seconds
    took: list[float] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < until:
            writer.write(f"GET {random.choice(paths)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(f"{name}: {head[:40]!r}")
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
            took.append((time.perf_counter() - begun) * 1000)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    return Load(name, len(took) / seconds, Spread.of(took))


async def measure(place: Stage, shares: int, seconds: int) -> list[Load]:
    """All loads, one after the other."""
    anon, reading = "-c role=anon", "-c role=anon -c default_transaction_read_only=on"
    loads = [
        await pgbench(place, "bare look-up by primary key", BARE, shares, seconds),
        await pgbench(place, "link, not counted", OPEN, shares, seconds, reading),
        await pgbench(place, "link that does not exist", OPEN_UNKNOWN, shares, seconds, anon),
        await pgbench(place, "bare count of a view", WRITE, shares, seconds),
        await pgbench(place, "link, counted", OPEN, shares, seconds, anon),
    ]
    paths = [f"/share/{number:A>43}" for number in random.sample(range(shares), min(shares, 20_000))]
    async with worker(place.database, [], "http://127.0.0.1:1/v1", {"DATABASE_TIMEOUT_SECONDS": "30"}) as served:
        await http("warm-up", served.port, paths, 2)
        loads.append(await http("page, any of 10,000 conversations", served.port, paths, seconds))
        loads.append(await http("page, always the same", served.port, paths[:1], seconds))
        loads.append(await http("bare HTTP (/livez)", served.port, ["/livez"], seconds))
    return loads


def show(loads: list[Load]) -> str:
    """The table that is printed: to the bare look-up, and to the bare answer over HTTP."""
    bare = loads[0]
    rows = []
    for load in loads:
        base = loads[-1] if "page" in load.name or "HTTP" in load.name else bare
        took = load.took
        rows.append(
            [load.name, f"{load.rate:,.0f}", f"{took.p50:.2f}", f"{took.p95:.2f}", f"{base.rate / load.rate:.1f}"]
        )
    return table(["load of 64 clients", "a second", "p50 ms", "p95", "times the bare one"], rows)


async def run(shares: int, server_version: int, seconds: int) -> int:
    """Fill, measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        print(await place.describe())
        begun = time.perf_counter()
        async with place.database.connected() as owner:
            sizes = {"shares": shares, "conversations": CONVERSATIONS, "messages": MESSAGES}
            await owner.execute(FILL.format(**sizes), timeout=3_600)
            await owner.execute(ANALYZE, timeout=3_600)
        print(f"{shares:,} shares filled in {time.perf_counter() - begun:.0f} s", flush=True)
        loads = await measure(place, shares, seconds)
        machine = await place.describe()
    print(show(loads))
    report = {"machine": machine, "shares": shares, "loads": [asdict(load) for load in loads]}
    print(f"{seconds} s of each; kept in {save('shares', report)}")
    return 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", type=int, default=1_000_000, help="up to 10,000,000")
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.shares, options.server_version, options.seconds)))


if __name__ == "__main__":
    main()
