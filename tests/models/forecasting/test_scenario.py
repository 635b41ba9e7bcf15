from datetime import date

import numpy as np
import pytest

from etl.errors import UsageError
from models.forecasting.scenario import Setting, parse_setting, under


def test_a_setting_is_read_and_written():
    setting = parse_setting("promotion:2025-11-20..2025-11-30=1")
    assert setting == Setting("promotion", date(2025, 11, 20), date(2025, 11, 30), 1.0)
    assert parse_setting(str(setting)) == setting
    assert parse_setting(" New Year:2025-12-31=0.5").last == date(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    ["promotion", "promotion:2025-11-20", "promotion:2025-13-20=1", "promotion:2025-11-20=much", ":2025-11-20=1"],
)
def test_what_is_no_setting_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="sets nothing: write promotion:2025-11-20"):
        parse_setting(text)


def test_a_setting_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="ends before it begins"):
        parse_setting("promotion:2025-11-20..2025-11-19=1")


@pytest.fixture
def panel(panel_of):
    promotion, discount = np.zeros((2, 2, 34))
    promotion[:, 3:5] = 1
    discount[0, 3:5] = 0.1
    discount[1, 3:5] = 0.3
    return panel_of(
        np.ones((2, 30)), horizon=4, first="2025-01-01", known={"promotion": promotion, "discount": discount}
    )


def test_only_the_days_ahead_that_are_named_are_set(panel):
    known = under(panel, [parse_setting("discount:2025-01-01..2025-02-01=0.2")]).known
    np.testing.assert_array_equal(known["discount"][:, :30], panel.known["discount"][:, :30])
    assert known["discount"][0, 30:].tolist() == [0.0, 0.2, 0.0, 0.0] or known["discount"][0, 30:].tolist() == [
        0.2, 0.2, 0.0, 0.0,
    ]  # fmt: skip
    np.testing.assert_array_equal(known["promotion"], panel.known["promotion"])


def test_a_promotion_is_as_deep_as_the_series_were_so_far(panel):
    known = under(panel, [parse_setting("promotion:2025-02-02=1")]).known
    np.testing.assert_allclose(known["discount"][:, 32], [0.1, 0.3])
    own = under(panel, [parse_setting("promotion:2025-02-02=1"), parse_setting("discount:2025-02-02=0.5")]).known
    np.testing.assert_allclose(own["discount"][:, 32], [0.5, 0.5])


def test_every_setting_that_sets_nothing_is_named(panel):
    wrong = [parse_setting("weather:2025-02-01=1"), parse_setting("promotion:2025-03-01=1")]
    with pytest.raises(UsageError, match=r"(?s)2 problems.*no covariate 'weather' to set: discount, promotion.*no day"):
        under(panel, wrong)
