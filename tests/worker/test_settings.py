from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.settings import SERVE, Settings, SettingsError, reference

SECRET = "s3cret-value-that-nobody-may-see"
WORKER = f"postgresql://palaver_worker:{SECRET}@127.0.0.1:5432/palaver"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for row in reference():
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_default_and_a_description() -> None:
    settings = Settings.load()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    rows = {row.name: row for row in reference()}
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    assert all(row.description for row in rows.values())
    assert rows["WORKER_DATABASE_URL"].required and not rows["SUPABASE_URL"].required
    assert rows["ENABLE_AI_ASSISTANT"].default == "true" and rows["DATABASE_URL"].default == ""


def test_names_of_the_contract_are_settings() -> None:
    contract = """DATABASE_URL WORKER_DATABASE_URL SUPABASE_URL SUPABASE_PUBLISHABLE_KEY SUPABASE_SECRET_KEY
        SUPABASE_JWT_SECRET OPENAI_API_KEY OPENAI_BASE_URL DEFAULT_AI_MODEL ENABLE_AI_ASSISTANT HOST PORT
        PROVISIONER_DATABASE_URL SECRETS_KEY AI_MAX_MESSAGES_PER_CONVERSATION"""
    assert set(contract.split()) <= {row.name for row in reference()}


def test_environment_goes_before_the_file_and_values_before_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=1\nHOST=file\nDEFAULT_AI_MODEL=file\nUNKNOWN=1\n")
    monkeypatch.setenv("HOST", "environment")
    monkeypatch.setenv("DEFAULT_AI_MODEL", "environment")
    settings = Settings.load(default_ai_model="value")
    assert (settings.port, settings.host, settings.default_ai_model) == (1, "environment", "value")


@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_is_not_set(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    for row in reference():
        monkeypatch.setenv(row.name, empty)
    assert Settings.load() == Settings()
    assert Settings.load().port == 8000
    with pytest.raises(SettingsError):
        Settings.load(require=SERVE)


def test_serve_needs_a_database_and_a_way_to_verify_tokens() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(require=SERVE)
    assert [line.partition(":")[0] for line in caught.value.lines] == [
        "WORKER_DATABASE_URL",
        "SUPABASE_URL or SUPABASE_JWT_SECRET",
    ]
    Settings.load(require=SERVE, worker_database_url=WORKER, supabase_url="http://127.0.0.1:1")
    Settings.load(require=SERVE, worker_database_url=WORKER, supabase_jwt_secret="x" * 32)
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Settings.load().require("DATABASE_URL")


def test_all_wrong_ones_are_named_at_once_and_no_value_is_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(
            require=SERVE,
            port="70000",
            database_url=f"mysql://root:{SECRET}@h/d",
            provisioner_database_url=f"postgresql://u:{SECRET}/x@h/d",
            supabase_jwt_secret=SECRET[:31],
            openai_base_url=f"https://u:{SECRET}@h",
            ai_providers=f'{{"ok": {{"base_url": "http://h"}}, "p": {{"base_url": "{SECRET}"}}}}',
            cors_origins=f"https://a.example, {SECRET}",
            log_level=SECRET,
            database_timeout_seconds="nan",
            enable_ai_assistant=SECRET,
        )
    text = str(caught.value)
    assert SECRET[:20] not in text
    assert {line.partition(":")[0] for line in caught.value.lines} == {
        "PORT",
        "DATABASE_URL",
        "PROVISIONER_DATABASE_URL",
        "SUPABASE_JWT_SECRET",
        "OPENAI_BASE_URL",
        "AI_PROVIDERS",
        "CORS_ORIGINS",
        "LOG_LEVEL",
        "DATABASE_TIMEOUT_SECONDS",
        "ENABLE_AI_ASSISTANT",
        "WORKER_DATABASE_URL",
    }


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@h/d",
        "postgresql://u:p%40%2F@[::1]:5432/d?sslmode=require",
        "postgresql://u@h1:1,h2:2/d",
        "postgresql:///d?host=/run/postgresql",
    ],
)
def test_postgres_urls_that_are_taken(url: str) -> None:
    settings = Settings.load(database_url=url)
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url", ["h/d", "postgresql+asyncpg://u:p@h/d", "postgresql://u:p/q@h/d", "postgresql://u:p#q@h:1/d"]
)
def test_postgres_urls_that_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Settings.load(database_url=url)


def test_addresses_lose_their_trailing_slash() -> None:
    assert Settings.load(supabase_url="https://x.example/").supabase_url == "https://x.example"
    for wrong in ("x.example", "ftp://x", "https://", "https://x?y=1", "http://x:99999"):
        with pytest.raises(SettingsError, match="SUPABASE_URL"):
            Settings.load(supabase_url=wrong)


def test_cors_origins_are_a_list_of_origins() -> None:
    assert Settings.load(cors_origins=" https://A.example:1/ ,,http://b ").cors_origins == (
        "https://a.example:1",
        "http://b",
    )
    assert Settings.load(cors_origins="*").cors_origins == ("*",)
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        Settings.load(cors_origins="https://a.example/path")


def test_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_PROVIDERS", '{"local": {"base_url": "http://h/v1/", "api_key": "k-123456"}}')
    settings = Settings.load()
    assert settings.ai_providers["local"].base_url == "http://h/v1"
    assert "k-123456" in settings.secrets()
    assert not settings.demonstration
    for wrong in ("{", "[]", '{"a": 1}', '{"A b": {"base_url": "http://h"}}', '{"a": {"base_url": "h"}}'):
        with pytest.raises(SettingsError, match="AI_PROVIDERS"):
            Settings.load(ai_providers=wrong)


def test_demonstration_is_when_no_provider_is_set_up() -> None:
    assert Settings.load().demonstration
    assert not Settings.load(openai_api_key="k").demonstration
    assert not Settings.load(openai_base_url="http://h/v1").demonstration


def test_no_secret_in_its_text_and_all_of_them_in_secrets() -> None:
    settings = Settings.load(
        worker_database_url="postgresql://u:p%40ss-word@h/d",
        supabase_jwt_secret="j" * 32,
        openai_api_key="sk-1",
        metrics_token="m",
    )
    assert {"p%40ss-word", "p@ss-word", "j" * 32, "sk-1", "m"} <= settings.secrets()
    assert not any(secret in repr(settings) for secret in ("ss-word", "j" * 32, "sk-1"))


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.load().port = 1


@pytest.mark.parametrize("name", ["database_timeout_seconds", "shutdown_grace_seconds"])
@pytest.mark.parametrize("value", ["nan", "inf", "-1", "soon"])
def test_times_are_finite(name: str, value: str) -> None:
    values: dict[str, Any] = {name: value}
    with pytest.raises(SettingsError, match=name.upper()):
        Settings.load(**values)


def test_an_empty_variable_leaves_the_file_in_force(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOST=file\n")
    monkeypatch.setenv("HOST", "")
    assert Settings.load().host == "file"


def test_not_even_a_bare_reading_shows_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", SECRET)
    with pytest.raises(ValueError, match="port") as caught:
        Settings()
    assert SECRET not in str(caught.value)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"HOST=\xff\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        Settings.load()
