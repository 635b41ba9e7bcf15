import re
from datetime import date

import pandas as pd
import pytest

from etl.simulator.dirt import DirtRates

CATEGORY_CODES = {"GRCY", "BKS", "TOY", "ELEC", "FSHN", "HOME", "BTY", "SPRT"}

# Every entry of "what is wrong in it" of atoz.md that a single value shows: folder, column, pattern.
ANOMALIES = {
    "spaces around brand names": ("brands", "brand_name", r"^ | $"),
    "symbols inside brand codes": ("brands", "brand_code", r"^\w+[^0-9A-Za-z]\w+$"),
    "category codes written out": ("brands", "category_code", "^(?:GROCERY|BOOKS|TOYS)$"),
    "weights with a unit": ("products", "weight_grams", r"^\d+g$"),
    "decimal commas": ("products", "length_cm", r"^\d+,\d$"),
    "lower-case category codes": ("products", "category_code", "^[a-z]+$"),
    "lower-case brand codes": ("products", "brand_code", "^[a-z]+[0-9]+$"),
    "misspelt cotton": ("products", "material", "^Coton$"),
    "misspelt aluminum": ("products", "material", "^Alumium$"),
    "misspelt rubber": ("products", "material", "^Ruber$"),
    "negative rating counts": ("products", "rating_count", r"^-\d+$"),
    "missing rating counts": ("products", "rating_count", "^$"),
    "no customer_id": ("customers", "customer_id", "^$"),
    "missing phones": ("customers", "phone", "^$"),
    "lower-case day names": ("date", "day_name", "^[a-z]+$"),
    "upper-case day names": ("date", "day_name", "^[A-Z]+$"),
    "negative weeks": ("date", "week_of_year", r"^-\d+$"),
    "Two": ("order_items", "quantity", "^Two$"),
    "dollar signs": ("order_items", "unit_price", r"^\$"),
    "percent signs": ("order_items", "discount_pct", "%$"),
    "symbols in tax": ("order_items", "tax_amount", r"[^0-9.\-]"),
    "the other timestamps": ("order_items", "order_ts", r"^\d\d-\d\d-\d{4} \d\d:\d\d$"),
    "web": ("order_items", "channel", "^web$"),
    "app": ("order_items", "channel", "^app$"),
    "coupons with spaces": ("order_items", "coupon_code", r"^ \S| $"),
    "coupons in mixed case": ("order_items", "coupon_code", "[A-Z]"),
    "currencies with spaces": ("order_items", "unit_price_currency", "^ | $"),
    "currencies in lower case": ("order_items", "unit_price_currency", "^[a-z]{3}$"),
}


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_a_small_share_of_values_is_spoiled(raw, anomaly):
    folder, column, pattern = ANOMALIES[anomaly]
    share = raw[folder][column].str.contains(pattern).mean()
    assert 0 < share < 0.4


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_without_dirt_none_is(clean, anomaly):
    folder, column, pattern = ANOMALIES[anomaly]
    path = {"order_items": "order_items/landing"}.get(folder, folder)
    for file in (clean.landing / path).iterdir():
        values = pd.read_csv(file, dtype=str, keep_default_na=False)[column]
        assert not values.str.contains(pattern).any()


def test_categories_are_repeated_in_another_case(raw):
    codes = raw["category"]["category_code"]
    assert codes.is_unique
    assert codes.str.upper().duplicated().any()
    assert set(codes.str.upper()) == CATEGORY_CODES


def test_category_names_agree_over_the_repeats(raw):
    table = raw["category"]
    assert (table.groupby(table["category_code"].str.upper())["category_name"].nunique() == 1).all()


def test_brand_codes_and_products_meet_again_after_the_rules(raw):
    brands = raw["brands"]["brand_code"].map(lambda code: re.sub(r"[^0-9A-Za-z]", "", code))
    assert set(raw["products"]["brand_code"].str.upper()) <= set(brands)
    assert brands.is_unique


def test_days_are_written_twice_and_none_is_missing(raw):
    days = raw["date"]["date"]
    assert days.duplicated().any()
    assert days.str.fullmatch(r"\d\d-\d\d-\d{4}").all()
    assert len(set(days)) == 104


def test_rates_lack_weekends_but_never_the_first_day_and_end_at_the_fixed_ones(raw):
    rates = raw["fx_rates"]
    days = pd.to_datetime(rates["date"])
    assert days.min() == pd.Timestamp(2025, 7, 20)
    assert 0 < (days.dt.weekday >= 5).mean() < 0.1
    fixed = rates[rates["date"] == "2025-10-15"].set_index("currency")["rate_to_inr"].to_dict()
    assert fixed == {
        "INR": "1.0000",
        "AED": "24.1800",
        "AUD": "57.5500",
        "CAD": "62.9300",
        "GBP": "117.9800",
        "SGD": "68.1800",
        "USD": "88.2900",
    }


def test_promotions_overlap_and_are_announced_ahead(raw):
    promotions = raw["promotions"]
    assert (promotions["announced_on"] < promotions["start_date"]).all()
    toys = promotions[(promotions["category_code"] == "TOY") & promotions["country"].isin(["India", ""])]
    pairs = toys.merge(toys, how="cross")
    overlap = (pairs["start_date_x"] <= pairs["end_date_y"]) & (pairs["end_date_x"] >= pairs["start_date_y"])
    assert (overlap & (pairs["promo_id_x"] < pairs["promo_id_y"])).any()


def test_the_toy_offer_deepens_in_september_only(raw):
    offer = raw["promotions"].query("name == 'Toy Carnival'")
    assert list(zip(offer["start_date"], offer["end_date"], offer["discount_pct"], strict=True)) == [
        ("2025-06-01", "2025-08-31", "8"),
        ("2025-09-01", "2025-09-30", "14"),
        ("2025-10-01", "2025-10-31", "8"),
    ]


def test_returns_hold_an_unknown_order_and_more_than_was_sold(raw, small_lines):
    returns = raw["returns"].assign(item_seq=raw["returns"]["item_seq"].astype(int))
    joined = returns.merge(small_lines, on=["order_id", "item_seq"], how="left", suffixes=("", "_sold"))
    assert 0 < joined["quantity_sold"].isna().mean() < 0.05
    known = joined.dropna(subset="quantity_sold")
    excess = known["quantity"].astype(int) > known["quantity_sold"]
    assert 0 < excess.mean() < 0.05
    lag = pd.to_datetime(known["return_ts"]).dt.normalize() - pd.to_datetime(known["dt"])
    assert (lag.dt.days.min(), lag.dt.days.max()) == (2, 20)
    assert 0.02 < len(known) / len(small_lines) < 0.03
    assert returns["return_ts"].max() < "2025-11-01"


def test_lines_are_repeated_in_the_same_file_and_corrected_in_the_next(raw):
    lines = raw["order_items"]
    copies = lines[lines.duplicated(["order_id", "item_seq"], keep=False)]
    groups = copies.groupby(["order_id", "item_seq"])
    exact = copies.drop(columns="file").duplicated(keep=False)
    assert 0.002 < len(copies) / len(lines) < 0.012
    assert exact.any()
    assert (groups["file"].nunique() == 2).any()
    assert (groups["quantity"].nunique() == 2).any()


def test_a_line_in_a_later_file_keeps_its_day(raw):
    lines = raw["order_items"]
    late = lines["file"] != "order_items_" + lines["dt"] + ".csv"
    delay = pd.to_datetime(lines["file"].str[12:22]) - pd.to_datetime(lines["dt"])
    assert late.any()
    assert set(delay[late].dt.days) == {1}


def test_more_dirt_spoils_more(simulated):
    options = {"scale": 0.01, "start": date(2025, 9, 20), "end": date(2025, 10, 31)}
    shares = []
    for dirt in (1.0, 5.0):
        folder = simulated(f"dirt {dirt}", dirt=dirt, **options).landing / "order_items" / "landing"
        text = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
        shares.append(text.count("$"))
    assert shares[1] > 2 * shares[0]


def test_rates_grow_to_one_half_at_most_unless_larger_from_the_start():
    rates = DirtRates().times(20)
    assert (rates.short_channel, rates.missing_rate_weekend) == (0.5, 0.9)
    assert rates.dollar_price == pytest.approx(0.1)
    assert DirtRates().times(1) == DirtRates()
