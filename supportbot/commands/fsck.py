"""`fsck`: everything stored, held against what was noted when it was stored -> findings, each with its mend."""

from collections import Counter
from dataclasses import dataclass
from typing import get_args

import typer

from supportbot.commands.common import DEFAULT_CONFIG, ConfigOption, JsonOption, counted, say, say_json
from supportbot.commands.opening import Stored, with_database
from supportbot.store import fsck as store_fsck
from supportbot.store.fsck_values import Finding, Kind

SHOWN = 20
"""Findings of one kind that are shown to people; --json gives all."""
RESTORE = "Have them back from a backup: supportbot db restore (PostgreSQL: pg_restore)."


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of finding means, and what is to be done."""

    title: str
    means: str
    mend: str


WORDS: dict[Kind, Words] = {
    "damaged": Words(
        "bytes that are not those that were stored",
        "The disk or another program has changed them. Tickets and their texts are not touched by it.",
        "Look at the disk first (SMART, dmesg). A mail still lies in the mailbox's folder; " + RESTORE,
    ),
    "bytes_gone": Words(
        "bytes that are gone",
        "The row is there, what it says came or leaves is not. Letters without bytes cannot leave.",
        "A mail still lies in the mailbox's folder. " + RESTORE,
    ),
    "unnamed": Words(
        "bytes that nobody names",
        "No mail and no letter is lost by it, but they may hold personal data that retention does not find.",
        "Tell the makers how it came about; delete the rows of `contents` by their hash.",
    ),
    "stray_file": Words(
        "files that no row names",
        "What a storing that failed (a full disk) or a removal left behind. No mail is lost by it.",
        "They go with the next night's removal, or now: supportbot privacy retention",
    ),
    "no_ticket": Words(
        "mails or letters whose ticket is not there",
        "What somebody wrote may have been seen by nobody.",
        "Read it (quarantine show, outbox show), answer by hand, and restore a backup that has the ticket.",
    ),
    "no_mail": Words(
        "tickets or articles without their mail",
        "The ticket says that a mail came which is not stored.",
        "Work on the ticket as it is; the mail is in the mailbox's folder, or in a backup.",
    ),
    "no_article": Words(
        "mails that are missing in their ticket",
        "The mail has its verdict, but nobody sees it in the ticket.",
        "Read it in the mailbox's folder, and put it into the ticket: supportbot ticket NUMBER note",
    ),
    "doubled": Words(
        "things that stand twice",
        "One mail or letter was taken for two.",
        "Resolve the later ticket, and tell the makers: this must never be.",
    ),
    "other_ticket": Words(
        "articles in another ticket than their mail's",
        "A mail is shown in a ticket that it does not belong to.",
        "Look at both tickets, and tell the makers: this must never be.",
    ),
    "half_done": Words(
        "rows that say two things",
        "State, verdict and time of the end go together, and do not here.",
        "Tell the makers; restore a backup if there are many.",
    ),
    "unclaimed": Words(
        "claims whose daemon is gone",
        "A daemon was at work on them when it ended. Nothing is lost: the next one takes them up.",
        "Is a daemon running? supportbot status --alive, supportbot run",
    ),
    "unreadable": Words(
        "what cannot be read",
        "Pages, rows or files of the database are damaged.",
        "Stop the daemon, copy the database aside, look at the disk, and restore the last good backup.",
    ),
    "orphan": Words(
        "rows whose ticket is not there",
        "What was written about a ticket is left, the ticket itself is not.",
        "Restore a backup that has the ticket.",
    ),
    "counter": Words(
        "counters that are behind",
        "The next number was given already: nothing new can be stored.",
        "Stop the daemon and restore a backup, or put the counter above the highest number in SQL.",
    ),
    "constraint": Words(
        "constraints that do not hold",
        "The database no longer keeps what the program relies on.",
        "Restore a backup; on PostgreSQL VALIDATE CONSTRAINT or REINDEX, once the rows are mended.",
    ),
    "schema": Words(
        "tables that are not this program's",
        "Somebody has changed the schema by hand: nothing may double or be lost only while its keys are there.",
        "Undo the change, or restore a backup.",
    ),
}
assert set(WORDS) == set(get_args(Kind))


def fsck(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Hold everything that is stored against what was noted when it was stored.

    It reads every mail and letter, and changes nothing; the daemon may run. Exit code 0: all is whole; 1: findings,
    each with what it means and its mend.

    Example: supportbot fsck --config /etc/supportbot/config.toml
    """

    async def work(stored: Stored) -> dict[Kind, list[Finding]]:
        async for finding in store_fsck.check(stored.database, stored.now()):
            many[finding.kind] += 1
            if as_json:
                _say_line(finding)
            elif many[finding.kind] <= SHOWN:
                shown.setdefault(finding.kind, []).append(finding)
        return shown

    many: Counter[Kind] = Counter()
    shown: dict[Kind, list[Finding]] = {}
    with_database(config, work)
    if not as_json:
        _tell(shown, many)
    raise typer.Exit(1 if many else 0)


def _say_line(finding: Finding) -> None:
    words = WORDS[finding.kind]
    said = {"kind": finding.kind, "where": finding.where, "what": finding.what}
    say_json(said | {"means": words.means, "mend": words.mend})


def _tell(shown: dict[Kind, list[Finding]], many: "Counter[Kind]") -> None:
    for kind, findings in shown.items():
        words = WORDS[kind]
        say(f"{many[kind]} {words.title}")
        for finding in findings:
            say(f"  - {finding.where}: {finding.what}")
        if many[kind] > len(findings):
            say(f"  - … and {many[kind] - len(findings)} more: supportbot fsck --json")
        say(f"  It means: {words.means}")
        say(f"  Mend:     {words.mend}")
        say()
    if many:
        say(f"{counted(many.total(), 'finding')}.")
    else:
        say("All is whole: every mail and letter is as it was stored, and everything fits together.")
