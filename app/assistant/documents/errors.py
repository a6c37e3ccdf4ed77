"""What is wrong with a YAML document, in sentences for whoever wrote it; no sentence quotes the document."""

from __future__ import annotations

import re
from typing import Final

import yaml

NO_ALIASES: Final = "Anchors and aliases (& and *) are not taken: write the value out."
NO_TAGS: Final = "Tags (!…) are not taken: quote what is a text."
NO_DIRECTIVES: Final = "Directives (%YAML, %TAG) are not taken: documents are read as YAML 1.2."
NO_MERGING: Final = "Merge keys (<<) are not taken: write the entries out, or quote the key."
ONE_DOCUMENT: Final = "A second document begins here; there may be only one."
KEYS_ARE_STRINGS: Final = "A key has to be a text: quote it if it is a number, true, false or null."
NO_ESCAPE: Final = "A backslash in this text is followed by what is no escape; double it if it is meant."
NO_NUL: Final = "A NUL is escaped in this text; PostgreSQL has none."

# By what PyYAML and libyaml say, in the context where it happened; the first that fits.
_SENTENCES: Final = (
    (r"scanning an? (anchor|alias)", NO_ALIASES),
    (r"tag", NO_TAGS),
    (r"directive", NO_DIRECTIVES),
    (r"quoted scalar.*(end of stream|document (indicator|separator))", "This quote is not closed."),
    (r"escape|hexa?decimal", NO_ESCAPE),
    (r"block scalar", "The beginning of this block text is not right: | or >, and lines that are indented alike."),
    (r"mapping values are not allowed", "No key can stand here: quote the text, or indent the line as others are."),
    (r"sequence entries are not allowed", "No list element can stand here: give it a line of its own."),
    (r"simple key|expected ':'", "This line lacks the colon of a key, or goes on with a text that needs quotes."),
    (r"node content|block node", "A value is missing here, or begins with a character that needs quotes."),
    (r"flow (mapping|sequence|node)", "This bracket is not closed, or a comma is missing in it."),
    (r"block (mapping|collection|sequence)", "This line is indented unlike its neighbours, or lacks its key or dash."),
    (r"document start", "This belongs to nothing before it; there may be only one document."),
    (r"cannot start any token", "No text can begin with this character: quote it."),
)
_AT_ITS_BEGINNING: Final = re.compile(r"quoted scalar|flow (mapping|sequence)|simple key")
_DIRECTIVE: Final = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?P<percent>%)")
_REFUSED: Final = re.compile(
    "\r(?!\n)|[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class YamlError(Exception):
    """A document that is not taken: why, and where, counted from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


def place(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def check_characters(body: str) -> None:
    """Refuse what is no text, and what some readers take for the end of a line and others do not. Raises YamlError."""
    if directive := _DIRECTIVE.match(body):
        raise YamlError(NO_DIRECTIVES, *place(body, directive.start("percent")))
    if found := _REFUSED.search(body):
        character = found[0]
        if character == "\r":
            message = "A carriage return stands alone: end lines with a line feed."
        elif "\ud800" <= character <= "\udfff":
            message = "Half of a surrogate pair stands here: the document is not Unicode."
        elif character == "\0":
            message = "A NUL stands here: the document is not UTF-8 text."
        else:
            code = f"{ord(character):04X}"
            message = f'U+{code} may not stand in a document: write it in double quotes as "\\u{code}".'
        raise YamlError(message, *place(body, found.start()))


def readable(error: yaml.MarkedYAMLError, body: str) -> YamlError:
    """What the parser says, for a person."""
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and _AT_ITS_BEGINNING.search(said):
        mark = error.context_mark
    if mark is None:
        return YamlError("This cannot be read as YAML.", 1, 1)
    if body[mark.index : mark.index + 1] == "\t":
        message = "A tab stands where only spaces may: indent with spaces."
    else:
        message = next((text for words, text in _SENTENCES if re.search(words, said)), "This cannot be read as YAML.")
    return YamlError(message, mark.line + 1, mark.column + 1)
