"""What the user's files are taken for: which feed each is, and what each Silver table takes from it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from etl.onboarding import columns, expressions
from etl.onboarding.columns import UNKNOWN_CURRENCY, Proposed
from etl.onboarding.mapping import (
    CUSTOMER_FIELDS,
    DIVIDING,
    ORDER_FIELDS,
    PRODUCT_FIELDS,
    STORE_FIELDS,
    STORE_ID,
    Match,
    Wanted,
    likeness,
    match,
)
from etl.onboarding.profile import CURRENCIES, Profile, country_code, profile
from etl.onboarding.sample import Sample
from etl.own_dimensions import TAKEN
from etl.source import UNDECIDED

MOST_VALUES = 200
"""Distinct values up to which words divide sales into parts that people look at."""
MOSTLY = 0.5
DESCRIBED = (("customers", CUSTOMER_FIELDS, "customer_id"), ("products", PRODUCT_FIELDS, "product_id"))


@dataclass(frozen=True)
class Taken:
    """Files of one kind and their columns."""

    sample: Sample
    profiles: tuple[Profile, ...]


@dataclass(frozen=True)
class Plan:
    """A source as far as its files tell it."""

    feeds: dict[str, Taken]
    tables: dict[str, tuple[str, list[Proposed]]]
    dimensions: list[Proposed]
    others: list[Proposed]
    currency: str
    currencies: tuple[str, ...]
    countries: dict[str, str | None]
    not_taken: list[str]

    @property
    def to_decide(self) -> list[str]:
        """A sentence for each thing that the files do not tell."""
        open_ = [(name, each) for name, (_, found) in self.tables.items() for each in found if each.decide]
        rates = [code for code, rate in self.rates.items() if rate == UNDECIDED]
        return [
            "time_zone: the zone of your business days, such as Europe/Berlin",
            *(["reporting_currency: the currency to report in"] if self.currency == UNKNOWN_CURRENCY else []),
            *(f"base_rates.{code}: units of {self.currency} for one {code}" for code in rates),
            *(f"tables.{name}.{each.column}: {each.why}" for name, each in open_),
        ]

    @property
    def rates(self) -> dict[str, str]:
        """The fixed rate of each currency, that of the reporting currency known."""
        return {code: "1" if code == self.currency else UNDECIDED for code in self.currencies}


def plan(samples: Iterable[Sample], left_out: list[str]) -> Plan:
    """The files most like order lines are taken for them; customers and products have their own, or come from these.

    Stores have files of their own where order lines name them.
    """
    taken = [Taken(sample, _profiles(sample)) for sample in samples]
    orders = max(taken, key=lambda each: _order_likeness(each.profiles))
    found = _with_only_date(match(ORDER_FIELDS, orders.profiles), orders.profiles)
    currency, currencies = _currencies(orders.profiles, found)
    feeds, tables = {"order_items": orders}, {"order_items": ("order_items", columns.order_items(found, currency))}
    stores = next((each for each in taken if each not in feeds.values() and _is_named_by(orders, each)), None)
    if stores is not None:
        feeds["stores"] = stores
        tables["order_items"][1].append(columns.store(match([STORE_ID], orders.profiles)))
        tables["stores"] = ("stores", _store_columns(stores))
    described: dict[str, Match] = {}
    for name, fields, key in DESCRIBED:
        own = next((each for each in taken if each not in feeds.values() and _describes(each, fields, key)), None)
        if own is not None:
            feeds[name] = own
            tables |= _described(name, name, match(fields, own.profiles))
        elif key in found:
            spare = [*_spare(orders.profiles, found), *(m.profile for c, m in found.items() if c in {key, "country"})]
            here = match(fields, spare) | {key: found[key]}
            tables |= _described(name, "order_items", here)
            described |= here
    dimensions, others = _dimensions(_spare(orders.profiles, found | described))
    idle = [f"{name} has other columns than any table takes" for each in taken if each not in feeds.values()
            for name in each.sample.files]  # fmt: skip
    return Plan(feeds, tables, dimensions, others, currency, currencies, _countries(found, feeds), idle + left_out)


def _profiles(sample: Sample) -> tuple[Profile, ...]:
    headers = sample.feed.headers
    return tuple(profile(name, headers.get(name, name), sample.lines[name]) for name in sample.feed.columns)


def _order_likeness(profiles: tuple[Profile, ...]) -> int:
    found = match(ORDER_FIELDS, profiles)
    dated = any(each.kind in {"day", "moment"} for each in profiles)
    return len(found) + 3 * dated + 2 * ({"unit_price", "line_amount"} & set(found) != set())


def _with_only_date(found: dict[str, Match], profiles: tuple[Profile, ...]) -> dict[str, Match]:
    dates = [each for each in profiles if each.kind in {"day", "moment"}]
    if "order_date" in found or not dates:
        return found
    return found | {"order_date": Match(dates[0], f"{dates[0].header!r} holds dates", certain=len(dates) == 1)}


def _describes(taken: Taken, fields: tuple[Wanted, ...], key: str) -> bool:
    """Whether the files have the key once on each line, and something about it."""
    found = match(fields, taken.profiles)
    return key in found and len(found) > 1 and found[key].profile.distinct >= 0.9 * taken.sample.lines.num_rows


def _is_named_by(orders: Taken, stores: Taken) -> bool:
    """Whether the files have a store once on each line, and most stores of the order lines are among them."""
    named, known = match([STORE_ID], orders.profiles), match(STORE_FIELDS, stores.profiles)
    if not named or not known or known["store_id"].profile.distinct < 0.9 * stores.sample.lines.num_rows:
        return False
    values = set(named["store_id"].profile.values)
    return len(values & set(known["store_id"].profile.values)) > MOSTLY * len(values)


def _store_columns(stores: Taken) -> list[Proposed]:
    """The store's key, and what several stores have in common."""
    found = match(STORE_FIELDS, stores.profiles)
    number = found["store_id"].profile.distinct
    named, few = _dimensions([each for each in _spare(stores.profiles, found) if each.distinct < number])
    return [columns.store(found), *named, *few]


def _described(name: str, feed: str, found: dict[str, Match]) -> dict[str, tuple[str, list[Proposed]]]:
    if name == "customers":
        return {name: (feed, columns.customers(found))}
    tables = {name: (feed, columns.products(found))}
    return tables | ({"category": (feed, columns.category(found))} if "category_code" in found else {})


def _spare(profiles: tuple[Profile, ...], found: dict[str, Match]) -> list[Profile]:
    used = [each.profile for each in found.values()]
    return [each for each in profiles if each not in used]


def _dimensions(spare: list[Profile]) -> tuple[list[Proposed], list[Proposed]]:
    """What divides sales further: the columns called like a store or a region, and others with few values."""
    wordy = [each for each in spare if each.kind in DIVIDING.kinds and each.filled > MOSTLY]
    few = [each for each in wordy if 1 < each.distinct <= MOST_VALUES]
    named = [each for each in few if likeness(each.header, DIVIDING)]
    return [_dimension(each) for each in named], [_dimension(each) for each in few if each not in named]


def _dimension(column: Profile) -> Proposed:
    name = column.name.lower()
    free = f"own_{name}" if name in TAKEN else name
    return Proposed(free, expressions.text(column), f"{column.distinct} values such as {column.examples}")


def _currencies(profiles: tuple[Profile, ...], found: dict[str, Match]) -> tuple[str, tuple[str, ...]]:
    """The most frequent currency, and all of them: by a column, by signs around amounts, or by a header."""
    if "currency" in found:
        values = [value.strip().upper() for value in found["currency"].profile.values]
        known = tuple(dict.fromkeys(value for value in values if value in CURRENCIES))
        return known[0], known
    signs = [each.note for each in profiles if each.kind in {"whole", "number"} and each.note]
    words = [word.upper() for each in profiles for word in re.split(r"[\W_]+", each.header)]
    counted = Counter([*signs, *(word for word in words if word in CURRENCIES)]).most_common(1)
    currency = counted[0][0] if counted else UNKNOWN_CURRENCY
    return currency, (currency,)


def _countries(found: dict[str, Match], feeds: dict[str, Taken]) -> dict[str, str | None]:
    """The ISO code of each country in the files, null where it is not known."""
    of_customers = match(CUSTOMER_FIELDS, feeds["customers"].profiles) if "customers" in feeds else {}
    column = found.get("country") or of_customers.get("country")
    return {} if column is None else {value: country_code(value) for value in sorted(column.profile.values)}
