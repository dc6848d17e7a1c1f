"""The introduction of a quote -> where its date and its time of day stand. Pure.

The trap: a text is full of numbers; most lines have one and no date, so each is asked from its first digit on only.
"""

import re

DIGIT = re.compile(r"\d")
CLOCK = re.compile(r"\b\d{1,2}[:.h]\s?\d\d\b|\b\d{1,2} (?:am|pm)\b", re.IGNORECASE)
DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\d{4}年")


def day_and_time(text: str, first: int) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """Where a date and a time of day stand in the text, of which the first digit is known."""
    return DAY.search(text, first), CLOCK.search(text, first)


def date_of(text: str) -> str:
    """From the first digit to the end of the time, or of the day."""
    digit = DIGIT.search(text)
    if digit is None:
        return ""
    begin = digit.start()
    end = max([found.end() for found in day_and_time(text, begin) if found], default=begin)
    return text[begin:end].strip(" ,")
