"""The report on paper: the single file, printed by an installed Chromium."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from etl.errors import InputError
from etl.storage import Location
from reports.reading import Reading
from reports.site import replacing, write_single

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
TIMEOUT_SECONDS = 120


def installed_browser() -> str | None:
    """The Chromium that prints, None where none is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def write_pdf(reading: Reading, out: Location) -> Location:
    """Print the report to ``out`` in one step; raises ``InputError`` where no Chromium is installed or it fails."""
    browser = installed_browser()
    if browser is None:
        raise InputError("A PDF is printed by Chromium, and none is installed: install it, or give --single-file.")
    with tempfile.TemporaryDirectory(prefix="assay-print-") as folder, replacing(out) as partial:
        page = Path(folder, "report.html")
        write_single(reading, page)
        _print(browser, page, partial, Path(folder, "profile"))
    return out


def _print(browser: str, page: Path, out: Path, profile: Path) -> None:
    # without a sandbox of its own, which containers and root do not allow: the page is our own and asks for nothing
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--virtual-time-budget=20000"]
    command = [browser, *options, f"--user-data-dir={profile}", f"--print-to-pdf={out}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603
    if done.returncode or not out.stat().st_size:
        raise InputError(f"{browser} printed nothing: {(done.stderr.strip() or 'no message').splitlines()[-1]}")
