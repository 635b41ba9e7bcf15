"""The data sets every test of the reports looks at."""

import pytest

from reports.data import ReportData
from tests.reports.atoz_data import atoz_data
from tests.reports.other_data import bare_data, no_data, quiet_data, wholesaler_data

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
