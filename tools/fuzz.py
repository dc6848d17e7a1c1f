"""`make fuzz`: broken mails through the processes that read mail: python tools/fuzz.py [--mutants N] [FOLDER…].

Mutants of tests/mails, tests/hostile and of the mails in the named folders, each told by its number (tests/mutants.py).
A finding is a mail that lost its process (2 s of processor time, 500 MB, or dead), or that a reader of ours met with an
exception, and does so again when it is read alone: on a busy machine a process can run out of time for no fault of the
mail's. Prints findings as they come, the rate, and whether a tame mail is still read at the end; the exit code is 1
where anything was found. The trap: the numbers tell the same mutants only as long as the folders hold the same mails.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mutants import mutant, sources

from supportbot.mail.message import Desk
from supportbot.workers.sandbox import Poisoned, Sandbox, Unread
from supportbot.workers.sandboxed import Read

BATCH = 100
TOLD_EVERY = 10_000
TAME = b"From: a@b.example\r\nSubject: Hej\r\n\r\nHej!\r\n"
DESK = Desk(("kundcenter@icentrex.example",), "mx.icentrex.example")


def complaint(read: Read | Poisoned) -> str:
    """What is wrong with an answer; "" where it is as it should be."""
    if isinstance(read, Poisoned):
        return read.reason
    failed = ("could not be taken apart", "could not be judged")
    return next((oddity for oddity in read.mail.oddities if any(words in oddity for words in failed)), "")


async def fuzz(mails: Sequence[bytes], first: int, count: int, processes: int) -> list[tuple[int, str]]:
    """Number and complaint of each mutant that was not read as it should be."""
    found: list[tuple[int, str]] = []
    numbers = iter(range(first, first + count))
    done = 0
    begun = time.perf_counter()
    sandbox = Sandbox(size=processes)
    await sandbox.start()

    async def work() -> None:
        nonlocal done
        while batch := list(islice(numbers, BATCH)):
            answers = await sandbox.read([Unread(mutant(mails, number)) for number in batch], DESK)
            for number, read in zip(batch, answers, strict=True):
                if what := complaint(read):
                    again = complaint((await sandbox.read([Unread(mutant(mails, number))], DESK))[0])
                    print(f"mutant {number}: {what}{'' if again else ', but not a second time'}", flush=True)
                    if again:
                        found.append((number, again))
            if (done + len(batch)) // TOLD_EVERY > done // TOLD_EVERY:
                print(f"{done + len(batch)} read, {time.perf_counter() - begun:.0f} s", flush=True)
            done += len(batch)

    try:
        await asyncio.gather(*(work() for _ in range(processes + 1)))
        last = complaint((await sandbox.read([Unread(TAME)], DESK))[0])
        if last:
            found.append((-1, f"a tame mail at the end: {last}"))
    finally:
        await sandbox.stop()
    seconds = time.perf_counter() - begun
    rate = f"{seconds:.0f} s, {done / seconds:.0f} a second"
    print(f"{done} mutants of {len(mails)} mails ({rate}): {len(found)} findings")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="*", type=Path, help="more folders of mails")
    options.add_argument("--mutants", type=int, default=1_000_000)
    options.add_argument("--first", type=int, default=0, help="number of the first mutant")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--show", type=int, metavar="NUMBER", help="write this mutant to standard output instead")
    chosen = options.parse_args()
    mails = sources([ROOT / "tests" / "mails", ROOT / "tests" / "hostile", *chosen.folders])
    if chosen.show is not None:
        sys.stdout.buffer.write(mutant(mails, chosen.show))
        return
    found = asyncio.run(fuzz(mails, chosen.first, chosen.mutants, chosen.processes))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
