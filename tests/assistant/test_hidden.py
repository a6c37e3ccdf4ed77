"""What is not seen is shown; what is writing stays."""

from __future__ import annotations

import pytest

from app.assistant.secrecy.hidden import has_hidden, shown, without_hidden

HIDDEN = {
    "a zero-width space": ("ad\u200bmin", "ad⟨U+200B⟩min"),
    "a word joiner": ("ad\u2060min", "ad⟨U+2060⟩min"),
    "a byte order mark within": ("ad\ufeffmin", "ad⟨U+FEFF⟩min"),
    "a right-to-left override": ("exe.\u202egpj", "exe.⟨U+202E⟩gpj"),
    "isolates": ("\u2066a\u2069", "⟨U+2066⟩a⟨U+2069⟩"),
    "a soft hyphen": ("pass\u00adword", "pass⟨U+00AD⟩word"),
    "tags that spell a word": ("ok\U000e0068\U000e0069", "ok⟨U+E0068⟩⟨U+E0069⟩"),
    "tags behind a flag that is none": ("🏴\U000e0068\U000e007f", "🏴⟨U+E0068⟩⟨U+E007F⟩"),
    "selectors that carry bytes": ("a\ufe00\U000e0101", "a⟨U+FE00⟩⟨U+E0101⟩"),
    "an emoji's selector behind a letter": ("a\ufe0f", "a⟨U+FE0F⟩"),
    "two selectors": ("❤\ufe0f\ufe0f", "❤\ufe0f⟨U+FE0F⟩"),
    "line separators": ("a\u2028b\u2029", "a⟨U+2028⟩b⟨U+2029⟩"),
    "controls": ("a\x00\x1b[31m\x7f\x85", "a⟨U+0000⟩⟨U+001B⟩[31m⟨U+007F⟩⟨U+0085⟩"),
    "a return that ends no line": ("safe\rcurl", "safe⟨U+000D⟩curl"),
    "private use": ("\ue000", "⟨U+E000⟩"),
    "unassigned": ("\u0378", "⟨U+0378⟩"),
    "half a character": ("\ud800", "⟨U+D800⟩"),
    "fillers": ("\u3164\u2800\u034f", "⟨U+3164⟩⟨U+2800⟩⟨U+034F⟩"),
    "a joiner between Latin letters": ("a\u200db", "a⟨U+200D⟩b"),
    "a non-joiner at the end": ("می\u200c", "می⟨U+200C⟩"),
    "two non-joiners": ("می\u200c\u200cروم", "می⟨U+200C⟩⟨U+200C⟩روم"),
    "a joiner between an emoji and a letter": ("👩\u200da", "👩⟨U+200D⟩a"),
}
WRITING = {
    "plain": "Ready for QA: 100 %\n\tnext line\r\n",
    "accents": "Überprüfung, naïve, e\u0301",
    "Persian": "می\u200cروم",
    "Hindi": "क्\u200dष",
    "Arabic and Hebrew": "مرحبا שלום",
    "Chinese": "已完成，请检查。",
    "a family": "👨\u200d👩\u200d👧",
    "a skin tone and a profession": "👩🏽\u200d🔬",
    "a heart on fire": "❤\ufe0f\u200d🔥",
    "a keycap": "1\ufe0f\u20e3",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a country": "🇩🇪",
    "an arrow": "➡\ufe0f",
    "a sign of Arabic": "\u0601",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_shown(name: str) -> None:
    text, expected = HIDDEN[name]
    assert shown(text) == expected
    assert has_hidden(text)
    assert not has_hidden(expected)


@pytest.mark.parametrize("name", WRITING)
def test_what_is_writing_stays(name: str) -> None:
    assert shown(WRITING[name]) is WRITING[name]
    assert not has_hidden(WRITING[name])


def test_for_comparing_everything_goes_that_could_be_hidden() -> None:
    assert without_hidden("ad\u200bm\u202ein\r\n") == "admin\n"
    assert without_hidden("می\u200cروم") == "میروم"
