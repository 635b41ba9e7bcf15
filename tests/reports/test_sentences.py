"""Whatever the data, every number in a sentence is the value the sentence carries."""

import re

import pytest

from reports.bridge import read_bridge
from reports.narrative.answer import answer, findings, warnings
from reports.numbers import MINUS
from reports.pages import pages
from reports.sentences import Value, listed, opened, say
from tests.reports.readings import reading_of

NUMBER = re.compile(rf"([+{MINUS}]?)([\d,]+(?:\.\d+)?)([KMB%]?)")
SCALES = {"": 1.0, "%": 0.01, "K": 1e3, "M": 1e6, "B": 1e9}


def numbers_in(text):
    """The numbers a text states and how far rounding may have moved each."""
    for sign, digits, suffix in NUMBER.findall(text):
        plain = digits.replace(",", "")
        decimals = len(plain.partition(".")[2])
        scale = SCALES[suffix]
        yield float(plain) * scale * (-1 if sign == MINUS else 1), 0.5 * 10**-decimals * scale * 1.001


def states(value):
    if value.shown.startswith(("less than", "more than")):
        return True
    return any(abs(number - value.number) <= slack for number, slack in numbers_in(value.shown))


def sentences_of(page):
    return [*page.lead, *page.warnings, *(sentence for section in page.sections for sentence in section.sentences)]


@pytest.fixture(scope="module")
def any_sentences(any_data):
    return [sentence for page in pages(reading_of(any_data)) for sentence in sentences_of(page)]


def test_every_value_is_stated_as_it_is(any_sentences):
    assert any_sentences
    for sentence in any_sentences:
        for name, value in sentence.values.items():
            assert value.shown in sentence.text, (name, sentence.text)
            assert states(value), (name, value, sentence.text)


def test_every_sentence_reads_as_one(any_sentences):
    for sentence in any_sentences:
        assert sentence.text[0].isupper() or sentence.text[0].isdigit(), sentence.text
        assert sentence.text.endswith("."), sentence.text
        assert "  " not in sentence.text
        assert not re.search(r"nan|None|inf\b|\{|\}", sentence.text), sentence.text


def test_parts_are_named_after_their_place():
    inner = say("took {size}", size=Value(2.0, "two"))
    assert say("it {moved}", moved=inner).values == {"moved.size": Value(2.0, "two")}


def test_braces_in_a_name_are_only_text():
    assert say("{name} rose", name="{0} {evil}").text == "{0} {evil} rose"


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_english(words, text):
    assert listed(words) == text


def test_opening_keeps_the_values():
    assert opened(say("{n} rose", n=Value(1.0, "one"))).values == {"n": Value(1.0, "one")}


def test_the_answer_is_two_sentences_for_every_data_set(any_data):
    assert len(answer(any_data, read_bridge(any_data.bridge))) == 2


def test_findings_and_warnings_never_state_an_uncertain_driver_as_a_fact(any_data):
    bridge = read_bridge(any_data.bridge)
    if bridge is None:
        assert warnings(any_data, None) == []
        return
    stated = " ".join(sentence.text for sentence in findings(bridge)[:-1])
    assert not [driver.label for driver in bridge.drivers if not driver.stands and driver.label in stated]
