"""The learned reader: scores by hand, belongs to its cases, stays fast and small; rules yield to it and cite it."""

import json
import pickle
from dataclasses import replace
from datetime import date
from math import exp, log, sqrt

import pytest
from shipped_rules import RULES
from shipped_rules import book_with_reader as book

from supportbot import folders
from supportbot.errors import Invalid
from supportbot.mail.message import ParsedMail
from supportbot.triage import reader as readers
from supportbot.triage.decide import decide
from supportbot.triage.decision import Decision
from supportbot.triage.facts import Facts, of_text
from supportbot.triage.features import GROUPS, features
from supportbot.triage.registry import Registry
from supportbot.triage.rule import Doubt
from supportbot.triage.rulebook import RuleBook, build
from supportbot.triage.vocabulary import QUESTIONS

TODAY = date(2026, 9, 2)
OUTAGE = "I dag är det dött. Ingen kommer fram till växeln, och kunderna står i dörren."


def told(text: str, subject: str = "") -> Facts:
    return of_text(subject, text, "sv", book().index)


def decided(text: str, readings: readers.Readings | None = None, by: RuleBook | None = None) -> Decision:
    return decide(ParsedMail(new_text=text, text=text, language="sv"), Registry(), by or book(), TODAY, readings)


def model(**weights: dict[str, list[int]]) -> str:
    """A reader of two answers that knows these words."""
    return json.dumps(
        {
            "format": 1,
            "cases": "none",
            "answers": {"urgent": ["urgent", "not_urgent"]},
            "bias": [0, 0],
            "shares": dict.fromkeys(GROUPS, 1.0),
            "weights": {group: weights.get(group, {}) for group in GROUPS},
        }
    )


def test_the_reader_belongs_to_the_cases() -> None:
    """Whoever changes rules/cases trains the reader again: python tools/train_reader.py."""
    assert readers.fingerprint(folders.read_cases(RULES)) == readers.load(text_of_reader()).cases


def text_of_reader() -> str:
    return (RULES / readers.FILE).read_text("utf-8")


def test_it_answers_only_what_rules_know_and_every_question_but_the_purchase() -> None:
    reader = book().reader
    assert reader is not None
    known = {each.reads: set(each.answers) for each in QUESTIONS.values()}
    assert set(reader.answers) == set(known) - {"purchase"}
    assert all(set(answers) <= known[question] for question, answers in reader.answers.items())


@pytest.mark.parametrize("name", sorted(folders.read_cases(RULES)))
def test_the_cases_hold_what_training_needs(name: str) -> None:
    rows = [json.loads(each) for each in folders.read_cases(RULES)[name].splitlines()]
    assert len({row["source"] for row in rows}) == len(rows) > 50
    known = {each.reads: {*each.answers, None, True, False} for each in QUESTIONS.values()}
    known["kind"].add("bounce")  # a label of whole mails, which no text alone can have
    for row in rows:
        assert row["writer"] and isinstance(row["text"], str) and isinstance(row["subject"], str)
        for question, label in row["labels"].items():
            assert {label} <= known[question] if not isinstance(label, list) else set(label) <= known[question]


def test_there_are_thousands_of_cases_each_with_a_source_of_its_own() -> None:
    rows = [json.loads(each) for text in folders.read_cases(RULES).values() for each in text.splitlines()]
    assert len({(row["writer"], row["source"]) for row in rows}) == len(rows) > 4000


def test_a_likelihood_is_the_softmax_of_the_weighed_words() -> None:
    """Two words of equal weight, one known twice as telling: (2*1 + 1*0) / sqrt(5) against 0."""
    reader = readers.load(model(word={"dött": [1], "dott": [2000, 0, 1000], "dag": [1000, 1, 0]}))
    read = reader.read(told("Dött i dag."))["urgent"]
    assert read == {"urgent": 0.71, "not_urgent": 0.29}  # 1 / (1 + exp(-2 / sqrt(5)))


def test_a_word_that_stands_there_twice_weighs_more_but_not_double() -> None:
    reader = readers.load(model(word={"dott": [1000, 0, 1000], "annat": [1000]}))
    once, twice = (reader.read(told(text))["urgent"]["urgent"] for text in ("Dött annat.", "Dött dött annat."))
    assert 0.5 < once < twice < 0.9


def test_parts_that_words_share_weigh_as_one_part_that_stands_there_twice() -> None:
    """ "vax" and "vaxa" share four parts; a reader that met the words before reads no otherwise."""
    parts = {each: [1000, 0, 500 + at] for at, each in enumerate([" va", " vax", "vax", "axa", "ax "])}
    reader = readers.load(model(part=parts))
    facts = told("Vax vaxa.")
    counted = features(facts)["part"]
    assert {counted[part] for part in parts} == {1, 2}
    weights = [(1 + log(counted[part])) for part in parts]
    score = sum(each * (0.5 + at / 1000) for at, each in enumerate(weights)) / sqrt(sum(each**2 for each in weights))
    once = reader.read(facts)
    assert once["urgent"]["urgent"] == pytest.approx(1 / (1 + exp(-score)), abs=0.0006)
    assert reader.read(facts) == once == pickle.loads(pickle.dumps(reader)).read(facts)


def test_without_a_known_word_nothing_is_known() -> None:
    assert readers.load(model()).read(told("Hej."))["urgent"] == {"urgent": 0.5, "not_urgent": 0.5}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": 2}',
        model(word={"dott": [1000, 7, 1000]}),
        model(word={"dott": [1000, 0]}),
        model(word={"dott": [10**9, 0, 10**9]}),
        model().replace('"bias": [0, 0]', '"bias": [0]'),
    ],
)
def test_what_is_no_reader_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        readers.load(text)
    assert readers.FILE in str(refused.value)


def test_a_reader_that_answers_what_no_rule_knows_is_refused() -> None:
    files = folders.read_rules(RULES) | {readers.FILE: model().replace('"not_urgent"', '"asap"')}
    with pytest.raises(Invalid, match="'asap' to 'urgent'"):
        build(files, test=False)


def test_words_that_weighed_most_are_places_of_the_mail() -> None:
    reader = book().reader
    assert reader is not None
    facts = told("Hej och tack för senast. " + OUTAGE)
    shown = [facts.words(span)[0] for span in reader.because(facts, "urgent", "urgent")]
    assert 1 <= len(shown) <= readers.SHOWN
    assert "Hej" not in shown
    assert reader.because(facts, "purchase", "partner") == ()


def test_features_are_the_same_with_and_without_marks_and_numbers_are_one_word() -> None:
    marked, plain = features(told("Växeln är död, 12 samtal.")), features(told("VAXELN ar dod, 99 samtal."))
    assert marked["word"] == plain["word"] == {"vaxeln": 1, "ar": 1, "dod": 1, "0": 1, "samtal": 1}
    assert marked["part"] == plain["part"]
    assert marked["near"] == {"vaxel dod": 1, "vaxel 0": 1, "ar 0": 1, "ar samta": 1, "dod samta": 1}
    assert all(stem.startswith("present asserted ") for stem in marked["said"])


def test_a_reader_rule_is_cited_with_the_words_that_weighed() -> None:
    text = "Folk står i dörren och undrar varför vi gömmer oss."
    decision = decided(text, {"urgent": {"urgent": 0.97, "not_urgent": 0.03}})
    assert decision.urgent
    for reason in decision.reasons["urgent"]:
        assert (reason.rule, reason.clause) == ("reads-urgent", "T4")
        assert reason.words and text[reason.start : reason.end] == reason.words


def test_a_rule_that_the_reader_finds_unlikely_is_passed_over_and_says_so() -> None:
    decision = decided("Ingen kan ringa oss, säger de som vi frågat.", {"urgent": {"urgent": 0.01, "not_urgent": 0.99}})
    assert not decision.urgent
    passed = [each for each in decision.passed_over if each.question == "urgent"]
    assert passed and "reads.urgent.urgent.below" in passed[0].because


def test_in_a_mail_of_few_words_no_rule_yields() -> None:
    """The reader learned that most faults are not urgent, and four words tell it nothing else."""
    for said in ("Växeln är död.", "Ingen kan ringa oss."):
        assert decided(said, {"urgent": {"urgent": 0.01, "not_urgent": 0.99}}).urgent


@pytest.mark.parametrize(("network", "about"), [(0.3, "hardware"), (0.5, "network"), (0.1, "hardware")])
def test_of_two_answers_that_the_reader_finds_likely_the_likelier_holds(network: float, about: str) -> None:
    readings = {"category": {"hardware": 0.4, "network": network, "other": 0.2}}
    assert decided("Det låter konstigt.", readings).category == about


@pytest.mark.parametrize(("likely", "unsure"), [(0.5, True), (0.99, False)])
def test_between_the_bounds_a_person_is_asked_to_look(likely: float, unsure: bool) -> None:
    readings = {"urgent": {"urgent": likely, "not_urgent": 1 - likely}}
    assert ("urgent" in decided("Ingen kan ringa oss.", readings).unsure) is unsure


def test_what_the_registry_records_is_not_for_the_reader_to_doubt() -> None:
    places = told("Snomen är död.").given({"device": ("named", "unapproved")})
    read = places.with_readings({"billable_reason": {"unapproved_hardware": 0.0, "none": 1.0}}).places
    assert book().answer("billable", read).answer == "unapproved_hardware"


def test_without_a_reader_the_words_decide() -> None:
    without = replace(book(), reader=None)
    assert decided("Ingen kan ringa oss.", by=without).urgent
    assert decided("Ingen kan ringa oss.", {}).urgent


def test_the_files_bounds_are_read() -> None:
    assert set(book().doubts) == set(QUESTIONS)
    assert book().doubts["purchase"] == Doubt()
    assert 0 < book().doubts["urgency"].overrules_below < book().doubts["urgency"].unsure_below < 1


def test_the_shipped_reader_and_rules_together_know_an_outage_and_an_order() -> None:
    outage = decided("Hej!\n\n" + OUTAGE)
    assert outage.kind == "fault" and outage.urgent
    order = decided("Hej, vi behöver två nya mobilabonnemang till personalen som börjar den 1 mars. Tack!")
    assert order.kind == "request" and not order.urgent
