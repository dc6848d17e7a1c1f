"""Mails and a registry for the benchmark: what a fault desk gets, invented, seeded, of the usual sizes.

Every sender is a customer of the registry that is made along, so that each mail is acknowledged as a known sender's.
"""

import base64
import random
from dataclasses import dataclass

OPENINGS = ("Hej!", "Hej supporten,", "God morgon!", "Hej igen,", "Tjena,")
FAULTS = (
    "En av våra bordstelefoner startar inte om efter strömavbrottet i går.",
    "Kollegan i receptionen hör inte den som ringer, men de hör henne.",
    "Hänvisningen ligger kvar fast Karin är tillbaka från semestern.",
    "Röstbrevlådan skickar inte meddelandena till mejlen längre.",
    "Appen på datorn ber om lösenord vid varje start.",
    "Kön spelar gammal musik och läser upp fel köplats.",
    "Samtalen från mobilanknytningen bryts efter en minut.",
    "Vi tror att det är vår router som krånglar, ljudet hackar för alla på plan två.",
    "Knappvalet tar inte emot trean.",
    "Visningsnumret blir fel när vi ringer ut från säljgruppen.",
)
QUESTIONS = (
    "Hur lägger man till en användare i svarsgruppen?",
    "Kan vi få en kopia på senaste fakturan?",
    "Vi vill beställa två telefoner till det nya kontoret.",
    "Går det att ändra öppettiderna inför julhelgen?",
)
CLOSINGS = ("Mvh", "Med vänliga hälsningar", "Hälsningar", "Vänligen")
FIRST = ("Anna", "Bo", "Cecilia", "David", "Eva", "Fredrik", "Gun", "Hassan", "Ida", "Johan")
LAST = ("Berg", "Lind", "Ek", "Holm", "Dahl", "Nyman", "Ström", "Falk")

FIXED_FILES = {
    "devices.csv": """\
customer_id,vendor,model,mac,serial,purchased_from_icentrex,provisioned
C1,Yealink,T46U,80:5E:C0:00:00:01,SN1,yes,yes
""",
    "partners.toml": """\
[[partner]]
id = "P1"
name = "Bänkpartner AB"
aliases = []
domains = ["partner.example"]
language = "sv"
urgent_phone = "+46846500490"
[partner.channel]
type = "email"
address = "fel@partner.example"
[partner.guidelines]
required = ["affected_number"]
text = "Kundens namn först."
""",
    "hardware.toml": """\
[[model]]
vendor = "Yealink"
name = "T46U"
kind = "desk_phone"
approved = true
provisioning = true
""",
}


@dataclass(frozen=True, slots=True)
class Bench:
    registry: dict[str, str]
    """The four files of a registry."""
    mails: list[bytes]


def org_number(index: int) -> str:
    """A Luhn-valid organisation number."""
    digits = f"556{index:06d}"
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(digits))
    whole = digits + str(-total % 10)
    return f"{whole[:6]}-{whole[6:]}"


def make(count: int, seed: int = 1, customers: int = 200) -> Bench:
    """`count` mails from `customers` customers; the same for the same seed."""
    dice = random.Random(seed)
    rows = [
        "customer_id,name,org_number,domains,emails,phone_numbers,purchase,partner_id,service,"
        "contract_start,contract_end,included_hours,language"
    ]
    for index in range(customers):
        partner = "partner,P1" if index % 4 == 0 else "direct,"
        rows.append(
            f"C{index},Företag {index} AB,{org_number(index)},kund{index}.example,,,{partner},"
            "Uppstart Plus,2025-01-01,,3.0,sv"
        )
    registry = FIXED_FILES | {"customers.csv": "\n".join(rows) + "\n"}
    return Bench(registry, [_mail(dice, index, customers) for index in range(count)])


def _mail(dice: random.Random, index: int, customers: int) -> bytes:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    address = f"{first.lower()}.{index}@kund{index % customers}.example"
    body = [dice.choice(OPENINGS), "", dice.choice(FAULTS if dice.random() < 0.7 else QUESTIONS)]
    if dice.random() < 0.2:
        body += ["", "Dessutom: " + dice.choice(QUESTIONS)]
    body += ["", dice.choice(CLOSINGS), f"{first} {last}", f"Företag {index % customers} AB", "08-465 004 17"]
    if dice.random() < 0.3:
        body += ["", "Den 12 nov. 2026 kl. 09:14 skrev Någon <nagon@annan.example>:"]
        body += [f"> {dice.choice(FAULTS)}" for _ in range(dice.randint(2, 30))]
    text = "\r\n".join(body)
    head = [
        f"Received: from mx.example by imap.example with LMTP id {index}; Wed, 25 Nov 2026 09:00:00 +0100",
        f"From: {first} {last} <{address}>",
        "To: kundcenter@icentrex.se",
        f"Subject: =?utf-8?b?{base64.b64encode(dice.choice(FAULTS)[:40].encode()).decode()}?=",
        "Date: Wed, 25 Nov 2026 09:00:00 +0100",
        f"Message-ID: <bench.{index}@kund{index % customers}.example>",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join([*head, *_parts(dice, text)]).encode()


def _parts(dice: random.Random, text: str) -> list[str]:
    """The body as clients send it: mostly text with HTML, some with a picture in the signature."""
    html = "<html><head><style>p{margin:0}</style></head><body>" + "".join(
        f"<p>{line.replace('>', '&gt;') or '&nbsp;'}</p>\r\n" for line in text.split("\r\n")
    )
    alternative = [
        'Content-Type: multipart/alternative; boundary="alt"',
        "",
        "--alt",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        text,
        "--alt",
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(html.encode()).decode().replace("\n", "\r\n"),
        "--alt--",
        "",
    ]
    size = dice.choices((0, 4_000, 40_000, 250_000), weights=(70, 20, 8, 2))[0]
    if not size:
        return alternative
    picture = base64.encodebytes(dice.randbytes(size)).decode().replace("\n", "\r\n")
    return [
        'Content-Type: multipart/mixed; boundary="mix"',
        "",
        "--mix",
        *alternative,
        "--mix",
        'Content-Type: image/png; name="logo.png"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: inline; filename="logo.png"',
        "",
        picture,
        "--mix--",
        "",
    ]
