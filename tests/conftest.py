"""One session per engine for the whole run, and a fresh warehouse for each test that asks for one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

from etl.engine import Engine, java_home, open_session
from etl.lakehouse import Lakehouse
from etl.storage import Location, location
from tests.stores import environment, new_bucket, s3_server

REQUIRE_SPARK = "ASSAY_REQUIRE_SPARK"
# for a Spark in a process of its own that is not about what Spark computes, but about where
BRIEF_SPARK = {"SPARK_CONF_DIR": str(Path(__file__).parent / "spark"), "SPARK_LOCAL_IP": "127.0.0.1"}
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in what a script starts in the background, and all it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("patient", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("patient")


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    """A session of the embedded engine."""
    with open_session(Engine()) as opened:
        yield opened


@pytest.fixture(scope="session")
def java() -> None:
    """Without Java the test is skipped, or fails where Spark is required."""
    if java_home() is None and os.environ.get(REQUIRE_SPARK) != "1":
        pytest.skip(f"no Java on this machine: the spark engine is not tested ({REQUIRE_SPARK}=1 makes this a failure)")


@pytest.fixture(scope="session")
def spark_session(java: None) -> Iterator[SparkSession]:
    """A session of Apache Spark."""
    with open_session(Engine("spark")) as opened:
        yield opened


@pytest.fixture
def lakehouse(tmp_path: Path) -> Iterator[Lakehouse]:
    """An empty warehouse on an embedded session of its own, since a session's catalog knows a table by one path."""
    with open_session(Engine()) as own:
        yield Lakehouse(own, tmp_path / "warehouse")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of an S3 server on loopback."""
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Location:
    """An empty bucket, to which the environment leads."""
    for name, value in environment(s3).items():
        monkeypatch.setenv(name, value)
    return location(new_bucket(s3))


@pytest.fixture(scope="session")
def online_retail() -> Path:
    """The landing folder of the real data, which lies beside a development checkout."""
    landing = SHARED_DATA / "online_retail" / "landing"
    if not landing.is_dir():
        pytest.skip(f"the real data are not beside this checkout: {landing}")
    return landing
