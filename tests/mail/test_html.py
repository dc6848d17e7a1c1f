"""HTML of mails as a reader would see it."""

import pytest

from supportbot.mail.html import MAX_CHARS, lines, to_text

CASES = {
    "paragraphs": ("<p>Hej</p><p>Luren  är\n död</p>", "Hej\n\nLuren är död"),
    "outlook's paragraphs": (
        '<p class="MsoNormal">a</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">b</p>',
        "a\n\nb",
    ),
    "paragraphs without margin": ("<style>p{margin:0}</style><p>a</p><p>b</p>", "a\nb"),
    "breaks": ("a<br>b<br><br>c", "a\nb\n\nc"),
    "divs": ("<div>a</div><div>b</div><div><br></div><div>c</div>", "a\nb\n\nc"),
    "inline": ("<b>Fet</b> och <i>kursiv</i>a <span>ord</span>", "Fet och kursiva ord"),
    "heading": ("<h1>Rubrik</h1>text", "Rubrik\n\ntext"),
    "list": ("<ul><li>ett</li><li>två</li></ul>", "- ett\n- två"),
    "numbered list": ("<ol><li>ett<li><p>två</p></ol>", "1. ett\n2. två"),
    "list in list": ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
    "table": (
        "<table><tr><th>Namn</th><td>Eva</td></tr><tr><td><p>Tel</p></td><td><p>08-1</p></td></tr></table>",
        "Namn | Eva\nTel | 08-1",
    ),
    "empty cells": ("<table><tr><td></td><td>a</td><td></td></tr></table>b", "a\n\nb"),
    "preformatted": ("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd"),
    "entities": ("5 &lt; 6 &amp; &aring;&auml;&#246; &euro; &hellip;", "5 < 6 & åäö € …"),
    "hidden": ('a<div style="display: none">b</div><span hidden>c</span><p style="mso-hide:all">d</p>', "a"),
    "invisible": ('a<span style="visibility:hidden">b</span><span style="font-size:0px">c</span>', "a"),
    "small is not hidden": ('<span style="font-size:0.8em">a</span><b style="opacity:0.9">b</b>', "ab"),
    "not shown": ("<head><title>t</title></head><script>x</script><!-- c --><style>s</style>a", "a"),
    "tracking pixel": ('a<img src="https://t.example/p.gif" width="1" height="1" alt="">', "a"),
    "logo": ('a<img src="l.png" alt="Företagets logotyp">', "a"),
    "emoji": ('a<img src="s.png" alt="😀">', "a😀"),
    "link": ('<a href="https://kund.example/a">här</a>', "här <https://kund.example/a>"),
    "link that says it": ('<a href="https://www.kund.example/">kund.example</a>', "kund.example"),
    "mail link": ('<a href="mailto:e@k.example?subject=x">e@k.example</a>', "e@k.example"),
    "mail link with a name": ('<a href="mailto:e@k.example">Eva</a>', "Eva <e@k.example>"),
    "dangerous link": ('<a href="javascript:alert(1)">här</a>', "här"),
    "unclosed": ("<div><b>a<p>b", "a\n\nb"),
    "nothing": ("", ""),
    "no markup": ("bara text", "bara text"),
}


@pytest.mark.parametrize("name", CASES)
def test_text(name: str) -> None:
    html, text = CASES[name]
    assert to_text(html) == text


def test_levels_and_marks() -> None:
    found = lines(
        '<div>svar</div><div class="gmail_attr">intro<br></div><blockquote type="cite">q<blockquote type="cite">r'
        '</blockquote></blockquote>efter<div class="gmail_signature">Eva<br>AB</div>'
    )
    assert [(line.text, line.level, line.mark) for line in found if line.text] == [
        ("svar", 0, ""),
        ("intro", 0, "attribution"),
        ("q", 1, ""),
        ("r", 2, ""),
        ("efter", 0, ""),
        ("Eva", 0, "signature"),
        ("AB", 0, "signature"),
    ]


HOSTILE = {
    "nested": "<div>" * 50_000 + "x",
    "unclosed bold": "<b>" * 20_000 + "x",
    "attributes": "<a " + " ".join(f"a{number}=1" for number in range(30_000)) + ">x",
    "angle brackets": "<" * 100_000 + " x",
    "comments": "<!--" * 50_000,
    "tables": "<table><tr><td>" * 10_000 + "x",
    "nul": "x\0<p>\0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_is_read(name: str) -> None:
    assert to_text(HOSTILE[name]).endswith("" if name == "comments" else "x")


def test_huge_html_is_cut() -> None:
    assert len(to_text("a" * (2 * MAX_CHARS))) == MAX_CHARS


def test_deep_html_keeps_its_text() -> None:
    assert to_text("<div>hej &lt;3 <p>du</p>" * 400).startswith("hej <3 du\nhej <3 du")
