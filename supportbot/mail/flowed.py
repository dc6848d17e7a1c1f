"""format=flowed text -> paragraphs on one line each (RFC 3676). Pure.

The trap: quote marks count before anything is joined, and `-- ` (a signature follows) ends in a space but never flows.
"""

import re

_QUOTED = re.compile(r"(>*)( ?)(.*)")


def unflow(text: str, delete_space: bool = False) -> str:
    """`delete_space` is DelSp=yes: the space that marks the soft break is no part of the text."""
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, content = _taken_apart(line)
        flows = content.endswith(" ") and content != "-- "
        shown = content[:-1] if flows and delete_space else content
        if depth == open_depth and content != "-- ":
            lines[-1].append(shown)
        else:
            lines.append([">" * depth + (" " if depth else ""), shown])
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in lines)


def _taken_apart(line: str) -> tuple[int, str]:
    found = _QUOTED.match(line)
    return (len(found[1]), found[3]) if found else (0, line)
