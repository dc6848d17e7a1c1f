"""Text that is no TOML -> its line, what is wrong there and how to mend it, in our words. Pure."""

import re
import tomllib
from typing import Any

from supportbot.errors import Invalid, Problem

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_WORDS = (
    ("Invalid value", "a value is missing or cannot be read", 'A text stands in quotes: key = "text".'),
    ("Cannot overwrite a value", "a key stands here for the second time", "Leave one of the two."),
    ("Duplicate inline table key", "a key stands here for the second time", "Leave one of the two."),
    ("Cannot declare", "this block stands here for the second time", "Put all its keys below one header."),
    ("Cannot mutate immutable", "this block stands here for the second time", "Put all its keys below one header."),
    (
        "Illegal character",
        "a text does not end, or holds a sign that it must not",
        "Close its quotes on the same line.",
    ),
    ("Unterminated string", "a text does not end", "Close its quotes."),
    ("Unescaped '\\'", "a \\ in a text means something else", "Write \\\\, or put the text in single quotes."),
    ("Expected '=' after a key", "there is no = behind the key", 'Write key = "value".'),
    ("Expected ']' at the end of a table", "the header does not end", "Close it with ]."),
    ("Expected ']]' at the end of an array", "the header does not end", "Close it with ]]."),
    ("Unclosed array", "a list does not end, or lacks a comma", "Put commas between its values and close it with ]."),
    (
        "Unclosed inline table",
        "a table does not end, or lacks a comma",
        "Put commas between its keys and close it with }.",
    ),
    ("Expected newline or end", "something stands behind the value", "Write one key on a line; text stands in quotes."),
    ("Invalid initial character for a key", "a key begins with a sign that it must not", "Use a to z, 0-9, - and _."),
    ("Invalid statement", "this is neither key = value nor a header", "Put a # before it if it is a remark."),
)


def tables(file: str, text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises Invalid, which names the `file` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([_told(file, text, str(error))]) from None


def _told(file: str, text: str, error: str) -> Problem:
    place = _PLACE.search(error)
    line = int(place[1]) if place and place[1] else max(1, text.count("\n") + (not text.endswith("\n")))
    said = _PLACE.sub("", error)
    for begins, what, mend in _WORDS:
        if said.startswith(begins):
            return Problem(f"{file}:{line}", f"is not TOML: {what}.", mend)
    return Problem(f"{file}:{line}", f"is not TOML: {said}.", "Look at this line, and at the one before it.")
