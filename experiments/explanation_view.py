"""An explanation in the terminal: verdicts first, then causes, then the bridge."""

from collections.abc import Mapping

from experiments.console import OUTPUT, table
from models.attribution import Explanation
from models.attribution.explanation import records


def show_explanation(explanation: Explanation) -> None:
    """Print what ``explanation`` says, notes last."""
    total, comparison = explanation.total, explanation.comparison
    title = (
        f"{comparison.baseline.label} {_money(total['baseline'])} to {comparison.period.label} "
        f"{_money(total['period'])}: {_money(total['change'], '+')}"
    )
    verdicts = [
        (row["code"], place(row["where"]), stretch(row["dates"]), row["evidence"])
        for row in records(explanation.verdicts)
    ]
    OUTPUT.print(table(title, ["Verdict", "Where", "Days", "Evidence"], verdicts))
    causes = [
        (place(row["where"]), stretch(row["dates"]), row["driver"], *_interval(row), f"{row['q_value']:.1g}")
        for row in records(explanation.segments)
    ]
    if causes:
        OUTPUT.print(table("Causes", ["Where", "Days", "Driver", "Amount", "95% interval", "q"], causes))
    drivers = [(row["driver"], *_interval(row), _certainty(row)) for row in records(explanation.drivers)]
    OUTPUT.print(table("Bridge", ["Driver", "Amount", "95% interval", ""], drivers))
    for note in explanation.method["notes"]:
        OUTPUT.print(note, markup=False)


def place(where: Mapping[str, object]) -> str:
    """A part of the business in words."""
    return " & ".join(f"{name} {value}" for name, value in where.items()) or "everywhere"


def stretch(dates: list[str] | None) -> str:
    """Days in words, nothing for all of the period."""
    return "" if dates is None else dates[0] if dates[0] == dates[1] else f"{dates[0]} to {dates[1]}"


def _interval(row: Mapping[str, object]) -> tuple[str, str]:
    ends = [row["low"], row["high"]]
    spread = "" if None in ends else " to ".join(_money(end, "+") for end in ends)
    return _money(row["amount"], "+"), spread


def _certainty(row: Mapping[str, object]) -> str:
    return "" if row["distinguishable"] else "not distinguishable from normal variation"


def _money(amount: object, sign: str = "") -> str:
    return f"{amount:{sign},.0f}"
