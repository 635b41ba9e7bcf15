"""The command that explains order lines in a file, without a warehouse."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.console import Progress, print_json
from experiments.options import BASELINE_HELP, FILE, PERIOD_HELP, debug_option, json_option, names, period

if TYPE_CHECKING:
    from etl.periods import Period


@click.command("explain-lines")
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--period", required=True, type=period, metavar="PERIOD", help=PERIOD_HELP)
@click.option("--baseline", required=True, type=period, metavar="PERIOD", help=BASELINE_HELP)
@click.option("--dimensions", required=True, callback=names, metavar="A,B", help="Columns that name parts of sales.")
@click.option("--history", type=FILE, metavar="FILE", help="Lines of earlier periods: what is normal.")
@click.option("--calendar", type=FILE, metavar="FILE", help="date and event: days of moving holidays.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything random.")
@json_option
@debug_option
def explain_lines(
    file: Path, period: "Period", baseline: "Period", dimensions: list[str], history: Path | None,
    calendar: Path | None, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Say why revenue moved, from a Parquet or CSV FILE of order lines.

    FILE has order_id, customer_id, order_date, quantity, list_price, currency, the dimensions and, where there are
    any, discount_rate, fx_rate and is_returned. Without --history only the bridge and faults in the data are told.
    """
    from experiments.explanation_view import show_explanation
    from experiments.files import read_table
    from models.attribution import explain

    progress = Progress()
    with progress.shown():
        progress("reading")
        lines, past, events = (None if path is None else read_table(path) for path in (file, history, calendar))
        assert lines is not None
        progress(f"explaining {len(lines):,} lines")
        explanation = explain(
            lines, period=period, baseline=baseline, dimensions=dimensions, history=past, calendar=events, seed=seed
        )
    if as_json:
        print_json(explanation.to_dict())
    else:
        show_explanation(explanation)
