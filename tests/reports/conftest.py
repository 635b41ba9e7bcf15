"""The data sets every test of the reports looks at."""

import pytest

from etl.periods import parse_period
from reports.data import ReportData
from reports.question import Question
from reports.reading import read
from reports.snapshot import newest
from tests.reports.atoz_data import atoz_data
from tests.reports.browsers import ARGUMENTS, CHROMIUM
from tests.reports.other_data import bare_data, no_data, quiet_data, wholesaler_data
from tests.reports.warehouse import make_warehouse

DATA_SETS = {
    "atoz": atoz_data,
    "quiet": quiet_data,
    "wholesaler": wholesaler_data,
    "bare": bare_data,
    "nothing": no_data,
}


@pytest.fixture(scope="session")
def atoz() -> ReportData:
    return atoz_data()


@pytest.fixture(scope="session")
def quiet() -> ReportData:
    return quiet_data()


@pytest.fixture(scope="session")
def wholesaler() -> ReportData:
    return wholesaler_data()


@pytest.fixture(scope="session")
def bare() -> ReportData:
    return bare_data()


@pytest.fixture(scope="session")
def nothing() -> ReportData:
    return no_data()


@pytest.fixture(scope="session", params=DATA_SETS)
def any_data(request) -> ReportData:
    return DATA_SETS[request.param]()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    return make_warehouse(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def snapshot(warehouse):
    return newest(warehouse)


@pytest.fixture(scope="session")
def question():
    return Question("net_revenue", parse_period("2025-08"), parse_period("2025-09"))


@pytest.fixture(scope="session")
def reading(snapshot, question):
    return read(snapshot, question)


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()
