"""Documents as HTML: what a notebook shows, and pages that stand alone.

displaCy's span renderer and ipymarkup were tried first. displaCy draws by tokens, so it needs spaCy and loses the
text's own spaces and line ends; ipymarkup keeps the text but cuts it into blocks, as displaCy does, so that a long mark
cannot break over lines. Neither has a hover, nor colours for a dark theme. Hence these templates: nested ``<mark>``
elements around the text as it is, laid out by the style sheet alone; a notebook runs no script for them.

Everything that comes from a text goes through Jinja's escaping; a page also forbids, by its content security policy,
every script but its own and every request to the network.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from govner.entities import Body, Document, Location, Person, Position, Span, Unit
from govner.show import facts, outlines, svgmap
from govner.show.marks import Mark, fold, length, marks, tree
from govner.show.palette import PALETTE, rgb

if TYPE_CHECKING:
    from jinja2 import Environment

FOLD = 2500
"""Characters of a text that a notebook shows before the rest is folded."""

MOST = 50_000
"""Characters of a text that a notebook holds at all: a browser is slow with a million marked up in one cell."""

MOST_ITEMS = 200
"""Rows of a table in a notebook."""


class Colours:
    """A label's colours as styles of elements, for where the style sheet is lost: in notebooks not yet trusted."""

    def __init__(self, colour: str, ink: str) -> None:
        tint = rgb(colour).replace(" ", ",")
        self.mark = f"background-color:rgba({tint},0.25);color:inherit;border-bottom:2px solid {colour}"
        self.pill = f"background-color:{colour};color:{ink}"


@cache
def environment() -> Environment:
    """The templates, with escaping on for all of them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("govner.show"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["printable"] = lambda value: facts.printable(str(value))
    # Between text runs, at the odd places, the blank lines: these are drawn lower than a line that must hold marks.
    made.filters["runs"] = lambda text: re.split(r"(?<=\n)([\r\n]+)", text)
    made.globals["palette"] = [(label, rgb(colour), ink) for label, (colour, ink) in PALETTE.items()]
    made.globals["colours"] = {label: Colours(colour, ink) for label, (colour, ink) in PALETTE.items()}
    made.globals["label_names"] = facts.LABEL_NAMES
    made.globals["editions"] = outlines.EDITIONS
    return made


def render(template: str, **values: Any) -> str:
    """A template of ``templates/`` filled in."""
    return environment().get_template(template).render(**values)


class View:
    """A document as the templates want it: its marks as a tree, and for each mark a card, an id and what it means."""

    def __init__(self, document: Document, limit: int | None = None, salt: str = "", bare: bool = False) -> None:
        """``limit`` is where a long text is folded; ``salt`` makes the ids of one page's documents differ.

        ``bare`` is for notebooks, which may show the elements without the style sheet.
        """
        self.bare = bare
        self.document = document
        self.index = facts.Index(document)
        pieces = tree(document.text, document.spans)
        self._number = {(span.start, span.end, span.label): n for n, span in enumerate(document.spans)}
        self.head, self.rest = (pieces, []) if limit is None else fold(pieces, limit)
        self.rest, gone = (self.rest, []) if limit is None else fold(self.rest, MOST)
        self.gone = length(gone)
        self.left = length(self.rest)
        self.prefix = (
            "gv" + hashlib.blake2s(repr((salt, document.id, document.text)).encode(), digest_size=3).hexdigest()
        )
        shown = {mark.span.label for mark in marks(pieces)}
        self.labels = [label for label in PALETTE if label in shown]
        # The ids go into a style sheet, where only a number is harmless.
        self.people = [person.id for person in document.people if isinstance(person.id, int)]

    def card(self, mark: Mark) -> facts.Card:
        return self.index.card(mark.span)

    def id(self, mark: Mark) -> str:
        # The rest of a mark that was cut has an id of its own.
        return f"{self.target(mark.span)}-{mark.start}" if mark.start != mark.span.start else self.target(mark.span)

    def target(self, span: Span) -> str:
        """The id of the element that shows a mention."""
        return f"{self.prefix}-{self._number.get((span.start, span.end, span.label), '')}"

    def first(self, entity: Person | Position | Body | Location) -> str | None:
        """The id of an entity's first mention."""
        return self.target(entity.mentions[0]) if entity.mentions else None


def fragment(document: Document) -> str:
    """What Jupyter shows of a document: an HTML element with its own style, no script, a long text folded."""
    return render("notebook.html.j2", view=View(document, FOLD, bare=True), facts=facts)


def entity(item: Any) -> str:
    """What Jupyter shows of a person, post, body, place or unit: a card."""
    return render("entity.html.j2", cards=[facts.card(item)])


def table(items: Iterable[Any]) -> str:
    """Entities of one kind, from one document or many, as an HTML table; of several kinds, as cards.

    ``items`` are people, positions, bodies, locations, units or spans. At most 200 are shown; what is left is counted.
    """
    found = list(items)
    shown = found[:MOST_ITEMS]
    sheet = facts.sheet(shown)
    if sheet is not None or not shown:
        return render("entity.html.j2", cards=[], sheet=sheet, left=len(found) - len(shown), empty=not found)
    known = Person | Position | Body | Location | Unit
    cards = [facts.card(e) if isinstance(e, known) else facts.Card("", str(e), ()) for e in shown]
    return render("entity.html.j2", cards=cards, left=len(found) - len(shown))


def page(document: Document) -> str:
    """A document as one HTML page that needs no network: the text beside its officials, a map, its bodies and places.

    It reads in light and dark, on paper and without JavaScript.
    """
    view = View(document)
    edition = outlines.edition_of([document])
    drawing = svgmap.draw(places([document], view), edition)
    others = [person for person in document.people if not person.is_official]
    return whole(
        "page.html.j2", document.id or "Document", view=view, facts=facts, drawing=drawing, others=others
    )  # fmt: skip


def whole(template: str, title: str, **values: Any) -> str:
    """A page with its policy: the only script that may run is the one of ``page.js``."""
    script = environment().get_template("page.js.j2").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(template, title=title, script=script, digest=digest, **values)


def places(documents: Sequence[Document], view: View | None = None) -> list[svgmap.Place]:
    """The units that places and bodies mean, each with its mentions, the most named first."""
    counts: Counter[Unit] = Counter()
    first: dict[Unit, str | None] = {}
    for document in documents:
        entities: tuple[Body | Location, ...] = (*document.locations, *document.bodies)
        for item in entities:
            if item.unit is not None:
                counts[item.unit] += len(item.mentions)
                first.setdefault(item.unit, view.first(item) if view is not None else None)
    return [svgmap.Place(unit, count, first[unit]) for unit, count in counts.most_common()]
