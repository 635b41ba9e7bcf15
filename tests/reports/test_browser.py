"""The report in a real browser: it draws, fits a phone, asks for nothing, and runs nothing that data smuggled in."""

import pytest

from reports.site import write_single
from tests.reports.atoz_data import atoz_data
from tests.reports.browsers import browser_needed
from tests.reports.evil import evil_data
from tests.reports.other_data import no_data, wholesaler_data
from tests.reports.readings import reading_of

pytestmark = browser_needed
MAKERS = {"atoz": atoz_data, "wholesaler": wholesaler_data, "nothing": no_data, "evil": evil_data}


@pytest.fixture(scope="module")
def report_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    written = {}

    def path(name):
        if name not in written:
            written[name] = write_single(reading_of(MAKERS[name]()), folder / f"{name}.html")
        return written[name]

    return path


@pytest.fixture
def visit(browser, report_of):
    """Open a report and collect everything that went wrong."""
    opened = []

    def page_of(name, width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 800}, **options)
        opened.append(page)
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("dialog", lambda dialog: (page.problems.append(dialog.message), dialog.dismiss()))
        page.on(
            "request", lambda request: page.problems.append(request.url) if request.url.startswith("http") else None
        )
        page.goto(report_of(name).as_uri())
        page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(place => place.querySelector('.main-svg'))"
        )
        return page

    yield page_of
    for page in opened:
        page.close()


@pytest.mark.parametrize("name", MAKERS)
def test_it_fits_a_phone_draws_every_chart_and_asks_for_nothing(visit, name):
    page = visit(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.problems == []


def test_opened_details_scroll_in_their_own_box_on_a_phone(visit):
    page = visit("atoz", width=360)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_names_from_data_stay_text(visit):
    page = visit("evil")
    assert page.locator("img").count() == 0
    assert page.evaluate("document.scripts.length") == 2 + page.locator(".chart").count()
    assert page.locator("svg text", has_text="<img src=x").count() > 0
    bar = page.locator("#why-chart-where-country .bars path").first
    bar.hover(force=True)
    page.wait_for_selector(".hoverlayer text")
    assert page.locator("img").count() == 0
    assert page.problems == []


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 23, 29)")])
def test_it_follows_the_readers_theme(visit, scheme, background):
    page = visit("atoz", color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert page.evaluate("getComputedStyle(document.querySelector('#index-chart-bridge .ytick text')).fill") == ink


def test_print_is_white_and_fits_the_paper(visit):
    page = visit("atoz", color_scheme="dark")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.main-svg')].map(svg => svg.clientWidth))") <= 680


def test_without_scripts_every_number_is_still_there(browser, report_of):
    page = browser.new_page(java_script_enabled=False)
    page.goto(report_of("atoz").as_uri())
    assert page.locator(".chart").first.is_hidden()
    assert page.locator("noscript p").first.is_visible()
    assert page.locator("details table").count() == 9
    page.close()
