"""A month's placed orders as the text of AtoZ's daily order files, anomalies included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.simulator.arrays import Flags, Ints, positions_within
from etl.simulator.dirt import DirtRates
from etl.simulator.geography import COUNTRIES
from etl.simulator.orders import COUPONS, Candidates
from etl.simulator.text import (
    affix,
    choose,
    chosen,
    clock_minutes,
    clock_times,
    day_texts,
    hundredths,
    join,
    numbered,
    replaced,
    spoil,
    spoil_where,
    whole,
)

# A wrong version is written before the right one, a repeated line after it.
_BEFORE, _RIGHT, _AFTER = 0, 1, 2


@dataclass(frozen=True)
class PlacedLines:
    """Lines of placed orders in order of time, one element per line.

    Attributes:
        order: Number of the order over the whole simulation.
        sequence: Number of the line in its order, from 1.
        day: Day in the window, from 0.
        second: Second of the day.
        customer: Number of the customer.
        country: Position in ``COUNTRIES``.
        product: Number of the product.
        quantity: Units.
        unit_price: Hundredths of the order's currency.
        percent: Discount in percent.
        tax: Hundredths of the order's currency.
        mobile: Whether through the Mobile channel.
        coupon: Position in ``COUPONS``.
    """

    order: Ints
    sequence: Ints
    day: Ints
    second: Ints
    customer: Ints
    country: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints
    percent: Ints
    tax: Ints
    mobile: Flags
    coupon: Ints

    @property
    def size(self) -> int:
        """Number of lines."""
        return len(self.order)


@dataclass(frozen=True)
class _Copies:
    """Lines in the order in which they are written.

    Attributes:
        line: Position of the line.
        day: Day of the file.
        wrong: Whether this is a version that a later one corrects.
    """

    line: Ints
    day: Ints
    wrong: Flags


def placed_lines(candidates: Candidates, placed: Flags, customer_numbers: Ints, first_order: int) -> PlacedLines:
    """The lines of the orders placed, numbered on from ``first_order``."""
    lines = np.flatnonzero(placed[candidates.line_order])
    order = candidates.line_order[lines]
    _, counts = np.unique(order, return_counts=True)
    return PlacedLines(
        order=first_order + np.repeat(np.arange(len(counts)), counts),
        sequence=1 + positions_within(counts),
        day=candidates.day[order],
        second=candidates.second[order],
        customer=customer_numbers[candidates.customer[order]],
        country=candidates.country[order],
        product=1 + candidates.product[lines],
        quantity=candidates.quantity[lines],
        unit_price=candidates.unit_price[lines],
        percent=candidates.percent[lines],
        tax=candidates.money.tax[lines],
        mobile=candidates.mobile[order],
        coupon=candidates.coupon[order],
    )


def customer_identifiers(numbers: Ints) -> pa.Array:
    """Customers as AtoZ's files name them."""
    return numbered("CUST", numbers, 7)


def order_identifiers(numbers: Ints) -> pa.Array:
    """Orders as AtoZ's files name them."""
    return numbered("ORD", numbers, 9)


def product_identifiers(numbers: Ints) -> pa.Array:
    """Products as AtoZ's files name them."""
    return numbered("PRD", numbers, 5)


def order_tables(
    generator: np.random.Generator, lines: PlacedLines, first: date, days: int, start: date, rates: DirtRates
) -> list[pa.Table]:
    """One table of text for each of ``days`` days from ``first``; days in ``lines`` count from ``start``."""
    offset = (first - start).days
    calendar = [start + timedelta(days=offset + day) for day in range(days)]
    text = _text(generator, lines, calendar, lines.day - offset, rates)
    copies = _copies(generator, lines.day - offset, days, rates)
    written = _with_wrong_versions(text.take(pa.array(copies.line)), lines.quantity[copies.line], copies.wrong)
    ends = np.searchsorted(copies.day, np.arange(days + 1))
    return [written.slice(begin, end - begin) for begin, end in pairwise(ends.tolist())]


def _text(
    generator: np.random.Generator, lines: PlacedLines, calendar: Sequence[date], day: Ints, rates: DirtRates
) -> pa.Table:
    """Every line once, as text."""
    return pa.table(
        {
            "dt": choose(day_texts(calendar, "%Y-%m-%d"), day),
            "order_ts": _timestamps(generator, lines, calendar, day, rates),
            "customer_id": customer_identifiers(lines.customer),
            "order_id": order_identifiers(lines.order),
            "item_seq": whole(lines.sequence),
            "product_id": product_identifiers(lines.product),
            "quantity": _quantities(generator, lines, rates),
            "unit_price_currency": _currencies(generator, lines, rates),
            "unit_price": spoil(generator, hundredths(lines.unit_price), rates.dollar_price, [affix("$")]),
            "discount_pct": spoil(generator, whole(lines.percent), rates.percent_sign, [affix("", "%")]),
            "tax_amount": _taxes(generator, lines, rates),
            "channel": _channels(generator, lines, rates),
            "coupon_code": _coupons(generator, lines, rates),
        }
    )


def _timestamps(
    generator: np.random.Generator, lines: PlacedLines, calendar: Sequence[date], day: Ints, rates: DirtRates
) -> pa.Array:
    """Local times; a share of the orders in AtoZ's other format, which has no seconds."""
    usual = join([choose(day_texts(calendar, "%Y-%m-%d "), day), clock_times(lines.second)])
    other = join([choose(day_texts(calendar, "%d-%m-%Y "), day), clock_minutes(lines.second)])
    of_order = lines.order - (lines.order[0] if lines.size else 0)
    by_order = chosen(generator, int(of_order[-1]) + 1 if lines.size else 0, rates.other_timestamp)
    return pc.if_else(pa.array(by_order[of_order]), other, usual)


def _quantities(generator: np.random.Generator, lines: PlacedLines, rates: DirtRates) -> pa.Array:
    twos = (lines.quantity == 2) & chosen(generator, lines.size, rates.word_quantity)
    return spoil_where(generator, whole(lines.quantity), twos, [replaced("Two")])


def _currencies(generator: np.random.Generator, lines: PlacedLines, rates: DirtRates) -> pa.Array:
    clean = choose([country.currency for country in COUNTRIES], lines.country)
    return spoil(generator, clean, rates.untidy_currency, [affix(" "), affix("", " "), pc.utf8_lower])


def _taxes(generator: np.random.Generator, lines: PlacedLines, rates: DirtRates) -> pa.Array:
    return spoil(generator, hundredths(lines.tax), rates.tax_symbol, [affix("#"), affix("", "*"), affix("₹ ")])


def _channels(generator: np.random.Generator, lines: PlacedLines, rates: DirtRates) -> pa.Array:
    short = chosen(generator, lines.size, rates.short_channel)
    return choose(("Website", "Mobile", "web", "app"), lines.mobile + 2 * short)


def _coupons(generator: np.random.Generator, lines: PlacedLines, rates: DirtRates) -> pa.Array:
    clean = choose([code.lower() for code, _ in COUPONS], lines.coupon)
    untidy = (lines.coupon > 0) & chosen(generator, lines.size, rates.untidy_coupon)
    return spoil_where(generator, clean, untidy, [affix(" "), affix("", "  "), pc.utf8_upper, pc.utf8_capitalize])


def _copies(generator: np.random.Generator, day: Ints, days: int, rates: DirtRates) -> _Copies:
    """Every line, the lines written twice, and the wrong versions of lines corrected later."""
    repeated = np.flatnonzero(chosen(generator, len(day), rates.repeated_line))
    corrected = np.flatnonzero(chosen(generator, len(day), rates.corrected_line))
    late = chosen(generator, len(day), rates.late_correction) & (day < days - 1)
    line = np.concatenate([np.arange(len(day)), repeated, corrected, np.flatnonzero(late)])
    sizes = [len(day), len(repeated), len(corrected), int(late.sum())]
    version = np.repeat([_RIGHT, _AFTER, _BEFORE, _BEFORE], sizes)
    file_day = day[line] + (late[line] & (version != _BEFORE))
    order = np.lexsort((version, line, file_day))
    return _Copies(line[order], file_day[order], version[order] == _BEFORE)


def _with_wrong_versions(text: pa.Table, quantity: Ints, wrong: Flags) -> pa.Table:
    """The text with one unit too many wherever a line is to be corrected later."""
    place = text.schema.get_field_index("quantity")
    column = pc.replace_with_mask(text["quantity"].combine_chunks(), pa.array(wrong), whole(quantity[wrong] + 1))
    return text.set_column(place, "quantity", column)
