"""What the words mean, and how to make the same figures again."""

from reports.page import Page
from reports.reading import Reading
from reports.sections import reproduce
from reports.sentences import say
from reports.views import Section

MEANINGS = (
    "Volume is the calendar (days, weekdays, festivals) and orders; order value is everything after: how many lines "
    "an order has, what is in them, at which prices, discounts, exchange rates and returns.",
    "The bridge is exact: its drivers add up to the change, to the last decimal (log-mean decomposition, LMDI-I, in "
    "two stages; Ang and Liu 2001). A second method, the Shapley value, says how far the choice of method matters.",
    "An interval of 95% comes from the noise of the days (volume: moving blocks of seven days) or of the customers "
    "(order value: bootstrap by customer). Where it holds zero, the driver cannot be told from normal variation, and "
    "is not called a cause.",
    "The number of days has no interval: it is arithmetic.",
    "Mix depends on the cells it is measured over: `assay explain --json` tells, as mix_by_grain, what it would be "
    "over each dimension alone.",
    "A forecast is a distribution: the band of 80% should hold four days of five. Bands of days are never added up to "
    "the band of a month.",
    "Customers and orders are counted once at the grain they are shown at; counts of parts may add up to more.",
)


def page(reading: Reading) -> Page:
    """Definitions, then how to reproduce."""
    meanings = Section(
        "meanings", "What the words mean", tuple(say("{text}", text=text) for text in MEANINGS), is_list=True
    )
    return Page(
        name="method",
        title="Definitions, and how to reproduce this report",
        lead=(say("Every number here is computed from the Gold tables at the versions named below."),),
        sections=(meanings, reproduce.section(reading.data)),
    )
