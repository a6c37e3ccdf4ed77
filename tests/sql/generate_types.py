"""Generates supabase/types from the migrations, with the Supabase CLI, on a throw-away server: `make types`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from app.migrations import migrate
from tests.sql.clusters import PROJECT, cluster, trial
from tests.sql.supabase_cli import SupabaseCli

TYPES = PROJECT / "supabase" / "types"
NOTE = "Generated from the migrations by `make types`. Do not edit."


def generate(cli: SupabaseCli, url: str) -> dict[Path, str]:
    """What each file of types should hold for the database at `url`, which has Palaver's schema."""
    return {
        TYPES / "database.ts": f"// {NOTE}\n\n" + cli.types("typescript", url=url),
        TYPES / "database.py": f"# {NOTE}\n# fmt: off\n# ruff: noqa\n\n" + cli.types("python", url=url),
    }


def main() -> int:
    """Write the files."""
    with tempfile.TemporaryDirectory() as directory:
        cli = SupabaseCli(Path(directory) / "home")
        with cluster(Path(directory) / "cluster", 18) as server, trial(server, "types") as database:
            asyncio.run(migrate(database.url(), report=lambda _: None))
            files = generate(cli, database.url())
    TYPES.mkdir(exist_ok=True)
    for path, text in files.items():
        path.write_text(text, "utf-8")
        print(f"wrote {path.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
