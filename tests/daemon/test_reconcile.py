"""`reconcile` and `fsck` beside the running daemon, held against a real server: what differs is named, and no more."""

import asyncio
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from daemon_desk import mail
from sqlalchemy import update

from supportbot.store import tables

pytestmark = pytest.mark.slow

MAILS = [mail(f"Hej! Telefon nummer {number} är svart.", message_id=f"<{number}@kund.example>") for number in range(4)]


async def command(daemon, *words):
    file = daemon.desk.config.folder / "config.toml"
    line = [sys.executable, "-m", "supportbot", *words, "--config", file, "--json"]
    ran = await asyncio.to_thread(subprocess.run, line, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in ran.stderr, ran.stderr
    return SimpleNamespace(code=ran.returncode, rows=[json.loads(row) for row in ran.stdout.splitlines()])


async def change(daemon, mail_id, **values):
    changed = update(tables.inbox).where(tables.inbox.c.id == mail_id).values(**values)
    await daemon.desk.database.write(lambda conn: conn.execute(changed))


async def test_beside_a_daemon_at_work_it_adds_up_and_nothing_is_found(daemon):
    daemon.deliver(*MAILS)
    daemon.deliver(MAILS[0])
    at_work = await asyncio.gather(command(daemon, "reconcile"), command(daemon, "fsck"))
    assert [(one.code, one.rows if one.code else []) for one in at_work] == [(0, []), (0, [])]
    await daemon.settled(5)
    await daemon.put_away("Handled", 5)
    settled, whole = await asyncio.gather(command(daemon, "reconcile"), command(daemon, "fsck"))
    assert (settled.code, whole.code) == (0, 0)
    (box,) = settled.rows
    assert (box["seen"], box["tickets"], box["none"], box["put_away"]) == (5, 4, {"duplicate": 1}, 5)
    assert box["server"] == {"inbox": 0, "done": 5, "aside": 0}


async def test_what_differs_from_the_server_is_named(daemon):
    daemon.deliver(*MAILS)
    await daemon.settled(4)
    await daemon.put_away("Handled", 4)
    daemon.stop.set()  # one that stands still, so that nothing is mended meanwhile
    await asyncio.sleep(1)
    daemon.deliver(*(mail(f"Ingen har läst det här: {n}.", message_id=f"<later.{n}@kund.example>") for n in range(3)))
    await change(daemon, 1, uid=5, on_server="moved")
    await change(daemon, 2, uid=6, on_server="settled")
    await change(daemon, 3, on_server="settled")
    answer = await command(daemon, "reconcile")
    assert answer.code == 1
    (box,) = answer.rows
    assert not box["adds_up"]
    assert [(one["kind"], one["where"]) for one in box["differences"]] == [
        ("not stored", "UID 7"),
        ("still there", "mail 1 (UID 5)"),
        ("to put away", "mail 2 (UID 6)"),
        ("not there", "mail 3 (UID 3)"),
    ]
    assert all(one["mend"] for one in box["differences"])
