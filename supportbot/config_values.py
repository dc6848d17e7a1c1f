"""The values that keys of config.toml have: addresses, times of day, secrets; and what every section is.

The trap: a secret never stands in the file. `Secret` says where it is, and `read` takes it when it is used.
"""

import os
import re
import shlex
from collections.abc import Iterator
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from supportbot.errors import Invalid, Problem


class Mistake(ValueError):
    """What is wrong with a value, and its mend: two sentences."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what, mend)
        self.what, self.mend = what, mend


def _one_address(value: object) -> str:
    mend = 'Write it in quotes, without a name: "kundcenter@example.se".'
    if not isinstance(value, str):
        raise Mistake("is not a mail address.", mend)
    try:
        return validate_email(value, check_deliverability=False, allow_quoted_local=False).normalized.lower()
    except EmailNotValidError:
        raise Mistake(f'"{value[:60]}" is not a mail address.', mend) from None


def _one_time(value: object) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise Mistake("is not a time of day.", 'Write it as hours and minutes in quotes: "07:45".')
    return time.fromisoformat(value.zfill(5))


def _one_host(value: str) -> str:
    """A host's name or IP address, without a port."""
    if not re.fullmatch(r"[\w.-]+", value) and not _is_address(value):
        raise Mistake(f'"{value[:60]}" is not a host.', 'Write its name or address alone: "mail.example.se".')
    return value


def _one_age(value: object) -> int | None:
    if value == "keep":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 36500:
        raise Mistake("is no age.", 'Write whole days, from 1 to 36500, or "keep" in quotes.')
    return value


Host = Annotated[str, AfterValidator(_one_host)]
MailAddress = Annotated[str, BeforeValidator(_one_address)]
TimeOfDay = Annotated[time, BeforeValidator(_one_time)]
Age = Annotated[int | None, BeforeValidator(_one_age)]
"""In days; None, written "keep": for ever."""


class Section(BaseModel):
    """One table of the file: unknown keys are refused, nothing is changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """Where a secret is found; `read` takes it when it is needed, so that it never stands in a Config."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_in_the_file(cls, value: object) -> object:
        if isinstance(value, str):
            raise Mistake("a secret must not stand in the file.", 'Write { env = "NAME" } or { file = "path" }.')
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> "Secret":
        if (self.env is None) == (self.file is None):
            raise Mistake('needs exactly one of { env = "NAME" } and { file = "path" }.', "Write one of the two.")
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
        except FileNotFoundError:
            raise Invalid([Problem(where, f"{self.file} is not there.", _to_get(where, self.file))]) from None
        except UnicodeDecodeError:
            raise Invalid([Problem(where, f"{self.file} is not text.", _to_get(where, self.file))]) from None
        except OSError as error:
            mend = "Name a file that the user of supportbot may read."
            raise Invalid([Problem(where, f"{self.file} cannot be read ({error.strerror}).", mend)]) from None
        if not value:
            raise Invalid([Problem(where, f"{self.file} is empty.", _to_get(where, self.file))])
        return value


def _to_get(where: str, file: Path) -> str:
    """How the secret of the key `where` comes into its file."""
    if where == "desk.secret":
        return f"Put back the one that this desk had; for a new desk make one: {to_make(file)}"
    if where == "desk.previous_secret":
        return "Put it back, or remove the key: then mails that bear its tokens do not find their tickets."
    return "Write the secret into it, and nothing else."


def to_make(file: Path) -> str:
    """The command that makes a secret for desk.secret, as `supportbot init` does."""
    make = "import secrets; print(secrets.token_hex(32))"
    return f"(umask 077; python3 -c '{make}' > {shlex.quote(str(file))})"


class OAuth2(Section):
    """Where tokens come from, and what is shown for them: the grants of RFC 6749 §4.4 and §6."""

    token_url: str
    client_id: str = Field(min_length=1)
    client_secret: Secret | None = None
    scope: str = ""
    grant: Literal["client_credentials", "refresh_token"]
    refresh_token: Secret | None = None
    ca_file: Path | None = None

    @field_validator("token_url")
    @classmethod
    def _encrypted(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, known = parts.hostname or "", parts.scheme in ("https", "http") and not parts.username
        except ValueError:
            host, known = "", False
        if not host or not known:
            raise Mistake("is no web address.", 'Write it in full: "https://login.example/token".')
        if parts.scheme == "http" and not is_loopback(host):
            raise Mistake("must begin with https: the client's secret is sent there.", "Write https:// for http://.")
        return value

    @model_validator(mode="after")
    def _what_the_grant_needs(self) -> "OAuth2":
        if self.grant == "client_credentials" and (self.client_secret is None or self.refresh_token is not None):
            what = 'grant = "client_credentials" needs client_secret, and has no refresh_token.'
            raise Mistake(what, "Add client_secret, and remove refresh_token.")
        if self.grant == "refresh_token" and (self.refresh_token is None or self.refresh_token.file is None):
            what = 'grant = "refresh_token" needs refresh_token = { file = "path" }: the endpoint may replace it.'
            raise Mistake(what, "Name a file that the daemon may write; the new one is kept there.")
        return self


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine, and nobody else reaches it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_elsewhere(host: str) -> bool:
    """Whether this is an IP address of another machine. False for a name: only a connection tells where it leads."""
    return _is_address(host) and not is_loopback(host.partition("%")[0])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Auth(Section):
    """How we sign in to one server: exactly one of the two."""

    password: Secret | None = None
    oauth2: OAuth2 | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Auth":
        if (self.password is None) == (self.oauth2 is None):
            raise Mistake(
                "needs exactly one of password and oauth2.", 'Write { password = { env = "NAME" } }, or oauth2.'
            )
        return self

    def secrets(self) -> Iterator[tuple[str, Secret]]:
        """Every secret in it, with its key."""
        if self.password:
            yield "password", self.password
        if self.oauth2:
            if self.oauth2.client_secret:
                yield "oauth2.client_secret", self.oauth2.client_secret
            if self.oauth2.refresh_token:
                yield "oauth2.refresh_token", self.oauth2.refresh_token
