import pytest

from etl.returns import judge_returns, returned_quantities

pytestmark = pytest.mark.embedded

RETURNS = "order_id string, seq_no int, quantity int, reason string, file_name string, line_number bigint"
ORDERS = "order_id string, seq_no int, quantity int, is_return_line boolean"
SOLD = [("O1", 1, 3, False), ("O1", 2, 1, False), ("O2", 1, -2, True)]


def judged(session, *returns):
    frame = session.createDataFrame(returns, RETURNS)
    rows = judge_returns(frame, session.createDataFrame(SOLD, ORDERS)).collect()
    return {(row["file_name"], row["line_number"]): (row["rule"], row["reason"], row["reason_given"]) for row in rows}


def rules(session, *returns):
    return {place: rule for place, (rule, _, _) in judged(session, *returns).items()}


def test_a_return_within_what_was_sold_stands(session):
    found = judged(session, ("O1", 1, 3, "Damaged", "r.csv", 2), ("O1", 2, 1, None, "r.csv", 3))
    assert found == {("r.csv", 2): (None, None, "Damaged"), ("r.csv", 3): (None, None, None)}


@pytest.mark.parametrize(("order", "line"), [("O9", 1), ("O1", 3), ("O2", 1)])
def test_a_return_of_what_was_never_sold_does_not_stand(session, order, line):
    found = judged(session, (order, line, 1, "Damaged", "r.csv", 2))
    assert found == {("r.csv", 2): ("order_line_known", "no such order line was sold", "Damaged")}


def test_more_than_was_sold_does_not_stand(session):
    found = judged(session, ("O1", 1, 4, None, "r.csv", 2))
    assert found == {("r.csv", 2): ("returned_within_sold", "more came back than was sold", None)}


def test_of_several_returns_of_a_line_those_within_what_was_sold_stand_in_the_order_they_landed(session):
    returns = [
        ("O1", 1, 1, None, "s.csv", 2),
        ("O1", 1, 1, None, "r.csv", 9),
        ("O1", 1, 1, None, "r.csv", 10),
        ("O1", 1, 1, None, "s.csv", 3),
        ("O1", 2, 1, None, "s.csv", 4),
    ]
    assert rules(session, *returns) == {
        ("r.csv", 9): None,
        ("r.csv", 10): None,
        ("s.csv", 2): None,
        ("s.csv", 3): "returned_within_sold",
        ("s.csv", 4): None,
    }


def test_a_return_that_can_never_stand_takes_nothing_from_the_others(session):
    returns = [("O1", 1, 4, None, "r.csv", 2), ("O1", 1, 3, None, "r.csv", 3)]
    assert rules(session, *returns) == {("r.csv", 2): "returned_within_sold", ("r.csv", 3): None}


def test_units_that_came_back_add_up_by_order_line(session):
    frame = session.createDataFrame(
        [("O1", 1, 1), ("O1", 1, 2), ("O1", 2, 1)], "order_id string, seq_no int, quantity int"
    )
    found = returned_quantities(frame)
    assert dict(found.dtypes)["returned_quantity"] == "int"
    assert sorted(tuple(row) for row in found.collect()) == [("O1", 1, 3), ("O1", 2, 1)]
