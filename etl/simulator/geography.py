"""The seven countries AtoZ sells to: where customers live, what they pay in, how their week looks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A state or province.

    Attributes:
        code: Its code, unique only inside the country.
        share: Share of the country's customers.
        region: AtoZ's region; everything it does not list is ``Other``.
    """

    code: str
    share: float
    region: str


@dataclass(frozen=True)
class Country:
    """A country and its constants.

    Attributes:
        code: ISO 3166 alpha-2.
        name: The name in the customers' file.
        currency: ISO 4217 code of the currency its customers pay in.
        fixed_rate: INR per unit of the currency on 2025-10-15, in hundredths.
        opening_rate: INR per unit of the currency on 2023-01-01.
        customers: Customers at scale 1.
        price_level: Prices relative to India's at the fixed rates.
        mobile_share: Share of the customers who prefer the Mobile channel.
        weekdays: Demand from Monday to Sunday relative to the week's mean.
        states: Where its customers live.
    """

    code: str
    name: str
    currency: str
    fixed_rate: int
    opening_rate: float
    customers: int
    price_level: float
    mobile_share: float
    weekdays: tuple[float, float, float, float, float, float, float]
    states: tuple[State, ...]


WEEKEND_SHOPPERS = (0.985, 0.975, 0.975, 0.985, 1.000, 1.030, 1.050)
WEEKDAY_SHOPPERS = (1.040, 1.020, 1.005, 1.000, 0.990, 0.965, 0.980)

COUNTRIES = (
    Country(
        code="IN",
        name="India",
        currency="INR",
        fixed_rate=100,
        opening_rate=1.0,
        customers=163_500,
        price_level=1.0,
        mobile_share=0.41,
        weekdays=WEEKEND_SHOPPERS,
        states=(
            State("MH", 0.20, "West"),
            State("GJ", 0.10, "West"),
            State("RJ", 0.07, "West"),
            State("KA", 0.08, "South"),
            State("TN", 0.06, "South"),
            State("TS", 0.05, "South"),
            State("AP", 0.03, "South"),
            State("KL", 0.02, "South"),
            State("UP", 0.16, "North"),
            State("WB", 0.11, "North"),
            State("DL", 0.12, "North"),
        ),
    ),
    Country(
        code="US",
        name="US",
        currency="USD",
        fixed_rate=8829,
        opening_rate=82.73,
        customers=36_700,
        price_level=1.24,
        mobile_share=0.44,
        weekdays=WEEKDAY_SHOPPERS,
        states=(
            State("MA", 0.14, "NorthEast"),
            State("NJ", 0.15, "NorthEast"),
            State("NY", 0.24, "NorthEast"),
            State("FL", 0.06, "South"),
            State("TX", 0.05, "South"),
            State("CA", 0.25, "West"),
            State("IL", 0.07, "Other"),
            State("WA", 0.04, "Other"),
        ),
    ),
    Country(
        code="GB",
        name="UK",
        currency="GBP",
        fixed_rate=11798,
        opening_rate=99.73,
        customers=30_700,
        price_level=1.66,
        mobile_share=0.44,
        weekdays=WEEKDAY_SHOPPERS,
        states=(
            State("ENG", 0.80, "England"),
            State("SCT", 0.10, "Scotland"),
            State("WLS", 0.06, "Wales"),
            State("NIR", 0.04, "Northern Ireland"),
        ),
    ),
    Country(
        code="AE",
        name="UAE",
        currency="AED",
        fixed_rate=2418,
        opening_rate=22.52,
        customers=21_350,
        price_level=1.10,
        mobile_share=0.46,
        weekdays=WEEKEND_SHOPPERS,
        states=(
            State("DU", 0.46, "Dubai"),
            State("AUH", 0.33, "Abu Dhabi"),
            State("SHJ", 0.17, "Sharjah"),
            State("AJM", 0.04, "Other"),
        ),
    ),
    Country(
        code="SG",
        name="Singapore",
        currency="SGD",
        fixed_rate=6818,
        opening_rate=61.77,
        customers=18_350,
        price_level=1.10,
        mobile_share=0.46,
        weekdays=WEEKEND_SHOPPERS,
        states=(State("SG", 1.0, "Singapore"),),
    ),
    Country(
        code="CA",
        name="Canada",
        currency="CAD",
        fixed_rate=6293,
        opening_rate=61.05,
        customers=15_900,
        price_level=1.04,
        mobile_share=0.42,
        weekdays=WEEKDAY_SHOPPERS,
        states=(
            State("ON", 0.42, "East"),
            State("QC", 0.20, "East"),
            State("NS", 0.04, "East"),
            State("BC", 0.16, "West"),
            State("AB", 0.12, "West"),
            State("IL", 0.03, "Other"),
            State("MB", 0.03, "Other"),
        ),
    ),
    Country(
        code="AU",
        name="Australia",
        currency="AUD",
        fixed_rate=5755,
        opening_rate=56.37,
        customers=15_400,
        price_level=1.02,
        mobile_share=0.42,
        weekdays=WEEKDAY_SHOPPERS,
        states=(
            State("NSW", 0.34, "East"),
            State("VIC", 0.28, "SouthEast"),
            State("QLD", 0.20, "NorthEast"),
            State("WA", 0.13, "West"),
            State("TAS", 0.05, "Other"),
        ),
    ),
)

INDIA = next(position for position, country in enumerate(COUNTRIES) if country.code == "IN")
# Every state of every country, so that one number says where a customer lives.
STATES = tuple((country, state) for country in COUNTRIES for state in country.states)


def country_position(code: str) -> int:
    """Position of a country in ``COUNTRIES``."""
    return [country.code for country in COUNTRIES].index(code)


def state_positions(country: str, region: str) -> list[int]:
    """Positions in ``STATES`` of a region, which is unique only together with its country."""
    return [
        position for position, (owner, state) in enumerate(STATES) if (owner.code, state.region) == (country, region)
    ]
