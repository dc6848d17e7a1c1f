"""What is asked back of the customer (T1)."""

from typing import get_args

import pytest
from builders import a_decision
from letter_samples import questions

from supportbot.errors import Invalid
from supportbot.tickets.questions import FACTS, MOST_ASKED, Questions, read_questions
from supportbot.triage.decision import Category

THREE = """
[[fault.hardware]]
sv = "Modell?"
en = "Model?"
unless_found = ["device_model"]
[[fault.hardware]]
sv = "Lampor?"
en = "Lamps?"
[[request.porting]]
sv = "Vilka nummer?"
en = "Which numbers?"
[fact.time_of_fault]
sv = "När?"
en = "When?"
"""


def asked(decision, text=THREE):
    return [one.texts["sv"] for one in read_questions(text).for_us(decision)]


def test_what_the_mail_has_answered_is_not_asked():
    assert asked(a_decision()) == ["Modell?", "Lampor?"]
    assert asked(a_decision(found={"device_model": "T46U"})) == ["Lampor?"]


def test_kinds_and_urgency():
    assert asked(a_decision(urgent=True)) == []
    assert asked(a_decision(kind="request")) == []
    assert asked(a_decision(kind="request", category="porting")) == ["Vilka nummer?"]
    assert asked(a_decision(category="mobile")) == []


def test_a_partners_required_facts():
    held = read_questions(THREE)
    required = ("affected_number", "time_of_fault")
    assert [one.texts["en"] for one in held.for_partner(a_decision(), required)] == ["When?"]
    assert held.for_partner(a_decision(found={"time_of_fault": "i går"}), required) == ()
    assert held.for_partner(a_decision(urgent=True), required) == ()
    assert held.for_partner(a_decision(kind="question"), required) == ()


def test_an_empty_file_asks_nothing():
    assert read_questions("") == Questions()


@pytest.mark.parametrize("category", [category for category in get_args(Category) if category != "invoice"])
def test_the_shipped_file_has_questions_for_every_fault(category):
    everything = dict.fromkeys(FACTS, "x")
    assert questions().for_us(a_decision(category=category))
    assert len(questions().for_us(a_decision(category=category))) <= MOST_ASKED
    assert len(questions().for_us(a_decision(category=category, found=everything))) <= MOST_ASKED
    assert set(questions().by_fact) == set(FACTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fault.hardwear]]\nsv='a'\nen='b'", '"hardwear" is unknown. Did you mean "hardware"?'),
        ("[[fualt.hardware]]\nsv='a'\nen='b'", 'Did you mean "fault"?'),
        ("[[fault.hardware]]\nsv='a'", "has no text in en."),
        ("[[fault.hardware]]\nsv='a'\nen=7", "has no text in en."),
        ("[[fault.hardware]]\nsv='a'\nen='b'\nno='c'", '"no" is unknown.'),
        ("[[fault.hardware]]\nsv='a'\nen='b'\nunless_found=['devise_model']", 'Did you mean "device_model"?'),
        ("[[fault.hardware]]\nsv='a'\nen='b'\nunless_found='device_model'", "is no list of names"),
        ("[fault.hardware]\nsv='a'\nen='b'", "is no list of questions"),
        ("fault = 1", "is no table"),
        ("[fault]\nhardware = ['a']", "is no table"),
        ("[fact.colour]\nsv='a'\nen='b'", '"colour" is unknown.'),
        ("[[fault.hardware]]\nsv='a'\nen='b'\n" * 6, "has 6 questions"),
        ("[[fault", "is not TOML"),
    ],
)
def test_mistakes(text, message):
    with pytest.raises(Invalid) as caught:
        read_questions(text)
    assert [str(problem) for problem in caught.value.problems if message in str(problem)]


def test_all_mistakes_at_once():
    with pytest.raises(Invalid) as caught:
        read_questions("[[fault.hardwear]]\nsv='a'\nen='b'\n[[fault.mobile]]\nsv='a'\n[fact.colour]\nsv='a'\nen='b'")
    assert len(caught.value.problems) == 3
