import numpy as np
import pandas as pd

from features.prices import prices


def test_price_and_discount_are_ratios_of_sums_and_missing_where_nothing_sold():
    cells = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-08-01", "2025-08-01", "2025-08-02"]),
            "country": ["India", "UK", "India"],
            "channel": "Mobile",
            "quantity": [3, 1, 0],
            "list_amount": [30.0, 50.0, 0.0],
            "discounted_amount": [27.0, 45.0, 0.0],
        }
    )
    total = prices(cells).query("series == 'total'")
    np.testing.assert_allclose(total["average_price"], [20, np.nan])
    np.testing.assert_allclose(total["discount_rate"], [0.1, np.nan])
    uk = prices(cells).query("series == 'country=UK'")
    assert uk["average_price"].tolist() == [50]
