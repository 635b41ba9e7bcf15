"""A part of the business, or one of its own parts: whichever the orders speak for."""

import numpy as np
import pytest

from models.attribution.dimensions import Dimension
from models.attribution.search.causes import find_causes
from models.attribution.search.drivers import volume
from models.attribution.search.evidence import Question
from models.attribution.search.noise import learn_noise
from models.attribution.search.segments import enumerate_segments, leaves_of

REGIONS, CHANNELS, MONTHS = 6, 4, 9
USUAL = np.outer([3, 2, 2, 1.5, 1, 1], [4, 3, 2, 1]).ravel() * 60
CODES = np.unravel_index(np.arange(REGIONS * CHANNELS), (REGIONS, CHANNELS))


@pytest.fixture
def named():
    def named(counts):
        """Who moved, when these orders by leaf and month are all that is known."""
        dimensions = [
            Dimension("region", tuple(range(REGIONS)), CODES[0], True, 0),
            Dimension("channel", tuple(range(CHANNELS)), CODES[1], True, 0),
        ]
        segments = enumerate_segments(dimensions, leaves_of(dimensions, len(USUAL)), counts[:, -1])
        contrast = volume(segments, counts)
        question = Question(contrast, learn_noise(contrast, MONTHS - 1), MONTHS - 1, segments.members @ USUAL)
        return [segments.wheres[cause.segment] for cause in find_causes(question)]

    return named


def drawn(seed, **factors):
    generator = np.random.default_rng(seed)
    counts = generator.poisson(USUAL[:, None], (len(USUAL), MONTHS)).astype(float)
    for name, factor in factors.items():
        region, channel = name[1], name[3:]
        moved = (CODES[0] == int(region)) & (CODES[1] == int(channel) if channel else True)
        counts[moved, -1] = generator.poisson(USUAL[moved] * factor)
    return counts


@pytest.mark.parametrize("seed", range(5))
def test_a_region_that_fell_as_a_whole_is_named_as_a_whole(named, seed):
    assert named(drawn(seed, r2=0.8)) == [{"region": 2}]


@pytest.mark.parametrize("seed", range(5))
def test_a_region_of_which_one_channel_fell_is_not(named, seed):
    assert named(drawn(seed, r2c0=0.7)) == [{"region": 2, "channel": 0}]


def test_a_region_whose_channels_fell_unlike_by_chance_alone_is_still_one_cause(named):
    counts = drawn(0)
    own = CODES[0] == 1
    fall = np.array([0.80, 0.88, 0.84, 0.90])  # of 480, 360, 240 and 120 orders: as far apart as counting lets them be
    counts[own, -1] = np.round(USUAL[own] * fall)
    assert named(counts) == [{"region": 1}]
