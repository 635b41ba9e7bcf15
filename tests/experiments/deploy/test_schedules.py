"""The files that start Assay on a machine: systemd's own verdict, and every command read by the command line."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from experiments import cli
from tests.experiments.conftest import SCRIPT

FOLDER = Path(cli.__file__).parent / "deploy"
INSTALLED = "/opt/assay/.venv/bin/assay"
UNITS = sorted((FOLDER / "systemd").iterdir())
CRON_LINE = re.compile(r"(\S+ \S+ \S+ \S+ \S+)  (\w+)  (.+)")
ASSAY = re.compile(r"assay ((?:\w|[ -])+)")


def parsed(arguments: list[str]) -> None:
    """Raises where the command line would refuse them."""
    name, *options = arguments
    cli.assay.commands[name].make_context(name, options).close()


def test_systemd_accepts_the_units(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: the units are not verified (.ci/run installs systemd)")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, str(SCRIPT))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    verdict = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True
    )
    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


def test_every_timer_has_a_service_and_every_service_runs_a_command_there_is():
    assert {unit.stem for unit in UNITS if unit.suffix == ".timer"} == {unit.stem for unit in UNITS}
    commands = [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart")]
    assert len(commands) == 3
    for line in commands:
        executable, *arguments = shlex.split(line.partition("=")[2])
        assert executable == INSTALLED
        parsed(arguments)


def test_what_cannot_heal_by_itself_is_not_tried_again():
    text = (FOLDER / "systemd" / "assay-refresh.service").read_text(encoding="utf-8")
    (codes,) = re.findall(r"RestartPreventExitStatus=(.+)", text)
    # wrong use, bad input, bad data, stale; a run that another one kept waiting is started again
    assert set(codes.split()) == {"2", "3", "4", "6"}


def test_cron_lines_have_a_time_a_user_and_commands_there_are():
    lines = (FOLDER / "cron" / "assay").read_text(encoding="utf-8").splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)]
    assert len(jobs) == 3
    for line in jobs:
        _, user, command = CRON_LINE.fullmatch(line).groups()
        assert user == "assay"
        assert "%" not in command
        (called,) = ASSAY.findall(command.split("&&", 1)[1])
        parsed(shlex.split(called))
