"""Takes a model's structured output in the pieces in which it comes, and gives the answer's text as soon as it can.

A text that is no JSON object is passed on as it is: a refusal, or a provider that does not know structured outputs.
"""

from __future__ import annotations

import re
from typing import Final

from app.assistant.answer.output import UNSTORABLE, Output, mentioned, read_output

_MOST_LEAD: Final = 1000
_LEAD: Final = re.compile(r"\A[\ufeff\s]*(?:`{3}[A-Za-z]*\s*)?")
_BEGINNING: Final = '{"answer":"'
_ANSWER: Final = re.compile(r'\{\s*"answer"\s*:\s*"')
_OBJECT: Final = re.compile(r'\{\s*(?:"|\}|$)')


class AnswerReader:
    """Feed it each piece of text, then `close()` it; both give what is to be told to the person."""

    def __init__(self) -> None:
        self._document: list[str] = []
        """The JSON text, or what may become it."""
        self._said: list[str] = []
        self._string: StringReader | None = None
        self._undecided = True
        self._plain = False

    def feed(self, text: str) -> str:
        """Take a piece; returns what it adds to the answer."""
        if self._plain:
            return self._say(text)
        self._document.append(text)
        if self._undecided:
            return self._decide("".join(self._document))
        return "" if self._string is None else self._say(self._string.feed(text))

    def close(self) -> str:
        """Take the end; returns what could not be told before it."""
        if self._plain:
            return ""
        if self._string is not None:
            return self._say(self._string.close())
        text = "".join(self._document)
        document = _without_lead(text)
        if (output := read_output(document)) is not None:
            return self._say(output.answer)
        if _OBJECT.match(document):
            # It was meant to be the form, and nobody can read what became of it.
            return ""
        self._plain = True
        return self._say(text)

    def result(self) -> Output:
        """What was said, after `close()`."""
        answer = "".join(self._said)
        output = None if self._plain else read_output(_without_lead("".join(self._document)), answer)
        return output or mentioned(answer)

    def _decide(self, head: str) -> str:
        """Find out what it is that comes, once its beginning is there."""
        begun = _without_lead(head)
        if (not begun or "``".startswith(begun)) and len(head) < _MOST_LEAD:
            return ""
        if begun[:1] != "{":
            self._plain, self._undecided = True, False
            return self._say(head)
        if (found := _ANSWER.match(begun)) is not None:
            self._undecided, self._string = False, StringReader()
            return self._say(self._string.feed(begun[found.end() :]))
        # Where the answer is not the first property, it is told when all is there.
        self._undecided = len(head) < _MOST_LEAD and _BEGINNING.startswith("".join(begun.split()))
        return ""

    def _say(self, text: str) -> str:
        if text:
            self._said.append(text)
        return text


def _without_lead(text: str) -> str:
    """The text after a byte order mark, blanks and the opening of a fence."""
    return _LEAD.sub("", text, count=1)


class StringReader:
    """The rest of a JSON string after its opening quotation mark (RFC 8259, 7), cut anywhere.

    What is no escape stands for itself, as do control characters, which some models write as they are.
    """

    _STEP: Final = re.compile(r'[^"\\]+|\\u[0-9a-fA-F]{4}|\\[^u]')
    _CUT: Final = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?")
    _ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

    def __init__(self) -> None:
        self.ended = False
        self._held = ""
        self._surrogate = ""

    def feed(self, text: str) -> str:
        """Take a piece; returns what it says, "" after the closing quotation mark."""
        if self.ended:
            return ""
        text = self._held + text
        self._held = ""
        said = [self._surrogate]
        at = 0
        while at < len(text):
            step = self._STEP.match(text, at)
            if step is not None:
                said.append(self._meant(step[0]))
                at = step.end()
            elif text[at] == '"':
                self.ended = True
                break
            elif self._CUT.fullmatch(text, at):
                self._held = text[at:]
                break
            else:
                said.append(text[at])
                at += 1
        return self._whole("".join(said))

    def close(self) -> str:
        """Take the end, which may come too early; returns what was held back until it is known what it is."""
        cut, self._surrogate = self._surrogate, ""
        return "\ufffd" if cut else ""

    def _meant(self, step: str) -> str:
        if step[0] != "\\":
            return step
        code = step.removeprefix("\\u")
        return self._ESCAPES.get(step[1], step[1]) if code == step else chr(int(code, base=16))

    def _whole(self, text: str) -> str:
        """The text with the two escapes of a surrogate pair as the one character that they mean."""
        self._surrogate = ""
        if UNSTORABLE.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            if not self.ended and "\ud800" <= text[-1] <= "\udbff":
                self._surrogate, text = text[-1], text[:-1]
            text = UNSTORABLE.sub("\ufffd", text)
        return text
