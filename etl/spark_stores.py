"""What Apache Spark needs to reach an object store; the embedded engine needs nothing, a Connect server has its own.

Spark's workers take credentials from their environment, as everything else does: none is put into a setting. Delta on
Spark commits to S3 without a condition, so it is safe from one driver at a time only, which the lease sees to.
"""

import os
from pathlib import Path

from etl.errors import InputError
from etl.storage import Location

HADOOP = "3.5.0"  # whose client is in pyspark 4.2.0
AWS_SDK = "2.35.4"  # what that was built with
# the parts that are used, of 14 MB; the bundle that hadoop-aws asks for has 686
SDK_PARTS = ("s3", "s3-transfer-manager", "sts", "apache-client")
BUNDLE = "software.amazon.awssdk:bundle"


def packages(warehouse: "Location | None") -> list[str]:
    """The Maven packages to add; raises ``InputError`` for a store that is not tried out with Spark."""
    if warehouse is None or isinstance(warehouse, Path):
        return []
    if warehouse.protocol != "s3":
        raise InputError(
            f"--engine spark reaches s3:// only, not {warehouse}: use --engine embedded, or connect to a server of "
            "that cloud."
        )
    return [
        f"org.apache.hadoop:hadoop-aws:{HADOOP}",
        *(f"software.amazon.awssdk:{part}:{AWS_SDK}" for part in SDK_PARTS),
    ]


def settings(warehouse: "Location | None") -> dict[str, str]:
    """The settings that lead s3:// to where the environment says."""
    if not packages(warehouse):
        return {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    declared = {"fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem"}
    declared |= {"fs.s3a.endpoint.region": region} if region else {}
    declared |= {"fs.s3a.endpoint": endpoint, "fs.s3a.path.style.access": "true"} if endpoint else {}
    return {"spark.jars.excludes": BUNDLE} | {f"spark.hadoop.{name}": value for name, value in declared.items()}
