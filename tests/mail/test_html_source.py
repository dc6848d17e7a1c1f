"""HTML is laid out only where it must be: never believed where it could hide what it says."""

import pytest
from watching import cpu_of

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
    "page",
    [
        "<div>{}</div>",
        '<html><head><meta charset="utf-8"></head><body lang="SV"><p class="MsoNormal">{}<o:p></o:p></p></body></html>',
        "<html><head><style><!-- p {{margin:0}} --></style><!--[if mso]><xml><o:x/></xml><![endif]--></head><body>"
        "<b>{}</b>",
        "<p>a &lt; b</p>\n<blockquote type='cite'>{}<br/>x</blockquote>",
    ],
)
def test_lines_that_everybody_sees(page: str) -> None:
    shown = Source(page.format(SAID))
    assert shown.repeats(SAID) and not shown.repeats(SAID[:-1])
    assert Source(page.format(SAID.replace(" inte", "\ninte"))).repeats(SAID), "wrapped"


@pytest.mark.parametrize(
    "page",
    [
        '<a title="><b>{}<b">x</a>',
        '<p x"y="z>{}<p a="b">',
        '<html lang="><head></head><body>{}<p a="b">',
        "<html><head><!--><title>--></head><body><p>{}</p>",
        "<html><head><!--[if x]>--><title><![endif]--></head><body><p>{}</p>",
        "<html><head><style></head><body><p>{}</p>",
        "<title><p>{}</p></title>",
        "<body><textarea><p>{}</p></textarea>",
        "<p <p>{}</p>",
        "<? <p>{}</p>",
        "</ <p>{}</p>",
        "<svg><p>{}</p></svg>",
        "<html><head><style>p {{display:none}}</style></head><body><p>{}</p>",
        "<font size=1 style=font-size:0>{}</font>",
        "<P HIDDEN>{}</P>",
        "<x-y>{}</x-y>",
    ],
)
def test_a_line_that_may_be_hidden_is_not_believed(page: str) -> None:
    assert not Source(page.format(SAID)).repeats(SAID)


def test_a_page_full_of_beginnings_costs_no_square() -> None:
    pages = [sign * (39_000 // len(sign)) for sign in ("<", "< ", '="', "<html ", "<p a=")]
    assert cpu_of(lambda: [Source(page).repeats(SAID) for page in pages]) < 0.5
    assert not any(Source(page).repeats(SAID) for page in pages)


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
