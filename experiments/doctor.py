"""Examine whether this machine and warehouse have what Assay needs: each check finds something and says what to do."""

import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

import mlflow

from etl.engine import java_home, open_session
from etl.errors import AssayError, InputError, StoreError, first_line
from etl.outage import store_faults
from etl.release import newest_release
from etl.storage import Location
from experiments.tracking import connected, variables
from experiments.workspace import Workspace
from reports.pdf import installed_browser

OLDEST_PYTHON = (3, 11)
JAVAS = (17, 21)
NEEDED_GB, WISHED_GB = 1, 5
TOLERANCE = timedelta(minutes=5)
# MLflow would ask a server that does not answer again for minutes
IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
State = Literal["good", "optional", "BAD"]


@dataclass(frozen=True)
class Finding:
    """What a check found; ``optional`` is what only some commands need. ``advice`` is empty where all is good."""

    name: str
    state: State
    found: str
    advice: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether something is missing that is needed."""
        return self.state == "BAD"


Check = Callable[[Workspace, datetime], Finding]


def examine(workspace: Workspace, now: datetime, progress: Callable[[str], None]) -> list[Finding]:
    """Every check's finding; ``now`` (UTC) is what this machine's clock says."""
    findings = []
    for name, check in CHECKS.items():
        progress(f"doctor: {name}")
        findings.append(check(workspace, now))
    return findings


def _python(_: Workspace, __: datetime) -> Finding:
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("Python", "good", platform.python_version())
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding("Python", "BAD", platform.python_version(), f"Install Python {oldest} or newer.")


def _java(workspace: Workspace, _: datetime) -> Finding:
    state: State = "BAD" if workspace.engine.name == "spark" else "optional"
    advice = f"--engine spark needs Java {' or '.join(map(str, JAVAS))}: install a JDK or set JAVA_HOME."
    java = java_home()
    if java is None:
        return Finding("Java", state, "none", advice)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    version = re.search(r'version "(\d+)', said.stderr)
    number = int(version[1]) if version else None
    return Finding("Java", "good", str(number)) if number in JAVAS else Finding("Java", state, str(number), advice)


def _engine(workspace: Workspace, _: datetime) -> Finding:
    name, started = f"Engine {workspace.engine.name}", time.monotonic()
    try:
        with open_session(workspace.engine, workspace.warehouse) as session:
            session.sql("select 1").collect()
    except Exception as error:  # whatever keeps an engine from starting is what is looked for
        return Finding(name, "BAD", first_line(error), "Mend that, or choose another --engine.")
    return Finding(name, "good", f"answers after {time.monotonic() - started:.1f} s")


def _disk(workspace: Workspace, _: datetime) -> Finding:
    warehouse = workspace.warehouse
    folder = _existing(warehouse) if isinstance(warehouse, Path) else Path()  # engines work on a disk in any case
    free = shutil.disk_usage(folder).free / 1e9
    found = f"{free:.1f} GB free"
    if free >= WISHED_GB:
        return Finding("Disk", "good", found)
    advice = "Make room, or run assay maintain, which removes files that nobody reads."
    return Finding("Disk", "BAD" if free < NEEDED_GB else "optional", found, advice)


def _clock(workspace: Workspace, now: datetime) -> Finding:
    try:
        release = newest_release(workspace.warehouse)
    except AssayError:
        release = None  # said by another check
    if release and datetime.fromisoformat(release.created_at) > now + TOLERANCE:
        found = f"{now:%Y-%m-%d %H:%M} UTC, before the newest release, {release.created_at}"
        return Finding("Clock", "BAD", found, "Set the clock right: releases and --keep-days are told by it.")
    return Finding("Clock", "good", f"{now:%Y-%m-%d %H:%M} UTC")


def _warehouse(workspace: Workspace, _: datetime) -> Finding:
    try:
        _write_into(workspace.warehouse)
    except OSError as error:
        return Finding("Warehouse", "BAD", f"{workspace.warehouse}: {error.strerror}", "Let this user write there.")
    except StoreError as error:
        return Finding("Warehouse", "BAD", f"{workspace.warehouse}: not reachable", str(error))
    try:
        release = newest_release(workspace.warehouse)
    except AssayError as error:
        return Finding("Warehouse", "BAD", "not readable", str(error))
    if release is None:
        return Finding("Warehouse", "good", f"{workspace.warehouse}: empty, can be written")
    return Finding("Warehouse", "good", f"{workspace.warehouse}: release {release.number}, schema {release.schema}")


def _landing(workspace: Workspace, _: datetime) -> Finding:
    try:
        with store_faults():
            files = sum(1 for _ in workspace.landing.iterdir())
    except StoreError as error:
        return Finding("Landing folder", "optional", f"{workspace.landing}: not reachable", str(error))
    except OSError as error:
        advice = "Name the folder of the raw files with --landing, and let this user read it."
        return Finding("Landing folder", "optional", f"{workspace.landing}: {error.strerror}", advice)
    return Finding("Landing folder", "good", f"{workspace.landing}: {files} entries")


def _mlflow(workspace: Workspace, _: datetime) -> Finding:
    try:
        return _tracking_store(workspace)
    except InputError as error:  # a warehouse in an object store has none of its own
        return Finding("MLflow", "BAD", "no store", str(error))


def _tracking_store(workspace: Workspace) -> Finding:
    with connected(workspace.warehouse), variables(IMPATIENT):
        address = _without_secrets(mlflow.get_tracking_uri())
        if address.startswith("sqlite:") and not (workspace.warehouse / "mlflow.db").is_file():
            return Finding("MLflow", "good", "a store of the warehouse's own, made by the first run")
        try:
            mlflow.search_experiments(max_results=1)
        except Exception as error:  # as with the engine
            found = _without_secrets(f"{address}: {first_line(error)}")
            return Finding("MLflow", "BAD", found, "Start that server, or unset MLFLOW_TRACKING_URI.")
    return Finding("MLflow", "good", f"{address} answers")


def _chromium(_: Workspace, __: datetime) -> Finding:
    browser = installed_browser()
    if browser:
        return Finding("Chromium", "good", browser)
    return Finding("Chromium", "optional", "none", "Only assay report --pdf needs one: install chromium.")


def _write_into(warehouse: Location) -> None:
    if isinstance(warehouse, Path):
        with TemporaryFile(dir=_existing(warehouse)):
            return
    with store_faults():
        probe = warehouse / ".writable"
        probe.write_bytes(b"")
        probe.unlink()


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that is there."""
    return next(each for each in _upwards(folder.resolve()) if each.is_dir())


def _upwards(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.parents


def _without_secrets(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//", address)


CHECKS: dict[str, Check] = {
    "Python": _python,
    "Java": _java,
    "engine": _engine,
    "disk": _disk,
    "clock": _clock,
    "warehouse": _warehouse,
    "landing folder": _landing,
    "MLflow": _mlflow,
    "Chromium": _chromium,
}
