"""A forward that is taken up stays in the new text and is unwrapped; a reply's earlier exchange does not."""

import pytest

from supportbot.mail.newtext import split
from supportbot.mail.taken_up import Known

HEAD = "Från: Ove Lund <ove@kund.example>\nSkickat: den 3 november 2026 08:10\nTill: Eva Ström\nÄmne: Ingen ton\n\n"
MAIL = HEAD + "Hej Eva, luren är död.\n\nMvh Ove"

TAKEN_UP = {
    "se nedan": "Hej,\nse nedan från vår kund.\n\nMvh\nEva\n\n",
    "see below": "Hi, see below from our customer.\n\nEva\n\n",
    "fyi": "FYI\n\n",
    "passed on": "Skickar vidare det här från Ove.\n/Eva\n\n",
    "for knowledge": "För kännedom.\n\n",
    "customer wrote": "Vår kund skrev det här i morse, kan ni titta?\n\n",
    "nothing else": "",
    "greeting and signature": "Hej!\n\nMvh\nEva\n\n",
    "signature": "Med vänlig hälsning\nEva Ström\n0123-456 78\n\n",
    "norwegian": "Se nedenfor.\n\n",
    "gmail's marker": "Kan ni hjälpa henne?\n\n---------- Forwarded message ---------\n",
    "apple's marker": "Kan ni hjälpa henne?\n\nVidarebefordrat brev:\n\n",
    "thunderbird's marker": "Kan ni hjälpa henne?\n\n-------- Vidarebefordrat meddelande --------\n",
}


@pytest.mark.parametrize("intro", TAKEN_UP.values(), ids=TAKEN_UP)
def test_forward_stays(intro: str) -> None:
    found = split(intro + MAIL, None)
    assert found.forwarded is not None
    assert found.forwarded.sender == "Ove Lund <ove@kund.example>"
    assert found.forwarded.subject == "Ingen ton"
    assert found.forwarded.date == "den 3 november 2026 08:10"
    assert found.forwarded.text == "Hej Eva, luren är död.\n\nMvh Ove"
    assert found.new_text.endswith(found.forwarded.text)
    assert found.quoted == ""


REPLIES = ("Tack, nu fungerar det.\n\n", "Nej, samma fel.\n\nMvh\nEva\n\n", "Ok\n\n", "Svarar nedan i texten.\n\n")


@pytest.mark.parametrize("answer", REPLIES)
def test_reply_is_cut(answer: str) -> None:
    found = split(answer + MAIL, None)
    assert found.forwarded is None
    assert "luren är död" not in found.new_text
    assert "luren är död" in found.quoted


def test_signature_above_the_forward_is_the_senders() -> None:
    found = split("Se nedan.\n\nMvh\nEva Ström\nAkutbygg AB\n\n" + MAIL, None)
    assert found.signature == "Mvh\nEva Ström\nAkutbygg AB"
    assert "Akutbygg" not in found.new_text


def test_earlier_exchange_below_the_forward_is_cut() -> None:
    older = "\n\nFrån: Eva <eva@x.example>\nSkickat: den 2 november 2026 08:10\nTill: Ove\nÄmne: Test\n\nAKUT"
    found = split("Se nedan!\n\n" + MAIL + older, None)
    assert "AKUT" not in found.new_text
    assert "AKUT" in found.quoted


def test_forward_of_a_forward_stays_whole() -> None:
    outer = "Från: Bo <bo@p.example>\nSkickat: den 3 november 2026 09:10\nTill: Eva\nÄmne: VB: Ton\n\nSe nedan.\n\n"
    found = split("Se nedan!\n\n" + outer + MAIL, None)
    assert found.forwarded is not None
    assert found.forwarded.sender == "Bo <bo@p.example>"
    assert "luren är död" in found.forwarded.text


def test_quoted_forward_is_unwrapped_and_text_below_stays() -> None:
    quoted = "\n".join(f"> {line}" for line in MAIL.splitlines())
    found = split(f"Kan ni ta den?\n\nVidarebefordrat brev:\n\n{quoted}\n\nRing mig i så fall.\n/Eva", None)
    assert found.forwarded is not None
    assert found.forwarded.text == "Hej Eva, luren är död.\n\nMvh Ove"
    assert found.new_text.endswith("Ring mig i så fall.")
    assert found.signature == "/Eva"


def test_forward_in_html() -> None:
    found = split(
        None,
        '<div>Kan ni hjälpa henne?</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message '
        "---------<br>Från: <b>Ove</b> &lt;ove@kund.example&gt;<br>Date: tis 3 nov. 2026 kl 08:10<br>Subject: Ton<br>"
        "To: Eva<br></div><br>Luren är död.</div>",
    )
    assert found.forwarded is not None
    assert (found.forwarded.sender, found.forwarded.text) == ("Ove <ove@kund.example>", "Luren är död.")


def test_empty_reply_takes_nothing_up() -> None:
    found = split("Den tis 3 nov. 2026 kl 10:12 skrev Kundcenter <k@i.example>:\n\n> AKUT", None)
    assert (found.new_text, found.forwarded) == ("", None)


@pytest.mark.parametrize("words", ["", "Hej!\n\nMvh\nEva\n\n", "Se nedan.\n\n"])
@pytest.mark.parametrize("address", ["kundcenter@icentrex.example", "Kundcenter+ICX-1-ab@iCentrex.example"])
def test_an_answer_to_the_desk_takes_up_nothing_of_the_desks(words: str, address: str) -> None:
    body = words + MAIL.replace("ove@kund.example", address)
    found = split(body, None, Known("Eva", ("kundcenter@icentrex.example",)))
    assert found.forwarded is None and "luren är död" not in found.new_text and "luren är död" in found.quoted
    assert split(body, None, Known("Eva", ("support@icentrex.example",))).forwarded is not None


def test_a_mail_of_the_desk_that_is_forwarded_stays() -> None:
    marker = "Stämmer det här?\n\n---------- Forwarded message ---------\n"
    found = split(marker + MAIL, None, Known("Eva", ("ove@kund.example",)))
    assert found.forwarded is not None and "luren är död" in found.new_text


def test_forwards_in_forwards_end() -> None:
    found = split("---------- Forwarded message ---------\nFrom: a@b.example\nSubject: y\n\n" * 60, None)
    assert found.forwarded is not None
    assert found.new_text.count("Subject: y") == 60


HEADS = {"no": ("Fra", "Sendt", "Til", "Emne"), "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe")}


@pytest.mark.parametrize(("language", "forwards"), [("no", True), ("fi", False)])
def test_vs_forwards_in_norwegian_and_danish_and_answers_in_finnish(language: str, forwards: bool) -> None:
    values = ("Ove <ove@kund.example>", "torsdag 5. februar 2026 09:12", "Eva", "Telefon")
    head = "\n".join(f"{name}: {value}" for name, value in zip(HEADS[language], values, strict=True))
    found = split(f"Hei, kan dere ordne dette?\n\n{head}\n\nluren er død", None, Known(subject="VS: Telefon"))
    assert (found.forwarded is not None) == forwards
    assert ("luren er død" in found.new_text) == forwards
