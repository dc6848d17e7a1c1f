"""The text of config.toml -> Config, or Invalid with every problem: key, line, what is wrong, how to mend it."""

import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from supportbot.config import Config
from supportbot.config_values import Secret
from supportbot.errors import Invalid, Problem


def load(path: Path) -> Config:
    """The config in the file `path`. Raises Invalid with all problems at once."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Invalid([Problem(str(path), "is not there.", "Make one with: supportbot init DIR")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([Problem(str(path), f"cannot be read as UTF-8 text ({error}).")]) from None
    return read(text, path)


def read(text: str, path: Path) -> Config:
    """The config in `text`, which came from the file `path` (relative paths are taken from its folder)."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([Problem(path.name, f"is not valid TOML: {error}.")]) from None
    if "folder" in values:
        raise Invalid([Problem(f"{path.name}: folder", "is not a key of the config.", "Remove it.")])
    try:
        config = Config.model_validate(values | {"folder": path.parent.resolve()})
    except ValidationError as error:
        raise Invalid([_problem(path.name, text, detail) for detail in error.errors()]) from None
    return _with_absolute_paths(config)


def _problem(file: str, text: str, detail: ErrorDetails) -> Problem:
    keys = [part for part in detail["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in keys).lstrip(".")
    line = _line_of(text, keys)
    where = f"{file}:{line}: {place}" if line else f"{file}: {place}"
    match detail["type"]:
        case "missing":
            return Problem(where, "is missing.", "Add it.")
        case "extra_forbidden":
            return Problem(where, "is not a key of the config.", _did_you_mean(keys))
        case "string_pattern_mismatch":
            return Problem(where, f"{detail['input']!r} has signs that it must not.", "Use a to z, 0-9, - and _.")
        case "value_error":
            return Problem(where, str(detail["ctx"]["error"]) + ".")
        case "literal_error":
            return Problem(where, f"{detail['msg']}, not {detail['input']!r}."[:300])
        case _ if "oauth2" in keys and keys[-1] != "oauth2":
            return Problem(where, 'must be text, or for a secret a table such as { file = "path" }.')
        case _ if {"auth", "secret", "previous_secret", "password"} & set(keys):
            return Problem(where, 'must be a table such as { password = { env = "NAME" } }.')
        case _:
            return Problem(where, f"{detail['msg']}, not {detail['input']!r}."[:300])


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


def _did_you_mean(keys: list[int | str]) -> str:
    model: Any = Config
    for part in keys[:-1]:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
            model = _section_in(field.annotation) if field else None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return "Remove it."
    names = [field.alias or name for name, field in model.model_fields.items() if name != "folder"]
    near = difflib.get_close_matches(str(keys[-1]), names, 1)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(names)}."


def _section_in(annotation: Any) -> Any:
    """The section class inside `list[X]`, `X | None` or X itself."""
    for inner in getattr(annotation, "__args__", ()):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return annotation


def _with_absolute_paths(config: Config) -> Config:
    def walk(value: Any) -> Any:
        if isinstance(value, Path):
            return config.at(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, BaseModel):
            changed = {name: walk(getattr(value, name)) for name in type(value).model_fields}
            return value.model_copy(update=changed)
        return value

    resolved: Config = walk(config)
    prefix = "sqlite:///"
    url = resolved.database.url
    if url.startswith(prefix):
        file = config.at(Path(url.removeprefix(prefix)))
        database = resolved.database.model_copy(update={"url": prefix + str(file)})
        resolved = resolved.model_copy(update={"database": database})
    return resolved


def secrets_of(config: Config) -> Iterator[tuple[str, Secret]]:
    """Every secret that the config names, with its place, so that `check` can look at all of them."""
    yield "desk.secret", config.desk.secret
    if config.desk.previous_secret:
        yield "desk.previous_secret", config.desk.previous_secret
    if config.database.password:
        yield "database.password", config.database.password
    for mailbox in config.mailbox:
        yield from ((f"mailbox {mailbox.name}: auth.{key}", secret) for key, secret in mailbox.auth.secrets())
    if config.smtp.auth:
        yield from ((f"smtp.auth.{key}", secret) for key, secret in config.smtp.auth.secrets())
