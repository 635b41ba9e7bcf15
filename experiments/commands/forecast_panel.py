"""The command that forecasts a panel in a file, without a warehouse."""

import time
from pathlib import Path

import click

from experiments.console import OUTPUT, Progress, print_json
from experiments.options import debug_option, json_option

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("forecast-panel")
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--horizon", required=True, type=click.IntRange(1), help="Steps ahead of each series' own last row.")
@click.option("--freq", required=True, metavar="F", help="h, D, W or W-MON to W-SUN, MS, QS.")
@click.option("--future", type=FILE, metavar="FILE", help="What is known ahead: unique_id, ds and covariates.")
@click.option("--static", type=FILE, metavar="FILE", help="Dimensions of each series: unique_id and any columns.")
@click.option("--country", metavar="CC", help="ISO code of the country whose public holidays matter.")
@click.option("--candidate", metavar="NAME", help="A candidate by name, or your own as module:Class.")
@click.option("--out", required=True, type=FILE, metavar="FILE", help="Where the forecast goes: .parquet or .csv.")
@click.option("--jobs", type=click.IntRange(1), help="Workers; by default one a core. No result depends on it.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything random.")
@json_option
@debug_option
def forecast_panel(
    file: Path, horizon: int, freq: str, future: Path | None, static: Path | None, country: str | None,
    candidate: str | None, out: Path, jobs: int | None, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Forecast every series of a Parquet or CSV FILE, with intervals and nothing to tune.

    FILE has one row per series and time: unique_id, ds, y and any covariates; a missing row is a gap, not zero. The
    forecast has unique_id, ds, mean, q0.1 to q0.9 and note, which says what to know where it leans on little.
    """
    from experiments.files import read_table, refuse_unwritable, write_table
    from models.forecasting import forecast_panel as forecast
    from models.forecasting.registry import candidate as named

    started, progress = time.monotonic(), Progress()
    refuse_unwritable(out)
    chosen = None if candidate is None else named(candidate)
    with progress.shown():
        progress("reading")
        history, ahead, dimensions = (None if path is None else read_table(path) for path in (file, future, static))
        assert history is not None
        rows = forecast(
            history, horizon, freq=freq, future=ahead, static=dimensions, country=country, seed=seed, jobs=jobs,
            candidate=chosen, progress=progress,
        )  # fmt: skip
        write_table(rows, out)
    noted = rows.loc[rows["note"].notna(), "unique_id"].nunique()
    answer = {
        "series": rows["unique_id"].nunique(), "rows": len(rows), "seconds": round(time.monotonic() - started, 2),
        "fallbacks": noted, "out": str(out),
    }  # fmt: skip
    if as_json:
        print_json(answer)
    else:
        OUTPUT.print(
            f"{answer['series']:,} series, {len(rows):,} rows, {noted:,} series with a note: {out}",
            markup=False, soft_wrap=True,
        )  # fmt: skip
