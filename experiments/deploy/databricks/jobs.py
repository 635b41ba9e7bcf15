"""The bundle's jobs: the same refresh on serverless compute and on a cluster, and the weekly maintenance.

The wheel is installed without its extra ``engines``, so that the platform's own Spark and Delta stay in place.
"""

from typing import Any

from databricks.bundles.core import Bundle, Resources
from databricks.bundles.jobs import Job

WHEEL = "./dist/*.whl"
TIME_ZONE = "Asia/Kolkata"
MORNING, SUNDAY = "0 15 6 * * ?", "0 0 14 ? * SUN"
LIMIT_SECONDS, WARN_SECONDS = 2 * 3600, 3600
RETRY_AFTER_MILLISECONDS = 600_000
ENVIRONMENT = {
    "MLFLOW_TRACKING_URI": "databricks",
    "MLFLOW_REGISTRY_URI": "databricks",
    "MLFLOW_EXPERIMENT_NAME": "/Shared/assay-${bundle.target}",
}
OPTIONS = ["--engine", "connect", "--warehouse", "${var.warehouse}", "--source", "${var.source}"]
LANDING = ["--landing", "${var.landing}"]
SERVERLESS: dict[str, Any] = {
    "environments": [
        {"environment_key": "assay", "spec": {"environment_version": "4", "dependencies": [WHEEL]}},
    ],
    "environment_variables": [{"environment_variables_key": "assay", "spec": {"variables": ENVIRONMENT}}],
}
CLUSTER: dict[str, Any] = {
    "job_clusters": [
        {
            "job_cluster_key": "assay",
            "new_cluster": {
                "spark_version": "17.3.x-scala2.13",
                "node_type_id": "${var.node_type}",
                "autoscale": {"min_workers": 1, "max_workers": 4},
                "data_security_mode": "SINGLE_USER",
                "spark_env_vars": ENVIRONMENT,
            },
        }
    ],
}


def load_resources(bundle: Bundle) -> Resources:
    """The jobs of a target; of the two refreshes, the schedule starts the one that the variable ``compute`` names."""
    compute = bundle.variables["compute"]
    if compute not in ("serverless", "cluster"):
        raise ValueError(f"The variable compute is {compute!r}: it must be serverless or cluster.")
    serverless = {"environment_key": "assay", "environment_variables_key": "assay"}
    cluster = {"job_cluster_key": "assay", "libraries": [{"whl": WHEEL}]}
    resources = Resources()  # type: ignore[no-untyped-call]
    resources.add_job("refresh_serverless", _refresh("serverless", SERVERLESS, serverless, compute == "serverless"))
    resources.add_job("refresh_cluster", _refresh("cluster", CLUSTER, cluster, compute == "cluster"))
    resources.add_job("maintain", _maintain(serverless))
    return resources


def _refresh(name: str, machines: dict[str, Any], on: dict[str, Any], scheduled: bool) -> Job:
    refresh = _task("refresh", OPTIONS + LANDING, on) | {
        "max_retries": 2,
        "min_retry_interval_millis": RETRY_AFTER_MILLISECONDS,
        "timeout_seconds": LIMIT_SECONDS,
    }
    # fails, and so alerts, where the data are stale or a check fails, whatever became of the refresh
    status = _task("status", OPTIONS, on) | {"depends_on": [{"task_key": "refresh"}], "run_if": "ALL_DONE"}
    return _job(f"assay refresh on {name}", [refresh, status], machines, MORNING, scheduled)


def _maintain(on: dict[str, Any]) -> Job:
    return _job("assay maintain", [_task("maintain", OPTIONS, on)], SERVERLESS, SUNDAY, scheduled=True)


def _task(command: str, options: list[str], on: dict[str, Any]) -> dict[str, Any]:
    wheel = {"package_name": "assay_workbench", "entry_point": "assay", "parameters": [command, *options]}
    return {"task_key": command, "python_wheel_task": wheel, **on}


def _job(name: str, tasks: list[dict[str, Any]], machines: dict[str, Any], when: str, scheduled: bool) -> Job:
    to = ["${var.alert_to}"]
    return Job.from_dict(
        {
            "name": name,
            "tasks": tasks,
            **machines,  # type: ignore[typeddict-item]  # of either kind
            "schedule": {
                "quartz_cron_expression": when,
                "timezone_id": TIME_ZONE,
                "pause_status": "UNPAUSED" if scheduled else "PAUSED",
            },
            "max_concurrent_runs": 1,
            "queue": {"enabled": True},
            "permissions": [{"level": "CAN_VIEW", "group_name": "${var.readers}"}],
            "health": {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": WARN_SECONDS}]},
            "email_notifications": {"on_failure": to, "on_duration_warning_threshold_exceeded": to},
        }
    )
