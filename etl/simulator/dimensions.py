"""The dimension folders as text: brands, categories, products, customers, calendar, rates, promotions."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.simulator.arrays import Floats, Ints
from etl.simulator.catalogue import BRANDS_PER_CATEGORY, CATEGORIES, Catalogue
from etl.simulator.customers import Customers
from etl.simulator.dirt import DirtRates
from etl.simulator.geography import COUNTRIES, STATES
from etl.simulator.order_files import customer_identifiers, product_identifiers
from etl.simulator.promotions import Promotion
from etl.simulator.text import affix, choose, chosen, day_texts, join, numbered, replaced, spoil, spoil_where, whole

WRITTEN_OUT = {"GRCY": "GROCERY", "BKS": "BOOKS", "TOY": "TOYS"}
MISSPELT = {"Cotton": "Coton", "Aluminum": "Alumium", "Rubber": "Ruber"}
COLORS = ("Black", "White", "Red", "Blue", "Green", "Yellow", "Grey", "Brown")
SIZES = ("XS", "S", "M", "L", "XL")
COUNTRY_DIALS = {"IN": "+91", "US": "+1", "GB": "+44", "AE": "+971", "SG": "+65", "CA": "+1", "AU": "+61"}


def brand_table(generator: np.random.Generator, catalogue: Catalogue, rates: DirtRates) -> pa.Table:
    """Brands: spaces around names, symbols inside codes, category codes written out."""
    category = np.arange(len(catalogue.brand_codes)) // BRANDS_PER_CATEGORY
    codes, names = pa.array(catalogue.brand_codes), pa.array(catalogue.brand_names)
    return pa.table(
        {
            "brand_code": spoil(generator, codes, rates.symbol_in_code, [_inside("-"), _inside("@"), _inside("#")]),
            "brand_name": spoil(generator, names, rates.padded_name, [affix(" "), affix("", "  "), affix("  ", " ")]),
            "category_code": _swapped(generator, _category_codes(category), WRITTEN_OUT, rates.written_out_code),
        }
    )


def category_table(generator: np.random.Generator, rates: DirtRates) -> pa.Table:
    """Categories, some of them repeated in another case."""
    names = pa.array([category.name for category in CATEGORIES])
    clean = pa.table({"category_code": _category_codes(np.arange(len(CATEGORIES))), "category_name": names})
    again = _at_least_one(generator, len(CATEGORIES), rates.repeated_category)
    repeated = clean.take(pa.array(again))
    way = pa.array(np.arange(len(again)) % 2 == 0)
    codes = repeated["category_code"].combine_chunks()
    codes = pc.if_else(way, pc.utf8_lower(codes), pc.utf8_capitalize(codes))
    return pa.concat_tables([clean, repeated.set_column(0, "category_code", codes)])


def product_table(generator: np.random.Generator, catalogue: Catalogue, rates: DirtRates) -> pa.Table:
    """Products: units in weights, decimal commas, lower-case codes, misspelt materials, odd rating counts."""
    size = catalogue.size
    category_codes = _category_codes(catalogue.category)
    number = np.arange(1, size + 1)
    lengths = generator.integers(50, 800, (3, size))
    return pa.table(
        {
            "product_id": product_identifiers(number),
            "sku": join([category_codes, "-", numbered("", number * 7, 5)]),
            "category_code": spoil(generator, category_codes, rates.lower_code, [pc.utf8_lower]),
            "brand_code": spoil(
                generator, choose(catalogue.brand_codes, catalogue.brand), rates.lower_code, [pc.utf8_lower]
            ),
            "color": choose(COLORS, generator.integers(0, len(COLORS), size)),
            "size": choose(SIZES, generator.integers(0, len(SIZES), size)),
            "material": _swapped(generator, _materials(generator, catalogue.category), MISSPELT,
                                 rates.misspelt_material),
            "weight_grams": spoil(
                generator, whole(generator.integers(5, 500, size) * 10), rates.gram_weight, [affix("", "g")]
            ),
            "length_cm": spoil(generator, _tenths(lengths[0]), rates.comma_length, [_with_comma]),
            "width_cm": _tenths(lengths[1]),
            "height_cm": _tenths(lengths[2]),
            "rating_count": _rating_counts(generator, size, rates),
        }
    )  # fmt: skip


def customer_table(generator: np.random.Generator, customers: Customers, rates: DirtRates) -> pa.Table:
    """Customers in order of their numbers, and rows without a customer_id among them."""
    order = np.argsort(customers.number)
    state = customers.state[order]
    known = _customer_rows(generator, customer_identifiers(customers.number[order]), state, rates)
    if rates.nameless_customer == 0:
        return known
    nameless = max(1, round(rates.nameless_customer * customers.size))
    states = state[generator.integers(0, len(state), nameless)]
    unknown = _customer_rows(generator, pa.array([""] * nameless), states, rates)
    shuffled = np.argsort(np.concatenate([np.arange(len(state)), generator.random(nameless) * len(state)]))
    return pa.concat_tables([known, unknown]).take(pa.array(shuffled))


def calendar_table(generator: np.random.Generator, start: date, end: date, rates: DirtRates) -> pa.Table:
    """The days of the window: repeated days, day names in mixed case, negative weeks."""
    days = [start + timedelta(days=day) for day in range((end - start).days + 1)]
    weeks = pa.array([str(day.isocalendar().week) for day in days])
    names = pa.array(day_texts(days, "%A"))
    table = pa.table(
        {
            "date": day_texts(days, "%d-%m-%Y"),
            "year": day_texts(days, "%Y"),
            "day_name": spoil(generator, names, rates.untidy_day_name, [pc.utf8_lower, pc.utf8_upper]),
            "quarter": [str((day.month + 2) // 3) for day in days],
            "week_of_year": spoil(generator, weeks, rates.negative_week, [affix("-")]),
        }
    )
    repeated = _at_least_one(generator, len(days), rates.repeated_day)
    return table.take(pa.array(np.sort(np.concatenate([np.arange(len(days)), repeated]))))


def rate_table(generator: np.random.Generator, daily: Floats, start: date, rates: DirtRates) -> pa.Table:
    """Exchange rates by day and currency; some days are missing, weekends mostly, the first never."""
    days = [start + timedelta(days=day) for day in range(len(daily))]
    weekend = np.array([day.weekday() >= 5 for day in days])
    missing_rate = np.where(weekend, rates.missing_rate_weekend, rates.missing_rate_day)
    missing = (generator.random(len(days)) < missing_rate) & (np.arange(len(days)) > 0)
    kept = np.flatnonzero(~missing)
    day = np.repeat(kept, len(COUNTRIES))
    currency = np.tile(np.arange(len(COUNTRIES)), len(kept))
    return pa.table(
        {
            "date": choose(day_texts(days, "%Y-%m-%d"), day),
            "currency": choose([country.currency for country in COUNTRIES], currency),
            "rate_to_inr": [f"{rate:.4f}" for rate in daily[kept].ravel().tolist()],
        }
    )


def promotion_table(promotions: tuple[Promotion, ...]) -> pa.Table:
    """Promotions in order of time, by the country's name, empty for all countries."""
    names = {country.code: country.name for country in COUNTRIES}
    columns: dict[str, Callable[[Promotion], str]] = {
        "name": lambda item: item.name,
        "country": lambda item: names.get(item.country, ""),
        "category_code": lambda item: CATEGORIES[item.category].code,
        "start_date": lambda item: item.first.isoformat(),
        "end_date": lambda item: item.last.isoformat(),
        "discount_pct": lambda item: str(item.percent),
        "announced_on": lambda item: item.announced.isoformat(),
    }
    identifiers = numbered("PROMO", np.arange(1, len(promotions) + 1), 5)
    texts = {name: pa.array([text(item) for item in promotions], pa.string()) for name, text in columns.items()}
    return pa.table({"promo_id": identifiers, **texts})


def _customer_rows(generator: np.random.Generator, identifiers: pa.Array, state: Ints, rates: DirtRates) -> pa.Table:
    phones = join([choose([COUNTRY_DIALS[country.code] for country, _ in STATES], state),
                   whole(generator.integers(600_000_000, 999_999_999, len(state)))])  # fmt: skip
    return pa.table(
        {
            "customer_id": identifiers,
            "phone": spoil(generator, phones, rates.missing_phone, [replaced("")]),
            "country_code": choose([country.code for country, _ in STATES], state),
            "country": choose([country.name for country, _ in STATES], state),
            "state": choose([item.code for _, item in STATES], state),
        }
    )


def _category_codes(category: Ints) -> pa.Array:
    return choose([item.code for item in CATEGORIES], category)


def _materials(generator: np.random.Generator, category: Ints) -> pa.Array:
    picks = generator.random(len(category))
    options = [CATEGORIES[position].materials for position in category]
    return pa.array([names[int(pick * len(names))] for names, pick in zip(options, picks, strict=True)])


def _rating_counts(generator: np.random.Generator, size: int, rates: DirtRates) -> pa.Array:
    counts = whole(np.floor(generator.lognormal(4, 1.2, size)).astype(np.int64))
    return spoil(
        generator, spoil(generator, counts, rates.negative_rating, [affix("-")]), rates.missing_rating, [replaced("")]
    )


def _swapped(generator: np.random.Generator, column: pa.Array, words: dict[str, str], rate: float) -> pa.Array:
    """A share of the values that are words of the table, as the table has them."""
    for word, instead in words.items():
        where = np.asarray(pc.equal(column, word)) & chosen(generator, len(column), rate)
        column = spoil_where(generator, column, where, [replaced(instead)])
    return column


def _at_least_one(generator: np.random.Generator, size: int, rate: float) -> Ints:
    """Distinct random places: a share of ``size``, but one at least unless the rate is zero."""
    count = max(1, round(rate * size)) if rate else 0
    return np.sort(generator.choice(size, min(count, size), replace=False))


def _inside(symbol: str) -> Callable[[pa.Array], pa.Array]:
    """A spoiler that puts a symbol after the first character."""
    return lambda values: pc.binary_replace_slice(values, 1, 1, symbol)


def _with_comma(values: pa.Array) -> pa.Array:
    return pc.replace_substring(values, ".", ",")


def _tenths(values: Ints) -> pa.Array:
    return join([whole(values // 10), ".", whole(values % 10)])
