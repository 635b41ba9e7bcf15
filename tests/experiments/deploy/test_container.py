"""The container file: what it copies and calls is there, and its steps, done in a folder, install a working assay."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from experiments import cli
from tests.experiments.conftest import surroundings

ROOT = Path(cli.__file__).parents[1]
TEXT = (ROOT / "experiments" / "deploy" / "container" / "Containerfile").read_text(encoding="utf-8")
JOINED = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE))
STEPS = [tuple(line.split(maxsplit=1)) for line in JOINED.splitlines() if line.strip()]


def all_of(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def test_it_knows_what_it_starts_from_and_does_not_run_as_root():
    assert {name for name, _ in STEPS} <= {
        "FROM", "RUN", "WORKDIR", "ENV", "COPY", "USER", "VOLUME", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    assert STEPS[0][0] == "FROM"
    assert re.fullmatch(r".+:[\w.-]+", all_of("FROM")[0])
    (user,) = all_of("USER")
    assert user != "root"
    assert f"useradd --uid 10001 --create-home {user}" in all_of("RUN")[0]
    (pip,) = re.findall(r"pip install .*?(\S+)==", all_of("RUN")[0])
    assert pip == "uv"


def test_every_package_is_copied_and_the_command_is_one_there_is():
    copied = {source for rest in all_of("COPY") for source in rest.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(packages["packages"]) <= copied
    assert json.loads(all_of("ENTRYPOINT")[0]) == ["assay"]
    name, *options = json.loads(all_of("CMD")[0])
    cli.assay.commands[name].make_context(name, options).close()


@pytest.mark.slow
def test_its_steps_install_a_working_assay(tmp_path):
    """In a folder instead of a container: no engine for those runs where the tests do."""
    environment = {name: value for name, value in surroundings().items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    for name, rest in STEPS:
        if name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                copied = tmp_path / (source if target == "./" else target)
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
                copy(ROOT / source, copied)
        elif rest.startswith("uv sync"):
            subprocess.run(rest.split(), cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=300)
    script = tmp_path / ".venv" / "bin" / "assay"
    said = subprocess.run([script, "doctor", "--json"], cwd=tmp_path / "etl", env=environment, capture_output=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["healthy"]
    installed = [path.name for path in (tmp_path / ".venv").glob("lib/python*/site-packages/*")]
    assert "experiments" in installed  # the code itself, not a link to the folder it was made from
    assert "pytest" not in installed
