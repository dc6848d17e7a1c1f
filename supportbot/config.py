"""config.toml -> Config, or all its problems at once.

Machine and team stand here; judgement stands in rules/, contracts in the registry. Unknown keys are refused, and a
secret is never written into the file: `{ env = "NAME" }` or `{ file = "path" }`, read when it is used.
The trap: paths in the file are relative to the file, not to the folder that the program was started in.
"""

import difflib
import os
import re
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from supportbot.errors import Invalid, Problem


def _one_address(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not a mail address")
    try:
        return validate_email(value, check_deliverability=False, allow_quoted_local=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(f"is not a plain mail address: {error}") from None


def _one_time(value: object) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"[0-2]?\d:[0-5]\d", value):
        raise ValueError('is not a time of day such as "07:45"')
    return time.fromisoformat(value.zfill(5))


MailAddress = Annotated[str, BeforeValidator(_one_address)]
TimeOfDay = Annotated[time, BeforeValidator(_one_time)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(_Section):
    """Where a secret is found; `read` takes it when it is needed, so that it never stands in a Config."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_in_the_file(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError('a secret must not stand in the file: write { env = "NAME" } or { file = "path" }')
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> "Secret":
        if (self.env is None) == (self.file is None):
            raise ValueError('needs exactly one of { env = "NAME" } and { file = "path" }')
        return self

    def read(self, where: str) -> str:
        """The secret itself. Raises Invalid, naming `where` in the config, when it is not there."""
        if self.env is not None:
            value = os.environ.get(self.env, "")
            if not value:
                raise Invalid([Problem(where, f"the environment variable {self.env} is not set.", "Set it.")])
            return value
        assert self.file is not None
        try:
            value = self.file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid([Problem(where, f"{self.file} cannot be read ({error}).", "Make it.")]) from None
        if not value:
            raise Invalid([Problem(where, f"{self.file} is empty.", "Write the secret into it.")])
        return value


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(_Section):
    days: str = "mon-fri"
    opens: TimeOfDay = Field(default=time(8), alias="from")
    closes: TimeOfDay = Field(default=time(17), alias="to")
    holidays: Literal["SE", ""] = "SE"
    eves: bool = True

    @field_validator("days")
    @classmethod
    def _known_days(cls, value: str) -> str:
        if not all(day in DAYS for day in re.split(r"[-,]\s*", value)):
            raise ValueError(f'is not a list of days such as "mon-fri" or "mon,wed" (of {", ".join(DAYS)})')
        return value

    @property
    def weekdays(self) -> frozenset[int]:
        """0 is Monday."""
        days: set[int] = set()
        for part in re.split(r",\s*", self.days):
            first, _, last = part.partition("-")
            start, end = DAYS.index(first), DAYS.index(last or first)
            days.update(day % 7 for day in range(start, end + 1 if end >= start else end + 8))
        return frozenset(days)


class DeskSection(_Section):
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

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), 1)
            raise ValueError("is no time zone" + (f', did you mean "{near[0]}"?' if near else ""))
        return value

    @field_validator("phone")
    @classmethod
    def _a_number(cls, value: str) -> str:
        try:
            valid = phonenumbers.is_valid_number(phonenumbers.parse(value, "SE"))
        except phonenumbers.NumberParseException:
            valid = False
        if not valid:
            raise ValueError("is not a valid Swedish telephone number")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class DatabaseSection(_Section):
    url: str = "sqlite:///supportbot.db"

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+asyncpg://")):
            raise ValueError('must begin with "sqlite:///" (one daemon) or "postgresql+asyncpg://" (many)')
        return value


class RulesSection(_Section):
    folder: Path = Path("rules")


class Auth(_Section):
    password: Secret


class Folders(_Section):
    inbox: str = "INBOX"
    done: str = "Handled"
    aside: str = "Set aside"

    @field_validator("inbox", "done", "aside")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value or not value.isprintable():
            raise ValueError("must be a folder's name without control characters")
        return value


class MailboxSection(_Section):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    host: str
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


class SmtpSection(_Section):
    host: str
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
            raise ValueError("user and auth go together: give both or neither")
        return self


class StaffMember(_Section):
    address: MailAddress
    name: str = ""


class DigestSection(_Section):
    to: list[MailAddress] = []
    at: list[TimeOfDay] = [time(7, 45), time(13)]

    @field_validator("at")
    @classmethod
    def _not_in_the_doubled_hour(cls, value: list[time]) -> list[time]:
        if any(time(2) <= moment < time(3) for moment in value):
            raise ValueError(
                "must not lie between 02:00 and 03:00: that hour is missing or doubled when the clocks change"
            )
        return sorted(set(value))


class AlertSection(_Section):
    to: list[MailAddress] = []
    repeat_minutes: int = Field(default=10, ge=1, le=1440)


class LimitsSection(_Section):
    max_size_mb: int = Field(default=50, ge=1, le=200)
    batch_mails: int = Field(default=100, ge=1, le=500)
    batch_mb: int = Field(default=8, ge=1, le=64)
    acks_unproven_per_hour: int = Field(default=60, ge=0)
    acks_proven_per_day: int = Field(default=20, ge=1)


class LogSection(_Section):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(_Section):
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
    log: LogSection = LogSection()
    folder: Path = Path()

    @field_validator("mailbox")
    @classmethod
    def _names_differ(cls, value: list[MailboxSection]) -> list[MailboxSection]:
        names = [mailbox.name for mailbox in value]
        if len(set(names)) < len(names):
            raise ValueError("two mailboxes have the same name")
        return value

    def at(self, path: Path) -> Path:
        """A path of the file, made absolute."""
        return path if path.is_absolute() else self.folder / path
