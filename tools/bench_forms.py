"""The mails that `bench_reader.py` reads: as a fault desk's customers send them, invented, seeded, all different.

Each form writes the fields that its program adds, a blank line, and the body; `mail` puts around it what servers add.
"""

import base64
import quopri
import random
import textwrap
from collections.abc import Callable

from bench_mails import CLOSINGS, FAULTS, FIRST, LAST, OPENINGS, QUESTIONS

Form = Callable[[random.Random, str, str], list[str]]
"""Dice, the sender's name and address -> lines."""
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


def by_exchange(dice: random.Random, host: str) -> str:
    """The fields that Exchange adds before a mail leaves it."""
    key = base64.b64encode(dice.randbytes(240)).decode()
    folded = "\n ".join(key[at : at + 70] for at in range(0, len(key), 70))
    tenant = f"AM9PR0{dice.randrange(10)}MB{dice.randrange(10**4)}"
    server = f"{tenant}.eurprd0{dice.randrange(10)}.prod.outlook.com"
    return f"""\
ARC-Seal: i=1; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=none;
 b={folded}
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=microsoft.com; s=arcselector10001;
 h=From:Date:Subject:Message-ID:Content-Type:MIME-Version;
 bh={key[:44]};
 b={folded}
ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=pass
 smtp.mailfrom={host}; dmarc=pass action=none
 header.from={host}; dkim=pass header.d={host}; arc=none
Received: from {server} (2603:10a6:20b:3e2::10)
 by {server} (2603:10a6:208:14a::19) with Microsoft SMTP Server
 (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id
 15.20.8158.{dice.randrange(99)}; Wed, 25 Nov 2026 08:00:00 +0000
Received: from {server}
 ([fe80::1]) by {server}
 ([fe80::2%5]) with mapi id 15.20.8158.{dice.randrange(99)}; Wed, 25 Nov 2026
 08:00:00 +0000
Thread-Topic: Fel
Thread-Index: {key[:30]}==
Accept-Language: sv-SE, en-US
Content-Language: sv-SE
X-MS-Has-Attach:
X-MS-TNEF-Correlator:
authentication-results: dkim=none (message not signed)
 header.d=none;dmarc=none action=none header.from={host};
x-ms-publictraffictype: Email
x-ms-traffictypediagnostic: {tenant}:EE_|{tenant}:EE_
x-ms-office365-filtering-correlation-id: {dice.randbytes(16).hex()}
x-ms-exchange-senderadcheck: 1
x-microsoft-antispam: BCL:0;ARA:13230040|366016|1800799024;
x-microsoft-antispam-message-info: {folded}
x-forefront-antispam-report: CIP:255.255.255.255;CTRY:;LANG:sv;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:{server};PTR:;CAT:NONE;
X-OriginatorOrg: {host}
X-MS-Exchange-CrossTenant-AuthAs: Internal
X-MS-Exchange-CrossTenant-AuthSource: {server}
X-MS-Exchange-CrossTenant-Network-Message-Id: {key[:36]}
X-MS-Exchange-Transport-CrossTenantHeadersStamped: {tenant}"""


def exchange(dice: random.Random, name: str, address: str) -> list[str]:
    """A first mail in text and Word's HTML, its lines wrapped as Word does, with what Exchange says of its way."""
    host = address.rpartition("@")[2]
    own = [*words(dice), *words(dice)[1:], "Med vänlig hälsning", name]
    sign = ["Kontorschef", "Företaget AB", "Storgatan 1, 852 30 Sundsvall", "Tel: 060-12 34 56", f"www.{host}"]
    rows = [f'<p class="MsoNormal">{line}<o:p></o:p></p>' for line in own]
    rows += [f'<p class="MsoNormal"><span style="color:#1F497D">{line}<o:p></o:p></span></p>' for line in sign]
    wrapped = "\n".join("\n".join(textwrap.wrap(row, 76, break_on_hyphens=False)) for row in rows)
    html = f"""\
<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"\
 xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
{WORD_STYLE}<!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]-->
</head>
<body lang="SV" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">
<div class="WordSection1">
{wrapped}
</div>
</body>
</html>"""
    return [
        *by_exchange(dice, host).split("\n"),
        'Content-Type: multipart/alternative;\r\n\tboundary="b1"',
        "",
        *part("text/plain", "\n".join([*own, *sign])),
        *part("text/html", html),
        "--b1--",
    ]


def iphone(dice: random.Random, name: str, address: str) -> list[str]:
    """An answer in text and HTML, with the mail that it answers in a quote."""
    own, below = words(dice), [*words(dice), *words(dice), "Hälsningar", "Kundcenter"]
    attribution = "24 nov. 2026 kl. 14:05 skrev Kundcenter <kundcenter@icentrex.se>:"
    said = "".join(f"<div>{line}</div>" for line in own[1:])
    quoted = "<br>".join(f"<span>{line}</span>" for line in below)
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">'
        f'{own[0]}<div><br></div>{said}<div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">{name}</div>'
        '<div dir="ltr">Skickat från min iPhone</div><div dir="ltr"><br><blockquote type="cite">'
        f"{attribution.replace('<', '&lt;').replace('>', '&gt;')}<br><br></blockquote></div>"
        f'<blockquote type="cite"><div dir="ltr">\ufeff{quoted}</div></blockquote></div></body></html>'
    )
    text = [own[0], "", *own[1:], "", name, "Skickat från min iPhone", "", f"> {attribution}", "> "]
    return [
        "X-Mailer: iPhone Mail (21F90)",
        'Content-Type: multipart/alternative; boundary="b1"',
        "Content-Transfer-Encoding: 7bit",
        "",
        *part("text/plain", "\n".join([*text, *(f"> {line}" for line in below)])),
        *part("text/html", html),
        "--b1--",
    ]


def mail(dice: random.Random, form: Form) -> bytes:
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
