"""One source, two bodies: text of short lines, and HTML that says the same and runs nothing."""

import re
from html import unescape

from supportbot.tickets.layout import SHIELD, lay_out

LETTER = """
# Rubrik

Ett stycke
i två rader. Ring 020-20 20 22.

1. Första frågan
1. Andra frågan

- punkt
$ supportbot ticket 7 take

= Kund: Kund & Söner AB
= Inkom: i dag

> citat <b>fet</b>
>

Hälsningar\\
Kundcenter
"""


def stripped(html):
    """What a reader sees of the HTML, white space squashed."""
    body = re.sub(r"<head>.*?</head>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_text():
    text, _ = lay_out([("sv", LETTER)])
    assert text.splitlines() == [
        "RUBRIK",
        "",
        "Ett stycke i två rader. Ring 020-20 20 22.",
        "",
        "1. Första frågan",
        "2. Andra frågan",
        "",
        "- punkt",
        "    supportbot ticket 7 take",
        "",
        "Kund: Kund & Söner AB",
        "Inkom: i dag",
        "",
        "> citat <b>fet</b>",
        ">",
        "",
        "Hälsningar",
        "Kundcenter",
    ]


def test_html_escapes_and_says_the_same():
    _, html = lay_out([("sv", LETTER)])
    assert stripped(html) == (
        "Rubrik Ett stycke i två rader. Ring 020-20 20 22. Första frågan Andra frågan punkt supportbot ticket 7 take "
        "Kund: Kund & Söner AB Inkom: i dag citat <b>fet</b> Hälsningar Kundcenter"
    )
    assert "<b>" not in html
    assert not re.search(r"src=|href=|url\(|<script|<style|<link|<img", html)


def test_a_telephone_number_is_not_broken():
    for length in range(40, 80):
        text, _ = lay_out([("sv", "x" * length + " ring 08-465 004 90 nu " + "y" * 30)])
        assert "08-465 004 90" in text
        assert max(map(len, text.splitlines())) <= 78


def test_an_endless_word_is_broken():
    text, _ = lay_out([("sv", "a" * 500)])
    assert max(map(len, text.splitlines())) <= 78
    assert text.replace("\n", "") == "a" * 500


def test_a_value_is_never_taken_for_layout():
    for value in ("# x", "- x", "1. x", "> x", "$ rm", "= a: b", "---", "x\\"):
        text, html = lay_out([("sv", f"{SHIELD}{value}{SHIELD}\nslut")])
        assert text == f"{value} slut\n"
        assert html.count("<p ") == 1


def test_an_empty_value_leaves_no_line():
    text, _ = lay_out([("sv", f"a\n\n{SHIELD}{SHIELD}\n\nb")])
    assert text == "a\n\nb\n"


def test_two_languages_one_below_the_other():
    text, html = lay_out([("sv", "Hej!"), ("en", "Hello!")])
    assert text.startswith("Hej!") and text.endswith("Hello!\n")
    assert '<div lang="sv">' in html and '<div lang="en">' in html
