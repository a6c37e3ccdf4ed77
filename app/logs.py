"""Structured logs: one event a line, with nothing secret and nothing that people wrote."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from app.settings import Settings

request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that the running task works for."""

REDACTED: Final = "[redacted]"
MIN_SECRET_CHARS: Final = 6
_MESSAGE_CHARS: Final = 300
_PATTERNS: Final = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"',;]+"), f"Bearer {REDACTED}"),
    (re.compile(r"\b([a-zA-Z][\w+.-]*://)[^\s\"'/]*:[^\s\"']*@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)\b(password\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;]+)"), rf"\1{REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?"), REDACTED),
    (re.compile(r"\b(sk|sb_secret)[-_][\w-]{12,}"), REDACTED),
)
_PLAIN = re.compile(r"[\w./:@+\[\]-]+")
# These log addresses with queries, or whole request bodies, at their lower levels.
_CHATTY: Final = ("openai", "httpx", "httpx2", "httpcore", "httpcore2", "asyncio")


class Logger:
    """Logs events by name, with fields; `log.info("turn_finished", tokens=12)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, /, **fields: Any) -> None:
        """Something only somebody who looks for a fault wants to see."""
        self._log(logging.DEBUG, event, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        """Something normal happened."""
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        """Something failed and was dealt with."""
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        """Something failed and somebody should look."""
        self._log(logging.ERROR, event, fields)

    def exception(self, event: str, /, **fields: Any) -> None:
        """Like error, with the traceback of the exception being handled."""
        self._log(logging.ERROR, event, fields, traceback=True)

    def _log(self, level: int, event: str, fields: dict[str, Any], *, traceback: bool = False) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", event, exc_info=traceback, extra={"fields": fields})


def get_logger(name: str) -> Logger:
    """The logger of a module."""
    return Logger(name)


class Redactor:
    """Takes known secrets and what looks like a credential out of text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first, so that a secret inside another does not leave the rest of it standing.
        known = sorted((one for one in secrets if len(one) >= MIN_SECRET_CHARS), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """The text without them."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text

    def value(self, value: Any) -> Any:
        """The value as JSON can hold it, every text in it redacted."""
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(one) for key, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.value(one) for one in value]
        return self.text(str(value))


class EventFormatter(logging.Formatter):
    """A record as one line: JSON, or made for reading."""

    def __init__(self, redactor: Redactor, *, as_json: bool) -> None:
        super().__init__()
        self._redactor = redactor
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, or in development lines when there is a traceback."""
        event: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if (current := request_id.get()) is not None:
            event["request_id"] = current
        trace = ""
        if record.exc_info and record.exc_info[1] is not None:
            trace = self._redactor.text("".join(_traceback(record.exc_info[1])))
        event = {**getattr(record, "fields", {}), **event}
        safe: dict[str, Any] = self._redactor.value(event)
        if self._as_json:
            if trace:
                safe["traceback"] = trace
            return json.dumps(safe)
        head = f"{safe.pop('time')[11:19]} {safe.pop('level').upper():7} {_shown(safe.pop('event'), bare=True)}"
        safe.pop("logger")
        line = " ".join([head, *(f"{name}={_shown(value)}" for name, value in safe.items())])
        return f"{line}\n{trace.rstrip()}" if trace else line


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log, uvicorn's and the libraries' included, through one handler to standard error.

    uvicorn must be started with `log_config=None`, or it takes its loggers back.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(EventFormatter(Redactor(settings.secrets()), as_json=settings.production))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    # The worker logs each request itself, without its query.
    logging.getLogger("uvicorn.access").disabled = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _shown(value: Any, *, bare: bool = False) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if bare:
        return text if text.isprintable() else json.dumps(text)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _traceback(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """The chain of exceptions, causes first, with messages cut to what cannot hold people's data."""
    seen |= {id(error)}
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _traceback(earlier, seen)
        yield "\nwhich led to:\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for number, one in enumerate(error.exceptions, 1):
            yield f"\nof which {number}:\n\n"
            yield from _traceback(one, seen)


def _message(error: BaseException) -> str:
    """PostgreSQL's texts quote rows and values, and so do the later lines of many others: both stay out."""
    state = getattr(error, "sqlstate", None)
    if state:
        names = [getattr(error, part, None) for part in ("schema_name", "table_name", "constraint_name")]
        return " ".join([f"SQLSTATE {state}", *(str(name) for name in names if name)])
    first = str(error).partition("\n")[0]
    return first if len(first) <= _MESSAGE_CHARS else first[:_MESSAGE_CHARS] + "…"
