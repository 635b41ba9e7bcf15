import io
import json
import re
from datetime import datetime

import pytest
from rich.console import Console

from experiments import console
from experiments.console import Progress, print_json, table


def printed(renderable) -> list[str]:
    target = Console(file=io.StringIO(), width=60, highlight=False)
    target.print(renderable)
    return target.file.getvalue().splitlines()


def test_json_is_one_readable_document_on_standard_output(capsys):
    print_json({"name": "Ünïted", "amount": 1.10, "none": None, "rows": []})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "Ünïted", "amount": 1.1, "none": None, "rows": []}
    assert "Ünïted" in out
    assert (out.endswith("}\n"), err) == (True, "")


def test_json_has_no_numbers_that_json_does_not_know():
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json([float("nan")])


def test_progress_is_a_json_line_on_standard_error_where_there_is_no_terminal(capsys):
    progress = Progress()
    with progress.shown() as shown:
        shown("looking")
        progress.belong_to("one")
        shown('silver: [order_items]\n"ü"')
    out, err = capsys.readouterr()
    assert out == ""
    before, after = [json.loads(line) for line in err.splitlines()]
    assert (before["run_id"], after["run_id"], after["message"]) == (None, "one", 'silver: [order_items]\n"ü"')
    assert datetime.fromisoformat(after["at"]).tzinfo is not None
    assert 0 <= before["seconds"] <= after["seconds"]


def test_progress_is_one_moving_line_on_a_terminal(monkeypatch):
    terminal = Console(file=io.StringIO(), force_terminal=True, width=60)
    monkeypatch.setattr(console, "ERRORS", terminal)
    progress = Progress()
    with progress.shown():
        progress("bronze: brands")
    assert "bronze: brands" in terminal.file.getvalue()
    assert "s] bronze" not in terminal.file.getvalue()


def test_numbers_stand_to_the_right_with_separators_and_text_stays_as_it_is():
    lines = printed(table("Title", ["Name", "Amount"], [("[b]a[/b]", 1234567.891), ("b", 2), ("c", None)]))
    assert lines[0].strip() == "Title"
    assert any(re.search(r"│ \[b\]a\[/b\] +│ 1,234,567\.89 │", line) for line in lines)
    assert any(re.search(r"│ b +│ +2 │", line) for line in lines)
    assert any(re.search(r"│ c +│ +│", line) for line in lines)


def test_truth_values_are_words_and_a_column_of_text_stands_to_the_left():
    lines = printed(table("", ["Known", "Code"], [(True, "1"), (False, "22")]))
    assert any(re.search(r"│ +True +│ 1 +│", line) for line in lines)
    assert any(re.search(r"│ +False +│ 22 +│", line) for line in lines)


def test_a_table_without_rows_has_its_columns():
    assert any("Name" in line for line in printed(table("Empty", ["Name"], [])))
