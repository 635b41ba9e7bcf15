"""Files that went wrong in every way: no traceback, no line unaccounted for, and clean files still arrive.

In the suite at a size of seconds; ``ASSAY_FUZZ_FILES=5000 uv run pytest tests/etl/test_fuzz.py`` tries as many files.
"""

import io
import os
import random

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from etl.reading import read_file
from etl.schemas.ops import OPS_FILES
from etl.silver import silver_table
from etl.source import Feed, load_source
from tests.etl.mutations import mutated
from tests.etl.refining import ATOZ_LINES, refine, write_landing

FILES = int(os.environ.get("ASSAY_FUZZ_FILES", "400"))
IN_ONE_LANDING = max(45, FILES // 10)
ORDERS = [
    f"2025-09-{day:02d},2025-09-{day:02d} 10:20:30,C{day},O{day},{seq},P1,2,INR,100.00,7,18.00,Website,"
    for day in range(1, 31)
    for seq in range(1, 4)
]


def clean_file(feed: Feed) -> bytes:
    """Thirty days of orders in the feed's format."""
    text = "\n".join([",".join(feed.columns), *ORDERS]).encode()
    if feed.format == "delimited":
        return text
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(feed.columns, pa.string())),
    )
    if feed.format == "json_lines":
        return table.to_pandas().to_json(orient="records", lines=True).encode()
    out = io.BytesIO()
    pq.write_table(table, out, compression="none")
    return out.getvalue()


def filled_lines(content: bytes, feed: Feed) -> int:
    """How many lines a text should account for, its header left out."""
    text = content.decode(errors="replace").removeprefix("\ufeff")
    filled = sum(1 for line in text.split("\n") if line.strip())
    return max(filled - 1, 0) if feed.format == "delimited" else filled


@pytest.mark.parametrize("form", ["delimited", "json_lines", "parquet"])
def test_every_line_of_a_mutated_file_comes_out_once(form):
    columns = load_source("atoz").feeds["order_items"].columns
    feed = Feed(path="*", columns=columns, format=form)
    clean, chance = clean_file(feed), random.Random(form)
    for _ in range(FILES // 3):
        content = mutated(clean, chance)
        lines = read_file(content, feed)
        assert lines.good.column_names == [*columns, "extra_columns"]
        numbers = [*lines.numbers.to_pylist(), *(number for number, _, _ in lines.torn)]
        assert len(numbers) == len(set(numbers))
        if form != "parquet" and 0 not in numbers:
            assert len(numbers) == filled_lines(content, feed)


@pytest.mark.embedded
@pytest.mark.slow
def test_mutated_files_beside_clean_ones_are_accounted_for_and_the_clean_ones_arrive(lakehouse, tmp_path):
    source = load_source("atoz")
    landing = write_landing(tmp_path / "raw", order_items={"2025-10-31": ORDERS})
    chance = random.Random(7)
    feeds = list(source.feeds)
    for number in range(IN_ONE_LANDING):
        feed = feeds[number % len(feeds)]
        lines = ORDERS if feed == "order_items" else ATOZ_LINES[feed]
        path = landing / source.feeds[feed].path.replace("*", f"mutated_{number}_2025-09-04")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mutated("\n".join([",".join(source.feeds[feed].columns), *lines, ""]).encode(), chance))
    refine(lakehouse, source, landing)
    files = lakehouse.pandas(OPS_FILES)
    assert len(files) >= IN_ONE_LANDING
    fates = files["rows_kept"] + files["rows_quarantined"] + files["rows_superseded"]
    assert (files["rows_landed"] == fates).all()
    assert files["rows_quarantined"].sum() > 0
    kept = lakehouse.pandas(silver_table("order_items"), ["order_id", "seq_no", "file_name"])
    clean = kept[kept["file_name"].str.endswith("order_items_2025-10-31.csv")]
    assert len(clean) == len(ORDERS)
