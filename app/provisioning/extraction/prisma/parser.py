"""From the text of a Prisma schema to its syntax tree.

The language is Prisma's own (`datamodel.pest` in prisma/prisma-engines), where each member of a block stands on a line
of its own. A line that cannot be read costs only itself. What is understood although Prisma would refuse it, such as
an attribute over several lines, is read and said.
"""

from __future__ import annotations

from typing import Final

from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.tokens import Kind, Token, tokens, unescaped
from app.provisioning.extraction.prisma.tree import (
    Argument,
    Arity,
    Array,
    Attribute,
    Block,
    Call,
    Expression,
    Field,
    Mapping,
    Member,
    Number,
    Path,
    Property,
    Text,
)

KEYWORDS: Final = frozenset({"model", "enum", "type", "view", "datasource", "generator"})
MOST_NESTING: Final = 40
"""Prisma's own schemas nest brackets four deep."""

_NOT_LETTERS: Final = frozenset("_0123456789")
"""What a name may have besides letters, which may be of any script."""


def parse(file: str, source: str, notes: Notes) -> list[Block]:
    """The declarations of a file, in order. Never raises: what is wrong is noted."""
    return _Parser(file, source, notes).blocks()


class _Fault(Exception):
    """The member at hand cannot be read."""


class _Parser:
    def __init__(self, file: str, source: str, notes: Notes) -> None:
        self._file = file
        self._notes = notes
        self._tokens = tokens(source)
        self._at = 0
        self._depth = 0

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        while self._now.kind != "end":
            if self._now.kind == "newline":
                self._at += 1
            elif self._opens_block():
                found.append(self._block())
            else:
                self._error(self._now.line, f"{_shown(self._now)} begins no declaration.")
                self._skip_unknown()
        return found

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _opens_block(self) -> bool:
        """Whether a declaration begins here: `model Name {`, the bracket on the same line or the next."""
        if self._now.text not in KEYWORDS or self._tokens[self._at + 1].kind not in ("name", "number"):
            return False
        return self._tokens[self._past_newlines(self._at + 2)].text == "{"

    def _past_newlines(self, at: int) -> int:
        while self._tokens[at].kind == "newline":
            at += 1
        return at

    def _skip_unknown(self) -> None:
        """Past a line that is no declaration, or past a block of an unknown kind."""
        opened = False
        while self._now.kind != "end":
            if self._now.kind == "newline" and not opened:
                return
            if opened and (self._now.text == "}" or self._opens_block()):
                self._at += self._now.text == "}"
                return
            opened = opened or self._now.text == "{"
            self._at += 1

    def _block(self) -> Block:
        keyword, name = self._tokens[self._at : self._at + 2]
        block = Block(keyword.text, name.text, self._file, keyword.line)
        self._check_name(name)
        self._at = self._past_newlines(self._at + 2)
        if self._now.line != name.line:
            self._error(name.line, f"The bracket of {name.text} must stand on the same line.")
        self._at += 1
        within_a_line = self._rest_of_opening_line()
        while True:
            if self._now.kind == "newline":
                self._at += 1
            elif self._now.text == "}":
                self._at += 1
                return block
            elif self._now.kind == "end" or self._opens_block():
                self._error(block.line, f"{block.kind} {block.name} is not closed.")
                return block
            else:
                self._member(block, within_a_line)

    def _rest_of_opening_line(self) -> bool:
        """Whether the whole block is on this line. Otherwise what stands behind the bracket is passed over."""
        if self._now.kind == "newline":
            return False
        ahead = self._at
        while self._tokens[ahead].kind not in ("newline", "end"):
            if self._tokens[ahead].text == "}":
                self._error(self._now.line, "The members of a block must stand on lines of their own.")
                return True
            ahead += 1
        self._error(self._now.line, "What stands on the line of an opening bracket is not read.")
        self._at = ahead
        return False

    def _member(self, block: Block, within_a_line: bool) -> None:
        start = self._at
        self._depth = 0
        try:
            self._read_member(block)
        except _Fault as fault:
            self._error(self._tokens[start].line, str(fault))
            # Brackets that are not closed have read into other lines: go on with the next one.
            self._at = start
            self._skip_line(within_a_line)
            return
        if self._now.line != self._tokens[start].line and self._tokens[self._at - 1].line != self._tokens[start].line:
            self._warning(self._tokens[start].line, "This runs over several lines, which Prisma itself does not read.")
        if not within_a_line and self._now.kind not in ("newline", "end"):
            self._error(self._now.line, f"{_shown(self._now)} is not expected here.")
            self._skip_line(within_a_line)

    def _skip_line(self, within_a_line: bool) -> None:
        while self._now.kind not in ("newline", "end"):
            if within_a_line and self._now.text == "}":
                return
            self._at += 1

    def _read_member(self, block: Block) -> None:
        if self._now.text == "@@":
            self._at += 1
            block.add(self._attribute())
            return
        name = self._name("a name")
        if block.kind in ("datasource", "generator"):
            self._take("=")
            block.properties.append(Property(name.text, self._expression(), name.line))
            return
        self._check_name(name)
        if block.kind == "enum":
            block.values.append(Member(name.text, self._attributes(), name.line))
            return
        if self._now.text == ":":
            self._error(name.line, "There is no colon between a field and its type.")
            self._at += 1
        kind, unsupported, arity = self._type(name)
        block.fields.append(Field(name.text, self._attributes(), name.line, kind, arity, unsupported))

    def _type(self, field: Token) -> tuple[str, bool, Arity]:
        bracketed = self._now.text == "["
        if bracketed:
            self._error(field.line, "A list is written as Type[].")
            self._at += 1
        if self._now.kind not in ("name", "number"):
            raise _Fault(f"{field.text} has no type.")
        name = self._now.text
        self._at += 1
        unsupported = name == "Unsupported" and self._now.text == "("
        if unsupported:
            self._at += 1
            name = self._string()
            self._take(")")
        if bracketed:
            self._take("]")
            return name, unsupported, "list"
        arity: Arity = "required"
        if self._now.text == "[":
            self._at += 1
            self._take("]")
            arity = "list"
        if self._now.text == "?":
            self._at += 1
            if arity == "list":
                self._error(field.line, "A list cannot be optional.")
            else:
                arity = "optional"
        elif self._now.text == "!":
            self._error(field.line, "Fields are required without an exclamation mark.")
            self._at += 1
        return name, unsupported, arity

    def _attributes(self) -> tuple[Attribute, ...]:
        found = []
        while self._now.text == "@":
            self._at += 1
            found.append(self._attribute())
        return tuple(found)

    def _attribute(self) -> Attribute:
        line = self._now.line
        return Attribute(self._path(), self._arguments() if self._now.text == "(" else (), line)

    def _arguments(self) -> tuple[Argument, ...]:
        self._open("(")
        found: list[Argument] = []
        while self._now.text != ")":
            name = None
            if self._now.kind == "name" and self._tokens[self._at + 1].text == ":":
                name = self._now.text
                self._at += 2
                self._at = self._past_newlines(self._at)
            found.append(Argument(name, self._expression()))
            self._separate(")")
        self._close()
        return tuple(found)

    def _expression(self) -> Expression:
        token = self._now
        match token.kind:
            case "string":
                return Text(self._string())
            case "number":
                self._at += 1
                return Number(token.text)
            case "name":
                path = self._path()
                return Call(path, self._arguments()) if self._now.text == "(" else Path(path)
        if token.text == "[":
            items: list[Expression] = []
            self._open("[")
            while self._now.text != "]":
                items.append(self._expression())
                self._separate("]")
            self._close()
            return Array(tuple(items))
        if token.text == "{":
            entries: list[tuple[str, Expression]] = []
            self._open("{")
            while self._now.text != "}":
                key = self._name("a name").text
                self._take(":")
                entries.append((key, self._expression()))
                self._separate("}")
            self._close()
            return Mapping(tuple(entries))
        raise _Fault(f"{_shown(token)} is not expected here.")

    def _open(self, bracket: str) -> None:
        self._depth += 1
        if self._depth > MOST_NESTING:
            raise _Fault("Brackets are nested too deeply.")
        self._take(bracket)
        self._at = self._past_newlines(self._at)

    def _close(self) -> None:
        self._depth -= 1
        self._at += 1

    def _separate(self, closing: str) -> None:
        """Past the comma between two parts of a list."""
        self._at = self._past_newlines(self._at)
        if self._now.text == ",":
            self._at = self._past_newlines(self._at + 1)
        elif self._now.text != closing:
            raise _Fault(f"{_shown(self._now)} is not expected here.")

    def _path(self) -> str:
        parts = [self._name("a name").text]
        while self._now.text == ".":
            self._at += 1
            parts.append(self._name("a name").text)
        return ".".join(parts)

    def _string(self) -> str:
        token = self._taken("string", "a text in double quotes")
        try:
            return unescaped(token.text)
        except ValueError as error:
            self._error(token.line, f"{error}.")
            return token.text[1:-1]

    def _name(self, wanted: str) -> Token:
        if self._now.kind == "number" and self._now.text.isdigit():
            self._at += 1
            return self._tokens[self._at - 1]
        return self._taken("name", wanted)

    def _taken(self, kind: Kind, wanted: str) -> Token:
        if self._now.kind != kind:
            raise _Fault(f"{_shown(self._now)} stands where {wanted} is expected.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, mark: str) -> None:
        if self._now.text != mark:
            raise _Fault(f"{_shown(self._now)} stands where {mark} is expected.")
        self._at += 1

    def _check_name(self, name: Token) -> None:
        if not name.text[0].isalpha() or not all(each.isalpha() or each in _NOT_LETTERS for each in name.text):
            self._error(name.line, f"{name.text[:80]!r} is no name in Prisma: letters, digits and _, a letter first.")

    def _error(self, line: int, message: str) -> None:
        self._notes.error(self._file, line, "syntax", message)

    def _warning(self, line: int, message: str) -> None:
        self._notes.warning(self._file, line, "syntax", message)


def _shown(token: Token) -> str:
    if token.kind == "newline":
        return "The end of the line"
    return "The end of the file" if token.kind == "end" else repr(token.text[:40])
