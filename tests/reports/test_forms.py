"""The other forms of the report: a folder, a workbook that recalculates, Markdown, a notebook's cell."""

import shutil
import subprocess
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from etl.errors import InputError, UsageError
from reports.markdown import summary
from reports.pdf import write_pdf
from reports.reading import Reading, read
from reports.report import Forecast, Report
from reports.site import write_site
from reports.workbook import write_workbook
from tests.reports.browsers import browser_needed
from tests.reports.evil import evil_data
from tests.reports.readings import reading_of

FORMULA = '=HYPERLINK("http://evil")'


def test_a_site_takes_the_place_of_the_one_before_and_keeps_it_for_its_readers(reading, tmp_path):
    first = write_site(reading, tmp_path / "site")
    read_by_someone = first.resolve()
    again = write_site(reading, tmp_path / "site")
    assert again == tmp_path / "site" / "index.html"
    assert again.resolve() != read_by_someone
    assert read_by_someone.is_file()
    write_site(reading, tmp_path / "site")
    assert not read_by_someone.exists()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_site_that_fails_leaves_the_old_one_alone(reading, tmp_path, monkeypatch):
    front = write_site(reading, tmp_path / "site")
    before = front.resolve()
    monkeypatch.setattr("reports.site.render_page", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_site(reading, tmp_path / "site")
    assert front.resolve() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["site", before.parent.name])


def test_a_copy_of_a_site_is_replaced_and_another_folder_is_not(reading, tmp_path):
    write_site(reading, tmp_path / "site")
    shutil.copytree(tmp_path / "site", tmp_path / "copy")
    assert write_site(reading, tmp_path / "copy").is_file()
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageError, match="no report"):
        write_site(reading, tmp_path / "mine")


def test_every_link_between_pages_leads_somewhere(reading, tmp_path):
    folder = write_site(reading, tmp_path / "site").parent
    for page in folder.glob("*.html"):
        links = [part.split('"')[0] for part in page.read_text().split('href="')[1:]]
        local = [link for link in links if not link.startswith(("#", "data:"))]
        assert [link for link in local if not (folder / link).is_file()] == []


def test_the_workbook_holds_numbers_tables_and_a_bridge(reading, tmp_path):
    book = load_workbook(write_workbook(reading, tmp_path / "report.xlsx"))
    assert book.sheetnames == [
        "Cover", "Bridge", "Segments", "Months", "Channels", "Regions", "Forecast", "Claims",
    ]  # fmt: skip
    assert len(book["Bridge"]._charts) == 1
    assert book["Months"].freeze_panes == "A2"
    assert list(book["Months"].tables) == ["Months"]
    assert book["Months"]["C2"].data_type == "n"
    assert book["Months"]["A2"].is_date


def test_the_workbooks_formulas_add_up_when_they_are_recalculated(reading, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    path = write_workbook(reading, tmp_path / "report.xlsx")
    options = [
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([office, *options, "--outdir", str(tmp_path / "out"), str(path)], check=True, capture_output=True)
    sheet = load_workbook(tmp_path / "out" / "report.xlsx", data_only=True)["Bridge"]
    cells = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2, max_col=2)}
    assert cells["September 2025"] == pytest.approx(reading.bridge.period)
    assert cells["Difference"] == 0


def test_text_that_looks_like_a_formula_is_inert(question, tmp_path):
    base = reading_of(evil_data())
    cells = base.data.cells.assign(country=FORMULA)
    data = replace(base.data, cells=cells, source=replace(base.data.source, name=FORMULA))
    evil = Reading(base.sold, base.question, data, base.bridge)
    book = load_workbook(write_workbook(evil, tmp_path / "report.xlsx"))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {cell.parent.title for cell in found} == {"Bridge"}
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_the_same_reading_makes_the_same_workbook(reading, tmp_path):
    first = write_workbook(reading, tmp_path / "a.xlsx").read_bytes()
    assert write_workbook(reading, tmp_path / "b.xlsx").read_bytes() == first


def test_markdown_holds_the_answer_and_no_markup_from_data(reading):
    text = summary(reading)
    assert text.startswith("# Revenue: September 2025 against August 2025\n")
    assert "- Look at September. It fell." in text
    assert "<img" not in summary(reading_of(evil_data()))


def test_money_can_be_written_in_crores(snapshot, question, reading):
    in_crores = summary(read(snapshot, question, "crores"))
    assert "lakh" in in_crores
    assert "lakh" not in summary(reading)


@browser_needed
@pytest.mark.slow
def test_a_pdf_is_printed(reading, tmp_path):
    assert write_pdf(reading, tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_the_pdf_says_what_to_do(reading, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(InputError, match="install it, or give --single-file"):
        write_pdf(reading, tmp_path / "report.pdf")


def test_a_notebook_shows_the_answer_and_the_figure(warehouse):
    report = Report(warehouse, period="2025-09", baseline="2025-08")
    shown = report._repr_html_()
    assert "Revenue fell by INR" in shown
    assert "<script" not in shown
    assert len(report.plot().data) == 2
    assert Report(warehouse).reading.question == report.reading.question
    with pytest.raises(UsageError, match="together"):
        Report(warehouse, period="2025-09")


def test_a_notebook_shows_the_forecast_and_its_fan(warehouse, tmp_path):
    forecast = Report(warehouse).forecast
    assert "October 2025 is expected to bring INR 140K" in forecast._repr_html_()
    assert "Expected by month" in forecast._repr_html_()
    days = forecast.reading.data.forecast.query("measure == 'net_revenue'")["date"]
    assert any(pd.DatetimeIndex(trace.x).equals(pd.DatetimeIndex(days)) for trace in forecast.plot().data)


def test_without_a_forecast_the_notebook_says_so(nothing):
    forecast = Forecast(reading_of(nothing))
    assert "There is no forecast in Gold yet" in forecast._repr_html_()
    with pytest.raises(UsageError, match="no forecast to plot"):
        forecast.plot()
