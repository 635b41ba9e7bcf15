"""The canonical columns of each Silver table as far as the files give them, with the reason for each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from etl.onboarding import expressions as sql
from etl.onboarding.mapping import Match
from etl.onboarding.profile import Profile
from etl.source import UNDECIDED

UNKNOWN_CURRENCY = "XXX"
"""ISO 4217 for no currency."""
PERSONAL = frozenset({"customer_id", "phone"})
Matches = Mapping[str, Match]


@dataclass(frozen=True)
class Proposed:
    """A canonical column's expression (? where somebody has to write it), why, and whether to look at it again."""

    column: str
    expression: str
    why: str
    decide: bool = False


def order_items(found: Matches, currency: str) -> list[Proposed]:
    """``slv_order_items``: every column that it needs, and those others that the files have."""
    return [
        _order_id(found),
        _mapped(found, "seq_no", sql.number) or Proposed("seq_no", "line_number", "the line's number in its file"),
        *_order_day(found),
        *_if_any(_mapped(found, name, sql.text) for name in ("customer_id",)),
        _mapped(found, "product_id", sql.code) or _open("product_id", "no column names products"),
        *_if_any(_mapped(found, name, sql.text) for name in ("country", "channel")),
        *_if_any([_mapped(found, "coupon_code", lambda column: f"lower(trim({column.name}))")]),
        _currency(found, currency),
        _quantity(found),
        _price(found),
        _discount(found),
        _mapped(found, "tax_amount", sql.number) or Proposed("tax_amount", "'0'", "no column of taxes"),
        _is_return(found),
        Proposed("is_product", "true", "false would be postage, fees and other charges"),
    ]


def customers(found: Matches) -> list[Proposed]:
    """``slv_customers``."""
    phone = _mapped(found, "phone", sql.text) or Proposed("phone", "'Not Available'", "no column of phone numbers")
    return [*_if_any(_mapped(found, name, sql.text) for name in ("customer_id", "country", "state")), phone]


def products(found: Matches) -> list[Proposed]:
    """``slv_products``; the category is its own code."""
    key = [_mapped(found, "product_id", sql.code), _mapped(found, "category_code", sql.code)]
    return _if_any([*key, *(_mapped(found, name, sql.text) for name in ("color", "size", "material"))])


def store(found: Matches) -> Proposed:
    """The key of stores, in their own files or on order lines."""
    match = found["store_id"]
    return Proposed("store_id", sql.text(match.profile), f"{match.why}; such as {match.profile.examples}")


def category(found: Matches) -> list[Proposed]:
    """``slv_category``: a name for each code."""
    column = found["category_code"].profile
    why = f"{column.header!r} names the categories"
    return [Proposed("category_code", sql.code(column), why), Proposed("category_name", sql.text(column), why)]


def _mapped(found: Matches, name: str, expression: Callable[[Profile], str]) -> Proposed | None:
    if name not in found:
        return None
    match = found[name]
    shown = "" if name in PERSONAL else f"such as {match.profile.examples}"
    column = match.profile
    doubt = column.note if column.kind in {"day", "moment"} else ""
    why = "; ".join(filter(None, [match.why, shown, _share(column), doubt]))
    return Proposed(name, expression(column), why, decide=not match.certain)


def _share(column: Profile) -> str:
    return "" if column.filled > 0.995 else f"on {column.filled:.0%} of lines"


def _if_any(proposed: Iterable[Proposed | None]) -> list[Proposed]:
    return [each for each in proposed if each is not None]


def _open(name: str, why: str) -> Proposed:
    return Proposed(name, UNDECIDED, f"{why}: write an expression", decide=True)


def _order_id(found: Matches) -> Proposed:
    alone = "no column names orders, so every line is an order of its own"
    single = Proposed("order_id", "concat(file_name, ':', line_number)", alone, decide=True)
    return _mapped(found, "order_id", sql.text) or single


def _order_day(found: Matches) -> list[Proposed]:
    day = _mapped(found, "order_date", sql.day)
    if day is None:
        return [_open("order_date", "no column holds dates")]
    column = found["order_date"].profile
    uncertain = bool(column.note) or day.decide
    written = Proposed(day.column, day.expression, f"{day.why} ({column.form})", uncertain)
    if column.kind == "day":
        return [written]
    return [written, Proposed("order_ts", sql.instant(column), "the same with its time")]


def _currency(found: Matches, currency: str) -> Proposed:
    stated = _mapped(found, "currency", sql.code)
    if stated is not None:
        return stated
    known = currency != UNKNOWN_CURRENCY
    why = "no column of currencies; signs or headers name it" if known else "neither a column nor a sign names it"
    return Proposed("currency", f"'{currency}'", why, decide=not known)


def _quantity(found: Matches) -> Proposed:
    one = Proposed("quantity", "'1'", "no column counts units, so every line is one unit", decide=True)
    return _mapped(found, "quantity", sql.number) or one


def _price(found: Matches) -> Proposed:
    unit = _mapped(found, "unit_price", sql.number) or _mapped(found, "line_amount", sql.number)
    return unit or _open("unit_price", "no column looks like a price of a unit, nor (line_amount) of a whole line")


def _discount(found: Matches) -> Proposed:
    stated = _mapped(found, "discount_percent", sql.number)
    if stated is None:
        return Proposed("discount_percent", "'0'", "no column of discounts")
    column = found["discount_percent"].profile
    percent = "%" in "".join((column.header, *column.values[:20])) or column.header.lower().endswith(("pct", "percent"))
    why = stated.why if percent else f"{stated.why}; is it a percentage, 7 for 7 percent?"
    return Proposed("discount_percent", stated.expression, why, decide=not percent)


def _is_return(found: Matches) -> Proposed:
    for name in ("quantity", "line_amount"):
        if name in found and found[name].profile.negative:
            column = found[name].profile
            return Proposed("is_return_line", sql.is_negative(column), f"{column.header!r} is below zero on some lines")
    return Proposed("is_return_line", "false", "no line has a quantity below zero")
