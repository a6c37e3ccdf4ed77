"""The page behind a link, as HTML: nothing in it runs but our own script, whatever people and models wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, Literal

import msgspec

from app.web.prose import LINK_RELATION, plain, prose, visible

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_SPEAKERS: Final = {"user": "Person", "assistant": "Assistant"}
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{title}</title>
<link rel="stylesheet" href="/share/files/share.css?v={css}">
{script}</head>
<body>
{body}
</body>
</html>
"""
_SCRIPT: Final = '<script type="module" src="/share/files/share.js?v={js}"></script>\n'
_CONVERSATION: Final = """\
<header>
<h1 id="title" dir="auto">{title}</h1>
<p class="facts">Shared {when}{live}</p>
</header>
<main id="messages"{follow}>
{messages}
</main>
<footer><p id="state" role="status"></p><p>Answers are a model's and may be wrong.</p></footer>"""
_NOTICE: Final = '<main class="notice">\n<h1>{title}</h1>\n<p>{sentence}</p>\n</main>'
_ASKING: Final = """\
<main class="notice">
<h1>This conversation is protected</h1>
<form method="post">
<label for="password">Password</label>
<input id="password" name="password" type="password" maxlength="200" autocomplete="off" required autofocus>
<button>Open</button>
</form>
{problem}</main>"""
_LEFT_OUT: Final = '<p class="left-out">Older messages are left out.</p>'


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a message is made of; which fields there are depends on its type."""

    type: Literal["text", "source-url", "file"]
    text: str = ""
    url: str = ""
    title: str = ""
    name: str = ""
    media_type: str = ""


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """A message as a link shows it."""

    role: Literal["user", "assistant"]
    created_at: datetime
    parts: list[Part]


class Conversation(msgspec.Struct, frozen=True, rename="camel"):
    """What a link shows."""

    title: str
    is_live: bool
    may_continue: bool
    shared_at: datetime
    older_left_out: bool
    messages: list[Message]


class Rendered(msgspec.Struct, frozen=True):
    """A conversation as HTML, message by message."""

    title: str
    messages: list[str]

    @property
    def digests(self) -> list[bytes]:
        """What each message is known by."""
        return [hashlib.sha256(message.encode()).digest()[:16] for message in self.messages]


def render(conversation: Conversation) -> Rendered:
    """The messages as HTML; takes time, and so does not belong into the event loop."""
    messages = [_message(message) for message in conversation.messages]
    return Rendered(visible(conversation.title), [_LEFT_OUT, *messages] if conversation.older_left_out else messages)


class Pages:
    """The pages, which name their files by version."""

    def __init__(self, css: str, js: str) -> None:
        self._css: Final = css
        self._script: Final = _SCRIPT.format(js=js)

    def conversation(self, conversation: Conversation, rendered: Rendered, follow: str | None) -> str:
        """A conversation; `follow` is where to follow it, if it is live."""
        title = escape(rendered.title)
        body = _CONVERSATION.format(
            title=title,
            when=_time(conversation.shared_at),
            live=" · live" if conversation.is_live else "",
            follow="" if follow is None else f' data-follow="{escape(follow)}"',
            messages="\n".join(rendered.messages) or "<p>Nothing has been said yet.</p>",
        )
        return self._page(title, body, self._script if follow is not None else "")

    def password(self, problem: str | None = None) -> str:
        """The question for a password, and what was wrong with the last one."""
        said = "" if problem is None else f'<p role="alert">{escape(problem)}</p>\n'
        return self._page("Protected conversation", _ASKING.format(problem=said))

    def notice(self, title: str, sentence: str) -> str:
        """A page that says one thing."""
        return self._page(escape(title), _NOTICE.format(title=escape(title), sentence=escape(sentence)))

    def _page(self, title: str, body: str, script: str = "") -> str:
        return _PAGE.format(title=title, css=self._css, script=script, body=body)


def _message(message: Message) -> str:
    speaker = _SPEAKERS[message.role]
    texts = plain if message.role == "user" else prose
    inner = [texts(part.text) for part in message.parts if part.type == "text"]
    inner += _list("Files", [_file(part) for part in message.parts if part.type == "file"])
    inner += _list("Sources", [_source(part) for part in message.parts if part.type == "source-url"])
    head = f'<h2>{speaker} <span class="when">{_time(message.created_at)}</span></h2>'
    return f'<article class="{message.role}">\n{head}\n{"".join(inner)}\n</article>'


def _list(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    return [f"<h3>{title}</h3><ul>", *(f'<li dir="auto">{item}</li>' for item in items), "</ul>"]


def _file(part: Part) -> str:
    kind = f" ({part.media_type})" if part.media_type else ""
    return escape(visible((part.name or "A file") + kind))


def _source(part: Part) -> str:
    shown = escape(visible(part.title or part.url))
    return f'<a href="{escape(part.url)}" rel="{LINK_RELATION}">{shown}</a>'


def _time(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}">{moment.day} {moment:%b %Y, %H:%M} UTC</time>'


def decode(text: str, kind: type[Any]) -> Any:
    """What the database answered."""
    return msgspec.json.decode(text, type=kind)
