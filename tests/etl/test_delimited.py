import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.decoding import decoded
from etl.delimited import read_at_once, read_by_line, read_delimited
from etl.lines import UnreadableFileError
from etl.source import Feed

FEED = Feed(path="*.csv", columns=("a", "b"))


def read(content, feed=FEED):
    return read_delimited(decoded(content, feed.encoding), feed)


def fields(lines, *names):
    return [tuple(row[name] for name in names) for row in lines.good.to_pylist()]


def test_fields_come_by_name_in_the_feeds_order_whatever_the_files_order():
    lines = read(b"b,a\n1,2\n3,4\n")
    assert lines.good.column_names == ["a", "b", "extra_columns"]
    assert fields(lines, "a", "b") == [("2", "1"), ("4", "3")]
    assert lines.numbers.to_pylist() == [2, 3]
    assert lines.torn == []


def test_text_stays_as_it_came_but_an_empty_field_is_null():
    lines = read('a,b\n 1 ,007\n,""\nNA,null\nñ,日本\n'.encode())
    assert fields(lines, "a", "b") == [(" 1 ", "007"), (None, None), ("NA", "null"), ("ñ", "日本")]


def test_undeclared_columns_are_kept_as_json():
    lines = read("a,slot,b,köl\n1,evening,2,\n".encode())
    assert fields(lines, "a", "b", "extra_columns") == [("1", "2", '{"slot": "evening", "köl": null}')]


def test_the_feeds_own_delimiter_divides_fields():
    feed = Feed(path="*.csv", columns=("a", "b"), delimiter="|")
    lines = read(b'a|b\n1,5|"x|y"\n"1|2\n', feed)
    assert fields(lines, "a", "b") == [("1,5", "x|y")]
    assert lines.torn == [(3, "a quote is not closed", '"1|2')]


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (b"\xef\xbb\xbfa,b\n1,2\n", [2]),
        (b"a,b\r\n1,2\r\n3,4\r\n", [2, 3]),
        (b"a,b\n1,2\n3,4", [2, 3]),
        (b"\n\na,b\n\n1,2\n   \n3,4\n\n", [5, 7]),
        (b' a ,"b"\n1,2\n', [2]),
        (b"a,b\n", []),
        (b"a,b", []),
        (b"", []),
        (b"\xef\xbb\xbf", []),
        (b"\n \r\n", []),
    ],
    ids=["bom", "windows", "no last line end", "blank lines", "quoted header", "header", "bare header", "empty",
         "bom only", "blank"],
)  # fmt: skip
def test_lines_carry_their_number_in_the_file(content, numbers):
    lines = read(content)
    assert lines.numbers.to_pylist() == numbers
    assert lines.torn == []
    assert fields(lines, "a", "b") == [("1", "2"), ("3", "4")][: len(numbers)]


def test_a_torn_line_comes_out_with_its_problem_and_tears_no_other():
    content = b'a,b\n1,2\n3\n4,5,6\n"7,8\n9,10\n,"x" y"\n11,12\n'
    lines = read(content)
    assert fields(lines, "a", "b") == [("1", "2"), ("9", "10"), (None, 'x y"'), ("11", "12")]
    assert lines.numbers.to_pylist() == [2, 6, 7, 8]
    assert lines.torn == [
        (3, "has 1 fields instead of 2", "3"),
        (4, "has 3 fields instead of 2", "4,5,6"),
        (5, "a quote is not closed", '"7,8'),
    ]


@pytest.mark.parametrize("line", ['5" nail,"x', '","",x', 'x,"a""', '"', '1,"2",3"4,"5'])
def test_an_unclosed_quote_is_found_however_many_quotes_its_line_has(line):
    lines = read(f'a,b\n1,2\n{line}\n3,4\n5,"6"\n'.encode())
    assert fields(lines, "a", "b") == [("1", "2"), ("3", "4"), ("5", "6")]
    assert lines.torn == [(3, "a quote is not closed", line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('5" nail,x', ('5" nail', "x")),
        ('5" nail,"a,b"', ('5" nail', "a,b")),
        ('"say ""no""",x', ('say "no"', "x")),
        ('"a"b,c"d', ("ab", 'c"d')),
        ('"",x', (None, "x")),
    ],
)
def test_a_quote_inside_a_field_opens_nothing(line, expected):
    lines = read(f"a,b\n{line}\n".encode())
    assert lines.torn == []
    assert fields(lines, "a", "b") == [expected]


def test_a_lone_carriage_return_tears_its_own_line():
    lines = read(b'a,b\n1,2\n3\r4,5\n6,"7\r8"\n9,10\n')
    assert fields(lines, "a", "b") == [("1", "2"), ("9", "10")]
    assert lines.torn == [
        (3, "holds a carriage return", "3\r4,5"),
        (4, "holds a carriage return", '6,"7\r8"'),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n\xff\xfe,1\n", "is not UTF-8 text: declare its encoding"),
        ("a,b\n£,1\n".encode("latin-1"), "is not UTF-8 text: declare its encoding"),
        ("a,b\n1,2\n".encode("utf-16"), "is not UTF-8 text: declare its encoding"),
        (b"a,b,a,b\n1,2,3,4\n", "repeats the column a, b"),
        (b"a\n1\n", "lacks the column b"),
        (b"x,b\n1,2\n", "lacks the column a"),
        (b"1,2\n3,4\n", "has none of the columns a, b: is its header missing?"),
        (b"A,b\n1,2\n", "lacks the column a (renamed to A?)"),
        (b"a;b\n1;2\n", "is divided by ';', and its feed declares ','"),
        (b'{"a": 1, "b": 2}\n', "is JSON lines, and its feed declares delimited text"),
        (b"a,b\r1,2\r3,4\r", "has no header that can be read"),
        (b"x" * 200_000 + b",b\n1,2\n", "has no header that can be read"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_as_a_whole(content, reason):
    with pytest.raises(UnreadableFileError) as refused:
        read(content)
    assert str(refused.value) == reason


def test_a_missing_column_is_named_with_what_it_may_be_called_now():
    feed = Feed(path="*.csv", columns=("order_id", "unit_price", "quantity"))
    with pytest.raises(UnreadableFileError) as refused:
        read(b"order_id,price,qty,unit_prices\n", feed)
    assert str(refused.value) == "lacks the columns unit_price (renamed to unit_prices?), quantity"


def test_an_optional_column_may_be_missing_and_is_null():
    feed = Feed(path="*.csv", columns=("a", "b"), optional_columns=("b",))
    assert fields(read(b"a\n1\n", feed), "a", "b") == [("1", None)]
    with pytest.raises(UnreadableFileError, match=r"lacks the column a$"):
        read(b"b\n1\n", feed)


def test_an_absurd_number_of_columns_is_refused_with_the_number():
    header = ",".join(["a", "b", *(f"c{n}" for n in range(9_998))])
    with pytest.raises(UnreadableFileError, match="has 10,000 columns, more than 4,096"):
        read(f"{header}\n{'1,' * 9_999}1\n".encode())


FIELD = st.text(st.sampled_from('ab ,"é5'), max_size=5)
LINE = st.one_of(
    st.lists(FIELD, min_size=1, max_size=4).map(lambda texts: ",".join(texts)),
    st.lists(FIELD, min_size=2, max_size=2).map(lambda texts: written(texts)),
    st.just(""),
)


def written(texts):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(texts)
    return out.getvalue()


def expected_of(line):
    """What Python's own reader makes of a line on its own: its fields, or why it is torn."""
    found = list(csv.reader([line, "END,OF"]))
    if len(found) != 2:  # the quoted field ran on into the next line
        return "a quote is not closed"
    if len(found[0]) != 2:
        return f"has {len(found[0])} fields instead of 2"
    return tuple(text or None for text in found[0])


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(LINE, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    last=st.booleans(),
)
def test_every_line_is_read_as_pythons_csv_reads_it_alone(lines, end, mark, last):
    content = mark + end.join(["a,b", *lines]) + (end if last else "")
    found = read(content.encode())
    got = dict(zip(found.numbers.to_pylist(), fields(found, "a", "b"), strict=True))
    torn = {number: reason for number, reason, _ in found.torn}
    assert not got.keys() & torn.keys()
    assert all(lines[number - 2] == text for number, _, text in found.torn)
    assert got | torn == {n: expected_of(line) for n, line in enumerate(lines, start=2) if line.strip()}


def outcome(read_text, content, feed):
    """What reading gives, or the reason why it refuses."""
    try:
        lines = read_text(decoded(content, feed.encoding), feed)
    except UnreadableFileError as error:
        return str(error)
    return lines and (lines.good.to_pydict(), lines.numbers.to_pylist(), lines.torn)


SIGNS = ["a", "b", "1", ",", ";", "\t", " ", "\n", "\r", '"', "é", "\x0b", "\u2028"]


@settings(max_examples=500, deadline=None)
@given(
    header=st.sampled_from(["a,b\n", "b,a\n", "a,c,b\n", "a\tb\n", "a\n", "a,b", " \na,b\n", "b,c\n", ""]),
    body=st.lists(st.sampled_from(SIGNS), max_size=14).map("".join),
    delimiter=st.sampled_from([",", "\t"]),
)
def test_a_text_read_at_once_gives_what_its_lines_give(header, body, delimiter):
    feed = FEED.model_copy(update={"delimiter": delimiter})
    content = (header + body).encode()
    at_once = outcome(read_at_once, content, feed)
    assert at_once is None or at_once == outcome(read_by_line, content, feed)


def test_a_plain_text_is_read_at_once():
    assert outcome(read_at_once, b"a,b\n1,2\n3,\n", FEED) is not None
    assert outcome(read_at_once, b"a,b\n1,2,3\n", FEED) is None
