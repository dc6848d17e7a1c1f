"""Every way to fail, and what happens then.

A class says what the caller does next; the text says what went wrong, where, and how to mend it.
Expected outcomes of sending are values, not errors: see tickets/retry.py.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what a person gave us: where it stands, what is wrong, how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        return f"{line} {self.mend}".rstrip()


class SupportbotError(Exception):
    """Common root of these classes, so that a command can catch them without catching bugs.

    `what` went wrong, and how to `mend` it where that is known; the text is both.
    """

    def __init__(self, what: str = "", mend: str = "") -> None:
        self.what, self.mend = what, mend
        super().__init__(f"{what} {mend}".rstrip())


class Invalid(SupportbotError):
    """Config, rules, registry or command are wrong: show all problems at once, change nothing."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@contextmanager
def collected(problems: list[Problem]) -> Iterator[None]:
    """Add the problems of what is Invalid within to these, and go on behind the block: so all are told at once."""
    try:
        yield
    except Invalid as error:
        problems.extend(error.problems)


class Unreachable(SupportbotError):
    """An outside system does not answer as it should: try again later, with back-off."""


class Away(Unreachable):
    """Our own database does not answer, or stores nothing: try again within seconds; nobody is burdened by it."""


class Denied(SupportbotError):
    """An outside system refuses us (credentials, rights): tell the operator, try again slowly."""


class Occupied(SupportbotError):
    """Another daemon, or a newer program, owns the data: stop at once, touch nothing."""
