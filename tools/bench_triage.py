"""`make bench`: what one decision costs, in CPU time, beside the bare parse of the same mail in the same run.

    python tools/bench_triage.py [--mails 300] [--customers 100000]

The mails are the texts of rules/cases. They are decided by the shipped rules, by a thousand rules (the shipped ones
again and again) and with a large registry; then come the longest and oddest inputs, of which the dearest are told.
"""

import argparse
import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from itertools import cycle, islice
from json import loads
from pathlib import Path

from supportbot import folders
from supportbot.mail.message import Address, ParsedMail
from supportbot.mail.parse import parse
from supportbot.triage import rulebook
from supportbot.triage.decide import decide
from supportbot.triage.records import Customer, Device, Model, Partner, number_range
from supportbot.triage.registry import Registry
from supportbot.triage.rulebook import RuleBook

RULES = Path(__file__).parent.parent / "rules"
TODAY = date(2026, 9, 2)
RUNS = 3
"""The quickest of so many runs is told: the machine may have other work."""
LIMIT = 0.1
"""Seconds of CPU that no decision may cost."""
SHOWN = 3
"""Odd inputs that are told, the dearest first."""


def raw(text: str, subject: str, sender: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "fel@desk.example", subject
    mail.set_content(text)
    return mail.as_bytes()


def case_mails(count: int, customers: int) -> list[bytes]:
    """Real wordings, one customer's after the other."""
    lines = [line for text in folders.read_cases(RULES).values() for line in text.splitlines() if line.strip()]
    chosen = random.Random(1).sample([loads(line) for line in lines], min(count, len(lines)))
    return [
        raw(each["text"], " ".join(each["subject"].split()), f"a@kund{number % customers}.example")
        for number, each in enumerate(chosen)
    ]


def registry(customers: int) -> Registry:
    """Customers with an own domain, a range of ten numbers and a device each."""
    ids = range(customers)
    return Registry(
        (
            Customer(
                f"C{each}",
                f"Företag {each} AB",
                f"{556000 + each // 10_000:06d}-{each % 10_000:04d}",
                (f"kund{each}.example",),
                phone_numbers=(number_range(f"+468{10_000_000 + 10 * each}-+468{10_000_009 + 10 * each}"),),
            )
            for each in ids
        ),
        (Device(f"C{each}", "Yealink", "T46U", f"80:5E:C0:{each:06X}", f"S{each}", True, "yes") for each in ids),
        (Partner("P1", "Bänkpartner AB", (), ("partner.example",)),),
        (Model("Yealink", "T46U", "desk_phone", True, True),),
    )


def odd_texts(known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(name, text) of long and odd inputs."""
    yield "20,000 words of real letters", " ".join(islice(cycle(" ".join(known).split()), 20_000))
    yield "10,000 telephone numbers", " ".join(f"08-{each % 900 + 100} {each % 90 + 10} 11" for each in range(10_000))
    yield "10,000 times a key word", "växel " * 10_000
    yield "10,000 times a sentence", "Router fungerar inte.\n" * 10_000
    yield "10,000 names of models", "T46U " * 10_000
    yield "one line of 1 MB", "ordet " * 170_000
    yield "one word of 1 MB", "a" * 1_000_000
    yield "full stops", ".!?" * 3_000 + "x"
    yield "spaces", " " * 200_000 + "x"
    yield "empty lines", "\n" * 200_000 + "x"
    yield "20,000 unknown words", " ".join(f"q{each:x}v" for each in range(20_000))


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU, the best of RUNS."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def tell(name: str, mails: Sequence[ParsedMail], known: Registry, book: RuleBook, bare: float) -> None:
    gc.collect()
    gc.freeze()  # a collection walks through the whole registry otherwise, and is counted to some mail
    each = cpu(lambda: [decide(mail, known, book, TODAY) for mail in mails]) / len(mails)
    print(f"{name:44} {1e6 * each:7.0f} µs a decision  {each / bare:6.2f} x the bare parse")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mails", type=int, default=300)
    options.add_argument("--customers", type=int, default=100_000)
    chosen = options.parse_args()
    book, small = rulebook.build(folders.read_rules(RULES), test=False), registry(200)
    contents = case_mails(chosen.mails, 200)
    mails = [parse(content) for content in contents]
    bare = cpu(lambda: [parse(content) for content in contents]) / len(contents)
    words = sorted(len(mail.new_text.split()) for mail in mails)[len(mails) // 2]
    print(f"{len(mails)} mails, median {words} words; bare parse {1e6 * bare:.0f} µs")
    tell(f"{len(book.rules)} shipped rules", mails, small, book, bare)
    tell("the same without the learned reader", mails, small, replace(book, reader=None), bare)
    many = tuple(replace(rule, name=f"{rule.name}-{at}") for at, rule in enumerate(islice(cycle(book.rules), 1_000)))
    tell("1,000 rules", mails, small, replace(book, rules=many), bare)
    started = time.process_time()
    large = registry(chosen.customers)
    print(f"{f'index of {chosen.customers} customers and devices':44} {time.process_time() - started:7.1f} s once")
    tell(f"{chosen.customers} customers", mails, large, book, bare)
    costs = sorted(
        (cpu(lambda mail=mail: decide(mail, small, book, TODAY)), name)  # type: ignore[misc]
        for name, text in odd_texts([mail.new_text for mail in mails])
        for mail in [ParsedMail(sender=Address("", "a@kund1.example"), new_text=text, text=text, language="sv")]
    )
    for cost, name in reversed(costs[-SHOWN:]):
        verdict = "" if cost <= LIMIT else f"  MORE THAN {1000 * LIMIT:.0f} ms"
        print(f"{f'odd input: {name}':44} {1e6 * cost:7.0f} µs a decision{verdict}")


if __name__ == "__main__":
    main()
