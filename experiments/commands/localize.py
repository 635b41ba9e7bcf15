"""The command that localizes an anomaly in a file of leaf cells, without a warehouse."""

from pathlib import Path

import click

from experiments.console import OUTPUT, print_json, table
from experiments.options import FILE, debug_option, json_option, names


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--dimensions", required=True, callback=names, metavar="A,B", help="Columns to look for the cause in.")
@click.option(
    "--actual", required=True, metavar="COLUMN", help="What each cell was: an amount that adds up, or a rate."
)
@click.option("--expected", required=True, metavar="COLUMN", help="What each cell was expected to be.")
@json_option
@debug_option
def localize(file: Path, dimensions: list[str], actual: str, expected: str, as_json: bool) -> None:
    """Name the combinations that explain why cells are off expectation, from a Parquet or CSV FILE.

    FILE has a row for each combination of the dimensions, with its actual and its expected value. The answer is the
    smallest set of (partial) combinations whose cells moved alike, the one that explains most first, or nothing.
    """
    from experiments.files import read_table
    from models.attribution import localize as find

    causes = find(read_table(file), dimensions, actual, expected)
    rows = [(_plain(where), float(amount), float(score)) for where, amount, score in causes.itertuples(index=False)]
    if as_json:
        print_json([{"where": where, "amount": amount, "score": score} for where, amount, score in rows])
    elif rows:
        named = [(_named(where), round(amount, 2), round(score, 1)) for where, amount, score in rows]
        OUTPUT.print(table("Causes", ["Where", "Actual less expected", "Score"], named))
    else:
        OUTPUT.print("Nothing stands out: the cells are within their own noise.")


def _plain(where: dict[str, object]) -> dict[str, str | int | float]:
    from numpy import generic

    values = {name: value.item() if isinstance(value, generic) else value for name, value in where.items()}
    return {name: value if isinstance(value, str | int | float) else str(value) for name, value in values.items()}


def _named(where: dict[str, str | int | float]) -> str:
    return ", ".join(f"{name} {value}" for name, value in where.items()) or "everything"
