"""Sections of a config that are right by themselves -> what is wrong between them: the key, what, and its mend. Pure.

The traps: what is sent to the desk's own address comes back into its mailbox, where a mail of ours is left out, so that
nobody ever sees it; and of a mailbox that is read twice every mail comes in twice. Two ports of one host may be two
servers (tunnels), so they are no mailbox named twice.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from supportbot.mail.addresses import is_ours

Sections = Mapping[str, Any]
"""Of the config, by name: those without mistakes."""
Mistaken = tuple[list[int | str], str, str]
"""The key in the file, what is wrong there, and its mend."""


def mistakes(sections: Sections) -> Iterator[Mistaken]:
    """What no section shows by itself."""
    yield from _to_ourselves(sections)
    yield from _read_twice(sections)


def _to_ourselves(sections: Sections) -> Iterator[Mistaken]:
    if "desk" not in sections:
        return
    desk = sections["desk"]
    ours = {desk.address, *desk.also}
    for keys, address in _recipients(sections):
        if is_ours(address, ours):
            what = f"{address} is the desk's own address: such mails come back into the mailbox, and nobody sees them."
            yield keys, what, "Name a person's address, or a list that leads to people."


def _recipients(sections: Sections) -> Iterator[tuple[list[int | str], str]]:
    """Everybody whom the desk writes to by its config."""
    for place, member in enumerate(sections.get("staff", ())):
        yield ["staff", place, "address"], member.address
    for section, key in (("digest", "to"), ("alert", "to"), ("watch", "alarm_to"), ("watch", "heartbeat_to")):
        for place, address in enumerate(getattr(sections.get(section), key, ())):
            yield [section, key, place], address


def _read_twice(sections: Sections) -> Iterator[Mistaken]:
    first: dict[tuple[str, int, str, str], str] = {}
    for place, box in enumerate(sections.get("mailbox", ())):
        inbox = box.folders.inbox
        known = (box.host.lower(), box.port, box.user.lower(), inbox.upper() if inbox.upper() == "INBOX" else inbox)
        if known in first:
            what = f'reads {inbox} of {box.user} at {box.host}:{box.port}, as the mailbox "{first[known]}" does.'
            yield ["mailbox", place], what, "Remove one of the two blocks, or give it a folder of its own."
        first.setdefault(known, box.name)
