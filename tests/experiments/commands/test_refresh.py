"""The plan on the command line: parts of it, a dry run, an earlier morning, and mornings one after another."""

import re
import shutil
import signal
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

from etl.equality import same
from etl.release import newest_release
from etl.tables import TABLES
from tests.experiments.conftest import CHEAP, SCRIPT, surroundings
from tests.processes import running, wait_until_told

STEPS = ["etl", "features", "watch", "forecast", "explain", "dips", "claims", "recommendations", "report"]
pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def ran(answer) -> list[str]:
    assert answer.code == 0, answer.err
    return [step["name"] for step in answer.json["steps"] if not step["skipped"]]


def differences(one: Path, other: Path) -> list[str]:
    """The tables of two warehouses that differ in a column that is not volatile; MLflow's run ids are drawn anew."""
    names = {log.parent.name for warehouse in (one, other) for log in warehouse.glob("*/*/_delta_log")}
    compared = [TABLES[name] for name in sorted(names & set(TABLES)) if not name.startswith(("ops_runs", "ops_costs"))]
    return [table.full_name for table in compared if not equal(table, one, other)]


def equal(table, one: Path, other: Path) -> bool:
    frames = [stored(table, warehouse) for warehouse in (one, other)]
    if len(frames[0]) != len(frames[1]):
        return False
    pairs = zip(frames[0].to_dict("records"), frames[1].to_dict("records"), strict=True)
    return all(same(a[name], b[name]) for a, b in pairs for name in frames[0])


def stored(table, warehouse: Path) -> pd.DataFrame:
    folder = warehouse / table.layer / table.name
    if not folder.is_dir():
        return pd.DataFrame(columns=list(table.key))
    rows = DeltaTable(folder).to_pandas()
    columns = [name for name in table.comparable_columns if name != "run_id" and name in rows]
    order = rows[columns].astype(str).sort_values(columns).index
    return rows.loc[order, columns].reset_index(drop=True)


@pytest.fixture
def copied(demonstrated, tmp_path):
    """The demonstrated warehouse once more, with a landing folder that may be changed."""
    warehouse = Path(shutil.copytree(demonstrated.warehouse, tmp_path / "warehouse"))
    return ["--warehouse", warehouse, *("--period", "2025-09", "--baseline", "2025-08", "--measure", "net_amount_inr")]


def add_a_day(landing: Path) -> None:
    orders = landing / "order_items" / "landing"
    newest = max(orders.glob("*.csv"))
    later = newest.read_text().replace("2025-09-30", "2025-10-01").replace("ORD", "NEW")
    (orders / newest.name.replace("2025-09-30", "2025-10-01")).write_text(later)


def test_a_dry_run_of_a_new_warehouse_writes_nothing(assay, landing, listing):
    before = listing()
    answer = assay("refresh", "--dry-run", "--landing", landing, "--json")
    assert answer.code == 0
    assert [step["name"] for step in answer.json["steps"]] == STEPS
    assert {step["reason"] for step in answer.json["steps"]} == {"it has not run yet"}
    assert listing() == before


def test_a_dry_run_says_what_a_run_then_does_and_why(assay, copied, landing, versions):
    before = versions(copied[1])
    plan = assay("refresh", "--dry-run", "--landing", landing, "--json", *copied).json["steps"]
    assert [step["name"] for step in plan if step["runs"]] == []
    add_a_day(landing)
    plan = {s["name"]: s for s in assay("refresh", "--dry-run", "--landing", landing, "--json", *copied).json["steps"]}
    assert versions(copied[1]) == before
    assert plan["etl"]["reason"] == "files came, changed or are refused: 1 to read"
    assert plan["features"]["reason"] == "it reads what etl would write"
    assert plan["features"]["reads"]["gold.gld_daily_orders"] == before["gld_daily_orders"]
    assert plan["dips"]["reason"] == "it reads what etl and forecast would write"
    done = assay("refresh", "--landing", landing, "--json", *copied)
    assert ran(done) == [name for name, step in plan.items() if step["runs"]] == STEPS


def test_readers_keep_the_state_before_until_every_step_is_done(assay, copied, landing):
    released = newest_release(copied[1], whole=True)
    add_a_day(landing)
    part = assay("refresh", "--until", "features", "--landing", landing, "--json", *copied)
    assert (part.code, ran(part)) == (0, ["etl", "features"])
    assert "readers keep the release before: watch, forecast, explain" in part.err
    assert newest_release(copied[1], whole=True) == released
    shown = assay("query", "select max(date) as last from gold.gld_daily_orders", "--json", *copied[:2])
    assert shown.json == [{"last": "2025-09-30"}]
    alone = assay("refresh", "--only", "forecast", "--landing", landing, "--json", *copied)
    assert ran(alone) == ["forecast"]
    assert newest_release(copied[1], whole=True) == released
    rest = assay("refresh", "--landing", landing, "--json", *copied)
    assert ran(rest) == [name for name in STEPS if name not in ("etl", "features", "forecast")]
    assert newest_release(copied[1], whole=True).number > released.number


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "fit"], "There is no step 'fit': choose from etl, features"),
        (["--only", "etl", "--until", "etl"], "Give --only or --until, not both."),
        (["--from", "2025-09-01"], "A backfill takes --from and --to together, without --as-of."),
        (["--from", "2025-09-02", "--to", "2025-09-01"], "--to 2025-09-01 is before --from 2025-09-02."),
        (["--limit", "forecast"], "'forecast' is not STEP=SECONDS, such as forecast=900"),
        (["--limit", "forecast=0"], "'forecast=0' is not STEP=SECONDS, such as forecast=900"),
    ],
)
def test_what_cannot_be_planned_is_refused(assay, landing, options, said):
    answer = assay("refresh", "--landing", landing, *options)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_report_alone_needs_orders_that_were_refined(assay, landing, tmp_path):
    answer = assay("refresh", "--only", "report", "--landing", landing, "--warehouse", tmp_path / "empty")
    assert (answer.code, answer.out) == (3, "")
    assert "There are no days to compare yet: refine some orders first" in answer.err


WEEKS = ("--period", "2025-09-08:2025-09-14", "--baseline", "2025-09-01:2025-09-07")


def arrived_by(day: str):
    """Whether a file had come by the end of the day, going by the date in its name."""
    return lambda path: not (found := re.search(r"\d{4}-\d\d-\d\d", path.name)) or found[0] <= day


def test_a_morning_gives_what_it_would_have_given_had_nothing_come_later(assay, two_months, landing, tmp_path):
    early = tmp_path / "early"
    for path in filter(arrived_by("2025-09-15"), landing.rglob("*.csv")):
        (early / path.relative_to(landing)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, early / path.relative_to(landing))
    assert 0 < len(list(early.rglob("*.csv"))) < len(list(landing.rglob("*.csv")))
    options = (*CHEAP, *WEEKS, "--json")
    then = assay("refresh", "--landing", early, "--warehouse", "then", *options)
    seen = assay("refresh", "--landing", two_months, "--as-of", "2025-09-15", "--warehouse", "seen", *options)
    assert (then.code, seen.code) == (0, 0)
    assert ran(seen) == STEPS
    assert differences(Path("then"), Path("seen")) == []
    pages = [sorted((Path(name) / "reports/site").glob("*.html")) for name in ("then", "seen")]
    assert [path.name for path in pages[0]] == [path.name for path in pages[1]]
    told = [Path(name) / "reports/site/index.html" for name in ("then", "seen")]
    assert "30 September" not in told[1].read_text(encoding="utf-8")


def test_an_earlier_morning_is_not_made_in_a_warehouse_that_knows_later_ones(assay, demonstrated, versions):
    before = versions(demonstrated.warehouse)
    answer = assay("refresh", "--as-of", "2025-09-20", "--landing", demonstrated.landing, *demonstrated.options)
    assert (answer.code, answer.out) == (3, "")
    assert "took files of 2025-09-30 already" in answer.message
    assert versions(demonstrated.warehouse) == before


def test_a_first_day_is_refined_and_forecast_without_being_compared(assay, tmp_path):
    assert assay("simulate", "one", "--scale", "0.01", "--start", "2025-09-01", "--end", "2025-09-01").code == 0
    command = ("refresh", "--landing", "one/raw", "--warehouse", "w", *CHEAP, "--json")
    answer = assay(*command)
    assert answer.code == 0, answer.message
    assert ran(answer) == ["etl", "features", "watch", "forecast", "dips", "claims"]
    assert newest_release(Path("w"), whole=True) is not None
    assert ran(assay(*command)) == []


def test_sigterm_stops_in_order_and_the_next_run_goes_on(assay, landing, tmp_path, rows):
    command = [SCRIPT, "refresh", "--landing", landing, "--warehouse", tmp_path / "w", *CHEAP, *WEEKS, "--json"]
    with running(command, surroundings()) as run:
        wait_until_told(run, "bronze")
        time.sleep(0.2)
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=60)
    assert (run.returncode, out) == (143, "")
    (record,) = rows(tmp_path / "w", "ops/ops_runs").to_dict("records")
    assert (record["step"], record["state"], record["error"]) == ("etl", "stopped", "stopped by a signal")
    answer = assay(*command[1:])
    assert answer.code == 0
    assert ran(answer) == STEPS


def test_a_challenger_is_trained_once_in_a_stretch_of_days_and_judged(assay, copied, landing, rows):
    command = ("refresh", "--refit-every", "7", "--landing", landing, "--json", *CHEAP, *copied)
    before = len(rows(copied[1], "gold/gld_champion_decisions"))
    assert ran(assay(*command)) == ["refit", "report"]
    decided = rows(copied[1], "gold/gld_champion_decisions")
    assert len(decided) == before + 3
    assert set(decided["decision"]) == {"first", "kept"}
    assert ran(assay(*command)) == []


def test_a_backfill_refreshes_each_morning(assay, two_months, tmp_path, rows):
    options = ("--landing", two_months, "--warehouse", "w", *CHEAP, *WEEKS, "--until", "dips", "--json")
    answer = assay("refresh", "--from", "2025-09-15", "--to", "2025-09-17", *options)
    assert answer.code == 0
    days = answer.json["days"]
    assert [day["as_of"] for day in days] == ["2025-09-15", "2025-09-16", "2025-09-17"]
    vintages = set(rows(Path("w"), "gold/gld_forecast")["as_of"])
    assert vintages == {date(2025, 9, 15), date(2025, 9, 16), date(2025, 9, 17)}
    assert len({day["run_id"] for day in days}) == 3
