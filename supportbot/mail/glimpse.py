"""Raw bytes -> From and Subject as they stand there, for a mail whose reader died. Pure.

The trap: something in these bytes killed a process. So nothing is decoded or taken apart: two fields of the header are
found and cut, in time that does not depend on what they say.
"""

import re

HEAD = 64 * 1024
"""Bytes that are looked through."""
LONGEST = 500

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FROM = re.compile(rb"^from[ \t]{0,9}:([^\r\n]{0,%d})" % LONGEST, re.IGNORECASE | re.MULTILINE)
_SUBJECT = re.compile(rb"^subject[ \t]{0,9}:([^\r\n]{0,%d})" % LONGEST, re.IGNORECASE | re.MULTILINE)


def sender_and_subject(content: bytes) -> tuple[str, str]:
    """The first line of each field, "" where it is missing; still to be cleaned."""
    head = _BLANK_LINE.split(content[:HEAD], maxsplit=1)[0]
    return _shown(_FROM, head), _shown(_SUBJECT, head)


def _shown(field: re.Pattern[bytes], head: bytes) -> str:
    found = field.search(head)
    return found[1].decode("utf-8", "replace").strip() if found else ""
