"""The command line ``assay``: the commands, and the exit code each way of failing leaves with.

Heavy libraries are imported inside the commands, so that ``--help`` and worker processes start at once.
"""

import atexit
import os
import signal
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from etl.errors import AssayError
from experiments import __version__
from experiments.commands import (
    analyse,
    explain_lines,
    forecast_panel,
    localize,
    look,
    maintain,
    publish,
    quarantine,
    refine,
    refresh,
    reproduce,
    source,
    upkeep,
)
from experiments.console import ERRORS
from experiments.redaction import redacted
from experiments.running.interruption import Terminated, raised_by

UNFORESEEN = 1
INTERRUPTED, TERMINATED = 130, 143  # as shells tell it: 128 and the signal's number
COMMANDS = (
    refresh.demo, refine.simulate, source.source, refine.etl, quarantine.quarantine, refresh.refresh,
    analyse.backtest, analyse.train, analyse.promote, analyse.forecast, analyse.explain, publish.report,
    publish.serve, explain_lines.explain_lines, localize.localize, forecast_panel.forecast_panel,
    reproduce.reproduce, look.status, look.show, look.query, look.ui, maintain.maintain, upkeep.upgrade, upkeep.doctor,
)  # fmt: skip


class InOrder(click.Group):
    """Lists the commands in the order of work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands as they were added."""
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="assay")
def assay() -> None:
    """Why did revenue move, and what comes next?

    Assay refines raw order files into Gold tables, forecasts demand, explains movements and writes a report.
    Start with: assay demo
    """


for command in COMMANDS:
    assay.add_command(command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries say to their callers' authors
    sys.path.append(str(Path.cwd()))  # where one's own candidates lie; last, so that they hide no library
    _leave(_run(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """End the process once everything is said, without taking the interpreter down.

    That ends the threads which libraries leave behind wherever they are. The engine client's are in C++, which now and
    then aborts the process for it, however well it went: with 134 instead of its exit code.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):  # who read it has left
            stream.flush()
    os._exit(code)


def _run(arguments: list[str]) -> int:
    try:
        with assay.make_context("assay", arguments) as context:
            return _invoked(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code


def _invoked(context: click.Context) -> int:
    try:
        with (
            raised_by(signal.SIGTERM, Terminated, then=signal.SIG_IGN),
            raised_by(signal.SIGINT, KeyboardInterrupt, then=signal.SIG_DFL),  # the second Ctrl-C waits for nothing
        ):
            assay.invoke(context)
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Terminated:
        return TERMINATED
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # the last resort: an unforeseen error is said in a sentence, too
        return _failed(error, debug=bool(context.obj))
    return 0


def _failed(error: Exception, *, debug: bool) -> int:
    if debug:
        ERRORS.print_exception()
    elif isinstance(error, AssayError):
        ERRORS.print(f"assay: {redacted(str(error))}", markup=False, soft_wrap=True)
    else:
        first_line = (str(error).strip() or "no message").splitlines()[0]
        ERRORS.print(
            f"assay: {type(error).__name__}: {redacted(first_line)} (--debug shows more)", markup=False, soft_wrap=True
        )
    return error.exit_code if isinstance(error, AssayError) else UNFORESEEN
