"""AtoZ with names that try to be markup."""

from dataclasses import replace

import pandas as pd

from reports.data import ReportData, Source
from tests.reports.atoz_data import atoz_data

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(1)</script>"
NAMES = {"India": IMAGE, "Mobile": SCRIPT, "West": IMAGE, "Books": SCRIPT, "Pitru Paksha": IMAGE, "Diwali": SCRIPT}


def evil_data() -> ReportData:
    data = atoz_data()
    frames = {name: frame.replace(NAMES) for name, frame in vars(data).items() if isinstance(frame, pd.DataFrame)}
    rules = frames.pop("quarantine").assign(rule=SCRIPT, reason=IMAGE)
    forecast, accuracy = (frames.pop(name).replace({"Panel": IMAGE}) for name in ("forecast", "accuracy"))
    source = Source(SCRIPT, IMAGE, "INR", True, data.source.days)
    return replace(data, **frames, quarantine=rules, forecast=forecast, accuracy=accuracy, source=source)
