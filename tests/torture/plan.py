"""The whole of `make torture`: lines of the fault plan (reliability.md §4), each a number of runs with a figure.

    python -m torture.plan [--line NAME …] [--share 0.1] [--jobs 2] [--state FOLDER]

Every unit of a line is one world: faults and mails in turns, then rest, then the oracle. What a unit found is added to
a file in the state folder at once, and a unit that stands there is not run again: so it can be broken off and resumed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torture.faults import (
    AT_START,
    BY_STAFF,
    IN_A_BATCH,
    ONLY_ON_POSTGRES,
    WITH_A_TIMER,
    Found,
    each_call_fails,
    kill_at,
    kills_while_recovering,
    raise_at,
    random_kills,
    schema_killed,
    starts_at_once,
    takeovers,
)
from torture.world import Servers

DATABASES = ("sqlite", "postgres")
STEPS = 11
"""Of the schema."""
CALLS = ("sql", "commit", "imap", "smtp")
PENDING = ("webhook-posted", "webhook-answered", "mail command before its commit", "mail command after its commit")
"""Of the 27 places of reliability.md §4.3: what the product does not have yet."""


@dataclass(frozen=True, slots=True)
class Unit:
    line: str
    name: str
    run: Callable[[Servers, Path], "Found"]

    @property
    def key(self) -> str:
        return f"{self.line}: {self.name}"


def units(share: float) -> Iterator[Unit]:
    """All of the plan; `share` of the repetitions."""

    def part(number: int) -> int:
        return max(1, round(number * share))

    def unit(line: str, name: str, run: Callable[..., Found], *args: Any) -> Unit:
        return Unit(line, name, lambda servers, folder: run(*args, servers, folder))

    for kind in DATABASES:
        places = [*IN_A_BATCH, *WITH_A_TIMER, *AT_START, *BY_STAFF]
        for place in places:
            if place not in ONLY_ON_POSTGRES or kind == "postgres":
                yield unit("killed at each place", f"{place}, {kind}", kill_at, place, kind, part(25))
        yield unit("killed at each step of the schema", kind, schema_killed, kind, STEPS)
        for place in (*IN_A_BATCH, *WITH_A_TIMER):
            yield unit("failing at each place", f"{place}, {kind}", raise_at, place, kind, part(5))
        for number in range(1, part(10) + 1):
            yield unit("killed at random", f"{number}, {kind}", random_kills, kind, 100, str(number))
        for number in range(1, part(6) + 1):
            yield unit("killed while recovering", f"{number}, {kind}", kills_while_recovering, kind, 25, str(number))
        for call in CALLS:
            for first in range(1, part(400), 40) if call == "sql" else (1,):
                yield unit("each call fails", f"{call} from {first}, {kind}", each_call_fails, call, kind, first, 40)
    yield unit("started at once", "sqlite", starts_at_once, part(100))
    for number in range(1, part(5) + 1):
        yield unit("taken over", f"{number}, postgres", takeovers, 10)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--line", action="append", help="Only lines that begin so; more than one may be given.")
    parser.add_argument("--only", default="", help="Only units whose name holds this.")
    parser.add_argument("--share", type=float, default=1.0, help="Share of the repetitions (default: all).")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--state", type=Path, default=Path("torture-state"), help="Folder of what was found so far.")
    parser.add_argument("--job", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.state.mkdir(exist_ok=True)
    wanted = [
        unit
        for unit in units(chosen.share)
        if (not chosen.line or unit.line.startswith(tuple(chosen.line))) and chosen.only in unit.name
    ]
    if chosen.job is not None:
        work([unit for place, unit in enumerate(wanted) if place % chosen.jobs == chosen.job], chosen.state, chosen.job)
        return
    jobs = [
        subprocess.Popen([sys.executable, "-m", "torture.plan", *sys.argv[1:], "--job", str(job)])
        for job in range(chosen.jobs)
    ]
    ended = [job.wait() for job in jobs]
    sys.exit(summary(chosen.state, {unit.key for unit in wanted}) or any(ended))


def so_far(state: Path) -> dict[str, Found]:
    lines = [line for file in sorted(state.glob("*.jsonl")) for line in file.read_text().splitlines()]
    return {entry.pop("key"): Found(**entry) for entry in map(json.loads, lines)}


def work(wanted: list[Unit], state: Path, job: int) -> None:
    done = so_far(state)
    with Servers() as servers, tempfile.TemporaryDirectory(prefix="supportbot-torture-") as place:
        for number, unit in enumerate(wanted):
            if unit.key in done:
                continue
            began = time.monotonic()
            try:
                found = unit.run(servers, Path(place) / str(number))
            except AssertionError as error:
                found = Found(findings=[f"broken off: {error}"])
            found.seconds = time.monotonic() - began
            with (state / f"job-{job}.jsonl").open("a") as file:
                file.write(json.dumps({"key": unit.key, **asdict(found)}) + "\n")
            print(
                f"{unit.key}: {found.faults} faults, {found.missed} missed, {found.mails} mails, "
                f"{len(found.findings)} findings, {found.seconds:.0f} s",
                *found.findings[:5],
                sep="\n  ",
                flush=True,
            )


def summary(state: Path, wanted: set[str]) -> bool:
    """Print a figure for each line; True when something was found."""
    done = {key: found for key, found in so_far(state).items() if key in wanted}
    lines: dict[str, list[Found]] = {}
    for key, found in done.items():
        lines.setdefault(key.partition(":")[0], []).append(found)
    print("\n| line | faults | mails | sent | explained second copies | findings |")
    print("| --- | --: | --: | --: | --: | --: |")
    for line, founds in lines.items():
        faults = sum(found.faults - found.missed for found in founds)
        counts = [sum(getattr(found, name) for found in founds) for name in ("mails", "sent", "copies")]
        numbers = [faults, *counts, sum(len(found.findings) for found in founds)]
        print(f"| {line} | {' | '.join(f'{number:,}' for number in numbers)} |")
    if left := len(wanted) - len(done):
        print(f"{left} of {len(wanted)} units were not run.")
    for place in PENDING:
        print(f"pending: {place}")
    return any(found.findings for found in done.values())


if __name__ == "__main__":
    main()
