"""What a sender wrote now: signatures, quotes and what only looks like them, as Swedish customers send them."""

import json
from pathlib import Path

import pytest

from supportbot.mail.newtext import split
from supportbot.mail.taken_up import Known

SHARED = Path(__file__).parents[2] / ".." / "shared" / "mail-suites"

# name: (body, new text, signature)
SIGNATURES = {
    "plain text": (
        "Telefonen i köket är tyst.",
        "Telefonen i köket är tyst.",
        "",
    ),
    "mvh own line": (
        "Hej\n\nLuren knastrar.\n\nMvh\nKerstin",
        "Hej\n\nLuren knastrar.",
        "Mvh\nKerstin",
    ),
    "mvh same line": (
        "Luren knastrar.\nMvh Kerstin",
        "Luren knastrar.",
        "Mvh Kerstin",
    ),
    "full card": (
        (
            "Kön svarar inte.\n"
            "\n"
            "Med vänliga hälsningar\n"
            "\n"
            "Ove Lund\n"
            "Fastighetsskötare\n"
            "Bergsparken AB\n"
            "Tel: 0123-456 78\n"
            "www.bergsparken.example"
        ),
        "Kön svarar inte.",
        (
            "Med vänliga hälsningar\n"
            "\n"
            "Ove Lund\n"
            "Fastighetsskötare\n"
            "Bergsparken AB\n"
            "Tel: 0123-456 78\n"
            "www.bergsparken.example"
        ),
    ),
    "ps stays": (
        "Luren knastrar.\n\nMvh\nOve\n\nPS. Det gäller även den i köket.",
        "Luren knastrar.\n\nPS. Det gäller även den i köket.",
        "Mvh\nOve",
    ),
    "ps right below": (
        "Luren knastrar.\n\nMvh Ove\nPS ring före tre!",
        "Luren knastrar.\n\nPS ring före tre!",
        "Mvh Ove",
    ),
    "sentence after": (
        "Luren knastrar.\n\nMvh\nOve\n\nJag glömde: vi behöver svar i dag, annars stänger vi växeln.",
        "Luren knastrar.\n\nJag glömde: vi behöver svar i dag, annars stänger vi växeln.",
        "Mvh\nOve",
    ),
    "slogan": (
        "Appen hänger sig.\n\nVänligen\nRut\nAkutjouren i Ystad\nVi kommer direkt, dygnet runt!",
        "Appen hänger sig.",
        "Vänligen\nRut\nAkutjouren i Ystad\nVi kommer direkt, dygnet runt!",
    ),
    "iphone": (
        "Ingen ton.\n\nSkickat från min iPhone",
        "Ingen ton.",
        "Skickat från min iPhone",
    ),
    "outlook ios": (
        "Ingen ton.\n\nHämta Outlook för iOS<https://aka.ms/o0ukef>",
        "Ingen ton.",
        "Hämta Outlook för iOS<https://aka.ms/o0ukef>",
    ),
    "sent from wrong": (
        "Mejlet blev\nSkickat från fel adress, förlåt.",
        "Mejlet blev\nSkickat från fel adress, förlåt.",
        "",
    ),
    "slash": (
        "Numret visas fel.\n/Bosse",
        "Numret visas fel.",
        "/Bosse",
    ),
    "name block": (
        "Numret visas fel.\n\nEva Ström\nSkolsekreterare\n0123-456 78",
        "Numret visas fel.",
        "Eva Ström\nSkolsekreterare\n0123-456 78",
    ),
    "name after question": (
        "Kan ni hjälpa oss?\nEva",
        "Kan ni hjälpa oss?",
        "Eva",
    ),
    "dash delim": (
        "Numret visas fel.\n-- \nEva Ström\nAlltid akut beredd!",
        "Numret visas fel.",
        "--\nEva Ström\nAlltid akut beredd!",
    ),
    "list of names stays": (
        "Lägg upp dessa användare:\n\nEva Ström\nOve Lund",
        "Lägg upp dessa användare:\n\nEva Ström\nOve Lund",
        "",
    ),
    "urgent word no name": (
        "Växeln är nere.\n\nAkut",
        "Växeln är nere.\n\nAkut",
        "",
    ),
    "help is no name": (
        "Växeln är nere.\n\nHjälp",
        "Växeln är nere.\n\nHjälp",
        "",
    ),
    "number stays": (
        "Numret som gäller är\n\n0123-456 78",
        "Numret som gäller är\n\n0123-456 78",
        "",
    ),
    "thanks mail": (
        "Hej!\n\nTack!\n\nEva",
        "Hej!\n\nTack!",
        "Eva",
    ),
    "thanks before name": (
        "Luren är trasig.\n\nTack på förhand\nEva",
        "Luren är trasig.",
        "Tack på förhand\nEva",
    ),
    "disclaimer": (
        (
            "Luren är trasig.\n"
            "\n"
            "Mvh Eva\n"
            "\n"
            "Detta meddelande är avsett endast för mottagaren. Om du har fått det av misstag, radera det omgående."
        ),
        "Luren är trasig.",
        (
            "Mvh Eva\n"
            "\n"
            "Detta meddelande är avsett endast för mottagaren. Om du har fått det av misstag, radera det omgående."
        ),
    ),
    "gdpr": (
        (
            "Luren är trasig.\n"
            "\n"
            "Vänliga hälsningar\n"
            "Eva Ström\n"
            "\n"
            "Så behandlar vi personuppgifter: läs mer om hur vi arbetar med GDPR på vår webb."
        ),
        "Luren är trasig.",
        (
            "Vänliga hälsningar\n"
            "Eva Ström\n"
            "\n"
            "Så behandlar vi personuppgifter: läs mer om hur vi arbetar med GDPR på vår webb."
        ),
    ),
    "only signature": (
        "Mvh\nEva",
        "Mvh\nEva",
        "",
    ),
    "journey": (
        "Hej\n\nFrån: Göteborg\nTill: Malmö\n\nHur dirigeras samtalen?",
        "Hej\n\nFrån: Göteborg\nTill: Malmö\n\nHur dirigeras samtalen?",
        "",
    ),
    "call example": (
        ("Exempelsamtal:\nFrån: 0701234567\nTill: 0812345678\nDatum: 2026-11-03 14:02\n\nDet bröts direkt."),
        ("Exempelsamtal:\nFrån: 0701234567\nTill: 0812345678\nDatum: 2026-11-03 14:02\n\nDet bröts direkt."),
        "",
    ),
    "skrev ni": (
        "I går kl 14:02 skrev ni att felet var löst:\ndet är det inte.",
        "I går kl 14:02 skrev ni att felet var löst:\ndet är det inte.",
        "",
    ),
    "form": (
        "Namn: Eva\nFöretag: Lund AB\nÄmne: Växeln\nMeddelande: Ingen ton.",
        "Namn: Eva\nFöretag: Lund AB\nÄmne: Växeln\nMeddelande: Ingen ton.",
        "",
    ),
    "greater": (
        "Om antalet är\n5 > 4 så ringer det inte.",
        "Om antalet är\n5 > 4 så ringer det inte.",
        "",
    ),
}

# name: (body, new text, how the quote begins)
QUOTES = {
    "outlook": (
        (
            "Det funkar nu.\n"
            "\n"
            "Från: iCentrex Kundcenter <kundcenter@icentrex.se>\n"
            "Skickat: den 3 november 2026 10:12\n"
            "Till: Eva Ström\n"
            "Ämne: SV: Växeln\n"
            "\n"
            "AKUT hjälper vi er."
        ),
        "Det funkar nu.",
        "Från: iCentrex",
    ),
    "outlook no addr": (
        (
            "Det funkar nu.\n"
            "\n"
            "________________________________\n"
            "Från: Kundcenter\n"
            "Skickat: den 3 november 2026 10:12\n"
            "Till: Eva Ström\n"
            "Ämne: SV: Växeln\n"
            "\n"
            "Hej"
        ),
        "Det funkar nu.",
        "Från: Kundcenter",
    ),
    "outlook bold": (
        (
            "Det funkar nu.\n"
            "\n"
            "*Från:* Kundcenter\n"
            "*Skickat:* den 3 november 2026 10:12\n"
            "*Till:* Eva Ström\n"
            "*Ämne:* SV: Växeln\n"
            "\n"
            "Hej"
        ),
        "Det funkar nu.",
        "*Från:*",
    ),
    "ursprungligt": (
        "Nej, samma fel.\n\n-----Ursprungligt meddelande-----\nFrån: Kundcenter\nHej",
        "Nej, samma fel.",
        "-----Urs",
    ),
    "gmail": (
        ("Ja.\n\nDen tis 3 nov. 2026 kl 10:12 skrev Kundcenter <kundcenter@icentrex.se>:\n\n> Är det löst?"),
        "Ja.",
        "Den tis",
    ),
    "gmail wrapped": (
        (
            "Ja.\n"
            "\n"
            "Den tis 3 nov. 2026 kl 10:12 skrev iCentrex Kundcenter i Stockholm <\n"
            "kundcenter@icentrex.se>:\n"
            "\n"
            "> Är det löst?"
        ),
        "Ja.",
        "Den tis",
    ),
    "apple": (
        "Ja\n\n> 3 nov. 2026 kl. 10:12 skrev Kundcenter <kundcenter@icentrex.se>:\n> \n> Är det löst?",
        "Ja",
        "> 3 nov",
    ),
    "apple2": (
        "Ja\n\n3 nov. 2026 kl. 10:12 skrev Kundcenter <kundcenter@icentrex.se>:\n\nÄr det löst?",
        "Ja",
        "3 nov",
    ),
    "thunderbird": (
        "Ja.\n\nDen 2026-11-03 kl. 10:12, skrev Kundcenter:\n> Är det löst?",
        "Ja.",
        "Den 2026",
    ),
    "roundcube": (
        "Ja.\n\nKundcenter skrev den 2026-11-03 10:12:\n> Är det löst?",
        "Ja.",
        "Kundcenter skrev",
    ),
    "samsung": (
        (
            "Ja.\n"
            "\n"
            "-------- Originalmeddelande --------\n"
            "Från: Kundcenter <k@icentrex.se>\n"
            "Datum: 2026-11-03 10:12 (GMT+01:00)\n"
            "Till: eva@lund.example\n"
            "Rubrik: Växeln\n"
            "\n"
            "Är det löst?"
        ),
        "Ja.",
        "-------- Original",
    ),
    "bottom": (
        "Den 2026-11-03 kl. 10:12, skrev Kundcenter:\n> Är det löst?\n\nJa, nu ringer det.",
        "Ja, nu ringer det.",
        "Den 2026",
    ),
    "inline": (
        "> Vilken modell?\nYealink T54W\n> Sedan när?\nI går\n",
        "Yealink T54W\nI går",
        "> Vilken",
    ),
    "norsk": (
        "Ja.\n\ntir. 3. nov. 2026 kl. 10:12 skrev Kundesenter <k@icentrex.se>:\n\n> Er det løst?",
        "Ja.",
        "tir.",
    ),
    "norsk outlook": (
        (
            "Ja.\n"
            "\n"
            "Fra: Kundesenter <k@icentrex.se>\n"
            "Sendt: tirsdag 3. november 2026 10:12\n"
            "Til: Eva\n"
            "Emne: SV: Feil\n"
            "\n"
            "Hei"
        ),
        "Ja.",
        "Fra:",
    ),
    "dansk": (
        "Ja.\n\nDen tirs. 3. nov. 2026 kl. 10.12 skrev Kundecenter <k@icentrex.se>:\n\n> Er det løst?",
        "Ja.",
        "Den tirs",
    ),
    "suomi": (
        "Kyllä.\n\nti 3. marrask. 2026 klo 10.12 Tuki (k@icentrex.se) kirjoitti:\n\n> Toimiiko?",
        "Kyllä.",
        "ti 3",
    ),
    "suomi outlook": (
        (
            "Kyllä.\n"
            "\n"
            "Lähettäjä: Tuki <k@icentrex.se>\n"
            "Lähetetty: tiistai 3. marraskuuta 2026 10.12\n"
            "Vastaanottaja: Eva\n"
            "Aihe: VS: Vika\n"
            "\n"
            "Hei"
        ),
        "Kyllä.",
        "Lähettäjä",
    ),
    "deutsch": (
        "Ja.\n\nAm Di., 3. Nov. 2026 um 10:12 Uhr schrieb Support <k@icentrex.se>:\n\n> Geht es?",
        "Ja.",
        "Am Di",
    ),
    "english": (
        "Yes.\n\nOn Tue, 3 Nov 2026 at 10:12, Support <k@icentrex.se> wrote:\n\n> Solved?",
        "Yes.",
        "On Tue",
    ),
    "italian": (
        "Sì.\n\nIl giorno mar 3 nov 2026 alle ore 10:12 Supporto <k@icentrex.se> ha scritto:\n\n> Ok?",
        "Sì.",
        "Il giorno",
    ),
    "czech": (
        "Ano.\n\nút 3. 11. 2026 v 10:12 odesílatel Podpora <k@icentrex.se> napsal:\n\n> Ok?",
        "Ano.",
        "út",
    ),
    "korean": (
        "네.\n\n2026년 11월 3일 (화) 오전 10:12, Support <k@icentrex.se>님이 작성:\n\n> Ok?",
        "네.",
        "2026년",
    ),
    "chinese": (
        "好。\n\nSupport <k@icentrex.se> 于2026年11月3日周二 10:12写道：\n\n> Ok?",
        "好。",
        "Support",
    ),
    "turkish": (
        "Evet.\n\nDestek <k@icentrex.se>, 3 Kas 2026 Sal, 10:12 tarihinde şunu yazdı:\n\n> Ok?",
        "Evet.",
        "Destek",
    ),
    "russian": (
        "Да.\n\nвт, 3 нояб. 2026 г. в 10:12, Support <k@icentrex.se>:\n\n> Ok?",
        "Да.",
        "вт",
    ),
    "sig above quote": (
        (
            "Ja.\n"
            "\n"
            "Mvh\n"
            "Eva\n"
            "\n"
            "Från: Kundcenter <k@icentrex.se>\n"
            "Skickat: den 3 november 2026 10:12\n"
            "Till: Eva\n"
            "Ämne: SV: x\n"
            "\n"
            "Hej"
        ),
        "Ja.",
        "Från:",
    ),
    "mina svar": (
        (
            "Se mina svar nedan.\n"
            "\n"
            "Från: Kundcenter <k@icentrex.se>\n"
            "Skickat: den 3 november 2026 10:12\n"
            "Till: Eva\n"
            "Ämne: SV: x\n"
            "\n"
            "Hej"
        ),
        "Se mina svar nedan.",
        "Från:",
    ),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signature(name: str) -> None:
    body, new_text, signature = SIGNATURES[name]
    found = split(body, None)
    assert (found.new_text, found.signature, found.quoted) == (new_text, signature, "")


@pytest.mark.parametrize("name", QUOTES)
def test_quote(name: str) -> None:
    body, new_text, begin = QUOTES[name]
    found = split(body, None)
    assert found.new_text == new_text
    assert found.quoted.startswith(begin)
    assert found.forwarded is None


@pytest.mark.parametrize("name", [*SIGNATURES, *QUOTES])
def test_nothing_is_lost(name: str) -> None:
    """Every word of the body stands in one of the parts, and the whole text holds them all."""
    body = SIGNATURES[name][0] if name in SIGNATURES else QUOTES[name][0]
    found = split(body, None)
    parts = f"{found.new_text} {found.quoted} {found.signature}".split()
    assert set(body.replace("_" * 32, "").split()) <= set(parts)
    assert found.text.split() == body.split()


def test_sender_tells_a_name_written_small() -> None:
    assert split("luren e död\nberit", None).signature == ""
    assert split("luren e död\nberit", None, Known("Berit Ek <b.ek@kund.example>")).signature == "berit"
    assert split("luren e död\nek är sjuk", None, Known("Berit Ek <b.ek@ek.example>")).signature == ""
    assert split("Lägg upp en ny kollega:\nBerit Ek", None, Known("Berit Ek <b.ek@kund.example>")).signature == ""


MARKED = {
    "gmail": '<div>Ja.</div><div class="gmail_quote"><div class="gmail_attr">Xyz:<br></div>'
    '<blockquote class="gmail_quote">AKUT</blockquote></div>',
    "thunderbird": '<p>Ja.</p><div class="moz-cite-prefix">Xyz:<br></div><blockquote type="cite">AKUT</blockquote>',
    "outlook": '<p class="MsoNormal">Ja.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
    '<p class="MsoNormal"><b>Von:</b> Support<br><b>Asunto:</b> SV</p></div><p>AKUT</p>',
    "outlook web": '<div>Ja.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Från:</b> Kundcenter<br>'
    "<b>Skickat:</b> den 3 november 2026 10:12<br><b>Till:</b> Eva<br><b>Ämne:</b> x</div><div>AKUT</div>",
    "yahoo": '<div>Ja.</div><div class="yahoo_quoted"><div>Xyz</div><div>AKUT</div></div>',
    "apple": '<div>Ja.</div><blockquote type="cite">3 nov. 2026 kl. 10:12 skrev K &lt;k@i.example&gt;:</blockquote>'
    '<blockquote type="cite">AKUT</blockquote>',
    "proton": '<div>Ja.</div><div class="protonmail_quote">Xyz<blockquote>AKUT</blockquote></div>',
}


@pytest.mark.parametrize("name", MARKED)
def test_markup_tells_the_quote(name: str) -> None:
    found = split(None, MARKED[name])
    assert found.new_text == "Ja."
    assert "AKUT" in found.quoted


def test_markup_of_the_html_part_helps_the_plain_part() -> None:
    plain = "Ja.\n\nKundcenter:\nAKUT"
    found = split(plain, '<div>Ja.</div><blockquote type="cite">Kundcenter:<br>AKUT</blockquote>')
    assert found.new_text == "Ja."
    assert found.text == plain


def test_markup_tells_the_signature() -> None:
    found = split(None, '<div>Luren knastrar</div><div id="Signature"><p>Alltid akut beredd!</p></div>')
    assert (found.new_text, found.signature) == ("Luren knastrar", "Alltid akut beredd!")


def test_a_tab_before_an_arrow_in_a_quote_is_the_programs() -> None:
    body = "Nu går det.\n\nDen 3 maj 2026 10:00 skrev Kundcenter <k@i.example>:\n\n> Vilken?\n%s> Den blå."
    assert split(body % "\t", None).new_text == "Nu går det."
    assert split("Så här:\n\t> show log\n\t> exit", None).new_text == "Så här:\n\t> show log\n\t> exit"


def test_own_indented_block_is_no_quote() -> None:
    found = split(None, "<p>Så här står det:</p><blockquote>Fel 403</blockquote><p>Vad betyder det?</p>")
    assert "Fel 403" in found.new_text


def test_plain_part_that_says_nothing_gives_way() -> None:
    assert split(" \n", "<p>Luren knastrar</p>").text == "Luren knastrar"
    assert split("Se HTML", "<p>" + "Luren knastrar. " * 9 + "</p>").new_text.startswith("Luren knastrar")
    assert split(None, None).new_text == ""


HOSTILE = (
    "Den " * 5000,
    "\n" * 20_000,
    (">" * 200 + "\n") * 300,
    "On " * 5000,
    "a@" * 20_000,
    "-" * 50_000,
    "Mvh\n" * 3000,
    "From: a@b.example\n" * 1500,
    "Den 3 maj 2026 kl 10:00\n" * 1500,
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_come_through(body: str) -> None:
    found = split(body, None)
    assert set(f"{found.new_text} {found.quoted} {found.signature}".split()) <= set(found.text.split())


def _suite(name: str) -> list[dict[str, str]]:
    file = SHARED / name / "expected.jsonl"
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines()) if file.exists() else []
    return [row for row in rows if "reply" in row and not row["file"].endswith(".eml")]


@pytest.mark.skipif(not SHARED.exists(), reason="the public suites are not here")
@pytest.mark.parametrize(("name", "share"), [("talon", 0.95), ("reply-tests", 0.9)])
def test_public_suites(name: str, share: float) -> None:
    rows = _suite(name)
    met = 0
    for row in rows:
        body = (SHARED / name / row["file"]).read_text(encoding="utf-8")
        found = split(None, body) if row["file"].endswith(".html") else split(body, None)
        wanted = row["reply"].split()
        met += wanted in (found.new_text.split(), f"{found.new_text} {found.signature}".split())
    assert met / len(rows) >= share


QUOTED = "\n\nOn Thu, 17 Sep 2026 at 16:20, Oliver Ek <oliver@kund.example> wrote:\n\n> The whole office is down.\n"


@pytest.mark.parametrize(
    "words",
    [
        "New thing, unrelated to the below. My mobile does not ring.",
        "This is not related to the mail below: a desk phone is dark.",
        "Please ignore the message below, I wrote in the wrong thread. The fax beeps.",
        "Nytt ärende, inget att göra med mejlet nedan. Luren knastrar.",
        "Bortse från ärendet nedan, det är löst. Nu gäller det kömusiken.",
        "Ny sag, intet at gøre med nedenstående. Telefonen er død.",
    ],
)
def test_what_is_about_something_else_does_not_take_up_the_mail_below(words):
    found = split(words + QUOTED, None, Known(sender="Oliver Ek", subject="Re: Outage"))
    assert found.new_text == words
    assert "whole office is down" in found.quoted


@pytest.mark.parametrize(
    "words",
    [
        "Please see below, it is not solved.",
        "Kan ni titta på ärendet nedan? Det hör inte ihop med routern.",
        "Ignore my last mail. The below is what counts.",
    ],
)
def test_what_points_below_takes_up_the_mail(words):
    found = split(words + QUOTED, None, Known(sender="Oliver Ek", subject="Re: Outage"))
    assert "whole office is down" in found.new_text


@pytest.mark.parametrize("line", ["--", "-- ", "--\n"])
@pytest.mark.parametrize("second", ["Fel B: kön släpper inte in någon.", "kontor A ok\nkontor B: ingen kommer fram"])
def test_dashes_between_two_faults_begin_no_signature(line: str, second: str) -> None:
    found = split(f"Fel A: ingen ton.\n{line}\n{second}\n\nMvh\nAnna", None)
    assert second in found.new_text
    assert found.signature.split() == ["Mvh", "Anna"]


@pytest.mark.parametrize("asked", ["Vänligen återkom snarast.", "Vänligen ring 070-412 33 90.", "Vennligst ring meg"])
def test_please_do_is_no_sign_off(asked: str) -> None:
    assert split(f"Kön är död.\n\n{asked}", None).new_text == f"Kön är död.\n\n{asked}"


@pytest.mark.parametrize("closing", ["Vänligen\nAnna", "Vänligen Anna", "Vänligen, Anna Ek", "Vänligen"])
def test_vanligen_before_a_name_is_a_sign_off(closing: str) -> None:
    assert split(f"Kön är död.\n\n{closing}", None).signature.split() == closing.split()


@pytest.mark.parametrize(
    "company",
    [
        "Voss Spedition GmbH, Sitz Hamburg, HRB 55021, Geschäftsführer: Dieter Voss",
        "Godkänd för F-skatt. Styrelsens säte: Göteborg.",
        "Ek Bygg AB, säte Göteborg, org.nr 556000-0001",
    ],
)
def test_what_the_law_bids_companies_write_belongs_to_the_signature(company: str) -> None:
    found = split(f"Luren är död.\n\nMvh\nAnna Ek\nEk Bygg AB\nTel. 031-760 11 00\n\n{company}", None)
    assert (found.new_text, company in found.signature) == ("Luren är död.", True)


def test_a_change_of_it_told_below_the_signature_is_text() -> None:
    told = "Vi har bytt org.nr till 556000-0001, kan ni ändra?"
    assert told in split(f"Luren är död.\n\nMvh\nAnna Ek\nTel. 031-760 11 00\n\n{told}", None).new_text


@pytest.mark.parametrize("said", ["Skaff deg Outlook for iOS", "Laden Sie Outlook für iOS herunter"])
def test_outlooks_line_in_norwegian_and_german_is_no_text(said: str) -> None:
    assert split(f"Luren er død.\n\n{said}", None).new_text == "Luren er død."
