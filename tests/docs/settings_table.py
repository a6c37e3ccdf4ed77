"""Writes the README's table of settings from app/settings.py: `python -m tests.docs.settings_table`."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import reference

README = Path(__file__).parents[2] / "README.md"
_BETWEEN = re.compile(r"(<!-- settings: [^\n]*-->\n).*?(<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    """The table in Markdown."""
    lines = ["| name | default | what it is |", "|---|---|---|"]
    for row in reference():
        default = f"`{row.default}`" if row.default else "**required**" if row.required else ""
        lines.append(f"| `{row.name}` | {default} | {row.description.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """The README with the table of today."""
    return _BETWEEN.sub(lambda match: match[1] + table() + match[2], text)


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
