import hashlib
from datetime import date, timedelta

import pandas as pd
import pytest

from etl.errors import InputError
from etl.simulator import SimulationOptions, simulate, simulation

TINY = {"scale": 0.002, "start": date(2025, 9, 20), "end": date(2025, 10, 5)}
COLUMNS = {
    "brands": "brand_code,brand_name,category_code",
    "category": "category_code,category_name",
    "products": "product_id,sku,category_code,brand_code,color,size,material,weight_grams,length_cm,width_cm,height_cm,"
    "rating_count",
    "customers": "customer_id,phone,country_code,country,state",
    "date": "date,year,day_name,quarter,week_of_year",
    "fx_rates": "date,currency,rate_to_inr",
    "promotions": "promo_id,name,country,category_code,start_date,end_date,discount_pct,announced_on",
    "returns": "return_ts,order_id,item_seq,quantity,reason",
    "order_items/landing": "dt,order_ts,customer_id,order_id,item_seq,product_id,quantity,unit_price_currency,"
    "unit_price,discount_pct,tax_amount,channel,coupon_code",
}


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest()


def test_same_seed_same_bytes_another_seed_others(simulated):
    faults = {**TINY, "start": date(2025, 8, 1), "faults": ("all",)}
    first, again = simulated("first", **faults), simulated("again", **faults)
    assert digest(first.out) == digest(again.out)
    assert digest(first.out) != digest(simulated("other", **faults, seed=8).out)


@pytest.mark.parametrize("folder", COLUMNS)
def test_every_file_has_the_columns_of_its_folder(small, folder):
    files = [path for path in (small.landing / folder).iterdir() if path.is_file()]
    assert files
    assert {path.read_text(encoding="utf-8").splitlines()[0] for path in files} == {COLUMNS[folder]}


def test_one_order_file_a_day(small):
    days = [date(2025, 7, 20) + timedelta(days=day) for day in range(104)]
    names = {path.name for path in (small.landing / "order_items" / "landing").iterdir()}
    assert names == {f"order_items_{day}.csv" for day in days}


def test_months_by_atoz_rules_are_those_of_the_truth(small, small_lines):
    months = small_lines.groupby(small_lines["dt"].map(lambda day: f"{day:%Y-%m}"))["legacy"].sum()
    assert months.to_dict() == small.truth["months"] == small.simulation.months


def test_counts_of_orders_lines_and_files(small, small_lines):
    assert small.simulation.lines == len(small_lines)
    assert small.simulation.orders == small_lines["order_id"].nunique()
    assert small.simulation.files == sum(1 for path in small.landing.rglob("*") if path.is_file())


def test_the_rules_recover_everything_dirt_spoiled(small, clean, small_lines, clean_lines):
    pd.testing.assert_frame_equal(small_lines.reset_index(drop=True), clean_lines.reset_index(drop=True))
    assert small.truth == clean.truth


def test_lines_of_an_order_agree_and_are_numbered_from_one(clean_lines):
    orders = clean_lines.groupby("order_id")
    assert (orders[["customer_id", "channel", "minute", "currency", "coupon", "dt"]].nunique() == 1).all().all()
    assert (orders["item_seq"].max() == orders.size()).all()
    assert (orders["product_id"].nunique() == orders.size()).all()


def test_keys_refer_to_something(raw, clean_lines):
    assert set(clean_lines["customer_id"]) <= set(raw["customers"]["customer_id"])
    assert set(clean_lines["product_id"]) <= set(raw["products"]["product_id"])


def test_customers_pay_in_their_country_s_currency(raw, clean_lines):
    joined = clean_lines.merge(raw["customers"], on="customer_id")
    assert (joined.groupby("country_code")["currency"].nunique() == 1).all()
    assert joined["currency"].nunique() == 7


def test_a_landing_zone_that_holds_files_is_refused(simulated):
    first = simulated(**TINY)
    before = digest(first.out)
    with pytest.raises(InputError, match="already holds files: remove it"):
        simulate(first.out, SimulationOptions(**TINY))
    assert digest(first.out) == before


def test_an_empty_landing_folder_is_filled(tmp_path):
    (tmp_path / "raw").mkdir()
    assert simulate(tmp_path, SimulationOptions(**TINY)).landing == tmp_path / "raw"
    assert {path.name for path in tmp_path.iterdir()} == {"raw", "truth.json"}


def test_a_file_in_the_folder_s_place_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        simulate(tmp_path / "file", SimulationOptions(**TINY))


def test_a_failure_leaves_nothing_half_written(tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(simulation, "plant_faults", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        simulate(tmp_path, SimulationOptions(**TINY))
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_to_one(tmp_path):
    fractions = []
    simulate(tmp_path, SimulationOptions(**TINY), lambda _stage, fraction: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("day", [date(2022, 12, 31), date(2025, 10, 20), date(2026, 3, 1)])
def test_a_single_day(simulated, day):
    result = simulated(start=day, end=day, scale=0.01)
    assert result.simulation.orders > 0
    assert (result.truth["rows"], result.truth["change"]) == ([], 0)


def test_a_day_without_orders_has_files_with_headers_only(simulated):
    result = simulated(start=date(2024, 2, 6), end=date(2024, 2, 6), scale=0.0001)
    assert (result.simulation.orders, result.simulation.lines, result.simulation.months) == (0, 0, {"2024-02": 0})
    for folder in ("order_items/landing", "returns"):
        (path,) = (result.landing / folder).iterdir()
        assert path.read_text(encoding="utf-8") == COLUMNS[folder] + "\n"


def test_the_smallest_scale_still_fits_the_published_months(simulated):
    months = simulated(start=date(2025, 8, 1), scale=0.0001).simulation.months
    assert months["2025-08"] == pytest.approx(62_168, rel=0.3)
