"""The house holds: sizes, docstrings, names, where `now` comes from. Imports are import-linter's (`make check`)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "supportbot"
FILES = sorted(path for path in ROOT.rglob("*.py") if "migrations" not in path.parts)
PURE = [path for path in FILES if path.relative_to(ROOT).parts[0] in ("mail", "triage", "tickets")]
FORBIDDEN = re.compile(r"(Manager|Handler|Service|Helper|Util|Base)s?$")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_functions_and_names(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with what it turns into what"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is over 60 lines"
            assert node.name not in ("process", "handle"), node.name
        if isinstance(node, ast.ClassDef):
            assert not FORBIDDEN.search(node.name), node.name


@pytest.mark.parametrize("path", PURE, ids=name)
def test_the_pure_rooms_have_no_clock_and_no_print(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not re.search(r"(^|\.)(now|utcnow|today|open|print|urandom|token_\w+)$", called), called


def test_nothing_names_this_machine_or_a_package_host():
    words = ("/work/", "files.pythonhosted", "pypi.org", "deb.debian", "/root/")
    for path in [
        *FILES,
        *ROOT.parent.glob("*.lock"),
        *ROOT.parent.glob("*.toml"),
        *(ROOT.parent / "docs").rglob("*.md"),
    ]:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path
