from __future__ import annotations

import re
from pathlib import Path

from app.settings import reference
from tests.docs.settings_table import README, written

CONTRACT_SETTINGS = {
    "DATABASE_URL", "WORKER_DATABASE_URL", "SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY",
    "SUPABASE_JWT_SECRET", "OPENAI_API_KEY", "OPENAI_BASE_URL", "DEFAULT_AI_MODEL", "ENABLE_AI_ASSISTANT", "HOST",
    "PORT", "PROVISIONER_DATABASE_URL", "SECRETS_KEY",
}  # fmt: skip
CONTRACT_TARGETS = {
    "up", "test", "lint", "types", "migrate", "rollback", "verify", "seed", "refresh", "bench", "worker", "clean",
}  # fmt: skip


def test_the_table_of_settings_is_true() -> None:
    text = README.read_text("utf-8")
    assert written(text) == text, "run python -m tests.docs.settings_table"
    assert all(f"| `{row.name}` |" in text for row in reference())


def test_the_settings_that_others_rely_on_exist() -> None:
    assert {row.name for row in reference()} >= CONTRACT_SETTINGS


def test_the_targets_that_others_rely_on_exist_and_are_described(project: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (project / "Makefile").read_text(), re.MULTILINE))
    assert targets >= CONTRACT_TARGETS
    described = set(re.findall(r"`make ([a-z]+)`", README.read_text("utf-8")))
    assert described >= CONTRACT_TARGETS
    assert described <= targets


def test_links_lead_somewhere(project: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README.read_text("utf-8")) if "://" not in link]
    assert links
    assert [link for link in links if not (project / link).exists()] == []
