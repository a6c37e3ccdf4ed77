"""Passwords of apps, and what a server keeps to check them, so that no statement ever holds a password."""

from __future__ import annotations

import hmac
import os
import secrets
import string
from base64 import b64encode
from hashlib import pbkdf2_hmac, sha256
from typing import Final

PASSWORD_LENGTH: Final = 32
ITERATIONS: Final = 4096
"""PostgreSQL's own (scram_iterations); the password is random, so that more would only make signing in slower."""

_ALPHABET: Final = string.ascii_letters + string.digits
_SALT_BYTES: Final = 16


def new_password() -> str:
    """A password of 190 random bits that needs no escaping in a URL."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_LENGTH))


def verifier(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """What PostgreSQL stores for an ASCII password (SCRAM-SHA-256: RFC 5802, 3; RFC 7677)."""
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    salted = pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored_key = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    parts = (b64encode(part).decode() for part in (salt, stored_key, server_key))
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *parts)
