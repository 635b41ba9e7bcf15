"""The application over the small shop, asked without a network."""

import pytest
from fastapi.testclient import TestClient

from reports.serving.app import make_app


@pytest.fixture(scope="session")
def client(warehouse):
    return TestClient(make_app(warehouse))
