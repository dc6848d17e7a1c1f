"""What staff are told in the morning: the first thing on top, every ticket once, every mail accounted for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import LEAD, NOW
from letter_samples import OFFICE, PARTNER, a_proven, bare, seen, templates

from supportbot.tickets import digest
from supportbot.tickets.digest import DigestInput, Seen, SetAside, Undelivered
from supportbot.tickets.faults import Fault
from supportbot.tickets.ticket import BillingState, PhoneEscalation, Status
from supportbot.triage.decision import Note, Reason
from supportbot.triage.registry import Customer, Registry, number_range

NOON = NOW + timedelta(hours=3)
AT_PARTNER = {"route": "partner", "partner": "P1"}


def a_row(number=10042, status=Status.NEW, decided=None, **values):
    return replace(a_proven(**(decided or {})), number=number, status=status, **values)


TAKEN = PhoneEscalation("020-20 20 22", NOW, taken_by="Lisa")
CASES = [
    (a_row(decided={"urgent": True}), ["ring"]),
    (a_row(decided={"urgent": True, "route": "review", "unsure": ("route",)}), ["ring"]),
    (a_row(decided={"urgent": True, **AT_PARTNER}, status=Status.WITH_PARTNER), ["ring"]),
    (a_row(decided={"urgent": True}, status=Status.TAKEN, phone_escalation=TAKEN), ["taken"]),
    (a_row(decided={"route": "review", "unsure": ("route",)}), ["review"]),
    (a_row(decided={"unsure": ("category", "urgent")}), ["unsure"]),
    (a_row(), ["new"]),
    (a_row(unread=True), ["new"]),
    (a_row(decided=AT_PARTNER, status=Status.WITH_PARTNER), ["partner"]),
    (a_row(decided=AT_PARTNER, status=Status.WITH_PARTNER, unread=True), ["answered"]),
    (a_row(status=Status.TAKEN, taken_by="Lisa"), ["taken"]),
    (a_row(decided={"billable": True, "billable_reason": "not_purchased"}), ["new", "billing"]),
    (a_row(undeliverable=("anna@kund.example",)), ["undelivered", "new"]),
]


@pytest.mark.parametrize(("ticket", "sections"), CASES)
def test_each_ticket_stands_in_the_first_section_that_fits(ticket, sections):
    built = digest.build(DigestInput(tickets=(ticket,)), NOON)
    assert [section.name for section in built.sections] == sections


def everything():
    tickets = tuple(replace(ticket, number=10000 + place) for place, (ticket, _) in enumerate(CASES))
    return DigestInput(
        tickets=tickets,
        set_aside=(SetAside(7, NOW, "names a ticket that is not the sender's", "x@y.example", "hej"),),
        left_alone=(SetAside(8, NOW, "bulk (by its content)", "sales@z.example", "Har du en kvart?"),),
        undelivered=(Undelivered(3, "forward", 10008, "fel@nordpartner.example", "550 no such user"),),
        seen=(
            Seen("ticket", "a person's fault", 13),
            Seen("follow-up", "joins ticket 10001", 2),
            Seen("ignore", "bulk (List-Id: a)", 2),
            Seen("ignore", "bulk (List-Id: b)", 1),
            Seen("ignore", "an automatic reply (Auto-Submitted)", 4),
            Seen("duplicate", "the same bytes as mail 5", 1),
            Seen("delivery-event", "a bounce of our ack to x@y.example", 1),
            Seen("quarantine", "names a ticket", 1),
            Seen(None, "", 1),
        ),
        since=NOW - timedelta(days=1),
        troubles=(Fault("mailbox", NOW, "127.0.0.1:993: nothing listens there.", "kundcenter (INBOX)"),),
    )


def test_what_cannot_wait_stands_first():
    built = digest.build(everything(), NOON)
    names = [section.name for section in built.sections]
    assert names == list(digest.ORDER)
    assert sum(section.count for section in built.sections if section.name in dict(digest.QUEUES)) == len(CASES)


def test_every_mail_is_accounted_for():
    count = digest.build(everything(), NOON).count
    assert count.seen == 26
    assert (count.tickets, count.follow_ups, count.set_aside, count.unread) == (13, 2, 1, 1)
    assert count.none == (("an automatic reply", 4), ("bulk", 3), ("duplicate", 1), ("delivery-event", 1))
    total = count.tickets + count.follow_ups + sum(many for _, many in count.none) + count.set_aside + count.unread
    assert total == count.seen


def test_the_letter():
    letter = digest.letter(digest.build(everything(), NOON), LEAD, OFFICE, templates())
    flat = " ".join(letter.text.split())
    assert letter.subject == (
        "RING NU – Att göra: ringa 3, driftfel 1, granska 1, ej framme 2, osäkra 1, nya svar 1, nya 4, åt sidan 1, "
        "debitering 1"
    )
    assert letter.to == LEAD and letter.auto_submitted == "auto-generated"
    for words in (
        "Börja med att ringa: ärende 10000, 10001, 10002.",
        "- 10000 · Kund AB · hårdvara · 3 timmar · Hej! En telefon är tyst. – kunden är hänvisad till 020-20 20 22",
        "kunden är hänvisad till 08-465 004 90",
        "supportbot ticket 10000 take",
        "supportbot ticket 10004 route support",
        "osäkert: kategori, om det är akut",
        "supportbot ticket 10011 bill confirm",
        "utrustningen är inte köpt av iCentrex (T6)",
        "supportbot quarantine show 7",
        "supportbot outbox retry 3",
        "- 10008 · ärende till partner fel@nordpartner.example – 550 no such user",
        "Brevlådan kundcenter (INBOX) har inte kunnat läsas sedan",
        "26 mejl = 13 nya ärenden + 2 svar i ärenden + 9 utan ärende + 1 lagda åt sidan + 1 ännu ej lästa.",
        "Utan ärende: 4 autosvar, 3 massutskick, 1 dubbletter, 1 leveransbesked.",
    ):
        assert words in flat, words
    assert letter.text == digest.as_text(digest.build(everything(), NOON), OFFICE, templates())


def test_a_ticket_that_nobody_has_decided_the_billing_of_is_not_to_be_resolved_first():
    row = a_row(status=Status.TAKEN, decided={"billable": True, "billable_reason": "not_purchased"})
    text = digest.as_text(digest.build(DigestInput(tickets=(row,)), NOON), OFFICE, templates())
    assert "supportbot ticket 10042 resolve" not in text
    assert text.count("supportbot ticket 10042 bill confirm (eller: bill waive)") == 2
    done = replace(row, billing=replace(row.billing, state=BillingState.WAIVED))
    assert "ticket 10042 resolve" in digest.as_text(
        digest.build(DigestInput(tickets=(done,)), NOON), OFFICE, templates()
    )


WORDS_BESIDE_COMMANDS = {
    "sv": ("(eller: route partner ID)", "2 granskade av en person"),
    "en": ("(or: route partner ID)", "2 looked at by a person"),
}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_words_beside_the_commands_are_of_the_desks_language(language):
    office = replace(OFFICE, languages=(language,))
    looked_at = (Seen("ignore", "looked at by root", 1), Seen("ignore", "looked at by Lisa", 1))
    rows = DigestInput(tickets=(a_row(decided={"route": "review"}),), seen=looked_at)
    text = " ".join(digest.as_text(digest.build(rows, NOON), office, templates()).split())
    for words in WORDS_BESIDE_COMMANDS[language]:
        assert words in text
    assert "root" not in text and "Lisa" not in text


@pytest.mark.parametrize(
    ("decided", "told", "untold"),
    [
        ({"found": {"contact_phone": "+46 70 174 06 05"}},
         "ring kunden: 070-174 06 05 – kunden är hänvisad till 020-20 20 22", "registret"),
        ({}, "ring kunden: 070-174 06 06 (ur registret) – kunden är hänvisad till 020-20 20 22", "partnern:"),
        ({"sender_is_partner": "P1", "sender_is_customer": False, "found": {"affected_number": "+46 8 465 004 01"}},
         "ring partnern: 08-465 004 90 (ur registret)", "kunden är hänvisad till"),
    ],
)  # fmt: skip
def test_ring_now_says_whom_staff_ring(decided, told, untold):
    customer = Customer("C1", "Kund AB", "", phone_numbers=(number_range("+46701740606"),))
    rows = DigestInput(tickets=(a_row(decided=decided | {"urgent": True}),))
    built = digest.build(rows, NOON, Registry(customers=[customer], partners=[PARTNER]))
    text = " ".join(digest.as_text(built, OFFICE, templates()).split())
    assert told in text and untold not in text


def test_a_ticket_to_review_says_why_in_the_language_of_the_desk():
    row = a_row(decided={
        "route": "review",
        "notes": (Note("different_customers", ("C1, C2",)),),
        "reasons": {"route": (Reason("evidence-contradicts", "The evidence points at different customers."),)},
    })  # fmt: skip
    text = digest.as_text(digest.build(DigestInput(tickets=(row,)), NOON), OFFICE, templates())
    assert " ".join(text.split()).count("Uppgifterna pekar på olika kunder") == 1
    assert "kunder: C1, C2." in " ".join(text.split())


NOTES = {
    "sv": (
        "hänvisar till ärende 10001, men avsändaren deltar inte i det",
        "Brevlådan kundcenter (INBOX) har inte kunnat läsas sedan onsdagen den 25 november 2026 kl. 10.30: "
        "127.0.0.1:993: ingen server svarar där.",
        "Inställningar, regler eller register går inte att läsa sedan onsdagen den 25 november 2026 kl. 10.30, "
        "så de tidigare används: kind.toml:1: is not TOML.",
        "– inte mottaget inom 5 dagar; senast: 127.0.0.1:25: ingen server svarar där.",
        "· nothing listens there – hänvisar",
    ),
    "en": (
        "claims ticket 10001, but its sender is no participant of it",
        "The mailbox kundcenter (INBOX) could not be read since Wednesday 25 November 2026 at 10:30: "
        "127.0.0.1:993: nothing listens there.",
        "Config, rules or registry could not be read since Wednesday 25 November 2026 at 10:30, "
        "and the earlier ones are used: kind.toml:1: is not TOML.",
        "– not accepted within 5 days; last: 127.0.0.1:25: nothing listens there.",
        "· nothing listens there – claims",
    ),
}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_the_program_noted_is_told_in_the_desks_language_and_time(language):
    away = "127.0.0.1:993: nothing listens there."
    claims = "claims ticket 10001, but its sender is no participant of it"
    rows = DigestInput(
        set_aside=(SetAside(7, NOW, claims, subject="nothing listens there"),),
        undelivered=(
            Undelivered(
                3, "ack", 10001, "a@b.se", "not accepted within 5 days; last: 127.0.0.1:25: nothing listens there."
            ),
        ),
        troubles=(Fault("mailbox", NOW, away, "kundcenter (INBOX)"), Fault("rules", NOW, "kind.toml:1: is not TOML.")),
    )
    office = replace(OFFICE, languages=(language,))
    text = " ".join(digest.as_text(digest.build(rows, NOON), office, templates()).split())
    for words in NOTES[language]:
        assert words in text, words


@pytest.mark.parametrize("language", ["sv", "en"])
def test_text_and_html_say_the_same(language):
    office = replace(OFFICE, languages=(language,))
    letter = digest.letter(digest.build(everything(), NOON), LEAD, office, templates())
    assert bare(letter.text) == bare(seen(letter.html))
    assert max(len(line) for line in letter.text.splitlines()) <= 78


SUMS = {
    "sv": (
        "3 mejl = 2 nya ärenden + 0 svar i ärenden + 1 utan ärende + 0 lagda åt sidan. Avstämt: inget saknas.",
        "+ 1 som saknas i sitt ärende. Det går inte jämnt ut.",
    ),
    "en": (
        "3 mails = 2 new tickets + 0 answers in tickets + 1 without a ticket + 0 set aside. "
        "Reconciled: nothing is missing.",
        "+ 1 missing in their ticket. It does not add up.",
    ),
}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_sum_says_whether_it_adds_up(language):
    well, wrong = SUMS[language]
    office = replace(OFFICE, languages=(language,))
    seen = (Seen("ticket", "", 2, "kundcenter"), Seen("ignore", "bulk", 1, "kundcenter"))
    said = " ".join(digest.as_text(digest.build(DigestInput(seen=seen), NOON), office, templates()).split())
    assert well in said
    assert "supportbot reconcile" not in said
    seen = (*seen, Seen("follow-up", "", 1, "stockholm", missing=True))
    built = digest.build(DigestInput(seen=seen), NOON)
    assert (built.count.seen, built.count.follow_ups, built.count.missing) == (4, 0, 1)
    said = " ".join(digest.as_text(built, office, templates()).split())
    assert wrong in said and "supportbot reconcile" in said
    assert "- kundcenter: 3 " in said and "- stockholm: 1 " in said


def test_an_empty_digest_says_so_warmly():
    built = digest.build(DigestInput(seen=(Seen("ignore", "bulk (x)", 2),)), NOON)
    letter = digest.letter(built, LEAD, OFFICE, templates())
    assert built.empty
    assert letter.subject == "Inget nytt att göra"
    assert "ha en fin dag" in letter.text and "supportbot" not in letter.text
    assert "2 mejl = 0 nya ärenden" in letter.text


def test_the_oldest_comes_first_and_a_long_section_is_cut_and_counted():
    tickets = tuple(a_row(number=20000 + place, opened=NOW - timedelta(minutes=place)) for place in range(80))
    (section,) = digest.build(DigestInput(tickets=tickets), NOON).sections
    assert section.lines[0].number == 20079 and len(section.lines) == digest.MOST
    assert section.count == 80
    text = digest.as_text(digest.build(DigestInput(tickets=tickets), NOON), OFFICE, templates())
    assert "NYA (80)" in text and "och 30 till" in text


def test_an_address_that_the_outbox_tells_of_is_not_told_twice():
    ticket = a_row(undeliverable=("Anna@kund.example", "fel@nordpartner.example"))
    row = Undelivered(3, "ack", 10042, "anna@kund.example", "550")
    built = digest.build(DigestInput(tickets=(ticket,), undelivered=(row,)), NOON)
    undelivered = next(section for section in built.sections if section.name == "undelivered")
    assert [line.summary for line in undelivered.lines] == ["anna@kund.example", "fel@nordpartner.example"]


def test_hostile_words_stay_words():
    hostile = "# {{7*7}} <script>x</script>\x1b[0m\r\n$ rm -rf 811218-9876"
    rows = DigestInput(
        tickets=(a_row(summary=hostile, customer_name="<b>AB</b>"),),
        set_aside=(SetAside(7, NOW, hostile, hostile, hostile),),
        undelivered=(Undelivered(3, "ack", 1, hostile, hostile),),
        seen=(Seen("ignore", hostile, 1),),
        troubles=(Fault("rules", NOW, hostile), Fault("mailbox", NOW, hostile, hostile)),
    )
    letter = digest.letter(digest.build(rows, NOON), LEAD, OFFICE, templates())
    assert "{{7*7}}" in letter.text and "\x1b" not in letter.text + letter.html + letter.subject
    assert "<script" not in letter.html and "<b>" not in letter.html
    assert "811218" not in letter.text + letter.html
    assert not [line for line in letter.text.splitlines() if line.strip().startswith("rm ")]


def test_what_a_new_mail_says_stands_beside_what_the_first_one_said():
    first = "Röstmeddelanden kommer inte till min mejl sedan i måndags, och det gäller hela kontoret i Lund."
    rows = DigestInput(
        tickets=(a_row(unread=True, summary=first),), newest={10042: "Nu är allt dött\nhos alla. 19121212-1212"}
    )
    (line,) = digest.build(rows, NOON).sections[0].lines
    assert line.newest == "Nu är allt dött hos alla. ******-1212"
    assert len(line.summary) <= digest.MOST_BESIDE
    text = digest.as_text(digest.build(rows, NOON), OFFICE, templates())
    assert "nytt mejl: ”Nu är allt dött hos alla." in " ".join(text.split()) and "[nytt mejl]" not in text
