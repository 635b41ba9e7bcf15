import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError
from models.attribution import localize
from models.attribution.localization.cuboids import cuboids
from models.attribution.localization.leaves import read_leaves

SHAPE = {"region": 6, "channel": 5, "category": 8}


def grid(seed=0, shape=None, noise=0.05):
    """Cells of every combination, a little off what was expected."""
    shape = shape or SHAPE
    generator = np.random.default_rng(seed)
    codes = np.indices(tuple(shape.values())).reshape(len(shape), -1)
    cells = pd.DataFrame({name: [f"{name[:2]}{c}" for c in row] for name, row in zip(shape, codes, strict=True)})
    cells["expected"] = generator.lognormal(4, 1, len(cells))
    cells["actual"] = cells["expected"] * (1 + noise * generator.standard_normal(len(cells)))
    return cells


def hit(cells, ratio, **where):
    inside = np.logical_and.reduce([cells[name] == value for name, value in where.items()])
    return cells.assign(actual=cells["actual"].where(~inside, cells["actual"] * ratio))


def found(cells, dimensions=tuple(SHAPE)):
    return localize(cells, dimensions, "actual", "expected")


def places(cells, dimensions=tuple(SHAPE)):
    return {frozenset(where.items()) for where in found(cells, dimensions)["where"]}


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.8])
@pytest.mark.parametrize(
    "where",
    [
        {"region": "re2"},
        {"region": "re2", "channel": "ch1"},
        {"region": "re2", "channel": "ch1", "category": "ca3"},
    ],
    ids=len,
)
def test_the_combination_that_was_hit_is_named_exactly(where, ratio):
    shape = {**SHAPE, "day": 7}
    cells = hit(grid(shape=shape), ratio, **where)
    inside = np.logical_and.reduce([cells[name] == value for name, value in where.items()])
    result = found(cells, list(shape))
    assert result["where"].tolist() == [where]
    assert result["amount"][0] == pytest.approx((cells["actual"] - cells["expected"])[inside].sum())
    assert result["score"][0] > 0


def test_nothing_is_found_where_nothing_is_wrong():
    for seed in range(40):
        assert found(grid(seed)).empty


def test_an_expectation_a_little_wrong_by_region_is_no_cause():
    generator = np.random.default_rng(5)
    for seed in range(20):
        cells = grid(seed, noise=0.08)
        off = cells["region"].map(dict(zip(cells["region"].unique(), generator.normal(1, 0.02, 6), strict=True)))
        assert found(cells.assign(actual=cells["actual"] * off)).empty


def test_a_single_cell_may_be_chance():
    assert found(hit(grid(), 0.0, region="re2", channel="ch1", category="ca3")).empty


def test_several_causes_of_unlike_depth_and_direction_are_named_together():
    cells = hit(hit(grid(), 0.5, region="re1"), 1.6, channel="ch2", category="ca3")
    assert places(cells) == {
        frozenset({("region", "re1")}),
        frozenset({("channel", "ch2"), ("category", "ca3")}),
    }


def test_everything_is_named_by_no_value_at_all():
    cells = grid()
    result = found(cells.assign(actual=cells["actual"] * 0.6))
    assert result["where"].tolist() == [{}]
    assert result["amount"][0] == pytest.approx((cells["actual"] * 0.6 - cells["expected"]).sum())


def test_a_value_that_was_not_expected_at_all_is_found():
    cells = grid()
    cells.loc[cells["channel"] == "ch4", "expected"] = 0
    assert places(cells) == {frozenset({("channel", "ch4")})}


def test_noisier_cells_are_not_a_cause():
    cells = grid(noise=0.03)
    wild = np.random.default_rng(1).choice([0.7, 1.3], len(cells))
    inside = cells["region"] == "re3"
    assert found(cells.assign(actual=cells["actual"].where(~inside, cells["expected"] * wild))).empty


def test_two_cells_say_enough_where_the_rest_is_exact():
    cells = pd.DataFrame({"a": ["a1", "a1", "a2", "a2", "a3", "a3"], "b": ["b1", "b2"] * 3, "expected": 100.0})
    cells["actual"] = [50.0, 50.0, 100.0, 100.0, 100.0, 100.0]
    assert found(cells, ("a", "b"))["where"].tolist() == [{"a": "a1"}]


def test_rows_of_the_same_combination_are_summed_and_a_missing_value_is_a_value():
    cells = hit(grid(), 0.4, region="re0")
    cells.loc[cells["region"] == "re0", "region"] = None
    halves = cells.assign(actual=cells["actual"] / 2, expected=cells["expected"] / 2)
    result = found(pd.concat([halves, halves], ignore_index=True))
    assert result["where"].tolist() == [{"region": "Not Available"}]
    pd.testing.assert_frame_equal(result, found(cells))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 50), scale=st.floats(0.01, 1e6), order=st.permutations(list(SHAPE)))
def test_neither_order_nor_unit_change_what_is_found(seed, scale, order):
    cells = hit(grid(seed), 0.5, region="re2", category="ca5")
    shuffled = cells.sample(frac=1, random_state=seed)
    moved = shuffled.assign(actual=shuffled["actual"] * scale, expected=shuffled["expected"] * scale)
    assert places(moved, order) == places(cells) == {frozenset({("region", "re2"), ("category", "ca5")})}


def test_amounts_of_either_sign_are_taken():
    cells = hit(grid(), 0.5, region="re2")
    flipped = cells.assign(actual=-cells["actual"], expected=-cells["expected"])
    assert places(flipped) == {frozenset({("region", "re2")})}
    assert found(flipped)["amount"][0] == pytest.approx(-found(cells)["amount"][0])


@pytest.mark.parametrize("rows", [0, 1])
def test_too_little_is_an_empty_answer(rows):
    result = found(grid().head(rows))
    assert result.empty
    assert list(result.columns) == ["where", "amount", "score"]


def test_all_problems_are_told_at_once():
    cells = grid().assign(actual="x")
    with pytest.raises(InputError) as caught:
        localize(cells, ["region", "region", "shop"], "actual", "expected")
    assert str(caught.value).splitlines() == [
        "3 problems:",
        "  - actual has 240 values that are not finite numbers: correct those cells or leave them out",
        "  - column 'region' is named twice among the dimensions, actual and expected",
        "  - the cells have no column 'shop'; they have region, channel, category, expected, actual",
    ]
    with pytest.raises(InputError, match="no dimension is named"):
        localize(grid(), [], "actual", "expected")


def test_the_groups_are_those_of_a_plain_grouping():
    leaves = read_leaves(grid(), list(SHAPE), "actual", "expected")
    frame = pd.DataFrame(leaves.codes.T)
    for cuboid in cuboids(leaves):
        sums = cuboid.sums(leaves.difference)
        expected = pd.Series(leaves.difference).groupby([frame[p] for p in cuboid.places] or np.zeros(len(frame))).sum()
        assert sums.tolist() == pytest.approx(expected.tolist())
        assert (cuboid.group[cuboid.example] == np.arange(len(sums))).all()
    assert len([*cuboids(leaves)]) == 8
