"""What the workers know of a desk, without servers."""

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from daemon_desk import FILES

from supportbot import folders
from supportbot.calendar import Calendar
from supportbot.mail.message import Address, Desk
from supportbot.store.database import Database
from supportbot.tickets.office import Office
from supportbot.tickets.questions import read_questions
from supportbot.tickets.templates import Templates
from supportbot.triage import registry
from supportbot.workers.knowledge import Knowledge


@pytest.fixture(scope="session")
def a_desk() -> Knowledge:
    texts = folders.read_rules(folders.shipped("rules"))
    return Knowledge(
        registry=registry.read(FILES),
        judging=None,
        templates=Templates(folders.read_templates(folders.shipped("rules"))),
        questions=read_questions(texts["questions.toml"]),
        office=Office("iCentrex kundcenter", "kundcenter@icentrex.se", "020-20 20 22", ("sv", "en")),
        desk=Desk(("kundcenter@icentrex.se",)),
        sender=Address("iCentrex kundcenter", "kundcenter@icentrex.se"),
        keys=(b"k" * 32,),
        calendar=Calendar(ZoneInfo("Europe/Stockholm"), frozenset(range(5)), time(8), time(17)),
        alert_to=(Address("", "jour@icentrex.se"),),
    )


@pytest.fixture
def known(a_desk: Knowledge) -> Knowledge:
    return a_desk


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open("sqlite:///supportbot.db", tmp_path)
    yield opened
    await opened.close()
