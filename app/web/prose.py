"""Answers are Markdown (CommonMark, with tables and strikethrough); here they become HTML that holds nothing else.

Markup in the text is shown and not obeyed, images are left to be links, and links lead only to the web.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

MOST_MARKDOWN: Final = 20_000
"""Longer texts stay as they were written: what is made to be slow to read takes half a second at this length."""

LINK_RELATION: Final = "noopener noreferrer nofollow ugc"

_BIDI_CONTROLS: Final = {number: f"[U+{number:04X}]" for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def visible(text: str) -> str:
    """The text with characters that turn the reading direction around shown, so that none hides what it says."""
    return text.translate(_BIDI_CONTROLS)


def plain(text: str) -> str:
    """The text as a paragraph, its line breaks kept."""
    return f'<p class="plain" dir="auto">{escape(visible(text))}</p>'


@lru_cache(maxsize=512)
def prose(text: str) -> str:
    """Markdown as HTML; a text that is too long for that as it is."""
    if len(text) > MOST_MARKDOWN:
        return plain(text)
    rendered: str = _MARKDOWN.render(visible(text))
    return rendered


def _is_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def _link_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: dict[str, Any]
) -> str:
    tokens[index].attrSet("rel", LINK_RELATION)
    return renderer.renderToken(tokens, index, options, env)


def _block_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: dict[str, Any]
) -> str:
    tokens[index].attrSet("dir", "auto")
    return renderer.renderToken(tokens, index, options, env)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    markdown.validateLink = _is_web  # type: ignore[method-assign]  # replaced on the instance, as its documentation says
    markdown.add_render_rule("link_open", _link_open)
    for block in ("paragraph_open", "heading_open", "list_item_open", "td_open", "th_open"):
        markdown.add_render_rule(block, _block_open)
    return markdown


_MARKDOWN: Final = _markdown()
