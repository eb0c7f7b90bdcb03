"""spaCy: the component on any pipeline, what its Docs hold, and that storing and sharing them loses nothing."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govner
from govner.entities import LAYER, Document, GovnerError, InputError, Span

spacy = pytest.importorskip("spacy")

from spacy import displacy  # noqa: E402
from spacy.language import Language  # noqa: E402
from spacy.tokens import Doc, DocBin  # noqa: E402

from govner.formats.spacy import DISPLACY, annotate, register  # noqa: E402

TEXT = (
    "Sáng 16.3, Bí thư Tỉnh ủy, Chủ tịch HĐND tỉnh Trần Thị Thu Hà làm việc với Ban Thường vụ Huyện ủy Bình Sơn.\n\n"
    "Cùng dự có ông Lê Văn An, Chủ tịch UBND huyện."
)
GLUED = "Ảnh: LÊ VĂN ANBí thư Huyện ủy Bình Sơn phát biểu."
WITHOUT_PYVI = {"nlp": {"tokenizer": {"use_pyvi": False}}}
RULES = {"model": None}
FACTS = {"id": "a1", "date": "2021-03-16", "source": "Báo Quảng Ngãi"}


def blank(kind: str) -> Language:
    if kind == "vi with pyvi":
        pytest.importorskip("pyvi")
        return spacy.blank("vi")
    return spacy.blank("vi", config=WITHOUT_PYVI) if kind == "vi" else spacy.blank(kind)


def pipeline(kind: str = "xx", **config: Any) -> Language:
    nlp = blank(kind)
    nlp.add_pipe("govner", config={**RULES, **config})
    return nlp


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline()


@pytest.fixture(scope="module")
def document() -> Document:
    return govner.load(None)(TEXT, **FACTS)


def rows(doc: Doc) -> list[tuple[str, str, str]]:
    return [(span.label_, span.text, span.kb_id_) for span in doc.spans["govner"]]


@pytest.mark.parametrize("kind", ["xx", "vi", "vi with pyvi", "en"])
def test_every_mention_is_there_whatever_the_tokens(kind: str, document: Document) -> None:
    nlp = pipeline(kind)
    (doc, _), *_ = nlp.pipe([(TEXT, FACTS)], as_tuples=True)
    assert doc.text == TEXT
    spans = doc.spans["govner"]
    assert [span.label_ for span in spans] == [mention.label for mention in document.spans]
    for span, mention in zip(spans, document.spans, strict=True):
        assert span.start_char <= mention.start < mention.end <= span.end_char
        assert span._.mention == mention
    assert list(spans.attrs["scores"]) == [mention.score for mention in document.spans]
    assert doc._.govner == document
    assert doc._.officials == document.officials
    assert [person.name for person in doc._.officials] == ["Trần Thị Thu Hà", "Lê Văn An"]


def test_ents_are_the_outermost_mentions(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert [(ent.label_, ent.text) for ent in doc.ents] == [
        ("POS", "Bí thư Tỉnh ủy"),
        ("POS", "Chủ tịch HĐND tỉnh"),
        ("PER", "Trần Thị Thu Hà"),
        ("PARTY", "Ban Thường vụ Huyện ủy Bình Sơn"),
        ("PER", "Lê Văn An"),
        ("POS", "Chủ tịch UBND huyện"),
    ]
    assert ("LOC", "Bình Sơn", "2:524") in rows(doc)
    assert {(token.ent_iob_, token.ent_type_) for token in doc if token.text in ("Thường", "vụ")} == {("I", "PARTY")}


def test_a_span_knows_its_entity(nlp: Language) -> None:
    doc = nlp(TEXT)
    by_text = {span.text: span for span in (*doc.spans["govner"], *doc.ents)}
    assert by_text["Trần Thị Thu Hà"]._.entity == doc._.people[0]
    assert by_text["Chủ tịch HĐND tỉnh"]._.entity.title == "Chủ tịch"
    committee = by_text["Ban Thường vụ Huyện ủy Bình Sơn"]
    assert committee._.entity in doc._.party_bodies
    assert committee._.unit.id == committee.kb_id_ == "2:524"
    assert by_text["Bình Sơn"]._.entity in doc._.locations
    assert 0 < by_text["Bình Sơn"]._.score <= 1
    stranger = doc[0:1]
    assert (stranger._.mention, stranger._.score, stranger._.entity, stranger._.unit) == (None,) * 4


def test_groups_of_entities_are_the_documents(nlp: Language) -> None:
    doc = nlp(TEXT)
    kinds = ["party_bodies", "state_bodies", "mass_bodies", "organizations"]
    for field in ["people", "bodies", "locations", "positions", *kinds]:
        assert getattr(doc._, field) == getattr(doc._.govner, field), field
    assert doc._.party_bodies
    assert doc._.state_bodies
    unread = spacy.blank("xx")(TEXT)
    assert unread._.govner is None
    assert unread._.officials == ()


def test_mentions_that_share_a_token_all_stay() -> None:
    doc = pipeline("xx")(GLUED)
    group = doc.spans["govner"]
    texts = [(span.label_, span.text) for span in group]
    assert ("PER", "LÊ VĂN ANBí") in texts
    assert ("POS", "ANBí thư Huyện ủy Bình Sơn") in texts
    assert [group[number].label_ for number in group.attrs["expanded"]] == ["PER", "POS"]
    assert [(ent.label_, ent.text) for ent in doc.ents] == [
        ("PER", "LÊ VĂN ANBí"),
        ("POS", "thư Huyện ủy Bình Sơn"),
    ]
    assert [group[number].label_ for number in group.attrs["clipped"]] == ["POS"]
    assert doc.ents[1]._.mention.text == "Bí thư Huyện ủy Bình Sơn"


def test_date_and_source_from_user_data_and_from_context(nlp: Language) -> None:
    made = nlp.make_doc(TEXT)
    made.user_data.update(id="a1", date=date(2021, 3, 16), source="Báo Quảng Ngãi")
    doc = nlp(made)
    assert (doc._.govner.id, doc._.govner.date, doc._.govner.source) == ("a1", "2021-03-16", "Báo Quảng Ngãi")
    assert ("PARTY", "Tỉnh ủy", "1:51") in rows(doc)
    ((doc, context),) = nlp.pipe([(TEXT, FACTS)], as_tuples=True)
    assert (doc._.govner.id, context) == ("a1", FACTS)
    ((doc, context),) = nlp.pipe([(TEXT, 7)], as_tuples=True)
    assert (doc._.govner.id, context) == (None, 7)


def test_a_stored_pipeline_reads_as_before(tmp_path: Path) -> None:
    nlp = pipeline("xx", spans_key="gov", set_ents=False, exclude=["linking"])
    nlp.to_disk(tmp_path / "nlp")
    again = spacy.load(tmp_path / "nlp")
    assert again.config["components"]["govner"]["model"] is None
    assert again.config["components"]["govner"]["spans_key"] == "gov"
    doc = again(TEXT)
    before = nlp(TEXT)
    assert [(span.label_, span.text) for span in doc.spans["gov"]] == [
        (span.label_, span.text) for span in before.spans["gov"]
    ]
    assert doc.ents == ()
    assert doc._.people == ()
    assert len(doc.spans["gov"]) > 5


def same(doc: Doc, other: Doc) -> None:
    assert rows(doc) == rows(other)
    assert [(e.label_, e.start, e.end, e.kb_id_) for e in doc.ents] == [
        (e.label_, e.start, e.end, e.kb_id_) for e in other.ents
    ]
    assert doc._.govner == other._.govner
    assert [span._.mention for span in doc.spans["govner"]] == [span._.mention for span in other.spans["govner"]]
    assert list(doc.spans["govner"].attrs["scores"]) == list(other.spans["govner"].attrs["scores"])


def test_a_stored_doc_keeps_everything(nlp: Language, tmp_path: Path) -> None:
    doc = nlp(TEXT)
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "docs.spacy")
    fresh = spacy.blank("xx")
    (again,) = DocBin().from_disk(tmp_path / "docs.spacy").get_docs(fresh.vocab)
    same(doc, again)
    same(doc, Doc(spacy.blank("xx").vocab).from_bytes(doc.to_bytes()))
    same(doc, pickle.loads(pickle.dumps(doc)))


def test_a_program_that_only_reads_docs_needs_the_import_alone(nlp: Language, tmp_path: Path, python: str) -> None:
    path = tmp_path / "docs.spacy"
    DocBin(docs=[nlp(TEXT)], store_user_data=True).to_disk(path)
    code = (
        "import sys, spacy, govner.formats.spacy; from spacy.tokens import DocBin;"
        "(doc,) = DocBin().from_disk(sys.argv[1]).get_docs(spacy.blank('xx').vocab);"
        "print(*(person.name for person in doc._.officials), sep='|')"
    )
    run = subprocess.run([python, "-c", code, str(path)], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == "Trần Thị Thu Hà|Lê Văn An"


def test_worker_processes_return_the_same(nlp: Language) -> None:
    texts = [(f"{TEXT} {n}", {**FACTS, "id": str(n)}) for n in range(6)]
    alone = list(nlp.pipe(texts, as_tuples=True))
    shared_out = list(nlp.pipe(texts, as_tuples=True, n_process=2, batch_size=2))
    for (doc, context), (other, other_context) in zip(alone, shared_out, strict=True):
        same(doc, other)
        assert context == other_context
    assert [doc._.govner.id for doc, _ in shared_out] == [str(n) for n in range(6)]


def test_a_worker_that_was_not_forked_can_make_the_component(nlp: Language) -> None:
    again = pickle.loads(pickle.dumps(nlp.get_pipe("govner")))
    same(nlp(TEXT), again(nlp.make_doc(TEXT)))


def test_an_earlier_components_entities_can_stay() -> None:
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "DAY", "pattern": "Sáng"}, {"label": "NAME", "pattern": "Thu Hà"}])
    nlp.add_pipe("govner", config={**RULES, "overwrite_ents": False})
    doc = nlp(TEXT)
    ents = [(ent.label_, ent.text) for ent in doc.ents]
    assert {("DAY", "Sáng"), ("NAME", "Thu Hà"), ("PER", "Lê Văn An")} <= set(ents)
    assert ("PER", "Trần Thị Thu Hà") not in ents
    group = doc.spans["govner"]
    assert [group[number].text for number in group.attrs["clipped"]] == ["Trần Thị Thu Hà"]
    named = next(ent for ent in doc.ents if ent.label_ == "NAME")
    assert named._.entity is None
    replaced = spacy.blank("xx")
    replaced.add_pipe("entity_ruler").add_patterns([{"label": "DAY", "pattern": "Sáng"}])
    replaced.add_pipe("govner", config=RULES)
    assert "DAY" not in {ent.label_ for ent in replaced(TEXT).ents}


def test_a_bad_doc_goes_to_the_error_handler_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = pipeline()
    component = nlp.get_pipe("govner")
    sound = component.pipeline.pipe

    def brittle(texts: list[dict[str, Any]], batch_size: int = 64) -> Iterator[Document]:
        if any("BOOM" in item["text"] for item in texts):
            raise ValueError("this text cannot be borne")
        return sound(texts, batch_size)

    monkeypatch.setattr(component.pipeline, "pipe", brittle, raising=False)
    with pytest.raises(ValueError, match="cannot be borne"):
        nlp("BOOM")
    failed: list[str] = []
    nlp.set_error_handler(lambda name, pipe, docs, error: failed.extend(f"{name}: {doc.text}" for doc in docs))
    assert [doc.text for doc in nlp.pipe(["a", "BOOM", "b"])] == ["a", "b"]
    assert failed == ["govner: BOOM"]


def test_to_spacy_has_tokens_that_fit(document: Document) -> None:
    doc = document.to_spacy()
    assert doc.text == TEXT
    assert doc.vocab.lang == "vi"
    assert [(s.start_char, s.end_char) for s in doc.spans["govner"]] == [(m.start, m.end) for m in document.spans]
    assert (doc.spans["govner"].attrs["expanded"], doc.spans["govner"].attrs["clipped"]) == ([], [])
    assert doc._.govner == document
    vocab = spacy.blank("en").vocab
    assert document.to_spacy(vocab).vocab is vocab
    glued = govner.load(None)(GLUED).to_spacy()
    assert ("POS", "Bí thư Huyện ủy Bình Sơn") in [(ent.label_, ent.text) for ent in glued.ents]


@pytest.mark.parametrize("text", ["", " ", "\n", "  a\t b\u00a0\n\nc ", "A\u200bB", "e\u0301 Bí thư", "\U0001f600 ."])
def test_any_text_keeps_its_characters(text: str, nlp: Language) -> None:
    assert govner.load(None)(text).to_spacy().text == text
    assert nlp(text)._.govner.text == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*" \n\t\u00a0.,()-", "Bí thư", "Tỉnh ủy", "Lê Văn An", "ANBí", "Huế", "x"]), max_size=14)
)
def test_spans_cover_their_mentions_and_ents_never_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    document = govner.load(None)(text)
    aligned = document.to_spacy()
    assert aligned.text == text
    assert [s.text for s in aligned.spans["govner"]] == [m.text for m in document.spans]
    doc = annotate(spacy.blank("xx").make_doc(text), document)
    for span, mention in zip(doc.spans["govner"], document.spans, strict=True):
        assert mention.text in span.text
    tokens = [token.i for ent in doc.ents for token in ent]
    assert len(tokens) == len(set(tokens))
    outer = {
        number
        for number, mention in enumerate(document.spans)
        if not any(
            LAYER[other.label] < LAYER[mention.label] and other.start <= mention.start and mention.end <= other.end
            for other in document.spans
        )
    }
    missing = outer - {int(ent.id_) for ent in doc.ents}
    assert missing <= set(doc.spans["govner"].attrs["clipped"])


def test_displacy_renders_both_ways(nlp: Language) -> None:
    doc = nlp("Bí thư <script>alert(1)</script> Huyện ủy Bình Sơn Lê Văn An")
    as_ents = displacy.render(doc, style="ent", options=DISPLACY, jupyter=False)
    as_spans = displacy.render(doc, style="span", options=DISPLACY, jupyter=False)
    for page in (as_ents, as_spans):
        assert "PARTY" in page
        assert DISPLACY["colors"]["PARTY"] in page
        assert "<script>" not in page
    assert "LOC" in as_spans
    assert "LOC" not in as_ents


def test_another_librarys_extension_is_left_alone(nlp: Language) -> None:
    Doc.set_extension("officials", default="theirs", force=True)
    try:
        with pytest.warns(UserWarning, match=r"doc\._\.officials is taken .* doc\._\.govner\.officials"):
            register()
        doc = nlp(TEXT)
        assert doc._.officials == "theirs"
        assert len(doc._.govner.officials) == 2
    finally:
        Doc.remove_extension("officials")
        register()
    assert len(nlp(TEXT)._.officials) == 2


def test_a_taken_document_extension_is_an_error() -> None:
    Doc.set_extension("govner", default=None, force=True)
    try:
        with pytest.raises(GovnerError, match=r"doc\._\.govner is taken"):
            register()
    finally:
        Doc.remove_extension("govner")
        register()


def test_registering_again_changes_nothing(nlp: Language, recwarn: pytest.WarningsRecorder) -> None:
    register()
    register()
    assert nlp(TEXT)._.officials
    assert not [warning for warning in recwarn if "taken" in str(warning.message)]


def test_wrong_configs_and_texts_are_named() -> None:
    with pytest.raises(InputError, match="nonesuch"):
        pipeline(model="nonesuch")
    with pytest.raises(InputError, match="no stage dessert"):
        pipeline(exclude=["dessert"])
    with pytest.raises(ValueError, match="rules"):
        pipeline(rules="perhaps")
    with pytest.raises(GovnerError, match="is not the Document's"):
        annotate(spacy.blank("xx")("A"), Document("B"))


def test_ids_of_strangers_are_not_taken_for_mentions(nlp: Language) -> None:
    doc = nlp(TEXT)
    stranger = spacy.tokens.Span(doc, 0, 1, label="PER", span_id="2")
    assert stranger._.mention is None
    outside = spacy.tokens.Span(doc, 0, 1, label="PER", span_id="99999")
    assert outside._.score is None


def test_without_spacy_the_extra_is_named(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setitem(sys.modules, "spacy.language", None)
    monkeypatch.delitem(sys.modules, "govner.formats.spacy")
    with pytest.raises(GovnerError, match=r"pip install \"govner\[spacy\]\""):
        document.to_spacy()


def test_half_a_surrogate_pair_is_named() -> None:
    with pytest.raises(InputError, match="'a1': character 3 is half a surrogate pair"):
        Document("Hà \ud800", id="a1").to_spacy()


def test_importing_govner_does_not_import_spacy(python: str) -> None:
    assert find_spec("spacy") is not None
    code = "import sys, govner; govner.load(None)('Lê Văn An'); print('spacy' in sys.modules)"
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_document_without_links_has_spans_all_the_same() -> None:
    doc = Document("Huế", spans=(Span(0, 3, "LOC", "Huế", None, 0.5),)).to_spacy()
    (span,) = doc.spans["govner"]
    assert (span.label_, span._.score, span._.entity, span.kb_id_) == ("LOC", 0.5, None, "")


def test_spacy_finds_the_component_without_an_import(python: str) -> None:
    code = (
        "import spacy; nlp = spacy.blank('xx'); nlp.add_pipe('govner', config={'model': None});"
        "print(nlp('Bí thư Huyện ủy Bình Sơn Lê Văn An').ents[0].label_)"
    )
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == "POS"


def test_composed_and_decomposed_letters_give_the_same_mentions(nlp: Language) -> None:
    from unicodedata import normalize

    composed, decomposed = nlp(normalize("NFC", TEXT)), nlp(normalize("NFD", TEXT))
    assert [(s.label_, s.text) for s in composed.spans["govner"]] == [
        (s.label_, normalize("NFC", s.text)) for s in decomposed.spans["govner"]
    ]
