"""What is compared, and what is not.

An observation is flat: a path such as `rows.0.title` and what stood there. Two worlds' observations must be equal, and
in neither may another tenant's marker stand. Everything is compared as it is but for what NORMALISED lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tests.isolation.marked import marker

NORMALISED: Final = {
    "an id made in the run": "A UUID of version 7 whose time is the run's becomes a number, by its first appearance in"
    " its world; ids of the template, and any of another shape, are compared as they are. Blind to: the id's bits.",
    "a moment of the run": "A time after the template was made becomes `<time>`; earlier ones, and any more than a day"
    " ahead, are compared as they are. Blind to: microseconds, and the order of two moments of the run.",
    "a new share's token": "43 letters, digits, dashes and underscores alone become `<token>`. Blind to: its"
    " random bits.",
    "the wait that PA429 tells": "`retry_after_seconds` and Retry-After become `<wait>` if they are what is left of the"
    " hour that `exhaust` sets, or of the day. Blind to: where within ten minutes of those they are.",
    "what is left of a minute's requests, and of the day's seconds": "`remaining` and `reset` of limits in windows of a"
    " minute, and `reset` of those of a day, in JSON and in RateLimit. Blind to: how many requests came in the minute,"
    " of which an answer's own moment decides.",
    "what the worker measured": "`latency_ms` of turns and messages that the worker wrote, and `created` of what it"
    " says to OpenAI's clients. Blind to: timing, which no test can hold equal.",
    "rows of a statement without an order": "RETURNING and COPY of a whole table give rows in the order of the heap or"
    " of an index; they are sorted. So are notices of one statement. Blind to: the physical order (a known channel).",
    "pieces of a stream": "The worker's events that say text are joined, whatever the dialect, since two that come at"
    " once are sent as one; comments that keep the stream alive and ids of events, which say how much was sent, are"
    " dropped. Blind to: where an answer was cut.",
    "Content-Length": "`<length>` if it is the body's, which is compared itself: times print in more or fewer digits.",
    "Date, Keep-Alive": "Headers about the moment and the connection.",
    "a server's port": "The two worlds' servers listen on different ports; Supabase Lite's answers do not name them.",
}
"""Every difference that is let pass, and to what that makes the comparison blind."""

HOUR: Final = 3600.0
_SPARE: Final = 600.0
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Without word boundaries: an id may follow an encoded bracket, %28.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)*)?")
_WAIT = re.compile(r'(?<="retry_after_seconds":)( ?)(\d+(?:\.\d+)?)')
_OF_A_MINUTE = re.compile(r'("quota": -?\d+, )"reset": \d+, "window": 60, "remaining": -?\d+')
_OF_A_DAY = re.compile(r'("quota": \d+, )"reset": \d+(, "window": 86400)')
_FIELD = re.compile(r'("(?:user-)?(?:minute|day)";)(r=-?\d+);t=\d+')
_FOREIGN = tuple(marker(slug) for slug in ("globex", "initech"))

Observation = dict[str, str]


class Difference(AssertionError):
    """Something that Acme's people can see is not the same in both worlds, or is another tenant's."""


@dataclass
class Normal:
    """One world's answers without what may differ. Ids are numbered as they appear, so it is asked in order."""

    since: datetime
    measured: frozenset[str] = frozenset()
    """Keys whose numbers were measured."""
    _numbers: dict[UUID, str] = field(default_factory=dict)

    def observed(self, told: Mapping[str, Any]) -> Observation:
        """All that was told, flat."""
        return dict(self._flat("", told))

    def _flat(self, path: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            if not value:
                yield path, "{}"
            for key, inner in value.items():
                measured = key in self.measured and isinstance(inner, int)
                yield from self._flat(f"{path}.{key}" if path else str(key), "<measured>" if measured else inner)
        elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
            yield f"{path}.length", str(len(value))
            for at, inner in enumerate(value):
                yield from self._flat(f"{path}.{at}", inner)
        else:
            yield path, self.text(value)

    def text(self, value: Any) -> str:
        """A single value."""
        if isinstance(value, UUID):
            return self._id(value)
        if isinstance(value, datetime):
            return self._time(value, repr(value))
        if isinstance(value, bytes):
            value = value.decode("utf-8", "backslashreplace")
        if not isinstance(value, str):
            return repr(value)
        if _TOKEN.fullmatch(value):
            return "<token>"
        value = _ID.sub(lambda found: self._id(UUID(found[0]), found[0]), value)
        value = _TIME.sub(lambda found: self._time(_moment(found[0]), found[0]), value)
        return _WAIT.sub(lambda found: found[1] + wait(float(found[2]), found[2]), limits(value))

    def _id(self, value: UUID, printed: str = "") -> str:
        made_at = value.int >> 80
        if value.version != 7 or made_at < self.since.timestamp() * 1000:
            return printed or str(value)
        return self._numbers.setdefault(value, f"<id {len(self._numbers) + 1}>")

    def _time(self, value: datetime | None, printed: str) -> str:
        if value is None or not self.since <= value < self.since + timedelta(days=1):
            return printed
        return "<time>"


def wait(seconds: float, printed: str) -> str:
    """A wait that is what is left of an hour or of the day, or else as it was printed."""
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    left = (HOUR, (midnight - now).total_seconds())
    return "<wait>" if any(abs(seconds - each) <= _SPARE for each in left) else printed


def limits(text: str) -> str:
    """A text without what the moment decides of the limits that it tells."""
    text = _OF_A_MINUTE.sub(r"\1<left of a minute>", text)
    text = _OF_A_DAY.sub(r"\1<left of the day>\2", text)
    return _FIELD.sub(lambda found: found[1] + (found[2] if "day" in found[1] else "r=<left>") + ";t=<left>", text)


def _moment(printed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(printed)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def compare(left: Observation, right: Observation) -> int:
    """The number of observables, which are all equal and no other tenant's. Raises Difference."""
    for told in (left, right):
        for path, value in told.items():
            if any(mark in value for mark in _FOREIGN):
                raise Difference(f"another tenant's text at {path}: {value[:500]}")
    if left != right:
        paths = [path for path in left | right if left.get(path) != right.get(path)]
        pairs = [(path, left.get(path, "(nothing)"), right.get(path, "(nothing)")) for path in paths[:12]]
        lines = [f"  {path}: {one:.500} | {other:.500}" for path, one, other in pairs]
        raise Difference("\n".join([f"{len(paths)} observables differ (left | right):", *lines]))
    return len(left)
