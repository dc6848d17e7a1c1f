"""What people corrected is kept: the newest answer, what was wrong first."""

from datetime import timedelta

from builders import NOW, a_decision, a_ticket

from supportbot.store import corrections, tickets
from supportbot.tickets.corrections import Correction
from supportbot.tickets.lifecycle import Plan
from supportbot.triage.decision import Reason

WHY = Reason("nobody-reaches", "Nobody reaches them.", "T4", "ingen når", 3, 12)
HOUR = timedelta(hours=1)


def correction(answer: str, at=NOW, was: str = "yes", misled=(WHY,), actor: str = "Lisa") -> Correction:
    return Correction(10042, "urgent", answer, was, actor, at, f"because {answer}", misled)


async def test_the_newest_answer_stands_and_what_was_wrong_first_stays(write):
    await write(tickets.apply, Plan(a_ticket(a_decision())), True)
    await write(corrections.put, (correction("no"),))
    assert await write(corrections.of_ticket, 10042) == (correction("no"),)
    again = Correction(10042, "urgent", "yes", "no", "Kim", NOW + HOUR, "after all")
    await write(corrections.put, (again,))
    (kept,) = await write(corrections.of_ticket, 10042)
    assert (kept.answer, kept.was, kept.actor, kept.misled) == ("yes", "yes", "Kim", (WHY,))
    assert await write(corrections.tickets_since) == [10042]
    assert await write(corrections.tickets_since, NOW + HOUR) == [10042]
    assert await write(corrections.tickets_since, NOW + 2 * HOUR) == []
    await write(corrections.put, ())


async def test_what_misled_is_noted_when_an_answer_that_was_called_right_proves_wrong(write):
    await write(tickets.apply, Plan(a_ticket(a_decision())), True)
    await write(corrections.put, (correction("yes", misled=()),))
    await write(corrections.put, (correction("no"),))
    (kept,) = await write(corrections.of_ticket, 10042)
    assert (kept.answer, kept.misled) == ("no", (WHY,))
