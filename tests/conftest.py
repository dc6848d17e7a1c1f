"""Options of the whole test tree."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hostile", metavar="DIR", help="A set of hostile mails: hostile.tsv, fixtures.json and the mails."
    )
