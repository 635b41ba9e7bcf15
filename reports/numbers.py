"""Numbers as a reader wants them: rounded, with their unit, with a true minus sign."""

from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
COUNTED = ("orders", "units")
MILLIONS = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
CRORES = ((1e7, " crore"), (1e5, " lakh"), (1e3, "K"))
STYLES = {"millions": MILLIONS, "crores": CRORES}
_ROUNDS_UP = 0.9995
_THOUSANDS_FROM = 10_000


@dataclass(frozen=True)
class Unit:
    """What an amount counts, an ISO 4217 currency, orders or units; and the scales that its numbers are written in."""

    name: str
    scales: tuple[tuple[float, str], ...] = MILLIONS

    @property
    def is_money(self) -> bool:
        """Whether it is a currency."""
        return self.name not in COUNTED


def scale_of(size: float, unit: Unit) -> tuple[float, str]:
    """The divisor and suffix that suit a number of this size; a count keeps its thousands."""
    for scale, suffix in unit.scales if unit.is_money else MILLIONS:
        starts = _THOUSANDS_FROM if scale == 1e3 else scale * _ROUNDS_UP
        if abs(size) >= starts and (unit.is_money or scale > 1e3):
            return scale, suffix
    return 1.0, ""


def short(value: float, unit: Unit, among: float | None = None) -> str:
    """The bare number, such as 621.7M, 17.9K or 3,412; in the scale of ``among``, a number it stands beside."""
    scale, suffix = scale_of(value if among is None else among, unit)
    size = abs(value) / scale
    digits = f"{size:.{_decimals(size, suffix)}f}{suffix}" if suffix and size else _unscaled(size, unit)
    return f"{MINUS}{digits}" if value < 0 and _says_something(digits) else digits


def signed_short(value: float, unit: Unit, among: float | None = None) -> str:
    """The bare number with its sign, such as +3.4M; zero has none."""
    text = short(value, unit, among)
    return f"+{text}" if value > 0 and _says_something(text) else text


def amount(value: float, unit: Unit) -> str:
    """The number with its unit, such as INR 46.8M or 12,345 orders."""
    return _with_unit(short(value, unit), value, unit)


def signed(value: float, unit: Unit) -> str:
    """The number with sign and unit, such as INR +3.4M."""
    return _with_unit(signed_short(value, unit), value, unit)


def interval(low: float, high: float, unit: Unit) -> str:
    """Both ends in one unit and scale; signed when either is below zero."""
    write = signed_short if low < 0 else short
    largest = max(abs(low), abs(high))
    text = f"{write(low, unit, largest)} to {write(high, unit, largest)}"
    return f"{unit.name} {text}" if unit.is_money else f"{text} {unit.name}"


def percent(share: float) -> str:
    """A share as a percentage: one decimal near none and near all, no decimal between; never rounded to all or none."""
    size = abs(share) * 100
    if 0 < size < 0.05:
        return "less than 0.1%"
    if 99.95 <= size < 100:
        return "more than 99.9%"
    return f"{MINUS if share < 0 else ''}{_percent_digits(size)}%"


def signed_percent(share: float) -> str:
    """A relative change with its sign; one that rounds to nothing is written as 0.0%."""
    digits = _percent_digits(abs(share) * 100)
    sign = "" if digits == "0.0" else "+" if share > 0 else MINUS
    return f"{sign}{digits}%"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things in the right grammatical number, such as 1 file or 1,204 files."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ratio(part: float, whole: float) -> float | None:
    """The share ``part`` is of ``whole``; none where the whole is nothing."""
    return part / whole if whole else None


def _says_something(digits: str) -> bool:
    """Whether a rounded number is not zero."""
    return any(digit in "123456789" for digit in digits)


def _percent_digits(size: float) -> str:
    return f"{size:.1f}" if size < 9.95 or 99.5 <= size < 100 else f"{size:,.0f}"


def _decimals(size: float, suffix: str) -> int:
    if suffix == "K" and size >= 99.95:
        return 0
    if suffix.startswith(" "):
        return 2
    return 1 if size >= 9.995 else 2


def _unscaled(size: float, unit: Unit) -> str:
    if not unit.is_money or size >= 99.95:
        return f"{size:,.0f}"
    decimals = 1 if size >= 9.995 else 2
    return f"{size:.{decimals}f}" if round(size, 2) else "0"


def _with_unit(number: str, value: float, unit: Unit) -> str:
    if unit.is_money:
        return f"{unit.name} {number}"
    return f"{number} {unit.name[:-1] if round(abs(value)) == 1 else unit.name}"
