"""Pages in a real browser (Chromium, driven by Selenium): what is seen, hovered, focused, sorted, and never run.

Needs ``apt-get install chromium chromium-driver`` and the dependency group ``browser``; without them it is skipped.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from govner import show
from govner.entities import Document, Location, PartyBody, Person, Position, Span
from govner.places import gazetteer

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (dependency group: browser)")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no Chromium with chromedriver (apt-get install chromium chromium-driver)"
)

HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'>"
TEXT = (
    f"Bí thư Huyện ủy Bình Sơn Lê Văn An phát biểu. {HOSTILE} Thu\u031b\u0301 שלום 👩‍👩‍👧\n\n"
    + "Bà con nghe. " * 60
    + "Bình Sơn"
)

Open = Callable[..., Any]


def article(id: str = "b1") -> Document:
    def span(words: str, label: str, person: int | None = None, last: bool = False) -> Span:
        start = TEXT.rindex(words) if last else TEXT.index(words)
        return Span(start, start + len(words), label, words, person)

    post, party = span("Bí thư Huyện ủy Bình Sơn", "POS", 1), span("Huyện ủy Bình Sơn", "PARTY")
    place, name, again = span("Bình Sơn", "LOC"), span("Lê Văn An", "PER", 1), span("Bình Sơn", "LOC", last=True)
    bad = span(HOSTILE, "ORG")
    unit = gazetteer().get("2:524", "2020-01-01")
    body = PartyBody("Huyện ủy Bình Sơn", "party_committee", "district", None, None, unit, (party,), "name")
    position = Position("Bí thư", body, kind="party", mentions=(post,), person=1, evidence="before")
    location = Location(f"huyện Bình Sơn {HOSTILE}", "district", unit, (place, again), "containment", 0.9)
    person = Person(1, "Lê Văn An", (name,), (position,))
    return Document(
        TEXT, id, "2020-01-02", HOSTILE, (post, party, place, name, bad, again), (person,), (body,), (location,)
    )


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for switch in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,800"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield made
    made.quit()


@pytest.fixture
def page(driver: Any, tmp_path: Path) -> Open:
    """Opens HTML from a file, in light or dark; a notebook's fragment gets a bare page around it, and no script."""

    def load(source: str, dark: bool = False, body: str = "") -> Any:
        if "<html" not in source:
            source = f"<!DOCTYPE html><meta charset=utf-8><body {body}>{source}"
        (tmp_path / "page.html").write_text(source, encoding="utf-8")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        ActionChains(driver).move_by_offset(0, 0).perform()
        driver.get((tmp_path / "page.html").as_uri())
        return driver

    return load


def mark(driver: Any, label: str) -> Any:
    return driver.find_element(By.CSS_SELECTOR, f"mark.gv-{label}")


def hover(driver: Any, element: Any) -> None:
    left = -(element.size["width"] // 2) + 6
    ActionChains(driver).move_to_element_with_offset(element, left, 0).perform()


def card_of(driver: Any) -> Any:
    """The card that is shown, waited for, since a page may still be moving."""
    for _ in range(40):
        found = [card for card in driver.find_elements(By.CSS_SELECTOR, "mark > .gv-card") if card.is_displayed()]
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no card is shown")


def cards(driver: Any) -> list[str]:
    found = driver.find_elements(By.CSS_SELECTOR, "mark > .gv-card")
    return [card.text for card in found if card.is_displayed()]


def style(driver: Any, element: Any, name: str, pseudo: str | None = None) -> str:
    script = "return getComputedStyle(arguments[0], arguments[1]).getPropertyValue(arguments[2])"
    return str(driver.execute_script(script, element, pseudo, name))


def light(colour: str) -> float:
    """How light an ``rgb(…)`` colour is, 0 to 1 (WCAG's relative luminance)."""
    found = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].replace(",", " ").split()[:3]]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in found)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


both = pytest.mark.parametrize("make", [show.page, show.fragment], ids=["page", "notebook"])


@both
def test_nested_marks_are_seen_one_in_the_other(page: Open, make: Callable[[Document], str]) -> None:
    driver = page(make(article()))
    boxes = [mark(driver, label).rect for label in ("POS", "PARTY", "LOC")]
    for outer, inner in pairwise(boxes):
        assert outer["x"] < inner["x"]
        assert outer["y"] < inner["y"], "the outer is higher, so that its edge can be seen"
        assert outer["y"] + outer["height"] > inner["y"] + inner["height"]
        assert outer["x"] + outer["width"] > inner["x"] + inner["width"]
    grounds = {
        style(driver, mark(driver, label), "background-color") for label in ("POS", "PARTY", "LOC", "PER", "ORG")
    }
    assert len(grounds) == 5
    assert style(driver, mark(driver, "POS"), "content", "::before") == '"POS\xa01"'


@both
def test_the_text_seen_is_the_text(page: Open, make: Callable[[Document], str]) -> None:
    driver = page(make(article()))
    script = """const all = document.querySelector('.gv-text').cloneNode(true);
        all.querySelectorAll('.gv-card').forEach(card => card.remove()); return all.textContent"""
    assert driver.execute_script(script) == TEXT
    assert HOSTILE in driver.find_element(By.CSS_SELECTOR, ".gv-text").text


@both
def test_hover_shows_the_card_of_the_innermost_mark_alone(page: Open, make: Callable[[Document], str]) -> None:
    driver = page(make(article()))
    assert cards(driver) == []
    for label, words in (("POS", "Holder\nLê Văn An"), ("PARTY", "Party committee"), ("LOC", "containment")):
        hover(driver, mark(driver, label))
        shown = cards(driver)
        assert len(shown) == 1
        assert words in shown[0]
    assert "0.90" in shown[0]
    assert "huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)" in shown[0]


@both
def test_a_card_stays_within_the_window(page: Open, make: Callable[[Document], str]) -> None:
    driver = page(make(article()))
    last = driver.find_elements(By.CSS_SELECTOR, "mark.gv-LOC")[-1]
    driver.execute_script("arguments[0].scrollIntoView({block: 'end', behavior: 'instant'})", last)
    hover(driver, last)
    card = card_of(driver)
    box = driver.execute_script("return arguments[0].getBoundingClientRect()", card)
    size = driver.execute_script("return [innerWidth, innerHeight]")
    assert 0 <= box["left"] < box["right"] <= size[0]
    assert 0 <= box["top"] < box["bottom"] <= size[1]


def test_the_keyboard_reaches_the_cards(page: Open) -> None:
    driver = page(show.page(article()))
    driver.find_element(By.TAG_NAME, "body").click()
    for _ in range(20):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        if driver.switch_to.active_element.tag_name == "mark":
            break
    assert "Holder\nLê Văn An" in cards(driver)[0]
    described = driver.switch_to.active_element.get_attribute("aria-describedby")
    assert driver.find_element(By.ID, described).is_displayed()
    ActionChains(driver).send_keys(Keys.ESCAPE).perform()
    hover(driver, driver.find_element(By.TAG_NAME, "h1"))
    assert cards(driver) == []


def test_the_legend_hides_a_label_without_a_script(page: Open) -> None:
    driver = page(show.fragment(article()))
    assert style(driver, mark(driver, "PARTY"), "display", "::before") != "none"
    driver.find_element(By.CSS_SELECTOR, "input[value=PARTY]").click()
    assert style(driver, mark(driver, "PARTY"), "display", "::before") == "none"
    assert style(driver, mark(driver, "POS"), "display", "::before") != "none"


def test_an_untrusted_notebook_without_style_sheets_stays_readable(page: Open) -> None:
    driver = page(show.fragment(article()))
    # What JupyterLab's sanitizer takes away.
    driver.execute_script("""document.querySelectorAll('style').forEach(each => each.remove());
        document.querySelectorAll('mark').forEach(each => { delete each.dataset.t; each.removeAttribute('tabindex') });
    """)
    assert driver.find_element(By.CSS_SELECTOR, ".gv-text").text == TEXT, "no card among the words"
    assert style(driver, mark(driver, "POS"), "background-color") == "rgba(230, 159, 0, 0.25)"
    assert style(driver, driver.find_element(By.CSS_SELECTOR, ".gv-pill"), "background-color") != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("source", ["page", "notebook", "report", "table"])
def test_no_script_from_a_text_runs_and_nothing_is_fetched(page: Open, source: str) -> None:
    doc = article()
    made = {"page": show.page(doc), "notebook": show.fragment(doc), "report": show.report([doc]),
            "table": show.table(doc.locations)}[source]  # fmt: skip
    page("<p>").get_log("performance")
    driver = page(made)
    time.sleep(0.2)
    assert driver.execute_script("return window.hit === undefined")
    sent = [
        entry["message"] for entry in driver.get_log("performance") if 'Network.requestWillBeSent"' in entry["message"]
    ]
    assert [message for message in sent if "page.html" not in message] == []


def test_the_policy_stops_a_script_that_would_slip_in(page: Open) -> None:
    driver = page(show.page(article()))
    slip = "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit = 3\">')"
    driver.execute_script(slip)
    time.sleep(0.3)
    assert driver.execute_script("return window.hit === undefined")


@both
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_light_and_dark(page: Open, make: Callable[[Document], str], dark: bool) -> None:
    driver = page(make(article()), dark=dark)
    hover(driver, mark(driver, "PER"))
    card = card_of(driver)
    ground, ink = (light(style(driver, card, name)) for name in ("background-color", "color"))
    assert (ground < ink) is dark
    assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) > 7
    if make is show.page:
        assert (light(style(driver, driver.find_element(By.TAG_NAME, "body"), "background-color")) < 0.2) is dark


@pytest.mark.parametrize("dark", [False, True], ids=["os-light", "os-dark"])
@pytest.mark.parametrize("theme", ["true", "false"])
def test_jupyter_decides_over_the_system(page: Open, dark: bool, theme: str) -> None:
    driver = page(show.fragment(article()), dark=dark, body=f'data-jp-theme-light="{theme}"')
    hover(driver, mark(driver, "PER"))
    card = card_of(driver)
    assert (light(style(driver, card, "background-color")) > 0.5) is (theme == "true")


def test_a_table_of_a_report_sorts(page: Open) -> None:
    def column(n: int) -> list[str]:
        return [cell.text for cell in driver.find_elements(By.CSS_SELECTOR, f"#documents td:nth-child({n})")]

    docs = [Document("x" * size, id) for id, size in (("Đông", 5), ("Ánh", 1200), ("Bình", 30))]
    driver = page(show.report(docs))
    assert column(1) == ["Đông", "Ánh", "Bình"]
    heads = driver.find_elements(By.CSS_SELECTOR, "#documents th")
    heads[0].find_element(By.TAG_NAME, "button").click()
    assert column(1) == ["Ánh", "Bình", "Đông"], "in Vietnamese order"
    assert heads[0].get_attribute("aria-sort") == "ascending"
    heads[3].find_element(By.TAG_NAME, "button").click()
    assert column(4) == ["1,200", "30", "5"], "numbers the largest first"
    heads[3].find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert column(4) == ["5", "30", "1,200"]
    assert [head.get_attribute("aria-sort") for head in heads] == [None, None, None, "ascending", None, None, None]


def test_a_link_of_the_report_opens_the_text(page: Open) -> None:
    driver = page(show.report([article()]))
    assert not driver.find_element(By.CSS_SELECTOR, ".gv-text").is_displayed()
    driver.find_element(By.CSS_SELECTOR, "#documents a").click()
    time.sleep(1)  # it scrolls there softly
    assert driver.find_element(By.CSS_SELECTOR, ".gv-text").is_displayed()
    hover(driver, mark(driver, "PER"))
    assert "Bí thư Huyện ủy Bình Sơn" in cards(driver)[0]
