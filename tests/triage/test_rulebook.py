"""The shipped rules hold their examples; broken rules are refused with every mistake named; order and unless work."""

from pathlib import Path

import pytest

from supportbot.errors import Invalid
from supportbot.triage import rulebook
from supportbot.triage.facts import of_text
from supportbot.triage.vocabulary import FACTS, QUESTIONS

ROOT = Path(__file__).parents[2]
BROKEN = sorted(path for path in (ROOT / "tests" / "broken" / "rules").iterdir() if path.is_dir())


def shipped() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (ROOT / "rules").glob("*.toml")}


def test_the_shipped_rules_hold_their_examples() -> None:
    book = rulebook.build(shipped())
    assert len(book.rules) >= 60
    assert {rule.question for rule in book.rules} == set(QUESTIONS)
    assert set(book.terms.clauses) == {f"T{number}" for number in range(1, 9)}


@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_a_mistake_is_named_with_its_place(folder: Path) -> None:
    """Each folder holds the files that replace shipped ones, and lines that must all be in the message.

    gone.txt names files that are taken away.
    """
    changed = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.suffix in (".toml", ".json")}
    gone = (folder / "gone.txt").read_text("utf-8").split() if (folder / "gone.txt").exists() else []
    with pytest.raises(Invalid) as refused:
        rulebook.build({name: text for name, text in (base() | changed).items() if name not in gone})
    for line in (folder / "expected.txt").read_text("utf-8").splitlines():
        assert line in str(refused.value)


def base() -> dict[str, str]:
    """The smallest rules that are whole: one rule for urgency, defaults for all else."""
    files = {f"{question}.toml": f'default = "{default}"\n{question} = []\n' for question, default in DEFAULTS.items()}
    return files | {
        "terms.toml": 'services = []\n[[clause]]\nid = "T4"\ntext = "Vid akuta fel per telefon."\n',
        "words.toml": (ROOT / "rules" / "words.toml").read_text("utf-8"),
        "urgency.toml": RULE,
    }


DEFAULTS = {"kind": "fault", "billable": "none", "category": "other", "purchase": "unsaid"}
RULE = """default = "not_urgent"
[[urgency]]
name = "dead"
answer = "urgent"
because = "It is dead."
clause = "T4"
when.text.mentions_any = ["växeln är död"]
unless.state.is_any = ["solved", "past"]
matches = ["Växeln är död."]
near_misses = ["Växeln är blå."]
"""


def test_an_unless_cancels_and_is_told() -> None:
    book = rulebook.build(base())
    places = of_text("", "I går var växeln är död. ", "sv", book.index).places
    answer = book.answer("urgency", places)
    assert (answer.answer, answer.match) == ("not_urgent", None)
    (passed,) = answer.passed_over
    assert passed.rule.name == "dead"
    assert str(passed.stopped) == "state.is_any = solved, past"


def test_a_cancelled_sentence_does_not_hide_another() -> None:
    book = rulebook.build(base())
    places = of_text("", "I går sa de att växeln är död. Växeln är död.", "sv", book.index).places
    match = book.answer("urgency", places).match
    assert match is not None
    assert {span.sentence for span in match.spans} == {1}


def test_rules_that_lack_their_words_are_not_tried_and_their_order_stays() -> None:
    first, second = (RULE.replace('"dead"', f'"{name}"').split("[[urgency]]") for name in ("late", "later"))
    text = "[[urgency]]".join((*first, second[1]))
    book = rulebook.build(base() | {"urgency.toml": text}, test=False)
    names = {
        text: [rule.name for rule in book.orders["urgency"].likely(of_text("", text, "sv", book.index).places)]
        for text in ("Växeln är död.", "Hej.")
    }
    assert names == {"Växeln är död.": ["late", "later"], "Hej.": []}


def test_the_reader_is_one_more_fact() -> None:
    asks = 'when.text.mentions_any = ["växeln är död"]\nunless.state.is_any = ["solved", "past"]'
    rule = RULE.replace(asks, "when.reads.urgent.urgent.at_least = 0.9")
    book = rulebook.build(base() | {"urgency.toml": rule}, test=False)
    sure = of_text("", "Hej.", "sv", book.index, {"urgent": {"urgent": 0.95}}).places
    doubtful = of_text("", "Hej.", "sv", book.index, {"urgent": {"urgent": 0.5}}).places
    assert book.answer("urgency", sure).answer == "urgent"
    assert book.answer("urgency", doubtful).answer == "not_urgent"


def test_all_words_are_listed() -> None:
    listed = rulebook.words(rulebook.build(base()))
    for name in (*QUESTIONS, *FACTS, "mentions_any", "at_least", "{nobody}"):
        assert name in listed
