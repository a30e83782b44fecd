"""The pages in a browser: the way from the index to a sentence and back, by mouse and by keyboard alone; filters,
sorting, downloads; dark, narrow, without scripts, without a network; and what axe-core finds.

`visit` (conftest) opens pages offline and fails on any request, error or message on the console.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import conftest
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import report_names, visits

from analysis.project.links import HOMES

Visit = Callable[..., Any]
KINDS = ["index", *report_names(("yunling",)), "documents/yunling-2024"]
LANGS = ["zh", "en"]
kinds = pytest.mark.parametrize("kind", KINDS)


def file_of(kind: str, lang: str) -> str:
    return HOMES[lang] if kind == "index" else f"{kind}.{lang}.html"


@pytest.fixture(scope="module", params=[file_of(kind, lang) for kind in KINDS for lang in LANGS])
def any_page(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """Every kind of page in both languages with its closed sections open; shared by tests, which set size and theme."""
    with visits(browser, request.getfixturevalue("rendered_project")) as visit:
        page = visit(request.param)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        yield page


# What sticks out to the left or right of the window, unless it lies in a box that scrolls by itself.
STICKS_OUT = """() => [...document.querySelectorAll("body *:not(.pg-skip)")].filter((one) => {
  if (!one.checkVisibility({ visibilityProperty: true })) return false;
  for (let box = one.parentElement; box; box = box.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return false;
  }
  const { left, right, width } = one.getBoundingClientRect();
  return width && (left < -1 || right > innerWidth + 1);
}).map((one) => one.outerHTML.slice(0, 120))"""
# Boxes whose content is cut off, or scrolls and cannot be reached by keyboard.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((one) => {
  if (!one.checkVisibility() || one.scrollWidth <= one.clientWidth + 1 || !one.clientWidth) return false;
  const flow = getComputedStyle(one).overflowX;
  return ["hidden", "clip"].includes(flow) || (["auto", "scroll"].includes(flow) && one.tabIndex !== 0);
}).map((one) => one.outerHTML.slice(0, 120))"""
# The element that has the focus: what it is, whether it can be seen, whether its outline can.
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  // Whether a line of it is in the window and nothing lies over it; of what is tall, the upper edge of what is there.
  const seen = [...one.getClientRects()].some((box) => {
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const over = document.elementFromPoint(box.left + box.width / 2, top + Math.min(bottom - top, 24) / 2);
    return one.contains(over);
  });
  return {
    number: [...document.querySelectorAll("*")].indexOf(one),
    name: one.outerHTML.slice(0, 120),
    seen,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inRow: Boolean(one.closest(".rv-row")),
  };
}"""
# The numbers, in the order of the page, of all that Tab should reach.
REACHABLE = """() => {
  const all = [...document.querySelectorAll("*")];
  const can = "a[href], button, input, select, textarea, summary, [tabindex]";
  return all.filter((one) => one.matches(can) && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
    .map((one) => all.indexOf(one));
}"""


def tab_through(page: Any) -> list[dict[str, Any]]:
    """Press Tab until the page has been walked through; returns what had the focus."""
    found: list[dict[str, Any]] = []
    for _ in range(2_000):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        if one["name"].startswith("<body") or found and one["number"] <= found[0]["number"]:
            return found
        found.append(one)
    raise AssertionError("Tab does not come to an end")


def tab_to(page: Any, selector: str) -> Any:
    """Press Tab until what has the focus matches; returns it."""
    for _ in range(500):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return page.locator(":focus")
    raise AssertionError(f"Tab does not reach {selector}")


def has_focus(page: Any, selector: str) -> bool:
    return page.evaluate("selector => document.activeElement.matches(selector)", selector)


# --- the way to a sentence and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_from_the_index_to_a_sentence_and_back(visit: Visit, lang: str):
    page = visit(HOMES[lang])
    page.locator(".ix-cities tbody th a").first.click()
    assert page.url.endswith(f"city-yunling.{lang}.html")
    link = page.locator('td a[href*="#figure-"]').first
    address = link.get_attribute("href")
    link.click()
    assert page.url.endswith(address) and f"documents/yunling-2024.{lang}.html" in page.url
    mark = page.locator(":target mark")
    assert mark.is_visible() and mark.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    box = mark.bounding_box()
    assert 0 <= box["y"] < 800
    mention = mark.inner_text()
    # The row of the figure is open, for the link it stands on has the focus; it leads back to its row in the report.
    figure = page.locator(".rv-figure:has(:target)")
    assert figure.locator(".rv-row").is_visible()
    figure.locator(".rv-back a").click()
    assert f"city-yunling.{lang}.html#row-yunling-2024-" in page.url
    target = page.locator(":target")
    assert target.is_visible() and 0 <= target.bounding_box()["y"] < 800
    # The row begins with the same words of the text, and links them.
    assert page.locator(f'tr:has(:target) a[href="{address}"]').first.inner_text() == mention
    page.go_back()
    assert page.url.endswith(address)
    page.go_back()
    page.go_back()
    assert page.url.endswith(HOMES[lang])


def test_the_same_way_by_keyboard_alone(visit: Visit):
    lang = "en"
    page = visit(HOMES[lang])
    tab_to(page, ".ix-cities th a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/city-yunling.{lang}.html")
    link = tab_to(page, 'td a[href*="#figure-"]')
    anchor = link.get_attribute("href").partition("#")[2]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#{anchor}")
    assert has_focus(page, f"#{anchor}")
    row = page.locator(f".rv-figure:has(#{anchor}) .rv-row")
    assert row.is_visible()
    page.keyboard.press("Escape")
    assert not row.is_visible()
    # The row opens again with the next visit; Tab goes on into it.
    page.keyboard.press("Shift+Tab")
    tab_to(page, f"#{anchor}")
    assert row.is_visible()
    page.keyboard.press("Tab")
    assert has_focus(page, ".rv-back a")
    page.keyboard.press("Escape")
    assert has_focus(page, f"#{anchor}") and not row.is_visible()
    page.keyboard.press("Shift+Tab")
    tab_to(page, f"#{anchor}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/city-yunling.{lang}.html#row-*")
    tab_to(page, ".pg-home")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{HOMES[lang]}")


@kinds
def test_tab_reaches_everything_in_order_and_in_sight(visit: Visit, kind: str):
    page = visit(file_of(kind, "en"))
    expected = page.evaluate(REACHABLE)
    found = tab_through(page)
    # Inside the rows that figures open there is a link as long as they are open.
    assert [one["number"] for one in found if not one["inRow"]] == expected
    assert [one["name"] for one in found if not one["seen"]] == []
    assert [one["name"] for one in found if not one["outlined"]] == []


def test_figures_follow_one_another_as_they_are_read(visit: Visit):
    page = visit("documents/yunling-2024.zh.html", width=360)
    boxes = page.locator(".rv-figure > a").evaluate_all(
        "all => all.map((one) => { const box = one.getClientRects()[0]; return [box.top, box.left]; })"
    )
    assert len(boxes) > 10
    for (top, left), (next_top, next_left) in zip(boxes, boxes[1:], strict=False):
        assert next_top > top + 4 or abs(next_top - top) <= 4 and next_left > left


def test_what_stays_at_the_top_covers_no_figure_that_has_the_focus(visit: Visit):
    """Backwards the page scrolls up, and the bar of filters lies over its upper edge."""
    page = visit("documents/yunling-2024.en.html")
    figures = page.locator(".rv-figure > a")
    for width in (640, 820, 1280):
        page.set_viewport_size({"width": width, "height": 500})
        figures.last.focus()
        for _ in range(figures.count()):
            one = page.evaluate(FOCUSED)
            assert one["seen"], (width, one["name"])
            page.keyboard.press("Shift+Tab")


def test_the_first_key_leads_past_the_head(visit: Visit):
    page = visit("city-yunling.en.html")
    page.keyboard.press("Tab")
    assert has_focus(page, ".pg-skip") and page.locator(".pg-skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


# --- tables -----------------------------------------------------------------------------------------------------

CELLS = r"rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim()))"


def table_rows(table: Any) -> list[list[str]]:
    """The cells of the rows that are shown."""
    return table.locator("tbody tr:visible").evaluate_all(CELLS)


def long_table(page: Any) -> Any:
    """The table of frequent words, which is longer than what a page shows at first."""
    return page.locator(".pg-table:has(.pg-fold)").first


def test_columns_sort_by_value_and_back(visit: Visit):
    page = visit("city-yunling.zh.html")
    table = page.locator(".pg-table", has=page.locator("[id^=row-]")).first
    before = table_rows(table)
    heads = table.locator("thead th")
    values = table.locator("tbody td[data-value]").first
    column = values.evaluate("cell => cell.cellIndex")
    button = heads.nth(column).locator("button")

    def shown() -> list[float]:
        cells = table.locator(f"tbody tr > :nth-child({column + 1})")
        return [float(value) for value in cells.evaluate_all("all => all.map((cell) => cell.dataset.value)")]

    unsorted = shown()
    button.click()
    assert heads.nth(column).get_attribute("aria-sort") == "ascending" and shown() == sorted(unsorted) != unsorted
    button.focus()
    page.keyboard.press("Enter")
    assert heads.nth(column).get_attribute("aria-sort") == "descending"
    assert shown() == sorted(unsorted, reverse=True)
    page.keyboard.press("Space")
    assert heads.nth(column).get_attribute("aria-sort") is None and table_rows(table) == before
    button.click()
    heads.nth(0).locator("button").click()
    assert [head.get_attribute("aria-sort") for head in heads.all()].count("ascending") == 1


@pytest.mark.parametrize("lang", LANGS)
def test_tables_download_as_they_are_printed(visit: Visit, lang: str):
    page = visit(f"city-yunling.{lang}.html")
    for number, table in enumerate(page.locator(".pg-table").all(), start=1):
        if number % 10 == 0:
            # Chromium asks before it lets one page save more than ten files.
            page.reload()
        with page.expect_download() as waiting:
            table.locator(".pg-csv").click()
        data = Path(waiting.value.path()).read_bytes()
        assert waiting.value.suggested_filename.endswith(".csv") and data.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert len({len(line) for line in lines}) == 1
        everything = table.locator("tr").evaluate_all(CELLS)
        # A cell that a spreadsheet would run as a formula has an apostrophe before it.
        assert [[cell.removeprefix("'") for cell in line] for line in lines] == everything


def test_long_tables_unfold_and_filter(visit: Visit):
    page = visit("city-yunling.zh.html")
    table = long_table(page)
    fold, field = table.locator(".pg-fold"), table.locator("input[type=search]")
    everything = table.locator("tbody tr").count()
    assert everything > 15 and len(table_rows(table)) == 15 and str(everything) in fold.inner_text()
    assert fold.get_attribute("aria-expanded") == "false"
    last = table.locator("tbody tr").last.locator("th, td").first.text_content()
    field.fill(last)
    rows = table_rows(table)
    assert rows and all(any(last in cell for cell in row) for row in rows)
    assert table.locator("output").inner_text() == f"显示 {len(rows)} 行，共 {everything} 行" and not fold.is_visible()
    field.fill("没有这个词")
    assert table_rows(table) == []
    field.fill("")
    assert len(table_rows(table)) == 15 and table.locator("output").inner_text() == ""
    fold.click()
    assert len(table_rows(table)) == everything and fold.get_attribute("aria-expanded") == "true"
    fold.click()
    assert len(table_rows(table)) == 15


# --- the reading view -------------------------------------------------------------------------------------------


def test_each_filter_leaves_its_figures(visit: Visit):
    page = visit("documents/hewan-2025.en.html")
    figures, output = page.locator(".rv-figure:not(.rv-off)"), page.locator(".rv-filter output")
    everything = figures.count()
    for name in ("theme", "status", "measure"):
        assert output.inner_text() == f"{everything} of {everything} figures shown"
        box = page.locator(f"select[name={name}]")
        counts = {}
        for option in box.locator("option:not([value=''])").all():
            value = option.get_attribute("value")
            box.select_option(value)
            counts[value] = figures.count()
            own = figures.evaluate_all("all => all.map((one) => one.dataset.is.split(' '))")
            assert own and all(value in words for words in own)
            assert output.inner_text().startswith(f"{counts[value]} of {everything} ")
        assert len(counts) > 1 and sum(counts.values()) == everything
        page.locator(".rv-filter button").click()
        page.locator(".rv-off").first.wait_for(state="detached")
        assert box.input_value() == ""


def test_filters_work_together_and_by_keyboard(visit: Visit):
    page = visit("documents/hewan-2025.zh.html")
    figures = page.locator(".rv-figure:not(.rv-off)")
    tab_to(page, "select[name=status]")
    while page.locator("select[name=status]").input_value() != "planned":
        page.keyboard.press("ArrowDown")
    planned = figures.count()
    # `data-is` holds theme, status and measure.
    measures = figures.evaluate_all("all => all.map((one) => one.dataset.is.split(' ')[2])")
    page.select_option("select[name=measure]", measures[0])
    assert 0 < figures.count() == measures.count(measures[0]) < planned
    tab_to(page, "input[name=only]")
    page.keyboard.press("Space")
    shown = page.locator(".rv-passage:not(.rv-heading):visible")
    assert shown.count() == page.locator(".rv-passage:not(.rv-heading):has(.rv-figure:not(.rv-off))").count()
    # What the filter leaves out is not on the way of the keyboard either.
    reached = [one["name"] for one in tab_through(page) if 'id="figure-' in one["name"]]
    assert len(reached) == figures.count()


# --- how pages look ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 500])
def test_a_narrow_screen_shows_everything(any_page: Any, width: int):
    any_page.set_viewport_size({"width": width, "height": 640})
    assert any_page.evaluate("document.documentElement.scrollWidth") <= width
    assert any_page.evaluate(STICKS_OUT) == []
    # What scrolls gets its place on the way of the keyboard with the next frame.
    any_page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert any_page.evaluate(CUT_OFF) == []
    charts = any_page.locator(".pg-plate").evaluate_all("all => all.map((one) => [one.scrollWidth, one.clientWidth])")
    assert all(inside <= outside for inside, outside in charts)


def test_a_chart_that_was_made_smaller_can_be_enlarged(visit: Visit):
    page = visit("city-yunling.en.html", width=360)
    figure = page.locator(".pg-figure").first
    plate, image, button = figure.locator(".pg-plate"), figure.locator("img"), figure.locator("button")
    natural = int(image.get_attribute("width"))
    assert image.bounding_box()["width"] <= 360 < natural and plate.get_attribute("tabindex") is None
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true" and image.bounding_box()["width"] == natural
    assert plate.get_attribute("tabindex") == "0"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    button.click()
    assert image.bounding_box()["width"] <= 360 and plate.get_attribute("tabindex") is None
    page.set_viewport_size({"width": 1280, "height": 800})
    button.wait_for(state="hidden")


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)` (WCAG 2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


COLOURS = """names => Object.fromEntries(names.map((name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return [name, colour];
}))"""


def test_text_stands_out_from_every_ground(visit: Visit):
    """For axe cannot tell where the ground is a gradient, as under tables that scroll."""
    page = visit("documents/yunling-2024.zh.html")
    inks, grounds = ("ink", "soft", "accent", "alarm"), ("paper", "shade")
    tints = ("achieved-tint", "planned-tint", "open-tint", "mark")
    pairs = [(ink, ground) for ink in inks for ground in grounds] + [("ink", tint) for tint in tints]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = {name: luminance(colour) for name, colour in page.evaluate(COLOURS, [*inks, *grounds, *tints]).items()}
        assert len(set(found.values())) > 6
        for ink, ground in pairs:
            light, dark = sorted((found[ink], found[ground]), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (scheme, ink, ground)


def test_dark_mode_follows_the_system_and_the_button(visit: Visit):
    page = visit("city-yunling.en.html", color_scheme="dark")

    def ground() -> float:
        return luminance(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    button = page.locator(".pg-theme")
    assert ground() < 0.02 and button.inner_text() == "Light"
    # Charts are drawn for white paper and keep it.
    plate = page.locator(".pg-plate").first
    assert luminance(plate.evaluate("one => getComputedStyle(one).backgroundColor")) == pytest.approx(1)
    button.click()
    assert ground() > 0.9 and button.inner_text() == "Dark"
    page.emulate_media(color_scheme="light")
    button.click()
    assert ground() < 0.02
    page.emulate_media(media="print")
    assert ground() > 0.9


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing(any_page: Any, scheme: str, width: int):
    """Nothing at all, though only serious and critical findings must not be."""
    any_page.set_viewport_size({"width": width, "height": 800})
    any_page.emulate_media(color_scheme=scheme)
    found = Axe().run(any_page).response
    assert len(found["passes"]) > 10
    assert [(one["impact"], one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


# --- without scripts, without a network -------------------------------------------------------------------------


@kinds
def test_pages_read_without_scripts(visit: Visit, kind: str):
    page = visit(file_of(kind, "zh"), java_script_enabled=False)
    assert page.locator("h1").is_visible() and page.locator("main").is_visible()
    for control in ("button", "input", "select", "output"):
        assert [one.is_visible() for one in page.locator(control).all()].count(True) == 0
    # All rows of all tables are there, those in closed sections once they are opened.
    closed = page.locator("main details:not([open]) > summary:visible")
    while closed.count():
        closed.first.click()
    rows = page.locator("main tbody tr")
    assert rows.count() == page.locator("main tbody tr:visible").count()
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.locator("body").bounding_box()["width"] <= 360
    for image in page.locator("main img").all():
        assert image.bounding_box()["width"] <= 360 and len(image.get_attribute("alt")) > 15


def test_figures_open_and_lead_back_without_scripts(visit: Visit):
    page = visit("city-yunling.zh.html", java_script_enabled=False)
    page.locator('td a[href*="#figure-"]').first.click()
    figure = page.locator(".rv-figure:has(:target)")
    assert figure.is_visible()
    figure.locator("> a").hover()
    assert figure.locator(".rv-row").is_visible()
    figure.locator(".rv-back a").click()
    assert "#row-" in page.url and page.locator(":target").is_visible()


@pytest.mark.parametrize("kind", ["city-yunling", "documents/yunling-2024"])
def test_the_policy_stops_what_is_not_the_pages_own(browser: Any, request: pytest.FixtureRequest, kind: str):
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((request.getfixturevalue("rendered_project") / "reports" / file_of(kind, "zh")).as_uri())
    blocked = page.evaluate(
        """async () => {
          const blocked = [];
          document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
          const add = (name, fields) => document.body.append(Object.assign(document.createElement(name), fields));
          add("script", { textContent: "window.ran = true" });
          add("img", { src: "https://example.org/a.png" });
          add("iframe", { src: "https://example.org/" });
          add("link", { rel: "stylesheet", href: "https://example.org/a.css" });
          add("a", { id: "inline", textContent: "x" });
          document.querySelector("#inline").setAttribute("onclick", "window.ran = true");
          document.querySelector("#inline").click();
          await fetch("https://example.org/").catch(() => {});
          await new Promise((done) => setTimeout(done, 100));
          return [window.ran ?? false, [...new Set(blocked)].sort()];
        }"""
    )
    context.close()
    stopped = ["connect-src", "frame-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"]
    assert blocked == [False, stopped]


# --- where there is no browser ----------------------------------------------------------------------------------


def test_without_chromium_tests_are_skipped_unless_it_is_required(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("RESOURCE_CITIES_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium on PATH"):
        conftest.find_browser()
    monkeypatch.setenv("RESOURCE_CITIES_BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="RESOURCE_CITIES_BROWSER"):
        conftest.find_browser()


def test_the_words_of_the_script_are_there_in_both_languages(visit: Visit):
    """The script takes its words from the page: none may be missing there."""
    for lang in LANGS:
        page = visit(HOMES[lang])
        words = json.loads(page.locator("body").get_attribute("data-words"))
        used = set(re.findall(r"words\.([a-z]+)", page.locator("script").text_content()))
        assert {*used, "dark", "light"} == set(words) and all(words.values())
