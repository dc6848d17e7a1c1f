"""Of a ticket system's notice the newest comment is read; older ones and the footer are cut where that is sure."""

import pytest

from supportbot.mail.newtext import split

ABOVE = "##- Skriv ditt svar ovanför den här raden -##"
RULE = "-" * 30
NEWEST = "Bo Ask, 4 nov. 2026 10:02 CET\n\nPorttelefonen är ännu stum."
OLDER = "Kundcenter, 3 nov. 2026 16:20 CET\n\nHar ni startat om den?"
FOOTERS = (
    "Detta mejl är en tjänst från Asks IT.",
    "Levererat av Zendesk",
    "This email is a service from Asks IT. Delivered by Zendesk",
    "View request · Turn off this request's notifications\n\nThis is shared with Kundcenter.\n\nPowered by Jira",
)


def test_older_comments_are_cut() -> None:
    found = split(
        f"{ABOVE}\n\nUppdaterat (88).\n\n{RULE}\n\n{NEWEST}\n\n{RULE}\n\n{OLDER}\n\n{RULE}\n{FOOTERS[1]}", None
    )
    assert "ännu stum" in found.new_text
    assert "startat om" not in found.new_text and "Zendesk" not in found.new_text
    assert "startat om" in found.quoted and "Zendesk" in found.quoted


@pytest.mark.parametrize(
    "second",
    [
        OLDER.replace("3 nov", "5 nov"),
        OLDER.replace("3 nov. 2026 16:20 CET", "i går"),
        "Fel: 503, 3 nov 2026",
    ],
)
def test_what_is_not_surely_older_is_kept(second: str) -> None:
    assert split(f"{ABOVE}\n\n{RULE}\n{NEWEST}\n\n{RULE}\n{second}", None).quoted == ABOVE


@pytest.mark.parametrize(
    "moments", [("Nov 4, 2026, 2:02 PM", "Nov 4, 2026, 9:15 AM"), ("2026-11-04 10:02", "2026-11-03 16:20")]
)
def test_moments_in_other_forms(moments: tuple[str, str]) -> None:
    first, second = (f"{RULE}\nAsk, {moment}\n\nNummer {number}.\n\n" for number, moment in enumerate(moments))
    found = split(f"{ABOVE}\n\n{first}{second}", None)
    assert "Nummer 0." in found.new_text and "Nummer 1." in found.quoted


@pytest.mark.parametrize("footer", FOOTERS)
def test_the_footer_is_cut(footer: str) -> None:
    found = split(f"{ABOVE}\n\nPorttelefonen är stum.\n\n{RULE}\n{footer}", None)
    assert found.new_text == "Porttelefonen är stum."
    assert found.quoted.endswith(footer)


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_footer_in_a_persons_mail_is_kept(footer: str) -> None:
    assert split(f"Vad betyder det här?\n\n{footer}", None).quoted == ""


@pytest.mark.parametrize("fence", ["—-—-—-—", "----------", "=========="])
def test_the_fence_may_stand_above_the_line(fence: str) -> None:
    marker = f"{fence}\nReply above this line."
    assert split(f"{marker}\n\nPorttelefonen är stum.", None).new_text == "Porttelefonen är stum."
    found = split(f"Det är port 3.\n\n{marker}\n\nVilken port?", None)
    assert (found.new_text, found.quoted) == ("Det är port 3.", f"{marker}\n\nVilken port?")


def test_a_rule_above_own_words_of_replying_is_the_senders() -> None:
    body = "Så här står det:\n\n----------\nJag kan inte skriva något svar, reply above syns inte."
    assert split(body, None).new_text == body


@pytest.mark.parametrize(
    "preamble",
    [
        "Din förfrågan (#33871) har uppdaterats. Svara på det här mejlet om du vill lägga till fler kommentarer.",
        "Your request (33871) has been updated. To add additional comments, reply to this email.",
        "Din anmodning (18220) er blevet opdateret. Besvar denne e-mail for at tilføje flere kommentarer.",
    ],
)
@pytest.mark.parametrize("older", ["", f"\n\n{RULE}\n\n{OLDER}"])
def test_the_systems_own_words_above_the_newest_comment_are_cut(preamble: str, older: str) -> None:
    found = split(f"{ABOVE}\n\n{preamble}\n\n{RULE}\n\n{NEWEST}{older}", None)
    assert found.new_text == "Porttelefonen är ännu stum."
    assert preamble in found.quoted


def test_a_persons_words_above_a_comment_are_kept() -> None:
    own = "Vi har uppdaterats om läget av Bo. Se det här:"
    assert own in split(f"{ABOVE}\n\n{own}\n\n{RULE}\n\n{NEWEST}", None).new_text
