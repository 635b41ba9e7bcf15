"""A price file: what CPU time, storage and platform units cost."""

from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.errors import InputError, raise_problems

SHIPPED = files("experiments") / "confs" / "prices"
GB = 10**9
HOUR = 3600


class Prices(BaseModel):
    """Prices in one currency.

    Attributes:
        currency: ISO 4217 code.
        cpu_hour: Of an hour of one core's time.
        gb_month: Of 10^9 bytes kept for a month.
        dbu: Of one Databricks unit.
        dbus_per_cpu_hour: Databricks units that an hour of one core's time takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    cpu_hour: Decimal = Field(ge=0)
    gb_month: Decimal = Field(ge=0)
    dbu: Decimal = Field(default=Decimal(0), ge=0)
    dbus_per_cpu_hour: Decimal = Field(default=Decimal(0), ge=0)

    def of_cpu(self, seconds: float) -> Decimal:
        """What so much CPU time costs."""
        return Decimal(str(seconds)) / HOUR * (self.cpu_hour + self.dbu * self.dbus_per_cpu_hour)

    def of_storage(self, size: int) -> Decimal:
        """What so many bytes cost a month."""
        return Decimal(size) / GB * self.gb_month


def load_prices(name: str) -> Prices:
    """A shipped price file by name, or one's own by path; ``InputError`` names every problem of it."""
    shipped, path = SHIPPED / f"{name}.yaml", Path(name)
    if not shipped.is_file() and not path.is_file():
        known = ", ".join(sorted(each.name.removesuffix(".yaml") for each in SHIPPED.iterdir()))
        raise InputError(f"There is no price file {name!r}: give its path, or name one of {known}.")
    text = shipped.read_text(encoding="utf-8") if shipped.is_file() else path.read_text(encoding="utf-8")
    try:
        return Prices.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise InputError(f"The price file {name} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise_problems(f"The price file {name}: {_place(each['loc'])}{each['msg']}." for each in error.errors())
        raise


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) + ": " if location else ""
