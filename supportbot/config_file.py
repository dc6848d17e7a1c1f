"""The text of config.toml -> Config, or Invalid with every problem: key, line, what is wrong, how to mend it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from supportbot import config_between, config_words
from supportbot.config import SQLITE, Config, DatabaseSection, RulesSection, sqlite_file
from supportbot.config_values import Secret
from supportbot.errors import Invalid, Problem
from supportbot.toml_words import tables


def load(path: Path) -> Config:
    """The config in the file `path`. Raises Invalid with all problems at once."""
    return read(_text_of(path), path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Invalid([Problem(str(path), "is not there.", "Make one with: supportbot init DIR")]) from None
    except UnicodeDecodeError:
        raise Invalid([Problem(str(path), "cannot be read as UTF-8 text.", "Save it as UTF-8.")]) from None
    except OSError as error:
        mend = "Name a file that the user of supportbot may read."
        raise Invalid([Problem(str(path), f"cannot be read ({error.strerror}).", mend)]) from None


def read(text: str, path: Path) -> Config:
    """The config in `text`, which came from the file `path` (relative paths are taken from its folder)."""
    values = tables(path.name, text)
    if "folder" in values:
        raise Invalid([Problem(f"{path.name}: folder", "is not a key of the config.", "Remove it.")])
    folder = path.parent.resolve()
    between = [
        Problem(_place(path.name, text, keys), what, mend)
        for keys, what, mend in config_between.mistakes(_right_sections(values))
    ]
    try:
        config = Config.model_validate(values | {"folder": folder})
    except ValidationError as error:
        raise Invalid([*(_problem(path.name, text, detail) for detail in error.errors()), *between]) from None
    if between:
        raise Invalid(between)
    whole: Config = _absolute(config, folder)
    return whole


def readable(path: Path) -> dict[str, Any]:
    """The sections of a config with mistakes that have none, by name, those that are left out with their defaults.

    Of a file that is no TOML: the rules, where their folder lies beside it.
    """
    folder = path.parent.resolve()
    try:
        values = tables(path.name, _text_of(path))
    except Invalid:
        rules: RulesSection = _absolute(RulesSection(), folder)
        return {"rules": rules} if rules.folder.is_dir() else {}
    sections = _right_sections(values)
    return {name: _absolute(section, folder) for name, section in sections.items()} | {"folder": folder}


def _right_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """The sections that have no mistake of their own, by name, those that are left out with their defaults."""
    sections: dict[str, Any] = {}
    for name, field in Config.model_fields.items():
        if name in values and name != "folder":
            try:
                sections[name] = TypeAdapter(field.annotation).validate_python(values[name])
            except ValidationError:
                continue
        elif not field.is_required() and name not in values:
            sections[name] = field.get_default()
    return sections


def _problem(file: str, text: str, detail: ErrorDetails) -> Problem:
    keys = [part for part in detail["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    return Problem(_place(file, text, keys), *config_words.told(keys, detail))


def _place(file: str, text: str, keys: list[int | str]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in keys).lstrip(".")
    line = _line_of(text, keys)
    return f"{file}:{line}: {place}" if line else f"{file}: {place}"


def _line_of(text: str, keys: list[int | str]) -> int | None:
    """The line that the key stands in, or else that of its table; None where neither can be told."""
    wanted, section, seen, fallback = keys[0], "", 0, None
    names = [part for part in keys[1:] if isinstance(part, str)]
    index = keys[1] if len(keys) > 1 and isinstance(keys[1], int) else 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}", line)
        if header:
            section = header[1]
            seen += 1 if section == wanted else 0
        root, *below = section.split(".")
        if root != wanted or seen != index + 1:
            if section == "" and re.match(rf"\s*{re.escape(str(wanted))}\s*=", line):
                return number
            continue
        if names[: len(below)] != below:  # a table below this section, which the key is not in
            continue
        fallback = number if header else fallback
        name = next(iter(names[len(below) :]), None)
        if name and re.match(rf"\s*{re.escape(name)}\s*[=.]", line):
            return number
    return fallback


def _absolute(value: Any, folder: Path) -> Any:
    """The same section, list or path, with every path taken from `folder`."""
    if isinstance(value, Path):
        return value if value.is_absolute() else folder / value
    if isinstance(value, list):
        return [_absolute(item, folder) for item in value]
    if not isinstance(value, BaseModel):
        return value
    changed = {name: _absolute(getattr(value, name), folder) for name in type(value).model_fields}
    if isinstance(value, DatabaseSection) and (file := sqlite_file(value.url, folder)):
        changed["url"] = f"{SQLITE}{file}"
    return value.model_copy(update=changed)


def secrets_of(config: Config) -> Iterator[tuple[str, Secret]]:
    """Every secret that the config names, with its place, so that `check` can look at all of them."""
    return secrets_in(dict(config))


def secrets_in(sections: Mapping[str, Any]) -> Iterator[tuple[str, Secret]]:
    """Every secret that these sections name, with its place."""
    if desk := sections.get("desk"):
        yield "desk.secret", desk.secret
        if desk.previous_secret:
            yield "desk.previous_secret", desk.previous_secret
    if (database := sections.get("database")) and database.password:
        yield "database.password", database.password
    for mailbox in sections.get("mailbox", ()):
        yield from ((f"mailbox {mailbox.name}: auth.{key}", secret) for key, secret in mailbox.auth.secrets())
    if (smtp := sections.get("smtp")) and smtp.auth:
        yield from ((f"smtp.auth.{key}", secret) for key, secret in smtp.auth.secrets())
