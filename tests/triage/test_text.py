"""Sentences, words, keys and phrases: what stands where, and what a phrase of a rule stands for."""

import pytest

from supportbot.triage.phrases import PLACES, Span, build, parse
from supportbot.triage.text import LIMIT, NUMBERS, SENTENCES, fold, judged, sentences, squeezed


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Hej! Växeln är död. Ingen når oss.", 3),
        ("Kl. 10.30 bröts det, t.ex. i kön.", 1),
        ("Sedan kl 08.15 ringer ingen\nutan att det märks hos oss här inne\npå kontoret.", 1),
        ("Rad ett\n- punkt a\n- punkt b", 3),
        ("", 0),
        ("...!?\n\n", 0),
    ],
)
def test_sentences_end_where_people_end_them(text: str, count: int) -> None:
    assert len(sentences(text, "sv")) == count


def test_offsets_are_places_in_the_text() -> None:
    text = "Hej!\nVÄXELN är dö\u200bd, sedan 08.15.\n\nMvh"
    words = [text[word.start : word.end] for each in sentences(text, "sv") for word in each.words]
    assert words == ["Hej", "VÄXELN", "är", "dö\u200bd", "sedan", "08.15", "Mvh"]


def test_folding_removes_marks_and_invisible_characters() -> None:
    assert fold("VÄX\u00adELN") == fold("va\u200bxeln") == "vaxeln"


def test_long_texts_are_cut() -> None:
    assert len(sentences("Ja. " * 5_000, "sv")) == SENTENCES
    assert sentences("x" * LIMIT + " akut", "sv")[-1].end <= LIMIT


def test_a_letter_is_judged_whole_and_a_log_in_part() -> None:
    letter = "Ring 08-123 45 67.\n" * 60
    assert judged(letter) == letter
    assert judged("x" * (LIMIT + 1)) == "x" * LIMIT
    assert judged("7 " * (NUMBERS + 1)) == "7 " * NUMBERS


def test_only_long_gaps_are_squeezed() -> None:
    assert squeezed("a \n\n b") == "a \n\n b"
    assert squeezed("a" + "\n" * 90 + "b") == "a" + "\n" * 40 + "b"


def test_a_sentence_ends_after_the_last_of_its_signs() -> None:
    found = sentences('Hallå?!? Svara "nu!". Se a.!?b.', "sv")
    assert [len(each.words) for each in found] == [1, 2, 3]
    assert [each.asked for each in found] == [True, False, False]


def test_a_phrase_that_is_said_all_the_time_is_found_so_often_only() -> None:
    index = build({}, [parse("akut")])
    found = index.find(sentences("Akut. " * 3 * PLACES, "sv", index.beginnings))["akut"]
    assert found[:2] == (Span(0, 0, 0), Span(1, 0, 0))
    assert len(found) == PLACES


def test_words_met_before_are_found_again_in_each_language() -> None:
    index = build({}, [parse("ringer"), parse("^=lägg")])
    for text, language, found in (
        ("Lägg in. Vi lägg in.", "sv", {"^=lägg": (Span(0, 0, 0),)}),
        ("Vi lägg in, lägg in.", "sv", {"^=lägg": (Span(0, 3, 3),)}),
        ("Det ringde.", "sv", {"ringer": (Span(0, 1, 1),)}),
        ("Det ringde.", "fi", {}),
    ):
        assert index.find(sentences(text, language, index.beginnings)) == found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("ringer", "Det ringde hos oss.", True),
        ("kommer fram", "Ingen kommer fram.", True),
        ("kommer fram", "Fram kommer ingen.", False),
        ("kommer … fram", "De kommer inte alls fram.", True),
        ("kommer … fram", "De kommer inte på en enda gång fram.", False),
        ("hiss*", "Hisstelefonen tiger.", True),
        ("*larmet", "Trygghetslarmet tiger.", True),
        ("=boka", "Vi bokar allt.", False),
        ("^=lägg", "Hej, lägg in Eva.", True),
        ("^=lägg", "Vi vill lägg in Eva.", False),
        ("växeln", "VAXELN ar nere", True),
        ("når", "Det märks när vi ringer.", False),
        ("når", "nar ingen oss", True),
        ("huvudnumret", "huvud\u200bnumret tiger", True),
        ("14:30", "Klockan 14:30 tystnade det.", True),
    ],
)
def test_what_a_phrase_stands_for(phrase: str, text: str, found: bool) -> None:
    index = build({}, [parse(phrase)])
    assert (phrase in index.find(sentences(text, "sv", index.beginnings))) is found


def test_concepts_stand_in_phrases_and_in_later_concepts() -> None:
    concepts = {"nobody": [parse("ingen"), parse("inte en enda")], "cut-off": [parse("{nobody} … fram")]}
    index = build(concepts, [parse("{cut-off} i dag")])
    found = index.find(sentences("Inte en enda kommer fram i dag.", "sv", index.beginnings))
    assert {"{nobody}", "{cut-off}", "{cut-off} i dag"} <= found.keys()


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        parse(" … ")
