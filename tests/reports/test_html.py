import json
import re
from dataclasses import replace

import pytest

from reports.html import figure_json
from reports.pages import pages
from reports.site import single, write_single
from reports.theme import figure
from tests.reports.evil import IMAGE, SCRIPT, evil_data
from tests.reports.readings import reading_of

LIMIT = 6_000_000


def without_scripts(text):
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def test_one_file_with_plotly_once_and_no_address_to_load_from(any_data, tmp_path):
    out = write_single(reading_of(any_data), tmp_path / "new" / "report.html")
    text = out.read_text(encoding="utf-8")
    assert out.stat().st_size < LIMIT
    assert text.count("* plotly.js v") == 1
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", without_scripts(text))


def test_the_same_data_make_the_same_file(atoz, tmp_path):
    first = write_single(reading_of(atoz), tmp_path / "a.html").read_bytes()
    assert write_single(reading_of(atoz), tmp_path / "b.html").read_bytes() == first


def test_a_failed_write_leaves_the_old_file_and_nothing_else(atoz, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    out.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_single(reading_of(atoz), out)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert out.read_text() == "old"


def test_names_are_escaped_in_text_tables_and_figures():
    text = without_scripts(single(reading_of(evil_data())))
    assert IMAGE not in text
    assert SCRIPT not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_figure_survives_its_trip_through_a_script_element():
    drawn = figure(100, [], {"title": {"text": "</script><!--\u2028&"}})
    text = figure_json(drawn)
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text)["layout"]["title"]["text"] == "</script><!--\u2028&"


def test_scripts_run_only_by_their_digest(atoz):
    text = single(reading_of(atoz))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert "default-src 'none'" in policy
    script_rule = re.search(r"script-src ([^;]*)", policy).group(1)
    assert "unsafe" not in script_rule
    assert script_rule.count("sha256-") == 2


def test_every_chart_has_a_title_a_description_and_its_numbers(atoz):
    text = without_scripts(single(reading_of(atoz)))
    charts = [chart for page in pages(reading_of(atoz)) for section in page.sections for chart in section.charts]
    assert len(charts) == 9
    assert text.count('role="img"') == text.count("<figcaption>") == text.count("<details>") == len(charts)
    assert len(set(re.findall(r'data-chart="([^"]+)"', single(reading_of(atoz))))) == len(charts)
    assert all(chart.table.rows for chart in charts)


def test_no_customer_or_raw_line_is_ever_shown(atoz):
    columns = {name for frame in vars(atoz).values() if hasattr(frame, "columns") for name in frame.columns}
    assert not columns & {"customer_id", "phone", "cluster", "raw_text"}


@pytest.mark.parametrize("measure", ["net_amount_inr", "orders", "units"])
def test_every_measure_makes_a_report(quiet, measure):
    unit = measure if measure in ("orders", "units") else "INR"
    data = replace(quiet, measure=measure, bridge=quiet.bridge.assign(unit=unit))
    assert f"--measure {measure}" in single(reading_of(data))
