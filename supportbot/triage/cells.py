"""The text of a CSV or TOML file -> its rows with their places; a cell -> its value, or a Problem. Pure."""

import csv
import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.se import orgnr

from supportbot.errors import Invalid, Problem
from supportbot.toml_words import tables as tables_of
from supportbot.triage.records import NumberRange, number_range

T = TypeVar("T")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Lines with their ends, which a quoted cell keeps. str.splitlines would also break at U+2028 and form feeds."""
_CSV_WORDS = {
    "unexpected end of data": "a quoted cell does not end",
    "expected after": "something stands behind a quoted cell",
    "field larger than": "a cell is longer than 131072 signs",
    "new-line character": "a line ends within a cell without quotes",
}
NO_NUMBER = "is no telephone number in E.164 such as +46846500400"
A_RANGE = "+46846500400-+46846500403"
Rows = list[tuple[str, T]]
"""Values with the place that each stands at: "customers.csv:7 C106"."""


def csv_rows(file: str, text: str, problems: list[Problem], columns: Sequence[str]) -> Rows[dict[str, str]]:
    """The rows of a comma-separated file with exactly these columns, in any order; mistakes go to `problems`."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    if ";" in first and "," not in first:
        problems.append(Problem(f"{file}:1", "is separated by semicolons.", "Save it as CSV with commas (UTF-8)."))
        return []
    if not text.strip():
        problems.append(Problem(file, "is empty.", f"Its first line names the columns: {','.join(columns)}"))
        return []
    reader = csv.reader(_LINE.findall(text), strict=True)
    found: Rows[dict[str, str]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _right_header(file, header, columns, problems):
            return []
        for row in reader:
            where = f"{file}:{reader.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                mend = "A comma inside a cell needs quotes around the cell."
                problems.append(Problem(where, f"has {len(row)} cells, not {len(header)}.", mend))
                continue
            found.append((f"{where} {row[header.index(columns[0])].strip()}".rstrip(), _stripped(header, row)))
    except csv.Error as error:
        mend = "Close each quote in its cell; a quote inside a cell is doubled."
        problems.append(Problem(f"{file}:{reader.line_num}", f"is not valid CSV: {_csv_words(error)}.", mend))
    return found


def _csv_words(error: csv.Error) -> str:
    return next((words for said, words in _CSV_WORDS.items() if said in str(error)), str(error))


def _stripped(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(header, row, strict=True)}


def _right_header(file: str, header: list[str], columns: Sequence[str], problems: list[Problem]) -> bool:
    wrong = [
        *(
            Problem(f"{file}:1", f'"{name}" is not a column.', did_you_mean(name, columns))
            for name in header
            if name not in columns
        ),
        *(Problem(f"{file}:1", f'the column "{name}" is missing.') for name in columns if name not in header),
        *(Problem(f"{file}:1", f'the column "{name}" stands twice.') for name in set(header) if header.count(name) > 1),
    ]
    problems.extend(wrong)
    return not wrong


def toml_tables(file: str, text: str, problems: list[Problem], key: str) -> Rows[dict[str, Any]]:
    """The [[key]] tables of a TOML file that holds nothing else; mistakes go to `problems`."""
    text = text.removeprefix("\ufeff")
    try:
        values = tables_of(file, text)
    except Invalid as error:
        problems.extend(error.problems)
        return []
    problems.extend(
        Problem(f"{file}: {name}", "is not known here.", did_you_mean(name, [key])) for name in values if name != key
    )
    tables = values.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        problems.append(Problem(f"{file}: {key}", "must be tables.", f"Write [[{key}]] above each."))
        return []
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[\[\s*{key}\s*\]\]", line)]
    places = lines if len(lines) == len(tables) else range(1, len(tables) + 1)
    return [
        (f"{file}:{place} {one.get('id') or one.get('name') or ''}".rstrip(), one)
        for place, one in zip(places, tables, strict=True)
    ]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name.lower(), known, 1)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."


def organisation(text: str) -> str:
    """`NNNNNN-NNNN` of an organisation number, Luhn-checked; the 16 prefix is taken off. Raises ValueError."""
    digits = re.sub(r"[\s-]", "", text)
    digits = digits[2:] if len(digits) == 12 and digits.startswith("16") else digits
    if not (digits.isascii() and digits.isdigit() and orgnr.is_valid(digits)):
        raise ValueError("is no organisation number (ten digits, the last a check digit)")
    return f"{digits[:6]}-{digits[6:]}"


def address(text: str) -> str:
    """A mail address in lower case with an A-label domain. Raises ValueError; asks no DNS."""
    try:
        checked = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"is no mail address ({str(error).rstrip('.')})") from None
    return f"{checked.local_part}@{checked.ascii_domain}".lower()


def domain(text: str) -> str:
    """A domain in lower case as A-label, with a dot in it. Raises ValueError."""
    try:
        return address(f"post@{text}").partition("@")[2]
    except ValueError:
        raise ValueError("is no domain") from None


def in_e164(text: str) -> bool:
    """Whether it is a valid number in E.164, or a range between two of them. A dash alone at its end makes no range."""
    first, dash, last = text.partition("-")
    return _valid(first) and (not dash or _valid(last))


def numbers(text: str) -> NumberRange:
    """The numbers of a text that is in E.164. Raises ValueError where a range cannot be one."""
    found = number_range(text)
    if len(found.first) != len(found.last):
        raise ValueError("is a range of numbers of different length")
    if found.first > found.last:
        raise ValueError("is a range that ends before it begins")
    return found


def telephone(text: str) -> str:
    """A valid number in E.164. Raises ValueError."""
    if not _valid(text):
        raise ValueError(NO_NUMBER)
    return text


def _valid(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\+[0-9]{7,15}", text)) and phonenumbers.is_valid_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def how_to_write(pieces: Sequence[str]) -> str:
    """What to write in place of these parts of a list of numbers: they may be one that was written with blanks."""
    text = " ".join(pieces)
    try:
        parsed = phonenumbers.parse(text, "SE")
        known = phonenumbers.is_valid_number(parsed) and text == text.strip("-")  # else it is the half of a range
    except phonenumbers.NumberParseException:
        known = False
    if not known:
        return f"Blanks separate numbers: write each without any, and a range as {A_RANGE}."
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"Write {number}: blanks separate numbers." if len(pieces) > 1 else f"Write {number}."


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date such as 2026-11-25") from None


def hours(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("is no number of hours such as 3.0 (with a point)") from None
    if not value.is_finite() or value < 0:
        raise ValueError("is no number of hours such as 3.0")
    return value


def mac(text: str) -> str:
    """`80:5E:C0:12:34:56` of a MAC address in any notation. Raises ValueError."""
    digits = re.sub(r"[\s:.-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", digits):
        raise ValueError("is no MAC address such as 80:5E:C0:12:34:56")
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))
