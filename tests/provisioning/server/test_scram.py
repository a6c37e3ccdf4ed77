"""The verifier by the RFC's own example, and passwords."""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode

from app.provisioning.server.scram import new_password, verifier


def test_the_example_of_rfc_7677() -> None:
    salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    found = re.fullmatch(r"SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)", verifier("pencil", salt=salt))
    assert found is not None and b64decode(found[1]) == salt
    nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    message = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s={found[1]},i=4096,c=biws,r={nonce}"
    signature = b64encode(hmac.digest(b64decode(found[3]), message.encode(), "sha256")).decode()
    assert signature == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_passwords_are_long_and_never_the_same() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch("[A-Za-z0-9]{32}", password) for password in made)
    assert verifier("a") != verifier("a")
