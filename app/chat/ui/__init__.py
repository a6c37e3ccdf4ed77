"""The dialect of the AI SDK: its UI message stream, version 1, as `useChat` speaks it by default."""

from app.chat.ui.routes import UiChat

__all__ = ["UiChat"]
