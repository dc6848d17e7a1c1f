"""docs/threats.md: every threat stands in it, with tests that exist or the name of what is not built yet."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (TH\d+) \| (.*?) \| (.*?) \| (.*?) ?\|$", (ROOT / "docs/threats.md").read_text(encoding="utf-8"), re.M
)
PENDING = re.compile(r"pending: no (?:web console|webhook|mail command)")


def test_every_threat_is_there():
    assert [name for name, *_ in ROWS] == [f"TH{number}" for number in range(1, 36)]


@pytest.mark.parametrize(("name", "threat", "what", "tests"), ROWS, ids=[row[0] for row in ROWS])
def test_it_is_proven_or_pending_by_name(name, threat, what, tests):
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", tests)
    assert named or PENDING.search(what)
    assert "pending" not in PENDING.sub("", what), "what is not built has a name"
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert test in names, f"{file} has no {test}"
    assert tests.count("::") == len(named), "every test is file::name in code marks"
