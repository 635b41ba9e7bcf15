"""Which comparison is meant where the reader names none."""

import pandas as pd
import pytest

from etl.errors import InputError
from reports.question import newest_comparison


@pytest.mark.parametrize(
    ("ranges", "baseline", "period"),
    [
        (["2025-08-01:2025-10-30"], "2025-08", "2025-09"),
        (["2025-07-02:2025-09-30"], "2025-08", "2025-09"),
        (["2025-12-01:2026-01-31"], "2025-12", "2026-01"),
        (["2025-06-01:2025-07-31", "2025-09-01:2025-10-03"], "2025-07", "2025-09"),
        (["2025-05-01:2025-06-09", "2025-08-31:2025-09-01"], "2025-06", "2025-08"),
        (["2025-09-02:2025-10-31"], "2025-10-18:2025-10-24", "2025-10-25:2025-10-31"),
        (["2025-09-02:2025-09-04", "2025-09-20:2025-09-22"], "2025-09-02:2025-09-08", "2025-09-16:2025-09-22"),
        (["2025-09-02:2025-09-04"], "2025-09-03", "2025-09-04"),
        (["2025-09-02:2025-09-02", "2025-09-05:2025-09-05"], "2025-09-02", "2025-09-05"),
    ],
)
def test_the_newest_whole_months_with_orders_are_compared_or_else_weeks_or_days(ranges, baseline, period):
    spans = [pd.date_range(*text.split(":")) for text in ranges]
    sold = spans[0].append(spans[1:])
    assert tuple(map(str, newest_comparison(sold))) == (baseline, period)


@pytest.mark.parametrize(("days", "said"), [([], "no orders yet"), (["2025-09-02"], "hold one day, 2025-09-02")])
def test_less_than_two_days_cannot_be_compared(days, said):
    with pytest.raises(InputError, match=said):
        newest_comparison(pd.DatetimeIndex(days))
