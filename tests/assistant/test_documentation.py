"""Markdown cut into sections: where they begin, what they are called, how links lead to them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assistant.documentation.sections import PART_OCTETS, Slugs, sections

# As GitHub itself renders them: rows of the test fixtures of github-slugger, in order, since they are of one page.
SLUGS = (
    ("alpha", "alpha"),
    ("alpha", "alpha-1"),
    ("bravoCharlieDelta", "bravocharliedelta"),
    ("__proto__", "__proto__"),
    ("__proto__", "__proto__-1"),
    ("echo", "echo"),
    ("echo", "echo-1"),
    ("echo 1", "echo-1-1"),
    ("echo-1", "echo-1-2"),
    ("echo", "echo-2"),
    ("foxtrot-1", "foxtrot-1"),
    ("foxtrot", "foxtrot"),
    ("foxtrot", "foxtrot-2"),
    ("heading with a - dash", "heading-with-a---dash"),
    ("heading with an _ underscore", "heading-with-an-_-underscore"),
    ("heading with a period.txt", "heading-with-a-periodtxt"),
    ("exchange.bind_headers(exchange, routing [, bindCallback])", "exchangebind_headersexchange-routing--bindcallback"),
    (" ", "-"),
    (" a ", "-a-"),
    ("-a-", "-a--1"),
    ("apostrophe’s should be trimmed", "apostrophes-should-be-trimmed"),
    ("I ♥ unicode", "i--unicode"),
    ("en–dash", "endash"),
    ("😄 unicode emoji", "-unicode-emoji"),
    ("😄-😄 unicode emoji", "--unicode-emoji"),
    ("😄_😄 unicode emoji", "_-unicode-emoji"),
    ("😄 - an emoji", "---an-emoji"),
    (":smile: - a gemoji", "smile---a-gemoji"),
    ("Профили пользователей", "профили-пользователей"),
    ("Привет non-latin 你好", "привет-non-latin-你好"),
    (":ok_hand::hatched_chick: Two in a row with no spaces", "ok_handhatched_chick-two-in-a-row-with-no-spaces"),
    ("a_ ‿ ⁀ ⁔ ︳ ︴ ﹍ ﹎ ﹏ ＿b", "a_-‿-⁀-⁔-︳-︴-﹍-﹎-﹏-＿b"),
    ("a$ ¢ £ ¤ ¥b", "a----b"),
)


def cut(text: str) -> list[tuple[str, int, str, tuple[str, ...], str]]:
    return [(s.anchor, s.level, s.heading, s.breadcrumb, s.content) for s in sections("a.md", text)]


def headings(text: str) -> list[tuple[str, str]]:
    return [(section.anchor, section.heading) for section in sections("a.md", text)]


def test_anchors_are_githubs() -> None:
    slugs = Slugs()
    assert [slugs.unique(heading) for heading, _ in SLUGS] == [anchor for _, anchor in SLUGS]


def test_sections_with_what_they_stand_under() -> None:
    text = "Before.\n\n# A\none\n\n### A.a\n\ntwo\n\n## B\n# C\nthree\n"
    assert cut(text) == [
        ("", 0, "", (), "Before."),
        ("a", 1, "A", (), "one"),
        ("aa", 3, "A.a", ("A",), "two"),
        ("b", 2, "B", ("A",), ""),
        ("c", 1, "C", (), "three"),
    ]
    assert [section.position for section in sections("a.md", text)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A\n===\n\nB\n---\n", [("a", "A"), ("b", "B")]),
        ("Two\nlines\n===\n", [("twolines", "Two lines")]),
        ("# A\n```sh\n# no\n```\n~~~\n# no\n~~~\n    # no\n", [("a", "A")]),
        ("# A\n```\n# to the end\n", [("a", "A")]),
        ("<!--\n# no\n-->\n\n# A\n", [("", ""), ("a", "A")]),
        ("> # no\n\n- # no\n\n1. x\n   # no\n\n# A\n", [("", ""), ("a", "A")]),
        ("> # A\n\n# A\n", [("", ""), ("a-1", "A")]),
        ("# A [b](c 'd') `e_f` *g* **h** ~~i~~\n", [("a-b-e_f-g-h-i", "A b e_f g h i")]),
        ("# ![a](b) <b>c</b> &amp; \\# d\n", [("-c---d", "c & # d")]),
        ("[r]: http://x\n\n# See [r] and [s]\n", [("", ""), ("see-r-and-s", "See r and [s]")]),
        ("# A #\n#B\n####### C\n", [("a", "A")]),
        ("#\n##\n", [("-1", ""), ("-2", "")]),
        ("# A\n# A\n# a\n# A-1\n", [("a", "A"), ("a-1", "A"), ("a-2", "a"), ("a-1-1", "A-1")]),
        ("---\ntitle: X\n# comment\n---\n# A\n", [("a", "A")]),
        ("---\n---\n# A\n", [("a", "A")]),
        ("---\n\nA rule\n\n---\n\n# A\n", [("", ""), ("a", "A")]),
        ("# A\r\ntext\r# B\r\n", [("a", "A"), ("b", "B")]),
        ("# A\x00B\n", [("ab", "A\ufffdB")]),
        ("# A\x0bB\u2028C\n", [("abc", "A B C")]),
        ("# \u202eevil\u202c\n", [("evil", "\u202eevil\u202c")]),
        ("", []),
        ("\n \n\t\n", []),
    ],
)  # fmt: skip
def test_what_is_a_heading(text: str, expected: list[tuple[str, str]]) -> None:
    assert headings(text) == expected


def test_a_long_section_is_in_parts_with_one_anchor() -> None:
    paragraphs = [f"{number} " + "ä" * 1000 for number in range(60)]
    *parts, last = sections("a.md", "# A\n\n" + "\n\n".join(paragraphs) + "\n\n# B\nx")
    assert [part.part for part in parts] == [0, 1, 2, 3]
    assert {(part.anchor, part.heading) for part in parts} == {("a", "A")}
    assert "\n\n".join(part.content for part in parts).split("\n\n") == paragraphs
    assert (last.anchor, last.part, last.position) == ("b", 0, 4)


@pytest.mark.parametrize(
    "text", ["ä" * PART_OCTETS, "a\n" * PART_OCTETS, "x" * (2 * PART_OCTETS), "\n\nx" * PART_OCTETS]
)
def test_no_part_is_too_long_and_none_is_empty(text: str) -> None:
    found = sections("a.md", text)
    assert all(0 < len(section.content.encode()) <= PART_OCTETS for section in found)
    assert "".join("".join(section.content for section in found).split()) == "".join(text.split())


def test_a_paragraph_taken_for_a_heading_is_cut_to_what_can_be_kept() -> None:
    (section,) = sections("a.md", "word " * 100_000 + "\n---\n")
    assert (len(section.heading), len(section.anchor)) == (1000, 250)


@pytest.mark.parametrize(
    "text", [">" * 500_000, "- " * 250_000, "# " + "[" * 500_000, "# " + "*a_ " * 100_000, "<" * 500_000]
)
def test_what_is_made_to_be_slow_is_not(text: str) -> None:
    began = time.process_time()
    sections("a.md", text)
    assert time.process_time() - began < 5


@given(st.text(st.sampled_from("# \n`~->=*_[]()<!ab\t\r\x00é"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_sections_that_the_table_takes(text: str) -> None:
    found = sections("a.md", text)
    assert len({(section.anchor, section.part) for section in found}) == len(found)
    for section in found:
        assert len(section.anchor) <= 300 and len(section.heading) <= 1000 and len(section.breadcrumb) <= 5
        assert "\0" not in section.heading + section.content
        assert (section.level > 0) or (section.anchor == "" and section.content)


def test_no_line_of_a_file_is_lost() -> None:
    project = Path(__file__).parents[2]
    for path in [*(project / "docs").glob("*.md"), *(project / "sql").glob("*.md"), project / "README.md"]:
        text = path.read_text("utf-8")
        kept = {line for section in sections(path.name, text) for line in section.content.split("\n")}
        assert [line for line in text.split("\n") if line not in kept and not line.startswith("#")] == []
