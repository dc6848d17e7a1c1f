"""A mail that was set aside -> a ticket for review, because a person says so; nothing goes to its sender.

What made it suspicious still holds: it is neither acknowledged nor forwarded, whatever the rules say.
"""

from dataclasses import replace

from sqlalchemy import Connection

from supportbot.app import Desk
from supportbot.commands.judged import judges
from supportbot.commands.quarantine import set_aside_mail
from supportbot.errors import Invalid, Problem
from supportbot.mail.message import ParsedMail
from supportbot.store import inbox, tickets
from supportbot.store.inbox import InboxRow
from supportbot.tickets import lifecycle
from supportbot.tickets.ticket import Arrived
from supportbot.triage.decision import Decision
from supportbot.workers.settle import store_plan

WHY = "a person made a ticket of a mail that had none"


async def release(desk: Desk, mail_id: int, by: str) -> int:
    """The number of its new ticket. Raises Invalid where it is not set aside, or still cannot be read."""
    content = await desk.database.read(lambda conn: set_aside_mail(conn, mail_id))
    row = await desk.database.read(lambda conn: inbox.get(conn, mail_id))
    assert row is not None
    mail, decision = await _judge(row, desk)

    def store(conn: Connection) -> int:
        set_aside_mail(conn, mail_id)
        inbox.look_again(conn, mail_id)
        now = desk.now()
        policy = desk.known.policy(decision.customer, decision.partner, WHY)
        number = tickets.reserve_number(conn)
        arrived = Arrived(mail_id, mail, row.received, row.sha256, row.size)
        plan = lifecycle.open_ticket(number, arrived, decision, policy, now)
        store_plan(conn, plan, True, mail.new_text, content, desk.known, now)
        inbox.finish(conn, mail_id, "ticket", f"released by {by}", number, now)
        return number

    return await desk.database.write(store)


async def _judge(row: InboxRow, desk: Desk) -> tuple[ParsedMail, Decision]:
    assert desk.known.judging is not None, "this desk was opened with its rules"
    async with judges(desk, desk.known.judging) as judging:
        (one,) = await judging.judge([row])
    if one.mail is None:
        mend = f"Look at it as text: supportbot quarantine show {row.id} --raw"
        raise Invalid([Problem(f"mail {row.id}", f"{one.problem}.", mend)])
    return one.mail, replace(one.decisions[0], route="review")
