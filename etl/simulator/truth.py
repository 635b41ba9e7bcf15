"""What was planted in the month under study and what each cause took, in rows that sum to the change."""

from dataclasses import asdict, dataclass
from datetime import date

from etl.simulator.arrays import Flags
from etl.simulator.calibration import Calibration, kept
from etl.simulator.catalogue import CATEGORIES
from etl.simulator.causes import DISCOUNT_DAYS, DemandCause
from etl.simulator.orders import Candidates
from etl.simulator.promotions import TOY_CATEGORY

PERIOD = date(2025, 9, 1)
BASELINE = date(2025, 8, 1)
PERIOD_DAYS = 30
BASELINE_DAYS = 31


@dataclass(frozen=True)
class Total:
    """A month under one scenario: its orders and its legacy revenue in whole rupees."""

    orders: int
    revenue: int


@dataclass(frozen=True)
class TruthRow:
    """One part of the change from the baseline to the period.

    Attributes:
        cause: What happened, in words.
        where: The part of the business, by dimension; empty for all of it.
        dates: First and last day, or None where it has none.
        driver: The driver of an explanation it belongs to; None for what no driver can claim.
        amount: What it added, in rupees; negative for what it took.
    """

    cause: str
    where: dict[str, str]
    dates: tuple[str, str] | None
    driver: str | None
    amount: int

    def to_dict(self) -> dict[str, object]:
        """The row as truth.json has it."""
        return asdict(self)


@dataclass(frozen=True)
class PlantedMonth:
    """A month's draws and everything planted in it, to be run again without some of it.

    Attributes:
        candidates: The draws.
        causes: The planted causes that change demand.
        fit: The month's calibration, the same in every scenario.
    """

    candidates: Candidates
    causes: tuple[DemandCause, ...]
    fit: Calibration

    def placed(self) -> Flags:
        """Which candidate orders are placed."""
        return kept(self.candidates, self.causes, self.fit)

    def total(self, causes: tuple[DemandCause, ...], *, deepened: bool) -> Total:
        """The month with only these causes, and with or without the deepened discount."""
        placed = kept(self.candidates, causes, self.fit)
        return Total(int(placed.sum()), int(self.candidates.order_value(deepened=deepened)[placed].sum()))


def truth_rows(baseline: Total, period: PlantedMonth) -> list[TruthRow]:
    """Rows that sum to the change from the baseline to the period.

    Each cause's amount is the period less the period without it alone; what the causes take together beyond that is
    their interaction. The shorter month takes one average day of the period without any of them.
    """
    actual = period.total(period.causes, deepened=True)
    untouched = period.total((), deepened=False)
    causes = [*_demand_rows(period, actual), _discount_row(period, actual)]
    interaction = actual.revenue - untouched.revenue - sum(row.amount for row in causes)
    return [
        _days_row(untouched),
        *causes,
        *_ordinary_rows(baseline, untouched),
        TruthRow("interaction of the causes", {}, None, None, interaction),
    ]


def _demand_rows(period: PlantedMonth, actual: Total) -> list[TruthRow]:
    """One row for each cause that changed demand."""
    rows = []
    for cause in period.causes:
        others = tuple(other for other in period.causes if other is not cause)
        taken = actual.revenue - period.total(others, deepened=True).revenue
        dates = (cause.first.isoformat(), cause.last.isoformat())
        rows.append(TruthRow(cause.name, cause.where, dates, cause.driver, taken))
    return rows


def _discount_row(period: PlantedMonth, actual: Total) -> TruthRow:
    """The row of the discount that deepened."""
    taken = actual.revenue - period.total(period.causes, deepened=False).revenue
    category = next(category.name for category in CATEGORIES if category.code == TOY_CATEGORY)
    first, last = (day.isoformat() for day in DISCOUNT_DAYS)
    return TruthRow("discount deepened", {"category": category}, (first, last), "discount", taken)


def _days_row(untouched: Total) -> TruthRow:
    """The row of the day the period is shorter by."""
    amount = -_rounded(untouched.revenue * (BASELINE_DAYS - PERIOD_DAYS), PERIOD_DAYS)
    return TruthRow("shorter month", {}, None, "days", amount)


def _ordinary_rows(baseline: Total, untouched: Total) -> list[TruthRow]:
    """What would have changed anyway at equal length: the number of orders, and their value."""
    revenue = untouched.revenue - _days_row(untouched).amount - baseline.revenue
    more_orders = untouched.orders * BASELINE_DAYS - baseline.orders * PERIOD_DAYS
    by_orders = _rounded(more_orders * baseline.revenue, baseline.orders * PERIOD_DAYS) if baseline.orders else 0
    return [
        TruthRow("ordinary movement of orders", {}, None, "orders_per_day", by_orders),
        TruthRow("ordinary movement of order value", {}, None, "mix", revenue - by_orders),
    ]


def _rounded(numerator: int, denominator: int) -> int:
    """Quotient to the nearest whole number."""
    return (2 * numerator + denominator) // (2 * denominator)
