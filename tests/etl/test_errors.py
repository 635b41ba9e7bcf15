import pytest

from etl.errors import AssayError, InputError, LockedError, QualityError, UsageError, raise_problems


def test_each_error_leaves_with_the_exit_code_of_its_kind():
    codes = {error: error.exit_code for error in (AssayError, UsageError, InputError, QualityError, LockedError)}
    assert codes == {AssayError: 1, UsageError: 2, InputError: 3, QualityError: 4, LockedError: 5}
    assert all(issubclass(error, AssayError) for error in codes)


def test_no_problem_raises_nothing():
    raise_problems([])
    raise_problems(iter(()))


def test_one_problem_is_the_whole_message():
    with pytest.raises(InputError) as raised:
        raise_problems(["a", "a"])
    assert str(raised.value) == "a"


def test_several_problems_are_sorted_and_each_told_once():
    with pytest.raises(QualityError) as raised:
        raise_problems((problem for problem in ("b", "c", "a", "b")), QualityError)
    assert str(raised.value) == "3 problems:\n  - a\n  - b\n  - c"
