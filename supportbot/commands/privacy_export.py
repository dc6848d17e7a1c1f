"""Everything found about an address -> a folder: index.txt to read, data.json for programs, mails and letters as .eml.

The folder is for its owner only. The trap: what others wrote in somebody else's ticket is theirs; of texts that only
name the address, the export says where they stand and no more.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from supportbot.commands.common import counted
from supportbot.mail.clean import visible
from supportbot.store import contents, tables
from supportbot.store.about import Found
from supportbot.tickets.same_address import Wanted

INDEX = """\
Personal data about {address}, as stored on {now:%Y-%m-%d %H:%M %Z}
(General Data Protection Regulation, article 15). Personuppgifter om {address} (dataskyddsförordningen, artikel 15).

data.json   everything in one file, for programs
mails/      the mails as they came (.eml)
letters/    what was sent about them (.eml)
"""


def write_export(
    conn: Connection, found: Found, wanted: Wanted, folder: Path, now: datetime, zone: ZoneInfo
) -> dict[str, int]:
    """Write the folder; how much of what is in it. `zone`: of the times in index.txt. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True)
    data: dict[str, Any] = {"address": wanted.address, "at": now}
    data["tickets"] = [_ticket(conn, number) for number in found.tickets]
    data["mails"] = _with_files(conn, tables.inbox, found.mails, folder / "mails")
    data["letters"] = _with_files(conn, tables.outbox, found.letters, folder / "letters")
    data["registry"] = [_row(conn, one.table, one.key) for one in found.registry]
    data["also_named_in"] = [
        *({"table": one.table, "key": list(one.key), "columns": list(one.columns)} for one in found.texts),
        *({"table": "inbox", "key": [one]} for one in found.named_mails),
        *({"table": "outbox", "key": [one]} for one in found.named_letters),
    ]
    text = json.dumps(data, ensure_ascii=False, indent=1, default=_plain)
    _write(folder / "data.json", text.encode("utf-8", "replace"))
    _write(folder / "index.txt", _index(data, wanted, now, zone).encode("utf-8", "replace"))
    return {name: len(data[name]) for name in ("tickets", "mails", "letters", "registry")}


def _ticket(conn: Connection, number: int) -> dict[str, Any]:
    row = _row(conn, "tickets", (number,))
    for name in ("articles", "journal", "corrections", "participants"):
        table = tables.METADATA.tables[name]
        rows = conn.execute(select(table).where(table.c.ticket == number).order_by(*table.primary_key))
        row[name] = [_opened(one) for one in rows.mappings()]
    return row


def _with_files(conn: Connection, table: Any, ids: Iterable[int], folder: Path) -> list[dict[str, Any]]:
    folder.mkdir(mode=0o700)
    told = []
    for one in ids:
        row = _row(conn, table.name, (one,))
        try:
            _write(folder / f"{one}.eml", contents.get(conn, row["sha256"]))
            row["file"] = f"{folder.name}/{one}.eml"
        except LookupError:
            row["file"] = None  # removed by its age
        told.append(row)
    return told


def _row(conn: Connection, name: str, key: tuple[Any, ...]) -> dict[str, Any]:
    table = tables.METADATA.tables[name]
    wanted = select(table)
    for column, value in zip(table.primary_key, key, strict=True):
        wanted = wanted.where(column == value)
    return _opened(conn.execute(wanted).mappings().one())


def _opened(row: Any) -> dict[str, Any]:
    """JSON inside texts as what it says."""
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _index(data: dict[str, Any], wanted: Wanted, now: datetime, zone: ZoneInfo) -> str:
    def at(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"

    lines = [INDEX.format(address=wanted.address, now=now.astimezone(zone))]
    for row in data["tickets"]:
        lines.append(f"Ticket {row['number']}, {at(row['opened'])}, {row['status']}: {row['subject']}")
        lines += [f"    {at(one['at'])} {one['kind']} by {one['author']}" for one in row["articles"]]
        lines += [f"    {at(one['at'])} {one['what']}: {one['text']}" for one in row["journal"]]
    lines += ["", "Mails:"]
    for row in data["mails"]:
        what = f"ticket {row['ticket']}" if row["ticket"] else row["verdict"]
        lines.append(f"    {row['file'] or 'content removed'}, received {at(row['received'])}, {what}")
    lines += ["", "Letters:"]
    for row in data["letters"]:
        to = row["recipient"] or "(removed)"
        lines.append(f"    {row['file'] or 'content removed'}, {row['kind']} to {to}, {at(row['created'])}")
    lines += ["", "Rows of the registry:"]
    lines += [
        f"    {row.get('name', '')}: {json.dumps(row, ensure_ascii=False, default=_plain)}" for row in data["registry"]
    ]
    lines += ["", f"Named in {counted(len(data['also_named_in']), 'more place')} (data.json: also_named_in)."]
    return "\n".join(visible(part) for line in lines for part in str(line).split("\n")) + "\n"


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
