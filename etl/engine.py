"""Open a Spark Connect session; no other module knows which engine answers.

``embedded`` is Sail, a Rust engine served inside this process; ``spark`` is Apache Spark with Delta, local or on
a cluster; ``connect`` is any Spark Connect endpoint. Imports of an engine happen only when it is asked for.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal, get_args

from pyspark.sql import SparkSession

from etl.errors import InputError, UsageError, raise_problems

EngineName = Literal["embedded", "spark", "connect"]
ENGINES: tuple[str, ...] = get_args(EngineName)


@dataclass(frozen=True)
class Engine:
    """Which engine to open: ``master`` is for ``spark`` only, ``remote`` (``sc://HOST:PORT``) for ``connect`` only."""

    name: str = "embedded"
    master: str | None = None
    remote: str | None = None

    def __post_init__(self) -> None:
        raise_problems(self._problems(), UsageError)

    def _problems(self) -> Iterator[str]:
        if self.name not in ENGINES:
            yield f"There is no engine {self.name!r}: choose one of {', '.join(ENGINES)}."
        if self.master and self.name != "spark":
            yield "--master is for --engine spark."
        if self.remote and self.name != "connect":
            yield "--remote is for --engine connect."
        if self.name == "connect" and not self.remote:
            yield "--engine connect needs --remote sc://HOST:PORT."


@contextmanager
def open_session(engine: Engine) -> Iterator[SparkSession]:
    """A session in UTC on ``engine``; raises ``InputError`` where its runtime is missing or out of reach."""
    openers = {"embedded": _embedded, "spark": _spark, "connect": _connect}
    with openers[engine.name](engine) as session:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        yield session


@contextmanager
def _embedded(_: Engine) -> Iterator[SparkSession]:
    os.environ.setdefault("RUST_LOG", "off")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").create()
    try:
        yield session
    finally:
        session.stop()
        server.stop()


@contextmanager
def _spark(engine: Engine) -> Iterator[SparkSession]:
    require_java()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    cores = os.cpu_count() or 1
    builder = SparkSession.builder.remote(engine.master or f"local[{cores}]")
    for key, value in _delta_settings(cores).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def _connect(engine: Engine) -> Iterator[SparkSession]:
    assert engine.remote is not None
    session = SparkSession.builder.remote(engine.remote).create()
    try:
        session.sql("select 1").collect()
    except Exception as error:
        raise InputError(f"No Spark Connect server answers at {engine.remote}: {first_line(error)}") from error
    try:
        yield session
    finally:
        session.stop()


def _delta_settings(cores: int) -> dict[str, str]:
    scala_package = f"io.delta:delta-spark_4.2_2.13:{version('delta-spark')}"
    return {
        "spark.jars.packages": scala_package,
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        # the default of 50 snapshot tasks costs seconds a table on small data
        "spark.databricks.delta.snapshotPartitions": str(cores),
        "spark.sql.shuffle.partitions": str(cores),
        "spark.driver.memory": "3g",
        "spark.ui.enabled": "false",
    }


def java_home() -> Path | None:
    """The Java that Spark would start, or None."""
    declared = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(declared, "bin")) if declared else None)
    return Path(found) if found else None


def require_java() -> None:
    """Raise ``InputError`` where Spark would find no Java."""
    if java_home() is None:
        raise InputError(
            "The spark engine needs Java 17 or 21 and none was found: install a JDK (on Debian: "
            "apt-get install openjdk-17-jre-headless) or set JAVA_HOME, or use --engine embedded, which needs none."
        )


def first_line(error: BaseException) -> str:
    """The first line of an engine's error; the rest is a stack of the engine's own."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
