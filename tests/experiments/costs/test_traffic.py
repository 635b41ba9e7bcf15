import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from experiments.costs.traffic import Volume, held, read, written

NAME = "gold.gld_daily_orders"


def test_what_is_held_and_what_was_written_in_between(tmp_path):
    folder = tmp_path / "gold" / "gld_daily_orders"
    for count in (3, 5):
        write_deltalake(folder, pa.table({"n": pd.Series(range(count))}), mode="overwrite")
    size = sum(path.stat().st_size for path in folder.glob("*.parquet"))
    assert (held(tmp_path, NAME, 0).rows, held(tmp_path, NAME, 1).rows) == (3, 5)
    assert held(tmp_path, NAME, 1).files == 1
    everything = written(tmp_path, {}, {NAME: 1})
    assert everything == Volume(8, size, 2)
    assert written(tmp_path, {NAME: 0}, {NAME: 1}) == held(tmp_path, NAME, 1)
    assert written(tmp_path, {NAME: 1}, {NAME: 1}) == Volume()
    assert read(tmp_path, {NAME: DeltaTable(folder).version()}) == held(tmp_path, NAME, 1)
