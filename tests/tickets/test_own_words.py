"""What the program notes in English, told in Swedish: every reason that it sets a mail aside for, and what fails."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders import JOUR, NOW
from letter_samples import OFFICE, sources, templates

import supportbot
from supportbot import connecting
from supportbot.errors import Invalid
from supportbot.tickets.alarm import alarm
from supportbot.tickets.faults import Fault
from supportbot.tickets.own_words import in_own_words
from supportbot.tickets.templates import Templates

ROOT = Path(supportbot.__file__).parent
SENTENCES = {
    "claims ticket {0}, but not {1}": "hänvisar till {0}, men inte {1}",
    "{0} wait: {1}": "{0} väntar: {1}",
    "{0}: nothing listens there": "{0}: ingen svarar",
    "the database": "databasen",
    "Try again": "Försök igen",
}


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("claims ticket 10001, 10002, but not the other", "hänvisar till 10001, 10002, men inte the other"),
        ("2 wait: the database: nothing listens there. Try again.", "2 väntar: databasen: ingen svarar. Försök igen."),
        ("h:25: nothing listens there", "h:25: ingen svarar"),
        ("claims ticket {0.__class__}, but not {1}", "hänvisar till {0.__class__}, men inte {1}"),
        ("he said: claims ticket 1, but not 2!", "he said: claims ticket 1, but not 2!"),
        ("550 5.1.1 No such user. {0}", "550 5.1.1 No such user. {0}"),
        ("", ""),
    ],
)
def test_sentences_with_holes(text, own):
    assert in_own_words(text, SENTENCES) == own


def _written(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, "7" in place of what is put in."""
    match node:
        case ast.Constant(value=str() as text) if text:
            yield text
        case ast.JoinedStr():
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        case ast.BoolOp() | ast.IfExp():
            for inner in ast.iter_child_nodes(node):
                yield from _written(inner) if isinstance(inner, ast.expr) else ()


def _nodes(file: str) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))


def _given(file: str, to: str, place: int | str) -> set[str]:
    """The texts that are handed to calls of `to` at this place, or by this name."""
    found: set[str] = set()
    for node in _nodes(file):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == to:
            named = [keyword.value for keyword in node.keywords if keyword.arg == place]
            values = node.args[place : place + 1] if isinstance(place, int) else named
            found |= {text for value in values for text in _written(value)}
    return found


def _returned(file: str, by: str) -> set[str]:
    """The texts that this function returns."""
    functions = [node for node in _nodes(file) if isinstance(node, ast.FunctionDef) and node.name == by]
    returns = [one.value for function in functions for one in ast.walk(function) if isinstance(one, ast.Return)]
    return {text for value in returns if value for text in _written(value)}


def _verdicts() -> set[str]:
    """The reasons of verdict.py that go with a quarantine."""
    calls = [node for node in _nodes("tickets/verdict.py") if isinstance(node, ast.Call)]
    aside = [
        call for call in calls if ast.unparse(call.func) == "Judged" and ast.unparse(call.args[0]) == "'quarantine'"
    ]
    return {text for call in aside for text in _written(call.args[1])}


STRUCK = _given("workers/sandbox.py", "_Lost", 0) | _given("workers/sandbox.py", "Poisoned", 0)
ASIDE = {
    "verdict": _verdicts(),
    "pretence": _returned("mail/addresses.py", "pretence"),
    "unreadable": _returned("mail/parse.py", "_unreadable") | _given("mail/parse.py", "ParsedMail", "suspicious"),
    "struck": {f"{why}; tried 3 times" for why in STRUCK | _given("workers/triage.py", "_strike", 1)},
    "connecting": {f"127.0.0.1:1: {words}." for words in connecting._WORDS.values()}
    | {f"127.0.0.1:1: {words}." for words in _returned("connecting.py", "why_not")},
}


@pytest.mark.parametrize("source", ASIDE)
def test_each_reason_has_swedish_words(source):
    assert len(ASIDE[source]) >= 2
    for text in ASIDE[source]:
        own = templates().noted("sv", text)
        assert own != text and own.endswith(".") == text.endswith("."), text
        assert "tried" not in own and "while" not in own, own
        assert templates().noted("en", text) == text


def test_the_alarm_says_in_swedish_what_fails_and_masks_it():
    fault = Fault("mail_out", NOW, "2 wait: smtp.example:587: nothing listens there.")
    flat = " ".join(alarm("begun", fault, NOW, JOUR, OFFICE, templates()).text.split())
    assert "2 väntar: smtp.example:587: ingen server svarar där." in flat
    english = alarm("begun", fault, NOW, JOUR, replace(OFFICE, languages=("en",)), templates())
    assert "2 wait: smtp.example:587: nothing listens there." in " ".join(english.text.split())
    quoted = replace(fault, because="mx.example:25: signing in as '19640823-3234' was refused.")
    assert "19640823" not in alarm("begun", quoted, NOW, JOUR, OFFICE, templates()).text


@pytest.mark.parametrize(
    ("noted", "says"),
    [
        ('{"claims {0}": "om {1}"}', 'has other holes than "claims {0}" in its words'),
        ('{"claims {1}": "om {0}"}', 'numbers the holes of "claims {1}" otherwise'),
        ('{"claims {0}": "om {"}', "has other holes"),
        ('{"claims {0}": 7}', "holds what is no text: claims {0}"),
        ('"claims"', "is no list of sentences"),
    ],
)
def test_a_sentence_that_a_letter_could_fail_with_is_refused(noted, says):
    words = sources()["en/words.txt.j2"].replace("{% set noted = {} %}", "{% set noted = " + noted + " %}")
    with pytest.raises(Invalid) as caught:
        Templates(dict(sources()) | {"en/words.txt.j2": words})
    (problem,) = caught.value.problems
    assert problem.where == "templates/en/words.txt.j2" and says in problem.what


def test_words_of_an_older_version_have_none():
    words = sources()["en/words.txt.j2"].replace("{% set noted = {} %}", "")
    assert Templates(dict(sources()) | {"en/words.txt.j2": words}).noted("en", "not tried yet") == "not tried yet"
