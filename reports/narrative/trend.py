"""How the newest whole month compares with the month and the year before it."""

from etl.periods import month_of
from reports.data import ReportData
from reports.numbers import ratio
from reports.sentences import Sentence, money, say, signed_percent
from reports.summaries import Month, months


def trend_sentences(data: ReportData) -> list[Sentence]:
    """The newest whole month, per day against the month before (the length cannot move it), and against last year."""
    whole = {month.period: month for month in months(data) if month.is_whole}
    if not whole:
        return [say("No month of the data is whole yet.")]
    last = whole[max(whole)]
    told = say(
        "{month} brought {amount}, {rate} a day.",
        month=last.period.label,
        amount=money(last.revenue, data.money),
        rate=money(last.revenue_per_day, data.money),
    )
    day_before = last.period.first.toordinal() - 1
    before = whole.get(month_of(last.period.first.fromordinal(day_before)))
    year_ago = whole.get(month_of(last.period.first.replace(year=last.period.first.year - 1)))
    return [told, *(found for found in (_against(last, before), _against(last, year_ago)) if found)]


def _against(last: Month, before: Month | None) -> Sentence | None:
    if before is None:
        return None
    change = ratio(last.revenue_per_day - before.revenue_per_day, before.revenue_per_day)
    if change is None:
        return None
    return say("Per day that is {change} on {before}.", change=signed_percent(change), before=before.period.label)
