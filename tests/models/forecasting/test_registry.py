import pytest

from etl.errors import UsageError
from models.forecasting.registry import candidate
from models.forecasting.seasonal_naive import SeasonalNaive


class Named(SeasonalNaive):
    """Keeps the name of what it is made from: a stored champion of it would come back as that."""


def test_a_candidate_of_ones_own_that_has_another_name_is_refused():
    asked = f"{Named.__module__}:Named"
    with pytest.raises(UsageError, match="calls itself 'SeasonalNaive': its name must be 'tests"):
        candidate(asked)
