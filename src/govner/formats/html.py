"""The article out of a web page, by trafilatura (https://trafilatura.readthedocs.io), which is an extra."""

from __future__ import annotations

from govner.entities import GovnerError, InputError

try:
    import trafilatura
except ImportError as error:
    raise GovnerError('web pages need trafilatura: pip install "govner[html]"') from error


def article(page: str) -> str:
    """The text of a page's article: headings and paragraphs, a line each; menus, adverts and comments are left out.

    ``page`` is the HTML of a whole page or of an article's body. All offsets of a Document that is read from the text
    count in the text. Raises ``InputError`` where no article is found in the page.
    """
    if not page.strip():
        raise InputError("no article in the page: it is empty")
    found = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True)
    if not found:
        raise InputError("no article was found in the page")
    return found
