"""Seven mornings, with files that are late, sent again and missing, end with the Gold of one full rebuild.

The mornings before the last end with the features; with ``ASSAY_WHOLE_MORNINGS=1`` every one is a whole refresh.
"""

import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.experiments.commands.test_refresh import differences
from tests.experiments.conftest import CHEAP

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

FIRST = date(2025, 9, 12)
MORNINGS = [FIRST + timedelta(days=number) for number in range(7)]
SHORT = () if os.environ.get("ASSAY_WHOLE_MORNINGS") else ("--until", "features")
VINTAGES = ("gld_forecast", "gld_dips", "gld_claims", "gld_champion", "gld_recommendations", "ops_")


def arrival(path: Path) -> date | None:
    found = re.search(r"\d{4}-\d\d-\d\d", path.name)
    return date.fromisoformat(found[0]) if found else None


@pytest.fixture
def sent(landing, tmp_path):
    """What is sent on each of the mornings, as (from, to): one day late, one twice, one never."""
    orders = landing / "order_items" / "landing"
    by_day = {day: [path for path in orders.glob("*.csv") if arrival(path) == day] for day in MORNINGS}
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    for paths in by_day.values():
        for path in paths:
            shutil.move(path, outbox / path.name)
    plan = {day: [(outbox / path.name, path) for path in by_day[day]] for day in MORNINGS}
    late, again, missing = MORNINGS[1], MORNINGS[3], MORNINGS[4]
    plan[MORNINGS[5]] += plan[late]
    plan[late] = []
    first = plan[again][0]
    whole = first[0].read_text().splitlines(keepends=True)
    short = outbox / "short"
    short.write_text("".join(whole[: len(whole) // 2]))
    plan[again] = [(short, first[1]), *plan[again][1:]]
    plan[MORNINGS[6]] += [first]
    plan[missing] = []
    return plan


def test_a_week_of_mornings_ends_as_one_rebuild(assay, sent, landing):
    options = ("--landing", landing, *CHEAP, "--period", "2025-09-05:2025-09-11", "--baseline", "2025-08-29:2025-09-04")
    for morning in MORNINGS:
        for come, where in sent[morning]:
            shutil.copy(come, where)
        until = () if morning == MORNINGS[-1] else SHORT
        answer = assay("refresh", "--as-of", morning, "--warehouse", "week", *options, *until, "--json")
        assert answer.code == 0, answer.message
    rebuilt = assay("refresh", "--as-of", MORNINGS[-1], "--warehouse", "rebuilt", *options, "--json")
    assert rebuilt.code == 0, rebuilt.message
    differing = differences(Path("week"), Path("rebuilt"))
    assert [name for name in differing if not name.partition(".")[2].startswith(VINTAGES)] == []
