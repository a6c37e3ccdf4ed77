"""Forms in the markup of HTML pages and of Vue and Svelte components."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from app.provisioning.extraction.components.calls import is_own
from app.provisioning.extraction.components.forms import Input, of_form
from app.provisioning.extraction.components.shapes import Sighting
from app.provisioning.extraction.components.state import MAKER
from app.provisioning.extraction.components.words import thing, words
from app.provisioning.schema.model import Evidence

_BINDINGS: Final = (
    "v-model",
    "v-model.number",
    "v-model.trim",
    "bind:value",
    "bind:checked",
    "[(ngmodel)]",
    "formcontrolname",
)


class _Page(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.forms: list[tuple[dict[str, str], Evidence, list[Input]]] = []
        self._inside = False
        self._select: tuple[dict[str, str], Evidence, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        evidence = Evidence(self.path, self.getpos()[0], "components.form")
        if tag == "form":
            self._inside = True
            self.forms.append((given, evidence, []))
        elif not self._inside:
            return
        elif tag == "select":
            self._select = (given, evidence, [])
        elif tag == "option" and self._select is not None and given.get("value"):
            self._select[2].append(given["value"])
        elif tag in ("input", "textarea"):
            self._note(given, evidence, given.get("type", tag), ())

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select is not None:
            given, evidence, options = self._select
            self._select = None
            self._note(given, evidence, "select", tuple(options))

    def _note(self, given: dict[str, str], evidence: Evidence, kind: str, options: tuple[str, ...]) -> None:
        bound = next((given[each] for each in _BINDINGS if given.get(each)), "")
        name = given.get("name") or bound.rpartition(".")[2] or given.get("id", "")
        if re.fullmatch(r"[A-Za-z_]\w*", name) and kind not in ("submit", "button", "reset", "search", "image"):
            self.forms[-1][2].append(Input(name, kind, evidence, "required" in given, given.get("step", ""), options))


def sightings(path: str, page: str) -> Iterator[Sighting]:
    """The forms of a page."""
    parser = _Page(path)
    # What does not end is no tag, and the parser would look for its end at each beginning.
    parser.feed(page[: page.rfind(">") + 1])
    parser.close()
    file = posixpath.splitext(posixpath.basename(path))[0]
    for given, evidence, inputs in parser.forms:
        handler = next((value for name, value in given.items() if name in _HANDLERS), "")
        called = handler.partition("(")[0]
        target = given.get("action", "").rstrip("/").rpartition("/")[2]
        names = [given.get("id", ""), given.get("name", ""), target]
        if {"form", "add", "create", "new", "edit"} & set(words(file)):
            names.append(file)
        made = [found[1] for each in (*names, called) if (found := MAKER.fullmatch(each)) is not None]
        about = next((each for each in (*made, *names) if thing(each)), "")
        action = given.get("action", "")
        elsewhere = action.split("/")[2] if action.startswith(("http://", "https://")) and not is_own(action) else ""
        elsewhere = "Netlify" if {"netlify", "data-netlify"} & given.keys() else elsewhere
        yield from of_form(inputs, (), (about, " ".join((*names, called, file)), 0.62), evidence, elsewhere)


_HANDLERS: Final = (
    "@submit.prevent",
    "@submit",
    "v-on:submit.prevent",
    "on:submit|preventdefault",
    "on:submit",
    "onsubmit",
    "(ngsubmit)",
)
