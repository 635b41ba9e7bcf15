"""A small AtoZ refreshed once through the console script, and the command line as the tests call it."""

import contextlib
import fcntl
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from deltalake import DeltaTable

from experiments import cli, console

SCRIPT = Path(sys.executable).with_name("assay")
PROGRESS = re.compile(r'\{"at": "[^"]+", "seconds": ')
WIDTH = 400
SCALE = "0.003"
CHEAP = ("--candidate", "SeasonalNaive")
TOKEN = "very-secret-token"


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """Standard error without the lines that tell progress."""
        return "\n".join(line for line in self.err.splitlines() if not PROGRESS.match(line)).strip()


@dataclass(frozen=True)
class Refreshed:
    """A landing folder, the warehouse refreshed from it, what the refresh answered and where the warehouse was then."""

    landing: Path
    warehouse: Path
    answer: Answer
    made_in: Path

    @property
    def options(self) -> list[str]:
        return ["--warehouse", str(self.warehouse)]


def surroundings(**added: str) -> dict[str, str]:
    """The environment without what steers Assay and MLflow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "MLFLOW_"))}
    return kept | {"COLUMNS": str(WIDTH)} | added


def call(*arguments: object) -> Answer:
    """The command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._run([str(argument) for argument in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


def start(*arguments: object, timeout: float = 300, env: dict[str, str] | None = None) -> Answer:
    """The console script in a process of its own."""
    command = [str(SCRIPT), *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=env or surroundings())
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path) -> None:
    """Nothing of the environment steers a test, and relative paths lead into its own folder."""
    for name in os.environ:
        if name.startswith(("ASSAY_", "MLFLOW_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for each in (console.OUTPUT, console.ERRORS):
        monkeypatch.setattr(each, "width", WIDTH)


@pytest.fixture(scope="session")
def assay() -> Callable[..., Answer]:
    return call


@pytest.fixture(scope="session")
def assay_script() -> Callable[..., Answer]:
    return start


def made_once(folder: Path, make: Callable[[], Answer]) -> Answer:
    """What ``make``, which fills ``folder``, answers to the first of several workers; the others wait for it."""
    folder.mkdir(exist_ok=True)
    kept = folder / "answer.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(asdict(make())))
    return Answer(**json.loads(kept.read_text()))


def own_copy(warehouse: Path, tmp_path_factory) -> Path:
    """The warehouse once more, for one worker."""
    return Path(shutil.copytree(warehouse, tmp_path_factory.mktemp("own") / "warehouse", symlinks=True))


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id) -> Path:
    """A folder that all workers have in common."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def refreshed(shared, tmp_path_factory) -> Refreshed:
    """AtoZ's 34 months on 0.3% of its customers: 9,007 order lines in 1,076 files. The warehouse is this worker's."""
    folder = shared / "atoz"
    landing, warehouse = folder / "raw", folder / "warehouse"

    def make() -> Answer:
        assert call("simulate", folder, "--scale", SCALE).code == 0
        return start("refresh", "--landing", landing, "--warehouse", warehouse, *CHEAP, "--json")

    answer = made_once(folder, make)
    return Refreshed(landing, own_copy(warehouse, tmp_path_factory), answer, warehouse)


@pytest.fixture(scope="session")
def two_months(shared) -> Path:
    """The landing folder of August and September 2025: 629 order lines in 70 files, too few days to backtest 61."""
    folder = shared / "two_months"
    days = ("--start", "2025-08-01", "--end", "2025-09-30")
    assert made_once(folder, lambda: call("simulate", folder, "--scale", SCALE, *days)).code == 0
    return folder / "raw"


@pytest.fixture(scope="session")
def demonstrated(shared, two_months, tmp_path_factory) -> Refreshed:
    """The demo on two months, in an environment with a secret. The warehouse is this worker's."""
    folder = shared / "demonstrated"
    options = ("--landing", two_months, "--warehouse", folder / "warehouse", *CHEAP, "--json")
    answer = made_once(folder, lambda: start("demo", *options, env=surroundings(ASSAY_TOKEN=TOKEN)))
    return Refreshed(two_months, own_copy(folder / "warehouse", tmp_path_factory), answer, folder / "warehouse")


@pytest.fixture(scope="session")
def refined(two_months, tmp_path_factory) -> Refreshed:
    """What had arrived by 20 September, refined and no more."""
    warehouse = tmp_path_factory.mktemp("refined") / "warehouse"
    options = ("--landing", two_months, "--as-of", "2025-09-20", "--warehouse", warehouse)
    return Refreshed(two_months, warehouse, call("etl", *options, "--json"), warehouse)


@pytest.fixture
def landing(two_months, tmp_path) -> Path:
    """A landing folder to spoil."""
    return Path(shutil.copytree(two_months, tmp_path / "landing" / "raw"))


@pytest.fixture
def changeable(refreshed, tmp_path) -> Refreshed:
    """The refreshed warehouse once more, to be changed."""
    copy = shutil.copytree(refreshed.warehouse, tmp_path / "warehouse", ignore=shutil.ignore_patterns("mlartifacts"))
    return Refreshed(refreshed.landing, Path(copy), refreshed.answer, refreshed.made_in)


@pytest.fixture(scope="session")
def rows() -> Callable[[Path, str], pd.DataFrame]:
    """Reads a Delta table without Assay: decimals as ``Decimal``."""
    return lambda warehouse, name: DeltaTable(warehouse / name).to_pandas()


@pytest.fixture(scope="session")
def versions() -> Callable[[Path], dict[str, int]]:
    """The version of every Delta table of a warehouse."""
    return lambda warehouse: {
        log.parent.name: DeltaTable(log.parent).version() for log in sorted(warehouse.glob("*/*/_delta_log"))
    }


@pytest.fixture
def listing(tmp_path) -> Callable[[], list[str]]:
    """Every file and folder below the test's own folder."""
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))


@pytest.fixture(scope="session")
def store(refreshed) -> str:
    """The address of the refreshed warehouse's MLflow store."""
    return f"sqlite:///{refreshed.warehouse}/mlflow.db"
