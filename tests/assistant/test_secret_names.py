"""Which keys have secrets for their values."""

from __future__ import annotations

from typing import Any

import pytest

from app.assistant.secrecy.names import names_digest, names_secret

SECRETS = """
    password passwd pwd Password PASSWORD db_password dbPassword DB_PASSWORD_PROD password1 password_hash userpassword
    passphrase passwort kennwort contraseña secret secrets client_secret clientSecret webhookSecret secret_value
    SECRET_KEY_BASE token accessToken access_token ACCESS-TOKEN slackToken refreshToken authtoken bot.token tokens
    api_key apiKey api-key APIKey APIKEY apikeys X-Api-Key stripe_api_key_live private_key privateKey private-key-pem
    access_key aws_secret_access_key signing_key encryptionKey account_key ssh_key credentials credential aws_creds
    connection_string connectionString ConnStr dsn sentry_dsn auth authorization Authorization pass smtp_pass jwt
    session_cookie hmac_key pass\u200bword ＰＡＳＳＷＯＲＤ master_key use_auth_token
"""
NO_SECRETS = """
    token_count tokenCount secret_name password_policy passwordMinLength token_url token_ttl private_key_path
    access_key_id client_id auth_type auth_url auth_method token_bucket tokenizer secrets_manager password_required
    author authority compass bypass passenger pastoken_name key keys id public_key publicKey primary_key sort_key
    foreign_key keyboard monkey name description x-key secretary passing tokens_used password_expiry_days api_key_header
    webhook_url url status.id dsn_name
"""
SETTINGS: list[tuple[str, Any]] = [
    ("max_tokens", 4096),
    ("maxTokens", "4096"),
    ("tokens_per_minute", 60),
    ("total_tokens", 1e6),
    ("tokens", 500),
    ("require_password", True),
    ("is_secret", False),
    ("use_auth_token", True),
    ("auth", {"type": "basic"}),
    ("authorization", ["admin"]),
]
VALUES: list[tuple[str, Any]] = [
    ("max_tokens", "sesame"),
    ("token", 12345678),
    ("password", True),
    ("auth", "dXNlcjpwYXNz"),
    ("credentials", {"user": "a"}),
    ("api_keys", ["a"]),
]


@pytest.mark.parametrize("key", SECRETS.split())
def test_a_secret(key: str) -> None:
    assert names_secret(key, "sesame")


@pytest.mark.parametrize("key", NO_SECRETS.split())
def test_no_secret(key: str) -> None:
    assert not names_secret(key, "sesame")


@pytest.mark.parametrize(("key", "value"), SETTINGS)
def test_a_setting(key: str, value: Any) -> None:
    assert not names_secret(key, value)


@pytest.mark.parametrize(("key", "value"), VALUES)
def test_a_value_that_is_no_setting(key: str, value: Any) -> None:
    assert names_secret(key, value)


def test_a_key_is_looked_at_to_a_bounded_length() -> None:
    assert not names_secret("x" * 1_000_000, "sesame")
    assert names_secret("x" * 1_000_000 + "_password", "sesame")
    assert not names_secret("", "sesame")


def test_where_checksums_stand() -> None:
    assert all(map(names_digest, ["commit", "gitSha", "sha256", "image_digest", "md5", "revision"]))
    assert not any(map(names_digest, ["token", "shape", "id", "name"]))
