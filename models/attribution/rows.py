"""A bridge as rows of ``gld_revenue_bridge``: the total's with its five sums, then every cell's."""

from collections.abc import Iterator

import pandas as pd

from models.attribution.result import Bridge


def bridge_rows(bridge: Bridge) -> pd.DataFrame:
    """``scope, position, driver, stage, amount`` and the total's uncertainty; the dimensions are null in total."""
    return pd.concat([_total(bridge), _cells(bridge)], ignore_index=True)


def _total(bridge: Bridge) -> pd.DataFrame:
    rows = [
        {"driver": "baseline", "stage": "total", "amount": bridge.baseline_total},
        *({str(key): value for key, value in row.items()} for row in bridge.drivers.to_dict("records")),
        {"driver": "period", "stage": "total", "amount": bridge.period_total},
        *_sides(bridge),
    ]
    return pd.DataFrame(rows).assign(scope="total", position=range(len(rows)))


def _sides(bridge: Bridge) -> Iterator[dict[str, object]]:
    for name, effect in {"volume": bridge.volume, "aov": bridge.aov, "calendar": bridge.calendar}.items():
        yield {"driver": name, "stage": "total", **vars(effect)}


def _cells(bridge: Bridge) -> pd.DataFrame:
    order = {driver: i for i, driver in enumerate(bridge.drivers["driver"], start=1)}
    stages = dict(zip(bridge.drivers["driver"], bridge.drivers["stage"], strict=True))
    driver = bridge.cells["driver"]
    return bridge.cells.assign(scope="cell", position=driver.map(order), stage=driver.map(stages))
