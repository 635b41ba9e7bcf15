"""Open a Spark Connect session; no other module knows which engine answers.

``embedded`` is Sail, a Rust engine served inside this process; ``spark`` is Apache Spark with Delta, local or on
a cluster; ``connect`` is any Spark Connect endpoint. Imports of an engine happen only when it is asked for.
"""

import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from pyspark.sql import SparkSession

from etl import spark_stores
from etl.errors import InputError, UsageError, first_line, raise_problems
from etl.storage import Location

EngineName = Literal["embedded", "spark", "connect"]
ENGINES: tuple[str, ...] = get_args(EngineName)
PURGE_MS = 20  # until the embedded engine gives memory back that it freed: by default it keeps half a gigabyte
GREETINGS = 3  # times to knock again at a Connect server, over some seconds
CONNECT_VARIABLES = ("SPARK_CONNECT_MODE_ENABLED", "SPARK_REMOTE", "SPARK_API_MODE")


PLATFORM = "DATABRICKS_RUNTIME_VERSION"  # is set where Databricks runs the code, beside a session of its own


@dataclass(frozen=True)
class Engine:
    """Which engine to open: ``master`` is for ``spark`` only, ``remote`` (``sc://HOST:PORT``) for ``connect`` only.

    On Databricks, ``connect`` without a ``remote`` is the session that is there.
    """

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
        if self.name == "connect" and not self.remote and PLATFORM not in os.environ:
            yield "--engine connect needs --remote sc://HOST:PORT."


@contextmanager
def open_session(engine: Engine, warehouse: "Location | None" = None) -> Iterator[SparkSession]:
    """A session in UTC on ``engine`` that reaches ``warehouse``, by default any folder of this machine.

    Raises ``InputError`` where the engine's runtime is missing or out of reach.
    """
    openers = {"embedded": _embedded, "spark": _spark, "connect": _connect}
    with openers[engine.name](engine, warehouse) as session:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        yield session


@contextmanager
def _embedded(_: Engine, __: "Location | None") -> Iterator[SparkSession]:
    os.environ.setdefault("RUST_LOG", "off")
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", str(PURGE_MS))
    # joins are written with the small table on the left; by its own estimates the engine would turn some around
    os.environ.setdefault("SAIL_OPTIMIZER__ENABLE_JOIN_SWAP", "false")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    session = SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").create()
    try:
        yield session
    finally:
        session.stop()
        server.stop()


@contextmanager
def _spark(engine: Engine, warehouse: "Location | None") -> Iterator[SparkSession]:
    require_java()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    cores, port, token = os.cpu_count() or 1, _free_port(), secrets.token_hex()
    builder = SparkSession.builder.master(engine.master or f"local[{cores}]")
    with ExitStack() as afterwards:
        databases = afterwards.enter_context(TemporaryDirectory(prefix="assay-databases-"))
        settings = _delta_settings(cores, spark_stores.packages(warehouse)) | spark_stores.settings(warehouse)
        settings |= _server_settings(port, token) | {"spark.sql.warehouse.dir": databases}
        for key, value in settings.items():
            builder = builder.config(key, value)
        with _without_connect(), _java_prints_to_stderr():
            server = builder.getOrCreate()
        afterwards.callback(server.stop)
        # created, not got: PySpark would hand out any session that is open, of whichever engine
        session = SparkSession.builder.remote(f"sc://localhost:{port}/;token={token}").create()
        afterwards.callback(session.stop)
        yield session


@contextmanager
def _connect(engine: Engine, _: "Location | None") -> Iterator[SparkSession]:
    if engine.remote is None:
        yield SparkSession.builder.getOrCreate()  # the platform's, which goes on
        return
    session = SparkSession.builder.remote(engine.remote).create()
    try:
        _greet(session, engine.remote)
        yield session
    finally:
        session.stop()


def _greet(session: SparkSession, remote: str) -> None:
    from pyspark.sql.connect.client.retries import DefaultPolicy

    patient = session.client.get_retry_policies()  # for ten minutes, too long to say that nobody is there
    session.client.set_retry_policies([DefaultPolicy(max_retries=GREETINGS)])
    try:
        session.sql("select 1").collect()
    except Exception as error:
        raise InputError(f"No Spark Connect server answers at {remote}: {first_line(error)}") from error
    session.client.set_retry_policies(patient)


def _delta_settings(cores: int, packages: list[str]) -> dict[str, str]:
    scala_package = f"io.delta:delta-spark_4.2_2.13:{version('delta-spark')}"
    return {
        "spark.jars.packages": ",".join([scala_package, *packages]),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        # the default of 50 snapshot tasks costs seconds a table on small data
        "spark.databricks.delta.snapshotPartitions": str(cores),
        "spark.sql.shuffle.partitions": str(cores),
        "spark.driver.memory": "3g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",  # bars without end in the log of a job; steps are told by name
    }


def _server_settings(port: int, token: str) -> dict[str, str]:
    """A Connect server beside the driver, for this process only."""
    return {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "localhost",
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.authenticate.token": token,
        "spark.sql.artifact.isolation.enabled": "true",
        "spark.sql.artifact.isolation.alwaysApplyClassloader": "true",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _without_connect() -> Iterator[None]:
    """PySpark opens no driver where the environment says that Connect is in use, as any open session makes it say."""
    hidden = {name: os.environ.pop(name) for name in CONNECT_VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


@contextmanager
def _java_prints_to_stderr() -> Iterator[None]:
    """What starts meanwhile has our standard error for its output: the virtual machine warns there, amid our answer."""
    sys.stdout.flush()
    stdout, stderr = 1, 2
    ours = os.dup(stdout)
    os.dup2(stderr, stdout)
    try:
        yield
    finally:
        os.dup2(ours, stdout)
        os.close(ours)


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
