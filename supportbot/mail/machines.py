"""A mail -> whether a machine wrote it that answers none of ours: an alarm, a form, a notice of a device. Pure.

It makes a ticket and gets no answer. Headers say it, or an address behind which nobody reads. The trap: from alarm@ and
fax@ people write, too, so there the mail must have a machine's form: rows of a name and a value, or a robot's own word.
"""

import re

from supportbot.mail import wording_automatic as wording
from supportbot.mail.bounces import is_daemon
from supportbot.mail.look import Look
from supportbot.mail.machine_headers import MACHINE_HEADERS, MACHINE_MAILERS, PERSONS_MAILERS
from supportbot.mail.wording_persons import GREETED

_ROW = re.compile(r"^[ \t*]{0,4}[^\W\d_][\w #/().?-]{0,30}[ \t]{0,8}:[ \t]{1,9}\S", re.MULTILINE)
"""`Host: pbx01`; a person's text has few such rows."""
_ROWS = 2


def machine(look: Look) -> str:
    """The header, address or form that tells it, "" where none does."""
    if look.submitted:
        return f"Auto-Submitted: {look.submitted}"
    for name in MACHINE_HEADERS:
        value = look.header(name)
        if value is not None and value.strip().lower() not in ("no", "false"):
            return name
    if MACHINE_MAILERS.match((look.header("X-Mailer") or "").strip()[:200]):
        return f"X-Mailer: {(look.header('X-Mailer') or '').strip()[:60]}"
    if wording.NO_PERSON.fullmatch(look.local) and not _by_a_person(look):
        return f"it comes from {look.local}@, where nobody reads"
    if is_daemon(look.root, look.sender) and not look.local.startswith("postmaster"):
        return "it comes from a mail system"
    if (look.header("Content-Class") or "").strip().lower().endswith("recall") or wording.RECALL_SUBJECT.match(
        look.title
    ):
        return "a recall by Outlook"
    return _device(look)


def _by_a_person(look: Look) -> bool:
    """Whether somebody wrote it by hand, though nobody reads the address: by a program for persons, with a greeting."""
    program = look.header("User-Agent") or look.header("X-Mailer") or ""
    return PERSONS_MAILERS.match(program.strip()[:200]) is not None and GREETED.match(look.said) is not None


def _device(look: Look) -> str:
    """A program or a device by its address or its name, if it writes as one."""
    name = wording.squash(look.sender.name) if look.sender else ""
    known = wording.DEVICE.fullmatch(look.local) or wording.DEVICE_NAME.match(name)
    if known is None or GREETED.match(look.said) or wording.ANSWERING.match(look.title):
        return ""
    text = look.said[:2000]
    formed = wording.ALARM_SUBJECT.match(look.title) or len(_ROW.findall(text)) >= _ROWS
    return f"a device or a program by its address and its form: {known[0]}" if formed or _says_so(text) else ""


def _says_so(text: str) -> bool:
    return any(wording.MESSAGE_SENTENCE.match(wording.squash(one)) for one in re.split(r"[.!?\n]\s{0,9}", text))
