"""Measure the mail reader against other projects' suites: python tools/eval_reader.py SUITES_DIR [--misses SUITE,…].

SUITES_DIR holds a folder for each suite, with mails and an expected.jsonl that says what the suite's project expects of
them. Runs `supportbot inspect --json` on each folder, and prints for each suite how many cases are met in full, how
many of each kind of expectation, and the ids of cases that are not met; --misses shows what those wanted and what they
got. The trap: suites contradict each other, so white space is squashed, and a reply may be held with or without the
signature where the suite does not cut signatures.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Seen = dict[str, Any]

FORWARD_KEYS = ("from", "subject", "date", "text")
TEXT_KEYS = ("text", "new_text", "signature", "quoted", "forwarded", "failed", "nature", "may_answer")


def squash(text: str | None) -> str:
    return " ".join((text or "").split())


def replies(seen: Seen) -> tuple[str, str]:
    """The new text without and with the signature."""
    return squash(seen["new_text"]), squash(seen["new_text"] + "\n" + seen["signature"])


def reply(case: Case, seen: Seen) -> bool:
    bare, signed = replies(seen)
    return squash(case["reply"]) in ((bare,) if case["reply_strip_sig"] else (bare, signed))


def has(key: str, where: Callable[[Seen], str]) -> Callable[[Case, Seen], bool]:
    return lambda case, seen: all(squash(part) in where(seen) for part in case[key])


def hasnt(key: str, where: Callable[[Seen], str]) -> Callable[[Case, Seen], bool]:
    return lambda case, seen: not any(squash(part) in where(seen) for part in case[key])


def signature(case: Case, seen: Seen) -> bool:
    return squash(case["signature"].replace("#sig#", "")) == squash(seen["signature"])


def forward(case: Case, seen: Seen) -> bool:
    """A forward by its header lines and text; of an answer, and of bare quotes, what stands around them."""
    wanted = case["forward"]
    around = all(squash(wanted.get(key)) in replies(seen)[1] for key in ("text_top", "text_bottom"))
    if wanted["type"] != "forward":
        return around and squash(wanted.get("text")).rpartition(" ")[2] in squash(seen["quoted"])
    found = seen["forwarded"]
    return (
        around
        and found is not None
        and all(squash(wanted[key]) == squash(found[key]) for key in FORWARD_KEYS if key in wanted)
    )


def addresses(case: Case, seen: Seen) -> bool:
    return [one["address"] for one in seen["to"] if one] == [wanted.lower() for wanted in case["to_addrs"]]


def attachments(case: Case, seen: Seen) -> bool:
    return sorted(one["name"] for one in case["attachments"]) == sorted(one["name"] for one in seen["attachments"])


def hard(case: Case, seen: Seen) -> bool:
    """Whether an address that does not exist failed for good; the suite calls little else hard, "rejected" not."""
    return not any(case["hard"]) or any(one["permanent"] for one in seen["failed"])


def status(case: Case, seen: Seen) -> bool:
    """Both ways: what has a status of class 5 failed for good, and what has one of class 4 did not (RFC 3463 §3.1).

    A system that has given up says so by `Action: failed` and often keeps class 4 (RFC 3464 §2.3.3): missed here.
    """
    wanted = {code[:1] == "5" for code in case["status"] if code}
    return not (wanted and case["is_bounce"]) or wanted == {bool(one["permanent"]) for one in seen["failed"]}


CHECKS: dict[str, Callable[[Case, Seen], bool]] = {
    "reply": reply,
    "with_signature_reply": lambda case, seen: squash(case["with_signature_reply"]) in replies(seen),
    "reply_has": has("reply_has", lambda seen: replies(seen)[1]),
    "reply_hasnt": hasnt("reply_hasnt", lambda seen: replies(seen)[0]),
    "with_signature_reply_has": has("with_signature_reply_has", lambda seen: replies(seen)[1]),
    "with_signature_reply_hasnt": hasnt("with_signature_reply_hasnt", lambda seen: replies(seen)[0]),
    "signature_has": has("signature_has", lambda seen: squash(seen["signature"])),
    "signature": signature,
    "forward": forward,
    "subject": lambda case, seen: squash(case["subject"]) == seen["subject"],
    "from_addr": lambda case, seen: (seen["from"] or {}).get("address") == case["from_addr"].lower(),
    "from_name": lambda case, seen: (seen["from"] or {}).get("name") == squash(case["from_name"]),
    "to_addrs": addresses,
    "text": lambda case, seen: squash(case["text"]) == squash(seen["text"]),
    "text_has": has("text_has", lambda seen: squash(seen["text"])),
    "attachments": attachments,
    "n_attachments": lambda case, seen: len(seen["attachments"]) == case["n_attachments"],
    "is_bounce": lambda case, seen: (seen["nature"] == "bounce") == case["is_bounce"],
    "is_auto": lambda case, seen: (seen["nature"] != "human") == case["is_auto"],
    "no_autoreply": lambda case, seen: (not seen["may_answer"]) == case["no_autoreply"],
    "hard": hard,
    "status": status,
}
"""By key of expected.jsonl; keys that are not here are notes of the suites' own."""


def read(folder: Path) -> Iterator[tuple[Case, Seen]]:
    """What is expected of each mail of a suite, and what the command sees in it."""
    command = [sys.executable, "-m", "supportbot", "inspect", "--json", str(folder)]
    shown = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    seen = {one["file"]: one for one in map(json.loads, shown.splitlines())}
    for line in (folder / "expected.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        yield case, seen[case["file"]]


def measure(folder: Path, show: bool) -> None:
    begun = time.perf_counter()
    counts: dict[str, list[int]] = {}
    missed: list[str] = []
    met = total = 0
    for case, seen in read(folder):
        judged = {key: "error" not in seen and CHECKS[key](case, seen) for key in case if key in CHECKS}
        for key, good in judged.items():
            count = counts.setdefault(key, [0, 0])
            count[0] += good
            count[1] += 1
        total += bool(judged)
        met += bool(judged) and all(judged.values())
        if not all(judged.values()):
            wrong = [key for key, good in judged.items() if not good]
            missed.append(f"{case['file']} {case['id']}: {', '.join(wrong)}")
            if show:
                missed += [f"    wanted { ({key: case[key] for key in wanted_with(case, wrong)})!r}"]
                missed += [f"    {key}: {str(seen.get(key))[:400]!r}" for key in TEXT_KEYS if seen.get(key)]
    share = f"{met / max(1, total):.1%}"
    print(f"{folder.name}: {met} of {total} cases ({share}), {time.perf_counter() - begun:.1f} s")
    every = [sum(column) for column in zip(*counts.values(), strict=True)]
    print(
        f"    {every[0]} of {every[1]} expectations: "
        + ", ".join(f"{key} {good}/{count}" for key, (good, count) in sorted(counts.items()))
    )
    print(*(f"    {line}" for line in missed), sep="\n")


def wanted_with(case: Case, wrong: list[str]) -> list[str]:
    return [key for key in (*wrong, "reply_strip_sig") if key in case]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("suites", type=Path)
    options.add_argument("--misses", default="", help="suites whose misses are shown in full")
    chosen = options.parse_args()
    for folder in sorted(path.parent for path in chosen.suites.glob("*/expected.jsonl")):
        measure(folder, folder.name in chosen.misses.split(","))


if __name__ == "__main__":
    main()
