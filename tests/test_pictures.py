"""Figures of many documents: what is on them, and what is said where there is nothing to draw."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from govner import show
from govner.entities import Body, Document, GovnerError, InputError, Location, PartyBody, Person, Position, Span, Unit
from govner.places import gazetteer

go = pytest.importorskip("plotly.graph_objects")
nx = pytest.importorskip("networkx")

MARK = Span(0, 1, "POS", "B")


def unit(id: str, date: str) -> Unit:
    found = gazetteer().get(id, date)
    assert found is not None
    return found


def committee(date: str = "2020-01-01", name: str = "Tỉnh ủy Quảng Ngãi") -> Body:
    return PartyBody(
        name, "party_committee", "province", unit=unit("1:51", date), id="party/province/51", mentions=(MARK,)
    )


def article(date: str | None, *holders: tuple[str, str, str], name: str = "Tỉnh ủy Quảng Ngãi") -> Document:
    body = committee(date or "2020-01-01", name)
    people = tuple(
        Person(n, holder, (MARK,), (Position(title, body, kind="party", status=status, mentions=(MARK,), person=n),))  # type: ignore[arg-type]
        for n, (holder, title, status) in enumerate(holders)
    )
    return Document("Bí thư", date, date, None, (MARK,), people, (body,))


@pytest.fixture
def docs() -> list[Document]:
    return [
        article("2019-03-01", ("Hồ Đắc Nghiêm", "Bí thư", "current"), ("Tạ Mai Khuê", "Phó Bí thư", "current")),
        article("2020-08-15", ("Hồ Đắc Nghiêm", "Bí thư", "current")),
        article(
            "2021-01-10", ("Tạ Mai Khuê", "Bí thư", "appointed"), ("Hồ Đắc Nghiêm", "Bí thư", "former"), name="Tỉnh ủy"
        ),
        article(None, ("Lê An", "Bí thư", "current")),
    ]


def texts(figure: object) -> str:
    return json.dumps(json.loads(figure.to_json()), ensure_ascii=False)  # type: ignore[attr-defined]


def test_the_network_joins_people_posts_and_bodies_over_documents(docs: list[Document]) -> None:
    graph = show.network(iter(docs))
    assert isinstance(graph, nx.Graph)
    kinds = [kind for _, kind in graph.nodes(data="kind")]
    assert (kinds.count("person"), kinds.count("post"), kinds.count("body")) == (3, 2, 1)
    assert graph.nodes["party/province/51"]["name"] == "Tỉnh ủy Quảng Ngãi"
    assert graph.nodes["party/province/51"]["documents"] == 4
    assert nx.shortest_path_length(graph, "person/Hồ Đắc Nghiêm", "party/province/51") == 2
    assert nx.shortest_path_length(graph, "person/Hồ Đắc Nghiêm", "person/Tạ Mai Khuê") == 2, "the same post, in turn"
    edge = graph.edges["person/Tạ Mai Khuê", "post/Bí thư/party/province/51"]
    assert (edge["status"], edge["first"]) == ("appointed", "2021-01-10")
    both = graph.edges["person/Hồ Đắc Nghiêm", "post/Bí thư/party/province/51"]
    assert (both["first"], both["last"], both["documents"]) == ("2019-03-01", "2021-01-10", 3)


def test_the_graph_draws_the_most_named(docs: list[Document]) -> None:
    figure = show.graph(docs)
    assert isinstance(figure, go.Figure)
    assert "3 people" in figure.layout.title.text
    assert figure.to_json() == show.graph(docs).to_json(), "the same documents, the same picture"
    assert "1 person " in show.graph(docs, top=1).layout.title.text
    assert "Lê An" not in texts(show.graph(docs, top=2))


def test_the_map_shows_the_provinces_of_most_documents(docs: list[Document]) -> None:
    far = Location("Điện Biên", "province", unit("1:11", "2020-01-01"), (MARK,))
    old = [replace(doc, locations=(far,)) for doc in docs]
    figure = show.map(old)
    assert isinstance(figure, go.Figure)
    assert "63 provinces" in figure.layout.title.text
    assert {"Quảng Ngãi", "Điện Biên"} <= {trace.name for trace in figure.data}
    assert "Quảng Ngãi: 4 mentions" in texts(figure)
    assert "Hoàng Sa" in texts(figure)
    assert "34 provinces" in show.map(old, edition="since").layout.title.text
    assert "34 provinces" in show.map([article("2025-08-01", ("An", "Bí thư", "current"))]).layout.title.text
    assert not any(trace.type.startswith("scattergeo") or "map" in trace.type for trace in figure.data), "no network"


def test_the_map_looks_closer_where_all_lies_in_one_province(docs: list[Document]) -> None:
    west, east = show.map(docs).layout.xaxis.range
    assert 107 < west < 109 < east < 110
    assert "Hoàng Sa" not in texts(show.map(docs))


@pytest.mark.parametrize("body", ["party/province/51", "Tỉnh ủy Quảng Ngãi", committee(name="khác tên")])
def test_the_timeline_has_a_row_for_each_holder(docs: list[Document], body: Body | str) -> None:
    figure = show.timeline(docs, body, "Bí thư")
    rows = {trace.name: list(trace.x) for trace in figure.data}
    assert rows["Hồ Đắc Nghiêm"][:2] == ["2019-03-01", "2020-08-15"]
    assert "Lê An" not in rows, "undated"
    every = show.timeline(docs, "party/province/51")
    assert every.data[0].y[0] == "Bí thư · Hồ Đắc Nghiêm"
    assert len(every.data) == 3


def test_the_timeline_takes_the_day_that_a_sentence_reports() -> None:
    doc = article("2021-01-10", ("Tạ Mai Khuê", "Bí thư", "appointed"))
    position = replace(doc.people[0].positions[0], date="2021-01-05")
    doc = replace(doc, people=(replace(doc.people[0], positions=(position,)),))
    assert list(show.timeline([doc], "party/province/51").data[0].x) == ["2021-01-05"]


def test_counts_over_time_with_empty_periods(docs: list[Document]) -> None:
    figure = show.counts(docs, by="year", of="documents")
    assert [day.isoformat() for day in figure.data[0].x] == ["2019-01-01", "2020-01-01", "2021-01-01"]
    assert list(figure.data[0].y) == [1, 1, 1]
    months = show.counts(docs).data[0]
    assert (len(months.x), sum(months.y)) == (23, 3)
    assert len(show.counts(docs, by="quarter").data[0].x) == 9
    assert len(show.counts(docs, by="week").data[0].x) == len(show.counts(docs, by="day").data[0].x) // 7 + 1
    people = {trace.name: sum(trace.y) for trace in show.counts(docs, by="year", of="people").data}
    assert people == {"Hồ Đắc Nghiêm": 3, "Tạ Mai Khuê": 2}
    assert len(show.counts(docs, of="people", top=1).data) == 1


def test_names_are_text_and_no_markup() -> None:
    doc = article("2020-01-01", ("<b>An</b>", "Bí thư", "current"), name="<i>ủy</i>")
    doc = replace(doc, locations=(Location("x", "province", replace(unit("1:51", "2020-01-01"), name="<a>"), (MARK,)),))
    for figure in (show.graph([doc]), show.map([doc]), show.timeline([doc], "party/province/51"),
                   show.counts([doc], of="people"), show.counts([doc], of="bodies")):  # fmt: skip
        assert [tag for tag in ("<b>An", "<i>", "<a>") if tag in texts(figure)] == []


def test_what_cannot_be_drawn_is_said() -> None:
    empty = [Document("x")]
    with pytest.raises(InputError, match="anybody a post"):
        show.graph(empty)
    with pytest.raises(InputError, match="unit"):
        show.map(empty)
    with pytest.raises(InputError, match="Bí thư of Tỉnh ủy X"):
        show.timeline(empty, "Tỉnh ủy X", "Bí thư")
    with pytest.raises(InputError, match="date="):
        show.counts(empty)
    with pytest.raises(InputError, match="fortnight"):
        show.counts(empty, by="fortnight")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cats"):
        show.counts(empty, of="cats")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'now'"):
        show.map(empty, edition="now")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="top=0"):
        show.graph(empty, top=0)


def test_one_document_needs_no_list(docs: list[Document]) -> None:
    one = replace(docs[0], bodies=(committee("2019-03-01"),))
    for draw in (show.map, show.graph, show.counts, show.report):
        assert draw(one) == draw([one])
    assert show.timeline(one, "party/province/51") == show.timeline([one], "party/province/51")


def test_what_is_no_document_is_named() -> None:
    for draw in (show.map, show.graph, show.counts, show.report, show.network):
        with pytest.raises(InputError, match="not str; read it first"):
            draw("Bí thư")
        with pytest.raises(InputError, match="item 1 is no Document but str"):
            draw([Document("Bí thư"), "Bí thư"])


def test_units_of_one_name_are_told_apart_on_the_map() -> None:
    before, since = unit("1:75", "2020-01-01"), unit("1:75", "2026-05-04")
    places = [
        Location("a", "province", each, (MARK,))
        for each in (before, since, unit("1:51", "2020-01-01"), unit("1:51", "2026-01-01"))
    ]
    (circles,) = (trace for trace in show.map(Document("B", locations=tuple(places))).data if trace.name == "units")
    assert sorted(filter(None, circles.text)) == ["Quảng Ngãi", "thành phố Đồng Nai", "tỉnh Đồng Nai"]
    assert len(circles.x) == 3


def test_a_wrong_body_is_told_which_ones_there_are(docs: list[Document]) -> None:
    with pytest.raises(InputError, match="bodies with holders: 'party/province/51'"):
        show.timeline(docs, "Tỉnh ủy Quảng Nam")


def test_without_plotly_the_mend_is_named(docs: list[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plotly", "plotly.graph_objects"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(GovnerError, match=r'pip install "govner\[pictures\]"'):
        show.map(docs)
