"""What a column's values look like: dates and in which format, numbers and how they are written, codes, words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from holidays.registry import COUNTRIES

Kind = Literal["day", "moment", "whole", "number", "currency", "country", "text", "empty"]
MOST = 0.9
"""Share of a column's values that must look alike; the others are dirt, which the rules will name."""
EXAMPLES = 3
CURRENCIES = (
    "AED", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD",
    "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "KWD", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN",
    "PHP", "PKR", "PLN", "QAR", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND",
    "ZAR",
)  # fmt: skip
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "₹": "INR", "¥": "JPY"}
DAYS = {
    r"\d{4}-\d{2}-\d{2}": "yyyy-MM-dd",
    r"\d{4}/\d{2}/\d{2}": "yyyy/MM/dd",
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])": "yyyyMMdd",
    r"\d{2}[-/.]\d{2}[-/.]\d{4}": "dd{0}MM{0}yyyy",
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}": "d{0}M{0}yyyy",
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}": "d{0}M{0}yy",
}
TIMES = {
    "": "",
    r" \d{2}:\d{2}:\d{2}": " HH:mm:ss",
    r" \d{2}:\d{2}": " HH:mm",
    r" \d{1,2}:\d{2}": " H:mm",
    r"[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?": "T",
}
OF_UTC = "the times are of UTC: from_utc_timestamp(..., 'your zone') gives those of your clocks"
# what spreadsheets keep for the days of 2009 to 2036, told from other numbers by the header only
SERIAL, DATED = r"4\d{4}", re.compile("date|datum|fecha|jour|day|tag", re.IGNORECASE)
NUMBERS = {
    r"[+-]?\d+": "whole",
    r"[+-]?\d+(?:\.\d*)?": "plain",
    r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?": "thousands",
    r"[+-]?\d{1,3}(?:\.\d{3})*(?:,\d+)?|[+-]?\d+(?:,\d+)?": "comma",
}

# a number, with signs of any kind around it or a code after it: € 5, 7%, 12.50 EUR
NUMBER = r"^[^0-9A-Za-z]*[0-9][0-9.,]*\s*(?:[^0-9A-Za-z]*|[A-Za-z]{3})$"


@dataclass(frozen=True)
class Profile:
    """A column: the share of lines that fill it, its distinct values, and what most of them look like.

    ``form`` is the format of dates, or how numbers are written: whole, plain, thousands (1,234.50) or comma (1.234,50);
    ``marked`` says that other signs stand around them, ``bracketed`` that (5) stands for -5. ``note`` is what somebody
    should look at.
    """

    name: str
    header: str
    filled: float
    distinct: int
    kind: Kind
    form: str = ""
    marked: bool = False
    bracketed: bool = False
    negative: bool = False
    note: str = ""
    values: tuple[str, ...] = ()

    @property
    def examples(self) -> str:
        """A few of the most frequent values."""
        return ", ".join(value[:30] for value in self.values[:EXAMPLES])


def profile(name: str, header: str, column: pa.ChunkedArray) -> Profile:
    """What the text ``column`` holds."""
    texts = pc.utf8_trim_whitespace(column.combine_chunks())
    filled = texts.filter(pc.fill_null(pc.greater(pc.utf8_length(texts), 0), False))
    counts = pc.value_counts(filled)
    order = pc.sort_indices(counts.field("counts"), sort_keys=[("", "descending")])
    values = tuple(counts.field("values").take(order).to_pylist())
    blank = Profile(name, header, len(filled) / max(len(texts), 1), len(values), "empty", values=values)
    return next(_readings(blank, filled)) if values else blank


def _readings(blank: Profile, values: pa.Array) -> Iterator[Profile]:
    yield from _serial_days(blank, values)
    yield from _dates(blank, values)
    yield from _codes(blank, values)
    yield from _numbers(blank, values)
    yield replace(blank, kind="text")


def _share(values: pa.Array, pattern: str) -> float:
    return float(pc.mean(pc.match_substring_regex(values, rf"^(?:{pattern})$").cast(pa.float64())).as_py())


def _serial_days(blank: Profile, values: pa.Array) -> Iterator[Profile]:
    if DATED.search(blank.header) and _share(values, SERIAL) >= MOST:
        yield replace(blank, kind="day", form="serial", note="days are counted from 1899-12-30, as spreadsheets do")


def _dates(blank: Profile, values: pa.Array) -> Iterator[Profile]:
    for day, form in DAYS.items():
        for time, clock in TIMES.items():
            if _share(values, day + time) >= MOST:
                written, note = _day_form(values, form)
                note = note or (OF_UTC if clock == "T" and _share(values, ".*Z") >= MOST else "")
                yield replace(blank, kind="moment" if time else "day", form=written + clock, note=note)


def _day_form(values: pa.Array, form: str) -> tuple[str, str]:
    """The format with its own separator; which of two numbers is the month is told by numbers beyond 12."""
    if "{0}" not in form:
        return form, ""
    parts = pc.extract_regex(values, r"^(?P<first>\d+)(?P<between>[-/.])(?P<second>\d+)")
    between = parts.field("between").drop_null()[0].as_py()
    first, second = (pc.max(parts.field(name).cast(pa.int32())).as_py() for name in ("first", "second"))
    day_first = form.format(between)
    if second > 12:
        day, month, year = day_first.split(between)
        return between.join([month, day, year]), ""
    return day_first, "" if first > 12 else "whether the day or the month comes first cannot be told from the values"


def _codes(blank: Profile, values: pa.Array) -> Iterator[Profile]:
    upper = pc.utf8_upper(values)
    if pc.mean(pc.is_in(upper, pa.array(CURRENCIES)).cast(pa.float64())).as_py() >= MOST:
        yield replace(blank, kind="currency")
    if blank.distinct <= len(COUNTRY_CODES) and sum(value in COUNTRY_CODES for value in map(_plain, blank.values)) >= (
        MOST * blank.distinct
    ):
        yield replace(blank, kind="country")


def _numbers(blank: Profile, values: pa.Array) -> Iterator[Profile]:
    written = values.filter(pc.match_substring_regex(values, NUMBER))
    if len(written) < MOST * len(values):
        return
    bare = pc.replace_substring_regex(written, r"[^0-9.,+-]", "")
    marked = not bare.equals(written)
    bracketed = bool(pc.any(pc.match_substring_regex(written, r"^\(.*\)$")).as_py())
    negative = bracketed or bool(pc.any(pc.starts_with(bare, "-")).as_py())
    for pattern, form in NUMBERS.items():
        if _share(bare, pattern) >= MOST:
            note = _symbol(blank.values) if marked else ""
            kind: Kind = "whole" if form == "whole" else "number"
            yield replace(blank, kind=kind, form=form, marked=marked, bracketed=bracketed, negative=negative, note=note)


def _symbol(values: tuple[str, ...]) -> str:
    """The currency that signs around numbers name, if any."""
    return next((code for sign, code in SYMBOLS.items() if any(sign in value for value in values[:100])), "")


def _plain(country: str) -> str:
    return re.sub(r"[\W_]", "", country.lower())


def country_code(country: str) -> str | None:
    """The ISO 3166 code of a country by its name or code, null where it is not known."""
    return COUNTRY_CODES.get(_plain(country))


COUNTRY_CODES = {
    _plain(known): codes[1] for name, codes in COUNTRIES.items() for known in (name, codes[1], codes[2])
} | {"uk": "GB", "usa": "US", "uae": "AE", "eire": "IE", "greatbritain": "GB", "england": "GB"}
