"""Strings from outside become harmless without losing what they say."""

import unicodedata

import pytest

from supportbot.mail.clean import clean_line, clean_text, visible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("Hej\r\nBcc: offer@example.se", "Hej Bcc: offer@example.se"),
        ("a\u2028b\u0085c\x0bd", "a b c d"),
        ("\x00\x1b[31mröd\x7f\x9b", "[31mröd"),
        ("a\u0308 växel", "ä växel"),
        ("be\u202etxt.exe", "betxt.exe"),
        ("a\u200bk\u00adu\u200dt", "akut"),
        (f"familj {FAMILY}", f"familj {FAMILY}"),
        ("\ud83d\ude00 \ud800", "\U0001f600 \ufffd"),
        ("  många \t\u00a0 mellanrum  ", "många mellanrum"),
        ("\U000e0041\U000e0042gömt", "gömt"),
        ("", ""),
    ],
)
def test_a_line_holds_no_sign_that_does_something(given: str, line: str) -> None:
    assert clean_line(given) == line


@pytest.mark.parametrize(
    ("given", "limit", "line"),
    [
        ("abcdef", 3, "abc"),
        ("ab" + "g\u0308" * 3, 3, "ab"),
        (FAMILY * 2, 6, FAMILY),
        ("\U0001f1f8\U0001f1ea" * 3, 3, "\U0001f1f8\U0001f1ea"),
        ("abc def", 4, "abc"),
    ],
)
def test_the_cut_falls_between_visible_characters(given: str, limit: int, line: str) -> None:
    assert clean_line(given, limit) == line


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a\r\nb\rc\nd\r\r\ne", "a\nb\nc\nd\ne"),
        ("kolumn\tkolumn", "kolumn\tkolumn"),
        ("a\u2029b\u0085c", "a\nb\nc"),
        ("020\u00a0-\u202f20", "020 - 20"),
        ("\ufeffhej\x00\x08", "hej"),
        ("r\u034föd o\u0308", "röd ö"),
        ("”citat” – €", "”citat” – €"),
    ],
)
def test_a_body_keeps_its_lines_and_nothing_else_that_is_invisible(given: str, text: str) -> None:
    assert clean_text(given) == text


def test_a_heap_of_marks_is_cut_before_it_costs_quadratic_time() -> None:
    text = clean_text("a" + "\u0301\u0316" * 100_000 + "b")
    assert text.startswith("á") and text.endswith("b") and len(text) < 40
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[2J\r\n", "\\x1b[2J\\r\\n"),
        ("a\u202eb", "a\\u202eb"),
        ("\ud800", "\\ud800"),
        ("Växel ” \U0001f600", "Växel ” \U0001f600"),
    ],
)
def test_a_terminal_sees_controls_as_text(given: str, shown: str) -> None:
    assert visible(given) == shown
