"""The options that commands share; a value comes from the option, then ``ASSAY_*``, then the job file."""

import functools
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import yaml

from etl.errors import InputError, UsageError
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.periods import Period
    from etl.storage import Location

Command = TypeVar("Command", bound=Callable[..., Any])
JOBS = files("experiments") / "confs"
DEBUG = "ASSAY_DEBUG"
# what the engines and the measures are called, without loading them
ENGINES = ("embedded", "spark", "connect")
FILE = click.Path(dir_okay=False, path_type=Path)
MEASURES = ("net_revenue", "net_amount_inr", "orders", "units")


def day(text: str) -> date:
    """A day such as 2025-10-31; raises ``UsageError`` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day such as 2025-10-31.") from error


def names(_: click.Context, __: click.Parameter, text: str) -> list[str]:
    """Names separated by commas."""
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise click.BadParameter("give names separated by commas, such as region,channel")
    return found


def location(text: str) -> "Location":
    """A local folder, or one of an object store by its URL; raises ``UsageError`` for a store that is not known."""
    from etl.storage import location as located

    return located(text)


def period(text: str) -> "Period":
    """A period such as 2025-09; raises ``UsageError`` for anything else."""
    from etl.periods import parse_period

    return parse_period(text)


PERIOD_HELP = (
    "What to explain: a month 2025-09, a quarter 2025-Q3, a year 2025, a day 2025-09-07, or FIRST:LAST with both days "
    "included."
)
BASELINE_HELP = "What to compare it with."
period_option = click.option("--period", type=period, metavar="PERIOD", help=PERIOD_HELP)
measure_option = click.option(
    "--measure", type=click.Choice(MEASURES), default=MEASURES[0], show_default=True, help="What to explain."
)
candidate_option = click.option(
    "--candidate",
    multiple=True,
    metavar="NAME|module:Class",
    help="A candidate to compare, one's own as module:Class; several times for several, by default a choice.",
)
baseline_option = click.option("--baseline", type=period, metavar="PERIOD", help=BASELINE_HELP)


def with_workspace(command: Command) -> Command:
    """Add the shared options and hand them over as one ``workspace``."""

    @functools.wraps(command)
    def collected(
        warehouse: "Location", engine: str, master: str | None, remote: str | None, source: str, landing: "Location",
        as_of: date | None, as_json: bool, **own: object,
    ) -> object:  # fmt: skip
        from etl.engine import Engine
        from etl.outage import store_faults

        chosen = Engine(engine, master, remote)
        with store_faults():
            return command(workspace=Workspace(warehouse, chosen, source, landing, as_of, as_json), **own)

    for option in reversed(_SHARED):
        collected = option(collected)
    return collected  # type: ignore[return-value]


def _option(*names: str, **settings: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - click's own signature
    variable = "ASSAY_" + names[0].strip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_default=settings.get("default") is not None, **settings)


def _read_job(context: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None:
        context.default_map = _job_values(context, name)


def _job_values(context: click.Context, name: str) -> dict[str, Any]:
    shipped = JOBS / f"{name}.yaml"
    path = Path(name)
    if not shipped.is_file() and not path.is_file():
        raise InputError(f"There is no job file {name!r}: give its path, or the name of one in experiments/confs.")
    text = shipped.read_text(encoding="utf-8") if shipped.is_file() else path.read_text(encoding="utf-8")
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError(f"The job file {name} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise InputError(f"The job file {name} must hold option names and values.")
    return _known_options(context, name, values)


def _known_options(context: click.Context, name: str, values: dict[Any, Any]) -> dict[str, Any]:
    parameters = {option.strip("-"): p.name for p in context.command.params for option in p.opts}
    unknown = sorted(str(key) for key in values if str(key) not in parameters)
    if unknown:
        raise InputError(f"The job file {name} names options that {context.command.name} lacks: {', '.join(unknown)}.")
    several = sorted(str(key) for key, value in values.items() if isinstance(value, dict | list))
    if several:
        raise InputError(f"The job file {name} gives several values where one is expected: {', '.join(several)}.")
    repeated = {parameter.name for parameter in context.command.params if parameter.multiple}
    named = {str(parameters[str(key)]): str(value) for key, value in values.items() if value is not None}
    return {name: text.split(",") if name in repeated else text for name, text in named.items()}


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
debug_option = click.option(
    "--debug", is_flag=True, is_eager=True, envvar=DEBUG, expose_value=False,
    callback=lambda c, _, on: _debug(c, on), help="Show the traceback of an error.",
)  # fmt: skip
_SHARED = (
    click.option("--job", metavar="NAME|FILE", is_eager=True, expose_value=False, callback=_read_job,
                 envvar="ASSAY_JOB", help="YAML file with option values, by path or by name in experiments/confs."),
    _option("--warehouse", type=location, default="warehouse", metavar="DIR|URL",
            help="Folder of the Delta tables, MLflow store and reports; also s3://, gs://, abfss://."),
    _option("--engine", type=click.Choice(ENGINES), default="embedded",
            help="embedded: in this process; spark: Apache Spark; connect: a Spark Connect server."),
    _option("--master", metavar="URL", help="Spark master for --engine spark, such as spark://HOST:7077."),
    _option("--remote", metavar="URL", help="Server for --engine connect: sc://HOST:PORT."),
    _option("--source", default="atoz", metavar="NAME|FILE", help="A shipped source, or your own source file."),
    _option("--landing", type=location, default="landing/raw", metavar="DIR|URL",
            help="Folder of the raw files; also s3://, gs://, abfss://."),
    _option("--as-of", type=day, metavar="DATE", help="Only what had arrived by the end of this day."),
    json_option,
    debug_option,
)  # fmt: skip


def _debug(context: click.Context, on: bool) -> None:
    context.find_root().obj = on
