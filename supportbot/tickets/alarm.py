"""A lasting fault -> the mail to whoever keeps the daemon running: its alarm, its all-clear; and the heartbeat. Pure.

Written in the desk's first language. The trap: what a server said may quote anything, so it is cut and masked.
"""

from datetime import datetime

from supportbot.mail.compose import Letter
from supportbot.mail.message import Address
from supportbot.tickets.faults import Fault, State
from supportbot.tickets.office import Office
from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.templates import Templates
from supportbot.tickets.wording import age, cut, in_words


def alarm(state: State, fault: Fault, now: datetime, to: Address, office: Office, templates: Templates) -> Letter:
    """The mail of an alarm, of an all-clear, or of the heartbeat (whose `fault` only has the moment)."""
    language = office.languages[0]
    values = {
        "state": state,
        "about": fault.kind,
        "name": fault.name,
        "since": in_words(fault.since, language),
        "until": in_words(now, language) if state == "over" else "",
        "lasted": age(fault.since, now, language),
        "because": cut(mask_personal_numbers(templates.noted(language, fault.because)), 300),
    }
    written = templates.write("alarm", (language,), values)
    return Letter(to=to, subject=written.subject, text=written.text, html=written.html)
