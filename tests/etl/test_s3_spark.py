"""Apache Spark writes the same tables to an object store as the embedded engine does to a folder."""

import os
import subprocess
import sys

import pytest

from etl.engine import Engine, java_home, open_session
from etl.errors import InputError
from etl.lakehouse import Lakehouse
from etl.source import load_source
from etl.spark_stores import packages, settings
from etl.storage import location
from tests.conftest import BRIEF_SPARK, REQUIRE_SPARK
from tests.etl.invoices import SOURCE, write_invoices
from tests.etl.refining import refine
from tests.etl.test_s3_warehouse import differences, upload
from tests.stores import KEY, SECRET, child_environment

RETAIL = load_source(SOURCE)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.infrastructure
def test_spark_refines_into_a_store_what_the_embedded_engine_refines_into_a_folder(lakehouse, tmp_path, bucket, s3):
    if java_home() is None and os.environ.get(REQUIRE_SPARK) != "1":
        pytest.skip("no Java on this machine")
    landing = write_invoices(tmp_path / "landing")
    upload(landing, bucket / "landing")
    # a driver of its own, with S3 inside
    command = [sys.executable, "-m", "experiments", "etl", "--engine", "spark", "--source", SOURCE]
    command += ["--warehouse", f"{bucket}warehouse", "--landing", f"{bucket}landing"]
    done = subprocess.run(command, capture_output=True, text=True, env=child_environment(s3) | BRIEF_SPARK, check=False)
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert refine(lakehouse, RETAIL, landing) > 0
    with open_session(Engine()) as own:
        assert differences(RETAIL, lakehouse, Lakehouse(own, bucket / "warehouse")) == []


def test_spark_is_told_where_a_store_is_and_no_credential(bucket, s3):
    told = settings(bucket)
    assert told["spark.hadoop.fs.s3a.endpoint"] == s3
    assert not any(secret in str(told) for secret in (KEY, SECRET))


def test_spark_on_a_folder_needs_nothing_more(tmp_path):
    assert packages(tmp_path) == []
    assert settings(tmp_path) == {}


def test_a_store_that_was_not_tried_with_spark_is_refused():
    with pytest.raises(InputError, match="--engine spark reaches s3:// only"):
        packages(location("gs://bucket/warehouse"))
