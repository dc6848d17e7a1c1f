"""`make bench`: what reading one mail costs, as ratios within one run: python tools/bench_reader.py [FOLDER…].

Typical mails (5 KB, with the header fields that they arrive with; text and HTML by Outlook and Gmail, plain text by a
telephone), together and form by form; two more forms, a first mail by Outlook and Exchange with all that both write
into it, and an iPhone's answer in text and HTML; and mails of 1 MB. Each is read by `parse`, by the standard library
alone (compat32, every leaf decoded, nothing understood), and by a process of the sandbox, whose overhead is what it
takes beyond `parse`. Processor time of this process and of the sandbox's; the mails of the named folders are measured
beside the typical ones. Two ratios to the bare parse: each mail read by both in turn, so that what else the machine
does falls on both alike, and neither has its code at hand, as in a daemon that does other things between two mails; and
each reader alone, a hundred mails at a stretch, which favours the one of little code. The trap: a mail that is read
twice finds what the first reading has kept, so the typical ones are all different, as mails are.
"""

import argparse
import asyncio
import base64
import email
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bench_forms import Form, exchange, gmail, iphone, mail, outlook, telephone, words

from supportbot.mail.message import Desk
from supportbot.mail.parse import parse
from supportbot.workers.sandbox import Sandbox, Unread

DESK = Desk(("kundcenter@icentrex.se",), "mx.icentrex.se")
ROUNDS = 5
"""So many sets of each kind are read; at a stretch the fastest counts, since others use the machine too."""
BIG = 1_000_000


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
    """Processor time a mail, in µs: of `parse` and of the bare parse, in turn; of the sandbox, both sides together."""

    parse: float
    bare: float
    at_a_stretch: tuple[float, float]
    """The same, each alone."""
    sandbox: float

    def line(self, name: str, mails: Sequence[bytes]) -> str:
        size = sum(map(len, mails)) / len(mails) / 1000
        own, standard = self.at_a_stretch
        overhead = max(0.0, 1 - own / self.sandbox)
        return (
            f"  {name:<16} {size:7.1f} kB  parse {self.parse:6.0f} µs  bare {self.bare:6.0f} µs"
            f"  {self.parse / self.bare:5.2f} x bare; at a stretch {own:6.0f} µs  {standard:6.0f} µs"
            f"  {own / standard:5.2f} x; sandbox {self.sandbox:6.0f} µs, {overhead:.0%} of it overhead"
        )


def spent(reader: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """µs of processor time a mail."""
    begun = time.process_time()
    for one in mails:
        reader(one)
    return (time.process_time() - begun) / len(mails) * 1e6


def in_turn(mails: Sequence[bytes]) -> tuple[float, float]:
    """µs a mail of `parse` and of the bare parse, each the first in every second mail."""
    taken = {read: 0.0, bare: 0.0}
    for at, one in enumerate(mails):
        for reader in (read, bare) if at % 2 else (bare, read):
            taken[reader] += spent(reader, [one])
    return taken[read] / len(mails), taken[bare] / len(mails)


def read(content: bytes) -> None:
    parse(content, DESK)


def measured(sets: Sequence[Sequence[bytes]]) -> Cost:
    """In turn: the mean of all rounds, as each of them holds both readers; else the fastest of each."""
    in_turns = [in_turn(mails) for mails in sets]
    own, standard = (sum(column) / len(sets) for column in zip(*in_turns, strict=True))
    rounds = [(spent(read, mails), spent(bare, mails)) for mails in sets]
    alone = (min(column) for column in zip(*rounds, strict=True))
    return Cost(own, standard, tuple(alone), asyncio.run(in_sandbox(sets)))


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


def in_form(form: Form, seed: int) -> list[bytes]:
    dice = random.Random(seed)
    return [mail(dice, form) for _ in range(60)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="*", type=Path, help="folders of mails that are measured, too")
    chosen = options.parse_args()
    sets: list[tuple[str, list[list[bytes]]]] = [
        ("typical mail", [typical(seed) for seed in range(ROUNDS)]),
        *(
            (f"  {form.__name__}", [in_form(form, seed) for seed in range(ROUNDS)])
            for form in (outlook, gmail, telephone, exchange, iphone)
        ),
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
