"""HTML of a mail -> the lines that a reader would see, and where its markup says "quoted" or "signature".

Pure. Never raises. The trap: parsing cost grows with the square of the nesting (50 000 nested <div>: 2.7 s),
so size and depth are cut before the parser sees anything; and markup is only a hint, since mail programs put
forwards and own answers into the same boxes as quotes: `newtext` decides.
"""

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from supportbot.mail import html_marks, sheets
from supportbot.mail.clean import clean_text
from supportbot.mail.lines import Line, Mark, squeeze
from supportbot.mail.wording import words

MAX_SOURCE = 5_000_000
MAX_CHARS = 400_000
MAX_DEPTH = 250
MAX_URL = 300
CELL = " | "
RULE = "_" * 32

SKIPPED = words(
    """
    head title script style noscript template object embed svg math select datalist audio video
    """
)
# Elements that start on a new line: 1; with a blank line around them: 2 (the HTML standard's rendering, §15.3).
BREAKS = dict.fromkeys(
    words(
        """
    address article aside body center dd div dl dt fieldset figcaption figure footer form header html li main
    nav section tr caption summary details
    """
    ),
    1,
) | dict.fromkeys(
    words(
        """
    p h1 h2 h3 h4 h5 h6 ul ol pre blockquote table hr
    """
    ),
    2,
)

ACTING = frozenset(BREAKS) | {"a", "br", "img", "pre", "td", "th"}
"""What acts without any attribute, too."""
NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0(?![.\d])", re.IGNORECASE)
SHEET_NO_MARGIN = re.compile(r"(?:^|[\s,}>])p\s*\{[^}]{0,200}?margin\s*:\s*0(?![.\d])", re.IGNORECASE)
# Pictures written into the tag, and attacks: 50 000 attributes of one tag cost 11 s.
LONG_TAG = re.compile(r"<[a-zA-Z/][^<>]{4000,}>?")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_UNNESTED = words(
    """
    p li tr td th dt dd option br hr img input meta link area base col wbr tbody thead body html
    """
)


def to_text(html: str) -> str:
    """What a reader of the HTML would see, as plain text; link targets stand in <> behind their text."""
    return text_of(lines(html))


def text_of(shown: Iterable[Line]) -> str:
    """The text of lines without their ">"."""
    return "\n".join(line.text for line in shown).strip()


def lines(html: str) -> tuple[Line, ...]:
    """The visible lines, cleaned, with the level of quotation and what the markup says of each."""
    shown = _shown(html)
    text = "\n".join(line.text for line in shown)
    if clean_text(text) == text:
        return shown
    return squeeze(
        Line(part.rstrip(), line.level, line.mark) for line in shown for part in clean_text(line.text).split("\n")
    )


def _shown(html: str) -> tuple[Line, ...]:
    source = _bounded(html)
    low = source.lower()
    ruled = "p{" in low or "p {" in low  # the expression alone is slow on Word's long style sheets
    page = _Page(tight=ruled and SHEET_NO_MARGIN.search(low, 0, 20_000) is not None)
    page.spoken = html_marks.spoken_colours(low)
    try:
        parser = LexborHTMLParser(source)
        root = parser.root
        if root is not None:
            page.styled = sheets.said(parser, low)
            _walk(root, page)
    except Exception:  # Nothing that a stranger wrote may stop the reader: better text without layout than none.
        return squeeze(Line(text.strip()) for text in _without_tags(source).split("\n"))
    page.flush()
    return squeeze(page.done)


def _bounded(html: str) -> str:
    """The source, shortened to MAX_CHARS; without any tags where they nest deeper than MAX_DEPTH."""
    source = LONG_TAG.sub("", html[:MAX_SOURCE].replace("\0", ""))[:MAX_CHARS]
    if source.count("<") <= MAX_DEPTH:
        return source
    depth = 0
    for match in _TAG.finditer(source):
        if match[2].lower() not in _UNNESTED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > MAX_DEPTH:
                return entities.escape(_without_tags(source)).replace("\n", "<br>")
    return source


def _without_tags(source: str) -> str:
    broken = re.sub(r"<(?:/p|/div|br|/tr|/li)\b[^<>]{0,200}>", "\n", source, flags=re.IGNORECASE)
    return entities.unescape(re.sub(r"<[^<>]{0,1000}>", "", broken))


@dataclass
class _Page:
    """The lines written so far. Breaks are remembered and made only when more text comes, as browsers do."""

    tight: bool
    done: list[Line] = field(default_factory=list)
    buffer: str = ""
    gap: int = 0
    row_began: int = -1
    level: int = 0
    mark: Mark = ""
    once: Mark = ""
    pre: int = 0
    glued: bool = False
    """A bullet or an earlier cell stands on this line: the first block behind it begins no new one."""
    lists: list[int] = field(default_factory=list)
    spoken: str = ""
    """The colours of which the mail speaks."""
    colour: html_marks.Colour = ""
    linked: bool = False
    """Whether what is being written stands in a link: programs give those a colour, too."""
    plain: bool = False
    told: bool = False
    """Whether some of the line has no colour, and whether some has one that is spoken of."""
    styled: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)
    """What style sheets say of elements being seen, by their place in memory."""
    unseen: html_marks.Unseen = html_marks.SEEN
    """Whether the text here is too small, or invisible: what is inside may say otherwise."""

    def write(self, text: str) -> None:
        """Add inline text; white space is squashed unless inside <pre>. A no-break space alone makes a line."""
        if self.unseen != html_marks.SEEN:
            return
        squashed = text.replace("\r", "") if self.pre else _SPACE.sub(" ", text)
        if squashed == " " and (not self.buffer or self.gap or self.buffer.endswith(" ")):
            return
        if squashed:
            self.settle()
            if self.spoken and not squashed.isspace():
                self.plain = self.plain or not self.colour
                self.told = self.told or (self.colour == "spoken of" and not self.linked)
        if self.pre:
            *whole, squashed = squashed.split("\n")
            for part in whole:
                self.buffer += part
                self.flush()
        elif not self.buffer or self.buffer.endswith(" "):
            squashed = squashed.lstrip(" ")
        self.buffer += squashed
        self.glued = self.glued and not squashed

    def block(self, gap: int) -> None:
        """A block begins or ends here."""
        if not self.glued:
            self.gap = max(self.gap, gap)

    def cut(self) -> None:
        """What was written belongs to the level and mark that end here."""
        if self.buffer:
            self.flush()
            self.gap = 0 if self.gap == 1 else self.gap

    def settle(self) -> None:
        """Make the breaks that were remembered."""
        if self.gap and self.buffer:
            self.flush()
        if self.gap > 1 and self.done and self.done[-1].text:
            self.done.append(Line("", min(self.level, self.done[-1].level)))
        self.gap = 0

    def flush(self) -> None:
        text = self.buffer.removesuffix(CELL).replace("\u00a0", " ")
        coloured = self.spoken and text.strip() and (self.told or not self.plain)
        mark = self.once or self.mark or ("coloured" if coloured else "")
        self.done.append(Line(text.rstrip(), self.level, mark))
        self.buffer, self.once, self.glued, self.plain, self.told = "", "", False, False, False


def _walk(root: LexborNode, page: _Page) -> None:
    """Depth first without recursion: each element is entered, its children are read, then it is left."""
    stack: list[tuple[LexborNode, Iterator[None] | None]] = [(root, None)]
    while stack:
        node, visit = stack.pop()
        if visit is not None:
            next(visit, None)
            continue
        tag = node.tag or ""
        if tag == "-text":
            page.write(node.text_content or "")
            continue
        attributes = node.attributes
        if tag in SKIPPED or tag.startswith(("-", "!")) or (attributes and html_marks.is_hidden(attributes)):
            continue
        sheet = page.styled.get(node.mem_id) if page.styled else None
        if sheet and html_marks.hides_all(sheet):
            continue
        if attributes or sheet or tag in ACTING:  # others, such as Word's <o:p>, change nothing
            visit = _visit(tag, node, attributes, page)
            next(visit)
            stack.append((node, visit))
        stack.extend([(child, None) for child in node.iter(include_text=True)][::-1])


def _visit(tag: str, node: LexborNode, attributes: dict[str, str | None], page: _Page) -> Iterator[None]:
    """What an element does to the page before its children (up to the yield) and after them."""
    level, mark = html_marks.quotation(tag, attributes)
    gap = _gap(tag, attributes, page)
    before, unseen = (page.level, page.mark), page.unseen
    page.unseen = html_marks.unseen(attributes, page.styled.get(node.mem_id), unseen)
    colour, linked = page.colour, page.linked
    if page.spoken:
        page.colour = html_marks.colour_of(attributes, colour, page.spoken)
        page.linked = linked or tag == "a"
    page.block(gap)
    if level or mark:
        page.cut()
    page.level += level
    page.once = mark if mark == "header" else page.once
    page.mark = mark if mark in ("attribution", "signature") else page.mark
    _open(tag, attributes, page)
    yield
    _close(tag, node, attributes, page)
    page.block(gap)
    page.unseen = unseen
    if (page.level, page.mark) != before:
        page.cut()
    page.level, page.mark = before
    page.colour, page.linked = colour, linked


def _gap(tag: str, attributes: dict[str, str | None], page: _Page) -> int:
    gap = BREAKS.get(tag, 0)
    if tag == "p" and (
        page.tight
        or "mso" in (attributes.get("class") or "").lower()
        or NO_MARGIN.search(attributes.get("style") or "")
    ):
        return 1
    return 1 if page.lists and tag in ("ul", "ol", "p") else gap


def _open(tag: str, attributes: dict[str, str | None], page: _Page) -> None:
    """What the tag itself shows."""
    if tag == "br":
        page.settle()
        page.flush()
    elif tag == "hr":
        page.write(RULE)
    elif tag == "pre":
        page.cut()
        page.pre += 1
    elif tag in ("ul", "ol"):
        page.lists.append(0 if tag == "ol" else -1)
    elif tag == "li":
        _bullet(page)
    elif tag == "tr":
        page.cut()
        page.settle()
        page.row_began = len(page.done)
    elif tag in ("td", "th"):
        _cell(page)
    elif tag == "img" and len(attributes.get("alt") or "") in (1, 2):
        page.write(attributes.get("alt") or "")  # An emoji; longer texts describe logos, which a reader does not read.


def _close(tag: str, node: LexborNode, attributes: dict[str, str | None], page: _Page) -> None:
    if tag == "a":
        _show_target(attributes.get("href") or "", node.text(deep=True).strip(), page)
    elif tag == "pre":
        page.cut()
        page.pre -= 1
    elif tag in ("ul", "ol") and page.lists:
        page.lists.pop()
    elif tag == "tr":
        page.buffer = page.buffer.removesuffix(CELL)
        page.glued, page.row_began, page.gap = False, -1, 1


def _bullet(page: _Page) -> None:
    page.settle()
    indent = "  " * min(10, max(0, len(page.lists) - 1))
    if page.lists and page.lists[-1] >= 0:
        page.lists[-1] += 1
        page.buffer = f"{indent}{page.lists[-1]}. "
    else:
        page.buffer = f"{indent}- "
    page.glued = True


def _cell(page: _Page) -> None:
    """Cells of one row stand on one line as long as each has just one line."""
    if page.buffer.strip() and page.row_began == len(page.done):
        page.gap = 0
        page.buffer = page.buffer.rstrip().removesuffix(CELL.rstrip()).rstrip() + CELL
    else:
        page.block(1 if page.buffer else 0)
    page.glued = page.gap == 0


def _show_target(href: str, text: str, page: _Page) -> None:
    """Behind a link's text, its target in <>, unless the text says it already."""
    target = href.strip()[:MAX_URL]
    scheme, _, rest = target.partition(":")
    if not text or scheme.lower() not in ("http", "https", "mailto") or any(c in target for c in " \n<>"):
        return
    shown = target if scheme.lower() != "mailto" else rest.partition("?")[0]
    bare = shown.partition("://")[2] or shown
    if bare.rstrip("/").removeprefix("www.").casefold() not in text.casefold():
        page.write(f" <{shown}>")
