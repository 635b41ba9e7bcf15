import io
from dataclasses import replace

import numpy as np
import pytest

from models.forecasting.boosting.features import View
from models.forecasting.boosting.model import Boosting
from models.forecasting.candidates import TooLittleHistoryError
from models.forecasting.scales import scale_of

DAYS = np.arange(180 + 14)
AHEAD = np.arange(1, 15)


@pytest.fixture(scope="module")
def shops(panel_of):
    draws = np.random.default_rng(0)
    promoted = np.tile((DAYS % 11 < 3) * 1.0, (10, 1))
    logs = draws.uniform(3, 6, (10, 1)) + 0.3 * (DAYS % 7 == 5) + 0.5 * promoted + draws.normal(0, 0.05, (10, 194))
    static = {"region": np.repeat([0, 1], 5)}
    return panel_of(np.exp(logs)[:, :180], known={"promotion": promoted}, static=static), np.exp(logs)[:, 180:]


def table(panel, origin):
    view = View.of(panel, scale_of(panel, 1.0))
    return view.table(np.arange(len(panel)), origin, AHEAD)


def test_nothing_after_the_origin_is_looked_at_but_what_is_known_ahead(shops):
    panel = shops[0]
    scale = scale_of(panel, 1.0)
    later = replace(panel, values=np.where(np.arange(180) <= 150, panel.values, 7.0))
    honest, spoilt = (View.of(each, scale).table(np.arange(10), 150, AHEAD) for each in (panel, later))
    for name in honest:
        np.testing.assert_array_equal(honest[name], spoilt[name], err_msg=name)


def test_features_are_what_their_names_say(shops):
    panel = shops[0]
    scaled = scale_of(panel, 1.0).forward(panel.values)
    found = table(panel, 179)
    level = scaled[3, 152:180].mean()
    assert found["level_7"][3, 0] == pytest.approx(scaled[3, 173:180].mean() - level)
    saturdays = [day for day in range(180 - 112, 180) if panel.dates[day].dayofweek == panel.dates[182].dayofweek]
    assert found["weekday_habit"][3, 2] == pytest.approx(scaled[3, saturdays].mean() - level)
    assert found["known promotion"][3].tolist() == panel.known["promotion"][3, 180:].tolist()
    assert found["growth of region"].shape == (10, 14)


def test_weekdays_and_promotions_are_learned_and_can_be_stored(shops):
    panel, ahead = shops
    fitted = Boosting(rows=6000).fit(panel)
    found = fitted.predict(panel)
    assert np.abs(np.log(found.quantiles[..., 4] / ahead)).mean() < 0.12
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **fitted.state())
    file.seek(0)
    restored = Boosting().restore(dict(np.load(file, allow_pickle=False)))
    assert np.array_equal(restored.predict(panel).quantiles, found.quantiles)


def test_too_little_history_is_said(panel_of):
    with pytest.raises(TooLittleHistoryError, match="LightGBM needs 500"):
        Boosting().fit(panel_of(np.arange(20.0)))
