"""A real browser for tests: Debian's Chromium, driven by Playwright."""

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
REQUIRED = os.environ.get("ASSAY_REQUIRE_BROWSER") == "1"
browser_needed = pytest.mark.skipif(not CHROMIUM.exists() and not REQUIRED, reason=f"no browser at {CHROMIUM}")
DRAWN = "[...document.querySelectorAll('.chart')].every(place => place.querySelector('.main-svg'))"
