from decimal import Decimal

import pytest

from etl.checks import check_contract
from etl.contracts import Invariant, Table
from etl.errors import QualityError
from etl.schemas.columns import column, required
from tests.etl.refining import literal

pytestmark = pytest.mark.embedded

TABLE = Table(
    "gold",
    "gld_t",
    "a row",
    columns=(
        required("id", "int", "key"),
        required("owner", "string", "who", personal=True),
        required("amount", "decimal(18,2)", "money"),
        column("most", "decimal(18,2)", "limit"),
        column("file_name", "string", "file"),
        column("line_number", "bigint", "line"),
    ),
    key=("id", "owner"),
    invariants=(Invariant("amount_within_most", "amount <= most"), Invariant("amount_positive", "amount > 0")),
)


def row(id_, line, **others):
    return {"id": id_, "owner": "Ann", "amount": Decimal(1), "file_name": "f.csv", "line_number": line} | others


def refusal(session, rows, table=TABLE):
    with pytest.raises(QualityError) as refused:
        check_contract(table, literal(session, table, rows))
    return str(refused.value)


def test_rows_that_keep_the_contract_are_counted(session):
    rows = [row(1, 2), row(2, 3, most=Decimal(1)), row(3, 4, most=None), row(1, 5, owner="Bob")]
    assert check_contract(TABLE, literal(session, TABLE, rows)) == 4
    assert check_contract(TABLE, literal(session, TABLE, [])) == 0


def test_a_broken_rule_is_named_with_count_and_examples_by_file_and_line(session):
    message = refusal(session, [row(1, 2), row(2, 3, amount=None)])
    assert message == ("gold.gld_t, amount: 1 rows break rule 'required', such as f.csv line 3 (id 2, owner ***).")


def test_three_examples_are_shown_however_many_rows_break_a_rule(session):
    message = refusal(session, [row(n, n, amount=Decimal(-1)) for n in range(7)])
    assert message.startswith("gold.gld_t, row: 7 rows break rule 'amount_positive', such as f.csv line ")
    assert message.count(" line ") == 3


def test_who_it_is_about_is_never_shown(session):
    rows = [row(1, 2, owner="Secret Sam", amount=None), row(1, 3, owner="Secret Sam", amount=Decimal(-1))]
    message = refusal(session, rows)
    assert "Secret" not in message
    assert message.count("owner ***") == 4


def test_every_broken_rule_is_in_one_sorted_message(session):
    message = refusal(
        session, [row(1, 2, amount=None), row(2, 3, amount=Decimal(5), most=Decimal(4)), row(3, 4), row(3, 5)]
    )
    first, *problems = message.splitlines()
    assert first == "3 problems:"
    assert problems == sorted(problems)
    assert [problem.partition(" rows break rule ")[0].strip() for problem in problems] == [
        "- gold.gld_t, amount: 1",
        "- gold.gld_t, id, owner: 2",
        "- gold.gld_t, row: 1",
    ]


def test_a_repeated_key_is_shown_line_by_line(session):
    message = refusal(session, [row(1, 2), row(2, 3), row(1, 4), row(3, 5)])
    start, _, examples = message.partition(", such as ")
    assert start == "gold.gld_t, id, owner: 2 rows break rule 'unique key'"
    assert sorted(examples.rstrip(".").split("; ")) == [
        "f.csv line 2 (id 1, owner ***)",
        "f.csv line 4 (id 1, owner ***)",
    ]


def test_an_unknown_part_of_a_key_is_a_key_too(session):
    table = Table(
        "gold", "gld_t", "a row", (column("a", "string", "key"), column("b", "string", "key")), key=("a", "b")
    )
    assert check_contract(table, literal(session, table, [{"a": "x"}, {"b": "x"}, {}])) == 3
    assert "2 rows break rule 'unique key', such as a x, b None; a x, b None." in refusal(
        session, [{"a": "x"}] * 2, table
    )


def test_a_table_without_lines_is_told_by_its_key(session):
    table = Table("gold", "gld_t", "a row", (required("a", "string", "key"), required("n", "int", "n")), key=("a",))
    assert refusal(session, [{"a": "x"}], table) == "gold.gld_t, n: 1 rows break rule 'required', such as a x."
