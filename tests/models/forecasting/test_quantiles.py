from models.forecasting.quantiles import LEVELS, NAMES


def test_the_names_are_those_of_the_levels():
    assert [f"q{100 * level:.0f}" for level in LEVELS] == NAMES
