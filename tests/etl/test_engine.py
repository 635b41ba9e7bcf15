import os
import time

import pytest
from pysail.spark import SparkConnectServer

from etl.engine import Engine, open_session, require_java
from etl.errors import InputError, UsageError


@pytest.mark.embedded
def test_on_databricks_connect_is_the_platforms_session_which_goes_on(session, monkeypatch):
    """The platform tells PySpark where its session is served; here that is the session of the tests."""
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setenv("SPARK_REMOTE", f"sc://{session.client.host}")
    with open_session(Engine("connect")) as found:
        assert found.sql("select 1 as one").collect()[0].one == 1
    assert found.sql("select 2 as two").collect()[0].two == 2


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "sparc"}, "There is no engine 'sparc': choose one of embedded, spark, connect."),
        ({"name": "embedded", "master": "local[2]"}, "--master is for --engine spark."),
        ({"name": "spark", "remote": "sc://h:1"}, "--remote is for --engine connect."),
        ({"name": "connect"}, "--engine connect needs --remote sc://HOST:PORT."),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, problem):
    with pytest.raises(UsageError) as refused:
        Engine(**options)
    assert str(refused.value) == problem


def test_every_problem_of_the_options_is_in_one_message():
    with pytest.raises(UsageError) as refused:
        Engine("duckdb", master="local", remote="sc://h:1")
    assert str(refused.value) == (
        "3 problems:\n"
        "  - --master is for --engine spark.\n"
        "  - --remote is for --engine connect.\n"
        "  - There is no engine 'duckdb': choose one of embedded, spark, connect."
    )


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_spark_without_java_says_how_to_get_it(monkeypatch, tmp_path, home):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home:
        monkeypatch.setenv("JAVA_HOME", home)
    with (
        pytest.raises(InputError, match="needs Java 17 or 21 and none was found: install a JDK"),
        open_session(Engine("spark")),
    ):
        pass


def test_java_is_taken_from_java_home(monkeypatch, tmp_path):
    java = tmp_path / "home" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    require_java()


@pytest.mark.embedded
def test_the_embedded_engine_works_in_utc_beside_another_of_its_kind(session):
    with open_session(Engine()) as other:
        assert other.sql("select 1 as one").collect()[0]["one"] == 1
        assert other.conf.get("spark.sql.session.timeZone") == "UTC"
    assert session.sql("select 2 as two").collect()[0]["two"] == 2


@pytest.mark.embedded
def test_a_token_meant_for_another_server_does_not_lock_the_embedded_engine_out(monkeypatch):
    monkeypatch.setenv("SPARK_CONNECT_AUTHENTICATE_TOKEN", "secret")
    with open_session(Engine()) as opened:
        assert opened.range(3).count() == 3


@pytest.mark.embedded
def test_connect_opens_whatever_answers_there(monkeypatch):
    monkeypatch.setenv("RUST_LOG", "off")
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        with open_session(Engine("connect", remote=f"sc://127.0.0.1:{server.listening_address[1]}")) as remote:
            assert remote.range(3).count() == 3
            assert remote.conf.get("spark.sql.session.timeZone") == "UTC"
    finally:
        server.stop()


def test_connect_says_soon_that_nobody_answers():
    started = time.monotonic()
    with (
        pytest.raises(InputError, match=r"No Spark Connect server answers at sc://127\.0\.0\.1:1: "),
        open_session(Engine("connect", remote="sc://127.0.0.1:1")),
    ):
        pass
    assert time.monotonic() - started < 30


@pytest.mark.spark
def test_engines_are_open_side_by_side_and_each_is_the_one_asked_for(session, spark_session, tmp_path, monkeypatch):
    jvm = "select java_method('java.lang.Math', 'abs', -3) as found"
    assert spark_session.sql(jvm).collect()[0]["found"] == "3"
    with pytest.raises(Exception, match="java_method"):
        session.sql(jvm).collect()
    with open_session(Engine()) as other:
        assert other.range(3).count() == 3
    assert spark_session.range(4).count() == 4


@pytest.mark.spark
def test_spark_leaves_the_working_folder_and_the_environment_as_they_were(spark_session):
    spark_session.sql("create database if not exists somewhere")
    spark_session.sql("drop database somewhere")
    assert not os.path.exists("spark-warehouse")  # noqa: PTH110 - relative on purpose
    assert not {"SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_AUTHENTICATE_TOKEN"} & os.environ.keys()
