"""The values that keys of config.toml have: addresses, times of day, secrets; and what every section is.

The trap: a secret never stands in the file. `Secret` says where it is, and `read` takes it when it is used.
"""

import os
import re
from datetime import time
from pathlib import Path
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

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
