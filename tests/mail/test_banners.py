"""What systems write above a mail is nobody's words; a sender's own warning is."""

import pytest

from supportbot.mail.newtext import split
from supportbot.mail.parse import parse

BANNERS = (
    "Du får inte ofta e-post från anna@bygg.example. Läs om varför det här är viktigt<https://aka.ms/Learn>",
    "You don't often get email from anna@bygg.example. Learn why this is important<https://aka.ms/Learn>",
    "Some people who received this message don't often get email from anna@bygg.example. Learn why this is important",
    "Du får ikke ofte e-post fra anna@bygg.example. Finn ut hvorfor dette er viktig",
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments.",
    "CAUTION: This email originated from outside of the\norganization. Do not click links or open attachments "
    "unless you\nrecognize the sender and know the content is safe.",
    "WARNING: This email originated outside our organization. Do not click links unless you recognize the sender.",
    "EXTERNAL SENDER: OBS! Detta mejl kommer från en extern avsändare. Klicka inte på länkar.",
    "OBS! Detta mejl kommer från en extern avsändare. Klicka inte på länkar och öppna inte bilagor.",
    "[EXTERNT MEJL] Klicka inte på länkar om du inte känner igen avsändaren.",
    "********** EXTERNAL EMAIL **********",
    "[EXTERN]",
    "##- Skriv ditt svar ovanför den här raden -##",
    "-- Please reply above this line --",
)
OWN = (
    "Obs! Externa mejl med röstmeddelanden kommer inte fram.",
    "Externa samtal går inte fram sedan i morse.",
    "External calls do not work.",
    "External email notifications of voicemail have stopped.",
    "Varning: klicka inte på länken som ni skickade, den är fel.",
    "CAUTION: the lift line is dead.",
    "Vi får inte ofta e-post från er, så jag ringer.",
)


@pytest.mark.parametrize("banner", BANNERS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_banner_is_cut(banner: str, gap: str) -> None:
    found = split(f"{banner}{gap}Hej, växeln är nere.\n\nMvh\nAnna", None)
    assert (found.new_text, found.quoted) == ("Hej, växeln är nere.", banner)
    assert found.text.startswith(banner)


@pytest.mark.parametrize("banner", BANNERS[:8])
@pytest.mark.parametrize("first", ["Växeln är nere sedan i morse", "hej, växeln är nere", "moi, keskus on alhaalla"])
def test_the_senders_first_line_is_never_taken_for_more_of_a_banner(banner: str, first: str) -> None:
    assert split(f"{banner.rstrip('.')}\n{first}\n\nVad gör vi?", None).new_text == f"{first}\n\nVad gör vi?"


def test_two_banners_are_cut() -> None:
    found = split(f"{BANNERS[-4]}\n\n{BANNERS[0]}\nHej, växeln är nere.", None)
    assert found.new_text == "Hej, växeln är nere."


@pytest.mark.parametrize("own", OWN)
def test_the_senders_own_warning_is_kept(own: str) -> None:
    assert split(f"{own}\n\nVad gör vi?", None).new_text == f"{own}\n\nVad gör vi?"


def test_a_banner_further_down_is_kept() -> None:
    body = "Hej!\n\nSå här står det i alla mejl från er:\n\n[EXTERNT MEJL]\n\nVarför?"
    assert split(body, None).new_text == body


def test_a_banner_in_html_is_cut_and_does_not_tell_the_language() -> None:
    html = "<table><tr><td><b>CAUTION:</b> This email originated from outside of the organization. Do not click links "
    html += "or open attachments.</td></tr></table><br><p>Hej, v&auml;xeln &auml;r nere sedan i morse.</p>"
    mail = parse(f"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n{html}".encode())
    assert (mail.new_text, mail.language) == ("Hej, växeln är nere sedan i morse.", "sv")


@pytest.mark.parametrize("marker", ["##- Skriv ditt svar ovanför den här raden -##", "-- Reply above this line --"])
def test_what_stands_below_the_line_to_reply_above_is_quoted(marker: str) -> None:
    found = split(
        f"Det är anknytning 27.\n\n{marker}\n\nDin förfrågan (4411) har uppdaterats.\n\nVilken anknytning?", None
    )
    assert found.new_text == "Det är anknytning 27."
    assert "Vilken anknytning?" in found.quoted


@pytest.mark.parametrize("line", ["", "*", "-", "#"])
def test_lines_of_signs_alone_are_read(line: str) -> None:
    assert "Hej" in split(f"{line}\nHej", None).new_text
