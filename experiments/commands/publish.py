"""Commands that show results: report, serve."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.console import OUTPUT, Progress, print_json
from experiments.options import baseline_option, location, measure_option, period_option, with_workspace
from experiments.workspace import Workspace

if TYPE_CHECKING:
    from etl.periods import Period
    from etl.storage import Location
    from experiments.options import Command
    from reports.reading import Reading

FORMS = {
    "site": "Pages in a folder; the default.",
    "single-file": "One HTML file that works offline.",
    "excel": "A workbook with live formulas and a native chart.",
    "markdown": "A summary for mail or chat.",
    "pdf": "The single file, printed by an installed Chromium.",
}
NAMES = {
    "site": "site",
    "single-file": "report.html",
    "excel": "report.xlsx",
    "markdown": "report.md",
    "pdf": "report.pdf",
}


numbers_option = click.option(
    "--numbers", type=click.Choice(["millions", "crores"]), default="millions", show_default=True,
    help="Write INR as 621.7M or as 62.17 crore.",
)  # fmt: skip


def form_options(command: "Command") -> "Command":
    """One flag for each form of the report."""
    for name, meaning in reversed(FORMS.items()):
        command = click.option(f"--{name}", "form", flag_value=name, help=meaning)(command)
    return command


def form_of(form: str | None, out: "Location | None") -> str:
    """The form asked for, or else the one that the ending of ``out`` names."""
    named = {Path(name).suffix: known for known, name in NAMES.items()}
    return form or (named.get(out.suffix, "site") if out else "site")


@click.command()
@period_option
@baseline_option
@measure_option
@form_options
@numbers_option
@click.option(
    "--out",
    type=location,
    metavar="PATH|URL",
    help="Where to write it, by default in WAREHOUSE/reports; .html .xlsx .md .pdf name the form.",
)
@with_workspace
def report(
    workspace: Workspace, measure: str, period: "Period | None", baseline: "Period | None", form: str | None,
    numbers: str, out: "Location | None",
) -> None:  # fmt: skip
    """Write the report on a movement: why, how sure, what next.

    It is read from Gold as it is, without an engine. Without --period and --baseline it is about the newest whole
    month against the one before.
    """
    from experiments.asked import Asked
    from reports.gold import days_sold
    from reports.reading import read
    from reports.snapshot import newest

    workspace.refuse_as_of()
    asked, progress = Asked(measure, period, baseline), Progress()
    with progress.shown():
        snapshot = newest(workspace.warehouse)
        progress("reading Gold")
        reading = read(snapshot, asked.question(days_sold(snapshot)), numbers)
        progress("writing the report")
        chosen = form_of(form, out)
        path = _written(reading, chosen, out or workspace.warehouse / "reports" / NAMES[chosen])
    if workspace.json:
        print_json({"report": str(path)})
    else:
        OUTPUT.print(f"Report: {path.absolute()}", markup=False, soft_wrap=True)


def _written(reading: "Reading", form: str, out: "Location") -> "Location":
    from reports import markdown, pdf, site, workbook

    writers = {
        "site": site.write_site,
        "single-file": site.write_single,
        "excel": workbook.write_workbook,
        "markdown": markdown.write_markdown,
        "pdf": pdf.write_pdf,
    }
    return writers[form](reading, out)


@click.command()
@period_option
@baseline_option
@measure_option
@numbers_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind; 0.0.0.0 lets other machines in.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to bind.")
@click.option("--token", envvar="ASSAY_TOKEN", help="What readers must know: a bearer token, or a browser's password.")
@with_workspace
def serve(
    workspace: Workspace, measure: str, period: "Period | None", baseline: "Period | None", numbers: str, host: str,
    port: int, token: str | None,
) -> None:  # fmt: skip
    """Serve the report, a page to explore, and a JSON API, until interrupted.

    It only reads, needs no engine, and takes up a new state of Gold by itself. /openapi.json describes the API.
    """
    import uvicorn

    from experiments.asked import Asked
    from reports.gold import days_sold
    from reports.serving.app import make_app
    from reports.serving.edition import Edition
    from reports.snapshot import Snapshot

    workspace.refuse_as_of()
    asked = Asked(measure, period, baseline)

    def publish(snapshot: Snapshot) -> Edition:
        return Edition(snapshot, asked.question(days_sold(snapshot)), numbers)

    hosts = None if host in ("127.0.0.1", "localhost", "::1") else ["*"]
    app = make_app(workspace.warehouse, publish, token=token, hosts=hosts)
    OUTPUT.print(f"Assay: http://{host}:{port} (stop with Ctrl-C)", markup=False)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
