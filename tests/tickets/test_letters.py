"""What customers, partners and staff are told, and what they must not be told."""

import re
from dataclasses import replace

import pytest
from builders import JOUR, NOW
from letter_samples import (
    ANNA,
    MONEY,
    OFFICE,
    PARTNER,
    REGISTRY,
    TOKEN,
    a_proven,
    bare,
    questions,
    seen,
    sources,
    templates,
)

from supportbot.mail.message import Address
from supportbot.tickets.acknowledgement import SCENES, scene_of
from supportbot.tickets.effects import RaiseAlert
from supportbot.tickets.letters import acknowledgement, alert, partner_mail
from supportbot.tickets.partner_mail import subject_mistake
from supportbot.tickets.samples import SCENES as SAMPLE_SCENES
from supportbot.tickets.templates import Templates
from supportbot.tickets.ticket import PhoneEscalation
from supportbot.triage.decision import Note, Reason
from supportbot.triage.registry import Customer, Registry, number_range

AT_PARTNER = {"route": "partner", "partner": "P1", "purchase": "partner"}
DESK, PARTNERS = "020-20 20 22", "08-465 004 90"


def acknowledged(ticket, partner=PARTNER, office=OFFICE, to=ANNA):
    return acknowledgement(ticket, to, TOKEN, office, partner, questions(), templates())


def whole(letter):
    return letter.subject + "\n" + letter.text


# The acknowledgement ------------------------------------------------------------------------------------------------

CHARGED = {"billable": True, "billable_reason": "customer_cause"}
FROM_PARTNER = {"sender_is_partner": "P1"}
RINGING = [r"0\d+-\d\d", r"\b[Rr]ing ", r"\b[Cc]all "]
SAID = [
    # scene, proven, decided, what must be said in Swedish, in English, what must not be said
    ("neutral", False, {}, [DESK], [DESK], [MONEY, REGISTRY, "Anna"]),
    ("neutral", False, {"urgent": True}, [DESK], [DESK], [MONEY, REGISTRY, "låter akut", "sounds urgent"]),
    ("neutral", False, AT_PARTNER | {"urgent": True}, [DESK], [DESK], [MONEY, REGISTRY]),
    ("neutral", False, CHARGED, [DESK], [DESK], [MONEY, REGISTRY]),
    ("from_partner", True, FROM_PARTNER, ["svarar dig"], ["reply to you"], [MONEY, *RINGING]),
    ("from_partner", True, FROM_PARTNER | CHARGED | {"urgent": True}, [], ["reply to you"], [MONEY, *RINGING]),
    ("urgent_support", True, {"urgent": True}, ["genast på " + DESK], ["at once on " + DESK], ["Nordpartner", MONEY]),
    (
        "urgent_partner",
        True,
        AT_PARTNER | {"urgent": True},
        ["Nordpartner AB på " + PARTNERS, "köpt tjänsten via"],
        ["Nordpartner AB at once on " + PARTNERS, "bought the service through"],
        [DESK, MONEY],
    ),
    (
        "urgent_review",
        True,
        {"urgent": True, "route": "review", "partner": "P1"},
        ["genast på " + DESK],
        ["at once on " + DESK],
        ["Nordpartner", PARTNERS, MONEY],
    ),
    ("support", True, {}, ["svarar dig", DESK], ["reply to you", DESK], ["Nordpartner", MONEY]),
    (
        "partner",
        True,
        AT_PARTNER,
        ["Nordpartner AB, som hjälper er", PARTNERS],
        ["Nordpartner AB, who will help you", PARTNERS],
        [DESK, MONEY],
    ),
    (
        "review",
        True,
        {"route": "review", "partner": "P1"},
        ["hamnar rätt", DESK],
        ["right place", DESK],
        ["Nordpartner", PARTNERS, MONEY],
    ),
]


@pytest.mark.parametrize(("scene", "proven", "decided", "swedish", "english", "unsaid"), SAID)
@pytest.mark.parametrize("language", ["sv", "en", "fi"])
def test_each_scene_says_what_the_terms_ask_and_no_more(scene, proven, decided, swedish, english, unsaid, language):
    ticket = a_proven(proven=proven, language=language, **decided)
    assert scene_of(ticket, PARTNER) == scene
    text = whole(acknowledged(ticket))
    flat = " ".join(text.split())
    wanted = {"sv": swedish, "en": english, "fi": [*swedish, *english]}[language]
    assert [words for words in wanted if words not in flat] == []
    assert [words for words in unsaid if re.search(words, flat)] == []
    assert "10042" in flat and TOKEN in text.splitlines()[0]


def test_templates_are_tried_out_with_every_scene():
    assert tuple(scene for scene, _ in SCENES) == SAMPLE_SCENES


def test_to_the_unproven_it_is_the_same_whatever_was_found_out():
    decisions = [
        {},
        {"urgent": True},
        AT_PARTNER,
        {"kind": "question", "category": "invoice"},
        {"billable": True, "billable_reason": "not_purchased", "found": {"device_model": "T46U"}},
        {"customer": None, "route": "review"},
        {"sender_is_partner": "P1"},
    ]
    letters = [acknowledged(a_proven(proven=False, subject="Köp nu!", **decided)) for decided in decisions]
    assert len(set(letters)) == 1
    assert letters[0].to == Address("", ANNA.address)
    assert "Köp nu" not in whole(letters[0])


@pytest.mark.parametrize(
    ("proven", "authenticity", "echoed"),
    [(True, "verified", True), (True, "unknown", False), (False, "verified", False), (False, "failed", False)],
)
def test_the_subject_is_echoed_to_verified_senders_only(proven, authenticity, echoed):
    ticket = a_proven(proven=proven, authenticity=authenticity, subject="Sv: [ICX-7-XXXXXXXXXXXXX] Luren knastrar")
    subject = acknowledged(ticket).subject
    assert ("Luren knastrar" in subject) is echoed
    assert subject.count("[ICX-") == 1 and "Sv:" not in subject


def test_a_failed_authentication_makes_nobody_proven():
    assert scene_of(a_proven(authenticity="failed"), PARTNER) == "neutral"


@pytest.mark.parametrize("decided", [AT_PARTNER, AT_PARTNER | {"urgent": True}])
def test_our_number_only_where_the_partner_lets_its_customers_call_us(decided):
    allowed = replace(PARTNER, customer_may_call_icentrex=True)
    assert DESK in whole(acknowledged(a_proven(**decided), allowed))
    assert DESK not in whole(acknowledged(a_proven(**decided), PARTNER))


def test_an_urgent_partner_without_a_number_is_still_to_be_rung():
    text = whole(acknowledged(a_proven(urgent=True, **AT_PARTNER), replace(PARTNER, urgent_phone="")))
    assert "Nordpartner AB på det nummer ni har fått" in " ".join(text.split()) and DESK not in text


def test_a_partner_that_the_registry_lacks_is_a_matter_for_a_person():
    assert scene_of(a_proven(**AT_PARTNER), None) == "review"


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    ("reason", "swedish", "english"),
    [
        ("unapproved_hardware", "ingår inte i tjänsten|inte ingår i tjänsten", "not part of the service"),
        ("not_purchased", "inte är köpt av iCentrex", "not bought from iCentrex"),
        ("not_provisioned", "inte är provisionerad", "not provisioned"),
        ("customer_cause", "ert eget nät", "your own network"),
        ("third_party_cause", "annan leverantör", "another supplier"),
    ],
)
@pytest.mark.parametrize("route", [{}, AT_PARTNER, {"urgent": True}])
def test_a_charge_is_told_beforehand_with_its_reason_and_no_sum(language, reason, swedish, english, route):
    text = acknowledged(a_proven(language=language, billable=True, billable_reason=reason, **route)).text
    flat = " ".join(text.split())
    assert re.search({"sv": swedish, "en": english}[language], flat)
    assert {"sv": "kan därför komma att debiteras", "en": "may therefore be charged"}[language] in flat
    assert {"sv": "medarbetare har gått igenom", "en": "one of our staff has gone through"}[language] in flat
    assert not re.search(r"\d+ ?(?:kr|SEK|%)", flat)


def test_a_reason_without_a_mark_is_no_notice():
    assert not re.search(MONEY, whole(acknowledged(a_proven(billable=False, billable_reason="customer_cause"))))


@pytest.mark.parametrize(
    ("proven", "decided", "given"),
    [
        (False, AT_PARTNER | CHARGED | {"urgent": True}, f"{DESK} --"),
        (True, FROM_PARTNER | CHARGED, "--"),
        (True, AT_PARTNER | CHARGED, f"{PARTNERS} Nordpartner AB-customer_cause-"),
        (True, {"route": "review", "partner": "P1"}, f"{DESK} --"),
    ],
)
def test_an_edited_text_cannot_say_what_the_sender_may_not_know(proven, decided, given):
    told = "Subject: x\n\n{{ office_phone }} {{ partner_phone }} {{ partner }}-{{ billable_reason }}-\n"
    edited = Templates(dict(sources()) | {"sv/acknowledgement.txt.j2": told})
    letter = acknowledgement(a_proven(proven, **decided), ANNA, TOKEN, OFFICE, PARTNER, questions(), edited)
    assert letter.text == given + "\n"


def test_questions_are_asked_but_not_of_the_urgent_nor_what_the_mail_has_said():
    asked = acknowledged(a_proven(category="hardware")).text
    assert len(re.findall(r"^\d\. ", asked, re.M)) == 3 and "MAC-adress" in asked
    answered = acknowledged(a_proven(category="hardware", found={"device_model": "T46U"})).text
    assert "MAC-adress" not in answered
    assert not re.search(r"^\d\. ", acknowledged(a_proven(category="hardware", urgent=True)).text, re.M)
    assert not re.search(r"^\d\. ", acknowledged(a_proven(kind="request")).text, re.M)


def test_for_a_partner_what_it_requires_is_asked():
    text = acknowledged(a_proven(found={"affected_number": "08-465 004 00"}, **AT_PARTNER)).text
    assert re.findall(r"^\d\. (.*)$", text, re.M) == ["När hände det, dag och klockslag?"]


def test_headers_of_an_acknowledgement():
    ticket = a_proven()
    letter = acknowledged(ticket)
    assert letter.auto_submitted == "auto-replied" and letter.precedence_bulk
    assert letter.in_reply_to == ticket.message_id and letter.to == ANNA
    assert letter.reply_to == Address(OFFICE.name, OFFICE.address)


def test_greeting():
    assert acknowledged(a_proven()).text.startswith("Hej Anna!")
    assert acknowledged(a_proven(), to=Address("Vaxeln", "info@kund.example")).text.startswith("Hej!")


def test_other_languages_get_both_in_one_mail_and_one_token():
    letter = acknowledged(a_proven(language="other"))
    assert "Hej Anna!" in letter.text and "Hello Anna," in letter.text
    assert letter.subject.count(TOKEN) == 1 and "Ärende" in letter.subject and "Ticket" in letter.subject


# The partner mail ---------------------------------------------------------------------------------------------------

RAW = b"From: anna@kund.example\r\nSubject: =?utf-8?q?d=C3=B6d?=\r\n\r\nTyst.\r\n"
FULL = AT_PARTNER | {
    "urgent": True,
    "billable": True,
    "billable_reason": "customer_cause",
    "device": "Yealink T46U",
    "found": {"affected_number": "+46846500401", "device_model": "T46U"},
    "reasons": {"billable": (Reason("own-firewall", words="vår nya brandvägg", row="customers.csv C1"),)},
}


def forwarded(partner=PARTNER, raw=RAW, text="Växeln är tyst.", ticket=None, **decided):
    ticket = ticket or a_proven(**(FULL | decided))
    return partner_mail(ticket, text, raw, Address("N", "fel@nordpartner.example"), TOKEN, OFFICE, partner, templates())


def test_what_a_customer_writes_later_is_said_to_be_new():
    ticket = a_proven(**(FULL | {"urgent": False}))
    args = (
        ticket,
        "Nu är allt dött.",
        RAW,
        Address("N", "fel@nordpartner.example"),
        TOKEN,
        OFFICE,
        PARTNER,
        templates(),
    )
    letter = partner_mail(*args, again=True)
    said = " ".join(letter.text.split())
    assert "Kund AB har skrivit till oss igen i ärendet som vi har lämnat över till er." in said
    assert "Nu är allt dött." in said and "nytt mejl i ärendet" in letter.subject and TOKEN in letter.subject
    assert "skrivit till oss igen" not in partner_mail(*args).text


def test_only_a_fault_lacks_facts_of_a_fault():
    wants = replace(PARTNER, required=("time_of_fault", "example_call"))
    assert "SAKNAS" in forwarded(wants, found={}).text
    for kind in ("request", "question"):
        assert "SAKNAS" not in forwarded(wants, found={}, kind=kind, urgent=False, billable=False).text


def test_a_partner_is_not_told_of_a_purchase_that_was_another():
    assert "har köpt tjänsten via er" in " ".join(forwarded().text.split())
    assert "har köpt tjänsten via er" not in " ".join(forwarded(purchase="direct").text.split())


def test_the_summary_comes_first_and_the_mail_goes_along_byte_for_byte():
    letter = forwarded()
    flat = " ".join(letter.text.split())
    for words in (
        "Kund: Kund AB",
        "Organisationsnummer: 556677-8899",
        "Brådska: akut",
        "felanmälan, hårdvara",
        "Berört nummer: 08-465 004 01",
        "Utrustning: Yealink T46U",
        "- tidpunkt för felet",
        "orsaken verkar ligga hos kunden (T7)",
        "”vår nya brandvägg”",
        "Ingen har tagit ställning",
        "> Växeln är tyst.",
    ):
        assert words in flat, words
    assert "- berört nummer" not in flat and "customers.csv" not in flat
    assert [(one.type, one.content) for one in letter.attachments] == [("message/rfc822", RAW)]
    assert letter.reply_to == Address(OFFICE.name, OFFICE.address) and TOKEN in letter.subject
    assert letter.auto_submitted == "auto-generated"


@pytest.mark.parametrize(
    ("device", "model", "told", "untold"),
    [
        ("Yealink T46U 80:5E:C0:21:16:70", "Yealink T46U 80:5E:C0:21:16:70", "Utrustning: Yealink", "Modell:"),
        ("Yealink T46U 80:5E:C0:21:16:70", "Yealink T46U", "Utrustning: Yealink", "Modell:"),
        ("Yealink T46U", "Yealink T46U, Poly VVX 250", "Modell: Yealink T46U, Poly VVX 250", "Utrustning:"),
    ],
)
def test_a_device_is_told_once(device, model, told, untold):
    flat = " ".join(forwarded(device=device, found={"device_model": model}).text.split())
    assert told in flat and untold not in flat
    assert "utrustningens modell" not in flat


def test_several_affected_numbers_are_all_told():
    found = {"affected_number": "+46 8 465 004 01, +46 8 465 004 02"}
    assert "Berört nummer: 08-465 004 01, 08-465 004 02" in " ".join(forwarded(found=found).text.split())


def test_two_devices_that_differ_are_both_told():
    flat = " ".join(forwarded(device="Yealink T46U", found={"device_model": "Poly VVX 250"}).text.split())
    assert "Modell: Poly VVX 250" in flat and "Utrustning: Yealink T46U" in flat


@pytest.mark.parametrize(
    ("partner", "raw", "attached", "words"),
    [
        (replace(PARTNER, max_size=len(RAW)), RAW, 1, "bifogat i oförändrat skick"),
        (replace(PARTNER, max_size=len(RAW) - 1), RAW, 0, "mer än er adress tar emot"),
        (replace(PARTNER, attach_original=False), RAW, 0, "enligt era riktlinjer"),
        (PARTNER, b"", 0, "inte i läsbart skick"),
    ],
)
def test_the_original_as_the_partner_takes_it(partner, raw, attached, words):
    letter = forwarded(partner, raw)
    assert len(letter.attachments) == attached and words in " ".join(letter.text.split())


@pytest.mark.parametrize(
    ("language", "greeting"), [("sv", "Hej"), ("no", "Hej"), ("da", "Hej"), ("en", "Hello"), ("fi", "Hello")]
)
def test_in_the_partners_language(language, greeting):
    assert forwarded(replace(PARTNER, language=language)).text.startswith(greeting)


def test_the_unproven_are_marked_and_personal_numbers_masked():
    letter = forwarded(ticket=a_proven(proven=False, **FULL), text="Jag är 811218-9876.")
    assert "avsändaren är inte styrkt" in letter.text
    assert "******-9876" in letter.text and "811218" not in letter.text + letter.html
    assert "styrkt" not in forwarded().text


def test_the_guidelines_own_words_are_not_claimed_as_kept():
    assert "Ring alltid in" not in forwarded().text


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("{customer} {org_number} – {subject}", "Kund AB 556677-8899 – Telefonen är tyst"),
        ("{{ customer }} ({{category}})", "Kund AB (hårdvara)"),
        ("{urgency} {number} {affected_number}", "AKUT 10042 +46846500401"),
        ("Fel", "Fel"),
    ],
)
def test_a_partners_own_subject(template, subject):
    assert forwarded(replace(PARTNER, subject=template)).subject == f"{subject} {TOKEN}"


@pytest.mark.parametrize(
    "template", ["{kund}", "{customer", "{{ 7 * 7 }}", "{customer.__class__}", "{customer!r:>999}", "{% if 1 %}", "  "]
)
def test_a_subject_with_a_mistake_falls_back_and_says_so(template):
    letter = forwarded(replace(PARTNER, subject=template))
    assert subject_mistake(template)
    assert letter.subject == f"{TOKEN} AKUT felanmälan: Kund AB, hårdvara"
    assert "mall för ämnesraden gick inte att använda" in " ".join(letter.text.split())


def test_a_value_in_the_subject_is_never_read_as_a_placeholder():
    ticket = replace(a_proven(**FULL), subject="{number} {{ 7 * 7 }}\r\nBcc: x@y.example " + "x" * 300)
    subject = forwarded(replace(PARTNER, subject="{subject}"), ticket=ticket).subject
    assert subject.startswith("{number} {{ 7 * 7 }} Bcc:") and subject.endswith(TOKEN)
    assert "\n" not in subject
    long = forwarded(replace(PARTNER, subject="y" * 300 + " {subject}"), ticket=ticket).subject
    assert len(long) == 200 and long.endswith(TOKEN)


# The alert ----------------------------------------------------------------------------------------------------------

URGENT = {
    "urgent": True,
    "found": {"contact_phone": "+46701740605"},
    "reasons": {"urgent": (Reason("nobody-reaches-us", "Ingen når kunden.", "T4", "ingen kommer fram"),)},
}


def alerted(
    ticket, step=0, about="urgent", text="", partner=PARTNER, said="Ingen kommer fram! 811218-9876", customers=()
):
    effect = RaiseAlert(ticket.number if ticket else None, about, step, JOUR, text)
    known = Registry(customers=customers, partners=[partner] if partner else [])
    return alert(effect, ticket, said, OFFICE, known, templates())


def test_an_alert_says_whom_to_ring_who_what_why_and_how_to_take_it():
    letter = alerted(a_proven(**URGENT), step=2)
    flat = " ".join(letter.text.split())
    for words in (
        "Påminnelse 2",
        "Ring kunden: 070-174 06 05",
        "Kund: Kund AB, 556677-8899",
        "Anna Berg, anna@kund.example",
        "> Ingen kommer fram! ******-9876",
        "”ingen kommer fram” (regel nobody-reaches-us, villkor T4)",
        "supportbot ticket 10042 take",
    ):
        assert words in flat, words
    assert letter.subject == "AKUT: ärende 10042, Kund AB, hårdvara (påminnelse 2)" and letter.to == JOUR
    assert letter.auto_submitted == "auto-generated"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_unknown_category_is_not_in_an_alerts_subject(language):
    effect, office = RaiseAlert(10042, "urgent", 0, JOUR, ""), replace(OFFICE, languages=(language,))
    letter = alert(effect, a_proven(**(URGENT | {"category": "other"})), "", office, Registry(), templates())
    assert letter.subject.endswith("10042, Kund AB")


def test_an_alert_of_a_partners_ticket_is_information():
    letter = alerted(a_proven(**(URGENT | AT_PARTNER)), partner=replace(PARTNER, urgent="both"))
    assert letter.subject.startswith("För kännedom, akut hos Nordpartner AB")
    assert "Ring partnern: Nordpartner AB, " + PARTNERS in letter.text and "Ring alltid in akuta fel." in letter.text
    assert "på telefon och i den vanliga kanalen" in " ".join(letter.text.split())


def test_an_alert_names_no_number_of_ours_as_the_partners():
    ticket = a_proven(**(URGENT | AT_PARTNER))
    ticket = replace(ticket, partner_name=PARTNER.name, phone_escalation=PhoneEscalation("", NOW))
    said = " ".join(alerted(ticket, partner=replace(PARTNER, urgent_phone=None)).text.split())
    assert "Ring partnern: Nordpartner AB, inget nummer i registret" in said
    assert "Kunden är hänvisad till: Nordpartner AB" in said and "020-20 20 22" not in said


def test_an_alert_does_not_say_that_a_partner_has_what_came_back():
    ticket = replace(a_proven(**(URGENT | AT_PARTNER)), undeliverable=("fel@nordpartner.example",))
    letter = alerted(ticket)
    said = " ".join(letter.text.split())
    assert "Nordpartner AB har INTE fått ärendet" in said and letter.subject.startswith("AKUT: ärende 10042")
    for dead in (ticket.sender, JOUR.address):  # an alert that did not arrive says nothing of the partner
        other = replace(ticket, undeliverable=(dead,))
        assert "Nordpartner AB har ärendet" in " ".join(alerted(other).text.split())


def test_an_alert_under_review_says_what_must_be_found_out():
    notes = (Note("different_customers", ("C1, C2",)),)
    decided = URGENT | {"route": "review", "customer": None, "notes": notes}
    decided["reasons"] = decided["reasons"] | {"route": (Reason("unknown-customer", "Nobody."),)}
    ticket = replace(a_proven(**decided, proven=False), customer_name=None, org_number=None)
    letter = alerted(ticket, partner=None)
    for words in ("okänd kund", "Vilken kund", "olika kunder: C1, C2", "finns inte i registret", "INTE STYRKT"):
        assert words in letter.subject + " ".join(letter.text.split()), words


def test_an_alert_about_a_partners_report():
    letter = alerted(a_proven(**(URGENT | {"sender_is_partner": "P1"})))
    assert "En partner anmäler" in letter.text and "Ring partnern: Nordpartner AB, 070-174 06 05" in letter.text
    assert "När du har talat med partnern" in letter.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", "Ring kunden: det enda nummer vi känner är det som felet gäller: 08-465 004 01, 08-465 004 02"),
        ("en", "Call the customer: the only number we know is the one that is at fault: 08-465 004 01, 08-465 004 02"),
    ],
)
def test_an_alert_says_so_where_only_the_number_at_fault_is_known(language, words):
    ticket = a_proven(**(URGENT | {"found": {"affected_number": "+46 8 465 004 01, +46 8 465 004 02"}}))
    office = replace(OFFICE, languages=(language,))
    letter = alert(RaiseAlert(10042, "urgent", 0, JOUR), ticket, "", office, Registry(), templates())
    assert words in " ".join(letter.text.split())


def test_an_alert_gives_a_number_of_the_registry_and_says_so():
    customer = Customer("C1", "Kund AB", "", phone_numbers=(number_range("+46701740606"),))
    ticket = a_proven(**(URGENT | {"found": {"affected_number": "+46 8 465 004 01"}}))
    flat = " ".join(alerted(ticket, customers=[customer]).text.split())
    assert "Ring kunden: 070-174 06 06 (ur registret)" in flat and "Felet gäller: 08-465 004 01" in flat
    assert "Ring kunden: inget nummer är känt" in alerted(a_proven(**(URGENT | {"found": {}}))).text


@pytest.mark.parametrize(
    ("about", "with_ticket", "subject", "words"),
    [
        ("undelivered_forward", True, "Ärende 10042 nådde inte Nordpartner AB", "Ring Nordpartner AB på 08-465 004 90"),
        ("undelivered_alert", True, "Ett larm kom inte fram: ärende 10042", "vet inte om det"),
        ("undelivered_alert", False, "Ett larm kom inte fram", "vet inte om det"),
        ("mailbox", False, "Brevlådan fungerar inte", "ligger kvar i brevlådan"),
        ("fault", False, "supportbot behöver hjälp", "på egen hand"),
    ],
)
def test_other_alerts(about, with_ticket, subject, words):
    ticket = a_proven(**AT_PARTNER) if with_ticket else None
    letter = alerted(ticket, about=about, text="fel@x.example: 550 <nobody>", partner=PARTNER if with_ticket else None)
    assert letter.subject == subject
    assert words in " ".join(letter.text.split()) and "550 <nobody>" in letter.text and "&lt;nobody&gt;" in letter.html


def test_many_urgent_tickets_in_one_alert():
    letter = alerted(None, about="many_urgent", text="73")
    assert letter.subject == "AKUT: 73 ärenden som ingen har tagit"
    assert "73 akuta ärenden väntar på att någon tar dem" in " ".join(letter.text.split())
    assert "supportbot tickets list --urgent" in letter.text and "> 73" not in letter.text


# All of them --------------------------------------------------------------------------------------------------------

HOSTILE = 'Re: {{7*7}} {% if %} <b onclick="x">fet</b>\x1b[31m \u202e\r\nBcc: x@y.example 811218-9876 # $ > -'


def every_letter(subject):
    for language in ("sv", "en", "fi"):
        for _, proven, decided, *_ in SAID:
            yield acknowledged(a_proven(proven=proven, language=language, subject=subject, **decided))
        office = replace(OFFICE, languages=("en" if language == "en" else "sv",))
        for decided in ({}, AT_PARTNER, {"route": "review"}):
            ticket = a_proven(subject=subject, **(URGENT | decided))
            known = Registry(partners=[PARTNER])
            yield alert(RaiseAlert(10042, "urgent", 1, JOUR), ticket, subject * 3, office, known, templates())
        partner = replace(PARTNER, language=language)
        yield forwarded(partner, text=subject, ticket=a_proven(subject=subject, **FULL))


@pytest.mark.parametrize("subject", ["Telefonen är tyst", HOSTILE])
def test_text_and_html_say_the_same_in_short_lines(subject):
    for letter in every_letter(subject):
        assert bare(letter.text) == bare(seen(letter.html))
        assert max(len(line) for line in letter.text.splitlines()) <= 78
        assert letter.text.endswith("\n") and "\n\n\n" not in letter.text


def test_hostile_words_stay_words():
    for letter in every_letter(HOSTILE):
        everything = letter.subject + letter.text + letter.html
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ue000-\ue00f]", everything)
        assert "811218" not in everything and "49" not in letter.subject.replace("490", "")
        assert "<b" not in letter.html.replace("<body", "").replace("<br>", "")
        assert "\n" not in letter.subject
        assert not re.search(r"(?:src|href)\s*=|https?:|<script|<style", letter.html)
    echoed = acknowledged(a_proven(subject=HOSTILE)).subject
    assert "{{7*7}}" in echoed
