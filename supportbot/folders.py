"""Folders -> texts by name: rules, templates, registry; and what is shipped inside the installed package."""

from pathlib import Path

from supportbot.errors import Invalid, Problem

_HERE = Path(__file__).parent


def shipped(name: str) -> Path:
    """A file or folder that comes with the program: from the wheel, or from the working tree it runs in."""
    installed = _HERE / "shipped" / name
    return installed if installed.exists() else _HERE.parent / name


def sample_registry() -> Path:
    """The sample registry that `init` copies and `demo` imports."""
    return _HERE / "demo" / "registry"


def read_rules(folder: Path) -> dict[str, str]:
    """The texts of `*.toml` directly in a rules folder, and of reader.json, if there, by file name. Raises Invalid."""
    texts = _read(folder, "*.toml", "It holds the rule files; the shipped ones are written by: supportbot init DIR")
    return texts | _read(folder, "reader.json", "") if (folder / "reader.json").exists() else texts


def read_templates(folder: Path) -> dict[str, str]:
    """The texts of `templates/**/*.j2` in a rules folder, by path below templates/. Raises Invalid."""
    return _read(folder / "templates", "**/*.j2", "It holds the texts that go out.")


def read_cases(folder: Path) -> dict[str, str]:
    """The labelled texts in `cases/*.jsonl` of a rules folder, by file name; none where there is no such folder."""
    cases = folder / "cases"
    return _read(cases, "*.jsonl", "") if cases.is_dir() else {}


def read_registry(folder: Path) -> dict[str, str]:
    """The texts of a registry's files, by name. Raises Invalid."""
    names = ("customers.csv", "devices.csv", "partners.toml", "hardware.toml")
    texts = _read(folder, "*", "It holds customers.csv, devices.csv, partners.toml and hardware.toml.", only=names)
    missing = [name for name in names if name not in texts]
    if missing:
        raise Invalid(Problem(str(folder / name), "is missing.", "A registry has all four files.") for name in missing)
    return texts


def _read(folder: Path, pattern: str, mend: str, only: tuple[str, ...] = ()) -> dict[str, str]:
    if not folder.is_dir():
        raise Invalid([Problem(str(folder), "is no folder.", mend)])
    texts, problems = {}, []
    for path in sorted(folder.glob(pattern)):
        if not path.is_file() or (only and path.name not in only):
            continue
        try:
            texts[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), f"cannot be read as UTF-8 ({error}).", "Save it as UTF-8."))
    if problems:
        raise Invalid(problems)
    if not texts:
        lacking = "none of the files" if only else f"no file {pattern.rpartition('/')[2]}"
        raise Invalid([Problem(str(folder), f"holds {lacking}.", mend)])
    return texts
