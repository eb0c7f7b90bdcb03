"""spaCy: govner as a component of any spaCy pipeline, and a Document as a spaCy ``Doc``.

    nlp = spacy.blank("xx")          # or "vi", or any other pipeline
    nlp.add_pipe("govner")
    doc = nlp("Bí thư Huyện ủy Bình Sơn Lê Văn An")
    doc.ents, doc.spans["govner"], doc._.officials

What a Doc gets:

- ``doc.ents``: the outermost mentions. spaCy's entities can neither nest nor share a token.
- ``doc.spans["govner"]``: every mention, nested, in the order of ``Document.spans``; its ``attrs`` hold ``scores`` (one
  a mention, in [0, 1]), ``expanded`` (the numbers of those that are wider than the mention, as a token held more) and
  ``clipped`` (the numbers of the outermost mentions that ``doc.ents`` holds in part or not at all).
- ``span.kb_id_``: the unit that a body or place stands for, as in ``Document.links`` (``"2:524"``); ``span.id_``: the
  number of the mention in ``Document.spans``.
- ``doc._.govner``: the Document; ``doc._.officials``, ``people``, ``party_bodies``, ``state_bodies``, ``mass_bodies``,
  ``organizations``, ``bodies``, ``locations``, ``positions``: its entities.
- ``span._.mention``, ``span._.score``, ``span._.entity``, ``span._.unit`` of a span of ``doc.ents`` or
  ``doc.spans["govner"]``.

Texts bring their id, date and source in ``doc.user_data["id" | "date" | "source"]``, or as the context of
``nlp.pipe([(text, {"date": "2021-03-16"})], as_tuples=True)``.

The Document lies in ``doc.user_data["govner"]`` as JSON, so ``Doc.to_disk`` and ``DocBin(store_user_data=True)`` keep
it. Extensions are registered when this module is imported, as it is when the component is made; a program that only
reads stored Docs imports it, or calls ``register``.

Method: spans are laid over the tokens by characters, widened to token borders (spaCy's ``char_span``, mode ``expand``),
so whatever cut the text into tokens, no mention is lost.
"""

# No "from __future__ import annotations": spaCy reads the factory's annotations when it checks a config.
import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from govner.entities import (
    LABELS,
    Body,
    Document,
    GovnerError,
    InputError,
    Location,
    Person,
    Position,
    Span,
    Unit,
    link_id,
)
from govner.pipeline import load
from govner.text.tokens import tokenize

try:
    import numpy
    from spacy.lang.vi import VietnameseDefaults
    from spacy.language import Language
    from spacy.pipeline.pipe import Pipe
    from spacy.tokens import Doc, SpanGroup
    from spacy.tokens import Span as DocSpan
    from spacy.vocab import Vocab, create_vocab
except ImportError as error:
    raise GovnerError('spaCy is not installed: pip install "govner[spacy]"') from error

KEY = "govner"
"""The component's name, its key in ``doc.spans`` and in ``doc.user_data``."""

DISPLACY: Mapping[str, Any] = {
    "spans_key": KEY,
    "colors": {
        "PER": "#aadaf4",
        "POS": "#f2cf80",
        "PARTY": "#eaaf80",
        "STATE": "#80b9d9",
        "MASS": "#f7f1a1",
        "ORG": "#e5bcd3",
        "LOC": "#80cfb9",
    },
}
"""Options for ``displacy.render(doc, style="span" | "ent", options=DISPLACY)``: the key of the spans, and the labels'
colours, those of ``govner.show`` (Okabe and Ito's) mixed with white, since displaCy's letters are black."""

_BATCH = 64
_METADATA = ("id", "date", "source")
_DOC_FIELDS = (
    "officials", "people", "party_bodies", "state_bodies", "mass_bodies", "organizations", "bodies", "locations",
    "positions",
)  # fmt: skip

Entity = Person | Position | Body | Location


# --- what a Doc holds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """A Document that was decoded from a Doc's JSON, and which entity each of its mentions belongs to."""

    json: str
    document: Document
    entities: Mapping[tuple[int, int, str], Entity]


# Decoding takes longer than a look at doc._.officials should; the entry goes when its Doc goes.
_DECODED: "WeakKeyDictionary[Doc, _Read]" = WeakKeyDictionary()


def _keep(doc: Doc, document: Document) -> None:
    written = json.dumps(document.to_dict(), ensure_ascii=False, separators=(",", ":"))
    doc.user_data[KEY] = written
    _DECODED[doc] = _Read(written, document, _entities(document))


def _read(doc: Doc) -> _Read | None:
    written = doc.user_data.get(KEY)
    if not isinstance(written, str):
        return None
    known = _DECODED.get(doc)
    if known is None or known.json != written:
        document = Document.from_dict(json.loads(written))
        known = _DECODED[doc] = _Read(written, document, _entities(document))
    return known


def _entities(document: Document) -> dict[tuple[int, int, str], Entity]:
    found: dict[tuple[int, int, str], Entity] = {}
    held = [position for person in document.people for position in person.positions]
    every: list[Entity] = [*document.people, *document.positions, *held, *document.bodies, *document.locations]
    for entity in every:
        for mention in entity.mentions:
            found[mention.start, mention.end, mention.label] = entity
    return found


# --- extensions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _DocField:
    """Getter of ``doc._.NAME``: what the Document has under that name, ``()`` where the Doc was not read."""

    name: str

    def __call__(self, doc: Doc) -> Any:
        known = _read(doc)
        return () if known is None else getattr(known.document, self.name)


@dataclass(frozen=True)
class _DocDocument:
    """Getter of ``doc._.govner``: the Document, ``None`` where the Doc was not read."""

    def __call__(self, doc: Doc) -> Document | None:
        known = _read(doc)
        return None if known is None else known.document


@dataclass(frozen=True)
class _SpanField:
    """Getter of ``span._.NAME``: of the mention that the span stands for, ``None`` where it stands for none."""

    name: str

    def __call__(self, span: DocSpan) -> Any:
        known = _read(span.doc)
        mention = None if known is None else _mention(known.document, span)
        if known is None or mention is None:
            return None
        if self.name == "mention":
            return mention
        if self.name == "score":
            return mention.score
        entity = known.entities.get((mention.start, mention.end, mention.label))
        if self.name == "entity":
            return entity
        return _unit(entity)


def _mention(document: Document, span: DocSpan) -> Span | None:
    """The mention that a span of ``doc.ents`` or ``doc.spans`` was made from: its number is the span's ``id_``."""
    number = span.id_
    if not number.isdecimal() or int(number) >= len(document.spans):
        return None
    mention = document.spans[int(number)]
    # Another component's ids may be numbers too; its spans are not ours.
    if mention.label != span.label_ or mention.end <= span.start_char or mention.start >= span.end_char:
        return None
    return mention


def _unit(entity: Entity | None) -> Unit | None:
    return entity.unit if isinstance(entity, Body | Location) else None


_EXTENSIONS: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (Doc, KEY, _DocDocument()),
    *((Doc, name, _DocField(name)) for name in _DOC_FIELDS),
    *((DocSpan, name, _SpanField(name)) for name in ("mention", "score", "entity", "unit")),
)


def register() -> None:
    """Register ``doc._.govner``, ``doc._.officials`` and the other extensions, as importing this module does.

    May be called again at any time. A name that another library has registered stays that library's, with a warning
    that names what to use instead; ``doc._.govner`` itself must be free: ``GovnerError`` where it is not.
    """
    for owner, name, getter in _EXTENSIONS:
        if not owner.has_extension(name):
            owner.set_extension(name, getter=getter)
        elif not _is_ours(owner.get_extension(name)[2]):
            kind = owner.__name__.lower()
            if name == KEY:
                raise GovnerError(f"{kind}._.{name} is taken by another library; remove it with remove_extension")
            instead = f"doc._.{KEY}.{name}" if owner is Doc else f"doc._.{KEY}"
            warnings.warn(f"{kind}._.{name} is taken by another library; use {instead}", stacklevel=2)


def _is_ours(getter: object) -> bool:
    # By name, not by class: a reloaded module (a notebook's) has classes of its own.
    return type(getter).__module__ == __name__ and type(getter).__name__ in ("_DocField", "_DocDocument", "_SpanField")


# --- a Document onto tokens ------------------------------------------------------------------------------------------


def annotate(
    doc: Doc, document: Document, *, spans_key: str = KEY, set_ents: bool = True, overwrite_ents: bool = True
) -> Doc:
    """Lay what a Document holds over a Doc of the same text, in place, and return the Doc.

    ``spans_key`` is the key in ``doc.spans``. ``set_ents=False`` leaves ``doc.ents`` as it is; ``overwrite_ents=False``
    keeps the entities that are there and adds those that share no token with them.

    Raises ``GovnerError`` where the Doc's text is not the Document's.
    """
    if doc.text != document.text:
        raise GovnerError("the Doc's text is not the Document's; annotate a Doc that was made from document.text")
    register()
    return _annotate(doc, document, spans_key, set_ents, overwrite_ents)


def _annotate(doc: Doc, document: Document, spans_key: str, set_ents: bool, overwrite_ents: bool) -> Doc:
    _keep(doc, document)
    units = _units(document)
    made = [_aligned(doc, number, mention, units) for number, mention in enumerate(document.spans)]
    clipped = _set_ents(doc, document.spans, made, overwrite_ents) if set_ents else []
    attributes = {
        "scores": numpy.array([mention.score for mention in document.spans], dtype="float64"),
        "expanded": [
            number
            for number, (mention, span) in enumerate(zip(document.spans, made, strict=True))
            if (span.start_char, span.end_char) != (mention.start, mention.end)
        ],
        "clipped": clipped,
    }
    doc.spans[spans_key] = SpanGroup(doc, name=spans_key, attrs=attributes, spans=made)
    return doc


def _units(document: Document) -> dict[tuple[int, int, str], str]:
    """Unit by mention. ``Document.links`` has no labels, and a body and a place may have the same borders."""
    entities: tuple[Body | Location, ...] = (*document.bodies, *document.locations)
    return {
        (mention.start, mention.end, mention.label): unit
        for entity in entities
        if (unit := link_id(entity)) is not None
        for mention in entity.mentions
    }


def _aligned(doc: Doc, number: int, mention: Span, units: Mapping[tuple[int, int, str], str]) -> DocSpan:
    made = doc.char_span(
        mention.start,
        mention.end,
        label=mention.label,
        kb_id=units.get((mention.start, mention.end, mention.label), ""),
        span_id=str(number),
        alignment_mode="expand",
    )
    if made is None:  # cannot be: tokens cover the text; said aloud rather than a mention lost
        raise GovnerError(f"the mention {mention!r} lies on no token of the Doc")
    return made


def _set_ents(doc: Doc, mentions: Sequence[Span], spans: Sequence[DocSpan], overwrite: bool) -> list[int]:
    """Make the outermost mentions the Doc's entities; returns the numbers of those that could not be so in full.

    Two mentions that share a token (glued words, a word segmenter's long tokens) both stay: the later one loses the
    shared tokens, unless none would be left.
    """
    kept = [] if overwrite else list(doc.ents)
    taken = {token for span in kept for token in range(span.start, span.end)}
    ents, clipped, free = list(kept), [], 0
    for number in _outermost(mentions):
        span = spans[number]
        start = max(span.start, free)
        if start >= span.end or any(token in taken for token in range(start, span.end)):
            clipped.append(number)
            continue
        if start > span.start:
            clipped.append(number)
            span = DocSpan(doc, start, span.end, label=span.label, kb_id=span.kb_id, span_id=span.id)
        ents.append(span)
        free = span.end
    doc.set_ents(ents)
    return clipped


def _outermost(mentions: Sequence[Span]) -> Iterator[int]:
    """Numbers of the mentions that lie in no other; they come sorted by start, the longer first."""
    covered = 0
    for number, mention in enumerate(mentions):
        if mention.end > covered:
            covered = mention.end
            yield number


def to_doc(document: Document, vocab: Vocab | None = None) -> Doc:
    """A Document as a spaCy Doc, annotated as the component does.

    Its tokens are Govner's own (syllables, numbers, other characters; blanks beyond a single space are tokens, so that
    ``doc.text == document.text``), so every mention begins and ends with a token. ``vocab`` is the vocabulary of the
    pipeline that the Doc will meet; a Vietnamese one is made where none is given. Raises ``InputError`` for a text with
    half a surrogate pair, which spaCy cannot hold.
    """
    try:
        document.text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"document {document.id!r}: character {error.start} is half a surrogate pair, which spaCy cannot hold; "
            "decode the text with errors='replace'"
        ) from error
    words, spaces = _words(document.text)
    if vocab is None:
        vocab = create_vocab("vi", VietnameseDefaults)
    return annotate(Doc(vocab, words=words, spaces=spaces), document)


def _words(text: str) -> tuple[list[str], list[bool]]:
    """The text as words, each with or without one space behind it. Joined they are the text."""
    words: list[str] = []
    spaces: list[bool] = []
    end = 0

    def blanks(gap: str) -> None:
        # One space belongs to the word before it; whatever else stands there is a word, as spaCy has it.
        if gap.startswith(" ") and words:
            spaces[-1], gap = True, gap[1:]
        if gap:
            words.append(gap)
            spaces.append(False)

    for token in tokenize(text):
        blanks(text[end : token.start])
        words.append(token.text)
        spaces.append(False)
        end = token.end
    blanks(text[end:])
    return words, spaces


# --- the component ---------------------------------------------------------------------------------------------------


class GovnerComponent(Pipe):
    """The spaCy component. ``nlp.add_pipe("govner", config={...})`` makes one; ``config`` may hold

    - ``model``, ``rules``, ``exclude``: as ``govner.load`` takes them. A folder is kept as its path: a stored spaCy
      pipeline names it and does not hold a copy.
    - ``spans_key`` (``"govner"``): the key in ``doc.spans``.
    - ``set_ents`` (true): whether to write ``doc.ents``.
    - ``overwrite_ents`` (true): whether ours replace the entities that an earlier component set; if not, ours fill the
      tokens that are free.

    Raises ``InputError`` for a model or stage that there is not.
    """

    def __init__(
        self,
        name: str = KEY,
        *,
        model: str | None = "default",
        rules: bool = True,
        exclude: Sequence[str] = (),
        spans_key: str = KEY,
        set_ents: bool = True,
        overwrite_ents: bool = True,
    ) -> None:
        register()
        self.name = name
        self.config: dict[str, Any] = {
            "model": model,
            "rules": rules,
            "exclude": list(exclude),
            "spans_key": spans_key,
            "set_ents": set_ents,
            "overwrite_ents": overwrite_ents,
        }
        self.pipeline = load(model, rules, exclude)
        self._annotate = partial(_annotate, spans_key=spans_key, set_ents=set_ents, overwrite_ents=overwrite_ents)

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker that was not forked (n_process) loads the model itself.
        return _rebuilt, (self.name, self.config)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that mentions can have."""
        return tuple(LABELS)

    def __call__(self, doc: Doc) -> Doc:
        """Read one Doc, in place. Raises what the pipeline raises, unless spaCy was given an error handler."""
        for read in self.pipe([doc]):
            return read
        return doc  # the error handler passed it over

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _BATCH) -> Iterator[Doc]:
        """Read a stream of Docs in batches, in order. A Doc that cannot be read goes to spaCy's error handler."""
        docs = iter(stream)
        while batch := list(islice(docs, max(batch_size, 1))):
            try:
                documents = list(self.pipeline.pipe([_record(doc) for doc in batch]))
            except Exception:
                yield from self._one_by_one(batch)
                continue
            for doc, document in zip(batch, documents, strict=True):
                yield self._annotate(doc, document)

    def _one_by_one(self, batch: Sequence[Doc]) -> Iterator[Doc]:
        """One Doc stopped its batch: alone each, the others come through."""
        handler = self.get_error_handler()
        for doc in batch:
            try:
                (document,) = self.pipeline.pipe([_record(doc)])
                yield self._annotate(doc, document)
            except Exception as error:
                handler(self.name, self, [doc], error)


def _rebuilt(name: str, config: dict[str, Any]) -> GovnerComponent:
    return GovnerComponent(name, **config)


def _record(doc: Doc) -> dict[str, Any]:
    """What a Doc says of itself: its text, and id, date and source from ``user_data`` or from its context."""
    context = doc._context
    found = {**context} if isinstance(context, Mapping) else {}
    found.update({key: doc.user_data[key] for key in _METADATA if doc.user_data.get(key) is not None})
    day = found.get("date")
    if isinstance(day, date):  # pandas and databases give days as objects
        found["date"] = day.isoformat()[:10]
    return {"text": doc.text, **{key: found.get(key) for key in _METADATA}}


@Language.factory(
    KEY,
    assigns=["doc.ents", "doc.spans", f"doc._.{KEY}", *(f"doc._.{name}" for name in _DOC_FIELDS)],
    default_config={
        "model": "default",
        "rules": True,
        "exclude": [],
        "spans_key": KEY,
        "set_ents": True,
        "overwrite_ents": True,
    },
)
def make_component(
    nlp: Language,
    name: str,
    model: str | None,
    rules: bool,
    exclude: list[str],
    spans_key: str,
    set_ents: bool,
    overwrite_ents: bool,
) -> GovnerComponent:
    """The factory behind ``nlp.add_pipe("govner")``; the entry point ``spacy_factories`` names it."""
    return GovnerComponent(
        name,
        model=model,
        rules=rules,
        exclude=exclude,
        spans_key=spans_key,
        set_ents=set_ents,
        overwrite_ents=overwrite_ents,
    )


register()
