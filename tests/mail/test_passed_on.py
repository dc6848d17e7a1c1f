"""What is forwarded within a forward stays, and what a first mail leads to; an earlier exchange is still cut."""

import pytest

from supportbot.mail.message import ParsedMail
from supportbot.mail.newtext import split
from supportbot.mail.parse import parse
from supportbot.mail.taken_up import Known


def _mail(sender: str, subject: str, text: str) -> str:
    return (
        f"Från: {sender} <{sender.lower()}@kund.example>\nSkickat: den 3 november 2026 08:10\n"
        f"Till: Eva Ström\nÄmne: {subject}\n\n{text}\n\n"
    )


FIRST = _mail("Ove", "Hissen", "Nödtelefonen i hissen är tyst.")
FORWARDS = Known("Eva Ström <eva@kund.example>", subject="VB: Hissen")
OPENS = Known("Eva Ström <eva@kund.example>", subject="Hissen står", opens=True)


@pytest.mark.parametrize("subject", ["VB: Hissen", "[EXT] Fwd: Hissen", "Vidarebefordrat: Hissen"])
@pytest.mark.parametrize("said", ["Säg till växelfolket.\n\n/Karl", ""])
def test_a_forward_within_a_forward_stays(subject: str, said: str) -> None:
    found = split("Tar ni den?\n\n" + _mail("Karl", subject, said) + FIRST, None, FORWARDS)
    assert "Nödtelefonen i hissen är tyst." in found.new_text
    assert found.quoted == ""
    assert found.forwarded is not None and found.forwarded.sender == "Karl <karl@kund.example>"


def test_an_answer_within_a_forward_is_without_what_it_answers() -> None:
    found = split("Tar ni den?\n\n" + _mail("Karl", "SV: Hissen", "Säg till.\n\n/Karl") + FIRST, None, FORWARDS)
    assert "Säg till." in found.new_text and "Nödtelefonen" not in found.new_text
    assert "Nödtelefonen" in found.quoted


@pytest.mark.parametrize(
    "where", ["Oves fråga står längst ned.", "See his question at the bottom.", "Nederst står det."]
)
def test_who_points_to_the_bottom_means_the_first_mail(where: str) -> None:
    chain = _mail("Karl", "SV: Hissen", "Ingen aning.") + _mail("Eva", "SV: Hissen", "Vet du?") + FIRST
    found = split(f"{where}\n\n{chain}", None, FORWARDS)
    assert "Ingen aning." in found.new_text and "Nödtelefonen i hissen är tyst." in found.new_text
    assert found.quoted == ""


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n________________\n"])
def test_what_a_first_mail_leads_to_is_kept_with_what_follows(gap: str) -> None:
    pasted = _mail("Ove", "Hissen", "Besök på måndag.\n\nMvh\nOve")
    found = split(f"Det här fick vi av Ove:{gap}{pasted}Gäller det oss?\n\nMvh\nEva Ström", None, OPENS)
    assert "Besök på måndag.\n\nMvh\nOve\n\nGäller det oss?" in found.new_text
    assert (found.signature, found.quoted) == ("Mvh\nEva Ström", "")
    assert found.forwarded is not None and found.forwarded.sender == "Ove <ove@kund.example>"


def test_an_exchange_that_a_first_mail_leads_to_is_kept_whole() -> None:
    exchange = _mail("Ove", "SV: Hissen", "Den är lagad.") + FIRST
    found = split(f"Så här har det gått:\n\n{exchange}Men den är tyst igen.", None, OPENS)
    assert "Nödtelefonen" in found.new_text and found.new_text.endswith("Men den är tyst igen.")


def test_the_signature_of_a_pasted_mail_stays_with_it() -> None:
    found = split("Från hissfirman:\n\n" + _mail("Ove", "Hissen", "Vi kommer.\n\nMvh\nOve Lund"), None, OPENS)
    assert found.new_text.endswith("Vi kommer.\n\nMvh\nOve Lund")
    assert found.signature == ""


def test_a_mail_of_the_desk_that_a_first_mail_leads_to_is_kept() -> None:
    desk = Known(OPENS.sender, ("ove@kund.example",), OPENS.subject, opens=True)
    assert "är tyst" in split("Ni skrev till oss:\n\n" + FIRST, None, desk).new_text
    arrows = "Ni svarade:\n\nDen 3 november 2026 08:10 skrev Ove <ove@kund.example>:\n\n> Den är tyst.\n\nMen nu?"
    assert split(arrows, None, desk).new_text == "Ni svarade:\n\nMen nu?"


@pytest.mark.parametrize("known", [Known(subject="SV: Hissen"), Known(subject="")])
def test_a_colon_in_an_answer_leads_to_nothing(known: Known) -> None:
    assert "Nödtelefonen" not in split(f"Numret är det här: 310.\nOch detta:\n\n{FIRST}", None, known).new_text


def test_a_signature_alone_above_a_forward_is_no_text() -> None:
    head = FIRST.replace("<", "&lt;").replace("\n", "<br>")
    html = f'<div id="Signature"><div>Hälsningar</div><div>Eva Ström</div><div>Hissfix, 070-174 00</div></div>{head}'
    found = split(None, f"<div><br></div>{html}", FORWARDS)
    assert found.new_text.startswith("Från: Ove") and found.signature.startswith("Hälsningar\nEva Ström")


def test_thunderbirds_table_of_headers_is_read() -> None:
    rows = {"Ämne": "Hissen", "Datum": "Tue, 3 Nov 2026 08:10:01 +0100", "Från": "Ove &lt;ove@kund.example&gt;"}
    table = "".join(f"<tr><th>{name}: </th><td>{value}</td></tr>" for name, value in rows.items())
    html = f"<p>Stämmer det?</p>-------- Vidarebefordrat meddelande --------<table>{table}</table><br>Den är tyst."
    found = split(None, html).forwarded
    assert found is not None
    assert (found.sender, found.subject, found.text) == ("Ove <ove@kund.example>", "Hissen", "Den är tyst.")


def attached(own: str, subject: str = "Fel") -> ParsedMail:
    inner = (
        "From: Ove <ove@kund.example>\nSubject: Tyst\nContent-Type: text/plain; charset=utf-8\n\nVår telefon är stum.\n"
    )
    kinds = {"text/plain; charset=utf-8": own, "message/rfc822": inner}
    parts = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in kinds.items())
    head = f"From: Eva Ström <eva@hiss.example>\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=b\n"
    return parse(f"{head}\n{parts}--b--\n".encode())


@pytest.mark.parametrize(
    ("own", "subject"),
    [
        ("Se bifogat mejl från vår kund.", "Fel"),
        ("Please see the attached email.", "Fault"),
        ("Kan ni titta på detta?", "VB: Tyst"),
        ("Med vänlig hälsning\nEva Ström", "Fel"),
        ("Eva Ström\nHissfix AB\n070-174 00 11", "Fel"),
        ("Skaffa Outlook för iOS", "Fel"),
        ("", "Fel"),
    ],
)
def test_an_attached_mail_that_is_meant_belongs_to_what_is_said(own: str, subject: str) -> None:
    mail = attached(own, subject)
    assert "Vår telefon är stum." in mail.new_text
    assert own.split("\n")[0] in mail.new_text + mail.signature


def test_an_attached_mail_beside_another_matter_is_only_shown() -> None:
    mail = attached("Nu ringer det igen, tack för hjälpen. Mejlet från i går hänger med av misstag.")
    assert "stum" not in mail.new_text
    assert mail.forwarded is not None and mail.forwarded.text == "Vår telefon är stum."


@pytest.mark.parametrize(
    "marker", ["---- Original meddelande ----", "----- Bifogat meddelande ----", "---- Okänt ord ----"]
)
@pytest.mark.parametrize("subject", ["W.: Tyst", "Tyst"])
def test_a_marker_that_no_program_is_known_for_belongs_to_the_mail_below(marker: str, subject: str) -> None:
    found = split(f"{marker}\n{FIRST}", None, Known(subject=subject))
    assert "Nödtelefonen" in found.new_text


def test_notes_writes_a_title_above_its_header_lines() -> None:
    quote = "Kundcenter --- Akut: växeln nere [Ticket 1] ---\n\n" + FIRST
    found = split(f"Nu ringer det igen.\n\n{quote}", None, Known(subject="Antwort: Akut"))
    assert found.new_text == "Nu ringer det igen."


def test_recipients_that_were_wrapped_belong_to_the_head() -> None:
    to = "A <a@x.example>, B <b@x.example>,\nC <c@x.example>"
    head = f"Från: Ove <ove@kund.example>\nDatum: 3 nov 2026 08:10\nTill: {to}"
    found = split(f"-------- Vidarebefordrat meddelande --------\n{head}\n\nDen är tyst.", None).forwarded
    assert found is not None and found.text == "Den är tyst."


def test_what_another_mail_system_said_is_no_quote() -> None:
    notice = "<fax@x.example>: host mx.x.example[192.0.2.1] said:\n    550 5.7.1 rejected (in reply to end of DATA)"
    body = f"Felet, se nedan.\n\n-----Ursprungligt meddelande-----\n{FIRST}\n\n{notice}"
    assert "550 5.7.1" in split(body, None, FORWARDS).new_text


def test_all_attached_mails_that_are_meant_are_read_and_those_inside_them() -> None:
    def mail(subject: str, text: str, inner: str = "") -> str:
        parts = f"--{subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        parts += f"--{subject}\nContent-Type: message/rfc822\n\n{inner}\n" if inner else ""
        kind = f"Content-Type: multipart/mixed; boundary={subject}"
        return f"From: Ove <ove@kund.example>\nSubject: {subject}\n{kind}\n\n{parts}--{subject}--\n"

    first = mail("a", "Se bifogat mejl.", mail("b", "Alla samtal bryts."))
    head = "From: Eva <eva@hiss.example>\nSubject: VB: Fel\nContent-Type: multipart/mixed; boundary=z\n\n"
    own = "--z\nContent-Type: text/plain; charset=utf-8\n\nBåda felen är kvar.\n"
    parts = "".join(f"--z\nContent-Type: message/rfc822\n\n{one}\n" for one in (first, mail("c", "Växeln är död.")))
    found = parse(f"{head}{own}{parts}--z--\n".encode())
    for words in ("Båda felen", "Alla samtal bryts.", "Växeln är död."):
        assert words in found.new_text
