"""What can go wrong on one machine, each told in one sentence."""

from __future__ import annotations


class LocalStackError(Exception):
    """Something keeps the local stack from running; the message is for the person at the terminal."""
