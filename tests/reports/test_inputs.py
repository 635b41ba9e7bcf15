import pytest

from reports.narrative.inputs import inputs_sentences, measure_gap
from reports.sections import inputs, reproduce
from tests.reports.atoz_data import SEPTEMBER


def texts(data):
    return " ".join(sentence.text for sentence in inputs_sentences(data))


def test_every_row_is_accounted_for(atoz):
    flow = inputs_sentences(atoz)[0]
    sums = atoz.files[["rows_landed", "rows_kept", "rows_quarantined", "rows_superseded"]].sum()
    assert [flow.values[name].number for name in ("landed", "kept", "quarantined", "superseded")] == sums.tolist()
    assert flow.values["kept"].number + flow.values["quarantined"].number + flow.values["superseded"].number == (
        flow.values["landed"].number
    )


def test_unusable_and_empty_files_are_counted(atoz):
    assert "1 file could not be used at all. 1 file held no rows." in texts(atoz)


def test_rates_are_told_for_the_lines_that_needed_one(atoz, wholesaler):
    assert "189,000 order lines of 1,009,000 lines were sold in another currency than INR" in texts(atoz)
    assert "4.8% at the last rate before it, 95% at the rate of the day." in texts(atoz)
    assert "Every order line was sold in GBP: nothing had to be converted." in texts(wholesaler)


def test_the_measures_differ_by_three_steps_that_add_up(atoz):
    gap = measure_gap(atoz, SEPTEMBER)
    rows = atoz.amounts[atoz.amounts["date"].between("2025-09-01", "2025-09-30")]
    assert gap.legacy == pytest.approx(rows["net_amount_inr"].sum())
    assert gap.net_revenue == pytest.approx(rows["net_revenue"].sum())
    told = inputs_sentences(atoz)[-1]
    steps = [told.values[name].number for name in ("tax", "returns", "rounding")]
    assert sum(steps) == pytest.approx(told.values["difference"].number)


def test_a_source_without_the_legacy_measure_does_not_mention_it(wholesaler):
    assert "legacy" not in texts(wholesaler)
    assert [table.caption for table in inputs.section(wholesaler).tables] == ["Rows by feed", "Quarantine by rule"]


def test_the_quarantine_is_told_by_rule_with_its_reason(atoz):
    rules = inputs.section(atoz).tables[1]
    assert [cell.text for cell in rules.rows[0]] == [
        "order_items", "quantity_is_a_number", "quantity must be a whole number", "3,000",
    ]  # fmt: skip


def test_an_empty_ledger_is_said_to_be_empty(bare):
    assert "names no landed file" in texts(bare)


def test_the_command_and_the_versions_reproduce_the_report(atoz):
    section = reproduce.section(atoz)
    assert section.command == ("assay report --source atoz --period 2025-09 --baseline 2025-08 --measure net_revenue")
    versions = {row[0].text: int(row[1].text) for row in section.tables[0].rows}
    assert versions == dict(atoz.versions)
    assert "The bridge is from MLflow run 4b6f1c0de2." in [sentence.text for sentence in section.sentences]
