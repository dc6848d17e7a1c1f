"""The attributes of one HTML element -> what they say of it: hidden, quoted, an introduction, a signature, coloured.

Pure. The trap: every program has its own marks, and Outlook puts "x_" before those of the mails that it quotes.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from supportbot.mail.lines import Mark
from supportbot.mail.style import concealed_by
from supportbot.mail.wording import INSIDE_BELOW, words

Attributes = dict[str, str | None]
_MOST_KEPT = 500
_UNNAMED: tuple[bool, bool, Mark] = (False, False, "")

_OUTLOOK_LINE = re.compile(
    r"border-top\s*:\s*(?:solid\s+#?\w+\s+1\.0pt|#?\w+\s+1\.0pt\s+solid|1(?:\.0)?pt\s+solid)"
    r"|border-width\s*:\s*1(?:\.0)?pt\s+(?:medium|0)",
    re.IGNORECASE,
)
"""The line above a quote: as Word writes it, and as Outlook on the web rewrites that."""

_QUOTE_BOXES = words(
    """
    yahoo_quoted protonmail_quote tutanota_quote olk_src_body_section isreplycontent zmail_extra_quote
    """
)
_ATTRIBUTIONS = words(
    """
    gmail_attr moz-cite-prefix reply-intro
    """
)
_HEADER_BLOCKS = words(
    """
    divrplyfwdmsg outlookmessageheader ms-outlook-mobile-reference-message stopspelling
    """
)
_SIGNATURES = words(
    """
    gmail_signature moz-signature signature applemailsignature composer_signature ms-outlook-mobile-signature
    protonmail_signature_block yahoo-signature
    """
)

_SPEAKS = re.compile(
    r"\b(?:i|med|in|with)\s+(?:en\s+)?(r(?:ö|&ouml;|ø)(?:tt|dt?)|blått|blå|gr[öø]nt|grön|red|blue|green|blåt|rot|blau|grün)\b"
    r"|\b(r[öø]d|blå|gr[öø]n|red|blue|green)t?[ -]?(?:text|tekst|skrift|markera)"
    r"|\b(?P<finnish>punaisella|sinisellä|vihreällä)\b"
)
_FINNISH = {"p": "r", "s": "b", "v": "g"}
_COLOURS = (
    "rött", "röd", "r&ouml;", "blå", "grön", "grøn", "rød", "in red", "in blue", "in green", "with red", "with blue",
    "with green", "in rot", "in blau", "in grün", "red text", "blue text", "green text", "punaisella", "sinisellä",
    "vihreällä",
)  # fmt: skip
"""One of them stands in most of what _SPEAKS knows, and to look for them first is much faster."""
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;]{1,40})", re.IGNORECASE)
_NAMED = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255)}
_HEX = re.compile(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b.*")
_LEAST_COLOUR = 110
"""Between the strongest and the weakest part of a colour that a reader calls one; Outlook's dark blue (94) is none."""

_MARKING = (*_QUOTE_BOXES, *_ATTRIBUTIONS, *_HEADER_BLOCKS, "signature", "blockquote", "gmail_quote", "border-top",
            "border-width", "&#")  # fmt: skip
"""One of them stands in any HTML of which `quotation` says something; "&#" can write each of them."""
_HIDING = (
    "display", "hidden", "visibility", "opacity", "max-height", "mso-hide", "&#", "\0", "<script", "<noscript",
    "<template", "<object", "<embed", "<svg", "<math", "<select", "<datalist", "<audio", "<video",
)  # fmt: skip
_MAY_BE_SMALL = re.compile(
    r"font(?:-size(?!\s?:\s?[1-9a-z])|\s?:(?!\s?[1-9a-z]))|(?:indent|left|top)\s?:\s?-\d{3}|\\[0-9a-f]"
)
"""Too small to be seen, or far outside the page; or written in escapes, which may say anything."""


def may_mark(low: str) -> bool:
    """Whether HTML, small, may hold anything of which `quotation` says something. Asked before it is laid out."""
    return any(map(low.__contains__, _MARKING))


def may_hide(low: str) -> bool:
    """Whether HTML, small, may hold anything that a reader does not see, but for comments and style sheets."""
    return any(map(low.__contains__, _HIDING)) or _MAY_BE_SMALL.search(low) is not None


def is_hidden(attributes: Attributes) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _of_style(style[:2000])[0])


Unseen = tuple[bool, bool]
"""Too small, invisible."""
SEEN: Unseen = (False, False)
_INHERITED = ("font", "font-size", "visibility")
"""What these hide, something inside may show again."""


def hides_all(said: Mapping[str, bool]) -> bool:
    """Whether an element is hidden with all that is in it."""
    return any(hides for name, hides in said.items() if name not in _INHERITED)


def unseen(attributes: Attributes, sheet: Mapping[str, bool] | None, around: Unseen) -> Unseen:
    """Whether text in an element is unseen, by its own style and the sheets', else as the text around it."""
    style = attributes.get("style") if attributes else None
    if not style and not sheet:
        return around
    own = _concealed(style[:2000], around != SEEN) if style else {}
    said = {**(sheet or {}), **own}
    small = said.get("font-size", said.get("font", around[0]))
    return small, said.get("visibility", around[1])


def concealed(attributes: Attributes) -> dict[str, bool]:
    """By property of its style, whether it hides the element."""
    return _concealed((attributes.get("style") or "")[:2000], True)


def quotation(tag: str, attributes: Attributes) -> tuple[int, Mark]:
    """How many levels of quotation an element adds, and what it marks."""
    if not attributes:
        return 0, ""
    named = "class" in attributes or "id" in attributes
    cited, boxed, mark = _of_names(_names(attributes)) if named else _UNNAMED
    if boxed or (tag == "blockquote" and (cited or attributes.get("type") == "cite" or "cite" in attributes)):
        return 1, ""
    style = attributes.get("style")
    lined = style is not None and mark != "attribution" and _of_style(style[:2000])[1]
    return 0, "header" if lined else mark


def _names(attributes: Attributes) -> str:
    return f"{(attributes.get('class') or '')[:300]} {(attributes.get('id') or '')[:300]}"


@lru_cache(maxsize=_MOST_KEPT)
def _of_style(style: str) -> tuple[bool, bool]:
    """Whether a style hides, and whether it draws Outlook's line. Kept: programs write the same few over and over."""
    return hides_all(_concealed(style, False)), _OUTLOOK_LINE.search(style[:500]) is not None


@lru_cache(maxsize=_MOST_KEPT)
def _concealed(style: str, whole: bool) -> dict[str, bool]:
    """By property, whether a style hides; `whole`: also what it shows, of styles that surely hide nothing."""
    return concealed_by(style) if whole or may_hide(style.lower()) else {}


@lru_cache(maxsize=_MOST_KEPT)
def _of_names(text: str) -> tuple[bool, bool, Mark]:
    """What classes and ids say: cited, quoted, and the mark. Kept, too."""
    names = {name.removeprefix("x_") for name in text.lower().split()}
    mark: Mark = "signature" if names & _SIGNATURES else ""
    mark = "header" if names & _HEADER_BLOCKS else mark
    mark = "attribution" if names & _ATTRIBUTIONS else mark
    return "gmail_quote" in names, bool(names & _QUOTE_BOXES), mark


def spoken_colours(low: str) -> str:
    """The initials of the colours of which a mail in HTML, small, speaks ("i rött"): then they are of interest.

    "*" where it says that answers stand inside the mail below, but not how they are coloured.
    """
    if "color" not in low:
        return ""
    named = ""
    if any(map(low.__contains__, _COLOURS)):
        named = "".join({_initial(found) for found in _SPEAKS.finditer(low)})
    return named or ("*" if any(map(low.__contains__, INSIDE_BELOW)) else "")


def _initial(found: re.Match[str]) -> str:
    return _FINNISH[found["finnish"][0]] if found["finnish"] else (found[1] or found[2])[0]


Colour = Literal["", "any", "spoken of"]


def colour_of(attributes: Attributes, around: Colour, spoken: str) -> Colour:
    """The colour of text in an element, by its own word or, without one, as the text around it."""
    own = _COLOUR.search((attributes.get("style") or "")[:500])
    name = own[1] if own else attributes.get("color")
    if name is None:
        return around
    found = _rgb(name.strip().lower()[:40])
    if found is None or max(found) - min(found) < _LEAST_COLOUR:
        return ""
    return "spoken of" if "rgb"[found.index(max(found))] in spoken else "any"


def _rgb(name: str) -> tuple[int, int, int] | None:
    if name in _NAMED:
        return _NAMED[name]
    if found := _HEX.fullmatch(name):
        return int(found[1], 16), int(found[2], 16), int(found[3], 16)
    found = _RGB.fullmatch(name)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
