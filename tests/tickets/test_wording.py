"""Moments, ages, greetings and telephone numbers in the words of a letter."""

from datetime import UTC, datetime, timedelta

import pytest

from supportbot.mail.message import Address
from supportbot.tickets.office import Office, phone_shown
from supportbot.tickets.wording import age, cut, first_name, in_words, said


@pytest.mark.parametrize(
    ("moment", "swedish", "english"),
    [
        ("2026-11-24T08:05+00:00", "tisdagen den 24 november 2026 kl. 9.05", "Tuesday 24 November 2026 at 09:05"),
        ("2026-06-30T22:30+00:00", "onsdagen den 1 juli 2026 kl. 0.30", "Wednesday 1 July 2026 at 00:30"),
    ],
)
def test_moments_are_told_in_stockholms_time(moment, swedish, english):
    moment = datetime.fromisoformat(moment)
    assert (in_words(moment, "sv"), in_words(moment, "en")) == (swedish, english)


@pytest.mark.parametrize(
    ("minutes", "swedish", "english"),
    [
        (0, "nyss", "just now"),
        (-5, "nyss", "just now"),
        (1, "1 minut", "1 minute"),
        (59, "59 minuter", "59 minutes"),
        (60, "1 timme", "1 hour"),
        (60 * 47, "1 dag", "1 day"),
        (60 * 48, "2 dagar", "2 days"),
    ],
)
def test_ages(minutes, swedish, english):
    since = datetime(2026, 11, 24, 8, tzinfo=UTC)
    now = since + timedelta(minutes=minutes)
    assert (age(since, now, "sv"), age(since, now, "en")) == (swedish, english)


@pytest.mark.parametrize(
    ("name", "address", "greeted"),
    [
        ("Anna Berg", "anna.berg@kund.example", "Anna"),
        ("Anna Berg", "anna@kund.example", "Anna"),
        ("Berg, Anna", "anna.berg@kund.example", "Anna"),
        ("Åsa Öberg", "asa.oberg@kund.example", "Åsa"),
        ("Anna-Karin Berg", "anna-karin.berg@kund.example", "Anna-Karin"),
        ("Anna-Karin Berg", "annakarin@kund.example", "Anna-Karin"),
        ("Anna Berg", "info@kund.example", ""),
        ("Anna Berg", "aberg@kund.example", ""),
        ("anna", "anna@kund.example", ""),
        ("Reception", "reception@kund.example", ""),
        ("Styrelsen", "styrelsen@kund.example", ""),
        ("Kansliet", "kansliet@kund.example", ""),
        ("Expeditionen", "expeditionen@kund.example", ""),
        ("Kassan", "kassan@kund.example", ""),
        ("Lagret", "lagret@kund.example", ""),
        ("Ekonomi", "ekonomi@kund.example", ""),
        ("Support", "support@kund.example", ""),
        ("Accounts", "accounts@kund.example", ""),
        ("Ola Brandel", "ola@kund.example", "Ola"),
        ("Ola Brandel", "verkstan@brandel.example", ""),
        ("Kundservice Norr", "kundservice@kund.example", ""),
        ("Tandläkarna Storgatan", "tandlakarna@mejl.example", ""),
        ("ANNA BERG", "anna.berg@kund.example", ""),
        ("Anna <b>", "anna@kund.example", ""),
        ("Anna {{ 7 * 7 }}", "anna@kund.example", ""),
        ("Vinn En Miljon Kronor Nu", "vinn@kund.example", ""),
        ("", "anna@kund.example", ""),
    ],
)
def test_only_a_plain_persons_name_is_greeted(name, address, greeted):
    assert first_name(Address(name, address), "Tandläkarna Storgatan") == greeted


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+46846500490", "08-465 004 90"),
        ("+46701740605", "070-174 06 05"),
        ("+46313900690", "031-390 06 90"),
        ("020-20 20 22", "020-20 20 22"),
        ("+4620202022", "020-20 20 22"),
        ("08-465 004 90", "08-465 004 90"),
        ("+4722123456", "+47 22 12 34 56"),
        ("växeln", "växeln"),
        ("", ""),
    ],
)
def test_telephone_numbers_are_written_as_in_sweden(number, shown):
    assert phone_shown(number) == shown


@pytest.mark.parametrize(("language", "written"), [("sv", ("sv",)), ("en", ("en",)), ("fi", ("sv", "en"))])
def test_others_get_all_our_languages(language, written):
    assert Office("K", "k@k.example", "020").languages_for(language) == written


def test_cut_falls_after_a_word():
    assert cut("ett två tre", 20) == "ett två tre"
    assert cut("ett två\ntre fyra", 12) == "ett två tre…"
    assert cut("x" * 50, 10) == "x" * 9 + "…"


def test_a_quotation_is_cut_and_has_no_runs_of_empty_lines():
    assert said("a\n\n\n\nb\n") == ("a", "", "b")
    assert said("\n".join("abcdef"), most_lines=3) == ("a", "b", "c", "[…]")
    assert said("x" * 30, most_signs=10) == ("x" * 10, "[…]")
    assert said("  ") == ()
