"""The movements of many series: which are outside their interval, how they rank, and what they consist of."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from features.panel import where
from models.attribution.findings.course import Course, course
from models.attribution.findings.errors import false_discovery_rates
from models.attribution.findings.expectation import History
from models.attribution.findings.scan import Published, scan_each, together

FALSE_DISCOVERIES = 0.05
EXPLAINED = 20
FEWEST_ORDERS = 30
STRETCH = ["kind", "first_day", "last_day"]
TOTAL = "total"
LINES = "lines"  # counts a series that is only a part of its orders; not judged itself
Key = tuple[str, str]  # measure and series


def scan_all(histories: Mapping[Key, History], published: Mapping[Key, Published]) -> pd.DataFrame:
    """The scan of every series, with ``dip_id, measure, series`` and ``q_value`` beside it.

    A series is judged on months, weeks or days where they usually hold 30 orders (a part of orders: 30 lines).
    False discoveries are controlled over all series and measures, for months, weeks and days each by themselves.

    Args:
        histories: By measure and series; orders among the measures, or ``lines``.
        published: Forecasts of those that have some.
    """
    parts = [_scanned(keys, histories, published) for keys in _alike(histories)]
    judged = _counted(pd.concat(parts, ignore_index=True))
    rates = judged.groupby("kind")["probability"].transform(lambda each: false_discovery_rates(each.to_numpy()))
    return judged.assign(dip_id=_ids(judged), q_value=rates)


def _alike(histories: Mapping[Key, History]) -> Iterator[list[Key]]:
    """The keys of series with the same days and events, which are expected together."""
    found: dict[tuple[object, ...], list[Key]] = {}
    for key, history in histories.items():
        found.setdefault((history.first, history.days, *history.events), []).append(key)
    yield from found.values()


def _scanned(keys: Sequence[Key], histories: Mapping[Key, History], published: Mapping[Key, Published]) -> pd.DataFrame:
    known = [published.get(key, Published({})) for key in keys]
    rows = scan_each(together([histories[key] for key in keys]), known)
    names = pd.DataFrame(keys, columns=["measure", "series"])
    return rows.merge(names, left_on="place", right_index=True).drop(columns="place")


def _counted(judged: pd.DataFrame) -> pd.DataFrame:
    """The series and kinds of stretches with orders enough for a relative error to have a scale."""
    counts = judged[judged["measure"].isin(["orders", LINES])].groupby(["series", "kind"])["expected"].median()
    keys = pd.MultiIndex.from_frame(judged[["series", "kind"]])
    enough = (counts.reindex(keys) >= FEWEST_ORDERS).to_numpy()
    return judged[enough & (judged["measure"] != LINES)]


def _ids(judged: pd.DataFrame) -> pd.Series:
    parts = [judged["measure"], judged["first_day"].dt.strftime("%Y-%m-%d"), judged["kind"], judged["series"]]
    ids: pd.Series = parts[0].str.cat(parts[1:], sep=":")
    return ids


def outside(judged: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """The movements that are found, the one that moved the largest share of its measure first, with their ``rank``.

    Found are those with a q-value of at most .05. What was found before (``known`` ids) stays as long as it lies
    outside its own interval, so that a movement does not come and go as others are added.
    """
    stays = judged["dip_id"].isin(known) & ((judged["low"] > 0) | (judged["high"] < 0))
    found = judged[(judged["q_value"] <= FALSE_DISCOVERIES) | stays]
    of_total = judged[(judged["series"] == TOTAL) & (judged["kind"] == "day")]
    share = found["amount"].abs() / found["measure"].map(of_total.groupby("measure")["expected"].mean())
    ordered = found.assign(share=share).sort_values(["share", "dip_id"], ascending=[False, True])
    return ordered.drop(columns="share").assign(rank=range(1, len(ordered) + 1)).reset_index(drop=True)


def with_courses(found: pd.DataFrame, histories: Mapping[Key, History]) -> pd.DataFrame:
    """What became of each movement: ``course`` and ``recovered_on``."""
    keys = zip(found["measure"].astype(str), found["series"].astype(str), strict=True)
    rows = zip(keys, found["first_day"], found["last_day"], found["amount"], strict=True)
    courses = [_course(histories[key], first, last, float(amount)) for key, first, last, amount in rows]
    recovered = pd.Series([each.recovered_on for each in courses], dtype="datetime64[ns]", index=found.index)
    return found.assign(course=[each.name for each in courses], recovered_on=recovered)


def _course(history: History, first: pd.Timestamp, last: pd.Timestamp, amount: float) -> Course:
    return course(history, history.place(first), history.place(last) + 1, amount)


def with_explanations(found: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """What the top movements consist of, in a sentence each: orders or their value, and the series that moved most."""
    by_stretch = dict([*judged.groupby(STRETCH)])
    top = found.head(EXPLAINED)
    same = [by_stretch[stretch] for stretch in top[STRETCH].itertuples(index=False, name=None)]
    moved = zip(top["measure"].astype(str), top["series"].astype(str), top["amount"], same, strict=True)
    texts = [_explained(measure, series, float(amount), rows) for measure, series, amount, rows in moved]
    return found.assign(explanation=pd.Series(texts, index=top.index, dtype=object))


def _explained(measure: str, series: str, amount: float, same: pd.DataFrame) -> str:
    parts = [*_sides(series, same), *(_places(measure, amount, same) if series == TOTAL else ())]
    return "; ".join(parts) or "no part of it can be told apart"


def _sides(series: str, same: pd.DataFrame) -> Iterator[str]:
    rows = same[same["series"] == series].set_index("measure")
    ratios = rows["actual"] / rows["expected"]
    if "orders" in ratios:
        yield f"orders {_against(ratios['orders'])} expectation"
        if "net_revenue" in ratios and ratios["orders"] > 0:
            yield f"revenue per order {_against(ratios['net_revenue'] / ratios['orders'])}"


def _against(ratio: float) -> str:
    return f"{abs(ratio - 1):.1%} {'above' if ratio >= 1 else 'below'}"


def _places(measure: str, amount: float, same: pd.DataFrame) -> Iterator[str]:
    parts = same[(same["measure"] == measure) & (same["series"] != TOTAL) & (same["amount"] * amount > 0)]
    for dimensions, rows in parts.groupby(parts["series"].map(lambda name: "/".join(where(name)))):
        largest = rows.loc[rows["amount"].abs().idxmax()]
        place = ", ".join(where(str(largest["series"])).values())
        yield f"by {dimensions.split('/')[-1]} most in {place} ({largest['amount'] / amount:.0%} of it)"
