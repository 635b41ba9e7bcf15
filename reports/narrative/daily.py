"""Which days were unlike the others."""

import pandas as pd

from etl.periods import long_date
from reports.sentences import Sentence, count, listed, say, signed_percent
from reports.unusual import FEWEST_DAYS, SMALLEST, THRESHOLD

NAMED_DAYS = 4


def unusual_sentences(daily: pd.DataFrame, unusual: pd.DataFrame) -> list[Sentence]:
    """How many days stood out, and the ones that did most."""
    if len(daily) < FEWEST_DAYS:
        template = "With {days} of data, too few for a level of their own, no day is called unusual."
        return [say(template, days=count(len(daily), "day"))]
    span = {"first": long_date(daily["date"].iloc[0].date()), "last": long_date(daily["date"].iloc[-1].date())}
    if unusual.empty:
        return [say("No day from {first} to {last} was unusual. {rule}", rule=RULE, **span)]
    worst = unusual.sort_values("deviations", key=abs, ascending=False).head(NAMED_DAYS).sort_values("date")
    told = [_day(row) for _, row in worst.iterrows()]
    parts = {f"day{number}": day for number, day in enumerate(told)}
    places = listed([f"{{{name}}}" for name in parts])
    lead = "{number} from {first} to {last} had an unusual number of orders{most}: "
    most = ", most of all" if len(unusual) > NAMED_DAYS else ""
    return [say(lead + places + ". {rule}", number=count(len(unusual), "day"), most=most, rule=RULE, **span, **parts)]


RULE = say(
    f"A day counts as unusual when its orders are more than {THRESHOLD:.0f} robust standard deviations, and at least "
    f"{SMALLEST:.0%}, away from what its weekday, the four weeks around it and its festival let expect; "
    "public holidays are not judged."
)


def _day(row: pd.Series) -> Sentence:
    off = float(row["orders"] / row["expected"] - 1)
    during = f", during {row['festival']}" if isinstance(row["festival"], str) else ""
    return say("{day} ({off}{during})", day=long_date(row["date"].date()), off=signed_percent(off), during=during)
