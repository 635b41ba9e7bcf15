"""What is said of channels where there is one, or none is known."""

import pandas as pd
import pytest

from reports.narrative.channels import ahead_sentence
from reports.numbers import Unit


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Web", "In Web, the only channel, a customer brought GBP 656 in November 2011."),
        ("Not Available", "The data tell no channels apart: a customer brought GBP 656 in November 2011."),
    ],
)
def test_one_channel_leads_no_other(name, told):
    rows = pd.DataFrame({"month": [pd.Timestamp("2011-11-01")], "name": [name], "mean": [656.0]})
    assert ahead_sentence(rows, Unit("GBP")).text == told
