"""What the validation of config.toml finds -> what is wrong with a key, and its mend, in our words. Pure.

The traps: a value below `auth` or a secret's key is never repeated, as it may be the secret itself; and a table is
named, not shown, as one may stand in it.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from supportbot.config import Config
from supportbot.config_values import Mistake

Key = int | str
Told = tuple[str, str]
"""What is wrong, and its mend."""

SECRET = 'Write { env = "NAME" } or { file = "path" }.'
SHIPPED = "Look at it in the shipped config.toml."
SECRETS = {"auth", "secret", "previous_secret", "password"}
NUMBERS = {"int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"}
TABLES = {"model_type", "model_attributes_type", "dict_type"}
YES_OR_NO = {"bool_type", "bool_parsing"}


def told(keys: list[Key], detail: ErrorDetails) -> Told:
    """What is wrong with the value at `keys`."""
    kind, value = detail["type"], detail["input"]
    but = f"but is {_shown(value, keys)}"
    if kind in NUMBERS:
        return f"must be a whole number, {but}.", f"Write digits alone{_such_as(keys)}."
    if kind in TABLES:
        return f"must be a table, {but}.", _as_table(keys, value)
    if kind in YES_OR_NO:
        return f"must be true or false, {but}.", "Write true or false, without quotes."
    say = _WORDS.get(kind)
    return say(keys, detail, but) if say else (f"is not what it must be ({kind}).", SHIPPED)


def _missing(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    if len(keys) > 1:
        return "is missing.", "Add it."
    return "is missing.", f"Add a block {_header(keys)}; the shipped config.toml shows its keys."


def _unknown(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    model = _model_of(keys)
    if not model:
        return "is not a key of the config.", "Remove it."
    known = [field.alias or name for name, field in model.model_fields.items() if name != "folder"]
    near = difflib.get_close_matches(str(keys[-1]), known, 1)
    return "is not a key of the config.", f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."


def _mistake(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    error = detail["ctx"]["error"]
    if isinstance(error, Mistake):
        return error.what, error.mend
    return f"{str(error).rstrip('.')}.", SHIPPED


def _not_one_of(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    known = detail["ctx"]["expected"].replace("'", '"')
    what = "is not known." if SECRETS & set(keys) else f"is {_shown(detail['input'], keys)}, which is not known."
    return what, f"Write {known}."


def _text(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    if keys[-1] in ("env", "file") and SECRETS & set(keys):
        return f"must be a text in quotes, {but}.", SECRET
    return f"must be a text in quotes, {but}.", "Put it in quotes."


def _path(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    return f"must be a path in quotes, {but}.", 'Write it as "folder/file".'


def _list(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    if isinstance(detail["input"], dict):
        return "must be a list of blocks, but is one block.", f"Write {_header(keys)}, with two brackets."
    own = isinstance(detail["input"], str) and not SECRETS & set(keys)
    return f"must be a list, {but}.", f"Write it in brackets: [{_shown(detail['input'], keys) if own else '…'}]."


def _empty(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    return "is empty.", "Fill it in." if isinstance(detail["input"], str) else f"Add a block {_header(keys)}."


def _signs(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    return f"is {_shown(detail['input'], keys)}, which has other signs than it may.", "Use a to z, 0-9, - and _."


def _bounds(keys: list[Key], detail: ErrorDetails, but: str) -> Told:
    metadata: Sequence[Any] = field.metadata if (field := _field_of(keys)) else ()
    low = next((str(one.ge) for one in metadata if isinstance(one, Ge)), "")
    high = next((str(one.le) for one in metadata if isinstance(one, Le)), "")
    size = "small" if detail["type"] == "greater_than_equal" else "large"
    what = f"is {_shown(detail['input'], keys)}, which is too {size}."
    return what, f"Write a whole number from {low} to {high}." if high else f"Write a whole number, {low} or more."


_WORDS: dict[str, Callable[[list[Key], ErrorDetails, str], Told]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "value_error": _mistake,
    "literal_error": _not_one_of,
    "string_type": _text,
    "path_type": _path,
    "list_type": _list,
    "too_short": _empty,
    "string_too_short": _empty,
    "string_pattern_mismatch": _signs,
    "greater_than_equal": _bounds,
    "less_than_equal": _bounds,
}


def _shown(value: object, keys: Iterable[Key]) -> str:
    """A value as its writer knows it; of one that may be a secret only its kind."""
    for kind, name in ((dict, "a table"), (list, "a list"), (datetime, "a moment"), (date, "a date"), (time, "a time")):
        if isinstance(value, kind):
            return f"{name} without quotes" if isinstance(value, date | time) else name
    if isinstance(value, bool):
        return str(value).lower()
    secret = bool(SECRETS & set(keys))
    if isinstance(value, str):
        return "a text" if secret else f'"{value if len(value) <= 60 else value[:59] + "…"}"'
    return "a number" if secret else str(value)[:60]


def _as_table(keys: list[Key], value: object) -> str:
    if isinstance(value, list) and len(keys) == 1:
        return f"Write {_header(keys)}, with one bracket: there is only one."
    if keys[-1] == "auth":
        return 'Write { password = { env = "NAME" } }.'
    if keys[-1] == "oauth2":
        return "Write its keys below a header that ends in auth.oauth2 (docs/operating.md)."
    if SECRETS & set(keys) and keys[-1] in {*SECRETS, "client_secret", "refresh_token"}:
        return SECRET
    model = _model_of([*keys, ""])
    names = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return f"Write it as {{ key = value }}; its keys: {', '.join(names)}."


def _header(keys: list[Key]) -> str:
    """As a block of the file begins: [smtp], [[mailbox]]."""
    field = Config.model_fields[str(keys[0])]
    many = getattr(field.annotation, "__origin__", None) is list
    return f"[[{keys[0]}]]" if many else f"[{keys[0]}]"


def _such_as(keys: list[Key]) -> str:
    field = _field_of(keys)
    return f", such as {field.default}" if field and isinstance(field.default, int) else ""


def _field_of(keys: list[Key]) -> FieldInfo | None:
    model = _model_of(keys)
    return _field(model, keys[-1]) if model else None


def _model_of(keys: list[Key]) -> type[BaseModel] | None:
    """The section that the last key stands in."""
    model: type[BaseModel] = Config
    for part in keys[:-1]:
        if isinstance(part, int):
            continue
        field = _field(model, part)
        inner = next(_sections(field.annotation), None) if field else None
        if inner is None:
            return None
        model = inner
    return model


def _field(model: type[BaseModel], key: Key) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """The section class inside `list[X]`, `X | None` or X itself."""
    for inner in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield inner
