"""From the query of an address to a question: unknown names, repeated ones and impossible values are refused."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import QueryParams

from etl.errors import UsageError, raise_problems
from etl.periods import parse_period
from reports.question import Question

FIELDS = ("measure", "period", "baseline")
LONGEST = 200


def check_fields(query: QueryParams, known: Sequence[str]) -> None:
    """Raise ``UsageError`` for a field that is not known, given twice, or too long."""
    given = [name for name, _ in query.multi_items()]
    unknown = [f"There is no field {name[:40]!r}: known are {', '.join(known)}." for name in given if name not in known]
    twice = [f"The field {name} is given more than once." for name in set(given) & set(known) if given.count(name) > 1]
    long = [f"The field {name} is too long." for name, value in query.items() if len(value) > LONGEST]
    raise_problems([*unknown, *twice, *long], UsageError)


def question_of(query: QueryParams, asked: Question, values: Mapping[str, Sequence[str]]) -> Question:
    """The question, taken from ``asked`` where the query leaves it open; an empty field counts as left out.

    Raises ``UsageError`` for a period that cannot be read and for a value that a dimension does not have.
    """
    where = tuple(sorted((name, query[name]) for name in values if query.get(name)))
    raise_problems(
        (
            f"There is no {name} {value!r}: /explore lists those there are."
            for name, value in where
            if value not in values[name]
        ),
        UsageError,
    )
    if bool(query.get("period")) != bool(query.get("baseline")):
        raise UsageError("Give period and baseline together, or neither.")
    return Question(
        measure=query.get("measure") or asked.measure,
        baseline=parse_period(query["baseline"]) if query.get("baseline") else asked.baseline,
        period=parse_period(query["period"]) if query.get("period") else asked.period,
        where=where,
    )
