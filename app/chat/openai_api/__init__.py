"""The dialect of OpenAI's chat completions: any tool that has a setting for its base URL can talk here."""

from __future__ import annotations

from app.chat.openai_api.errors import error_response
from app.chat.openai_api.routes import OpenAIApi

__all__ = ["OpenAIApi", "error_response"]
