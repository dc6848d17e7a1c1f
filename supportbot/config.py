"""config.toml -> Config, or all its problems at once.

Machine and team stand here; judgement stands in rules/, contracts in the registry. Unknown keys are refused, and a
secret is never written into the file: `{ env = "NAME" }` or `{ file = "path" }`, read when it is used.
The trap: paths in the file are relative to the file, not to the folder that the program was started in.
"""

import difflib
import re
from datetime import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import Field, field_validator, model_validator

from supportbot.config_values import (
    Age,
    Auth,
    Host,
    MailAddress,
    Mistake,
    Secret,
    Section,
    TimeOfDay,
    is_elsewhere,
    is_loopback,
)

SQLITE = "sqlite:///"
"""How the address of a database in a file begins."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def sqlite_file(url: str, folder: Path) -> Path | None:
    """The file of a SQLite database, taken from `folder`; None for another database."""
    return folder / url.removeprefix(SQLITE) if url.startswith(SQLITE) else None


class Hours(Section):
    days: str = "mon-fri"
    opens: TimeOfDay = Field(default=time(8), alias="from")
    closes: TimeOfDay = Field(default=time(17), alias="to")
    holidays: Literal["SE", ""] = "SE"
    eves: bool = True

    @field_validator("days")
    @classmethod
    def _known_days(cls, value: str) -> str:
        day = "|".join(DAYS)
        if not re.fullmatch(rf"({day})(-({day}))?(,\s*({day})(-({day}))?)*", value):
            raise Mistake("is not a list of days.", f'Write "mon-fri" or "mon,wed", of {", ".join(DAYS)}.')
        return value

    @model_validator(mode="after")
    def _opens_first(self) -> "Hours":
        if self.opens >= self.closes:
            what = f"opens at {self.opens:%H:%M} and closes at {self.closes:%H:%M}."
            raise Mistake(what, "Write the earlier time of the day as from, the later one as to.")
        return self

    @property
    def weekdays(self) -> frozenset[int]:
        """0 is Monday."""
        days: set[int] = set()
        for part in re.split(r",\s*", self.days):
            first, _, last = part.partition("-")
            start, end = DAYS.index(first), DAYS.index(last or first)
            days.update(day % 7 for day in range(start, end + 1 if end >= start else end + 8))
        return frozenset(days)


class DeskSection(Section):
    address: MailAddress
    name: str = "iCentrex kundcenter"
    phone: str = "020-20 20 22"
    languages: list[Literal["sv", "en"]] = ["sv", "en"]
    timezone: str = "Europe/Stockholm"
    hours: Hours = Hours()
    authserv_id: str | None = None
    secret: Secret = Secret(file=Path("secret.key"))
    previous_secret: Secret | None = None
    also: list[MailAddress] = []

    @field_validator("languages")
    @classmethod
    def _speaks_one(cls, value: list[str]) -> list[str]:
        if not value:
            raise Mistake("names no language.", 'Write ["sv", "en"], or one of them.')
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), 1)
            mend = f'Did you mean "{near[0]}"?' if near else 'Write continent and city: "Europe/Stockholm".'
            raise Mistake(f'"{value[:60]}" is no time zone.', mend)
        return value

    @field_validator("phone")
    @classmethod
    def _a_number(cls, value: str) -> str:
        try:
            valid = phonenumbers.is_valid_number(phonenumbers.parse(value, "SE"))
        except phonenumbers.NumberParseException:
            valid = False
        if not valid:
            raise Mistake("is not a valid Swedish telephone number.", 'Write it as one dials it: "020-20 20 22".')
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class DatabaseSection(Section):
    url: str = "sqlite:///supportbot.db"
    password: Secret | None = None

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        mend = 'Write "sqlite:///supportbot.db", or "postgresql+asyncpg://user@host/database".'
        if not value.startswith((SQLITE, "postgresql+asyncpg://")):
            what = 'must begin with "sqlite:///" (one daemon) or "postgresql+asyncpg://" (many).'
            raise Mistake(what, mend)
        if value.startswith(SQLITE):
            if not value.removeprefix(SQLITE).strip("/"):
                raise Mistake("names no file.", mend)
            return value
        try:
            password, _ = urlsplit(value).password, urlsplit(value).port
        except ValueError:
            raise Mistake("has a host or a port that cannot be read.", mend) from None
        if password:
            raise Mistake("must not hold the password.", 'Write password = { env = "NAME" } or { file = "path" }.')
        return value

    @model_validator(mode="after")
    def _password_of_a_server(self) -> "DatabaseSection":
        if self.password and self.url.startswith(SQLITE):
            raise Mistake("a SQLite database has no password.", "Remove it.")
        return self


class RulesSection(Section):
    folder: Path = Path("rules")


class Folders(Section):
    inbox: str = "INBOX"
    done: str = "Handled"
    aside: str = "Set aside"

    @field_validator("inbox", "done", "aside")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value or not value.isprintable():
            raise Mistake("is not a folder's name.", 'Write one such as "Handled", without signs that do not print.')
        return value

    @model_validator(mode="after")
    def _three(self) -> "Folders":
        names = [name.upper() if name.upper() == "INBOX" else name for name in (self.inbox, self.done, self.aside)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            what = f'names "{twice}" twice, so that mails could not be told from handled ones.'
            raise Mistake(what, "Give inbox, done and aside a folder each.")
        return self


_IN_THE_CLEAR = 'tls = "none" sends password and mails unencrypted to another machine ({}).'


class MailboxSection(Section):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    host: Host
    port: int = Field(default=993, ge=1, le=65535)
    tls: Literal["tls", "none"] = "tls"
    ca_file: Path | None = None
    user: str
    auth: Auth
    folders: Folders = Folders()
    idle_seconds: int = Field(default=540, ge=2, le=540)
    search_seconds: int = Field(default=300, ge=1, le=300)
    poll_seconds: int = Field(default=30, ge=1, le=300)
    timeout_seconds: int = Field(default=30, ge=1, le=120)

    @model_validator(mode="after")
    def _encrypted_to_others(self) -> "MailboxSection":
        if self.tls == "none" and is_elsewhere(self.host):
            raise Mistake(_IN_THE_CLEAR.format(self.host), 'Set tls = "tls".')
        return self


class SmtpSection(Section):
    host: Host
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    user: str | None = None
    auth: Auth | None = None
    connections: int = Field(default=2, ge=1, le=10)
    timeout_seconds: int = Field(default=30, ge=1, le=120)
    final_reply_seconds: int = Field(default=600, ge=1, le=1200)

    @model_validator(mode="after")
    def _user_with_password(self) -> "SmtpSection":
        if (self.user is None) != (self.auth is None):
            raise Mistake("user and auth go together.", "Give both or neither.")
        return self

    @model_validator(mode="after")
    def _encrypted_to_others(self) -> "SmtpSection":
        if self.tls == "none" and is_elsewhere(self.host):
            raise Mistake(_IN_THE_CLEAR.format(self.host), 'Set tls = "starttls" or "tls".')
        return self


class StaffMember(Section):
    address: MailAddress
    name: str = ""


class DigestSection(Section):
    to: list[MailAddress] = []
    at: list[TimeOfDay] = [time(7, 45), time(13)]

    @field_validator("at")
    @classmethod
    def _each_once(cls, value: list[time]) -> list[time]:
        return sorted(set(value))


class AlertSection(Section):
    to: list[MailAddress] = []
    repeat_minutes: int = Field(default=10, ge=1, le=1440)


class LimitsSection(Section):
    max_size_mb: int = Field(default=50, ge=1, le=200)
    batch_mails: int = Field(default=100, ge=1, le=500)
    batch_mb: int = Field(default=8, ge=1, le=64)
    acks_unproven_per_hour: int = Field(default=60, ge=0)
    acks_proven_per_day: int = Field(default=20, ge=1)
    acks_same_words_per_day: int = Field(default=1, ge=1)
    alerts_per_hour: int = Field(default=60, ge=1)

    @property
    def of_what_leaves(self) -> tuple[int, int, int, int]:
        acks = (self.acks_unproven_per_hour, self.acks_proven_per_day, self.acks_same_words_per_day)
        return *acks, self.alerts_per_hour


class RetentionSection(Section):
    """How long what is done with is kept (GDPR article 5.1 e): ages in days, None for ever."""

    at: TimeOfDay = time(3, 30)
    handled_mails: Age = 90
    machine_mails: Age = 30
    set_aside: Age = 180
    letters: Age = 90
    tickets: Age = 730
    journal: Age = 730
    corrections: Age = 730


class WatchSection(Section):
    """How the daemon is watched: pages for Prometheus, alarms to people, a heartbeat to a switch outside."""

    listen: str | None = None
    open: bool = False
    alarm_to: list[MailAddress] = []
    alarm_minutes: int = Field(default=5, ge=1, le=60)
    heartbeat_url: str | None = None
    heartbeat_to: list[MailAddress] = []
    heartbeat_minutes: int = Field(default=5, ge=1, le=1440)

    @field_validator("listen")
    @classmethod
    def _a_port(cls, value: str | None) -> str | None:
        if value is not None:
            _host_and_port(value)
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _a_web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
            raise Mistake("is no web address.", 'Write it in full: "https://switch.example/ping".')
        return value

    @model_validator(mode="after")
    def _open_only_where_it_is_said(self) -> "WatchSection":
        if self.at and not self.open and not is_loopback(self.at[0]):
            what = "listen is not on this machine only, and the pages ask for no password."
            raise Mistake(what, 'Write "127.0.0.1:9464", or say open = true.')
        return self

    @property
    def at(self) -> tuple[str, int] | None:
        """Host and port to listen on; None: no pages."""
        return _host_and_port(self.listen) if self.listen else None


def _host_and_port(value: str) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([^\s:\[\]]+)):(\d{1,5})", value)
    if not found or not 0 < int(found[3]) < 65536:
        raise Mistake("is no address with a port.", 'Write both: "127.0.0.1:9464".')
    return found[1] or found[2], int(found[3])


class LogSection(Section):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(Section):
    """The whole of config.toml. `folder` is where the file lies; relative paths have been resolved against it."""

    desk: DeskSection
    database: DatabaseSection = DatabaseSection()
    rules: RulesSection = RulesSection()
    mailbox: list[MailboxSection] = Field(min_length=1)
    smtp: SmtpSection
    staff: list[StaffMember] = []
    digest: DigestSection = DigestSection()
    alert: AlertSection = AlertSection()
    limits: LimitsSection = LimitsSection()
    retention: RetentionSection = RetentionSection()
    watch: WatchSection = WatchSection()
    log: LogSection = LogSection()
    folder: Path = Path()

    @field_validator("mailbox")
    @classmethod
    def _names_differ(cls, value: list[MailboxSection]) -> list[MailboxSection]:
        names = [mailbox.name for mailbox in value]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise Mistake(f'two mailboxes have the name "{twice}".', "Give each its own.")
        return value

    def at(self, path: Path) -> Path:
        """A path of the file, made absolute."""
        return path if path.is_absolute() else self.folder / path
