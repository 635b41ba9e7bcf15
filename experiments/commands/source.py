"""Commands that bring in a source of one's own: source new, source check."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etl.errors import UsageError
from experiments.console import OUTPUT, Progress, print_json, table
from experiments.options import debug_option, json_option, location

if TYPE_CHECKING:
    from etl.onboarding.check import Checked
    from etl.storage import Location


@click.group()
def source() -> None:
    r"""Bring in order files of your own: propose a source file, then try it.

    \b
    assay source new my_shop --from exports/
    assay source check my_shop.yaml --landing exports/
    assay refresh --source my_shop.yaml --landing exports/
    """


@source.command()
@click.argument("name")
@click.option(
    "--from",
    "path",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="Folder of the files (or one file): delimited text, JSON lines or Parquet, compressed or not.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Source file to write.  [default: NAME.yaml]"
)
@json_option
@debug_option
def new(name: str, path: Path, out: Path | None, as_json: bool) -> None:
    """Look at files of any columns and write a source file for them.

    Every column of an order line is mapped by name and by values, or marked with DECIDE; comments say why.
    """
    from etl.onboarding.plan import plan
    from etl.onboarding.sample import look_at
    from etl.onboarding.writing import write_source

    file = out or Path(f"{name}.yaml")
    _check_name(name, file)
    progress = Progress()
    with progress.shown():
        progress(f"looking at the files in {path}")
        found = plan(*look_at(path))
    file.write_text(write_source(name, found), encoding="utf-8")
    if as_json:
        feeds = {feed: list(taken.sample.files) for feed, taken in found.feeds.items()}
        print_json({"file": str(file), "feeds": feeds, "to_decide": found.to_decide, "not_taken": found.not_taken})
        return
    rows = [(feed, len(taken.sample.files), taken.sample.feed.path) for feed, taken in found.feeds.items()]
    OUTPUT.print(table(f"Wrote {file}", ["Feed", "Files", "Where"], rows))
    for sentence in found.to_decide:
        OUTPUT.print(f"To decide: {sentence}", markup=False)
    for sentence in found.not_taken:
        OUTPUT.print(f"Not taken: {sentence}", markup=False)
    landing = path if path.is_dir() else path.parent
    OUTPUT.print(f"Next: assay source check {file} --landing {landing}", markup=False, soft_wrap=True)


def _check_name(name: str, file: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"{name!r} cannot name a source: use lower-case letters, digits and _, such as my_shop.")
    if file.exists():
        raise UsageError(f"{file} is there already: move it away, or give another with --out.")
    if file.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"{file} does not end in .yaml.")


@source.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--landing",
    type=location,
    default="landing/raw",
    show_default=True,
    metavar="DIR|URL",
    envvar="ASSAY_LANDING",
    help="Folder of the raw files.",
)
@json_option
@debug_option
def check(file: str, landing: "Location", as_json: bool) -> None:
    """Run a source file on a sample of its files: what is read, column by column, and what is kept out, and why.

    Nothing is written. FILE may be the name of a shipped source, too.
    """
    from etl.engine import Engine, open_session
    from etl.onboarding.check import check_source
    from etl.source import load_source

    declared = load_source(file)
    progress = Progress()
    with progress.shown():
        progress("reading a sample")
        with open_session(Engine()) as session:
            checked = check_source(session, declared, landing)
    if as_json:
        print_json(checked.to_dict())
    else:
        _show(checked)


def _show(checked: "Checked") -> None:
    columns = [
        (each.table, each.column, each.values, each.without, "; ".join(each.examples)) for each in checked.columns
    ]
    headings = ["Table", "Column", "Values", "Text but no value", "Such as"]
    OUTPUT.print(table(f"Columns of {checked.source}", headings, columns))
    rows = [(each.feed, each.files, each.lines, each.kept, each.repeated) for each in checked.feeds]
    OUTPUT.print(table("Lines", ["Feed", "Files", "Lines", "Kept", "Same key as a later line"], rows))
    kept_out = [(each.feed, each.reason, each.lines, each.examples[0]) for each in checked.kept_out]
    if kept_out:
        OUTPUT.print(table("Kept out", ["Feed", "Reason", "Lines", "Such as"], kept_out))
    else:
        OUTPUT.print("No line is kept out.")
