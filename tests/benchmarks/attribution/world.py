"""A shop whose every draw is kept, so that it can be lived again without a cause.

Orders are thinned from a pool: an order is placed where its uniform number lies below what its part of the shop keeps
that day. Countries, stores and their pairs have levels of their own that wander from day to day; customers are
heavy-tailed; each country has its own week; promotions come and go by department; two currencies float.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

FIRST = np.datetime64("2024-01-01")
HISTORY, BASELINE, PERIOD = 213, 31, 30  # days: January to July, August, September
DAYS = HISTORY + BASELINE + PERIOD
ROOM = 1.7  # candidate orders for each that is usually placed, in the two compared months
VALUES = {
    "country": ["DE", "FR", "IT", "ES", "PL", "SE", "UK"],
    "store": ["shop", "site", "phone"],
    "tier": ["basic", "plus", "gold", "staff"],
    "pay": ["card", "invoice", "wallet"],
}
DEPARTMENTS = [f"d{number}" for number in range(9)]
COUNTRY, STORE, PAIR, MEMORY, PAIR_MEMORY = 0.05, 0.03, 0.05, 0.5, 0.3  # how levels wander from day to day
PRICE_SPREAD = 0.45  # of the logarithm of prices in a department
CURRENCIES = {"UK": "GBP", "SE": "SEK"}
PRICES = {"GBP": 1.17, "SEK": 0.088}


@dataclass
class World:
    """One shop's draws: arrays of orders, arrays of lines, and daily rates."""

    day: np.ndarray
    codes: dict[str, np.ndarray]
    customer: np.ndarray
    keep: np.ndarray
    order: np.ndarray
    department: np.ndarray
    price: np.ndarray
    quantity: np.ndarray
    discount: np.ndarray
    return_rate: np.ndarray
    return_draw: np.ndarray
    choice: np.ndarray
    rates: dict[str, np.ndarray]
    list_level: np.ndarray
    return_level: np.ndarray
    noise: float  # of countries, and of their pairs with stores: times COUNTRY and PAIR
    days: np.ndarray = field(default_factory=lambda: FIRST + np.arange(DAYS))


def draw_world(seed: int, level: float = 550.0) -> World:
    """A shop of about ``level`` orders a day."""
    rng = np.random.default_rng(seed)
    day, codes, noise = _orders(rng, level)
    size = len(day)
    room = np.where(day >= HISTORY, ROOM, 1.0)
    lines = 1 + rng.negative_binomial(1.2, 0.62, size)
    order = np.repeat(np.arange(size), lines)
    share = np.log(rng.dirichlet(np.full(len(DEPARTMENTS), 4.0)))[:, None] + _wander(rng, len(DEPARTMENTS), 0.07, 0.6)
    department = _choose(rng, np.exp(share)[:, day[order]])
    list_level = np.exp(rng.normal(3.2, 0.5, len(DEPARTMENTS)))
    customer, appetite = _customers(rng, codes["country"])
    promoted = np.clip(
        0.2 + 0.1 * np.repeat(_wander(rng, len(DEPARTMENTS), 1.0, 0.5, DAYS // 7 + 1), 7, axis=1), 0, 0.7
    )
    on_promotion = rng.random(len(order)) < promoted[department, day[order]]
    return_level = 0.07 * np.exp(0.3 * rng.normal(size=len(DEPARTMENTS)))
    returns = (
        return_level[department]
        * np.exp(_wander(rng, len(VALUES["country"]), 0.1, 0.5))[codes["country"][order], day[order]]
    )
    rates = {c: p * np.exp(np.cumsum(0.003 * rng.normal(size=DAYS))) for c, p in PRICES.items()}
    return World(
        day, codes, customer, rng.random(size) * room, order, department,
        list_level[department] * rng.lognormal(0.0, PRICE_SPREAD, len(order)), 1 + rng.poisson(0.5 * appetite[order]),
        np.where(on_promotion, rng.choice([0.1, 0.2, 0.25], len(order)), 0.0), returns, rng.random(len(order)),
        rng.random(len(order)), rates, list_level, return_level, noise,
    )  # fmt: skip


def _orders(rng: np.random.Generator, level: float) -> tuple[np.ndarray, dict[str, np.ndarray], float]:
    shape = [len(values) for values in VALUES.values()]
    shares = [rng.dirichlet(np.full(n, 5.0)) for n in shape]
    cell = np.einsum("a,b,c,d->abcd", *shares) * rng.lognormal(0.0, 0.2, shape)
    noise = rng.uniform(0.6, 1.2)
    week = 0.15 * rng.normal(size=7) + 0.06 * rng.normal(size=(shape[0], 7))
    weekday = (np.arange(DAYS) + FIRST.astype(int) + 3) % 7
    total = np.log(level) + _wander(rng, 1, 0.05 * noise, 0.5)[0] + rng.normal(0, 0.01) * np.arange(DAYS) / 30
    country = _wander(rng, shape[0], COUNTRY * noise, MEMORY) + week[:, weekday]
    store = _wander(rng, shape[1], STORE * noise, MEMORY)
    pair = _wander(rng, shape[0] * shape[1], PAIR * noise, PAIR_MEMORY).reshape(shape[0], shape[1], DAYS)
    rate = np.exp(total + country[:, None] + store[None] + pair) * np.where(np.arange(DAYS) >= HISTORY, ROOM, 1.0)
    expected = rate[:, :, None, None, :] * (cell / cell.sum())[..., None]
    overdispersed = expected * rng.gamma(60.0, 1 / 60.0, expected.shape)
    counts = rng.poisson(overdispersed)
    *codes, day = np.unravel_index(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape)
    by_day = np.argsort(day, kind="stable")
    return day[by_day], {name: code[by_day] for name, code in zip(VALUES, codes, strict=True)}, noise


def _customers(rng: np.random.Generator, country: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each order's customer, of 4,000 in a country, and how much that customer buys at once."""
    activity = np.cumsum(np.minimum(rng.pareto(1.4, (len(VALUES["country"]), 4000)) + 1, 150), axis=1)
    draws = rng.random(len(country)) * activity[country, -1]
    customer = np.array([np.searchsorted(activity[c], d) for c, d in zip(country, draws, strict=True)])
    appetite = rng.lognormal(0.0, 0.6, activity.shape)
    return country * 4000 + customer, appetite[country, customer]


def _wander(rng: np.random.Generator, size: int, spread: float, memory: float, days: int = DAYS) -> np.ndarray:
    """First-order autoregressions with a stationary spread, shape (size, days)."""
    steps = rng.normal(size=(size, days)) * spread * np.sqrt(1 - memory**2)
    path = np.empty((size, days))
    path[:, 0] = rng.normal(size=size) * spread
    for day in range(1, days):
        path[:, day] = memory * path[:, day - 1] + steps[:, day]
    return path


def _choose(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """One row of ``weights`` for each column, with these odds."""
    edges = np.cumsum(weights, axis=0)
    return (rng.random(weights.shape[1]) * edges[-1] > edges).sum(axis=0)


def live(world: World, causes: list[dict], first: int = HISTORY, last: int = DAYS - 1) -> pd.DataFrame:
    """The order lines of some days with these causes."""
    state = {
        "keep": np.ones(len(world.day)), "price": world.price.copy(), "quantity": world.quantity.copy(),
        "discount": world.discount.copy(), "returns": world.return_rate.copy(), "department": world.department.copy(),
        "gone": np.zeros(len(world.order), dtype=bool), "rates": {c: r.copy() for c, r in world.rates.items()},
    }  # fmt: skip
    for cause in causes:
        _CHANGES[cause["kind"]](world, state, cause)
    placed = world.keep < state["keep"]
    shown = placed[world.order] & ~state["gone"]
    shown &= (world.day[world.order] >= first) & (world.day[world.order] <= last)
    table = _table(world, state, np.flatnonzero(shown))
    for cause in causes:
        table = _FILE_FAULTS.get(cause["kind"], lambda lines, _: lines)(table, cause)
    return table


def _table(world: World, state: dict, rows: np.ndarray) -> pd.DataFrame:
    order = world.order[rows]
    day = world.day[order]
    country = np.array(VALUES["country"], dtype=object)[world.codes["country"][order]]
    currency = pd.Series(country).map(CURRENCIES).fillna("EUR").to_numpy()
    rate = np.select([currency == c for c in PRICES], [state["rates"][c][day] for c in PRICES], 1.0)
    usual = np.select([currency == c for c in PRICES], list(PRICES.values()), 1.0)
    columns = {name: np.array(values, dtype=object)[world.codes[name][order]] for name, values in VALUES.items()}
    return pd.DataFrame(
        {
            "order_id": order,
            "customer_id": world.customer[order],
            "order_date": world.days[day].astype("datetime64[ns]"),
            "quantity": state["quantity"][rows],
            "list_price": (state["price"][rows] / usual).round(2),
            "currency": currency,
            "discount_rate": state["discount"][rows],
            "fx_rate": rate,
            "is_returned": world.return_draw[rows] < state["returns"][rows],
            **columns,
            "department": np.array([*DEPARTMENTS, "d_new"], dtype=object)[state["department"][rows]],
        }
    )


def held(world: World, where: dict, dates: tuple[int, int]) -> np.ndarray:
    """Which lines lie in a part of the shop on these days."""
    orders = (world.day >= dates[0]) & (world.day <= dates[1])
    for name, value in where.items():
        if name in VALUES:
            orders &= world.codes[name] == VALUES[name].index(value)
    lines = orders[world.order]
    return (
        lines & (world.department == DEPARTMENTS.index(where["department"]))
        if where.get("department") in DEPARTMENTS
        else lines
    )


def _thin(world: World, state: dict, cause: dict) -> None:
    lines = held(world, cause["where"], cause["dates"])
    state["keep"][np.unique(world.order[lines])] *= cause["size"]


def _multiply(column: str):
    def change(world: World, state: dict, cause: dict) -> None:
        lines = held(world, cause["where"], cause["dates"])
        state[column] = np.where(lines, state[column] * cause["size"], state[column])

    return change


def _more_units(world: World, state: dict, cause: dict) -> None:
    lines = held(world, cause["where"], cause["dates"])
    state["quantity"] = np.where(lines, np.floor(state["quantity"] * cause["size"] + world.choice), state["quantity"])


def _deepen(world: World, state: dict, cause: dict) -> None:
    lines = held(world, cause["where"], cause["dates"])
    state["discount"] = np.where(lines, np.minimum(state["discount"] + cause["size"], 0.9), state["discount"])


def _move(world: World, state: dict, cause: dict) -> None:
    lines = held(world, cause["where"], cause["dates"]) & (world.choice < cause["size"])
    state["department"][lines] = ([*DEPARTMENTS, "d_new"]).index(cause["to"])
    target = DEPARTMENTS.index(cause["to"]) if cause["to"] in DEPARTMENTS else 0
    level = world.list_level[target]
    state["price"][lines] *= level / world.list_level[world.department[lines]]
    state["returns"][lines] *= world.return_level[target] / world.return_level[world.department[lines]]


def _lose_lines(world: World, state: dict, cause: dict) -> None:
    state["gone"] |= held(world, cause["where"], cause["dates"])


def _revalue(world: World, state: dict, cause: dict) -> None:
    state["rates"][cause["currency"]][cause["dates"][0] :] *= cause["size"]


def _file_rows(lines: pd.DataFrame, cause: dict) -> np.ndarray:
    day = (lines["order_date"].to_numpy() - FIRST.astype("datetime64[ns]")) // np.timedelta64(1, "D")
    rows = (day >= cause["dates"][0]) & (day <= cause["dates"][1])
    for name, value in cause["where"].items():
        rows &= (lines[name] == value).to_numpy()
    return rows


def _twice(lines: pd.DataFrame, cause: dict) -> pd.DataFrame:
    return pd.concat([lines, lines[_file_rows(lines, cause)]], ignore_index=True)


def _other_unit(lines: pd.DataFrame, cause: dict) -> pd.DataFrame:
    rows = _file_rows(lines, cause)
    return lines.assign(list_price=np.where(rows, lines["list_price"] * cause["size"], lines["list_price"]))


def _missing(lines: pd.DataFrame, cause: dict) -> pd.DataFrame:
    return lines[~_file_rows(lines, cause)].reset_index(drop=True)


_CHANGES = {
    "orders": _thin, "price": _multiply("price"), "returns": _multiply("returns"), "quantity": _more_units,
    "discount": _deepen, "move": _move, "lost": _lose_lines, "fx": _revalue,
    "double": lambda *_: None, "unit": lambda *_: None, "missing": lambda *_: None,
}  # fmt: skip
_FILE_FAULTS = {"double": _twice, "unit": _other_unit, "missing": _missing}


def revenue_change(lines: pd.DataFrame) -> float:
    """Revenue of the period less that of the baseline."""
    sold = lines["quantity"] * lines["list_price"] * (1 - lines["discount_rate"]) * lines["fx_rate"]
    sold = sold * ~lines["is_returned"]
    later = lines["order_date"].to_numpy() >= (FIRST + HISTORY + BASELINE).astype("datetime64[ns]")
    return float(sold[later].sum() - sold[~later].sum())
