"""Verdicts as sentences."""

from datetime import date

from reports.numbers import Unit
from reports.sections.segments import cause_sentence
from reports.segments import Segment


def lost(day):
    return Segment("data_loss_suspected", {}, (day, day), None, None, None, None, None, "no file is on record")


def test_verdicts_that_say_the_same_name_the_days_of_all():
    told = cause_sentence(lost(date(2025, 9, 5)), Unit("INR"), [lost(date(2025, 9, 12))]).text
    assert told == "Data loss suspected, 5 September 2025 and 12 September 2025: no file is on record."
