from datetime import date

import pytest

from etl.simulator import SimulationOptions, simulate
from etl.simulator.faults import FAULTS

TINY = {"scale": 0.01, "start": date(2025, 9, 22), "end": date(2025, 10, 31)}
HEADER = (
    b"dt,order_ts,customer_id,order_id,item_seq,product_id,quantity,unit_price_currency,unit_price,discount_pct,"
    b"tax_amount,channel,coupon_code\n"
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    landing = simulate(tmp_path_factory.mktemp("plain"), SimulationOptions(**TINY)).landing
    return contents(landing)


@pytest.fixture
def spoiled(simulated, plain):
    """Simulate one fault; its record, the files' contents, and which of them differ from the plain ones."""

    def spoil(fault):
        result = simulated(faults=(fault,), **TINY)
        files = contents(result.landing)
        (record,) = result.truth["faults"]
        assert record["fault"] == fault
        assert record["lines"] > 0
        touched = {name for name in files.keys() | plain.keys() if files.get(name) != plain.get(name)}
        return result, record, files, touched

    return spoil


def contents(landing):
    return {path.name: path.read_bytes() for path in (landing / "order_items" / "landing").iterdir()}


def lines_of(content):
    return content.decode().splitlines()[1:]


SAME_LINES = {
    "bom": lambda before: b"\xef\xbb\xbf" + before,
    "windows_line_ends": lambda before: before.replace(b"\n", b"\r\n"),
    "empty_file": lambda _: b"",
    "header_only": lambda _: HEADER,
    "column_renamed": lambda before: before.replace(b",unit_price,", b",price,", 1),
}


@pytest.mark.parametrize("fault", SAME_LINES)
def test_faults_of_a_whole_file(spoiled, plain, fault):
    _, record, files, touched = spoiled(fault)
    (name,) = touched
    assert record["files"] == [name]
    assert files[name] == SAME_LINES[fault](plain[name])
    assert record["lines"] == len(lines_of(plain[name]))


FIELDS = {
    "column_added": lambda fields: [*fields, "evening"],
    "column_missing": lambda fields: fields[:9] + fields[10:],
    "column_reordered": lambda fields: fields[::-1],
}


@pytest.mark.parametrize("fault", FIELDS)
def test_faults_of_columns(spoiled, plain, fault):
    _, record, files, touched = spoiled(fault)
    (name,) = touched
    assert record["files"] == [name]
    expected = [",".join(FIELDS[fault](line.split(","))) for line in lines_of(plain[name])]
    assert lines_of(files[name]) == expected
    assert record["lines"] == len(expected)


def test_copied_content_comes_under_a_second_name(spoiled):
    _, record, files, touched = spoiled("copied_content")
    original, copy = record["files"]
    assert touched == {copy}
    assert files[original] == files[copy]


def test_a_missing_day_has_no_file(spoiled, plain):
    _, record, files, touched = spoiled("missing_day")
    (name,) = touched
    assert record["files"] == [name]
    assert name not in files
    assert record["lines"] == len(lines_of(plain[name]))


def test_a_late_file_s_lines_come_before_those_of_the_file_they_arrive_in(spoiled, plain):
    _, record, files, touched = spoiled("late_file")
    late, later = record["files"]
    assert touched == {late, later}
    assert late not in files
    assert lines_of(files[later]) == lines_of(plain[late]) + lines_of(plain[later])


def test_a_missing_region_s_lines_are_gone_for_three_days(spoiled, plain):
    result, record, files, touched = spoiled("missing_region")
    assert touched <= set(record["files"])
    assert len(record["files"]) == 3
    customers = (result.landing / "customers" / "customers.csv").read_text(encoding="utf-8").splitlines()
    west = {row.split(",")[0] for row in customers if row.split(",")[2] == "IN" and row[-2:] in {"MH", "GJ", "RJ"}}
    expected = {name: [line for line in lines_of(plain[name]) if line.split(",")[2] not in west] for name in touched}
    assert {name: lines_of(files[name]) for name in touched} == expected
    assert record["lines"] == sum(len(lines_of(plain[name])) - len(lines) for name, lines in expected.items())


def test_ragged_lines_have_too_few_or_too_many_fields(spoiled):
    _, record, files, touched = spoiled("ragged_lines")
    (name,) = touched
    widths = [len(line.split(",")) for line in lines_of(files[name])]
    assert {11, 13, 14} == set(widths)
    assert record["lines"] == sum(width != 13 for width in widths)


def test_a_resent_file_s_first_version_lies_beside_the_landing_zone(spoiled, plain):
    result, record, files, touched = spoiled("resent_file")
    assert touched == set()
    (name,) = record["files"]
    first = lines_of((result.out / "superseded" / name).read_bytes())
    assert first == lines_of(plain[name])[: len(first)]
    assert record["lines"] == len(lines_of(files[name])) - len(first)


def test_an_unclosed_quote(spoiled):
    _, record, files, touched = spoiled("unclosed_quote")
    (name,) = touched
    assert files[name].count(b'"') == 1
    assert record["lines"] == 1


def test_a_wrong_encoding_cannot_be_read_as_utf8(spoiled, plain):
    _, record, files, touched = spoiled("wrong_encoding")
    (name,) = touched
    with pytest.raises(UnicodeDecodeError):
        files[name].decode("utf-8")
    text = files[name].decode("latin-1")
    assert text.count("£") == record["lines"]
    assert text.replace("£", "") == plain[name].decode().replace("₹", "")


def test_all_faults_together_each_on_its_own_files(simulated):
    result = simulated(scale=0.002, start=date(2025, 9, 22), end=date(2025, 10, 31), faults=("all",))
    records = result.truth["faults"]
    assert [record["fault"] for record in records] == sorted(FAULTS)
    files = [name for record in records for name in record["files"]]
    assert len(files) == len(set(files))


def test_without_faults_none_are_listed(small):
    assert small.truth["faults"] == []
