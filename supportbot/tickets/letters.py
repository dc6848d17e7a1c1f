"""Every text that goes out about a ticket, behind one door: values + templates -> Letter. Pure.

The acknowledgement, the partner mail and the alert have a file each; the digest is about all tickets (digest.py).
The trap: a letter is written inside the ticket's transaction, so it must never fail: templates are tried out when they
are read, and values are only put in, never run.
"""

from supportbot.tickets.acknowledgement import acknowledgement
from supportbot.tickets.alert import alert
from supportbot.tickets.office import Office
from supportbot.tickets.partner_mail import partner_mail

__all__ = ["Office", "acknowledgement", "alert", "partner_mail"]
