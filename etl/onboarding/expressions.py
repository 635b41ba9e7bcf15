"""The Spark SQL expression that turns a column's text into what a canonical column holds."""

from etl.onboarding.profile import Profile

INSTANT = "yyyy-MM-dd HH:mm:ss"


def text(column: Profile) -> str:
    """The text without the spaces around it."""
    return f"trim({column.name})"


def code(column: Profile) -> str:
    """The same in upper case."""
    return f"upper(trim({column.name}))"


def number(column: Profile) -> str:
    """The number as digits with a dot, whatever signs stand around it."""
    digits = _digits(column)
    return f"concat(if(trim({column.name}) like '(%', '-', ''), {digits})" if column.bracketed else digits


def _digits(column: Profile) -> str:
    if column.form == "comma":
        return f"replace(regexp_replace({column.name}, '[^0-9,-]', ''), ',', '.')"
    if column.form == "thousands" or column.marked:
        return f"regexp_replace({column.name}, '[^0-9.-]', '')"
    return column.name


def instant(column: Profile) -> str:
    """The date with its time, as the source's clocks show it."""
    if column.form == "serial":
        return f"date_add(date'1899-12-30', try_cast(trim({column.name}) as int))"
    if column.form.endswith("T"):
        return f"try_to_timestamp(substr(replace(trim({column.name}), 'T', ' '), 1, 19), '{INSTANT}')"
    return f"try_to_timestamp(trim({column.name}), '{column.form}')"


def day(column: Profile) -> str:
    """The date alone."""
    return f"cast({instant(column)} as date)"


def is_negative(column: Profile) -> str:
    """Whether the number is below zero; false where there is none."""
    return f"coalesce(try_cast({number(column)} as decimal(18,4)) < 0, false)"
