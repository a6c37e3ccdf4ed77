"""Palaver: an AI-assistant backend that lives in PostgreSQL; this package is its worker and its commands."""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"
