"""What is taken for a secret by its form, in any text."""

from __future__ import annotations

import time

import pytest

from app.assistant.secrecy.forms import spans

NOISE = "q7Lw2ZpX9vRk4TnB8sYd3FhJ6mCg1AeU"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"

FOUND = {
    "AWS": ("key AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
    "GitHub": ("x ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    "GitHub, fine-grained": ("github_pat_11ABCDEFG0abcdefghij_klmnop", "github_pat_11ABCDEFG0abcdefghij_klmnop"),
    "GitLab": ("glpat-abcdefghij0123456789", "glpat-abcdefghij0123456789"),
    "Slack": ("'xoxb-1234-abcdefgh'", "xoxb-1234-abcdefgh"),
    "Slack's hooks": ("https://hooks.slack.com/services/T0/B0/abcdef", "T0/B0/abcdef"),
    "Stripe": ("sk_" + "live_4eC39HqLyjWDarj", "sk_" + "live_4eC39HqLyjWDarj"),
    "a signing secret": ("whsec_abcdefghijkl", "whsec_abcdefghijkl"),
    "OpenAI": ("sk-proj-abcdefghijklmnop", "sk-proj-abcdefghijklmnop"),
    "Google": ("AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv"),
    "a JWT": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"),
    "a private key": (f"key:\n{PEM}\nend", PEM),
    "a private key that is cut": (PEM[:45], PEM[:45]),
    "a password in an address": ("postgres://app:s3cret@db:5432/x", "app:s3cret"),
    "a password with @ and /": ("postgres://app:s3/cr@et@db/x", "app:s3/cr@et"),
    "a password alone": ("redis://:s3cret@cache", ":s3cret"),
    "a token for a name": ("https://abcdefghijklmnop@host/1", "abcdefghijklmnop"),
    "Azure": ("AccountName=x;AccountKey=YWJj/A==;Suffix=y", "YWJj/A=="),
    "a field with blanks": ("Server=x;Password=My Pass;Port=1", "My Pass"),
    "a signature": ("https://x/y?sv=1&sig=abcdefgh", "abcdefgh"),
    "Bearer": ("Authorization: Bearer abc123def", "abc123def"),
    "Basic": ("Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "a variable": ("export DB_PASSWORD=hunter2", "hunter2"),
    "a setting": ("# password: sesame", "sesame"),
    "a setting with a digit": ("token: abc123", "abc123"),
    "an option": ("run --api-key s3same x", "s3same"),
    "JSON": ('{"password": "a b c"}', "a b c"),
    "JSON in JSON": (r'"{\"password\": \"a b c\"}"', "a b c"),
    "a default behind a reference": ("password=${X:-hunter2}", "${X:-hunter2}"),
    "Base64": (f"x {NOISE}", NOISE),
    "hexadecimal": (f"x {HEX}", HEX),
}
NOTHING = [
    "https://host:8080/path@2x.png",
    "mongodb://one:27017,two:27017/x",
    "git@github.com:acme/x.git, https://github.com/acme/x",
    "the token: see below, and the secret is patience",
    "Bearer authentication is used",
    "password=${DB_PASSWORD} token: {{ secrets.slack }}",
    "password=[redacted]",
    "token_count: 123456, max_tokens=500, auth_url=https://x.example",
    f"commit {HEX}",
    f"image@sha256:{HEX}abcdef",
    "550e8400-e29b-41d4-a716-446655440000",
    "task-550e8400-e29b-41d4-a716-446655440000-x",
    "#ff8800 #a1b2c3d4",
    "usr/local/lib/python3.11/site-packages/something",
    "a-very-long-kebab-case-name-of-a-service-in-production",
    "donaudampfschifffahrtsgesellschaft",
    "ThisIsAVeryLongCamelCaseIdentifierForAService",
    "-" * 60,
    "0" * 40,
    "A secret: nobody knows.",
]


def found(text: str, *, digests: bool = False) -> list[str]:
    return [text[start:end] for start, end in spans(text, digests=digests)]


@pytest.mark.parametrize("name", FOUND)
def test_a_secret(name: str) -> None:
    text, secret = FOUND[name]
    assert secret in found(text)


@pytest.mark.parametrize("text", NOTHING)
def test_no_secret(text: str) -> None:
    assert found(text) == []


def test_a_checksum_where_checksums_stand() -> None:
    assert found(HEX, digests=True) == []
    assert found(NOISE, digests=True) == [NOISE]


@pytest.mark.parametrize(
    "text",
    [
        "a.",
        "a://",
        "a://a:",
        "A",
        "ab=",
        "-----BEGIN PRIVATE KEY-----",
        "eyJaaaaaaaaa.",
        "-",
        "password:",
        "a='",
        "SG.",
    ],
)
def test_nothing_takes_long(text: str) -> None:
    started = time.process_time()
    found(text * (100_000 // len(text)))
    assert time.process_time() - started < 5
