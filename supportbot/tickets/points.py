"""Decision -> the points that a person must know or clear up, as the templates' words name them. Pure."""

from typing import get_args

from supportbot.tickets.privacy import mask_personal_numbers
from supportbot.tickets.wording import cut
from supportbot.triage.decision import Decision, NoteCode
from supportbot.triage.route import TABLE

Point = tuple[str, tuple[str, ...]]
"""A code of POINTS, and what its sentence is completed with."""

POINTS: tuple[str, ...] = (*get_args(NoteCode), *(way.rule for way in TABLE if way.route == "review"))
"""What `point` of each language's words has a sentence for: the notes of triage, and why a ticket is to be reviewed."""


def points_of(decision: Decision) -> tuple[Point, ...]:
    """The notes; for a ticket under review, why it is. Nothing stands twice."""
    notes = [
        (note.code, tuple(cut(mask_personal_numbers(value), 120) for value in note.values)) for note in decision.notes
    ]
    routed = decision.reasons.get("route", ()) if decision.route == "review" else ()
    codes = {code for code, _ in notes}
    # A note says the same with its particulars.
    told = {"evidence-contradicts": "different_customers", "purchase-denied": "other_purchase"}
    return (*notes, *((one.rule, ()) for one in routed if one.rule in POINTS and told.get(one.rule) not in codes))
