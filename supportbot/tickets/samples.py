"""What each template may ask for, with sample values that it is tried out with. Pure.

A tuple holds alternatives, each of which is tried; other values are tried as they stand and empty. The trap: a value
that letters.py gives and this table lacks is refused as unknown when templates are read, so both change together.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from supportbot.tickets.effects import AlertAbout, EffectKind
from supportbot.tickets.faults import STATES, FaultKind
from supportbot.tickets.points import POINTS
from supportbot.tickets.ringing import RING_FROM
from supportbot.triage.decision import BillableReason, Category, Kind, Question, Route
from supportbot.triage.records import REQUIRABLE

SCENES = (
    "neutral",
    "from_partner",
    "urgent_support",
    "urgent_partner",
    "urgent_review",
    "support",
    "partner",
    "review",
)
"""What an acknowledgement says; which one applies is decided in acknowledgement.py."""
ORIGINALS = ("attached", "too_large", "unwanted", "missing")

_REASONS = ("", *get_args(BillableReason))
_SAID = ["Vi kan inte ringa.", "", "Hälsningar {{ 7 * 7 }} <b>Anna</b>"]
_MOMENT = "tisdagen den 24 november 2026 kl. 9.14"
_TOKEN = "[ICX-10042-ABCDEFGHIJKLM]"
_POINTS = [(code, ("AB", "C")) for code in POINTS]

_LINE: dict[str, object] = {
    "number": 10042,
    "customer": "Kund AB",
    "category": "hardware",
    "age": "3 timmar",
    "summary": "Telefonen är död",
    "newest": "",
    "points": _POINTS,
    "command": "supportbot ticket 10042 route support",
    "alternative": "route partner ID",
    "marks": ["urgent", "billable", "unproven", "unread"],
    "kind": "forward",
    "fault": "",
    "name": "",
    "moment": "",
    "call": "070-174 06 05",
    "call_from": "mobile",
    "whom": "partner",
}
_BARE_LINE: dict[str, object] = {key: type(value)() for key, value in _LINE.items()} | {"why": ""}
_SECTIONS = {
    "ring": "020-20 20 22",
    "trouble": "",
    "review": "",
    "undelivered": "550 no such user",
    "unsure": "kind route",
    "answered": "Lisa",
    "new": "",
    "set_aside": "nothing readable",
    "billing": "not_purchased",
    "partner": "Partner AB",
    "taken": "Lisa",
    "left_alone": "bulk (by its content)",
}

_TROUBLES = [
    _BARE_LINE | {"summary": "nothing listens there", "fault": kind, "name": "kundcenter", "moment": _MOMENT}
    for kind in get_args(FaultKind)
]

_CALLS = [_BARE_LINE | {"call": "070-174 06 05", "call_from": known_from} for known_from in RING_FROM]

_COUNT = {
    "seen": 13,
    "tickets": 7,
    "follow_ups": 2,
    "none": [("bulk", 2), ("duplicate", 1)],
    "set_aside": 1,
    "unread": 1,
    "missing": 1,
}

SAMPLES: dict[str, dict[str, object]] = {
    "acknowledgement": {
        "scene": SCENES,
        "kind": get_args(Kind),
        "number": ("10042",),
        "token": (_TOKEN,),
        "subject": "Telefonen är död",
        "first_name": "Anna",
        "received": (_MOMENT,),
        "partner": "Partner AB",
        "partner_phone": "08-465 004 90",
        "may_call": True,
        "office": ("iCentrex kundcenter",),
        "office_address": ("kundcenter@icentrex.example",),
        "office_phone": ("020-20 20 22",),
        "questions": ["Vilket nummer gäller det?"],
        "billable_reason": _REASONS,
    },
    "partner": {
        "number": ("10042",),
        "token": (_TOKEN,),
        "kind": get_args(Kind),
        "again": True,
        "theirs": True,
        "urgent": True,
        "partner": ("Partner AB",),
        "customer": "Kund AB",
        "org_number": "556016-0680",
        "category": get_args(Category),
        "sender": "anna@kund.example",
        "sender_name": "Anna Berg",
        "subject": "Telefonen är död",
        "received": (_MOMENT,),
        "unproven": True,
        "failed": True,
        "facts": [{"name": name, "value": "08-465 004 00"} for name in REQUIRABLE],
        "missing": list(REQUIRABLE),
        "device": "Yealink T46U",
        "billable_reason": _REASONS,
        "billable_because": "Telefonen är inte köpt av iCentrex.",
        "said": _SAID,
        "original": ORIGINALS,
        "size": ("1,4 MB",),
        "subject_mistake": "{kunnd}",
        "office": ("iCentrex kundcenter",),
    },
    "alert": {
        "number": ("10042",),
        "step": 2,
        "route": get_args(Route),
        "from_partner": True,
        "customer": "Kund AB",
        "org_number": "556016-0680",
        "category": get_args(Category),
        "sender": "anna@kund.example",
        "sender_name": "Anna Berg",
        "unproven": True,
        "failed": True,
        "received": (_MOMENT,),
        "subject": "Telefonen är död",
        "call": "070-174 06 05",
        "call_from": ("", *RING_FROM),
        "reporting": "Partner AB",
        "affected": "08-465 004 00",
        "told": "020-20 20 22",
        "unreached": True,
        "partner": "Partner AB",
        "partner_phone": "08-465 004 90",
        "partner_way": ("", "phone", "channel", "both"),
        "partner_hours": "vardagar 8-17",
        "guidelines": "Ring alltid.",
        "reasons": [
            {"rule": "nobody-reaches-us", "clause": "T4", "because": "Ingen når kunden.", "words": "ingen kommer fram"},
            {"rule": "reads-urgent", "clause": "", "because": "", "words": ""},
        ],
        "find_out": _POINTS,
        "said": _SAID,
    },
    "trouble": {
        "about": tuple(about for about in get_args(AlertAbout) if about != "urgent"),
        "number": "10042",
        "customer": "Kund AB",
        "partner": "Partner AB",
        "partner_phone": "08-465 004 90",
        "urgent": True,
        "text": "felanmalan@partner.example: 550 no such user",
    },
    "alarm": {
        "state": STATES,
        "about": get_args(FaultKind),
        "name": "kundcenter",
        "since": (_MOMENT,),
        "until": _MOMENT,
        "lasted": ("3 timmar",),
        "because": "connection refused",
    },
    "digest": {
        "at": (_MOMENT,),
        "since": _MOMENT,
        "office": ("iCentrex kundcenter",),
        "first": [10042, 10043],
        "sections": [
            {"name": name, "count": 3, "more": 1, "lines": [_LINE | {"why": why}, _BARE_LINE, *_TROUBLES, *_CALLS]}
            for name, why in _SECTIONS.items()
        ],
        "count": (
            _COUNT,
            {"seen": 0, "tickets": 0, "follow_ups": 0, "none": [], "set_aside": 0, "unread": 0, "missing": 0},
        ),
        "mailboxes": [("kundcenter", _COUNT), ("stockholm", _COUNT)],
        "removed": [("handled_mails", 12), ("charges", 1)],
    },
}

WORD_KEYS: dict[str, tuple[str, ...]] = {
    "category": get_args(Category),
    "kind": get_args(Kind),
    "fact": REQUIRABLE,
    "missing": REQUIRABLE,
    "billable": get_args(BillableReason),
    "question": get_args(Question),
    "point": POINTS,
    "mark": ("urgent", "billable", "unproven", "unread"),
    "urgency": ("urgent", "normal"),
    "effect": get_args(EffectKind),
}
"""What each language's words.txt.j2 must name."""


def trials(name: str) -> Iterator[Mapping[str, object]]:
    """Sets of values that reach each alternative, once with everything and once with nothing beside it."""
    shape = SAMPLES[name]
    rounds = max((len(value) for value in shape.values() if isinstance(value, tuple)), default=1)
    for place in range(rounds):
        for full in (True, False):
            yield {key: _value(sample, place, full) for key, sample in shape.items()}


def _value(sample: object, place: int, full: bool) -> object:
    if isinstance(sample, tuple):
        return sample[place % len(sample)]
    return sample if full else type(sample)()
