"""Random configurations with secrets planted wherever they can stand: none reaches anything that a model is given."""

from __future__ import annotations

import base64
import json
import os
import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from app.assistant.answer.context import Context, ProjectData
from app.assistant.answer.tools import Found, run
from app.assistant.comparison.compare import compare
from app.assistant.comparison.result import as_result
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import PathError, get, parse
from app.assistant.configuration.shape import Shape
from app.assistant.provenance.sources import Sources
from app.assistant.provenance.suspects import suspects
from app.assistant.secrecy.redaction import Redactor
from app.logs import Redactor as LogRedactor
from app.logs import get_logger

CONFIGURATIONS = int(os.environ.get("PALAVER_EXAMPLES", "1000"))
ODD = "&'\"/+%\\é #:"
SCHEMA = {
    "properties": {"vault": {"x-secret": True}, "people": {"items": {"properties": {"phone": {"x-secret": True}}}}}
}
MARKED = ["integrations.*.seal", "**.sealed", "parts[0].inner"]
SECRET_KEYS = ["password", "apiKey", "client_secret", "DB_PASSWORD", "slackToken", "private-key", "dsn", "credentials"]
PLAIN_KEYS = ["name", "label", "region", "replicas", "owner", "url", "when", "limit", "x.y/z~"]
WORDS = ["review", "done", "open", "status", "Ready", "for", "the", "team", "ask", "before", "it", "automatically"]

log = get_logger("palaver.test")


@dataclass
class Planted:
    """A configuration with secrets in it, and what of them must not be seen."""

    rng: random.Random
    markers: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    """The markers as they are written in words for people."""

    def word(self, length: int = 14) -> str:
        return "".join(self.rng.choice(string.ascii_lowercase + string.digits) for _ in range(length))

    def marker(self, text: str) -> str:
        self.markers.append(text)
        return text

    def secret(self) -> Any:
        """A value for a place that is secret."""
        kind = self.rng.randrange(5)
        if kind == 0:
            return int(self.marker(str(self.rng.randrange(10**11, 10**12))))
        if kind == 1:
            return self.marker(self.word(7) + self.rng.choice(ODD) + self.word(7))
        if kind == 2:
            return {"a": self.marker(self.word()), "b": [self.marker(self.word()), True, None]}
        if kind == 3:
            return "\n".join(self.marker(self.word(20)) for _ in range(3))
        return self.marker(self.word())

    def formed(self) -> str:
        """A value that is secret by its form alone."""
        letters = string.ascii_letters + string.digits
        token = "".join(self.rng.choice(letters) for _ in range(36))
        makers: list[Callable[[str], tuple[str, str]]] = [
            lambda text: (f"ghp_{text}", f"ghp_{text}"),
            lambda text: (f"AKIA{text[:16].upper()}", f"AKIA{text[:16].upper()}"),
            lambda text: (f"postgres://app:{text[:9]}@db:5432/x", text[:9]),
            lambda text: (f"sk-proj-{text}", f"sk-proj-{text}"),
            lambda text: (f"eyJhbGciOiJIUzI1NiJ9.{text}.x", f"eyJhbGciOiJIUzI1NiJ9.{text}.x"),
            lambda text: (f"-----BEGIN PRIVATE KEY-----\n{text[:20]}\n-----END PRIVATE KEY-----", text[:20]),
            lambda text: (f"Authorization: Bearer {text[:20]}1", f"{text[:20]}1"),
            lambda text: (f"run --db-password {text[:9]}1", f"{text[:9]}1"),
            lambda text: (text, text),
        ]
        value, secret = self.rng.choice(makers)(token)
        self.marker(secret)
        return value

    def copied(self) -> str:
        """Words for people with a secret in them, written in one of many ways."""
        if not self.markers:
            return self.sentence()
        marker = self.rng.choice(self.markers)
        raw = marker.encode()
        written = self.rng.choice(
            [
                marker,
                json.dumps(marker),
                json.dumps(json.dumps({"x": marker})),
                quote(marker, safe=""),
                marker.replace("'", "''"),
                base64.b64encode(b"user:" + raw + b"\n").decode(),
                base64.b64encode(b"u" + raw + b"--").decode(),
                raw.hex(),
                marker[:3] + "\u200b" + marker[3:],
            ]
        )
        self.copies.append(written)
        return f"{self.sentence()} {written}{self.rng.choice(['', '.', ', ', ')'])} {self.sentence()}"

    def sentence(self) -> str:
        return " ".join(self.rng.choices(WORDS, k=4))

    def document(self) -> dict[str, Any]:
        rng = self.rng
        document: dict[str, Any] = {
            "workflow": {"statuses": [{"id": f"s{number}", "name": self.sentence()} for number in range(3)]},
            "integrations": {self.word(4): {"seal": self.secret(), "kind": "chat"}, "mail": {"seal": self.secret()}},
            "vault": {"a": self.secret()},
            "people": [{"name": "Ann", "phone": self.secret()}],
            "parts": [{"inner": self.secret()}, {"inner": self.secret()}],
            "env": [{"name": "ACCESS_TOKEN", "value": self.marker(self.word())}, {"name": "MODE", "value": "fast"}],
            rng.choice(PLAIN_KEYS): self.formed(),
        }
        nested: dict[str, Any] = {rng.choice(SECRET_KEYS): self.secret(), rng.choice(PLAIN_KEYS): self.sentence()}
        for _ in range(rng.randrange(4)):
            kind = rng.randrange(3)
            if kind == 0:
                nested = {"sealed": self.secret(), "in": nested}
            else:
                nested = {"list": [nested, 1.5]} if kind == 1 else {"k": nested, "n": None}
        document["nested"] = nested
        document["description"] = self.copied()
        document["list"] = [self.copied(), {"note": self.copied(), self.sentence(): self.formed()}]
        return document

    def changed(self, document: dict[str, Any]) -> dict[str, Any]:
        other: dict[str, Any] = json.loads(json.dumps(document))
        other["integrations"]["mail"]["seal"] = self.secret()
        other["env"][0]["value"] = self.marker(self.word())
        other["description"] = self.copied()
        other["workflow"]["statuses"].pop()
        other["vault"] = {"a": self.secret()}
        return other


@dataclass
class Page:
    content: str
    file: str = "guide.md"
    anchor: str = "a"
    heading: str = "A heading"


@dataclass
class Earlier:
    title: str
    changes: Sequence[Mapping[str, Any]]
    reason: str | None
    type: str = "workflow"
    status: str = "rejected"


class World:
    def __init__(self, sides: Sequence[Any], redactor: Redactor, found: Any, pages: Sequence[Page]) -> None:
        self.redactor = redactor
        self._sides = sides
        self._found = found
        self._pages = pages

    async def look_up(self, path: str) -> Sequence[Found]:
        return [Found(path, *(self._value(side, parse(path)) for side in self._sides))]

    def _value(self, side: Any, path: Sequence[str | int]) -> Any:
        try:
            return self.redactor.value(get(side, path), path)
        except PathError:
            return ABSENT

    async def compare(self, path: str) -> Sequence[Mapping[str, Any]]:
        return list(self._found)

    async def search_documentation(self, query: str) -> Sequence[Page]:
        return self._pages


async def given(planted: Planted) -> list[str]:
    """All that is given away of a configuration."""
    database = planted.document()
    yaml = planted.changed(database)
    comments = [(number, planted.copied()) for number in range(3)]
    pages = [Page(planted.copied())]
    shape = Shape(SCHEMA)
    redactor = Redactor.of([database, yaml], shape, MARKED)
    found = redactor.texts(as_result(redactor.differences(compare(yaml, database, shape))))
    project = ProjectData(
        slug="desk",
        name=planted.copied(),
        access="editor",
        configuration=database,
        redactor=redactor,
        differences=found,
        comments=comments,
        fault=planted.copied(),
        schema={"properties": {"mode": {"default": planted.copied()}}},
    )
    earlier = [Earlier(planted.copied(), [{"path": "a", "before": planted.copied()}], planted.copied())]
    room = planted.rng.choice([1_500, 60_000])
    context = Context(projects=[project], question="status", documentation=pages, earlier=earlier, most_chars=room)
    sources = Sources.of(said=[planted.copied()], configurations=[database], shape=shape, comments=comments)
    world = World([database, yaml], redactor, found, pages)
    change = Change("add", ("name",), ABSENT, planted.copied())
    told = [
        json.dumps(redactor.value(database), ensure_ascii=False),
        json.dumps(redactor.value(yaml), ensure_ascii=False),
        *(redactor.text(text) for _, text in comments),
        json.dumps(found, ensure_ascii=False),
        *(message["content"] for message in context.messages()),
        await run("compare", '{"path": ""}', world),
        await run("search_documentation", '{"query": "a"}', world),
        repr([project, context, sources, redactor, suspects([change], sources), Found("a", database, yaml)]),
        LogRedactor([]).text(str({"redactor": redactor, "project": project})),
    ]
    paths = ["integrations", "vault.a", "parts[1].inner", "nested", "env[0]", "env[0].value", "list", "description"]
    asked = planted.rng.sample(paths, 1)
    return told + [await run("look_up", json.dumps({"path": path}), world) for path in asked]


def readings(text: str) -> str:
    """A text, and what somebody reads in it who takes the escapes of JSON away."""
    once = text.replace('\\"', '"').replace("\\\\", "\\")
    return "\0".join([text, once, once.replace('\\"', '"').replace("\\\\", "\\")])


async def test_no_secret_is_in_anything_that_is_given_away() -> None:
    planted_in_all = 0
    for number in range(CONFIGURATIONS):
        planted = Planted(random.Random(number))
        told = "\0".join(await given(planted))
        assert "[redacted]" in told
        seen = readings(told)
        given_away = [text for text in (*planted.markers, *planted.copies) if text in seen]
        assert not given_away, number
        planted_in_all += len(planted.markers)
    assert planted_in_all > 10 * CONFIGURATIONS


async def test_a_suggestion_with_a_secret_is_refused() -> None:
    for number in range(CONFIGURATIONS // 5):
        planted = Planted(random.Random(number))
        database = planted.document()
        redactor = Redactor.of([database], Shape(SCHEMA), MARKED)
        for marker in planted.markers:
            assert redactor.touches(("name",), "x", f"say {marker}")
        for path in (
            ("integrations", "mail", "seal"),
            ("vault", "a"),
            ("parts", 1, "inner"),
            ("env", 0, "value"),
            ("env",),
        ):
            assert redactor.touches(path, get(database, path), "x")
            assert redactor.touches(path, get(database, path), ABSENT)
        assert not redactor.touches(("workflow", "statuses", 0, "name"), "x", planted.sentence())
