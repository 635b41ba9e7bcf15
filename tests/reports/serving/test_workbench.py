"""The served workbench in a real browser: what it shows is what Python computes, by mouse and by keyboard."""

import re
import threading
import time

import pytest
import uvicorn

from reports.serving.app import make_app
from tests.reports.browsers import DRAWN, browser_needed
from tests.reports.warehouse import make_fact, make_warehouse

pytestmark = browser_needed
ASKED = "period=2025-09&baseline=2025-08&measure=net_revenue"
IMAGE = "<img src=x onerror=alert(1)>"
PAGES = ("index", "yesterday", "trend", "why", "channels", "customers", "forecast", "claims", "recommendations", "data",
         "cost", "method", "dip-1", "scenario-1")  # fmt: skip


class Served:
    """An application on a port of its own, for as long as the block runs."""

    def __init__(self, warehouse):
        config = uvicorn.Config(make_app(warehouse), host="127.0.0.1", port=0, log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture(scope="module")
def address(warehouse):
    with Served(warehouse) as found:
        yield found


@pytest.fixture
def visit(browser):
    opened = []

    def page_of(url, width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 800}, **options)
        opened.append(page)
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("dialog", lambda dialog: (page.problems.append(dialog.message), dialog.dismiss()))
        origin = url.split("/", 3)[2]
        page.on("request", lambda asked: page.problems.append(asked.url) if origin not in asked.url else None)
        page.goto(url)
        page.wait_for_function(DRAWN)
        return page

    yield page_of
    for page in opened:
        page.close()


@pytest.mark.parametrize("name", [*(f"{name}.html" for name in PAGES), f"explore?{ASKED}"])
def test_every_page_draws_fits_a_phone_is_accessible_and_asks_for_nothing_outside(visit, address, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit(f"{address}/{name}", width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    found = axe.Axe().run(page).response
    grave = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in grave] == []
    assert len(found["passes"]) > 10
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_holds_in_both_themes(visit, address, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit(f"{address}/explore?{ASKED}", color_scheme=scheme)
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    assert axe.Axe().run(page, options=rules).response["violations"] == []


def test_the_waterfall_shows_the_numbers_of_gold(visit, address):
    page = visit(f"{address}/explore?{ASKED}")
    fact = make_fact()
    by_month = fact.groupby(fact["transaction_date"].dt.strftime("%Y-%m"))["net_revenue"].sum()
    drawn = page.evaluate("document.getElementById('chart-bridge').data.map(trace => Array.from(trace.x))")
    bars, totals = drawn
    assert totals == pytest.approx([by_month["2025-08"] / 1e3, by_month["2025-09"] / 1e3])
    assert sum(bars) == pytest.approx(totals[1] - totals[0])


def test_a_filter_changes_the_answer_to_what_the_lines_say(visit, address):
    page = visit(f"{address}/explore?{ASKED}")
    page.select_option("select[name=country]", "UK")
    page.click("button[type=submit]")
    page.wait_for_function(DRAWN)
    assert "country=UK" in page.url
    fact = make_fact()
    uk = fact[(fact["country"] == "UK") & (fact["transaction_date"] >= "2025-09-01")]["net_revenue"].sum()
    assert page.locator(".figures .number").nth(1).inner_text() == f"INR {uk / 1e3:.0f}K"


def test_a_driver_leads_to_its_places_and_a_place_to_its_own_question(visit, address):
    page = visit(f"{address}/explore?{ASKED}")
    page.locator("#bridge summary").click()
    page.locator("#bridge table a", has_text="Festivals and events").click()
    page.wait_for_function(DRAWN)
    assert page.locator("#parts-title").inner_text() == "Where festivals and events changed it"
    page.locator("#parts summary").first.click()
    page.locator("#parts table a", has_text=re.compile("^India$")).click()
    page.wait_for_function(DRAWN)
    assert "country=India" in page.url
    assert "driver=events" in page.url
    assert page.locator("h1").inner_text().startswith("Revenue of India")


def test_a_bar_can_be_clicked(visit, address):
    page = visit(f"{address}/explore?{ASKED}")
    page.locator("#chart-where-channel .bars path").first.click(force=True)
    page.wait_for_url(re.compile("channel=(Mobile|Website)"))
    page.wait_for_function(DRAWN)
    assert page.problems == []


def test_everything_can_be_reached_by_keyboard(visit, address):
    page = visit(f"{address}/explore?{ASKED}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("select[name=channel]")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.value")
    page.focus("button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"channel={chosen}"))
    page.wait_for_function(DRAWN)
    page.focus("#bridge summary")
    page.keyboard.press("Enter")
    assert page.locator("#bridge table").is_visible()


def test_a_phone_shows_in_its_menu_where_the_reader_is(visit, address):
    page = visit(f"{address}/explore?{ASKED}", width=360)
    place = page.locator("nav a[aria-current]").bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 360


def test_evil_names_stay_text(visit, tmp_path):
    fact = make_fact(orders_per_day=6).replace({"Mobile": IMAGE, "Toys": "=HYPERLINK(1)"})
    with Served(make_warehouse(tmp_path, fact)) as address:
        page = visit(f"{address}/explore?{ASKED}")
        assert page.locator("img").count() == 0
        page.select_option("select[name=channel]", IMAGE)
        page.click("button[type=submit]")
        page.wait_for_function(DRAWN)
        assert IMAGE in page.locator("h1").inner_text()
        assert page.locator("img").count() == 0
        assert page.problems == []


def test_a_page_prints_on_paper_without_cut_bars(visit, address):
    page = visit(f"{address}/explore?{ASKED}", color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.main-svg')].map(svg => svg.clientWidth))") <= 680
    assert page.locator("nav").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
