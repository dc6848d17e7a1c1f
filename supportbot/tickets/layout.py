"""The plain text of a template -> the two bodies of a mail, text (lines of at most 78 signs) and HTML. Pure.

One source for both, so that they cannot say different things. A line's first sign tells what it is:

    # heading      - item, 1. item      = Label: value      > quotation      $ command      --- between languages

Any other lines up to the next empty one are a paragraph, reflowed; a backslash at a line's end keeps the break.
The trap: values come from strangers. Each is put between SHIELDs (templates.py), so that it is never taken for such
a sign, and every sign of it is escaped for HTML.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Literal

Kind = Literal["paragraph", "heading", "item", "number", "field", "quote", "command", "rule"]
SHIELD = "\ue001"
"""Stands before and after a value while lines are read; no value holds one, and no letter."""
WIDTH = 76
"""Lines of text; RFC 5322 §2.1.1 asks for at most 78 signs."""

_MARKERS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"-{3,}\s*$"), "rule"),
    (re.compile(r"#\s+"), "heading"),
    (re.compile(r"-\s+"), "item"),
    (re.compile(r"\d{1,2}\.\s+"), "number"),
    (re.compile(r"=\s+"), "field"),
    (re.compile(r">\s?"), "quote"),
    (re.compile(r"\$\s+"), "command"),
)
_BREAK = "\v"
_PHONE = re.compile(r"\+?\d[\d-]*(?: \d+)+")
_HELD = "\ue000"
"""Stands for a space inside a telephone number while lines are broken: half a number is no number."""


@dataclass(frozen=True, slots=True)
class Block:
    kind: Kind
    text: str


def lay_out(sources: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """(language, source) of one or more versions of a letter -> (text, HTML), the versions one below the other."""
    versions = [(language, read_blocks(source)) for language, source in sources]
    text = f"\n{'-' * 40}\n\n".join(_as_text(blocks) for _, blocks in versions)
    body = _RULE.join(f'<div lang="{language}">\n{_as_html(blocks)}</div>\n' for language, blocks in versions)
    language = versions[0][0] if versions else "sv"
    return text, _PAGE.format(language=language, body=body)


def read_blocks(source: str) -> tuple[Block, ...]:
    """Lines -> blocks; fields, items, quotations and commands are a block a line."""
    blocks: list[Block] = []
    open_paragraph = False
    for line in source.splitlines():
        kind, text = _kind_of(line)
        if kind == "paragraph" and not text:
            open_paragraph = False
        elif kind == "paragraph" and open_paragraph:
            last = blocks.pop()
            gap = "" if last.text.endswith(_BREAK) else " "
            blocks.append(Block(last.kind, last.text + gap + text))
        else:
            blocks.append(Block(kind, text))
            open_paragraph = kind in ("paragraph", "item", "number")
    return tuple(Block(block.kind, block.text.removesuffix(_BREAK)) for block in blocks)


def _kind_of(line: str) -> tuple[Kind, str]:
    for marker, kind in _MARKERS:
        found = marker.match(line)
        if found:
            return kind, _squashed(line[found.end() :])
    text = line.strip()
    broken = text.endswith("\\")
    text = _squashed(text.removesuffix("\\"))
    return "paragraph", text + _BREAK if broken and text else text


def _squashed(text: str) -> str:
    """Without shields, and without the second space that an empty value leaves."""
    return " ".join(text.replace(SHIELD, "").split())


def _groups(blocks: Iterable[Block]) -> Iterable[tuple[Kind, list[str]]]:
    """Neighbours of one kind together: a list, a table of fields, a quotation."""
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        texts = [block.text for block in group]
        if kind in ("paragraph", "heading", "command"):
            yield from ((kind, [text]) for text in texts)
        else:
            yield kind, texts


def _as_text(blocks: Sequence[Block]) -> str:
    parts: list[str] = []
    before: Kind | None = None
    for kind, texts in _groups(blocks):
        close = kind == "command" and before in ("item", "number")
        parts.append(("" if close or before is None else "\n") + _text_of(kind, texts))
        before = kind
    return "".join(parts)


def _text_of(kind: Kind, texts: list[str]) -> str:
    match kind:
        case "heading":
            return _wrapped(texts[0].upper())
        case "item":
            return "".join(_wrapped(text, "- ") for text in texts)
        case "number":
            return "".join(_wrapped(text, f"{place}. ") for place, text in enumerate(texts, 1))
        case "quote":
            return "".join(_wrapped(text, "> ", "> ") for text in texts)
        case "command":
            return f"    {texts[0]}\n"
        case "rule":
            return "-" * 40 + "\n"
        case "field":
            return "".join(_wrapped(text, "", "  ") for text in texts)
        case "paragraph":
            return "".join(_wrapped(line) for line in texts[0].split(_BREAK))


@lru_cache(2048)  # most paragraphs of a letter stand in all of its kind
def _wrapped(text: str, first: str = "", other: str | None = None) -> str:
    held = _PHONE.sub(lambda found: found.group().replace(" ", _HELD), text)
    other = " " * len(first) if other is None else other
    lines = textwrap.wrap(held, WIDTH, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)
    return "\n".join(lines or [first.rstrip()]).replace(_HELD, " ") + "\n"


_P = "margin:0 0 14px 0"
_CELL = "padding:2px 14px 2px 0;vertical-align:top"
_RULE = '<hr style="border:0;border-top:1px solid #c8ccd0;margin:22px 0">\n'
_PAGE = (
    '<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"></head>\n'
    '<body style="margin:0;padding:16px;background:#ffffff;color:#1b1f23;'
    "font-family:'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.5\">\n{body}</body>\n</html>\n"
)


def _as_html(blocks: Sequence[Block]) -> str:
    return "".join(_html_of(kind, texts) for kind, texts in _groups(blocks))


def _html_of(kind: Kind, texts: list[str]) -> str:
    match kind:
        case "heading":
            return f'<h2 style="margin:20px 0 8px 0;font-size:17px">{escape(texts[0])}</h2>\n'
        case "item" | "number":
            name = "ul" if kind == "item" else "ol"
            items = "".join(f'<li style="margin:0 0 6px 0">{escape(text)}</li>\n' for text in texts)
            return f'<{name} style="margin:0 0 14px 0;padding-left:24px">\n{items}</{name}>\n'
        case "quote":
            lines = "<br>\n".join(escape(text) for text in texts)
            return f'<div style="{_P};padding-left:12px;border-left:3px solid #c8ccd0">{lines}</div>\n'
        case "command":
            return f'<p style="margin:-6px 0 14px 24px"><code style="font-size:14px">{escape(texts[0])}</code></p>\n'
        case "rule":
            return _RULE
        case "field":
            rows = "".join(_row(text) for text in texts)
            return f'<table role="presentation" cellpadding="0" cellspacing="0" style="{_P}">\n{rows}</table>\n'
        case "paragraph":
            return f'<p style="{_P}">{escape(texts[0]).replace(_BREAK, "<br>")}</p>\n'


def _row(field: str) -> str:
    label, colon, value = field.partition(": ")
    if not colon:
        return f'<tr><td colspan="2" style="{_CELL}">{escape(field)}</td></tr>\n'
    name = f'<td style="{_CELL};font-weight:bold">{escape(label)}: </td>'
    return f'<tr>{name}<td style="{_CELL}">{escape(value)}</td></tr>\n'
