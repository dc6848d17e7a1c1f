"""What the program does not do at all, read from its code: no archive or XML is opened, no CSV is written, no text of a
mail is a format or a program."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "supportbot"
FILES = sorted(ROOT.rglob("*.py"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported(path: Path) -> set[str]:
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@cache
def named(path: Path) -> set[str]:
    """Every `a.b` and every call of a bare name."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
    return found


def users(wanted: set[str], of) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in FILES if wanted & of(path)}


def test_no_archive_and_no_xml_is_opened():
    """TH23: no bomb goes off in what is never opened."""
    readers = {"zipfile", "tarfile", "gzip", "bz2", "lzma", "zlib", "shutil.unpack_archive", "lxml", "defusedxml"}
    assert users(readers | {"xml", "xml.etree", "xml.etree.ElementTree", "xml.sax", "xml.dom"}, imported) == set()


def test_no_csv_is_written():
    """TH27: there is no cell in which a subject could be a formula. Whoever writes one must put an apostrophe first."""
    assert users({"csv.writer", "csv.DictWriter", "openpyxl.Workbook"}, named) == set()


def test_nothing_is_evaluated():
    """TH28: templates are sandboxed (tests/tickets/test_templates.py), and no other text becomes a program."""
    assert (
        users({"eval", "exec", "compile", "os.system", "os.popen", "subprocess.run", "subprocess.Popen"}, named)
        == set()
    )


def test_only_our_own_registry_is_a_pickle():
    assert users({"pickle.loads", "pickle.load", "marshal.loads", "yaml.load"}, named) == {"workers/sandboxed.py"}


@pytest.mark.parametrize("wanted", ["csv", "pickle"])
def test_the_search_finds_what_is_there(wanted):
    assert users({wanted}, imported)
