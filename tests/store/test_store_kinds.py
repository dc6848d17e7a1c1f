"""Every test of the store runs on both kinds of database; the files of one kind's own mechanics say so by name."""

import re
from pathlib import Path

OF_ONE_KIND = re.compile(r"_(sqlite|postgres|copying)\.py$")
ONE_KIND = re.compile(r"\b(sqlite_database|postgres_database)\b|Database\.open\(\s*[\"'](sqlite|postgresql)")


def test_only_files_named_so_are_of_one_kind_of_database():
    files = [path for path in Path(__file__).parent.glob("test_*.py") if not OF_ONE_KIND.search(path.name)]
    assert [path.name for path in files if path.name != Path(__file__).name and ONE_KIND.search(path.read_text())] == []
    assert len(files) > 8
