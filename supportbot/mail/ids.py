"""Message-ID, In-Reply-To and References -> ids without brackets (RFC 5322 §3.6.4). Pure.

Tolerant: Exchange writes `<[abc@x]>`, others forget a bracket or fold an id in two. The trap: an id proves nothing
(anybody can copy one), it only says where to look.
"""

import re
from collections.abc import Iterable

from supportbot.mail.clean import clean_line

MOST_REFERENCES = 100
_LONGEST = 998
_IN_BRACKETS = re.compile(r"<([^<>]{1,1200})>")


def read_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The ids in order, each once; the last (nearest) 100."""
    found: dict[str, None] = {}
    for value in values:
        bare = _IN_BRACKETS.findall(value) or [word for word in value.split() if _looks_like_id(word)]
        for raw in bare:
            if identity := _plain(raw):
                found.pop(identity, None)
                found[identity] = None
    return tuple(found)[-MOST_REFERENCES:]


def read_id(value: str | None) -> str | None:
    """The one id of a Message-ID field; None where it is missing or unusable."""
    ids = read_ids([value]) if value else ()
    return ids[0] if ids else None


def _looks_like_id(word: str) -> bool:
    return "@" in word.strip("<>,;")


def _plain(raw: str) -> str:
    identity = clean_line("".join(raw.strip("<>,;").split()), _LONGEST + 1)
    return identity if len(identity) <= _LONGEST and not identity.startswith("@") else ""
