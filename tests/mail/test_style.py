"""What a style hides is not read, what only sounds so is; a sheet's rule counts where nothing shows again."""

from contextlib import suppress

import pytest

from supportbot.mail import html, sheets, style

HIDES = (
    "display:none", "DISPLAY : None !important", "display:/**/none", "display:n\\6fne", "visibility:hidden",
    "visibility:collapse", "mso-hide:all", "opacity:0", "opacity:0.0", "opacity:.0", "opacity:0%", "font-size:0",
    "font-size:0px", "font-size:.0px", "font:0/0 a", "max-height:0", "max-height:.0px", "height:0;overflow:hidden",
    "width:0px;overflow:hidden", "text-indent:-9999px", "position:absolute;left:-9999px", "opacity:1;opacity:0",
    "display:none !important;display:block",
)  # fmt: skip
SHOWS = (
    "backface-visibility:hidden", "-webkit-backface-visibility:hidden", "fill-opacity:0", "stop-opacity:0",
    "color:red/*display:none*/", "opacity:0;opacity:1", "display:none;display:block", "opacity:0.9", "font-size:0.9em",
    "max-height:none", "max-height:0.5em", "overflow:hidden", "height:0", "text-indent:-18pt", "left:-9999px",
    "margin-left:-600px", "display:block !important;display:none", "background:url(display:none)", "",
)  # fmt: skip
SHEETS_HIDE = (
    ".x{display:none}", "#y{visibility:hidden}", "p.x{font-size:0}", "div .x{opacity:0}", ".a, .x{display:none}",
    "/* Outlook */ .x { display : none !important }", "body .x{max-height:0}",
)  # fmt: skip
SHEETS_SHOW = (
    "@media only screen and (max-width:600px){.x{display:none}}", ".x:hover{display:none}", ".z{display:none}",
    ".x{display:none} .x{display:block}", ".x{mso-hide:all}", ".x{backface-visibility:hidden}", ".x{display:none",
    ".x{{{{display:none}", "<!-- .x{color:red} -->", "@import url(x.css);",
)  # fmt: skip


def shown(own: str = "", sheet: str = "") -> str:
    head = f"<head><style>{sheet}</style></head>" if sheet else ""
    return html.to_text(
        f'<html>{head}<body><div><p>Hej</p><p class="x" id="y" style="{own}">VIKTIGT</p></div></body></html>'
    )


@pytest.mark.parametrize("own", HIDES)
def test_a_style_hides(own: str) -> None:
    assert shown(own) == "Hej"


@pytest.mark.parametrize("own", SHOWS)
def test_a_style_only_sounds_so(own: str) -> None:
    assert "VIKTIGT" in shown(own)


@pytest.mark.parametrize("sheet", SHEETS_HIDE)
def test_a_sheet_hides(sheet: str) -> None:
    assert shown(sheet=sheet) == "Hej"


@pytest.mark.parametrize("sheet", [each for each in SHEETS_SHOW if each != ".x{display:none"])
def test_a_sheet_that_hides_nothing_here(sheet: str) -> None:
    assert "VIKTIGT" in shown(sheet=sheet)


def test_a_sheet_without_its_end_hides_as_in_a_browser() -> None:
    assert shown(sheet=".x{display:none") == "Hej"


def test_an_element_may_show_itself_against_the_sheet() -> None:
    assert "VIKTIGT" in shown("display:block", ".x{display:none}")
    assert shown("color:red", ".x{display:none}") == "Hej"


@pytest.mark.parametrize(
    ("outer", "inner", "sheet"),
    [
        ("font-size:0px", "font-size:13px", ""),
        ("font:0/0 a", "font:14px Arial", ""),
        ("font-size:0", "font:14px Arial", ""),
        ("visibility:hidden", "visibility:visible", ""),
        ("", "font-size:14px", ".b{font-size:0}"),
        ("", "", ".b{font-size:0} span{font-size:14px}"),
    ],
)
def test_what_is_inside_may_be_shown_again(outer: str, inner: str, sheet: str) -> None:
    """The layout of MJML and many newsletter programs: the cell is of no size, its text is not."""
    page = f'<style>{sheet}</style><table><tr><td class="b" style="{outer}">gap<div><span style="{inner}">Alla är döda'
    assert html.to_text(page + "</span></div>gap</td></tr></table><p>Hej</p>").split() == ["Alla", "är", "döda", "Hej"]


def test_sheets_that_speak_of_too_much_hide_nothing() -> None:
    rows = "<tr><td>Rad</td></tr>" * (sheets.MOST_STYLED + 1)
    assert (
        html.to_text(f"<style>td{{font-size:0}} td{{font-size:14px}}</style><table>{rows}</table>").count("Rad") > 2000
    )


@pytest.mark.parametrize(
    "sheet",
    [
        "* * * * * * * * *{display:none}" * 200,
        ".x{" * 10_000 + "display:none",
        "(" * 50_000 + "display:none",
        "p{display:none}" * 5000,
        ",".join(["p"] * 20_000) + "{display:none}",
        "\\" * 50_000 + "{display:none}",
    ],
    ids=["deep", "nested", "brackets", "many", "wide", "escapes"],
)
def test_a_sheet_made_to_be_slow_gives_little_to_match(sheet: str) -> None:
    """20 000 selectors in one rule had cost 47 s."""
    with suppress(RecursionError):
        selectors = [selector for selector, _ in style.hiding_rules(sheet)]
        assert len(selectors) <= style.MOST_RULES
        assert all(len(selector) <= 1000 and len(selector.split()) <= style.MOST_STEPS for selector in selectors)
    assert html.to_text(f"<style>{sheet}</style><i>Hej</i>") == "Hej"
