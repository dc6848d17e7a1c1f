"""`make bench`: what reading one mail costs, as ratios within one run: python tools/bench_reader.py [FOLDER…].

Typical mails (5 KB, with the header fields that they arrive with; text and HTML by Outlook and Gmail, plain text by a
telephone) and mails of 1 MB, each read by `parse`, by the standard library alone (compat32, every leaf decoded, nothing
understood), and by a process of the sandbox, whose overhead is what it takes beyond `parse`. Processor time of this
process and of the sandbox's; the mails of the named folders are measured beside the typical ones. The trap: a mail
that is read twice finds what the first reading has kept, so the typical ones are all different, as mails are.
"""

import argparse
import asyncio
import base64
import email
import os
import quopri
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bench_mails import CLOSINGS, FAULTS, FIRST, LAST, OPENINGS, QUESTIONS

from supportbot.mail.message import Desk
from supportbot.mail.parse import parse
from supportbot.workers.sandbox import Sandbox, Unread

DESK = Desk(("kundcenter@icentrex.se",), "mx.icentrex.se")
ROUNDS = 5
"""Each set is read so often by each reader in turn; the fastest round counts, since others use the machine too."""
BIG = 1_000_000
WORD_STYLE = """<style><!--
@font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}
@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.E-postmall17 {mso-style-type:personal-compose; font-family:"Calibri",sans-serif; color:windowtext;}
div.WordSection1 {page:WordSection1;}
--></style>"""


def received(dice: random.Random, address: str) -> list[str]:
    """The fields that servers add on the way."""
    key = base64.b64encode(dice.randbytes(180)).decode()
    signed = "\r\n ".join(key[at : at + 70] for at in range(0, len(key), 70))
    host = address.rpartition("@")[2]
    return [
        f"Return-Path: <{address}>",
        "Delivered-To: kundcenter@icentrex.se",
        f"Received: from mx.icentrex.se by imap.icentrex.se with LMTP id {dice.randrange(10**9)}\r\n"
        "\tfor <kundcenter@icentrex.se>; Wed, 25 Nov 2026 09:00:02 +0100",
        f"Authentication-Results: mx.icentrex.se; dkim=pass header.d={host};\r\n"
        f"\tspf=pass smtp.mailfrom={address}; dmarc=pass header.from={host}",
        f"Received: from out.{host} (out.{host} [192.0.2.7])\r\n\tby mx.icentrex.se (Postfix) with ESMTPS id "
        f"{dice.randrange(10**9)};\r\n\tWed, 25 Nov 2026 09:00:01 +0100 (CET)",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host}; s=s1;\r\n"
        f" h=From:Date:Subject:Message-ID:Content-Type:MIME-Version;\r\n bh={key[:44]};\r\n b={signed}",
    ]


def words(dice: random.Random) -> list[str]:
    """What a customer writes: numbered, so that no two mails hold the same lines."""
    said = [*dice.sample(FAULTS, 2), dice.choice(QUESTIONS)]
    return [dice.choice(OPENINGS), *(f"{one[:-1]} (ärende {dice.randrange(10**6)})." for one in said)]


def part(kind: str, text: str) -> list[str]:
    shown = quopri.encodestring(text.encode()).decode().replace("\n", "\r\n")
    head = [f"Content-Type: {kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"]
    return ["--b1", *head, "", shown]


def outlook(dice: random.Random, name: str, address: str) -> list[str]:
    """Text and Word's HTML, with the mail that it answers below."""
    own = [*words(dice), dice.choice(CLOSINGS), name, "Företaget AB", "08-465 004 17"]
    head = ["Från: Kundcenter <kundcenter@icentrex.se>", "Skickat: den 24 november 2026 14:05", f"Till: {name}",
            "Ämne: Ärende"]  # fmt: skip
    below = [*words(dice), "Hälsningar", "Kundcenter"]
    rows = "".join(f'<p class="MsoNormal">{line}<o:p></o:p></p>\r\n' for line in own)
    quoted = "<br>\r\n".join(f"<b>{line.replace(': ', ':</b> ').replace('<', '&lt;')}" for line in head)
    earlier = "".join(f'<p class="MsoNormal">{line}<o:p></o:p></p>\r\n' for line in below)
    line = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
    html = (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>{WORD_STYLE}</head><body lang="SV">'
        f'<div class="WordSection1">{rows}<div><div style="{line}"><p class="MsoNormal">{quoted}</p></div></div>'
        f"{earlier}</div></body></html>"
    )
    return [
        "X-Mailer: Microsoft Outlook 16.0",
        "Thread-Index: AQHbPw==",
        'Content-Type: multipart/alternative; boundary="b1"',
        "",
        *part("text/plain", "\n".join([*own, "", *head, "", *below])),
        *part("text/html", html),
        "--b1--",
    ]


def gmail(dice: random.Random, name: str, address: str) -> list[str]:
    """Text and HTML, with the mail that it answers in a quote."""
    own, below = [*words(dice), "Mvh", name], [*words(dice), *words(dice), "Hälsningar", "Kundcenter"]
    attribution = "Den tis 24 nov. 2026 kl 14:05 skrev Kundcenter <kundcenter@icentrex.se>:"
    box = '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204)">'
    html = (
        f'<div dir="ltr">{"".join(f"<div>{line}</div>" for line in own)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{attribution.replace("<", "&lt;").replace(">", "&gt;")}<br></div>'
        f"{box}{'<br>'.join(below)}</blockquote></div>"
    )
    return [
        'Content-Type: multipart/alternative; boundary="b1"',
        "",
        *part("text/plain", "\n".join([*own, "", attribution, "", *(f"> {line}" for line in below)])),
        *part("text/html", html),
        "--b1--",
    ]


def telephone(dice: random.Random, name: str, address: str) -> list[str]:
    """Plain text, with a long exchange below."""
    below = "\r\n".join(f"> {line}" for _ in range(8) for line in words(dice))
    said = "\r\n".join([*words(dice), "", name, "Skickat från min iPhone"])
    attribution = "24 nov. 2026 kl. 14:05 skrev Kundcenter <kundcenter@icentrex.se>:"
    head = ["X-Mailer: iPhone Mail (21F90)", "Content-Type: text/plain; charset=utf-8"]
    return [*head, "Content-Transfer-Encoding: 8bit", "", f"{said}\r\n\r\n{attribution}\r\n\r\n{below}"]


def mail(dice: random.Random, form: Callable[[random.Random, str, str], list[str]]) -> bytes:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    host = f"kund{dice.randrange(10**6)}.example"
    address = f"{name.split()[0].lower()}@{host}"
    subject = base64.b64encode(dice.choice(FAULTS)[:40].encode()).decode()
    head = [
        *received(dice, address),
        f"From: {name} <{address}>",
        "To: Kundcenter <kundcenter@icentrex.se>",
        f"Subject: =?utf-8?B?{subject}?=",
        "Date: Wed, 25 Nov 2026 09:00:00 +0100",
        f"Message-ID: <{dice.randrange(10**12)}@{host}>",
        f"In-Reply-To: <{dice.randrange(10**12)}@icentrex.se>",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join([*head, *form(dice, name, address), ""]).encode()


def large(dice: random.Random) -> list[bytes]:
    """One whose file is large, one whose text is, and one whose HTML is."""
    typical = mail(dice, outlook)
    picture = base64.encodebytes(dice.randbytes(BIG * 3 // 4)).replace(b"\n", b"\r\n")
    head, _, body = typical.partition(b"\r\n\r\n")
    file = b'--b1\r\nContent-Type: image/png; name="bild.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + picture
    with_file = head.replace(b"/alternative", b"/mixed") + b"\r\n\r\n" + body.replace(b"--b1--", file + b"--b1--")
    row = "\r\n".join(words(dice)).encode()
    plain = b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + (row + b"\r\n") * (
        BIG // len(row)
    )
    rich = plain.replace(b"text/plain", b"text/html").replace(b"\r\nHej", b"<p>\r\nHej")
    return [with_file, plain, rich]


def bare(content: bytes) -> None:
    """What the standard library does at the least to give every part's bytes."""
    for one in email.message_from_bytes(content).walk():
        if not one.is_multipart():
            one.get_payload(decode=True)


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time a mail, in µs: of `parse`, of the bare parse, of the sandbox on both sides together."""

    parse: float
    bare: float
    sandbox: float

    def line(self, name: str, mails: Sequence[bytes]) -> str:
        size = sum(map(len, mails)) / len(mails) / 1000
        overhead = max(0.0, 1 - self.parse / self.sandbox)
        return (
            f"  {name:<24} {size:7.1f} kB  parse {self.parse:7.0f} µs  bare {self.bare:7.0f} µs"
            f"  {self.parse / self.bare:5.2f} x bare  sandbox {self.sandbox:7.0f} µs, {overhead:.0%} of it overhead"
        )


def spent(reader: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """µs of processor time a mail."""
    begun = time.process_time()
    for one in mails:
        reader(one)
    return (time.process_time() - begun) / len(mails) * 1e6


def measured(sets: Sequence[Sequence[bytes]]) -> Cost:
    """The fastest round of each reader."""
    rounds = [(spent(lambda one: parse(one, DESK), mails), spent(bare, mails)) for mails in sets]
    own, standard = (min(column) for column in zip(*rounds, strict=True))
    return Cost(own, standard, asyncio.run(in_sandbox(sets)))


async def in_sandbox(sets: Sequence[Sequence[bytes]]) -> float:
    """µs a mail, of this process and of the one that reads together; the first mails only warm it."""
    sandbox = Sandbox(size=1)
    await sandbox.start()
    fastest = float("inf")
    try:
        for mails in sets:
            before = everybody()
            await sandbox.read([Unread(one) for one in mails], DESK)
            fastest = min(fastest, (everybody() - before) / len(mails) * 1e6)
    finally:
        await sandbox.stop()
    return fastest


def everybody() -> float:
    """Processor seconds of this process and its children."""
    children = 0
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if int((path / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                children += int((path / "schedstat").read_text().split()[0])
    return time.process_time() + children / 1e9


def typical(seed: int) -> list[bytes]:
    dice = random.Random(seed)
    return [mail(dice, form) for _ in range(20) for form in (outlook, outlook, gmail, gmail, telephone)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="*", type=Path, help="folders of mails that are measured, too")
    chosen = options.parse_args()
    sets: list[tuple[str, list[list[bytes]]]] = [
        ("typical mail", [typical(seed) for seed in range(ROUNDS)]),
        ("mail of 1 MB", [large(random.Random(seed)) for seed in range(ROUNDS)]),
    ]
    for folder in (ROOT / "tests" / "mails", *chosen.folders):
        found = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
        sets += [(f"{folder.parent.name}/{folder.name}", [found] * ROUNDS)] if found else []
    print("reading mail, processor time of one mail:")
    for name, mails in sets:
        print(measured(mails).line(name, mails[0]), flush=True)


if __name__ == "__main__":
    main()
