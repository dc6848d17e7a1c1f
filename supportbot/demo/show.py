"""`supportbot demo`: the real daemon on embedded servers, and what becomes of a dozen mails, shown as it happens.

Exit code 0 only when every mail has its verdict and everything that was to be sent has been accepted.
"""

import asyncio
import email
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.policy import default
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from supportbot import app, folders
from supportbot.app import Desk, Watchers
from supportbot.config_file import load
from supportbot.demo import mails
from supportbot.demo.mails import Sample
from supportbot.demo.servers import PASSWORD, USER, Accepted, Mailbox, Sink, embedded_mailbox, embedded_sink
from supportbot.logs import start_logs
from supportbot.mail.clean import visible
from supportbot.store import outbox, tickets, timers
from supportbot.store import registry as stored_registry
from supportbot.store.outbox import Claimed
from supportbot.tickets.retry import Outcome, Sent
from supportbot.triage import explain, registry
from supportbot.workers.settle import Settled
from supportbot.workers.timer import DIGEST

SENT = {"ack": "acknowledgement", "forward": "mail to the partner", "alert": "alert to staff", "digest": "digest"}

LONGEST = 45.0
"""Seconds that the demo waits for the daemon."""

CONFIG = """\
[desk]
address = "kundcenter@icentrex.se"
secret  = {{ file = "secret.key" }}

[rules]
folder = "{rules}"

[[mailbox]]
name = "kundcenter"
host = "127.0.0.1"
port = {imap}
tls  = "none"
user = "{user}"
auth = {{ password = {{ file = "imap-password.txt" }} }}

[smtp]
host = "127.0.0.1"
port = {smtp}
tls  = "none"

[[staff]]
address = "lisa@icentrex.se"
name    = "Lisa"

[digest]
to = ["kundcenter-team@icentrex.se"]

[alert]
to = ["jour@icentrex.se"]

[log]
level = "warning"
"""


@dataclass(slots=True)
class Line:
    """One mail of the live table."""

    sample: Sample
    verdict: str = "…"
    decision: str = ""
    sent: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Board:
    """What the live table shows; told by the daemon's workers."""

    lines: dict[int, Line] = field(default_factory=dict)
    """By inbox id: the embedded server gives mails their UIDs in the order of delivery."""
    by_key: dict[str, Line] = field(default_factory=dict)

    def settled(self, what: Settled) -> None:
        line = self.lines[what.inbox_id]
        line.verdict = what.verdict + (f" {what.ticket}" if what.ticket else "")
        line.decision = _in_short(what)
        self.by_key |= dict.fromkeys(what.sends, line)

    def delivered(self, row: Claimed, outcome: Outcome) -> None:
        line = self.by_key.get(row.key)
        if line and isinstance(outcome, Sent):
            line.sent.append(SENT[row.kind] + ("" if row.kind == "ack" else f"\n  {row.recipient}"))

    def table(self) -> Table:
        table = Table(title="Mails and what became of them", title_justify="left", expand=True)
        for name in ("mail", "verdict", "decided", "sent"):
            table.add_column(name, overflow="fold")
        for line in self.lines.values():
            first = Text(line.sample.shows, style="bold")
            first.append(f"\n{line.sample.sender}", style="dim")
            table.add_row(first, Text(line.verdict), Text(line.decision), Text("\n".join(line.sent)))
        return table


def _in_short(what: Settled) -> str:
    decision = what.decision
    if decision is None or decision.route == "none":
        return what.reason
    words = [decision.kind, decision.category, f"customer {decision.customer or 'unknown'}", f"route {decision.route}"]
    words += ["URGENT"] if decision.urgent else []
    words += [f"billable? {decision.billable_reason}"] if decision.billable else []
    return ", ".join(words) if what.verdict == "ticket" else what.reason


async def show(keep: bool = False) -> int:
    """Run the demo. Returns the exit code."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="supportbot-demo-") as name:
        async with embedded_mailbox() as mailbox, embedded_sink() as sink:
            folder = Path(name)
            await _make_desk(folder, mailbox, sink)
            start_logs("text", "warning")
            board, stop = Board(), asyncio.Event()
            async with _daemon(folder, board, stop) as desk:
                try:
                    async with asyncio.timeout(LONGEST):
                        await _play(console, desk, board, mailbox, sink)
                        await _show_results(console, desk, sink)
                except TimeoutError:
                    console.print(f"The daemon was not done within {LONGEST:.0f} s.", style="bold red")
                    return 1
                _show_next(console)
                if keep:
                    await _keep(console, folder, mailbox, sink, stop)
    return 0


async def _make_desk(folder: Path, mailbox: Mailbox, sink: Sink) -> None:
    rules = folders.shipped("rules")
    text = CONFIG.format(rules=rules, imap=mailbox.port, smtp=sink.port, user=USER)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    (folder / "secret.key").write_text("a secret of the demo that is not one\n", encoding="ascii")
    (folder / "imap-password.txt").write_text(PASSWORD, encoding="ascii")


@asynccontextmanager
async def _daemon(folder: Path, board: Board, stop: asyncio.Event) -> AsyncIterator[Desk]:
    """The registry imported and the daemon running, until the end of the context."""
    async with app.open_desk(load(folder / "config.toml")) as desk:
        sample = registry.read(folders.read_registry(folders.sample_registry()))
        await desk.database.write(lambda conn: stored_registry.replace(conn, sample))
        await desk.reload()
        watchers = Watchers([board.settled], [board.delivered])
        running = asyncio.create_task(app.run(desk, stop, watchers))
        try:
            yield desk
        finally:
            stop.set()
            await running


async def _play(console: Console, desk: Desk, board: Board, mailbox: Mailbox, sink: Sink) -> None:
    """Deliver both rounds, and redraw the table until all of it is done."""
    with Live(board.table(), console=console, refresh_per_second=8) as live:
        for make in (mails.first_round, lambda: mails.second_round(sink.mails)):
            for sample in make():
                board.lines[len(board.lines) + 1] = Line(sample)
                await mailbox.deliver(sample.content)
                await asyncio.sleep(0.15)
                live.update(board.table())
            while not await _done(desk, board):
                await asyncio.sleep(0.1)
                live.update(board.table())


async def _done(desk: Desk, board: Board) -> bool:
    counts = await desk.database.read(outbox.counts)
    return all(line.verdict != "…" for line in board.lines.values()) and not (
        counts.get("queued", 0) + counts.get("sending", 0)
    )


async def _show_results(console: Console, desk: Desk, sink: Sink) -> None:
    """One ticket with its why, one acknowledgement, one partner mail, the digest: as they were sent."""
    urgent = next(t for t in await desk.database.read(tickets.open_urgent) if t.decision.route == "support")
    assert desk.known.judging is not None
    why = explain.explain(urgent.decision, desk.known.judging.book.terms, passed_over=False)
    _show_text(console, f"Why ticket {urgent.number} is what it is", why)
    _show_mail(console, "The acknowledgement to the customer", sink.mails, urgent.sender or "")
    _show_mail(console, "The mail to a partner", sink.mails, "support@gronklint.example")
    await desk.database.write(lambda conn: timers.set(conn, DIGEST, desk.now(), DIGEST, overwrite=True))
    (to,) = desk.known.digest_to
    while not any(mail.recipient == to.address for mail in sink.mails):
        await asyncio.sleep(0.1)
    _show_mail(console, "The digest to staff", sink.mails, to.address)


def _show_text(console: Console, title: str, text: str) -> None:
    shown = "\n".join(visible(line) for line in text.split("\n"))
    console.print(Panel(Text(shown), title=title, title_align="left"))


def _show_mail(console: Console, title: str, sent: list[Accepted], recipient: str) -> None:
    mail = next(mail for mail in sent if mail.recipient == recipient)
    read = email.message_from_bytes(mail.content, policy=default)
    lines = [f"{name}: {read[name]}" for name in ("From", "To", "Reply-To", "Subject") if read[name]]
    lines += [f"Attached: {part.get_content_type()}" for part in read.iter_attachments()]
    body = read.get_body(("plain",))
    _show_text(
        console, title, "\n".join([*lines, "", str(body.get_content()).replace("\r\n", "\n").rstrip() if body else ""])
    )


def _show_next(console: Console) -> None:
    console.print(
        Text(
            "To run it for real:\n"
            "  supportbot init /etc/supportbot     a folder with config.toml, rules/ and a sample registry\n"
            "  supportbot check --config …         says what is missing, and how to mend it\n"
            "  supportbot run --config …           the daemon\n"
            "docs/operating.md says the rest. `supportbot demo --keep` leaves this one running."
        )
    )


async def _keep(console: Console, folder: Path, mailbox: Mailbox, sink: Sink, stop: asyncio.Event) -> None:
    """Leave it running until Ctrl-C, and say how to play with it."""
    app.stop_on_signals(stop)
    console.print(
        Text(
            f"\nIt is running. Ctrl-C ends it.\n"
            f"  IMAP: 127.0.0.1 port {mailbox.port}, user {USER}, password {PASSWORD}, no TLS\n"
            f"  SMTP: 127.0.0.1 port {sink.port} takes everything\n"
            f"  supportbot tickets list --config {folder / 'config.toml'}\n"
            f"  supportbot ticket 10002 take --config {folder / 'config.toml'}"
        )
    )
    await stop.wait()
