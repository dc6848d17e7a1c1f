"""HTML is laid out only where it must be: never believed where it could hide what it says."""

import pytest

from supportbot.mail.html_source import Source
from supportbot.mail.parse import parse

SAID = "Växeln ringer inte vidare till någon av telefonerna i receptionen"
MAIL = """From: Anna <anna@kund.se>
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{plain}
--b
Content-Type: text/html; charset=utf-8

{html}
--b--
"""


def test_words_that_everybody_sees() -> None:
    assert Source(f"<p>Hej! {SAID} idag</p>").surely_shown() >= set(SAID.lower().split())


def test_a_word_that_may_go_on_in_another_element_is_none() -> None:
    shown = Source("<p>en bord<b>telefon</b> är svart</p>").surely_shown()
    assert "är" in shown and not shown & {"bord", "telefon"}


@pytest.mark.parametrize(
    "html",
    [
        f'<div style="display:none">Hej {SAID} idag</div>',
        f'<div style="&#100;isplay:none">Hej {SAID} idag</div>',
        f"<div hidden>Hej {SAID} idag</div>",
        f'<div style="font-size:0">Hej {SAID} idag</div>',
        f'<div style="font-size:\t0px">Hej {SAID} idag</div>',
        f"<!-- Hej {SAID} idag -->",
        f"<style>Hej {SAID} idag</style>",
        f"<div>x<style>Hej {SAID} idag</style><!--<body--></div>",
        f"<script>Hej {SAID} idag</script>",
        f'<img alt="> Hej {SAID} idag">',
    ],
)
def test_what_markup_hides_is_compared_as_a_reader_sees_it(html: str) -> None:
    shown = "<p>Betala fakturan hos banken genast annars stängs alla konton</p>"
    assert not Source(shown + html).surely_shown() & set(SAID.lower().split())
    mail = parse(MAIL.format(plain=SAID, html=shown + html).encode())
    assert "the plain text and the HTML say different things" in mail.oddities
    assert SAID in mail.text and "Betala" in mail.text
