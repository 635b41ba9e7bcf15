from decimal import Decimal

import pytest

from etl.errors import InputError
from experiments.costs.prices import SHIPPED, load_prices


@pytest.mark.parametrize("name", [entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir()])
def test_every_example_can_be_used(name):
    prices = load_prices(name)
    assert prices.of_cpu(3600) > 0
    assert prices.of_storage(10**9) == prices.gb_month


def test_an_hour_of_cpu_costs_the_machine_and_the_units_of_the_platform(tmp_path):
    (tmp_path / "own.yaml").write_text(
        "{currency: EUR, cpu_hour: 0.04, gb_month: 0.02, dbu: 0.5, dbus_per_cpu_hour: 2}"
    )
    prices = load_prices(str(tmp_path / "own.yaml"))
    assert (prices.of_cpu(3600), prices.of_cpu(36), prices.of_storage(5 * 10**8)) == (
        Decimal("1.04"),
        Decimal("0.0104"),
        Decimal("0.01"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("currency: euro\ncpu_hour: -1\ngb_month: 0", "2 problems:"),
        ("cpu: [", "is not YAML"),
        ("{currency: EUR, cpu_hour: 1, gb_month: 1, gpu: 3}", "gpu: Extra inputs are not permitted"),
    ],
)
def test_a_price_file_that_cannot_be_used_is_told(tmp_path, text, said):
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(InputError, match=said):
        load_prices(str(tmp_path / "own.yaml"))
    with pytest.raises(InputError, match="There is no price file 'nobody': give its path, or name one of databricks_"):
        load_prices("nobody")
