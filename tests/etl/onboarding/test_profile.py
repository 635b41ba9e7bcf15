import pyarrow as pa
import pytest

from etl.onboarding.profile import country_code, profile


def seen(*values):
    return profile("x", "X", pa.chunked_array([list(values)], pa.string()))


@pytest.mark.parametrize(
    ("values", "kind", "form"),
    [
        (["2025-01-02", " 2025-02-03 "], "day", "yyyy-MM-dd"),
        (["20250102"], "day", "yyyyMMdd"),
        (["02.01.2025", "31.12.2025"], "day", "dd.MM.yyyy"),
        (["1/2/2025", "13/2/2025"], "day", "d/M/yyyy"),
        (["1/22/2025 9:05"], "moment", "M/d/yyyy H:mm"),
        (["2025-01-02 10:00:00"], "moment", "yyyy-MM-dd HH:mm:ss"),
        (["2025-01-02T10:00:00Z"], "moment", "yyyy-MM-ddT"),
        (["2025-01-02 10:00:00Z"], "moment", "yyyy-MM-ddT"),
        (["1.8.25", "13.8.25"], "day", "d.M.yy"),
        (["8/13/25"], "day", "M/d/yy"),
        (["45870", "45871"], "whole", "whole"),
        (["-3", "4"], "whole", "whole"),
        (["7%"], "whole", "whole"),
        (["12.5", "3"], "number", "plain"),
        (["12.50 EUR"], "number", "plain"),
        (["1,234.50", "12.00"], "number", "thousands"),
        (["€ 1.234,50", "€ 2,00"], "number", "comma"),
        (["EUR", "usd"], "currency", ""),
        (["Germany", "fr", "UK"], "country", ""),
        (["A1", "B2"], "text", ""),
        (["12345678"] * 9 + ["x"], "whole", "whole"),
        (["1", "x"], "text", ""),
        ([None, " "], "empty", ""),
    ],
)
def test_values_tell_what_they_are_and_how_they_are_written(values, kind, form):
    found = seen(*values)
    assert (found.kind, found.form) == (kind, form)


def test_what_values_cannot_tell_is_said():
    assert "cannot be told" in seen("01/02/2025", "03/04/2025").note
    assert seen("01/02/2025", "13/04/2025").note == ""
    assert seen("$5.00", "$7").note == "USD"
    assert "of UTC" in seen("2025-01-02 10:00:00Z").note
    assert seen("2025-01-02 10:00:00").note == ""


def test_numbers_under_a_header_of_dates_are_days_of_a_spreadsheet():
    found = profile("x", "Sale date", pa.chunked_array([["45870", "45871"]], pa.string()))
    assert (found.kind, found.form) == ("day", "serial")


def test_amounts_in_brackets_are_below_zero():
    assert (seen("(£5.00)", "£7.00").bracketed, seen("(£5.00)", "£7.00").negative) == (True, True)
    assert not seen("£5.00", "-£7.00").bracketed


def test_how_often_it_is_filled_and_which_values_are_frequent():
    found = seen("b", "a", "b", None)
    assert (found.filled, found.distinct, found.values) == (0.75, 2, ("b", "a"))
    assert seen("-1", "2").negative
    assert not seen("1", "2").negative


def test_countries_are_known_by_name_and_by_code():
    assert [country_code(text) for text in ("United Kingdom", "UK", "deu", "Atlantis")] == ["GB", "GB", "DE", None]
