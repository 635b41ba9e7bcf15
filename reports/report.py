"""The report and its forecast as objects, for a notebook: each shows its answer, and its figure on request."""

import plotly.graph_objects as go

from etl.errors import UsageError
from etl.periods import Period, parse_period
from etl.storage import Location, location
from reports.charts import waterfall
from reports.gold import days_sold
from reports.html import render
from reports.pages import answer, forecast
from reports.question import Question, newest_comparison
from reports.reading import Reading, read
from reports.site import write_single, write_site
from reports.snapshot import newest


class Report:
    """A report on a warehouse: ``Report("warehouse", period="2025-09", baseline="2025-08")``.

    Without periods it is about the newest whole month against the one before. Raises ``InputError`` where the
    warehouse was never filled, ``UsageError`` for a question that cannot be answered.
    """

    def __init__(
        self,
        warehouse: "str | Location",
        *,
        period: str | Period | None = None,
        baseline: str | Period | None = None,
        measure: str = "net_revenue",
        numbers: str = "millions",
    ) -> None:
        if (period is None) != (baseline is None):
            raise UsageError("Give period and baseline together, or neither.")
        snapshot = newest(location(str(warehouse)))
        held = newest_comparison(days_sold(snapshot)) if period is None else (_days(baseline), _days(period))
        self.reading: Reading = read(snapshot, Question(measure, *held), numbers)

    def plot(self) -> go.Figure:
        """The bridge as a waterfall."""
        data, bridge = self.reading.data, self.reading.bridge
        if bridge is None:
            raise UsageError("There is no bridge to plot.")
        return waterfall(bridge, data.baseline.label, data.period.label)

    @property
    def forecast(self) -> "Forecast":
        """What comes next."""
        return Forecast(self.reading)

    def write(self, out: "str | Location") -> Location:
        """Write it: one file where ``out`` ends in .html, else a folder of pages."""
        path = location(str(out))
        return write_single(self.reading, path) if path.suffix == ".html" else write_site(self.reading, path)

    def _repr_html_(self) -> str:
        return render("notebook.html.j2", page=answer.page(self.reading))


class Forecast:
    """What comes next, as the report on a warehouse tells it: ``Report("warehouse").forecast``."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def plot(self) -> go.Figure:
        """The last weeks, and the days ahead with their bands; raises ``UsageError`` where Gold holds no forecast."""
        if self.reading.data.forecast.empty:
            raise UsageError("There is no forecast to plot: assay forecast makes one.")
        return forecast.fan(self.reading.data).figure

    def _repr_html_(self) -> str:
        return render("notebook.html.j2", page=forecast.page(self.reading))


def _days(period: str | Period | None) -> Period:
    return period if isinstance(period, Period) else parse_period(str(period))
