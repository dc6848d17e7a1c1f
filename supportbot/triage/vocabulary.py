"""What rules may ask and answer: every question with its answers, every fact with its values, a sentence each. Pure.

`rules words` prints these tables, and a rule that uses a name that is not here is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionOf:
    """What one rule file asks. `reads` is the question's name for the learned reader."""

    asks: str
    reads: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    tells: str
    values: Mapping[str, str]


QUESTIONS: Mapping[str, QuestionOf] = {
    "kind": QuestionOf(
        "What does the sender want?",
        "kind",
        {
            "fault": "something in the service or its equipment does not work as it should",
            "request": "an order, a change, an addition, a cancellation, a booking",
            "question": "wants information, thanks, or says that an earlier fault is solved",
            "auto_reply": "sent by a machine in answer to a mail",
            "bulk": "newsletter, advertising, cold sales, spam, phishing",
        },
    ),
    "urgency": QuestionOf(
        "Is the fault urgent?",
        "urgent",
        {"urgent": "it must be taken at once, by telephone (T4)", "not_urgent": "it can be taken in turn"},
    ),
    "billable": QuestionOf(
        "May the work be charged, and why?",
        "billable_reason",
        {
            "unapproved_hardware": "equipment that is not approved, or outside the service (T5, T6)",
            "not_purchased": "an approved model that was bought elsewhere (T6)",
            "not_provisioned": "an approved model that iCentrex has not provisioned, or the customer reset (T6)",
            "customer_cause": "own network, power, premises, own change, handling or damage (T7)",
            "third_party_cause": "the Internet or fibre supplier, another operator, another supplier's system (T7)",
            "none": "nothing says that the cause is not iCentrex's",
        },
    ),
    "category": QuestionOf(
        "What is the mail about?",
        "category",
        {
            "main_number": "the main number, and the number shown on outgoing calls",
            "group_number": "group number, hunt group, queue",
            "presence": "activity control: diversion, presence, calendar",
            "function_group": "key menu, voice, opening hours, voicemail, recording, fax",
            "mobile": "mobile services: mobile extension, SIM, coverage",
            "softphone": "app, computer, web client, login",
            "hardware": "telephone, base, headset, adapter, door phone",
            "network": "LAN, Internet, firewall, sound that suffers from it",
            "porting": "moving numbers",
            "invoice": "invoice, price",
            "other": 'everything else, also plain "the telephony is down"',
        },
    ),
    "purchase": QuestionOf(
        "Of whom does the text say that the service was bought?",
        "purchase",
        {
            "direct": "directly of iCentrex",
            "partner": "through a partner or reseller",
            "perhaps": "something was, of somebody: a purchase through a partner where the registry has one so named",
            "unsaid": "the text says nothing of it",
        },
    ),
}

FACTS: Mapping[str, Fact] = {
    "state": Fact(
        "When what the sentence says holds.",
        {
            "present": "now",
            "solved": "it is said to work again",
            "past": "it was so once, and is over",
            "feared": "it is only feared or imagined",
            "future": "it is still to come",
        },
    ),
    "mood": Fact(
        "How the sentence is meant.",
        {"asserted": "as a fact", "believed": "as the sender's belief", "asked": "as a question"},
    ),
    "denied": Fact(
        'Whether a negation turns the phrase round ("not urgent").',
        {"yes": "it is denied", "no": "it is not"},
    ),
    "scope": Fact(
        "How many users or callers the mail says are hit.",
        {
            "all": "everybody, no telephone, the whole site",
            "most": 'half of them or more, or "many"',
            "counted": "half of them or more, in numbers",
            "some": "fewer than half, or a share of the calls",
            "others_work": "the mail says that the rest works",
        },
    ),
    "over": Fact(
        "Whether the mail as a whole tells of something that is over.",
        {"yes": "it works again, and nothing else is wrong", "no": "a fault is still told of"},
    ),
    "impact": Fact(
        "How far the outage reaches that the mail states, all its words weighed together.",
        {"wide": "the whole site, all callers or a vital line", "likely": "perhaps as far"},
    ),
    "seller": Fact(
        "Who sold the service to the customer, says the text.",
        {
            "another": "a reseller or partner, named or not, as a fact: not asked, supposed or denied",
            "perhaps": "somebody named sold something, and the text does not say what",
        },
    ),
    "haste": Fact(
        "Whether the sender says plainly that the matter is urgent.",
        {"stated": "as a statement of now: not asked, supposed, denied, quoted, or a lone word"},
    ),
    "topic": Fact(
        "What the mail is mostly about, all its words weighed together.",
        {name: meaning for name, meaning in QUESTIONS["category"].answers.items() if name != "other"},
    ),
    "told": Fact(
        "Whether the mail states a fault as present: not asked, imagined, over, or the reason of an order.",
        {"hard": "in words that only a fault is told in", "soft": "in words that may speak of a fault"},
    ),
    "asks": Fact(
        "Whether the mail asks for information (not for help, and not whose fault it is).",
        {"yes": "it does", "mostly": "it does little else", "no": "it does not"},
    ),
    "blame": Fact(
        "On whose side the sender sees the cause.",
        {
            "customer": "states or believes it to be the customer's own network, power, premises or doing",
            "third_party": "states or believes it to be another supplier",
            "customer_asked": "only asks whether it could be the customer's own",
            "customer_denied": "says that the customer's own side is not the cause",
            "third_party_denied": "says that the other supplier is not the cause",
        },
    ),
    "origin": Fact(
        "Whence the device of which the mail speaks came, says the text.",
        {"elsewhere": "bought in a shop, second hand, inherited, brought along", "here": "bought or hired of iCentrex"},
    ),
    "doing": Fact(
        "What the customer's own people did, or what became of a thing in their hands.",
        {
            "confessed": "they own up to a mistake, or to a change that they want undone",
            "broke_device": "a telephone, base or headset is damaged as a thing",
            "broke_outside": "a mobile phone, computer or tablet is damaged or worn out as a thing",
            "set_up": "they set a telephone up, reset it, or changed its configuration",
            "cut_own": "a cable, outlet or wall indoors was cut, pulled or covered",
            "cut_public": "a line in the street, or another's fibre, was cut",
        },
    ),
    "device": Fact(
        "The device at fault, by the registry and the list of approved models.",
        {
            "unapproved": "its model is not approved, or not on the list",
            "approved": "its model is approved",
            "not_purchased": "the registry says that it was bought elsewhere",
            "not_provisioned": "the registry says that iCentrex has not provisioned it",
            "named": "a device is named at all",
        },
    ),
    "sender": Fact(
        "Who writes.",
        {"customer": "the registry's customer", "partner": "a partner of the registry", "other": "somebody else"},
    ),
    "nature": Fact(
        "What the mail reader says it is.",
        {"human": "a person wrote it", "machine": "an alarm, a form, a voicemail notice"},
    ),
}
"""Facts that hold of a sentence are state, mood and denied; all others hold of the whole mail."""
