"""Outlook's winmail.dat (TNEF, MS-OXTNEF §2.1) -> the files inside. Pure.

Only the attribute list is walked, each attribute once; what the lengths promise and the bytes do not hold ends it.
"""

import struct

_SIGNATURE = 0x223E9F78
_TITLE, _DATA, _RENDER = 0x00018010, 0x0006800F, 0x00069002
_HEAD = struct.Struct("<BII")
_MOST_FILES = 100


def files(content: bytes) -> list[tuple[str, bytes]]:
    """Names (as the bytes give them, not yet safe) with contents; none for what is no TNEF. Never raises."""
    found: list[tuple[str, bytes]] = []
    name, data = "", b""
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return found
    position = 6
    while position + _HEAD.size <= len(content) and len(found) < _MOST_FILES:
        _level, attribute, length = _HEAD.unpack_from(content, position)
        position += _HEAD.size
        value = content[position : position + length]
        position += length + 2  # a checksum follows
        if attribute == _RENDER and (name or data):
            found.append((name, data))
            name, data = "", b""
        elif attribute == _TITLE:
            name = value.split(b"\0")[0].decode("cp1252", "replace")
        elif attribute == _DATA:
            data = value
    if name or data:
        found.append((name, data))
    return found
