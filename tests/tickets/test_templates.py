"""Templates are read with all their mistakes at once, and cannot reach anything but their values."""

import pytest
from letter_samples import sources, templates

from supportbot.errors import Invalid
from supportbot.tickets.samples import SAMPLES, trials
from supportbot.tickets.templates import Templates

ACK = "sv/acknowledgement.txt.j2"


def problems(changes):
    with pytest.raises(Invalid) as caught:
        Templates(dict(sources()) | changes)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_texts_are_whole():
    names = {path.partition("/")[2] for path in sources()}
    assert {f"{language}/{name}" for language in ("sv", "en") for name in names} == set(sources())
    assert templates().write("trouble", ["sv"], next(iter(trials("trouble")))).subject


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Subject: x\n\n{% if %}", "line 3"),
        ("Subject: x\n\n{{ partnr }}", 'Did you mean "partner"?'),
        ("Subject: x\n\n{{ partner.secret }}", "cannot be written"),
        ("Hej!", "Subject"),
        ("Subject: x\n\n{% import 'sv/ord.txt.j2' as words %}", "cannot be written"),
        ("Subject: x\n\n{{ number / 0 }}", "cannot be written"),
        ("Subject: x\n\n{{ ''.__class__.__mro__ }}", "cannot be written"),
        ("Subject: x\n\n{% if scene == 'review' %}{{ questions[7] }}{% endif %}", "cannot be written"),
    ],
)
def test_a_mistake_is_found_before_the_text_is_used(text, message):
    (problem,) = {line for line in problems({ACK: text}) if line.startswith(f"templates/{ACK}")}
    assert message in problem


def test_all_mistakes_at_once():
    found = problems({ACK: "Subject: {{ a }}", "en/alert.txt.j2": "{% if %}", "sv/ack.txt.j2": "Hej"})
    assert [line.partition(" ")[0].rstrip(":") for line in found] == [
        "templates/sv/ack.txt.j2",
        "templates/en/alert.txt.j2",
        f"templates/{ACK}",
    ]


def test_a_missing_text_and_a_missing_word_are_named():
    fewer = {path: text for path, text in sources().items() if path != ACK}
    with pytest.raises(Invalid, match=r"sv/acknowledgement\.txt\.j2: is missing"):
        Templates(fewer)
    words = sources()["sv/words.txt.j2"].replace('"porting": "nummerflytt",', "")
    assert 'templates/sv/words.txt.j2: has no word "porting" in "category".' in problems({"sv/words.txt.j2": words})


def test_every_alternative_is_tried_full_and_empty():
    tried = list(trials("acknowledgement"))
    assert {values["scene"] for values in tried} == set(SAMPLES["acknowledgement"]["scene"])
    assert {bool(values["questions"]) for values in tried} == {True, False}


def written(source, **values):
    changed = Templates(dict(sources()) | {"sv/trouble.txt.j2": source})
    return changed.write("trouble", ["sv"], dict(next(iter(trials("trouble")))) | values)


def test_values_are_put_in_and_never_run():
    out = written("Subject: {{ text }}\n\n{{ text }}\n", text="{{ 7 * 7 }} <b>\x00\x1b\nBcc: x\u202e")
    assert out.subject == "{{ 7 * 7 }} <b> Bcc: x"
    assert out.text == "{{ 7 * 7 }} <b> Bcc: x\n"
    assert "&lt;b&gt;" in out.html and "<b>" not in out.html


@pytest.mark.parametrize("value", ["# x", "- x", "> x", "$ x", "= x", "---", "1. x", "x \\"])
def test_a_value_is_never_taken_for_layout(value):
    assert written("Subject: y\n\n{{ text }}\nend\n", text=value).text == f"{value} end\n"


def test_a_tag_on_its_own_line_leaves_none_and_one_at_the_end_of_a_line_keeps_it():
    out = written("Subject: x\n\n{% if text %}\na{% if text %} b{% endif %}\n\n{% endif %}\nc\n")
    assert out.text == "a b\n\nc\n"


def test_a_long_subject_is_cut():
    assert len(written("Subject: {{ text }}\n\nx", text="å" * 500).subject) == 200
