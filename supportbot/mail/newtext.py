"""Body of a mail -> what its sender wrote now, and what was cut: quotes, signature; a forward that is taken up stays.

Pure. Triage judges the new text alone, so a quoted "AKUT" must be gone and nothing of the sender's own may be.
The trap: a forward and a quoted reply look alike. It is a forward where the program says so, where the sender's
words point below ("se nedan"), or where nothing else was written; else the mail below is an earlier exchange.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from supportbot.mail import banners, notices
from supportbot.mail.contact import RULE
from supportbot.mail.header_blocks import Start
from supportbot.mail.html_source import Source
from supportbot.mail.lines import Line, from_plain, join, squeeze
from supportbot.mail.message import Forwarded
from supportbot.mail.persons import is_own_name, names_in
from supportbot.mail.quotes import start, unglue
from supportbot.mail.signature import split_signature
from supportbot.mail.taken_up import Known, all_blank, is_pasted, is_taken_up, says
from supportbot.mail.wording import ANSWER_MARKS, ANSWERS_BELOW, AT_THE_BOTTOM

MAX_PLAIN = 400_000
MAX_STARTS = 4
"""How many introductions are asked whether they are a forward; the rest of a long ping-pong are quotes."""
MAX_LINES = 1000
"""How far introductions of quotes are looked for; what is longer stays whole."""
MAX_FORWARDS = 8
"""How deep forwards of forwards are unwrapped; deeper ones stay as they are."""


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a body; `text` is all of it, `new_text` what the sender wrote or forwards now."""

    text: str
    new_text: str
    quoted: str = ""
    signature: str = ""
    forwarded: Forwarded | None = None


@dataclass(frozen=True, slots=True)
class _Pieces:
    own: list[Line]
    signature: list[Line]
    taken_up: list[Line]
    quoted: list[Line]
    below: list[Line]
    forwarded: Forwarded | None
    banner: Sequence[Line] = ()
    """What a mail system wrote above it; belongs to nobody's words."""
    signed: Sequence[Line] = ()
    """The outer sender's signature, found inside."""


def split(plain: str | None, html: str | None, known: Known = Known()) -> Split:
    """Take a body apart. Never raises."""
    return split_source(plain, Source(html) if html else None, known)


def split_source(plain: str | None, html: Source | None, known: Known = Known()) -> Split:
    """The same, of HTML that may have been laid out already."""
    lines = from_plain((plain or "")[:MAX_PLAIN])
    if html and not _tells_all(lines, html):
        lines, html = html.lines(), None
    pieces = _below_banner(lines, known)
    if html and pieces.quoted and html.may_be_coloured() and any(line.mark == "coloured" for line in html.lines()):
        pieces = _below_banner(html.lines(), known)
    elif html and not pieces.quoted and not pieces.forwarded and html.may_be_marked() and _has_marks(html.lines()):
        marked = _below_banner(html.lines(), known)
        if marked.quoted or marked.forwarded or (marked.signature and not pieces.signature):
            pieces = marked
    return Split(
        join(lines),
        join(squeeze(pieces.own + pieces.taken_up + pieces.below)),
        join(squeeze([*pieces.banner, Line(""), *pieces.quoted])),
        join(squeeze(pieces.signature)),
        pieces.forwarded,
    )


def both(first: Split, second: Split) -> Split:
    """Two texts of one mail, each taken apart by itself: the quote of one must not swallow the other."""
    return Split(
        one_below_the_other(first.text, second.text),
        one_below_the_other(first.new_text, second.new_text),
        one_below_the_other(first.quoted, second.quoted),
        one_below_the_other(first.signature, second.signature),
        first.forwarded or second.forwarded,
    )


def one_below_the_other(*texts: str) -> str:
    """Those that are not empty, with a blank line between them."""
    return "\n\n".join(filter(None, texts))


def _below_banner(lines: Sequence[Line], known: Known) -> _Pieces:
    banner, rest = banners.cut(lines)
    if not banner:
        return _take_apart(rest, known)
    rest, older = notices.cut(rest) if banners.holds_reply_above(banner) else (rest, ())
    pieces = _take_apart(rest, known)
    quoted = [*pieces.quoted, Line(""), *older] if older else pieces.quoted
    return replace(pieces, banner=banner, quoted=quoted)


def _tells_all(written: Sequence[Line], html: Source) -> bool:
    """Whether the plain part is a whole rendering of the mail, not empty or a mere "see the HTML version"."""
    length = sum(len(line.text) for line in written)
    return length >= 200 or (length > 0 and length * 3 >= sum(len(line.text) for line in html.lines()))


def _has_marks(shown: Sequence[Line]) -> bool:
    return any(line.level or line.mark for line in shown)


def _take_apart(lines: Sequence[Line], known: Known, depth: int = 0) -> _Pieces:
    lines = unglue(lines)
    own: list[Line] = []
    quoted: list[Line] = []
    found: tuple[Start, int] | None = None
    at = starts = 0
    while at < len(lines):
        begun = start(lines, at, known.opens) if at < MAX_LINES else None
        alone = not lines[at].level or known.opens  # no program quotes in a first mail without saying so
        if begun is None and alone:
            own.append(lines[at])
            at += 1
            continue
        end = _end_of_quote(lines, at, begun)
        if begun and starts < MAX_STARTS and is_taken_up(begun, own, lines[at:end], lines[end:], known):
            found = begun, at
            break
        starts += begun is not None
        quoted += lines[at:end]
        at = end
    _drop_rules(own, bool(quoted) or found is not None)
    if found and depth < MAX_FORWARDS:
        return _unwrap(lines, *found, own, quoted, known, depth)
    if found:
        own += lines[found[1] :]
    if quoted and all_blank(own) and not any(start(lines, n, known.opens) for n in range(min(3, len(lines)))):
        own, quoted = [Line(line.text) for line in lines], []  # All of it in ">", but no mail is quoted: own words.
    text, signature = split_signature(squeeze(own), known.sender)
    answers = [line for line in quoted if line.mark == "coloured" or _is_marked(line.bare, known)]
    if not answers or not says(own, ANSWERS_BELOW):
        return _Pieces(text, signature, [], quoted, [], None)
    cut = frozenset(map(id, answers))
    return _Pieces(text, signature, [], [line for line in quoted if id(line) not in cut], [Line(""), *answers], None)


def _is_marked(text: str, known: Known) -> bool:
    """ "[Eva] Ja": Outlook marks answers inside a mail so, where nothing can be coloured; people write "Svar: ja"."""
    named = text[:1] == "[" and "]" in text[:60] and is_own_name(text, names_in(known.sender))
    return named or ANSWER_MARKS.match(text) is not None


def _end_of_quote(lines: Sequence[Line], at: int, begun: Start | None) -> int:
    """The line behind the quote: behind its ">" lines where it has them, else the end of the mail."""
    own_level = lines[at].level
    first = at + (begun.size if begun else 0)
    while first < len(lines) and lines[first].blank and not lines[first].level:
        first += 1
    if own_level == 0 and (first >= len(lines) or not lines[first].level):
        return len(lines)
    end = first
    for position in range(first, len(lines)):
        line = lines[position]
        if line.level or _is_broken_link(lines, position):
            end = position + 1
        elif not line.blank:
            break
    return max(end, at + 1)


def _is_broken_link(lines: Sequence[Line], at: int) -> bool:
    """A link whose second half the sender's program wrapped out of the quote."""
    text, above = lines[at].bare, lines[at - 1]
    if not text or not above.level or (at + 1 < len(lines) and not lines[at + 1].level):
        return False
    opened = above.text.rpartition("(")[2]
    return (text.startswith(("(http", "<http")) and text.endswith((">", ")"))) or (
        opened.startswith("http") and ")" not in opened and ")" in text and " " not in text
    )


def _drop_rules(own: list[Line], followed: bool) -> None:
    """Lines of dashes between the sender's words and the quote belong to neither."""
    while followed and own and (own[-1].blank or RULE.match(own[-1].bare)):
        own.pop()


def _unwrap(
    lines: Sequence[Line],
    begun: Start,
    at: int,
    own: list[Line],
    quoted: list[Line],
    known: Known,
    depth: int,
) -> _Pieces:
    """The mail that is forwarded, itself without the earlier exchange below it; its signature stays with it."""
    end = _end_of_quote(lines, at, begun)
    blank = Line("")
    head = lines[at : at + begun.size]
    body = lines[at + begun.size : end]
    level = min((line.level for line in body if not line.blank), default=0)
    mail = squeeze(Line(line.text, max(0, line.level - level), line.mark) for line in body)
    if begun.kind != "forward" and is_pasted(own, known):
        inner = _pasted(mail, known)
    elif says(own, AT_THE_BOTTOM):
        inner = _Pieces(list(mail), [], [], [], [], None)
    else:
        inner = _take_apart(mail, Known(ours=known.ours, subject=begun.fields.get("subject", "")), depth + 1)
    kept = squeeze([*inner.own, blank, *inner.signature, blank, *inner.taken_up, *inner.below])
    text, signature = split_signature(squeeze(own), known.sender, may_be_all=True)
    below, closing = split_signature(squeeze(lines[end:]), known.sender)
    fields = begun.fields
    return _Pieces(
        own=text,
        signature=[*signature, blank, *closing, blank, *inner.signed],
        taken_up=[blank, *(Line(line.text) for line in head), blank, *kept],
        quoted=quoted + inner.quoted,
        below=[blank, *below],
        forwarded=Forwarded(fields.get("from", ""), fields.get("subject", ""), fields.get("date", ""), join(kept)),
    )


def _pasted(mail: Sequence[Line], known: Known) -> _Pieces:
    """A mail of which nothing is cut, as the sender's own words may follow it; but for a signature in the own name."""
    text, signature = split_signature(mail, known.sender)
    if any("@" not in line.bare and not names_in(known.sender).isdisjoint(names_in(line.bare)) for line in signature):
        return _Pieces(text, [], [], [], [], None, signed=signature)
    return _Pieces(list(mail), [], [], [], [], None)
