"""Planted scenarios: what happens where, on which days, how strongly, and what an analyst should be told."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.attribution.world import BASELINE, DAYS, DEPARTMENTS, HISTORY, VALUES, World, held

PERIOD = (HISTORY + BASELINE, DAYS - 1)
NO_CAUSE = 5  # runs of each seed
LEAST = 0.003  # of revenue: what is planted, as far as it can be known before
CODES = {
    "orders": "volume_change", "price": "price_change", "returns": "returns_change", "quantity": "aov_change",
    "discount": "discount_change", "move": "mix_shift", "lost": "mix_shift", "fx": "fx_change",
    "double": "double_load_suspected", "unit": "unit_change_suspected", "missing": "data_loss_suspected",
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """A kind, its causes, and what should be named for each: code, place, and dates where they are days.

    ``draw`` is which of the seed's worlds it is lived in: runs without a cause have one each, or they would be one.
    """

    kind: str
    causes: list[dict]
    draw: int = 0

    def expected(self) -> list[tuple[str, dict, tuple[int, int] | None]]:
        """What an exact explanation names."""
        named = []
        for cause in self.causes:
            code = cause.get("code", CODES[cause["kind"]])
            named.append((code, cause["where"], cause["dates"] if cause["dates"] != PERIOD else None))
            if cause["kind"] == "move" and cause["to"] in DEPARTMENTS:
                named.append((code, {"department": cause["to"]}, None))
        return named


def scenarios(world: World, seed: int) -> list[Scenario]:
    """One of each kind; the sizes are drawn, effects from .2% to 10% of revenue."""
    return list(_Planner(world, np.random.default_rng(10_000 + seed)).all())


class _Planner:
    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng

    def all(self):
        effect = self.effect
        yield from (Scenario("none", [], draw) for draw in range(NO_CAUSE))
        yield Scenario("volume overall", [self.cause("orders", {}, size=self.rng.choice([0.78, 0.84, 1.18, 1.25]))])
        for depth in (1, 2, 3):
            for name, low, high in (("small", 0.006, 0.015), ("large", 0.02, 0.05)):
                planted = self.volume(depth, effect(low, high) * (1.0 if depth < 3 else 0.6))
                yield Scenario(f"volume, {depth} dimensions, {name}", [planted])
        yield Scenario("price", [self.seen(lambda: self.price({"department": self.department()}))])
        yield Scenario(
            "price in a conjunction",
            [self.seen(lambda: self.price({**self.place(1), "department": self.department()}))],
        )
        yield Scenario("quantity", [self.cause("quantity", self.place(1), size=self.rng.choice([1.12, 1.2, 0.88]))])
        yield Scenario("discount", [self.seen(self.discount)])
        yield Scenario("returns", [self.seen(lambda: self.returns(self.place(1, ["country"])))])
        yield Scenario("returns by product", [self.seen(lambda: self.returns({"department": self.department()}))])
        yield Scenario("mix", [self.moved()])
        yield Scenario(
            "fx", [{**self.cause("fx", {"country": "UK"}, size=self.rng.choice([1.08, 0.93])), "currency": "GBP"}]
        )
        yield Scenario("new product", [{**self.cause("move", {"department": "d_new"}, size=0.05), "to": "d_new"}])
        yield Scenario("lost product", [self.cause("lost", {"department": self.department()})])
        yield Scenario("outage", [self.seen(lambda: self.outage(2))])
        yield Scenario("outage of one value", [self.seen(lambda: self.outage(1))])
        yield Scenario("shifted festival", [self.festival()])
        yield Scenario("missing files", [self.fault("missing", self.place(1, ["country"]), days=(2, 5))])
        yield Scenario("missing days", [self.fault("missing", {}, days=(1, 3))])
        yield Scenario("double load", [self.fault("double", {}, days=(1, 3))])
        yield Scenario("double load of one value", [self.fault("double", self.place(1, ["country"]), days=(1, 4))])
        yield Scenario(
            "unit change", [{**self.fault("unit", {"department": self.department()}, days=(4, 20)), "size": 100.0}]
        )
        yield Scenario(
            "two causes", [self.volume(2, effect(0.015, 0.04)), self.price({"department": self.department()})]
        )
        yield Scenario("offsetting", self.offsetting())
        yield Scenario("Simpson", self.simpson())

    def cause(self, kind: str, where: dict, size: float = 1.0, dates: tuple[int, int] = PERIOD) -> dict:
        return {"kind": kind, "where": where, "size": float(size), "dates": dates}

    def seen(self, planted: Callable[[], dict]) -> dict:
        """The first of up to 500 draws whose effect is not too small to be told from nothing by anybody."""
        draws = (planted() for _ in range(500))
        return next(cause for cause in draws if self.expected_effect(cause) > LEAST)

    def expected_effect(self, cause: dict) -> float:
        rate = {"returns": 0.07, "discount": 1.0}.get(cause["kind"], 1.0)
        strength = cause["size"] if cause["kind"] == "discount" else abs(cause["size"] - 1)
        days = (cause["dates"][1] - cause["dates"][0] + 1) / (PERIOD[1] - PERIOD[0] + 1)
        return self.weight(cause["where"]) * strength * rate * days

    def weight(self, where: dict) -> float:
        """The share of what is listed in the two months that lies in a part of the shop."""
        listed = self.world.price * self.world.quantity * (self.world.day[self.world.order] >= HISTORY)
        return float(listed[held(self.world, where, (HISTORY, PERIOD[1]))].sum() / listed.sum())

    def discount(self) -> dict:
        return self.cause("discount", {"department": self.department()}, size=self.rng.choice([0.04, 0.07, 0.1]))

    def returns(self, where: dict) -> dict:
        return self.cause("returns", where, size=self.rng.choice([1.7, 2.4]))

    def effect(self, low: float, high: float) -> float:
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def department(self) -> str:
        return str(self.rng.choice(DEPARTMENTS))

    def place(self, depth: int, among: list[str] | None = None) -> dict:
        names = self.rng.permutation(among or list(VALUES))[:depth]
        return {str(name): str(self.rng.choice(VALUES[name])) for name in names}

    def share(self, where: dict) -> float:
        inside = self.world.day >= HISTORY
        for name, value in where.items():
            inside = inside & (self.world.codes[name] == VALUES[name].index(value))
        return float(inside.sum() / (self.world.day >= HISTORY).sum())

    def volume(self, depth: int, effect: float, sign: int = 0) -> dict:
        for _ in range(500):
            where = self.place(depth)
            strength = effect / max(self.share(where), 1e-6)
            if 0.08 < strength < 0.8:
                break
        rises = sign > 0 or (sign == 0 and strength < 0.6 and self.rng.random() < 0.4)
        return self.cause("orders", where, size=1 + strength if rises else 1 - strength)

    def price(self, where: dict, sign: int = 0) -> dict:
        up, down = self.rng.choice([1.07, 1.12, 1.18]), self.rng.choice([0.93, 0.88])
        return self.cause("price", where, size=up if sign > 0 or (sign == 0 and self.rng.random() < 0.5) else down)

    def moved(self) -> dict:
        source, target = self.rng.permutation(DEPARTMENTS)[:2]
        return {**self.cause("move", {"department": str(source)}, size=self.rng.choice([0.35, 0.5])), "to": str(target)}

    def run(self, days: tuple[int, int]) -> tuple[int, int]:
        length = int(self.rng.integers(days[0], days[1] + 1))
        first = int(self.rng.integers(PERIOD[0] + 1, PERIOD[1] - length))
        return first, first + length - 1

    def outage(self, depth: int) -> dict:
        for _ in range(500):
            where = self.place(depth)
            if 0.02 < self.share(where) < 0.4:
                break
        dates = self.run((2, 6) if depth > 1 else (1, 4))
        return {**self.cause("orders", where, size=self.rng.choice([0.05, 0.15, 0.3]), dates=dates), "code": "outage"}

    def festival(self) -> dict:
        planted = self.cause("orders", {}, size=self.rng.choice([1.35, 1.5, 1.6]), dates=self.run((5, 9)))
        return {**planted, "code": "event_shift"}

    def fault(self, kind: str, where: dict, days: tuple[int, int]) -> dict:
        return self.cause(kind, where, dates=self.run(days))

    def offsetting(self) -> list[dict]:
        return [
            self.volume(2, self.effect(0.015, 0.03), sign=-1),
            self.price({"department": self.department()}, sign=1),
        ]

    def simpson(self) -> list[dict]:
        """Orders leave one country while prices rise in another part: the mean price of all hides it."""
        return [
            self.volume(1, self.effect(0.03, 0.05), sign=-1),
            self.price({**self.place(1, ["store"]), "department": self.department()}, sign=1),
        ]
