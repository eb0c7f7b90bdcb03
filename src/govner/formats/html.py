"""The article out of a web page, by trafilatura (https://trafilatura.readthedocs.io), which is an extra."""

from __future__ import annotations

import re
from html import unescape

from govner.entities import GovnerError, InputError

try:
    import lxml.html
    import trafilatura
    from lxml import etree
except ImportError as error:
    raise GovnerError('web pages need trafilatura: pip install "govner[html]"') from error

_PAGE = re.compile(r"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-z!/?]", re.IGNORECASE)

_WITHOUT = ("script", "style", "template", "noscript", "iframe", "object", "svg", "button", "select", "textarea")
"""Elements whose text no reader sees as part of the article."""

_CELLS = {"td", "th"}
_BREAKS = {
    *lxml.html.defs.block_tags,
    "br",
    "caption",
    "dd",
    "dt",
    "figcaption",
    "li",
    "main",
    "summary",
    "tr",
} - _CELLS
"""Elements that stand on lines of their own, and the break."""


def article(page: str) -> str:
    """The text of a page's article: headings and paragraphs, a line each.

    ``page`` is the HTML of a whole page, of which menus, adverts and comments are left out, or (without ``<html>`` or
    ``<body>``) that of an article, of which everything is kept that a reader sees, however short it is. All offsets of
    a Document that is read from the text count in the text. Raises ``InputError`` where there is no text.
    """
    if not page.strip():
        raise InputError("no article in the page: it is empty")
    if not _PAGE.search(page):
        found: str | None = _text(page)
    else:
        found = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True)
    if not found:
        raise InputError("no article was found in the page")
    return found


def _text(fragment: str) -> str:
    """All text of an article's HTML. trafilatura is for whole pages: in short pieces it takes paragraphs for clutter.

    lxml, which trafilatura is built on, reads it."""
    if not _TAG.search(fragment):
        return unescape(fragment)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = lxml.html.document_fromstring(f"<html><body>{fragment}".replace("\0", "").encode(), parser=parser)
    etree.strip_elements(root, *_WITHOUT, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in root.iter():
        element.text, element.tail = _spaced(element.text), _spaced(element.tail)
        if element.tag in _BREAKS:
            element.text, element.tail = f"\n{element.text}", f"\n{element.tail}"
        elif element.tag in _CELLS:
            element.tail = f" {element.tail}"
    lines = (" ".join(line.split()) for line in "".join(root.itertext()).split("\n"))
    return "\n".join(line for line in lines if line)


def _spaced(text: str | None) -> str:
    """Text in which line ends are blanks, as a browser shows it."""
    return re.sub(r"\s", " ", text or "")
